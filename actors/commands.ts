/**
 * Every command the engine takes, defined once: this schema is the type, the validator of untrusted
 * input (compiled by gateway/wire.ts) and the JSON Schema of the docs. A value that passes holds
 * exactly these fields, so it enters the engine as it is.
 *
 * Units: quantities are whole sellable units, money is minor units of the order's currency, times are
 * milliseconds (`…Ms`), coordinates are decimal degrees (WGS 84).
 */
import { Type, type Static, type TSchema } from 'typebox';
import { namePattern, placePattern, textPattern } from './ids.ts';
import type { CarrierId, ChannelId, CommandId, FulfillmentId } from './ids.ts';
import type { LineId, LocationId, OrderId, Sku } from './ids.ts';
import { delayMsMax, moneyMinorMax, orderLinesMax, quantityMax, stockEntriesMax } from './limits.ts';

const name = (description: string) => Type.String({ pattern: namePattern, description });
const place = (description: string) => Type.String({ pattern: placePattern, description });
const exact = { additionalProperties: false } as const;

export const CommandIdSchema = Type.Unsafe<CommandId>(name('Made by the caller; the key of idempotency'));
export const OrderIdSchema = Type.Unsafe<OrderId>(name('Order id, unique over all channels'));
export const SkuSchema = Type.Unsafe<Sku>(name('Stock keeping unit'));
export const LineIdSchema = Type.Unsafe<LineId>(name('Line id, unique within the order'));
export const LocationIdSchema = Type.Unsafe<LocationId>(place('Location id'));
export const CarrierIdSchema = Type.Unsafe<CarrierId>(place('Carrier id'));
export const ChannelIdSchema = Type.Unsafe<ChannelId>(place('Sales channel id'));
export const FulfillmentIdSchema = Type.Unsafe<FulfillmentId>(place('Fulfillment id, as the order shows it'));

export const QuantitySchema = Type.Integer({ minimum: 1, maximum: quantityMax, description: 'Units' });
export const BalanceSchema = Type.Integer({ minimum: 0, maximum: quantityMax, description: 'Units' });
const MoneyMinor = Type.Integer({ minimum: 0, maximum: moneyMinorMax, description: 'Minor units' });
const text = (maxLength: number, description: string) =>
  Type.String({ pattern: textPattern, maxLength, description });
const Reason = text(200, 'Why, for the record');
const CountrySchema = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' });
const Latitude = Type.Number({ minimum: -90, maximum: 90 });
const Longitude = Type.Number({ minimum: -180, maximum: 180 });

/** Where an order goes. Without coordinates, distance is judged by country alone (engine/routing/distance.ts). */
export const DestinationSchema = Type.Object(
  {
    country: CountrySchema,
    postalCode: Type.Optional(text(16, 'Postal code')),
    latitude: Type.Optional(Latitude),
    longitude: Type.Optional(Longitude),
  },
  exact,
);
export type Destination = Static<typeof DestinationSchema>;

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
    /** The locations this channel sells from; absent means all, also those added later. */
    locations: Type.Optional(Type.Array(LocationIdSchema, { maxItems: 1_000, uniqueItems: true })),
  },
  exact,
);
export type Channel = Static<typeof ChannelSchema>;

const entries = <S extends TSchema>(entry: S) =>
  Type.Array(entry, { minItems: 1, maxItems: stockEntriesMax });
const StockUnits = Type.Object(
  { sku: SkuSchema, location: LocationIdSchema, quantity: QuantitySchema },
  exact,
);
const DeltaSchema = Type.Integer({ minimum: -quantityMax, maximum: quantityMax, description: 'Units' });

export const OrderLineSchema = Type.Object(
  {
    /** Absent: "1", "2" … by place in the list. */
    lineId: Type.Optional(LineIdSchema),
    sku: SkuSchema,
    quantity: QuantitySchema,
    unitPriceMinor: Type.Optional(MoneyMinor),
  },
  exact,
);

const FulfillmentRef = { orderId: OrderIdSchema, fulfillmentId: FulfillmentIdSchema };
const LineUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact);
const lineUnits = Type.Array(LineUnits, { minItems: 1, maxItems: orderLinesMax });

/** The body of every command by its kind. */
export const commandBodies = {
  /** Create or replace a location. */
  'location.put': Type.Object({ location: LocationSchema }, exact),
  /** Create or replace a sales channel. */
  'channel.put': Type.Object({ channel: ChannelSchema }, exact),
  /** Create or replace a carrier's card; its state and counts stay. */
  'carrier.put': Type.Object({ carrier: CarrierSchema }, exact),
  /** Plan nothing more with this carrier and let nothing leave with it. */
  'carrier.suspend': Type.Object({ carrierId: CarrierIdSchema, reason: Reason }, exact),
  'carrier.resume': Type.Object({ carrierId: CarrierIdSchema }, exact),
  /** Units arrived. Creates the stock when new. Wakes orders that wait for the SKU. */
  'stock.receive': Type.Object(
    { entries: entries(StockUnits), reference: Type.Optional(text(80, 'Delivery note, purchase order')) },
    exact,
  ),
  /** Units found (+) or lost (−). May displace the newest allocations, which are sourced again. */
  'stock.adjust': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, delta: DeltaSchema }, exact),
      ),
      reason: Reason,
    },
    exact,
  ),
  /** An absolute count of what is physically there. May displace allocations like an adjustment. */
  'stock.count': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, onHand: BalanceSchema }, exact),
      ),
    },
    exact,
  ),
  /** Units that are there but may not be sold: damaged, in quality control, on hold. */
  'stock.set-aside': Type.Object({ entries: entries(StockUnits), reason: Reason }, exact),
  /** Units set aside that may be sold again. */
  'stock.put-back': Type.Object({ entries: entries(StockUnits), reason: Reason }, exact),
  /** Units of each SKU-location held back from sale. */
  'stock.buffer': Type.Object(
    {
      entries: entries(
        Type.Object({ sku: SkuSchema, location: LocationIdSchema, buffer: BalanceSchema }, exact),
      ),
    },
    exact,
  ),
  /** Source, allocate and accept an order, in one turn: all of it or, when refused, nothing. */
  'order.place': Type.Object(
    {
      orderId: OrderIdSchema,
      channel: ChannelIdSchema,
      destination: DestinationSchema,
      lines: Type.Array(OrderLineSchema, { minItems: 1, maxItems: orderLinesMax }),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })),
      customer: Type.Optional(text(80, 'The caller’s own customer reference')),
      /** When units are missing: `refuse` the order (default), or accept it and `backorder` them. */
      shortage: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('backorder')])),
      /** How long the order may still be changed before its locations are told to start. Default 0: at once. */
      releaseAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: delayMsMax })),
    },
    exact,
  ),
  /** End units that have not been picked: all of the order's, or those named. */
  'order.cancel': Type.Object(
    { orderId: OrderIdSchema, reason: Reason, lines: Type.Optional(lineUnits) },
    exact,
  ),
  /** Tell the locations to start now instead of when the release delay ends. */
  'order.release': Type.Object({ orderId: OrderIdSchema }, exact),
  /** Source the waiting units again now. */
  'order.retry': Type.Object({ orderId: OrderIdSchema }, exact),
  /** A location began to pick: from here on its units can no longer be cancelled or displaced. */
  'fulfillment.pick': Type.Object(FulfillmentRef, exact),
  /** Units that could not be found while picking: stock is corrected, the units are sourced elsewhere. */
  'fulfillment.short': Type.Object({ ...FulfillmentRef, lines: lineUnits, reason: Reason }, exact),
  /** The parcel left the location, with the planned carrier or the one named. */
  'fulfillment.ship': Type.Object(
    {
      ...FulfillmentRef,
      carrier: Type.Optional(CarrierIdSchema),
      tracking: Type.Optional(text(64, 'Tracking number')),
    },
    exact,
  ),
  /** The parcel reached the customer. */
  'fulfillment.deliver': Type.Object(FulfillmentRef, exact),
} as const;

export type CommandKind = keyof typeof commandBodies;
export type CommandBody<K extends CommandKind> = Static<(typeof commandBodies)[K]>;

/** A command as the engine takes it: decoded, checked, and attributed. */
export type CommandOf<K extends CommandKind> = {
  readonly kind: K;
  readonly commandId: CommandId;
  /** The name of the credential it came with. */
  readonly by: string;
  readonly body: CommandBody<K>;
};
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind];

export const commandKinds = Object.keys(commandBodies) as CommandKind[];
