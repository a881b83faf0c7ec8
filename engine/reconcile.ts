/**
 * A count that is older than the present. What was counted then, with the units that came and went since,
 * is what is there now; a count that is older than one already taken says nothing any more. What came and
 * went is read back along the stock's own ledger, from the newest change to the instant of the count.
 */
import type { CommandId, FeedId } from '../actors/ids.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import { onHandChange } from '../actors/stock-movements.ts';
import type { StoredRecord } from '../storage/journal.ts';
import { assert } from './assert.ts';
import type { StockCell } from './cells.ts';
import type { Core } from './core.ts';
import { stockRecord } from './ledger.ts';
import type { RecordedMove } from './movements.ts';
import type { Entry } from './receipts.ts';

/** Records one command may read back: each takes some hundred microseconds of everybody's time. */
const recordsMax = 128;

export interface Budget {
  records: number;
}

export const newBudget = (): Budget => ({ records: recordsMax });

interface Counted {
  readonly onHand: number;
  readonly countedAtMs: number;
}

/**
 * Units on hand by a count of an earlier instant. `outdated`: a later count was taken. `next-turn`: a count
 * in this very turn must be on record first.
 */
export function reconcile(
  core: Core,
  stock: StockCell,
  { onHand: counted, countedAtMs }: Counted,
  atMs: number,
  budget: Budget,
): number | 'outdated' | 'next-turn' | Rejection {
  assert(countedAtMs <= atMs, 'a count of the future is refused before');
  if (countedAtMs === atMs || stock.snapshot === undefined) return counted;
  if (stock.movedAt !== undefined && core.past.isAfter(stock.movedAt, countedAtMs) === false) return counted;
  const present = core.changes.movesOf(stock);
  if (present.some(({ kind }) => kind === 'counted')) return 'next-turn';
  let since = present.reduce((sum, move) => sum + onHandChange(move), 0);
  let at = stock.changedAt;
  while (at > 0 && core.past.isAfter(at, countedAtMs) !== false) {
    if (at < core.past.head) {
      if (core.past.coversAfter(countedAtMs)) break;
      return reject('over-limit', 'is before what the journal still tells: count it again', '.countedAtMs');
    }
    if (budget.records === 0) {
      return reject('over-limit', 'is too many movements ago: count it again', '.countedAtMs');
    }
    budget.records -= 1;
    const change = stockRecord(core.past, stock, at);
    if (change === undefined || change.record.atMs <= countedAtMs) break;
    for (const move of change.moves) {
      if (move.kind !== 'counted') since += onHandChange(move);
      else if (instantOf(change.record, move, stock) > countedAtMs) return 'outdated';
    }
    at = change.before;
  }
  const now = counted + since;
  if (now >= 0) return now;
  return reject('not-enough', `${counted} were counted, and ${-since} have left since`, '.onHand');
}

/** The instant a count on record is of: the one it names, else that of its turn. */
function instantOf(record: StoredRecord, move: RecordedMove, stock: StockCell): number {
  return saidBy(record, move, stock).countedAtMs ?? record.atMs;
}

/** What the command behind a movement said of its stock, as the record has it. */
export function saidBy(record: StoredRecord, move: RecordedMove, stock: StockCell): Said {
  const entry = move.command === undefined ? undefined : (record.commands[move.command] as Entry | undefined);
  if (entry === undefined) return {};
  const [commandId, , by, body] = entry;
  const { entries = [], feed, reason } = body as Body;
  const own = entries.find(({ sku, location }) => sku === stock.sku.sku && location === stock.location.id);
  return { commandId, by, feed, reason, onHand: own?.onHand, countedAtMs: own?.countedAtMs };
}

interface Said {
  readonly commandId?: CommandId;
  readonly by?: string;
  readonly feed?: FeedId | undefined;
  readonly reason?: string | undefined;
  /** Of a count. */
  readonly onHand?: number | undefined;
  readonly countedAtMs?: number | undefined;
}

interface Body {
  readonly entries?: readonly (Partial<Counted> & Where)[];
  readonly feed?: FeedId;
  readonly reason?: string;
}

interface Where {
  readonly sku: string;
  readonly location: string;
}
