/** Sourcing by prices: fewer parcels first, then carriage and prices; prices kept from what is placed and moved. */
import { shapeOf, type Shape } from '../../actors/item-shape.ts';
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
import { differsFrom } from './planner-agrees.ts';
import { requestOf as drawRequest } from './planner-oracle.ts';
import { location, Shop } from './shop.ts';

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
    const broken = { look: () => { throw new Error('look'); }, skus: { get: () => { throw new Error('skus'); } }, carriers: new Map(), rates: { isIdle: true } };
    const keeper = new PriceKeeper(broken as never, new PriceBook(), clock, (bug) => bugs.push(String(bug)));
    const stock = [{ sku: 'S1', location: 'A' }];
    keeper.note({ position: 1, atMs: 1, events: [], stock } as never);
    clock.advance(1_000);
    keeper.note({ position: 2, atMs: 2, events: [{ kind: 'order.placed', orderId: 'o' }], stock: [] } as never);
    expect(bugs).toEqual(['Error: skus', 'Error: look']);
  });
});

describe('rules and prices in one planner', () => {
  it.each([['[R24]', 'prices alone'], ['[R26]', 'rules with prices'], ['[R27]', 'SKUs divided']])('%s %s: as its naive twin, which tries every way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_000_000, max: 2 ** 31 }), (seed) => {
        const drawnRequest = drawRequest(seed);
        expect(differsFrom(drawnRequest, plannedSource(drawnRequest.book)(drawnRequest.request))).toBeUndefined();
      }),
      { numRuns: 700 },
    );
  });

  it.each([['[R31]', 'by weight', ({ byWeight }: ReturnType<typeof drawRequest>) => byWeight !== undefined], [
    '[Z83]', 'kits', ({ request }: ReturnType<typeof drawRequest>) => request.needs.some(({ kit }) => kit !== undefined),
  ]] as const)('%s %s: as its naive twin, which tries every way', (_id, _what, isSuch) => {
    let looked = 0;
    for (let seed = 7_000_000; looked < 300; seed += 1) {
      const one = drawRequest(seed);
      if (!isSuch(one)) continue;
      looked += 1;
      expect([seed, differsFrom(one, plannedSource(one.book)(one.request))]).toEqual([seed, undefined]);
    }
  });

  it('[Z83] kits: as many as so many parcels as are allowed can hold, and none lost to whoever would give first', () => {
    // A kit of S1 and S2 together, two of twice of both together, and three S2, from places that are short of them.
    const { request, book } = drawRequest(3_813_323);
    const placed = [1, 2, 3, Infinity].map((maxParcels) => {
      const { fulfillments, short } = plannedSource(book)({ ...request, ruling: { ...request.ruling!, maxParcels } });
      return [fulfillments.length, 13 - short];
    });
    expect(placed).toEqual([[1, 4], [2, 7], [3, 8], [4, 9]]);
  });

  it('[R26] a price never takes a unit its place, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 1_000_000 }), (seed, factor) => {
        const { request, book } = drawRequest(seed);
        // Of kits some places alone give more than all in turn: prices may choose among such.
        if (request.needs.some(({ kit }) => kit !== undefined)) return;
        const dear = new PriceBook();
        for (const { sku: name } of request.needs) {
          const prices = book.of(name)?.byLocation ?? new Map();
          dear.put(name, new Map([...prices].map(([place, minor]) => [place, minor * factor])), 0);
        }
        const [with_, without] = [plannedSource(dear)(request), plannedSource(undefined)(request)];
        expect(with_.short).toBeLessThanOrEqual(without.short);
        if (request.ruling === undefined) expect(with_.fulfillments.length).toBeLessThanOrEqual(without.fulfillments.length);
      }),
      { numRuns: 500 },
    );
  });

  it('[R26] prices of units and of room outweigh a plan’s own money when they are more, and are told in its sum', () => {
    const ruled = (parcelMinor: number): object => ({ parcelMinor, lineMinor: undefined, unitMinor: undefined });
    const ask = (book: PriceBook): string => {
      const request = {
        needs: [{ lineId: lineId('1'), sku: sku('S1'), quantity: 2 }],
        candidates: [['A', 300], ['B', 340], ['C', 360]].map(([name, minor]) => ({
          location: locationId(name as string), carrier: undefined, distanceKm: 0, costMinor: minor as number, ruled: ruled(minor as number) as never,
        })),
        available: () => 2,
        ruling: { use: { planId: 'p' as never, version: 1 }, maxParcels: Infinity, allOrNothing: false, minShipmentMinor: 0, groups: undefined, unitPricesMinor: [0] },
      };
      const { fulfillments, ruled: use, prices } = plannedSource(book)(request);
      return `${fulfillments.map(({ location }) => location).join()} ${use?.scoreMinor} ${prices}`;
    };
    const book = new PriceBook();
    expect(ask(book)).toBe('A 300 undefined');
    book.put(sku('S1'), new Map([[locationId('A'), 30.25]]), 0);
    expect(ask(book)).toBe('B 340 1');
    book.putRoom(locationId('B'), 15);
    expect(ask(book)).toBe('B 355 2');
    book.putRoom(locationId('B'), 25);
    expect(ask(book)).toBe('C 360 3');
    book.putRoom(locationId('C'), 0.3);
    expect(ask(book)).toBe('C 360 4');
  });

  it('[R31] a parcel is carried for what is in it from there, by whom takes least for that', () => {
    type Steps = readonly (readonly [carrier: string, costMinor: number])[];
    const ask = (grams: readonly number[], isRuled: boolean, book?: PriceBook): string => {
      const needs = grams.map((each, index) => ({ lineId: lineId(String(index + 1)), sku: sku(`S${index}`), quantity: 1, shape: shapeOf({ grams: each }) }));
      const candidate = (name: string, steps: Steps) => {
        const stepOf = (load: Shape) => steps[Math.min(Math.max(0, Math.ceil(load.grams / 1_000) - 1), steps.length - 1)]!;
        const carriage = {
          minor: (load: Shape) => (isRuled ? 10 + 2 * stepOf(load)[1] : stepOf(load)[1]),
          carried: (load: Shape) => ({ carrier: carrierId(stepOf(load)[0]), costMinor: stepOf(load)[1] }),
        };
        const ruled = isRuled ? { parcelMinor: 10, lineMinor: undefined, unitMinor: undefined } : undefined;
        return { location: locationId(name), carrier: undefined, distanceKm: 0, costMinor: 0, carriage, ruled };
      };
      const ruling = { use: { planId: 'p' as never, version: 1 }, maxParcels: Infinity, allOrNothing: false, minShipmentMinor: 0, groups: undefined, unitPricesMinor: [0, 0] };
      const plan = plannedSource(book)({
        needs,
        candidates: [candidate('A', [['post', 100], ['post', 400], ['post', Infinity]]), candidate('B', [['van', 150], ['van', 300], ['truck', 700]])],
        isWeighed: true,
        available: () => 1,
        ruling: isRuled ? ruling : undefined,
      });
      return `${plan.fulfillments.map(({ location, carrier, costMinor, lines }) => `${location}${lines.length} ${carrier} ${costMinor}`).join(' ')} ${plan.ruled?.scoreMinor}`;
    };
    expect(ask([400], true)).toBe('A1 post 100 210');
    expect(ask([1_400], true)).toBe('B1 van 300 610');
    expect(ask([5_000], true)).toBe('B1 truck 700 1410');
    // Two light parcels from one place are cheaper than a heavy one.
    expect(ask([900, 900], true)).toBe('A1 post 100 A1 post 100 420');
    // Without prices of stock as well, by the fewest parcels.
    expect(ask([900, 900], false)).toBe('B2 van 300 undefined');
    const book = new PriceBook();
    book.put(sku('S0'), new Map([[locationId('A'), 1]]), 0);
    expect(ask([900, 900], false, book)).toBe('B2 van 300 undefined');
    expect(ask([400, 400], false, book)).toBe('A2 post 100 undefined');
  });
});

describe('orders of many parts', () => {
  /** Twelve SKUs over six places, each at three of them. */
  async function manyParts(isPriced: boolean): Promise<Shop> {
    const shop = await Shop.open({ isPriced });
    const stock: Record<string, number> = {};
    for (let item = 0; item < 12; item += 1) for (const place of ['A', 'B', 'C'].filter((_, index) => (item + index) % 3 > 0)) stock[`${place}/S${item}`] = 5;
    await shop.receive(stock);
    return shop;
  }
  const wanted = Object.fromEntries(Array.from({ length: 12 }, (_, item) => [`S${item}`, 1]));

  it('[R28] are placed whole under a plan, and the decision and its explanation say by how much it may miss the best', async () => {
    const shop = await manyParts(false);
    await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules: [{ id: 'pick', cost: 7, per: 'line' }] } as never, reason: 'r' });
    await shop.ok('plan.validate', { planId: 'p', version: 1 });
    await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'r' });
    await shop.place('o1', wanted);
    const { gapMinor = -1, ruled, short } = shop.published.flatMap(({ events }) => events).find((event) => event.kind === 'order.sourced')!;
    expect(short).toBe(0);
    // Twelve lines at 7 each, and two parcels at least: A 300, B 411.
    expect(ruled?.scoreMinor).toBe(12 * 7 + 300 + 411);
    expect(gapMinor).toBeGreaterThanOrEqual(0);
    expect(gapMinor).toBeLessThanOrEqual(411);
    const explained = shop.ask('decision.explain', { orderId: 'o1' })!;
    expect([explained.recorded?.decision.gapMinor, explained.now.gapMinor]).toEqual([gapMinor, gapMinor]);
    expect(explained.text).toContain(`  It is too large to try every way: the best costs at most ${(gapMinor / 100).toFixed(2)} less.`);
  });

  it('[R28] by prices alone as well', async () => {
    const shop = await manyParts(true);
    for (let item = 0; item < 12; item += 1) shop.engine.inspect().core.prices!.put(sku(`S${item}`), new Map([[locationId('A'), 1]]), 0);
    await shop.place('o1', wanted);
    const event = shop.published.flatMap(({ events }) => events).find((one) => one.kind === 'order.sourced')!;
    expect([event.short, event.choices.length, event.prices! > 0, event.gapMinor! >= 0]).toEqual([0, 2, true, true]);
    // What is exact says so by saying nothing.
    await shop.place('o2', { S0: 1 });
    expect(shop.published.flatMap(({ events }) => events).findLast((one) => one.kind === 'order.sourced')!.gapMinor).toBeUndefined();
  });
});

describe('kits by prices', () => {
  const kitsDrawn = fc.record({
    costs: fc.array(fc.nat(60), { minLength: 2, maxLength: 4 }),
    stock: fc.array(fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
    prices: fc.array(fc.array(fc.nat(40), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
    count: fc.integer({ min: 1, max: 3 }),
    together: fc.boolean(),
    single: fc.nat(2),
  });

  it('[R29] come whole, as many and in no more parcels than without, and cost no more where the parcels are as many', () => {
    fc.assert(
      fc.property(kitsDrawn, ({ count, together, single, ...given }) => {
        const base = requestOf({ ...given, needs: [] });
        const kit = (units: number) => ({ id: lineId('k'), units, together });
        const needs = [
          { lineId: lineId('k.1'), sku: sku('S0'), quantity: count, kit: kit(1) },
          { lineId: lineId('k.2'), sku: sku('S1'), quantity: 2 * count, kit: kit(2) },
          ...(single === 0 ? [] : [{ lineId: lineId('1'), sku: sku('S2'), quantity: single }]),
        ];
        const asked = { ...base, needs };
        const drawnPrices = { ...given, needs: [] };
        const plain = plannedSource(undefined)(asked);
        const priced = plannedSource(bookOf(drawnPrices))(asked);
        expect(priced.short).toBe(plain.short);
        expect(priced.fulfillments.length).toBeLessThanOrEqual(plain.fulfillments.length);
        const units = (id: string): number => priced.fulfillments.flatMap(({ lines }) => lines).reduce((sum, line) => sum + (line.lineId === id ? line.quantity : 0), 0);
        expect(units('k.2')).toBe(2 * units('k.1'));
        for (const { lines } of together ? priced.fulfillments : []) {
          const of = (id: string): number => lines.find((line) => line.lineId === id)?.quantity ?? 0;
          expect(of('k.2')).toBe(2 * of('k.1'));
        }
        if (priced.fulfillments.length === plain.fulfillments.length) expect(worth(asked, drawnPrices, priced)).toBeLessThanOrEqual(worth(asked, drawnPrices, plain));
      }),
      { numRuns: 400 },
    );
  });
});

describe('room', () => {
  const modes = [['without either', false, false], ['under a plan', true, false], ['with prices', false, true], ['with both', true, true]] as const;
  it.each(modes)('[R30] is given with the stock and given back with it %s, and a full day is no candidate', async (_, isRuled, isPriced) => {
    const shop = await Shop.open({ isPriced });
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity: { pack: { perDay: 2 } } } as never });
    await shop.receive({ 'A/S1': 100, 'B/S1': 100 });
    if (isPriced) {
      const { prices } = shop.engine.inspect().core;
      prices!.put(sku('S1'), new Map([[locationId('B'), 5_000]]), 0);
      prices!.putRoom(locationId('A'), 3);
    }
    if (isRuled) {
      await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', split: { maxParcels: 2 } } as never, reason: 'r' });
      await shop.ok('plan.validate', { planId: 'p', version: 1 });
      await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'r' });
    }
    const where = async (id: string): Promise<string> => (await shop.place(id, { S1: 3 })).fulfillments.map((part) => part.location).join();
    const work = (): string => shop.ask('capacity.get', { location: 'A' }).map(({ units, parcels }) => `${units}/${parcels}`).join(' ');
    expect([await where('o1'), await where('o2'), await where('o3')]).toEqual(['A', 'A', 'B']);
    expect(work()).toBe('6/2');
    // Counted in the turn that gave the stock: what a crash right after it leaves is the same.
    const again = await shop.restart();
    expect(again.ask('capacity.get', { location: 'A' }).map(({ units, parcels }) => `${units}/${parcels}`).join(' ')).toBe('6/2');
    await again.ok('order.cancel', { orderId: 'o1', reason: 'test' });
    expect(again.ask('capacity.get', { location: 'A' }).map(({ units, parcels }) => `${units}/${parcels}`).join(' ')).toBe('3/1');
    expect((await again.place('o4', { S1: 3 })).fulfillments[0]!.location).toBe('A');
  });
});
