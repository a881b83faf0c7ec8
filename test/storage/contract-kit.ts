/** What the contract suite is made with: a store under test, turns to append, how to compare. */

import { expect } from 'vitest';
import type { Claim, Journal, Row, StoredRecord, TurnRecord } from '../../storage/journal.ts';

/** One store under test, and what the suite needs to do to it from outside. */
export interface Store {
  /** As a process that starts would open it. */
  open(): Promise<Journal>;
  /** As somebody who does not know, or care, that it is in use. */
  force(): Promise<Journal>;
  /** The process that holds the claims dies; the next `open` is another one. */
  crash(): void;
  /** Turn over a bit inside the record that holds `text`, while nobody has the store open. */
  damage(text: string): Promise<void>;
  /** Write another number where the store keeps its format. */
  setFormat(version: number): Promise<void>;
  /** Where a backup may go, and how it is opened. */
  readonly backupPath: string;
  openBackup(): Promise<Journal>;
  destroy(): Promise<void>;
}

export function turn(
  number: number, rows: readonly Row[] = [[`row/${number}`, { number }]],
): TurnRecord {
  return {
    atMs: 1_760_000_000_000 + number,
    commands: [{ kind: 'order.place', id: `command-${number}` }],
    rows,
    events: [{ kind: 'order.placed', number, text: `event-${number}` }],
    outbox: [],
  };
}

export async function appendMany(claim: Claim, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await claim.append(turn(claim.tail + 1), claim.tail);
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Rows, then the rows of the records after them: what a restart does. */
export async function stateOf(claim: Claim): Promise<Map<string, unknown>> {
  const state = new Map<string, unknown>(await collect(claim.rows('')));
  for await (const { rows } of claim.records(claim.savedAt)) applyRows(state, rows);
  return state;
}

export function applyRows(state: Map<string, unknown>, rows: readonly Row[]): void {
  for (const [key, value] of rows) {
    if (value === null) state.delete(key);
    else state.set(key, value);
  }
}

/** A JournalError with this code, whose message has this text. */
export function code(expected: string, text = ''): unknown {
  return expect.objectContaining({
    name: 'JournalError', code: expected, message: expect.stringContaining(text),
  });
}

export function numbers(records: readonly StoredRecord[]): number[] {
  return records.map(({ position }) => position);
}

export type Open = () => Promise<Claim>;

/** A loss with this code. */
export function loss(expected: string): unknown {
  return expect.objectContaining({ code: expected });
}
