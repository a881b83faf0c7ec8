/** Where units come from: tables for the order of preference, and what holds for every plan. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Location } from '../../actors/network-commands.ts';
import { carrierId, lineId, locationId, sku } from '../../actors/ids.ts';
import { distanceKm, greatCircleKm } from '../../engine/routing/distance.ts';
import { sourceNaive } from '../../engine/routing/source-naive.ts';
import type { SourcingRequest } from '../../engine/routing/source.ts';
import { location, Shop } from './shop.ts';

/** Lines as `S1:2 S2:1`; candidates as `location@cost S1:n S2:n`, cheapest first. */
function request(needs: string, candidates: readonly string[]): SourcingRequest {
  const stock = candidates.map((text) => new Map(text.split(' ').slice(1).map((units) => [units.split(':')[0]!, Number(units.split(':')[1])])));
  return {
    needs: needs.split(' ').map((text, index) => {
      const [name = '', quantity] = text.split(':');
      return { lineId: lineId(String(index + 1)), sku: sku(name), quantity: Number(quantity) };
    }),
    candidates: candidates.map((text) => {
      const [name = '', cost] = text.split(' ')[0]!.split('@');
      return { location: locationId(name), carrier: carrierId('post'), distanceKm: 1, costMinor: Number(cost) };
    }),
    available: (name, candidate) => stock[candidate]?.get(name) ?? 0,
  };
}

/** A plan as `A 1:2 2:1 | B 2:2`, with what is short. */
function plan(needs: string, candidates: readonly string[]): string {
  const { fulfillments, short } = sourceNaive(request(needs, candidates));
  const parts = fulfillments.map((part) => `${part.location} ${part.lines.map((line) => `${line.lineId}:${line.quantity}`).join(' ')}`);
  return [...parts, ...(short > 0 ? [`short ${short}`] : [])].join(' | ');
}

describe('preference', () => {
  test.each<[string, string, string, string[], string]>([
    ['R1', 'the cheapest that has everything', 'S1:2 S2:1', ['A@1 S1:2', 'B@2 S1:2 S2:1', 'C@3 S1:9 S2:9'], 'B 1:2 2:1'],
    ['R1', 'one dear parcel before two cheap ones', 'S1:1 S2:1', ['A@1 S1:1', 'B@1 S2:1', 'C@900 S1:1 S2:1'], 'C 1:1 2:1'],
    ['R2', 'the cheapest pair', 'S1:1 S2:1', ['A@1 S1:1', 'B@5 S2:1', 'C@3 S1:1'], 'A 1:1 | B 2:1'],
    ['R2', 'a pair over a cheaper triple', 'S1:1 S2:1 S3:1', ['A@1 S1:1', 'B@1 S2:1', 'C@1 S3:1', 'D@99 S2:1 S3:1'], 'A 1:1 | D 2:1 3:1'],
    ['R2', 'the pair whose sum is least, not whose first is', 'S1:4', ['A@1 S1:1', 'B@2 S1:2', 'C@3 S1:2', 'D@50 S1:3'], 'B 1:2 | C 1:2'],
    ['R2', 'a triple', 'S1:3', ['A@1 S1:1', 'B@2 S1:1', 'C@3 S1:1', 'D@4 S1:1'], 'A 1:1 | B 1:1 | C 1:1'],
    ['R3', 'the cheaper of equals when four are needed', 'S1:4', ['A@1 S1:1', 'B@2 S1:1', 'C@3 S1:1', 'D@4 S1:1', 'E@5 S1:1'], 'A 1:1 | B 1:1 | C 1:1 | D 1:1'],
    ['R3', 'who gives most when four are needed', 'S1:7', ['A@1 S1:1', 'B@2 S1:2', 'C@3 S1:2', 'D@4 S1:2', 'E@5 S1:1'], 'B 1:2 | C 1:2 | D 1:2 | A 1:1'],
    ['R3', 'all there is when there is not enough', 'S1:9 S2:1', ['A@1 S1:1', 'B@2', 'C@3 S1:3 S2:1'], 'A 1:1 | C 1:3 2:1 | short 5'],
    ['R1', 'one parcel for the units that anybody has', 'S1:1 S2:1', ['A@1 S1:1', 'B@2 S1:1'], 'A 1:1 | short 1'],
    ['R3', 'nothing from nobody', 'S1:1', [], 'short 1'],
    ['R3', 'nothing where nothing is', 'S1:1', ['A@1', 'B@2'], 'short 1'],
    ['R4', 'a SKU on several lines is one need', 'S1:2 S1:2', ['A@1 S1:3', 'B@2 S1:4'], 'B 1:2 2:2'],
    ['R4', 'lines of one SKU share what a location has', 'S1:2 S1:3', ['A@1 S1:3', 'B@2 S1:2'], 'A 1:2 2:1 | B 2:2'],
    ['R4', 'within a set the cheaper gives first', 'S1:5 S2:1', ['A@1 S1:4', 'B@2 S1:4 S2:1'], 'A 1:4 | B 1:1 2:1'],
  ])('[%s] %s', (_, __, needs, candidates, expected) => {
    expect(plan(needs, candidates)).toBe(expected);
  });

  it('[R5] tells what the next best plan of as many parcels would have cost, and how many were asked', () => {
    expect(sourceNaive(request('S1:1', ['A@1', 'B@5 S1:1', 'C@9 S1:1']))).toMatchObject({ runnerUpMinor: 9, candidates: 3 });
    expect(sourceNaive(request('S1:1', ['A@1 S1:1'])).runnerUpMinor).toBeUndefined();
    expect(sourceNaive(request('S1:2', ['A@1 S1:1', 'B@5 S1:1', 'C@9 S1:1'])).runnerUpMinor).toBe(10);
    expect(sourceNaive(request('S1:4', ['A@1 S1:1'])).runnerUpMinor).toBeUndefined();
    expect(sourceNaive(request('S1:4', ['A@1', 'B@2'])).runnerUpMinor).toBeUndefined();
  });
});

const problems = fc.record({
  needs: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 4 }),
  candidates: fc.array(fc.tuple(fc.nat(50), fc.nat(6), fc.nat(6), fc.nat(6)), { maxLength: 6 }),
});

function problem({ needs, candidates }: typeof problems extends fc.Arbitrary<infer T> ? T : never): SourcingRequest {
  const sorted = candidates.toSorted(([a], [b]) => a - b);
  return request(
    needs.map(([item, quantity]) => `S${item}:${quantity}`).join(' '),
    sorted.map(([cost, a, b, c], index) => `L${index}@${cost} S0:${a} S1:${b} S2:${c}`),
  );
}

/** Units needed of each SKU, as far as anybody has them. */
function wanted(asked: SourcingRequest): Map<string, number> {
  const needs = new Map<string, number>();
  for (const { sku: name, quantity } of asked.needs) needs.set(name, (needs.get(name) ?? 0) + quantity);
  for (const [name, quantity] of needs) {
    const there = asked.candidates.reduce((sum, _, candidate) => sum + asked.available(sku(name), candidate), 0);
    needs.set(name, Math.min(quantity, there));
  }
  return needs;
}

function missing(asked: SourcingRequest): number {
  const asks = asked.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  return asks - [...wanted(asked).values()].reduce((sum, quantity) => sum + quantity, 0);
}

/** How many candidates it takes to have all there is, by asking every set of them: the dumb truth. */
function smallest(asked: SourcingRequest): number {
  const needs = wanted(asked);
  if ([...needs.values()].every((quantity) => quantity === 0)) return 0;
  let best = Infinity;
  for (let set = 1; set < 1 << asked.candidates.length; set += 1) {
    const members = asked.candidates.map((_, index) => index).filter((index) => set & (1 << index));
    const has = (name: string) => members.reduce((sum, member) => sum + asked.available(sku(name), member), 0);
    if ([...needs].every(([name, quantity]) => has(name) >= quantity)) best = Math.min(best, members.length);
  }
  return best;
}

describe('every plan', () => {
  it('[R4] takes no more than a location has and gives no line more than it needs', () => {
    fc.assert(
      fc.property(problems, (input) => {
        const asked = problem(input);
        const { fulfillments, short } = sourceNaive(asked);
        const given = new Map<string, number>();
        for (const part of fulfillments) {
          const index = asked.candidates.findIndex(({ location: name }) => name === part.location);
          const taken = new Map<string, number>();
          expect(part.lines.length).toBeGreaterThan(0);
          for (const { lineId: line, quantity } of part.lines) {
            expect(quantity).toBeGreaterThan(0);
            const name = asked.needs.find((need) => need.lineId === line)!.sku;
            taken.set(name, (taken.get(name) ?? 0) + quantity);
            given.set(line, (given.get(line) ?? 0) + quantity);
          }
          for (const [name, quantity] of taken) expect(quantity).toBeLessThanOrEqual(asked.available(sku(name), index));
        }
        let left = 0;
        for (const need of asked.needs) {
          const got = given.get(need.lineId) ?? 0;
          expect(got).toBeLessThanOrEqual(need.quantity);
          left += need.quantity - got;
        }
        expect(short).toBe(left);
      }),
      { numRuns: 500 },
    );
  });

  it('[R2] has all there is, in as few parcels as can be, up to three', () => {
    fc.assert(
      fc.property(problems, (input) => {
        const asked = problem(input);
        const fewest = smallest(asked);
        const { fulfillments, short } = sourceNaive(asked);
        expect(short).toBe(missing(asked));
        if (fewest <= 3) expect(fulfillments.length).toBe(fewest);
        else expect(fulfillments.length).toBeGreaterThanOrEqual(fewest);
      }),
      { numRuns: 500 },
    );
  });

  it('[R6] is the same for the same request', () => {
    fc.assert(
      fc.property(problems, (input) => {
        expect(sourceNaive(problem(input))).toEqual(sourceNaive(problem(input)));
      }),
    );
  });
});

describe('distance', () => {
  test.each([
    [51.5074, -0.1278, 48.8566, 2.3522, 344],
    [0, 0, 0, 0, 0],
    [0, 179.9, 0, -179.9, 22],
    [90, 0, -90, 0, 20_015],
    [-33.87, 151.21, 51.5, -0.12, 16_994],
  ])('[R8] from %d %d to %d %d are %d km', (latA, lonA, latB, lonB, km) => {
    expect(greatCircleKm(latA, lonA, latB, lonB)).toBe(km);
    expect(greatCircleKm(latB, lonB, latA, lonA)).toBe(km);
  });

  it('[R8] without coordinates it is assumed by country', () => {
    const from = location('A') as Location;
    expect(distanceKm(from, { country: 'GB' })).toBe(300);
    expect(distanceKm(from, { country: 'FR', latitude: 1 })).toBe(3_000);
  });
});

describe('candidates', () => {
  const where = (shop: Shop, id: string): string => shop.order(id).fulfillments.map((part) => part.location).join(' ');

  it('[R7] are the open locations the channel sells from, cheapest parcel first', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9, 'B/S1': 9, 'C/S1': 9 });
    await shop.place('near', { S1: 1 });
    await shop.ok('location.put', { location: { ...location('A'), state: 'paused' } });
    await shop.place('next', { S1: 1 });
    await shop.ok('channel.put', { channel: { id: 'web', name: 'Web', locations: ['C', 'A'] } });
    await shop.place('far', { S1: 1 });
    expect(['near', 'next', 'far'].map((id) => where(shop, id))).toEqual(['A', 'B', 'C']);
  });

  it('[R7] of equal cost go by distance, then by name', async () => {
    const shop = await Shop.open();
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Flat', baseMinor: 500, perKmMinor: 0 } });
    await shop.ok('location.put', { location: { ...location('A2'), id: 'A2' } });
    await shop.receive({ 'C/S1': 9, 'B/S1': 9, 'A2/S1': 1, 'A/S1': 1 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 });
    expect(['o1', 'o2', 'o3'].map((id) => where(shop, id))).toEqual(['A', 'A2', 'B']);
  });

  it('[R9] go with the cheapest open carrier, equal price by name; none open leaves it out at no cost', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'B/S1': 9 });
    await shop.ok('carrier.put', { carrier: { id: 'zoom', name: 'Zoom', baseMinor: 100, perKmMinor: 0.5 } });
    await shop.ok('carrier.put', { carrier: { id: 'dash', name: 'Dash', baseMinor: 100, perKmMinor: 0.5 } });
    await shop.place('o1', { S1: 1 });
    expect(shop.order('o1').fulfillments[0]).toMatchObject({ carrier: 'dash', distanceKm: 111, costMinor: 156 });
    for (const carrierId of ['dash', 'zoom', 'post']) await shop.ok('carrier.suspend', { carrierId, reason: 'storm' });
    await shop.place('o2', { S1: 1 });
    expect(shop.order('o2').fulfillments[0]).toMatchObject({ carrier: undefined, costMinor: 0 });
    await shop.part('fulfillment.pick', 'o2');
    expect((await shop.part('fulfillment.ship', 'o2')).state).toBe('shipped');
  });
});
