/** Bodies that are read as they arrive: order, back-pressure, ends. */
import { afterEach, describe, expect, test } from 'vitest';
import { BodyBroken, type HttpRequest } from '../../gateway/server/server.ts';
import { closeAll, host, Raw, serve, sleep, until, type Kind } from './server-helpers.ts';

const streamsBody = ({ path }: HttpRequest): boolean => path.startsWith('/stream');
const head = (more: string): string => `POST /stream HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const chunked = head('Transfer-Encoding: chunked\r\n');

/** Read to the end; how many bytes, and their sum as a check of order. */
async function digest(request: HttpRequest): Promise<string> {
  let bytes = 0;
  let sum = 0;
  for (;;) {
    const piece = await request.bodyStream!.read();
    if (piece === undefined) return `<${bytes}:${sum}>`;
    for (const byte of piece) sum = (sum * 31 + byte) >>> 0;
    bytes += piece.byteLength;
  }
}

function digestOf(whole: Uint8Array): string {
  let sum = 0;
  for (const byte of whole) sum = (sum * 31 + byte) >>> 0;
  return `<${whole.byteLength}:${sum}>`;
}

export function bodyContract(kind: Kind): void {
  describe(`${kind}: streamed bodies`, () => {
    afterEach(closeAll);
    wholeBodies(kind);
    brokenBodies(kind);
    earlyAnswers(kind);
  });
}

function wholeBodies(kind: Kind): void {
  test('[G35] a streamed body of any length arrives whole and in order, in whatever pieces it came', async () => {
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => respond.end(200, {}, await digest(request)),
    });
    const whole = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251);
    const sent = await fetch(`http://${host}:${port}/stream`, { method: 'POST', body: whole });
    expect(await sent.text()).toBe(digestOf(whole));
    const raw = await Raw.open(port);
    raw.send(chunked);
    for (const piece of ['5\r\nhel', 'lo\r\n', '2\r\nab\r\n0\r', '\n\r\n']) {
      raw.send(piece);
      await sleep(2);
    }
    await raw.waitFor(digestOf(Buffer.from('helloab')));
    raw.send(head('Content-Length: 3\r\n') + 'xyz');
    await raw.waitFor(digestOf(Buffer.from('xyz')));
  });

  test('[G35] a request without a body streams nothing, and others keep their whole bodies and limit', async () => {
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) =>
        respond.end(200, {}, request.bodyStream === undefined ? `whole ${request.body.length}` : await digest(request)),
    });
    const post = (path: string, body: string | undefined) => fetch(`http://${host}:${port}${path}`, { method: 'POST', body: body ?? null });
    expect(await (await post('/stream', undefined)).text()).toBe('<0:0>');
    expect(await (await post('/other', 'abc')).text()).toBe('whole 3');
    expect((await post('/other', 'x'.repeat(100_001))).status).toBe(413);
    expect((await post('/stream', 'x'.repeat(100_001))).status).toBe(200);
  });

  test('[G36] a body that nobody reads is not taken: the sender waits, and nothing is lost', async () => {
    let go = (): void => undefined;
    const mayRead = new Promise<void>((resolve) => (go = resolve));
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        await mayRead;
        respond.end(200, {}, await digest(request));
      },
    });
    const whole = Buffer.alloc(64 * 1024 * 1024, 'abcdefg');
    const raw = await Raw.open(port);
    raw.send(head(`Content-Length: ${whole.byteLength}\r\n`));
    raw.send(whole);
    await sleep(300);
    // What the kernel holds on both sides is gone from here; the rest still waits.
    expect(raw.tcp.writableLength).toBeGreaterThan(32 * 1024 * 1024);
    go();
    await until('the answer', () => raw.received.length > 0, 20_000);
    expect(await raw.waitFor('>')).toContain(digestOf(whole));
  }, 30_000);

  test('[G36] a reader that takes longer than a silent sender may is still waited for', async () => {
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        await request.bodyStream!.read();
        await sleep(16_000);
        respond.end(200, {}, await digest(request));
      },
    });
    const raw = await Raw.open(port);
    raw.send(head(`Content-Length: ${16 * 1024 * 1024}\r\n`));
    raw.send(Buffer.alloc(16 * 1024 * 1024, 'x'));
    await until('the answer', () => raw.text.includes('>') || raw.isEnded, 40_000);
    expect(raw.text).toContain('200 OK');
  }, 60_000);

  test('[G38] an answer in pieces may take long after its body has come', async () => {
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        await digest(request);
        const stream = respond.stream(200, {});
        await stream.write('began');
        await sleep(16_000);
        await stream.write(', done');
        stream.end();
      },
    });
    const answer = await fetch(`http://${host}:${port}/stream`, { method: 'POST', body: 'x' });
    expect(await answer.text()).toBe('began, done');
  }, 60_000);

  test('[G36] pieces are the reader’s to keep, and a slow reader gets them all', async () => {
    const kept: Uint8Array[] = [];
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        for (;;) {
          const piece = await request.bodyStream!.read();
          if (piece === undefined) break;
          kept.push(piece);
          await sleep(1);
        }
        respond.end(200, {}, 'done');
      },
    });
    const whole = Buffer.from(Array.from({ length: 40_000 }, (_, index) => `row ${index}\n`).join(''));
    await (await fetch(`http://${host}:${port}/stream`, { method: 'POST', body: whole })).text();
    expect(Buffer.concat(kept).equals(whole)).toBe(true);
  });
}

function brokenBodies(kind: Kind): void {
  test('[G37] a client that goes away within a streamed body is told to the reader, waiting or not', async () => {
    const ends: unknown[] = [];
    const { port, incidents } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        try {
          await digest(request);
        } catch (error) {
          ends.push(error);
          expect(respond.gone).toBe(true);
          await request.bodyStream!.read().catch((again: unknown) => ends.push(again));
        }
      },
    });
    for (const bytes of ['', '5\r\nhello\r\n', '5\r\nhel']) {
      const raw = await Raw.open(port);
      raw.send(chunked + bytes);
      await sleep(10);
      raw.tcp.resetAndDestroy();
    }
    await until('all told', () => ends.length === 6);
    expect(ends.every((error) => error instanceof BodyBroken)).toBe(true);
    expect(incidents).toEqual([]);
  });

  test('[G37] a body that falls silent ends as broken, and its connection with it', async () => {
    let end: unknown;
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request) => {
        end = await digest(request).catch((error: unknown) => error);
      },
    });
    const raw = await Raw.open(port);
    raw.send(`${chunked}5\r\nhello\r\n`);
    await until('the end', () => end !== undefined, 25_000);
    expect(end).toBeInstanceOf(BodyBroken);
    await until('the connection', () => raw.isEnded, 5_000);
  }, 35_000);

  test('[G16] a handler that throws within a body, or about it, is an incident and a 500', async () => {
    const { port, incidents } = await serve(kind, {
      streamsBody: ({ path }) => {
        if (path === '/about') throw new Error('about');
        return true;
      },
      onRequest: async (request) => {
        await request.bodyStream!.read();
        throw new Error('within');
      },
    });
    const post = (path: string) => fetch(`http://${host}:${port}${path}`, { method: 'POST', body: 'x'.repeat(50_000) });
    expect((await post('/about')).status).toBe(500);
    expect((await post('/stream')).status).toBe(500);
    expect(incidents).toMatchObject([{ error: { message: 'about' } }, { error: { message: 'within' } }]);
  });
}

function earlyAnswers(kind: Kind): void {
  test('[G38] an answer may begin before the body ends', async () => {
    const { port } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        const stream = respond.stream(200, { 'content-type': 'text/plain' });
        for (;;) {
          const piece = await request.bodyStream!.read();
          if (piece === undefined) break;
          await stream.write(`[${Buffer.from(piece).toString()}]`);
        }
        stream.end();
      },
    });
    const raw = await Raw.open(port);
    raw.send(`${chunked}3\r\none\r\n`);
    await raw.waitFor('[one]');
    raw.send('3\r\ntwo\r\n');
    await raw.waitFor('[two]');
    raw.send('0\r\n\r\n');
    await raw.waitFor('0\r\n\r\n');
    raw.send(`${chunked}5\r\nthree\r\n0\r\n\r\n`);
    await raw.waitFor('[three]');
  });

  test.each(['end', 'stream'] as const)('[G38] an answer that ends before the body (%s) closes the connection', async (how) => {
    let later: unknown;
    const { port, incidents } = await serve(kind, {
      streamsBody,
      onRequest: async (request, respond) => {
        await request.bodyStream!.read();
        if (how === 'end') respond.end(200, {}, 'enough');
        else {
          const stream = respond.stream(200, {});
          await stream.write('enough');
          stream.end();
        }
        later = await request.bodyStream!.read().catch((error: unknown) => error);
      },
    });
    const raw = await Raw.open(port);
    raw.send(chunked);
    const piece = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    const timer = setInterval(() => raw.send(piece), 1);
    try {
      await until('the end', () => raw.isEnded, 15_000);
    } finally {
      clearInterval(timer);
    }
    expect(raw.text).toContain('enough');
    expect(later).toBeInstanceOf(BodyBroken);
    expect(incidents).toEqual([]);
    expect(await (await fetch(`http://${host}:${port}/stream`, { method: 'POST', body: 'x' })).text()).toBe('enough');
  }, 20_000);
}
