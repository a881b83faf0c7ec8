/**
 * Dates of parcels in the shadow: every day is looked at one by one, and what the clocks of a place read
 * is asked of Intl each time. Slow, and nothing like the engine's own calendars.
 */
import type { Destination } from '../../../actors/order-commands.ts';
import type { CarrierCard, Location, Service } from '../../../actors/network-commands.ts';
import type { Transit } from '../../../actors/transit-commands.ts';
import { countryZones } from '../../../engine/promise/country-zones.ts';

const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const dayMs = 86_400_000;
/** The engine gives up looking after about a thousand days. */
const daysMax = 750;

export interface Dates {
  readonly readyMs: number;
  readonly shipByMs: number;
  readonly deliverByMs: number | undefined;
  readonly latestByMs: number | undefined;
  readonly confidence: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks read, as `YYYY-MM-DD HH:MM:SS`. */
export function reads(timeZone: string, atMs: number): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return format.format(atMs);
}

export const addDays = (date: string, days: number): string => new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);

interface Day {
  readonly weekday: (typeof names)[number];
  readonly next: string;
}

const days = new Map<string, Day>();

function dayOf(date: string): Day {
  let day = days.get(date);
  if (day === undefined) days.set(date, (day = { weekday: names[new Date(date).getUTCDay()] as 'monday', next: addDays(date, 1) }));
  return day;
}

export const weekdayOf = (date: string): (typeof names)[number] => dayOf(date).weekday;
const dayAfter = (date: string): string => dayOf(date).next;

/** How far the clocks are ahead of UTC. */
const offsetAt = (timeZone: string, atMs: number): number => Date.parse(`${reads(timeZone, atMs).replace(' ', 'T')}Z`) - Math.floor(atMs / 1_000) * 1_000;

const known = new Map<string, Map<string, number>>();

/** The first instant at which the clocks read a time of a date, or later. */
export function instant(timeZone: string, date: string, time: string): number {
  const key = `${date} ${time}`;
  let here = known.get(timeZone);
  if (here === undefined) known.set(timeZone, (here = new Map()));
  let found = here.get(key);
  if (found !== undefined) return found;
  const goal = time === '24:00' ? `${addDays(date, 1)} 00:00:00` : `${date} ${time}:00`;
  const utcMs = Date.parse(`${goal.replace(' ', 'T')}Z`);
  // Offsets are whole quarters of an hour: the first of these is it, or the moment the clocks skip the time.
  const earliest = Math.min(offsetAt(timeZone, utcMs - dayMs), offsetAt(timeZone, utcMs + dayMs), 0) / 900_000;
  const latest = Math.max(offsetAt(timeZone, utcMs - dayMs), offsetAt(timeZone, utcMs + dayMs), 0) / 900_000;
  for (let quarters = -latest; quarters <= -earliest && found === undefined; quarters += 1) {
    const atMs = utcMs + quarters * 900_000;
    if (reads(timeZone, atMs) >= goal) found = atMs;
  }
  if (found === undefined) throw new Error(`no clock in ${timeZone} ever reads ${goal}`);
  here.set(key, found);
  return found;
}

type Spans = readonly { readonly from: string; readonly to: string }[];

export function spansOn(location: Location, date: string): Spans {
  const holiday = location.holidays?.find((one) => one.date <= date && date <= (one.until ?? one.date));
  if (holiday !== undefined) return holiday.hours ?? [];
  if (location.hours === undefined) return [{ from: '00:00', to: '24:00' }];
  return [...(location.hours[weekdayOf(date)] ?? [])].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Of a card of a location, which never changes: another takes its place. */
const ready = new WeakMap<Location, Map<number, number | undefined>>();

/** When an order given to a location at an instant is ready. */
export function readyAt(location: Location, atMs: number): number | undefined {
  let known = ready.get(location);
  if (known === undefined) ready.set(location, (known = new Map()));
  const { leadTimeMs = 0, processingMs = 0 } = location;
  if (!known.has(atMs)) known.set(atMs, workedAt(location, atMs + leadTimeMs, processingMs));
  return known.get(atMs);
}

/** When a location will have worked for so long from an instant on. */
export function workedAt(location: Location, startMs: number, spanMs: number): number | undefined {
  const { timeZone } = location;
  if (timeZone === undefined) return undefined;
  let left = spanMs;
  let date = addDays(reads(timeZone, startMs).slice(0, 10), -1);
  for (let ahead = 0; ahead < daysMax; ahead += 1, date = dayAfter(date)) {
    const spans = spansOn(location, date);
    for (const { from, to } of spans) {
      const openMs = Math.max(startMs, instant(timeZone, date, from));
      const closeMs = instant(timeZone, date, to);
      if (openMs >= closeMs) continue;
      if (left <= closeMs - openMs) return openMs + left;
      left -= closeMs - openMs;
    }
  }
  return undefined;
}

function isFree(card: CarrierCard, country: string, date: string, days: readonly string[] | undefined): boolean {
  const isOff = card.holidays?.some((one) => one.date <= date && date <= (one.until ?? one.date) && one.countries?.includes(country) !== false);
  return isOff !== true && days?.includes(weekdayOf(date)) !== false;
}

/** The earliest cut-off of a service from an instant on. */
export function leavesAt(location: Location, card: CarrierCard, service: Partial<Service>, readyMs: number): number | undefined {
  const { timeZone, cutOffs = [], country } = location;
  if (timeZone === undefined) return undefined;
  const week = cutOffs.find((one) => one.carrier === card.id && one.service === service.id)?.times ?? service.cutOffs;
  let date = addDays(reads(timeZone, readyMs).slice(0, 10), -1);
  for (let ahead = 0; ahead < daysMax; ahead += 1, date = dayAfter(date)) {
    const spans = spansOn(location, date);
    if (spans.length === 0 || !isFree(card, country, date, service.pickupDays)) continue;
    const times = week === undefined ? [spans.at(-1)?.to ?? '24:00'] : (week[weekdayOf(date)] ?? []);
    const found = times.map((time) => instant(timeZone, date, time)).filter((atMs) => atMs >= readyMs);
    if (found.length > 0) return Math.min(...found);
  }
  return undefined;
}

/** The lane of a table from a location to a destination, by its particularity. */
function laneFor(transits: ReadonlyMap<string, Transit>, table: string, location: Location, to: Destination): Transit['lanes'][number] | undefined {
  const plain = (code: string | undefined): string => [...(code ?? '').toUpperCase()].filter((sign) => /[A-Z0-9]/.test(sign)).join('');
  const from = plain(location.postalCode);
  const rankOfOrigin = ({ origin }: Transit): number => {
    if ('group' in origin) {
      const place = location.groups?.indexOf(origin.group) ?? -1;
      return place < 0 ? -1 : 1_000 - place;
    }
    if (origin.country !== location.country || !from.startsWith(origin.postalPrefix ?? '')) return -1;
    return origin.postalPrefix?.length ?? 0;
  };
  const rankOfLane = ({ country, postalPrefix }: Transit['lanes'][number]): number => {
    if (country === undefined) return 0;
    if (country !== to.country || !plain(to.postalCode).startsWith(postalPrefix ?? '')) return -1;
    return 1 + (postalPrefix?.length ?? 0);
  };
  const best = <T>(items: readonly T[], rank: (item: T) => number): T[] =>
    items.filter((item) => rank(item) >= 0).sort((a, b) => rank(b) - rank(a));
  const origins = best([...transits.values()].filter((transit) => transit.table === table), rankOfOrigin);
  return origins.flatMap(({ lanes }) => best(lanes, rankOfLane).slice(0, 1))[0];
}

/** When a parcel that left is delivered after so many delivery days. */
function arrivesAt(card: CarrierCard, service: Partial<Service>, shipMs: number, from: string, to: Destination, days: number): number | undefined {
  const zone = to.timeZone ?? countryZones.get(to.country) ?? 'UTC';
  const shipDate = reads(from, shipMs).slice(0, 10);
  let counted = 0;
  for (let ahead = 0; ahead < 400; ahead += 1) {
    const date = addDays(shipDate, ahead);
    if (!isFree(card, to.country, date, service.deliveryDays)) continue;
    counted += ahead > 0 ? 1 : 0;
    const byMs = instant(zone, date, service.deliversBy ?? '24:00');
    if (counted >= days && byMs >= shipMs) return byMs;
  }
  return undefined;
}

/** The dates of a parcel; undefined where the location has no clocks or the parcel never leaves. */
export function datesOf(
  transits: ReadonlyMap<string, Transit>,
  location: Location,
  card: CarrierCard,
  id: string | undefined,
  to: Destination,
  atMs: number,
  readyMs = readyAt(location, atMs),
): Dates | undefined {
  const offered: readonly Partial<Service>[] = card.services ?? [{ id: 'standard' as Service['id'] }];
  const service = offered.find((one) => one.id === (id ?? 'standard'));
  const shipByMs = readyMs === undefined || service === undefined ? undefined : leavesAt(location, card, service, readyMs);
  if (service === undefined || readyMs === undefined || shipByMs === undefined) return undefined;
  const lane = service.transit === undefined ? undefined : laneFor(transits, service.transit, location, to);
  const deliverByMs = lane === undefined ? undefined : arrivesAt(card, service, shipByMs, location.timeZone ?? '', to, lane.typicalDays);
  const latestByMs = lane === undefined || deliverByMs === undefined ? undefined : arrivesAt(card, service, shipByMs, location.timeZone ?? '', to, lane.maxDays);
  return { readyMs, shipByMs, deliverByMs, latestByMs, confidence: deliverByMs === undefined ? 0 : (lane?.confidence ?? 0.9) };
}
