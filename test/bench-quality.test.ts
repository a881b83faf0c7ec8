/** The routing benchmark on an instance made here: policies keep the rules, prices save, the command tells what it lacks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { randomFrom, zipf } from '../bench/random.ts';
import { runQuality } from '../bench/routing-quality.ts';
import type { Instance } from '../bench/quality/instance.ts';
import { policies, selfRefreshing } from '../bench/quality/policies.ts';
import { score } from '../bench/quality/score.ts';

const directory = mkdtempSync(join(tmpdir(), 'quality-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Three warehouses and a store over six regions; stock for a little more than what is ordered. */
function made(seed: number): Instance {
  const random = randomFrom(seed);
  const skus = 30;
  const ofSku = zipf(skus, random);
  const nodes = [0, 2, 4, 5].map((home, index) => ({
    type: index === 3 ? ('store' as const) : ('dc' as const),
    cutoffHour: 15, parcelCost: 1, unitCost: 0.3, capPerDay: 40,
    miles: [0, 1, 2, 3, 4, 5].map((region) => 100 * Math.abs(region - home) + 10),
    zone: [0, 1, 2, 3, 4, 5].map((region) => 2 + Math.abs(region - home)),
  }));
  const draw = (days: number): Instance['orders'][number][] =>
    Array.from({ length: days * 60 }, (_, index) => {
      const lines = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, ofSku));
      return [(index * 24) / 60 + random() / 3, Math.floor(random() * 6), 2 + Math.floor(random() * 5), [...lines]] as const;
    });
  const walk = (days: number): Instance['walkins'][number][] =>
    Array.from({ length: days * 10 }, (_, index) => [(index * 24) / 10 + random(), 3, ofSku()] as const);
  const orders = draw(6);
  const stock = new Map<string, [number, number, number]>();
  for (const sku of orders.flatMap((order) => order[3])) {
    const node = Math.floor(random() * 4);
    for (const [where, units] of [[node, 1], [sku % 3, 0.25]] as const) {
      const known = stock.get(`${sku}/${where}`) ?? [sku, where, 0];
      known[2] += units;
      stock.set(`${sku}/${where}`, known);
    }
  }
  const cost = Array.from({ length: 7 }, (_, zone) => Array.from({ length: 70 }, (__, pound) => 5 + zone + 0.3 * pound * (1 + zone / 3)));
  return {
    name: 'made', days: 6, nodes,
    regions: Array.from({ length: 6 }, (_, region) => [`R${region}`, 'X', 0, 0, 1] as const),
    services: [
      { id: 'ground', days: [1, 2, 3, 4, 5, 5, 5], cost },
      { id: 'next-day', days: [1, 1, 1, 1, 1, 1, 1], cost: cost.map((zone) => zone.map((each) => 3 * each)) },
    ],
    penalty: { late: 10, overtimePerParcel: 4, walkinLost: 12 },
    skuLb: Array.from({ length: skus }, () => 0.5 + 3 * random()),
    stock0: [...stock.values()].map(([sku, node, units]) => [sku, node, Math.ceil(units) + 2] as const),
    arrivals: [[72.5, 0, 0, 5]],
    orders, walkins: walk(6),
    history: { days: 14, orders: draw(14), walkins: walk(14) },
  };
}

describe('the routing benchmark', () => {
  it('every policy ships every line from stock, and each prices better than cheapest now or no worse by much', () => {
    const instance = made(1);
    const totals = Object.fromEntries(
      Object.entries(policies).map(([name, { create }]) => {
        const result = score(instance, create(1));
        expect(result.orders).toBe(instance.orders.length);
        return [name, result.total];
      }),
    );
    expect(totals['now']).toBeLessThan(totals['fewest']!);
    expect(totals['closed']).toBeLessThan(1.005 * totals['now']!);
    expect(totals['blended']).toBeLessThan(1.005 * totals['now']!);
  });

  it('gives the same to the cent twice, and to a caller that never refreshes itself', () => {
    const instance = made(2);
    const totals = [policies['closed']!.create(1), policies['closed']!.create(1), selfRefreshing(policies['closed']!.create(1))]
      .map((create) => score(instance, create).total);
    expect(totals[1]).toBe(totals[0]);
    expect(Math.abs(totals[2]! / totals[0]! - 1)).toBeLessThan(0.01);
  });

  it('runs over a folder of files and says what it lacks', () => {
    const said: string[] = [];
    const complained: string[] = [];
    const run = (...args: string[]): number => runQuality(args, (text) => said.push(text), (text) => complained.push(text));
    expect(run(directory)).toBe(2);
    expect(complained.join()).toContain('no benchmark files');
    writeFileSync(join(directory, 'bad.json'), '{}');
    expect(() => run(directory)).toThrow(/no nodes: not a routing benchmark/);
    writeFileSync(join(directory, 'bad.json'), JSON.stringify(made(3)));
    writeFileSync(join(directory, 'reference.json'), JSON.stringify({ made: { hindsightLowerBound: 1_000, rows: {} } }));
    expect(run(directory, '--policy', 'closed')).toBe(0);
    expect(said.join('\n')).toMatch(/made: 360 orders, 4 nodes[\s\S]*exact, cheapest now[\s\S]*closed-form prices[\s\S]*refresh of a SKU/);
  });
});
