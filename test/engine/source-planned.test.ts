/** Sourcing by prices: fewer parcels first, then carriage and prices; prices kept from what is placed and moved. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { carrierId, lineId, locationId, sku } from '../../actors/ids.ts';
import { PriceBook } from '../../engine/routing/prices/book.ts';
import type { SourcingRequest } from '../../engine/routing/source.ts';
import { sourceNaive } from '../../engine/routing/source-naive.ts';
import { plannedSource } from '../../engine/routing/source-planned.ts';
import { PriceKeeper } from '../../engine/routing/prices/keeper.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { ManualClock } from './helpers.ts';
import { Shop } from './shop.ts';

interface Drawn {
  readonly needs: readonly (readonly [sku: number, quantity: number])[];
  readonly costs: readonly number[];
  readonly stock: readonly (readonly number[])[];
  readonly prices: readonly (readonly number[])[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  needs: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 4 }),
  costs: fc.array(fc.nat(60), { minLength: 1, maxLength: 5 }),
  stock: fc.array(fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
  prices: fc.array(fc.array(fc.nat(40), { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
});

function requestOf({ needs, costs, stock }: Drawn): SourcingRequest {
  return {
    needs: needs.map(([item, quantity], index) => ({ lineId: lineId(String(index + 1)), sku: sku(`S${item}`), quantity })),
    candidates: costs.toSorted((a, b) => a - b).map((costMinor, index) => ({ location: locationId(`L${index}`), carrier: carrierId('post'), distanceKm: 1, costMinor })),
    available: (name, candidate) => stock[Number(name.slice(1))]?.[candidate] ?? 0,
  };
}

function bookOf({ prices }: Drawn): PriceBook {
  const book = new PriceBook();
  for (const [item, by] of prices.entries()) book.put(sku(`S${item}`), new Map(by.map((price, index) => [locationId(`L${index}`), price])), 0);
  return book;
}

/** Carriage and prices of a plan. */
function worth(asked: SourcingRequest, { prices }: Drawn, { fulfillments }: ReturnType<typeof sourceNaive>): number {
  return fulfillments.reduce((sum, { location, costMinor, lines }) => {
    const units = lines.reduce((all, { lineId: line, quantity }) => {
      const name = asked.needs.find((need) => need.lineId === line)!.sku;
      return all + quantity * prices[Number(name.slice(1))]![Number(location.slice(1))]!;
    }, 0);
    return sum + costMinor + units;
  }, 0);
}

describe('sourcing by prices', () => {
  it('[R24] without prices answers as without a book', () => {
    fc.assert(fc.property(drawn, (given) => {
      expect(plannedSource(new PriceBook())(requestOf(given))).toEqual(sourceNaive(requestOf(given)));
    }));
  });

  it('[R24] gives all that is given without prices in as few parcels, takes no more than there is, and of one parcel the least with its prices', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const asked = requestOf(given);
        const plain = sourceNaive(asked);
        const priced = plannedSource(bookOf(given))(asked);
        expect(priced.short).toBe(plain.short);
        expect(priced.fulfillments.length).toBeLessThanOrEqual(plain.fulfillments.length);
        for (const { location, lines } of priced.fulfillments) {
          const taken = new Map<string, number>();
          for (const { lineId: line, quantity } of lines) {
            const { sku: name } = asked.needs.find((need) => need.lineId === line)!;
            taken.set(name, (taken.get(name) ?? 0) + quantity);
          }
          for (const [name, quantity] of taken) expect(quantity).toBeLessThanOrEqual(asked.available(sku(name), Number(location.slice(1))));
        }
        if (priced.prices === undefined) return;
        expect(priced.prices).toBe(3);
        expect(worth(asked, given, priced)).toBeLessThanOrEqual(worth(asked, given, plain));
        if (priced.fulfillments.length !== 1) return;
        const totals = new Map<string, number>();
        for (const { sku: name, quantity } of asked.needs) totals.set(name, (totals.get(name) ?? 0) + quantity);
        for (const [name, quantity] of totals) totals.set(name, Math.min(quantity, asked.candidates.reduce((sum, _, at) => sum + asked.available(sku(name), at), 0)));
        const singles = asked.candidates.flatMap((candidate, index) =>
          [...totals].some(([name, quantity]) => asked.available(sku(name), index) < quantity)
            ? []
            : [candidate.costMinor + [...totals].reduce((sum, [name, quantity]) => sum + quantity * given.prices[Number(name.slice(1))]![index]!, 0)]);
        expect(worth(asked, given, priced)).toBe(Math.min(...singles));
      }),
      { numRuns: 1_000 },
    );
  });
});

const from = { country: 'GB', latitude: 51.5, longitude: -0.12 } as const;
const between = { country: 'GB', latitude: 51.95, longitude: -0.12 } as const;

/** Twenty orders for S1 from beside A, so that A's last units are dear; then one from a little nearer A than B. */
async function afterDemand(isPriced: boolean): Promise<{ shop: Shop; clock: ManualClock; where: () => string }> {
  const clock = new ManualClock();
  const shop = await Shop.open({ clock, isPriced });
  await shop.receive({ 'A/S1': 22, 'B/S1': 100 });
  for (let index = 0; index < 20; index += 1) await shop.place(`near-${index}`, { S1: 1 }, { destination: from });
  clock.advance(1_000);
  await shop.place('between', { S1: 1 }, { destination: between });
  return { shop, clock, where: () => shop.order('between').fulfillments[0]!.location };
}

describe('prices of an engine', () => {
  it('[R25] keep the last units for those who are near, are told by decisions, and can be read', async () => {
    const { shop, where } = await afterDemand(true);
    expect(where()).toBe('B');
    const view = shop.ask('price.get', { sku: 'S1' })!;
    const priceOf = (location: string): number => view.prices.find((price) => price.location === location)!.priceMinor;
    expect(priceOf('A')).toBeGreaterThan(20);
    expect(priceOf('B')).toBeLessThan(1);
    const decisions = shop.published.flatMap(({ events }) => events.filter((event) => event.kind === 'order.sourced'));
    expect(decisions.at(-1)!.prices).toBeGreaterThan(0);
    expect(decisions[0]!.prices).toBeUndefined();
    expect(shop.ask('price.get', { sku: 'S2' })).toBeNull();
    // Dear is not refused: the last units go when nobody else has any.
    await shop.ok('stock.receive', { entries: [{ sku: 'S2', location: 'A', quantity: 1 }] });
    await shop.place('last', { S2: 1 }, { destination: between });
    expect(shop.order('last').fulfillments[0]!.location).toBe('A');
  });

  it('[R25] are none unless asked for: then the cheapest now', async () => {
    const { shop, where } = await afterDemand(false);
    expect(where()).toBe('A');
    expect(shop.ask('price.get', { sku: 'S1' })).toBeNull();
  });

  it('[R25] are learnt again from the journal after a restart', async () => {
    const disk = new MemoryDisk();
    const clock = new ManualClock();
    const before = await Shop.open({ disk, clock, isPriced: true });
    await before.receive({ 'A/S1': 22, 'B/S1': 100 });
    for (let index = 0; index < 20; index += 1) await before.place(`near-${index}`, { S1: 1 }, { destination: from });
    await before.engine.close();
    const after = await Shop.open({ disk, clock, isPriced: true, isBare: true });
    for (let tries = 0; tries < 100 && after.ask('price.get', { sku: 'S1' }) === null; tries += 1) {
      await new Promise(setImmediate);
      clock.advance(100);
    }
    expect(after.ask('price.get', { sku: 'S1' })!.prices[0]).toMatchObject({ location: 'A' });
    expect(after.ask('price.get', { sku: 'S1' })!.prices[0]!.priceMinor).toBeGreaterThan(20);
  });

  it('[R25] learn each turn once, also one that comes while the journal is still read', async () => {
    const disk = new MemoryDisk();
    const before = await Shop.open({ disk });
    await before.receive({ 'A/S1': 10_000 });
    for (let index = 0; index < 600; index += 1) await before.place(`o${index}`, { S1: 1 });
    await before.engine.close();
    const noted: number[] = [];
    const note = vi.spyOn(PriceKeeper.prototype, 'note').mockImplementation(({ position }) => void noted.push(position));
    const after = await Shop.open({ disk, isPriced: true, isBare: true });
    await after.place('new', { S1: 1 });
    for (let rounds = 0; rounds < 100; rounds += 1) await new Promise(setImmediate);
    note.mockRestore();
    expect(noted.toSorted((a, b) => a - b)).toEqual(Array.from({ length: after.claim.tail }, (_, index) => index + 1));
  });

  it('[R25] stay as they are when something fails beside the decisions: it is told, and nothing else stops', () => {
    const bugs: unknown[] = [];
    const clock = new ManualClock();
    const broken = { look: () => { throw new Error('look'); }, skus: { get: () => { throw new Error('skus'); } } };
    const keeper = new PriceKeeper(broken as never, new PriceBook(), clock, (bug) => bugs.push(String(bug)));
    const stock = [{ sku: 'S1', location: 'A' }];
    keeper.note({ position: 1, atMs: 1, events: [], stock } as never);
    clock.advance(1_000);
    keeper.note({ position: 2, atMs: 2, events: [{ kind: 'order.placed', orderId: 'o' }], stock: [] } as never);
    expect(bugs).toEqual(['Error: skus', 'Error: look']);
  });
});
