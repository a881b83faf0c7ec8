/** Answers about rate cards. */
import type { CarrierId, ServiceId } from '../actors/ids.ts';
import type { RateCard } from '../actors/rate-commands.ts';

/** The versions of the card of a service. */
export interface RatesView {
  readonly cards: readonly RateCard[];
  /** The version that holds now; absent: none does, and parcels cost by base and kilometres. */
  readonly inForce?: number | undefined;
}

/** What one service takes for a parcel. */
export interface RateQuote {
  readonly carrier: CarrierId;
  readonly service: ServiceId;
  /** Of the card that holds; absent: there is none, and the price is by base and kilometres. */
  readonly version?: number | undefined;
  readonly currency?: string | undefined;
  readonly zone?: string | undefined;
  /** Why it does not carry the parcel: the card has no lane there, or a unit is heavier than its last break. */
  readonly refused?: 'no-rate' | 'too-heavy' | undefined;
  /** What is paid for: the larger of weight and volume. */
  readonly billedGrams?: number | undefined;
  readonly volumeGrams?: number | undefined;
  readonly packages?: number | undefined;
  readonly freightMinor?: number | undefined;
  readonly residentialMinor?: number | undefined;
  readonly remoteMinor?: number | undefined;
  readonly oversizeMinor?: number | undefined;
  readonly fuelMinor?: number | undefined;
  /** The sum; absent where it is refused. */
  readonly costMinor?: number | undefined;
}

export interface RateQuotes {
  readonly atMs: number;
  readonly distanceKm: number;
  /** Weight of the parcel, and the room of its units in cubic millimetres. */
  readonly grams: number;
  readonly mm3: number;
  /** The cheapest first, then those that do not carry it. */
  readonly quotes: readonly RateQuote[];
}
