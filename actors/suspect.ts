/** Suspect stock: units of a SKU at a location that may not be there, because some of them were not found. */
import type { FulfillmentId, LocationId, OrderId, Sku } from './ids.ts';

/**
 * How far a short pick reaches. `units`: the units that were not found, no further. `stock`: what else is believed to
 * be there is suspect, and not sold until it is counted. `orders`: what orders are to be sent of it, and nobody picks
 * yet, is sourced elsewhere as well, as far as anybody else has it.
 */
export const reaches = ['units', 'stock', 'orders'] as const;
export type Reach = (typeof reaches)[number];

/** Stock under suspicion: since when, by what, and until when if nobody counts it. */
export interface Suspect {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reach: Exclude<Reach, 'units'>;
  /** Short picks and words of people, since it began, and the units that were not found. */
  readonly times: number;
  readonly missing: number;
  /** Who said it last, and why. */
  readonly by: string;
  readonly reason: string;
  /** The part whose pick was short last; absent where it was nobody's pick. */
  readonly of?: { readonly orderId: OrderId; readonly fulfillmentId: FulfillmentId } | undefined;
}

/** What became of a suspicion: it `stands`, the stock was `counted`, somebody `cleared` it, or its time `expired`. */
export type SuspectState = 'stands' | 'counted' | 'cleared' | 'expired';

export interface SuspectEvent extends Suspect {
  readonly kind: 'suspect.changed';
  readonly state: SuspectState;
}
