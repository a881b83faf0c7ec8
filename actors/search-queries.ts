/** Searching orders. Composed in queries.ts. */
import { Type } from 'typebox';
import { namePattern } from './ids.ts';
import { orderStates, type OrderState } from './order-states.ts';
import { ChannelIdSchema, CustomerSchema, exact, LocationIdSchema, place, SkuSchema, TimeMsSchema } from './schemas.ts';

/** When an order was placed, and its id. */
const SearchCursorSchema = Type.String({
  pattern: `^[0-9]{1,13}[/@]${namePattern.slice(1)}`,
  description: 'Where a page of orders ended',
});

export const searchQueries = {
  /**
   * Orders, open or closed, that are all of what is named, the newest placed first. A page may hold few while there
   * is a `next`: it ends where it has looked at many.
   */
  'order.search': Type.Object(
    {
      state: Type.Optional(Type.Unsafe<OrderState>(Type.Enum([...orderStates]))),
      /** A location that has, or had, a part of it that is not cancelled. */
      location: Type.Optional(LocationIdSchema),
      /** A SKU of one of its lines, or a kit that was ordered. */
      sku: Type.Optional(SkuSchema),
      channel: Type.Optional(ChannelIdSchema),
      customer: Type.Optional(CustomerSchema),
      tag: Type.Optional(place('One of its tags')),
      /** Only orders that are held. */
      held: Type.Optional(Type.Literal(true)),
      /** Placed at this moment or later. */
      placedFromMs: Type.Optional(TimeMsSchema),
      /** Placed before this moment. */
      placedToMs: Type.Optional(TimeMsSchema),
      /** Continue where the last page's `next` said. */
      after: Type.Optional(SearchCursorSchema),
      /** Default 50. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
} as const;
