/**
 * When in its turn a decision was made. One that gave units stands before the movements that allocate them; of those
 * that gave none, and of later attempts, which other movements of their order surround, the record says after how
 * many movements of the turn they came.
 */
import type { Event } from '../actors/vocabulary.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { prefixes, type RowBytes } from './rows.ts';

/** A decision by its place among the events of its turn, and how many movements came before it. */
export interface DecisionMoment {
  readonly event: number;
  readonly moves: number;
}

/** The most bytes a moment takes in a record, its share of the row included. */
export const momentBytesMax = 40;

/** The row of a record that holds the moments; like what settings were, it is never saved. */
export const momentsKey = `${prefixes.replaced}moments`;

const writer = new ByteWriter();
const version = 1;

/** Whether the moment of a decision is to be kept. */
export const isMarked = ({ attempt, choices }: Extract<Event, { kind: 'order.sourced' }>): boolean =>
  attempt > 1 || choices.length === 0;

/** @param moments in the order of the events. */
export function momentsRow(moments: readonly DecisionMoment[]): RowBytes {
  writer.uint(version);
  writer.uint(moments.length);
  let before: DecisionMoment = { event: 0, moves: 0 };
  for (const moment of moments) {
    writer.uint(moment.event - before.event);
    writer.uint(moment.moves - before.moves);
    before = moment;
  }
  return [momentsKey, writer.take()];
}

/** How many movements came before a decision; undefined: the record does not say. */
export function movesBefore(
  rows: readonly (readonly [key: string, row: unknown])[],
  event: number,
): number | undefined {
  const row = rows.find(([key]) => key === momentsKey)?.[1];
  if (!(row instanceof Uint8Array)) return undefined;
  const reader = new ByteReader(row);
  reader.uint();
  let [at, moves] = [0, 0];
  for (let left = reader.uint(); left > 0; left -= 1) {
    at += reader.uint();
    moves += reader.uint();
    if (at === event) return moves;
  }
  return undefined;
}
