/** Prices of stock and of room, and the rules of the trade as amounts. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { randomFrom } from '../../bench/random.ts';
import { Kernel } from '../../engine/routing/kernel.ts';
import { KernelInput, KernelPlan } from '../../engine/routing/kernel-input.ts';
import { closestThenGreedy, fewestThenClosest } from '../../engine/routing/presets.ts';
import { balancePrice } from '../../engine/routing/prices/balance.ts';
import { capacityPrice } from '../../engine/routing/prices/capacity.ts';
import { chanceOfAtLeast } from '../../engine/routing/prices/chance.ts';
import { CountedForecast } from '../../engine/routing/prices/forecast.ts';
import { futurePrices, type FutureOrder } from '../../engine/routing/prices/futures.ts';
import { Outlook, SpillPricer } from '../../engine/routing/prices/spill.ts';
import { keepsRules } from './kernel-oracle.ts';

const kernel = new Kernel();

/** Nodes at distances, with the lines each has. */
function ask(lines: number, has: readonly string[]): KernelInput {
  const input = new KernelInput(has.length);
  input.begin(lines, has.length);
  has.forEach((text, node) => {
    for (const line of text) input.canShip[node]! |= 1 << Number(line);
  });
  return input;
}

const shown = (plan: KernelPlan): string =>
  Array.from({ length: plan.parcels }, (_, parcel) => `${plan.node[parcel]}:${plan.lines[parcel]!.toString(2)}`).sort().join(' ');

describe('rules of the trade', () => {
  test.each([
    ['everything from one place before what is closer', ['0', '1', '01'], [1, 2, 900], '2:11', '2:11'],
    ['two parcels, the sum of miles least; or each line its closest', ['01', '02', '12', '2'], [10, 20, 25, 1], '0:11 3:100', '0:11 3:100'],
    ['fewer parcels before fewer miles; else each line its closest', ['0', '1', '2', '12'], [1, 2, 3, 50], '0:1 3:110', '0:1 1:10 2:100'],
    ['of equally distant places the first', ['01', '01'], [5, 5], '0:11', '0:11'],
  ])('[R16] %s', (_, has, miles, fewest, closest) => {
    const lines = has.join('').includes('2') ? 3 : 2;
    const plan = new KernelPlan();
    fewestThenClosest(kernel, ask(lines, has), Float64Array.from(miles), plan);
    expect(shown(plan)).toBe(fewest);
    closestThenGreedy(kernel, ask(lines, has), Float64Array.from(miles), plan);
    expect(shown(plan)).toBe(closest);
  });

  it('[R16] closest with everything, else by distance, is what going from place to place gives', () => {
    const random = randomFrom(3);
    for (let round = 0; round < 500; round += 1) {
      const nodes = 1 + Math.floor(random() * 6);
      const input = ask(4, Array.from({ length: nodes }, () => '0123'.split('').filter(() => random() < 0.5).join('')));
      const miles = Float64Array.from({ length: nodes }, () => Math.floor(random() * 5));
      const plan = new KernelPlan();
      closestThenGreedy(kernel, input, miles, plan);
      expect(shown(plan)).toBe(goFromPlaceToPlace(input, miles));
    }
  });
});

function goFromPlaceToPlace(input: KernelInput, miles: Float64Array): string {
  const places = [...miles.keys()].sort((a, b) => miles[a]! - miles[b]!);
  const all = places.find((node) => input.canShip[node] === 15);
  if (all !== undefined) return `${all}:1111`;
  let left = 15;
  const parts: string[] = [];
  for (const node of places) {
    const takes = input.canShip[node]! & left;
    if (takes !== 0) parts.push(`${node}:${takes.toString(2)}`);
    left &= ~takes;
  }
  return left === 0 ? parts.sort().join(' ') : '';
}

describe('chance', () => {
  it('[R17] of at least so many is what summing the terms gives', () => {
    const direct = (count: number, mean: number): number => {
      let sum = 0;
      for (let n = 0, term = Math.exp(-mean); n < count; n += 1, term *= mean / n) sum += term;
      return 1 - sum;
    };
    for (const [count, mean] of [[0, 3], [1, 0], [1, 1], [3, 2.5], [10, 4], [40, 50]] as const) {
      expect(chanceOfAtLeast(count, mean)).toBeCloseTo(Math.max(0, direct(count, mean)), 9);
    }
    // Where the sum gives way to the curve there is no step.
    expect(chanceOfAtLeast(420, 400.1)).toBeCloseTo(chanceOfAtLeast(420, 399.9), 1);
    expect(chanceOfAtLeast(10_000, 1_000)).toBe(0);
  });
});

/** Two places that two regions are close to, one each; the other is dearer by 3. */
function outlook(stock: readonly number[], perHour: readonly number[], hours = 10): Outlook {
  const given = new Outlook(2, 2);
  given.nodes = 2;
  given.stock.set(stock);
  given.hours.fill(hours);
  given.demand.set(perHour);
  given.lane.set([5, 8, 8, 5]);
  return given;
}

function pricesOf(given: Outlook, refreshes = 40): number[] {
  const pricer = new SpillPricer(2);
  for (let round = 0; round < refreshes; round += 1) pricer.refresh(given);
  return [...given.price];
}

describe('the price of a unit of stock', () => {
  it('[R18] is the chance that it is wanted there in time, times what its absence costs', () => {
    const [near = 0, far = 0] = pricesOf(outlook([2, 500], [0.2, 0.2]));
    expect(far).toBeCloseTo(0, 6);
    expect(near).toBeCloseTo(3 * chanceOfAtLeast(2, 2), 2);
  });

  it('[R18] falls with stock and with the nearness of the next delivery, is 0 without stock and alone', () => {
    const of = (units: number, hours: number): number => pricesOf(outlook([units, 500], [0.2, 0.2], hours))[0]!;
    expect([1, 2, 3, 8].map((units) => of(units, 10))).toEqual([1, 2, 3, 8].map((units) => of(units, 10)).sort((a, b) => b - a));
    expect(of(2, 40)).toBeGreaterThan(of(2, 10));
    expect(pricesOf(outlook([0, 5], [0.2, 0.2]))).toEqual([0, 0]);
  });

  it('[R18] of a store counts what walk-ins would leave without', () => {
    const given = outlook([1, 500], [0, 0]);
    given.walkIns.set([1, 0]);
    given.walkInLoss = 12;
    expect(pricesOf(given)[0]).toBeCloseTo(12 * chanceOfAtLeast(1, 1), 6);
  });

  it('[R18] is finite and never below 0, whatever the outlook', () => {
    const amount = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(fc.array(amount, { minLength: 2, maxLength: 2 }), fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 2, maxLength: 2 }), amount, (stock, demand, walking) => {
        const given = outlook(stock, demand);
        given.walkIns.fill(walking);
        given.walkInLoss = 7;
        for (const price of pricesOf(given, 5)) expect(price >= 0 && price < 20).toBe(true);
      }),
    );
  });

  it('[R19] without a forecast grows as the stock is used up', () => {
    expect([10, 5, 1, 0].map((units) => balancePrice(units, 10, 3).toFixed(2))).toEqual(['0.00', '1.13', '2.55', '3.00']);
    expect(balancePrice(4, 0, 3)).toBe(0);
  });
});

describe('the price of room', () => {
  const day = { used: 50, capacity: 100, usual: 100, elapsed: 0.5 };

  it('[R20] is the whole cost once the day is full, and half of it times the chance before', () => {
    expect(capacityPrice({ ...day, used: 100 }, 4)).toBe(4);
    const price = capacityPrice(day, 4);
    expect(price).toBeGreaterThan(0.8);
    expect(price).toBeLessThan(1.2);
    expect(capacityPrice({ ...day, used: 90, elapsed: 0.6 }, 4)).toBeGreaterThan(price);
    expect(capacityPrice({ ...day, used: 10, elapsed: 0.9 }, 4)).toBeCloseTo(0, 6);
    expect(capacityPrice({ ...day, usual: 0, used: 0 }, 4)).toBe(0);
  });
});

describe('the counted forecast', () => {
  it('[R21] says what was, by region, and leans on inhabitants where little was seen', () => {
    const forecast = new CountedForecast(2, 1, Float64Array.of(3, 1), -100, 1e9);
    for (let hour = -100; hour < 0; hour += 1) forecast.ordered(0, 1, hour);
    forecast.tick(0);
    const perHour = new Float64Array(2);
    forecast.demandPerHour(0, perHour);
    expect(perHour[0]! + perHour[1]!).toBeCloseTo(1.005, 2);
    expect(perHour[1]! / perHour[0]!).toBeGreaterThan(10);
    forecast.demandPerHour(1, perHour);
    expect(perHour[0]! / perHour[1]!).toBeCloseTo(3, 6);
  });

  it('[R21] forgets: of two equally busy times the later counts more; what walked in is told by store', () => {
    const early = new CountedForecast(1, 2, Float64Array.of(1), 0, 50);
    const late = new CountedForecast(1, 2, Float64Array.of(1), 0, 50);
    early.ordered(0, 0, 10, 20);
    late.ordered(0, 0, 190, 20);
    const seen = [early, late].map((forecast) => {
      forecast.tick(200);
      const perHour = new Float64Array(1);
      forecast.demandPerHour(0, perHour);
      return perHour[0]!;
    });
    expect(seen[1]).toBeGreaterThan(5 * seen[0]!);
    const before = late.version;
    for (let hour = 200; hour < 220; hour += 1) late.walkedIn(0, 1, hour);
    expect(late.version).toBe(before + 20);
    expect(late.walkInsPerHour(0, 1)).toBeGreaterThan(10 * late.walkInsPerHour(0, 0));
    expect(early.walkInsPerHour(0, 1)).toBe(0);
  });
});

describe('prices from futures', () => {
  const hold = (orders: readonly FutureOrder[], stock: readonly number[]): Float64Array => {
    const input = new KernelInput(3);
    const problem = {
      skus: 1, nodes: 2, now: Float64Array.from(stock), later: new Float64Array(2), deliveryHour: new Float64Array(2).fill(Infinity),
      walkInLoss: Float64Array.of(12), refuseCost: 50,
      fill: (order: FutureOrder, into: KernelInput): void => {
        for (let node = 0; node < 2; node += 1) into.parcelCost[node] = order.region === node ? 5 : 8;
      },
    };
    return futurePrices(problem, [{ orders, walkIns: [] }], 200, kernel, input);
  };
  const order = (region: number, hour: number): FutureOrder => ({ hour, region, promise: 5, skus: [0] });

  it('[R22] are 0 where there is enough, and what the next best costs more where there is not', () => {
    expect(Math.max(...hold([order(0, 1), order(1, 2)], [5, 5]))).toBeCloseTo(0, 1);
    const scarce = hold([order(0, 1), order(0, 2), order(0, 3), order(1, 4)], [1, 9]);
    expect(scarce[0]).toBeCloseTo(3, 0);
    expect(scarce[1]).toBeCloseTo(0, 0);
  });
});

it('[R23] a price never refuses: whatever the prices, an order that can be planned is', () => {
  const random = randomFrom(8);
  const plan = new KernelPlan();
  for (let round = 0; round < 300; round += 1) {
    const input = ask(3, ['01', '2', '12'].map((lines) => (random() < 0.7 ? lines : '')));
    kernel.plan(input, plan);
    const isPlanned = plan.cost < Infinity;
    for (let at = 0; at < input.lineCost.length; at += 1) input.lineCost[at] = 1e6 * random();
    kernel.plan(input, plan);
    expect(plan.cost < Infinity).toBe(isPlanned);
    if (isPlanned) expect(keepsRules(input, [...plan.node.subarray(0, plan.parcels)], [...plan.lines.subarray(0, plan.parcels)])).toBe(true);
  }
});
