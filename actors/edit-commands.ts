/** Changing an order that stands. Composed in commands.ts. */
import { Type, type Static } from 'typebox';
import { AddressSchema } from './intake-commands.ts';
import { orderLinesMax, quantityMax } from './limits.ts';
import { DestinationSchema, OrderLineSchema } from './order-commands.ts';
import { exact, LineIdSchema, OrderIdSchema, Reason, ServiceIdSchema, TimeMsSchema } from './schemas.ts';

/** How many of a line, or of a kit as it was ordered, the customer is to get in all: 0 removes what is left of it. */
const LineEditSchema = Type.Object(
  {
    lineId: LineIdSchema,
    quantity: Type.Integer({ minimum: 0, maximum: quantityMax, description: 'Units, those that left included' }),
  },
  exact,
);

const clearable = ['service', 'promisedByMs'] as const;

export const editFields = {
  orderId: OrderIdSchema,
  /** Only if the order has not changed since: its `changedAtMs` as it was seen. */
  ifChangedAtMs: Type.Optional(TimeMsSchema),
  lines: Type.Optional(Type.Array(LineEditSchema, { minItems: 1, maxItems: orderLinesMax })),
  /** New lines. */
  add: Type.Optional(Type.Array(OrderLineSchema, { minItems: 1, maxItems: orderLinesMax })),
  /** Where it goes instead: everything gets its place anew. Only while nothing is picked. */
  destination: Type.Optional(DestinationSchema),
  /** Where exactly, in place of the address of its details. */
  address: Type.Optional(AddressSchema),
  /** The carrier service it is to go by: everything gets its place anew. Only while nothing is picked. */
  service: Type.Optional(ServiceIdSchema),
  /** What the customer is told now. */
  promisedByMs: Type.Optional(TimeMsSchema),
  /** Whichever service is cheapest; no day was told. */
  clear: Type.Optional(
    Type.Array(Type.Enum([...clearable]), { minItems: 1, maxItems: clearable.length, uniqueItems: true }),
  ),
};
const EditSchema = Type.Object(editFields, exact);
export type AskedEdit = Static<typeof EditSchema>;

export const editCommands = {
  /**
   * Change an order: all of it or nothing, in one turn. What ends goes back to stock, what is new gets its place, and
   * what has to come from elsewhere moves there. Free or not, as the channel's intake policy says.
   */
  'order.edit': Type.Object({ ...editFields, reason: Reason }, exact),
} as const;
