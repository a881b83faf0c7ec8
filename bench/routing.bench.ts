/** The sourcing of one order, by brute force, from candidates and stock to a plan. */
import { carrierId, lineId, locationId, sku, type Sku } from '../actors/ids.ts';
import { sourceNaive } from '../engine/routing/source-naive.ts';
import type { SourcingRequest } from '../engine/routing/source.ts';
import { Digest, time, timed, type Bench } from './kit.ts';
import { randomFrom } from './random.ts';

/** How the stock lies: everywhere, no more than two lines together, or each unit somewhere else. */
type Lie = 'single' | 'split' | 'scattered';

const cases: readonly { readonly locations: number; readonly lines: number; readonly lie: Lie }[] = [
  { locations: 10, lines: 3, lie: 'single' },
  { locations: 12, lines: 3, lie: 'single' },
  { locations: 12, lines: 3, lie: 'split' },
  { locations: 12, lines: 10, lie: 'scattered' },
  { locations: 100, lines: 3, lie: 'single' },
  { locations: 100, lines: 3, lie: 'split' },
  { locations: 100, lines: 10, lie: 'scattered' },
];

/** Requests of a case, so that no single one is learnt by heart. */
const requestsEach = 64;

export const routingBench: Bench = {
  name: 'routing',
  measures: 'one plan for one order by brute force (sourceNaive): single location, two, or many.',
  leavesOut: 'finding the candidates and their costs, reading stock out of the world, allocating, journaling.',
  async *run(size, only) {
    for (const { locations, lines, lie } of cases) {
      const name = `${lie}, ${lines} lines, ${locations} locations`;
      if (only !== undefined && !name.includes(only)) continue;
      const requests = Array.from({ length: requestsEach }, (_, seed) => request(locations, lines, lie, seed));
      const digest = new Digest();
      for (const each of requests) digest.add(sourceNaive(each));
      const at = (index: number): SourcingRequest => requests[index % requestsEach] as SourcingRequest;
      const calls = lie === 'scattered' ? 500 : 5_000;
      yield timed(name, 'µs/plan', time(size, calls, (index) => void sourceNaive(at(index))), digest.hex());
      await new Promise(setImmediate);
    }
  },
};

function request(locations: number, lines: number, lie: Lie, seed: number): SourcingRequest {
  const random = randomFrom(seed + 1);
  const needs = Array.from({ length: lines }, (_, index) => ({
    lineId: lineId(String(index + 1)),
    sku: sku(`SKU-${index}`),
    quantity: 1 + Math.floor(random() * 3),
  }));
  const stock = new Map<Sku, number[]>();
  for (const need of needs) {
    stock.set(need.sku, Array.from({ length: locations }, () => unitsFor(lie, need.quantity, locations, random)));
  }
  // Two lines that no location has both of.
  if (lie === 'split') {
    const first = stock.get(sku('SKU-0'));
    stock.set(sku('SKU-1'), Array.from({ length: locations }, (_, at) => ((first?.[at] ?? 0) > 0 ? 0 : 10)));
  }
  const candidates = Array.from({ length: locations }, (_, index) => ({
    location: locationId(`W${index}`),
    carrier: carrierId('C0'),
    distanceKm: 10 * (index + 1),
    costMinor: 300 + 10 * (index + 1),
  }));
  return { needs, candidates, available: (of, candidate) => stock.get(of)?.[candidate] ?? 0 };
}

function unitsFor(lie: Lie, quantity: number, locations: number, random: () => number): number {
  switch (lie) {
    case 'single':
      return random() < 0.7 ? 100 : 0;
    case 'split':
      return random() < 0.5 ? 100 : 0;
    case 'scattered':
      return random() < 0.3 ? Math.ceil((quantity * 4) / locations) : 0;
  }
}
