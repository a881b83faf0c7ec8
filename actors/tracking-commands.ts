/** Tracking: what carriers tell of parcels, and how long they may tell nothing. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { delayMsMax } from './limits.ts';
import { CarrierIdSchema, exact, name, place, text, TimeMsSchema } from './schemas.ts';

/** Where a parcel can be, in the order that decides between two scans of one instant. */
export const parcelStatuses = [
  /** A label was made; the carrier does not have it. */
  'labelled',
  /** The location gave it to the carrier. */
  'handed-over',
  'in-transit',
  'out-for-delivery',
  /** Nobody was there, the address was not found; `code` says what. */
  'attempt-failed',
  /** Something is wrong: customs, weather, a bad address; `code` says what. */
  'exception',
  'damaged',
  /** It waits where the customer may fetch it. */
  'available',
  /** On its way back to the sender. */
  'returning',
  'lost',
  'delivered',
  /** Back with the sender. */
  'returned',
] as const;
export type ParcelStatus = (typeof parcelStatuses)[number];

/** How long a carrier may tell nothing of a parcel. Without a time nobody waits for it. */
export const TrackingPolicySchema = Type.Object(
  {
    /** From leaving the location to the first scan by the carrier, in milliseconds. */
    firstScanMs: Type.Optional(Type.Integer({ minimum: 1, maximum: delayMsMax })),
    /** From one scan to the next, in milliseconds. */
    silenceMs: Type.Optional(Type.Integer({ minimum: 1, maximum: delayMsMax })),
  },
  exact,
);
export type TrackingPolicy = Static<typeof TrackingPolicySchema>;

export const TrackingNumberSchema = text(64, 'Tracking number; spaces, dashes, dots and case do not count');
export const ScanIdSchema = name('Scan id, unique within the parcel: the same scan told again changes nothing');

export const trackingCommands = {
  /**
   * A carrier told something of a parcel that left with a tracking number. Told late, out of order or again, it never
   * moves the parcel back. `delivered` delivers the fulfillment.
   */
  'tracking.scan': Type.Object(
    {
      carrier: CarrierIdSchema,
      tracking: TrackingNumberSchema,
      scanId: ScanIdSchema,
      status: Type.Unsafe<ParcelStatus>(Type.Enum([...parcelStatuses])),
      /** When it was scanned. Up to a day ahead counts as now; more, or over a year ago, is refused. */
      atMs: TimeMsSchema,
      /** The carrier’s reason, as the connector calls it: `no-access`, `customs`, `weather`. */
      code: Type.Optional(place('Sub-code of a status')),
      /** Where it was scanned, for people. */
      place: Type.Optional(text(80, 'Where it was scanned')),
    },
    exact,
  ),
} as const;
