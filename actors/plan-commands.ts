/** Commands on routing plans: their versions, and which of them is in force. Composed in commands.ts. */
import { Type } from 'typebox';
import type { Divergence } from './divergence.ts';
import type { ChannelId, PlanId } from './ids.ts';
import { planVersionsMax } from './limits.ts';
import { PlanDocumentSchema, PlanIdSchema, type PlanDocument } from './plan-schemas.ts';
import { ChannelIdSchema, exact, Reason } from './schemas.ts';
import { trialCommands, type Canary, type CanaryEnd, type TrialEvent } from './trial-commands.ts';

/** `published` is not among them: a version is in force where a seat names it. */
export type PlanState = 'draft' | 'validated' | 'archived';

/** One version of a plan. Its document never changes. */
export interface PlanVersion {
  readonly document: PlanDocument;
  /** 1, 2 … within the plan. */
  readonly version: number;
  readonly state: PlanState;
  readonly madeAtMs: number;
  /** The credential it was put with, and why. */
  readonly by: string;
  readonly reason: string;
}

/** What was put in force, by whom and why; without a plan: nothing was. */
export interface Publication {
  readonly planId?: PlanId | undefined;
  readonly version?: number | undefined;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

/** What is in force for a channel, or for all that have no plan of their own, and what was before. */
export interface PlanSeat {
  /** Absent: all channels without a seat of their own. */
  readonly channel?: ChannelId | undefined;
  readonly now: Publication;
  /** The newest last. */
  readonly before: readonly Publication[];
  /** What is tried on a share of its orders. */
  readonly canary?: Canary | undefined;
  /** How the last canary ended. */
  readonly ended?: CanaryEnd | undefined;
}

/** Another routing plan is in force, for a channel or for all without one of their own; without an id: none. */
interface PlanChanged {
  readonly kind: 'plan.changed';
  readonly channel?: ChannelId | undefined;
  readonly planId?: PlanId | undefined;
  readonly version?: number | undefined;
  readonly reason: string;
}

/** What is told of plans. What a shadow found is told beside the journal. */
/** The orders of a window were sourced together: how many there were, changed their places, and what that saved. */
export interface BatchSettled {
  readonly kind: 'batch.settled';
  readonly planId: PlanId;
  readonly version: number;
  readonly orders: number;
  readonly moved: number;
  /** Against each order by itself, by the plan’s prices, in minor units; never below 0. */
  readonly savedMinor: number;
}

export type PlanEvent = PlanChanged | TrialEvent | Divergence | BatchSettled;

export const PlanVersionSchema = Type.Integer({
  minimum: 1,
  maximum: planVersionsMax,
  description: 'Number of the version',
});

const version = { planId: PlanIdSchema, version: PlanVersionSchema };
/** Absent: every channel that has no plan of its own. */
const seat = { channel: Type.Optional(ChannelIdSchema) };

export const planCommands = {
  /** Keep a document as a new version, a draft. A document that is the newest version already makes none. */
  'plan.put': Type.Object({ plan: PlanDocumentSchema, reason: Reason }, exact),
  /** Check a draft: every expression, every name it gives to others. Refused, it says what is wrong and where. */
  'plan.validate': Type.Object(version, exact),
  /**
   * Put a validated version in force, for one channel or for all without a plan of their own: every decision
   * after this command goes by it. Refused when it would leave every order unroutable, unless forced.
   */
  'plan.publish': Type.Object({ ...version, ...seat, reason: Reason, force: Type.Optional(Type.Boolean()) }, exact),
  /** Take the plan out of force. */
  'plan.withdraw': Type.Object({ ...seat, reason: Reason }, exact),
  /** Put back in force what was before, be that a plan or none. */
  'plan.rollback': Type.Object({ ...seat, reason: Reason }, exact),
  /** Put a version away that is in force nowhere: it cannot be published any more, and stays to be read. */
  'plan.archive': Type.Object({ ...version, reason: Reason }, exact),
  ...trialCommands,
} as const;
