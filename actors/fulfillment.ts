/** The parts of an order: values inside it. */
import type { CarrierId, FulfillmentId, LineId, LocationId, LotId, ServiceId } from './ids.ts';
import type { Offer } from './offer.ts';
import type { CancelRequest } from './order-cancels.ts';
import type { Hold } from './order-holds.ts';

export interface LineUnits {
  readonly lineId: LineId;
  readonly quantity: number;
}

/** Units of a line by lot, or one unit by its serial. */
export interface LineLot {
  readonly lineId: LineId;
  readonly lot: LotId;
  readonly quantity: number;
}

export type FulfillmentState = 'open' | 'released' | 'picking' | 'shipped' | 'delivered' | 'cancelled';

/** The part of an order that one location ships, as one parcel. A value inside the order. */
export interface Fulfillment {
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  readonly state: FulfillmentState;
  /** Planned when sourced; the one it left with once shipped. Absent when no carrier was open. */
  readonly carrier?: CarrierId | undefined;
  /** The carrier's service, where the carrier names its services. */
  readonly service?: ServiceId | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  readonly lines: readonly LineUnits[];
  readonly tracking?: string | undefined;
  /** The cut-off it is to leave with: known where the location has a calendar. As promised when it was sourced. */
  readonly shipByMs?: number | undefined;
  /** When it is to be there: known where the service keeps a transit table. As promised when it was sourced. */
  readonly deliverByMs?: number | undefined;
  /** Of tracked SKUs: what to take while it is picked, what left once it is shipped. */
  readonly lots?: readonly LineLot[] | undefined;
  /** The hour for which its location was given the work, where the location has a capacity. */
  readonly workAtMs?: number | undefined;
  /** Lines of which the units here take no stock: they were sold without. */
  readonly untracked?: readonly LineId[] | undefined;
  /** When its location must have begun to pick it, where that has a limit; absent while it does not run. */
  readonly startByMs?: number | undefined;
  /** It was not begun in time and is still there, because no other place has its units. */
  readonly overdue?: true | undefined;
  /** What keeps it from being picked, beside what holds its order; absent when nothing does. */
  readonly holds?: readonly Hold[] | undefined;
  /** A cancellation that its location is asked for and has not answered. */
  readonly cancelling?: CancelRequest | undefined;
  /** Whether its location was asked to accept it, and how that ended; nobody may pick it while the offer is open. */
  readonly offer?: Offer | undefined;
}

/** The same in the field's words: what `state` says, with what keeps it. */
export type FulfillmentStatus =
  /** Nobody is told to start yet: a release delay, an instant, other units or an answer to an offer are waited for. */
  | 'scheduled'
  /** Its location may pick it. */
  | 'open'
  | 'in-progress'
  /** It, or its order, is held. */
  | 'on-hold'
  /** Its location did not begin in time, and nobody else has the units. */
  | 'incomplete'
  | 'cancelled'
  /** It has left, or has arrived. */
  | 'closed';

/** A part as queries show it. */
export interface FulfillmentView extends Fulfillment {
  readonly status: FulfillmentStatus;
}
