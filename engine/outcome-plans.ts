/** What queries about routing plans and decisions answer. */
import type { LocationId, OrderId, PlanId } from '../actors/ids.ts';
import type { PlannedFulfillment, PlanUse, Removed } from '../actors/order-context.ts';
import type { PlanSeat, PlanState } from '../actors/plan-commands.ts';
import type { Canary, TrialCounts } from '../actors/trial-commands.ts';
import type { PlanDocument } from '../actors/plan-schemas.ts';
import type { Event, LineUnits } from '../actors/vocabulary.ts';

/** A decision as the journal has it. */
export interface RecordedDecision {
  readonly position: number;
  readonly atMs: number;
  readonly decision: Extract<Event, { readonly kind: 'order.sourced' }>;
}

/** A location an order could come from, with the terms of its price in minor units. */
export interface ExplainedCandidate {
  readonly location: LocationId;
  readonly carrier?: string | undefined;
  readonly service?: string | undefined;
  readonly distanceKm: number;
  /** What the carrier takes for a parcel. */
  readonly costMinor: number;
  /** Units of the order that it has, as far as rules let it give them. */
  readonly units: number;
  /** By the routing plan's prices: a parcel, and each line and unit by the order of the lines. */
  readonly parcelMinor?: number | undefined;
  readonly lineMinor?: readonly number[] | undefined;
  readonly unitMinor?: readonly number[] | undefined;
}

export interface DecisionExplained {
  readonly orderId: OrderId;
  readonly attempt: number;
  /** Absent when the journal does not reach back so far, or there was no such attempt. */
  readonly recorded?: RecordedDecision | undefined;
  /** As the whole order would be decided now. */
  readonly now: {
    readonly candidates: readonly ExplainedCandidate[];
    readonly removed: readonly Removed[];
    readonly fulfillments: readonly PlannedFulfillment[];
    readonly short: number;
    readonly ruled?: PlanUse | undefined;
    /** How much less the best way could cost at most; absent: this is the best, as the order is planned exactly. */
    readonly gapMinor?: number | undefined;
    /** By the plan's prices, or what the parcels cost without one; absent when nothing is placed. */
    readonly scoreMinor?: number | undefined;
    /** Of the best way that does without the first location chosen and places as much; absent: there is none. */
    readonly nextMinor?: number | undefined;
    readonly marginMinor?: number | undefined;
  };
  /** The same in words, line by line. */
  readonly text: readonly string[];
}

/** A version of a routing plan without its document. */
export interface PlanSummary {
  readonly id: PlanId;
  readonly name: string;
  readonly version: number;
  readonly state: PlanState | 'published';
  readonly madeAtMs: number;
  readonly by: string;
  readonly reason: string;
  /** Where it is in force: channels, `*` for all that have no plan of their own. */
  readonly seats: readonly string[];
  /** Where it is a canary; absent: nowhere. */
  readonly canaries?: readonly string[] | undefined;
  /** Per cent of the orders it decides without effect; absent: it is no shadow. */
  readonly shadowPercent?: number | undefined;
}

/** What is in force for whom; a canary with what it has counted so far. */
export interface SeatView extends Omit<PlanSeat, 'canary'> {
  readonly canary?: (Canary & { readonly counts: TrialCounts }) | undefined;
}

export interface PlanView extends PlanSummary {
  readonly document: PlanDocument;
}

/** A field that two versions of a plan say differently; absent: it is not there. */
export interface PlanChange {
  readonly path: string;
  readonly before?: string | number | boolean | undefined;
  readonly after?: string | number | boolean | undefined;
}

/** A location that units of an order could come from, or why they cannot. */
export interface MoveOption {
  readonly location: LocationId;
  /** Whether all of the units could be moved there now. */
  readonly isFeasible: boolean;
  /** Why not: it is where they are, or what a move would be refused as. */
  readonly reason?: 'current' | 'location-closed' | 'rule-excludes' | 'no-capacity' | 'out-of-stock' | undefined;
  /** The hard rule that keeps units from there. */
  readonly rule?: string | undefined;
  /** Units of those wanted that it has for the channel. */
  readonly units: number;
  readonly carrier?: string | undefined;
  readonly service?: string | undefined;
  readonly distanceKm: number;
  /** What the carrier takes for the parcel. */
  readonly costMinor: number;
  /** By the routing plan's prices: a parcel, and each line and unit by the order of the lines. */
  readonly parcelMinor?: number | undefined;
  readonly lineMinor?: readonly number[] | undefined;
  readonly unitMinor?: readonly number[] | undefined;
  /** All of it together: by the plan's prices, or what the parcel costs without one. */
  readonly scoreMinor: number;
  readonly shipByMs?: number | undefined;
  readonly deliverByMs?: number | undefined;
  /** How long after what the customer was told; absent where either is not known. */
  readonly lateMs?: number | undefined;
}

/** A way to send units from one or several locations. */
export interface MoveWay {
  readonly parts: readonly Pick<
    PlannedFulfillment, 'location' | 'carrier' | 'service' | 'distanceKm' | 'costMinor' | 'lines'
  >[];
  /** Units without a place. */
  readonly short: number;
  readonly costMinor: number;
  readonly scoreMinor: number;
}

export interface MoveOptions {
  readonly orderId: OrderId;
  readonly fulfillmentId?: string | undefined;
  /** Where the units are to come from now; absent: they wait. */
  readonly at?: LocationId | undefined;
  readonly lines: readonly LineUnits[];
  /** Every location, those that could first, of these the cheapest. */
  readonly options: readonly MoveOption[];
  /** The best ways over one or several locations, the best first; each after the first does without its first. */
  readonly ways: readonly MoveWay[];
}
