/**
 * RFC 6455 by raw sockets: fragments, control frames, and everything a peer must not send. Whatever
 * comes, a message arrives whole or not at all, the connection ends or goes on, and the server
 * serves the next.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import {
  accepting,
  closeAll,
  Raw,
  Recorder,
  serve,
  sleep,
  until,
  type Kind,
} from './server-helpers.ts';

const opcodes = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

interface Shape {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Claim another length than the payload has. */
  readonly length?: bigint;
}

/** One frame as a client sends it. */
function frame(opcode: number, payload: string | Uint8Array, shape: Shape = {}): Buffer {
  const { fin = true, rsv = 0, masked = true } = shape;
  const body = Buffer.from(payload as Uint8Array);
  const length = shape.length ?? BigInt(body.length);
  const head = [(fin ? 128 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 128 : 0;
  if (length < 126n) head.push(mask | Number(length));
  else if (length < 65_536n) head.push(mask | 126, Number(length >> 8n), Number(length & 255n));
  else {
    const wide = Buffer.alloc(8);
    wide.writeBigUInt64BE(length);
    head.push(mask | 127, ...wide);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const key = randomBytes(4);
  const hidden = body.map((byte, at) => byte ^ key[at % 4]!);
  return Buffer.concat([Buffer.from(head), key, hidden]);
}

const text = (payload: string, shape?: Shape): Buffer => frame(opcodes.text, payload, shape);
const closePayload = (code: number, reason = ''): Buffer =>
  Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);

const handshake = [
  'GET / HTTP/1.1',
  'Host: x',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '',
  '',
].join('\r\n');

async function open(
  kind: Kind,
): Promise<{ raw: Raw; recorder: Recorder; port: number; frames: () => Buffer }> {
  const recorder = new Recorder();
  const { port } = await serve(kind, accepting(recorder));
  const raw = await Raw.open(port);
  raw.send(handshake);
  const head = await raw.waitFor('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1.1 101 /);
  expect(head).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  const start = raw.received.indexOf('\r\n\r\n') + 4;
  return { raw, recorder, port, frames: () => raw.received.subarray(start) };
}

afterEach(closeAll);

describe.each(['uws', 'node'] as const)('%s: RFC 6455', (kind) => {
  test('[G40] a message in fragments arrives as one, with control frames answered in between', async () => {
    const { raw, recorder, frames } = await open(kind);
    raw.send(
      Buffer.concat([
        text('hel', { fin: false }),
        frame(opcodes.ping, 'one'),
        frame(opcodes.more, 'lo wö', { fin: false }),
        frame(opcodes.pong, 'nobody asked'),
        frame(opcodes.more, '', { fin: false }),
        frame(opcodes.more, 'rld'),
      ]),
    );
    await until('the message', () => recorder.messages.length === 1);
    expect(recorder.texts).toEqual(['hello wörld']);
    expect(recorder.messages[0]!.isBinary).toBe(false);
    const pong = Buffer.concat([Buffer.from([0x8a, 3]), Buffer.from('one')]);
    await until('the pong', () => frames().length >= pong.length);
    expect(frames()).toEqual(pong);
  });

  test('[G40] a character split between fragments, and bytes one by one, arrive whole', async () => {
    const { raw, recorder } = await open(kind);
    const euro = Buffer.from('€');
    const bytes = Buffer.concat([
      frame(opcodes.text, euro.subarray(0, 1), { fin: false }),
      frame(opcodes.more, euro.subarray(1)),
      frame(opcodes.binary, Buffer.alloc(200, 5)),
    ]);
    for (const byte of bytes) {
      raw.send(Buffer.from([byte]));
      await sleep(1);
    }
    await until('both', () => recorder.messages.length === 2);
    expect(recorder.texts[0]).toBe('€');
    expect(recorder.messages[1]!.data).toEqual(new Uint8Array(200).fill(5));
  });

  test('[G40] a thousand messages in one packet all arrive, in order', async () => {
    const { raw, recorder } = await open(kind);
    raw.send(Buffer.concat(Array.from({ length: 1_000 }, (_, at) => text(String(at)))));
    await until('all', () => recorder.messages.length === 1_000);
    expect(recorder.texts).toEqual(Array.from({ length: 1_000 }, (_, at) => String(at)));
  });

  test('[G40] a ping of 125 bytes is answered with the same', async () => {
    const { raw, frames } = await open(kind);
    raw.send(frame(opcodes.ping, Buffer.alloc(125, 9)));
    await until('the pong', () => frames().length === 127);
    expect(frames()).toEqual(Buffer.concat([Buffer.from([0x8a, 125]), Buffer.alloc(125, 9)]));
  });

  const forbidden: [string, Buffer][] = [
    ['a control frame over 125 bytes', frame(opcodes.ping, Buffer.alloc(126))],
    ['a control frame in fragments', frame(opcodes.ping, 'x', { fin: false })],
    ['reserved bit 1', text('x', { rsv: 4 })],
    ['reserved bit 2', text('x', { rsv: 2 })],
    ['reserved bit 3', text('x', { rsv: 1 })],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer] => [
      `opcode ${opcode}`,
      frame(opcode, 'x'),
    ]),
    ['a continuation of nothing', frame(opcodes.more, 'x')],
    ['a message within another’s fragments', Buffer.concat([text('a', { fin: false }), text('b')])],
    ['a text of invalid UTF-8', frame(opcodes.text, Buffer.from([0xc0, 0xaf]))],
    ['a text that ends within a character', frame(opcodes.text, Buffer.from('€').subarray(0, 2))],
    ['a text with a surrogate', frame(opcodes.text, Buffer.from([0xed, 0xa0, 0x80]))],
    ['a message over the limit', frame(opcodes.binary, Buffer.alloc(65_537))],
    [
      'fragments that are over the limit together',
      Buffer.concat([
        frame(opcodes.binary, Buffer.alloc(40_000), { fin: false }),
        frame(opcodes.more, Buffer.alloc(40_000)),
      ]),
    ],
    ['a claim of 2^63 bytes', frame(opcodes.binary, 'x', { length: 1n << 63n })],
    ['a claim of 4 GiB', frame(opcodes.binary, 'x', { length: 1n << 32n })],
  ];
  test.each(forbidden)(
    '[G41] %s ends the connection, and no message of it arrives',
    async (_name, bytes) => {
      const { raw, recorder, port } = await open(kind);
      raw.send(bytes);
      await raw.waitForEnd();
      await until('told', () => recorder.closes.length === 1);
      expect(recorder.closes).toEqual([1006]);
      expect(recorder.messages).toEqual([]);
      const next = await Raw.open(port);
      next.send(handshake);
      await next.waitFor(' 101 ');
    },
  );

  test('[G41] a frame without a mask is never taken for what it says', async () => {
    const { raw, recorder } = await open(kind);
    raw.send(text('unmasked', { masked: false }));
    await sleep(100);
    expect(recorder.texts).not.toContain('unmasked');
  });

  test.each([0, 999, 1004, 1005, 1006, 1012, 1016, 2999, 5000, 65_535])(
    '[G42] a close frame with the code %s, which may not be sent, ends the connection as broken',
    async (code) => {
      const { raw, recorder } = await open(kind);
      raw.send(frame(opcodes.close, closePayload(code)));
      await raw.waitForEnd();
      await until('told', () => recorder.closes.length === 1);
      expect(recorder.closes.every((told) => told === 1006 || told === 1005 || told === code)).toBe(
        true,
      );
    },
  );

  test('[G42] a close frame of one byte, or with a reason that is not UTF-8, ends the connection', async () => {
    for (const payload of [
      Buffer.from([3]),
      Buffer.concat([closePayload(1000), Buffer.from([0xff])]),
    ]) {
      const { raw, recorder } = await open(kind);
      raw.send(frame(opcodes.close, payload));
      await raw.waitForEnd();
      await until('told', () => recorder.closes.length === 1);
    }
  });

  test('[G43] a client that vanishes at any byte of a frame leaves no message and no trace', async () => {
    const recorders: Recorder[] = [];
    const { port, server, incidents } = await serve(kind, {
      onUpgrade: () => {
        const handler = new Recorder();
        recorders.push(handler);
        return { accept: true, protocol: '', handler };
      },
    });
    const whole = text('x'.repeat(130));
    for (let at = 0; at < whole.length; at += 1) {
      const raw = await Raw.open(port);
      raw.send(handshake);
      await raw.waitFor('\r\n\r\n');
      raw.tcp.end(whole.subarray(0, at));
      if (at % 2 === 1) raw.tcp.resetAndDestroy();
    }
    await until('all closed', () => server.connections === 0);
    expect(recorders).toHaveLength(whole.length);
    expect(recorders.flatMap(({ messages }) => messages)).toEqual([]);
    expect(recorders.map(({ closes }) => closes)).toEqual(recorders.map(() => [1006]));
    expect(incidents).toEqual([]);
  });

  test('[G43] a client that vanishes at any byte of the handshake leaves no connection', async () => {
    const recorder = new Recorder();
    const { port, server, incidents } = await serve(kind, accepting(recorder));
    for (let at = 1; at < handshake.length; at += 1) {
      const raw = await Raw.open(port);
      raw.send(handshake.slice(0, at));
      raw.tcp.destroySoon();
    }
    await sleep(100);
    expect(recorder.opens).toBe(0);
    expect(server.connections).toBe(0);
    expect(incidents).toEqual([]);
  });
});
