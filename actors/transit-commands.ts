/** Transit times: how many delivery days a parcel takes from one place to another. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { transitDaysMax, transitLanesMax } from './limits.ts';
import { CountrySchema, exact, GroupSchema, TransitIdSchema } from './schemas.ts';

/** The beginning of a postal code, without spaces and dashes. */
export const PostalPrefixSchema = Type.String({ pattern: '^[A-Z0-9]{1,10}$', description: 'Begin of a postal code' });
const DaysSchema = Type.Integer({ minimum: 0, maximum: transitDaysMax, description: 'Delivery days' });

/** Where parcels come from: a country, a part of it, or the locations of a group. */
export const OriginSchema = Type.Union([
  Type.Object({ country: CountrySchema, postalPrefix: Type.Optional(PostalPrefixSchema) }, exact),
  Type.Object({ group: GroupSchema }, exact),
]);
export type Origin = Static<typeof OriginSchema>;

/** Days to one destination: a part of a country, a country, or, without one, everywhere else. */
export const LaneSchema = Type.Object(
  {
    country: Type.Optional(CountrySchema),
    postalPrefix: Type.Optional(PostalPrefixSchema),
    minDays: DaysSchema,
    typicalDays: DaysSchema,
    maxDays: DaysSchema,
    /** The share of parcels that take no more than the typical days. Default 0.9. */
    confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  exact,
);
export type Lane = Static<typeof LaneSchema>;

export const transitCommands = {
  /**
   * Replace the transit times of a table from one origin. A carrier's services name the table they keep.
   * Without lanes the origin is forgotten.
   */
  'transit.put': Type.Object(
    {
      table: TransitIdSchema,
      origin: OriginSchema,
      lanes: Type.Array(LaneSchema, { maxItems: transitLanesMax }),
    },
    exact,
  ),
} as const;

/** What one `transit.put` says. */
export type Transit = Static<(typeof transitCommands)['transit.put']>;
