/**
 * Every query, defined once like the commands. A query reads what is durable or decided so far; its
 * answer says as of which journal position.
 */
import { Type, type Static } from 'typebox';
import { CarrierIdSchema, ChannelIdSchema, LocationIdSchema, OrderIdSchema, SkuSchema } from './schemas.ts';

const exact = { additionalProperties: false } as const;

export const orderStates = [
  'received',
  'sourcing',
  'allocating',
  'allocated',
  'backordered',
  'released',
  'picking',
  'shipped',
  'delivered',
  'cancelled',
  'exception',
] as const;
export type OrderState = (typeof orderStates)[number];

const StateSchema = Type.Unsafe<OrderState>(Type.Enum([...orderStates]));

export const queryBodies = {
  /** One order, open or closed. */
  'order.get': Type.Object({ orderId: OrderIdSchema }, exact),
  /** Open orders by state, location or both, oldest first. */
  'order.list': Type.Object(
    {
      state: Type.Optional(StateSchema),
      location: Type.Optional(LocationIdSchema),
      /** Continue after this order id, as the last page's `next` said. */
      after: Type.Optional(OrderIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    },
    exact,
  ),
  /** How many open orders are in each state and wait at each location. */
  'order.counts': Type.Object({}, exact),
  /** Every balance of a SKU, by location. */
  'stock.get': Type.Object({ sku: SkuSchema, location: Type.Optional(LocationIdSchema) }, exact),
  /** What a channel may sell now, for up to 500 SKUs; without a channel, over all open locations. */
  'atp.get': Type.Object(
    {
      skus: Type.Array(SkuSchema, { minItems: 1, maxItems: 500 }),
      channel: Type.Optional(ChannelIdSchema),
    },
    exact,
  ),
  'location.list': Type.Object({}, exact),
  'channel.list': Type.Object({}, exact),
  'carrier.list': Type.Object({}, exact),
  'carrier.get': Type.Object({ carrierId: CarrierIdSchema }, exact),
  /** The engine itself: position, mode, sizes. */
  'engine.status': Type.Object({}, exact),
} as const;

export type QueryKind = keyof typeof queryBodies;
export type QueryBody<K extends QueryKind> = Static<(typeof queryBodies)[K]>;
export type QueryOf<K extends QueryKind> = { readonly kind: K; readonly body: QueryBody<K> };
export type Query = { [K in QueryKind]: QueryOf<K> }[QueryKind];
export const queryKinds = Object.keys(queryBodies) as QueryKind[];
