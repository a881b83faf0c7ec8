/** What is answered about parcels on their way. Part of outcome.ts. */
import type { CarrierHealth } from '../../actors/carrier-health.ts';
import type { FulfillmentId, OrderId } from '../../actors/ids.ts';
import type { Eta } from '../../actors/lanes.ts';
import type { ParcelStatus } from '../../actors/tracking-commands.ts';
import type { Parcel, ScanResult } from '../../actors/tracking.ts';

/** The answer to tracking.scan: whose parcel it is, where it is now, and what the scan was to that. */
export interface ScanAnswer {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly status: ParcelStatus;
  readonly statusAtMs: number;
  readonly result: ScanResult;
}

/** How a carrier does; absent: it has no circuit that counts and no embargo. */
export interface CarrierHealthView {
  readonly health?: CarrierHealth | undefined;
}

/** Counts of parcels, part of engine.status. */
export interface TrackingStatus {
  /** Parcels with a number that have not ended, and those of them of which nothing was scanned in time. */
  readonly openParcels: number;
  readonly alarmedParcels: number;
  /** Services out of sourcing because their circuit is open, and embargoes that hold. */
  readonly openCircuits: number;
  readonly embargoes: number;
}

/** A parcel with all that was told of it. */
export interface ParcelView extends Omit<Parcel, 'again'> {
  /** While it is on its way, once enough deliveries taught something. */
  readonly eta?: Eta | undefined;
}

/** What deliveries taught of a service on a lane. Hours are after the promised date, or after leaving. */
export interface LaneView {
  readonly service: string;
  /** `from>to`; `*`: all lanes of the service. */
  readonly lane: string;
  /** Whether hours are after a promised date. */
  readonly isPromised: boolean;
  readonly deliveries: number;
  /** By when half of them were there. */
  readonly typicalHours: number;
  /** How much later the last ones are: the delay index. */
  readonly delayHours: number;
}

export interface TrackingAnswers {
  /** In the order of the fulfillments. Null: there is no such order. */
  readonly 'tracking.get': { readonly parcels: readonly ParcelView[] } | null;
  readonly 'tracking.find': ParcelView | null;
  /** By name. */
  readonly 'tracking.lanes': { readonly lanes: readonly LaneView[]; readonly next?: string | undefined };
}
