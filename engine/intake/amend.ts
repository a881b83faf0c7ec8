/** Giving details of an order anew, and what that does to the hold of its address. */
import { cardNumberIn } from '../../actors/card-number.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { HoldId } from '../../actors/ids.ts';
import type { OrderDetails } from '../../actors/intake.ts';
import { addressFault } from '../../actors/intake-checks.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { holdRefusal } from '../../actors/order-checks.ts';
import type { Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import { done, refuse, refused, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { holder } from './take-in.ts';

type Body = CommandBody<'order.amend'>;
type Changeable<T> = { -readonly [K in keyof T]: T[K] };

const addressHold = 'address' as HoldId;
/** States of an order of which nothing has been picked. */
const untouched: ReadonlySet<string> = new Set(['open', 'released', 'cancelled']);
const standing: ReadonlySet<string> = new Set(['allocated', 'released', 'backordered', 'exception']);

export function amendOrder(core: Core, body: Body, atMs: number): Handled {
  const { orderId, details = {}, clear = [] } = body;
  const order = core.world.order(orderId);
  if (order?.snapshot === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const { context } = order.snapshot;
  if (Object.keys(details).length + clear.length === 0) return refuse('contradiction', 'nothing is amended', 'body');
  const both = clear.findIndex((field) => field in details);
  if (both >= 0) return refuse('contradiction', `${clear[both]} is given and cleared`, `body.clear[${both}]`);
  const card = cardNumberIn(details, 'body.details');
  if (card !== undefined) return refuse('card-data', 'this is the number of a payment card: it is not kept', card);
  const fields = [...new Set([...Object.keys(details), ...clear])].sort();
  const isShown = fields.includes('address') || fields.includes('gift');
  const policy = core.world.intakes.policyFor(context.channel);
  const fault = fields.includes('address') ? addressFault(context.destination, details.address) : undefined;
  if (fault !== undefined && policy.address === 'refuse') return refused(fault);
  if (isShown && !context.fulfillments.every(({ state }) => untouched.has(state))) {
    return refuse('wrong-state', `order ${orderId} is picked or gone: its address and gift stay as they are`);
  }
  const known: OrderDetails = core.world.intakes.details.get(orderId) ?? { orderId };
  const next: Changeable<OrderDetails> = { ...known, ...details };
  for (const field of clear) delete next[field];
  const cell = core.world.intakes.details.cell(orderId);
  core.changes.set(cell, { value: 'put', context: next });
  core.changes.publish([{ kind: 'order.amended', orderId, channel: context.channel, fields }]);
  const isAsked = fields.includes('address') && policy.address !== 'accept';
  const rejection = isAsked ? followAddress(core, order, context, fault, atMs) : undefined;
  return rejection === undefined ? done({ orderId, held: isHeld(order) }) : refused(rejection);
}

const isHeld = ({ snapshot }: OrderCell): boolean => must(snapshot, 'an order').context.holds !== undefined;

/** An address that is right now sets its order free; one that cannot be holds it. */
export function followAddress(
  core: Core,
  order: OrderCell,
  context: OrderContext,
  fault: Rejection | undefined,
  atMs: number,
): Rejection | undefined {
  const held = context.holds?.find(({ holdId }) => holdId === addressHold);
  if (fault === undefined) {
    if (held?.by !== holder) return undefined;
    return tellOrder(core, order, { type: 'order.unhold', holdIds: [addressHold], ended: false, atMs });
  }
  const hold = { holdId: addressHold, reason: fault.detail, by: holder, sinceMs: atMs };
  const mayBeHeld = held === undefined && standing.has(must(order.snapshot, 'an order').value);
  if (!mayBeHeld || holdRefusal(context, hold, atMs) !== undefined) return undefined;
  return tellOrder(core, order, { type: 'order.hold', hold, atMs });
}
