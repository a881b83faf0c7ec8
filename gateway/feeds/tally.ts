/** What is counted of a feed while it runs, and its summary at the end. */
import type { FedLocation } from '../../actors/feed-commands.ts';
import { fedLocationsMax } from '../../actors/limits.ts';
import type { Rejection, RejectionCode } from '../../actors/rejection.ts';
import { feedLimits, type FeedKind, type FeedSummary, type FeedTally, type RefusedRow } from './feed.ts';

export class Tally implements FeedTally {
  rows = 0;
  unchanged = 0;
  changed = 0;
  outdated = 0;
  refused = 0;
  stopped: RefusedRow | undefined;
  /** The first row that was refused. */
  firstRefused: RefusedRow | undefined;
  readonly #places = new Map<string, { confirmed: number; refused: number }>();
  readonly #refusalsMax: number;
  readonly #onRefused: (row: RefusedRow) => void;
  readonly #byCode: Partial<Record<RejectionCode, number>> = {};
  readonly #refusals: RefusedRow[] = [];
  #displaced = 0;
  readonly #displacedOrders: string[] = [];

  /** @param onRefused told of the first refused rows, as many as the summary names */
  constructor(refusalsMax: number, onRefused: (row: RefusedRow) => void) {
    this.#refusalsMax = refusalsMax;
    this.#onRefused = onRefused;
  }

  refuse(row: number, { code, detail, field }: Rejection): void {
    this.refused += 1;
    this.#byCode[code] = (this.#byCode[code] ?? 0) + 1;
    const told: RefusedRow = field === undefined ? { row, code, detail } : { row, code, detail, field };
    this.firstRefused ??= told;
    if (this.#refusals.length >= this.#refusalsMax) return;
    this.#refusals.push(told);
    this.#onRefused(told);
  }

  /** A row of stock was looked at: it said what is known (`confirmed`), was refused, or changed something. */
  tell(row: unknown, outcome: 'confirmed' | 'refused' | 'changed'): void {
    const { location } = row as { readonly location?: unknown };
    if (typeof location !== 'string') return;
    let place = this.#places.get(location);
    if (place === undefined) {
      if (this.#places.size === fedLocationsMax) return;
      this.#places.set(location, (place = { confirmed: 0, refused: 0 }));
    }
    if (outcome !== 'changed') place[outcome] += 1;
  }

  /** The locations that rows were about, as far as they are there and within reach. */
  places(): FedLocation[] {
    return [...this.#places].map(([location, sums]) => ({ location: location as FedLocation['location'], ...sums }));
  }

  displace(orders: readonly string[]): void {
    this.#displaced += orders.length;
    for (const order of orders) {
      if (this.#displacedOrders.length < feedLimits.displacedMax) this.#displacedOrders.push(order);
    }
  }

  /** The sums as they stand. */
  sums(): FeedTally {
    const { rows, unchanged, changed, outdated, refused } = this;
    return { rows, unchanged, changed, outdated, refused };
  }

  summary(feed: string, kind: FeedKind, durationMs: number): FeedSummary {
    const summary = {
      feed,
      kind,
      ...this.sums(),
      refusedByCode: this.#byCode,
      refusals: this.#refusals,
      displaced: this.#displaced,
      displacedOrders: this.#displacedOrders,
      durationMs: Math.round(durationMs),
    };
    return this.stopped === undefined ? summary : { ...summary, stopped: this.stopped };
  }
}
