/** Exclusive pools: units of a stock that some channels alone may take. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import type { ChannelId, PoolId } from './ids.ts';
import { poolChannelsMax, poolSegmentsMax } from './limits.ts';
import { ChannelIdSchema, exact, LocationIdSchema, place } from './schemas.ts';
import { QuantitySchema, SegmentSchema, SkuSchema } from './schemas.ts';

export const PoolIdSchema = Type.Unsafe<PoolId>(place('Pool id'));

export const PoolSchema = Type.Object(
  {
    id: PoolIdSchema,
    sku: SkuSchema,
    location: LocationIdSchema,
    /** Who may take its units. */
    channels: Type.Array(ChannelIdSchema, { minItems: 1, maxItems: poolChannelsMax, uniqueItems: true }),
    /** Only for customers of these segments, as orders, carts and questions name them. Absent: for all. */
    segments: Type.Optional(Type.Array(SegmentSchema, { minItems: 1, maxItems: poolSegmentsMax, uniqueItems: true })),
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

/** Whom units are for: a channel, or nobody in particular, and the customer's segment if one is named. */
export interface Buyer {
  readonly channel: ChannelId | undefined;
  readonly segment?: string | undefined;
}

/** Whether a pool is there for somebody. */
export function isFor({ channels, segments }: PoolCard, { channel, segment }: Buyer): boolean {
  if (channel === undefined || !channels.includes(channel)) return false;
  return segments === undefined || (segment !== undefined && segments.includes(segment));
}

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
