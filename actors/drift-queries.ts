/** Queries about drift. Composed in queries.ts. */
import { Type } from 'typebox';
import { exact, FeedIdSchema, LocationIdSchema, SkuSchema, TimeMsSchema } from './schemas.ts';

const window = { fromMs: Type.Optional(TimeMsSchema), untilMs: Type.Optional(TimeMsSchema) };

export const driftQueries = {
  /**
   * Counts and adjustments that changed a SKU at a location, the newest first, each with how far it was from
   * what was believed and why.
   */
  'stock.drift': Type.Object(
    {
      sku: SkuSchema,
      location: LocationIdSchema,
      ...window,
      /** Continue with this record, as the last page's `next` said. */
      from: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    },
    exact,
  ),
  /**
   * How far counts differed from what was believed, by cause, over the days that begin or go on in a window:
   * by location, feed or day. Sums of a page are of the locations it looked at.
   */
  'drift.report': Type.Object(
    {
      by: Type.Union([Type.Literal('location'), Type.Literal('feed'), Type.Literal('day')]),
      location: Type.Optional(LocationIdSchema),
      feed: Type.Optional(FeedIdSchema),
      ...window,
      /** Continue after this location, as the last page's `next` said. */
      after: Type.Optional(LocationIdSchema),
      /** Locations looked at, default 1,000. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    },
    exact,
  ),
  /** When each location was last told of by a feed that reached its end, the longest ago first. */
  'feed.ages': Type.Object({}, exact),
} as const;
