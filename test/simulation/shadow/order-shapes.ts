/** Lines of orders in the shadow, and what an order may be in trouble for. */

export interface ShadowLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly cancelled: number;
  /** Its channel’s name of it is mapped to nothing. */
  readonly isParked?: true | undefined;
  /** The kit it is a component of, as it was ordered. */
  readonly kit?: ShadowKit | undefined;
}

export interface ShadowKit {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly together: boolean;
}

export interface Trouble {
  readonly code: 'stockout' | 'short-pick' | 'unroutable' | 'rejected' | 'not-started';
  readonly sinceMs: number;
  readonly owner: 'stock' | 'plan' | 'location';
  readonly detail: string;
}

export interface ShadowBatch {
  readonly planId: string;
  readonly version: number;
  readonly untilMs: number;
}

/** What taking an order in and changing it left on it. */
export interface TakenIn {
  /** How often it was edited, what changing it cost, and what edits added to what is due. */
  readonly edits?: number | undefined;
  readonly feesMinor?: number | undefined;
  readonly addedMinor?: number | undefined;
  /** It came with its places, and was given them. */
  readonly isRouted?: boolean;
  /** What the rest of it does while lines of it are parked. */
  readonly parked?: 'wait' | 'go' | undefined;
}
