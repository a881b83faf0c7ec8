/** One worker of a rehearsal: orders per second, from the journal's bytes to what became of each. */
import { performance } from 'node:perf_hooks';
import type { OrderAnswer } from '../actors/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { rehearseSide, type RehearsalStore } from '../engine/rehearse/side.ts';
import type { SideResult } from '../engine/rehearse/result.ts';
import type { Claim } from '../storage/journal.ts';
import { openSeeded, openStore, pump, stray } from './in-process.ts';
import { Digest, median, number, type Bench, type Figure, type Size } from './kit.ts';
import { issueShape, Orders, type Asked, type Shape } from './workload.ts';

const plan = {
  format: 'baton.plan/1',
  id: 'candidate',
  name: 'Three rules',
  rules: [
    { id: 'no-w1', exclude: 'location', when: 'location.id == "W1"' },
    { id: 'labour', cost: 50 },
    { id: 'far', cost: 200, when: 'location.country != destination.country' },
  ],
};

const cases = [
  { name: 'as it was, 3 lines', lines: 3, isLife: false, hasPlan: false },
  { name: 'as it was, 1 line', lines: 1, isLife: false, hasPlan: false },
  { name: 'as it was, 3 lines, picked and shipped', lines: 3, isLife: true, hasPlan: false },
  { name: 'a plan of three rules, 3 lines', lines: 3, isLife: false, hasPlan: true },
] as const;

export const rehearseBench: Bench = {
  name: 'rehearse',
  measures:
    'one side of a rehearsal in one thread: records read, checked and decoded, every order decided and allocated ' +
    'over 10 locations, and counted. The median of five runs, the first not counted.',
  leavesOut: 'opening the fork, the other side, comparing both, other threads.',
  async *run(size, only) {
    for (const each of cases) if (only === undefined || each.name.includes(only)) yield await measure(each, size);
  },
};

async function measure({ name, lines, isLife, hasPlan }: (typeof cases)[number], size: Size): Promise<Figure> {
  const isTiny = size === 'tiny';
  const shape: Shape = { ...issueShape, lines, skus: isTiny ? 50 : 2_000 };
  const store = await openStore('memory');
  const engine = await openSeeded(store.claim, shape);
  try {
    const after = store.claim.tail;
    const count = isTiny ? 40 : 20_000;
    await fill(engine, shape, count, isLife);
    const rates: number[] = [];
    const micros: number[] = [];
    const hashes = new Set<string>();
    let last: SideResult | undefined;
    for (let run = 0; run <= (isTiny ? 1 : 5); run += 1) {
      const { result, cpuMicros } = await play(store.claim, after, hasPlan);
      last = result;
      hashes.add(digestOf(result));
      if (run === 0) continue;
      rates.push(count / (result.playMs / 1_000));
      micros.push(cpuMicros / count);
    }
    if (last?.ids.length !== count || hashes.size !== 1) throw new Error(`${last?.ids.length} of ${count} orders, ${hashes.size} results`);
    const { asRecorded, placements } = last.fidelity;
    if (!hasPlan && asRecorded !== placements) throw new Error(`${asRecorded} of ${placements} orders as recorded`);
    const spread = `${(Math.max(...rates) / Math.min(...rates)).toFixed(2)}×`;
    const [hash = ''] = hashes;
    const also = { cpu: `${number(median(micros))} µs/order`, opening: `${number(last.openMs)} ms`, spread };
    return { name, value: median(rates), unit: 'orders/s', also, hash };
  } finally {
    await engine.close();
    await store.remove();
  }
}

async function fill(engine: Engine, shape: Shape, count: number, isLife: boolean): Promise<void> {
  const orders = new Orders(shape, 'o-');
  const parts: { orderId: string; fulfillmentId: string }[] = [];
  await pump(engine, count, 512, () => ({ kind: 'order.place', body: orders.next() }), ({ ok }) => {
    const { orderId, fulfillments } = ok as OrderAnswer;
    for (const { fulfillmentId } of fulfillments) parts.push({ orderId, fulfillmentId });
  });
  for (const kind of isLife ? (['fulfillment.pick', 'fulfillment.ship'] as const) : []) {
    const ask = (index: number): Asked => ({ kind, body: parts[index] ?? stray() });
    await pump(engine, parts.length, 512, ask, () => undefined);
  }
}

/** What it took in processor time too: the playing alone. */
async function play(
  claim: Claim,
  after: number,
  hasPlan: boolean,
): Promise<{ readonly result: SideResult; readonly cpuMicros: number }> {
  const store: RehearsalStore = {
    head: claim.head,
    tail: claim.tail,
    record: (position) => claim.record(position) ?? stray(),
    rows: (prefix) => claim.rows(prefix),
  };
  const task = { after, until: claim.tail, serve: 'age', ordersMax: 1e9, explain: [] } as const;
  const candidate = { plan: plan as never };
  let since = process.cpuUsage();
  const clock = (): number => {
    since = process.cpuUsage();
    return performance.now();
  };
  let cpuMicros = 0;
  // The clock is read when the playing begins; the last report of progress comes when it has ended.
  const onProgress = (): void => {
    const { user, system } = process.cpuUsage(since);
    cpuMicros = user + system;
  };
  const result = await rehearseSide(store, hasPlan ? { ...task, candidate } : task, clock, onProgress);
  return { result, cpuMicros };
}

function digestOf({ sums, orders }: SideResult): string {
  const digest = new Digest();
  digest.add(sums);
  for (const { route, costMinor } of orders) digest.add([route, costMinor]);
  return digest.hex();
}
