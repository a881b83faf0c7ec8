/** Queries on what was taken in with orders. Composed in queries.ts. */
import { Type } from 'typebox';
import { editFields } from './edit-commands.ts';
import { ExternalIdSchema } from './intake-commands.ts';
import { mappingsMax } from './limits.ts';
import { ChannelIdSchema, exact, name, OrderIdSchema } from './schemas.ts';

export const intakeQueries = {
  /** The order that a channel calls so; null when it never came. */
  'order.find': Type.Object({ channel: ChannelIdSchema, externalId: ExternalIdSchema }, exact),
  /** What came with an order and no decision goes by; null when nothing did. */
  'order.details': Type.Object({ orderId: OrderIdSchema }, exact),
  /** What an edit would change, and cost, now; null when there is no such order. Nothing happens. */
  'order.preview': Type.Object(editFields, exact),
  /** What SKUs of a channel are; those without a mapping are absent. */
  'mapping.get': Type.Object(
    { channel: ChannelIdSchema, skus: Type.Array(name('The SKU as the channel names it'), { maxItems: mappingsMax }) },
    exact,
  ),
  /** The intake policy in force for a channel, or for all that have none of their own, with its defaults filled in. */
  'intake-policy.get': Type.Object({ channel: Type.Optional(ChannelIdSchema) }, exact),
} as const;
