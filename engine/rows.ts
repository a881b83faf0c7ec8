/**
 * Rows: how each live thing is written down. A row is a tuple that begins with its version, so that a
 * later engine reads what an earlier one wrote.
 *
 * Keys: o/ order open, c/ order closed, s/ stock (location/SKU), k/ carrier, l/ location, n/ channel,
 * r/ receipt (command id → position).
 */
import type { CarrierContext } from '../actors/carrier.ts';
import type { Channel, Destination, Location } from '../actors/commands.ts';
import type { CarrierId, LineId, LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { orderStates, type OrderState } from '../actors/queries.ts';
import type { StockContext } from '../actors/stock-ledger.ts';
import type { Fulfillment, FulfillmentState, LineUnits, OrderLine } from '../actors/vocabulary.ts';
import { assert, must } from './assert.ts';
import { orderSteps, type Cell } from './cells.ts';
import { isFinal, type Snapshot } from './step.ts';

type RowValue = readonly unknown[];

export const prefixes = {
  open: 'o/',
  closed: 'c/',
  stock: 's/',
  carrier: 'k/',
  location: 'l/',
  channel: 'n/',
  receipt: 'r/',
} as const;

const fulfillmentStates = ['open', 'released', 'picking', 'shipped', 'delivered', 'cancelled'] as const satisfies readonly FulfillmentState[];
const stateIndex = new Map<string, number>(orderStates.map((state, index) => [state, index]));
const partIndex = new Map<string, number>(fulfillmentStates.map((state, index) => [state, index]));

/** Append the row or rows of a cell as it stands. Closing an order also deletes its open row. */
export function pushRows(cell: Cell, snapshot: Cell['snapshot'], rows: [string, unknown][]): void {
  switch (cell.kind) {
    case 'order': {
      const order = snapshot as Snapshot<OrderContext>;
      if (!isFinal(orderSteps, order.value)) {
        rows.push([prefixes.open + cell.id, orderRow(order)]);
        return;
      }
      rows.push([prefixes.open + cell.id, null]);
      rows.push([prefixes.closed + cell.id, orderRow(order)]);
      return;
    }
    case 'stock': {
      const stock = (snapshot as Snapshot<StockContext>).context;
      rows.push([
        `${prefixes.stock}${cell.location.id}/${cell.sku.sku}`,
        [1, stock.onHand, stock.unavailable, stock.allocated, stock.buffer],
      ]);
      return;
    }
    case 'carrier': {
      const { value, context } = snapshot as Snapshot<CarrierContext>;
      rows.push([prefixes.carrier + cell.id, [1, value, context.card, context.inTransit, context.reason]]);
      return;
    }
    case 'location':
      rows.push([prefixes.location + cell.id, [1, (snapshot as Snapshot<Location>).context]]);
      return;
    case 'channel':
      rows.push([prefixes.channel + cell.id, [1, (snapshot as Snapshot<Channel>).context]]);
      return;
  }
}

const orNull = <T>(value: T | undefined): T | null => value ?? null;
const orUndefined = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T));

function orderRow({ value, context: order }: Snapshot<OrderContext>): RowValue {
  const { destination: to } = order;
  const numbers = new Map<string, number>();
  const lines: unknown[] = [];
  for (const [index, line] of order.lines.entries()) {
    numbers.set(line.lineId, index);
    lines.push(line.lineId === String(index + 1) ? 0 : line.lineId, line.sku, line.quantity, line.unitPriceMinor);
    lines.push(line.allocated, line.backordered, line.shipped, line.cancelled);
  }
  return [
    1,
    must(stateIndex.get(value), 'an order state without a number'),
    order.channel,
    order.placedAtMs,
    order.changedAtMs - order.placedAtMs,
    order.releasedAtMs === undefined ? -1 : order.releasedAtMs - order.placedAtMs,
    order.releaseAfterMs,
    order.shortage === 'refuse' ? 0 : 1,
    order.attempt,
    [to.country, orNull(to.postalCode), orNull(to.latitude), orNull(to.longitude)],
    orNull(order.currency),
    orNull(order.customer),
    lines,
    order.fulfillments.map((part) => fulfillmentRow(part, numbers)),
    orNull(order.trouble),
    orNull(order.exception),
  ];
}

function fulfillmentRow(part: Fulfillment, numbers: ReadonlyMap<string, number>): RowValue {
  const units: number[] = [];
  for (const { lineId, quantity } of part.lines) {
    units.push(must(numbers.get(lineId), 'a fulfillment of a line that is not there'), quantity);
  }
  const state = must(partIndex.get(part.state), 'a fulfillment state without a number');
  return [part.location, state, orNull(part.carrier), part.distanceKm, part.costMinor, units, orNull(part.tracking)];
}

function versioned(row: unknown, what: string): RowValue {
  assert(Array.isArray(row) && row[0] === 1, `${what}: a row of version ${String((row as RowValue)[0])}`);
  return row as RowValue;
}

/** The order a row holds. */
export function orderFromRow(id: OrderId, stored: unknown): Snapshot<OrderContext> {
  const row = versioned(stored, `order ${id}`);
  const placedAtMs = row[3] as number;
  const released = row[5] as number;
  const lines = linesFromRow(row[12] as RowValue);
  const [country, postalCode, latitude, longitude] = row[9] as RowValue;
  const destination: Destination = { country: country as string };
  if (postalCode !== null) destination.postalCode = postalCode as string;
  if (latitude !== null) destination.latitude = latitude as number;
  if (longitude !== null) destination.longitude = longitude as number;
  const context: OrderContext = {
    orderId: id,
    channel: row[2] as OrderContext['channel'],
    destination,
    currency: orUndefined(row[10]),
    customer: orUndefined(row[11]),
    shortage: row[7] === 0 ? 'refuse' : 'backorder',
    releaseAfterMs: row[6] as number,
    placedAtMs,
    changedAtMs: placedAtMs + (row[4] as number),
    releasedAtMs: released < 0 ? undefined : placedAtMs + released,
    attempt: row[8] as number,
    lines,
    fulfillments: (row[13] as RowValue[]).map((part, index) => fulfillmentFromRow(part, index, lines)),
    trouble: orUndefined(row[14]),
    exception: orUndefined(row[15]),
  };
  return { value: must(orderStates[row[1] as number], 'an order state number') satisfies OrderState, context };
}

function linesFromRow(flat: RowValue): OrderLine[] {
  const lines: OrderLine[] = [];
  for (let i = 0; i < flat.length; i += 8) {
    lines.push({
      lineId: (flat[i] === 0 ? String(i / 8 + 1) : flat[i]) as LineId,
      sku: flat[i + 1] as Sku,
      quantity: flat[i + 2] as number,
      unitPriceMinor: flat[i + 3] as number,
      allocated: flat[i + 4] as number,
      backordered: flat[i + 5] as number,
      shipped: flat[i + 6] as number,
      cancelled: flat[i + 7] as number,
    });
  }
  return lines;
}

function fulfillmentFromRow(row: RowValue, index: number, lines: readonly OrderLine[]): Fulfillment {
  const flat = row[5] as readonly number[];
  const units: LineUnits[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    const line = must(lines[flat[i] ?? -1], 'a line number');
    units.push({ lineId: line.lineId, quantity: flat[i + 1] ?? 0 });
  }
  return {
    fulfillmentId: String(index + 1) as Fulfillment['fulfillmentId'],
    location: row[0] as LocationId,
    state: must(fulfillmentStates[row[1] as number], 'a fulfillment state number'),
    carrier: orUndefined<CarrierId>(row[2]),
    distanceKm: row[3] as number,
    costMinor: row[4] as number,
    lines: units,
    tracking: orUndefined(row[6]),
  };
}

/** The stock a row holds; its names come from the key. */
export function stockFromRow(sku: Sku, location: LocationId, stored: unknown): Snapshot<StockContext> {
  const row = versioned(stored, `stock ${sku} at ${location}`) as readonly number[];
  const [, onHand = 0, unavailable = 0, allocated = 0, buffer = 0] = row;
  return { value: 'open', context: { sku, location, onHand, unavailable, allocated, buffer } };
}

export function carrierFromRow(stored: unknown): Snapshot<CarrierContext> {
  const row = versioned(stored, 'carrier');
  const [, value, card, inTransit, reason] = row;
  return {
    value: value as string,
    context: { card: card as CarrierContext['card'], inTransit: inTransit as number, reason: reason as string },
  };
}

/** A location or channel: plain values under version and state. */
export function valueFromRow<T>(stored: unknown): Snapshot<T> {
  return { value: 'put', context: versioned(stored, 'value')[1] as T };
}
