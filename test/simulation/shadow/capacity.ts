/**
 * The work of locations with a capacity, in the shadow: counted anew from every part of every order,
 * whenever it is asked for.
 */
import type { Location } from '../../../actors/network-commands.ts';
import { instant, readyAt, reads } from './calendar.ts';
import type { Part, Shadow } from './state.ts';

export interface Slot {
  readonly workAtMs: number;
  readonly readyMs: number;
}

const dates = new Map<string, string>();

function dateAt(timeZone: string, atMs: number): string {
  const key = `${timeZone} ${atMs}`;
  let date = dates.get(key);
  if (date === undefined) dates.set(key, (date = reads(timeZone, atMs).slice(0, 10)));
  return date;
}

/** Parts that count as work of a location, with the hour they count for. */
export function workOf(shadow: Shadow, location: string): Hours {
  if (countedOf !== shadow || countedAt !== shadow.changes) {
    countedOf = shadow;
    countedAt = shadow.changes;
    counted.clear();
    for (const { parts } of shadow.orders.worked.values()) for (const part of parts) if (part.workUnits > 0) count(part);
  }
  return new Map(counted.get(location));
}

type Hours = Map<number, { units: number; parcels: number }>;

/** The last count, until something changes. */
const counted = new Map<string, Hours>();
let countedOf: Shadow | undefined;
let countedAt = -1;

function count({ location, workAtMs = 0, workUnits }: Part): void {
  let hours = counted.get(location);
  if (hours === undefined) counted.set(location, (hours = new Map()));
  const { units, parcels } = hours.get(workAtMs) ?? { units: 0, parcels: 0 };
  hours.set(workAtMs, { units: units + workUnits, parcels: parcels + 1 });
}

const quick = new WeakMap<Location, Location>();

/** A location that takes no time of its own. */
function atOnce(location: Location): Location {
  let found = quick.get(location);
  if (found === undefined) quick.set(location, (found = { ...location, leadTimeMs: 0, processingMs: 0 }));
  return found;
}

/** Where so many units for a location are put; undefined when the day they would be ready has no room. */
export function roomFor(shadow: Shadow, location: Location, units: number, atMs: number): Slot | undefined {
  const { capacity, timeZone } = location;
  const readyMs = readyAt(location, atMs);
  if (capacity === undefined || timeZone === undefined || readyMs === undefined) return undefined;
  const date = dateAt(timeZone, readyMs);
  const override = capacity.overrides?.find((one) => one.date <= date && date <= (one.until ?? one.date));
  const { pick = {}, pack = {} } = override ?? capacity;
  const today = [...workOf(shadow, location.id)].filter(([hourMs]) => dateAt(timeZone, hourMs) === date);
  const dayUnits = today.reduce((sum, [, hour]) => sum + hour.units, units);
  const dayParcels = today.reduce((sum, [, hour]) => sum + hour.parcels, 1);
  if (dayUnits > (pick.perDay ?? Infinity) || dayParcels > (pack.perDay ?? Infinity)) return undefined;
  const first = Number(reads(timeZone, readyMs).slice(11, 13));
  const named = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
  for (let hour = first; hour < 24; hour += 1) {
    const workAtMs = instant(timeZone, date, named(hour));
    const openMs = hour === first ? readyMs : readyAt(atOnce(location), workAtMs);
    if (openMs === undefined || (hour > first && openMs >= instant(timeZone, date, named(hour + 1)))) continue;
    const given = today.find(([hourMs]) => hourMs === workAtMs)?.[1] ?? { units: 0, parcels: 0 };
    const fits = given.units + units <= (pick.perHour ?? Infinity) && given.parcels + 1 <= (pack.perHour ?? Infinity);
    if (fits) return { workAtMs, readyMs: openMs };
  }
  return undefined;
}

/** Where work is put that was promised already and has no room: in the hour it would be ready. */
export function overfull(location: Location, atMs: number): Slot | undefined {
  const { capacity, timeZone } = location;
  const readyMs = readyAt(location, atMs);
  if (capacity === undefined || timeZone === undefined || readyMs === undefined) return undefined;
  const clock = reads(timeZone, readyMs);
  return { workAtMs: instant(timeZone, clock.slice(0, 10), `${clock.slice(11, 13)}:00`), readyMs };
}

/** Whether a location can be given anything now. */
export function hasRoom(shadow: Shadow, location: Location, units: number, atMs: number): boolean {
  return location.capacity === undefined || roomFor(shadow, location, units, atMs) !== undefined;
}

/** What a part with these units counts as work, when it is another one than before. */
export const workAfter = (part: Part, units: Part['units']): number =>
  part.state === 'picking' ? part.workUnits : units.reduce((sum, { quantity }) => sum + quantity, 0);
