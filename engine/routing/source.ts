/**
 * Sourcing: where each unit of an order should come from. This is the interface; source-planned.ts answers it,
 * and where there are neither rules nor prices source-naive.ts does, by brute force.
 */
import type { CarrierId, LineId, LocationId, ServiceId, Sku } from '../../actors/ids.ts';
import type { Plan, PlanUse, Removed } from '../../actors/order-context.ts';

/** Units of one line that have no place yet. */
export interface Need {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  /** Weight of one unit, where carriage goes by weight; absent: nothing. */
  readonly grams?: number | undefined;
  /** Whole kits only: as many of each line with this kit id as make the same number of kits. */
  readonly kit?: { readonly id: LineId; readonly units: number; readonly together: boolean } | undefined;
}

/** A location that may serve this order, with the price of one parcel from there. */
export interface Candidate {
  readonly location: LocationId;
  readonly carrier: CarrierId | undefined;
  /** The carrier's service, where it names its services. */
  readonly service?: ServiceId | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  /**
   * Carriage by the weight of a parcel, where it goes by weight: one entry for each started step of `stepGrams`,
   * the last one for all that is heavier. Carrier, service and cost of a parcel are then those of its step.
   */
  readonly rates?: readonly RateStep[] | undefined;
  /** What a routing plan makes of it; absent without one. */
  readonly ruled?: Ruled | undefined;
}

/** Who takes a parcel of such a weight, and for how much; Infinity: nobody. Never falls with weight. */
export interface RateStep {
  readonly carrier: CarrierId | undefined;
  readonly service?: ServiceId | undefined;
  readonly costMinor: number;
}

/** What a routing plan makes of a candidate, in minor units of its own prices. */
export interface Ruled {
  /** For a parcel from there, never below 0; where carriage goes by weight, without it. */
  readonly parcelMinor: number;
  /** What carriage by weight is multiplied with; absent: by 1. */
  readonly shipping?: number | undefined;
  /** For each line and each unit taken from there, by the index of the need; undefined: nothing. */
  readonly lineMinor: readonly number[] | undefined;
  readonly unitMinor: readonly number[] | undefined;
}

/** How a routing plan lets an order be split, and what there is to say of it. */
export interface Ruling {
  readonly use: PlanUse;
  readonly maxParcels: number;
  readonly allOrNothing: boolean;
  readonly minShipmentMinor: number;
  /** By the index of the need: those with the same text leave together; the empty text is no group. */
  readonly groups: readonly string[] | undefined;
  readonly unitPricesMinor: readonly number[];
}

export interface SourcingRequest {
  readonly needs: readonly Need[];
  /** Cheapest first; equal cost by distance, then by name. Decides every tie. */
  readonly candidates: readonly Candidate[];
  /** Locations that were open to the channel and no candidates; undefined when there were none. */
  readonly removed?: readonly Removed[] | undefined;
  /** A step of the candidates' rates; absent: none has rates. */
  readonly stepGrams?: number | undefined;
  /** The routing plan it goes by; undefined without one. */
  readonly ruling?: Ruling | undefined;
  /** Units of a SKU to promise at the candidate with this index. */
  available(sku: Sku, candidate: number): number;
}

/** Pure and total: the same request gives the same plan. Never plans more than is available. */
export type Source = (request: SourcingRequest) => Plan;
