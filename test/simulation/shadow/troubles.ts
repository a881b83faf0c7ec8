/** What is wrong with an order in the shadow, and until when its parts are to be begun. */
import type { Location } from '../../../actors/network-commands.ts';
import { workedAt } from './calendar.ts';
import { waiting } from './order-facts.ts';
import { isKept } from './parts.ts';
import { isOffered } from './offered.ts';
import type { Trouble } from './order-shapes.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';

export interface Declined {
  readonly location: string;
  readonly untilMs: number;
}

/** Whether a place is not asked for units of an order. */
export const hasDeclined = (declined: readonly Declined[] | undefined, location: string, atMs: number): boolean =>
  (declined ?? []).some((one) => one.location === location && one.untilMs > atMs);

/** Those that are not asked, with one more: sixty-four, the last to be asked again first. */
export function alsoDeclined({ declined = [] }: ShadowOrder, one: Declined, atMs: number): readonly Declined[] {
  const left = new Map(declined.filter(({ untilMs }) => untilMs > atMs).map((other) => [other.location, other]));
  left.delete(one.location);
  return [...left.values(), one].sort((a, b) => b.untilMs - a.untilMs || (a.location < b.location ? -1 : 1)).slice(0, 64);
}

/** Trouble with units still waiting is an exception; with none waiting it is over. */
export function judged(order: ShadowOrder, atMs: number): ShadowOrder {
  const units = waiting(order);
  const isMild = order.exception?.code === 'not-started';
  if (units === 0) return isMild && order.trouble === undefined ? order : { ...order, trouble: undefined, exception: undefined };
  if (order.trouble === undefined) return order;
  const sinceMs = isMild ? atMs : (order.exception?.sinceMs ?? atMs);
  const isHeld = order.trouble === 'unroutable';
  const detail = isHeld ? `${units} units are held by the routing plan` : `${units} units wait for stock`;
  return { ...order, exception: { code: order.trouble, sinceMs, owner: isHeld ? 'plan' : 'stock', detail } };
}

/** A part that was not begun in time is an exception where there is no graver one. */
export function watched(order: ShadowOrder): ShadowOrder {
  if (order.exception !== undefined && order.exception.code !== 'not-started') return order;
  const index = order.parts.findIndex(({ state, isOverdue }) => state === 'released' && isOverdue === true);
  const late = order.parts[index];
  if (late === undefined) return order.exception === undefined ? order : { ...order, exception: undefined };
  const detail = `fulfillment ${index + 1} was not begun at ${late.location}, and nobody else has its units`;
  const exception: Trouble = { code: 'not-started', sinceMs: late.startByMs ?? 0, owner: 'location', detail };
  const isSame = order.exception?.detail === detail && order.exception.sinceMs === exception.sinceMs;
  return isSame ? order : { ...order, exception };
}

/** The parts with their times, once something was done to their order; the same where none is another one. */
export function timesOf(shadow: Shadow, before: ShadowOrder | undefined, order: ShadowOrder, atMs: number): readonly Part[] {
  let isSame = true;
  const parts = order.parts.map((part, index): Part => {
    if (part.state !== 'released' || isOffered(part)) return part;
    if (isKept(order, part)) {
      if (part.startByMs === undefined) return part;
      isSame = false;
      return { ...part, startByMs: undefined, isOverdue: undefined };
    }
    const was = before?.parts[index];
    const wasTold = before !== undefined && was?.state === 'released' && !isOffered(was) && !isKept(before, was);
    const { startWithinMs, ...place } = shadow.locations.get(part.location) as Location;
    if (part.startByMs !== undefined || wasTold || startWithinMs === undefined) return part;
    const startByMs = place.timeZone === undefined ? atMs + startWithinMs : workedAt(place, atMs, startWithinMs);
    if (startByMs === undefined) return part;
    isSame = false;
    return { ...part, startByMs };
  });
  return isSame ? order.parts : parts;
}
