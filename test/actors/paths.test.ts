/** Every road through the machines, found by @xstate/graph with bounded messages: all reached, no dead end. */
import { getAdjacencyMap, getShortestPaths, getSimplePaths } from '@xstate/graph';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { carrierMachine, type CarrierMessage } from '../../actors/carrier.ts';
import { carrierId, holdId } from '../../actors/ids.ts';
import { cancelledUnits, orderInput, releaseAtMs } from '../../actors/order-checks.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { isUntouched } from '../../actors/order-takings.ts';
import { orderMachine } from '../../actors/order.ts';
import { orderStates } from '../../actors/order-states.ts';
import { at, lost, newOrder, planOf, type Order } from './lives.ts';

/** Parts an order may get in these roads: more says nothing new. */
const partsMax = 3;

function messages({ value, context }: Order): OrderMessage[] {
  const atMs = at;
  if (value === 'sourcing') return plans({ value, context }).map((plan) => ({ type: 'order.sourced', plan, atMs }));
  if (value === 'allocating') return [{ type: 'order.allocated', atMs }];
  const asked: OrderMessage[] = [{ type: 'order.source', atMs }, { type: 'order.release', atMs }];
  const hold = { holdId: holdId('h'), reason: 'r', by: 'test', sinceMs: at };
  if (context.holds === undefined) asked.push({ type: 'order.hold', hold, atMs });
  else asked.push({ type: 'order.unhold', holdIds: [hold.holdId], ended: false, atMs });
  const all = cancelledUnits(context, undefined);
  for (const units of 'code' in all ? [] : [all, all.slice(0, 1), all.slice(-1)]) {
    asked.push({ type: 'order.cancel', units, reason: 'r', atMs });
  }
  for (const part of context.fulfillments) {
    const id = { fulfillmentId: part.fulfillmentId, atMs };
    asked.push({ type: 'fulfillment.pick', ...id }, { type: 'fulfillment.deliver', ...id });
    asked.push({ type: 'fulfillment.ship', ...id, carrier: undefined, tracking: undefined });
    if (part.lines.length > 0) asked.push({ type: 'fulfillment.short', ...id, lines: part.lines, reason: 'r' });
    const isReleased = part.state === 'released' && part.lines.length > 0;
    if (isReleased) {
      const takings = [{ fulfillmentId: part.fulfillmentId, units: part.lines }];
      asked.push({ type: 'order.withdraw', takings, declined: undefined, isRejected: true, atMs }, { type: 'order.overdue', ...id });
    }
    const sku = context.lines.find(({ lineId }) => lineId === part.lines[0]?.lineId)?.sku;
    if (isUntouched(part) && sku !== undefined) asked.push({ type: 'order.displace', units: lost(part.location, sku, 1), atMs });
  }
  return asked.filter(({ type }) => type !== 'order.source' || context.lines.some(({ backordered }) => backordered > 0));
}

/** All from one place, a split, half of it, nothing. */
function plans(order: Order): ReturnType<typeof planOf>[] {
  const waiting = order.context.lines.filter(({ backordered }) => backordered > 0);
  if (order.context.fulfillments.length >= partsMax) return [planOf(order, {})];
  const all = Object.fromEntries(waiting.map((line) => [line.lineId, line.backordered]));
  const [first, ...others] = Object.keys(all);
  if (first === undefined) return [planOf(order, {})];
  const found = [planOf(order, { A: all }), planOf(order, {})];
  if (others.length === 0) return found;
  const rest = Object.fromEntries(others.map((id) => [id, all[id]!]));
  return [...found, planOf(order, { A: { [first]: all[first]! }, B: rest }), planOf(order, { A: { [first]: all[first]! } })];
}

/** What makes two moments of an order the same: not its times, not its attempts. */
function moment({ value, context }: Order): string {
  const lines = context.lines.map((line) => [line.allocated, line.backordered, line.shipped, line.cancelled]);
  const parts = context.fulfillments.map((part) => [part.location, part.state, part.lines, part.overdue]);
  return JSON.stringify([value, context.releasedAtMs !== undefined, context.holds?.length, context.trouble, lines, parts]);
}

const input = (releaseAfterMs: number) => {
  const { context } = newOrder([1, 1], { shortage: 'backorder', releaseAfterMs });
  const { lines, shortage, orderId, channel, destination } = context;
  return { ...orderInput({ orderId, channel, destination, shortage, releaseAfterMs, lines: [] }, 'test', at), lines } as never;
};

const options = (releaseAfterMs: number) => ({
  input: input(releaseAfterMs),
  events: (state: AnyMachineSnapshot) => messages(state as unknown as Order) as never,
  serializeState: (state: AnyMachineSnapshot) => moment(state as unknown as Order) as never,
});

describe.each([0, 1_000])('an order with %i ms before its release', (releaseAfterMs) => {
  const graph = Object.entries(getAdjacencyMap(orderMachine, options(releaseAfterMs) as never)) as [
    string, { state: Order; transitions: Record<string, { state: Order; event: OrderMessage }> },
  ][];

  it('[O22] reaches every state the machine has', () => {
    const reached = new Set(graph.map(([, { state }]) => state.value));
    const unreached = orderStates.filter((state) => !reached.has(state));
    expect(unreached).toEqual([]);
    expect(graph.length).toBeGreaterThan(200);
  });

  it('[O22] can end well from every moment: no dead ends', () => {
    const before = new Map<string, Set<string>>();
    for (const [from, { transitions }] of graph) {
      for (const { state } of Object.values(transitions)) {
        const to = moment(state);
        before.set(to, (before.get(to) ?? new Set()).add(from));
      }
    }
    const ends = graph.filter(([, { state }]) => state.value === 'delivered' || state.value === 'cancelled').map(([key]) => key);
    const saved = new Set(ends);
    for (const key of saved) for (const from of before.get(key) ?? []) saved.add(from);
    expect(graph.filter(([key]) => !saved.has(key)).map(([key]) => key)).toEqual([]);
  });

  it('[I7] stands still only where a person, a location, a carrier, a timer or stock moves it on', () => {
    const movers = (state: Order, context: OrderContext): boolean =>
      releaseAtMs(state.value, context) !== undefined ||
      context.holds !== undefined ||
      context.lines.some(({ backordered }) => backordered > 0) ||
      context.fulfillments.some((part) => ['released', 'picking', 'shipped'].includes(part.state));
    for (const [, { state }] of graph) {
      if (['received', 'sourcing', 'allocating', 'delivered', 'cancelled'].includes(state.value)) continue;
      expect(movers(state, state.context)).toBe(true);
    }
  });
});

describe('shortest roads', () => {
  it('[O22] a delivery takes seven messages, and none of them can be left out', () => {
    const paths = getShortestPaths(orderMachine, options(0) as never) as unknown as { state: Order; steps: { event: { type: string } }[] }[];
    const delivered = paths
      .filter(({ state }) => state.value === 'delivered')
      .map(({ steps }) => steps.map(({ event }) => event.type))
      .sort((a, b) => a.length - b.length)[0];
    expect(delivered).toEqual([
      'xstate.init', 'order.source', 'order.sourced', 'order.allocated', 'fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver',
    ]);
  });
});

describe('a carrier', () => {
  it('[O22] has roads to both of its states, and back from each', () => {
    const events: CarrierMessage[] = [
      { type: 'carrier.dispatch' }, { type: 'carrier.deliver' }, { type: 'carrier.resume' }, { type: 'carrier.suspend', reason: 'r' },
    ];
    const paths = getSimplePaths(carrierMachine, {
      input: { id: carrierId('post'), name: 'Post', baseMinor: 1, perKmMinor: 1 },
      events,
      stopWhen: (state) => state.context.inTransit > 1,
    });
    const ends = new Set(paths.map(({ state }) => `${String(state.value)} ${state.context.inTransit}`));
    expect([...ends].toSorted()).toEqual(['open 0', 'open 1', 'open 2', 'suspended 0', 'suspended 1']);
  });
});
