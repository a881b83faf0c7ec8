/** Holds of one part of an order, beside those of the order. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

const ref = { orderId: 'o1', fulfillmentId: '1' };
const hold = (holdId: string, more: object = {}): never => ({ ...ref, holdId, reason: `${holdId} check`, ...more }) as never;
const lift = (holdId: string): never => ({ ...ref, holdId }) as never;
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => [...turn.events]);
const kinds = (all: readonly Event[]): string[] => all.map(({ kind }) => kind);

/** Order o1: one S1 from A, one S2 from B. */
async function split(more: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9, 'B/S2': 9 });
  await shop.place('o1', { S1: 1, S2: 1 }, more);
  return shop;
}

describe('a held part', () => {
  it('[FO9] is not picked, and the other part is', async () => {
    const shop = await split();
    await shop.ok('fulfillment.hold', hold('label'));
    await shop.ok('fulfillment.hold', hold('count', { note: 'count the bin' }));
    expect(await shop.refused('fulfillment.pick', ref as never)).toMatchObject({ code: 'on-hold', detail: 'fulfillment 1 is held by label (label check) and 1 more' });
    const picked = await shop.part('fulfillment.pick', 'o1', '2');
    expect(picked).toMatchObject({ fulfillments: [{ state: 'released', holds: [{ holdId: 'label', by: 'test' }, { holdId: 'count', note: 'count the bin' }] }, { state: 'picking' }] });
    await shop.ok('fulfillment.unhold', lift('label'));
    expect(await shop.refused('fulfillment.pick', ref as never)).toMatchObject({ code: 'on-hold' });
    await shop.ok('fulfillment.unhold', lift('count'));
    expect(await shop.part('fulfillment.pick', 'o1', '1')).toMatchObject({ state: 'picking' });
  });

  it('[FO9] is released with its order and waits there for its hold', async () => {
    const shop = await split({ releaseAfterMs: 5_000 });
    await shop.ok('fulfillment.hold', hold('label'));
    await shop.pass(5_000);
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ state: 'released' }, { state: 'released' }] });
    expect(await shop.refused('fulfillment.pick', ref as never)).toMatchObject({ code: 'on-hold' });
  });

  it('[FO10] tells every hold, and its location only when the first comes and the last goes', async () => {
    const shop = await split();
    const from = shop.published.length;
    await shop.ok('fulfillment.hold', hold('a'));
    await shop.ok('fulfillment.hold', hold('b'));
    await shop.ok('fulfillment.unhold', lift('a'));
    await shop.ok('fulfillment.unhold', lift('b'));
    const told = events(shop, from);
    expect(kinds(told)).toEqual(['fulfillment.changed', 'fulfillment.held', 'fulfillment.held', 'fulfillment.unheld', 'fulfillment.changed', 'fulfillment.unheld']);
    expect(told[0]).toMatchObject({ location: 'A', state: 'released', held: true });
    expect(told[4]).not.toHaveProperty('held');
    expect(told[5]).toMatchObject({ fulfillmentId: '1', location: 'A', holdIds: ['b'], ended: false, left: 0 });
    // Under a hold of the order nothing changes for the location.
    await shop.ok('order.hold', { orderId: 'o1', holdId: 'fraud', reason: 'r' } as never);
    const next = shop.published.length;
    await shop.ok('fulfillment.hold', hold('a'));
    expect(kinds(events(shop, next))).toEqual(['fulfillment.held']);
    await shop.ok('order.unhold', { orderId: 'o1', holdId: 'fraud' } as never);
    expect(events(shop, next).filter(({ kind }) => kind === 'fulfillment.changed')).toMatchObject([{ fulfillmentId: '2' }]);
  });

  it('[FO11] is free at the millisecond at which its last hold ends, also over a restart', async () => {
    const shop = await split();
    const now = shop.clock.now();
    await shop.ok('fulfillment.hold', hold('a', { untilMs: now + 5_000 }));
    await shop.ok('fulfillment.hold', hold('b', { untilMs: now + 60_000 }));
    const again = await shop.restart();
    expect(again.order('o1')).toEqual(shop.order('o1'));
    await again.pass(5_000);
    expect(again.order('o1').fulfillments[0]?.holds).toMatchObject([{ holdId: 'b' }]);
    await again.pass(54_999);
    expect(again.order('o1').fulfillments[0]?.holds).toBeDefined();
    await again.pass(1);
    expect(again.order('o1').fulfillments[0]?.holds).toBeUndefined();
    expect(events(again, 0).at(-1)).toMatchObject({ kind: 'fulfillment.unheld', ended: true, holdIds: ['b'] });
    expect(again.ask('engine.status', {}).timers).toBe(0);
  });

  it('[FO11] ends with its part; units that are sent from elsewhere are free of it', async () => {
    const shop = await split();
    await shop.receive({ 'C/S1': 9 });
    await shop.ok('fulfillment.hold', hold('a'));
    await shop.ok('order.move', { ...ref, to: 'C', reason: 'r' } as never);
    const [was, , now] = shop.order('o1').fulfillments;
    expect([was, now]).toMatchObject([{ state: 'cancelled', holds: undefined }, { location: 'C', state: 'released' }]);
    expect(now?.holds).toBeUndefined();
    await shop.part('fulfillment.pick', 'o1', '2');
    await shop.ok('fulfillment.hold', hold('late', { fulfillmentId: '2' }));
    await shop.part('fulfillment.ship', 'o1', '2');
    expect(shop.order('o1').fulfillments[1]).toMatchObject({ state: 'shipped', holds: undefined });
    expect(await shop.refused('fulfillment.hold', hold('b', { fulfillmentId: '2' }))).toMatchObject({ code: 'wrong-state' });
  });

  it('[FO11] stops the time its location has to begin, and takes its task back', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { ...location('A', 0), startWithinMs: 600_000 } } as never);
    await shop.receive({ 'A/S1': 9 });
    await shop.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 2 } as never);
    await shop.place('o1', { S1: 1 });
    await shop.settle();
    expect(shop.ask('task.get', ref as never)).toMatchObject({ state: 'leased' });
    await shop.ok('fulfillment.hold', hold('a', { untilMs: shop.clock.now() + 60_000 }));
    expect(shop.ask('task.get', ref as never)).toMatchObject({ state: 'waiting', reason: 'it is held' });
    expect(shop.order('o1').fulfillments[0]?.startByMs).toBeUndefined();
    await shop.ok('terminal.beat', { terminalId: 't1' } as never);
    await shop.pass(60_000);
    expect(shop.order('o1').fulfillments[0]?.startByMs).toBe(shop.clock.now() + 600_000);
  });

  it('[FO12] has at most sixteen, within a year; one that is not there is not lifted', async () => {
    const shop = await split();
    const now = shop.clock.now();
    for (let at = 0; at < 16; at += 1) await shop.ok('fulfillment.hold', hold(`h${at}`));
    expect(await shop.refused('fulfillment.hold', hold('h16'))).toMatchObject({ code: 'over-limit', field: 'body.holdId' });
    await shop.ok('fulfillment.hold', hold('h3', { note: 'again' }));
    expect(await shop.refused('fulfillment.hold', hold('h3', { untilMs: now }))).toMatchObject({ code: 'over-limit', field: 'body.untilMs' });
    expect(await shop.refused('fulfillment.unhold', lift('nobody'))).toMatchObject({ code: 'unknown-hold', field: 'body.holdId' });
    expect(await shop.refused('fulfillment.hold', hold('x', { fulfillmentId: '9' }))).toMatchObject({ code: 'unknown-fulfillment' });
    expect(await shop.refused('fulfillment.hold', hold('x', { orderId: 'nobody' }))).toMatchObject({ code: 'unknown-order' });
  });

  it('[FO9] is played as the page says', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 9 });
    await shop.place('P-1', { MUG: 2 });
    expect(await playSection('Holds of one part', shop, 'docs/LIFECYCLE.md')).toBe(2);
  });
});
