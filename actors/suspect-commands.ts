/** Commands and queries on suspect stock, and how far a short pick reaches, as data of the location. */
import { Type } from 'typebox';
import { orderLinesMax, quantityMax, suspectMs } from './limits.ts';
import { BalanceSchema, exact, FulfillmentIdSchema, LineIdSchema, LocationIdSchema, OrderIdSchema } from './schemas.ts';
import { Reason, SkuSchema } from './schemas.ts';
import { reaches, type Reach } from './suspect.ts';

const spell = Type.Integer({ minimum: suspectMs.min, maximum: suspectMs.max, description: 'Milliseconds' });

export const ShortPickSchema = Type.Object(
  {
    reach: Type.Unsafe<Reach>(Type.Enum([...reaches])),
    /** With more units than this left, a short pick is a miss and nothing more. Absent: however many are left. */
    leftMax: Type.Optional(Type.Integer({ minimum: 1, maximum: quantityMax, description: 'Units' })),
    /** When stock is suspect no more though nobody counted it. Default 24 hours. */
    suspectForMs: Type.Optional(spell),
  },
  exact,
);

const place = { sku: SkuSchema, location: LocationIdSchema };

export const suspectCommands = {
  /** Stock may not be there: as after a short pick, without one. Said again, it goes on, and no less far. */
  'suspect.raise': Type.Object(
    {
      ...place,
      reason: Reason,
      /** Default `stock`. */
      reach: Type.Optional(Type.Unsafe<Exclude<Reach, 'units'>>(Type.Enum(['stock', 'orders']))),
      /** Default 24 hours. */
      forMs: Type.Optional(spell),
    },
    exact,
  ),
  /** It is there after all, uncounted. A count says the same of itself. */
  'suspect.clear': Type.Object({ ...place, reason: Reason }, exact),
} as const;

export const suspectQueries = {
  /** Suspect stock, by location and SKU. */
  'suspect.list': Type.Object(
    {
      location: Type.Optional(LocationIdSchema),
      sku: Type.Optional(SkuSchema),
      /** Continue after this one, as the last page's `next` said. */
      after: Type.Optional(Type.Object(place, exact)),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
  /**
   * What a short pick would do, without doing it: the correction of stock, where the units would come from, and which
   * other orders would go elsewhere. Null: there is no such part.
   */
  'short.preview': Type.Object(
    {
      orderId: OrderIdSchema,
      fulfillmentId: FulfillmentIdSchema,
      /** What was found of each line named; of the others, all. */
      lines: Type.Array(Type.Object({ lineId: LineIdSchema, found: BalanceSchema }, exact), {
        minItems: 1, maxItems: orderLinesMax,
      }),
      /** Orders looked at; 200 if not said. */
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    },
    exact,
  ),
} as const;
