/** Commands that try a version of a routing plan on live orders: canary and shadow. Composed in plan-commands.ts. */
import { Type, type Static } from 'typebox';
import type { Breach, Tally } from './canary.ts';
import type { ChannelId, PlanId } from './ids.ts';
import { canaryOrdersMax, planVersionsMax, shadowChannelsMax } from './limits.ts';
import { PlanIdSchema } from './plan-schemas.ts';
import { ChannelIdSchema, exact, Reason } from './schemas.ts';

const Percent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });

/** A limit on a share of the canary's orders: absolute, against the control's, or both. */
const LimitSchema = Type.Object(
  {
    percent: Type.Optional(Percent('Of the orders of the canary, at most')),
    points: Type.Optional(Percent('Percentage points above the share of the other orders, at most')),
  },
  exact,
);

/** What ends a canary by itself. Shares are of first decisions (rule Z25). */
export const GuardSchema = Type.Object(
  {
    /** Orders on a side before anything is judged by it. Default 100. */
    minOrders: Type.Optional(Type.Integer({ minimum: 1, maximum: canaryOrdersMax })),
    /** Per cent by which an order that has all its units may cost more, on average, than one of the others. */
    costPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000 })),
    /** Orders with units that have no place. */
    short: Type.Optional(LimitSchema),
    /** Of those, placements refused for it. */
    refused: Type.Optional(LimitSchema),
    /** Orders in more than one parcel. */
    split: Type.Optional(LimitSchema),
    /** Orders of which a parcel comes after the moment the order was promised for. */
    late: Type.Optional(LimitSchema),
    /** Orders for which a rule could not be evaluated. */
    failed: Type.Optional(LimitSchema),
    /** Times an order that had lost units was sourced again, by orders. */
    again: Type.Optional(LimitSchema),
  },
  exact,
);
export type Guard = Static<typeof GuardSchema>;

/** A version that decides a share of the orders of a seat. */
export interface Canary {
  readonly planId: PlanId;
  readonly version: number;
  readonly percent: number;
  readonly guard: Guard;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

/** How a canary ended, and what it had counted then. */
export interface CanaryEnd extends Canary {
  readonly how: 'promoted' | 'aborted' | 'rolled-back';
  readonly endedAtMs: number;
  /** Who ended it, and why; `baton` where its guard did. */
  readonly endedBy: string;
  readonly why: string;
  readonly breach?: Breach | undefined;
  readonly counts: TrialCounts;
}

/** What was counted of both sides of a canary. */
export interface TrialCounts {
  readonly canary: Tally;
  readonly control: Tally;
}

/** A version that decides a second time, without effect. */
export interface PlanShadow {
  readonly planId: PlanId;
  readonly version: number;
  /** Absent: all. */
  readonly channels?: readonly ChannelId[] | undefined;
  readonly percent: number;
  readonly untilMs?: number | undefined;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

export type TrialEvent =
  /** A canary began, or ended; `rolled-back`: its guard ended it, for the cause told. */
  | {
      readonly kind: 'canary.changed';
      readonly channel?: ChannelId | undefined;
      readonly planId: PlanId;
      readonly version: number;
      readonly percent: number;
      readonly state: 'started' | CanaryEnd['how'];
      readonly reason: string;
      readonly breach?: Breach | undefined;
    }
  | {
      readonly kind: 'shadow.changed';
      readonly planId: PlanId;
      readonly version: number;
      readonly percent: number;
      readonly state: 'started' | 'stopped';
      readonly reason: string;
    };

const version = {
  planId: PlanIdSchema,
  version: Type.Integer({ minimum: 1, maximum: planVersionsMax, description: 'Number of the version' }),
};
/** Absent: every channel that has no plan of its own. */
const seat = { channel: Type.Optional(ChannelIdSchema) };
const percent = Type.Integer({ minimum: 1, maximum: 100, description: 'Of the orders, by a hash of their ids' });

export const trialCommands = {
  /**
   * Let a validated version decide a share of the orders that a plan published there would decide; the same order
   * is always on the same side. Sent again with the same version it sets share and guard anew, and counts from 0.
   * When the guard breaks, the canary ends in the same turn. Refused when it would leave every order unroutable,
   * unless forced.
   */
  'plan.canary': Type.Object(
    { ...version, ...seat, percent, guard: GuardSchema, reason: Reason, force: Type.Optional(Type.Boolean()) },
    exact,
  ),
  /** Put the version of the canary in force for all orders. */
  'plan.promote': Type.Object({ ...seat, reason: Reason }, exact),
  /** End the canary: what is in force decides all orders again. */
  'plan.abort': Type.Object({ ...seat, reason: Reason }, exact),
  /**
   * Decide a share of the orders a second time under a validated version, without effect. Sent again for the same
   * plan it begins anew.
   */
  'plan.shadow': Type.Object(
    {
      ...version,
      /** Absent: all. */
      channels: Type.Optional(
        Type.Array(ChannelIdSchema, { minItems: 1, maxItems: shadowChannelsMax, uniqueItems: true }),
      ),
      percent,
      /** Until when, exclusive. Absent: until it is stopped. */
      untilMs: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
      reason: Reason,
    },
    exact,
  ),
  /** Stop deciding twice. */
  'plan.unshadow': Type.Object({ planId: PlanIdSchema, reason: Reason }, exact),
} as const;
