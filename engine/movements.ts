/**
 * The movements of a turn, as its record holds them: for each, which of the record's stocks it moved,
 * which of its commands asked for it, what it was and how many units. Four to eight bytes apiece, so that
 * every balance can be explained at any later time.
 */
import type { Move } from '../actors/stock-movements.ts';
import { moveCode, moveOf } from '../actors/stock-movements.ts';
import { assert, must } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/** The most bytes one movement takes in a record. */
export const movementBytesMax = 12;

/** A movement in the record of its turn. */
export interface RecordedMove extends Move {
  /** Place among the stocks of the record, in the order of their rows. */
  readonly stock: number;
  /** Place among the commands of the record; undefined when a timer or arriving stock caused it. */
  readonly command: number | undefined;
}

const writer = new ByteWriter();

/** Write movements in the order they happened; undefined when there were none. */
export function writeMovements(moves: readonly RecordedMove[]): Uint8Array | undefined {
  if (moves.length === 0) return undefined;
  for (const move of moves) {
    writer.uint(move.stock);
    writer.uint(move.command === undefined ? 0 : move.command + 1);
    writer.uint(moveCode(move));
    // Signed: even numbers are up, odd ones down.
    writer.uint(move.units < 0 ? -2 * move.units - 1 : 2 * move.units);
  }
  return writer.take();
}

/** The movements of one stock of a record, in the order they happened. */
export function readMovements(bytes: unknown, stock: number): RecordedMove[] {
  if (bytes === undefined || bytes === null) return [];
  assert(bytes instanceof Uint8Array, 'movements that are not bytes');
  const reader = new ByteReader(bytes);
  const moves: RecordedMove[] = [];
  while (!reader.isAtEnd) {
    const [place, command, code, signed] = [reader.uint(), reader.uint(), reader.uint(), reader.uint()];
    if (place !== stock) continue;
    const units = signed % 2 === 0 ? signed / 2 : -(signed + 1) / 2;
    const move = must(moveOf(code, units), 'a movement of a kind this build knows');
    moves.push({ ...move, stock, command: command === 0 ? undefined : command - 1 });
  }
  return moves;
}
