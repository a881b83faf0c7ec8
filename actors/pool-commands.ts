/** Exclusive pools: units of a stock that some channels alone may take. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import type { PoolId } from './ids.ts';
import { poolChannelsMax } from './limits.ts';
import { ChannelIdSchema, exact, LocationIdSchema, place, QuantitySchema, SkuSchema } from './schemas.ts';

export const PoolIdSchema = Type.Unsafe<PoolId>(place('Pool id'));

export const PoolSchema = Type.Object(
  {
    id: PoolIdSchema,
    sku: SkuSchema,
    location: LocationIdSchema,
    /** Who may take its units. */
    channels: Type.Array(ChannelIdSchema, { minItems: 1, maxItems: poolChannelsMax, uniqueItems: true }),
    /** Units in all, those that were taken included. */
    quantity: QuantitySchema,
  },
  exact,
);
export type PoolCard = Static<typeof PoolSchema>;

/** A pool as it stands. What is left of it is quantity − taken − gone, not below 0. */
export type Pool = PoolCard & {
  /** Held or allocated for its channels, and not gone. */
  readonly taken: number;
  /** Shipped, or found missing. */
  readonly gone: number;
};

/** Units of a pool that nobody but its channels may take. */
export function leftOf({ quantity, taken, gone }: Pool): number {
  return Math.max(0, quantity - taken - gone);
}

export const poolCommands = {
  /** Create or replace a pool; what was taken of it stays taken. */
  'pool.put': Type.Object({ pool: PoolSchema }, exact),
  /** End a pool: what is left of it is everybody's. */
  'pool.remove': Type.Object({ poolId: PoolIdSchema }, exact),
} as const;
