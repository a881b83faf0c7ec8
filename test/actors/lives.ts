/**
 * Orders for actor tests: an order with given lines, told messages by the compiled machine, with an
 * obedient engine in place of the real one (every plan given is allocated as it is).
 */
import { orderInput } from '../../actors/order-checks.ts';
import type { OrderContext, OrderEffect, OrderMessage, Plan, StockUnits } from '../../actors/order-context.ts';
import type { CommandBody } from '../../actors/commands.ts';
import { fulfillmentId, lineId, locationId, sku } from '../../actors/ids.ts';
import type { Event, LineUnits } from '../../actors/vocabulary.ts';
import { orderSteps } from '../../engine/cells.ts';
import { step, type Snapshot } from '../../engine/step.ts';

export type Order = Snapshot<OrderContext>;

export const at = 1_700_000_000_000;

type PlaceOptions = Pick<CommandBody<'order.place'>, 'shortage' | 'releaseAfterMs'>;

/** A new order with one line for each quantity: line "1" of SKU S1, line "2" of S2 … */
export function newOrder(quantities: readonly number[], options: PlaceOptions = {}): Order {
  const body = {
    orderId: 'order-1',
    channel: 'web',
    destination: { country: 'GB' },
    lines: quantities.map((quantity, index) => ({ sku: sku(`S${index + 1}`), quantity })),
    ...options,
  } as CommandBody<'order.place'>;
  const input = orderInput(body, 'test', at);
  if ('code' in input) throw new Error(input.detail);
  return orderSteps.begin(input, []);
}

/** Units of lines, as `{ 1: 5 }` says five of line "1". */
export const units = (of: Readonly<Record<string, number>>): LineUnits[] =>
  Object.entries(of).map(([id, quantity]) => ({ lineId: lineId(id), quantity }));

/** A plan from "location → units of lines"; what waits and is not in it is short. */
export function planOf(order: Order, parts: Readonly<Record<string, Readonly<Record<string, number>>>>): Plan {
  const fulfillments = Object.entries(parts).map(([location, of]) => ({
    location: locationId(location),
    carrier: undefined,
    distanceKm: 10,
    costMinor: 100,
    lines: units(of),
  }));
  const waiting = order.context.lines.reduce((sum, { backordered }) => sum + backordered, 0);
  const planned = fulfillments.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
  return { fulfillments, short: waiting - planned, candidates: 3, runnerUpMinor: undefined };
}

export interface Told {
  readonly order: Order;
  readonly effects: readonly OrderEffect[];
  readonly events: readonly Event[];
}

/** Tell an order something and follow up: sourcing gets `plan`, allocation succeeds. Throws when not taken. */
export function tell(order: Order, message: OrderMessage, plan?: (order: Order) => Plan): Told {
  const effects: OrderEffect[] = [];
  const messages = [message];
  let now = order;
  for (const next of messages) {
    const asked: OrderEffect[] = [];
    const after = step(orderSteps, now, next, asked);
    if (after === undefined) throw new Error(`${now.value} does not take ${next.type}`);
    now = after;
    effects.push(...asked);
    for (const effect of asked) {
      if (effect.kind === 'source') messages.push({ type: 'order.sourced', plan: (plan ?? nothing)(now), atMs: next.atMs });
      if (effect.kind === 'allocate') messages.push({ type: 'order.allocated', atMs: next.atMs });
    }
  }
  return { order: now, effects, events: effects.flatMap((effect) => (effect.kind === 'publish' ? effect.events : [])) };
}

export const nothing = (order: Order): Plan => planOf(order, {});

/** Source an order with a plan given as in `planOf`. */
export const source = (order: Order, parts: Parameters<typeof planOf>[1], atMs = at): Told =>
  tell(order, { type: 'order.source', atMs }, (now) => planOf(now, parts));

export const pick = (order: Order, part = '1'): Order =>
  tell(order, { type: 'fulfillment.pick', fulfillmentId: fulfillmentId(part), atMs: at + 1 }).order;

export const ship = (order: Order, part = '1'): Order =>
  tell(order, {
    type: 'fulfillment.ship', fulfillmentId: fulfillmentId(part), carrier: undefined, tracking: undefined, atMs: at + 2,
  }).order;

export const deliver = (order: Order, part = '1'): Order =>
  tell(order, { type: 'fulfillment.deliver', fulfillmentId: fulfillmentId(part), atMs: at + 3 }).order;

export const cancel = (order: Order, of: Readonly<Record<string, number>>): Told =>
  tell(order, { type: 'order.cancel', units: units(of), reason: 'changed my mind', atMs: at + 4 });

export const lost = (location: string, of: string, quantity: number): StockUnits => ({
  location: locationId(location), sku: sku(of), quantity,
});

/** The places of every line's units, as `allocated/backordered/shipped/cancelled`. */
export const places = (order: Order): string[] =>
  order.context.lines.map((line) => `${line.allocated}/${line.backordered}/${line.shipped}/${line.cancelled}`);

/** The fulfillments in short: location, state, units by line. */
export const parts = (order: Order): string[] =>
  order.context.fulfillments.map(
    (part) => `${part.location} ${part.state} ${part.lines.map((line) => `${line.lineId}:${line.quantity}`).join(' ')}`.trim(),
  );
