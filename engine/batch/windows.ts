/** The windows that are open, each with its orders. Derived from the orders. */
import type { LocationId, OrderId } from '../../actors/ids.ts';
import type { Batch, Plan } from '../../actors/order-context.ts';
import { reassign, type Joint } from './reassign.ts';

/** Orders of one window: one more is sourced by itself. */
export const windowOrdersMax = 1_000;

export const keyOf = ({ planId, version, untilMs }: Batch): string => `${planId}/${version}/${untilMs}`;

/** Whose orders and which locations the numbers of a joint question stand for. */
export interface JointNames {
  readonly orders: readonly OrderId[];
  readonly places: readonly LocationId[];
}

export class Windows {
  readonly #orders = new Map<string, Set<OrderId>>();

  /** The window an order joins that is placed now; undefined: it is full. */
  join({ ruled, windowMs = 0 }: Plan, atMs: number): Batch | undefined {
    if (ruled === undefined) return undefined;
    const { planId, version } = ruled;
    const lastMs = this.#lastMs(`${planId}/${version}/`);
    const untilMs = lastMs > atMs ? lastMs : atMs + windowMs;
    const batch = { planId, version, untilMs };
    return (this.#orders.get(keyOf(batch))?.size ?? 0) < windowOrdersMax ? batch : undefined;
  }

  /** An order joined a window, or is done with it. */
  changed(id: OrderId, before: Batch | undefined, after: Batch | undefined): void {
    if (before !== undefined) this.#leave(id, keyOf(before));
    if (after === undefined) return;
    const key = keyOf(after);
    let orders = this.#orders.get(key);
    if (orders === undefined) this.#orders.set(key, (orders = new Set()));
    orders.add(id);
  }

  #leave(id: OrderId, key: string): void {
    const orders = this.#orders.get(key);
    orders?.delete(id);
    if (orders?.size === 0) this.#orders.delete(key);
  }

  /** When the window ends that was opened last of those that still have orders; 0: there is none. */
  #lastMs(plan: string): number {
    let lastMs = 0;
    for (const key of this.#orders.keys()) {
      if (key.startsWith(plan)) lastMs = Math.max(lastMs, Number(key.slice(plan.length)));
    }
    return lastMs;
  }

  /** The orders of a window, by name; none when it is over or was given up. */
  ordersOf(batch: Batch): OrderId[] {
    return [...(this.#orders.get(keyOf(batch)) ?? [])].sort();
  }

  /** Its orders are not sourced together: what that changes does not fit into a record. */
  giveUp(batch: Batch): void {
    this.#orders.delete(keyOf(batch));
  }

  /** Better places for orders, all in all: by the order of their names, that of a place; -1: as it is. */
  solve(joint: Joint, _names: JointNames): readonly number[] {
    return reassign(joint);
  }
}
