/** The cells of parcels on their way and of what deliveries taught, kinds of those in cells.ts. */
import type { LaneStats } from '../../actors/lanes.ts';
import type { Parcel } from '../../actors/tracking.ts';
import type { Marks } from '../cells.ts';
import type { Snapshot } from '../step.ts';

export interface ParcelCell extends Marks {
  readonly kind: 'parcel';
  /** Carrier and number (actors/tracking.ts, `trackingKey`). */
  readonly id: string;
  /** Undefined while there is none: before it left, and again when that is undone. */
  snapshot: Snapshot<Parcel> | undefined;
  unsaved: number;
}

export interface LaneCell extends Marks {
  readonly kind: 'lane';
  /** Carrier, service and lane. */
  readonly id: string;
  snapshot: Snapshot<LaneStats> | undefined;
  unsaved: number;
}

export type TrackingCell = ParcelCell | LaneCell;

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const parcelCell = (id: string): ParcelCell => ({ kind: 'parcel', id, ...fresh });
