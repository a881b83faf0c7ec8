/**
 * The orders that wait for one SKU, in the order in which arriving stock serves them: by rank, of equal rank
 * the older first. An order finds its place by binary search when it begins to wait; nothing is sorted when
 * stock comes. Who was served is marked and stays in the list until half of it is stale.
 */
import type { ChannelId, OrderId } from '../actors/ids.ts';
import type { Serve } from '../actors/item-commands.ts';
import { rankOf, standingOf, type Standing } from '../actors/item-policy.ts';
import type { OrderContext } from '../actors/order-context.ts';

/** Below so many names a clean-up is not worth it. */
const cleanUpCountMin = 32;

/** An order that waits for a SKU: its units, and what its place depends on. */
export interface Waiter {
  readonly id: OrderId;
  readonly channel: ChannelId;
  /** The segment of its customer, as far as it was named. */
  readonly segment: string | undefined;
  /** Whether a kit is among its lines: what a routing plan makes of those may also depend on there being less. */
  readonly hasKits: boolean;
  readonly placedAtMs: number;
  readonly standing: Standing;
  rank: number;
  /** Decides among orders of one rank and one moment: who began to wait first. */
  sequence: number;
  /** 0 once it waits no more. */
  units: number;
}

function before(a: Waiter, b: Waiter): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.placedAtMs !== b.placedAtMs) return a.placedAtMs < b.placedAtMs;
  return a.sequence < b.sequence;
}

export class Waiting {
  /** Units that wait, over all channels. */
  units = 0;
  /** Orders with kits among them. */
  kitCount = 0;
  readonly byChannel = new Map<ChannelId, number>();
  readonly #byOrder = new Map<OrderId, Waiter>();
  #line: Waiter[] = [];
  #gone = 0;
  #next = 0;
  #serve: Serve;

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  get size(): number {
    return this.#byOrder.size;
  }

  get serve(): Serve {
    return this.#serve;
  }

  has(id: OrderId): boolean {
    return this.#byOrder.has(id);
  }

  unitsOf(channel: ChannelId): number {
    return this.byChannel.get(channel) ?? 0;
  }

  /** Those who wait, the first to be served first. */
  *[Symbol.iterator](): IterableIterator<Waiter> {
    for (const waiter of this.#line) if (waiter.units > 0) yield waiter;
  }

  /**
   * An order waits for so many units (≥ 1): it takes its place, or keeps the one it has.
   * @param isLoading put it at the end; `settle` follows when all are there.
   */
  put(id: OrderId, units: number, order: OrderContext, isLoading: boolean): void {
    const known = this.#byOrder.get(id);
    if (known !== undefined) {
      this.#count(known.channel, units - known.units);
      known.units = units;
      return;
    }
    const standing = standingOf(order);
    const { channel, segment, placedAtMs } = order;
    const rank = rankOf(standing, this.#serve);
    const hasKits = order.lines.some(({ kit }) => kit !== undefined);
    const waiter = { id, channel, segment, hasKits, placedAtMs, standing, rank, sequence: this.#next++, units };
    this.#byOrder.set(id, waiter);
    if (hasKits) this.kitCount += 1;
    this.#count(channel, units);
    const last = this.#line.at(-1);
    if (isLoading || last === undefined || before(last, waiter)) this.#line.push(waiter);
    else this.#line.splice(this.#placeAfter(waiter), 0, waiter);
  }

  /** An order waits no more. */
  leave(id: OrderId): void {
    const waiter = this.#byOrder.get(id);
    if (waiter === undefined) return;
    this.#byOrder.delete(id);
    if (waiter.hasKits) this.kitCount -= 1;
    this.#count(waiter.channel, -waiter.units);
    waiter.units = 0;
    this.#gone += 1;
    if (this.#line.length >= cleanUpCountMin && this.#gone * 2 >= this.#line.length) this.#cleanUp();
  }

  /** The next one in line after another, which may have left; the first without one. */
  after(last: Waiter | undefined): Waiter | undefined {
    for (let at = last === undefined ? 0 : this.#placeAfter(last); at < this.#line.length; at += 1) {
      const waiter = this.#line[at];
      if (waiter !== undefined && waiter.units > 0) return waiter;
    }
    return undefined;
  }

  /** Serve by another policy from now on: everybody's place is found anew, once. */
  serveBy(serve: Serve): void {
    if (serve === this.#serve) return;
    this.#serve = serve;
    this.#cleanUp();
    for (const waiter of this.#line) waiter.rank = rankOf(waiter.standing, serve);
    this.#line.sort((a, b) => (before(a, b) ? -1 : 1));
  }

  /** Recovery: everybody is here. Who came first within one moment is not stored: the name decides. */
  settle(): void {
    this.#line.sort((a, b) => {
      if (a.rank !== b.rank || a.placedAtMs !== b.placedAtMs) return before(a, b) ? -1 : 1;
      return a.id < b.id ? -1 : 1;
    });
    for (const [index, waiter] of this.#line.entries()) waiter.sequence = index;
  }

  #count(channel: ChannelId, units: number): void {
    this.units += units;
    const sum = this.unitsOf(channel) + units;
    if (sum === 0) this.byChannel.delete(channel);
    else this.byChannel.set(channel, sum);
  }

  #cleanUp(): void {
    this.#line = this.#line.filter(({ units }) => units > 0);
    this.#gone = 0;
  }

  /** The first place in line behind a waiter, whether it stands in it or not. */
  #placeAfter(waiter: Waiter): number {
    let low = 0;
    let high = this.#line.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#line[middle];
      if (other === undefined || before(waiter, other)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
