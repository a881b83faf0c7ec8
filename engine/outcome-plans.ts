/** What queries about routing plans and decisions answer. */
import type { LocationId, OrderId, PlanId, Sku } from '../actors/ids.ts';
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
  /** What the order could take there of each SKU it wants. */
  readonly stock: readonly PricedUnits[];
  /** The price of room for a parcel there; absent: it has none. */
  readonly roomMinor?: number | undefined;
  /** By the routing plan's prices: a parcel, and each line and unit by the order of the lines. */
  readonly parcelMinor?: number | undefined;
  readonly lineMinor?: readonly number[] | undefined;
  readonly unitMinor?: readonly number[] | undefined;
}

/** A part of a price, in minor units. */
export interface MoneyTerm {
  /** What the carrier takes, the kilometres, the parcel as such, a soft rule, prices of scarce stock and of room. */
  readonly term: 'carriage' | 'distance' | 'parcel' | 'rule' | 'stock' | 'room';
  readonly rule?: string | undefined;
  readonly minor: number;
}

/** A way to place an order: the best of its set of locations. */
export interface ExplainedWay {
  readonly isChosen: boolean;
  readonly parcels: readonly {
    readonly location: LocationId;
    readonly carrier?: string | undefined;
    readonly service?: string | undefined;
    readonly distanceKm: number;
    readonly units: number;
    readonly lines: readonly LineUnits[];
    readonly terms: readonly MoneyTerm[];
    readonly totalMinor: number;
  }[];
  /** Units it does not place. */
  readonly short: number;
  readonly totalMinor: number;
  /** What rounding, and parcels that may not cost less than nothing, add to the sum of the terms. */
  readonly roundingMinor: number;
}

/** How an order is decided. */
export interface Explained {
  readonly candidates: readonly ExplainedCandidate[];
  readonly removed: readonly Removed[];
  /** The best ways that place as much, the chosen one first. */
  readonly ways: readonly ExplainedWay[];
  readonly fulfillments: readonly PlannedFulfillment[];
  readonly short: number;
  readonly ruled?: PlanUse | undefined;
  /** Version of the prices it goes by; absent: by what is cheapest. */
  readonly prices?: number | undefined;
  /** How much less the best way could cost at most; absent: this is the best, as the order is planned exactly. */
  readonly gapMinor?: number | undefined;
  /** By the plan's prices, or what the parcels cost without one; absent when nothing is placed. */
  readonly scoreMinor?: number | undefined;
  /** Of the best other way; absent: there is none. */
  readonly nextMinor?: number | undefined;
  readonly marginMinor?: number | undefined;
}

/** A change that leads to another decision, and to which. */
export interface Flip {
  readonly change:
    | { readonly kind: 'units'; readonly location: LocationId; readonly units: readonly SkuUnits[] }
    /** Off the price of a parcel from there, whatever makes it up. */
    | { readonly kind: 'cheaper'; readonly location: LocationId; readonly minor: number }
    | { readonly kind: 'without-rule'; readonly rule: string }
    /** What is scarce taking nothing: the cheapest at the moment. */
    | { readonly kind: 'without-prices' }
    /** Work for so many units more. */
    | { readonly kind: 'room'; readonly location: LocationId };
  readonly locations: readonly LocationId[];
  /** Units without a place then. */
  readonly short: number;
}

/** Units, and what each takes for being scarce, in minor units with fractions; absent: nothing. */
interface PricedUnits extends SkuUnits {
  readonly priceMinor?: number | undefined;
}

interface SkuUnits {
  readonly sku: Sku;
  readonly units: number;
}

/**
 * A recorded decision made again from what the journal says of the order, the settings and the stock of then, or why
 * it cannot be: `reserved`: the units were held for a reservation, nothing was decided; `moved`: somebody said where
 * to, or a location did not start in time; `changed-again`: the same turn
 * changed the order once more; `prices`: it went by prices that no record had room for, or that an older version did
 * not keep; `too-far`: more of the journal would
 * have to be read than one question may.
 */
export type Recomputed =
  | {
      /** Whether it is, field by field, the decision that was recorded. */
      readonly reproduced: boolean;
      readonly differs: readonly { readonly field: string; readonly recorded: string; readonly again: string }[];
      /** What was taken as it is recorded or as it is now, in words. */
      readonly assumed: readonly string[];
      /** How it was decided. */
      readonly decision: Explained;
      /** The smallest changes found that would have led elsewhere; each was tried. */
      readonly flips: readonly Flip[];
    }
  | { readonly unknown: 'reserved' | 'moved' | 'routed' | 'together' | 'changed-again' | 'prices' | 'too-far' };

export interface DecisionExplained {
  readonly orderId: OrderId;
  readonly attempt: number;
  /** Absent when the journal does not reach back so far, or there was no such attempt. */
  readonly recorded?: RecordedDecision | undefined;
  /** The recorded decision made again; absent when there is none. */
  readonly recomputed?: Recomputed | undefined;
  /** As the whole order would be decided now. */
  readonly now: Explained;
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
