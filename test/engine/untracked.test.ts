/** What is sold without stock: availability, orders, carts, kits, and switching it on and off. */
import { describe, expect, it } from 'vitest';
import type { Available } from '../../actors/available.ts';
import { location, order, reservation, Shop } from './shop.ts';

/** Three locations, a store C in the group "studio"; channels web and app. */
async function open(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('location.put', { location: { ...location('C', 2), type: 'store', groups: ['studio'] } });
  await shop.ok('channel.put', { channel: { id: 'app', name: 'App' } });
  return shop;
}

const put = (shop: Shop, untracked: object | undefined, more: object = {}): Promise<unknown> =>
  shop.ok('item.put', { item: { sku: 'FILE', ...(untracked === undefined ? {} : { untracked }), ...more } } as never);
const atp = (shop: Shop, channel: string, name = 'FILE', method = 'ship'): Available | undefined =>
  shop.ask('atp.get', { skus: [name], channel, method })[name];

describe('an untracked item', () => {
  it('[K16] is unlimited wherever it is told, from the places that send it', async () => {
    const shop = await open();
    await put(shop, { groups: ['studio'] });
    expect([atp(shop, 'web'), atp(shop, 'app'), atp(shop, 'web', 'FILE', 'pickup')]).toEqual(['unlimited', 'unlimited', 'unlimited']);
    expect(shop.ask('atp.get', { skus: ['FILE'] })).toEqual({ FILE: 'unlimited' });
    expect(shop.ask('atp.by-location', { skus: ['FILE'], channel: 'web' })).toEqual({ FILE: [{ location: 'C', atp: 'unlimited' }] });
    expect(shop.ask('atp.explain', { sku: 'FILE', channel: 'web' })).toMatchObject({ atp: 'unlimited', untracked: { locations: ['C'] }, locations: [] });
    expect(shop.engine.atp('FILE', undefined, 'ship')).toBe(Infinity);
    await shop.ok('location.pause', { locationId: 'C', reason: 'fire drill' });
    expect(atp(shop, 'web')).toBe(0);
  });

  it('[K16] through the channels it names; through others from stock, which these do not touch', async () => {
    const shop = await open();
    await shop.receive({ 'A/FILE': 2 });
    await put(shop, { channels: ['web'] });
    expect([atp(shop, 'web'), atp(shop, 'app')]).toEqual(['unlimited', 2]);
    expect((await shop.place('o1', { FILE: 900 })).fulfillments).toMatchObject([{ location: 'A', untracked: ['1'] }]);
    expect(shop.units('A/FILE')).toBe('2 0 0, ATP unlimited');
    const [terms] = shop.ask('atp.explain', { sku: 'FILE', channel: 'web' }).locations;
    expect(terms).toMatchObject({ location: 'A', onHand: 2, notSold: 'untracked', atp: 0 });
    await shop.place('o2', { FILE: 2 }, { channel: 'app' });
    expect((await shop.refused('order.place', order('o3', { FILE: 1 }, { channel: 'app' }))).code).toBe('out-of-stock');
  });

  it('[K17] in a mixed cart: one parcel, of which only what is in stock takes stock, from order to delivery', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 3 });
    await put(shop, {});
    const { fulfillments } = await shop.place('o1', { S1: 2, FILE: 5 });
    expect(fulfillments).toMatchObject([{ location: 'A', lines: [{ lineId: '1', quantity: 2 }, { lineId: '2', quantity: 5 }], untracked: ['2'] }]);
    expect(shop.units('A/S1')).toBe('3 0 2, ATP 1');
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '2', quantity: 1 }], reason: 'unreadable' });
    expect(shop.order('o1').fulfillments).toMatchObject([{}, { lines: [{ lineId: '2', quantity: 1 }], untracked: ['2'] }]);
    for (const part of ['1', '2']) {
      if (part === '2') await shop.part('fulfillment.pick', 'o1', part);
      await shop.part('fulfillment.ship', 'o1', part);
      await shop.part('fulfillment.deliver', 'o1', part);
    }
    expect([shop.order('o1').state, shop.units('A/S1')]).toEqual(['delivered', '1 0 0, ATP 1']);
    expect(shop.ask('stock.get', { sku: 'FILE' })).toEqual([]);
  });

  it('[K17] in a cart: held without stock, taken by an order by its own line ids, cancelled and given back', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 3 });
    await put(shop, {});
    const held = await shop.reserve('v1', { S1: 1, FILE: 4 });
    expect(held.fulfillments).toMatchObject([{ location: 'A', untracked: ['2'] }]);
    const placed = await shop.ok('order.place', { ...order('o1', {}, { reservationId: 'v1' }), lines: [{ lineId: 'f', sku: 'FILE', quantity: 3 }, { lineId: 's', sku: 'S1', quantity: 1 }] });
    expect(placed).toMatchObject({ state: 'released', fulfillments: [{ location: 'A', lines: [{ lineId: 'f' }, { lineId: 's' }], untracked: ['f'] }] });
    expect(shop.units('A/S1')).toBe('3 0 1, ATP 2');
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'enough' });
    expect(shop.units('A/S1')).toBe('3 0 0, ATP 3');
    expect(await shop.refused('reservation.make', reservation('v2', { S1: 4, FILE: 1 }))).toMatchObject({ code: 'out-of-stock' });
  });

  it('[K18] switched on, what waits is served without stock and what has a place keeps it', async () => {
    const shop = await open();
    await shop.receive({ 'A/FILE': 2 });
    await shop.place('o1', { FILE: 3 }, { shortage: 'backorder' });
    await shop.place('o2', { FILE: 1 }, { shortage: 'backorder' });
    await put(shop, {});
    await shop.settle();
    expect(shop.order('o1').fulfillments).toMatchObject([{ lines: [{ quantity: 2 }] }, { lines: [{ quantity: 1 }], untracked: ['1'] }]);
    expect([shop.order('o1').fulfillments[0]?.untracked, shop.order('o2').state]).toEqual([undefined, 'released']);
    // A loss takes what is in stock alone; it is replaced without.
    await shop.ok('stock.count', { entries: [{ sku: 'FILE', location: 'A', onHand: 0 }], reason: 'gone' } as never);
    expect(shop.order('o1').lines).toMatchObject([{ allocated: 3, backordered: 0 }]);
    expect(shop.order('o1').fulfillments.map(({ lines, untracked }) => [lines.length, untracked])).toEqual([[0, undefined], [1, ['1']], [1, ['1']]]);
  });

  it('[K18] switched off, what was given without stock ships without; more is sold from stock; over restarts too', async () => {
    const shop = await open();
    await put(shop, {});
    await shop.place('o1', { FILE: 3 });
    await shop.reserve('v1', { FILE: 2 });
    await put(shop, undefined);
    expect(atp(shop, 'web')).toBe(0);
    await shop.receive({ 'A/FILE': 1 });
    await shop.settle();
    const again = await shop.restart();
    expect([again.order('o1'), again.reservation('v1')]).toEqual([shop.order('o1'), shop.reservation('v1')]);
    await again.place('o2', { FILE: 2 }, { reservationId: 'v1' });
    for (const id of ['o1', 'o2']) for (const step of ['pick', 'ship'] as const) await again.part(`fulfillment.${step}`, id);
    expect(again.units('A/FILE')).toBe('1 0 0, ATP 1');
    expect((await again.refused('order.place', order('o3', { FILE: 2 }))).code).toBe('out-of-stock');
  });

  it('[K16] as a component a kit has as many as the others allow, and is unlimited of such alone', async () => {
    const shop = await open();
    await shop.receive({ 'C/S1': 4, 'A/S1': 4 });
    await put(shop, { groups: ['studio'] });
    const kit = (id: string, together: boolean, components: object[]): Promise<unknown> => shop.ok('item.put', { item: { sku: id, kit: { together, components } } } as never);
    await kit('ANY', false, [{ sku: 'S1', quantity: 2 }, { sku: 'FILE', quantity: 1 }]);
    await kit('ONE', true, [{ sku: 'S1', quantity: 2 }, { sku: 'FILE', quantity: 1 }]);
    await kit('FILES', true, [{ sku: 'FILE', quantity: 2 }]);
    expect(['ANY', 'ONE', 'FILES'].map((id) => atp(shop, 'web', id))).toEqual([4, 2, 'unlimited']);
    await shop.ok('location.put', { location: { ...location('C', 2), type: 'store', groups: [] } });
    expect(['ANY', 'ONE', 'FILES'].map((id) => atp(shop, 'web', id))).toEqual([0, 0, 0]);
    expect(await shop.refused('item.put', { item: { sku: 'FILES', untracked: {}, kit: { together: true, components: [{ sku: 'S1', quantity: 1 }] } } } as never))
      .toMatchObject({ code: 'malformed', field: 'body.item.untracked' });
  });

  it('[K16] names channels and locations that exist, waits for its preorder, and is promised', async () => {
    const shop = await open();
    expect(await shop.refused('item.put', { item: { sku: 'FILE', untracked: { channels: ['web', 'x'] } } })).toMatchObject({ code: 'unknown-channel', field: 'body.item.untracked.channels[1]' });
    expect(await shop.refused('item.put', { item: { sku: 'FILE', untracked: { locations: ['X'] } } })).toMatchObject({ code: 'unknown-location', field: 'body.item.untracked.locations[0]' });
    await put(shop, {}, { preorder: { availableAtMs: shop.clock.now() + 1_000 } });
    expect(atp(shop, 'web')).toBe(0);
    await shop.place('o1', { FILE: 1 }, { shortage: 'backorder' });
    await shop.pass(1_000);
    expect([atp(shop, 'web'), shop.order('o1').state]).toEqual(['unlimited', 'released']);
    const destination = { country: 'GB', latitude: 51.5, longitude: -0.12 };
    const { options } = shop.ask('promise.get', { channel: 'web', destination, lines: [{ sku: 'FILE', quantity: 1_000_000 }] });
    expect(options).toMatchObject([{ kind: 'cheapest', short: 0, parcels: [{ location: 'A' }] }, { kind: 'pickup', parcels: [{ location: 'C' }] }]);
    expect(shop.ask('promise.bulk', { channel: 'web', destination, skus: ['FILE'] }).promises).toMatchObject([{ cheapest: { location: 'A' } }]);
  });
});
