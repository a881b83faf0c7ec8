/**
 * The routing plan as a document: which orders it is for, what it forbids (hard rules), what it prices (soft
 * rules), how it splits, and what happens to an order it cannot place. One definition gives the type, the
 * validator and the JSON Schema for editors. Expressions are CEL; what they may speak of stands in
 * engine/routing/plans/environment.ts. Money is in minor units, as everywhere.
 */
import { Type, type Static } from 'typebox';
import type { PlanId } from './ids.ts';
import {
  plannedParcelsMax,
  planCostMinorMax,
  planExpressionMax,
  planFallbacksMax,
  planRulesMax,
} from './limits.ts';
import { exact, MoneyMinor, place, text } from './schemas.ts';

export const PlanIdSchema = Type.Unsafe<PlanId>(place('Routing plan id'));

/** The form of the document; another one gets another name. */
export const planFormat = 'baton.plan/1';

const Expression = (description: string) => Type.String({ minLength: 1, maxLength: planExpressionMax, description });

/** A moment, to the minute or second, with its offset: `2026-12-04T18:00Z`, `2026-12-04T18:00:00+01:00`. */
const MomentSchema = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'A moment with its offset from UTC, such as 2026-12-04T18:00Z',
});

const effective = {
  /** In force from this moment on. Absent: from when it is published. */
  from: Type.Optional(MomentSchema),
  /** In force before this moment, and not at it. Absent: without end. */
  until: Type.Optional(MomentSchema),
};

export const PlanRuleSchema = Type.Object(
  {
    /** Named in every decision it touches. */
    id: place('Rule id, unique within the plan'),
    /** Shown to people. */
    note: Type.Optional(text(200, 'What it is for')),
    ...effective,
    /** When it applies: a bool. Absent: always. */
    when: Type.Optional(Expression('A condition')),
    /**
     * What a hard rule forbids. `location`: sourcing there, or, when the condition speaks of `line` or `stock`,
     * sourcing that line there. `service`: that carrier service. `split`: more than one parcel.
     */
    exclude: Type.Optional(Type.Union([Type.Literal('location'), Type.Literal('service'), Type.Literal('split')])),
    /** What a soft rule adds to the price: minor units, or an expression that gives them. Less than 0: a credit. */
    cost: Type.Optional(
      Type.Union([
        Type.Integer({ minimum: -planCostMinorMax, maximum: planCostMinorMax }),
        Expression('An amount in minor units'),
      ]),
    ),
    /** What the cost is added for: each parcel from the location (default), each line or each unit taken there. */
    per: Type.Optional(Type.Union([Type.Literal('parcel'), Type.Literal('line'), Type.Literal('unit')])),
    /**
     * What counts when the rule cannot be evaluated, such as for want of an attribute. Hard rules: `keep`
     * (default) or `exclude`. Soft rules: an amount, default 0. The decision names the rule either way.
     */
    otherwise: Type.Optional(
      Type.Union([
        Type.Literal('keep'),
        Type.Literal('exclude'),
        Type.Integer({ minimum: -planCostMinorMax, maximum: planCostMinorMax }),
      ]),
    ),
  },
  exact,
);
export type PlanRule = Static<typeof PlanRuleSchema>;

export const PlanFallbackSchema = Type.Object(
  {
    /** Absent: whatever the order. */
    when: Type.Optional(Expression('A condition on the order')),
    /**
     * `backorder`: place what can be placed, let the rest wait. `hold`: place nothing, the order stands in the
     * exception `unroutable`. `cancel`: place what can be placed, cancel the rest. `plan`: ask the plan named.
     */
    then: Type.Union([
      Type.Literal('backorder'),
      Type.Literal('hold'),
      Type.Literal('cancel'),
      Type.Literal('plan'),
    ]),
    plan: Type.Optional(PlanIdSchema),
  },
  exact,
);
export type PlanFallback = Static<typeof PlanFallbackSchema>;

export const PlanDocumentSchema = Type.Object(
  {
    format: Type.Literal(planFormat),
    id: PlanIdSchema,
    name: text(80, 'Shown to people'),
    /** Which orders it is for: a bool about order, customer, destination, lines and now. Absent: all. */
    applies: Type.Optional(Expression('A condition on the order')),
    ...effective,
    rules: Type.Optional(Type.Array(PlanRuleSchema, { maxItems: planRulesMax })),
    /** How much each part of the price weighs against the others. */
    objective: Type.Optional(
      Type.Object(
        {
          /** Of what the carrier takes. Default 1; 0: shipping does not count. */
          shipping: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000 })),
          /** Of what the soft rules say. Default 1. */
          rules: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000 })),
          /** Money for each parcel: large amounts ask for fewest parcels first. Default 0. */
          parcelMinor: Type.Optional(MoneyMinor),
          /** Money for each kilometre a parcel goes. Default 0. */
          kmMinor: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
        },
        exact,
      ),
    ),
    split: Type.Optional(
      Type.Object(
        {
          /** Parcels of one decision. */
          maxParcels: Type.Optional(Type.Integer({ minimum: 1, maximum: plannedParcelsMax })),
          /** Lines for which this gives the same text leave in the same parcel; the empty text is no group. */
          together: Type.Optional(Expression('The name of a group, of a line')),
          /** All that is wanted, or nothing: then the fallbacks say what happens. */
          allOrNothing: Type.Optional(Type.Boolean()),
          /** Goods a parcel is worth at least, unless it is the only one. */
          minShipmentMinor: Type.Optional(MoneyMinor),
        },
        exact,
      ),
    ),
    /**
     * Source orders together that come within a window: each is placed and answered at once, and not released before
     * the window ends. Then those that cost less in other places, all in all, change them. Absent: each by itself.
     */
    batch: Type.Optional(
      Type.Object(
        {
          /** From the first of its orders on. */
          windowMs: Type.Integer({ minimum: 50, maximum: 200 }),
        },
        exact,
      ),
    ),
    /**
     * Look again at what is allocated when there is more stock, or other places, plans or prices of carriers. Absent:
     * what has a place keeps it.
     */
    improve: Type.Optional(
      Type.Object(
        {
          /** An order moves when its new places cost at least so much less than the best way from those it has. */
          minSavedMinor: Type.Integer({ minimum: 1, maximum: planCostMinorMax }),
          /** Also when it comes in fewer parcels for no more. */
          fewerParcels: Type.Optional(Type.Boolean()),
          /** Also orders that were released, while nobody has begun. Default: only what is not released. */
          released: Type.Optional(Type.Boolean()),
          /** How often one order moves at most. Default 3. */
          maxMoves: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
        },
        exact,
      ),
    ),
    /** The first that fits decides what becomes of an order that cannot be placed whole. None: `backorder`. */
    fallbacks: Type.Optional(Type.Array(PlanFallbackSchema, { maxItems: planFallbacksMax })),
  },
  exact,
);
export type PlanDocument = Static<typeof PlanDocumentSchema>;
