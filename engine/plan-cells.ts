/** Cells of routing plans: one for each version, one for each seat, which says what is in force. */
import type { PlanSeat, PlanVersion } from '../actors/plan-commands.ts';
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

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const planCell = (id: string, all: Plans): PlanCell => ({ kind: 'plan', id, all, ...fresh });
export const seatCell = (id: string, all: Plans): SeatCell => ({ kind: 'seat', id, all, ...fresh });
