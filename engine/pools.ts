/**
 * Exclusive pools, by SKU. Orders and reservations of a pool's channels take its units first and give them
 * back to it first; which of a channel's units at a stock were a pool's is not noted with each order, only
 * how many of them there are.
 */
import type { PoolId } from '../actors/ids.ts';
import { segmentsMax } from '../actors/limits.ts';
import { isFor, leftOf, type Buyer, type Pool } from '../actors/pool-commands.ts';
import { poolCell, type PoolCell, type SkuCell, type StockCell } from './cells.ts';
import type { Changes } from './changes.ts';
import type { Snapshot } from './step.ts';
import { voidSums } from './sums.ts';

const isPool = (snapshot: Snapshot<Pool> | undefined): snapshot is Snapshot<Pool> => snapshot?.value === 'put';

export class Pools {
  readonly #cells = new Map<PoolId, PoolCell>();
  /** Cells that hold no pool. */
  readonly #idle = new Set<PoolCell>();
  /** Segments that pools name, and how many do. */
  readonly #segments = new Map<string, number>();
  readonly #onUnnamed: (segment: string) => void;

  /** @param onUnnamed told of a segment that no pool names any more. */
  constructor(onUnnamed: (segment: string) => void) {
    this.#onUnnamed = onUnnamed;
  }

  /** Whether some pool is for a segment: any other is like none. */
  names(segment: string): boolean {
    return this.#segments.has(segment);
  }

  /** Whether a pool may name these segments beside those that are named already. */
  fits(segments: readonly string[]): boolean {
    let more = 0;
    for (const segment of segments) if (!this.#segments.has(segment)) more += 1;
    return more === 0 || this.#segments.size + more <= segmentsMax;
  }

  get(id: PoolId): PoolCell | undefined {
    const cell = this.#cells.get(id);
    return isPool(cell?.snapshot) ? cell : undefined;
  }

  /** The cell of a pool of a SKU, made when new. An ended pool begins anew, of whatever SKU. */
  cell(id: PoolId, sku: SkuCell): PoolCell {
    const present = this.#cells.get(id);
    if (present?.sku === sku) return present;
    const cell = poolCell(id, sku, this);
    this.#cells.set(id, cell);
    this.#idle.add(cell);
    return cell;
  }

  /** A pool was put into its cell, changed, ended, or any of these was undone. */
  placed(cell: PoolCell, before: Snapshot<Pool> | undefined): void {
    const { sku } = cell;
    const [had, has] = [segmentsOf(before), segmentsOf(cell.snapshot)];
    if (had !== has) this.#count(had, has);
    const others = (sku.pools ?? []).filter((other) => other !== cell);
    if (isPool(cell.snapshot)) {
      this.#idle.delete(cell);
      sku.pools = [...others, cell].sort((a, b) => (a.id < b.id ? -1 : 1));
    } else {
      this.#idle.add(cell);
      sku.pools = others.length === 0 ? undefined : others;
    }
    voidSums(sku);
  }

  #count(had: readonly string[], has: readonly string[]): void {
    for (const segment of has) this.#segments.set(segment, (this.#segments.get(segment) ?? 0) + 1);
    for (const segment of had) {
      const left = (this.#segments.get(segment) ?? 0) - 1;
      if (left > 0) this.#segments.set(segment, left);
      else {
        this.#segments.delete(segment);
        this.#onUnnamed(segment);
      }
    }
  }

  /** Let go of what holds no pool and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      if (this.#cells.get(cell.id) === cell) this.#cells.delete(cell.id);
    }
  }
}

const none: readonly string[] = [];

function segmentsOf(snapshot: Snapshot<Pool> | undefined): readonly string[] {
  return isPool(snapshot) ? (snapshot.context.segments ?? none) : none;
}

/** The pools of a stock. */
export function poolsAt({ sku, location }: StockCell): readonly Pool[] {
  return (sku.pools ?? []).flatMap(({ snapshot }) => {
    const pool = snapshot?.context;
    return pool?.location === location.id ? [pool] : [];
  });
}

/** Units at a stock that somebody must leave to others. */
export function leftToOthers(stock: StockCell, buyer: Buyer): number {
  let units = 0;
  for (const pool of poolsAt(stock)) {
    if (!isFor(pool, buyer)) units += leftOf(pool);
  }
  return units;
}

/** What happens to units of a buyer: it takes them, gives them back, or they leave for good. */
export type PoolMove = 'take' | 'give' | 'leave';

/** Units of a buyer moved at a stock: its pools there follow, as far as they reach, in the order of their ids. */
export function movePools(
  changes: Changes,
  { sku, location }: StockCell,
  buyer: Buyer,
  move: PoolMove,
  quantity: number,
): void {
  let left = quantity;
  for (const cell of sku.pools ?? []) {
    const pool = cell.snapshot?.context;
    if (pool?.location !== location.id || !isFor(pool, buyer)) continue;
    const units = Math.min(left, move === 'take' ? leftOf(pool) : pool.taken);
    if (units === 0) continue;
    left -= units;
    const taken = move === 'take' ? pool.taken + units : pool.taken - units;
    const gone = move === 'leave' ? pool.gone + units : pool.gone;
    changes.set(cell, { value: 'put', context: { ...pool, taken, gone } });
  }
}
