/** Queries about parcels on their way. Composed in queries.ts. */
import { Type } from 'typebox';
import { CarrierIdSchema, exact, OrderIdSchema, text } from './schemas.ts';
import { TrackingNumberSchema } from './tracking-commands.ts';

export const trackingQueries = {
  /** The parcels of an order that left with a tracking number, each with what its carrier told. */
  'tracking.get': Type.Object({ orderId: OrderIdSchema }, exact),
  /** What deliveries taught of a carrier, lane by lane, in the order of their names. */
  'tracking.lanes': Type.Object(
    {
      carrier: CarrierIdSchema,
      /** Where the last page ended. */
      after: Type.Optional(text(120, 'As `next` of the last page')),
      /** Only lanes whose last deliveries are a day or more later than usual. */
      late: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
  /** The parcel with a number; null: no parcel left with it. */
  'tracking.find': Type.Object({ carrier: CarrierIdSchema, tracking: TrackingNumberSchema }, exact),
} as const;
