/**
 * The prices that the decisions of a turn went by, for its record: of each SKU that was wanted what a unit took at each
 * location, and what room took. Decisions of the same turn that found the same prices share them; prices change
 * while a turn takes commands, so each table says from which event of the turn on it holds. What the record has no room
 * for is left out, and which decisions that concerns is said.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import { grainsOf, type ByLocation, type PriceBook, type PricesOf } from './book.ts';

/** A price above 0, in parts of a minor unit. */
export type Grains = readonly (readonly [location: LocationId, grains: number])[];

/** Prices that decisions from an event of their turn on went by. */
export interface SeenTable {
  readonly event: number;
  /** undefined: the price of room. */
  readonly sku: Sku | undefined;
  /** undefined: the SKU had no prices. Locations that are not named took nothing. */
  readonly grains: Grains | undefined;
}

/** What one record has of prices. */
export interface SeenPrices {
  readonly tables: readonly SeenTable[];
  /** Events from which on a decision went by prices that are left out. */
  readonly left: readonly number[];
}

/** The most bytes of numbers beside the names: of the row and its key, of a table, of a price, of what is left out. */
const rowBytes = 48;
const tableBytes = 16;
const placeBytes = 4;
const leftBytes = 12;

const uintBytes = (value: number): number => (value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 8);
/** Names are plain ASCII; before one stand what it shares with the name before and its length. */
const nameBytes = (name: string): number => name.length + 6;

export class PricesSeen {
  #tables: SeenTable[] = [];
  #left: number[] = [];
  readonly #ofSku = new Map<Sku, PricesOf | undefined>();
  #roomsVersion = -1;
  readonly #named = new Set<LocationId>();
  /** What the command under way added. */
  #keptTables = 0;
  #keptLeft = 0;
  #newNames: LocationId[] = [];
  #bytes = 0;
  /** Where its first decision stands; undefined: it made none by prices. */
  #firstEvent: number | undefined;

  /** A command begins. */
  begin(): void {
    this.#keptTables = this.#tables.length;
    this.#keptLeft = this.#left.length;
    this.#newNames.length = 0;
    this.#bytes = 0;
    this.#firstEvent = undefined;
  }

  /** A decision about units of these SKUs goes by a book. @param event events of the turn that came before it. */
  note(book: PriceBook, skus: readonly Sku[], event: number): void {
    this.#firstEvent ??= event;
    if (this.#tables.length === 0) this.#bytes += rowBytes;
    if (this.#roomsVersion !== book.roomsVersion) {
      this.#roomsVersion = book.roomsVersion;
      this.#add(event, undefined, book.rooms);
    }
    for (const sku of skus) {
      const prices = book.of(sku);
      if (this.#ofSku.has(sku) && this.#ofSku.get(sku) === prices) continue;
      this.#ofSku.set(sku, prices);
      this.#add(event, sku, prices?.byLocation);
    }
  }

  #add(event: number, sku: Sku | undefined, prices: ByLocation | undefined): void {
    let grains: [LocationId, number][] | undefined;
    this.#bytes += tableBytes + (sku === undefined ? 0 : nameBytes(sku));
    if (prices !== undefined) {
      grains = [];
      for (const [location, minor] of prices) {
        const count = grainsOf(minor);
        if (count <= 0) continue;
        grains.push([location, count]);
        this.#bytes += placeBytes + uintBytes(count);
        if (this.#named.has(location)) continue;
        this.#named.add(location);
        this.#newNames.push(location);
        this.#bytes += nameBytes(location);
      }
    }
    this.#tables.push({ event, sku, grains });
  }

  /** An upper estimate of the bytes that the command under way adds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The command under way was undone. */
  undo(): void {
    const isChanged = this.#tables.length > this.#keptTables;
    this.#tables.length = this.#keptTables;
    this.#left.length = this.#keptLeft;
    for (const name of this.#newNames) this.#named.delete(name);
    this.begin();
    if (!isChanged) return;
    // What was noted last of each is not known any more: it is noted again.
    this.#ofSku.clear();
    this.#roomsVersion = -1;
  }

  /** There is no room for what the command under way went by: only that it is left out is kept. */
  leaveOut(): void {
    const event = this.#firstEvent;
    this.undo();
    if (event === undefined) return;
    this.#left.push(event);
    this.#bytes = rowBytes + leftBytes;
  }

  /** End the turn; undefined: nothing was decided by prices. */
  take(): SeenPrices | undefined {
    if (this.#tables.length === 0 && this.#left.length === 0) return undefined;
    const seen = { tables: this.#tables, left: this.#left };
    this.#tables = [];
    this.#left = [];
    this.#ofSku.clear();
    this.#roomsVersion = -1;
    this.#named.clear();
    this.begin();
    return seen;
  }
}
