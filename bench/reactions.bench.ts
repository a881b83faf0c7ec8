/**
 * Reactions: how long after something happened the engine has done what follows by itself, and told it. Each is made
 * to happen one by one, while 200 orders of 3 lines a second come in open loop.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '../actors/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { openSeeded, openStore, pump } from './in-process.ts';
import { Digest, type Bench, type Figure, type Size } from './kit.ts';
import { Live } from './live.ts';
import { issueShape, Orders, type Asked, type Shape } from './workload.ts';

interface Scale {
  readonly shape: Shape;
  readonly samples: number;
}

const scales: Readonly<Record<Size, Scale>> = {
  full: { shape: { ...issueShape, skus: 1_000 }, samples: 300 },
  tiny: { shape: { ...issueShape, skus: 50 }, samples: 3 },
};

export const reactionsBench: Bench = {
  name: 'reactions',
  measures:
    'one thing that happens at a time, on LMDB: from the command that tells it, or from the instant that was set, until what ' +
    'follows is durable and told; meanwhile 200 orders of 3 lines a second come in open loop.',
  leavesOut: 'sockets, encoding, subscribers, a second process.',
  async *run(size, only) {
    const scale = scales[size];
    const store = await openStore('lmdb');
    const engine = await openSeeded(store.claim, scale.shape);
    try {
      const bench = new Reacting(engine);
      await bench.tell({ kind: 'carrier.put', body: { carrier: { id: 'C0', name: 'Carrier 0', baseMinor: 100, perKmMinor: 1 } } });
      for (const reaction of reactions) {
        if (only !== undefined && !reaction.name.includes(only)) continue;
        const live = new Live(engine, new Orders(scale.shape, `live-${reaction.key}-`));
        try {
          yield await bench.measure(reaction, Math.min(scale.samples, reaction.most ?? Infinity));
        } finally {
          await live.end();
        }
      }
    } finally {
      await engine.close();
      await store.remove();
    }
  },
};

/** One kind of thing that happens, and what is to follow. */
interface Reaction {
  readonly name: string;
  readonly key: string;
  /** Commands that must have been carried out before, for one sample. */
  readonly before?: (id: string) => readonly Asked[];
  /** What happens: a command; or, with an instant that is set, what sets it. */
  readonly happens: (id: string, atMs: number) => Asked;
  /** How far ahead the instant is set; absent: the command is what happens. */
  readonly aheadMs?: number;
  readonly follows: (event: Event, id: string) => boolean;
  /** Samples there may be. */
  readonly most?: number;
}

const place = (id: string, more: object = {}): Asked => ({
  kind: 'order.place',
  body: { orderId: id, channel: 'web', destination: { country: 'DE' }, lines: [{ sku: `R-${id}`, quantity: 1 }], ...more },
});
const stock = (kind: 'stock.receive' | 'stock.count', id: string, units: number): Asked => {
  const entry = { sku: `R-${id}`, location: 'W0' };
  if (kind === 'stock.count') return { kind, body: { entries: [{ ...entry, onHand: units }] } };
  return { kind, body: { entries: [{ ...entry, quantity: units }] } };
};
const lost = (id: string): readonly Asked[] => [stock('stock.receive', id, 1), place(id), stock('stock.count', id, 0)];
const isCase = (event: Event, caseId: string, what: string): boolean =>
  event.kind === 'case.changed' && event.caseId === caseId && event.what === what;

const reactions: readonly Reaction[] = [
  {
    name: 'a new order is routed', key: 'routed', before: (id) => [stock('stock.receive', id, 1)], happens: (id) => place(id),
    follows: (event, id) => event.kind === 'order.sourced' && event.orderId === id,
  },
  {
    name: 'stock arrives for an order that waits', key: 'arrives',
    before: (id) => [stock('stock.receive', id, 1), stock('stock.count', id, 0), place(id, { shortage: 'backorder' })],
    happens: (id) => stock('stock.receive', id, 1),
    follows: (event, id) => event.kind === 'order.sourced' && event.orderId === id && event.choices.length > 0,
  },
  {
    name: 'an exception is found', key: 'found', before: (id) => lost(id).slice(0, 2), happens: (id) => stock('stock.count', id, 0),
    follows: (event, id) => isCase(event, `OVERSOLD/R-${id}`, 'raised'),
  },
  {
    name: 'a case is raised: its first step is done', key: 'step', before: (id) => [stock('stock.receive', id, 1), place(id)],
    happens: (id) => ({ kind: 'case.raise', body: { code: 'FRAUD_REVIEW', subject: id, cause: 'risk' } }),
    follows: (event, id) => isCase(event, `FRAUD_REVIEW/${id}`, 'step'),
  },
  {
    name: 'an exception is cleared', key: 'cleared', before: lost, happens: (id) => stock('stock.receive', id, 1),
    follows: (event, id) => isCase(event, `OVERSOLD/R-${id}`, 'cleared'),
  },
  {
    name: 'a carrier tells that a parcel is lost', key: 'tracking',
    before: (id) => [
      stock('stock.receive', id, 1), place(id), { kind: 'fulfillment.pick', body: { orderId: id, fulfillmentId: '1' } },
      { kind: 'fulfillment.ship', body: { orderId: id, fulfillmentId: '1', carrier: 'C0', tracking: id } },
    ],
    happens: (id, atMs) => ({ kind: 'tracking.scan', body: { carrier: 'C0', tracking: id, scanId: '1', status: 'lost', atMs } }),
    follows: (event, id) => isCase(event, `LOST/${id}`, 'raised'),
  },
  {
    name: 'a promised date passes', key: 'breach', aheadMs: 250, most: 60, before: (id) => [stock('stock.receive', id, 1)],
    happens: (id, promisedByMs) => place(id, { promisedByMs }),
    follows: (event, id) => isCase(event, `PROMISE_BREACHED/${id}`, 'raised'),
  },
  {
    name: 'a hold ends', key: 'hold', aheadMs: 250, most: 60, before: (id) => [stock('stock.receive', id, 1), place(id)],
    happens: (id, untilMs) => ({ kind: 'order.hold', body: { orderId: id, holdId: 'bench', reason: 'bench', untilMs } }),
    follows: (event, id) => event.kind === 'order.unheld' && event.orderId === id,
  },
  {
    name: 'a rule is published: the next order goes by it', key: 'rule', most: 50,
    before: (id) => {
      const plan = { format: 'baton.plan/1' as const, id, name: id, rules: [{ id: 'not-there', exclude: 'location' as const, when: 'location.id == "W9"' }] };
      return [{ kind: 'plan.put', body: { plan, reason: 'bench' } }, { kind: 'plan.validate', body: { planId: id, version: 1 } }];
    },
    happens: (id) => ({ kind: 'plan.publish', body: { planId: id, version: 1, channel: 'web', force: true, reason: 'bench' } }),
    follows: (event, id) => event.kind === 'order.sourced' && event.ruled?.planId === id,
  },
];

class Reacting {
  readonly #engine: Engine;
  #waits: { readonly follows: (event: Event) => boolean; readonly done: () => void } | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.onPublished(({ events }) => {
      const waits = this.#waits;
      if (waits === undefined || !events.some(waits.follows)) return;
      this.#waits = undefined;
      waits.done();
    });
  }

  tell(asked: Asked): Promise<void> {
    return pump(this.#engine, 1, 1, () => asked, ({ refused }) => {
      if (refused !== undefined) throw new Error(`${asked.kind}: ${refused.detail}`);
    });
  }

  async measure({ name, key, before, happens, aheadMs, follows }: Reaction, samples: number): Promise<Figure> {
    const tookMs: number[] = [];
    const digest = new Digest();
    for (let index = 0; index < samples; index += 1) {
      const id = `${key}-${index}`;
      for (const asked of before?.(id) ?? []) await this.tell(asked);
      const followed = new Promise<void>((done) => (this.#waits = { follows: (event) => follows(event, id), done }));
      const atMs = Math.round(performance.timeOrigin + performance.now()) + (aheadMs ?? 0);
      const startMs = aheadMs === undefined ? performance.now() : atMs - performance.timeOrigin;
      await Promise.all([this.tell(happens(id, atMs)), followed]);
      tookMs.push(Math.max(0.001, performance.now() - startMs));
      digest.add([name, index]);
      await sleep(1);
    }
    tookMs.sort((a, b) => a - b);
    const at = (share: number): number => tookMs[Math.floor(share * (tookMs.length - 1))] ?? 0;
    const also = { p99: `${at(0.99).toFixed(2)} ms`, most: `${at(1).toFixed(1)} ms`, of: String(samples) };
    return { name, value: at(0.5), unit: 'ms, median', also, hash: digest.hex() };
  }
}
