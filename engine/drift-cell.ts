/** The cell of drift, a kind of those in cells.ts. */
import type { LocationId } from '../actors/ids.ts';
import { marks, type Marks } from './cells.ts';
import type { Drift } from './drift.ts';
import type { Snapshot } from './step.ts';

/** How far counts of a location differed from what was believed, by day and feed. */
export interface DriftCell extends Marks {
  readonly kind: 'drift';
  /** Location, day and feed (engine/drift.ts). */
  readonly id: string;
  readonly location: LocationId;
  /** Days since 1970, in UTC. */
  readonly day: number;
  readonly feed: string;
  /** `put` while it is told of, `removed` after. */
  snapshot: Snapshot<Drift> | undefined;
  unsaved: number;
}

export const driftCell = (location: LocationId, day: number, feed: string): DriftCell => ({
  kind: 'drift',
  id: `${location}/${day}/${feed}`,
  location,
  day,
  feed,
  snapshot: undefined,
  ...marks,
});
