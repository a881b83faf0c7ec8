/** Commands on the network: locations, channels and carriers. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { channelGroupsMax } from './limits.ts';
import {
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
  text,
} from './schemas.ts';

export const LocationSchema = Type.Object(
  {
    id: LocationIdSchema,
    name: text(80, 'Shown to people'),
    type: Type.Union([
      Type.Literal('warehouse'),
      Type.Literal('store'),
      Type.Literal('3pl'),
      Type.Literal('supplier'),
    ]),
    country: CountrySchema,
    postalCode: Type.Optional(text(16, 'Postal code')),
    latitude: Latitude,
    longitude: Longitude,
    /** A paused location is not sourced from; what it already has, it keeps. */
    state: Type.Union([Type.Literal('open'), Type.Literal('paused')]),
  },
  exact,
);
export type Location = Static<typeof LocationSchema>;

export const CarrierSchema = Type.Object(
  {
    id: CarrierIdSchema,
    name: text(80, 'Shown to people'),
    /** Price of a parcel: `baseMinor + perKmMinor × km`, rounded to whole minor units. */
    baseMinor: MoneyMinor,
    perKmMinor: Type.Number({ minimum: 0, maximum: 1_000_000 }),
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
  /** Create or replace a sales channel. */
  'channel.put': Type.Object({ channel: ChannelSchema }, exact),
  /** Create or replace a carrier's card; its state and counts stay. */
  'carrier.put': Type.Object({ carrier: CarrierSchema }, exact),
  /** Plan nothing more with this carrier and let nothing leave with it. */
  'carrier.suspend': Type.Object({ carrierId: CarrierIdSchema, reason: Reason }, exact),
  'carrier.resume': Type.Object({ carrierId: CarrierIdSchema }, exact),
} as const;
