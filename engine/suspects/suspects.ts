/**
 * Which stock is suspect. The mark itself stands in the stock, whose ATP it takes away (actors/stock-ledger.ts); here
 * is why, and until when. Whose orders are to be looked at because of that: doubts.ts.
 */
import type { Suspect } from '../../actors/suspect.ts';
import type { SkuCell, StockCell } from '../cells.ts';
import type { Snapshot } from '../step.ts';
import type { Timers } from '../timers.ts';
import { suspectCell, type SuspectCell } from './suspect-cell.ts';

export class Suspects {
  readonly #cells = new Map<string, SuspectCell>();
  readonly #open = new Map<string, SuspectCell>();
  /** Cells of what is suspect no more. */
  readonly #idle = new Set<SuspectCell>();
  readonly #timers: Timers;
  /** Since the start: times stock came under suspicion. */
  begun = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#open.size;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** What is suspect, in no order. */
  get all(): Iterable<SuspectCell> {
    return this.#open.values();
  }

  /** The cell that says why a stock is suspect, made when new. */
  cell(stock: StockCell): SuspectCell {
    const key = `${stock.location.id}/${stock.sku.sku}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      this.#cells.set(key, (cell = suspectCell(stock, this)));
      this.#idle.add(cell);
    }
    return cell;
  }

  get(key: string): SuspectCell | undefined {
    return this.#open.get(key);
  }

  of(stock: StockCell): Suspect | undefined {
    return stock.sku.suspects?.has(stock) === true ? this.cell(stock).snapshot?.context : undefined;
  }

  /** It was put into its cell, ended, or either was undone. */
  placed(cell: SuspectCell): void {
    const { stock, snapshot } = cell;
    const { sku } = stock;
    if (snapshot?.value === 'put') {
      this.#open.set(cell.id, cell);
      this.#idle.delete(cell);
      (sku.suspects ??= new Set()).add(stock);
      return;
    }
    this.#open.delete(cell.id);
    this.#idle.add(cell);
    sku.suspects?.delete(stock);
    if (sku.suspects?.size === 0) sku.suspects = undefined;
  }

  /** It changed, for good: its end is a timer. */
  changed(cell: SuspectCell, before: Snapshot<Suspect> | undefined): void {
    const { value, context } = cell.snapshot ?? {};
    if (value !== 'put' || context === undefined) return;
    if (before?.value !== 'put') this.begun += 1;
    const wasMs = before?.value === 'put' ? before.context.untilMs : undefined;
    if (wasMs !== context.untilMs) this.#timers.set(context.untilMs, { kind: 'suspect', id: cell.id });
  }

  /** Let go of what is suspect no more and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
  }
}

/** Whether any stock of a SKU is suspect. */
export const isSuspect = (sku: SkuCell | undefined): boolean => sku?.suspects !== undefined;
