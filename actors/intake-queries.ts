/** Queries on what was taken in with orders. Composed in queries.ts. */
import { Type } from 'typebox';
import { ExternalIdSchema } from './intake-commands.ts';
import { ChannelIdSchema, exact, OrderIdSchema } from './schemas.ts';

export const intakeQueries = {
  /** The order that a channel calls so; null when it never came. */
  'order.find': Type.Object({ channel: ChannelIdSchema, externalId: ExternalIdSchema }, exact),
  /** What came with an order and no decision goes by; null when nothing did. */
  'order.details': Type.Object({ orderId: OrderIdSchema }, exact),
  /** The intake policy in force for a channel, or for all that have none of their own, with its defaults filled in. */
  'intake-policy.get': Type.Object({ channel: Type.Optional(ChannelIdSchema) }, exact),
} as const;
