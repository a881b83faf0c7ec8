/** What queries about routing plans and decisions answer. */
import type { LocationId, OrderId, PlanId } from '../actors/ids.ts';
import type { PlannedFulfillment, PlanUse, Removed } from '../actors/order-context.ts';
import type { PlanState } from '../actors/plan-commands.ts';
import type { PlanDocument } from '../actors/plan-schemas.ts';
import type { Event } from '../actors/vocabulary.ts';

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
