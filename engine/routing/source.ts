/**
 * Sourcing: where each unit of an order should come from. This is the interface; source-naive.ts
 * answers it by brute force and is the oracle of every faster answer.
 */
import type { CarrierId, LineId, LocationId, ServiceId, Sku } from '../../actors/ids.ts';
import type { Plan } from '../../actors/order-context.ts';
import type { Removed } from '../../actors/vocabulary.ts';

/** Units of one line that have no place yet. */
export interface Need {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
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
}

export interface SourcingRequest {
  readonly needs: readonly Need[];
  /** Cheapest first; equal cost by distance, then by name. Decides every tie. */
  readonly candidates: readonly Candidate[];
  /** Locations that were open to the channel and no candidates; undefined when there were none. */
  readonly removed?: readonly Removed[] | undefined;
  /** Units of a SKU to promise at the candidate with this index. */
  available(sku: Sku, candidate: number): number;
}

/** Pure and total: the same request gives the same plan. Never plans more than is available. */
export type Source = (request: SourcingRequest) => Plan;
