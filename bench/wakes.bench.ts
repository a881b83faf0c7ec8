/**
 * Wake-ups: 100,000 orders wait for 10,000 SKUs; something happens; how many of them are looked at, how many get a
 * place, how long until the last has one, and what whoever orders meanwhile waits for an answer.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import { openSeeded, openStore, pump, stray } from './in-process.ts';
import { Digest, type Bench, type Figure, type Size } from './kit.ts';
import { Live } from './live.ts';
import { issueShape, Orders, type Asked, type Shape } from './workload.ts';

interface Scale {
  readonly waiting: number;
  readonly skus: number;
  readonly shape: Shape;
  readonly liveMs: number;
  /** How long before its moment a plan is published that has one. */
  readonly leadMs: number;
}

const scales: Readonly<Record<Size, Scale>> = {
  full: { waiting: 100_000, skus: 10_000, shape: { ...issueShape, skus: 1_000 }, liveMs: 2_000, leadMs: 15_000 },
  tiny: { waiting: 100, skus: 20, shape: { ...issueShape, skus: 50 }, liveMs: 20, leadMs: 3_000 },
};

export const wakesBench: Bench = {
  name: 'wakes',
  measures:
    'orders that wait (one line, ten orders a SKU, nine tenths of them of the channel `web`) on LMDB: from the command ' +
    'until the last of them that can be served is; meanwhile 200 orders of 3 lines a second come in open loop.',
  leavesOut: 'sockets, encoding of replies, subscribers, a second process.',
  async *run(size, only) {
    const scale = scales[size];
    const store = await openStore('lmdb');
    const engine = await openSeeded(store.claim, scale.shape);
    try {
      const bench = new Wakening(engine, scale);
      await bench.fill();
      for await (const figure of bench.cases()) if (only === undefined || figure.name.includes(only)) yield figure;
    } finally {
      await engine.close();
      await store.remove();
    }
  },
};

const waited = (index: number): string => `WAIT-${index}`;
const exclude = (when: string, id: string) => ({
  format: 'baton.plan/1' as const, id, name: id, rules: [{ id: 'not-there', exclude: 'location' as const, when }],
});

class Wakening {
  readonly #engine: Engine;
  readonly #scale: Scale;
  readonly #orders: Orders;
  /** Orders looked at and read, and those that found a place. */
  #looked = 0;
  #placed = 0;
  #lastPlacedMs = 0;

  constructor(engine: Engine, scale: Scale) {
    this.#engine = engine;
    this.#scale = scale;
    this.#orders = new Orders(scale.shape, 'live-');
    const { wakes } = engine.inspect().core;
    const [take, takeSwept] = [wakes.take.bind(wakes), wakes.takeSwept.bind(wakes)];
    const counted = <T>(order: T): T => {
      if (order !== undefined) this.#looked += 1;
      return order;
    };
    wakes.take = (concerns) => counted(take(concerns));
    wakes.takeSwept = (concerns) => counted(takeSwept(concerns));
    engine.onPublished(({ events }) => {
      for (const event of events) {
        if (event.kind !== 'order.sourced' || event.attempt < 2 || event.choices.length === 0) continue;
        this.#placed += 1;
        this.#lastPlacedMs = performance.now();
      }
    });
  }

  async fill(): Promise<void> {
    const { waiting, skus } = this.#scale;
    await this.#tell([{ kind: 'channel.put', body: { channel: { id: 'shop', name: 'The shop' } } }]);
    await this.#tell(this.#stock('stock.count', 'W0', { onHand: 0 }));
    await this.#tell(
      Array.from({ length: waiting }, (_, index): Asked => ({
        kind: 'order.place',
        body: {
          orderId: `waits-${index}`, channel: index % 10 === 9 ? 'shop' : 'web', shortage: 'backorder',
          destination: { country: 'DE' }, lines: [{ sku: waited(Math.floor(index / 10) % skus), quantity: 1 }],
        },
      })),
    );
  }

  async *cases(): AsyncGenerator<Figure> {
    const { waiting, skus } = this.#scale;
    const [shop, web] = [waiting / 10, (waiting * 9) / 10];
    const few = Math.min(10, skus);
    yield await this.#measure('nothing happens', 0, []);
    yield await this.#measure('5 units of one SKU arrive', 5, [receive('W0', [0], 5)]);
    await this.#tell([{ kind: 'location.pause', body: { locationId: 'W1', reason: 'stock-take' } }, receive('W1', range(1, few), 1)]);
    yield await this.#measure('a location opens that has 1 unit of some SKUs', few - 1, [{ kind: 'location.resume', body: { locationId: 'W1' } }]);
    const suspend: Asked = { kind: 'carrier.suspend', body: { carrierId: 'C2', reason: 'strike' } };
    yield await this.#measure('a carrier is suspended', 0, [suspend]);
    // Under these plans nobody may be served from W2, where there is enough for all.
    const plans = [exclude('location.id == "W2"', 'closed'), exclude('location.id == "W9"', 'opened')];
    await this.#publish(plans[0] ?? stray(), 'web');
    await this.#put(plans[1] ?? stray());
    await this.#publish(exclude(`location.id == "W2" && now.ms < ${Date.now() + 86_400_000}`, 'later'), 'shop');
    await this.#tell(this.#stock('stock.receive', 'W2', { quantity: 10 }));
    await this.#quiet();
    yield await this.#measure('a carrier resumes, under plans that ask nothing of carriers', 0, [{ kind: 'carrier.resume', body: { carrierId: 'C2' } }]);
    const opensMs = Date.now() + this.#scale.leadMs;
    await this.#publish(exclude(`location.id == "W2" && now.ms < ${opensMs}`, 'soon'), 'shop');
    await this.#quiet();
    yield await this.#measure('a moment comes that a plan’s rule asks for, for the shop', shop - this.#servedOf(0), [], opensMs);
    yield await this.#measure('a plan is published for the web', web - this.#servedOf(1), [publish('opened', 'web')]);
  }

  /** Of the shop (0) or the web (1), who was served by the few units that came first. */
  #servedOf(channel: 0 | 1): number {
    const { world } = this.#engine.inspect().core;
    let served = 0;
    for (let index = 0; index < Math.min(this.#scale.waiting, 1_000); index += 1) {
      const isShop = index % 10 === 9;
      const order = world.look(`waits-${index}` as never);
      if (isShop === (channel === 0) && order?.context.lines[0]?.backordered === 0) served += 1;
    }
    return served;
  }

  /** Every waited-for SKU at a location, in as few commands as may be. */
  #stock(kind: 'stock.count' | 'stock.receive', location: string, amount: { onHand: number } | { quantity: number }): Asked[] {
    const all = range(0, this.#scale.skus).map((index) => ({ sku: waited(index), location, ...amount }));
    return range(0, Math.ceil(all.length / 1_000)).map((piece) => ({
      kind, body: { entries: all.slice(piece * 1_000, (piece + 1) * 1_000) },
    }) as Asked);
  }

  #put(plan: ReturnType<typeof exclude>): Promise<void> {
    return this.#tell([
      { kind: 'plan.put', body: { plan, reason: 'bench' } },
      { kind: 'plan.validate', body: { planId: plan.id, version: 1 } },
    ]);
  }

  async #publish(plan: ReturnType<typeof exclude>, channel: string): Promise<void> {
    await this.#put(plan);
    await this.#tell([publish(plan.id, channel)]);
  }

  async #tell(asked: readonly Asked[]): Promise<void> {
    if (asked.length > 0) await pump(this.#engine, asked.length, 256, (index) => asked[index] ?? stray(), (outcome) => {
      if (outcome.refused !== undefined) throw new Error(outcome.refused.detail);
    });
  }

  /** Until nobody is left to be woken. */
  async #quiet(): Promise<void> {
    do await sleep(1);
    while (!this.#engine.inspect().core.wakes.isEmpty);
  }

  async #measure(name: string, served: number, asked: readonly Asked[], fromMs = Date.now()): Promise<Figure> {
    [this.#looked, this.#placed] = [0, 0];
    const startMs = performance.now() + fromMs - Date.now();
    const live = new Live(this.#engine, this.#orders);
    const told = this.#tell(asked);
    const enough = (): boolean => this.#placed >= served && performance.now() >= startMs + this.#scale.liveMs;
    while (!enough() && performance.now() < startMs + 600_000) await sleep(2);
    await told;
    await this.#quiet();
    const latencies = await live.end();
    if (this.#placed !== served) throw new Error(`${name}: ${this.#placed} found a place, not ${served}`);
    const digest = new Digest();
    digest.add([name, served]);
    const tookMs = served === 0 ? Math.max(...latencies) : this.#lastPlacedMs - startMs;
    const [p50, p99] = [0.5, 0.99].map((share) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0);
    return {
      name, value: tookMs, unit: served === 0 ? 'ms, slowest live order' : 'ms until the last',
      also: {
        looked: String(this.#looked), served: String(served),
        live: `p50 ${(p50 ?? 0).toFixed(1)}, p99 ${(p99 ?? 0).toFixed(1)} ms of ${latencies.length}`,
      },
      hash: digest.hex(),
    };
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const receive = (location: string, skus: readonly number[], quantity: number): Asked => ({
  kind: 'stock.receive', body: { entries: skus.map((index) => ({ sku: waited(index), location, quantity })) },
});
const publish = (planId: string, channel: string): Asked => ({
  kind: 'plan.publish', body: { planId, version: 1, channel, force: true, reason: 'bench' },
});
