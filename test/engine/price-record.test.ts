/** The prices that decisions went by stand in the journal, so that each can be made again as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locationId, sku, type LocationId } from '../../actors/ids.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { ManualClock } from './helpers.ts';
import { PriceBook, grained } from '../../engine/routing/prices/book.ts';
import type { FuturesAnswer, FuturesQuestion, FuturesSolver } from '../../engine/routing/prices/question.ts';
import { bookThen, pricesKey, pricesRow } from '../../engine/routing/prices/recorded.ts';
import { PricesSeen } from '../../engine/routing/prices/seen.ts';
import { valueBytes } from '../../engine/sizes.ts';
import { positionBefore, rehearseSide } from '../../engine/rehearse/side.ts';
import { must } from '../../engine/assert.ts';
import { location, Shop } from './shop.ts';

const near = { country: 'GB', latitude: 51.5, longitude: -0.12 } as const;
const between = { country: 'GB', latitude: 51.95, longitude: -0.12 } as const;

/** A has two units left that are wanted beside it; B has many. */
async function scarce(): Promise<Shop> {
  const shop = await Shop.open({ clock: new ManualClock(), isPriced: true });
  await shop.receive({ 'A/S1': 22, 'B/S1': 100, 'B/S2': 100 });
  for (let index = 0; index < 20; index += 1) await shop.place(`near-${index}`, { S1: 1 }, { destination: near });
  for (let step = 0; step < 100; step += 1) shop.clock.advance(20);
  return shop;
}

const again = (shop: Shop, orderId: string, attempt = 1) => {
  const said = shop.ask('decision.explain', { orderId, attempt });
  if (said?.recomputed === undefined || 'unknown' in said.recomputed) throw new Error(`not made again: ${JSON.stringify(said?.recomputed)}`);
  return { ...said.recomputed, text: said.text };
};

describe('decisions by prices', () => {
  it('[Z80] are made again from the journal with the prices of then, whatever they are by now, and without any', async () => {
    const shop = await scarce();
    const priceOf = (at: string) => grained(shop.ask('price.get', { sku: 'S1' })!.prices.find((one) => one.location === at)!.priceMinor);
    const [atA, atB] = [priceOf('A'), priceOf('B')];
    expect(atA).toBeGreaterThan(1);
    await shop.place('o1', { S1: 1 }, { destination: between });
    const was = again(shop, 'o1');
    expect(was).toMatchObject({ reproduced: true, differs: [], decision: { fulfillments: [{ location: 'B' }] } });
    expect(was.decision.prices).toBeDefined();
    const stockAt = (at: string) => was.decision.candidates.find((one) => one.location === at)!.stock;
    expect([stockAt('A'), stockAt('B')]).toEqual([[{ sku: 'S1', units: 2, priceMinor: atA }], [{ sku: 'S1', units: 100, priceMinor: atB || undefined }]]);
    // Without them the nearer one would have sent it.
    expect(was.flips).toContainEqual({ change: { kind: 'without-prices' }, locations: ['A'], short: 0 });
    expect(was.text).toContain('  prices of scarce stock and room left out: A');
    await shop.receive({ 'A/S1': 5_000 });
    for (let step = 0; step < 100; step += 1) shop.clock.advance(20);
    expect(priceOf('A')).toBeLessThan(atA);
    expect(again(shop, 'o1').decision).toEqual(was.decision);
    const restarted = await shop.restart();
    expect(again(restarted, 'o1').decision).toEqual(was.decision);
    expect(restarted.ask('price.get', { sku: 'S1' })).toBeNull();
  });

  it('[Z81] tell the price of scarce units and of room among the terms of each way, and sort the ways by the whole', async () => {
    const shop = await scarce();
    await shop.place('o1', { S1: 1 }, { destination: between });
    const { decision } = again(shop, 'o1');
    const [b, a] = decision.ways;
    expect([b?.isChosen, b?.parcels[0]?.location, a?.parcels[0]?.location]).toEqual([true, 'B', 'A']);
    expect(a?.parcels[0]?.terms.map(({ term }) => term)).toEqual(['carriage', 'stock']);
    expect(decision.marginMinor).toBeGreaterThan(0);
    expect(a!.totalMinor).toBe(a!.parcels[0]!.terms.reduce((sum, { minor }) => sum + minor, 0));
  });

  it('[X10] are rehearsed with the prices that were recorded: to the byte, as they were', async () => {
    const shop = await scarce();
    for (let index = 0; index < 4; index += 1) await shop.place(`o${index}`, { S1: 1, S2: 1 }, { destination: between });
    await shop.place('o9', { S1: 1 }, { destination: between });
    const { claim } = shop;
    const store = { head: claim.head, tail: claim.tail, record: (at: number) => must(claim.record(at), 'a record'), rows: (prefix: string) => claim.rows(prefix) };
    const task = { serve: 'age', ordersMax: 1_000, explain: ['o9'], after: positionBefore(store, 0), until: claim.tail } as never;
    const { fidelity, explained } = await rehearseSide(store, task, () => 0, () => undefined);
    expect(fidelity).toEqual({ placements: 25, asRecorded: 25, refused: {} });
    expect(explained[0]?.[1]).toMatchObject({ fulfillments: [{ location: 'B' }] });
    expect(explained[0]?.[1].prices).toBeDefined();
  });

  it('[Z80] cost the journal nothing where there are no prices', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    await shop.place('o1', { S1: 1 });
    const keys = Array.from({ length: shop.claim.tail }, (_, at) => shop.claim.record(at + 1)!.rows.map(([key]) => key)).flat();
    expect(keys).not.toContain(pricesKey);
  });
});

/** Says of each stock what it is worth, when it is told to. */
class Solver implements FuturesSolver {
  #asked: FuturesQuestion | undefined;
  #answered: (answer: FuturesAnswer | undefined) => void = () => undefined;

  ask(question: FuturesQuestion, answered: (answer: FuturesAnswer | undefined) => void): void {
    [this.#asked, this.#answered] = [question, answered];
  }

  answer(): void {
    if (this.#asked === undefined) return;
    const { number, priced, nodes } = this.#asked;
    this.#asked = undefined;
    this.#answered({ number, prices: Float64Array.from({ length: priced * nodes }, (_, index) => 3_000 + 40 * (index % 60)) });
  }

  drop(): void {}

  close(): void {}
}

it('[Z82] what no record has room for is left out: the order is placed all the same, and says that it cannot be made again', async () => {
  const limits = { turnBytesMax: 16 * 1024, recordBytesMax: 80 * 1024 };
  const solver = new Solver();
  const shop = await Shop.open({ clock: new ManualClock(), isPriced: true, solver, limits });
  const places = Array.from({ length: 24 }, (_, index) => `PLACE-WITH-A-LONG-NAME-${1_000 + index}`);
  for (const [index, id] of places.entries()) await shop.ok('location.put', { location: location(id, index === 0 ? 0 : 1 + (index % 7) / 10) });
  const names = Array.from({ length: 340 }, (_, index) => `S${index}`);
  for (const [index, id] of places.entries()) {
    await shop.receive(Object.fromEntries(names.map((name) => [`${id}/${name}`, index === 0 ? 7 : 30])));
  }
  const all = Object.fromEntries(names.map((name) => [name, 1]));
  for (let index = 0; index < 5; index += 1) await shop.place(`near-${index}`, all, { destination: near });
  for (let step = 0; step < 600; step += 1) {
    shop.clock.advance(20);
    solver.answer();
  }
  await shop.settle();
  await shop.place('large', all, { destination: between });
  const event = shop.published.flatMap(({ events }) => events).findLast((one) => one.kind === 'order.sourced') as Extract<Event, { kind: 'order.sourced' }>;
  expect([event.orderId, typeof event.prices]).toEqual(['large', 'number']);
  expect(shop.ask('decision.explain', { orderId: 'large' })?.recomputed).toEqual({ unknown: 'prices' });
  await shop.place('small', { S1: 1, S2: 1 }, { destination: between });
  expect(again(shop, 'small').reproduced).toBe(true);
}, 60_000);

describe('the row', () => {
  const places = ['A', 'AB', 'ABC', 'B', 'Z-10', 'Z-11'].map((id) => locationId(id));
  const skus = ['S', 'l/L', '__proto__'].map((name) => sku(name));
  const step = fc.record({
    what: fc.constantFrom('price', 'price', 'room', 'decide', 'decide', 'decide', 'undo', 'leave'),
    of: fc.nat(2),
    and: fc.nat(2),
    at: fc.nat(5),
    minor: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e7, noNaN: true })),
  });

  it('[Z80] says of each decision exactly the prices it went by, and is never larger than was reckoned', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const book = new PriceBook();
        const seen = new PricesSeen();
        const made: { event: number; skus: typeof skus; isLeft: boolean; price: Map<string, number | undefined>; room: Map<LocationId, number> }[] = [];
        let [events, bytes] = [0, 0];
        for (const { what, of, and, at, minor } of steps) {
          const [name, place] = [skus[of]!, places[at]!];
          if (what === 'price') book.put(name, new Map([...(book.of(name)?.byLocation ?? []), [place, minor]]), 0);
          if (what === 'room') book.putRoom(place, minor === 0 ? undefined : minor);
          if (what !== 'decide' && what !== 'undo' && what !== 'leave') continue;
          seen.begin();
          const wanted = [name, skus[and]!];
          seen.note(book, wanted, events);
          if (what === 'undo') {
            seen.undo();
            continue;
          }
          const isLeft = what === 'leave' && seen.bytes > 0;
          if (isLeft) seen.leaveOut();
          bytes += seen.bytes;
          const price = new Map(wanted.flatMap((one) => places.map((to) => [`${one} ${to}`, book.of(one) === undefined ? undefined : grained(book.of(one)!.byLocation.get(to) ?? 0)] as const)));
          made.push({ event: events, skus: wanted, isLeft, price, room: new Map(places.map((to) => [to, grained(book.roomAt(to) ?? 0)])) });
          events += 2;
        }
        const taken = seen.take();
        expect(taken === undefined).toBe(made.length === 0);
        if (taken === undefined) return;
        const row = pricesRow(taken);
        expect(valueBytes([row])).toBeLessThanOrEqual(bytes);
        for (const { event, skus: wanted, isLeft, price, room } of made) {
          const then = bookThen([row], event, wanted, 7);
          expect(then === undefined).toBe(isLeft);
          if (then === undefined) continue;
          expect(then.version).toBe(7);
          for (const one of wanted) {
            for (const to of places) {
              const is = then.of(one);
              expect(is === undefined ? undefined : (is.byLocation.get(to) ?? 0)).toBe(price.get(`${one} ${to}`));
            }
          }
          for (const to of places) expect(then.roomAt(to) ?? 0).toBe(room.get(to));
        }
        expect(seen.take()).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
