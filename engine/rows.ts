/**
 * Rows: how each live thing is written down. A row begins with its version, so that a later engine reads
 * what an earlier one wrote; the rest is as the functions here say, in their order (bytes.ts).
 */
import type { CarrierContext } from '../actors/carrier.ts';
import type { CaseContext } from '../actors/case-context.ts';
import type { CarrierId, CommandId, LineId, LocationId, OrderId, ReservationId, Sku } from '../actors/ids.ts';
import type { ReturnId, SupplyId } from '../actors/ids.ts';
import type { Item } from '../actors/item-commands.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { orderStates, type OrderState } from '../actors/order-states.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import { lotState, type Lot } from '../actors/lots.ts';
import type { StockContext } from '../actors/stock-ledger.ts';
import type { Parcel } from '../actors/tracking.ts';
import type { ReturnContext } from '../actors/return-context.ts';
import type { SupplyContext } from '../actors/supply-context.ts';
import type { OrderPayments } from '../actors/payments.ts';
import type { Fulfillment, FulfillmentState, LineUnits, OrderException, OrderLine } from '../actors/vocabulary.ts';
import { assert, must } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { orderSteps, reservationSteps, supplySteps, type Cell, type LotCell, type StockCell } from './cells.ts';
import { pushCase, readCase } from './cases/case-rows.ts';
import type { Drift } from './drift.ts';
import { isTimed, type PaymentCell } from './payments/cell.ts';
import { readDestination, writeDestination } from './row-parts.ts';
import { pushParcel } from './rows-parcel.ts';
import { prefixes } from './row-keys.ts';
import { readPromises, writePromises } from './rows-promises.ts';
import { pushDrift, readDrift } from './rows-drift.ts';
import { hasRare, readRare, writeRare } from './rows-rare.ts';
import { readReservation, writeReservation } from './rows-reservation.ts';
import { readReturn, writeReturn } from './rows-return.ts';
import { readSupply, writeSupply } from './rows-supply.ts';
import { returnSteps } from './return-cells.ts';
import { taskSteps, terminalSteps, type TaskCell, type TerminalCell } from './floor/cells.ts';
import { isFinal, type Snapshot } from './step.ts';

/** The version every row is written in. */
const version = 1;
const writer = new ByteWriter();

export { prefixes };
type Prefix = keyof typeof prefixes;

const fulfillmentStates: readonly FulfillmentState[] = [
  'open', 'released', 'picking', 'shipped', 'delivered', 'cancelled',
];
const stateIndex = new Map<string, number>(orderStates.map((state, index) => [state, index]));
const partIndex = new Map<string, number>(fulfillmentStates.map((state, index) => [state, index]));

/** A row as the journal takes it: `null` deletes. */
export type RowBytes = readonly [key: string, bytes: Uint8Array | null];

/**
 * Append the row or rows of a cell as it stands. Closing an order also deletes its open row.
 * @param position the record the rows will stand in.
 */
export function pushRows(cell: Cell, snapshot: Cell['snapshot'], rows: RowBytes[], position: number): void {
  writer.uint(version);
  switch (cell.kind) {
    case 'order': {
      const order = snapshot as Snapshot<OrderContext>;
      writeOrder(order);
      if (isFinal(orderSteps, order.value)) {
        rows.push([prefixes.open + cell.id, null], [prefixes.closed + cell.id, writer.take()]);
      } else rows.push([prefixes.open + cell.id, writer.take()]);
      return;
    }
    case 'reservation': {
      const reservation = snapshot as Snapshot<ReservationContext>;
      writeReservation(writer, reservation);
      if (isFinal(reservationSteps, reservation.value)) {
        rows.push([prefixes.reservation + cell.id, null], [prefixes.reservationClosed + cell.id, writer.take()]);
      } else rows.push([prefixes.reservation + cell.id, writer.take()]);
      return;
    }
    case 'stock':
      return pushStock(cell, snapshot as Snapshot<StockContext>, rows, position);
    case 'carrier':
      writeCarrier(snapshot as Snapshot<CarrierContext>);
      rows.push([prefixes.carrier + cell.id, writer.take()]);
      return;
    case 'supply': {
      const supply = snapshot as Snapshot<SupplyContext>;
      writeSupply(writer, supply);
      if (isFinal(supplySteps, supply.value)) {
        rows.push([prefixes.supply + cell.id, null], [prefixes.supplyEnded + cell.id, writer.take()]);
      } else rows.push([prefixes.supply + cell.id, writer.take()]);
      return;
    }
    case 'return': {
      const standing = snapshot as Snapshot<ReturnContext>;
      writeReturn(writer, standing);
      if (isFinal(returnSteps, standing.value)) {
        rows.push([prefixes.return + cell.id, null], [prefixes.returnEnded + cell.id, writer.take()]);
      } else rows.push([prefixes.return + cell.id, writer.take()]);
      return;
    }
    case 'case':
      return pushCase(writer, caseKeys(cell.id), snapshot as Snapshot<CaseContext>, rows);
    case 'lot':
      return pushLot(cell.id, must(snapshot as LotCell['snapshot'], 'a lot to write').context, rows);
    case 'payment':
      return pushPayments(cell.id, must(snapshot as PaymentCell['snapshot'], 'payments to write').context, rows);
    case 'parcel':
      return pushParcel(writer, [prefixes.parcel, prefixes.parcelEnded], cell.id, snapshot as Snapshot<Parcel>, rows);
    case 'drift':
      return pushDrift(writer, prefixes.drift + cell.id, snapshot as Snapshot<Drift>, rows);
    case 'terminal':
    case 'task':
      return pushFloor(cell, rows);
    case 'item':
      return pushItem(cell.id, must(snapshot, 'an item to write'), rows);
    default:
      pushValue(prefixes[cell.kind] + nameOf(cell), must(snapshot, 'a value to write'), rows);
  }
}

/** Of a terminal that is closed nothing stays; a task that has ended stays as it ended. */
function pushFloor(cell: TerminalCell | TaskCell, rows: RowBytes[]): void {
  const snapshot = must(cell.snapshot, 'a terminal or task to write');
  writeItem(snapshot);
  const bytes = writer.take();
  if (cell.kind === 'terminal') {
    rows.push([prefixes.terminal + cell.id, isFinal(terminalSteps, snapshot.value) ? null : bytes]);
  } else if (isFinal(taskSteps, snapshot.value)) {
    rows.push([prefixes.task + cell.id, null], [prefixes.taskEnded + cell.id, bytes]);
  } else rows.push([prefixes.task + cell.id, bytes]);
}

const caseKeys = (id: string): readonly [string, string] => [prefixes.case + id, prefixes.caseEnded + id];

function pushItem(id: string, snapshot: Snapshot<unknown>, rows: RowBytes[]): void {
  writeItem(snapshot);
  rows.push([prefixes.item + id, writer.take()]);
}

function writeItem({ value, context }: Snapshot<unknown>): void {
  writer.text(value);
  writer.text(JSON.stringify(context));
}

function pushStock(cell: StockCell, { context }: Snapshot<StockContext>, rows: RowBytes[], position: number): void {
  writeStock(context);
  // Where the change before this one stands, as a distance: the ledger is read back along these.
  writer.uint(position);
  writer.uint(cell.changedAt === 0 ? 0 : position - cell.changedAt);
  rows.push([(cell.key ??= `${prefixes.stock}${cell.location.id}/${cell.sku.sku}`), writer.take()]);
}

function writeCarrier({ value, context }: Snapshot<CarrierContext>): void {
  writer.text(value);
  writer.text(JSON.stringify(context.card));
  writer.uint(context.inTransit);
  writer.maybe(context.reason);
  if (context.health !== undefined) writer.text(JSON.stringify(context.health));
}

/** The name of an ended pool may be another SKU’s in the same turn: the SKU stands in the key. */
function nameOf(cell: Cell & { readonly id: string }): string {
  return cell.kind === 'pool' ? `${cell.id}/${cell.sku.sku}` : cell.id;
}

/** Plain values are written whole; of one that was removed nothing stays. */
function pushValue(key: string, { value, context }: Snapshot<unknown>, rows: RowBytes[]): void {
  writer.text(JSON.stringify(context));
  const bytes = writer.take();
  rows.push([key, value === 'removed' ? null : bytes]);
}

const pushLot = (id: string, lot: Lot, rows: RowBytes[]): void =>
  pushEither('lotEnded', 'lot', lotState(lot) === 'ended', id, lot, rows);
const pushPayments = (id: string, all: OrderPayments, rows: RowBytes[]): void =>
  pushEither('payment', 'paymentIdle', isTimed(all), id, all, rows);

/** What is done with leaves the rows that recovery reads, and comes back to them: of a lot, when units come back. */
function pushEither(a: Prefix, b: Prefix, isA: boolean, id: string, context: unknown, rows: RowBytes[]): void {
  const [at, not] = isA ? [a, b] : [b, a];
  writer.text(JSON.stringify(context));
  rows.push([prefixes[not] + id, null], [prefixes[at] + id, writer.take()]);
}

/** A receipt: the position of the record that has the command. */
export function receiptRow(id: CommandId, position: number): RowBytes {
  writer.uint(version);
  writer.uint(position);
  return [prefixes.receipt + id, writer.take()];
}

/** Times after placement are written as one more than their distance from it; 0 is none. */
function writeOrder({ value, context: order }: Snapshot<OrderContext>): void {
  const { destination: to } = order;
  writer.uint(must(stateIndex.get(value), 'an order state without a number'));
  writer.text(order.channel);
  writer.uint(order.placedAtMs);
  writer.uint(order.changedAtMs - order.placedAtMs);
  writer.uint(order.releasedAtMs === undefined ? 0 : 1 + order.releasedAtMs - order.placedAtMs);
  writer.uint(order.releaseAfterMs);
  writer.uint(order.shortage === 'refuse' ? 0 : 1);
  writer.uint(order.attempt);
  writeDestination(writer, to);
  writer.maybe(order.currency);
  writer.maybe(order.customer);
  writer.uint(order.lines.length);
  for (let index = 0; index < order.lines.length; index += 1) writeLine(order.lines[index] as OrderLine, index);
  writer.uint(order.fulfillments.length);
  for (const part of order.fulfillments) writeFulfillment(part, order.lines);
  writer.maybe(order.trouble);
  writer.maybe(order.exception === undefined ? undefined : JSON.stringify(order.exception));
  writePromises(writer, order, hasRare(order));
  writeRare(writer, order);
}

/** A line that is called by its number, as most are, is written without its name. */
function writeLine(line: OrderLine, index: number): void {
  const isNumbered = line.lineId === String(index + 1);
  writer.text(isNumbered ? '' : line.lineId);
  writer.text(line.sku);
  writer.uint(line.quantity);
  writer.uint(line.unitPriceMinor);
  writer.uint(line.allocated);
  writer.uint(line.backordered);
  writer.uint(line.shipped);
  writer.uint(line.cancelled);
}

/** A fulfillment names its lines by number. They stand in the order's order, so one pass finds them all. */
function writeFulfillment(part: Fulfillment, lines: readonly OrderLine[]): void {
  writer.text(part.location);
  writer.uint(must(partIndex.get(part.state), 'a fulfillment state without a number'));
  writer.maybe(part.carrier);
  writer.uint(part.distanceKm);
  writer.uint(part.costMinor);
  writer.maybe(part.tracking);
  writer.uint(part.lines.length);
  let number = 0;
  for (const { lineId, quantity } of part.lines) {
    while (number < lines.length && lines[number]?.lineId !== lineId) number += 1;
    assert(number < lines.length, 'the lines of a fulfillment do not stand in the order of the order’s');
    writer.uint(number);
    writer.uint(quantity);
  }
}

function open(row: unknown, what: string): ByteReader {
  assert(row instanceof Uint8Array, `${what}: a row that is not bytes`);
  const reader = new ByteReader(row);
  const found = reader.uint();
  assert(found === version, `${what}: a row of version ${found}; this build reads ${version}`);
  return reader;
}

/** The position a receipt's row holds; undefined when there is no row. */
export function receiptFromRow(row: unknown): number | undefined {
  return row === undefined || row === null ? undefined : open(row, 'receipt').uint();
}

/** The order a row holds. */
export function orderFromRow(id: OrderId, row: unknown): Snapshot<OrderContext> {
  const reader = open(row, `order ${id}`);
  const value = must(orderStates[reader.uint()], 'an order state number') satisfies OrderState;
  const channel = reader.text() as OrderContext['channel'];
  const placedAtMs = reader.uint();
  const changedAtMs = placedAtMs + reader.uint();
  const released = reader.uint();
  const releasedAtMs = released === 0 ? undefined : placedAtMs + released - 1;
  const releaseAfterMs = reader.uint();
  const shortage = reader.uint() === 0 ? 'refuse' : 'backorder';
  const attempt = reader.uint();
  const destination = readDestination(reader);
  const currency = reader.maybe();
  const customer = reader.maybe();
  const lines = Array.from({ length: reader.uint() }, (_, index) => readLine(reader, index));
  const fulfillments = Array.from({ length: reader.uint() }, (_, index) => readFulfillment(reader, index, lines));
  const trouble = reader.maybe() as OrderContext['trouble'];
  const exceptionText = reader.maybe();
  const exception = exceptionText === undefined ? undefined : (JSON.parse(exceptionText) as OrderException);
  const service = readPromises(reader, placedAtMs, destination, fulfillments);
  const rare = readRare(reader, lines, fulfillments);
  assert(reader.isAtEnd, `order ${id}: a row that is too long`);
  const { segment, priority, promisedByMs, fulfillAtMs, fulfillByMs, tags, attributes, holds } = rare;
  const { sourcedAtMs, declined, improved, batch, replaces, intake } = rare;
  // Written out, in the machine's order: put together of objects it would be copied slowly ever after.
  const context: Whole<OrderContext> = {
    orderId: id, channel, destination, currency, customer, shortage, service, releaseAfterMs,
    segment, priority, promisedByMs, fulfillAtMs, fulfillByMs, tags, attributes, holds,
    placedAtMs, changedAtMs, releasedAtMs, attempt,
    sourcedAtMs, declined, improved, batch, replaces, intake, lines, fulfillments, trouble, exception,
  };
  return { value, context };
}

/** With every field, also those that may be absent. */
type Whole<T> = { readonly [K in keyof Required<T>]: T[K] };

function readLine(reader: ByteReader, index: number): OrderLine {
  const lineId = (reader.maybe() ?? String(index + 1)) as LineId;
  const sku = reader.text() as Sku;
  const [quantity, unitPriceMinor] = [reader.uint(), reader.uint()];
  const [allocated, backordered] = [reader.uint(), reader.uint()];
  const [shipped, cancelled] = [reader.uint(), reader.uint()];
  // What is in no other place waits for a mapping.
  const parked = quantity - allocated - backordered - shipped - cancelled;
  const line = { lineId, sku, quantity, unitPriceMinor, allocated, backordered, shipped, cancelled };
  return parked === 0 ? line : { ...line, parked };
}

function readFulfillment(reader: ByteReader, index: number, lines: readonly OrderLine[]): Fulfillment {
  const location = reader.text() as LocationId;
  const state = must(fulfillmentStates[reader.uint()], 'a fulfillment state number');
  const carrier = reader.maybe() as CarrierId | undefined;
  const distanceKm = reader.uint();
  const costMinor = reader.uint();
  const tracking = reader.maybe();
  const units = Array.from({ length: reader.uint() }, (): LineUnits => {
    const { lineId } = must(lines[reader.uint()], 'a line number');
    return { lineId, quantity: reader.uint() };
  });
  const fulfillmentId = String(index + 1) as Fulfillment['fulfillmentId'];
  return { fulfillmentId, location, state, carrier, distanceKm, costMinor, lines: units, tracking };
}

/** The reservation a row holds. */
export function reservationFromRow(id: ReservationId, row: unknown): Snapshot<ReservationContext> {
  return readReservation(open(row, `reservation ${id}`), id);
}

/** In the mask of a stock, beside the five balances: it is suspect. */
const suspectBit = 32;

/** Balances that are mostly 0 are written only where they are not: a mask says which stand there. */
function writeStock(stock: StockContext): void {
  const { onHand, damaged, quality, held, reserved, allocated, buffer } = stock;
  const rare = [damaged, quality, held, reserved, buffer];
  writer.uint(onHand);
  writer.uint(allocated);
  const marks = stock.suspect === true ? suspectBit : 0;
  writer.uint(rare.reduce((mask, units, bit) => (units > 0 ? mask | (1 << bit) : mask), marks));
  for (const units of rare) if (units > 0) writer.uint(units);
}

/** A stock as a row holds it, with the records of its last two changes (0: none); its names come from the key. */
export interface StoredStock {
  readonly snapshot: Snapshot<StockContext>;
  readonly changedAt: number;
  readonly changedBefore: number;
}

export function stockFromRow(sku: Sku, location: LocationId, row: unknown): StoredStock {
  const reader = open(row, `stock ${sku} at ${location}`);
  const [onHand, allocated, mask] = [reader.uint(), reader.uint(), reader.uint()];
  const rare = (bit: number): number => ((mask >> bit) & 1 ? reader.uint() : 0);
  const [damaged, quality, held, reserved, buffer] = [rare(0), rare(1), rare(2), rare(3), rare(4)];
  const changedAt = reader.uint();
  const back = reader.uint();
  const levels = { sku, location, onHand, damaged, quality, held, reserved, allocated, buffer };
  const context = (mask & suspectBit) === 0 ? levels : { ...levels, suspect: true as const };
  return { snapshot: { value: 'open', context }, changedAt, changedBefore: back === 0 ? 0 : changedAt - back };
}

export function carrierFromRow(row: unknown): Snapshot<CarrierContext> {
  const reader = open(row, 'carrier');
  const value = reader.text();
  const card = JSON.parse(reader.text()) as CarrierContext['card'];
  const context = { card, inTransit: reader.uint(), reason: reader.maybe() ?? '' };
  if (reader.isAtEnd) return { value, context };
  return { value, context: { ...context, health: JSON.parse(reader.text()) as CarrierContext['health'] } };
}

/** The supply document a row holds. */
export function supplyFromRow(id: SupplyId, row: unknown): Snapshot<SupplyContext> {
  return readSupply(open(row, `supply ${id}`), id);
}

/** The return a row holds. */
export function returnFromRow(id: ReturnId, row: unknown): Snapshot<ReturnContext> {
  return readReturn(open(row, `return ${id}`), id);
}

/** The case a row holds. */
export const caseFromRow = (id: string, row: unknown): Snapshot<CaseContext> => readCase(open(row, `case ${id}`));

/** The drift a row holds. */
export function driftFromRow(row: unknown): Snapshot<Drift> {
  return { value: 'put', context: readDrift(open(row, 'drift')) };
}

/** An item, a terminal or a task: its state, and plain values. */
export function itemFromRow<T = Item>(row: unknown): Snapshot<T> {
  const reader = open(row, 'item');
  const value = reader.text();
  return { value, context: JSON.parse(reader.text()) as T };
}

/** A location, channel, item, rule, transit or work: plain values under version and state. */
export function valueFromRow<T>(row: unknown): Snapshot<T> {
  return { value: 'put', context: JSON.parse(open(row, 'value').text()) as T };
}
