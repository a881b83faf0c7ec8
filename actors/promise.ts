/** What is promised before anybody orders: options with their parcels, dates, costs and how sure they are. */
import type { CarrierId, LocationId, ServiceId, Sku } from './ids.ts';

/** One parcel of an option. Times are absent where nobody knows them. */
export interface PromisedParcel {
  readonly location: LocationId;
  readonly carrier?: CarrierId | undefined;
  /** The carrier's service, where the carrier names its services. */
  readonly service?: ServiceId | undefined;
  readonly lines: readonly { readonly sku: Sku; readonly quantity: number }[];
  readonly units: number;
  readonly distanceKm: number;
  readonly costMinor: number;
  /** When its work is done: for a pickup, when it can be collected. */
  readonly readyMs?: number | undefined;
  readonly shipByMs?: number | undefined;
  readonly deliverByMs?: number | undefined;
  readonly latestByMs?: number | undefined;
  /** How sure its last date is, 0 to 1; 0 where there is none. */
  readonly confidence: number;
  /** When units that are still to come are expected at the location. Absent: they are there. */
  readonly expectedAtMs?: number | undefined;
}

/** One way to have the units. */
export interface PromiseOption {
  /** `service`: by the service of this name, from places that are given. */
  readonly kind: 'cheapest' | 'fastest' | 'pickup' | 'service';
  readonly service?: ServiceId | undefined;
  readonly parcels: readonly PromisedParcel[];
  readonly costMinor: number;
  /** When the last parcel leaves. Absent unless it is known of all of them; so are the other dates. */
  readonly shipByMs?: number | undefined;
  /** When the last parcel is there; for a pickup, when all can be collected. */
  readonly deliverByMs?: number | undefined;
  readonly latestByMs?: number | undefined;
  /** How sure it is that all parcels keep their dates: the product over them. */
  readonly confidence: number;
  /** Units that nobody has and that are not to come. */
  readonly short: number;
}

/** How one unit of a SKU would come, by the best place for it. */
export interface QuickPromise {
  readonly location: LocationId;
  readonly carrier?: CarrierId | undefined;
  readonly service?: ServiceId | undefined;
  readonly costMinor: number;
  readonly shipByMs?: number | undefined;
  readonly deliverByMs?: number | undefined;
  readonly confidence: number;
  /** When it is expected at the location, where no unit is there yet. */
  readonly expectedAtMs?: number | undefined;
}

/** What a product page shows of a SKU. Both absent: it cannot be had. */
export interface QuickPromises {
  readonly sku: Sku;
  /** The one that is there first; absent where no date is known. */
  readonly earliest?: QuickPromise | undefined;
  readonly cheapest?: QuickPromise | undefined;
}
