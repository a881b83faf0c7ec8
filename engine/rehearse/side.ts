/** One side of a rehearsal over one stretch of the journal: a fork is opened where it begins, and played. */
import type { Serve } from '../../actors/item-commands.ts';
import type { Row, StoredRecord } from '../../storage/journal.ts';
import { openFork } from './fork.ts';
import { Player, type Candidate } from './play.ts';
import type { SideResult } from './result.ts';
import { StateBuilder } from './state-at.ts';

/** What a rehearsal reads: nothing is ever written. */
export interface RehearsalStore {
  /** The first record that is there, and the last: rows hold nothing newer. */
  readonly head: number;
  readonly tail: number;
  /** @throws when it was trimmed meanwhile. */
  record(position: number): StoredRecord;
  /** The saved rows under a prefix. */
  rows(prefix: string): AsyncIterable<Row>;
}

/** What one worker does. */
export interface SideTask {
  /** The records after one position, up to and including another. */
  readonly after: number;
  readonly until: number;
  /** Undefined: by the plans as they were in force. */
  readonly candidate?: Candidate | undefined;
  readonly serve: Serve;
  /** Orders after which it ends. */
  readonly ordersMax: number;
  /** Orders to explain; when all are, it ends. */
  readonly explain: readonly string[];
}

/** Records between two reports of progress. */
const recordsPerProgress = 256;

export type OnProgress = (orders: number, position: number, atMs: number) => void;

/** @param measureMs a clock for how long it takes. */
export async function rehearseSide(
  store: RehearsalStore,
  task: SideTask,
  measureMs: () => number,
  onProgress: OnProgress,
): Promise<SideResult> {
  const { after, until, candidate, serve, ordersMax, explain } = task;
  const openedMs = measureMs();
  const builder = new StateBuilder(after, store.head);
  for (let position = store.head; position <= store.tail; position += 1) builder.add(store.record(position));
  const state = builder.state();
  const { position, atMs, guessed, leftOut } = state;
  const fork = await openFork((prefix) => store.rows(prefix), state, serve);
  const player = new Player(fork, candidate, atMs, new Set(explain));
  const beganMs = measureMs();
  let endMs = atMs;
  let isCut = false;
  for (let at = after + 1; at <= until && !isCut; at += 1) {
    const record = store.record(at);
    player.play(record);
    endMs = record.atMs;
    if (at % recordsPerProgress === 0) onProgress(player.tally.orders, at, endMs);
    isCut = player.tally.orders >= ordersMax && at < until;
    if (explain.length > 0 && player.explained.length === explain.length) break;
  }
  player.end();
  onProgress(player.tally.orders, until, endMs);
  const playMs = measureMs() - beganMs;
  const { fidelity, explained } = player;
  const beginning = { position, atMs, guessed, leftOut };
  return { ...player.tally.result(), beginning, isCut, endMs, fidelity, explained, playMs, openMs: beganMs - openedMs };
}

/** The last record made before a time; one before the first when all were made later. */
export function positionBefore(store: Pick<RehearsalStore, 'head' | 'tail' | 'record'>, atMs: number): number {
  let [low, high] = [store.head, store.tail + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (store.record(middle).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
