/** Exclusive pools in the shadow: what was put, and all that happened to units of its channels since. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { PoolCard } from '../../../actors/pool-commands.ts';
import type { Doing } from './orders.ts';
import { stockKey, type Shadow } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export interface ShadowPool {
  readonly card: PoolCard;
  /** Units of it that went to somebody, came back, and left for good. */
  readonly took: number;
  readonly gave: number;
  readonly went: number;
}

const out = ({ took, gave, went }: ShadowPool): number => took - gave - went;
const left = (pool: ShadowPool): number => Math.max(0, pool.card.quantity - out(pool) - pool.went);

export const poolViewOf = (pool: ShadowPool): unknown => ({ ...pool.card, taken: out(pool), gone: pool.went, left: left(pool) });
/** The same as it is written down. */
export const poolRowOf = (pool: ShadowPool): unknown => ({ ...pool.card, taken: out(pool), gone: pool.went });

export function putPool({ shadow }: Doing, { pool: card }: CommandBody<'pool.put'>): Verdict {
  const unknown = card.channels.findIndex((channel) => !shadow.channels.has(channel));
  if (unknown >= 0) return no('unknown-channel', `body.pool.channels[${unknown}]`);
  if (!shadow.locations.has(card.location)) return no('unknown-location', 'body.pool.location');
  if (!shadow.stocks.has(stockKey(card.sku, card.location))) return no('unknown-sku', 'body.pool.sku');
  const known = shadow.pools.get(card.id);
  if (known !== undefined && stockKey(known.card.sku, known.card.location) !== stockKey(card.sku, card.location)) {
    return no('wrong-state', 'body.pool.id');
  }
  const pool = { ...(known ?? { took: 0, gave: 0, went: 0 }), card };
  shadow.set(shadow.pools, card.id, pool);
  return { ok: { id: card.id, left: left(pool) } };
}

export function removePool({ shadow }: Doing, { poolId }: CommandBody<'pool.remove'>): Verdict {
  if (shadow.pools.get(poolId) === undefined) return no('unknown-pool', 'body.poolId');
  shadow.set(shadow.pools, poolId, undefined);
  return { ok: { id: poolId } };
}

export function poolsOf(shadow: Shadow, sku: string): ShadowPool[] {
  return [...shadow.pools.values()]
    .filter((pool) => pool?.card.sku === sku)
    .flatMap((pool) => (pool === undefined ? [] : [pool]))
    .sort((a, b) => (a.card.id < b.card.id ? -1 : 1));
}

interface Buyer {
  readonly channel: string | undefined;
  readonly segment?: string | undefined;
}

/** Whether somebody of a channel, and of a segment perhaps, may take of a pool. */
function mayTake({ card }: ShadowPool, { channel, segment }: Buyer): boolean {
  const of = (names: readonly (string | undefined)[], name: string | undefined): boolean => names.includes(name);
  return of(card.channels, channel) && (card.segments === undefined || of(card.segments, segment));
}

/** Units at a place that somebody must leave to others. */
export function ofOthers(shadow: Shadow, sku: string, location: string, buyer: Buyer): number {
  return poolsOf(shadow, sku)
    .filter((pool) => pool.card.location === location && !mayTake(pool, buyer))
    .reduce((sum, pool) => sum + left(pool), 0);
}

/** Units of somebody at a stock: taken from their pools one by one as long as they have any, or put back, or gone. */
export function movePools(
  shadow: Shadow,
  sku: string,
  location: string,
  buyer: Buyer,
  how: 'take' | 'give' | 'leave',
  quantity: number,
): void {
  for (const one of poolsOf(shadow, sku)) {
    const { card } = one;
    if (card.location !== location || !mayTake(one, buyer)) continue;
    for (; quantity > 0; quantity -= 1) {
      const pool = shadow.pools.get(card.id) as ShadowPool;
      if ((how === 'take' ? left(pool) : out(pool)) === 0) break;
      const { took, gave, went } = pool;
      const moved = how === 'take' ? { took: took + 1 } : how === 'give' ? { gave: gave + 1 } : { went: went + 1 };
      shadow.set(shadow.pools, card.id, { ...pool, took, gave, went, ...moved });
    }
  }
}
