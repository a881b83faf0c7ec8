/** Buffers that grow with the age of feeds and with the pace of orders: by steps, at known instants. */
import { describe, expect, it } from 'vitest';
import type { Available } from '../../actors/available.ts';
import { Shop } from './shop.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** 100 units at A and B; a rule at A that is drawn up as asked. */
async function open(grows: object, more: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 100, 'B/S1': 100, 'A/S2': 100 });
  await put(shop, grows, more);
  return shop;
}

const put = (shop: Shop, grows: object, more: object = {}): Promise<unknown> =>
  shop.ok('buffer.put', { rule: { id: 'late', location: 'A', quantity: 5, grows, ...more } } as never);
const atp = (shop: Shop, sku = 'S1'): Available | undefined => shop.ask('atp.get', { skus: [sku], channel: 'web' })[sku];
const growth = (shop: Shop): unknown => shop.ask('buffer.get', { bufferId: 'late' })?.growth;
const close = (shop: Shop, more: object): Promise<unknown> =>
  shop.ok('feed.close', { feed: 'wms', rows: 1, unchanged: 1, changed: 0, outdated: 0, refused: 0, ...more } as never);

describe('a rule that grows with the age of feeds', () => {
  it('[Q20] holds back more at each step, in the millisecond of it, up to its most', async () => {
    const shop = await open({ everyMs: hour, quantity: 10, maxQuantity: 25 });
    const sinceMs = shop.clock.now();
    expect([atp(shop), growth(shop)]).toEqual([195, { sinceMs, steps: 0 }]);
    await shop.pass(hour - 1);
    expect(atp(shop)).toBe(195);
    await shop.pass(1);
    expect([atp(shop), growth(shop)]).toEqual([185, { sinceMs, steps: 1 }]);
    expect(shop.published.at(-1)?.events).toEqual([{ kind: 'buffer.changed', bufferId: 'late', location: 'A', steps: 1 }]);
    for (let step = 0; step < 5; step += 1) await shop.pass(hour);
    expect([atp(shop), growth(shop)]).toEqual([170, { sinceMs, steps: 3 }]);
    // Nothing is left to grow: no timer waits.
    expect([...shop.engine.inspect().timers.all].filter(({ owner }) => owner.kind === 'buffer')).toEqual([]);
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations).toMatchObject([
      { location: 'A', rule: { bufferId: 'late', units: 30, grown: 25 }, heldBack: 30, atp: 70 }, { location: 'B', atp: 100 },
    ]);
  });

  it('[Q21] begins anew when a feed that covered its location closes, as of when its counts are, and who waits is served', async () => {
    const shop = await open({ everyMs: hour, quantity: 50, maxQuantity: 200 });
    const sinceMs = shop.clock.now();
    await shop.ok('location.pause', { locationId: 'B', reason: 'elsewhere' });
    for (let step = 0; step < 3; step += 1) await shop.pass(hour);
    await shop.place('o1', { S1: 30 }, { shortage: 'backorder' });
    expect([atp(shop), shop.order('o1').state]).toEqual([0, 'backordered']);
    await close(shop, { locations: ['B'] });
    await close(shop, {});
    expect(growth(shop)).toEqual({ sinceMs, steps: 3 });
    const asOfMs = shop.clock.now() - hour;
    await close(shop, { locations: ['B', 'A'], asOfMs });
    await shop.settle();
    expect([growth(shop), shop.order('o1').state, atp(shop)]).toEqual([{ sinceMs: asOfMs, steps: 1 }, 'released', 15]);
    // An older feed tells nothing new.
    await close(shop, { locations: ['A'], asOfMs: asOfMs - 1 });
    expect(growth(shop)).toEqual({ sinceMs: asOfMs, steps: 1 });
    const body = { feed: 'wms', rows: 0, unchanged: 0, changed: 0, outdated: 0, refused: 0 };
    expect(await shop.refused('feed.close', { ...body, asOfMs: shop.clock.now() + 1 })).toMatchObject({ code: 'over-limit', field: 'body.asOfMs' });
    expect(await shop.refused('feed.close', { ...body, locations: ['A', 'X'] })).toMatchObject({ code: 'unknown-location', field: 'body.locations[1]' });
  });

  it('[Q20] comes back after a restart where it stood, and takes the steps that passed meanwhile at once', async () => {
    const shop = await open({ everyMs: hour, quantity: 10, maxQuantity: 90 });
    const sinceMs = shop.clock.now();
    await shop.pass(hour);
    const again = await shop.restart();
    expect([growth(again), atp(again)]).toEqual([{ sinceMs, steps: 1 }, 185]);
    const later = await again.restart();
    later.clock.advance(3 * hour);
    await later.settle();
    expect([growth(later), atp(later)]).toEqual([{ sinceMs, steps: 4 }, 155]);
    // Put again, it goes on from where it began.
    await put(later, { everyMs: 2 * hour, quantity: 1, maxQuantity: 90 });
    expect([growth(later), atp(later)]).toEqual([{ sinceMs, steps: 2 }, 193]);
    await later.ok('buffer.put', { rule: { id: 'late', location: 'A', quantity: 5 } });
    expect([growth(later), atp(later)]).toEqual([undefined, 195]);
  });

  it('[Q20] names a location, and says by what it grows', async () => {
    const shop = await open({ everyMs: hour, quantity: 1, maxQuantity: 1 });
    const grows = { everyMs: hour, quantity: 1, maxQuantity: 1 };
    expect(await shop.refused('buffer.put', { rule: { id: 'x', quantity: 1, grows } })).toMatchObject({ code: 'malformed', field: 'body.rule.location' });
    expect(await shop.refused('buffer.put', { rule: { id: 'x', location: 'A', quantity: 1, grows: { everyMs: hour, maxQuantity: 1 } } }))
      .toMatchObject({ code: 'malformed', field: 'body.rule.grows' });
  });
});

describe('a rule that grows with the pace of orders', () => {
  it('[Q22] holds back the share of what orders would take in the steps so far, of each stock its own', async () => {
    const shop = await open({ everyMs: day, pacePercent: 100, maxQuantity: 80 }, { quantity: 0 });
    await shop.place('o1', { S1: 12, S2: 30 });
    expect([atp(shop), atp(shop, 'S2')]).toEqual([188, 70]);
    // A day on: half of the units are left, two thirds of that are a day's worth.
    await shop.pass(day);
    expect([atp(shop), atp(shop, 'S2')]).toEqual([188 - 4, 70 - 10]);
    // Another: a quarter, and two days.
    await shop.pass(day);
    expect([atp(shop), atp(shop, 'S2')]).toEqual([188 - 4, 70 - 10]);
    await shop.place('o2', { S1: 30 });
    // 33 units of late, of which two days are 44: they are held back from the 58 that are left at A.
    expect(atp(shop)).toBe(158 - 44);
    expect(shop.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations[0]).toMatchObject({ rule: { grown: 44 }, onHand: 100, allocated: 42, atp: 14 });
    await shop.settle();
    expect(atp(await shop.restart())).toBe(114);
  });

  it('[Q22] counts what carts hold once they are ordered, and nothing where no rule asks for it', async () => {
    const shop = await open({ everyMs: day, pacePercent: 1_000, maxQuantity: 80 }, { quantity: 0, sku: 'S2' });
    await shop.reserve('v1', { S2: 4, S1: 4 });
    await shop.reserve('v2', { S2: 2 });
    const paceOf = (name: string): unknown => shop.engine.inspect().core.world.findStock(name as never, 'A' as never)?.pace?.snapshot?.context;
    expect([paceOf('S1'), paceOf('S2')]).toEqual([undefined, undefined]);
    await shop.place('o1', { S2: 3, S1: 4 }, { reservationId: 'v1' });
    expect([paceOf('S1'), paceOf('S2')]).toEqual([undefined, { units: 3, atMs: shop.clock.now() }]);
    await shop.ok('buffer.remove', { bufferId: 'late' });
    await shop.place('o2', { S2: 2 }, { reservationId: 'v2' });
    expect(paceOf('S2')).toMatchObject({ units: 3 });
  });
});
