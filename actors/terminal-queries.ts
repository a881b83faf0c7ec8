/** Queries on terminals and their tasks. Composed in queries.ts. */
import { Type } from 'typebox';
import { exact, FulfillmentIdSchema, LocationIdSchema, OrderIdSchema, TerminalIdSchema } from './schemas.ts';

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 200 }));

export const terminalQueries = {
  /** One terminal that is open, with the tasks it holds. */
  'terminal.get': Type.Object({ terminalId: TerminalIdSchema }, exact),
  /** Terminals that are open, of one location or all, by name. */
  'terminal.list': Type.Object(
    {
      location: Type.Optional(LocationIdSchema),
      /** Continue after this one, as the last page's `next` said. */
      after: Type.Optional(TerminalIdSchema),
      limit: Limit,
    },
    exact,
  ),
  /** One task that a terminal holds or held, also one that has ended. */
  'task.get': Type.Object({ orderId: OrderIdSchema, fulfillmentId: FulfillmentIdSchema }, exact),
  /** What waits for a terminal at a location that has some, the first to be given first. */
  'task.queue': Type.Object({ location: LocationIdSchema, limit: Limit }, exact),
} as const;
