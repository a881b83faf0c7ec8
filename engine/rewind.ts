/**
 * The world as a decision saw it: what was replaced since, in order, so that it can be put back for a moment. Kept
 * only while a shadow decides, and only as far back as a decision waits for it.
 */
import { isSameOffer } from '../actors/carrier-health.ts';
import type { Cell } from './cells.ts';
import { place } from './place.ts';

/** What decisions read and every order changes. */
const moving: ReadonlySet<string> = new Set<Cell['kind']>(['stock', 'pool', 'pace', 'work']);
/** What decisions read and few commands change: nobody looks back beyond such a change. */
const standing: ReadonlySet<string> = new Set<Cell['kind']>([
  'location', 'channel', 'carrier', 'rates', 'item', 'buffer', 'transit', 'plan', 'seat',
]);

export class Rewind {
  /** Whether anything is kept: no shadow decides, no cost. */
  isOn = false;
  readonly #cells: Cell[] = [];
  readonly #before: Cell['snapshot'][] = [];
  /** The mark of the oldest entry kept. */
  #first = 0;
  /** A decision before this mark saw another network. */
  #barrier = 0;

  /** The present, as a place to come back to. */
  get mark(): number {
    return this.#first + this.#cells.length;
  }

  get size(): number {
    return this.#cells.length;
  }

  /** A snapshot is about to be replaced. */
  add(cell: Cell, after: Cell['snapshot']): void {
    if (moving.has(cell.kind)) {
      this.#cells.push(cell);
      this.#before.push(cell.snapshot);
    } else if (standing.has(cell.kind) && !isSameCarrier(cell, after)) {
      this.#barrier = this.mark + 1;
      // The change itself has a place, so that a decision made after it is not before the barrier.
      this.#cells.push(cell);
      this.#before.push(undefined);
    }
  }

  /** A command was undone: what it replaced stands again. */
  cut(mark: number): void {
    const kept = Math.max(0, mark - this.#first);
    this.#cells.length = Math.min(this.#cells.length, kept);
    this.#before.length = this.#cells.length;
    this.#barrier = Math.min(this.#barrier, this.mark);
  }

  /** Nobody looks back beyond this mark any more. */
  forget(mark: number): void {
    const gone = Math.min(this.#cells.length, mark - this.#first);
    if (gone <= 0) return;
    this.#cells.splice(0, gone);
    this.#before.splice(0, gone);
    this.#first += gone;
  }

  /** Whether the world can be put back to a mark. */
  reaches(mark: number): boolean {
    return mark >= this.#first && mark >= this.#barrier;
  }

  /**
   * Look at the world as it was at some marks, the newest first, and put it back to the present. Within one task:
   * nobody else sees it meanwhile.
   */
  visit(marks: readonly number[], look: (index: number) => void): void {
    const redo: [Cell, Cell['snapshot']][] = [];
    let at = this.#cells.length;
    try {
      for (const [index, mark] of marks.entries()) {
        for (; at > mark - this.#first; at -= 1) {
          const cell = this.#cells[at - 1];
          if (cell === undefined) continue;
          redo.push([cell, cell.snapshot]);
          place(cell, this.#before[at - 1]);
        }
        look(index);
      }
    } finally {
      for (const [cell, snapshot] of redo.toReversed()) place(cell, snapshot);
    }
  }
}

/** Parcels that leave and arrive are counted on carriers: decisions do not look at that. */
function isSameCarrier(cell: Cell, after: Cell['snapshot']): boolean {
  if (cell.kind !== 'carrier') return false;
  const now = after as typeof cell.snapshot;
  const was = cell.snapshot;
  const isSame = was?.value === now?.value && was?.context.card === now?.context.card;
  return isSame && isSameOffer(was?.context.health, now?.context.health);
}
