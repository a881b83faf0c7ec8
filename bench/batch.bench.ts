/**
 * Windows: orders of one unit that come together, many more than the near locations have, each placed by itself and then
 * all sourced together. What the end of the window takes an order, and what it saves.
 */
import { performance } from 'node:perf_hooks';
import { settleWindow } from '../engine/batch/settle.ts';
import { systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import { openStore, pump, stray } from './in-process.ts';
import { Digest, median, type Bench, type Figure, type Size } from './kit.ts';
import { randomFrom } from './random.ts';
import { issueShape, locationName, seeding, skuName, type Asked } from './workload.ts';

const counts: Readonly<Record<Size, readonly number[]>> = { full: [100, 1_000], tiny: [20] };
const rounds = 5;
/** The time stands still: a window ends when it is measured. */
const atMs = 1_700_000_000_000;

export const batchBench: Bench = {
  name: 'batch',
  measures:
    'the end of a window of N orders (one line, one unit, N/10 SKUs, 10 locations that have two to four of each): every order ' +
    'priced at every location, the joint question answered, the moves and the window’s report made; and its saving.',
  leavesOut: 'the placements before it, and the record that is appended with it.',
  async *run(size, only) {
    for (const count of counts[size]) {
      const name = `window of ${count} orders`;
      if (only === undefined || name.includes(only)) yield await settled(name, count);
    }
  },
};

async function settled(name: string, count: number): Promise<Figure> {
  const store = await openStore('memory');
  const engine = await Engine.open({
    claim: store.claim,
    clock: { ...systemClock, now: () => atMs },
    hooks: { onBug: stray, onSlowCommit: () => undefined, onHungCommit: stray, onLost: stray },
  });
  try {
    const asked = [...askedOf(count)];
    await pump(engine, asked.length, 1, (index) => asked[index] ?? stray(), ({ refused }) => {
      if (refused !== undefined) throw new Error(`refused: ${refused.detail}`);
    });
    return measured(engine, name, count);
  } finally {
    await engine.close();
    await store.remove();
  }
}

function* askedOf(count: number): Generator<Asked> {
  const random = randomFrom(7);
  const below = (bound: number): number => Math.floor(random() * bound);
  const skus = Math.max(2, Math.floor(count / 10));
  for (const one of seeding({ ...issueShape, skus: 0, lines: 1 })) if (one.kind !== 'stock.receive') yield one;
  const entries = Array.from({ length: skus }, (_, sku) =>
    Array.from({ length: issueShape.locations }, (__, at) => ({
      sku: skuName(sku), location: locationName(at), quantity: 2 + below(3),
    })),
  ).flat();
  for (let from = 0; from < entries.length; from += 500) {
    yield { kind: 'stock.receive', body: { entries: entries.slice(from, from + 500) } };
  }
  const plan = { format: 'baton.plan/1' as const, id: 'batch', name: 'Together', batch: { windowMs: 200 } };
  yield { kind: 'plan.put', body: { plan, reason: 'bench' } };
  yield { kind: 'plan.validate', body: { planId: 'batch', version: 1 } };
  yield { kind: 'plan.publish', body: { planId: 'batch', version: 1, reason: 'bench' } };
  for (let index = 0; index < count; index += 1) {
    const destination = { country: 'US', latitude: 30 + below(15_000) / 1_000, longitude: -120 + below(45_000) / 1_000 };
    const lines = [{ sku: skuName(below(skus)), quantity: 1 }];
    yield { kind: 'order.place', body: { orderId: `O-${index}`, channel: 'web', destination, lines } };
  }
}

/** The window is ended again and again, and undone. */
function measured(engine: Engine, name: string, count: number): Figure {
  const { core } = engine.inspect();
  const batch = [...core.world.orders.values()].find(({ snapshot }) => snapshot?.context.batch !== undefined)?.snapshot?.context.batch;
  if (batch === undefined) throw new Error('no order is in a window');
  const times: number[] = [];
  let saved: ReturnType<typeof core.changes.news>[number] | undefined;
  for (let round = 0; round < rounds; round += 1) {
    core.changes.begin(undefined);
    const sinceMs = performance.now();
    if (settleWindow(core, batch, batch.untilMs) !== undefined) throw new Error('the window does not end');
    times.push(performance.now() - sinceMs);
    saved = core.changes.news().at(-1);
    core.changes.undo();
  }
  if (saved?.kind !== 'batch.settled' || saved.orders !== count) throw new Error('not all orders were in one window');
  const digest = new Digest();
  digest.add(saved);
  const greedyMinor = [...core.world.orders.values()].flatMap(({ snapshot }) => snapshot?.context.fulfillments ?? []).reduce((sum, { costMinor }) => sum + costMinor, 0);
  const share = ((100 * saved.savedMinor) / greedyMinor).toFixed(2);
  const also = { moved: String(saved.moved), 'saving over each by itself': `${share} %`, 'whole window': `${median(times).toFixed(1)} ms` };
  return { name, value: (median(times) * 1_000) / count, unit: 'µs/order', also, hash: digest.hex() };
}
