/** Canaries: a version decides a share of the orders, and ends by itself when its guard breaks. */
import { describe, expect, it, test } from 'vitest';
import { breachOf, counted, isAmongShare, noTally, type Tally } from '../../actors/canary.ts';
import type { Shop } from './shop.ts';
import { Shop as Shops } from './shop.ts';
import { eventsOf, idsOf, no, plenty, validated } from './plan-trials.ts';

const from = (shop: Shop, id: string): string => shop.order(id).fulfillments.map(({ location }) => location).join('+');

/** A canary of `q`, which excludes A, for half of the orders. */
async function tried(shop: Shop, guard: object, more: object = {}): Promise<void> {
  const version = await validated(shop, 'q', { rules: [no('A')], ...more });
  await shop.ok('plan.canary', { planId: 'q', version, percent: 50, guard, reason: 'try' });
}

const seat = (shop: Shop) => shop.ask('plan.list', {}).seats[0];

describe('the share', () => {
  it('[Z24] is of orders by their ids: a larger one keeps those of a smaller one, and it is about what was asked', () => {
    const ids = Array.from({ length: 4_000 }, (_, at) => `web-${at}`);
    for (const percent of [1, 10, 50, 90]) {
      const share = ids.filter((id) => isAmongShare('p', id, percent));
      expect(Math.abs((100 * share.length) / ids.length - percent)).toBeLessThan(3);
      expect(share.every((id) => isAmongShare('p', id, percent + 5))).toBe(true);
    }
    expect(ids.every((id) => isAmongShare('p', id, 100))).toBe(true);
    // Another plan tries other orders.
    expect(ids.some((id) => isAmongShare('p', id, 10) !== isAmongShare('q', id, 10))).toBe(true);
  });

  it('[Z24] goes by the canary, the others by what is in force; the decision names the version', async () => {
    const shop = await plenty();
    const p = await validated(shop, 'p', { rules: [no('C')] });
    await shop.ok('plan.publish', { planId: 'p', version: p, reason: 'go' });
    await tried(shop, {});
    for (const id of idsOf('q', 50, 'canary', 5)) expect((await shop.place(id, { S1: 1 })).fulfillments[0]?.location).toBe('B');
    for (const id of idsOf('q', 50, 'control', 5)) expect((await shop.place(id, { S1: 1 })).fulfillments[0]?.location).toBe('A');
    expect(eventsOf(shop, 'order.sourced').map(({ ruled }) => ruled?.planId).sort()).toEqual([...Array(5).fill('p'), ...Array(5).fill('q')]);
  });

  it('[Z24] an order stays on its side when it is sourced again', async () => {
    const shop = await plenty();
    await tried(shop, {});
    const [id = ''] = idsOf('q', 50, 'canary', 1);
    await shop.place(id, { S1: 1 });
    expect(from(shop, id)).toBe('B');
    await shop.part('fulfillment.pick', id);
    await shop.ok('fulfillment.short', { orderId: id, fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'gone' });
    expect(eventsOf(shop, 'order.sourced').at(-1)).toMatchObject({ attempt: 2, ruled: { planId: 'q' } });
    expect(seat(shop)?.canary?.counts.canary).toMatchObject({ orders: 1, again: 1 });
  });

  it('[Z25] a promise without an order goes by what is in force; an order made of a cart is on the side of the cart', async () => {
    const shop = await plenty();
    await tried(shop, {}, { applies: 'order.channel == "web"' });
    const promise = shop.ask('promise.get', { channel: 'web', lines: [{ sku: 'S1', quantity: 1 }], destination: { country: 'GB', latitude: 51.5, longitude: 0 } });
    expect(JSON.stringify(promise)).toContain('"A"');
    const [cart = ''] = idsOf('q', 50, 'canary', 1);
    const [order = ''] = idsOf('q', 50, 'control', 1);
    await shop.reserve(cart, { S1: 1 });
    expect(shop.units('B/S1')).toMatch(/^500 1 0/);
    await shop.place(order, { S1: 1 }, { reservationId: cart });
    expect(seat(shop)?.canary?.counts).toMatchObject({ canary: { orders: 1 }, control: { orders: 0 } });
  });

  it('[Z25] a cart that was made before the canary began does not count', async () => {
    const shop = await plenty();
    await shop.reserve('c1', { S1: 1 });
    shop.clock.advance(1_000);
    await tried(shop, {});
    await shop.place('o1', { S1: 1 }, { reservationId: 'c1' });
    expect(seat(shop)?.canary?.counts).toEqual({ canary: noTally, control: noTally });
  });
});

describe('the counts', () => {
  it('[Z26] are of both sides, by first decisions: cost of whole orders, parcels, short, refused and split ones', async () => {
    const shop = await plenty();
    await tried(shop, {});
    const [a = '', b = '', c = ''] = idsOf('q', 50, 'canary', 3);
    const [d = ''] = idsOf('q', 50, 'control', 1);
    await shop.place(a, { S1: 1 });
    await shop.place(b, { S1: 1_100 }, { shortage: 'backorder' });
    await shop.receive({ 'C/S1': 100 });
    await expect(shop.place(c, { S1: 9_999 })).rejects.toThrow('out-of-stock');
    await shop.place(d, { S1: 1 });
    const counts = seat(shop)?.canary?.counts;
    const cost = shop.order(a).fulfillments[0]?.costMinor;
    expect(counts?.canary).toEqual({ ...noTally, orders: 3, whole: 1, costMinor: cost, parcels: 3, short: 2, refused: 1, split: 1 });
    expect(counts?.control).toMatchObject({ orders: 1, whole: 1, costMinor: shop.order(d).fulfillments[0]?.costMinor });
  });

  it('[Z26] tell late orders and rules that could not be evaluated', () => {
    const parcel = { location: 'A', carrier: undefined, distanceKm: 0, costMinor: 5, lines: [], deliverByMs: 20 } as never;
    const plan = { fulfillments: [parcel], short: 0, ruled: { planId: 'p', version: 1, failed: [{ rule: 'r', detail: 'd' }] } as never };
    const one = { plan, isFirst: true, isRefused: false, promisedByMs: 19 };
    expect(counted(noTally, one)).toMatchObject({ orders: 1, late: 1, failed: 1, costMinor: 5 });
    expect(counted(noTally, { ...one, promisedByMs: 20 })).toMatchObject({ late: 0 });
    expect(counted(noTally, { ...one, isFirst: false })).toEqual({ ...noTally, again: 1 });
  });
});

describe('the guard', () => {
  const side = (more: Partial<Tally>): Tally => ({ ...noTally, ...more });

  test.each([
    ['[Z28] keeps still before it saw enough', { minOrders: 10, short: { percent: 0 } }, { orders: 9, short: 9 }, {}, undefined],
    ['[Z27] breaks above a share', { minOrders: 10, short: { percent: 20 } }, { orders: 10, short: 3 }, {}, { kpi: 'short', is: 30, limit: 20, orders: 10 }],
    ['[Z27] and not at it', { minOrders: 10, short: { percent: 30 } }, { orders: 10, short: 3 }, {}, undefined],
    [
      '[Z28] by points of the others, once there are enough of those', { minOrders: 10, split: { points: 5 } },
      { orders: 10, split: 5 }, { orders: 20, split: 4 }, { kpi: 'split', is: 50, limit: 25, control: 20, orders: 10 },
    ],
    ['[Z28] by points of too few others: not', { minOrders: 10, split: { points: 5 } }, { orders: 10, split: 5 }, { orders: 9 }, undefined],
    [
      '[Z27] by mean cost of whole orders', { minOrders: 2, costPercent: 10 }, { orders: 3, whole: 2, costMinor: 900 },
      { orders: 2, whole: 2, costMinor: 800 }, { kpi: 'cost', is: 450, limit: 440, control: 400, orders: 3 },
    ],
    ['[Z28] by cost of too few whole others: not', { minOrders: 2, costPercent: 10 }, { orders: 3, whole: 2, costMinor: 900 }, { orders: 2, whole: 1, costMinor: 1 }, undefined],
  ] as const)('%s', (_, guard, canary, control, breach) => {
    expect(breachOf(guard as never, { canary: side(canary), control: side(control) })).toEqual(breach);
  });

  it('[Z27] ends the canary with the command that broke it, told with its cause; the next order goes by what is in force', async () => {
    const shop = await plenty();
    await tried(shop, { minOrders: 2, costPercent: 5 });
    const canary = idsOf('q', 50, 'canary', 4);
    for (const id of idsOf('q', 50, 'control', 2)) await shop.place(id, { S1: 1 });
    await shop.place(canary[0] ?? '', { S1: 1 });
    expect(seat(shop)?.canary).toBeDefined();
    await shop.place(canary[1] ?? '', { S1: 1 });
    const last = shop.published.at(-1)?.events ?? [];
    const told = last.find(({ kind }) => kind === 'canary.changed');
    expect(last.some((event) => event.kind === 'order.placed' && event.orderId === canary[1])).toBe(true);
    expect(told).toMatchObject({ state: 'rolled-back', planId: 'q', percent: 50, breach: { kpi: 'cost', orders: 2 } });
    await shop.place(canary[2] ?? '', { S1: 1 });
    expect([from(shop, canary[1] ?? ''), from(shop, canary[2] ?? '')]).toEqual(['B', 'A']);
    expect(seat(shop)).toMatchObject({ ended: { how: 'rolled-back', endedBy: 'baton', reason: 'try', counts: { canary: { orders: 2 }, control: { orders: 2 } } } });
    expect(seat(shop)?.canary).toBeUndefined();
    expect(seat(shop)?.ended?.why).toMatch(/^cost is [\d.]+ minor units for an order after 2 orders: more than [\d.]+, without the canary [\d.]+$/);
  });

  it('[Z27] of one seat ends, and what the same command decided for another is counted there', async () => {
    const shop = await plenty();
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop' } });
    const version = await validated(shop, 'q', { rules: [no('A')] });
    const body = { planId: 'q', version, percent: 100, reason: 'try' };
    await shop.ok('plan.canary', { ...body, channel: 'web', guard: { minOrders: 1, again: { percent: 0 } } });
    await shop.ok('plan.canary', { ...body, guard: { minOrders: 50 } });
    // Who was placed last is sourced again first.
    await shop.place('o1', { S1: 1 }, { channel: 'shop' });
    await shop.place('o2', { S1: 1 });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'B', onHand: 0 }] });
    await shop.settle();
    const seats = new Map(shop.ask('plan.list', {}).seats.map((one) => [one.channel ?? '*', one]));
    expect(seats.get('web')?.ended).toMatchObject({ how: 'rolled-back', breach: { kpi: 'again' } });
    expect(seats.get('*')?.canary?.counts.canary).toMatchObject({ orders: 1, again: 1 });
  });

  it('[Z27] is broken by placements that are refused, though nothing else remains of them', async () => {
    const shop = await plenty();
    await tried(shop, { minOrders: 3, refused: { percent: 50 } }, { rules: [no('A'), no('B'), no('C')] }).catch(() => undefined);
    expect(seat(shop)).toBeUndefined(); // it leaves nothing to any order: not without force
    await shop.ok('plan.canary', { planId: 'q', version: 1, percent: 50, guard: { minOrders: 3, refused: { percent: 50 } }, reason: 'try', force: true });
    for (const id of idsOf('q', 50, 'canary', 3)) await expect(shop.place(id, { S1: 1 })).rejects.toThrow('out-of-stock');
    expect(seat(shop)?.ended).toMatchObject({ how: 'rolled-back', breach: { kpi: 'refused', is: 100, limit: 50, orders: 3 } });
    await shop.place(idsOf('q', 50, 'canary', 1)[0] ?? '', { S1: 1 });
  });

  it('[Z27] whoever the canary left waiting is sourced again when it ends', async () => {
    const shop = await plenty();
    await validated(shop, 'q', { rules: [no('A'), no('B'), no('C')] });
    await shop.ok('plan.canary', { planId: 'q', version: 1, percent: 50, guard: { minOrders: 2, short: { percent: 0 } }, reason: 'try', force: true });
    const [a = '', b = ''] = idsOf('q', 50, 'canary', 2);
    await shop.place(a, { S1: 1 }, { shortage: 'backorder' });
    expect(from(shop, a)).toBe('');
    await shop.place(b, { S1: 1 }, { shortage: 'backorder' });
    await shop.place('last', { S1: 1 });
    expect([from(shop, a), from(shop, b)]).toEqual(['A', 'A']);
  });
});

describe('its life', () => {
  it('[Z29] promote puts it in force for all, to be rolled back like any other; abort ends it', async () => {
    const shop = await plenty();
    await tried(shop, {});
    expect(shop.ask('plan.get', { planId: 'q' } as never)).toMatchObject({ state: 'validated', canaries: ['*'], seats: [] });
    await shop.ok('plan.promote', { reason: 'good' });
    expect(seat(shop)).toMatchObject({ now: { planId: 'q', reason: 'good' }, ended: { how: 'promoted', endedBy: 'test', why: 'good' } });
    await shop.place('o1', { S1: 1 });
    expect(from(shop, 'o1')).toBe('B');
    await shop.ok('plan.rollback', { reason: 'back' });
    const version = await validated(shop, 'r', { rules: [no('B')] });
    await shop.ok('plan.canary', { planId: 'r', version, percent: 100, guard: {}, reason: 'try' });
    await shop.ok('plan.abort', { reason: 'no' });
    expect(seat(shop)).toMatchObject({ now: { reason: 'back' }, ended: { planId: 'r', how: 'aborted', why: 'no' } });
    expect(await shop.refused('plan.abort', { reason: 'no' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('plan.promote', { reason: 'no' })).toMatchObject({ code: 'wrong-state' });
    expect(eventsOf(shop, 'canary.changed').map(({ state }) => state)).toEqual(['started', 'promoted', 'started', 'aborted']);
  });

  it('[Z29] publishing, withdrawing or rolling back ends it; sent again it counts from 0', async () => {
    const shop = await plenty();
    await tried(shop, {});
    await shop.place('o1', { S1: 1 });
    await shop.ok('plan.canary', { planId: 'q', version: 1, percent: 80, guard: {}, reason: 'more' });
    expect(seat(shop)?.canary).toMatchObject({ percent: 80, counts: { canary: noTally, control: noTally } });
    const version = await validated(shop, 'p', {});
    await shop.ok('plan.publish', { planId: 'p', version, reason: 'other' });
    expect(seat(shop)).toMatchObject({ now: { planId: 'p' }, ended: { how: 'aborted', why: 'other', percent: 80 } });
  });

  it('[Z31] only validated versions, one for each seat, not the one in force; archived not before it ended', async () => {
    const shop = await plenty();
    await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'd', name: 'd' } as never, reason: 'test' });
    const body = { percent: 10, guard: {}, reason: 'try' };
    expect(await shop.refused('plan.canary', { planId: 'd', version: 1, ...body })).toMatchObject({ code: 'wrong-state', field: 'body.version' });
    expect(await shop.refused('plan.canary', { planId: 'x', version: 1, ...body })).toMatchObject({ code: 'unknown-plan' });
    await tried(shop, {});
    const other = await validated(shop, 'p', {});
    expect(await shop.refused('plan.canary', { planId: 'p', version: other, ...body })).toMatchObject({ code: 'wrong-state', field: 'body.version' });
    expect(await shop.refused('plan.canary', { planId: 'p', version: other, channel: 'no', ...body })).toMatchObject({ code: 'unknown-channel' });
    expect(await shop.refused('plan.archive', { planId: 'q', version: 1, reason: 'old' })).toMatchObject({ code: 'wrong-state' });
    await shop.ok('plan.promote', { reason: 'good' });
    expect(await shop.refused('plan.canary', { planId: 'q', version: 1, ...body })).toMatchObject({ code: 'wrong-state' });
    for (let at = 0; at < 8; at += 1) {
      await shop.ok('channel.put', { channel: { id: `c${at}`, name: 'C' } });
      await shop.ok('plan.canary', { planId: 'p', version: other, channel: `c${at}`, ...body });
    }
    expect(await shop.refused('plan.canary', { planId: 'p', version: other, channel: 'web', ...body })).toMatchObject({ code: 'over-limit' });
  });

  it('[Z30] canary, counts and how it ended come back after a restart', async () => {
    const shop = await plenty();
    await tried(shop, { minOrders: 3, split: { percent: 1 }, costPercent: 1 });
    const canary = idsOf('q', 50, 'canary', 3);
    for (const id of [...idsOf('q', 50, 'control', 3), ...canary.slice(0, 2)]) await shop.place(id, { S1: 1 });
    const before = shop.ask('plan.list', {});
    shop.disk.crash();
    const again = await Shops.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(again.ask('plan.list', {})).toEqual(before);
    await again.place(canary[2] ?? '', { S1: 1 });
    const ended = again.ask('plan.list', {});
    expect(ended.seats[0]).toMatchObject({ ended: { how: 'rolled-back', counts: { canary: { orders: 3 } } } });
    shop.disk.crash();
    const third = await Shops.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(third.ask('plan.list', {})).toEqual(ended);
  });
});
