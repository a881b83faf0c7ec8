/**
 * Drift by location, day and feed: each count and adjustment adds to the sums of its day as it is carried
 * out, so that a report reads sums and no ledger. Days are those of UTC; they are kept for a month.
 */
import { addSums, withRow, type DriftCause, type DriftSum, type DriftSums } from '../actors/drift.ts';
import type { FeedId, LocationId } from '../actors/ids.ts';
import type { FedLocation } from '../actors/feed-commands.ts';
import { driftCell, type DriftCell } from './drift-cell.ts';
import type { Core } from './core.ts';

export const dayMs = 24 * 3_600_000;
/** Days told of, the last one at which a location had any drift included. */
export const driftDaysMax = 31;
/** Feeds of one location told apart in a day; what comes through more stands together. */
const feedsPerDayMax = 100;
/** Sums of old days let go with one new day: more than a day brings, so that they end. */
const letGoMax = 4;

/** What stands for commands that name no feed, and for feeds beyond those told apart. */
export const noFeed = '';
export const otherFeeds = '+';

/** The sums of a location, a day and a feed. */
export interface Drift {
  /** When a feed that reached its end last told of this location. */
  readonly fedAtMs?: number | undefined;
  readonly sums: DriftSums;
}

interface Place {
  readonly cells: DriftCell[];
  /** The newest day that stands. */
  lastDay: number;
  fedAtMs: number | undefined;
}

export class Drifts {
  readonly #cells = new Map<string, DriftCell>();
  readonly #places = new Map<LocationId, Place>();
  readonly #removed = new Set<DriftCell>();

  /** Locations with any drift. */
  get locations(): Iterable<LocationId> {
    return this.#places.keys();
  }

  /** The cells of a location whose days are still told of. */
  of(location: LocationId): readonly DriftCell[] {
    const place = this.#places.get(location);
    if (place === undefined) return [];
    return place.cells.filter(({ day, snapshot }) => snapshot?.value === 'put' && day > place.lastDay - driftDaysMax);
  }

  /** When each location that ever was in a feed was last in one. */
  *fed(): Iterable<{ readonly location: LocationId; readonly fedAtMs: number }> {
    for (const [location, { fedAtMs }] of this.#places) if (fedAtMs !== undefined) yield { location, fedAtMs };
  }

  /** The cell of a feed on a day, made when new; of one feed too many, that of all others. */
  cell(location: LocationId, day: number, feed: string): DriftCell {
    const known = this.#cells.get(`${location}/${day}/${feed}`);
    if (known !== undefined) return known;
    const isMany = feed !== noFeed && feed !== otherFeeds && this.#countOf(location, day) >= feedsPerDayMax;
    return isMany ? this.cell(location, day, otherFeeds) : this.#make(location, day, feed);
  }

  #countOf(location: LocationId, day: number): number {
    let count = 0;
    for (const cell of this.#places.get(location)?.cells ?? []) if (cell.day === day) count += 1;
    return count;
  }

  /** Recovery: the cell of a row by its name. */
  recover(name: string): DriftCell {
    const [location = '', day = '', feed = ''] = name.split('/');
    return this.#make(location as LocationId, Number(day), feed);
  }

  #make(location: LocationId, day: number, feed: string): DriftCell {
    const cell = driftCell(location, day, feed);
    this.#cells.set(cell.id, cell);
    this.#place(location).cells.push(cell);
    return cell;
  }

  #place(location: LocationId): Place {
    let place = this.#places.get(location);
    if (place === undefined) {
      place = { cells: [], lastDay: 0, fedAtMs: undefined };
      this.#places.set(location, place);
    }
    return place;
  }

  /**
   * Some cells of days that are told of no more once there is this one. The one that says when its location was
   * last fed stays.
   */
  old(location: LocationId, today: number): readonly DriftCell[] {
    const { cells, fedAtMs } = this.#place(location);
    const some: DriftCell[] = [];
    for (const cell of cells) {
      if (some.length === letGoMax) break;
      const isOld = cell.day <= today - driftDaysMax && cell.snapshot?.value === 'put';
      const tellsAge = fedAtMs !== undefined && cell.snapshot?.context.fedAtMs === fedAtMs;
      if (isOld && !tellsAge) some.push(cell);
    }
    return some;
  }

  changed(cell: DriftCell): void {
    if (cell.snapshot?.value === 'removed') {
      this.#removed.add(cell);
      return;
    }
    const place = this.#place(cell.location);
    place.lastDay = Math.max(place.lastDay, cell.day);
    const { fedAtMs } = cell.snapshot?.context ?? {};
    if (fedAtMs !== undefined) place.fedAtMs = Math.max(place.fedAtMs ?? 0, fedAtMs);
  }

  /** Let go of days that are over, once that is saved. */
  trimMemory(): void {
    for (const cell of this.#removed) {
      if (cell.unsaved > 0) continue;
      this.#removed.delete(cell);
      this.#cells.delete(cell.id);
      const { cells } = this.#place(cell.location);
      cells.splice(cells.indexOf(cell), 1);
    }
  }
}

/** What one command finds, location by location, until it is known to stand. */
export class DriftNotes {
  readonly #byLocation = new Map<LocationId, DriftSums>();

  /** One row differs by so many units for this cause: found when positive. */
  add(location: LocationId, cause: DriftCause, units: number): void {
    const sums = this.#byLocation.get(location) ?? {};
    this.#byLocation.set(location, { ...sums, [cause]: withRow(sums[cause], units) });
  }

  /** The command stands: what it found belongs to this day. */
  keep(core: Core, feed: FeedId | undefined, atMs: number): void {
    for (const [location, sums] of this.#byLocation) {
      const before = cellOf(core, location, feed, atMs);
      set(core, before, { ...contextOf(before), sums: addSums(contextOf(before).sums, sums) });
    }
  }
}

/** A feed came to its end: what it said of each location stands in the place of what it said before that day. */
export function noteFed(core: Core, feed: FeedId, places: readonly FedLocation[], atMs: number): void {
  for (const { location, confirmed, refused } of places) {
    const cell = cellOf(core, location, feed, atMs);
    const { confirmed: _confirmed, refused: _refused, ...found } = contextOf(cell).sums;
    const rows = (count: number): DriftSum => withRow(undefined, 0, count);
    const said = {
      ...(confirmed > 0 ? { confirmed: rows(confirmed) } : {}),
      ...(refused > 0 ? { refused: rows(refused) } : {}),
    };
    set(core, cell, { fedAtMs: atMs, sums: addSums(found, said) });
  }
}

function cellOf({ world }: Core, location: LocationId, feed: FeedId | undefined, atMs: number): DriftCell {
  return world.drifts.cell(location, Math.floor(atMs / dayMs), feed ?? noFeed);
}

function contextOf({ snapshot }: DriftCell): Drift {
  return snapshot?.context ?? { sums: {} };
}

function set(core: Core, cell: DriftCell, context: Drift): void {
  const isNew = cell.snapshot === undefined;
  core.changes.set(cell, { value: 'put', context });
  if (!isNew) return;
  for (const old of core.world.drifts.old(cell.location, cell.day)) {
    core.changes.set(old, { value: 'removed', context: contextOf(old) });
  }
}
