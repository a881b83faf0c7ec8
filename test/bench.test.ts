/** The benches run and repeat themselves; the load tool measures what it says it measures. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benches, runBenches } from '../bench/bench.ts';
import type { Figure } from '../bench/kit.ts';
import { drive } from '../bench/load/drive.ts';
import { OptionError, readOptions } from '../bench/load/options.ts';
import { Work, type Sender } from '../bench/load/work.ts';
import { randomFrom, zipf } from '../bench/random.ts';
import { issueShape } from '../bench/workload.ts';

const run = promisify(execFile);
const loadTool = fileURLToPath(new URL('../dist/bench/load.js', import.meta.url));

describe('micro benches', () => {
  for (const bench of benches) {
    it(`[B1] ${bench.name} does the same work every time, as its hashes show`, async () => {
      const hashes = async (): Promise<string[]> => {
        const figures: Figure[] = [];
        for await (const figure of bench.run('tiny')) figures.push(figure);
        for (const { value, unit } of figures) {
          expect(value).toBeGreaterThan(0);
          expect(unit).not.toBe('');
        }
        return figures.map(({ name, hash }) => `${name} ${hash}`);
      };
      const first = await hashes();
      expect(first.length).toBeGreaterThan(0);
      expect(await hashes()).toEqual(first);
    });

    it(`${bench.name} says what it measures and what it leaves out`, () => {
      expect(bench.measures).not.toBe('');
      expect(bench.leavesOut).not.toBe('');
    });
  }

  it('the durable and the memory journal decide the same', async () => {
    const turn = benches.find(({ name }) => name === 'turn');
    const hashes = new Map<string, string>();
    for await (const { name, hash } of turn?.run('tiny', 'place, 3 lines') ?? []) hashes.set(name, hash);
    expect(hashes.get('place, 3 lines, LMDB')).toBeDefined();
    expect(hashes.get('place, 3 lines, LMDB')).toBe(hashes.get('place, 3 lines, memory'));
  });

  it('a bench that is not there is refused with the list of those that are', async () => {
    let said = '';
    const code = await runBenches(['--only', 'nothing'], { write: () => true }, { write: (text) => (said += text) });
    expect(code).toBe(2);
    for (const { name } of benches) expect(said).toContain(name);
  });
});

describe('workload', () => {
  it('draws the first of 10,000 SKUs on about every tenth line, by Zipf’s law', () => {
    const draw = zipf(10_000, randomFrom(1));
    let [first, second] = [0, 0];
    for (let i = 0; i < 50_000; i += 1) {
      const rank = draw();
      expect(rank).toBeLessThan(10_000);
      if (rank === 0) first += 1;
      if (rank === 1) second += 1;
    }
    expect(first / 50_000).toBeGreaterThan(0.09);
    expect(first / 50_000).toBeLessThan(0.115);
    expect(first / second).toBeGreaterThan(1.8);
    expect(first / second).toBeLessThan(2.2);
  });
});

/** A server that answers at once, save in a stall. Takes any number of requests. */
class Stalling {
  readonly #fromMs: number;
  readonly #toMs: number;
  sent = 0;
  #lastId = 0;

  constructor(stallAfterMs: number, stallMs: number) {
    this.#fromMs = performance.now() + stallAfterMs;
    this.#toMs = this.#fromMs + stallMs;
  }

  readonly send = (...args: readonly unknown[]): void => {
    const done = args[3] as (outcome: unknown) => void;
    this.sent += 1;
    const nowMs = performance.now();
    const waitMs = nowMs >= this.#fromMs && nowMs < this.#toMs ? this.#toMs - nowMs : 0;
    const answer = (): void => done({ ok: { orderId: 'A', state: 'released', fulfillments: [], backordered: 0 }, position: 1 });
    if (waitMs === 0) queueMicrotask(answer);
    else setTimeout(answer, waitMs);
  };
  readonly tryQuery = () => Promise.resolve({ ok: null, position: 1 });
  readonly newCommandId = (): string => `c-${(this.#lastId += 1)}`;
}

const plan = { inFlight: 1, warmupMs: 50, durationMs: 1_000, seed: 1 };

describe('open loop', () => {
  it('[B2] goes on sending while the server stalls, and charges the stall to every request that met it', async () => {
    const server = new Stalling(300, 400);
    const work = new Work('place', { ...issueShape, skus: 50 }, 'o-');
    const { meter, arrivals } = await drive([server as unknown as Sender], work, { ...plan, rate: 500 });
    expect(arrivals).toBeGreaterThan(400);
    expect(arrivals).toBeLessThan(600);
    expect(meter.latency().count).toBe(arrivals);
    // 40 % of the window was a stall whose end all waited for: half of them longer than 200 ms.
    expect(meter.latency().p90).toBeGreaterThan(200);
    expect(meter.latency().max).toBeGreaterThan(380);
  });

  it('a closed loop of one in flight sees the same stall once: why it measures no latency here', async () => {
    const server = new Stalling(300, 400);
    const work = new Work('place', { ...issueShape, skus: 50 }, 'o-');
    const { meter } = await drive([server as unknown as Sender], work, { ...plan, rate: 'max' });
    expect(meter.latency().p99).toBeLessThan(100);
    expect(meter.latency().max).toBeGreaterThan(300);
  });
});

describe('options of the load tool', () => {
  it('reads times, rates and modes', () => {
    const options = readOptions(['--duration', '500ms', '--warmup', '1.5s', '--rate', '9000', '--mix', 'life']);
    expect(options).toMatchObject({ durationMs: 500, warmupMs: 1_500, rate: 9_000, mix: 'life', mode: 'load' });
    expect(readOptions([])).toMatchObject({ rate: 'max', connections: 64, inFlight: 16, skus: 10_000, locations: 10 });
    expect(readOptions(['--subscribers', '1000'])?.mode).toBe('fan-out');
    expect(readOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--rate', 'fast'], '--rate'],
    [['--duration', '20'], '--duration'],
    [['--mix', 'refunds'], '--mix'],
    [['--http', '--cold'], 'choose one'],
    [['--idle', '10', '--url', 'ws://127.0.0.1:1/v1/socket'], '--url'],
    [['--hot-sku', '--mix', 'life'], '--hot-sku'],
    [['--what'], '--what'],
  ])('refuses %j and names the option', (args, named) => {
    expect(() => readOptions(args)).toThrow(OptionError);
    expect(() => readOptions(args)).toThrow(named);
  });
});

describe('the load tool against the real server', () => {
  const quick = ['--duration', '500ms', '--warmup', '200ms', '--connections', '4', '--in-flight', '4', '--json'];
  const load = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run(process.execPath, [loadTool, ...quick, ...args], { timeout: 60_000 });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('[B3] sells one hot SKU exactly to the last unit', { timeout: 90_000 }, async () => {
    const { hot, ordersPerSecond, journalBytesPerOrder } = await load('--hot-sku', '--locations', '3');
    expect(ordersPerSecond).toBeGreaterThan(0);
    expect(journalBytesPerOrder).toBeGreaterThan(0);
    expect(hot).toMatchObject({ isExact: true, units: 1_500, accepted: 1_500, refused: 1_500 });
  });

  it('brings orders to their ends, refusing none', { timeout: 90_000 }, async () => {
    const { latencyMs, refused } = await load('--mix', 'life', '--rate', '50', '--skus', '50', '--durability', 'memory');
    expect(Object.keys(latencyMs as object).sort()).toEqual(
      ['fulfillment.deliver', 'fulfillment.pick', 'fulfillment.ship', 'order.place'],
    );
    expect(refused).toEqual({});
  });

  it('starts cold on a written past and finds every stock of it', { timeout: 90_000 }, async () => {
    const { history, start, afterKill } = await load('--cold', '--history', '600', '--skus', '50', '--rate', '100');
    expect(history).toEqual({ stocks: 600, closedOrders: 600 });
    for (const { readyAfterMs, rssBytes } of [start, afterKill] as { readyAfterMs: number; rssBytes: number }[]) {
      expect(readyAfterMs).toBeGreaterThan(0);
      expect(rssBytes).toBeGreaterThan(0);
    }
  });

  it('brings in a feed while orders flow, and drops what is known', { timeout: 90_000 }, async () => {
    const result = await load('--feed', '4000', '--rate', '100', '--durability', 'memory');
    expect(result).toMatchObject({ rows: 4_000, changed: 200, unchanged: 3_800, refused: 0, ratePerSecond: 100 });
    expect((result as { withFeed: { count: number } }).withFeed.count).toBeGreaterThan(0);
  });

  it('reaches every subscriber with every change', { timeout: 90_000 }, async () => {
    const { subscribers, pushes } = await load('--subscribers', '20');
    expect(subscribers).toBe(20);
    expect((pushes as { count: number }).count).toBe(20 * 5);
  });
});
