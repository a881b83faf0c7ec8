/** Parts of an order that one location sends, put together otherwise: split, and merged. No stock moves. */
import type { CommandOf } from '../../actors/commands.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import { mergeOf, splitOf, type Regrouping } from '../../actors/regroup-checks.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { minorOf, offersOn } from '../promise/offers.ts';
import { loadOf, serviceOf } from '../promise/promise-for.ts';
import { done, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';
import { withOrder } from './with-order.ts';

export type RegroupCommand = CommandOf<'fulfillment.split'> | CommandOf<'fulfillment.merge'>;

export function regroup(core: Core, command: RegroupCommand, atMs: number): Handled {
  const { orderId } = command.body;
  return withOrder(core, orderId, (cell, order) => {
    const isSplit = command.kind === 'fulfillment.split';
    const found = isSplit ? split(order, command.body) : mergeOf(order, command.body.fulfillmentIds);
    if ('code' in found) return refused(found);
    const message = regrouping(core, order, found, isSplit, atMs);
    const rejection = 'code' in message ? message : tellOrder(core, cell, message);
    return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
  });
}

function split(
  order: OrderContext, { fulfillmentId, lines }: CommandOf<'fulfillment.split'>['body'],
): Regrouping | Rejection {
  const part = findFulfillment(order, fulfillmentId);
  if (part !== undefined) return splitOf(order, part, lines);
  const detail = `order ${order.orderId} has no fulfillment ${fulfillmentId}`;
  return reject('unknown-fulfillment', detail, 'body.fulfillmentId');
}

function regrouping(
  core: Core, order: OrderContext, { takings, lines }: Regrouping, isSplit: boolean, atMs: number,
): OrderMessage | Rejection {
  const { fulfillment: first, units } = must(takings[0], 'a part that is put together otherwise');
  const left = first.lines.flatMap(({ lineId, quantity }) => {
    const rest = quantity - (units.find((one) => one.lineId === lineId)?.quantity ?? 0);
    return rest > 0 ? [{ lineId, quantity: rest }] : [];
  });
  const costMinor = costOf(core, order, first, lines, atMs);
  // A service that would not take less than it was planned with has another card by now.
  const known = (minor: number): number => (minor === Infinity ? first.costMinor : minor);
  if (costMinor === Infinity && !isSplit) {
    const detail = `${first.carrier} does not carry all of it in one parcel`;
    return reject('contradiction', detail, 'body.fulfillmentIds');
  }
  return {
    type: 'fulfillment.regroup',
    how: isSplit ? 'split' : 'merge',
    takings: takings.map(({ fulfillment, units: of }) => ({ fulfillmentId: fulfillment.fulfillmentId, units: of })),
    lines,
    costMinor: known(costMinor),
    leftMinor: isSplit ? known(costOf(core, order, first, left, atMs)) : undefined,
    atMs,
  };
}

/** What the service of a part takes for a parcel with these lines; what the part was to cost where nobody says. */
function costOf(
  { world }: Core, order: OrderContext, part: Fulfillment, lines: readonly LineUnits[], atMs: number,
): number {
  const service = serviceOf(world, { ...part, carrier: part.carrier });
  const card = world.locations.get(part.location)?.snapshot?.context;
  if (service === undefined || card === undefined) return part.costMinor;
  const [offer] = offersOn(world.rates, [service], card, order.destination, part.distanceKm, atMs);
  if (offer === undefined) return part.costMinor;
  const skus = new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]));
  const named = lines.map(({ lineId, quantity }) => ({ lineId, sku: must(skus.get(lineId), 'a line'), quantity }));
  return minorOf(offer, loadOf(world, named));
}
