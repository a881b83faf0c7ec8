/** Units that their location does not send: declined, or not begun in time. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { location, Shop, type ShopOptions } from './shop.ts';

const minuteMs = 60_000;
const reject = (more: object = {}): never => ({ orderId: 'o1', fulfillmentId: '1', reason: 'no hands', ...more }) as never;
const parts = (shop: Shop, id = 'o1'): string[] => shop.order(id).fulfillments.map(({ location: at, state }) => `${at} ${state}`);
const events = (shop: Shop): Event[] => shop.published.flatMap((turn) => [...turn.events]);

async function stocked(units: Readonly<Record<string, number>>, options: ShopOptions = {}): Promise<Shop> {
  const shop = await Shop.open(options);
  await shop.receive(units);
  return shop;
}

/** A must begin within ten minutes. */
const limit = (shop: Shop, more: object = {}): Promise<unknown> =>
  shop.ok('location.put', { location: { ...location('A', 0), startWithinMs: 10 * minuteMs, ...more } } as never);

describe('a location that declines', () => {
  it('[Z70] gives all of the part back, and it is sourced elsewhere in the same command, with who, why and the cause', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await shop.place('o1', { S1: 2 });
    const before = events(shop).length;
    const outcome = await shop.send('fulfillment.reject', reject(), 'r1', 'store-a');
    expect(outcome.ok).toMatchObject({ state: 'released', fulfillments: [{ location: 'A', state: 'cancelled' }, { location: 'B', state: 'released' }] });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '5 0 2 0']);
    const told = events(shop).slice(before);
    expect(told.map(({ kind }) => kind)).toEqual(['fulfillment.changed', 'order.sourced', 'order.changed']);
    expect(told[1]).toMatchObject({ attempt: 2, cause: { kind: 'rejected', from: ['1'], by: 'store-a', reason: 'no hands' }, removed: [{ location: 'A', reason: 'declined' }] });
    const explained = shop.ask('decision.explain', { orderId: 'o1', attempt: 2 });
    expect(explained?.text.join('\n')).toContain('Sourced again because part 1 was declined by its location, said store-a: no hands');
    expect(explained?.recomputed).toMatchObject({ reproduced: true });
  });

  it('[Z70] of some lines keeps the others', async () => {
    const shop = await stocked({ 'A/S1': 5, 'A/S2': 5, 'B/S1': 5 });
    await shop.place('o1', { S1: 2, S2: 1 });
    await shop.ok('fulfillment.reject', reject({ lines: [{ lineId: '1', quantity: 1 }] }));
    expect(shop.order('o1').fulfillments).toMatchObject([
      { location: 'A', state: 'released', lines: [{ lineId: '1', quantity: 1 }, { lineId: '2', quantity: 1 }] },
      { location: 'B', state: 'released', lines: [{ lineId: '1', quantity: 1 }] },
    ]);
  });

  it('[Z70] what nobody else has is the exception `rejected`, until stock comes elsewhere', async () => {
    const shop = await stocked({ 'A/S1': 5 });
    await shop.place('o1', { S1: 2 });
    await shop.ok('fulfillment.reject', reject());
    expect(shop.order('o1')).toMatchObject({ state: 'exception', exception: { code: 'rejected', owner: 'stock' } });
    await shop.receive({ 'A/S1': 1 });
    await shop.settle();
    expect(shop.order('o1').state).toBe('exception');
    await shop.receive({ 'C/S1': 2 });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', exception: undefined });
    expect(parts(shop)).toEqual(['A cancelled', 'C released']);
  });

  it('[Z70] refuses what is not there to be declined', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await shop.place('o1', { S1: 2 }, { releaseAfterMs: minuteMs });
    expect(await shop.refused('fulfillment.reject', reject())).toMatchObject({ code: 'wrong-state' });
    await shop.ok('order.release', { orderId: 'o1' });
    const cases: [object, string, string | undefined][] = [
      [{ orderId: 'nobody' }, 'unknown-order', 'body.orderId'],
      [{ fulfillmentId: '7' }, 'unknown-fulfillment', 'body.fulfillmentId'],
      [{ lines: [{ lineId: '9', quantity: 1 }] }, 'unknown-line', 'body.lines[0].lineId'],
      [{ lines: [{ lineId: '1', quantity: 3 }] }, 'not-enough', 'body.lines[0].quantity'],
    ];
    for (const [more, code, field] of cases) expect(await shop.refused('fulfillment.reject', reject(more))).toMatchObject({ code, field });
    await shop.part('fulfillment.pick', 'o1');
    expect(await shop.refused('fulfillment.reject', reject())).toMatchObject({ code: 'wrong-state' });
    expect(parts(shop)).toEqual(['A picking']);
  });

  it('[Z71] is asked no more for a day, or for as long as it says; in that millisecond who waits is looked at, after a restart too', async () => {
    const shop = await stocked({ 'A/S1': 5 });
    await shop.place('o1', { S1: 2 });
    await shop.place('o2', { S1: 1 });
    const saidAtMs = shop.clock.now();
    await shop.ok('fulfillment.reject', reject());
    await shop.ok('fulfillment.reject', reject({ orderId: 'o2', forMs: 5 * minuteMs }));
    expect(shop.order('o1').declined).toEqual([{ location: 'A', untilMs: saidAtMs + 24 * 60 * minuteMs }]);
    await shop.pass(5 * minuteMs - 1);
    expect(shop.order('o2').state).toBe('exception');
    await shop.pass(1);
    expect(parts(shop, 'o2')).toEqual(['A cancelled', 'A released']);
    const again = await shop.restart();
    await again.pass(saidAtMs + 24 * 60 * minuteMs - 1 - again.clock.now());
    expect(again.order('o1').state).toBe('exception');
    await again.pass(1);
    expect(parts(again)).toEqual(['A cancelled', 'A released']);
  });

  it('[Z71] is a candidate for other orders, and under a routing plan is none for this one', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    const document = { format: 'baton.plan/1', id: 'p', name: 'Plan' };
    await shop.ok('plan.put', { plan: document, reason: 'test' } as never);
    await shop.ok('plan.validate', { planId: 'p', version: 1 });
    await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'test' });
    await shop.place('o1', { S1: 2 });
    await shop.ok('fulfillment.reject', reject());
    await shop.place('o2', { S1: 2 });
    expect([parts(shop), parts(shop, 'o2')]).toEqual([['A cancelled', 'B released'], ['A released']]);
    expect(events(shop).findLast((event) => event.kind === 'order.sourced' && event.orderId === 'o1')).toMatchObject({ removed: [{ location: 'A', reason: 'declined' }], ruled: { planId: 'p' } });
  });
});

describe('a part that is not begun', () => {
  it('[Z72] goes elsewhere at its millisecond, and not before; its location was told until when', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await limit(shop);
    await shop.place('o1', { S1: 2 });
    const startByMs = shop.clock.now() + 10 * minuteMs;
    expect(shop.order('o1').fulfillments).toMatchObject([{ location: 'A', startByMs }]);
    expect(events(shop).at(-1)).toMatchObject({ kind: 'fulfillment.changed', location: 'A', state: 'released', startByMs });
    await shop.pass(10 * minuteMs - 1);
    expect(parts(shop)).toEqual(['A released']);
    await shop.pass(1);
    expect(parts(shop)).toEqual(['A cancelled', 'B released']);
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '5 0 2 0']);
    expect(events(shop).findLast(({ kind }) => kind === 'order.sourced')).toMatchObject({ attempt: 2, cause: { kind: 'not-started', from: ['1'] } });
    const explained = shop.ask('decision.explain', { orderId: 'o1', attempt: 2 });
    expect(explained?.text.join('\n')).toContain('Sourced again because part 1 was not begun in time');
    expect(explained?.recomputed).toMatchObject({ reproduced: true });
    await shop.pass(60 * minuteMs);
    expect(parts(shop)).toEqual(['A cancelled', 'B released']);
  });

  it('[Z72] stays when it is begun in time, and has no time where the location has no limit', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await shop.place('o0', { S1: 1 });
    await limit(shop);
    await shop.place('o1', { S1: 2 });
    await shop.pass(5 * minuteMs);
    await shop.part('fulfillment.pick', 'o1');
    await shop.pass(60 * minuteMs);
    expect([parts(shop, 'o0'), parts(shop)]).toEqual([['A released'], ['A picking']]);
  });

  it('[Z72] also when the process was down then', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await limit(shop);
    await shop.place('o1', { S1: 2 });
    const startByMs = shop.clock.now() + 10 * minuteMs;
    const again = await shop.restart();
    expect(again.order('o1').fulfillments).toMatchObject([{ startByMs }]);
    await again.pass(10 * minuteMs);
    expect(parts(again)).toEqual(['A cancelled', 'B released']);
  });

  it('[Z72] does not run out while the order is held, and has all of its time after that', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    await limit(shop);
    await shop.place('o1', { S1: 2 });
    await shop.pass(9 * minuteMs);
    await shop.ok('order.hold', { orderId: 'o1', holdId: 'h', reason: 'r' } as never);
    expect(shop.order('o1').fulfillments[0]?.startByMs).toBeUndefined();
    await shop.pass(60 * minuteMs);
    expect(parts(shop)).toEqual(['A released']);
    await shop.ok('order.unhold', { orderId: 'o1', holdId: 'h' } as never);
    await shop.pass(10 * minuteMs - 1);
    expect(parts(shop)).toEqual(['A released']);
    await shop.pass(1);
    expect(parts(shop)).toEqual(['A cancelled', 'B released']);
  });

  it('[Z72] counts the hours in which the location works', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 5 });
    const nowMs = shop.clock.now();
    const span = (from: string, to: string) => [{ from, to }];
    const hours = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((name) => [name, span('09:00', '09:06')]));
    await limit(shop, { timeZone: 'Etc/UTC', hours });
    await shop.place('o1', { S1: 2 });
    const dayStartMs = Math.floor(nowMs / 86_400_000) * 86_400_000;
    const opensMs = [0, 1].map((days) => dayStartMs + days * 86_400_000 + 9 * 60 * minuteMs).find((atMs) => atMs >= nowMs) ?? 0;
    // Six minutes on the first day it works, four on the next.
    expect(shop.order('o1').fulfillments[0]?.startByMs).toBe(opensMs + 86_400_000 + 4 * minuteMs);
  });

  it('[Z73] stays where nobody else has all of it, in an exception its location owns, until it is begun', async () => {
    const shop = await stocked({ 'A/S1': 5, 'B/S1': 1 });
    await limit(shop);
    await shop.place('o1', { S1: 2 });
    const startByMs = shop.clock.now() + 10 * minuteMs;
    await shop.pass(10 * minuteMs);
    expect(shop.order('o1')).toMatchObject({
      state: 'exception', exception: { code: 'not-started', owner: 'location', sinceMs: startByMs },
      fulfillments: [{ location: 'A', state: 'released', overdue: true, lines: [{ quantity: 2 }] }],
    });
    expect(events(shop).filter(({ kind }) => kind === 'exception.raised')).toHaveLength(1);
    const again = await shop.restart();
    expect(again.order('o1')).toEqual(shop.order('o1'));
    await again.part('fulfillment.pick', 'o1');
    expect(again.order('o1')).toMatchObject({ state: 'picking', exception: undefined });
    expect(events(again).map(({ kind }) => kind)).toEqual(['fulfillment.changed', 'exception.cleared', 'order.changed', 'case.changed']);
  });

  it('[Z73] is over when it is moved, declined, held or cancelled', async () => {
    const shop = await stocked({ 'A/S1': 8 });
    await limit(shop);
    for (const id of ['o1', 'o2', 'o3', 'o4']) await shop.place(id, { S1: 2 });
    await shop.pass(10 * minuteMs);
    expect(shop.ask('order.counts', {}).byState).toEqual({ exception: 4 });
    await shop.ok('order.cancel', { orderId: 'o3', reason: 'r' });
    expect(shop.order('o3')).toMatchObject({ state: 'cancelled', exception: undefined });
    await shop.ok('order.hold', { orderId: 'o4', holdId: 'h', reason: 'r' } as never);
    expect(shop.order('o4')).toMatchObject({ state: 'released', exception: undefined });
    await shop.receive({ 'B/S1': 2 });
    await shop.ok('order.move', { orderId: 'o1', fulfillmentId: '1', to: 'B', reason: 'r' });
    expect(shop.order('o1')).toMatchObject({ state: 'released', exception: undefined });
    await shop.ok('fulfillment.reject', reject({ orderId: 'o2' }));
    expect(shop.order('o2')).toMatchObject({ state: 'exception', exception: { code: 'rejected', owner: 'stock' } });
  });
});
