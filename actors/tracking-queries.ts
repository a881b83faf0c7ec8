/** Queries about parcels on their way. Composed in queries.ts. */
import { Type } from 'typebox';
import { CarrierIdSchema, exact, OrderIdSchema } from './schemas.ts';
import { TrackingNumberSchema } from './tracking-commands.ts';

export const trackingQueries = {
  /** The parcels of an order that left with a tracking number, each with what its carrier told. */
  'tracking.get': Type.Object({ orderId: OrderIdSchema }, exact),
  /** The parcel with a number; null: no parcel left with it. */
  'tracking.find': Type.Object({ carrier: CarrierIdSchema, tracking: TrackingNumberSchema }, exact),
} as const;
