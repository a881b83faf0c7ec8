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
