/** The HTTP half of the contract of both servers. */
import { request as httpsRequest } from 'node:https';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest, HttpResponder } from '../../gateway/server/server.ts';
import { closeAll, host, Raw, serve, sleep, until, type Kind } from './server-helpers.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const post = (body: string, length = Buffer.byteLength(body)): string =>
  `POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`;

export function httpContract(kind: Kind): void {
  describe(`${kind}: HTTP`, () => {
    afterEach(closeAll);
    requests(kind);
    bodies(kind);
    answers(kind);
    streams(kind);
    faults(kind);
  });
}

function requests(kind: Kind): void {
  test('[G1] a request arrives with method, path, query, headers, peer and body', async () => {
    const seen: HttpRequest[] = [];
    const { port } = await serve(kind, {
      onRequest: (request, respond) => {
        seen.push(request);
        respond.end(201, { 'content-type': 'text/plain', 'x-more': 'yes' }, 'thanks');
      },
    });
    const answer = await fetch(`http://${host}:${port}/a%20b/c?d=%41&e`, {
      method: 'PUT',
      headers: { 'X-Custom': 'Value', authorization: 'Bearer abc' },
      body: 'hello',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-more')).toBe('yes');
    expect(await answer.text()).toBe('thanks');
    const [request] = seen;
    expect(request).toMatchObject({
      method: 'PUT',
      path: '/a%20b/c',
      query: 'd=%41&e',
      remoteAddress: '127.0.0.1',
    });
    expect(request!.headers.get('x-custom')).toBe('Value');
    expect(request!.headers.get('authorization')).toBe('Bearer abc');
    expect(Buffer.from(request!.body).toString()).toBe('hello');
  });

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '[G1] %s comes by its name',
    async (method) => {
      const { port } = await serve(kind, {
        onRequest: (request, respond) => respond.end(200, {}, `${request.method} ${request.query}`),
      });
      const answer = await fetch(`http://${host}:${port}/`, { method });
      expect(await answer.text()).toBe(`${method} `);
    },
  );

  test('[G2] a repeated header is joined, so that two values never pass as one', async () => {
    const { port } = await serve(kind, {
      onRequest: (request, respond) => respond.end(200, {}, request.headers.get('authorization') ?? ''),
    });
    const raw = await Raw.open(port);
    raw.send(get('/', 'Authorization: Bearer a\r\nAuthorization: Bearer b\r\n'));
    await raw.waitFor('Bearer a, Bearer b');
  });

  test('[G3] requests pipelined in one packet are answered in their order', async () => {
    const { port } = await serve(kind, {
      onRequest: (request, respond) => respond.end(200, {}, `<${request.path}>`),
    });
    const raw = await Raw.open(port);
    raw.send(get('/1') + get('/2') + get('/3'));
    const text = await raw.waitFor('</3>');
    expect(text.match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>']);
  });

  test('[G4] a request pipelined behind one not yet answered is answered after it, or the connection closes', async () => {
    const { port, incidents } = await serve(kind, {
      onRequest: (request, respond) => {
        setTimeout(() => respond.end(200, {}, `<${request.path}>`), 20);
      },
    });
    const raw = await Raw.open(port);
    raw.send(get('/1') + get('/2'));
    await until('answers or the end', () => raw.isEnded || raw.text.includes('</2>'));
    const answered = raw.text.match(/<\/\d>/g) ?? [];
    expect([[], ['</1>'], ['</1>', '</2>']]).toContainEqual(answered);
    await sleep(60);
    expect(incidents).toEqual([]);
    expect(await (await fetch(`http://${host}:${port}/3`)).text()).toBe('</3>');
  });

  test('[G5] a head that is too large is refused with 431', async () => {
    const { port } = await serve(kind);
    const raw = await Raw.open(port);
    raw.send(get('/', `X-Large: ${'x'.repeat(40_000)}\r\n`));
    expect(await raw.waitForEnd()).toMatch(/^HTTP\/1.1 431 /);
  });

  test('[G5] what is not HTTP ends the connection and nothing else', async () => {
    const { port } = await serve(kind);
    // Less than a request line leaves uWebSockets.js waiting for the rest, for up to ten seconds.
    for (const bytes of ['\x16\x03\x01\x02\x00\x01\r\n\r\n', '\0\0\0\0\r\n\r\n']) {
      const raw = await Raw.open(port);
      raw.send(bytes);
      await raw.waitForEnd();
    }
    expect((await fetch(`http://${host}:${port}/`)).status).toBe(404);
  });

  test('[G6] a request with two lengths, or a length and chunks, never reaches the handler', async () => {
    let handled = 0;
    const { port } = await serve(kind, {
      onRequest: (_request, respond) => {
        handled += 1;
        respond.end(200, {}, '');
      },
    });
    for (const more of [
      'Content-Length: 0\r\nContent-Length: 5\r\n',
      'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
      'Content-Length: -1\r\n',
      'Content-Length: 1x\r\n',
    ]) {
      const raw = await Raw.open(port);
      raw.send(`POST / HTTP/1.1\r\nHost: x\r\n${more}\r\n0\r\n\r\n`);
      expect(await raw.waitForEnd()).toMatch(/^HTTP\/1.1 400 /);
    }
    expect(handled).toBe(0);
  });
}

function bodies(kind: Kind): void {
  const echoLength = (request: HttpRequest, respond: HttpResponder): void =>
    respond.end(200, {}, `<${request.body.byteLength}>`);

  test('[G7] a body is complete, in one piece, in many, or chunked', async () => {
    const { port } = await serve(kind, { onRequest: echoLength });
    const raw = await Raw.open(port);
    raw.send(post('x'.repeat(99_999)));
    await raw.waitFor('<99999>');
    const slow = await Raw.open(port);
    const [line = '', ...rest] = post('hello').split(/(?<=\r\nHost)/);
    // uWebSockets.js answers 505 when the request line itself comes in pieces.
    for (const piece of [line, ...rest.join('')]) {
      slow.send(piece);
      await sleep(1);
    }
    await slow.waitFor('<5>');
    const chunked = await Raw.open(port);
    chunked.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\nab\r\n0\r\n\r\n');
    await chunked.waitFor('<7>');
  });

  test('[G7] the bytes of a body are the handler’s to keep', async () => {
    const kept: Uint8Array[] = [];
    const { port } = await serve(kind, {
      onRequest: (request, respond) => {
        kept.push(request.body);
        respond.end(200, {}, '');
      },
    });
    for (const letter of 'abc') {
      await fetch(`http://${host}:${port}/`, { method: 'POST', body: letter.repeat(50_000) });
    }
    expect(kept.map((body) => Buffer.from(body).toString())).toEqual(
      ['a', 'b', 'c'].map((letter) => letter.repeat(50_000)),
    );
  });

  test('[G8] a body over its limit is answered 413, whether its length is told or found', async () => {
    let handled = 0;
    const { port } = await serve(kind, { onRequest: () => void (handled += 1) });
    const told = await Raw.open(port);
    told.send(post('x', 100_001));
    expect(await told.waitForEnd()).toMatch(/^HTTP\/1.1 413 [^]*"too-large"/);
    const found = await Raw.open(port);
    found.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 110_000 && !found.isEnded; sent += 10_000) {
      found.send(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    }
    expect(await found.waitForEnd()).toMatch(/^HTTP\/1.1 413 /);
    expect(handled).toBe(0);
  });

  test('[G9] a client that goes away within its body is never handled', async () => {
    let handled = 0;
    const { port, incidents } = await serve(kind, {
      onRequest: (request, respond) => {
        handled += 1;
        echoLength(request, respond);
      },
    });
    const whole = post('hello');
    for (let at = 1; at < whole.length; at += 1) {
      const raw = await Raw.open(port);
      raw.send(whole.slice(0, at));
      if (at % 2 === 0) raw.tcp.end();
      else raw.tcp.resetAndDestroy();
      raw.tcp.destroySoon();
    }
    await sleep(50);
    expect(handled).toBe(0);
    expect(incidents).toEqual([]);
    expect(await (await fetch(`http://${host}:${port}/`, { method: 'POST', body: 'ab' })).text()).toBe('<2>');
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
      onRequest: (request, respond) => respond.end(Number(request.query) || 200, { 'x-a': 'b' }, 'hello'),
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
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['200', '204', '304', '202'].map((s) => `HTTP/1.1 ${s}`));
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
    ['at once', () => { throw new Error('boom'); }],
    ['later', async () => { await sleep(5); throw new Error('boom'); }],
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
    const { port } = await serve(kind, { tls, onRequest: (_r, respond) => respond.end(200, {}, 'safe') });
    const text = await new Promise<string>((resolve, reject) => {
      const options = { host, port, ca: readFileSync(tls.certFile), servername: 'localhost' };
      httpsRequest(options, (response) => response.on('data', (bytes: Buffer) => resolve(bytes.toString())))
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
