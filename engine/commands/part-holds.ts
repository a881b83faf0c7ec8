/** Holds of one part of an order: the same as those of the order, for the units that one location sends. */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import { holdRefusal } from '../../actors/order-checks.ts';
import type { OrderMessage } from '../../actors/order-context.ts';
import { isHeld } from '../../actors/order-takings.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';
import { withPart } from './with-order.ts';

export type PartHoldCommand = CommandOf<'fulfillment.hold'> | CommandOf<'fulfillment.unhold'>;

export function holdPart(core: Core, command: PartHoldCommand, atMs: number): Handled {
  return withPart(core, command.body, (cell, _, part) => {
    const { fulfillmentId, state } = part;
    if (!isHeld(part)) return refuse('wrong-state', `fulfillment ${fulfillmentId} is ${state}: nothing keeps it`);
    const isSet = command.kind === 'fulfillment.hold';
    const message = isSet ? holding(part, command, atMs) : lifting(part, command.body, atMs);
    const rejection = 'code' in message ? message : tellOrder(core, cell, message);
    return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
  });
}

function holding(
  part: Fulfillment, { body, by }: CommandOf<'fulfillment.hold'>, atMs: number,
): OrderMessage | Rejection {
  const { orderId: _, fulfillmentId, ...asked } = body;
  const hold = { ...asked, by, sinceMs: atMs };
  return holdRefusal(part, asked, atMs) ?? { type: 'fulfillment.hold', fulfillmentId, hold, atMs };
}

function lifting(
  { holds }: Fulfillment, { fulfillmentId, holdId }: CommandBody<'fulfillment.unhold'>, atMs: number,
): OrderMessage | Rejection {
  if (holds?.some((hold) => hold.holdId === holdId) !== true) {
    return reject('unknown-hold', `fulfillment ${fulfillmentId} is not held by ${holdId}`, 'body.holdId');
  }
  return { type: 'fulfillment.unhold', fulfillmentId, holdIds: [holdId], ended: false, atMs };
}
