/** Queries on returns. Composed in queries.ts. */
import { Type } from 'typebox';
import { returnStates, type ReturnState } from './return-context.ts';
import { ChannelIdSchema, exact, LocationIdSchema, OrderIdSchema, ReturnIdSchema } from './schemas.ts';

const StateSchema = Type.Unsafe<ReturnState>(Type.Enum([...returnStates]));

export const returnQueries = {
  /** One return, open or ended. */
  'return.get': Type.Object({ returnId: ReturnIdSchema }, exact),
  /**
   * All returns of an order; or the open ones by where they go, channel, state or any of these together, the first
   * asked for first.
   */
  'return.list': Type.Object(
    {
      orderId: Type.Optional(OrderIdSchema),
      location: Type.Optional(LocationIdSchema),
      channel: Type.Optional(ChannelIdSchema),
      state: Type.Optional(StateSchema),
      /** Continue after this return, as the last page's `next` said. */
      after: Type.Optional(ReturnIdSchema),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    },
    exact,
  ),
  /** The return policy in force for a channel, or for all that have none of their own, with its defaults filled in. */
  'return-policy.get': Type.Object({ channel: Type.Optional(ChannelIdSchema) }, exact),
} as const;
