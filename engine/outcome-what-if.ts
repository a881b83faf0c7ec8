/** What a question “what if” is answered with. */
import type { ChannelId, LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { RehearsalView } from './rehearse/result.ts';

/** Units of a parcel, and what is known of it. */
export interface WhatIfPart {
  readonly location: LocationId;
  readonly carrier?: string | undefined;
  readonly costMinor: number;
  /** When it is there, where that is known. */
  readonly deliverByMs?: number | undefined;
  readonly units: readonly { readonly sku: Sku; readonly quantity: number }[];
}

/** One order that loses its place, before and after. */
export interface WhatIfOrder {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  /** Units that lose their place. */
  readonly units: number;
  /** Its parcels that did not leave yet. */
  readonly before: readonly WhatIfPart[];
  readonly after: readonly WhatIfPart[];
  /** Units without a place. */
  readonly waitingBefore: number;
  readonly waitingAfter: number;
  /** Units that the routing plan would cancel. */
  readonly cancelled: number;
  /** Whether a parcel is known to come after the date that was promised. */
  readonly lateBefore: boolean;
  readonly lateAfter: boolean;
}

/** Sums over the orders told of. */
export interface WhatIfSums {
  readonly costMinor: number;
  readonly parcels: number;
  readonly splitOrders: number;
  readonly lateOrders: number;
  /** Orders and units without a place. */
  readonly waitingOrders: number;
  readonly waitingUnits: number;
}

export interface WhatIfAnswer {
  readonly atMs: number;
  /** The change and what it does, in words. */
  readonly text: readonly string[];
  /** Orders told of, and whether more may be concerned than were looked at. */
  readonly affected: number;
  readonly isCut: boolean;
  /** Units that lose their place, and those of them that get another. */
  readonly units: number;
  readonly moved: number;
  /** Reservations that lose units; only where stock is lost. */
  readonly reservations: number;
  readonly before: WhatIfSums;
  readonly after: WhatIfSums;
  /** The oldest first. */
  readonly orders: readonly WhatIfOrder[];
}

/** Answers about what was only tried. */
export interface TriedAnswers {
  'whatif.run': WhatIfAnswer | null;
  'rehearsal.start': RehearsalView | null;
  'rehearsal.get': RehearsalView | null;
  'rehearsal.cancel': RehearsalView | null;
}
