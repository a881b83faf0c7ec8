/**
 * Rate cards made up for the sample: their shape is that of real ones (zones 2 to 8 by distance, weight breaks that
 * widen, divisors of 5,000 and of 139 cubic inches for a pound, surcharges), their amounts are nobody's.
 */
import type { RateCard } from '../../actors/rate-commands.ts';
import type { Plain } from '../client/answers.ts';

/** Kilometres up to which each zone reaches; the last one reaches everywhere. */
const zones = [['2', 120], ['3', 240], ['4', 500], ['5', 900], ['6', 1_600], ['7', 3_500], ['8', 20_100]] as const;

/** 139 cubic inches for a pound, in cubic centimetres for a kilogram: 139 × 16.387 ÷ 0.45359. */
export const divisor139 = 5_022;

interface Terms {
  readonly carrier: string;
  readonly breaks: readonly number[];
  readonly divisor: number;
  /** Of the lightest parcel in zone 2; more for each zone beyond it; for each kilogram, in zone 2 and more beyond. */
  readonly baseMinor: number;
  readonly zoneMinor: number;
  readonly kiloMinor: number;
  readonly zoneKiloMinor: number;
  readonly minimumMinor: number;
  readonly fuelPercent: number;
  readonly residentialMinor: number;
}

const rounded = (minor: number): number => 5 * Math.round(minor / 5);

const highlands = ['HS', 'IV', 'KW', 'ZE', 'PA2', 'PA3', 'PA4', 'PA6', 'PA7', 'PH4'];

function cardOf(terms: Terms): Plain<RateCard> {
  const { carrier, breaks, divisor, baseMinor, zoneMinor, kiloMinor, zoneKiloMinor, minimumMinor } = terms;
  return {
    carrier,
    service: 'standard',
    version: 1,
    currency: 'GBP',
    divisor,
    minimumMinor,
    breaks,
    beyondGrams: 1_000,
    zones: zones.map(([zone], far) => {
      const perKilo = kiloMinor + zoneKiloMinor * far;
      const minor = breaks.map((grams) => rounded(baseMinor + zoneMinor * far + (perKilo * grams) / 1_000));
      return { zone, minor, beyondMinor: rounded(perKilo) };
    }),
    bands: zones.map(([zone, upToKm]) => ({ upToKm, zone })),
    surcharges: {
      residentialMinor: terms.residentialMinor,
      // The Scottish highlands and islands, Northern Ireland's Tyrone and Fermanagh, the Isles of Scilly.
      remote: [
        { country: 'GB', postalPrefixes: highlands, minor: 450 },
        { country: 'GB', postalPrefixes: ['BT7', 'BT8', 'BT9', 'TR21'], minor: 300 },
      ],
      oversize: { sideMm: 1_200, girthMm: 3_000, minor: 900 },
      fuelPercent: terms.fuelPercent,
    },
  };
}

/** One card for each carrier of the replay's network (gateway/replay/network.ts), in pence. */
export const sampleCards: readonly Plain<RateCard>[] = [
  cardOf({
    carrier: 'post', breaks: [100, 250, 500, 750, 1_000, 2_000, 5_000, 10_000], divisor: 5_000,
    baseMinor: 270, zoneMinor: 40, kiloMinor: 90, zoneKiloMinor: 75, minimumMinor: 295,
    fuelPercent: 0, residentialMinor: 0,
  }),
  cardOf({
    carrier: 'parcel', breaks: [1_000, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000], divisor: divisor139,
    baseMinor: 430, zoneMinor: 55, kiloMinor: 22, zoneKiloMinor: 24, minimumMinor: 450,
    fuelPercent: 8.5, residentialMinor: 35,
  }),
  cardOf({
    carrier: 'air', breaks: [500, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 20_000], divisor: 5_000,
    baseMinor: 1_050, zoneMinor: 20, kiloMinor: 180, zoneKiloMinor: 25, minimumMinor: 1_150,
    fuelPercent: 14, residentialMinor: 60,
  }),
];
