/** How commands name holds. Composed in order-commands.ts. */
import { Type } from 'typebox';
import { holdsMax } from './limits.ts';
import { exact, HoldIdSchema, Reason, text, TimeMsSchema } from './schemas.ts';

/** The fields of a hold. */
export const holdFields = {
  holdId: HoldIdSchema,
  reason: Reason,
  note: Type.Optional(text(1_000, 'For people: what was found, what to do')),
  /** When it ends by itself: to the millisecond. Absent: when somebody lifts it. */
  untilMs: Type.Optional(TimeMsSchema),
};

/** The holds an order is placed with. */
export const HoldsSchema = Type.Array(Type.Object(holdFields, exact), { minItems: 1, maxItems: holdsMax });
