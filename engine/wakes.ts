/**
 * Who is woken, and by what. An order that waits stands in the line of each SKU it waits for (waiting.ts), with
 * what its answer depends on: its channel and segment, and by the routing plan of its channel whether also on what
 * there is less of, on carriers and on time (plans.ts, `traitsOf`). What happens puts the SKUs it concerns in a
 * queue, each once, with the reason; their lines are walked in order, and whom the reason does not concern is
 * passed over without being looked at. Nothing ever looks for work.
 *
 * What may concern many at once, such as another routing plan, goes behind what concerns few: it is walked in
 * small pieces, turn by turn, so that whoever orders meanwhile does not wait for it.
 */
import type { ChannelId, OrderId } from '../actors/ids.ts';
import { Rerates } from './carriers/rerates.ts';
import type { SkuCell } from './cells.ts';
import { Improvements } from './improvements.ts';
import { Doubts } from './suspects/doubts.ts';
import type { Waiter } from './waiting.ts';

/** Why a SKU wakes those who wait for it; several together are added. */
export const reasons = {
  /** There is more of it, or it may be sold from more places. */
  more: 1,
  /** There is less of it somewhere. */
  less: 2,
  /** What is said of it, or of its customers' places, is another thing. */
  other: 4,
} as const;

/** What concerns many at once. */
export type Sweeping =
  /** Another routing plan, or a rule of one begins or ends; the places a channel sells from. */
  | 'rules'
  /** What carriers offer. */
  | 'carriers'
  /** A moment has come at which a condition on the time may turn. */
  | 'time';

/** Waiters passed over in one go before others have their turn. */
const passedMax = 4_096;

/** SKUs whose line may move: there may be units for the first ticket. */
export class LineWakes {
  readonly #skus = new Set<SkuCell>();

  get isEmpty(): boolean {
    return this.#skus.size === 0;
  }

  /** A SKU has gained units, or another one is first in its line. */
  add(sku: SkuCell): void {
    if (sku.line !== undefined && sku.line.length > 0) this.#skus.add(sku);
  }

  take(): SkuCell | undefined {
    const [sku] = this.#skus;
    if (sku !== undefined) this.#skus.delete(sku);
    return sku;
  }

  /** The one just taken could not be looked at now. */
  putBack(sku: SkuCell): void {
    this.#skus.add(sku);
  }
}

/** A walk along the line of one SKU. */
interface Walk {
  readonly sku: SkuCell;
  last: Waiter | undefined;
  before: Waiter | undefined;
}

/** Many SKUs of which the lines are walked one after another. */
interface Sweep {
  readonly why: Sweeping;
  readonly skus: Iterator<SkuCell>;
  /** Whom it may concern; undefined: everybody. */
  readonly channel: ChannelId | undefined;
  readonly only: Set<OrderId> | undefined;
  /** Who waits for several SKUs is woken once. */
  readonly seen: Set<OrderId>;
  walk: Walk | undefined;
}

export class Wakes {
  readonly #queue = new Map<SkuCell, number>();
  readonly #orders = new Set<OrderId>();
  /** Orders that may have a better place than they have: they come last. */
  readonly better = new Improvements();
  /** SKUs whose line may be served: it comes before the orders that wait. */
  readonly lines = new LineWakes();
  /** Orders planned with carriers that take no more. */
  readonly rerates = new Rerates();
  /** Orders that are to be sent suspect stock. */
  readonly doubts = new Doubts();
  #current: (Walk & { readonly reason: number }) | undefined;
  #sweeps: Sweep[] = [];
  /** Orders looked at since the start, and those of which nothing came. */
  woken = 0;
  inVain = 0;
  /** Puts back what was taken last. */
  #undo: () => void = () => undefined;

  get isEmpty(): boolean {
    return !this.isWaking && !this.hasPlaced;
  }

  /** Whether anybody who has a place is to be looked at. */
  get hasPlaced(): boolean {
    return !this.better.isEmpty || !this.rerates.isEmpty || !this.doubts.isEmpty;
  }

  /** Whether anybody who has no place is to be looked at. */
  get isWaking(): boolean {
    return this.hasUrgent || this.#sweeps.length > 0;
  }

  /** Whether there is anybody whom units wait for. */
  get hasUrgent(): boolean {
    return this.#current !== undefined || this.#queue.size > 0 || this.#orders.size > 0 || !this.lines.isEmpty;
  }

  /** A SKU has gained units, or somewhere to sell them from; or what `reason` says. */
  add(sku: SkuCell, reason: number = reasons.more): void {
    if (reason !== reasons.less) this.lines.add(sku);
    if (sku.waiting !== undefined && sku.waiting.size > 0) this.#queue.set(sku, (this.#queue.get(sku) ?? 0) | reason);
  }

  /** One order may be answered otherwise, whatever the others are. */
  addOrder(id: OrderId): void {
    this.#orders.add(id);
  }

  /** Anything may be sold from elsewhere now: all that orders wait for, and all with a line. */
  addAll(waitedFor: Iterable<SkuCell>, lined: Iterable<SkuCell>): void {
    for (const sku of waitedFor) this.add(sku);
    for (const sku of lined) this.lines.add(sku);
  }

  /**
   * Something that may concern many: those who wait for `skus`, as far as they are of the channel or among `only`.
   * The same again, while it is under way, begins anew.
   */
  sweep(why: Sweeping, skus: Iterable<SkuCell>, channel?: ChannelId, only?: Set<OrderId>): void {
    if (only === undefined) this.#sweeps = this.#sweeps.filter((one) => one.why !== why || one.channel !== channel);
    this.#sweeps.push({ why, skus: skus[Symbol.iterator](), channel, only, seen: new Set(), walk: undefined });
  }

  /** The order just taken could not be served now: it is the next one again. */
  putBack(): void {
    this.#undo();
  }

  /**
   * The next order to source again; undefined when there is none, or none yet.
   * @param concerns whether a reason concerns one that waits for a SKU.
   */
  take(concerns: (sku: SkuCell, waiter: Waiter, reason: number) => boolean): OrderId | undefined {
    const [order] = this.#orders;
    if (order !== undefined) {
      this.#orders.delete(order);
      this.#undo = () => this.#orders.add(order);
      return order;
    }
    for (let passed = 0; passed < passedMax; passed += 1) {
      const current = (this.#current ??= this.#nextWalk());
      if (current === undefined) return undefined;
      const next = current.sku.waiting?.after(current.last);
      if (next === undefined) {
        this.#current = undefined;
        continue;
      }
      this.#step(current, next);
      if (concerns(current.sku, next, current.reason)) return next.id;
    }
    return undefined;
  }

  /** The walk under way is over: nobody further back in the line is concerned. */
  endWalk(): void {
    this.#current = undefined;
  }

  #nextWalk(): (Walk & { readonly reason: number }) | undefined {
    const [first] = this.#queue;
    if (first === undefined) return undefined;
    this.#queue.delete(first[0]);
    return { sku: first[0], reason: first[1], last: undefined, before: undefined };
  }

  #step(walk: Walk, next: Waiter): void {
    walk.before = walk.last;
    walk.last = next;
    this.#undo = () => {
      walk.last = walk.before;
    };
  }

  /** The next of those whom something that may concern many concerns; undefined when there is none, or none yet. */
  takeSwept(concerns: (sku: SkuCell, waiter: Waiter, why: Sweeping) => boolean): OrderId | undefined {
    for (let passed = 0; passed < passedMax; passed += 1) {
      const [sweep] = this.#sweeps;
      if (sweep === undefined) return undefined;
      const walk = (sweep.walk ??= this.#nextOf(sweep));
      if (walk === undefined || sweep.only?.size === 0) {
        this.#sweeps.shift();
        continue;
      }
      const next = walk.sku.waiting?.after(walk.last);
      if (next === undefined) {
        sweep.walk = undefined;
        continue;
      }
      this.#step(walk, next);
      if (sweep.channel !== undefined && next.channel !== sweep.channel) continue;
      const isMeant = sweep.only === undefined ? !sweep.seen.has(next.id) : sweep.only.has(next.id);
      if (!isMeant || !concerns(walk.sku, next, sweep.why)) continue;
      this.#visit(sweep, walk, next.id);
      return next.id;
    }
    return undefined;
  }

  #visit({ only, seen }: Sweep, walk: Walk, id: OrderId): void {
    if (only === undefined) seen.add(id);
    else only.delete(id);
    this.#undo = () => {
      walk.last = walk.before;
      if (only === undefined) seen.delete(id);
      else only.add(id);
    };
  }

  #nextOf({ skus }: Sweep): Walk | undefined {
    const { value, done } = skus.next();
    return done === true ? undefined : { sku: value, last: undefined, before: undefined };
  }
}
