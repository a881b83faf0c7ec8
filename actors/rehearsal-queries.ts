/** Rehearsals: what a routing plan would have done to the orders of the journal. Composed in queries.ts. */
import { Type } from 'typebox';
import { PlanDocumentSchema } from './plan-schemas.ts';
import { ChannelIdSchema, exact, TimeMsSchema } from './schemas.ts';

/** Bounds of one rehearsal, and what holds where nothing is said. */
export const rehearsalLimits = {
  orders: { default: 500_000, max: 2_000_000 },
  workers: { default: 2, max: 16 },
  changed: { default: 20, max: 200 },
  explain: { default: 5, max: 50 },
} as const;

const upTo = (least: number, { max }: { readonly max: number }, description: string) =>
  Type.Optional(Type.Integer({ minimum: least, maximum: max, description }));
const RehearsalIdSchema = Type.String({ pattern: '^r[0-9]{1,15}$', description: 'As rehearsal.start answered it' });

/** All three are answered null by a server that keeps nothing on disk: there is no journal to play. */
export const rehearsalQueries = {
  /**
   * Play the orders of a stretch of the journal twice, by the plans as they were and by this one, beside the engine
   * and without effect on it. Answered at once; `rehearsal.get` tells how far it is and what came of it. One at a time.
   */
  'rehearsal.start': Type.Object(
    {
      plan: PlanDocumentSchema,
      /** The channel it is for. Absent: all, whatever plans of their own they have. */
      channel: Type.Optional(ChannelIdSchema),
      /** Orders placed from this time on, and before that. Absent: from the first, to the last. */
      fromMs: Type.Optional(TimeMsSchema),
      toMs: Type.Optional(TimeMsSchema),
      orders: upTo(1, rehearsalLimits.orders, 'Orders after which it ends; 500,000 if not said'),
      workers: upTo(1, rehearsalLimits.workers, 'Threads; 2 if not said, one for each side'),
      changed: upTo(0, rehearsalLimits.changed, 'Orders told of that change most; 20 if not said'),
      explain: upTo(0, rehearsalLimits.explain, 'Those of them that are explained in full; 5 if not said'),
    },
    exact,
  ),
  /** How far a rehearsal is, and what came of it; the last one if no id is said. The last ten are kept. */
  'rehearsal.get': Type.Object({ rehearsalId: Type.Optional(RehearsalIdSchema) }, exact),
  /** End a rehearsal that is under way. */
  'rehearsal.cancel': Type.Object({ rehearsalId: RehearsalIdSchema }, exact),
} as const;
