/**
 * The latest turns, kept in memory up to a number of items, so that a short lag is made good
 * without the journal.
 */
import type { Published } from '../engine/outcome.ts';

export class Recent {
  readonly #itemsMax: number;
  #turns: Published[] = [];
  #items = 0;
  /** Turns at the front of the list that were let go already. */
  #gone = 0;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  add(published: Published): void {
    this.#turns.push(published);
    this.#items += weight(published);
    while (this.#items > this.#itemsMax) {
      const oldest = this.#turns[this.#gone];
      if (oldest === undefined) break;
      this.#items -= weight(oldest);
      this.#gone += 1;
    }
    if (this.#gone > 64 && this.#gone * 2 > this.#turns.length) {
      this.#turns = this.#turns.slice(this.#gone);
      this.#gone = 0;
    }
  }

  /** The turns after a position, in order; undefined when some of them are no longer here. */
  after(position: number): readonly Published[] | undefined {
    const first = this.#turns[this.#gone];
    if (first === undefined || first.position > position + 1) return undefined;
    let at = this.#turns.length;
    while (at > this.#gone && (this.#turns[at - 1]?.position ?? 0) > position) at -= 1;
    return this.#turns.slice(at);
  }
}

/** A turn without news still takes its place in the list. */
function weight(published: Published): number {
  return 1 + published.events.length + published.stock.length;
}
