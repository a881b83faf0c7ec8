/**
 * The arithmetic of a reservation: pure functions on its lines and parcels. `reduce` is what each message
 * does to the context, `news` what it tells the world; the machine (reservation.ts) says when.
 */
import { reservationMs } from './limits.ts';
import { stockUnits, trackedUnits } from './order-takings.ts';
import type { Plan, PlannedFulfillment, StockUnits } from './order-context.ts';
import type {
  ReservationContext,
  ReservationLine,
  ReservationMessage,
  ReservationState,
} from './reservation-context.ts';
import type { Event, LineUnits } from './vocabulary.ts';

/** Every unit of some parcels, as stock knows them. */
export function parcelUnits(lines: readonly ReservationLine[], parcels: readonly PlannedFulfillment[]): StockUnits[] {
  const [only] = parcels;
  if (only !== undefined && parcels.length === 1) {
    return stockUnits(lines, only.location, trackedUnits(only, only.lines));
  }
  return parcels.flatMap((parcel) => stockUnits(lines, parcel.location, trackedUnits(parcel, parcel.lines)));
}

/** Units held, over all lines. */
export function heldUnits({ lines }: Pick<ReservationContext, 'lines'>): number {
  let units = 0;
  for (const { held } of lines) units += held;
  return units;
}

/** Units wanted and not held, over all lines. */
export function missingUnits({ lines }: Pick<ReservationContext, 'lines'>): number {
  let units = 0;
  for (const { quantity, held } of lines) units += quantity - held;
  return units;
}

/** More units held of some lines, or fewer. */
function withHeld(lines: readonly ReservationLine[], units: readonly LineUnits[], sign: 1 | -1): ReservationLine[] {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of units) sums.set(lineId, (sums.get(lineId) ?? 0) + sign * quantity);
  return lines.map((line) => {
    const change = sums.get(line.lineId);
    return change === undefined ? line : { ...line, held: line.held + change };
  });
}

function sourced(context: ReservationContext, plan: Plan, atMs: number): ReservationContext {
  const { fulfillments } = plan;
  const units = fulfillments.length === 1 ? fulfillments[0]?.lines : fulfillments.flatMap(({ lines }) => lines);
  const isFirst = context.attempt === 0;
  return {
    ...context,
    attempt: context.attempt + 1,
    expiresAtMs: isFirst ? atMs + context.ttlMs : context.expiresAtMs,
    lines: withHeld(context.lines, units ?? [], 1),
    parcels: context.parcels.length === 0 ? fulfillments : [...context.parcels, ...fulfillments],
    candidates: plan.candidates,
    runnerUpMinor: plan.runnerUpMinor,
  };
}

/** Whether there is too little for a new reservation: not all of it, or of one that takes what there is, nothing. */
export function mustWait(context: ReservationContext, plan: Plan): boolean {
  return context.attempt === 0 && plan.short > 0 && (!context.isPartial || plan.fulfillments.length === 0);
}

function queued(context: ReservationContext, atMs: number): ReservationContext {
  return { ...context, expiresAtMs: atMs + reservationMs.max };
}

/** The units of a SKU that are lost at a location: taken from the newest parcel there, its last line first. */
export function breakPlan(
  { lines, parcels }: ReservationContext,
  { sku, location, quantity }: StockUnits,
): { readonly parcels: readonly PlannedFulfillment[]; readonly lost: readonly LineUnits[]; readonly units: number } {
  const skus = new Map(lines.map((line) => [line.lineId, line.sku]));
  const lost: LineUnits[] = [];
  let left = quantity;
  const kept: PlannedFulfillment[] = [];
  for (const parcel of parcels.toReversed()) {
    if (parcel.location !== location || left === 0) {
      kept.push(parcel);
      continue;
    }
    const rest: LineUnits[] = [];
    for (const unit of parcel.lines.toReversed()) {
      const isMeant = skus.get(unit.lineId) === sku && parcel.untracked?.includes(unit.lineId) !== true;
      const taken = isMeant ? Math.min(unit.quantity, left) : 0;
      left -= taken;
      if (taken > 0) lost.push({ lineId: unit.lineId, quantity: taken });
      if (taken < unit.quantity) rest.push({ lineId: unit.lineId, quantity: unit.quantity - taken });
    }
    if (rest.length > 0) kept.push({ ...parcel, lines: rest.reverse() });
  }
  return { parcels: kept.reverse(), lost, units: quantity - left };
}

function broken(context: ReservationContext, units: StockUnits): ReservationContext {
  const { parcels, lost } = breakPlan(context, units);
  return { ...context, parcels, lines: withHeld(context.lines, lost, -1) };
}

/** Nothing is held any more; what was wanted stays on record. */
function emptied(context: ReservationContext): ReservationContext {
  return { ...context, parcels: [], lines: context.lines.map((line) => ({ ...line, held: 0 })) };
}

let memoBefore: ReservationContext | undefined;
let memoMessage: ReservationMessage | undefined;
let memoAfter: ReservationContext | undefined;

/** What a message does to a reservation. The last answer is kept: a step asks for it in its news and its assign. */
export function reduce(context: ReservationContext, message: ReservationMessage): ReservationContext {
  if (memoAfter !== undefined && memoBefore === context && memoMessage === message) return memoAfter;
  const next = reduced(context, message);
  memoBefore = context;
  memoMessage = message;
  memoAfter = next === context ? context : { ...next, changedAtMs: message.atMs };
  return memoAfter;
}

function reduced(context: ReservationContext, message: ReservationMessage): ReservationContext {
  switch (message.type) {
    case 'reservation.source':
      return context;
    case 'reservation.sourced':
      // A new one for which there is nothing yet waits in line; else it would have been refused.
      return mustWait(context, message.plan)
        ? queued(context, message.atMs)
        : sourced(context, message.plan, message.atMs);
    case 'reservation.queue':
      return queued(context, message.atMs);
    case 'reservation.extend':
      return { ...context, expiresAtMs: message.expiresAtMs };
    case 'reservation.convert':
      return { ...emptied(context), orderId: message.orderId };
    case 'reservation.release':
    case 'reservation.expire':
      return emptied(context);
    case 'reservation.break':
      return broken(context, message.units);
  }
}

/** The events of one message, in the order they are published. */
export function news(before: ReservationContext, message: ReservationMessage): readonly Event[] {
  const after = reduce(before, message);
  switch (message.type) {
    case 'reservation.source':
      return [];
    case 'reservation.queue':
      return [standing(after, 'reservation.queued', 'queued')];
    case 'reservation.sourced':
      if (mustWait(before, message.plan)) return [standing(after, 'reservation.queued', 'queued')];
      return [standing(after, after.attempt === 1 ? 'reservation.held' : 'reservation.changed', 'held')];
    case 'reservation.extend':
      return [standing(after, 'reservation.changed', 'held')];
    case 'reservation.convert':
      return [{ ...standing(after, 'reservation.changed', 'converted'), orderId: message.orderId }];
    case 'reservation.release':
      return [standing(after, 'reservation.changed', 'released')];
    case 'reservation.expire':
      return [standing(after, 'reservation.expired', 'expired')];
    case 'reservation.break': {
      const { reservationId, channel } = after;
      const { sku, location } = message.units;
      const { units } = breakPlan(before, message.units);
      return [{ kind: 'reservation.broken', reservationId, channel, sku, location, units }];
    }
  }
}

type Standing = Extract<Event, { readonly state: ReservationState }>;

function standing(after: ReservationContext, kind: Standing['kind'], state: ReservationState): Standing {
  const { reservationId, channel, expiresAtMs, ticket } = after;
  const counts = { units: heldUnits(after), missing: missingUnits(after) };
  const told = { kind, reservationId, channel, state, expiresAtMs, ...counts };
  return state === 'queued' ? { ...told, ticket } : told;
}
