/**
 * Prices of scarce stock and room in a rehearsal: those that the recorded decisions went by, put in force on a fork as
 * its records are played, so that both sides are decided by the same ones. A placement finds those that its recorded
 * decision found; what time and arriving stock make the fork decide, those that were recorded last.
 */
import type { OrderId } from '../../actors/ids.ts';
import type { Event } from '../../actors/vocabulary.ts';
import type { StoredRecord } from '../../storage/journal.ts';
import type { PriceBook } from '../routing/prices/book.ts';
import { pricesIn, putTable } from '../routing/prices/recorded.ts';
import type { SeenTable } from '../routing/prices/seen.ts';

/** The prices of one record, put into a book as they came. */
export class RecordedPrices {
  readonly #book: PriceBook;
  #tables: readonly SeenTable[] = [];
  #next = 0;
  /** Where each placement of the record was decided, among its events, and whether by prices. */
  readonly #placed = new Map<OrderId, { readonly event: number; readonly isPriced: boolean }>();

  constructor(book: PriceBook) {
    this.#book = book;
  }

  /** The next record: what was left of the one before holds from here on. */
  begin({ rows, events }: StoredRecord): void {
    this.#putUntil(Infinity);
    this.#placed.clear();
    this.#tables = pricesIn(rows)?.tables ?? [];
    this.#next = 0;
    if (this.#tables.length === 0 && this.#book.version === 0) return;
    for (const [event, news] of (events as readonly Event[]).entries()) {
      if (news.kind !== 'order.sourced' || news.attempt > 1) continue;
      this.#placed.set(news.orderId, { event, isPriced: news.prices !== undefined });
    }
  }

  /** Do what places an order of the record, by the prices that placed it then: by none, if it went by none. */
  by(orderId: OrderId, place: () => void): void {
    const placed = this.#placed.get(orderId);
    if (placed !== undefined) this.#putUntil(placed.event);
    const { version } = this.#book;
    if (placed?.isPriced === false) this.#book.version = 0;
    place();
    this.#book.version = version;
  }

  #putUntil(event: number): void {
    for (; this.#next < this.#tables.length; this.#next += 1) {
      const table = this.#tables[this.#next];
      if (table === undefined || table.event > event) return;
      putTable(this.#book, table);
    }
  }
}
