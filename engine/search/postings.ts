/** One list of orders by term, read from its blocks: in order, each once, from wherever a reader wants to go on. */
import type { Claim } from '../../storage/journal.ts';
import { keyFrom, listPrefix, readBlock, timesOf } from './blocks.ts';
import { comparePlaces, type Place } from './place.ts';

/** Blocks asked of the store at a time. */
const pageBlocks = 8;

type Row = readonly [key: string, value: unknown];

/** A block that is open: what is left of it begins at `at`. */
interface Open {
  readonly places: readonly Place[];
  at: number;
}

export class Postings {
  readonly #rows: Pick<Claim, 'page'>;
  readonly #term: string;
  #open: Open[] = [];
  /** Blocks that were read and not opened yet, and where the next are read from; undefined: there are no more. */
  #unread: readonly Row[] = [];
  #nextKey: string | undefined;
  /** Blocks opened: the work that was done. */
  blocks = 0;

  constructor(rows: Pick<Claim, 'page'>, term: string) {
    this.#rows = rows;
    this.#term = term;
    this.#nextKey = listPrefix(term);
  }

  /** The first order at a place or after it; undefined: there is none. Places asked for never go back. */
  seek(place: Place): Place | undefined {
    this.#skip(place);
    for (;;) {
      const head = this.#head();
      const next = this.#nextBlock(place.atMs);
      if (next === undefined || (head !== undefined && timesOf(next[0]).newestMs < head.atMs)) return head;
      this.#unread = this.#unread.slice(1);
      this.blocks += 1;
      this.#open.push({ places: readBlock(next[0], next[1]), at: 0 });
      this.#skip(place);
    }
  }

  #head(): Place | undefined {
    let first: Place | undefined;
    for (const { places, at } of this.#open) {
      const place = places[at];
      if (place !== undefined && (first === undefined || comparePlaces(place, first) < 0)) first = place;
    }
    return first;
  }

  #skip(to: Place): void {
    for (const block of this.#open) block.at = firstFrom(block, to);
    this.#open = this.#open.filter(({ places, at }) => at < places.length);
  }

  /** The next block that may hold orders placed at a moment or before it. */
  #nextBlock(atMs: number): Row | undefined {
    for (;;) {
      const [row] = this.#unread;
      if (row !== undefined && timesOf(row[0]).oldestMs <= atMs) return row;
      if (row !== undefined) this.#unread = this.#unread.slice(1);
      else if (!this.#read(atMs)) return undefined;
    }
  }

  #read(atMs: number): boolean {
    if (this.#nextKey === undefined) return false;
    const wanted = keyFrom(this.#term, atMs);
    const from = wanted > this.#nextKey ? wanted : this.#nextKey;
    this.#unread = this.#rows.page(from, listPrefix(this.#term), pageBlocks);
    const last = this.#unread.at(-1);
    this.#nextKey = this.#unread.length < pageBlocks || last === undefined ? undefined : `${last[0]}\u0000`;
    return this.#unread.length > 0;
  }
}

/** The index of the first that is not before a place. */
function firstFrom({ places, at }: Open, to: Place): number {
  let [low, high] = [at, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    if (place !== undefined && comparePlaces(place, to) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
