/** Commands on the network: locations, channels and carriers. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import {
  CarrierHolidaysSchema,
  DateSchema,
  HolidaysSchema,
  HoursSchema,
  TimeOfDaySchema,
  TimesSchema,
  TimeZoneSchema,
  WeekdaysSchema,
} from './calendar-schemas.ts';
import {
  carrierServicesMax,
  channelGroupsMax,
  delayMsMax,
  locationListMax,
  processingMsMax,
  quantityMax,
} from './limits.ts';
import {
  AttributesSchema,
  CarrierIdSchema,
  ChannelIdSchema,
  CountrySchema,
  exact,
  GroupSchema,
  Latitude,
  LocationIdSchema,
  Longitude,
  MoneyMinor,
  Reason,
  ServiceIdSchema,
  text,
  TransitIdSchema,
} from './schemas.ts';
import { OfferPolicySchema } from './offer-commands.ts';
import { ShortPickSchema } from './suspect-commands.ts';
import { BreakerPolicySchema } from './carrier-commands.ts';
import { TrackingPolicySchema } from './tracking-commands.ts';

/** What a location can do. */
export const capabilities = [
  'ship', 'pickup', 'curbside', 'same-day', 'hazmat', 'cold', 'oversize', 'gift-wrap', 'returns',
] as const;
export type Capability = (typeof capabilities)[number];

const LimitSchema = Type.Integer({ minimum: 0, maximum: quantityMax });
const WorkSchema = Type.Object(
  { perDay: Type.Optional(LimitSchema), perHour: Type.Optional(LimitSchema) },
  exact,
);

/** The most work of each kind that a location is given, by day of its calendar and by hour. */
const work = {
  /** Units to pick. */
  pick: Type.Optional(WorkSchema),
  /** Parcels to pack: one for each fulfillment. */
  pack: Type.Optional(WorkSchema),
};

export const CapacitySchema = Type.Object(
  {
    ...work,
    /** Days on which other limits hold; work that an override does not name is without limit on its days. */
    overrides: Type.Optional(
      Type.Array(Type.Object({ date: DateSchema, until: Type.Optional(DateSchema), ...work }, exact), { maxItems: 60 }),
    ),
  },
  exact,
);
export type Capacity = Static<typeof CapacitySchema>;

export const CutOffSchema = Type.Object(
  { carrier: CarrierIdSchema, service: ServiceIdSchema, times: TimesSchema },
  exact,
);
export type CutOff = Static<typeof CutOffSchema>;

export const LocationSchema = Type.Object(
  {
    id: LocationIdSchema,
    name: text(80, 'Shown to people'),
    type: Type.Union([
      Type.Literal('warehouse'),
      Type.Literal('store'),
      Type.Literal('3pl'),
      Type.Literal('supplier'),
      /** No place: units that somebody else keeps and ships, such as a vendor's or a download. */
      Type.Literal('virtual'),
    ]),
    groups: Type.Optional(Type.Array(GroupSchema, { maxItems: locationListMax, uniqueItems: true })),
    country: CountrySchema,
    postalCode: Type.Optional(text(16, 'Postal code')),
    address: Type.Optional(
      Type.Object(
        {
          lines: Type.Array(text(100, 'A line of the address'), { maxItems: 4 }),
          city: Type.Optional(text(80, 'City')),
          region: Type.Optional(text(80, 'State, province, county')),
        },
        exact,
      ),
    ),
    latitude: Latitude,
    longitude: Longitude,
    /** Whose clocks hours, holidays, cut-offs and capacity go by. Without it there are none of them. */
    timeZone: Type.Optional(TimeZoneSchema),
    /** When it works. Absent: always. */
    hours: Type.Optional(HoursSchema),
    holidays: Type.Optional(HolidaysSchema),
    /** Time that passes, open or closed, before work on an order begins. */
    leadTimeMs: Type.Optional(Type.Integer({ minimum: 0, maximum: delayMsMax })),
    /** Work within opening hours until a parcel is ready. */
    processingMs: Type.Optional(Type.Integer({ minimum: 0, maximum: processingMsMax })),
    /** Until when a parcel must be ready to leave that day, where it is not the service's own time. */
    cutOffs: Type.Optional(Type.Array(CutOffSchema, { maxItems: locationListMax })),
    capacity: Type.Optional(CapacitySchema),
    /**
     * How long it may wait, within its hours, before it begins to pick what it was told to; then the units are taken
     * back and sourced elsewhere, if anybody else has them. Counts for what is released from then on. Absent: for ever.
     */
    startWithinMs: Type.Optional(Type.Integer({ minimum: 1, maximum: processingMsMax })),
    /** Work is offered to it, and not given, until it accepts. Counts for what is released from then on. */
    offer: Type.Optional(OfferPolicySchema),
    /** How far a short pick here reaches. Absent: no further than the units that were not found. */
    shortPick: Type.Optional(ShortPickSchema),
    capabilities: Type.Optional(
      Type.Array(Type.Unsafe<Capability>(Type.Enum([...capabilities])), {
        maxItems: locationListMax,
        uniqueItems: true,
      }),
    ),
    /** What routing plans may ask about. */
    attributes: Type.Optional(AttributesSchema),
    /** A paused location is not sourced from; what it already has, it keeps. */
    state: Type.Union([Type.Literal('open'), Type.Literal('paused')]),
  },
  exact,
);
export type LocationCard = Static<typeof LocationSchema>;

/** Why and until when a location is paused. */
export interface Pause {
  readonly reason: string;
  readonly sinceMs: number;
  /** When it opens by itself; absent: when somebody resumes it. */
  readonly untilMs?: number | undefined;
}

/** A location as it stands: what was put, and the pause when somebody paused it with a reason. */
export type Location = LocationCard & { readonly pause?: Pause | undefined };

const price = {
  /** Price of a parcel: `baseMinor + perKmMinor × km`, rounded to whole minor units. */
  baseMinor: MoneyMinor,
  perKmMinor: Type.Number({ minimum: 0, maximum: 1_000_000 }),
};

export const ServiceSchema = Type.Object(
  {
    id: ServiceIdSchema,
    name: text(80, 'Shown to people'),
    ...price,
    /** The transit table it keeps. Without one nobody knows when a parcel arrives. */
    transit: Type.Optional(TransitIdSchema),
    /** Weekdays on which it collects. Absent: every day. */
    pickupDays: Type.Optional(WeekdaysSchema),
    /** Weekdays on which it delivers, and which count as days in transit. Absent: every day. */
    deliveryDays: Type.Optional(WeekdaysSchema),
    /** Until when a parcel must be ready, where a location names no time. Absent: when the location closes. */
    cutOffs: Type.Optional(TimesSchema),
    /** When on a delivery day it has delivered, by the clocks of the destination. Absent: by its end. */
    deliversBy: Type.Optional(TimeOfDaySchema),
    /** Instead of the carrier's own. */
    breaker: Type.Optional(BreakerPolicySchema),
    /** What of the carrier's own is another for this service. */
    tracking: Type.Optional(TrackingPolicySchema),
  },
  exact,
);
export type Service = Static<typeof ServiceSchema>;

export const CarrierSchema = Type.Object(
  {
    id: CarrierIdSchema,
    name: text(80, 'Shown to people'),
    ...price,
    /** What it offers. Absent: one service, `standard`, at the price above. */
    services: Type.Optional(Type.Array(ServiceSchema, { minItems: 1, maxItems: carrierServicesMax })),
    holidays: Type.Optional(CarrierHolidaysSchema),
    /** When a service of it is taken out of sourcing because its calls fail. */
    breaker: Type.Optional(BreakerPolicySchema),
    /** How long it may tell nothing of a parcel. */
    tracking: Type.Optional(TrackingPolicySchema),
  },
  exact,
);
export type CarrierCard = Static<typeof CarrierSchema>;

export const ChannelSchema = Type.Object(
  {
    id: ChannelIdSchema,
    name: text(80, 'Shown to people'),
    /** The locations this channel sells from; absent, and without groups, means all, also those added later. */
    locations: Type.Optional(Type.Array(LocationIdSchema, { maxItems: 1_000, uniqueItems: true })),
    /** Groups whose locations it sells from as well, also those that join them later. */
    groups: Type.Optional(Type.Array(GroupSchema, { maxItems: channelGroupsMax, uniqueItems: true })),
  },
  exact,
);
export type Channel = Static<typeof ChannelSchema>;

export const networkCommands = {
  /** Create or replace a location. */
  'location.put': Type.Object({ location: LocationSchema }, exact),
  /** Source nothing more from a location, until it is resumed or the time named. Again: another reason and end. */
  'location.pause': Type.Object(
    {
      locationId: LocationIdSchema,
      reason: Reason,
      /** At most a year ahead. */
      untilMs: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    },
    exact,
  ),
  'location.resume': Type.Object({ locationId: LocationIdSchema }, exact),
  /** Create or replace a sales channel. */
  'channel.put': Type.Object({ channel: ChannelSchema }, exact),
  /** Create or replace a carrier's card; its state and counts stay. */
  'carrier.put': Type.Object({ carrier: CarrierSchema }, exact),
  /** Plan nothing more with this carrier and let nothing leave with it. */
  'carrier.suspend': Type.Object({ carrierId: CarrierIdSchema, reason: Reason }, exact),
  'carrier.resume': Type.Object({ carrierId: CarrierIdSchema }, exact),
} as const;
