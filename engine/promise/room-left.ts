/** What is left of the day for which a location is given work now. Pure. */
import { limitsOf, type Work } from './capacity.ts';
import type { Place } from './places.ts';

export interface RoomLeft {
  /** Work given for that day so far. */
  readonly units: number;
  readonly parcels: number;
  /** What more it takes, by the day and by the hours of it that are still to come; Infinity: no bound. */
  readonly unitsLeft: number;
  readonly parcelsLeft: number;
  /** Parcels of a usual day: of the one before, as far as that is still known; 0: not known. */
  readonly usual: number;
}

/** undefined: the location never works, or has no capacity. */
export function roomLeft(place: Place, work: Work | undefined, atMs: number): RoomLeft | undefined {
  const readyMs = place.readyMs(atMs);
  if (readyMs === undefined || place.capacity === undefined) return undefined;
  const { zone } = place;
  const day = zone.dayAt(readyMs);
  const { unitsPerDay, unitsPerHour, parcelsPerDay, parcelsPerHour } = limitsOf(place.capacity)(day);
  const first = zone.hourAt(readyMs) - 24 * day;
  let [units, parcels, usual] = [0, 0, 0];
  const given = new Map<number, { units: number; parcels: number }>();
  for (const hour of work?.hours ?? []) {
    const of = zone.dayAt(hour.hourMs);
    if (of === day - 1) usual += hour.parcels;
    if (of !== day) continue;
    units += hour.units;
    parcels += hour.parcels;
    given.set(hour.hourMs, hour);
  }
  let [unitsHours, parcelsHours] = [0, 0];
  for (let hour = first; hour < 24; hour += 1) {
    if (place.openInHour(day, hour) === undefined && hour !== first) continue;
    const taken = given.get(zone.instantOf(day, 60 * hour));
    unitsHours += Math.max(0, unitsPerHour - (taken?.units ?? 0));
    parcelsHours += Math.max(0, parcelsPerHour - (taken?.parcels ?? 0));
  }
  const unitsLeft = Math.max(0, Math.min(unitsPerDay - units, unitsHours));
  const parcelsLeft = Math.max(0, Math.min(parcelsPerDay - parcels, parcelsHours));
  return { units, parcels, unitsLeft, parcelsLeft, usual };
}
