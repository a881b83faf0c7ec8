/**
 * The movements of a turn, as its record holds them: for each, which of the record's stocks it moved,
 * which of its commands asked for it, what it was and how many units. Four to eight bytes apiece, so that
 * every balance can be explained at any later time.
 */
import type { LotId } from '../actors/ids.ts';
import type { LotUnits } from '../actors/lots.ts';
import type { Move } from '../actors/stock-movements.ts';
import { moveCode, moveOf } from '../actors/stock-movements.ts';
import { assert, must } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/** Added to the code of a movement that names its lots. */
const withLots = 128;
/** The most bytes one movement takes in a record, without its lots. */
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
    writer.uint(moveCode(move) + (move.lots === undefined ? 0 : withLots));
    writeSigned(move.units);
    if (move.lots !== undefined) writeLots(move.lots);
  }
  return writer.take();
}

/** Signed: even numbers are up, odd ones down. */
function writeSigned(units: number): void {
  writer.uint(units < 0 ? -2 * units - 1 : 2 * units);
}

const signed = (written: number): number => (written % 2 === 0 ? written / 2 : -(written + 1) / 2);

function writeLots(lots: readonly LotUnits[]): void {
  writer.uint(lots.length);
  for (const { lot, quantity } of lots) {
    writer.text(lot);
    writeSigned(quantity);
  }
}

function readLots(reader: ByteReader): LotUnits[] {
  return Array.from({ length: reader.uint() }, () => {
    const lot = reader.text() as LotId;
    return { lot, quantity: signed(reader.uint()) };
  });
}

/** The most bytes the lots of a movement take in a record. */
export const lotsBytes = (lots: readonly LotUnits[]): number => 4 + 72 * lots.length;

/** The movements of one stock of a record, or of all, in the order they happened. */
export function readMovements(bytes: unknown, stock?: number): RecordedMove[] {
  if (bytes === undefined || bytes === null) return [];
  assert(bytes instanceof Uint8Array, 'movements that are not bytes');
  const reader = new ByteReader(bytes);
  const moves: RecordedMove[] = [];
  while (!reader.isAtEnd) {
    const [place, command, code, units] = [reader.uint(), reader.uint(), reader.uint(), signed(reader.uint())];
    const lots = code >= withLots ? readLots(reader) : undefined;
    if (stock !== undefined && place !== stock) continue;
    const move = must(moveOf(code % withLots, units), 'a movement of a kind this build knows');
    const cause = { stock: place, command: command === 0 ? undefined : command - 1 };
    moves.push(lots === undefined ? { ...move, ...cause } : { ...move, lots, ...cause });
  }
  return moves;
}
