import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Outcome } from '../../engine/outcome.ts';
import { protocols } from '../../gateway/protocol.ts';
import { sourced } from './fake-engine.ts';
import { frames, placeOrder } from './frames-corpus.ts';
import { kinds, serve } from './serving.ts';
import type { Frame, Peer, Serving } from './serving.ts';

const ping = (request: number) => ({ request, kind: 'ping', body: {} });

for (const kind of kinds) {
  describe(`hostile peers on ${kind}`, () => {
    let serving: Serving;
    beforeEach(async () => {
      serving = await serve(kind, { limits: { malformedMax: 1_000, backpressureBytes: 64 * 1024, frameBytesMax: 256 * 1024 } });
    });
    afterEach(async () => {
      await serving.stop();
      expect(serving.incidents).toEqual([]);
    });

    test('[W4] every hostile frame is refused by name on one connection, which lives on', async () => {
      for (const protocol of protocols) {
        const isBinary = protocol === 'baton.msgpack.v1';
        const peer = await serving.peer(protocol);
        for (const { name, code, field, request, json, msgpack } of frames) {
          const bytes = isBinary ? msgpack : json;
          // Invalid UTF-8 in a text frame is against RFC 6455 itself and ends the connection: see below.
          if (bytes === undefined || (!isBinary && name === 'invalid UTF-8')) continue;
          peer.socket.send(bytes, { binary: isBinary });
          const answer = await peer.next();
          expect(answer, name).toMatchObject({ refused: { code } });
          expect(answer.request, name).toBe(request);
          if (field !== undefined) expect(answer.refused.field, name).toBe(field);
        }
        expect(await peer.ask(ping(1))).toMatchObject({ request: 1, ok: {} });
      }
      expect(serving.engine.submitted).toEqual([]);
    });

    test('[W3] invalid UTF-8, an oversized frame or bytes that are no frames end that connection only', async () => {
      const good = await serving.peer();
      const big = await serving.peer();
      big.socket.send('x'.repeat(300_000));
      expect([1006, 1009]).toContain(await big.closed);
      const garbled = await serving.peer();
      const garbage = frames.find(({ name }) => name === 'invalid UTF-8')?.json;
      garbled.socket.send(garbage ?? '', { binary: false });
      expect([1006, 1007]).toContain(await garbled.closed);
      const wild = connect(serving.gateway.port, '127.0.0.1');
      wild.on('error', () => undefined);
      wild.resume();
      wild.write(Buffer.alloc(4_096, 0xff));
      await new Promise((resolve) => wild.on('close', resolve));
      expect(await good.ask(ping(1))).toMatchObject({ ok: {} });
    });

    test('[W13] wrong paths, sub-protocols, origins and credentials are refused before there is a connection', async () => {
      const status = (url: string, protocol: string | undefined, headers: Record<string, string> = {}) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], { headers });
          socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
          socket.on('open', () => {
            socket.terminate();
            resolve(101);
          });
          socket.on('error', () => undefined);
        });
      const { url, http } = serving;
      expect(await status(url, 'baton.json.v1')).toBe(101);
      expect(await status(url, undefined)).toBe(101);
      expect(await status(url, 'baton.json.v9')).toBe(400);
      expect(await status(`${url}/x`, 'baton.json.v1')).toBe(404);
      expect(await status(url, 'baton.json.v1', { authorization: 'Bearer wrong' })).toBe(401);
      expect(await status(url, 'baton.json.v1', { origin: 'https://evil.example' })).toBe(403);
      expect(await status(url, 'baton.json.v1', { origin: http })).toBe(101);
    });

    test('[W8] a role may not do what is not its own', async () => {
      const socket = new WebSocket(serving.url, 'baton.json.v1', { headers: { authorization: 'Bearer shop' } });
      const got: Frame[] = [];
      socket.on('message', (data) => got.push(JSON.parse(String(data))));
      await new Promise((resolve) => socket.on('open', resolve));
      socket.send(JSON.stringify({ request: 1, kind: 'stock.receive', commandId: 'c', body: { entries: [{ sku: 'A', location: 'L', quantity: 1 }] } }));
      await expect.poll(() => got.length).toBe(2);
      expect(got[1]).toMatchObject({ request: 1, refused: { code: 'forbidden' } });
      socket.terminate();
    });

    test('[T14] a subscriber that stops reading is paused, costs nothing, and misses nothing', { timeout: 20_000 }, async () => {
      const follow = { request: 1, kind: 'subscribe', body: { topic: 'decisions' } };
      const slow = await serving.peer();
      const fast = await serving.peer('baton.msgpack.v1');
      await slow.ask(follow);
      await fast.ask(follow);
      slow.socket.pause();
      const turns = 3_000;
      const perTurn = 20;
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const told = readAll(fast, turns * perTurn);
      for (let turn = 0; turn < turns; turn += 1) {
        serving.engine.publish(Array.from({ length: perTurn }, (_, at) => sourced(`o${turn}`, turn * perTurn + at + 1)));
        if (turn % 20 === 0) {
          await new Promise((resolve) => setImmediate(resolve));
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        }
      }
      // The others got everything while one of them read nothing.
      expect(await told).toEqual(count(turns * perTurn));
      expect(serving.gateway.metrics.paused).toBeGreaterThan(0);
      // 9 MB were published; what waits for the slow one is its buffer, not the difference.
      expect(most).toBeLessThan(64 * 1024 * 1024);
      slow.socket.resume();
      expect(await readAll(slow, turns * perTurn)).toEqual(count(turns * perTurn));
    });

    test('[W14] a peer that does not read its replies is closed with 4002, and the others go on', { timeout: 20_000 }, async () => {
      const big = 'x'.repeat(20_000);
      serving.engine.onSubmit = (_, reply) => setImmediate(() => reply({ ok: big, position: 1 } satisfies Outcome));
      const good = await serving.peer();
      const deaf = await serving.peer();
      deaf.socket.pause();
      for (let at = 0; at < 2_000 && serving.gateway.metrics.closedSlow === 0; at += 1) {
        deaf.send({ request: at, kind: 'order.place', commandId: `c${at}`, body: placeOrder });
        if (at % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await expect.poll(() => serving.gateway.metrics.closedSlow, { timeout: 5_000 }).toBe(1);
      expect(await good.ask(ping(1))).toMatchObject({ ok: {} });
      expect(serving.gateway.server.connections).toBe(1);
      deaf.socket.resume();
      expect([4002, 1006]).toContain(await deaf.closed);
    });
  });
}

function count(to: number): number[] {
  return Array.from({ length: to }, (_, at) => at + 1);
}

async function readAll(peer: Peer, to: number): Promise<number[]> {
  const got: number[] = [];
  while (got.length < to) {
    const frame = await peer.next();
    expect(frame.gap).toBeUndefined();
    for (const event of frame.events ?? []) got.push(event.attempt);
  }
  return got;
}
