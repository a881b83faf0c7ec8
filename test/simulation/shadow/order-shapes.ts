/** Lines of orders in the shadow, and what an order may be in trouble for. */

export interface ShadowLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly cancelled: number;
  /** The line of which it has taken the place. */
  readonly standsFor?: string | undefined;
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
  /** What its customer agrees to where units are not found, and of which lines they said so themselves. */
  readonly substitution?: string | undefined;
  readonly agrees?: ReadonlyMap<string, string> | undefined;
  /** It came with its places, and was given them. */
  readonly isRouted?: boolean;
  /** What the rest of it does while lines of it are parked. */
  readonly parked?: 'wait' | 'go' | undefined;
}
