/** Commands on reservations: units held for a cart for a while. Composed in commands.ts. */
import { Type } from 'typebox';
import { orderLinesMax, reservationGroupsMax, reservationLocationsMax, reservationMs } from './limits.ts';
import { DestinationSchema } from './order-commands.ts';
import {
  ChannelIdSchema,
  CustomerSchema,
  exact,
  GroupSchema,
  LineIdSchema,
  LocationIdSchema,
  QuantitySchema,
  ReservationIdSchema,
  SegmentSchema,
  ServiceIdSchema,
  SkuSchema,
} from './schemas.ts';

const TtlMsSchema = Type.Integer({
  minimum: reservationMs.min,
  maximum: reservationMs.max,
  description: 'Milliseconds from now until the units go back to sale by themselves',
});

const PromiseSchema = Type.Boolean({
  description: 'Answer also how the units could go from where they are held: by each service, with cost and dates',
});

export const ReservationLineSchema = Type.Object(
  {
    /** Absent: "1", "2" … by place in the list. */
    lineId: Type.Optional(LineIdSchema),
    sku: SkuSchema,
    quantity: QuantitySchema,
  },
  exact,
);

export const reservationCommands = {
  /** Choose where a cart's units would come from and hold them there: all of them or, when refused, none. */
  'reservation.make': Type.Object(
    {
      reservationId: ReservationIdSchema,
      channel: ChannelIdSchema,
      /** Where it would go; absent: every location is as near, and parcels are priced when it is ordered. */
      destination: Type.Optional(DestinationSchema),
      /** Whose cart it is: only an order of the same customer may take its units. Absent: any order of the channel. */
      customer: Type.Optional(CustomerSchema),
      /** Of the customer, for pools that are for some segments. */
      segment: Type.Optional(SegmentSchema),
      /** The carrier service to go by, such as `express`. Absent: whichever is cheapest. */
      service: Type.Optional(ServiceIdSchema),
      lines: Type.Array(ReservationLineSchema, { minItems: 1, maxItems: orderLinesMax }),
      /** Default: ten minutes. */
      ttlMs: Type.Optional(TtlMsSchema),
      /** Hold what there is when there is not all of it. Default: all or nothing. */
      partial: Type.Optional(Type.Boolean()),
      /** Hold units only at these locations or those of `groups`, of those the channel sells from. Absent: anywhere. */
      locations: Type.Optional(
        Type.Array(LocationIdSchema, { minItems: 1, maxItems: reservationLocationsMax, uniqueItems: true }),
      ),
      groups: Type.Optional(
        Type.Array(GroupSchema, { minItems: 1, maxItems: reservationGroupsMax, uniqueItems: true }),
      ),
      /** Needs a destination. */
      promise: Type.Optional(PromiseSchema),
    },
    exact,
  ),
  /** Hold the units so long from now, be it longer or shorter than before. */
  'reservation.extend': Type.Object(
    { reservationId: ReservationIdSchema, ttlMs: TtlMsSchema, promise: Type.Optional(PromiseSchema) },
    exact,
  ),
  /** Give the units back now. */
  'reservation.release': Type.Object({ reservationId: ReservationIdSchema }, exact),
} as const;
