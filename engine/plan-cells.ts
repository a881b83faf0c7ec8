/** Cells of routing plans: versions, seats, which say what is in force, what canaries counted, and shadows. */
import type { PlanSeat, PlanVersion } from '../actors/plan-commands.ts';
import type { PlanShadow, TrialCounts } from '../actors/trial-commands.ts';
import type { Marks } from './cells.ts';
import type { Plans } from './plans.ts';
import type { Snapshot } from './step.ts';

/** One version of a routing plan. */
export interface PlanCell extends Marks {
  readonly kind: 'plan';
  /** Plan and version. */
  readonly id: string;
  readonly all: Plans;
  snapshot: Snapshot<PlanVersion> | undefined;
  unsaved: number;
}

/** Which routing plan is in force. */
export interface SeatCell extends Marks {
  readonly kind: 'seat';
  /** The channel, or `*`. */
  readonly id: string;
  readonly all: Plans;
  snapshot: Snapshot<PlanSeat> | undefined;
  unsaved: number;
}

/** What was counted of both sides of a canary, for as long as it goes: `removed` after. */
export interface TrialCell extends Marks {
  readonly kind: 'trial';
  /** The seat. */
  readonly id: string;
  snapshot: Snapshot<TrialCounts> | undefined;
  unsaved: number;
}

/** A version that decides without effect: `put`, and `removed` once stopped. */
export interface ShadowCell extends Marks {
  readonly kind: 'shadow';
  /** The plan. */
  readonly id: string;
  readonly all: Plans;
  snapshot: Snapshot<PlanShadow> | undefined;
  unsaved: number;
}

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const planCell = (id: string, all: Plans): PlanCell => ({ kind: 'plan', id, all, ...fresh });
export const trialCell = (id: string): TrialCell => ({ kind: 'trial', id, ...fresh });
export const shadowCell = (id: string, all: Plans): ShadowCell => ({ kind: 'shadow', id, all, ...fresh });
export const seatCell = (id: string, all: Plans): SeatCell => ({ kind: 'seat', id, all, ...fresh });
