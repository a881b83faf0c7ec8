/**
 * Every query, defined once like the commands. A query reads what is durable or decided so far; its
 * answer says as of which journal position.
 */
import { Type, type Static, type TSchema } from 'typebox';
import { caseQueries } from './case-queries.ts';
import { driftQueries } from './drift-queries.ts';
import { namePattern } from './ids.ts';
import { orderStates, type OrderState } from './order-states.ts';
import { ItemSchema, measures } from './item-commands.ts';
import { comparedMax } from './limits.ts';
import { lotStates, type LotState } from './lots.ts';
import { LocationSchema } from './network-commands.ts';
import { PlanVersionSchema } from './plan-commands.ts';
import { PlanDocumentSchema, PlanIdSchema } from './plan-schemas.ts';
import { BufferIdSchema } from './buffer-commands.ts';
import {
  CarrierIdSchema,
  ChannelIdSchema,
  CustomerSchema,
  Latitude,
  LocationIdSchema,
  LotIdSchema,
  Longitude,
  MethodSchema,
  OrderIdSchema,
  QuantitySchema,
  ReservationIdSchema,
  SegmentSchema,
  ServiceIdSchema,
  SkuSchema,
  FulfillmentIdSchema,
  LineIdSchema,
  SupplyIdSchema,
  TimeMsSchema,
  TransitIdSchema,
} from './schemas.ts';
import { intakeQueries } from './intake-queries.ts';
import { paymentQueries } from './payment-queries.ts';
import { returnQueries } from './return-queries.ts';
import { searchQueries } from './search-queries.ts';
import { terminalQueries } from './terminal-queries.ts';
import { supplyStates, type SupplyState } from './supply-context.ts';
import { orderLinesMax, promiseLinesMax } from './limits.ts';
import { DestinationSchema } from './order-commands.ts';
import { OriginSchema } from './transit-commands.ts';
import { CountEntrySchema } from './stock-commands.ts';
import { rehearsalQueries } from './rehearsal-queries.ts';
import { offerQueries } from './offer-commands.ts';
import { suspectQueries } from './suspect-commands.ts';
import { trackingQueries } from './tracking-queries.ts';
import { whatIfQueries } from './what-if-queries.ts';

const compared = <S extends TSchema>(one: S) => Type.Array(one, { maxItems: comparedMax });
const exact = { additionalProperties: false } as const;

const StateSchema = Type.Unsafe<OrderState>(Type.Enum([...orderStates]));

/** States of reservations that are open: holding units, or waiting in line for them. */
const openReservationStates = ['held', 'queued'] as const;
type OpenReservationState = (typeof openReservationStates)[number];
const OpenReservationSchema = Type.Unsafe<OpenReservationState>(Type.Enum([...openReservationStates]));
/** When a reservation was made, and its id. */
const ReservationCursorSchema = Type.String({
  pattern: `^[0-9]{1,16}/${namePattern.slice(1)}`,
  description: 'Where a page of reservations ended',
});

const SupplyStateSchema = Type.Unsafe<SupplyState>(Type.Enum([...supplyStates]));

const LotStateSchema = Type.Unsafe<LotState>(Type.Enum([...lotStates]));

export const queryBodies = {
  /** One order, open or closed. */
  'order.get': Type.Object({ orderId: OrderIdSchema }, exact),
  /** Open orders by state, location or both, oldest first. */
  'order.list': Type.Object(
    {
      state: Type.Optional(StateSchema),
      location: Type.Optional(LocationIdSchema),
      /** Only orders that are held. */
      held: Type.Optional(Type.Literal(true)),
      /** Continue after this order id, as the last page's `next` said. */
      after: Type.Optional(OrderIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    },
    exact,
  ),
  ...searchQueries,
  /** One reservation, open or closed: a closed one as long as its record is in the journal. */
  'reservation.get': Type.Object({ reservationId: ReservationIdSchema }, exact),
  /**
   * Open reservations by channel, customer, state, SKU (of a line, or of the kit it belongs to) or any of
   * these together, the first made first. A page may hold few while there is a `next`: it ends where it has
   * looked at many.
   */
  'reservation.list': Type.Object(
    {
      channel: Type.Optional(ChannelIdSchema),
      customer: Type.Optional(CustomerSchema),
      state: Type.Optional(OpenReservationSchema),
      sku: Type.Optional(SkuSchema),
      /** Continue where the last page's `next` said. */
      after: Type.Optional(ReservationCursorSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /** The line for a SKU in drop mode: how many wait, and the ticket that is served next. */
  'line.get': Type.Object({ sku: SkuSchema }, exact),
  /** How many open orders are in each state and wait at each location. */
  'order.counts': Type.Object({}, exact),
  /** Every balance of a SKU, by location. */
  'stock.get': Type.Object({ sku: SkuSchema, location: Type.Optional(LocationIdSchema) }, exact),
  /** The settings of a SKU, if it has any. */
  'item.get': Type.Object({ sku: SkuSchema }, exact),
  /** A lot or serial, and the shipments it went with, the first ones first. */
  'lot.get': Type.Object(
    {
      sku: SkuSchema,
      lot: LotIdSchema,
      /** Shipments from this one on, as the last page's `next` said. Default 1. */
      from: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      /** Shipments wanted, default 100. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
  /** Lots of a SKU with units, or recalled, the first to expire first; those with units at a location. */
  'lot.list': Type.Object(
    {
      sku: SkuSchema,
      location: Type.Optional(LocationIdSchema),
      state: Type.Optional(LotStateSchema),
      /** Continue after this lot, as the last page's `next` said. */
      after: Type.Optional(LotIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /** Who waits for a SKU, the first to be served first. */
  'item.waiting': Type.Object(
    { sku: SkuSchema, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) },
    exact,
  ),
  /** The ledger of a SKU at a location, the newest movement first. */
  'stock.history': Type.Object(
    {
      sku: SkuSchema,
      location: LocationIdSchema,
      /** Continue with this record, as the last page's `next` said; another one begins at the newest. */
      from: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      /** Movements wanted; a page ends with a whole record, so it may hold some more. Default 100. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
  /** The balances of a SKU at a location as they stood at a time. */
  'stock.at': Type.Object(
    {
      sku: SkuSchema,
      location: LocationIdSchema,
      atMs: TimeMsSchema,
      /** Go on looking from this position, as the last answer's `next` said. */
      from: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    },
    exact,
  ),
  ...terminalQueries,
  ...driftQueries,
  /** Which of these counts, items or locations would change something: what a feed asks before it sends. */
  'stock.compare': Type.Object({ entries: compared(CountEntrySchema) }, exact),
  'item.compare': Type.Object({ items: compared(ItemSchema) }, exact),
  'location.compare': Type.Object({ locations: compared(LocationSchema) }, exact),
  /** What a channel may sell now, for up to 500 SKUs; without a channel, over all open locations. */
  'atp.get': Type.Object(
    {
      skus: Type.Array(SkuSchema, { minItems: 1, maxItems: 500 }),
      channel: Type.Optional(ChannelIdSchema),
      method: Type.Optional(MethodSchema),
      segment: Type.Optional(SegmentSchema),
    },
    exact,
  ),
  /** What a channel may sell now at each location that has any, the nearest first. */
  'atp.by-location': Type.Object(
    {
      skus: Type.Array(SkuSchema, { minItems: 1, maxItems: 20 }),
      channel: Type.Optional(ChannelIdSchema),
      method: Type.Optional(MethodSchema),
      segment: Type.Optional(SegmentSchema),
      /** Where the customer is: places stand in order of distance. Without it they stand in order of name. */
      near: Type.Optional(Type.Object({ latitude: Latitude, longitude: Longitude }, exact)),
      /** Places of each SKU, default 50. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /** Why a number of atp.get is what it is: every term, location by location. */
  'atp.explain': Type.Object(
    {
      sku: SkuSchema,
      channel: Type.Optional(ChannelIdSchema),
      method: Type.Optional(MethodSchema),
      segment: Type.Optional(SegmentSchema),
    },
    exact,
  ),
  /** The exclusive pools of a SKU, by their ids: what is left, taken and gone. */
  'pool.list': Type.Object({ sku: SkuSchema }, exact),
  /** One buffer rule. */
  'buffer.get': Type.Object({ bufferId: BufferIdSchema }, exact),
  /** Buffer rules by their ids, all or those that name a SKU or location. */
  'buffer.list': Type.Object(
    {
      sku: Type.Optional(SkuSchema),
      location: Type.Optional(LocationIdSchema),
      /** Continue after this rule, as the last page's `next` said. */
      after: Type.Optional(BufferIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    },
    exact,
  ),
  /** What is to come of a SKU, by location and date, and how sure. */
  'stock.incoming': Type.Object({ sku: SkuSchema, location: Type.Optional(LocationIdSchema) }, exact),
  ...suspectQueries,
  ...offerQueries,
  ...returnQueries,
  ...intakeQueries,
  ...paymentQueries,
  ...caseQueries,
  /** One supply document, open or ended. */
  'supply.get': Type.Object({ supplyId: SupplyIdSchema }, exact),
  /** Open supply documents by state, location they concern, SKU or any of these together, oldest first. */
  'supply.list': Type.Object(
    {
      state: Type.Optional(SupplyStateSchema),
      location: Type.Optional(LocationIdSchema),
      sku: Type.Optional(SkuSchema),
      /** Continue after this document, as the last page's `next` said. */
      after: Type.Optional(SupplyIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /**
   * Why an order went where it went: the decision of an attempt (1, the placement, if not said) as it is recorded,
   * and how the whole order would be decided now, candidate by candidate. As data, and as text for people.
   */
  'decision.explain': Type.Object(
    { orderId: OrderIdSchema, attempt: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) },
    exact,
  ),
  /**
   * From where the units of a part that nobody picks yet, or of those that wait, could come: every location with
   * what it would cost or why it cannot, the best first, and the best ways over several. Nothing is held.
   */
  'order.options': Type.Object(
    {
      orderId: OrderIdSchema,
      /** The part whose units are meant. Absent: units that wait. */
      fulfillmentId: Type.Optional(FulfillmentIdSchema),
      /** Absent: all of the part, or all that wait. */
      lines: Type.Optional(
        Type.Array(Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact), {
          minItems: 1,
          maxItems: orderLinesMax,
        }),
      ),
    },
    exact,
  ),
  /** One version of a routing plan with its document; without a number the newest. */
  'plan.get': Type.Object({ planId: PlanIdSchema, version: Type.Optional(PlanVersionSchema) }, exact),
  /** The newest version of every plan, and what is in force for whom, with what was before. */
  'plan.list': Type.Object({}, exact),
  /** Every version of a plan, without their documents. */
  'plan.versions': Type.Object({ planId: PlanIdSchema }, exact),
  /** What two versions of a plan say differently, field by field. */
  'plan.diff': Type.Object({ planId: PlanIdSchema, from: PlanVersionSchema, to: PlanVersionSchema }, exact),
  /** What shadows found so far, of one plan or of all. */
  'plan.divergence': Type.Object({ planId: Type.Optional(PlanIdSchema) }, exact),
  /** What is wrong, or probably wrong, with a document, tried on the network as it is. Nothing is kept. */
  'plan.lint': Type.Object({ plan: PlanDocumentSchema }, exact),
  ...trackingQueries,
  ...whatIfQueries,
  ...rehearsalQueries,
  'location.list': Type.Object({}, exact),
  'channel.list': Type.Object({}, exact),
  'carrier.list': Type.Object({}, exact),
  'carrier.get': Type.Object({ carrierId: CarrierIdSchema }, exact),
  /** The transit times of a table from one origin, as they were put. */
  'transit.get': Type.Object({ table: TransitIdSchema, origin: OriginSchema }, exact),
  /** The versions of the rate card of a service, the first first, and which of them holds now. */
  'rates.get': Type.Object({ carrier: CarrierIdSchema, service: ServiceIdSchema }, exact),
  /**
   * What every open service would take for one parcel from a location, term by term, the cheapest first: of units of
   * some SKUs, or of one thing that is weighed and measured here.
   */
  'rates.quote': Type.Object(
    {
      location: LocationIdSchema,
      destination: DestinationSchema,
      lines: Type.Optional(
        Type.Array(Type.Object({ sku: SkuSchema, quantity: QuantitySchema }, exact), {
          minItems: 1,
          maxItems: promiseLinesMax,
        }),
      ),
      ...measures,
      service: Type.Optional(ServiceIdSchema),
      /** By the cards that hold then. Absent: now. */
      atMs: Type.Optional(TimeMsSchema),
    },
    exact,
  ),
  /** What scarcity adds to the cost of a unit, by location; null: there are no prices of it. */
  'price.get': Type.Object({ sku: SkuSchema }, exact),
  /** What the room for one parcel costs at locations with a capacity that today's work may fill. */
  'price.rooms': Type.Object({}, exact),
  /** What is forecast of a SKU: as it was loaded, and learnt where prices are kept. Null: nothing is known. */
  'forecast.get': Type.Object({ sku: SkuSchema }, exact),
  /** The work a location with a capacity has been given, by the hour: the last two days and what is to come. */
  'capacity.get': Type.Object({ location: LocationIdSchema }, exact),
  /**
   * What could be promised for some lines now: the cheapest option, the fastest where it is faster, and up
   * to three places to collect them. Nothing is held.
   */
  'promise.get': Type.Object(
    {
      channel: ChannelIdSchema,
      segment: Type.Optional(SegmentSchema),
      destination: DestinationSchema,
      lines: Type.Array(Type.Object({ sku: SkuSchema, quantity: QuantitySchema }, exact), {
        minItems: 1,
        maxItems: promiseLinesMax,
      }),
      /** The carrier service to go by. Absent: any. */
      service: Type.Optional(ServiceIdSchema),
    },
    exact,
  ),
  /** For product pages: of up to 500 SKUs, how one unit of each would come, earliest and cheapest. */
  'promise.bulk': Type.Object(
    {
      channel: ChannelIdSchema,
      segment: Type.Optional(SegmentSchema),
      destination: DestinationSchema,
      skus: Type.Array(SkuSchema, { minItems: 1, maxItems: 500 }),
    },
    exact,
  ),
  /** The engine itself: position, mode, sizes. */
  'engine.status': Type.Object({}, exact),
} as const;

export type QueryKind = keyof typeof queryBodies;
export type QueryBody<K extends QueryKind> = Static<(typeof queryBodies)[K]>;
export type QueryOf<K extends QueryKind> = { readonly kind: K; readonly body: QueryBody<K> };
export type Query = { [K in QueryKind]: QueryOf<K> }[QueryKind];
export const queryKinds = Object.keys(queryBodies) as QueryKind[];
