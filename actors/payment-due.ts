/** What is due for an order: what it was placed for, less what was cancelled of it since. Pure. */
import type { OrderContext } from './order-context.ts';
import type { OrderLine } from './vocabulary.ts';

type Worth = Pick<OrderContext, 'lines' | 'intake'>;

/** What a unit of a line is worth; of a kit, its share of what the kit costs. */
export function unitMinor({ lines }: Worth, { kit, unitPriceMinor }: OrderLine): number {
  if (kit === undefined) return unitPriceMinor;
  const inAll = lines.reduce((units, one) => units + (one.kit?.lineId === kit.lineId ? one.quantity : 0), 0);
  return Math.floor((kit.unitPriceMinor * kit.quantity) / inAll);
}

/** What an order is worth by its lines, as they were placed. */
function linesWorthMinor({ lines }: Worth): number {
  const kits = new Map(lines.flatMap(({ kit }) => (kit === undefined ? [] : [[kit.lineId, kit] as const])));
  let sum = 0;
  for (const { kit, quantity, unitPriceMinor } of lines) if (kit === undefined) sum += quantity * unitPriceMinor;
  for (const kit of kits.values()) sum += kit.quantity * kit.unitPriceMinor;
  return sum;
}

/** What an order was placed for by its lines, whatever was added to them since. */
export const placedWorthMinor = (order: Worth): number => linesWorthMinor(order) - (order.intake?.addedMinor ?? 0);

/** @param placedMinor what was due when it was placed. */
export function dueNowMinor(placedMinor: number, order: Worth): number {
  let cancelled = 0;
  for (const line of order.lines) if (line.cancelled > 0) cancelled += line.cancelled * unitMinor(order, line);
  // Of an order that was cancelled whole, carriage is not due either; what cancelling costs is.
  const isGone = order.lines.every((line) => line.cancelled === line.quantity);
  const { addedMinor = 0, feesMinor = 0 } = order.intake ?? {};
  return (isGone ? 0 : Math.max(0, placedMinor + addedMinor - cancelled)) + feesMinor;
}

/** What a parcel asks for: what is in it; the last one all that is left to ask for. */
export function partMinor(order: OrderContext, fulfillmentId: string, leftMinor: number): number {
  const isLast = order.lines.every(({ allocated, backordered, parked = 0 }) => allocated + backordered + parked === 0);
  if (isLast) return leftMinor;
  const part = order.fulfillments.find((one) => one.fulfillmentId === fulfillmentId);
  const units = new Map(order.lines.map((line) => [line.lineId, unitMinor(order, line)]));
  const worth = (part?.lines ?? []).reduce((sum, { lineId, quantity }) => sum + quantity * (units.get(lineId) ?? 0), 0);
  return Math.min(worth, leftMinor);
}
