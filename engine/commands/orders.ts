/** Commands on orders and their fulfillments. */
import type { CommandBody } from '../../actors/commands.ts';
import { cancelledUnits, orderInput, shortRefusal } from '../../actors/order-checks.ts';
import type { ServiceId } from '../../actors/ids.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { findFulfillment, waitingUnits } from '../../actors/order-lines.ts';
import type { OrderState } from '../../actors/queries.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { orderSteps, type OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { servicesOf } from '../promise/services.ts';
import type { Snapshot } from '../step.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

/** Where an order stands: the answer to every command on one. */
export function orderAnswer({ value, context }: Snapshot<OrderContext>): OrderAnswer {
  return {
    orderId: context.orderId,
    state: value as OrderState,
    fulfillments: context.fulfillments,
    backordered: waitingUnits(context),
  };
}

export function placeOrder(core: Core, body: CommandBody<'order.place'>, atMs: number): Handled {
  const { world } = core;
  if (world.channels.get(body.channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${body.channel}`, 'body.channel');
  }
  if (body.service !== undefined && !isOffered(core, body.service)) {
    return refuse('unknown-service', `no carrier offers ${body.service}`, 'body.service');
  }
  for (const [index, { sku }] of body.lines.entries()) {
    if (!world.knows(sku)) return refuse('unknown-sku', `no stock of ${sku} anywhere`, `body.lines[${index}].sku`);
  }
  if (world.order(body.orderId) !== undefined) {
    return refuse('order-exists', `order ${body.orderId} exists`, 'body.orderId');
  }
  const input = orderInput(body, atMs);
  if ('code' in input) return refused(input);
  const order = world.newOrder(body.orderId);
  core.changes.set(order, orderSteps.begin(input, []));
  return tell(core, order, { type: 'order.source', atMs });
}

/** Whether any carrier has a service, open or suspended. */
function isOffered({ world }: Core, service: ServiceId): boolean {
  for (const { snapshot } of world.carriers.values()) {
    if (snapshot !== undefined && servicesOf(snapshot.context.card).some(({ id }) => id === service)) return true;
  }
  return false;
}

function tell(core: Core, order: OrderCell, message: OrderMessage): Handled {
  const rejection = tellOrder(core, order, message);
  return rejection === undefined ? done(orderAnswer(must(order.snapshot, 'an order'))) : refused(rejection);
}

/** Find the order of a command and go on with it. */
function withOrder(
  core: Core,
  id: CommandBody<'order.release'>['orderId'],
  go: (order: OrderCell, context: OrderContext) => Handled,
): Handled {
  const order = core.world.order(id);
  if (order?.snapshot === undefined) return refuse('unknown-order', `no order ${id}`, 'body.orderId');
  return go(order, order.snapshot.context);
}

export function cancelOrder(core: Core, body: CommandBody<'order.cancel'>, atMs: number): Handled {
  return withOrder(core, body.orderId, (order, context) => {
    const units = cancelledUnits(context, body.lines);
    if ('code' in units) return refused(units);
    return tell(core, order, { type: 'order.cancel', units, reason: body.reason, atMs });
  });
}

export function releaseOrder(core: Core, body: CommandBody<'order.release'>, atMs: number): Handled {
  return withOrder(core, body.orderId, (order) => tell(core, order, { type: 'order.release', atMs }));
}

export function retryOrder(core: Core, body: CommandBody<'order.retry'>, atMs: number): Handled {
  return withOrder(core, body.orderId, (order) => tell(core, order, { type: 'order.source', atMs }));
}

type FulfillmentBody = CommandBody<'fulfillment.pick'>;

type Go = (order: OrderCell, context: OrderContext) => Handled;

function withPart(core: Core, body: FulfillmentBody, go: Go): Handled {
  const { orderId, fulfillmentId } = body;
  return withOrder(core, orderId, (order, context) => {
    if (findFulfillment(context, fulfillmentId) !== undefined) return go(order, context);
    return refuse('unknown-fulfillment', `order ${orderId} has no fulfillment ${fulfillmentId}`, 'body.fulfillmentId');
  });
}

/** A message about one fulfillment; what its state forbids is told by the fulfillment's own state. */
function tellPart(core: Core, body: FulfillmentBody, message: OrderMessage): Handled {
  return withPart(core, body, (order, context) => {
    const rejection = tellOrder(core, order, message);
    if (rejection === undefined) return done(orderAnswer(must(order.snapshot, 'an order')));
    if (rejection.code !== 'wrong-state') return refused(rejection);
    const state = findFulfillment(context, body.fulfillmentId)?.state ?? 'unknown';
    return refuse('wrong-state', `fulfillment ${body.fulfillmentId} is ${state}: ${message.type} does not apply`);
  });
}

export function pickFulfillment(core: Core, body: FulfillmentBody, atMs: number): Handled {
  return tellPart(core, body, { type: 'fulfillment.pick', fulfillmentId: body.fulfillmentId, atMs });
}

export function shortFulfillment(core: Core, body: CommandBody<'fulfillment.short'>, atMs: number): Handled {
  const { fulfillmentId, lines, reason } = body;
  return withPart(core, body, (_, context) => {
    const rejection = shortRefusal(context, fulfillmentId, lines);
    const isPicking = findFulfillment(context, fulfillmentId)?.state === 'picking';
    // What its state forbids is told before how many units it has.
    if (rejection !== undefined && (isPicking || rejection.code !== 'not-enough')) return refused(rejection);
    return tellPart(core, body, { type: 'fulfillment.short', fulfillmentId, lines, reason, atMs });
  });
}

export function shipFulfillment(core: Core, body: CommandBody<'fulfillment.ship'>, atMs: number): Handled {
  const { fulfillmentId, carrier, tracking } = body;
  if (carrier !== undefined && core.world.carriers.get(carrier)?.snapshot === undefined) {
    return refuse('unknown-carrier', `no carrier ${carrier}`, 'body.carrier');
  }
  return tellPart(core, body, { type: 'fulfillment.ship', fulfillmentId, carrier, tracking, atMs });
}

export function deliverFulfillment(core: Core, body: FulfillmentBody, atMs: number): Handled {
  return tellPart(core, body, { type: 'fulfillment.deliver', fulfillmentId: body.fulfillmentId, atMs });
}
