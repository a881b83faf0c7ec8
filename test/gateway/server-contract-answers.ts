/** Answers, streams and faults of handlers, as both servers carry them out. */
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpResponder } from '../../gateway/server/server.ts';
import { get } from './server-contract-requests.ts';
import { closeAll, host, Raw, serve, sleep, until, type Kind } from './server-helpers.ts';

export function answerContract(kind: Kind): void {
  describe(`${kind}: answers`, () => {
    afterEach(closeAll);
    answers(kind);
    streams(kind);
    faults(kind);
  });
}

function answers(kind: Kind): void {
  test('[G10] a client gone before its answer is known as gone, and answering it does nothing', async () => {
    let held: HttpResponder | undefined;
    const { port, incidents } = await serve(kind, {
      onRequest: (_request, respond) => {
        held = respond;
      },
    });
    const raw = await Raw.open(port);
    raw.send(get('/'));
    await until('the request', () => held !== undefined);
    expect(held!.gone).toBe(false);
    raw.tcp.destroy();
    await until('gone', () => held!.gone);
    held!.end(200, {}, 'too late');
    const stream = held!.stream(200, {});
    expect(await stream.write('x')).toBe(false);
    stream.end();
    expect(incidents).toEqual([]);
  });

  test('[G11] HEAD, 204 and 304 carry no body, and the connection goes on', async () => {
    const { port } = await serve(kind, {
      onRequest: (request, respond) =>
        respond.end(Number(request.query) || 200, { 'x-a': 'b' }, 'hello'),
    });
    const raw = await Raw.open(port);
    raw.send(`HEAD /?200 HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await raw.waitFor('\r\n\r\n')).toMatch(/content-length: 5/i);
    for (const status of [204, 304]) {
      raw.send(get(`/?${status}`));
      await raw.waitFor(`HTTP/1.1 ${status} `);
    }
    raw.send(get('/?202'));
    const text = await raw.waitFor('hello');
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(
      ['200', '204', '304', '202'].map((s) => `HTTP/1.1 ${s}`),
    );
    expect(text.match(/hello/g)).toHaveLength(1);
  });

  test('[G12] a header that could break out of its line is a bug, not an answer', async () => {
    const { port, incidents } = await serve(kind, {
      onRequest: (_request, respond) => respond.end(200, { 'x-a': 'b\r\nx-evil: 1' }, ''),
    });
    const answer = await fetch(`http://${host}:${port}/`);
    expect(answer.status).toBe(500);
    expect(answer.headers.has('x-evil')).toBe(false);
    expect(incidents).toHaveLength(1);
  });

  test('[G13] bytes given to end may be used again at once', async () => {
    const bytes = new Uint8Array(1_000_000).fill(97);
    const { port } = await serve(kind, {
      onRequest: (_request, respond) => {
        respond.end(200, {}, bytes);
        bytes.fill(98);
      },
    });
    const text = await (await fetch(`http://${host}:${port}/`)).text();
    expect(text).toBe('a'.repeat(1_000_000));
  });
}

function streams(kind: Kind): void {
  test('[G14] a stream comes whole and in order, and waits for a slow reader', async () => {
    const pieces = 400;
    const piece = 'x'.repeat(65_535);
    let written = 0;
    const { port } = await serve(kind, {
      onRequest: async (_request, respond) => {
        const stream = respond.stream(200, { 'content-type': 'text/plain' });
        for (let at = 0; at < pieces; at += 1) {
          if (!(await stream.write(piece + '|'))) return;
          written += 1;
        }
        stream.end();
      },
    });
    const raw = await Raw.open(port);
    raw.tcp.pause();
    raw.send(get('/'));
    await sleep(300);
    const stalledAt = written;
    await sleep(100);
    expect(written).toBe(stalledAt);
    expect(stalledAt).toBeLessThan(pieces / 2);
    raw.tcp.resume();
    await until('the last piece', () => written === pieces, 20_000);
    await raw.waitFor('|\r\n0\r\n\r\n');
    const body = raw.text.slice(raw.text.indexOf('\r\n\r\n') + 4);
    expect(unchunked(body)).toBe((piece + '|').repeat(pieces));
  });

  test('[G15] the writer of a stream learns that its reader went away', async () => {
    let result: boolean | undefined;
    const { port, incidents } = await serve(kind, {
      onRequest: async (_request, respond) => {
        const stream = respond.stream(200, {});
        for (;;) {
          result = await stream.write('x'.repeat(30_000));
          if (!result) return;
        }
      },
    });
    const raw = await Raw.open(port);
    raw.tcp.pause();
    raw.send(get('/'));
    await sleep(100);
    raw.tcp.destroy();
    await until('told', () => result === false);
    expect(incidents).toEqual([]);
  });
}

function unchunked(body: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, end), 16);
    if (size === 0) return pieces.join('');
    pieces.push(body.slice(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function faults(kind: Kind): void {
  test.each([
    [
      'at once',
      () => {
        throw new Error('boom');
      },
    ],
    [
      'later',
      async () => {
        await sleep(5);
        throw new Error('boom');
      },
    ],
  ])('[G16] a handler that throws %s is an incident and a 500', async (_when, onRequest) => {
    const { port, incidents } = await serve(kind, { onRequest });
    const answer = await fetch(`http://${host}:${port}/`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ refused: { code: 'internal', retryable: true } });
    expect(incidents).toMatchObject([{ where: 'onRequest', error: { message: 'boom' } }]);
  });

  test('[G16] a handler that throws within a stream breaks it off, visibly', async () => {
    const { port, incidents } = await serve(kind, {
      onRequest: async (_request, respond) => {
        await respond.stream(200, {}).write('begun');
        throw new Error('boom');
      },
    });
    const raw = await Raw.open(port);
    raw.send(get('/'));
    expect(await raw.waitForEnd()).not.toContain('\r\n0\r\n\r\n');
    expect(incidents).toHaveLength(1);
  });

  test('[G17] a request that is never answered gets 503, and its late answer does nothing', async () => {
    let held: HttpResponder | undefined;
    const { port, incidents } = await serve(kind, {
      answerTimeoutSeconds: 0.2,
      onRequest: (_request, respond) => {
        held = respond;
      },
    });
    const answer = await fetch(`http://${host}:${port}/`);
    expect(answer.status).toBe(503);
    held!.end(200, {}, 'late');
    expect(incidents).toHaveLength(1);
  });

  test('[G18] TLS serves with a certificate, and only TLS', async () => {
    const folder = new URL('fixtures/', import.meta.url).pathname;
    const tls = {
      keyFile: `${folder}self-signed-for-tests.key`,
      certFile: `${folder}self-signed-for-tests.crt`,
    };
    const { port } = await serve(kind, {
      tls,
      onRequest: (_r, respond) => respond.end(200, {}, 'safe'),
    });
    const text = await new Promise<string>((resolve, reject) => {
      const options = { host, port, ca: readFileSync(tls.certFile), servername: 'localhost' };
      httpsRequest(options, (response) =>
        response.on('data', (bytes: Buffer) => resolve(bytes.toString())),
      )
        .on('error', reject)
        .end();
    });
    expect(text).toBe('safe');
    const plain = await Raw.open(port);
    plain.send(get('/'));
    expect(await plain.waitForEnd()).not.toContain('200');
    await expect(serve(kind, { tls: { ...tls, keyFile: '/nowhere.key' } })).rejects.toThrow(
      /TLS key cannot be read.*nowhere/,
    );
    await expect(serve(kind, { tls: { ...tls, keyFile: tls.certFile } })).rejects.toThrow(
      /do not work together/,
    );
  });
}
