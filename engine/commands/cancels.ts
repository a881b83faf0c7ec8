/**
 * Cancellations that a location is asked for: it answers, its time is over, or the parcel leaves first. Whichever comes
 * first is what happened, and whoever sells and the location are told in the same turn. What is too late is a case of
 * its order: somebody owns the parcel that is not wanted any more.
 */
import type { CommandOf } from '../../actors/commands.ts';
import { feeFor } from '../../actors/edit-checks.ts';
import { unitsToGiveUp } from '../../actors/order-checks.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { about, raiseCase } from '../cases/tell.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { followPayments } from '../payments/follow.ts';
import { done, refused, type Handled } from './handled.ts';
import { followPicks } from './lot-orders.ts';
import { orderAnswer } from './order-answer.ts';
import { withPart } from './with-order.ts';

export type CancelCommand =
  | CommandOf<'fulfillment.requestCancel'>
  | CommandOf<'fulfillment.acceptCancel'>
  | CommandOf<'fulfillment.rejectCancel'>;

/** How long a location has to answer, where nobody says: an hour. */
const answerMs = 3_600_000;

export function changeCancel(core: Core, command: CancelCommand, atMs: number): Handled {
  return withPart(core, command.body, (cell, order, part) => {
    if (command.kind === 'fulfillment.requestCancel') return requestCancel(core, cell, order, part, command, atMs);
    const rejection = answerCancel(core, cell, part, answerOf(command), atMs);
    return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
  });
}

/** What a cancellation of an order as it stands costs, where the policy of its channel says; or that it is too late. */
const cancelFee = ({ world }: Core, order: OrderContext): ReturnType<typeof feeFor> =>
  feeFor(world.intakes.policyFor(order.channel).fees?.cancel, order, 'cancellation');

function requestCancel(
  core: Core, cell: OrderCell, order: OrderContext, part: Fulfillment,
  { body, by }: CommandOf<'fulfillment.requestCancel'>, atMs: number,
): Handled {
  const { fulfillmentId, reason, answerWithinMs = answerMs, silence = 'reject' } = body;
  const units = unitsToGiveUp(order, part, body.lines);
  if ('code' in units) return refused(units);
  const fee = cancelFee(core, order);
  const request = { units, reason, by, sinceMs: atMs, answerByMs: atMs + answerWithinMs, silence } as const;
  const rejection = tellOrder(core, cell, { type: 'fulfillment.askCancel', fulfillmentId, request, atMs });
  if (rejection !== undefined) return refused(rejection);
  // What its state forbids is told before what the policy does.
  return 'code' in fee ? refused(fee) : done({ ...orderAnswer(must(cell.snapshot, 'an order')), ...fee });
}

type Answer = Pick<Extract<OrderMessage, { type: 'fulfillment.answerCancel' }>, 'isAccepted' | 'by' | 'reason'>;

const answerOf = ({ kind, body, by }: Exclude<CancelCommand, CommandOf<'fulfillment.requestCancel'>>): Answer =>
  ({ isAccepted: kind === 'fulfillment.acceptCancel', by, reason: body.reason });

function answerCancel(
  core: Core, cell: OrderCell, { fulfillmentId, location, cancelling }: Fulfillment, answer: Answer, atMs: number,
): Rejection | undefined {
  if (cancelling === undefined) {
    return reject('wrong-state', `no cancellation of fulfillment ${fulfillmentId} is asked for`);
  }
  const before = must(cell.snapshot, 'an order').context;
  const fee = answer.isAccepted ? cancelFee(core, before) : {};
  // What was asked for while it was not too late is not any later.
  const { feeMinor } = 'code' in fee ? {} : fee;
  const message = { type: 'fulfillment.answerCancel', fulfillmentId, ...answer, feeMinor, atMs } as const;
  const rejection = tellOrder(core, cell, message);
  if (rejection !== undefined) return rejection;
  if (answer.isAccepted) {
    followPicks(core, before, must(cell.snapshot, 'an order').context);
    // Less is due now: what was authorised may be enough.
    return followPayments(core, cell.id, atMs);
  }
  const { by, reason } = answer;
  const cause = by === undefined ? `${location} did not answer in time` : `${location} does not give it up: ${reason}`;
  isTooLate(core, cell, `the cancellation of fulfillment ${fulfillmentId} is too late: ${cause}`, by, atMs);
  return undefined;
}

/** The time is over in which a location was to answer: its silence is what was said that it means. */
export function cancelUnanswered(core: Core, cell: OrderCell, part: Fulfillment, atMs: number): Rejection | undefined {
  const isAccepted = part.cancelling?.silence === 'accept';
  return answerCancel(core, cell, part, { isAccepted, by: undefined, reason: undefined }, atMs);
}

/** A parcel has left: if its location was asked to give units of it up, that is too late. */
export function cancelMissed(core: Core, cell: OrderCell, before: Fulfillment | undefined, atMs: number): void {
  if (before?.cancelling === undefined) return;
  const cause = `fulfillment ${before.fulfillmentId} left ${before.location} before its cancellation was answered`;
  isTooLate(core, cell, cause, undefined, atMs);
}

function isTooLate(core: Core, { id }: OrderCell, cause: string, by: string | undefined, atMs: number): void {
  raiseCase(core, { of: about('CANCEL_TOO_LATE', id), cause, orders: [id], by: by ?? 'engine' }, atMs);
}
