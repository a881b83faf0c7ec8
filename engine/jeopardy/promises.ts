/**
 * Promises of open orders: when each is looked at next, and what stands in its way. Of orders that promise nothing
 * there is nothing here, of those in time only a timer.
 */
import type { OrderId } from '../../actors/ids.ts';
import { looksAtMs, type PromiseWatch } from '../../actors/jeopardy.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { orderSteps } from '../cells.ts';
import { place } from '../place.ts';
import { prefixes, valueFromRow } from '../rows.ts';
import { isFinal, type Snapshot } from '../step.ts';
import type { Timer, Timers } from '../timers.ts';
import { promiseCell, promiseOf, type PromiseCell } from './promise-cell.ts';

export class Promises {
  readonly #cells = new Map<OrderId, PromiseCell>();
  /** Cells that may leave memory. */
  readonly #idle = new Set<PromiseCell>();
  readonly #dueAtMs = new Map<OrderId, number>();
  readonly #timers: Timers;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean =>
    owner.kind !== 'promise' || this.#dueAtMs.get(owner.id) === atMs;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  cell(id: OrderId): PromiseCell {
    let cell = this.#cells.get(id);
    if (cell === undefined) {
      this.#cells.set(id, (cell = promiseCell(id)));
      this.#idle.add(cell);
    }
    return cell;
  }

  /** For a reader: nothing is made. */
  find(id: OrderId): PromiseCell | undefined {
    return this.#cells.get(id);
  }

  /** What stood in the way of a promise that is looked at. */
  was(id: OrderId): PromiseWatch | undefined {
    return promiseOf(this.#cells.get(id)?.snapshot);
  }

  /** Recovery: what stands in the way of one. */
  recover(key: string, row: unknown): PromiseCell {
    const cell = this.cell(key.slice(prefixes.promise.length) as OrderId);
    place(cell, valueFromRow<PromiseWatch>(row));
    this.changed(cell);
    return cell;
  }

  changed(cell: PromiseCell): void {
    if (cell.snapshot?.value === 'put') this.#idle.delete(cell);
    else this.#idle.add(cell);
  }

  /** An order is as it is now: it is looked at next when time alone may change how its promise stands. */
  expect({ value, context }: Snapshot<OrderContext>, nowMs: number): void {
    const id = context.orderId;
    const late = promiseOf(this.#cells.get(id)?.snapshot)?.late ?? [];
    const next = isFinal(orderSteps, value) ? undefined : looksAtMs(context, late, nowMs);
    const before = this.#dueAtMs.get(id);
    if (next === before) return;
    if (next === undefined) this.#dueAtMs.delete(id);
    else {
      this.#dueAtMs.set(id, next);
      this.#timers.set(next, { kind: 'promise', id });
    }
    if (before !== undefined && before > nowMs) this.#timers.overtaken(this.#isNeeded);
  }

  /** Whether a timer that has come up is the one that is waited for. */
  isDue(id: OrderId, atMs: number): boolean {
    return (this.#dueAtMs.get(id) ?? Infinity) <= atMs;
  }

  /** Orders that are looked at by themselves, and when: for checks. */
  get due(): ReadonlyMap<OrderId, number> {
    return this.#dueAtMs;
  }

  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
  }
}
