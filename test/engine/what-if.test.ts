import { expect, it } from 'vitest';
import type { WhatIfAnswer } from '../../engine/outcome-what-if.ts';
import { location, Shop } from './shop.ts';

/** Everything the engine holds, as its rows and queries tell it; and what is under way. */
function everything(shop: Shop, orders: readonly string[]): string {
  const { core, timers } = shop.engine.inspect();
  const { world } = core;
  const cells = [...world.orders.values(), ...world.locations.values(), ...world.carriers.values(), ...world.works.values()];
  const stocks = [...world.skus.values()].flatMap((sku) => sku.stocks);
  return JSON.stringify([
    shop.everything(orders, ['S1', 'S2']),
    [...cells, ...stocks].map(({ snapshot, unsaved }) => [snapshot, unsaved]),
    [...core.views.byLocation].map(([id, ids]) => [id, [...ids]]),
    [timers.size, core.wakes.isEmpty, core.changes.isEmpty, core.changes.bytes, shop.engine.position],
  ]);
}

const ask = (shop: Shop, change: object, limit?: number): WhatIfAnswer => {
  const answer = shop.ask('whatif.run', { change: change as never, ...(limit === undefined ? {} : { limit }) });
  if (answer === null) throw new Error('nothing is known of it');
  return answer;
};

const route = (parts: WhatIfAnswer['orders'][number]['after']): string =>
  parts.map(({ location: at, carrier, units }) => `${at} ${carrier} ${units.map(({ sku, quantity }) => `${quantity} ${sku}`).join()}`).join(' + ');

async function openShop(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 4, 'B/S1': 3, 'C/S1': 1, 'C/S2': 5 });
  await shop.place('o1', { S1: 2 });
  shop.clock.advance(1_000);
  await shop.place('o2', { S1: 2 });
  shop.clock.advance(1_000);
  await shop.place('o3', { S2: 1 });
  return shop;
}

it('[X1] a location closes: who is there goes elsewhere, each unit given once, the rest waits, and nothing has changed', async () => {
  const shop = await openShop();
  const before = everything(shop, ['o1', 'o2', 'o3']);
  const answer = ask(shop, { kind: 'close-location', location: 'A' });
  expect(everything(shop, ['o1', 'o2', 'o3'])).toBe(before);
  expect(answer).toMatchObject({ affected: 2, isCut: false, units: 4, moved: 4 });
  expect(answer.orders.map(({ before: was, after }) => [route(was), route(after)])).toEqual([
    ['A post 2 S1', 'B post 2 S1'],
    ['A post 2 S1', 'B post 1 S1 + C post 1 S1'],
  ]);
  const cost = (at: number): number => answer.orders.reduce((sum, order) => sum + (order.after[at]?.costMinor ?? 0), 0);
  expect(answer.after).toMatchObject({ costMinor: cost(0) + cost(1), parcels: 3, splitOrders: 1, waitingUnits: 0 });
  expect(answer.after.costMinor).toBeGreaterThan(answer.before.costMinor);
  // One more unit wanted than there is elsewhere: it waits.
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o4', { S1: 1 });
  const more = ask(shop, { kind: 'close-location', location: 'A' });
  expect(more).toMatchObject({ affected: 3, units: 5, moved: 4, after: { waitingOrders: 1, waitingUnits: 1 } });
  expect(more.orders.map(({ orderId, waitingAfter }) => [orderId, waitingAfter])).toEqual([['o1', 0], ['o2', 0], ['o4', 1]]);
  expect(more.text[0]).toBe('A closes.');
});

it('[X1] also what is being picked loses its place, what was shipped does not, and unknown names are null', async () => {
  const shop = await openShop();
  await shop.part('fulfillment.pick', 'o1');
  await shop.part('fulfillment.pick', 'o2');
  await shop.part('fulfillment.ship', 'o2');
  const answer = ask(shop, { kind: 'close-location', location: 'A' });
  expect(answer.orders.map(({ orderId }) => orderId)).toEqual(['o1']);
  for (const change of [
    { kind: 'close-location', location: 'Z' },
    { kind: 'cut-capacity', location: 'Z', percent: 50 },
    { kind: 'suspend-carrier', carrier: 'nobody' },
    { kind: 'lose-stock', sku: 'S9' },
  ]) {
    expect(shop.ask('whatif.run', { change: change as never })).toBeNull();
  }
});

it('[X2] capacity is cut: the last placed give way until the rest fits', async () => {
  const shop = await Shop.open();
  const capacity = { pick: { perDay: 6 }, pack: { perHour: 100 }, overrides: [{ date: '2023-12-24', pick: { perDay: 2 } }] };
  await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity } as never });
  await shop.receive({ 'A/S1': 100, 'B/S1': 100 });
  for (const id of ['o1', 'o2', 'o3']) {
    await shop.place(id, { S1: 2 });
    shop.clock.advance(1_000);
  }
  const before = everything(shop, ['o1', 'o2', 'o3']);
  const half = ask(shop, { kind: 'cut-capacity', location: 'A', percent: 50 });
  // Three units a day are left: of the three orders of two units each, the first keeps its place.
  expect(half.orders.map(({ orderId, after }) => [orderId, route(after)])).toEqual([['o2', 'B post 2 S1'], ['o3', 'B post 2 S1']]);
  expect(ask(shop, { kind: 'cut-capacity', location: 'A', percent: 100 }).affected).toBe(3);
  expect(ask(shop, { kind: 'cut-capacity', location: 'A', percent: 30 }).orders.map(({ orderId }) => orderId)).toEqual(['o3']);
  expect(ask(shop, { kind: 'cut-capacity', location: 'B', percent: 30 })).toMatchObject({ affected: 0, text: expect.arrayContaining(['B has no capacity that could be cut.']) });
  expect(everything(shop, ['o1', 'o2', 'o3'])).toBe(before);
});

it('[X3] a carrier takes nothing: its parcels go with another, at its price', async () => {
  const shop = await openShop();
  await shop.ok('carrier.put', { carrier: { id: 'dear', name: 'Dear', baseMinor: 900, perKmMinor: 1 } });
  const before = everything(shop, ['o1', 'o2', 'o3']);
  const answer = ask(shop, { kind: 'suspend-carrier', carrier: 'post' });
  expect(answer.orders.map(({ after }) => route(after))).toEqual(['A dear 2 S1', 'A dear 2 S1', 'C dear 1 S2']);
  expect(answer.after.costMinor - answer.before.costMinor).toBe(3 * 600);
  expect(ask(shop, { kind: 'suspend-carrier', carrier: 'dear' }).affected).toBe(0);
  expect(everything(shop, ['o1', 'o2', 'o3'])).toBe(before);
});

it('[X4] stock is lost or recalled: free units first, then those of reservations, then those of orders, the newest first', async () => {
  const shop = await openShop();
  await shop.reserve('r1', { S1: 1 });
  const before = everything(shop, ['o1', 'o2', 'o3']);
  // A has four units, all allocated; B three, one of them reserved.
  const one = ask(shop, { kind: 'lose-stock', sku: 'S1', location: 'A', units: 2 });
  expect(one).toMatchObject({ affected: 1, units: 2, moved: 2, orders: [{ orderId: 'o2' }] });
  expect(ask(shop, { kind: 'lose-stock', sku: 'S1', location: 'B' })).toMatchObject({ affected: 0, reservations: 1 });
  const all = ask(shop, { kind: 'lose-stock', sku: 'S1' });
  expect(all).toMatchObject({ affected: 2, units: 4, moved: 0, reservations: 1, after: { waitingUnits: 4, costMinor: 0 } });
  expect(everything(shop, ['o1', 'o2', 'o3'])).toBe(before);
});

it('[X5] what it says is what then happens, where the real change takes the units itself', async () => {
  const shop = await openShop();
  const said = ask(shop, { kind: 'lose-stock', sku: 'S1', location: 'A', units: 3 });
  await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: -3, reason: 'fire' }] } as never);
  const parts = (id: string): string =>
    shop.order(id).fulfillments.filter(({ lines }) => lines.length > 0).map(({ location: at }) => at).sort().join();
  for (const { orderId, after } of said.orders) {
    expect(parts(orderId)).toBe(after.map(({ location: at }) => at).sort().join());
  }
  expect(said.orders.length).toBeGreaterThan(0);
});

it('[X6] it looks at so many orders and says that there may be more', async () => {
  const shop = await openShop();
  const answer = ask(shop, { kind: 'close-location', location: 'A' }, 1);
  expect(answer).toMatchObject({ affected: 1, isCut: true, orders: [{ orderId: 'o1' }] });
  expect(answer.text).toContain('More orders may be concerned than were looked at.');
});
