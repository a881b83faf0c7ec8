/** The gateway over the real engine, with real permissions, on both servers. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../../gateway/auth/credential.ts';
import { allows } from '../../gateway/auth/permissions.ts';
import { engineLookups } from '../../gateway/auth/scope.ts';
import { channelId } from '../../actors/ids.ts';
import { reject } from '../../actors/rejection.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { startGateway } from '../../gateway/gateway.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { kinds, Peer } from './serving.ts';
import type { Frame } from './serving.ts';

const credentials: Readonly<Record<string, Credential>> = {
  op: { name: 'op', role: 'operator', channels: '*', locations: '*' },
  web: { name: 'web', role: 'storefront', channels: [channelId('web')], locations: [] },
  other: { name: 'other', role: 'storefront', channels: [channelId('other')], locations: [] },
};

class World {
  readonly disk: MemoryDisk;
  readonly incidents: unknown[] = [];
  readonly #kind: 'uws' | 'node';
  readonly #peers: Peer[] = [];
  #engine: Engine | undefined;
  gateway: Gateway | undefined;

  constructor(kind: 'uws' | 'node', disk = new MemoryDisk()) {
    this.#kind = kind;
    this.disk = disk;
  }

  async start(): Promise<this> {
    const engine = await Engine.open({
      claim: await this.disk.journal().claim('test'),
      clock: systemClock,
      hooks: {
        onBug: (bug) => this.incidents.push(bug),
        onSlowCommit: () => undefined,
        onHungCommit: () => undefined,
        onLost: () => undefined,
      },
    });
    const lookups = engineLookups(engine);
    this.#engine = engine;
    this.gateway = await startGateway({
      engine, prefer: this.#kind, host: '127.0.0.1', port: 0,
      authenticate: async ({ headers }) =>
        credentials[(headers.get('authorization') ?? 'Bearer op').slice(7)] ?? reject('unauthenticated', 'no such key'),
      allows: (caller, kind, body) => allows(caller, kind, body, lookups),
      onIncident: (error) => this.incidents.push(error),
    });
    return this;
  }

  get port(): number {
    return this.gateway?.port ?? 0;
  }

  async peer(key = 'op'): Promise<Peer> {
    const peer = new Peer(`ws://127.0.0.1:${this.port}/`, 'baton.msgpack.v1', key);
    this.#peers.push(peer);
    await peer.next();
    return peer;
  }

  /** The process dies; what was durable is on the disk. */
  async crash(): Promise<void> {
    this.disk.crash();
    await this.gateway?.close(50);
  }

  async stop(): Promise<void> {
    for (const peer of this.#peers) peer.socket.terminate();
    this.gateway?.stopTaking();
    await this.#engine?.close();
    await this.gateway?.close(50);
  }
}

let request = 1;
const tell = (peer: Peer, kind: string, body: unknown, commandId = `c${request}`): Promise<Frame> =>
  peer.ask({ request: (request += 1), kind, commandId, body });
const ask = (peer: Peer, kind: string, body: unknown): Promise<Frame> => peer.ask({ request: (request += 1), kind, body });
const order = (orderId: string, quantity = 1, channel = 'web', sku = 'A') => ({
  orderId, channel, destination: { country: 'GB' }, lines: [{ sku, quantity }],
});

async function seed(peer: Peer): Promise<void> {
  const location = { id: 'LEEDS', name: 'Leeds', type: 'warehouse', country: 'GB', latitude: 53.8, longitude: -1.5, state: 'open' };
  await tell(peer, 'location.put', { location });
  for (const id of ['web', 'other']) await tell(peer, 'channel.put', { channel: { id, name: id } });
  const answer = await tell(peer, 'stock.receive', { entries: [{ sku: 'A', location: 'LEEDS', quantity: 100 }] });
  expect(answer).toMatchObject({ ok: { entries: 1 } });
}

for (const kind of kinds) {
  describe(`the whole on ${kind}`, () => {
    let world: World;
    beforeEach(async () => {
      world = await new World(kind).start();
    });
    afterEach(async () => {
      await world.stop();
      expect(world.incidents).toEqual([]);
    });

    test('[W15] an order is decided once: the same id and body get the same answer, another body is refused by field', async () => {
      const peer = await world.peer();
      await seed(peer);
      const first = await tell(peer, 'order.place', order('o1', 3), 'once');
      expect(first.ok).toMatchObject({ orderId: 'o1', fulfillments: [{ location: 'LEEDS' }], backordered: 0 });
      const again = await tell(await world.peer(), 'order.place', order('o1', 3), 'once');
      expect({ ...again, request: 0 }).toEqual({ ...first, request: 0 });
      expect(await tell(peer, 'order.place', order('o1', 4), 'once')).toMatchObject({
        refused: { code: 'command-id-reused', field: 'body.lines[0].quantity' },
      });
    });

    test('[T15] a follower of an order, of its stock and of its location sees the turn that placed it', async () => {
      const peer = await world.peer();
      await seed(peer);
      const follower = await world.peer();
      for (const topic of [
        { topic: 'order', orderId: 'o1' },
        { topic: 'stock', skus: ['A'], channel: 'web' },
        { topic: 'location', location: 'LEEDS' },
        { topic: 'decisions' },
      ]) {
        expect(await ask(follower, 'subscribe', topic)).toHaveProperty('ok.subscription');
        if (topic.topic !== 'decisions') expect(await follower.next()).toHaveProperty('snapshot');
      }
      const { position } = await tell(peer, 'order.place', order('o1', 3));
      const pushes = [];
      for (let at = 0; at < 4; at += 1) pushes.push(await follower.next());
      pushes.sort((a, b) => a.subscription - b.subscription);
      expect(pushes.map((push) => push.position)).toEqual([position, position, position, position]);
      expect(pushes[0].events.map((event: Frame) => event.kind)).toContain('order.placed');
      expect(pushes[1].stock).toEqual([{ sku: 'A', atp: 97 }]);
      expect(pushes[2].events[0]).toMatchObject({ orderId: 'o1', choices: [{ location: 'LEEDS' }] });
      expect(pushes[3].events[0]).toMatchObject({ kind: 'order.sourced', choices: [{ location: 'LEEDS' }] });
    });

    test('[T16] after a crash a follower resumes where it was, without a hole', async () => {
      const peer = await world.peer();
      await seed(peer);
      const follower = await world.peer();
      await ask(follower, 'subscribe', { topic: 'decisions' });
      for (const id of ['o1', 'o2', 'o3']) await tell(peer, 'order.place', order(id));
      const first = await follower.next();
      expect(first.events).toMatchObject([{ orderId: 'o1' }]);
      const since = first.position;
      await world.crash();
      const next = await new World(kind, world.disk).start();
      const reader = await next.peer();
      await ask(reader, 'subscribe', { topic: 'decisions', since });
      const events: Frame[] = [];
      while (events.length < 2) events.push(...(await reader.next()).events);
      expect(events.map((event) => event.orderId)).toEqual(['o2', 'o3']);
      await next.stop();
    });

    test('[T2] a foreign order answers, by every door, like one that does not exist', async () => {
      const peer = await world.peer();
      await seed(peer);
      await tell(peer, 'order.place', order('o1'));
      const other = await world.peer('other');
      const forget = (frame: Frame): Frame => JSON.parse(JSON.stringify({ ...frame, request: 0, subscription: 0 }).replaceAll(/o[19]/g, 'o'));
      for (const [ofForeign, ofMissing] of [
        [await ask(other, 'order.get', { orderId: 'o1' }), await ask(other, 'order.get', { orderId: 'o9' })],
        [await ask(other, 'subscribe', { topic: 'order', orderId: 'o1' }), undefined],
      ]) {
        if (ofMissing !== undefined) expect(forget(ofForeign)).toEqual(forget(ofMissing));
      }
      expect(await other.next()).toMatchObject({ snapshot: null });
      const foreign = await tell(other, 'order.cancel', { orderId: 'o1', reason: 'x' });
      const missing = await tell(other, 'order.cancel', { orderId: 'o9', reason: 'x' });
      expect(forget(foreign.refused)).toEqual(forget(missing.refused));
      expect(await ask(await world.peer('web'), 'order.get', { orderId: 'o1' })).toMatchObject({ ok: { orderId: 'o1' } });
    });

    test('[W16] names of objects’ own properties are names like any other', async () => {
      const peer = await world.peer();
      await seed(peer);
      for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
        await tell(peer, 'stock.receive', { entries: [{ sku: name, location: 'LEEDS', quantity: 5 }] });
        const placed = await tell(peer, 'order.place', order(name, 2, 'web', name));
        expect(placed, name).toMatchObject({ ok: { orderId: name, backordered: 0 } });
        const reply = await fetch(`http://127.0.0.1:${world.port}/v1/queries/atp.get`, {
          method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ skus: [name] }),
        });
        expect(await reply.text(), name).toContain(`{"${name}":3}`);
      }
      expect(({} as Frame).quantity).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    });

    test('[W17] a peer cut off at any byte of a command leaves it whole or undone, and a retry finds out', { timeout: 30_000 }, async () => {
      const peer = await world.peer();
      await seed(peer);
      const upgrade = [
        'GET / HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, 'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: baton.json.v1', '', '',
      ].join('\r\n');
      const frameOf = (id: string) => masked(JSON.stringify({ request: 1, kind: 'order.place', commandId: `cut-${id}`, body: order(id) }));
      const whole = frameOf('x000').length;
      let placed = 0;
      for (let cut = 0; cut <= whole; cut += cut < 12 || cut > whole - 12 ? 1 : 13) {
        const id = `x${String(cut).padStart(3, '0')}`;
        await sendAndVanish(world.port, Buffer.from(upgrade), frameOf(id).subarray(0, cut));
        if (cut === whole) await expect.poll(async () => (await ask(peer, 'order.get', { orderId: id })).ok).not.toBeNull();
        else expect((await ask(peer, 'order.get', { orderId: id })).ok, `cut at ${cut}`).toBeNull();
        const retry = await tell(peer, 'order.place', order(id), `cut-${id}`);
        expect(retry.ok, id).toMatchObject({ orderId: id });
        placed += 1;
      }
      const [stock] = (await ask(peer, 'stock.get', { sku: 'A' })).ok;
      expect(stock).toMatchObject({ onHand: 100, allocated: placed });
      await expect.poll(() => world.gateway?.server.connections).toBe(1);
    });

    test('[H8] on a full disk commands are refused by name, reads go on, and readiness says so', async () => {
      const full = await new World(kind, new MemoryDisk({ totalBytes: 1_000 })).start();
      const peer = await full.peer();
      expect(await tell(peer, 'channel.put', { channel: { id: 'web', name: 'Web' } })).toMatchObject({
        refused: { code: 'storage-full', retryable: true },
      });
      expect(await ask(peer, 'order.counts', {})).toHaveProperty('ok');
      const ready = await fetch(`http://127.0.0.1:${full.port}/readyz`);
      expect([ready.status, await ready.text()]).toEqual([503, 'full\n']);
      await full.stop();
    });
  });
}

/** A text frame as a client sends it, short enough for a length of 16 bits. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const key = randomBytes(4);
  const head = Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, key, payload.map((byte, at) => byte ^ (key[at % 4] ?? 0))]);
}

/** Upgrade, send these bytes, and cut the connection without a farewell. */
async function sendAndVanish(port: number, upgrade: Buffer, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    // Hello has come: the session is open.
    let got = '';
    socket.on('data', (data) => {
      got += data.toString('latin1');
      if (got.includes('hello')) resolve();
    });
    socket.write(upgrade);
  });
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 2));
  socket.resetAndDestroy();
}
