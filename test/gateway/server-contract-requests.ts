/** Requests and their bodies, as both servers hand them up. */
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest, HttpResponder } from '../../gateway/server/server.ts';
import { closeAll, host, Raw, serve, sleep, until, type Kind } from './server-helpers.ts';

export const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const post = (body: string, length = Buffer.byteLength(body)): string =>
  `POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`;

export function requestContract(kind: Kind): void {
  describe(`${kind}: requests`, () => {
    afterEach(closeAll);
    requests(kind);
    bodies(kind);
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
      onRequest: (request, respond) =>
        respond.end(200, {}, request.headers.get('authorization') ?? ''),
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
    chunked.send(
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\nab\r\n0\r\n\r\n',
    );
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
    expect(
      await (await fetch(`http://${host}:${port}/`, { method: 'POST', body: 'ab' })).text(),
    ).toBe('<2>');
  });
}
