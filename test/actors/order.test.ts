/** The life of an order, stage by stage: what each message does to its lines, its parts and its news. */
import { describe, expect, it } from 'vitest';
import type { CommandBody } from '../../actors/commands.ts';
import { carrierId, fulfillmentId } from '../../actors/ids.ts';
import { cancelledUnits, orderInput, releaseAtMs, shortRefusal } from '../../actors/order-checks.ts';
import { reject } from '../../actors/rejection.ts';
import { orderMachine } from '../../actors/order.ts';
import { orderSteps } from '../../engine/cells.ts';
import { step } from '../../engine/step.ts';
import {
  at, cancel, deliver, lost, newOrder, nothing, parts, pick, places, planOf, ship, source, tell, units, type Order,
} from './lives.ts';

const kinds = (events: readonly { readonly kind: string }[]): string[] => events.map(({ kind }) => kind);
/** Two lines, sourced from two locations, released. */
const split = (): Order => source(newOrder([2, 3]), { A: { 1: 2, 2: 1 }, B: { 2: 2 } }).order;

describe('placing', () => {
  it('[O1] gives every unit a place and starts at once when nothing is to wait for', () => {
    const { order, events, effects } = source(newOrder([2, 3]), { A: { 1: 2, 2: 3 } });
    expect(order.value).toBe('released');
    expect(places(order)).toEqual(['2/0/0/0', '3/0/0/0']);
    expect(parts(order)).toEqual(['A released 1:2 2:3']);
    expect(kinds(events)).toEqual(['order.sourced', 'order.placed']);
    expect(effects.map(({ kind }) => kind)).toEqual(['source', 'publish', 'allocate', 'publish']);
    expect(order.context).toMatchObject({ attempt: 1, releasedAtMs: at });
  });

  it('[O4] refuses the whole order when units are missing and the channel did not ask for a backorder', () => {
    const { order, effects } = source(newOrder([2, 3]), { A: { 1: 2 } });
    expect(order.value).toBe('sourcing');
    expect(effects.at(-1)).toEqual({
      kind: 'refuse',
      rejection: reject('out-of-stock', '3 units are not available from 3 locations', 'body.lines'),
    });
  });

  it('[O5] takes what there is and lets the rest wait when a backorder is asked for', () => {
    const { order, events } = source(newOrder([2, 3], { shortage: 'backorder' }), { A: { 1: 2, 2: 1 } });
    expect(order.value).toBe('backordered');
    expect(places(order)).toEqual(['2/0/0/0', '1/2/0/0']);
    expect(parts(order)).toEqual(['A open 1:2 2:1']);
    expect(events.at(-1)).toMatchObject({ kind: 'order.placed', state: 'backordered' });
    expect(events[0]).toMatchObject({ choices: [{ state: 'open', units: 3 }], short: 2, attempt: 1 });
  });

  it('[O5] waits as a whole when nothing is there', () => {
    const { order, events } = source(newOrder([1], { shortage: 'backorder' }), {});
    expect(order.value).toBe('backordered');
    expect(kinds(events)).toEqual(['order.sourced', 'order.placed']);
  });

  it('[O5] starts when the last waiting unit has its place', () => {
    const waiting = source(newOrder([2], { shortage: 'backorder' }), { A: { 1: 1 } }).order;
    const { order, events } = source(waiting, { B: { 1: 1 } }, at + 9);
    expect(order.value).toBe('released');
    expect(parts(order)).toEqual(['A released 1:1', 'B released 1:1']);
    expect(kinds(events)).toEqual(['order.sourced', 'fulfillment.changed', 'fulfillment.changed', 'order.changed']);
  });

  it('[O4] is undone with the stock’s own words when the plan was made of stale numbers', () => {
    const sourcing = step(orderSteps, newOrder([1]), { type: 'order.source', atMs: at }, []) as Order;
    const allocating = step(orderSteps, sourcing, { type: 'order.sourced', plan: planOf(sourcing, { A: { 1: 1 } }), atMs: at }, []);
    const rejection = reject('out-of-stock', 'S1 at A has 0 to promise');
    const effects: unknown[] = [];
    step(orderSteps, allocating as Order, { type: 'order.unallocated', rejection, atMs: at }, effects as never[]);
    expect(effects).toEqual([{ kind: 'refuse', rejection }]);
  });

  it('[O18] numbers lines without an id by place, and refuses an id twice', () => {
    const body = (lines: unknown) => ({ orderId: 'o', channel: 'c', destination: { country: 'GB' }, lines }) as CommandBody<'order.place'>;
    const input = orderInput(body([{ sku: 'a', quantity: 1 }, { sku: 'a', quantity: 2, lineId: 'x' }]), 'test', at);
    expect(input).toMatchObject({ lines: [{ lineId: '1' }, { lineId: 'x' }], shortage: 'refuse', releaseAfterMs: 0 });
    const twice = orderInput(body([{ sku: 'a', quantity: 1 }, { sku: 'b', quantity: 2, lineId: '1' }]), 'test', at);
    expect(twice).toMatchObject({ code: 'duplicate', field: 'body.lines[1].lineId' });
  });
});

describe('release', () => {
  const delayed = (): Order => source(newOrder([1], { releaseAfterMs: 5_000 }), { A: { 1: 1 } }).order;

  it('[O6] waits for the delay, in parts that are open', () => {
    const order = delayed();
    expect(order.value).toBe('allocated');
    expect(parts(order)).toEqual(['A open 1:1']);
    expect(releaseAtMs(order.value, order.context)).toBe(at + 5_000);
  });

  it('[O6] tells every part to start, once', () => {
    const { order, events } = tell(delayed(), { type: 'order.release', atMs: at + 1 });
    expect(parts(order)).toEqual(['A released 1:1']);
    expect(kinds(events)).toEqual(['fulfillment.changed', 'order.changed']);
    expect(releaseAtMs(order.value, order.context)).toBeUndefined();
    expect(() => tell(order, { type: 'order.release', atMs: at + 2 })).toThrow('released does not take');
  });

  it('[O6] has no time while units wait, and the time that was when they do no more', () => {
    const waiting = source(newOrder([2], { releaseAfterMs: 5_000, shortage: 'backorder' }), { A: { 1: 1 } }).order;
    expect(releaseAtMs(waiting.value, waiting.context)).toBeUndefined();
    const whole = cancel(waiting, { 1: 1 }).order;
    expect(whole.value).toBe('allocated');
    expect(releaseAtMs(whole.value, whole.context)).toBe(at + 5_000);
  });

  it('[O14] lets parts that are made after the release start at once', () => {
    const picking = pick(source(newOrder([2]), { A: { 1: 2 } }).order);
    const message = { type: 'fulfillment.short', fulfillmentId: fulfillmentId('1'), lines: units({ 1: 1 }), reason: 'r', atMs: at } as const;
    const { order } = tell(picking, message, (now) => planOf(now, { B: { 1: 1 } }));
    expect(parts(order)).toEqual(['A picking 1:1', 'B released 1:1']);
  });
});

describe('cancelling', () => {
  it('[O8] takes waiting units first, then those of the newest untouched part', () => {
    const order = source(newOrder([9], { shortage: 'backorder' }), { A: { 1: 4 }, B: { 1: 3 } }).order;
    expect(places(order)).toEqual(['7/2/0/0']);
    const { order: after, effects } = cancel(order, { 1: 6 });
    expect(places(after)).toEqual(['3/0/0/6']);
    expect(parts(after)).toEqual(['A open 1:3', 'B cancelled']);
    expect(effects.filter(({ kind }) => kind === 'deallocate')).toEqual([
      { kind: 'deallocate', units: [lost('B', 'S1', 3), lost('A', 'S1', 1)] },
    ]);
  });

  it('[O8] of everything ends the order', () => {
    const { order, events } = cancel(split(), { 1: 2, 2: 3 });
    expect(order.value).toBe('cancelled');
    expect(places(order)).toEqual(['0/0/0/2', '0/0/0/3']);
    expect(kinds(events)).toEqual(['fulfillment.changed', 'fulfillment.changed', 'order.cancelled']);
    expect(events.at(-1)).toMatchObject({ units: 5, reason: 'changed my mind', state: 'cancelled' });
  });

  it('[O9] does not reach units that are being picked', () => {
    const order = pick(split());
    const refusal = cancelledUnits(order.context, units({ 1: 1 }));
    expect(refusal).toMatchObject({ code: 'wrong-state' });
    expect(refusal).toHaveProperty('detail', expect.stringContaining('fulfillment 1'));
    expect(cancelledUnits(order.context, units({ 2: 2 }))).toEqual(units({ 2: 2 }));
  });

  it('[O9] names a line the order does not have', () => {
    expect(cancelledUnits(split().context, units({ 7: 1 }))).toMatchObject({ code: 'unknown-line', field: 'body.lines[0].lineId' });
  });

  it('[O8] of what waits, when the rest has shipped, leaves the order shipped', () => {
    const short = { type: 'fulfillment.short', fulfillmentId: fulfillmentId('1'), lines: units({ 1: 2 }), reason: 'r', atMs: at } as const;
    const stuck = tell(pick(split()), short, nothing).order;
    const order = cancel(ship(pick(ship(stuck, '1'), '2'), '2'), { 1: 2 }).order;
    expect(order.value).toBe('shipped');
    expect(places(order)).toEqual(['0/0/0/2', '0/0/3/0']);
    expect(cancelledUnits(order.context, undefined)).toMatchObject({ code: 'wrong-state' });
  });
});

describe('fulfilling', () => {
  it('[O10] goes from released over picking and shipped to delivered, and no other way', () => {
    const id = fulfillmentId('1');
    const released = source(newOrder([2]), { A: { 1: 2 } }).order;
    const stages = [released, pick(released), ship(pick(released)), deliver(ship(pick(released)))];
    expect(stages.map(({ value }) => value)).toEqual(['released', 'picking', 'shipped', 'delivered']);
    const told = [
      { type: 'fulfillment.pick', fulfillmentId: id, atMs: at },
      { type: 'fulfillment.ship', fulfillmentId: id, carrier: undefined, tracking: undefined, atMs: at },
      { type: 'fulfillment.deliver', fulfillmentId: id, atMs: at },
    ] as const;
    const taken = stages.map((order) => told.map((message) => step(orderSteps, order, message, []) !== undefined));
    expect(taken).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [false, false, false],
    ]);
  });

  it('[O7] shows the stage of the part that is least far, picking once anything is under way', () => {
    let order = split();
    const states = [order.value];
    for (const [go, part] of ['1', '2'].flatMap((id) => [pick, ship, deliver].map((stage) => [stage, id] as const))) {
      order = go(order, part);
      states.push(order.value);
    }
    expect(states).toEqual(['released', 'picking', 'picking', 'picking', 'picking', 'shipped', 'delivered']);
    expect(places(order)).toEqual(['0/0/2/0', '0/0/3/0']);
  });

  it('[O15] leaves with the carrier named, or with the planned one', () => {
    const picking = pick(source(newOrder([1]), { A: { 1: 1 } }).order);
    const message = { type: 'fulfillment.ship', fulfillmentId: fulfillmentId('1'), carrier: carrierId('dhl'), tracking: 'T1', atMs: at } as const;
    const { order, events, effects } = tell(picking, message);
    expect(order.context.fulfillments[0]).toMatchObject({ carrier: 'dhl', tracking: 'T1', state: 'shipped' });
    expect(events).toMatchObject([{ kind: 'fulfillment.changed', carrier: 'dhl', tracking: 'T1' }, { kind: 'order.changed', state: 'shipped' }]);
    expect(effects).toContainEqual({ kind: 'ship', units: [lost('A', 'S1', 1)], carrier: 'dhl' });
  });

  it('[O17] ends for good: no message applies to a delivered or cancelled order', () => {
    const ended = [deliver(ship(pick(source(newOrder([1]), { A: { 1: 1 } }).order))), cancel(split(), { 1: 2, 2: 3 }).order];
    for (const order of ended) {
      for (const type of orderMachine.events) {
        expect(step(orderSteps, order, { type, fulfillmentId: '1', units: [], lines: [], atMs: at } as never, [])).toBeUndefined();
      }
    }
  });

  it('[O20] numbers parts on, never anew', () => {
    const first = source(newOrder([3], { shortage: 'backorder' }), { A: { 1: 2 } }).order;
    const order = tell(first, { type: 'order.displace', units: lost('A', 'S1', 2), atMs: at }).order;
    expect(parts(order)).toEqual(['A cancelled']);
    expect(source(order, { B: { 1: 3 } }).order.context.fulfillments.map((part) => part.fulfillmentId)).toEqual(['1', '2']);
  });
});

describe('what goes wrong', () => {
  const shortOf = (of: Readonly<Record<string, number>>) =>
    ({ type: 'fulfillment.short', fulfillmentId: fulfillmentId('1'), lines: units(of), reason: 'not there', atMs: at + 5 }) as const;

  it('[O11] sources units the picker did not find again, in the same command', () => {
    const { order, effects, events } = tell(pick(split()), shortOf({ 1: 2 }), (now) => planOf(now, { C: { 1: 2 } }));
    expect(order.value).toBe('picking');
    expect(parts(order)).toEqual(['A picking 2:1', 'B released 2:2', 'C released 1:2']);
    expect(effects).toContainEqual({ kind: 'short', units: [lost('A', 'S1', 2)] });
    expect(kinds(events)).toEqual(['fulfillment.changed', 'order.sourced', 'order.changed']);
  });

  it('[O11] is an exception when nobody else has them', () => {
    const { order, events } = tell(pick(split()), shortOf({ 1: 2 }), nothing);
    expect(order.value).toBe('exception');
    expect(order.context.exception).toEqual({ code: 'short-pick', sinceMs: at + 5, owner: 'stock', detail: '2 units wait for stock' });
    expect(kinds(events)).toEqual(['fulfillment.changed', 'order.sourced', 'exception.raised', 'order.changed']);
  });

  it('[O11] cannot be more than the part has, each line named', () => {
    const { context } = pick(split());
    const id = fulfillmentId('1');
    expect(shortRefusal(context, id, units({ 1: 3 }))).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
    expect(shortRefusal(context, id, [...units({ 1: 1 }), ...units({ 1: 2 })])).toMatchObject({ field: 'body.lines[1].quantity' });
    expect(shortRefusal(context, id, units({ 9: 1 }))).toMatchObject({ code: 'unknown-line', field: 'body.lines[0].lineId' });
    expect(shortRefusal(context, id, units({ 1: 2, 2: 1 }))).toBeUndefined();
  });

  it('[O12] gives up units that are lost, only at that location and only as many', () => {
    const { order, effects } = tell(split(), { type: 'order.displace', units: lost('A', 'S2', 1), atMs: at });
    expect(order.value).toBe('backordered');
    expect(places(order)).toEqual(['2/0/0/0', '2/1/0/0']);
    expect(parts(order)).toEqual(['A released 1:2', 'B released 2:2']);
    expect(effects).toContainEqual({ kind: 'deallocate', units: [lost('A', 'S2', 1)] });
  });

  it('[O12] keeps its exception and its beginning until no unit waits, then clears it', () => {
    const displaced = tell(split(), { type: 'order.displace', units: lost('A', 'S2', 9), atMs: at }).order;
    const stuck = tell(displaced, { type: 'order.source', atMs: at + 1 }, nothing).order;
    expect(stuck.context.exception).toMatchObject({ code: 'stockout', sinceMs: at + 1 });
    const worse = tell(tell(stuck, { type: 'order.displace', units: lost('B', 'S2', 1), atMs: at + 2 }).order, { type: 'order.source', atMs: at + 3 }, nothing);
    expect(worse.order.context.exception).toMatchObject({ sinceMs: at + 1, detail: '2 units wait for stock' });
    const { order, events } = source(worse.order, { C: { 2: 2 } }, at + 4);
    expect(order.value).toBe('released');
    expect(order.context.trouble).toBeUndefined();
    expect(kinds(events)).toEqual(['order.sourced', 'exception.cleared', 'order.changed']);
  });

  it('[O13] cancelling the units that wait ends the exception', () => {
    const stuck = tell(pick(split()), shortOf({ 1: 2 }), nothing).order;
    const { order, events } = cancel(stuck, { 1: 2 });
    expect(order.value).toBe('picking');
    expect(kinds(events)).toEqual(['exception.cleared', 'order.cancelled']);
  });

  it('[O13] parts that are well go on while the order is in exception', () => {
    const stuck = tell(pick(split()), shortOf({ 1: 2 }), nothing).order;
    const shipped = deliver(ship(pick(ship(stuck, '1'), '2'), '2'), '2');
    expect(shipped.value).toBe('exception');
    expect(places(shipped)).toEqual(['0/2/0/0', '0/0/3/0']);
  });

  it('[O19] sources again only what waits', () => {
    expect(step(orderSteps, split(), { type: 'order.source', atMs: at }, [])).toBeUndefined();
  });
});
