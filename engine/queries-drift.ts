/** Answers about drift: one stock's from its ledger, all others from the sums kept by day (drift.ts). */
import { addSums, type DriftCause, type DriftSums } from '../actors/drift.ts';
import type { FeedId, LocationId } from '../actors/ids.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import { undone, type Move } from '../actors/stock-movements.ts';
import type { StockCell } from './cells.ts';
import type { DriftCell } from './drift-cell.ts';
import { dayMs } from './drift.ts';
import { recordsPerQueryMax, startOf, stockRecord, type LedgerJournal, type StockRecord } from './ledger.ts';
import type { Correction, DriftReport, DriftRow, FeedAge, StockDrift } from './outcome.ts';
import { saidBy } from './reconcile.ts';
import type { World } from './world.ts';

type DriftQuery = Extract<Query, { readonly kind: 'stock.drift' | 'drift.report' | 'feed.ages' }>;

export function answerDrift(
  world: World,
  journal: LedgerJournal,
  { kind, body }: DriftQuery,
): StockDrift | DriftReport | readonly FeedAge[] {
  if (kind === 'stock.drift') return stockDrift(world, journal, body);
  if (kind === 'drift.report') return driftReport(world, body);
  return [...world.drifts.fed()].sort((a, b) => a.fedAtMs - b.fedAtMs || (a.location < b.location ? -1 : 1));
}

/** Sums looked at for one page; the location under way is looked at to its end. */
const sumsPerPageMax = 20_000;
const locationsDefault = 1_000;

function driftReport(world: World, body: QueryBody<'drift.report'>): DriftReport {
  const { by, location: only, after, limit = locationsDefault } = body;
  const rows = new Map<string, DriftRow>();
  let total: DriftSums = {};
  let looked = 0;
  let count = 0;
  let last: LocationId | undefined;
  const locations = only === undefined ? [...world.drifts.locations].sort() : [only];
  for (const location of locations) {
    if (after !== undefined && location <= after) continue;
    if (count === limit || looked >= sumsPerPageMax) return { rows: inOrder(rows), total, next: last };
    for (const cell of world.drifts.of(location)) {
      looked += 1;
      if (!isAsked(cell, body)) continue;
      const { sums } = cell.snapshot?.context ?? { sums: {} };
      const name = nameOf(cell, by);
      const key = String(Object.values(name)[0] ?? '');
      rows.set(key, { ...name, sums: addSums(rows.get(key)?.sums ?? {}, sums) });
      total = addSums(total, sums);
    }
    count += 1;
    last = location;
  }
  return { rows: inOrder(rows), total };
}

function isAsked({ day, feed }: DriftCell, body: QueryBody<'drift.report'>): boolean {
  const { fromMs = 0, untilMs = Infinity } = body;
  return (body.feed === undefined || feed === body.feed) && (day + 1) * dayMs > fromMs && day * dayMs <= untilMs;
}

/** What a row is of. Commands that named no feed have none. */
function nameOf({ location, feed, day }: DriftCell, by: QueryBody<'drift.report'>['by']): Omit<DriftRow, 'sums'> {
  if (by === 'location') return { location };
  if (by === 'day') return { dayMs: day * dayMs };
  return feed === '' ? {} : { feed: feed as FeedId };
}

function inOrder(rows: ReadonlyMap<string, DriftRow>): DriftRow[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function stockDrift(world: World, journal: LedgerJournal, body: QueryBody<'stock.drift'>): StockDrift {
  const { fromMs = 0, untilMs = Infinity } = body;
  const stock = world.findStock(body.sku, body.location);
  if (stock?.snapshot === undefined) return { corrections: [], sums: {}, isTrimmed: false };
  const corrections: Correction[] = [];
  let sums: DriftSums = {};
  let at = startOf(stock, journal, body.from);
  for (let read = 0; read < recordsPerQueryMax && at > 0; read += 1) {
    const change = stockRecord(journal, stock, at);
    if (change === undefined) return { corrections, sums, isTrimmed: true };
    if (change.record.atMs < fromMs) return { corrections, sums, isTrimmed: false };
    if (change.record.atMs <= untilMs) {
      for (const found of correctionsOf(change, stock)) {
        corrections.push(found);
        sums = addSums(sums, found.sums);
      }
    }
    at = change.before;
  }
  return { corrections, sums, isTrimmed: false, next: at === 0 ? undefined : at };
}

/** The corrections of one change, the newest first. */
function correctionsOf(change: StockRecord, stock: StockCell): Correction[] {
  const { record, moves } = change;
  const found: Correction[] = [];
  let { levels } = change;
  for (const [left, move] of [...moves].toReversed().entries()) {
    levels = undone(levels, move);
    if (move.kind !== 'counted' && move.kind !== 'adjusted') continue;
    const said = saidBy(record, move, stock);
    const isNew = move.kind === 'counted' && change.before === 0 && left === moves.length - 1;
    const believed = levels.onHand;
    const { commandId, by, feed, reason, countedAtMs, onHand = believed + move.units } = said;
    const base = { position: record.position, atMs: record.atMs, commandId, by, feed, reason, countedAtMs };
    const sums = isNew ? sum('new', move.units) : causesOf(move, onHand - believed - move.units);
    found.push({ ...base, kind: move.kind, believed, units: move.units, sums });
  }
  return found;
}

/** @param since units of the difference that came and went since the count. */
function causesOf({ kind, units }: Move, since: number): DriftSums {
  if (kind === 'adjusted') return sum('adjusted', units);
  return addSums(since === 0 ? {} : sum('reconciled', since), sum('unexplained', units));
}

function sum(cause: DriftCause, units: number): DriftSums {
  return { [cause]: { rows: 1, found: Math.max(0, units), lost: Math.max(0, -units) } };
}
