/** Buffer rules: units held back from sale by SKU, location, channel and method. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { BalanceSchema, ChannelIdSchema, exact, LocationIdSchema, MethodSchema, place, SkuSchema } from './schemas.ts';
import type { BufferId } from './ids.ts';

export const BufferIdSchema = Type.Unsafe<BufferId>(place('Buffer rule id'));

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
  },
  exact,
);
export type BufferRule = Static<typeof BufferRuleSchema>;

export const bufferCommands = {
  /** Create or replace a rule. One with another id and the same scope is replaced as well. */
  'buffer.put': Type.Object({ rule: BufferRuleSchema }, exact),
  'buffer.remove': Type.Object({ bufferId: BufferIdSchema }, exact),
} as const;
