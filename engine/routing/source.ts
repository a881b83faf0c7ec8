/**
 * Sourcing: where each unit of an order should come from. This is the interface; source-planned.ts answers it,
 * and where there are neither rules nor prices source-naive.ts does, by brute force.
 */
import type { Shape } from '../../actors/item-shape.ts';
import type { CarrierId, LineId, LocationId, ServiceId, Sku } from '../../actors/ids.ts';
import type { Plan, PlanUse, Removed } from '../../actors/order-context.ts';

/** Units of one line that have no place yet. */
export interface Need {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  /** What a unit is to a carrier, where carriage goes by weight. */
  readonly shape?: Shape | undefined;
  /** Whole kits only: as many of each line with this kit id as make the same number of kits. */
  readonly kit?: { readonly id: LineId; readonly units: number; readonly together: boolean } | undefined;
}

/** Who takes a parcel, and for what. */
export interface Carried {
  readonly carrier: CarrierId | undefined;
  /** The carrier's service, where it names its services. */
  readonly service?: ServiceId | undefined;
  readonly costMinor: number;
}

/** Carriage from a candidate by what is in the parcel. It never takes less for more. */
export interface Carriage {
  /** What a parcel counts in the decision, by the routing plan if there is one; Infinity: nobody carries it. */
  minor(load: Shape): number;
  /** Who takes it; undefined: nobody. */
  carried(load: Shape): Carried | undefined;
}

/**
 * A location that may serve this order, with the price of one parcel from there: by weight, of one with all that is
 * wanted.
 */
export interface Candidate {
  readonly location: LocationId;
  readonly carrier: CarrierId | undefined;
  /** The carrier's service, where it names its services. */
  readonly service?: ServiceId | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  /** Where a rate card is in force; absent: every parcel costs the same. */
  readonly carriage?: Carriage | undefined;
  /** What a routing plan makes of it; absent without one. */
  readonly ruled?: Ruled | undefined;
}

/** What a routing plan makes of a candidate, in minor units of its own prices. */
export interface Ruled {
  /** For a parcel from there, never below 0; by weight, for one with all that is wanted. */
  readonly parcelMinor: number;
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
  /** Whether carriage depends on what is in a parcel: every candidate says its carriage then, every need its shape. */
  readonly isWeighed?: boolean | undefined;
  /** Locations that were open to the channel and no candidates; undefined when there were none. */
  readonly removed?: readonly Removed[] | undefined;
  /** The routing plan it goes by; undefined without one. */
  readonly ruling?: Ruling | undefined;
  /** Units of a SKU to promise at the candidate with this index. */
  available(sku: Sku, candidate: number): number;
}

/** Pure and total: the same request gives the same plan. Never plans more than is available. */
export type Source = (request: SourcingRequest) => Plan;
