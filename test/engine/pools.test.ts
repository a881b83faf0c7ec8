/** Exclusive pools: units that some channels alone may take, first taken by them and given back to them. */
import { describe, expect, it } from 'vitest';
import type { Available } from '../../actors/available.ts';
import { location, Shop } from './shop.ts';

/** 10 units at A, of which 6 are the pool of channel "vip". */
async function shopWithPool(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('channel.put', { channel: { id: 'vip', name: 'VIP' } });
  await shop.receive({ 'A/S1': 10 });
  await putPool(shop, 6);
  return shop;
}

const putPool = (shop: Shop, quantity: number, more: object = {}): Promise<unknown> =>
  shop.ok('pool.put', { pool: { id: 'drop', sku: 'S1', location: 'A', channels: ['vip'], quantity, ...more } });
const atp = (shop: Shop, channel: string): Available | undefined => shop.ask('atp.get', { skus: ['S1'], channel })['S1'];
/** What web and vip may sell, then what of the pool is left, taken and gone. */
const numbers = (shop: Shop): (Available | undefined)[] => {
  const [pool] = shop.ask('pool.list', { sku: 'S1' });
  return [atp(shop, 'web'), atp(shop, 'vip'), pool?.left, pool?.taken, pool?.gone];
};

describe('an exclusive pool', () => {
  it('[Q14] is for its channels alone: others see and take what is beyond it', async () => {
    const shop = await shopWithPool();
    expect(numbers(shop)).toEqual([4, 10, 6, 0, 0]);
    await expect(shop.place('o1', { S1: 5 })).rejects.toThrow('out-of-stock');
    await shop.place('o2', { S1: 4 });
    expect(numbers(shop)).toEqual([0, 6, 6, 0, 0]);
    await shop.place('o3', { S1: 6 }, { channel: 'vip' });
    expect(numbers(shop)).toEqual([0, 0, 0, 6, 0]);
  });

  it('[Q15] its channels take from it first, and what they give back is its own again', async () => {
    const shop = await shopWithPool();
    await shop.place('o1', { S1: 4 }, { channel: 'vip' });
    expect(numbers(shop)).toEqual([4, 6, 2, 4, 0]);
    await shop.place('o2', { S1: 3 }, { channel: 'vip' });
    expect(numbers(shop)).toEqual([3, 3, 0, 6, 0]);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(numbers(shop)).toEqual([3, 7, 4, 2, 0]);
    await shop.part('fulfillment.pick', 'o2');
    await shop.part('fulfillment.ship', 'o2');
    // 3 left the shop; 2 of them were the pool's.
    expect(numbers(shop)).toEqual([3, 7, 4, 0, 2]);
  });

  it('[Q15] a cart takes from it as an order does, and keeps what it took when it becomes one', async () => {
    const shop = await shopWithPool();
    const lines = [{ sku: 'S1', quantity: 5 }];
    await shop.ok('reservation.make', { reservationId: 'r1', channel: 'vip', lines });
    expect(numbers(shop)).toEqual([4, 5, 1, 5, 0]);
    await shop.place('o1', { S1: 5 }, { channel: 'vip', reservationId: 'r1' });
    expect(numbers(shop)).toEqual([4, 5, 1, 5, 0]);
    await shop.ok('reservation.make', { reservationId: 'r2', channel: 'vip', lines: [{ sku: 'S1', quantity: 1 }] });
    await shop.ok('reservation.release', { reservationId: 'r2' });
    expect(numbers(shop)).toEqual([4, 5, 1, 5, 0]);
  });

  it('[Q16] left, taken and gone make its quantity; a new quantity leaves what was taken as it is', async () => {
    const shop = await shopWithPool();
    await shop.place('o1', { S1: 4 }, { channel: 'vip' });
    expect(await putPool(shop, 3)).toEqual({ id: 'drop', left: 0 });
    expect(numbers(shop)).toEqual([6, 6, 0, 4, 0]);
    expect(await putPool(shop, 8)).toEqual({ id: 'drop', left: 4 });
    expect(numbers(shop)).toEqual([2, 6, 4, 4, 0]);
  });

  it('[Q17] an order that waits is served when a pool ends, and a refused one leaves the pool as it was', async () => {
    const shop = await shopWithPool();
    await shop.place('o1', { S1: 6 }, { shortage: 'backorder' });
    expect(shop.order('o1').lines[0]).toMatchObject({ allocated: 4, backordered: 2 });
    await shop.receive({ 'A/S2': 1 });
    await expect(shop.place('o2', { S1: 2, S2: 2 }, { channel: 'vip' })).rejects.toThrow('out-of-stock');
    expect(numbers(shop)).toEqual([0, 6, 6, 0, 0]);
    await shop.ok('pool.remove', { poolId: 'drop' });
    expect(shop.order('o1').lines[0]).toMatchObject({ allocated: 6, backordered: 0 });
    expect(shop.ask('pool.list', { sku: 'S1' })).toEqual([]);
  });

  it('[Q17] shows among the terms of a number', async () => {
    const shop = await shopWithPool();
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations).toMatchObject([{ free: 10, ofOthers: 6, atp: 4 }]);
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'vip' }).locations).toMatchObject([{ free: 10, ofOthers: 0, atp: 10 }]);
  });

  it('[Q18] names a stock and channels that exist, and stays with its stock', async () => {
    const shop = await shopWithPool();
    await shop.ok('location.put', { location: location('D', 3) });
    const refused = (more: object) =>
      shop.refused('pool.put', { pool: { id: 'p', sku: 'S1', location: 'A', channels: ['vip'], quantity: 1, ...more } });
    const refusals = [
      await refused({ channels: ['vip', 'nope'] }), await refused({ location: 'nope' }), await refused({ location: 'D' }),
      await refused({ sku: 'S9' }), await shop.refused('pool.remove', { poolId: 'p' }),
    ];
    await shop.receive({ 'B/S1': 1 });
    refusals.push(await refused({ id: 'drop', location: 'B' }));
    expect(refusals.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'unknown-channel body.pool.channels[1]', 'unknown-location body.pool.location', 'unknown-sku body.pool.sku',
      'unknown-sku body.pool.sku', 'unknown-pool body.poolId', 'wrong-state body.pool.id',
    ]);
  });

  it('[Q18] is there after a restart with what was taken; one that ended is not, and its name is free', async () => {
    const first = await shopWithPool();
    await first.place('o1', { S1: 2 }, { channel: 'vip' });
    await first.ok('pool.put', { pool: { id: 'other', sku: 'S1', location: 'A', channels: ['web'], quantity: 1 } });
    await first.ok('pool.remove', { poolId: 'other' });
    await first.receive({ 'A/S2': 5 });
    await first.ok('pool.put', { pool: { id: 'other', sku: 'S2', location: 'A', channels: ['web'], quantity: 3 } });
    const shop = await first.restart();
    expect(numbers(shop)).toEqual([4, 8, 4, 2, 0]);
    expect(shop.ask('pool.list', { sku: 'S2' })).toMatchObject([{ id: 'other', left: 3 }]);
  });
});

describe('a pool for segments', () => {
  const only = (shop: Shop, more: object = {}): Promise<unknown> => putPool(shop, 6, { channels: ['vip'], segments: ['gold'], ...more });
  const seen = (shop: Shop, segment?: string, channel = 'vip'): Available | undefined =>
    shop.ask('atp.get', { skus: ['S1'], channel, ...(segment === undefined ? {} : { segment }) })['S1'];

  it('[Q19] is for customers of its channels whose segment is named, and for nobody else', async () => {
    const shop = await shopWithPool();
    await only(shop);
    expect([seen(shop), seen(shop, 'gold'), seen(shop, 'silver'), seen(shop, 'gold', 'web')]).toEqual([4, 10, 4, 4]);
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'vip', segment: 'gold' })).toMatchObject({ segment: 'gold', atp: 10, locations: [{ ofOthers: 0 }] });
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'vip' })).toMatchObject({ atp: 4, locations: [{ ofOthers: 6 }] });
    expect(shop.ask('atp.by-location', { skus: ['S1'], channel: 'vip', segment: 'gold' })).toEqual({ S1: [{ location: 'A', atp: 10 }] });
    await expect(shop.place('o1', { S1: 5 }, { channel: 'vip', segment: 'silver' })).rejects.toThrow('out-of-stock');
    await shop.place('o2', { S1: 5 }, { channel: 'vip', segment: 'gold' });
    expect([seen(shop), seen(shop, 'gold'), shop.order('o2').segment]).toEqual([4, 5, 'gold']);
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'r' });
    expect(numbers(shop).slice(2)).toEqual([6, 0, 0]);
    await only(shop, { segments: ['silver'] });
    expect([seen(shop, 'gold'), seen(shop, 'silver')]).toEqual([4, 10]);
    await shop.ok('pool.remove', { poolId: 'drop' });
    expect([seen(shop), seen(shop, 'silver')]).toEqual([10, 10]);
  });

  it('[Q19] wakes whoever waits for it, and comes back after a restart with orders and carts', async () => {
    const shop = await shopWithPool();
    await only(shop, { quantity: 10 });
    await shop.place('o1', { S1: 1 }, { channel: 'vip', segment: 'silver', shortage: 'backorder' });
    await shop.place('o2', { S1: 1 }, { channel: 'vip', shortage: 'backorder' });
    await shop.reserve('v1', { S1: 2 }, { channel: 'vip', segment: 'gold' });
    await only(shop, { quantity: 10, segments: ['gold', 'silver'] });
    await shop.settle();
    expect([shop.order('o1').state, shop.order('o2').state]).toEqual(['released', 'backordered']);
    const again = await shop.restart();
    expect([again.order('o1'), again.reservation('v1')]).toEqual([shop.order('o1'), shop.reservation('v1')]);
    expect([again.reservation('v1').segment, seen(again), seen(again, 'silver'), numbers(again).slice(2)]).toEqual(['gold', 0, 7, [7, 3, 0]]);
  });

  it('[V7] an order that takes a reservation is of its segment', async () => {
    const shop = await shopWithPool();
    await only(shop);
    await shop.reserve('v1', { S1: 5 }, { channel: 'vip', segment: 'gold' });
    await expect(shop.place('o1', { S1: 5 }, { channel: 'vip', segment: 'silver', reservationId: 'v1' })).rejects.toThrow('unknown-reservation');
    await shop.place('o1', { S1: 5 }, { channel: 'vip', reservationId: 'v1' });
    expect([shop.order('o1').segment, numbers(shop).slice(2)]).toEqual(['gold', [1, 5, 0]]);
    await shop.reserve('v2', { S1: 1 }, { channel: 'vip' });
    await expect(shop.place('o2', { S1: 1 }, { channel: 'vip', segment: 'gold', reservationId: 'v2' })).rejects.toThrow('unknown-reservation');
  });

  it('[Q19] 200 segments are named at most; those that are named already do not count', async () => {
    const shop = await shopWithPool();
    const names = (from: number, count: number): string[] => Array.from({ length: count }, (_, index) => `s${from + index}`);
    for (let pool = 0; pool < 4; pool += 1) await putPool(shop, 1, { id: `p${pool}`, segments: names(50 * pool, 50) });
    expect(await shop.refused('pool.put', { pool: { id: 'p4', sku: 'S1', location: 'A', channels: ['vip'], segments: ['one-more'], quantity: 1 } }))
      .toMatchObject({ code: 'over-limit', field: 'body.pool.segments' });
    await putPool(shop, 1, { id: 'p4', segments: ['s7'] });
    await shop.ok('pool.remove', { poolId: 'p3' });
    await putPool(shop, 1, { id: 'p5', segments: ['one-more'] });
    expect([seen(shop), seen(shop, 'one-more')]).toEqual([5, 6]);
  });
});
