/**
 * How much of a turn's record things take, so that turns can be cut to fit: upper estimates, in bytes of
 * MessagePack. Small commands are estimated from their counts, because that is done for each of them;
 * a large one is measured value by value.
 */
import type { Command } from '../actors/commands.ts';
import type { NamedLots } from '../actors/lot-commands.ts';
import type { Channel } from '../actors/network-commands.ts';
import type { CarrierContext } from '../actors/carrier.ts';
import type { OrderContext } from '../actors/order-context.ts';
import type { SupplyContext } from '../actors/supply-context.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import type { Event } from '../actors/vocabulary.ts';
import { unreachable } from './assert.ts';
import type { Cell } from './cells.ts';
import { pushRows, type RowBytes } from './rows.ts';

const valueSizes = new WeakMap<object, number>();

/** A value that is written as JSON. Values never change, so each is measured once. */
function valueRowBytes(value: object | undefined): number {
  if (value === undefined) return 0;
  let bytes = valueSizes.get(value);
  if (bytes === undefined) valueSizes.set(value, (bytes = Buffer.byteLength(JSON.stringify(value))));
  return bytes;
}

/**
 * A context that is written as JSON and of which most stays as it was from one change to the next: its numbers and
 * texts are reckoned with at their longest, and what else is in it is measured once.
 */
function partsBytes(context: object | undefined): number {
  let bytes = 2;
  for (const key in context) {
    const value: unknown = (context as Readonly<Record<string, unknown>>)[key];
    if (value === undefined) continue;
    bytes += key.length + 4;
    if (typeof value === 'string') bytes += 2 + textBytes(value);
    else bytes += typeof value === 'object' && value !== null ? valueRowBytes(value) : plainBytes(value);
  }
  return bytes;
}

/** A number, or a truth, in JSON: a small count, any other, such as an instant, or one that is not whole. */
function plainBytes(value: unknown): number {
  if (typeof value !== 'number') return 5;
  if (!Number.isSafeInteger(value)) return 24;
  return value >= 0 && value < 1_000_000 ? 6 : 17;
}

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const textBytes = (text: string | undefined): number => 3 * (text?.length ?? 0);

/** The row of a cell with its key; for an order also its part in the answer. */
export function cellBytes(cell: Cell): number {
  switch (cell.kind) {
    case 'stock':
      return 56 + cell.sku.sku.length + cell.location.id.length;
    case 'order':
      return cell.snapshot === undefined ? 0 : orderBytes(cell.snapshot.context);
    case 'reservation':
      return cell.snapshot === undefined ? 0 : reservationBytes(cell.snapshot.context);
    case 'channel':
      return cell.snapshot === undefined ? 0 : channelBytes(cell.snapshot.context);
    case 'supply':
      return cell.snapshot === undefined ? 0 : supplyBytes(cell.snapshot.context);
    case 'return':
      return 384 + valueRowBytes(cell.snapshot?.context);
    // Their ids are reckoned with three times, and stand in the key and the answer as well.
    case 'task':
      return 384 + partsBytes(cell.snapshot?.context);
    case 'terminal':
      return 192 + partsBytes(cell.snapshot?.context);
    case 'order-returns': case 'return-policy':
    case 'details': case 'external': case 'mapping': case 'intake-policy':
    case 'lot': case 'lot-shipment':
    case 'lane':
    case 'suspect':
    case 'promise':
      return 240 + valueRowBytes(cell.snapshot?.context);
    case 'parcel':
      return 240 + partsBytes(cell.snapshot?.context);
    case 'payment':
      return 512 + partsBytes(cell.snapshot?.context);
    case 'case': case 'case-log': case 'playbook':
      return 1_024 + valueRowBytes(cell.snapshot?.context);
    case 'case-order':
      return 64 + 3 * cell.id.length + valueRowBytes(cell.snapshot?.context);
    case 'location': case 'transit': case 'forecast': case 'work': case 'item':
      return 96 + valueRowBytes(cell.snapshot?.context);
    case 'carrier':
      return carrierBytes(cell.snapshot?.context);
    case 'recent':
      return 96 + textBytes(cell.id) + valueRowBytes(cell.snapshot?.context);
    case 'quota':
      return 96 + 4 * textBytes(cell.id);
    case 'drift':
      return 216;
    case 'buffer':
    case 'trial':
      return 768;
    case 'pace':
      return 96 + cell.id.length;
    case 'pool':
    case 'plan':
    case 'seat':
    case 'shadow':
    case 'rates':
      return 96 + valueRowBytes(cell.snapshot?.context);
    default:
      return unreachable(cell);
  }
}

function carrierBytes(context: CarrierContext | undefined): number {
  return 160 + valueRowBytes(context?.card) + textBytes(context?.reason) + valueRowBytes(context?.health);
}

function orderBytes(order: OrderContext): number {
  const { customer, segment, destination, lines, fulfillments, tags, attributes } = order;
  const marks = (tags === undefined ? 0 : valueRowBytes(tags)) + valueRowBytes(attributes);
  const named = textBytes(customer) + (segment?.length ?? 0) + (destination.timeZone?.length ?? 0);
  let bytes = 192 + 3 * marks + named + 6 * (order.sourcedAtMs?.length ?? 0) + valueRowBytes(order.holds);
  if (order.fulfillAtMs !== undefined || order.fulfillByMs !== undefined) bytes += 24;
  bytes += valueRowBytes(order.declined) + valueRowBytes(order.batch) + valueRowBytes(order.intake);
  for (const line of lines) {
    bytes += 28 + line.sku.length + line.lineId.length;
    if (line.kit !== undefined) bytes += 24 + line.kit.sku.length + line.kit.lineId.length;
  }
  for (const part of fulfillments) {
    bytes += 72 + 2 * part.location.length + textBytes(part.tracking);
    const isPromised = part.shipByMs !== undefined || part.workAtMs !== undefined;
    if (isPromised || part.service !== undefined) bytes += 80 + 2 * (part.service?.length ?? 0);
    for (const { lineId } of part.lines) bytes += 16 + lineId.length;
    if (part.untracked !== undefined) bytes += untrackedBytes(part.untracked);
    if (part.startByMs !== undefined) bytes += 64;
    if (part.holds !== undefined) bytes += 16 + 2 * valueRowBytes(part.holds);
    if (part.offer !== undefined) bytes += 16 + 2 * valueRowBytes(part.offer);
    if (part.cancelling !== undefined) bytes += 16 + 2 * valueRowBytes(part.cancelling);
    // In the row, and in the answer with its keys.
    if (part.lots !== undefined) for (const { lot, lineId } of part.lots) bytes += 48 + 2 * lot.length + lineId.length;
  }
  return bytes;
}

/** In the row by number, in the answer by name. */
function untrackedBytes(untracked: readonly string[]): number {
  let bytes = 32;
  for (const lineId of untracked) bytes += 12 + lineId.length;
  return bytes;
}

function channelBytes({ locations, groups }: Channel): number {
  return 320 + 36 * ((locations?.length ?? 0) + (groups?.length ?? 0));
}

function supplyBytes({ supplier, reference, tracking, reason, lines }: SupplyContext): number {
  let bytes = 256 + textBytes(supplier) + textBytes(reference) + textBytes(tracking) + textBytes(reason);
  for (const line of lines) bytes += 48 + line.sku.length + line.lineId.length;
  return bytes;
}

function reservationBytes(reservation: ReservationContext): number {
  const { customer, segment, lines, parcels, locations = [], groups = [] } = reservation;
  let bytes = 208 + textBytes(customer) + (segment?.length ?? 0) + 36 * (locations.length + groups.length);
  for (const { sku, lineId, kit } of lines) {
    bytes += 64 + 2 * sku.length + 2 * lineId.length;
    if (kit !== undefined) bytes += 96 + 2 * kit.sku.length + 2 * kit.lineId.length;
  }
  for (const parcel of parcels) {
    bytes += 96 + 2 * parcel.location.length;
    for (const { lineId } of parcel.lines) bytes += 32 + lineId.length;
    if (parcel.untracked !== undefined) bytes += untrackedBytes(parcel.untracked);
  }
  return bytes;
}

interface LineNames extends NamedLots {
  readonly lineId: string;
}

/** Bodies that are measured whole. */
const measured =
  /^(return|tracking|carrier|payment|mapping|order\.[ehs]|case\.|playbook|suspect|task|terminal|fulfillment\.[hmr])/;
const isMeasured = (kind: string): boolean => measured.test(kind);

/** The body of a command with its id, kind and credential. */
export function bodyBytes({ kind, commandId, by, body }: Command): number {
  const bytesOfHead = 96 + commandId.length + by.length;
  if (isMeasured(kind)) return bytesOfHead + valueBytes(body);
  let bytes = bytesOfHead;
  if ('entries' in body) {
    const each = kind === 'stock.count' ? 40 : 24;
    for (const entry of body.entries) bytes += each + entry.sku.length + entry.location.length + lotsBytes(entry);
  } else if (kind === 'order.place') {
    bytes += 112 + body.orderId.length + textBytes(body.customer) + (body.reservationId?.length ?? 0);
    for (const { sku, lineId, details, routed, substitution } of body.lines) {
      bytes += 20 + sku.length + (lineId?.length ?? 0);
      if (routed !== undefined) bytes += 8 + valueBytes(routed);
      if (substitution !== undefined) bytes += 32;
      if (details !== undefined) bytes += 8 + valueBytes(details);
    }
    if (body.externalId !== undefined) bytes += 16 + body.externalId.length;
    if (body.details !== undefined) bytes += 8 + valueBytes(body.details);
    if (body.tags !== undefined) bytes += valueBytes(body.tags);
    if (body.attributes !== undefined) bytes += valueBytes(body.attributes);
    if (body.holds !== undefined) bytes += valueBytes(body.holds);
    if (body.substitution !== undefined) bytes += 32;
    if (body.fulfillAtMs !== undefined || body.fulfillByMs !== undefined) bytes += 52;
  } else if (kind === 'reservation.make') {
    const places = (body.locations?.length ?? 0) + (body.groups?.length ?? 0);
    bytes += 192 + body.reservationId.length + textBytes(body.customer) + 36 * places;
    for (const { sku, lineId } of body.lines) bytes += 20 + sku.length + (lineId?.length ?? 0);
  } else if ('lines' in body && body.lines !== undefined) {
    for (const line of body.lines as readonly LineNames[]) bytes += 12 + line.lineId.length + lotsBytes(line);
  } else if (kind === 'channel.put') {
    bytes += channelBytes(body.channel);
  }
  if (kind === 'supply.put') {
    const { supplier, reference, lines } = body.supply;
    bytes += 256 + textBytes(supplier) + textBytes(reference);
    for (const { sku, lineId } of lines) bytes += 48 + sku.length + (lineId?.length ?? 0);
  }
  if (kind === 'supply.ship') for (const one of body.units ?? []) bytes += 16 + one.sku.length + lotsBytes(one);
  if ('feed' in body) bytes += 48;
  if (kind === 'location.put' || kind === 'transit.put' || kind === 'item.put') {
    bytes += valueBytes(body);
  }
  const isOfUnits = kind === 'fulfillment.split' || kind === 'fulfillment.substitute';
  if (kind === 'forecast.put' || isOfUnits) bytes += valueBytes(body);
  if (kind === 'buffer.put') bytes += 600;
  if (kind === 'feed.close') bytes += 128 + 40 * (body.locations?.length ?? 0);
  if (kind === 'pool.put' || kind === 'intake-policy.put' || kind === 'order.amend') bytes += valueBytes(body);
  if (kind.startsWith('plan.') || kind.startsWith('rates.')) bytes += valueBytes(body);
  return 'reason' in body ? bytes + textBytes(body.reason) : bytes;
}

/** The lots or serials an entry or line names. */
function lotsBytes(entry: object): number {
  const { lots, serials } = entry as NamedLots;
  let bytes = 0;
  if (lots !== undefined) for (const { lot } of lots) bytes += 44 + lot.length;
  if (serials !== undefined) for (const serial of serials) bytes += 5 + serial.length;
  return bytes;
}

/** Events that are rare, or as long as what they tell of: every byte of them is counted. */
const measuredEvents: ReadonlySet<Event['kind']> = new Set([
  'fulfillment.split', 'fulfillment.merged', 'order.substituted', 'order.edited', 'order.parked', 'order.unparked',
  'task.changed', 'terminal.changed', 'suspect.changed',
]);

export function eventBytes(event: Event): number {
  const bytes = ('reservationId' in event ? 160 : 64) + event.kind.length;
  if (event.kind === 'buffer.changed') return bytes + 128;
  if (event.kind === 'batch.settled') return bytes + 96;
  if (event.kind === 'canary.changed') return bytes + 384 + textBytes(event.reason);
  if (event.kind === 'shadow.changed') return bytes + 128 + textBytes(event.reason);
  if (measuredEvents.has(event.kind)) return bytes + valueBytes(event);
  if (event.kind === 'fulfillment.held' || event.kind === 'fulfillment.unheld') return bytes + 160 + valueBytes(event);
  if (event.kind === 'order.held') return bytes + 160 + valueRowBytes(event.hold);
  if (event.kind === 'order.unheld') return bytes + 160 + 40 * event.holdIds.length;
  if (event.kind === 'fulfillment.changed') {
    return event.startByMs === undefined && event.offeredUntilMs === undefined ? bytes : bytes + 48;
  }
  if (event.kind === 'order.sourced') return bytes + 48 + 96 * event.choices.length + sourcedBytes(event);
  if (event.kind === 'lot.changed') return bytes + 256 + textBytes(event.reason) + 36 * event.locations.length;
  if (event.kind === 'return.changed' || event.kind === 'refund.due') return bytes + valueRowBytes(event);
  if (event.kind === 'order.amended' || event.kind === 'order.scheduled') return bytes + 160;
  if (event.kind === 'order.cancelled') return bytes + 24 + textBytes(event.reason);
  if (event.kind === 'capture.wanted') return bytes + 64 + valueRowBytes(event);
  if (event.kind.startsWith('payment.')) return bytes + 64 + valueRowBytes(event);
  if (/^parcel|^carrier.[he]|rerated$|^cancellation/.test(event.kind)) return bytes + valueRowBytes(event);
  if (event.kind === 'supply.changed') return bytes + supplyNewsBytes(event);
  if (event.kind === 'offer.changed') return bytes + 160;
  if (event.kind === 'case.changed') return bytes + 2 * valueBytes(event);
  return 'reason' in event ? bytes + textBytes(event.reason) : bytes;
}

/** What was removed, and by which plan. */
function sourcedBytes(sourced: Extract<Event, { kind: 'order.sourced' }>): number {
  const { removed = [], ruled, rates, moved, cause, routed } = sourced;
  let bytes = valueRowBytes(rates) + 8 * (rates?.length ?? 0);
  bytes += 128 * removed.length + valueRowBytes(moved) + valueRowBytes(cause) + valueRowBytes(routed);
  for (const { lines = [] } of removed) for (const lineId of lines) bytes += 8 + lineId.length;
  if (ruled === undefined) return bytes;
  for (const { rule, detail } of ruled.failed ?? []) bytes += 32 + rule.length + detail.length;
  return bytes + 192;
}

/** Lines are written with their keys. */
function supplyNewsBytes({ reason, lines }: Extract<Event, { kind: 'supply.changed' }>): number {
  let bytes = 320 + textBytes(reason);
  for (const { sku, lineId } of lines) bytes += 128 + sku.length + lineId.length;
  return bytes;
}

/** Every byte a value takes, each key written out, as msgpackr does at its worst. */
export function valueBytes(value: unknown): number {
  if (typeof value === 'string') return 5 + Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array) return 5 + value.length;
  let bytes = 5;
  if (Array.isArray(value)) {
    for (const item of value) bytes += valueBytes(item);
    return bytes;
  }
  for (const [key, member] of Object.entries(value)) bytes += 5 + key.length + valueBytes(member);
  return bytes;
}

function numberBytes(value: number): number {
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fff_ffff) return 9;
  return value >= -32 && value < 128 ? 1 : 5;
}

/** Rows of cells with their keys, measured. */
/** Of positions, the longest is reckoned with. */
export function measuredRows(cells: readonly Cell[]): number {
  const rows: RowBytes[] = [];
  for (const cell of cells) pushRows(cell, cell.snapshot, rows, Number.MAX_SAFE_INTEGER);
  return valueBytes(rows);
}
