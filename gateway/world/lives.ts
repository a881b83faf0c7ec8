/** The orders of this run that go on: what of each is still to arrive, and what is known of it outside the server. */
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { WantedOrder } from './choices.ts';
import type { Tally } from './tally.ts';

export interface Life {
  readonly index: number;
  readonly orderId: string;
  readonly wanted: WantedOrder;
  readonly amountMinor: number;
  readonly placedAtMs: number;
  /** As they were when it was placed. */
  readonly parts: readonly Pick<Fulfillment, 'fulfillmentId' | 'carrier'>[];
  unitsLeft: number;
  paymentId: string | undefined;
}

export class Lives {
  readonly #alive = new Map<string, Life>();
  /** When each order was sent whose work nobody was given yet. */
  readonly #sentAtMs = new Map<string, number>();
  readonly #tally: Tally;
  readonly #prefix: string;
  readonly #onEnd: () => void;

  /** @param prefix what the ids of all orders of this run begin with */
  constructor(tally: Tally, prefix: string, onEnd: () => void) {
    this.#prefix = prefix;
    this.#tally = tally;
    this.#onEnd = onEnd;
  }

  /** An order is sent. Its work may be heard of before its answer. */
  sending(orderId: string, atMs: number): void {
    this.#sentAtMs.set(orderId, atMs);
  }

  refused(orderId: string): void {
    this.#sentAtMs.delete(orderId);
  }

  /** The first task of an order reached its terminal: when the order was sent, if that is known. */
  leased(orderId: string): number | undefined {
    const atMs = this.#sentAtMs.get(orderId);
    this.#sentAtMs.delete(orderId);
    return atMs;
  }

  begin(life: Life): void {
    this.#alive.set(life.orderId, life);
    this.#tally.alive = this.#alive.size;
  }

  /** Whether an order is of this run, going on or not. */
  isOurs(orderId: string): boolean {
    return orderId.startsWith(this.#prefix);
  }

  find(orderId: string): Life | undefined {
    return this.#alive.get(orderId);
  }

  /** The name its parcels' fates are drawn by: the same in every run of a seed. */
  keyOf(orderId: string, fulfillmentId: string): string {
    return `${this.#alive.get(orderId)?.index ?? orderId}/${fulfillmentId}`;
  }

  /** Units arrived, or never will. */
  settle(orderId: string, units = Infinity): void {
    const life = this.#alive.get(orderId);
    if (life === undefined) return;
    life.unitsLeft -= units;
    if (life.unitsLeft > 0) return;
    this.#alive.delete(orderId);
    this.#sentAtMs.delete(orderId);
    this.#tally.alive = this.#alive.size;
    this.#tally.ended += 1;
    this.#onEnd();
  }
}
