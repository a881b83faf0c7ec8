/**
 * A decision of the past, found in the journal by the time its order remembers, with the moment within its record
 * at which it was made and the order as it was then.
 */
import { isOfParts } from '../../actors/order-lines.ts';
import { unitsOfPart } from '../../actors/order-takings.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { OrderId } from '../../actors/ids.ts';
import type { Event, Fulfillment, OrderLine } from '../../actors/vocabulary.ts';
import type { StoredRecord } from '../../storage/journal.ts';
import type { LedgerJournal } from '../ledger.ts';
import { movesBefore } from '../decision-moments.ts';
import type { Entry } from '../receipts.ts';
import { orderFromRow, prefixes } from '../rows.ts';
import { namedMoves, type Moment, type NamedMove } from '../then.ts';

export type Sourced = Extract<Event, { kind: 'order.sourced' }>;

/** Where a decision is recorded. */
export interface Found {
  readonly record: StoredRecord;
  /** Its place among the events of the record. */
  readonly index: number;
  readonly decision: Sourced;
}

/** Records of one millisecond that are looked through, and records before the oldest time an order remembers. */
const sameTimeMax = 1_024;
const olderMax = 1_024;

/** The decision of an attempt; undefined: there was none, or its record was trimmed, or it is too far to look for. */
export function findDecision(journal: LedgerJournal, order: OrderContext, attempt: number): Found | undefined {
  const { placedAtMs, attempt: attempts, sourcedAtMs = [] } = order;
  if (attempt > attempts) return undefined;
  const place = sourcedAtMs.length - 1 - (attempts - attempt);
  const atMs = attempt === 1 ? placedAtMs : sourcedAtMs[place];
  // The oldest that is remembered may be of the same millisecond, and of an earlier record of it than the one sought.
  if (atMs === undefined) return olderThan(journal, order, attempt, firstAt(journal, (sourcedAtMs[0] ?? 0) + 1));
  const first = firstAt(journal, atMs);
  const end = Math.min(journal.tail, first + sameTimeMax);
  for (let position = first; position <= end; position += 1) {
    const record = journal.record(position);
    if (record?.atMs !== atMs) return undefined;
    const found = decisionIn(record, order.orderId, attempt);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first record that was made at a time or later. */
function firstAt(journal: LedgerJournal, atMs: number): number {
  let [low, high] = [Math.max(1, journal.head), journal.tail + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((journal.record(middle)?.atMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One that an order was sourced too often since to remember: looked for record by record, backwards. */
function olderThan(journal: LedgerJournal, order: OrderContext, attempt: number, before: number): Found | undefined {
  const end = Math.max(1, journal.head, before - olderMax);
  for (let position = Math.min(before, journal.tail); position >= end; position -= 1) {
    const record = journal.record(position);
    if (record === undefined || record.atMs < order.placedAtMs) return undefined;
    const found = decisionIn(record, order.orderId, attempt);
    if (found !== undefined) return found;
  }
  return undefined;
}

function decisionIn(record: StoredRecord, orderId: OrderId, attempt: number): Found | undefined {
  const events = record.events as readonly Event[];
  for (const [index, event] of events.entries()) {
    const isIt = event.kind === 'order.sourced' && event.orderId === orderId && event.attempt === attempt;
    if (isIt) return { record, index, decision: event };
  }
  return undefined;
}

/** Whether the units were reserved before, so that nothing was decided when the order was placed. */
export function wasReserved({ record, decision }: Found): boolean {
  if (decision.attempt > 1) return false;
  return placementIn(record, decision.orderId)?.body.reservationId !== undefined;
}

function placementIn({ commands }: StoredRecord, orderId: OrderId) {
  for (const [index, [, kind, , given, refused]] of (commands as readonly Entry[]).entries()) {
    const body = given as Partial<Pick<CommandBody<'order.place'>, 'orderId' | 'reservationId' | 'fulfillAtMs'>>;
    if (kind === 'order.place' && refused === null && body.orderId === orderId) return { index, body };
  }
  return undefined;
}

/** The order as it stood at the end of a record that changed it. */
function orderIn({ rows }: StoredRecord, id: OrderId): OrderContext | undefined {
  for (const [key, row] of rows) {
    const isIt = row !== null && (key === prefixes.open + id || key === prefixes.closed + id);
    if (isIt) return orderFromRow(id, row).context;
  }
  return undefined;
}

/**
 * The moment of a decision, as its record says; that of a placement by the movements of its command; else by those of
 * what it gave: decisions and movements stand in the record in the order in which they happened.
 */
export function momentOf({ record, index, decision }: Found): Moment {
  const kept = movesBefore(record.rows, index);
  if (kept !== undefined) return { record, events: index, moves: kept };
  const moves = namedMoves(record);
  const own = decision.attempt > 1 ? undefined : placementIn(record, decision.orderId);
  if (own !== undefined) return { record, events: index, moves: firstOf(moves, own.index) };
  const events = record.events as readonly Event[];
  let from = 0;
  for (const [at, event] of events.entries()) {
    if (event.kind !== 'order.sourced') continue;
    const run = givenBy(record, event);
    const found = run.length === 0 ? -1 : runFrom(moves, run, from);
    if (found >= 0) from = found;
    if (at === index) break;
    if (found >= 0) from += run.length;
  }
  return { record, events: index, moves: from };
}

type Units = Pick<NamedMove, 'sku' | 'location' | 'units'>;

/** The units a decision gave, in the order in which they were allocated. */
function givenBy(record: StoredRecord, { orderId, choices }: Sourced): Units[] {
  const order = orderIn(record, orderId);
  if (order === undefined) return [];
  const parts = choices.flatMap(({ fulfillmentId }) => partOf(order, fulfillmentId) ?? []);
  return parts.flatMap((part) =>
    unitsOfPart(order, part).map(({ sku, location, quantity: units }) => ({ sku, location, units })),
  );
}

const partOf = ({ fulfillments }: OrderContext, id: string): Fulfillment | undefined =>
  fulfillments.find(({ fulfillmentId }) => fulfillmentId === id);

function runFrom(moves: readonly NamedMove[], run: readonly Units[], from: number): number {
  for (let at = from; at + run.length <= moves.length; at += 1) {
    const isIt = run.every(({ sku, location, units }, step) => {
      const move = moves[at + step];
      const isGiven = move?.kind === 'allocated' || move?.kind === 'committed';
      return isGiven && move.sku === sku && move.location === location && move.units === units;
    });
    if (isIt) return at;
  }
  return -1;
}

/** Where a placement stands: before what it moved itself, and what later commands did. */
function firstOf(moves: readonly NamedMove[], own: number): number {
  const next = moves.findIndex(({ command }) => command !== undefined && command >= own);
  return next < 0 ? moves.length : next;
}

/**
 * The order as it was when it was decided about. Undefined: the same turn changed it again, or what became of its
 * units is not on record.
 */
export function orderThen(order: OrderContext, { record, index, decision }: Found): OrderContext | undefined {
  const { attempt } = decision;
  const after = orderIn(record, order.orderId);
  const constant = { ...(after ?? order), attempt: attempt - 1, exception: undefined, trouble: undefined };
  if (attempt === 1) {
    if (isEditedAgain(record, index, decision)) return undefined;
    const parked = parkedAt(record, index, decision);
    const fresh = { allocated: 0, shipped: 0, cancelled: 0 };
    const lines = constant.lines.map((line): OrderLine => {
      if (parked.has(line.lineId)) return { ...line, ...fresh, backordered: 0, parked: line.quantity };
      return { ...line, ...fresh, backordered: line.quantity };
    });
    const fulfillAtMs = placementIn(record, order.orderId)?.body.fulfillAtMs;
    return { ...constant, lines, fulfillments: [], declined: undefined, fulfillAtMs };
  }
  if (after === undefined || changesAgain(record, index, decision)) return undefined;
  if (decision.ruled?.fallback === 'cancel' && decision.short > 0) return undefined;
  const given = new Map<string, number>();
  const parts = decision.choices.flatMap(({ fulfillmentId }) => partOf(after, fulfillmentId) ?? []);
  for (const { lines } of parts) {
    for (const { lineId, quantity } of lines) given.set(lineId, (given.get(lineId) ?? 0) + quantity);
  }
  // What was taken from parts was decided about by itself, whatever else waited.
  const ofParts = isOfParts(decision);
  const lines = after.lines.map((line): OrderLine => {
    const units = given.get(line.lineId) ?? 0;
    const waits = ofParts ? units : line.backordered + units;
    return { ...line, allocated: line.allocated - units, backordered: waits };
  });
  return { ...constant, lines, declined: after.declined, fulfillAtMs: after.fulfillAtMs };
}

/** Whether more happened to the order later in the turn than that its parts were given out. */
function changesAgain({ events }: StoredRecord, index: number, { orderId }: Sourced): boolean {
  return (events as readonly Event[]).slice(index + 1).some((event) => {
    if (!('orderId' in event) || event.orderId !== orderId) return false;
    if (/^order\.(sourced|cancelled|edited|scheduled|unparked)$/.test(event.kind)) return true;
    if (event.kind === 'fulfillment.split' || event.kind === 'fulfillment.merged') return true;
    return event.kind === 'fulfillment.changed' && event.state !== 'open' && event.state !== 'released';
  });
}

/** Whether the order became another one later in the turn in which it was placed. */
function isEditedAgain({ events }: StoredRecord, index: number, { orderId }: Sourced): boolean {
  const later = (events as readonly Event[]).slice(index + 1);
  const isIt = ({ kind }: Event): boolean => kind === 'order.edited' || kind === 'order.unparked';
  return later.some((event) => isIt(event) && 'orderId' in event && event.orderId === orderId);
}

/** The lines of an order that waited for a mapping when it was placed. */
function parkedAt({ events }: StoredRecord, index: number, { orderId }: Sourced): ReadonlySet<string> {
  for (const event of (events as readonly Event[]).slice(index + 1)) {
    const isIt = event.kind === 'order.parked' && event.orderId === orderId;
    if (isIt) return new Set(event.lines.map(({ lineId }) => lineId));
  }
  return new Set();
}
