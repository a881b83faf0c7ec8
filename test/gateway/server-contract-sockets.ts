/** The WebSocket half of the contract of both servers. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Socket } from '../../gateway/server/server.ts';
import {
  accepting,
  closeAll,
  dial,
  Recorder,
  serve,
  sleep,
  until,
  type Kind,
} from './server-helpers.ts';

export function socketContract(kind: Kind): void {
  describe(`${kind}: sockets`, () => {
    afterEach(closeAll);
    upgrades(kind);
    messages(kind);
    backPressure(kind);
    closing(kind);
    bugs(kind);
  });
}

function upgrades(kind: Kind): void {
  test('[G20] the sub-protocol decided is the one agreed, and the handler sees the request', async () => {
    const recorder = new Recorder();
    const { port, server } = await serve(kind, {
      onUpgrade: (request) => {
        expect(request.headers.get('sec-websocket-protocol')).toMatch(/^one, ?two$/);
        expect(request).toMatchObject({
          method: 'GET',
          path: '/',
          query: '',
          remoteAddress: '127.0.0.1',
        });
        return { accept: true, protocol: 'two', handler: recorder };
      },
    });
    const { ws } = await dial(port, ['one', 'two']);
    expect(ws.protocol).toBe('two');
    expect(recorder.socket).toMatchObject({
      protocol: 'two',
      remoteAddress: '127.0.0.1',
      bufferedBytes: 0,
    });
    expect(server.connections).toBe(1);
    ws.close();
    await until('closed', () => server.connections === 0);
    expect(recorder.closes).toEqual([1005]);
  });

  test.each([
    ['at once', () => ({ accept: false as const, status: 401, body: 'who are you?' })],
    [
      'later',
      async () => {
        await sleep(5);
        return { accept: false as const, status: 401, body: 'who are you?' };
      },
    ],
  ])('[G21] an upgrade refused %s tells status and reason', async (_when, onUpgrade) => {
    const { port } = await serve(kind, { onUpgrade });
    await expect(dial(port)).rejects.toThrow('401 who are you?');
  });

  test('[G21] an upgrade accepted later works, also when the client went away meanwhile', async () => {
    const recorder = new Recorder();
    const { port, incidents } = await serve(kind, {
      onUpgrade: async () => {
        await sleep(50);
        return { accept: true, protocol: '', handler: recorder };
      },
    });
    const impatient = dial(port, [], { handshakeTimeout: 10 });
    await expect(impatient).rejects.toThrow();
    await sleep(80);
    expect(recorder.opens).toBe(0);
    const { ws } = await dial(port);
    ws.send('hello');
    await until('the message', () => recorder.texts[0] === 'hello');
    expect(incidents).toEqual([]);
  });

  test('[G21] an upgrade of another version or without a proper key is refused', async () => {
    const { port } = await serve(kind, accepting(new Recorder()));
    await expect(dial(port, [], { protocolVersion: 8 })).rejects.toThrow(/^4(00|26)/);
  });
}

function messages(kind: Kind): void {
  test('[G22] text and bytes go both ways, of any length up to the limit', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { ws, messages } = await dial(port);
    for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
      ws.send('é'.repeat(length / 2));
      ws.send(Buffer.alloc(length, 7));
    }
    await until('all', () => recorder.messages.length === 12);
    expect(recorder.messages.map(({ data }) => data.length)).toEqual(
      [0, 1, 125, 126, 65_535, 65_536].flatMap((length) => [Math.floor(length / 2) * 2, length]),
    );
    expect(recorder.messages.map(({ isBinary }) => isBinary)).toEqual(
      Array(6).fill([false, true]).flat(),
    );
    recorder.socket!.send('text');
    recorder.socket!.send(Uint8Array.of(1, 2, 3));
    recorder.socket!.send('');
    await until('answers', () => messages.length === 3);
    expect(messages).toEqual(['text', Buffer.from([1, 2, 3]), '']);
  });

  test('[G23] bytes given to send may be used again at once, inside a cork too', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { messages } = await dial(port);
    const bytes = new Uint8Array(8);
    recorder.socket!.cork(() => {
      for (let at = 0; at < 1_000; at += 1) {
        bytes.fill(at & 255);
        expect(recorder.socket!.send(bytes)).toBe('sent');
      }
    });
    await until('all', () => messages.length === 1_000);
    expect(messages.every((data, at) => (data as Buffer).equals(Buffer.alloc(8, at & 255)))).toBe(
      true,
    );
  });

  test('[G24] a message over the limit closes the connection and never arrives', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { ws, closed } = await dial(port);
    ws.send(Buffer.alloc(65_537));
    expect([1006, 1009]).toContain((await closed).code);
    await until('told', () => recorder.closes.length === 1);
    expect(recorder.closes).toEqual([1006]);
    expect(recorder.messages).toEqual([]);
  });

  test('[G25] pings are answered, and a peer that answers pings stays', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, { ...accepting(recorder), idleTimeoutSeconds: 8 });
    const { ws } = await dial(port);
    let pings = 0;
    ws.on('ping', () => (pings += 1));
    const pong = new Promise<string>((resolve) =>
      ws.on('pong', (data) => resolve(data.toString())),
    );
    ws.ping('are you there?');
    expect(await pong).toBe('are you there?');
    // Reads nothing from here on, so it answers nothing either.
    const silent = await dial(port);
    silent.ws.pause();
    await until('the silent one was given up', () => recorder.closes.length === 1, 20_000);
    expect(recorder.closes).toEqual([1006]);
    await until('a ping', () => pings > 0, 10_000);
    expect(ws.readyState).toBe(ws.OPEN);
  }, 40_000);
}

function backPressure(kind: Kind): void {
  test('[G26] a slow reader is told as slow, then dropped, and drains: what was not dropped arrives', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { ws, messages } = await dial(port);
    ws.pause();
    await sleep(20);
    const socket = recorder.socket!;
    const results: string[] = [];
    const taken: number[] = [];
    for (let at = 0; at < 4_000 && results.filter((one) => one === 'dropped').length < 3; at += 1) {
      const frame = Buffer.alloc(8_192);
      frame.writeUInt32LE(at);
      const result = socket.send(frame);
      if (result !== 'dropped') taken.push(at);
      results.push(result);
      if (at % 50 === 0) await sleep(1);
    }
    expect(results[0]).toBe('sent');
    expect(results).toContain('slow');
    expect(results.at(-1)).toBe('dropped');
    // In that order, and never dropped without having been slow.
    expect(results.indexOf('slow')).toBeLessThan(results.indexOf('dropped'));
    expect(socket.bufferedBytes).toBeGreaterThan(4 * 65_536);
    expect(socket.bufferedBytes).toBeLessThan(4 * 65_536 + 3 * 8_300);
    expect(recorder.drains).toBe(0);
    ws.resume();
    await until('the drain', () => recorder.drains > 0);
    expect(recorder.drains).toBe(1);
    expect(socket.bufferedBytes).toBeLessThanOrEqual(65_536);
    expect(socket.send(Buffer.alloc(4, 255))).toBe('sent');
    await until('all', () => messages.length === taken.length + 1);
    expect(messages.slice(0, -1).map((data) => (data as Buffer).readUInt32LE(0))).toEqual(taken);
  });

  test('[G26] a slow reader is told as slow inside a cork and inside a message too', async () => {
    let results: string[] = [];
    const recorder = new Recorder();
    const flood = (socket: Socket): void => {
      for (let at = 0; at < 20_000 && !results.includes('dropped'); at += 1) {
        results.push(socket.send(Buffer.alloc(1_000)));
      }
    };
    recorder.onMessage = flood;
    const { port } = await serve(kind, accepting(recorder));
    const { ws } = await dial(port);
    ws.send('flood');
    ws.pause();
    await until('flooded', () => results.includes('dropped'));
    expect(results.indexOf('slow')).toBeGreaterThan(0);
    expect(results.indexOf('slow')).toBeLessThan(results.indexOf('dropped'));
    results = [];
    recorder.socket!.cork(() => flood(recorder.socket!));
    expect(results[0]).toBe('dropped');
  });

  test('[G27] one slow reader does not hold up another', async () => {
    const recorders: Recorder[] = [];
    const { port } = await serve(kind, {
      onUpgrade: () => {
        const handler = new Recorder();
        recorders.push(handler);
        return { accept: true, protocol: '', handler };
      },
    });
    const slow = await dial(port);
    const fast = await dial(port);
    slow.ws.pause();
    for (let at = 0; at < 200; at += 1) {
      for (const { socket } of recorders) socket!.send(Buffer.alloc(8_192));
      if (at % 20 === 0) await sleep(1);
    }
    await until('the fast one has all', () => fast.messages.length === 200);
  });
}

function closing(kind: Kind): void {
  test('[G28] a close goes out with code and reason, is told once and at once, and ends sending', async () => {
    const recorder = new Recorder();
    const { port, server } = await serve(kind, accepting(recorder));
    const { closed, messages } = await dial(port);
    const socket = recorder.socket!;
    socket.send('last words');
    socket.close(4001, `é${'x'.repeat(200)}`);
    expect(recorder.closes).toEqual([4001]);
    expect(server.connections).toBe(0);
    expect(socket.send('more')).toBe('dropped');
    let worked = false;
    socket.cork(() => {
      worked = socket.send('more') === 'dropped';
    });
    expect(worked).toBe(true);
    socket.close(1000, 'again');
    expect(socket.bufferedBytes).toBe(0);
    expect(await closed).toEqual({ code: 4001, reason: `é${'x'.repeat(121)}` });
    expect(messages).toEqual(['last words']);
    await sleep(20);
    expect(recorder.closes).toEqual([4001]);
  });

  test.each([
    [1000, [1000]],
    [1001, [1001]],
    [3000, [3000, 1006]],
    [4000, [4000]],
    [4999, [4999]],
    [undefined, [1005]],
  ])('[G28] a peer that closes with %s is told as one of %s', async (sent, told) => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { ws, closed } = await dial(port);
    ws.close(sent);
    await closed;
    await until('told', () => recorder.closes.length > 0);
    expect(recorder.closes).toHaveLength(1);
    expect(told).toContain(recorder.closes[0]);
  });

  test('[G28] a peer that vanishes is told as 1006', async () => {
    const recorder = new Recorder();
    const { port } = await serve(kind, accepting(recorder));
    const { ws } = await dial(port);
    ws.terminate();
    await until('told', () => recorder.closes.length > 0);
    expect(recorder.closes).toEqual([1006]);
    expect(recorder.socket!.send('x')).toBe('dropped');
  });

  test('[G28] a close inside open, message and drain is safe', async () => {
    for (const where of ['onOpen', 'onMessage'] as const) {
      const recorder = new Recorder();
      recorder[where] = (socket: Socket) => {
        socket.close(4002, where);
        socket.send('x');
      };
      const { port } = await serve(kind, accepting(recorder));
      const { ws, closed } = await dial(port);
      ws.send('1');
      ws.send('2');
      expect(await closed).toEqual({ code: 4002, reason: where });
      expect(recorder.closes).toEqual([4002]);
    }
  });

  test('[G18] sockets work over TLS', async () => {
    const folder = new URL('fixtures/', import.meta.url).pathname;
    const certFile = `${folder}self-signed-for-tests.crt`;
    const recorder = new Recorder();
    recorder.onMessage = (socket) => {
      socket.cork(() => {
        socket.send('a'.repeat(100_000));
        socket.send('b');
      });
    };
    const tls = { keyFile: `${folder}self-signed-for-tests.key`, certFile };
    const { port } = await serve(kind, { ...accepting(recorder), tls });
    const { ws, messages } = await dial(port, [], { ca: readFileSync(certFile) }, 'wss');
    ws.send('go');
    await until('both', () => messages.length === 2);
    expect(messages).toEqual(['a'.repeat(100_000), 'b']);
  });
}

function bugs(kind: Kind): void {
  test.each(['onOpen', 'onMessage'] as const)(
    '[G29] %s that throws is an incident and closes that connection with 1011',
    async (where) => {
      const recorder = new Recorder();
      recorder[where] = () => {
        throw new Error('boom');
      };
      const { port, incidents } = await serve(kind, accepting(recorder));
      const { ws, closed } = await dial(port);
      ws.send('x');
      expect(await closed).toEqual({ code: 1011, reason: 'internal error' });
      expect(incidents).toMatchObject([{ where, error: { message: 'boom' } }]);
      expect(recorder.closes).toEqual([1011]);
    },
  );

  test('[G29] work in a cork that throws, a close handler that throws, a wrong close code: incidents, no more', async () => {
    const recorder = new Recorder();
    recorder.onClose = () => {
      throw new Error('in close');
    };
    const { port, incidents } = await serve(kind, accepting(recorder));
    const { closed } = await dial(port);
    expect(() => recorder.socket!.close(1006, '')).toThrow(/not a close code/);
    recorder.socket!.cork(() => {
      throw new Error('in cork');
    });
    expect((await closed).code).toBe(1011);
    expect(incidents.map(({ where }) => where)).toEqual(['cork', 'onClose']);
  });

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
  ])('[G29] an upgrade that throws %s is an incident and a 500', async (_when, onUpgrade) => {
    const { port, incidents } = await serve(kind, { onUpgrade });
    await expect(dial(port)).rejects.toThrow(/^500/);
    expect(incidents).toMatchObject([{ where: 'onUpgrade' }]);
  });

  test('[G29] agreeing to a sub-protocol that was not offered is an incident and a 500', async () => {
    const { port, incidents } = await serve(kind, accepting(new Recorder(), 'three'));
    await expect(dial(port, ['one'])).rejects.toThrow(/^500/);
    expect(incidents).toHaveLength(1);
  });

  test('[G17] an upgrade that is never decided gets 503', async () => {
    const { port } = await serve(kind, {
      answerTimeoutSeconds: 0.2,
      onUpgrade: () => new Promise(() => undefined),
    });
    await expect(dial(port)).rejects.toThrow(/^503/);
  });
}
