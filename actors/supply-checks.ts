/**
 * What may not be asked of a supply document, judged before the machine is told: pure. The machine
 * (supply.ts) takes a message exactly when its state knows it and `refusal` finds nothing against it.
 */
import { quantityMax, supplyAheadMsMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { SupplyDocument } from './supply-commands.ts';
import type { SupplyContext, SupplyLine, SupplyMessage } from './supply-context.ts';
import { lineIdOf, openUnits, receivableUnits } from './supply-lines.ts';
import type { LineUnits } from './vocabulary.ts';

/** Why a message cannot be taken, whatever the state; undefined when it can. */
export function refusal(supply: SupplyContext, message: SupplyMessage): Rejection | undefined {
  switch (message.type) {
    case 'supply.put': {
      const { document, atMs } = message;
      return formRefusal(document) ?? twiceRefusal(document) ?? amendRefusal(supply, document) ??
        boundsRefusal(document, atMs, supply);
    }
    case 'supply.ship':
      return message.expectedAtMs === undefined
        ? undefined
        : dateRefusal(message.expectedAtMs, message.atMs, 'body.expectedAtMs');
    case 'supply.receive':
      return receiveRefusal(supply, message);
    case 'supply.close':
      return closeRefusal(supply, message);
    case 'supply.order':
    case 'supply.cancel':
      return undefined;
  }
}

/** What makes a document none of its type. */
export function formRefusal({ type, to, from, supplier }: SupplyDocument): Rejection | undefined {
  const isTransfer = type === 'transfer';
  if (isTransfer === (from === undefined)) {
    const detail = isTransfer ? 'a transfer names the location it leaves' : 'a purchase leaves no location of ours';
    return reject('malformed', detail, 'body.supply.from');
  }
  if (from === to) return reject('malformed', `a transfer from ${to} to itself`, 'body.supply.from');
  if (isTransfer !== (supplier === undefined)) {
    const detail = isTransfer ? 'a transfer has no supplier' : 'a purchase names its supplier';
    return reject('malformed', detail, 'body.supply.supplier');
  }
  return undefined;
}

function twiceRefusal({ lines }: SupplyDocument): Rejection | undefined {
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const lineId = lineIdOf(line, index);
    if (seen.has(lineId)) {
      return reject('duplicate', `line id ${lineId} twice`, `body.supply.lines[${index}].lineId`);
    }
    seen.add(lineId);
  }
  return undefined;
}

/** Dates that are new must lie ahead; all units together are a quantity. */
function boundsRefusal(document: SupplyDocument, atMs: number, before: SupplyContext): Rejection | undefined {
  const { expectedAtMs, lines } = document;
  // A draft that is just begun has its own dates already: they are new.
  const isNew = before.createdAtMs === atMs;
  if (isNew || expectedAtMs !== before.expectedAtMs) {
    const late = dateRefusal(expectedAtMs, atMs, 'body.supply.expectedAtMs');
    if (late !== undefined) return late;
  }
  const dates = new Map(before.lines.map((line) => [line.lineId, line.expectedAtMs]));
  let units = 0;
  for (const [index, line] of lines.entries()) {
    const field = `body.supply.lines[${index}]`;
    units += line.quantity;
    if (units > quantityMax) return reject('over-limit', `over ${quantityMax} units in all`, `${field}.quantity`);
    if (line.expectedAtMs === undefined) continue;
    if (!isNew && dates.get(lineIdOf(line, index)) === line.expectedAtMs) continue;
    const late = dateRefusal(line.expectedAtMs, atMs, `${field}.expectedAtMs`);
    if (late !== undefined) return late;
  }
  return undefined;
}

/** A date must lie ahead, and not out of sight. */
function dateRefusal(expectedAtMs: number, atMs: number, field: string): Rejection | undefined {
  if (expectedAtMs < atMs) return reject('over-limit', `expected ${atMs - expectedAtMs} ms in the past`, field);
  if (expectedAtMs <= atMs + supplyAheadMsMax) return undefined;
  return reject('over-limit', 'expected more than five years ahead', field);
}

/** What of a document may not change: its places ever, its lines once it is ordered or on its way. */
function amendRefusal(supply: SupplyContext, document: SupplyDocument): Rejection | undefined {
  const { orderedAtMs, shippedAtMs, lines } = supply;
  for (const field of ['type', 'to', 'from', 'supplier'] as const) {
    if (document[field] === supply[field] || (field === 'supplier' && orderedAtMs === undefined)) continue;
    const detail = `the ${field} of ${supply.supplyId} stays as it is: cancel it and begin another`;
    return reject('wrong-state', detail, `body.supply.${field}`);
  }
  if (orderedAtMs === undefined) return undefined;
  const isFixed = shippedAtMs !== undefined || lines.some(({ received, closed }) => received + closed > 0);
  const known = new Map(lines.map((line) => [line.lineId, line]));
  for (const [index, line] of document.lines.entries()) {
    const at = `body.supply.lines[${index}]`;
    const was = known.get(lineIdOf(line, index));
    if (was !== undefined && was.sku !== line.sku) {
      return reject('wrong-state', `line ${was.lineId} was ordered as ${was.sku}`, `${at}.sku`);
    }
    if (!isFixed || was?.quantity === line.quantity) continue;
    return reject('wrong-state', `${supply.supplyId} is on its way: its lines are fixed`, `${at}.quantity`);
  }
  if (!isFixed || document.lines.length === lines.length) return undefined;
  return reject('wrong-state', `${supply.supplyId} is on its way: its lines are fixed`, 'body.supply.lines');
}

/** Each unit of a list on its line, once, and within `most` of it. */
function unitsRefusal(
  supply: SupplyContext,
  units: readonly LineUnits[],
  most: (line: SupplyLine) => number,
  code: 'not-enough' | 'over-limit',
): Rejection | undefined {
  const known = new Map(supply.lines.map((line) => [line.lineId, line]));
  const seen = new Set<string>();
  let excess: Rejection | undefined;
  let twice: Rejection | undefined;
  for (const [index, { lineId, quantity }] of units.entries()) {
    const line = known.get(lineId);
    const field = `body.lines[${index}]`;
    if (line === undefined) {
      return reject('unknown-line', `${supply.supplyId} has no line ${lineId}`, `${field}.lineId`);
    }
    if (seen.has(lineId)) twice ??= reject('duplicate', `line ${lineId} twice`, `${field}.lineId`);
    seen.add(lineId);
    const left = most(line);
    if (quantity <= left) continue;
    const detail = `line ${lineId} has ${openUnits(line)} of ${line.quantity} to come and may get ${left}`;
    excess ??= reject(code, detail, `${field}.quantity`);
  }
  return twice ?? excess;
}

function receiveRefusal(
  supply: SupplyContext,
  { units }: Extract<SupplyMessage, { type: 'supply.receive' }>,
): Rejection | undefined {
  const excess = unitsRefusal(supply, units, (line) => receivableUnits(supply, line), 'over-limit');
  if (excess !== undefined && excess.code !== 'over-limit') return excess;
  if (supply.type === 'transfer' && supply.shippedAtMs === undefined) {
    return reject('wrong-state', `transfer ${supply.supplyId} has not left ${supply.from ?? ''}`, 'body.supplyId');
  }
  const index = units.findIndex(({ quantity, damaged = 0 }) => damaged > quantity);
  if (index < 0) return excess;
  return reject('not-enough', 'more damaged units than arrived', `body.lines[${index}].damaged`);
}

function closeRefusal(
  supply: SupplyContext,
  { units = [] }: Extract<SupplyMessage, { type: 'supply.close' }>,
): Rejection | undefined {
  const excess = unitsRefusal(supply, units, openUnits, 'not-enough');
  if (excess !== undefined && excess.code !== 'not-enough') return excess;
  if (supply.type === 'transfer' && supply.shippedAtMs === undefined) {
    const detail = `transfer ${supply.supplyId} has not left: put another quantity, or cancel it`;
    return reject('wrong-state', detail, 'body.supplyId');
  }
  return excess;
}
