/**
 * What is wrong with an order: units that lost their place and wait, units that a routing plan has no place for, parts
 * that their location does not begin. What is wrong and nobody could mend yet is the order's exception. Pure.
 */
import { moved, waitingUnits } from './line-units.ts';
import type { Declined, OrderContext, OrderMessage, Plan } from './order-context.ts';
import type { ExceptionCode, Fulfillment, LineUnits, OrderLine } from './vocabulary.ts';

/** An order in trouble whose units still wait is in exception; one whose units all have a place is out of it. */
export function judged(context: OrderContext, atMs: number): OrderContext {
  const waiting = waitingUnits(context);
  if (waiting === 0) {
    const isWell = context.exception === undefined || context.exception.code === 'not-started';
    return context.trouble === undefined && isWell
      ? context
      : { ...context, trouble: undefined, exception: undefined };
  }
  if (context.trouble === undefined) return context;
  const isHeldByPlan = context.trouble === 'unroutable';
  const detail = isHeldByPlan ? `${waiting} units are held by the routing plan` : `${waiting} units wait for stock`;
  const { exception } = context;
  const sinceMs = exception === undefined || exception.code === 'not-started' ? atMs : exception.sinceMs;
  const owner = isHeldByPlan ? 'plan' : 'stock';
  return { ...context, exception: { code: context.trouble, sinceMs, owner, detail } };
}

/** What the routing plan makes of units that have no place, and an end to what another plan made of them. */
export function ruled(context: OrderContext, { ruled: use }: Plan, atMs: number): OrderContext {
  const isOver = context.trouble === 'unroutable' && use?.fallback !== 'hold';
  const next = isOver ? { ...context, trouble: undefined, exception: undefined } : context;
  if (use?.fallback === 'hold') return judged({ ...next, trouble: next.trouble ?? 'unroutable' }, atMs);
  if (use?.fallback !== 'cancel') return judged(next, atMs);
  return judged({ ...next, lines: moved(next.lines, leftOver(next.lines), 'backordered', 'cancelled') }, atMs);
}

/** Units that wait, those of kits left out: only whole kits can be cancelled. */
function leftOver(lines: readonly OrderLine[]): LineUnits[] {
  return lines.flatMap(({ lineId, backordered, kit }) =>
    backordered > 0 && kit === undefined ? [{ lineId, quantity: backordered }] : [],
  );
}

export function troubled(context: OrderContext, code: ExceptionCode): OrderContext {
  return { ...context, trouble: context.trouble ?? code };
}

/** A released part that its location did not begin in time, and that stays there. */
const isOverdue = ({ state, overdue }: Fulfillment): boolean => state === 'released' && overdue === true;

/** An order with a part that is not begun in time is in an exception until it is, unless it is in a graver one. */
export function watched(context: OrderContext): OrderContext {
  const { exception, fulfillments } = context;
  if (exception !== undefined && exception.code !== 'not-started') return context;
  const late = fulfillments.find(isOverdue);
  if (late === undefined) return exception === undefined ? context : { ...context, exception: undefined };
  const sinceMs = late.startByMs ?? 0;
  const detail = `fulfillment ${late.fulfillmentId} was not begun at ${late.location}, and nobody else has its units`;
  if (exception?.sinceMs === sinceMs && exception.detail === detail) return context;
  return { ...context, exception: { code: 'not-started', sinceMs, owner: 'location', detail } };
}

/** When the next of its parts must have been begun; undefined when no such time runs. */
export function startByMs({ fulfillments }: Pick<OrderContext, 'fulfillments'>): number | undefined {
  let nextMs: number | undefined;
  for (const part of fulfillments) {
    if (part.startByMs === undefined || part.state !== 'released' || part.overdue === true) continue;
    if (nextMs === undefined || part.startByMs < nextMs) nextMs = part.startByMs;
  }
  return nextMs;
}

/** The times by which parts must be begun are set, or run no more. */
export function timed(context: OrderContext, { startBy }: Message<'order.timed'>): OrderContext {
  const times = new Map(startBy.map((one) => [one.fulfillmentId, one.startByMs]));
  const fulfillments = context.fulfillments.map((part) =>
    times.has(part.fulfillmentId) ? { ...part, startByMs: times.get(part.fulfillmentId), overdue: undefined } : part,
  );
  return { ...context, fulfillments };
}

/** A part is not begun in time, and stays where it is. */
export function overdue(context: OrderContext, { fulfillmentId }: Message<'order.overdue'>): OrderContext {
  const fulfillments = context.fulfillments.map((part) =>
    part.fulfillmentId === fulfillmentId ? { ...part, overdue: true as const } : part,
  );
  return { ...context, fulfillments };
}

type Message<T extends OrderMessage['type']> = Extract<OrderMessage, { type: T }>;

/** Locations remembered as having declined units of one order: beyond, the one that may be asked again first is. */
const declinedMax = 64;

/** The locations that are not asked, with one more; those of which the time is over are forgotten. */
export function withDeclined(
  { declined = [] }: Pick<OrderContext, 'declined'>, next: Declined, atMs: number,
): readonly Declined[] {
  const others = declined.filter(({ location, untilMs }) => location !== next.location && untilMs > atMs);
  const left = [...others, next].sort((a, b) => b.untilMs - a.untilMs || (a.location < b.location ? -1 : 1));
  return left.slice(0, declinedMax);
}

/** When the next location may be asked again that declined units of an order; Infinity when there is none. */
export function askedAgainMs({ declined = [] }: Pick<OrderContext, 'declined'>, atMs: number): number {
  return declined.reduce((soonest, { untilMs }) => (untilMs > atMs ? Math.min(soonest, untilMs) : soonest), Infinity);
}
