/** Buffer rules: units held back from sale by SKU, location, channel and method. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { bufferStepMs } from './limits.ts';
import { BalanceSchema, ChannelIdSchema, exact, LocationIdSchema, MethodSchema } from './schemas.ts';
import { place, QuantitySchema, SkuSchema } from './schemas.ts';
import type { BufferId } from './ids.ts';

export const BufferIdSchema = Type.Unsafe<BufferId>(place('Buffer rule id'));

/** How a rule holds back more, the longer ago a feed covered its location. One of the two says how much. */
const GrowsSchema = Type.Object(
  {
    /** How long a step is. */
    everyMs: Type.Integer({ minimum: bufferStepMs.min, maximum: bufferStepMs.max, description: 'Milliseconds' }),
    /** Units more at each step. */
    quantity: Type.Optional(QuantitySchema),
    /** This share of what orders would take of a stock in the steps so far, at the pace they had of late. */
    pacePercent: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    /** The most that growth holds back of one stock. */
    maxQuantity: QuantitySchema,
  },
  exact,
);

/**
 * Units held back wherever all that it names applies; what it does not name, it is not limited by. One of
 * `quantity` and `percent` says how many.
 */
export const BufferRuleSchema = Type.Object(
  {
    id: BufferIdSchema,
    sku: Type.Optional(SkuSchema),
    location: Type.Optional(LocationIdSchema),
    channel: Type.Optional(ChannelIdSchema),
    method: Type.Optional(MethodSchema),
    quantity: Type.Optional(BalanceSchema),
    /** Of the units on hand at a location, rounded up to whole units. */
    percent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    /** Only of a rule that names a location. Absent: it stays as it is. */
    grows: Type.Optional(GrowsSchema),
  },
  exact,
);
export type BufferRule = Static<typeof BufferRuleSchema>;

export const bufferCommands = {
  /** Create or replace a rule. One with another id and the same scope is replaced as well. */
  'buffer.put': Type.Object({ rule: BufferRuleSchema }, exact),
  'buffer.remove': Type.Object({ bufferId: BufferIdSchema }, exact),
} as const;
