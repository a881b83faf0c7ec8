/**
 * Units taken out of the fulfillments of an order: which of them a cancellation, a loss or a withdrawal takes, and what
 * the order is without them. Pure.
 */
import { byLine, moved, type Place } from './line-units.ts';
import { stillAsked } from './order-cancels.ts';
import type { LocationId, Sku } from './ids.ts';
import type { OrderContext, OrderMessage, Plan, PlannedFulfillment, StockUnits } from './order-context.ts';
import { fitting, lotsOnly } from './picked-lots.ts';
import type { Fulfillment, LineLot, LineUnits, OrderLine } from './vocabulary.ts';

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

/** Take units of lines out of one fulfillment; one left empty is cancelled. */
function without(part: Fulfillment, units: ReadonlyMap<string, number>, gone: readonly LineLot[]): Fulfillment {
  const lines: LineUnits[] = [];
  for (const { lineId, quantity } of part.lines) {
    const left = quantity - (units.get(lineId) ?? 0);
    if (left > 0) lines.push({ lineId, quantity: left });
  }
  const left = { ...part, lines, state: lines.length === 0 ? ('cancelled' as const) : part.state };
  const rest = lines.length > 0 || part.holds === undefined ? left : { ...left, holds: undefined };
  return stillAsked(part.lots === undefined ? rest : { ...rest, lots: fitting(part.lots, gone, lines) });
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
    const quantity = Math.min(line.backordered + (line.parked ?? 0), left.get(line.lineId) ?? 0);
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

export type Displaced = Pick<Extract<OrderMessage, { type: 'order.displace' }>, 'units' | 'lot' | 'picking'>;

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

export function withTakings(
  context: OrderContext,
  takings: readonly Taking[],
  to: Place,
  gone: readonly LineLot[] = [],
): OrderContext {
  const lines = takings.reduce((sofar, { units }) => moved(sofar, units, 'allocated', to), context.lines);
  return { ...context, lines, fulfillments: takenOut(context, takings, gone) };
}

/** The fulfillments of an order without some of their units; what becomes of the lines is not said. */
export function takenOut(
  { fulfillments }: OrderContext, takings: readonly Taking[], gone: readonly LineLot[] = [],
): readonly Fulfillment[] {
  const taken = new Map(takings.map(({ fulfillment, units }) => [fulfillment, byLine(units)]));
  return fulfillments.map((part) => {
    const units = taken.get(part);
    return units === undefined ? part : without(part, units, gone);
  });
}

/** What of a lot is not to be picked any more. A lot of the same name of another SKU is another lot. */
export function lotsTaken(context: OrderContext, { lot, units }: Displaced): readonly LineLot[] {
  return lot === undefined ? [] : lotPlan(context, units, lot).flatMap((taking) => taking.units);
}

/** The takings of a withdrawal, as far as those parts are there and nobody picks them. */
export function withdrawPlan(context: OrderContext, { takings }: Pick<Withdrawal, 'takings'>): readonly Taking[] {
  return takings.flatMap(({ fulfillmentId, units }) => {
    const fulfillment = findFulfillment(context, fulfillmentId);
    return fulfillment === undefined || !isUntouched(fulfillment) ? [] : [{ fulfillment, units }];
  });
}

type Withdrawal = Extract<OrderMessage, { type: 'order.withdraw' | 'order.yield' }>;
