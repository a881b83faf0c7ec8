/**
 * Rate cards: what a carrier's service takes for a parcel, by zone and weight. Composed in commands.ts.
 *
 * A parcel is billed for the larger of its weight and its volume divided by the divisor, in whole grams; the price is
 * that of its zone at the first break that is not below, and not less than the minimum. Surcharges are added, then
 * fuel, as a share of the sum so far, rounded to a minor unit. What is heavier than the last break is charged by step
 * beyond it where its zone says what for; else it goes as several packages, all but one of them as heavy as may be, and
 * a unit that alone weighs more than the last break is not carried.
 */
import { Type, type Static } from 'typebox';
import {
  gramsMax,
  rateBandsMax,
  rateBreaksMax,
  rateLanesMax,
  ratePrefixesMax,
  rateRemoteMax,
  rateZonesMax,
  sideMmMax,
} from './limits.ts';
import { CarrierIdSchema, CountrySchema, exact, MoneyMinor, place, ServiceIdSchema, TimeMsSchema } from './schemas.ts';
import { OriginSchema, PostalPrefixSchema } from './transit-commands.ts';

const GramsSchema = Type.Integer({ minimum: 1, maximum: gramsMax, description: 'Grams' });
const ZoneIdSchema = place('Zone of a rate card');
/** Numbers of versions are the caller's; they need not be without gaps. */
export const RateVersionSchema = Type.Integer({ minimum: 1, maximum: 1_000_000 });

const ZoneSchema = Type.Object(
  {
    zone: ZoneIdSchema,
    /** A price for each break. It never falls with weight. */
    minor: Type.Array(MoneyMinor, { minItems: 1, maxItems: rateBreaksMax }),
    /** For each step of `beyondGrams`, or part of one, above the last break. Absent: it goes as several packages. */
    beyondMinor: Type.Optional(MoneyMinor),
  },
  exact,
);

const prefixes = (maxItems: number) => Type.Array(PostalPrefixSchema, { minItems: 1, maxItems, uniqueItems: true });

/** Parcels from one origin to one part of the world are of one zone. */
const RateLaneSchema = Type.Object(
  {
    /** Absent: from everywhere that no other lane names. */
    from: Type.Optional(OriginSchema),
    /** Absent: to everywhere that no other lane of its origin names. */
    country: Type.Optional(CountrySchema),
    postalPrefixes: Type.Optional(prefixes(ratePrefixesMax)),
    zone: ZoneIdSchema,
  },
  exact,
);
export type RateLane = Static<typeof RateLaneSchema>;

const BandSchema = Type.Object(
  { upToKm: Type.Integer({ minimum: 0, maximum: 20_100, description: 'Kilometres' }), zone: ZoneIdSchema },
  exact,
);

const SurchargesSchema = Type.Object(
  {
    /** To a home, where the destination says so. */
    residentialMinor: Type.Optional(MoneyMinor),
    /** To places far away: the one with the longest prefix. */
    remote: Type.Optional(
      Type.Array(
        Type.Object({ country: CountrySchema, postalPrefixes: prefixes(ratePrefixesMax), minor: MoneyMinor }, exact),
        { minItems: 1, maxItems: rateRemoteMax },
      ),
    ),
    /** Once for a parcel with a unit whose longest side, or that and its girth, is over what is named. */
    oversize: Type.Optional(
      Type.Object(
        {
          sideMm: Type.Optional(Type.Integer({ minimum: 1, maximum: sideMmMax, description: 'Millimetres' })),
          girthMm: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 * sideMmMax, description: 'Millimetres' })),
          minor: MoneyMinor,
        },
        exact,
      ),
    ),
    /** Of price and surcharges, in per cent. */
    fuelPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 200 })),
  },
  exact,
);

export const RateCardSchema = Type.Object(
  {
    carrier: CarrierIdSchema,
    /** The carrier's service; `standard` is that of a carrier that names none. */
    service: ServiceIdSchema,
    version: RateVersionSchema,
    /** What its amounts are in, for people: nothing is converted. */
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })),
    /** It holds from the first moment on and not at the last. Absent: always. */
    fromMs: Type.Optional(TimeMsSchema),
    untilMs: Type.Optional(TimeMsSchema),
    /** Cubic centimetres that count as a kilogram. Absent: volume is not billed. */
    divisor: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 50_000, description: 'cm³ per kg' })),
    minimumMinor: Type.Optional(MoneyMinor),
    /** Grams up to which each price holds, rising. */
    breaks: Type.Array(GramsSchema, { minItems: 1, maxItems: rateBreaksMax }),
    beyondGrams: Type.Optional(GramsSchema),
    zones: Type.Array(ZoneSchema, { minItems: 1, maxItems: rateZonesMax }),
    /** The zone by places. The most particular origin that knows the destination holds, and there the lane to it. */
    lanes: Type.Optional(Type.Array(RateLaneSchema, { minItems: 1, maxItems: rateLanesMax })),
    /** The zone by distance, rising, where no lane says it. Further than the last: not carried. */
    bands: Type.Optional(Type.Array(BandSchema, { minItems: 1, maxItems: rateBandsMax })),
    surcharges: Type.Optional(SurchargesSchema),
  },
  exact,
);
export type RateCard = Static<typeof RateCardSchema>;

export const rateCommands = {
  /**
   * Create or replace a version of the rate card of a service. While one is in force, the service carries what the
   * card has a price for, at that price, and nothing else.
   */
  'rates.put': Type.Object({ card: RateCardSchema }, exact),
  /** Forget a version. */
  'rates.remove': Type.Object(
    { carrier: CarrierIdSchema, service: ServiceIdSchema, version: RateVersionSchema },
    exact,
  ),
} as const;
