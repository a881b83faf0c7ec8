/**
 * The arithmetic of an order: pure functions on its lines and fulfillments. `reduce` is what each message does to
 * the context; `stateOf` is the state that context belongs in. The machine (order.ts) says when each may happen.
 */
import { byLine, moved, waitingUnits, type Place } from './line-units.ts';
import { timesWith } from './order-decision.ts';
import type { LocationId, Sku } from './ids.ts';
import type { OrderContext, OrderMessage, Plan, PlannedFulfillment, StockUnits } from './order-context.ts';
import type { OrderState } from './order-states.ts';
import { withHold, withoutHolds } from './order-holds.ts';
import { judged, overdue, ruled, timed, troubled, watched, withDeclined } from './order-trouble.ts';
import { fitting, lotsOnly, withLots } from './picked-lots.ts';
import type { Fulfillment, LineLot, LineUnits, OrderLine } from './vocabulary.ts';

export { waitingUnits } from './line-units.ts';

/** The units of some lines as stock knows them. */
export function stockUnits(
  lines: readonly Pick<OrderLine, 'lineId' | 'sku'>[],
  location: LocationId,
  units: readonly LineUnits[],
): StockUnits[] {
  const skus = lines.length > 8 ? new Map(lines.map((line) => [line.lineId, line.sku])) : undefined;
  return units.map(({ lineId, quantity }) => {
    const sku = skus ? skus.get(lineId) : lines.find((line) => line.lineId === lineId)?.sku;
    return { sku: sku as Sku, location, quantity };
  });
}

/** Of some units of a parcel, those that are in stock: the others were sold without. */
export function trackedUnits(
  { untracked }: Pick<PlannedFulfillment, 'untracked'>,
  units: readonly LineUnits[],
): readonly LineUnits[] {
  return untracked === undefined ? units : units.filter(({ lineId }) => !untracked.includes(lineId));
}

/** Everything a plan takes from stock. */
export function plannedUnits(context: OrderContext, plan: Plan): StockUnits[] {
  if (plan.fulfillments.length === 1) return unitsOfPart(context, plan.fulfillments[0]);
  return plan.fulfillments.flatMap((part) => unitsOfPart(context, part));
}

/** The units of one fulfillment, planned or real, as stock knows them. */
export function unitsOfPart(
  context: OrderContext,
  part: PlannedFulfillment | Fulfillment | undefined,
): StockUnits[] {
  return part === undefined ? [] : stockUnits(context.lines, part.location, trackedUnits(part, part.lines));
}

export function findFulfillment(context: OrderContext, id: string): Fulfillment | undefined {
  return context.fulfillments.find((part) => part.fulfillmentId === id);
}

/** Whether a fulfillment's units may still be taken from it: its location has not begun to pick. */
export function isUntouched(part: Fulfillment): boolean {
  return part.state === 'open' || part.state === 'released';
}

/** Whether a fulfillment has units that are allocated at its location. */
export function isHeld(part: Fulfillment): boolean {
  return isUntouched(part) || part.state === 'picking';
}

/** The state a context belongs in once its last message is done with. The first that fits, in this order. */
export function stateOf(context: OrderContext): OrderState {
  if (context.exception !== undefined) return 'exception';
  if (waitingUnits(context) > 0) return 'backordered';
  let open = 0;
  let released = 0;
  let picking = 0;
  let shipped = 0;
  let delivered = 0;
  for (const part of context.fulfillments) {
    if (part.state === 'open') open += 1;
    else if (part.state === 'released') released += 1;
    else if (part.state === 'picking') picking += 1;
    else if (part.state === 'shipped') shipped += 1;
    else if (part.state === 'delivered') delivered += 1;
  }
  if (open > 0) return 'allocated';
  if (picking > 0) return 'picking';
  if (released > 0) return shipped + delivered > 0 ? 'picking' : 'released';
  if (shipped > 0) return 'shipped';
  return delivered > 0 ? 'delivered' : 'cancelled';
}

/** Take units of lines out of one fulfillment; one left empty is cancelled. */
function without(part: Fulfillment, units: ReadonlyMap<string, number>, gone: readonly LineLot[]): Fulfillment {
  const lines: LineUnits[] = [];
  for (const { lineId, quantity } of part.lines) {
    const left = quantity - (units.get(lineId) ?? 0);
    if (left > 0) lines.push({ lineId, quantity: left });
  }
  const rest = { ...part, lines, state: lines.length === 0 ? ('cancelled' as const) : part.state };
  return part.lots === undefined ? rest : { ...rest, lots: fitting(part.lots, gone, lines) };
}

/** Units of lines taken from one fulfillment. */
export interface Taking {
  readonly fulfillment: Fulfillment;
  readonly units: readonly LineUnits[];
}

/** Where cancelled units come from: first those that wait, then untouched fulfillments, newest first. */
export function cancelPlan(
  context: OrderContext,
  units: readonly LineUnits[],
): { readonly waiting: readonly LineUnits[]; readonly takings: readonly Taking[]; readonly missing: number } {
  const left = byLine(units);
  const waiting: LineUnits[] = [];
  for (const line of context.lines) {
    const quantity = Math.min(line.backordered, left.get(line.lineId) ?? 0);
    if (quantity > 0) waiting.push({ lineId: line.lineId, quantity });
    if (quantity > 0) left.set(line.lineId, (left.get(line.lineId) ?? 0) - quantity);
  }
  const takings = take(context, left, isUntouched);
  let missing = 0;
  for (const quantity of left.values()) missing += quantity;
  return { waiting, takings, missing };
}

/**
 * Take up to `left` units of each line out of the fulfillments meant, newest first; lowers `left`.
 * @param isTracked take only units that are in stock.
 */
function take(
  context: OrderContext,
  left: Map<string, number>,
  from: (part: Fulfillment) => boolean,
  isTracked = false,
): Taking[] {
  const takings: Taking[] = [];
  for (let i = context.fulfillments.length - 1; i >= 0; i -= 1) {
    const part = context.fulfillments[i];
    if (part === undefined || !from(part)) continue;
    const units: LineUnits[] = [];
    for (const line of isTracked ? trackedUnits(part, part.lines) : part.lines) {
      const quantity = Math.min(line.quantity, left.get(line.lineId) ?? 0);
      if (quantity === 0) continue;
      units.push({ lineId: line.lineId, quantity });
      left.set(line.lineId, (left.get(line.lineId) ?? 0) - quantity);
    }
    if (units.length > 0) takings.push({ fulfillment: part, units });
  }
  return takings;
}

type Displaced = Pick<Extract<OrderMessage, { type: 'order.displace' }>, 'units' | 'lot' | 'picking'>;

/** Which of an order's allocations at a location are given up for units that are not there, or not for sale. */
export function displacePlan(context: OrderContext, { units: lost, lot, picking }: Displaced): readonly Taking[] {
  if (lot !== undefined) return lotPlan(context, lost, lot);
  const isMeant = (part: Fulfillment): boolean =>
    part.location === lost.location && (picking === true ? isHeld(part) : isUntouched(part));
  let quantity = lost.quantity;
  const left = new Map<string, number>();
  for (const part of context.fulfillments) {
    if (!isMeant(part)) continue;
    const skus = new Map(context.lines.map((line) => [line.lineId, line.sku]));
    for (const line of trackedUnits(part, part.lines)) {
      if (skus.get(line.lineId) !== lost.sku || quantity === 0) continue;
      const taken = Math.min(line.quantity, quantity);
      left.set(line.lineId, (left.get(line.lineId) ?? 0) + taken);
      quantity -= taken;
    }
  }
  return take(context, left, isMeant, true);
}

interface LotTaking extends Taking {
  readonly units: readonly LineLot[];
}

/** All units of a lot that its location was told to pick for an order. */
function lotPlan(context: OrderContext, { sku, location }: StockUnits, lot: string): readonly LotTaking[] {
  const skus = new Map(context.lines.map((line) => [line.lineId, line.sku]));
  return context.fulfillments.flatMap((fulfillment) => {
    if (fulfillment.location !== location || fulfillment.state !== 'picking') return [];
    const units = lotsOnly(fulfillment.lots, lot).filter(({ lineId }) => skus.get(lineId) === sku);
    return units.length === 0 ? [] : [{ fulfillment, units }];
  });
}

/** The units of takings, as stock knows them. */
export function takenUnits(context: OrderContext, takings: readonly Taking[]): StockUnits[] {
  return takings.flatMap(({ fulfillment, units }) =>
    stockUnits(context.lines, fulfillment.location, trackedUnits(fulfillment, units)),
  );
}

function withTakings(
  context: OrderContext,
  takings: readonly Taking[],
  to: Place,
  gone: readonly LineLot[] = [],
): OrderContext {
  const taken = new Map(takings.map(({ fulfillment, units }) => [fulfillment, byLine(units)]));
  const lines = takings.reduce((sofar, { units }) => moved(sofar, units, 'allocated', to), context.lines);
  const fulfillments = context.fulfillments.map((part) => {
    const units = taken.get(part);
    return units === undefined ? part : without(part, units, gone);
  });
  return { ...context, lines, fulfillments };
}

function patched(context: OrderContext, id: string, patch: Partial<Fulfillment>): readonly Fulfillment[] {
  return context.fulfillments.map((part) => (part.fulfillmentId === id ? { ...part, ...patch } : part));
}

/** Whether an order that has just got its places starts at once: nothing delays it, waits or holds it. */
export function startsWhenPlaced(context: OrderContext): boolean {
  const { releaseAfterMs, releasedAtMs, holds, batch } = context;
  const isFree = batch === undefined && holds === undefined;
  return isFree && releaseAfterMs === 0 && releasedAtMs === undefined && waitingUnits(context) === 0;
}

function started(context: OrderContext, atMs: number): OrderContext {
  const fulfillments = context.fulfillments.map((part) =>
    part.state === 'open' ? { ...part, state: 'released' as const } : part,
  );
  return { ...context, fulfillments, releasedAtMs: atMs, batch: undefined };
}

/** The window is over: the order starts now, if nothing else keeps it. */
function batchOver(context: OrderContext, atMs: number): OrderContext {
  const next = { ...context, batch: undefined };
  const { releasedAtMs, holds, placedAtMs, releaseAfterMs } = context;
  const mayStart = releasedAtMs === undefined && holds === undefined && placedAtMs + releaseAfterMs <= atMs;
  return mayStart && waitingUnits(context) === 0 ? started(next, atMs) : next;
}

function sourced(context: OrderContext, plan: Plan, atMs: number): OrderContext {
  const state = context.releasedAtMs === undefined ? 'open' : 'released';
  const first = context.fulfillments.length;
  const parts = plan.fulfillments.map((part, index) => ({
    fulfillmentId: String(first + index + 1) as Fulfillment['fulfillmentId'],
    location: part.location,
    state,
    carrier: part.carrier,
    service: part.service,
    distanceKm: part.distanceKm,
    costMinor: part.costMinor,
    lines: part.lines,
    tracking: undefined,
    shipByMs: part.shipByMs,
    deliverByMs: part.deliverByMs,
    workAtMs: part.workAtMs,
    untracked: part.untracked,
  })) satisfies Fulfillment[];
  const units = plan.fulfillments.length === 1 ? parts[0]?.lines : parts.flatMap((part) => part.lines);
  const next = {
    ...context,
    batch: batchAfter(context, plan),
    improved: plan.cause?.kind === 'cheaper' ? (context.improved ?? 0) + 1 : context.improved,
    attempt: context.attempt + 1,
    sourcedAtMs: context.attempt === 0 ? undefined : timesWith(context.sourcedAtMs, atMs),
    lines: moved(context.lines, units ?? [], 'backordered', 'allocated'),
    fulfillments: first === 0 ? parts : [...context.fulfillments, ...parts],
  };
  const isFree = plan.ruled === undefined && context.trouble !== 'unroutable';
  return isFree || isOfParts(plan) ? judged(next, atMs) : ruled(next, plan, atMs);
}

/** A placement may join a window; what was sourced with the others of it is done with it. */
function batchAfter({ attempt, batch }: OrderContext, plan: Plan): OrderContext['batch'] {
  if (attempt === 0) return plan.batch;
  return plan.cause?.kind === 'batch' ? undefined : batch;
}

/** Whether a plan is about the units of some parts alone: what waits beside them waits on. */
export const isOfParts = ({ moved: byHand, cause }: Plan): boolean =>
  byHand !== undefined || (cause !== undefined && cause.kind !== 'rejected');

/** What of a lot is not to be picked any more. A lot of the same name of another SKU is another lot. */
function lotsTaken(context: OrderContext, { lot, units }: Displaced): readonly LineLot[] {
  return lot === undefined ? [] : lotPlan(context, units, lot).flatMap((taking) => taking.units);
}

/** Its time to begin runs anew. */
const unpicked = { state: 'released', lots: undefined, startByMs: undefined, overdue: undefined } as const;
let memoBefore: OrderContext | undefined;
let memoMessage: OrderMessage | undefined;
let memoAfter: OrderContext | undefined;

/**
 * What a message does to an order. Total: a message that means nothing here changes nothing.
 * The last answer is kept, because a step asks for it in each guard, in its news and in its assign.
 */
export function reduce(context: OrderContext, message: OrderMessage): OrderContext {
  if (memoAfter !== undefined && memoBefore === context && memoMessage === message) return memoAfter;
  const next = watched(unheld(reduced(context, message)));
  memoBefore = context;
  memoMessage = message;
  memoAfter = next === context ? context : { ...next, changedAtMs: message.atMs };
  return memoAfter;
}

/** The takings of a withdrawal, as far as those parts are there and nobody picks them. */
export function withdrawPlan(context: OrderContext, { takings }: Pick<Withdrawal, 'takings'>): readonly Taking[] {
  return takings.flatMap(({ fulfillmentId, units }) => {
    const fulfillment = findFulfillment(context, fulfillmentId);
    return fulfillment === undefined || !isUntouched(fulfillment) ? [] : [{ fulfillment, units }];
  });
}

type Withdrawal = Extract<OrderMessage, { type: 'order.withdraw' | 'order.yield' }>;

function withdrawn(context: OrderContext, message: Withdrawal): OrderContext {
  const left = withTakings(context, withdrawPlan(context, message), 'backordered');
  if (message.type === 'order.yield') return left;
  const { declined, isRejected, atMs } = message;
  const next = declined === undefined ? left : { ...left, declined: withDeclined(context, declined, atMs) };
  return isRejected ? troubled(next, 'rejected') : next;
}

type GoneOn = Extract<OrderMessage, { type: 'order.settle' | 'order.timed' | 'order.overdue' }>;

/** A time has come for an order or a part of it, or begins to run. */
function goneOn(context: OrderContext, message: GoneOn): OrderContext {
  if (message.type === 'order.settle') return batchOver(context, message.atMs);
  return message.type === 'order.timed' ? timed(context, message) : overdue(context, message);
}

/** Holds end with what they could keep from being picked. */
function unheld(context: OrderContext): OrderContext {
  if (context.holds === undefined || waitingUnits(context) > 0 || context.fulfillments.some(isHeld)) return context;
  return { ...context, holds: undefined };
}

function reduced(context: OrderContext, message: OrderMessage): OrderContext {
  switch (message.type) {
    case 'order.source':
    case 'order.unallocated':
      return context;
    case 'order.sourced':
      return sourced(context, message.plan, message.atMs);
    case 'order.allocated':
      return startsWhenPlaced(context) ? started(context, message.atMs) : context;
    case 'order.hold':
      return { ...context, holds: withHold(context, message.hold) };
    case 'order.unhold':
      return { ...context, holds: withoutHolds(context, message.holdIds) };
    case 'order.release':
      return started(context, message.atMs);
    case 'order.cancel': {
      const { waiting, takings } = cancelPlan(context, message.units);
      const lines = moved(context.lines, waiting, 'backordered', 'cancelled');
      return judged(withTakings({ ...context, lines }, takings, 'cancelled'), message.atMs);
    }
    case 'order.displace':
      return troubled(
        withTakings(context, displacePlan(context, message), 'backordered', lotsTaken(context, message)),
        'stockout',
      );
    case 'order.move':
      return withTakings(context, withdrawPlan(context, { takings: [message] }), 'backordered');
    case 'order.withdraw':
    case 'order.yield':
      return withdrawn(context, message);
    case 'order.settle':
    case 'order.timed':
    case 'order.overdue':
      return goneOn(context, message);
    case 'fulfillment.pick':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, withLots('picking', message.lots)) };
    case 'fulfillment.unpick':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, unpicked) };
    case 'fulfillment.short': {
      const part = findFulfillment(context, message.fulfillmentId);
      if (part === undefined) return context;
      const takings = [{ fulfillment: part, units: message.lines }];
      return troubled(withTakings(context, takings, 'backordered', message.lots), 'short-pick');
    }
    case 'fulfillment.ship': {
      const part = findFulfillment(context, message.fulfillmentId);
      if (part === undefined) return context;
      const carrier = message.carrier ?? part.carrier;
      const service = carrier === part.carrier ? part.service : undefined;
      const patch = { ...withLots('shipped', message.lots), carrier, service, tracking: message.tracking };
      const lines = moved(context.lines, part.lines, 'allocated', 'shipped');
      return { ...context, lines, fulfillments: patched(context, message.fulfillmentId, patch) };
    }
    case 'fulfillment.deliver':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, { state: 'delivered' }) };
  }
}
