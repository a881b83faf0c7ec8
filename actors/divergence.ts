/** How a decision would have been another one under a shadowed version of a routing plan: pure. */
import { costOf, isLate } from './canary.ts';
import type { ChannelId, OrderId, PlanId, ReservationId } from './ids.ts';
import type { Plan, PlannedFulfillment, PlanUse, Removed } from './order-context.ts';

/** One side of a decision that was made twice. */
export interface DecidedSide {
  /** What the parcels cost, in minor units. */
  readonly costMinor: number;
  readonly parcels: readonly PlannedFulfillment[];
  /** Units without a place. */
  readonly short: number;
  /** A placement that may not wait, and is short. */
  readonly isRefused: boolean;
  /** A parcel comes after the moment the order was promised for. */
  readonly isLate: boolean;
  /** Absent: no routing plan applied. */
  readonly ruled?: PlanUse | undefined;
  /** Locations that were no candidates, and by which rule. */
  readonly removed?: readonly Removed[] | undefined;
}

/** What a shadow would have done otherwise: the candidate's figures less those of the decision that counts. */
export interface Difference {
  readonly costMinor: number;
  readonly parcels: number;
  /** Units. */
  readonly short: number;
  /** Orders: −1, 0 or 1. */
  readonly refused: number;
  readonly late: number;
}

/** A decision that the shadowed version would have made otherwise. Told when it was found, kept nowhere. */
export interface Divergence {
  readonly kind: 'plan.diverged';
  /** The shadow, and the version it tried. */
  readonly planId: PlanId;
  readonly version: number;
  readonly channel: ChannelId;
  /** Whose units: an order's, or a cart's. */
  readonly orderId?: OrderId | undefined;
  readonly reservationId?: ReservationId | undefined;
  /** 1 for the first decision. */
  readonly attempt: number;
  /** The record of the decision, and its time. */
  readonly position: number;
  readonly atMs: number;
  readonly live: DecidedSide;
  readonly candidate: DecidedSide;
  readonly difference: Difference;
}

/** What a shadow found so far, of the decisions in its share. */
export interface DivergenceTotals {
  readonly planId: PlanId;
  readonly version: number;
  readonly percent: number;
  readonly channels?: readonly ChannelId[] | undefined;
  readonly untilMs?: number | undefined;
  /** From when on it is counted: the shadow's beginning, or the engine's start after it. */
  readonly countedSinceMs: number;
  /** Decisions made twice; same and different add up to it. */
  readonly evaluated: number;
  readonly same: number;
  readonly different: number;
  /** Not made twice, because too many waited for it. */
  readonly dropped: number;
  /** Not made twice, because the network, a price or a plan had changed meanwhile. */
  readonly outdated: number;
  /** Waiting for it. */
  readonly pending: number;
  /** Sums of the differences. Splits: orders in more than one parcel. */
  readonly costMinor: number;
  readonly parcels: number;
  readonly splits: number;
  readonly shortUnits: number;
  readonly shortOrders: number;
  readonly refused: number;
  readonly late: number;
}

/** What of an order tells whether a plan serves it. */
export interface Asking {
  readonly promisedByMs?: number | undefined;
  /** A placement that is refused when units are missing. */
  readonly mayNotWait: boolean;
}

export function sideOf(plan: Plan, { promisedByMs, mayNotWait }: Asking): DecidedSide {
  const isRefused = mayNotWait && plan.short > 0;
  const { fulfillments, short, ruled, removed } = plan;
  const made = isRefused ? [] : fulfillments;
  const parts = { fulfillments: made };
  const late = isLate(parts, promisedByMs);
  return { costMinor: costOf(parts), parcels: made, short, isRefused, isLate: late, ruled, removed };
}

export function differenceOf(live: DecidedSide, candidate: DecidedSide): Difference {
  return {
    costMinor: candidate.costMinor - live.costMinor,
    parcels: candidate.parcels.length - live.parcels.length,
    short: candidate.short - live.short,
    refused: Number(candidate.isRefused) - Number(live.isRefused),
    late: Number(candidate.isLate) - Number(live.isLate),
  };
}

/** Whether both do the same: the same parcels, and the same with what has no place. */
export function isSameDecision(live: DecidedSide, candidate: DecidedSide): boolean {
  if (live.short !== candidate.short || live.parcels.length !== candidate.parcels.length) return false;
  if (live.short > 0 && leftOver(live) !== leftOver(candidate)) return false;
  return live.parcels.every((parcel, index) => isSameParcel(parcel, candidate.parcels[index]));
}

/** What becomes of units without a place. */
const leftOver = ({ ruled }: DecidedSide): string => ruled?.fallback ?? 'backorder';

function isSameParcel(one: PlannedFulfillment, other: PlannedFulfillment | undefined): boolean {
  return (
    other !== undefined &&
    one.location === other.location &&
    one.carrier === other.carrier &&
    one.service === other.service &&
    one.lines.length === other.lines.length &&
    one.lines.every(({ lineId, quantity }, index) => {
      const line = other.lines[index];
      return line?.lineId === lineId && line.quantity === quantity;
    })
  );
}
