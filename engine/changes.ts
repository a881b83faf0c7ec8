/**
 * All or nothing: what the present command changed, and how to put it back. Snapshots are immutable, so
 * the undo of a command is the list of those it replaced. What a command publishes is dropped with it.
 */
import type { Event } from '../actors/vocabulary.ts';
import { place, type Cell } from './cells.ts';

export class Changes {
  #command = 0;
  #turn = 1;
  readonly #cells: Cell[] = [];
  readonly #before: Cell['snapshot'][] = [];
  #events: Event[] = [];
  #keptEvents = 0;
  #changed: Cell[] = [];
  #bytes = 0;

  /** Begin a command: from here on changes belong to it. */
  begin(): void {
    this.#command += 1;
    this.#cells.length = 0;
    this.#before.length = 0;
    this.#keptEvents = this.#events.length;
  }

  /** Replace a snapshot; the one before the command is kept for the undo. */
  set<T extends Cell>(cell: T, after: NonNullable<T['snapshot']>): void {
    if (cell.commandMark !== this.#command) {
      cell.commandMark = this.#command;
      this.#cells.push(cell);
      this.#before.push(cell.snapshot);
    }
    place(cell, after);
  }

  publish(events: readonly Event[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** Whether the command has changed anything so far. */
  get isEmpty(): boolean {
    return this.#cells.length === 0;
  }

  /** Put everything back as it was before the command. */
  undo(): void {
    for (let i = this.#cells.length - 1; i >= 0; i -= 1) {
      const cell = this.#cells[i];
      if (cell !== undefined) place(cell, this.#before[i]);
    }
    this.#cells.length = 0;
    this.#before.length = 0;
    this.#events.length = this.#keptEvents;
  }

  /** Roughly what the rows of this turn's kept changes will take, so that turns can be cut to fit a record. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keep the command: `each` sees every changed cell with its snapshot from before. */
  keep(each: (cell: Cell, before: Cell['snapshot']) => void): void {
    for (let i = 0; i < this.#cells.length; i += 1) {
      const cell = this.#cells[i];
      if (cell === undefined) continue;
      if (cell.turnMark !== this.#turn) {
        cell.turnMark = this.#turn;
        this.#changed.push(cell);
        this.#bytes += rowBytes(cell);
      }
      each(cell, this.#before[i]);
    }
    this.#cells.length = 0;
    this.#before.length = 0;
  }

  /** End the turn: every cell its kept commands changed, and all they published. */
  takeTurn(): { readonly changed: readonly Cell[]; readonly events: readonly Event[] } {
    const taken = { changed: this.#changed, events: this.#events };
    this.#changed = [];
    this.#events = [];
    this.#bytes = 0;
    this.#turn += 1;
    return taken;
  }
}

/** An upper estimate of a row with its key, in bytes. */
function rowBytes(cell: Cell): number {
  if (cell.kind === 'stock') return 48 + cell.sku.sku.length + cell.location.id.length;
  if (cell.kind !== 'order' || cell.snapshot === undefined) return 512;
  const { lines, fulfillments } = cell.snapshot.context;
  let bytes = 256 + 160 * fulfillments.length;
  for (const line of lines) bytes += 32 + line.sku.length + line.lineId.length;
  for (const part of fulfillments) bytes += 6 * part.lines.length;
  return bytes;
}
