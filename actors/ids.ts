/**
 * Names of things, as branded strings: a SKU can never be passed where an order id is wanted.
 * They are made here and by the message schemas (actors/commands.ts), nowhere else.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** What the caller calls a command; the key of idempotency. */
export type CommandId = Branded<'CommandId'>;
/** One order, unique over all channels. */
export type OrderId = Branded<'OrderId'>;
/** The sellable unit. */
export type Sku = Branded<'Sku'>;
/** A place that holds or ships: warehouse, store, 3PL, vendor. */
export type LocationId = Branded<'LocationId'>;
/** Who carries a parcel. */
export type CarrierId = Branded<'CarrierId'>;
/** Who sells: a storefront, a marketplace, an agent. */
export type ChannelId = Branded<'ChannelId'>;
/** One line of one order or supply document, unique within it. */
export type LineId = Branded<'LineId'>;
/** A purchase or transfer that brings units, unique over both. */
export type SupplyId = Branded<'SupplyId'>;
/** What a customer sends back of an order, unique over all channels. */
export type ReturnId = Branded<'ReturnId'>;
/** Units held for a cart, unique over all channels. */
export type ReservationId = Branded<'ReservationId'>;
/** A screen or scanner that works at one location. */
export type TerminalId = Branded<'TerminalId'>;
/** Of units that some channels alone may take. */
export type PoolId = Branded<'PoolId'>;
/** Of a routing plan, over all of its versions. */
export type PlanId = Branded<'PlanId'>;
/** Of a rule that holds units back from sale. */
export type BufferId = Branded<'BufferId'>;
/** The part of an order that one location ships, unique within it: "1", "2" … */
export type FulfillmentId = Branded<'FulfillmentId'>;
/** How fast a carrier carries a parcel, unique within the carrier. */
export type ServiceId = Branded<'ServiceId'>;
/** Transit times that services share. */
export type TransitId = Branded<'TransitId'>;

/** Units of a SKU that were made together, or one unit by its serial; unique within the SKU. */
export type LotId = Branded<'LotId'>;
export type HoldId = Branded<'HoldId'>;
/** What went wrong of one kind with one subject: both, so that the same cause is the same case. */
export type CaseId = Branded<'CaseId'>;
/** One feed: a file, an export, one run of a scanner. */
export type FeedId = Branded<'FeedId'>;

/** Visible ASCII with single inner spaces allowed, 1 to 64 characters: safe in keys, logs and URLs. */
export const namePattern = '^[!-~](?:[ -~]{0,62}[!-~])?$';
/** Letters, digits, dot, dash and underscore, 1 to 32 characters: used where names are joined into keys. */
export const placePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$';
/** As places, up to 64 characters: lots and serials. */
export const lotPattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** Free text: any well-formed Unicode without control characters. */
export const textPattern = '^[^\\u0000-\\u001f\\u007f\\u2028\\u2029\\ud800-\\udfff]*$';

const name = new RegExp(namePattern, 'u');
const place = new RegExp(placePattern, 'u');

const checked =
  <T extends string>(pattern: RegExp, kind: string) =>
  (text: string): T => {
    if (!pattern.test(text)) throw new RangeError(`not a ${kind}: ${JSON.stringify(text.slice(0, 80))}`);
    return text as T;
  };

/** Each throws a RangeError that names the kind; for code that makes names, not for untrusted input. */
export const commandId = checked<CommandId>(name, 'command id');
export const orderId = checked<OrderId>(name, 'order id');
export const sku = checked<Sku>(name, 'SKU');
export const locationId = checked<LocationId>(place, 'location id');
export const carrierId = checked<CarrierId>(place, 'carrier id');
export const channelId = checked<ChannelId>(place, 'channel id');
export const lineId = checked<LineId>(name, 'line id');
export const supplyId = checked<SupplyId>(name, 'supply id');
export const returnId = checked<ReturnId>(name, 'return id');
export const reservationId = checked<ReservationId>(name, 'reservation id');
export const fulfillmentId = checked<FulfillmentId>(place, 'fulfillment id');
export const terminalId = checked<TerminalId>(place, 'terminal id');
export const holdId = checked<HoldId>(place, 'hold id');
