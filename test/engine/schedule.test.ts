/** When orders are to be fulfilled: not before one instant, and by another. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const schedule = (more: object): never => ({ orderId: 'o1', ...more }) as never;
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => [...turn.events]);

async function stocked(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9 });
  return shop;
}

/** A works around the clock in UTC, and packs two parcels a day. */
const limited = (shop: Shop): Promise<unknown> =>
  shop.ok('location.put', { location: { ...location('A', 0), timeZone: 'UTC', capacity: { pack: { perDay: 2 } } } } as never);

describe('a scheduled order', () => {
  it('[O31] has its units at once, and starts at its instant and not before, also over a restart', async () => {
    const shop = await stocked();
    const atMs = shop.clock.now() + 3 * dayMs;
    expect(await shop.place('o1', { S1: 2 }, { fulfillAtMs: atMs, releaseAfterMs: 60_000 })).toMatchObject({ state: 'allocated' });
    expect(shop.stock('A/S1')).toBe('9 0 2 0');
    const again = await shop.restart();
    expect(again.order('o1')).toMatchObject({ fulfillAtMs: atMs, releaseAtMs: atMs });
    await again.pass(3 * dayMs - 1);
    expect(again.order('o1').state).toBe('allocated');
    await again.pass(1);
    expect(again.order('o1')).toMatchObject({ state: 'released', changedAtMs: atMs });
    expect(again.ask('engine.status', {}).timers).toBe(0);
  });

  it('[O31] waits for its release delay where that ends later, for its holds, and for units', async () => {
    const shop = await stocked();
    const now = shop.clock.now();
    await shop.place('o1', { S1: 1 }, { fulfillAtMs: now + 1_000, releaseAfterMs: 60_000 });
    expect(shop.order('o1').releaseAtMs).toBe(now + 60_000);
    await shop.place('o2', { S1: 1 }, { fulfillAtMs: now + 1_000, holds: [{ holdId: 'h', reason: 'r' }] as never });
    await shop.place('o3', { S1: 9 }, { fulfillAtMs: now + 1_000, shortage: 'backorder' });
    await shop.pass(5_000);
    expect(['o1', 'o2', 'o3'].map((id) => shop.order(id).state)).toEqual(['allocated', 'allocated', 'backordered']);
    await shop.ok('order.unhold', { orderId: 'o2', holdId: 'h' } as never);
    await shop.receive({ 'A/S1': 9 });
    await shop.settle();
    expect(['o2', 'o3'].map((id) => shop.order(id).state)).toEqual(['released', 'released']);
  });

  it('[O32] is scheduled anew, or free of it, and keeps its places', async () => {
    const shop = await stocked();
    const now = shop.clock.now();
    await shop.place('o1', { S1: 2 });
    expect(await shop.refused('order.schedule', schedule({ fulfillAtMs: now + dayMs }))).toMatchObject({ code: 'wrong-state' });
    await shop.place('o2', { S1: 1 }, { fulfillAtMs: now + dayMs, fulfillByMs: now + 2 * dayMs });
    const from = shop.published.length;
    await shop.ok('order.schedule', { orderId: 'o2', fulfillAtMs: now + 4 * dayMs } as never);
    expect(events(shop, from).at(-1)).toMatchObject({ kind: 'order.scheduled', orderId: 'o2', fulfillAtMs: now + 4 * dayMs, fulfillByMs: undefined });
    await shop.pass(2 * dayMs);
    expect(shop.order('o2')).toMatchObject({ state: 'allocated', fulfillments: [{ location: 'A', state: 'open' }] });
    await shop.ok('order.schedule', { orderId: 'o2' } as never);
    await shop.settle();
    expect(shop.order('o2')).toMatchObject({ state: 'released', fulfillAtMs: undefined });
  });

  it('[O32] starts before its time when somebody says so, and is then free of it', async () => {
    const shop = await stocked();
    await shop.place('o1', { S1: 2 }, { fulfillAtMs: shop.clock.now() + dayMs });
    const from = shop.published.length;
    expect(await shop.about('order.release', 'o1')).toMatchObject({ state: 'released' });
    expect(events(shop, from).map(({ kind }) => kind)).toEqual(['fulfillment.changed', 'order.scheduled', 'fulfillment.changed', 'order.changed']);
    expect(shop.order('o1').fulfillAtMs).toBeUndefined();
  });

  it('[O33] promises, and is work, from its instant on; scheduled anew its work moves with it', async () => {
    const shop = await stocked();
    await limited(shop);
    const now = shop.clock.now();
    const hours = () => shop.ask('capacity.get', { location: 'A', fromMs: now, days: 7 } as never);
    await shop.place('o1', { S1: 1 }, { fulfillAtMs: now + 3 * dayMs });
    const [part] = shop.order('o1').fulfillments;
    expect(part?.workAtMs).toBeGreaterThan(now + 2 * dayMs);
    expect(part?.shipByMs).toBeGreaterThanOrEqual(now + 3 * dayMs);
    await shop.ok('order.schedule', schedule({ fulfillAtMs: now + 5 * dayMs }));
    const moved = shop.order('o1').fulfillments[0];
    expect(moved?.workAtMs).toBe((part?.workAtMs ?? 0) + 2 * dayMs);
    expect(moved?.shipByMs).toBe((part?.shipByMs ?? 0) + 2 * dayMs);
    // That day has room for one more, and the day it was first for has room for two.
    await shop.place('o2', { S1: 1 }, { fulfillAtMs: now + 5 * dayMs });
    expect((await shop.send('order.place', { ...base('o3'), fulfillAtMs: now + 5 * dayMs } as never)).ok).toMatchObject({ fulfillments: [] });
    expect((await shop.send('order.place', { ...base('o4'), fulfillAtMs: now + 3 * dayMs } as never)).ok).toMatchObject({ fulfillments: [{ location: 'A' }] });
    expect(hours()).toBeDefined();
    await shop.about('order.release', 'o1');
    expect(shop.order('o1').fulfillments[0]?.workAtMs).toBeLessThanOrEqual(now);
    const explained = shop.ask('decision.explain', { orderId: 'o1', attempt: 1 } as never);
    expect(explained?.recomputed).toMatchObject({ reproduced: true });
  });

  it('[O34] is picked by its deadline where that is before its cut-off', async () => {
    const shop = await stocked();
    const now = shop.clock.now();
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 }, { fulfillByMs: now + hourMs });
    await shop.place('o3', { S1: 1 }, { fulfillByMs: now + 2 * hourMs });
    await shop.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 1, wave: 1 } as never);
    await shop.ok('terminal.lose', { terminalId: 't1' } as never);
    await shop.pass(20_000);
    const queue = () => shop.ask('task.queue', { location: 'A' } as never).tasks.map(({ orderId }) => orderId);
    expect(queue()).toEqual(['o2', 'o3', 'o1']);
    await shop.ok('order.schedule', schedule({ fulfillByMs: now + hourMs / 2 }));
    expect(queue()).toEqual(['o1', 'o2', 'o3']);
    await shop.ok('terminal.beat', { terminalId: 't1' } as never);
    await shop.settle();
    expect(shop.ask('task.get', { orderId: 'o1', fulfillmentId: '1' } as never)).toMatchObject({ state: 'leased', shipByMs: now + hourMs / 2 });
  });

  it('[O35] is refused where it is too far ahead, or must leave before it may start', async () => {
    const shop = await stocked();
    const now = shop.clock.now();
    const no = async (more: object) => shop.refused('order.place', { ...base('o9'), ...more } as never);
    expect(await no({ fulfillAtMs: now + 366 * dayMs })).toMatchObject({ code: 'over-limit', field: 'body.fulfillAtMs' });
    expect(await no({ fulfillByMs: now + 800 * dayMs })).toMatchObject({ code: 'over-limit', field: 'body.fulfillByMs' });
    expect(await no({ fulfillAtMs: now + dayMs, fulfillByMs: now + dayMs })).toMatchObject({ code: 'contradiction', field: 'body.fulfillByMs' });
    expect(await shop.refused('order.schedule', schedule({}))).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await shop.place('o1', { S1: 1 }, { fulfillAtMs: now - 1 })).toMatchObject({ state: 'released' });
    await shop.part('fulfillment.pick', 'o1');
    await shop.part('fulfillment.ship', 'o1');
    expect(await shop.refused('order.schedule', schedule({ fulfillByMs: now + 1 }))).toMatchObject({ code: 'wrong-state' });
  });

  it('[O31] is played as the page says', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 9 });
    expect(await playSection('Scheduled orders and deadlines', shop, 'docs/LIFECYCLE.md')).toBe(2);
  });
});

const base = (orderId: string): object => ({ orderId, channel: 'web', destination: { country: 'GB', latitude: 51.5, longitude: -0.12 }, lines: [{ sku: 'S1', quantity: 1 }], shortage: 'backorder' });
