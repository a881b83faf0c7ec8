/** The commands on supply documents, in the shadow: what happened is kept as a list, and the rest derived. */
import type { CommandBody } from '../../../actors/commands.ts';
import { quantityMax } from '../../../actors/limits.ts';
import type { Doing } from './orders.ts';
import { free, onHand, stockKey, type ShadowStock, type ShadowSupply } from './state.ts';
import { kitOf } from './items.ts';
import * as lotSupply from './lot-supply.ts';
import * as lots from './lots.ts';
import { hasEnded, lineOf, openOf, supplyStateOf, toCome, unitsOf, type Fate } from './supply-facts.ts';
import { no, type Verdict } from './verdict.ts';

type Put = CommandBody<'supply.put'>['supply'];
type Happened = ShadowSupply['happened'][number];

const fiveYearsMs = 5 * 366 * 86_400_000;
const empty: ShadowStock = { came: 0, went: 0, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0 };

const isBad = (expectedAtMs: number, atMs: number): boolean => expectedAtMs < atMs || expectedAtMs > atMs + fiveYearsMs;

export function put(doing: Doing, { supply: body }: CommandBody<'supply.put'>): Verdict {
  const { shadow, atMs } = doing;
  const isTransfer = body.type === 'transfer';
  if ((body.from === undefined) === isTransfer || body.from === body.to) return no('malformed', 'body.supply.from');
  if ((body.supplier === undefined) !== isTransfer) return no('malformed', 'body.supply.supplier');
  for (const field of ['to', 'from'] as const) {
    const place = body[field];
    if (place !== undefined && !shadow.locations.has(place)) return no('unknown-location', `body.supply.${field}`);
  }
  const ids = body.lines.map(({ lineId }, index) => lineId ?? String(index + 1));
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0) return no('duplicate', `body.supply.lines[${twice}].lineId`);
  const before = shadow.supplies.get(body.id);
  const wrong = before && (hasEnded(before) ? no('wrong-state', 'body.supply.id') : amending(before, body, ids));
  if (wrong !== undefined) return wrong;
  const late = outOfBounds(body, ids, before, atMs);
  if (late !== undefined) return late;
  if (before === undefined) {
    const open = [...shadow.supplies.values()].filter((supply) => !hasEnded(supply)).length;
    if (open >= shadow.suppliesOpenMax) return no('over-limit', 'body.supply');
  }
  const lines = body.lines.map(({ sku, quantity, expectedAtMs }, index) => ({ lineId: ids[index] ?? '', sku, quantity, expectedAtMs }));
  const started = before ?? { createdAtMs: atMs, orderedAtMs: undefined, shippedAtMs: undefined, tracking: undefined, reason: undefined, happened: [] };
  const { createdAtMs, orderedAtMs, shippedAtMs, tracking, reason, happened } = started;
  const { id, type, to, from, supplier, reference, expectedAtMs } = body;
  const confidence = body.confidence ?? (isTransfer ? 0.95 : 0.8);
  const named = { id, type, to, from, supplier, reference, tracking, reason };
  const dated = { createdAtMs, changedAtMs: atMs, orderedAtMs, shippedAtMs, expectedAtMs };
  const after = { ...named, ...dated, confidence, overReceiptPercent: body.overReceiptPercent ?? 0, lines, happened };
  return tell(doing, undefined, after, 'put');
}

/** What may not change: places never, SKUs once ordered, lines once on the way. */
function amending(before: ShadowSupply, body: Put, ids: readonly string[]): Verdict | undefined {
  const isOrdered = before.orderedAtMs !== undefined;
  for (const field of ['type', 'to', 'from'] as const) if (body[field] !== before[field]) return no('wrong-state', `body.supply.${field}`);
  if (!isOrdered) return undefined;
  if (body.supplier !== before.supplier) return no('wrong-state', 'body.supply.supplier');
  const isFixed = before.shippedAtMs !== undefined || before.happened.length > 0;
  for (const [index, { sku, quantity }] of body.lines.entries()) {
    const was = before.lines.find(({ lineId }) => lineId === ids[index]);
    if (was !== undefined && was.sku !== sku) return no('wrong-state', `body.supply.lines[${index}].sku`);
    if (isFixed && was?.quantity !== quantity) return no('wrong-state', `body.supply.lines[${index}].quantity`);
  }
  return isFixed && body.lines.length < before.lines.length ? no('wrong-state', 'body.supply.lines') : undefined;
}

function outOfBounds(body: Put, ids: readonly string[], before: ShadowSupply | undefined, atMs: number): Verdict | undefined {
  if (body.expectedAtMs !== before?.expectedAtMs && isBad(body.expectedAtMs, atMs)) return no('over-limit', 'body.supply.expectedAtMs');
  let units = 0;
  for (const [index, { quantity, expectedAtMs }] of body.lines.entries()) {
    units += quantity;
    if (units > quantityMax) return no('over-limit', `body.supply.lines[${index}].quantity`);
    const was = before?.lines.find(({ lineId }) => lineId === ids[index])?.expectedAtMs;
    if (expectedAtMs === undefined || expectedAtMs === was) continue;
    if (isBad(expectedAtMs, atMs)) return no('over-limit', `body.supply.lines[${index}].expectedAtMs`);
  }
  return undefined;
}

/** Keep the document and tell of it; `before` undefined: of all its lines. */
function tell({ shadow, events }: Doing, before: ShadowSupply | undefined, after: ShadowSupply, cause: string, reason?: string): Verdict {
  shadow.set(shadow.supplies, after.id, after);
  const { id: supplyId, type, to, from, expectedAtMs, confidence } = after;
  const now = after.lines.map((line) => lineOf(after, line));
  const then = before?.lines.map((line) => JSON.stringify(lineOf(before, line)));
  const lines = now.filter((line, index) => then === undefined || JSON.stringify(line) !== then[index]);
  const state = supplyStateOf(after);
  events.push({ kind: 'supply.changed', supplyId, type, state, cause, to, from, expectedAtMs, confidence, reason, lines });
  return { ok: { supplyId, state, open: openOf(after) } };
}

function withSupply(doing: Doing, id: string, states: readonly string[], go: (supply: ShadowSupply, isIn: boolean) => Verdict): Verdict {
  const supply = doing.shadow.supplies.get(id);
  if (supply === undefined) return no('unknown-supply', 'body.supplyId');
  return go(supply, states.includes(supplyStateOf(supply)));
}

export function order(doing: Doing, { supplyId }: CommandBody<'supply.order'>): Verdict {
  return withSupply(doing, supplyId, ['draft'], (supply, isIn) => {
    if (!isIn) return no('wrong-state', 'body.supplyId');
    return tell(doing, supply, { ...supply, orderedAtMs: doing.atMs, changedAtMs: doing.atMs }, 'ordered');
  });
}

export function ship(doing: Doing, { supplyId, expectedAtMs, tracking, units: named = [] }: CommandBody<'supply.ship'>): Verdict {
  const { atMs, shadow } = doing;
  return withSupply(doing, supplyId, ['ordered'], (supply, isIn) => {
    if (!isIn) return no('wrong-state', 'body.supplyId');
    if (expectedAtMs !== undefined && isBad(expectedAtMs, atMs)) return no('over-limit', 'body.expectedAtMs');
    const lines = expectedAtMs === undefined ? supply.lines : supply.lines.map((line) => ({ ...line, expectedAtMs: undefined }));
    const dates = { shippedAtMs: atMs, changedAtMs: atMs, expectedAtMs: expectedAtMs ?? supply.expectedAtMs };
    const verdict = tell(doing, supply, { ...supply, ...dates, lines, tracking: tracking ?? supply.tracking }, 'shipped');
    const leaves = (sku: string): boolean => supply.type === 'transfer' && supply.lines.some((line) => line.sku === sku);
    for (const [index, { sku }] of named.entries()) {
      if (!leaves(sku)) return no('unknown-sku', `body.units[${index}].sku`);
      if (named.findIndex((one) => one.sku === sku) < index) return no('duplicate', `body.units[${index}].sku`);
    }
    if (supply.type === 'purchase') return verdict;
    for (const sku of new Set(supply.lines.map((line) => line.sku))) {
      const units = supply.lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + toCome(supply, line), 0);
      const key = stockKey(sku, supply.from ?? '');
      const stock = shadow.stocks.get(key);
      if (stock === undefined) return no('unknown-sku', 'body.supplyId');
      if (free(stock) < units) return no('not-enough', 'body.supplyId');
      const at = named.findIndex((one) => one.sku === sku);
      const isTracked = units > 0 && lots.isMeant(shadow, sku, named[at] ?? {});
      const wrong = isTracked ? lotSupply.sent(doing, sku, supply.from ?? '', units, supplyId, named[at]) : undefined;
      if (wrong !== undefined) return at < 0 ? { field: 'body.supplyId', ...wrong } : { field: `body.units[${at}]`, ...wrong };
      shadow.set(shadow.stocks, key, { ...stock, went: stock.went + units });
      onTheWay(doing, supplyId, units);
    }
    return verdict;
  });
}

/** Units of a transfer that have left and not come: counted where stock moves, not where documents say. */
function onTheWay({ shadow }: Doing, id: string, units: number): void {
  shadow.set(shadow.transit, id, (shadow.transit.get(id) ?? 0) + units);
}

/** Units come into stock; false when it would be too much. */
function takeIn({ shadow }: Doing, sku: string, location: string, units: number, damaged: number, kept = 0): boolean {
  const key = stockKey(sku, location);
  const stock = shadow.stocks.get(key) ?? empty;
  shadow.set(shadow.stocks, key, { ...stock, came: stock.came + units, damaged: stock.damaged + damaged, held: stock.held + kept });
  return onHand(stock) + units <= quantityMax;
}

const gone = (supply: ShadowSupply, more: readonly Happened[], atMs: number, reason?: string): ShadowSupply => ({
  ...supply,
  changedAtMs: atMs,
  reason: reason ?? supply.reason,
  happened: [...supply.happened, ...more.filter(({ units }) => units > 0)],
});

/** The first thing wrong with a list of units: a line that is none, twice, or more than it may be. */
function wrongUnits(
  supply: ShadowSupply,
  units: readonly { readonly lineId: string; readonly quantity: number }[],
  most: (line: ShadowSupply['lines'][number]) => number,
): { readonly verdict: Verdict; readonly isExcess: boolean } | undefined {
  const line = (id: string) => supply.lines.find(({ lineId }) => lineId === id);
  const none = units.findIndex(({ lineId }) => line(lineId) === undefined);
  if (none >= 0) return { verdict: no('unknown-line', `body.lines[${none}].lineId`), isExcess: false };
  const twice = units.findIndex(({ lineId }, index) => units.findIndex((one) => one.lineId === lineId) < index);
  if (twice >= 0) return { verdict: no('duplicate', `body.lines[${twice}].lineId`), isExcess: false };
  const excess = units.findIndex(({ lineId, quantity }) => quantity > most(line(lineId) as ShadowSupply['lines'][number]));
  return excess < 0 ? undefined : { verdict: no('over-limit', `body.lines[${excess}].quantity`), isExcess: true };
}

export function receive(doing: Doing, { supplyId, lines }: CommandBody<'supply.receive'>): Verdict {
  return withSupply(doing, supplyId, ['ordered', 'in-transit', 'partially-received'], (supply, isIn) => {
    const may = (line: ShadowSupply['lines'][number]): number => {
      const most = Math.floor((line.quantity * (100 + supply.overReceiptPercent)) / 100);
      return most - (['arrived', 'gone', 'back'] as const).reduce((sum, fate) => sum + unitsOf(supply, line.lineId, fate), 0);
    };
    const wrong = wrongUnits(supply, lines, may);
    if (wrong?.isExcess === false) return wrong.verdict;
    if (!isIn || (supply.type === 'transfer' && supply.shippedAtMs === undefined)) return no('wrong-state', 'body.supplyId');
    const spoilt = lines.findIndex(({ quantity, damaged = 0 }) => damaged > quantity);
    if (spoilt >= 0) return no('not-enough', `body.lines[${spoilt}].damaged`);
    if (wrong !== undefined) return wrong.verdict;
    const came = lines.flatMap(({ lineId, quantity, damaged = 0 }): Happened[] => [
      { lineId, fate: 'arrived', units: quantity }, { lineId, fate: 'damaged', units: damaged },
    ]);
    const after = gone(supply, came, doing.atMs);
    const verdict = tell(doing, supply, after, 'received');
    if (supply.type === 'transfer') onTheWay(doing, supplyId, openOf(after) - openOf(supply));
    for (const [index, line] of lines.entries()) {
      const { lineId, quantity, damaged = 0 } = line;
      const sku = supply.lines.find((line) => line.lineId === lineId)?.sku ?? '';
      const isTracked = lots.isMeant(doing.shadow, sku, line);
      const kept = isTracked ? lotSupply.received(doing, sku, supply.to, line, supplyId) : 0;
      if (typeof kept !== 'number') return { field: `body.lines[${index}]`, ...kept };
      const isNew = !doing.shadow.stocks.has(stockKey(sku, supply.to));
      if (isNew && kitOf(doing.shadow, sku) !== undefined) return no('kit-stock', `body.lines[${index}].quantity`);
      if (!takeIn(doing, sku, supply.to, quantity, damaged, kept)) return no('over-limit', `body.lines[${index}].quantity`);
    }
    lotSupply.settle(doing, after);
    return verdict;
  });
}

/** All that is to come, with the same fate. */
const rest = (supply: ShadowSupply, fate: Fate): Happened[] =>
  supply.lines.map((line) => ({ lineId: line.lineId, fate, units: toCome(supply, line) }));

export function close(doing: Doing, { supplyId, reason, lines }: CommandBody<'supply.close'>): Verdict {
  return withSupply(doing, supplyId, ['ordered', 'in-transit', 'partially-received'], (supply, isIn) => {
    const wrong = wrongUnits(supply, lines ?? [], (line) => toCome(supply, line));
    if (wrong?.isExcess === false) return wrong.verdict;
    if (!isIn || (supply.type === 'transfer' && supply.shippedAtMs === undefined)) return no('wrong-state', 'body.supplyId');
    if (wrong !== undefined) return { ...wrong.verdict, code: 'not-enough' };
    const ended = lines?.map(({ lineId, quantity }): Happened => ({ lineId, fate: 'gone', units: quantity })) ?? rest(supply, 'gone');
    const after = gone(supply, ended, doing.atMs, reason);
    if (supply.type === 'transfer') onTheWay(doing, supplyId, openOf(after) - openOf(supply));
    lotSupply.settle(doing, after);
    return tell(doing, supply, after, 'closed', reason);
  });
}

export function cancel(doing: Doing, { supplyId, reason }: CommandBody<'supply.cancel'>): Verdict {
  return withSupply(doing, supplyId, ['draft', 'ordered', 'in-transit', 'partially-received'], (supply, isIn) => {
    if (!isIn) return no('wrong-state', 'body.supplyId');
    const isAway = supply.type === 'transfer' && supply.shippedAtMs !== undefined;
    const verdict = tell(doing, supply, gone(supply, rest(supply, isAway ? 'back' : 'gone'), doing.atMs, reason), 'cancelled', reason);
    if (!isAway) return verdict;
    for (const line of supply.lines) {
      const units = toCome(supply, line);
      if (units === 0) continue;
      onTheWay(doing, supplyId, -units);
      // Of a tracked SKU all of it comes with the first line.
      const kept = lots.trackingOf(doing.shadow, line.sku) === undefined ? 0 : lotSupply.back(doing, line.sku, supply.from ?? '', supplyId);
      if (!takeIn(doing, line.sku, supply.from ?? '', units, 0, kept)) return no('over-limit', 'body.supplyId');
    }
    return verdict;
  });
}
