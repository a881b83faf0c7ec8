/**
 * The line for a SKU that is in drop mode and out: tickets in order. Taking a ticket, leaving from any place
 * and asking for a place in line cost O(log n): a Fenwick tree counts who is still there. Nothing is stored:
 * the tickets stand in their reservations' rows.
 */
import type { ReservationId } from '../actors/ids.ts';

/** Places that were left at the front before the rest moves up. */
const moveUpMin = 1_024;

export class DropLine {
  /** Who has the ticket `#first` + index; undefined: it was served or given up. */
  #ids: (ReservationId | undefined)[] = [];
  /** Fenwick tree over `#ids`, from 1: how many are still there. */
  #counts: number[] = [0];
  #first = 1;
  /** Places at the front that nobody has any more. */
  #head = 0;
  length = 0;

  /** The number of the next ticket: one more than the last one in line; 1 when nobody is. */
  get nextTicket(): number {
    return this.#first + this.#ids.length;
  }

  get head(): ReservationId | undefined {
    return this.#ids[this.#head];
  }

  /** Everybody in line, in order. */
  *[Symbol.iterator](): IterableIterator<ReservationId> {
    for (const id of this.#ids) if (id !== undefined) yield id;
  }

  /** Somebody has a ticket. Tickets come in order; at recovery some between were served before. */
  add(ticket: number, id: ReservationId): void {
    if (this.length === 0) this.#begin(ticket);
    while (this.nextTicket < ticket) this.#push(undefined);
    this.#push(id);
    this.length += 1;
  }

  #begin(ticket: number): void {
    this.#ids = [];
    this.#counts = [0];
    this.#first = ticket;
    this.#head = 0;
  }

  #push(id: ReservationId | undefined): void {
    this.#ids.push(id);
    const at = this.#ids.length;
    // The new node counts the places from the end of the node before its range.
    this.#counts.push((id === undefined ? 0 : 1) + this.#sum(at - 1) - this.#sum(at - (at & -at)));
  }

  /** How many are there among the first so many places. */
  #sum(places: number): number {
    let sum = 0;
    for (let at = places; at > 0; at -= at & -at) sum += this.#counts[at] ?? 0;
    return sum;
  }

  /** A ticket was served or given up. */
  remove(ticket: number): void {
    const index = ticket - this.#first;
    if (this.#ids[index] === undefined) return;
    this.#ids[index] = undefined;
    this.length -= 1;
    for (let at = index + 1; at < this.#counts.length; at += at & -at) this.#counts[at] = (this.#counts[at] ?? 0) - 1;
    if (this.length === 0) return this.#begin(1);
    while (this.#ids.at(-1) === undefined) {
      this.#ids.pop();
      this.#counts.pop();
    }
    while (this.#ids[this.#head] === undefined) this.#head += 1;
    if (this.#head >= moveUpMin && this.#head * 2 > this.#ids.length) this.#moveUp();
  }

  #moveUp(): void {
    const rest = this.#ids.slice(this.#head);
    const first = this.#first + this.#head;
    this.#begin(first);
    for (const id of rest) this.#push(id);
  }

  /** How many are before a ticket, and 1: its place in line. */
  position(ticket: number): number {
    return this.#sum(ticket - this.#first + 1);
  }
}
