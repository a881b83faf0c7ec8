/** Orders that come with their places: who said them, and whether they could be had. */
import type { LocationId } from './ids.ts';

/** The first of the places an order came with that could not be had, and why. */
export interface Unmet {
  readonly location: LocationId;
  readonly reason: 'location-closed' | 'carrier-suspended' | 'no-capacity' | 'out-of-stock';
}

/** An order came with its places. */
export interface Routed {
  /** The credential it came with. */
  readonly by: string;
  /** Why it was sourced as any other; absent: it has these places. */
  readonly unmet?: Unmet | undefined;
}
