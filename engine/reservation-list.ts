/**
 * Open reservations in the order they were made, for whoever pages through them. Making one adds it at the
 * end; those that have closed are passed over and swept out once they are most of the list. Nothing is
 * indexed: a page looks at so many reservations at most, and goes on where the last one ended.
 */
import type { QueryBody } from '../actors/queries.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import { must } from './assert.ts';
import type { ReservationCell } from './cells.ts';
import type { Snapshot } from './step.ts';

/** Reservations one page looks at: a few milliseconds of work. */
const lookedAtMax = 20_000;
const limitDefault = 100;
/** Fewer closed ones than this are not worth a sweep. */
const sweptMin = 1_024;

type Asked = QueryBody<'reservation.list'>;
type Reservation = Snapshot<ReservationContext>;

/** A page, and where the next one begins: absent when there are no more. */
export interface ReservationPage {
  readonly found: readonly Reservation[];
  readonly next: string | undefined;
}

export class ReservationList {
  /** By the time they were made. Of one moment they stand as they came. */
  #cells: ReservationCell[] = [];
  #closed = 0;

  add(cell: ReservationCell): void {
    this.#cells.push(cell);
  }

  /** One has closed: it stays in the list until that is swept. */
  close(): void {
    this.#closed += 1;
  }

  /** Recovery: they came in another order. */
  sort(): void {
    this.#cells.sort((a, b) => madeAtMs(a) - madeAtMs(b) || (a.id < b.id ? -1 : 1));
  }

  trimMemory(): void {
    if (this.#closed < sweptMin || 2 * this.#closed < this.#cells.length) return;
    this.#cells = this.#cells.filter(isListed);
    this.#closed = 0;
  }

  page(asked: Asked): ReservationPage {
    const limit = asked.limit ?? limitDefault;
    const found: Reservation[] = [];
    let lookedAt = 0;
    let last: ReservationCell | undefined;
    for (const cell of this.#after(asked.after)) {
      const isFull = lookedAt === lookedAtMax || found.length === limit;
      if (isFull) return { found, next: cursorOf(must(last, 'the last one looked at')) };
      lookedAt += 1;
      last = cell;
      const snapshot = must(cell.snapshot, 'a reservation that exists');
      if (isListed(cell) && fits(snapshot, asked)) found.push(snapshot);
    }
    return { found, next: undefined };
  }

  /** Those that come after a cursor, in order of their time and then of their names. */
  *#after(cursor: string | undefined): Iterable<ReservationCell> {
    const slash = cursor?.indexOf('/') ?? -1;
    const afterMs = cursor === undefined ? -1 : Number(cursor.slice(0, slash));
    const afterId = cursor?.slice(slash + 1) ?? '';
    for (let at = this.#firstAt(afterMs); at < this.#cells.length; ) {
      const ofMs = this.#madeAtMs(at);
      let end = at + 1;
      while (end < this.#cells.length && this.#madeAtMs(end) === ofMs) end += 1;
      const block = this.#cells.slice(at, end).sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const cell of block) if (ofMs > afterMs || cell.id > afterId) yield cell;
      at = end;
    }
  }

  #madeAtMs(at: number): number {
    return madeAtMs(must(this.#cells[at], 'a reservation in the list'));
  }

  /** The place of the first that was made at a time or after it. */
  #firstAt(atMs: number): number {
    let [low, high] = [0, this.#cells.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#madeAtMs(middle) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const madeAtMs = ({ snapshot }: ReservationCell): number => must(snapshot, 'a reservation').context.madeAtMs;
const isListed = ({ snapshot }: ReservationCell): boolean => snapshot?.value === 'held' || snapshot?.value === 'queued';
const cursorOf = (cell: ReservationCell): string => `${madeAtMs(cell)}/${cell.id}`;

function fits({ value, context }: Reservation, { channel, customer, state, sku }: Asked): boolean {
  if (channel !== undefined && context.channel !== channel) return false;
  if (customer !== undefined && context.customer !== customer) return false;
  if (state !== undefined && value !== state) return false;
  return sku === undefined || context.lines.some((line) => line.sku === sku || line.kit?.sku === sku);
}
