/**
 * The arithmetic of a return: pure functions on its lines. `reduce` is what each message does to the context;
 * `stateOf` is the state that context belongs in. What is not allowed, return-checks.ts says.
 */
import type { LineId, LocationId } from './ids.ts';
import type { LotUnits } from './lots.ts';
import type { NamedLots } from './lot-commands.ts';
import type { DisposedUnits, InspectedUnits, ReturnContext, ReturnedUnits, ReturnEvent } from './return-context.ts';
import type { ReturnInput, ReturnLine, ReturnMessage, ReturnState, Uninspected } from './return-context.ts';
import { settled } from './return-money.ts';
import { comingUnits, freesExchange, hasArrived, toCome, toInspect, uninspectedAt } from './return-units.ts';
import type { Disposition } from './return-words.ts';

/** The state that a return's units and dates say (rule RT1). */
export function stateOf(context: ReturnContext): ReturnState {
  const hasCome = hasArrived(context);
  if (toCome(context) > 0) {
    if (hasCome) return 'partially-received';
    if (context.shippedAtMs !== undefined) return 'in-transit';
    return context.approvedAtMs === undefined ? 'requested' : 'approved';
  }
  if (toInspect(context) > 0) return 'received';
  if (hasCome || context.lines.some(({ kept }) => kept > 0)) return 'closed';
  return context.ended ?? 'cancelled';
}

const disposedNothing = { restock: 0, refurbish: 0, quarantine: 0, vendor: 0, scrap: 0, handled: 0 } as const;
const gradedNothing = { A: 0, B: 0, C: 0, D: 0 } as const;
const cameNothing = {
  received: 0, damaged: 0, closed: 0, kept: 0, uninspected: [], disposed: disposedNothing, graded: gradedNothing,
  declined: 0,
} as const;

/** A return as it begins. */
export function begun({ atMs, lines, exchange: orderId, ...head }: ReturnInput): ReturnContext {
  const numbered = lines.map((line, index) => ({ lineId: String(index + 1) as LineId, ...line, ...cameNothing }));
  const dates = { requestedAtMs: atMs, changedAtMs: atMs, dueAtMs: atMs + head.terms.expireAfterMs };
  const exchange = orderId === undefined ? undefined : { orderId, released: false };
  return { ...head, ...dates, exchange, lines: numbered, extraMinor: 0, creditedMinor: 0, debitedMinor: 0, memos: 0 };
}

/** What a message does to a return, the memo it makes due among it. */
export function reduce(before: ReturnContext, message: ReturnMessage): ReturnContext {
  return settled(before, followed(moved(before, message))).context;
}

/** What was waited for, once it has happened, stays so. */
function followed(context: ReturnContext): ReturnContext {
  const { exchange } = context;
  if (exchange === undefined || exchange.released || !freesExchange(context)) return context;
  return { ...context, exchange: { ...exchange, released: true } };
}

/** The times that begin anew with each step. */
function timesFrom({ terms: { expireAfterMs, overdueAfterMs } }: ReturnContext, atMs: number) {
  const overdueAtMs = overdueAfterMs === undefined ? undefined : atMs + overdueAfterMs;
  return { dueAtMs: atMs + expireAfterMs, overdueAtMs, isOverdue: undefined };
}

function moved(context: ReturnContext, message: ReturnMessage): ReturnContext {
  const { atMs } = message;
  const due = { changedAtMs: atMs, ...timesFrom(context, atMs) };
  switch (message.type) {
    case 'return.open':
      return context;
    case 'return.approve':
      return approved({ ...context, ...due, approvedAtMs: atMs }, message.to);
    case 'return.reject':
      return { ...closedRest(context), changedAtMs: atMs, reason: message.reason, ended: 'rejected' };
    case 'return.label':
      return { ...context, ...due, ...parcel(context, message), labelAtMs: atMs };
    case 'return.ship':
      return { ...context, ...due, ...parcel(context, message), shippedAtMs: atMs };
    case 'return.receive':
      return { ...received(context, message), ...due };
    case 'return.inspect':
      return { ...inspected(context, message), changedAtMs: atMs };
    case 'return.refund': {
      const extraMinor = context.extraMinor + message.amountMinor;
      return { ...context, changedAtMs: atMs, extraMinor, reason: message.reason };
    }
    case 'return.cancel':
      return { ...closedRest(context), changedAtMs: atMs, reason: message.reason, ended: 'cancelled' };
    case 'return.overdue':
      return { ...context, changedAtMs: atMs, overdueAtMs: undefined, isOverdue: true };
    case 'return.expire':
      return { ...closedRest(context), changedAtMs: atMs, ended: 'expired' };
  }
}

function approved(context: ReturnContext, to: LocationId | undefined): ReturnContext {
  if (to !== undefined) return { ...context, to };
  if (context.to !== undefined) return context;
  return { ...context, lines: context.lines.map((line) => ({ ...line, kept: line.quantity })) };
}

type Labelled = Extract<ReturnMessage, { type: 'return.label' | 'return.ship' }>;

const parcel = (before: ReturnContext, { carrier = before.carrier, tracking = before.tracking }: Labelled) =>
  ({ carrier, tracking });

function closedRest(context: ReturnContext): ReturnContext {
  const lines = context.lines.map((line) => {
    const units = comingUnits(line);
    return units === 0 ? line : { ...line, closed: line.closed + units };
  });
  return { ...context, overdueAtMs: undefined, isOverdue: undefined, lines };
}

type Receive = Extract<ReturnMessage, { type: 'return.receive' }>;
type Inspect = Extract<ReturnMessage, { type: 'return.inspect' }>;

/** The lots or serials that are named, as units of lots. */
export const lotsOf = ({ lots, serials }: NamedLots): readonly LotUnits[] | undefined =>
  lots?.map(({ lot, quantity }) => ({ lot, quantity })) ?? serials?.map((lot) => ({ lot, quantity: 1 }));

function received(context: ReturnContext, { location, units, unexpected }: Receive): ReturnContext {
  const came = new Map(units.map((each) => [each.lineId, each]));
  const lines = context.lines.map((line) => {
    const each = came.get(line.lineId);
    return each === undefined ? line : arrived(context, line, location, each);
  });
  for (const { sku, ...each } of unexpected) {
    const lineId = String(lines.length + 1) as LineId;
    const line = { lineId, sku, quantity: 0, unitPriceMinor: 0, isCharged: false, ...cameNothing };
    lines.push(arrived(context, line, location, each));
  }
  return { ...context, lines };
}

/** Where nobody inspects, good units that were expected are for sale as they come. */
const isRestocked = ({ terms }: ReturnContext, line: Pick<ReturnLine, 'orderLineId'>): boolean =>
  !terms.inspect && line.orderLineId !== undefined;

interface Came extends NamedLots {
  readonly quantity: number;
  readonly damaged?: number | undefined;
}

function arrived(context: ReturnContext, line: ReturnLine, location: LocationId, came: Came): ReturnLine {
  const { quantity, damaged = 0 } = came;
  const good = quantity - damaged;
  const restocked = isRestocked(context, line) ? good : 0;
  const lots = lotsOf(came);
  return {
    ...line,
    received: line.received + quantity,
    damaged: line.damaged + damaged,
    disposed: { ...line.disposed, restock: line.disposed.restock + restocked },
    uninspected: withPlace(line, location, { quality: good - restocked, damaged }),
    lots: lots === undefined ? line.lots : mergedLots(line.lots ?? [], lots),
  };
}

function mergedLots(before: readonly LotUnits[], more: readonly LotUnits[]): readonly LotUnits[] {
  const units = new Map(before.map(({ lot, quantity }) => [lot, quantity]));
  for (const { lot, quantity } of more) units.set(lot, (units.get(lot) ?? 0) + quantity);
  return [...units].map(([lot, quantity]) => ({ lot, quantity }));
}

/** Units to be inspected at a place changed by so many; a place with none is none. Places stand by name. */
function withPlace(
  line: ReturnLine,
  location: LocationId,
  more: Omit<Uninspected, 'location'>,
): readonly Uninspected[] {
  const before = uninspectedAt(line, location);
  const after = { location, quality: before.quality + more.quality, damaged: before.damaged + more.damaged };
  const others = line.uninspected.filter((one) => one.location !== location);
  if (after.quality + after.damaged === 0) return others;
  return [...others, after].sort((a, b) => (a.location < b.location ? -1 : 1));
}

/** What becomes of inspected units; undefined where neither they nor their grade say it. */
export const dispositionOf = (
  { terms }: ReturnContext,
  { disposition, grade }: InspectedUnits,
): Disposition | undefined => disposition ?? (grade === undefined ? undefined : terms.grades[grade]);

function inspected(context: ReturnContext, { location, units }: Inspect): ReturnContext {
  const lines = [...context.lines];
  for (const each of units) {
    const index = lines.findIndex(({ lineId }) => lineId === each.lineId);
    const line = lines[index];
    const disposition = dispositionOf(context, each);
    if (line === undefined || disposition === undefined) continue;
    const { quantity, grade, refund = true } = each;
    const less = each.damaged === true ? { quality: 0, damaged: -quantity } : { quality: -quantity, damaged: 0 };
    lines[index] = {
      ...line,
      uninspected: withPlace(line, location, less),
      disposed: { ...line.disposed, [disposition]: line.disposed[disposition] + quantity },
      graded: grade === undefined ? line.graded : { ...line.graded, [grade]: line.graded[grade] + quantity },
      declined: line.declined + (refund || line.orderLineId === undefined ? 0 : quantity),
    };
  }
  return { ...context, lines };
}

/** The units of a receipt, as stock takes them in. */
export function returnedUnits(context: ReturnContext, { units, unexpected }: Receive): ReturnedUnits[] {
  const taken = units.flatMap(({ lineId, ...came }, index): ReturnedUnits[] => {
    const line = context.lines.find((one) => one.lineId === lineId);
    if (line === undefined) return [];
    const bucket = isRestocked(context, line) ? undefined : 'quality';
    const { sku, orderLineId } = line;
    return [{ ...came, sku, orderLineId, bucket, field: `body.lines[${index}]` }];
  });
  const unasked = unexpected.map((came, index): ReturnedUnits => {
    return { ...came, bucket: 'quality', field: `body.unexpected[${index}]` };
  });
  return [...taken, ...unasked];
}

/** What an inspection moves in stock: what is repaired, kept apart or sent to the vendor stays set aside. */
export function disposedMoves(context: ReturnContext, { units }: Inspect): DisposedUnits[] {
  return units.flatMap((each, index): DisposedUnits[] => {
    const line = context.lines.find(({ lineId }) => lineId === each.lineId);
    const disposition = dispositionOf(context, each);
    if (line === undefined || (disposition !== 'restock' && disposition !== 'scrap')) return [];
    const { quantity } = each;
    const bucket = each.damaged === true ? 'damaged' : 'quality';
    const way = disposition === 'restock' ? 'put-back' : 'dispose';
    const named = { ...(each.lots && { lots: each.lots }), ...(each.serials && { serials: each.serials }) };
    return [{ sku: line.sku, quantity, ...named, bucket, way, field: `body.lines[${index}]` }];
  });
}

const causes = {
  'return.open': 'requested',
  'return.approve': 'approved',
  'return.reject': 'rejected',
  'return.label': 'labelled',
  'return.ship': 'shipped',
  'return.receive': 'received',
  'return.inspect': 'inspected',
  'return.refund': 'refunded',
  'return.cancel': 'cancelled',
  'return.overdue': 'overdue',
  'return.expire': 'expired',
} as const;

/** What a message tells the world: the change, then the memo it makes due. */
export function returnNews(before: ReturnContext, message: ReturnMessage): readonly ReturnEvent[] {
  const { context: after, memo } = settled(before, followed(moved(before, message)));
  const { returnId, orderId, channel, to, lines } = after;
  const changed: ReturnEvent = {
    kind: 'return.changed',
    returnId,
    orderId,
    channel,
    state: stateOf(after),
    cause: causes[message.type],
    to,
    location: 'location' in message ? message.location : undefined,
    tracking: 'tracking' in message ? after.tracking : undefined,
    reason: 'reason' in message ? message.reason : undefined,
    exchange: after.exchange?.orderId,
    lines: message.type === 'return.open' ? lines : lines.filter((line, index) => line !== before.lines[index]),
  };
  return memo === undefined ? [changed] : [changed, memo];
}
