/**
 * Commands of feeds, and the rows that feeds are made of. A feed becomes ordinary commands; these two
 * stand at its ends. Composed in commands.ts.
 */
import { Type, type Static } from 'typebox';
import { ItemSchema } from './item-commands.ts';
import { LocationSchema } from './network-commands.ts';
import { fedLocationsMax, feedLocationsMax } from './limits.ts';
import { exact, FeedIdSchema, LocationIdSchema, TimeMsSchema } from './schemas.ts';
import { CountEntrySchema, DeltaRowSchema } from './stock-commands.ts';

/** One row of each kind of feed. */
export const feedRows = {
  count: CountEntrySchema,
  delta: DeltaRowSchema,
  item: ItemSchema,
  location: LocationSchema,
} as const;

const Kind = Type.Union([Type.Literal('stock'), Type.Literal('items'), Type.Literal('locations')]);
const Rows = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a feed of stock said of a location: rows that found what was known already, and rows that were refused. */
const FedLocationSchema = Type.Object({ location: LocationIdSchema, confirmed: Rows, refused: Rows }, exact);
export type FedLocation = Static<typeof FedLocationSchema>;

export const feedCommands = {
  /**
   * A feed begins. Sent again under its id it is answered with the instant of the first time, which is the
   * instant its counts are of when they name none.
   */
  'feed.open': Type.Object({ feed: FeedIdSchema, kind: Kind }, exact),
  /** A feed was sent to its end: all that it found true already is durable once this is. */
  'feed.close': Type.Object(
    {
      feed: FeedIdSchema,
      rows: Rows,
      unchanged: Rows,
      changed: Rows,
      outdated: Rows,
      refused: Rows,
      /** The locations of which it said what they have: growing buffers there begin anew. */
      locations: Type.Optional(Type.Array(LocationIdSchema, { maxItems: feedLocationsMax, uniqueItems: true })),
      /** As of when. Default: now. */
      asOfMs: Type.Optional(TimeMsSchema),
      /** What it said of them row by row, each location once; beyond the bound, the first of them. */
      found: Type.Optional(Type.Array(FedLocationSchema, { maxItems: fedLocationsMax })),
    },
    exact,
  ),
} as const;
