/**
 * The arithmetic of a supply document: pure functions on its lines. `reduce` is what each message does to
 * the context; `stateOf` is the state that context belongs in. What is not allowed, supply-checks.ts says.
 */
import type { LineId, Sku } from './ids.ts';
import type { StockUnits } from './order-context.ts';
import type { SupplyDocument, SupplyType } from './supply-commands.ts';
import type { SupplyContext, SupplyEvent, SupplyInput, SupplyLine } from './supply-context.ts';
import type { SupplyMessage, SupplyState, TakenUnits } from './supply-context.ts';

/** How sure a date is when its document does not say. */
export const confidenceDefault: Readonly<Record<SupplyType, number>> = { purchase: 0.8, transfer: 0.95 };

/** Units of a line still to come. */
export function openUnits({ quantity, received, closed, returned }: SupplyLine): number {
  const open = quantity - received - closed - returned;
  return open > 0 ? open : 0;
}

/** Units that may still arrive on a line, over-receipt included. */
export function receivableUnits({ overReceiptPercent }: SupplyContext, line: SupplyLine): number {
  const most = Math.floor((line.quantity * (100 + overReceiptPercent)) / 100);
  const units = most - line.received - line.closed - line.returned;
  return units > 0 ? units : 0;
}

/** Whether the units of a document count as on their way to its destination (rule U5). */
export function isIncoming({ type, orderedAtMs, shippedAtMs }: SupplyContext): boolean {
  return (type === 'purchase' ? orderedAtMs : shippedAtMs) !== undefined;
}

export function stateOf({ orderedAtMs, shippedAtMs, lines }: SupplyContext): SupplyState {
  const hasReceived = lines.some(({ received }) => received > 0);
  if (!lines.some((line) => openUnits(line) > 0)) return hasReceived ? 'received' : 'cancelled';
  if (hasReceived) return 'partially-received';
  if (shippedAtMs !== undefined) return 'in-transit';
  return orderedAtMs === undefined ? 'draft' : 'ordered';
}

const nothing = { received: 0, damaged: 0, closed: 0, returned: 0 } as const;

/** The id of a line of a document: its own, or its place in the list. */
export const lineIdOf = (line: { readonly lineId?: LineId | undefined }, index: number): LineId =>
  line.lineId ?? (String(index + 1) as LineId);

function headOf(document: SupplyDocument): Omit<SupplyContext, 'lines' | 'createdAtMs' | 'changedAtMs'> {
  const { id, type, to, from, supplier, reference, expectedAtMs } = document;
  const confidence = document.confidence ?? confidenceDefault[type];
  const overReceiptPercent = document.overReceiptPercent ?? 0;
  const dates = { expectedAtMs, orderedAtMs: undefined, shippedAtMs: undefined };
  const words = { supplier, reference, tracking: undefined, reason: undefined };
  return { supplyId: id, type, to, from, ...words, ...dates, confidence, overReceiptPercent };
}

/** Lines as a document says, with what has happened to those that were there before. */
function linesOf(document: SupplyDocument, before: readonly SupplyLine[]): SupplyLine[] {
  const known = new Map(before.map((line) => [line.lineId, line]));
  return document.lines.map((line, index) => {
    const lineId = lineIdOf(line, index);
    const { sku, quantity, expectedAtMs } = line;
    const { received, damaged, closed, returned } = known.get(lineId) ?? nothing;
    return { lineId, sku, quantity, received, damaged, closed, returned, expectedAtMs };
  });
}

/** A document as it begins. */
export function draftOf({ document, atMs }: SupplyInput): SupplyContext {
  return { ...headOf(document), createdAtMs: atMs, changedAtMs: atMs, lines: linesOf(document, []) };
}

export function reduce(supply: SupplyContext, message: SupplyMessage): SupplyContext {
  const changedAtMs = message.atMs;
  switch (message.type) {
    case 'supply.put': {
      const { tracking, createdAtMs, orderedAtMs, shippedAtMs, reason } = supply;
      const standing = { tracking, createdAtMs, orderedAtMs, shippedAtMs, reason, changedAtMs };
      return { ...headOf(message.document), ...standing, lines: linesOf(message.document, supply.lines) };
    }
    case 'supply.order':
      return { ...supply, orderedAtMs: message.atMs, changedAtMs };
    case 'supply.ship': {
      const { expectedAtMs = supply.expectedAtMs, tracking = supply.tracking } = message;
      const lines = message.expectedAtMs === undefined ? supply.lines : supply.lines.map(undated);
      return { ...supply, shippedAtMs: message.atMs, expectedAtMs, tracking, lines, changedAtMs };
    }
    case 'supply.receive':
      return { ...supply, lines: arrived(supply.lines, message.units), changedAtMs };
    case 'supply.close':
      return { ...supply, lines: closed(supply.lines, message.units), reason: message.reason, changedAtMs };
    case 'supply.cancel': {
      const place = supply.type === 'transfer' && supply.shippedAtMs !== undefined ? 'returned' : 'closed';
      const lines = supply.lines.map((line) => {
        const open = openUnits(line);
        return open === 0 ? line : { ...line, [place]: line[place] + open };
      });
      return { ...supply, lines, reason: message.reason, changedAtMs };
    }
  }
}

/** A line that comes when its document says. */
const undated = (line: SupplyLine): SupplyLine =>
  line.expectedAtMs === undefined ? line : { ...line, expectedAtMs: undefined };

type Arrived = Extract<SupplyMessage, { type: 'supply.receive' }>['units'];
type Closed = Extract<SupplyMessage, { type: 'supply.close' }>['units'];

function arrived(lines: readonly SupplyLine[], units: Arrived): SupplyLine[] {
  const came = new Map(units.map((each) => [each.lineId, each]));
  return lines.map((line) => {
    const { quantity = 0, damaged = 0 } = came.get(line.lineId) ?? {};
    if (quantity === 0) return line;
    return { ...line, received: line.received + quantity, damaged: line.damaged + damaged };
  });
}

function closed(lines: readonly SupplyLine[], units: Closed): SupplyLine[] {
  const named = units && new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.map((line) => {
    const quantity = named === undefined ? openUnits(line) : (named.get(line.lineId) ?? 0);
    return quantity === 0 ? line : { ...line, closed: line.closed + quantity };
  });
}

/** The units a transfer takes along: all that are open, SKU by SKU, so that no stock is asked twice. */
export function sentUnits({ from, lines }: SupplyContext): readonly StockUnits[] {
  if (from === undefined) return [];
  const bySku = new Map<Sku, number>();
  for (const line of lines) bySku.set(line.sku, (bySku.get(line.sku) ?? 0) + openUnits(line));
  return [...bySku].flatMap(([sku, quantity]) => (quantity > 0 ? [{ sku, location: from, quantity }] : []));
}

/** The units of a receipt, as the destination's stock takes them in. */
export function takenUnits({ to, lines }: SupplyContext, units: Arrived): TakenUnits[] {
  const skus = new Map(lines.map(({ lineId, sku }) => [lineId, sku]));
  return units.flatMap(({ lineId, quantity, damaged = 0 }) => {
    const sku = skus.get(lineId);
    return sku === undefined ? [] : [{ sku, location: to, quantity, damaged }];
  });
}

/** What comes back to the source when a transfer is cancelled now; nothing when it has not left. */
export function returnedUnits(supply: SupplyContext): readonly TakenUnits[] {
  if (supply.shippedAtMs === undefined) return [];
  return sentUnits(supply).map((units) => ({ ...units, damaged: 0 }));
}

const causes = {
  'supply.put': 'put',
  'supply.order': 'ordered',
  'supply.ship': 'shipped',
  'supply.receive': 'received',
  'supply.close': 'closed',
  'supply.cancel': 'cancelled',
} as const;

/** What a message tells the world. */
export function supplyNews(before: SupplyContext, message: SupplyMessage): SupplyEvent {
  const after = reduce(before, message);
  const { supplyId, type, to, from, expectedAtMs, confidence } = after;
  const isWhole = message.type === 'supply.put';
  return {
    kind: 'supply.changed',
    supplyId,
    type,
    state: stateOf(after),
    cause: causes[message.type],
    to,
    from,
    expectedAtMs,
    confidence,
    reason: 'reason' in message ? message.reason : undefined,
    lines: isWhole ? after.lines : after.lines.filter((line, index) => line !== before.lines[index]),
  };
}
