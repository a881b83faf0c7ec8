/**
 * The fields that messages are made of, each defined once: a schema is the type, the validator of
 * untrusted input and the JSON Schema of the docs.
 *
 * Units: quantities are whole sellable units, money is minor units of the order's currency, times are
 * milliseconds (`…Ms`), coordinates are decimal degrees (WGS 84).
 */
import { Type, type Static } from 'typebox';
import { lotPattern, namePattern, placePattern, textPattern } from './ids.ts';
import type { CarrierId, CaseId, ChannelId, CommandId, FeedId, FulfillmentId, HoldId } from './ids.ts';
import type { LineId, LocationId, LotId, OrderId, ReservationId, ReturnId, ServiceId, Sku } from './ids.ts';
import type { SupplyId, TerminalId, TransitId } from './ids.ts';
import { attributesMax, attributeTextMax, moneyMinorMax, quantityMax, tagsMax } from './limits.ts';
import { deliveryMethods, type DeliveryMethod } from './vocabulary.ts';

/** A name: visible ASCII with inner spaces (rule O23). */
export const name = (description: string) => Type.String({ pattern: namePattern, description });
/** A place: letters, digits, dot, dash, underscore (rule O23). */
export const place = (description: string) => Type.String({ pattern: placePattern, description });
/** An object that has no other fields. */
export const exact = { additionalProperties: false } as const;

export const CommandIdSchema = Type.Unsafe<CommandId>(name('Made by the caller; the key of idempotency'));
export const OrderIdSchema = Type.Unsafe<OrderId>(name('Order id, unique over all channels'));
export const ReservationIdSchema = Type.Unsafe<ReservationId>(name('Reservation id, unique over all channels'));
export const ReturnIdSchema = Type.Unsafe<ReturnId>(name('Return id, unique over all channels'));
export const SkuSchema = Type.Unsafe<Sku>(name('Stock keeping unit'));
export const LineIdSchema = Type.Unsafe<LineId>(name('Line id, unique within its document'));
export const SupplyIdSchema = Type.Unsafe<SupplyId>(name('Supply id, unique over purchases and transfers'));
export const LocationIdSchema = Type.Unsafe<LocationId>(place('Location id'));
export const CarrierIdSchema = Type.Unsafe<CarrierId>(place('Carrier id'));
export const ChannelIdSchema = Type.Unsafe<ChannelId>(place('Sales channel id'));
export const FulfillmentIdSchema = Type.Unsafe<FulfillmentId>(place('Fulfillment id, as the order shows it'));
export const MethodSchema = Type.Unsafe<DeliveryMethod>(
  Type.Enum([...deliveryMethods], { description: 'How it is delivered; absent: ship' }),
);
export const ServiceIdSchema = Type.Unsafe<ServiceId>(place('Carrier service id, unique within the carrier'));
export const TransitIdSchema = Type.Unsafe<TransitId>(place('Transit table id'));
/** Locations that are treated alike. */
export const GroupSchema = place('Location group');
/** A group of customers, as the caller has it: the engine knows customers by nothing else. */
export const SegmentSchema = place('Customer segment');
export const LotIdSchema = Type.Unsafe<LotId>(
  Type.String({ pattern: lotPattern, description: 'Lot or serial, unique within the SKU' }),
);
export const TerminalIdSchema = Type.Unsafe<TerminalId>(place('Terminal id, unique over all locations'));
export const HoldIdSchema = Type.Unsafe<HoldId>(place('Hold id, unique within the order'));
export const CaseSubjectSchema = Type.String({
  pattern: '^[!-~](?:[ -~]{0,126}[!-~])?$',
  description: 'What a case is about: up to 128 characters, for some are about a channel’s name of a SKU',
});
export const CaseIdSchema = Type.Unsafe<CaseId>(
  Type.String({
    pattern: '^[A-Z_]{1,32}/[!-~](?:[ -~]{0,126}[!-~])?$',
    description: 'Case id: its kind, a slash, its subject',
  }),
);
export const FeedIdSchema = Type.Unsafe<FeedId>(place('Feed id, the same when the same rows are sent again'));

export const QuantitySchema = Type.Integer({ minimum: 1, maximum: quantityMax, description: 'Units' });
export const BalanceSchema = Type.Integer({ minimum: 0, maximum: quantityMax, description: 'Units' });
/** A moment, milliseconds since 1970, UTC. */
export const TimeMsSchema = Type.Integer({
  minimum: 0,
  maximum: 8_640_000_000_000_000,
  description: 'Milliseconds since 1970',
});
export const MoneyMinor = Type.Integer({ minimum: 0, maximum: moneyMinorMax, description: 'Minor units' });
export const text = (maxLength: number, description: string) =>
  Type.String({ pattern: textPattern, maxLength, description });
export const CustomerSchema = text(80, 'The caller’s own customer reference');
export const Reason = text(200, 'Why, for the record');
export const CountrySchema = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' });
export const Latitude = Type.Number({ minimum: -90, maximum: 90 });
export const Longitude = Type.Number({ minimum: -180, maximum: 180 });

/** Words that mark an order, for routing plans. */
export const TagsSchema = Type.Array(place('A word'), { maxItems: tagsMax, uniqueItems: true });
/** Values that only the caller understands, by name, for routing plans: texts and numbers. */
export const AttributesSchema = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,31}$' }),
  Type.Union([text(attributeTextMax, 'A text'), Type.Number({ minimum: -1e15, maximum: 1e15 })]),
  { maxProperties: attributesMax, additionalProperties: false },
);
export type Attributes = Static<typeof AttributesSchema>;
