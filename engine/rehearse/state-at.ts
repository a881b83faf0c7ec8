/**
 * The state as it was at an earlier position: the rows as they are saved now, with what the journal says of each
 * key that changed since. A key that also changed before that position, in records that are still there, has its row
 * from there. Of a stock, the movements of its first later change are taken back. Of anything else the row before its
 * first later change is not in the journal: where the journal is whole it did not exist; else it is taken as that
 * change left it, and an order or reservation, of which that would be wrong, is left out. How many is said.
 */
import type { StockContext } from '../../actors/stock-ledger.ts';
import { undone } from '../../actors/stock-movements.ts';
import type { StoredRecord } from '../../storage/journal.ts';
import { readMovements, type RecordedMove } from '../movements.ts';
import { stockNames } from '../recover.ts';
import { prefixes, stockFromRow } from '../rows.ts';

/** What of a world is not read for a rehearsal: what has ended, and what decides nothing. */
const ended: readonly string[] = [
  prefixes.closed, prefixes.reservationClosed, prefixes.supplyEnded, prefixes.lotEnded, prefixes['lot-shipment'],
  prefixes.receipt, prefixes.drift, prefixes.shadow, prefixes.return, prefixes.returnEnded, prefixes['order-returns'],
  prefixes.settings, prefixes.replaced, prefixes.parcel, prefixes.parcelEnded, prefixes.lane,
];
/** The rows a fork is opened with. */
export const openRowPrefixes: readonly string[] = Object.values(prefixes).filter((prefix) => !ended.includes(prefix));

const isKept = (key: string): boolean => !ended.some((prefix) => key.startsWith(prefix));
const isOwned = (key: string): boolean => key.startsWith(prefixes.open) || key.startsWith(prefixes.reservation);

/** Rows that replace the saved ones; null: there was none. */
export interface StateAt {
  readonly position: number;
  readonly atMs: number;
  readonly rows: ReadonlyMap<string, unknown>;
  /** Stocks with the balances they had, where no row says it. */
  readonly stocks: readonly StockContext[];
  /** Things taken as they were after a later change, and orders and reservations left out. */
  readonly guessed: number;
  readonly leftOut: number;
}

export class StateBuilder {
  readonly #rows = new Map<string, unknown>();
  readonly #stocks = new Map<string, StockContext>();
  readonly #position: number;
  readonly #isWhole: boolean;
  #atMs = 0;
  #guessed = 0;
  #leftOut = 0;

  /**
   * @param position the last record that is part of the state.
   * @param head the first record that is there: 1 where the journal is whole.
   */
  constructor(position: number, head: number) {
    this.#position = position;
    this.#isWhole = head === 1;
  }

  /** A record, in their order from the first that is there to the last that may be in the saved rows. */
  add(record: StoredRecord): void {
    if (record.position <= this.#position) {
      this.#atMs = record.atMs;
      for (const [key, row] of record.rows) if (isKept(key)) this.#rows.set(key, row);
      return;
    }
    const moves = this.#isWhole ? [] : readMovements(record.movements);
    let place = -1;
    for (const [key, row] of record.rows) {
      const isStock = key.startsWith(prefixes.stock);
      if (isStock) place += 1;
      if (!isKept(key) || this.#rows.has(key)) continue;
      this.#rows.set(key, null);
      if (this.#isWhole) continue;
      if (isStock && row !== null) {
        this.#stocks.set(key, stockBefore(key, row, moves.filter(({ stock }) => stock === place)));
      } else if (isOwned(key)) {
        this.#leftOut += Number(!isMade(record, key));
      } else if (row !== null) {
        this.#rows.set(key, row);
        this.#guessed += 1;
      }
    }
  }

  state(): StateAt {
    return {
      position: this.#position,
      atMs: this.#atMs,
      rows: this.#rows,
      stocks: [...this.#stocks.values()],
      guessed: this.#guessed,
      leftOut: this.#leftOut,
    };
  }
}

function stockBefore(key: string, row: unknown, moves: readonly RecordedMove[]): StockContext {
  const { sku, location } = stockNames(key);
  const after = stockFromRow(sku, location, row).snapshot.context;
  return moves.reduceRight<StockContext>((levels, move) => ({ ...levels, ...undone(levels, move) }), after);
}

/** Whether an order or reservation was made in a record. */
function isMade({ commands }: StoredRecord, key: string): boolean {
  const id = key.slice(key.indexOf('/') + 1);
  type Made = readonly [id: unknown, kind: string, by: unknown, body: { orderId?: string; reservationId?: string }];
  return (commands as readonly Made[]).some(
    ([, kind, , body]) =>
      (kind === 'order.place' && body.orderId === id) || (kind === 'reservation.make' && body.reservationId === id),
  );
}
