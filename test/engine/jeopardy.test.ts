/** Promises: how likely each is missed, when that is looked at, and the cases that come of it. */
import { describe, expect, it } from 'vitest';
import { looksAtMs, missChance, watchOf } from '../../actors/jeopardy.ts';
import type { LaneStats } from '../../actors/lanes.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { Shop } from './shop.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const open = (shop: Shop): string[] => shop.ask('case.list', {}).cases.map(({ caseId }) => caseId).toSorted();

/** Half of the deliveries by the date, half a day late. */
const half: LaneStats = { bins: [[-1, 4], [3, 4]], recent: [-1, -1, -1, -1, 3, 3, 3, 3] };
const order = (promisedByMs: number, ...parts: object[]): OrderContext =>
  ({ promisedByMs, lines: [], fulfillments: parts.map((part, index) => ({ fulfillmentId: String(index + 1), ...part })) }) as unknown as OrderContext;
const waits = { state: 'released', carrier: 'post', shipByMs: 10 * hour, deliverByMs: 30 * hour };
const left = { state: 'shipped', carrier: 'post', tracking: 'N1' };
const parcel = (more: object = {}) => ({ status: 'in-transit', shippedAtMs: 0, deliverByMs: 30 * hour, ...more }) as never;

describe('the chance that a promise is missed', () => {
  const chance = (of: OrderContext, known: object, nowMs = 0): number | undefined =>
    missChance(of, () => ({ lane: undefined, leaving: undefined, parcel: undefined, ...known }), nowMs);

  it('[JP2] of a part that has not left is that of its lane, after as much delay as it has by now', () => {
    expect(chance(order(30 * hour, waits), { lane: half })).toBe(0.5);
    expect(chance(order(54 * hour, waits), { lane: half })).toBe(0);
    expect(chance(order(54 * hour, waits), { lane: half }, 11 * hour)).toBe(0.5);
    expect(chance(order(30 * hour, waits), {})).toBe(0);
    expect(chance(order(29 * hour, waits), {})).toBe(1);
  });

  it('[JP2] counts how late its location sends, and what has not left by now', () => {
    expect(chance(order(30 * hour, waits), { lane: half, leaving: half })).toBe(0.75);
    expect(chance(order(30 * hour, waits), { lane: half, leaving: half }, 10 * hour)).toBe(1);
  });

  it('[JP2] of a parcel is that of what is not there yet; one that is lost is missed', () => {
    expect(chance(order(30 * hour, left), { lane: half, parcel: parcel() })).toBe(0.5);
    expect(chance(order(30 * hour, left), { lane: half, parcel: parcel() }, 30 * hour)).toBe(1);
    expect(chance(order(30 * hour, left), { parcel: parcel({ status: 'lost' }) })).toBe(1);
    expect(chance(order(30 * hour, left), { parcel: parcel({ deliverByMs: undefined }) })).toBeUndefined();
  });

  it('[JP2] of an order is that of any of its parts; what nothing is known of does not count', () => {
    expect(chance(order(30 * hour, waits, waits), { lane: half })).toBe(0.75);
    expect(chance(order(30 * hour, waits, { state: 'delivered' }, { ...left, tracking: undefined }), { lane: half })).toBe(0.5);
    expect(chance(order(30 * hour, { ...waits, deliverByMs: undefined }), { lane: half })).toBeUndefined();
  });

  it('[JP1] is looked at at cut-offs, daily in the last week, and each quarter of the last day', () => {
    const looks = (of: OrderContext, from: number): number[] => {
      const all: number[] = [];
      const lateAt = (at: number) => of.fulfillments.filter(({ shipByMs = Infinity }) => shipByMs <= at).map((part) => part.fulfillmentId);
      for (let at: number | undefined = looksAtMs(of, [], from); at !== undefined; at = looksAtMs(of, lateAt(at), at)) all.push(at / hour);
      return all;
    };
    expect(looks(order(10 * day), 0)).toEqual([72, 96, 120, 144, 168, 192, 216, 222, 228, 234, 240]);
    expect(looks(order(day, waits), hour)).toEqual([6, 10, 12, 18, 24]);
    expect(looks(order(day, left), day)).toEqual([]);
    // A cut-off that is over and nobody has looked at: now.
    expect(looksAtMs(order(day, waits), [], 11 * hour)).toBe(11 * hour);
    expect(looksAtMs(order(day, waits), ['1' as never], 11 * hour)).toBe(12 * hour);
  });

  it('[JP3] [JP4] is at risk from so much on, and broken at its date unless nobody would tell', () => {
    expect(watchOf(order(30 * hour, waits), 0.4, 50, 0)).toBeUndefined();
    expect(watchOf(order(30 * hour, waits), 0.495, 50, 0)).toEqual({ state: 'at-risk', missPercent: 50, late: [] });
    expect(watchOf(order(30 * hour, waits), 0.1, 50, 10 * hour)).toEqual({ state: 'in-time', missPercent: 10, late: ['1'] });
    expect(watchOf(order(30 * hour, left), undefined, 50, 30 * hour)).toMatchObject({ state: 'breached' });
    expect(watchOf(order(30 * hour, { ...left, tracking: undefined }), undefined, 50, 30 * hour)).toBeUndefined();
  });
});

describe('promises', () => {
  /** A shop whose deliveries take three days, where half a day is told. */
  async function slow(): Promise<Shop> {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 20 });
    for (let index = 0; index < 8; index += 1) {
      await shop.place(`d${index}`, { S1: 1 });
      await send(shop, `d${index}`);
      await shop.pass(72 * hour);
      await shop.part('fulfillment.deliver', `d${index}`);
    }
    return shop;
  }
  async function send(shop: Shop, orderId: string): Promise<void> {
    await shop.part('fulfillment.pick', orderId);
    await shop.ok('fulfillment.ship', { orderId, fulfillmentId: '1', tracking: orderId });
  }

  it('[JP3] that a parcel will likely miss are a case at once, before the date; the date itself is another', async () => {
    const shop = await slow();
    await shop.place('o1', { S1: 1 }, { promisedByMs: shop.clock.now() + 2 * day });
    expect(open(shop)).toEqual([]);
    await send(shop, 'o1');
    expect(shop.ask('case.get', { caseId: 'PROMISE_JEOPARDY/o1' })).toMatchObject({ cause: 'it misses its date with a chance of 100 %', orderIds: ['o1'] });
    expect(shop.order('o1').promise).toMatchObject({ state: 'at-risk', missPercent: 100, late: [] });
    const back = await shop.restart();
    await back.pass(2 * day - 1);
    expect(open(back)).toEqual(['PROMISE_JEOPARDY/o1']);
    await back.pass(1);
    expect(open(back)).toEqual(['PROMISE_BREACHED/o1']);
    await back.part('fulfillment.deliver', 'o1');
    expect(open(back)).toEqual([]);
    expect(back.order('o1').promise).toBeUndefined();
  });

  it('[JP3] [JP5] are at risk from where the policy of their channel says', async () => {
    const shop = await slow();
    await shop.ok('intake-policy.put', { policy: { graceMs: 0, riskPercent: 100 } });
    for (let index = 0; index < 8; index += 1) {
      await shop.place(`f${index}`, { S1: 1 });
      await send(shop, `f${index}`);
      await shop.part('fulfillment.deliver', `f${index}`);
    }
    await shop.place('o1', { S1: 1 }, { promisedByMs: shop.clock.now() + 2 * day });
    await send(shop, 'o1');
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').promise).toEqual({ missPercent: 50 });
    await shop.pass(day);
    expect(shop.order('o1').promise).toMatchObject({ state: 'at-risk', missPercent: 100 });
  });

  it('[JP4] that are kept leave nothing behind, nor do orders without one', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    await shop.place('o1', { S1: 1 }, { promisedByMs: shop.clock.now() + day });
    await shop.place('o2', { S1: 1 });
    for (const id of ['o1', 'o2']) for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, id);
    await shop.pass(2 * day);
    expect(shop.ask('case.counts', {}).open).toBe(0);
    expect([...shop.engine.inspect().core.world.promises.due]).toEqual([]);
  });

  it('[JP4] broken while units wait are a case too, and one that ends with the order', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 2 }, { shortage: 'backorder', promisedByMs: shop.clock.now() + hour });
    await shop.pass(hour);
    expect(open(shop)).toEqual(['PROMISE_BREACHED/o1']);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'no' });
    expect(open(shop)).toEqual([]);
  });

  it('[JP4] a part that has not left by its cut-off is a case at that instant, until it leaves', async () => {
    const shop = await Shop.open();
    const hours = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((name) => [name, [{ from: '00:00', to: '24:00' }]]));
    const cutOffs = [{ carrier: 'post', times: Object.fromEntries(Object.keys(hours).map((name) => [name, ['16:00']])) }];
    const place = { id: 'A', name: 'A', type: 'warehouse', country: 'GB', latitude: 51.5, longitude: -0.12, state: 'open', timeZone: 'UTC', hours, processingMs: 0, cutOffs };
    await shop.ok('location.put', { location: place } as never);
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 }, { promisedByMs: shop.clock.now() + 5 * day });
    const shipByMs = shop.order('o1').fulfillments[0]?.shipByMs ?? 0;
    expect(shipByMs).toBeGreaterThan(shop.clock.now());
    await shop.pass(shipByMs - shop.clock.now() - 1);
    expect(open(shop)).toEqual([]);
    await shop.pass(1);
    expect(shop.ask('case.get', { caseId: 'CUTOFF_MISSED/o1' })).toMatchObject({ cause: 'part 1 has not left by its cut-off', owner: 'operations' });
    await send(shop, 'o1');
    expect(open(shop)).toEqual([]);
  });
});
