/**
 * How much a location may be given: work is counted by the hour in which it is to be ready, by the clocks
 * of the location, and an hour or day that is full takes no more. Pure; the counts are stored as rows.
 */
import { dayMs } from '../../actors/civil.ts';
import type { Capacity } from '../../actors/network-commands.ts';
import { rangeOf } from './days.ts';
import type { Place } from './places.ts';

/** Work given to a location for one hour of its clocks. */
export interface WorkHour {
  /** When the hour begins. */
  readonly hourMs: number;
  /** Units to pick. */
  readonly units: number;
  /** Parcels to pack. */
  readonly parcels: number;
}

/** Hours with work, in their order; those that are over are let go after two days. */
export interface Work {
  readonly hours: readonly WorkHour[];
}

/** Where the work of a parcel is put, and when the parcel is ready then. */
export interface Slot {
  readonly workAtMs: number;
  readonly readyMs: number;
}

interface Limits {
  readonly unitsPerDay: number;
  readonly unitsPerHour: number;
  readonly parcelsPerDay: number;
  readonly parcelsPerHour: number;
}

type LimitsOn = (day: number) => Limits;

const compiled = new WeakMap<Capacity, LimitsOn>();

export function limitsOf(capacity: Capacity): LimitsOn {
  let limitsOn = compiled.get(capacity);
  if (limitsOn === undefined) {
    const always = limits(capacity);
    const ranges = (capacity.overrides ?? []).map((override) => ({ ...rangeOf(override), limits: limits(override) }));
    limitsOn = (day) => ranges.find(({ from, to }) => from <= day && day <= to)?.limits ?? always;
    compiled.set(capacity, limitsOn);
  }
  return limitsOn;
}

function limits({ pick, pack }: Pick<Capacity, 'pick' | 'pack'>): Limits {
  return {
    unitsPerDay: pick?.perDay ?? Infinity,
    unitsPerHour: pick?.perHour ?? Infinity,
    parcelsPerDay: pack?.perDay ?? Infinity,
    parcelsPerHour: pack?.perHour ?? Infinity,
  };
}

/**
 * The hour for a parcel of so many units that is given to a place at an instant: the one in which it would
 * be ready or, when that is full, the next open one of the same day that is not. Undefined when the day is
 * full, and when the place never works.
 */
export function slotFor(place: Place, work: Work | undefined, atMs: number, units: number): Slot | undefined {
  const readyMs = place.readyMs(atMs);
  if (readyMs === undefined || place.capacity === undefined) return undefined;
  const { zone } = place;
  const day = zone.dayAt(readyMs);
  const { unitsPerDay, unitsPerHour, parcelsPerDay, parcelsPerHour } = limitsOf(place.capacity)(day);
  const today = (work?.hours ?? []).filter(({ hourMs }) => zone.dayAt(hourMs) === day);
  let [unitsLeft, parcelsLeft] = [unitsPerDay - units, parcelsPerDay - 1];
  for (const hour of today) {
    unitsLeft -= hour.units;
    parcelsLeft -= hour.parcels;
  }
  if (unitsLeft < 0 || parcelsLeft < 0) return undefined;
  const first = zone.hourAt(readyMs) - 24 * day;
  for (let hour = first; hour < 24; hour += 1) {
    const hourMs = zone.instantOf(day, 60 * hour);
    const openMs = hour === first ? readyMs : place.openInHour(day, hour);
    if (openMs === undefined) continue;
    const given = today.find((one) => one.hourMs === hourMs);
    const isFull = (given?.units ?? 0) + units > unitsPerHour || (given?.parcels ?? 0) + 1 > parcelsPerHour;
    if (!isFull) return { workAtMs: hourMs, readyMs: openMs };
  }
  return undefined;
}

/** A capacity of which so many per cent are lost, rounded down. */
export function lessOf({ pick, pack, overrides, ...rest }: Capacity, percent: number): Capacity {
  const less = (units: number): number => Math.floor((units * (100 - percent)) / 100);
  const rates = ({ perDay, perHour }: NonNullable<Capacity['pick']>): NonNullable<Capacity['pick']> => ({
    ...(perDay === undefined ? {} : { perDay: less(perDay) }),
    ...(perHour === undefined ? {} : { perHour: less(perHour) }),
  });
  const both = (of: Pick<Capacity, 'pick' | 'pack'>): Pick<Capacity, 'pick' | 'pack'> => ({
    ...(of.pick === undefined ? {} : { pick: rates(of.pick) }),
    ...(of.pack === undefined ? {} : { pack: rates(of.pack) }),
  });
  const days = overrides?.map((override) => ({ ...override, ...both(override) }));
  return { ...rest, ...both({ pick, pack } as Pick<Capacity, 'pick' | 'pack'>), ...(days && { overrides: days }) };
}

/** Whether an hour of a place, or its day, was given more than it may be. */
export function isOverfull({ capacity, zone }: Place, work: Work | undefined, hourMs: number): boolean {
  if (capacity === undefined) return false;
  const day = zone.dayAt(hourMs);
  const { unitsPerDay, unitsPerHour, parcelsPerDay, parcelsPerHour } = limitsOf(capacity)(day);
  let [units, parcels] = [0, 0];
  for (const hour of work?.hours ?? []) {
    if (zone.dayAt(hour.hourMs) !== day) continue;
    units += hour.units;
    parcels += hour.parcels;
    if (hour.hourMs === hourMs && (hour.units > unitsPerHour || hour.parcels > parcelsPerHour)) return true;
  }
  return units > unitsPerDay || parcels > parcelsPerDay;
}

/** The hour in which work would be ready, full or not: for what was promised already. */
export function overfull(place: Place, atMs: number): Slot | undefined {
  const readyMs = place.readyMs(atMs);
  if (readyMs === undefined) return undefined;
  const day = place.zone.dayAt(readyMs);
  return { workAtMs: place.zone.instantOf(day, 60 * (place.zone.hourAt(readyMs) - 24 * day)), readyMs };
}

/** The first instant after `atMs` at which what a place is given is ready on a later day than now; undefined: never. */
export function nextDayMs(place: Place, atMs: number): number | undefined {
  const readyMs = place.readyMs(atMs);
  if (readyMs === undefined) return undefined;
  const day = place.zone.dayAt(readyMs);
  const isLater = (ms: number): boolean => {
    const later = place.readyMs(ms);
    return later === undefined || place.zone.dayAt(later) > day;
  };
  let [low, high] = [atMs, place.zone.instantOf(day, 1_440)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isLater(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Work with so much more for an hour, or less when negative. Hours that are long over are let go. */
export function withWork(work: Work | undefined, change: WorkHour, atMs: number): Work {
  const { hourMs, units, parcels } = change;
  const hours = (work?.hours ?? []).filter((hour) => hour.hourMs >= atMs - 2 * dayMs);
  const at = hours.findIndex((hour) => hour.hourMs === hourMs);
  const hour = hours[at];
  if (hour !== undefined) hours[at] = { hourMs, units: hour.units + units, parcels: hour.parcels + parcels };
  // An hour that was let go takes nothing back, nor more.
  else if (units > 0 && hourMs >= atMs - 2 * dayMs) hours.push(change);
  return { hours: hours.filter((one) => one.units > 0).sort((a, b) => a.hourMs - b.hourMs) };
}
