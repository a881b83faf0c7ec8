/**
 * Exclusive pools, by SKU. Orders and reservations of a pool's channels take its units first and give them
 * back to it first; which of a channel's units at a stock were a pool's is not noted with each order, only
 * how many of them there are.
 */
import type { ChannelId, PoolId } from '../actors/ids.ts';
import { leftOf, type Pool } from '../actors/pool-commands.ts';
import { poolCell, type PoolCell, type SkuCell, type StockCell } from './cells.ts';
import type { Changes } from './changes.ts';
import type { Snapshot } from './step.ts';
import { voidSums } from './sums.ts';

const isPool = (snapshot: Snapshot<Pool> | undefined): snapshot is Snapshot<Pool> => snapshot?.value === 'put';

export class Pools {
  readonly #cells = new Map<PoolId, PoolCell>();
  /** Cells that hold no pool. */
  readonly #idle = new Set<PoolCell>();

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
  placed(cell: PoolCell): void {
    const { sku } = cell;
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

  /** Let go of what holds no pool and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      if (this.#cells.get(cell.id) === cell) this.#cells.delete(cell.id);
    }
  }
}

/** The pools of a stock. */
export function poolsAt({ sku, location }: StockCell): readonly Pool[] {
  return (sku.pools ?? []).flatMap(({ snapshot }) => {
    const pool = snapshot?.context;
    return pool?.location === location.id ? [pool] : [];
  });
}

/** Units at a stock that a channel, or nobody in particular, must leave to others. */
export function leftToOthers(stock: StockCell, channel: string | undefined): number {
  let units = 0;
  for (const pool of poolsAt(stock)) {
    if (channel === undefined || !pool.channels.includes(channel as ChannelId)) units += leftOf(pool);
  }
  return units;
}

/** What happens to units of a channel: it takes them, gives them back, or they leave for good. */
export type PoolMove = 'take' | 'give' | 'leave';

/** Units of a channel moved at a stock: its pools there follow, as far as they reach, in the order of their ids. */
export function movePools(
  changes: Changes,
  { sku, location }: StockCell,
  channel: ChannelId,
  move: PoolMove,
  quantity: number,
): void {
  let left = quantity;
  for (const cell of sku.pools ?? []) {
    const pool = cell.snapshot?.context;
    if (pool?.location !== location.id || !pool.channels.includes(channel)) continue;
    const units = Math.min(left, move === 'take' ? leftOf(pool) : pool.taken);
    if (units === 0) continue;
    left -= units;
    const taken = move === 'take' ? pool.taken + units : pool.taken - units;
    const gone = move === 'leave' ? pool.gone + units : pool.gone;
    changes.set(cell, { value: 'put', context: { ...pool, taken, gone } });
  }
}
