/**
 * The world as it was at a moment of the past, as far as one decision looked at it: settings from what later
 * changes replaced, stock from what later movements did. The journal is read along the changes themselves, so the
 * age of the moment does not matter; how much one question may read does.
 */
import type { LocationId, Sku } from '../actors/ids.ts';
import { undone } from '../actors/stock-movements.ts';
import type { StockLevels } from '../actors/vocabulary.ts';
import type { StoredRecord } from '../storage/journal.ts';
import { must } from './assert.ts';
import type { StockCell } from './cells.ts';
import type { Core } from './core.ts';
import { levelsBefore, levelsOf, stockRecord, type LedgerJournal } from './ledger.ts';
import { readMovements, type RecordedMove } from './movements.ts';
import { imagesIn, replacedRow, settingsIn, type Replaced } from './replaced.ts';
import { prefixes } from './rows.ts';

/** A moment within a record. */
export interface Moment {
  readonly record: StoredRecord;
  /** The events and the movements of the record that came before. */
  readonly events: number;
  readonly moves: number;
}

/** Changes of one stock that are followed back before its neighbours in the journal are looked at. */
const chainMax = 24;
/** Records after the moment in which a stock that changes all the time is looked for. */
const nearMax = 512;

/** A journal that is read so often and no more: then it answers undefined, and `isOut` says so. */
export class Reads implements LedgerJournal {
  readonly #journal: LedgerJournal;
  readonly #known = new Map<number, StoredRecord>();
  #left: number;
  isOut = false;

  constructor(journal: LedgerJournal, countMax: number) {
    this.#journal = journal;
    this.#left = countMax;
  }

  get head(): number {
    return this.#journal.head;
  }

  get tail(): number {
    return this.#journal.tail;
  }

  record(position: number): StoredRecord | undefined {
    const known = this.#known.get(position);
    if (known !== undefined) return known;
    if (this.#left === 0) this.isOut = true;
    if (this.isOut) return undefined;
    this.#left -= 1;
    const record = this.#journal.record(position);
    if (record !== undefined) this.#known.set(position, record);
    return record;
  }
}

/** Rows of settings as they were, of those that changed since, by key; null: there was none. Undefined: too far. */
export function settingsThen(
  { changes, past }: Pick<Core, 'changes' | 'past'>,
  reads: Reads,
  { record, events }: Moment,
): ReadonlyMap<string, unknown> | undefined {
  const then = new Map<string, unknown>();
  const open = changes.replacedSoFar.map((one: Replaced, index) => replacedRow(one, index));
  for (const { key, row } of imagesIn(open)) then.set(key, row);
  let at = past.settingsAt;
  while (at >= record.position) {
    const rows = reads.record(at)?.rows;
    if (rows === undefined) return undefined;
    for (const image of imagesIn(rows)) {
      if (at > record.position || image.events > events) then.set(image.key, image.row);
    }
    at = settingsIn(rows).before;
  }
  return then;
}

/** Balances of stocks as they were. Undefined: too far. */
export function stocksThen(
  core: Pick<Core, 'changes'>,
  reads: Reads,
  stocks: readonly StockCell[],
  { record, moves }: Moment,
): ReadonlyMap<StockCell, StockLevels> | undefined {
  const { position } = record;
  const then = new Map<StockCell, StockLevels>();
  let later = new Map<StockCell, number>();
  for (const stock of stocks) {
    const open = core.changes.movesOf(stock);
    if (stock.changedAt > position) later.set(stock, stock.changedAt);
    else then.set(stock, open.reduceRight<StockLevels>((after, move) => undone(after, move), levelsOf(stock)));
  }
  later = followed(reads, later, then, position, chainMax);
  later = foundNear(reads, later, then, position);
  if (followed(reads, later, then, position, Infinity).size > 0) return undefined;
  for (const [stock, levels] of then) then.set(stock, levelsWithin(record, stock, levels, moves));
  return then;
}

/** Follow the changes of each stock back to the first after the moment. Those that take too many steps are left. */
function followed(
  reads: Reads,
  later: ReadonlyMap<StockCell, number>,
  then: Map<StockCell, StockLevels>,
  position: number,
  stepsMax: number,
): Map<StockCell, number> {
  const left = new Map<StockCell, number>();
  for (const [stock, newest] of later) {
    let at = newest;
    for (let step = 0; at > position && step < stepsMax; step += 1) {
      const change = stockRecord(reads, stock, at);
      if (change === undefined) break;
      if (change.before <= position) then.set(stock, levelsBefore(change));
      at = change.before;
    }
    if (at > position) left.set(stock, at);
  }
  return left;
}

/** What changes all the time has changed soon after the moment as well. */
function foundNear(
  reads: Reads,
  later: ReadonlyMap<StockCell, number>,
  then: Map<StockCell, StockLevels>,
  position: number,
): Map<StockCell, number> {
  const left = new Map(later);
  const end = Math.min(reads.tail, position + nearMax);
  for (let at = position + 1; at <= end && left.size > 0; at += 1) {
    const keys = new Set(reads.record(at)?.rows.map(([key]) => key));
    for (const stock of left.keys()) {
      if (!keys.has(keyOf(stock))) continue;
      const change = stockRecord(reads, stock, at);
      if (change === undefined) continue;
      then.set(stock, levelsBefore(change));
      left.delete(stock);
    }
  }
  return left;
}

const keyOf = ({ location, sku }: StockCell): string => `${prefixes.stock}${location.id}/${sku.sku}`;

/** Balances at the end of a record without what moved them after the moment. */
function levelsWithin(record: StoredRecord, stock: StockCell, levels: StockLevels, moves: number): StockLevels {
  const place = stocksIn(record).indexOf(keyOf(stock));
  if (place < 0) return levels;
  const after = movesIn(record).slice(moves).filter((move) => move.stock === place);
  return after.reduceRight<StockLevels>((balances, move) => undone(balances, move), levels);
}

const stockKeys = new WeakMap<StoredRecord, readonly string[]>();
const allMoves = new WeakMap<StoredRecord, readonly RecordedMove[]>();

/** The keys of the stocks of a record, in their order. */
function stocksIn(record: StoredRecord): readonly string[] {
  let keys = stockKeys.get(record);
  if (keys === undefined) {
    keys = record.rows.flatMap(([key]) => (key.startsWith(prefixes.stock) ? [key] : []));
    stockKeys.set(record, keys);
  }
  return keys;
}

function movesIn(record: StoredRecord): readonly RecordedMove[] {
  let moves = allMoves.get(record);
  if (moves === undefined) allMoves.set(record, (moves = readMovements(record.movements)));
  return moves;
}

/** A movement with the names of its stock. */
export interface NamedMove extends RecordedMove {
  readonly location: LocationId;
  readonly sku: Sku;
}

/** All movements of a record in the order they happened. */
export function namedMoves(record: StoredRecord): NamedMove[] {
  const keys = stocksIn(record);
  return movesIn(record).map((move) => {
    const [, location, ...sku] = must(keys[move.stock], 'the stock of a movement').split('/');
    return { ...move, location: location as LocationId, sku: sku.join('/') as Sku };
  });
}
