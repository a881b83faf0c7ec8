/** Commands on orders and their fulfillments. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { TimeZoneSchema } from './calendar-schemas.ts';
import { holdFields, HoldsSchema } from './hold-commands.ts';
import { DetailsSchema, ExternalIdSchema, LineDetailsSchema } from './intake-commands.ts';
import { delayMsMax, orderLinesMax } from './limits.ts';
import { lotFields } from './lot-commands.ts';
import {
  AttributesSchema,
  CarrierIdSchema,
  ChannelIdSchema,
  CountrySchema,
  CustomerSchema,
  exact,
  FulfillmentIdSchema,
  HoldIdSchema,
  Latitude,
  LineIdSchema,
  LocationIdSchema,
  Longitude,
  MoneyMinor,
  OrderIdSchema,
  QuantitySchema,
  Reason,
  ReservationIdSchema,
  SegmentSchema,
  ServiceIdSchema,
  SkuSchema,
  TagsSchema,
  text,
  TimeMsSchema,
} from './schemas.ts';
import { substituteFields, SubstitutionSchema } from './substitute-commands.ts';

/** Where an order goes. Without coordinates, distance is judged by country alone (engine/routing/distance.ts). */
export const DestinationSchema = Type.Object(
  {
    country: CountrySchema,
    postalCode: Type.Optional(text(16, 'Postal code')),
    latitude: Type.Optional(Latitude),
    longitude: Type.Optional(Longitude),
    /** Whose clocks delivery dates go by. Absent: the zone of the country (engine/promise/country-zones.ts). */
    timeZone: Type.Optional(TimeZoneSchema),
    /** Somebody's home: some carriers take more for it. Absent: it is none. */
    residential: Type.Optional(Type.Boolean()),
  },
  exact,
);
export type Destination = Static<typeof DestinationSchema>;

export const OrderLineSchema = Type.Object(
  {
    /** Absent: "1", "2" … by place in the list. */
    lineId: Type.Optional(LineIdSchema),
    sku: SkuSchema,
    quantity: QuantitySchema,
    unitPriceMinor: Type.Optional(MoneyMinor),
    /** What comes with the line and no decision goes by. */
    details: Type.Optional(LineDetailsSchema),
  },
  exact,
);

/** A line as it is placed. */
const PlacedLineSchema = Type.Object(
  {
    ...OrderLineSchema.properties,
    /** From where it is sent, where that is decided already, and by which service. All lines say so, or none does. */
    routed: Type.Optional(
      Type.Object({ location: LocationIdSchema, service: Type.Optional(ServiceIdSchema) }, exact),
    ),
    /** Where the customer said otherwise of this line than of the order. */
    substitution: Type.Optional(SubstitutionSchema),
  },
  exact,
);

const FulfillmentRef = { orderId: OrderIdSchema, fulfillmentId: FulfillmentIdSchema };
const LineUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact);
const lineUnits = Type.Array(LineUnits, { minItems: 1, maxItems: orderLinesMax });
/** Units of a line; of a tracked SKU also which. Absent: those it was told to pick. */
const NamedUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema, ...lotFields }, exact);
const namedUnits = Type.Array(NamedUnits, { minItems: 1, maxItems: orderLinesMax });

export const orderCommands = {
  /** Source, allocate and accept an order, in one turn: all of it or, when refused, nothing. */
  'order.place': Type.Object(
    {
      orderId: OrderIdSchema,
      channel: ChannelIdSchema,
      /** The same id with the same body again is answered with the order it was placed as; with another, refused. */
      externalId: Type.Optional(ExternalIdSchema),
      destination: DestinationSchema,
      lines: Type.Array(PlacedLineSchema, { minItems: 1, maxItems: orderLinesMax }),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })),
      customer: Type.Optional(CustomerSchema),
      /** Of the customer, for pools that are for some segments; with a reservation, that of it. */
      segment: Type.Optional(SegmentSchema),
      /** Take the units this reservation holds, where it holds them: no more of any SKU; the rest is given back. */
      reservationId: Type.Optional(ReservationIdSchema),
      /** When units are missing: `refuse` the order (default), or accept it and `backorder` them. */
      shortage: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('backorder')])),
      /** Whether its customer agrees to another SKU for what a picker does not find. Absent: never. */
      substitution: Type.Optional(SubstitutionSchema),
      /** The carrier service to go by, such as `express`. Absent: whichever is cheapest. */
      service: Type.Optional(ServiceIdSchema),
      /** How long it may still be changed before its locations start. Absent: its channel's intake policy, else 0. */
      releaseAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: delayMsMax })),
      /** Its locations are told to start at this instant, and not before its release delay ends. Absent: at once. */
      fulfillAtMs: Type.Optional(TimeMsSchema),
      /** It must have left by then: terminals are given what is due first. */
      fulfillByMs: Type.Optional(TimeMsSchema),
      /** 9 is served first where waiting orders are served by priority. Default 0. */
      priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
      /** Reasons why it must not be picked yet: its units are allocated and its locations are not told to start. */
      holds: Type.Optional(HoldsSchema),
      /** What routing plans may ask about. */
      tags: Type.Optional(TagsSchema),
      attributes: Type.Optional(AttributesSchema),
      /** What the customer was told; the earliest is served first where waiting orders are served by promise. */
      promisedByMs: Type.Optional(TimeMsSchema),
      /** What comes with the order and no decision goes by. */
      details: Type.Optional(DetailsSchema),
    },
    exact,
  ),
  /** End units that have not been picked: all of the order's, or those named. */
  'order.cancel': Type.Object(
    { orderId: OrderIdSchema, reason: Reason, lines: Type.Optional(lineUnits) },
    exact,
  ),
  /**
   * Keep an order from being picked: it keeps its units. What is being picked already goes on. A hold of the same id
   * is replaced. In the past, or over a year ahead, `untilMs` is refused.
   */
  'order.hold': Type.Object({ orderId: OrderIdSchema, ...holdFields }, exact),
  /** Lift a hold. With the last one the order goes on: at once, or when its release delay ends. */
  'order.unhold': Type.Object({ orderId: OrderIdSchema, holdId: HoldIdSchema }, exact),
  /**
   * When an order is to be fulfilled: these instants take the place of those it had, and without one it is free of it.
   * An instant that is over is now. Dates of its parcels are reckoned anew; units keep their places.
   */
  'order.schedule': Type.Object(
    {
      orderId: OrderIdSchema,
      /** Not once its locations were told to start. */
      fulfillAtMs: Type.Optional(TimeMsSchema),
      fulfillByMs: Type.Optional(TimeMsSchema),
    },
    exact,
  ),
  /** Tell the locations to start now instead of when the release delay ends, or the order is scheduled for. */
  'order.release': Type.Object({ orderId: OrderIdSchema }, exact),
  /**
   * Send a parcel again that is lost, damaged, on its way back, or of which nothing is scanned in time: an order of
   * its own for the same units, at no price. Delivered, it delivers what it stands for.
   */
  'order.reship': Type.Object(
    {
      orderId: OrderIdSchema,
      fulfillmentId: FulfillmentIdSchema,
      /** The id of the new order. */
      replacementId: OrderIdSchema,
      reason: Reason,
    },
    exact,
  ),
  /** Source the waiting units again now. */
  'order.retry': Type.Object({ orderId: OrderIdSchema }, exact),
  /**
   * Have units come from a location of your choice: those of a part that nobody picks yet, or those that wait.
   * Stock and capacity are asked and taken in the same turn; nothing happens when they do not suffice.
   */
  'order.move': Type.Object(
    {
      orderId: OrderIdSchema,
      /** The part they are taken from. Absent: units that wait. */
      fulfillmentId: Type.Optional(FulfillmentIdSchema),
      /** Absent: all of the part, or all that wait. */
      lines: Type.Optional(lineUnits),
      to: LocationIdSchema,
      reason: Reason,
      /** Also where a hard rule of the routing plan forbids it. The decision records the rule. */
      override: Type.Optional(Type.Boolean()),
    },
    exact,
  ),
  /**
   * Keep one part of an order from being picked, as `order.hold` does with all of it: many at once, each with its id. A
   * hold goes with its part; units that are sent from elsewhere are free of it.
   */
  'fulfillment.hold': Type.Object({ ...FulfillmentRef, ...holdFields }, exact),
  /** Units of a part that nobody picks leave in a parcel of their own, from the same location. */
  'fulfillment.split': Type.Object({ ...FulfillmentRef, lines: lineUnits }, exact),
  /** Parts that nobody picks, of one location, leave in one parcel: as a new part, with the first one's carrier. */
  'fulfillment.merge': Type.Object(
    {
      orderId: OrderIdSchema,
      fulfillmentIds: Type.Array(FulfillmentIdSchema, { minItems: 2, maxItems: 50, uniqueItems: true }),
    },
    exact,
  ),
  'fulfillment.unhold': Type.Object({ ...FulfillmentRef, holdId: HoldIdSchema }, exact),
  /**
   * A location began to pick: from here on its units can no longer be cancelled or displaced. Of tracked SKUs the
   * answer says which to take, the first to expire first.
   */
  'fulfillment.pick': Type.Object(FulfillmentRef, exact),
  /** Units that could not be found while picking: stock is corrected, the units are sourced elsewhere. */
  'fulfillment.short': Type.Object({ ...FulfillmentRef, lines: namedUnits, reason: Reason }, exact),
  /**
   * Units of a line that are being picked and are not there: others of the location, which may stand for them, are
   * picked instead. Stock is corrected as with `fulfillment.short`; the customer never pays more.
   */
  'fulfillment.substitute': Type.Object({ ...FulfillmentRef, ...substituteFields }, exact),
  /**
   * A location declines units that it was told to pick: they are sourced elsewhere in the same turn, and it is asked
   * for units of this order no more until its time is over. Its stock stays as it is: what is not there, a count says.
   */
  'fulfillment.reject': Type.Object(
    {
      ...FulfillmentRef,
      reason: Reason,
      /** Absent: all of the part. */
      lines: Type.Optional(lineUnits),
      /** For how long it is asked no more. Default: a day. */
      forMs: Type.Optional(Type.Integer({ minimum: 1, maximum: delayMsMax })),
    },
    exact,
  ),
  /** The parcel left the location, with the planned carrier or the one named. */
  'fulfillment.ship': Type.Object(
    {
      ...FulfillmentRef,
      carrier: Type.Optional(CarrierIdSchema),
      tracking: Type.Optional(text(64, 'Tracking number')),
      /** Of tracked SKUs: which units left, where they are others than those it was told to pick. Whole lines. */
      lines: Type.Optional(namedUnits),
    },
    exact,
  ),
  /** The parcel reached the customer. */
  'fulfillment.deliver': Type.Object(FulfillmentRef, exact),
} as const;
