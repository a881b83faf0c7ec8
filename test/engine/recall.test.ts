/** Recalls: what has not left of a lot is held wherever it is, and what has left is listed. */
import { describe, expect, it } from 'vitest';
import type { LotAnswer } from '../../actors/lots.ts';
import { Shop } from './shop.ts';

const day = 24 * 3_600_000;

/** A shop with a SKU M that is tracked by lot. */
async function shop(): Promise<Shop> {
  const made = await Shop.open();
  await made.ok('item.put', { item: { sku: 'M', tracking: { by: 'lot' } } });
  return made;
}

type Lots = Readonly<Record<string, number>>;
const named = (lots: Lots) => Object.entries(lots).map(([lot, quantity]) => ({ lot, quantity }));
const entry = (lots: Lots, location = 'A') => ({ sku: 'M', location, quantity: Object.values(lots).reduce((sum, units) => sum + units, 0), lots: named(lots) });
const receive = (made: Shop, lots: Lots, location = 'A'): Promise<unknown> => made.ok('stock.receive', { entries: [entry(lots, location)] });
const recall = async (made: Shop, lot: string): Promise<LotAnswer> => (await made.ok('lot.recall', { sku: 'M', lot, reason: 'glass' })) as LotAnswer;
const lift = async (made: Shop, lot: string): Promise<LotAnswer> => (await made.ok('lot.lift', { sku: 'M', lot, reason: 'no glass' })) as LotAnswer;
const send = async (made: Shop, id: string): Promise<void> => {
  await made.part('fulfillment.pick', id);
  await made.part('fulfillment.ship', id);
};

describe('a recall', () => {
  it('[L12] holds what is there, at every location, at once', async () => {
    const made = await shop();
    await receive(made, { a: 5, b: 1 });
    await receive(made, { a: 3 }, 'B');
    await made.ok('stock.set-aside', { entries: [entry({ a: 1 })], bucket: 'damaged', reason: 'r' });
    expect(await recall(made, 'a')).toEqual({ sku: 'M', lot: 'a', state: 'recalled', held: 7, pending: 0, shipped: 0, displaced: [], broken: [] });
    expect([made.units('A/M'), made.units('B/M')]).toEqual(['6 0 0, ATP 1', '3 0 0, ATP 1']);
    const locations = [{ location: 'A', damaged: 1, blocked: 4 }, { location: 'B', blocked: 3 }];
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })).toMatchObject({ state: 'recalled', recall: { reason: 'glass' }, locations });
    expect(made.published.at(-1)?.events).toEqual([{ kind: 'lot.changed', sku: 'M', lot: 'a', state: 'recalled', reason: 'glass', locations: ['A', 'B'] }]);
  });

  it('[L12] takes units back from carts and orders, which are sourced again from what is left', async () => {
    const made = await shop();
    await receive(made, { a: 3 });
    await receive(made, { b: 2 }, 'B');
    await made.place('o1', { M: 1 });
    await made.place('o2', { M: 1 });
    await made.reserve('r1', { M: 1 });
    const answer = await recall(made, 'a');
    expect(answer).toMatchObject({ held: 3, displaced: ['o2', 'o1'], broken: ['r1'] });
    expect(['o1', 'o2'].map((id) => made.order(id).fulfillments.at(-1)?.location)).toEqual(['B', 'B']);
    expect(made.reservation('r1').fulfillments).toEqual([]);
  });

  it('[L12] stops who picks it, and only those', async () => {
    const made = await shop();
    await receive(made, { a: 1, b: 1 });
    for (const id of ['o1', 'o2']) {
      await made.place(id, { M: 1 });
      await made.part('fulfillment.pick', id);
    }
    expect(await recall(made, 'a')).toMatchObject({ held: 1, displaced: ['o1'] });
    expect([made.order('o1'), made.order('o2')]).toMatchObject([
      { state: 'exception', exception: { code: 'stockout' }, fulfillments: [{ state: 'cancelled', lines: [] }] },
      { state: 'picking', fulfillments: [{ state: 'picking', lots: [{ lineId: '1', lot: 'b', quantity: 1 }] }] },
    ]);
  });

  it('[L12] stops other pickers too, where what they were to take has gone', async () => {
    const made = await shop();
    await receive(made, { a: 1, b: 1 });
    for (const id of ['o1', 'o2']) {
      await made.place(id, { M: 1 });
      await made.part('fulfillment.pick', id);
    }
    // o1 was to take a, and takes b, which o2 was to take.
    await made.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1, lots: named({ b: 1 }) }] });
    expect(await recall(made, 'a')).toMatchObject({ held: 1, displaced: ['o2'] });
    expect(made.order('o2')).toMatchObject({ state: 'exception', fulfillments: [{ state: 'cancelled', lines: [] }] });
    expect(made.ask('lot.get', { sku: 'M', lot: 'b' })).toMatchObject({ state: 'ended', locations: [] });
  });

  it('[L13] tells with which orders the rest left, page by page, also after it is long gone', async () => {
    const made = await shop();
    await receive(made, { a: 4, b: 1 });
    for (const id of ['o1', 'o2', 'o3']) {
      await made.place(id, { M: 1 });
      await send(made, id);
      await made.pass(day);
    }
    expect(await recall(made, 'a')).toMatchObject({ held: 1, shipped: 3 });
    const again = await made.restart();
    const first = again.ask('lot.get', { sku: 'M', lot: 'a', limit: 2 });
    expect(first).toMatchObject({ shipped: 3, shipments: 3, next: 3, went: [{ orderId: 'o1', fulfillmentId: '1', lineId: '1', location: 'A', quantity: 1 }, { orderId: 'o2' }] });
    const second = again.ask('lot.get', { sku: 'M', lot: 'a', from: first?.next ?? 0 });
    expect(second?.went).toMatchObject([{ orderId: 'o3', atMs: (first?.went[0]?.atMs ?? 0) + 2 * day }]);
    expect(second?.next).toBeUndefined();
  });

  it('[L13] is listed with its state', async () => {
    const made = await shop();
    await receive(made, { a: 1, b: 1, c: 1 });
    await recall(made, 'b');
    expect(made.ask('lot.list', { sku: 'M', state: 'recalled' }).lots.map(({ lot }) => lot)).toEqual(['b']);
    const first = made.ask('lot.list', { sku: 'M', limit: 2 });
    expect([first.lots.map(({ lot }) => lot), first.next]).toEqual([['a', 'b'], 'b']);
    expect(made.ask('lot.list', { sku: 'M', limit: 2, after: 'b' }).lots.map(({ lot }) => lot)).toEqual(['c']);
  });

  it('[L14] nothing of it can be shipped, sent or sold until it is lifted; what comes is held too', async () => {
    const made = await shop();
    await receive(made, { a: 2 });
    await receive(made, { b: 1 });
    await made.place('o1', { M: 1 });
    await made.part('fulfillment.pick', 'o1');
    await recall(made, 'a');
    await receive(made, { a: 1 }, 'B');
    expect(made.units('B/M')).toBe('1 0 0, ATP 0');
    const part = made.order('o1').fulfillments.length;
    await made.part('fulfillment.pick', 'o1', String(part));
    const ship = (lots: Lots) => made.refused('fulfillment.ship', { orderId: 'o1', fulfillmentId: String(part), lines: [{ lineId: '1', quantity: 1, lots: named(lots) }] });
    expect(await ship({ a: 1 })).toMatchObject({ code: 'lot-recalled', field: 'body.lines[0].lots[0].lot' });
    await made.part('fulfillment.ship', 'o1', String(part));
    expect(made.order('o1').fulfillments.at(-1)?.lots).toEqual([{ lineId: '1', lot: 'b', quantity: 1 }]);
  });

  it('[L14] lifted, what only the recall held may be sold again, and who waits is served', async () => {
    const made = await shop();
    await receive(made, { a: 3 });
    await made.ok('stock.set-aside', { entries: [entry({ a: 1 })], reason: 'r' });
    await recall(made, 'a');
    await made.place('o1', { M: 1 }, { shortage: 'backorder' });
    expect(made.order('o1').state).toBe('backordered');
    const back = await made.refused('stock.put-back', { entries: [entry({ a: 2 })], reason: 'r' });
    expect(back).toMatchObject({ code: 'not-enough', field: 'body.entries[0].lots[0].lot' });
    expect(await lift(made, 'a')).toMatchObject({ state: 'open', held: 0, pending: 0 });
    await made.settle();
    expect([made.order('o1').state, made.stock('A/M')]).toEqual(['released', '3 1 1 0']);
  });

  it('[L14] disposed of, it ends; what was held for another reason goes last', async () => {
    const made = await shop();
    await receive(made, { a: 3 });
    await made.ok('stock.set-aside', { entries: [entry({ a: 1 })], reason: 'r' });
    await recall(made, 'a');
    await made.ok('stock.dispose', { entries: [entry({ a: 2 })], reason: 'r' });
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })?.locations).toMatchObject([{ onHand: 1, held: 1, blocked: 0 }]);
    await made.ok('stock.dispose', { entries: [entry({ a: 1 })], reason: 'r' });
    expect(made.ask('lot.list', { sku: 'M' }).lots).toMatchObject([{ lot: 'a', state: 'recalled', onHand: 0 }]);
    await lift(made, 'a');
    expect([made.ask('lot.list', { sku: 'M' }).lots, made.ask('lot.get', { sku: 'M', lot: 'a' })?.state]).toEqual([[], 'ended']);
  });

  it('[L14] of what is on its way holds it when it arrives', async () => {
    const made = await shop();
    await receive(made, { a: 2 });
    const supply = { id: 't', type: 'transfer' as const, from: 'A', to: 'B', expectedAtMs: made.clock.now() + day, lines: [{ sku: 'M', quantity: 2 }] };
    await made.ok('supply.put', { supply });
    await made.ok('supply.order', { supplyId: 't' });
    await made.ok('supply.ship', { supplyId: 't' });
    expect(await recall(made, 'a')).toMatchObject({ held: 0 });
    await made.ok('supply.receive', { supplyId: 't', lines: [{ lineId: '1', quantity: 2, lots: named({ a: 2 }) }] });
    expect([made.units('B/M'), made.stock('B/M')]).toEqual(['2 0 0, ATP 0', '2 2 0 0']);
  });

  it('[L15] of what is unknown, recalled already or not recalled is refused', async () => {
    const made = await shop();
    await receive(made, { a: 1 });
    const body = { sku: 'M', lot: 'a', reason: 'r' };
    expect(await made.refused('lot.recall', { ...body, lot: 'z' })).toMatchObject({ code: 'unknown-lot', field: 'body.lot' });
    expect(await made.refused('lot.recall', { ...body, sku: 'Z' })).toMatchObject({ code: 'unknown-lot', field: 'body.lot' });
    expect(await made.refused('lot.lift', body)).toMatchObject({ code: 'wrong-state', field: 'body.lot' });
    await recall(made, 'a');
    expect(await made.refused('lot.recall', body)).toMatchObject({ code: 'wrong-state', field: 'body.lot' });
  });

  it('[L15] of more orders than one step takes goes on by itself, with nothing to sell in between', async () => {
    const made = await shop();
    await receive(made, { a: 130 });
    for (let index = 0; index < 120; index += 1) await made.place(`o${index}`, { M: 1 });
    const answer = await recall(made, 'a');
    expect(answer).toMatchObject({ held: 60, pending: 70 });
    expect(answer.displaced).toHaveLength(50);
    expect(made.units('A/M').endsWith('ATP 0')).toBe(true);
    await made.settle(20);
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })?.locations).toMatchObject([{ blocked: 130, forSale: 0 }]);
    expect(made.ask('order.counts', {}).byState).toEqual({ exception: 120 });
  });

  it('[L15] that was under way when the process died goes on after it', async () => {
    const made = await shop();
    await receive(made, { a: 130 });
    for (let index = 0; index < 120; index += 1) await made.place(`o${index}`, { M: 1 });
    await recall(made, 'a');
    const again = await made.restart();
    await again.settle(20);
    expect(again.ask('lot.get', { sku: 'M', lot: 'a' })?.locations).toMatchObject([{ blocked: 130, forSale: 0 }]);
  });
});
