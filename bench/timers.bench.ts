/** What it costs that five million things are due some day: beside them the engine does its work, and beside none. */
import type { OrderId } from '../actors/ids.ts';
import type { OrderAnswer } from '../actors/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { openSeeded, openStore, pump, stray } from './in-process.ts';
import { Digest, median, number, type Bench, type Figure, type Size } from './kit.ts';
import { issueShape, Orders, type Asked } from './workload.ts';

const pending = { full: 5_000_000, tiny: 2_000 } as const;
/** Due within two days, evenly: some thirty a second. */
const spreadMs = 48 * 3_600_000;
/** Orders a second whose release is delayed, so that as many timers are set and come. */
const rate = 200;
const delayMsMax = 2_000;
const windowMs = { full: 6_000, tiny: 300 } as const;
const windows = { full: 3, tiny: 1 } as const;
const shape = { ...issueShape, skus: 1_000 };

export const timersBench: Bench = {
  name: 'timers',
  measures:
    `the share of a core that an engine in memory takes beside ${number(pending.full)} pending timers, of which some thirty ` +
    `a second come: idle, and with ${rate} orders a second released by a timer of their own within two seconds; beside none likewise.`,
  leavesOut: 'rows of what the timers are of: these are of orders that are not there any more, as most that come.',
  async *run(size, only) {
    const name = `${number(pending[size])} timers`;
    if (only === undefined || name.includes(only)) yield await measure(name, size);
  },
};

async function measure(name: string, size: Size): Promise<Figure> {
  const store = await openStore('memory');
  const engine = await openSeeded(store.claim, { ...shape, skus: size === 'tiny' ? 20 : shape.skus });
  const work = new Work(engine, size);
  try {
    await work.window(true);
    const none = await work.shares();
    const setMicros = setMany(engine, pending[size]);
    await work.window(false);
    const many = await work.shares();
    const also = {
      'with orders': `${percent(many.busy)}, without timers ${percent(none.busy)}`,
      'idle without timers': percent(none.idle),
      'setting one': `${number(setMicros)} µs`,
      heap: `${number(process.memoryUsage().heapUsed / 1024 ** 2)} MiB`,
    };
    // The clock has 10 ms or so of noise in a window: never nothing.
    return { name, value: Math.max(0.01, 100 * many.idle), unit: '% of a core', also, hash: work.digest.hex() };
  } finally {
    await engine.close();
    await store.remove();
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Timers of orders that have ended, spread over the days to come. Microseconds for each. */
function setMany(engine: Engine, count: number): number {
  const { timers } = engine.inspect();
  const startMs = performance.now();
  const nowMs = Date.now();
  for (let index = 0; index < count; index += 1) {
    // Steps of the golden ratio: in no order, and the same every time.
    const atMs = nowMs + 1_000 + Math.floor(((index * 0.618_033_988_749) % 1) * spreadMs);
    timers.set(atMs, { kind: 'order', id: `ended-${index}` as OrderId });
  }
  return ((performance.now() - startMs) * 1_000) / count;
}

class Work {
  readonly digest = new Digest();
  readonly #engine: Engine;
  readonly #size: Size;
  readonly #orders: Orders;

  constructor(engine: Engine, size: Size) {
    this.#engine = engine;
    this.#size = size;
    this.#orders = new Orders({ ...shape, skus: size === 'tiny' ? 20 : shape.skus }, 'o-');
  }

  /** Medians over some windows. */
  async shares(): Promise<{ readonly idle: number; readonly busy: number }> {
    const idle: number[] = [];
    const busy: number[] = [];
    for (let round = 0; round < windows[this.#size]; round += 1) {
      idle.push(await this.window(false));
      busy.push(await this.window(true));
    }
    return { idle: median(idle), busy: median(busy) };
  }

  /** The share of a core that a while takes. */
  async window(isBusy: boolean): Promise<number> {
    const ms = windowMs[this.#size];
    const before = process.cpuUsage();
    const startMs = performance.now();
    const count = isBusy ? Math.round((rate * ms) / 1_000) : 0;
    for (let placed = 0; placed < count; placed += 10) {
      const dueMs = startMs + (placed * 1_000) / rate;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
      await this.#place(Math.min(10, count - placed), placed);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + ms - performance.now())));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / (performance.now() - startMs);
  }

  #place(count: number, from: number): Promise<void> {
    const ask = (index: number): Asked => {
      const releaseAfterMs = 1 + (((from + index) * 37) % delayMsMax);
      return { kind: 'order.place', body: { ...this.#orders.next(), releaseAfterMs } };
    };
    return pump(this.#engine, count, count, ask, ({ ok }) => {
      const { orderId, state } = (ok ?? stray()) as OrderAnswer;
      this.digest.add([orderId, state]);
    });
  }
}
