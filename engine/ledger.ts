/**
 * The ledger of a stock, read back from the journal. Each row of a stock names the record of the change
 * before it, so its movements are found without an index and without reading what does not concern it.
 * Records that were trimmed are summed up by the balances that the oldest kept one began with.
 */
import type { QueryBody } from '../actors/queries.ts';
import { undone, type Move } from '../actors/stock-movements.ts';
import { atp } from '../actors/stock-ledger.ts';
import type { StockLevels } from '../actors/vocabulary.ts';
import type { Claim, StoredRecord } from '../storage/journal.ts';
import { must } from './assert.ts';
import type { StockCell } from './cells.ts';
import { readMovements, type RecordedMove } from './movements.ts';
import type { MovementView, StockAt, StockHistory } from './outcome.ts';
import type { Entry } from './receipts.ts';
import { prefixes, stockFromRow } from './rows.ts';
import type { World } from './world.ts';

/** What the ledger needs of a journal. */
export type LedgerJournal = Pick<Claim, 'record' | 'tail' | 'head'>;

/** Records one question may read: each takes some hundred microseconds of everybody's time. */
export const recordsPerQueryMax = 64;
const movementsDefault = 100;

const nothing: StockLevels = { onHand: 0, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0 };

/** One change of a stock: a record with its balances at the end of it, and what moved them. */
export interface StockRecord {
  readonly record: StoredRecord;
  readonly levels: StockLevels;
  readonly moves: readonly RecordedMove[];
  /** The record of the change before; 0: there is none. */
  readonly before: number;
}

/** The newest record of a stock that is durable and before a position; 0: none. */
export function lastChange(stock: StockCell, { tail }: LedgerJournal): number {
  return stock.changedAt <= tail ? stock.changedAt : stock.changedBefore;
}

/** The change a question begins with: the one it names, if it is one of this stock's, else the newest. */
export function startOf(stock: StockCell, journal: LedgerJournal, from: number | undefined): number {
  if (from === undefined || from > journal.tail) return lastChange(stock, journal);
  // One that was trimmed meanwhile cannot be asked whose it is: the ledger ends there.
  const isOurs = from < journal.head || stockRecord(journal, stock, from) !== undefined;
  return isOurs ? from : lastChange(stock, journal);
}

/** What a record did to a stock; undefined when it was trimmed or did nothing to it. */
export function stockRecord(journal: LedgerJournal, stock: StockCell, position: number): StockRecord | undefined {
  if (position < journal.head) return undefined;
  const record = journal.record(position);
  if (record === undefined) return undefined;
  const key = `${prefixes.stock}${stock.location.id}/${stock.sku.sku}`;
  let place = -1;
  for (const [name, row] of record.rows) {
    if (!name.startsWith(prefixes.stock)) continue;
    place += 1;
    if (name !== key) continue;
    const { snapshot, changedBefore } = stockFromRow(stock.sku.sku, stock.location.id, row);
    const { sku: _sku, location: _location, ...levels } = snapshot.context;
    return { record, levels, moves: readMovements(record.movements, place), before: changedBefore };
  }
  return undefined;
}

/** Balances before the movements of a change. */
export function levelsBefore({ levels, moves }: StockRecord): StockLevels {
  return moves.reduceRight<StockLevels>((after, move) => undone(after, move), levels);
}

/** A page of a ledger, newest first. */
export function stockHistory(world: World, journal: LedgerJournal, body: QueryBody<'stock.history'>): StockHistory {
  const stock = world.findStock(body.sku, body.location);
  if (stock?.snapshot === undefined) return { movements: [], opening: nothing, isTrimmed: false };
  const movements: MovementView[] = [];
  let at = startOf(stock, journal, body.from);
  let opening = at === 0 ? nothing : at === stock.changedAt ? levelsOf(stock) : undefined;
  for (let read = 0; read < recordsPerQueryMax && at > 0; read += 1) {
    if (movements.length >= (body.limit ?? movementsDefault)) break;
    const change = stockRecord(journal, stock, at);
    if (change === undefined) return { movements, opening, isTrimmed: true };
    movements.push(...viewsOf(change));
    opening = levelsBefore(change);
    at = change.before;
  }
  return { movements, opening, isTrimmed: false, next: at === 0 ? undefined : at };
}

/** Balances of a stock as they stand. */
export function levelsOf({ snapshot }: StockCell): StockLevels {
  const { sku: _sku, location: _location, ...levels } = must(snapshot, 'a stock that exists').context;
  return levels;
}

/** The movements of one change, newest first, with the balances after each. */
function viewsOf({ record, levels, moves }: StockRecord): MovementView[] {
  const views: MovementView[] = [];
  let after = levels;
  for (const move of moves.toReversed()) {
    views.push(viewOf(record, move, after));
    after = undone(after, move);
  }
  return views;
}

function viewOf(record: StoredRecord, move: RecordedMove, levels: StockLevels): MovementView {
  const { kind, units, bucket, lots }: Move = move;
  const entry = move.command === undefined ? undefined : (record.commands[move.command] as Entry | undefined);
  const said = (entry?.[3] ?? {}) as Pick<MovementView, 'orderId' | 'supplyId' | 'returnId' | 'reference' | 'reason'>;
  const command = entry === undefined ? undefined : { commandId: entry[0], kind: entry[1], by: entry[2] };
  const { orderId, supplyId, returnId, reference, reason } = said;
  const { position, atMs } = record;
  const cause = { command, orderId, supplyId, returnId, reference, reason };
  return { position, atMs, kind, units, bucket, lots, ...cause, levels, atp: atp(levels) };
}

/** Balances as they stood at the end of the last turn at or before a time. */
export function stockAt(world: World, journal: LedgerJournal, body: QueryBody<'stock.at'>): StockAt {
  const stock = world.findStock(body.sku, body.location);
  if (stock?.snapshot === undefined) return { levels: nothing, atp: 0, sinceMs: 0 };
  let at = startOf(stock, journal, body.from);
  for (let read = 0; read < recordsPerQueryMax; read += 1) {
    if (at === 0) return { levels: nothing, atp: 0, sinceMs: 0 };
    const change = stockRecord(journal, stock, at);
    if (change === undefined) return { unknown: true };
    const { levels, record } = change;
    if (record.atMs <= body.atMs) return { levels, atp: atp(levels), sinceMs: record.atMs };
    at = change.before;
  }
  return { next: at };
}
