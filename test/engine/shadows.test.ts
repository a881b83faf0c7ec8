/** Shadows: decisions made a second time under another version, in the world as it was, and without effect. */
import { describe, expect, it } from 'vitest';
import type { Changes } from '../../engine/changes.ts';
import { Shop } from './shop.ts';
import { eventsOf, idsOf, listen, no, plenty, rest, validated } from './plan-trials.ts';

async function shadowed(shop: Shop, more: object, body: object = {}): Promise<void> {
  const version = await validated(shop, 's', more);
  await shop.ok('plan.shadow', { planId: 's', version, percent: 100, reason: 'look', ...body });
}

const totals = (shop: Shop) => shop.ask('plan.divergence', { planId: 's' } as never)[0];

describe('a shadow', () => {
  it('[Z18] [Z22] tells what it would have done otherwise, with both sides and the difference, and changes nothing', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A')] });
    const found = listen(shop);
    await shop.place('o1', { S1: 2 });
    await rest(shop);
    expect(shop.order('o1').fulfillments.map(({ location }) => location)).toEqual(['A']);
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['500 0 2 0', '500 0 0 0']);
    const [one] = found;
    expect(one).toMatchObject({
      kind: 'plan.diverged', planId: 's', version: 1, orderId: 'o1', channel: 'web', attempt: 1, position: shop.engine.position,
      live: { parcels: [{ location: 'A' }], short: 0 },
      candidate: { parcels: [{ location: 'B' }], ruled: { planId: 's' }, removed: [{ location: 'A', rule: 'no-A' }] },
    });
    expect(one?.difference).toEqual({ costMinor: (one?.candidate.costMinor ?? 0) - (one?.live.costMinor ?? 0), parcels: 0, short: 0, refused: 0, late: 0 });
    expect(totals(shop)).toMatchObject({ evaluated: 1, different: 1, same: 0, dropped: 0, costMinor: one?.difference.costMinor });
    expect(eventsOf(shop, 'order.sourced')).toHaveLength(1);
  });

  it('[Z18] sees the stock as the decision saw it, whatever was given to it and to others since', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3, 'B/S1': 1 });
    await shadowed(shop, { rules: [{ id: 'thin', exclude: 'location', when: 'stock.atp < 3' }] });
    const found = listen(shop);
    // In one turn: the first finds 3 units at A, the second 2, the third 1 there and one at B.
    await Promise.all(['o1', 'o2', 'o3'].map((id) => shop.place(id, { S1: 1 }, { shortage: 'backorder' })));
    await rest(shop);
    expect(totals(shop)).toMatchObject({ evaluated: 3, same: 1, different: 2, shortOrders: 2, shortUnits: 2 });
    expect(found.map(({ orderId, candidate: { short } }) => [orderId, short])).toEqual([['o2', 1], ['o3', 1]]);
    expect(shop.stock('A/S1')).toBe('3 0 3 0');
  });

  it('[Z19] under the version in force never differs, however much happens between decision and second look', async () => {
    const shop = await Shop.open();
    const rules = [{ id: 'thin', cost: 'max(0, 5 - stock.atp) * 200', per: 'unit' }, { id: 'busy', cost: 'location.units > 3 ? 0 : 90' }];
    const version = await validated(shop, 's', { rules, split: { maxParcels: 2 } });
    await shop.ok('plan.publish', { planId: 's', version, reason: 'go' });
    await shop.ok('plan.shadow', { planId: 's', version, percent: 100, reason: 'look' });
    await shop.receive({ 'A/S1': 9, 'B/S1': 9, 'C/S1': 9, 'A/S2': 9, 'B/S2': 9, 'C/S2': 9 });
    const found = listen(shop);
    const orders = Array.from({ length: 40 }, (_, at) => at);
    await Promise.all(orders.map((at) => shop.send('order.place', {
      orderId: `o${at}`, channel: 'web', destination: { country: 'GB', latitude: 51.5, longitude: -0.12 }, shortage: at % 3 === 0 ? 'refuse' : 'backorder',
      lines: [{ sku: 'S1', quantity: 1 + (at % 3) }, ...(at % 2 === 0 ? [{ sku: 'S2', quantity: 2 }] : [])],
    })));
    await Promise.all(orders.slice(0, 10).map((at) => shop.send('order.cancel', { orderId: `o${at}`, reason: 'no' })));
    await rest(shop);
    const { evaluated = 0, same, different } = totals(shop) ?? {};
    expect([different, same, found]).toEqual([0, evaluated, []]);
    expect(evaluated).toBeGreaterThanOrEqual(40);
  });

  it('[Z20] looks at its share, its channels, and until its moment', async () => {
    const shop = await plenty();
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop' } });
    await shadowed(shop, { rules: [no('A')] }, { percent: 50, channels: ['web'], untilMs: shop.clock.now() + 60_000 });
    const [yes = ''] = idsOf('s', 50, 'canary', 1);
    const [not = ''] = idsOf('s', 50, 'control', 1);
    await shop.place(yes, { S1: 1 });
    await shop.place(not, { S1: 1 });
    await rest(shop);
    expect(totals(shop)).toMatchObject({ evaluated: 1, percent: 50 });
    const [, other = '', late = ''] = idsOf('s', 50, 'canary', 3);
    await shop.place(other, { S1: 1 }, { channel: 'shop' });
    shop.clock.advance(60_000);
    await shop.place(late, { S1: 1 });
    await rest(shop);
    expect(totals(shop)?.evaluated).toBe(1);
  });

  it('[Z18] looks at carts, and at placements that are refused', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A'), no('B'), no('C')] });
    const found = listen(shop);
    await shop.reserve('c1', { S1: 1 });
    await shop.place('o1', { S1: 1 });
    await expect(shop.place('o2', { S1: 9_999 })).rejects.toThrow('out-of-stock');
    await rest(shop);
    expect(found.map(({ reservationId, orderId, difference: { refused } }) => [reservationId ?? orderId, refused])).toEqual([['c1', 0], ['o1', 1], ['o2', 0]]);
    expect(totals(shop)).toMatchObject({ evaluated: 3, refused: 1, shortOrders: 2 });
  });

  it('[Z21] drops the oldest when too many wait, and counts them; orders are answered all the same', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A')] });
    const ids = Array.from({ length: 1_300 }, (_, at) => `o${at}`);
    await Promise.all(ids.map((id) => shop.send('order.place', { orderId: id, channel: 'web', destination: { country: 'GB' }, shortage: 'backorder', lines: [{ sku: 'S1', quantity: 1 }] })));
    const before = totals(shop);
    expect(before?.pending).toBeLessThanOrEqual(1_024);
    await rest(shop);
    const { evaluated = 0, dropped = 0, outdated = 0 } = totals(shop) ?? {};
    expect(evaluated + dropped + outdated).toBe(1_300);
    expect(dropped).toBeGreaterThan(0);
  });

  it('[Z21] does not look back beyond a change of the network: such decisions are outdated', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A')] });
    await Promise.all([
      shop.place('o1', { S1: 1 }),
      shop.ok('location.pause', { locationId: 'B', reason: 'flood' }),
      shop.place('o2', { S1: 1 }),
    ]);
    await rest(shop);
    expect(totals(shop)).toMatchObject({ evaluated: 1, outdated: 1, different: 1 });
  });

  it('[Z21] nor beyond another rate card, by which the same plan would decide otherwise', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [{ id: 'none', cost: '0' }] });
    const found = listen(shop);
    const card = { carrier: 'post', service: 'standard', version: 1, currency: 'GBP', breaks: [1_000], zones: [{ zone: '2', minor: [900] }], bands: [{ upToKm: 1_000, zone: '2' }] };
    await Promise.all([shop.place('o1', { S1: 1 }), shop.ok('rates.put', { card } as never), shop.place('o2', { S1: 1 })]);
    await rest(shop);
    expect(totals(shop)).toMatchObject({ evaluated: 1, outdated: 1, same: 1 });
    expect(found).toEqual([]);
  });

  it('[Z23] comes back after a restart and counts anew, saying since when', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A')] });
    await shop.place('o1', { S1: 1 });
    await rest(shop);
    shop.clock.advance(5_000);
    shop.disk.crash();
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(totals(again)).toMatchObject({ evaluated: 0, countedSinceMs: shop.clock.now(), version: 1, percent: 100 });
    const found = listen(again);
    await again.place('o2', { S1: 1 });
    await rest(again);
    expect(found.map(({ orderId }) => orderId)).toEqual(['o2']);
  });

  it('[Z20] [Z31] begins and stops by command, told each time; four at a time, of validated versions', async () => {
    const shop = await plenty();
    await shadowed(shop, { rules: [no('A')] });
    expect(shop.ask('plan.get', { planId: 's' } as never)).toMatchObject({ shadowPercent: 100 });
    expect(await shop.refused('plan.archive', { planId: 's', version: 1, reason: 'old' })).toMatchObject({ code: 'wrong-state' });
    for (const id of ['t', 'u', 'v']) await shop.ok('plan.shadow', { planId: id, version: await validated(shop, id, {}), percent: 1, reason: 'look' });
    const body = { planId: 'w', version: await validated(shop, 'w', {}), percent: 1, reason: 'look' };
    expect(await shop.refused('plan.shadow', body)).toMatchObject({ code: 'over-limit' });
    await shop.ok('plan.unshadow', { planId: 's', reason: 'seen' });
    expect(await shop.refused('plan.unshadow', { planId: 's', reason: 'seen' })).toMatchObject({ code: 'wrong-state', field: 'body.planId' });
    expect(await shop.refused('plan.shadow', { ...body, channels: ['web', 'no'] })).toMatchObject({ code: 'unknown-channel', field: 'body.channels[1]' });
    expect(await shop.refused('plan.shadow', { ...body, untilMs: 0 })).toMatchObject({ code: 'wrong-state', field: 'body.untilMs' });
    await shop.ok('plan.shadow', body);
    expect(totals(shop)).toBeUndefined();
    expect(eventsOf(shop, 'shadow.changed').map(({ planId, state }) => `${planId} ${state}`)).toEqual(['s started', 't started', 'u started', 'v started', 's stopped', 'w started']);
    await shop.ok('plan.archive', { planId: 's', version: 1, reason: 'old' });
  });

  it('[Z21] costs nothing while there is none: nothing is kept to look back on', async () => {
    const shop = await plenty();
    const { rewind } = shop.engine.inspect().core.changes as Changes;
    await shop.place('o1', { S1: 1 });
    expect([rewind.isOn, rewind.size]).toEqual([false, 0]);
    await shadowed(shop, {});
    await shop.place('o2', { S1: 1 });
    await rest(shop);
    await shop.ok('plan.unshadow', { planId: 's', reason: 'seen' });
    await shop.place('o3', { S1: 1 });
    await shop.place('o4', { S1: 1 });
    expect([rewind.isOn, rewind.size]).toEqual([false, 0]);
  });
});
