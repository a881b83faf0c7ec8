/** Reservations in the engine: holding, expiring, converting, and the races known from open systems. */
import { describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { order, reservation, Shop } from './shop.ts';

const minute = 60_000;

async function stocked(units: Readonly<Record<string, number>>): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive(units);
  return shop;
}

const outcomes = async (all: readonly Promise<{ readonly refused?: { readonly code: string } | undefined }>[]): Promise<string[]> =>
  (await Promise.all(all)).map(({ refused }) => refused?.code ?? 'ok').sort();

describe('a reservation', () => {
  it('[V1] holds the units an order would be given, where it would', async () => {
    const shop = await stocked({ 'A/S1': 1, 'B/S1': 4, 'B/S2': 2 });
    const held = await shop.reserve('v1', { S1: 3, S2: 1 });
    expect(held).toEqual({
      reservationId: 'v1', state: 'held', expiresAtMs: shop.clock.now() + 10 * minute,
      lines: [{ lineId: '1', sku: 'S1', quantity: 3, held: 3 }, { lineId: '2', sku: 'S2', quantity: 1, held: 1 }],
      fulfillments: [{ location: 'B', carrier: 'post', distanceKm: 111, costMinor: 411, lines: [{ lineId: '1', quantity: 3 }, { lineId: '2', quantity: 1 }] }],
    });
    expect(shop.units('B/S1')).toBe('4 3 0, ATP 2');
    const placed = await shop.place('o1', { S1: 1, S2: 1 });
    expect(placed.fulfillments).toMatchObject([{ location: 'B' }]);
  });

  it('[V1] is all or nothing, or with partial what there is and never nothing', async () => {
    const shop = await stocked({ 'A/S1': 2, 'A/S2': 1 });
    expect(await shop.refused('reservation.make', reservation('v1', { S1: 3, S2: 1 }))).toMatchObject({ code: 'out-of-stock', field: 'body.lines', retryable: true });
    expect(shop.units('A/S2')).toBe('1 0 0, ATP 1');
    const held = await shop.reserve('v1', { S1: 3, S2: 1 }, { partial: true });
    expect(held.lines.map((line) => line.held)).toEqual([2, 1]);
    expect((await shop.refused('reservation.make', reservation('v2', { S1: 1 }, { partial: true }))).code).toBe('out-of-stock');
  });

  it('[V1] is confined to the locations it names', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 1, 'C/S1': 1 });
    expect((await shop.reserve('v1', { S1: 2 }, { locations: ['B', 'C'] })).fulfillments.map(({ location }) => location)).toEqual(['B', 'C']);
    expect((await shop.refused('reservation.make', reservation('v2', { S1: 1 }, { locations: ['B'] }))).code).toBe('out-of-stock');
    expect(await shop.refused('reservation.make', reservation('v3', { S1: 1 }, { locations: ['B', 'X'] }))).toMatchObject({ code: 'unknown-location', field: 'body.locations[1]' });
  });

  it('[V4] is extended from now, longer and shorter, and given back', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 2_000 });
    await shop.pass(1_500);
    expect(await shop.ok('reservation.extend', { reservationId: 'v1', ttlMs: minute })).toMatchObject({ expiresAtMs: shop.clock.now() + minute });
    await shop.pass(1_500);
    expect(shop.reservation('v1').state).toBe('held');
    await shop.ok('reservation.extend', { reservationId: 'v1', ttlMs: 1_000 });
    await shop.pass(1_000);
    expect(shop.reservation('v1').state).toBe('expired');
    await shop.reserve('v2', { S1: 1 });
    expect(await shop.ok('reservation.release', { reservationId: 'v2' })).toMatchObject({ state: 'released', fulfillments: [] });
    expect(shop.units('A/S1')).toBe('1 0 0, ATP 1');
    for (const kind of ['reservation.release', 'reservation.extend'] as const) {
      expect((await shop.refused(kind, { reservationId: 'v2', ttlMs: minute } as never)).code).toBe('wrong-state');
    }
    expect(shop.ask('engine.status', {})).toMatchObject({ openReservations: 0, expiredReservations: 1 });
  });

  it('[V5] expired, given back or left over, serves whoever waits before the next command', async () => {
    const shop = await stocked({ 'A/S1': 3 });
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 1_000 });
    await shop.reserve('v2', { S1: 2 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 }, { shortage: 'backorder' });
    await shop.pass(1_000);
    expect([shop.order('o1').state, shop.order('o2').state]).toEqual(['released', 'backordered']);
    const [placed, late] = await Promise.all([
      shop.ok('order.place', order('o4', { S1: 1 }, { reservationId: 'v2' })),
      shop.send('order.place', order('o5', { S1: 1 })),
    ]);
    expect((placed as OrderAnswer).state).toBe('released');
    expect(late.refused?.code).toBe('out-of-stock');
    expect([shop.order('o2').state, shop.order('o3').state]).toEqual(['released', 'backordered']);
  });

  it('[V9] is known while the journal has the record that closed it, and bounded in number', async () => {
    const shop = await Shop.open({ limits: { reservationsOpenMax: 2, retainMs: 1_000, retainBytes: 1 } });
    await shop.receive({ 'A/S1': 9 });
    await shop.reserve('v1', { S1: 1 });
    await shop.reserve('v2', { S1: 1 });
    expect(await shop.refused('reservation.make', reservation('v3', { S1: 1 }))).toMatchObject({ code: 'too-many', retryable: true });
    expect((await shop.refused('reservation.make', reservation('v1', { S1: 1 }))).code).toBe('too-many');
    await shop.ok('reservation.release', { reservationId: 'v2' });
    expect((await shop.refused('reservation.make', reservation('v2', { S1: 1 }))).code).toBe('reservation-exists');
    expect(shop.reservation('v2').state).toBe('released');
    for (let turn = 0; turn < 4; turn += 1) {
      await shop.receive({ 'A/S1': 1 });
      await shop.pass(2_000);
    }
    expect(shop.ask('reservation.get', { reservationId: 'v2' })).toBeNull();
    expect(shop.engine.inspect().core.world.reservations.cells.size).toBe(1);
    expect((await shop.reserve('v2', { S1: 1 })).state).toBe('held');
  });

  it('[V11] tells each change once, with its channel', async () => {
    const shop = await stocked({ 'A/S1': 4 });
    shop.published.length = 0;
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 1_000 });
    await shop.reserve('v2', { S1: 2 });
    await shop.ok('reservation.extend', { reservationId: 'v2', ttlMs: minute });
    await shop.pass(1_000);
    await shop.place('o1', { S1: 2 }, { reservationId: 'v2' });
    const told = shop.published.flatMap(({ events }) => events).filter(({ kind }) => kind.startsWith('reservation.'));
    const brief = told.map((event) => 'state' in event && [event.kind, event.state, 'units' in event && event.units]);
    expect(brief).toEqual([
      ['reservation.held', 'held', 1], ['reservation.held', 'held', 2], ['reservation.changed', 'held', 2],
      ['reservation.expired', 'expired', 0], ['reservation.changed', 'converted', 0],
    ]);
    expect(told.every((event) => 'channel' in event && event.channel === 'web')).toBe(true);
    expect(told.at(-1)).toMatchObject({ orderId: 'o1' });
  });
});

describe('an order that names a reservation', () => {
  it('[V6] takes its units where they are held, though a better place has them by now', async () => {
    const shop = await stocked({ 'C/S1': 2 });
    await shop.reserve('v1', { S1: 2 });
    await shop.receive({ 'A/S1': 9 });
    const placed = await shop.place('o1', { S1: 2 }, { reservationId: 'v1' });
    expect(placed).toMatchObject({ state: 'released', fulfillments: [{ location: 'C', lines: [{ lineId: '1', quantity: 2 }] }] });
    expect(shop.units('C/S1')).toBe('2 0 2, ATP 9');
    expect(shop.reservation('v1')).toMatchObject({ state: 'converted', orderId: 'o1', fulfillments: [] });
  });

  it('[V6] takes fewer and gives the rest back, and never more', async () => {
    const shop = await stocked({ 'A/S1': 3, 'A/S2': 1 });
    await shop.reserve('v1', { S1: 3, S2: 1 });
    expect(await shop.refused('order.place', order('o1', { S2: 1, S1: 4 }, { reservationId: 'v1' }))).toMatchObject({ code: 'not-enough', field: 'body.lines[1].quantity' });
    await shop.place('o1', { S1: 2 }, { reservationId: 'v1' });
    expect([shop.units('A/S1'), shop.units('A/S2')]).toEqual(['3 0 2, ATP 1', '1 0 0, ATP 1']);
    expect((await shop.refused('order.place', order('o2', { S1: 1 }, { reservationId: 'v1' }))).code).toBe('wrong-state');
  });

  it('[V10] keeps the price of the same place, and is priced anew for another', async () => {
    const shop = await stocked({ 'B/S1': 9 });
    const destination = { country: 'GB', latitude: 51.5, longitude: -0.12 };
    await shop.reserve('same', { S1: 1 }, { destination });
    await shop.reserve('other', { S1: 1 }, { destination });
    const { channel, lines } = reservation('none', { S1: 1 });
    const none = (await shop.ok('reservation.make', { reservationId: 'none', channel, lines })) as { fulfillments: unknown };
    expect(none.fulfillments).toMatchObject([{ distanceKm: 0, costMinor: 300 }]);
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 500, perKmMinor: 1 } });
    const costs = [];
    for (const id of ['same', 'other', 'none']) {
      const to = id === 'other' ? { ...destination, latitude: 52.5 } : destination;
      costs.push((await shop.place(id, { S1: 1 }, { reservationId: id, destination: to })).fulfillments[0]?.costMinor);
    }
    expect(costs).toEqual([411, 500, 611]);
  });

  it('[V7] confirm of someone else’s reservation: to another channel or customer it does not exist', async () => {
    const shop = await stocked({ 'A/S1': 3 });
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop' } });
    await shop.reserve('v1', { S1: 1 }, { customer: 'zoe' });
    await shop.reserve('v2', { S1: 1 });
    for (const more of [{ channel: 'shop', customer: 'zoe' }, { customer: 'eve' }, {}]) {
      const refused = await shop.refused('order.place', order('o1', { S1: 1 }, { reservationId: 'v1', ...more }));
      expect(refused).toEqual(await shop.refused('order.place', order('o1', { S1: 1 }, { reservationId: 'v1', ...more, channel: 'shop' })));
      expect(refused).toMatchObject({ code: 'unknown-reservation', field: 'body.reservationId' });
    }
    expect(await shop.place('o1', { S1: 1 }, { reservationId: 'v1', customer: 'zoe' })).toMatchObject({ state: 'released' });
    expect(await shop.place('o2', { S1: 1 }, { reservationId: 'v2', customer: 'anybody' })).toMatchObject({ state: 'released' });
  });
});

describe('races', () => {
  it('[V2] two lines of one cart: the same SKU is one need', async () => {
    const shop = await stocked({ 'A/S1': 3 });
    const lines = [{ sku: 'S1', quantity: 2 }, { sku: 'S1', quantity: 2 }];
    expect((await shop.refused('reservation.make', reservation('v1', {}, { lines }))).code).toBe('out-of-stock');
    const held = await shop.reserve('v1', {}, { lines, partial: true });
    expect(held.lines.map((line) => line.held)).toEqual([2, 1]);
    expect(shop.units('A/S1')).toBe('3 3 0, ATP 0');
    await shop.place('o1', { S1: 3 }, { reservationId: 'v1' });
    expect(shop.units('A/S1')).toBe('3 0 3, ATP 0');
  });

  it('[V2] ten buyers one unit: one holds it, and the others are told so', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    const asked = Array.from({ length: 10 }, (_, buyer) => shop.send('reservation.make', reservation(`v${buyer}`, { S1: 1 })));
    expect(await outcomes(asked)).toEqual(['ok', ...Array.from({ length: 9 }, () => 'out-of-stock')]);
    expect(shop.units('A/S1')).toBe('1 1 0, ATP 0');
  });

  it('[V2] 13 units over two locations are allocated exactly once', async () => {
    const shop = await stocked({ 'A/S1': 6, 'B/S1': 7 });
    const carts = Array.from({ length: 14 }, (_, cart) => shop.send('reservation.make', reservation(`v${cart}`, { S1: 1 })));
    expect((await outcomes(carts)).filter((code) => code === 'ok')).toHaveLength(13);
    const orders = Array.from({ length: 14 }, (_, cart) => shop.send('order.place', order(`o${cart}`, { S1: 1 }, { reservationId: `v${cart}` })));
    expect((await outcomes(orders)).filter((code) => code === 'ok')).toHaveLength(13);
    expect([shop.units('A/S1'), shop.units('B/S1')]).toEqual(['6 0 6, ATP 0', '7 0 7, ATP 0']);
    const again = Array.from({ length: 14 }, (_, cart) => shop.send('order.place', order(`p${cart}`, { S1: 1 }, { reservationId: `v${cart}` })));
    expect(new Set(await outcomes(again))).toEqual(new Set(['wrong-state', 'unknown-reservation']));
  });

  it('[V8] negative reserved after cancel: an order that ends gives back what is its own, once', async () => {
    const shop = await stocked({ 'A/S1': 2 });
    await shop.reserve('v1', { S1: 2 }, { ttlMs: 5_000 });
    await shop.place('o1', { S1: 2 }, { reservationId: 'v1' });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect((await shop.refused('reservation.release', { reservationId: 'v1' })).code).toBe('wrong-state');
    await shop.pass(10_000);
    expect(shop.units('A/S1')).toBe('2 0 0, ATP 2');
    expect(shop.reservation('v1').state).toBe('converted');
  });

  it('[V3] extend after expiry: refused, and the units are for sale', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    const { expiresAtMs } = await shop.reserve('v1', { S1: 1 }, { ttlMs: 5_000 });
    await shop.pass(4_999);
    expect(shop.units('A/S1')).toBe('1 1 0, ATP 0');
    await shop.pass(1);
    expect(shop.units('A/S1')).toBe('1 0 0, ATP 1');
    expect(shop.reservation('v1')).toMatchObject({ state: 'expired', expiresAtMs, changedAtMs: expiresAtMs });
    expect(await shop.refused('reservation.extend', { reservationId: 'v1', ttlMs: minute })).toMatchObject({ code: 'reservation-expired', retryable: false });
    expect((await shop.refused('order.place', order('o1', { S1: 1 }, { reservationId: 'v1' }))).code).toBe('reservation-expired');
  });

  it('[V3] convert vs expire in the same millisecond: it is over, and the order is told so', async () => {
    const shop = await stocked({ 'A/S1': 2 });
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 5_000 });
    await shop.reserve('v2', { S1: 1 }, { ttlMs: 5_001 });
    await shop.settle();
    const placing = ['v1', 'v2'].map((id) => {
      if (id === 'v1') shop.clock.advance(5_000);
      return shop.send('order.place', order(id, { S1: 1 }, { reservationId: id }));
    });
    expect((await Promise.all(placing)).map(({ refused }) => refused?.code)).toEqual(['reservation-expired', undefined]);
    expect(shop.units('A/S1')).toBe('2 0 1, ATP 1');
  });

  it('[V3] expires in time over a restart, and what fell due meanwhile at the start', async () => {
    const shop = await stocked({ 'A/S1': 2, 'B/S1': 1 });
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 5_000 });
    await shop.reserve('v2', { S1: 1 }, { ttlMs: minute });
    await shop.ok('reservation.extend', { reservationId: 'v2', ttlMs: 2 * minute });
    shop.disk.crash();
    shop.clock.advance(10_000);
    const again = await shop.restart();
    await again.settle();
    expect([again.reservation('v1').state, again.reservation('v2').state]).toEqual(['expired', 'held']);
    expect(again.units('A/S1')).toBe('2 1 0, ATP 2');
    await again.pass(2 * minute);
    expect([again.reservation('v2').state, again.units('A/S1')]).toEqual(['expired', '2 0 0, ATP 3']);
    expect(again.ask('engine.status', {})).toMatchObject({ openReservations: 0, timers: 0 });
  });
});

describe('units that are not there', () => {
  const count = (onHand: number, location = 'A') => ({ entries: [{ sku: 'S1', location, onHand }] });

  it('[V12] are taken from reservations before orders, from the newest first, and looked for elsewhere', async () => {
    const shop = await stocked({ 'A/S1': 6 });
    await shop.place('o1', { S1: 2 });
    for (const id of ['v1', 'v2']) {
      await shop.reserve(id, { S1: 2 });
      await shop.pass(1);
    }
    await shop.receive({ 'B/S1': 1 });
    shop.published.length = 0;
    expect(await shop.ok('stock.count', count(3))).toEqual({ entries: 1, displaced: [], broken: ['v2', 'v1'] });
    // The older one found its unit elsewhere; of the newer one, nothing is left.
    expect(shop.reservation('v1')).toMatchObject({ state: 'held', lines: [{ held: 2 }], fulfillments: [{ location: 'A' }, { location: 'B' }] });
    expect(shop.reservation('v2')).toMatchObject({ state: 'held', lines: [{ quantity: 2, held: 0 }], fulfillments: [] });
    expect([shop.units('A/S1'), shop.units('B/S1')]).toEqual(['3 1 2, ATP 0', '1 1 0, ATP 0']);
    const told = shop.published.flatMap(({ events }) => events).map((event) => [event.kind, 'units' in event && event.units, 'missing' in event && event.missing]);
    expect(told).toEqual([
      ['reservation.broken', 2, false], ['reservation.broken', 1, false], ['reservation.changed', 2, 0], ['reservation.changed', 0, 2],
    ]);
  });

  it('[V12] are taken from orders once no reservation has any', async () => {
    const shop = await stocked({ 'A/S1': 4 });
    await shop.place('o1', { S1: 2 });
    await shop.reserve('v1', { S1: 2 });
    expect(await shop.ok('stock.count', count(1))).toEqual({ entries: 1, displaced: ['o1'], broken: ['v1'] });
    expect([shop.order('o1').state, shop.reservation('v1').lines[0]?.held, shop.units('A/S1')]).toEqual(['exception', 0, '1 0 1, ATP 0']);
    expect((await shop.refused('order.place', order('o2', { S1: 1 }, { reservationId: 'v1' }))).code).toBe('not-enough');
    await shop.ok('reservation.release', { reservationId: 'v1' });
  });

  it('[V12] of carts made at once are those of the last by name, also after a restart', async () => {
    const shop = await stocked({ 'A/S1': 3 });
    await Promise.all(['v2', 'v3', 'v1'].map((id) => shop.reserve(id, { S1: 1 })));
    expect(await shop.ok('stock.count', count(2))).toMatchObject({ broken: ['v3'] });
    const again = await shop.restart();
    expect(await again.ok('stock.count', count(1))).toMatchObject({ broken: ['v2'] });
    expect(again.reservation('v1')).toMatchObject({ lines: [{ held: 1 }] });
  });

  it('[S13] are refused in steps that are too large', async () => {
    const shop = await stocked({ 'A/S1': 201 });
    for (let cart = 0; cart < 201; cart += 1) void shop.send('reservation.make', reservation(`v${cart}`, { S1: 1 }));
    expect(await shop.refused('stock.count', count(0))).toMatchObject({ code: 'over-limit', field: 'body.entries[0]' });
    expect((await shop.ok('stock.count', count(1)) as { broken: unknown[] }).broken).toHaveLength(200);
  });
});

describe('timers of reservations', () => {
  it('[V8] stay few when most end before their time', async () => {
    const shop = await stocked({ 'A/S1': 9 });
    for (let cart = 0; cart < 1_500; cart += 1) {
      void shop.send('reservation.make', reservation(`v${cart}`, { S1: 1 }));
      void shop.send('reservation.release', { reservationId: `v${cart}` });
    }
    await shop.reserve('last', { S1: 1 });
    const { timers } = shop.ask('engine.status', {});
    expect(timers).toBeLessThan(1_100);
    expect(shop.reservation('last').state).toBe('held');
    await shop.pass(10 * minute);
    expect([shop.reservation('last').state, shop.ask('engine.status', {}).timers]).toEqual(['expired', 0]);
  });
});
