/** Holds: what they keep, how they end, what is told of them. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { Shop } from './shop.ts';

async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9, 'B/S2': 9 });
  return shop;
}

const hold = (holdId: string, more: object = {}): never => ({ orderId: 'o1', holdId, reason: `${holdId} check`, ...more }) as never;
const lift = (holdId: string): never => ({ orderId: 'o1', holdId }) as never;
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => turn.events as Event[]);

describe('a held order', () => {
  it('[O27] keeps its places and is not released, from its placement on', async () => {
    const shop = await shopWithStock();
    const placed = await shop.place('o1', { S1: 2 }, { holds: [{ holdId: 'fraud', reason: 'score' }] as never });
    expect(placed).toMatchObject({ state: 'allocated', fulfillments: [{ location: 'A', state: 'open' }] });
    expect(shop.order('o1').holds).toEqual([{ holdId: 'fraud', reason: 'score', by: 'test', sinceMs: shop.clock.now() }]);
    expect(shop.stock('A/S1')).toBe('9 0 2 0');
    expect(await shop.refused('order.release', { orderId: 'o1' })).toMatchObject({ code: 'on-hold', retryable: true });
    await shop.pass(3_600_000);
    expect(shop.order('o1').state).toBe('allocated');
  });

  it('[O27] is not picked any more where it was released; what is picked already goes on', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1, S2: 1 });
    await shop.part('fulfillment.pick', 'o1', '1');
    await shop.ok('order.hold', hold('fraud'));
    expect(await shop.refused('fulfillment.pick', { orderId: 'o1', fulfillmentId: '2' })).toMatchObject({ code: 'on-hold' });
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'gone' });
    // What was found elsewhere for it is held as well.
    await shop.receive({ 'C/S1': 1 });
    const part = shop.order('o1').fulfillments.at(-1);
    expect(part).toMatchObject({ state: 'released' });
    expect(await shop.refused('fulfillment.pick', { orderId: 'o1', fulfillmentId: part?.fulfillmentId ?? '' })).toMatchObject({ code: 'on-hold' });
    await shop.ok('order.unhold', lift('fraud'));
    expect(await shop.part('fulfillment.pick', 'o1', '2')).toMatchObject({ state: 'picking' });
  });

  it('[O28] goes on with its last hold: at once, or when its delay ends', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1 }, { holds: [{ holdId: 'a', reason: 'r' }, { holdId: 'b', reason: 'r' }] as never });
    await shop.ok('order.unhold', lift('a'));
    expect(shop.order('o1').state).toBe('allocated');
    await shop.ok('order.unhold', lift('b'));
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', holds: undefined });
    await shop.place('o2', { S1: 1 }, { releaseAfterMs: 60_000, holds: [{ holdId: 'a', reason: 'r' }] as never });
    expect(shop.order('o2').releaseAtMs).toBeUndefined();
    await shop.ok('order.unhold', { orderId: 'o2', holdId: 'a' } as never);
    await shop.pass(59_000);
    expect(shop.order('o2').state).toBe('allocated');
    await shop.pass(1_000);
    expect(shop.order('o2').state).toBe('released');
  });

  it('[O28] goes on by itself at the millisecond at which its last hold ends, also over a restart', async () => {
    const shop = await shopWithStock();
    const now = shop.clock.now();
    await shop.place('o1', { S1: 1 }, { holds: [{ holdId: 'a', reason: 'r', untilMs: now + 5_000 }, { holdId: 'b', reason: 'r', untilMs: now + 60_000 }] as never });
    await shop.pass(5_000);
    expect(shop.order('o1').holds).toMatchObject([{ holdId: 'b' }]);
    const again = await shop.restart();
    expect(again.order('o1').holds).toEqual(shop.order('o1').holds);
    await again.pass(54_999);
    expect(again.order('o1').state).toBe('allocated');
    await again.pass(1);
    expect(again.order('o1')).toMatchObject({ state: 'released', changedAtMs: now + 60_000 });
    expect(again.ask('engine.status', {}).timers).toBe(0);
  });

  it('[O28] goes on when its last hold ends in the very millisecond in which its delay does', async () => {
    const shop = await shopWithStock();
    const now = shop.clock.now();
    const holds = [{ holdId: 'a', reason: 'r', untilMs: now + 500 }, { holdId: 'b', reason: 'r', untilMs: now + 60_000 }];
    await shop.place('o1', { S1: 1 }, { releaseAfterMs: 60_000, holds: holds as never });
    await shop.pass(59_999);
    expect(shop.order('o1').state).toBe('allocated');
    await shop.pass(1);
    expect(shop.order('o1').state).toBe('released');
    expect(shop.ask('engine.status', {}).timers).toBe(0);
  });

  it('[O28] loses its holds with the last unit they could keep', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1 });
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('order.hold', hold('late'));
    expect(await shop.part('fulfillment.ship', 'o1')).toMatchObject({ state: 'shipped' });
    expect(shop.order('o1').holds).toBeUndefined();
    expect(await shop.refused('order.hold', hold('later'))).toMatchObject({ code: 'wrong-state' });
    await shop.place('o2', { S1: 1 }, { holds: [{ holdId: 'a', reason: 'r' }] as never });
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'r' });
    expect(shop.order('o2')).toMatchObject({ state: 'cancelled', holds: undefined });
    expect(shop.ask('order.counts', {}).held).toBe(0);
  });

  it('[O29] has at most sixteen, each under its id, within a year', async () => {
    const shop = await shopWithStock();
    const now = shop.clock.now();
    await shop.place('o1', { S1: 1 }, { releaseAfterMs: 1_000 });
    for (let at = 0; at < 16; at += 1) await shop.ok('order.hold', hold(`h${at}`));
    expect(await shop.refused('order.hold', hold('h16'))).toMatchObject({ code: 'over-limit', field: 'body.holdId' });
    await shop.ok('order.hold', hold('h3', { untilMs: now + 9_000, note: 'again' }));
    expect(shop.order('o1').holds?.[3]).toMatchObject({ holdId: 'h3', untilMs: now + 9_000, note: 'again' });
    for (const untilMs of [now, now + 366 * 24 * 3_600_000]) {
      expect(await shop.refused('order.hold', hold('h3', { untilMs }))).toMatchObject({ code: 'over-limit', field: 'body.untilMs' });
    }
    expect(await shop.refused('order.unhold', lift('nobody'))).toMatchObject({ code: 'unknown-hold', field: 'body.holdId' });
    const twice = { orderId: 'o3', channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 1 }] };
    const both = [{ holdId: 'a', reason: 'r' }, { holdId: 'a', reason: 'r' }];
    expect(await shop.refused('order.place', { ...twice, holds: both } as never)).toMatchObject({ code: 'duplicate', field: 'body.holds[1].holdId' });
    const past = [{ holdId: 'a', reason: 'r', untilMs: now }];
    expect(await shop.refused('order.place', { ...twice, holds: past } as never)).toMatchObject({ code: 'over-limit', field: 'body.holds[0].untilMs' });
  });

  it('[O30] is told to whom it concerns, counted and listed', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S2: 1 });
    const from = shop.published.length;
    await shop.ok('order.hold', hold('fraud'));
    await shop.ok('order.hold', hold('address'));
    const part = { kind: 'fulfillment.changed', orderId: 'o1', location: 'A', state: 'released' };
    expect(events(shop, from)).toMatchObject([
      { ...part, held: true }, { kind: 'order.held', hold: { holdId: 'fraud', by: 'test' } }, { kind: 'order.held', hold: { holdId: 'address' } },
    ]);
    expect(shop.ask('order.counts', {}).held).toBe(1);
    expect(shop.ask('engine.status', {}).heldOrders).toBe(1);
    const listed = (body: object): string[] => shop.ask('order.list', body as never).orders.map(({ orderId }) => orderId);
    expect([listed({ held: true }), listed({ held: true, location: 'B' }), listed({ held: true, state: 'released', location: 'A' })]).toEqual([['o1'], [], ['o1']]);
    const before = shop.published.length;
    await shop.ok('order.unhold', lift('fraud'));
    await shop.ok('order.unhold', lift('address'));
    const told = events(shop, before);
    expect(told).toMatchObject([
      { kind: 'order.unheld', holdIds: ['fraud'], ended: false, left: 1 }, part, { kind: 'order.unheld', holdIds: ['address'], left: 0 },
    ]);
    expect(told[1]).not.toHaveProperty('held');
  });
});

describe('the page about the life of an order', () => {
  it('[Y7] says of holds what an engine answers, example by example', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 5 });
    expect(await playSection('Holds', shop, 'docs/LIFECYCLE.md')).toBeGreaterThan(2);
  });
});
