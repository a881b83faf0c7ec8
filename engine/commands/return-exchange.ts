/**
 * Exchanges: what a customer gets instead is an order of its own, held until enough of the return has come, and
 * called off when nothing of it comes.
 */
import type { CommandOf } from '../../actors/commands.ts';
import type { HoldId } from '../../actors/ids.ts';
import type { ReturnContext, ReturnInput } from '../../actors/return-context.ts';
import { isLost, type StandingPolicy } from '../../actors/return-policy.ts';
import type { Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { returnSteps } from '../return-cells.ts';
import { isFinal, type Snapshot } from '../step.ts';
import { cancelOrder, place, unholdOrder } from './orders.ts';

/** The hold that an exchange waits with. */
const holdId = 'return' as HoldId;

/** Place the order of an exchange: with a hold, unless nothing is waited for. Returns why not, when it is refused. */
export function placeExchange(
  core: Core,
  command: CommandOf<'return.request'>,
  { channel, customer, currency, lines }: ReturnInput,
  { approval, exchangeOn }: StandingPolicy,
  atMs: number,
): Rejection | undefined {
  const { exchange, returnId, orderId } = command.body;
  if (exchange === undefined) return undefined;
  const { context } = must(core.world.look(orderId), 'the order of a return');
  const { destination = context.destination, ...asked } = exchange;
  const isFree = approval === 'auto' && exchangeOn === 'request' && !isLost(lines);
  const holds = isFree ? {} : { holds: [{ holdId, reason: `return ${returnId}` }] };
  const named = { ...(customer !== undefined && { customer }), ...(currency !== undefined && { currency }) };
  const body = { ...asked, ...named, ...holds, channel, destination, tags: ['exchange'] };
  // What comes instead is no new purchase: no policy is asked.
  const placed = place(core, { ...command, kind: 'order.place', body }, atMs, { isTakenIn: false });
  if (!('refused' in placed)) return undefined;
  return { ...placed.refused, field: placed.refused.field?.replace(/^body/, 'body.exchange') };
}

/** What became of a return may set its exchange free, or end it. One that somebody has seen to is left as it is. */
export function followExchange(
  core: Core,
  before: Snapshot<ReturnContext>,
  { value, context }: Snapshot<ReturnContext>,
  atMs: number,
): void {
  const { exchange, returnId, ended } = context;
  if (exchange === undefined) return;
  const { orderId } = exchange;
  const wasReleased = before.context.exchange?.released === true;
  if (exchange.released && !wasReleased) {
    const isHeld = core.world.look(orderId)?.context.holds?.some((hold) => hold.holdId === holdId) === true;
    if (isHeld) unholdOrder(core, { orderId, holdId }, atMs);
    return;
  }
  if (exchange.released || !isFinal(returnSteps, value) || value === 'closed' || ended === undefined) return;
  cancelOrder(core, { orderId, reason: `return ${returnId} ${ended}` }, atMs);
}
