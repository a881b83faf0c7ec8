/** The commands on the network, in the shadow: what each must answer, and why not. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Location } from '../../../actors/network-commands.ts';
import type { Doing } from './orders.ts';
import { no, type Verdict } from './verdict.ts';

type Refused = Verdict | undefined;

export function putLocation({ shadow }: Doing, { location }: CommandBody<'location.put'>): Verdict {
  const refused = dateRefusal(location.holidays ?? [], 'body.location.holidays') ?? clockRefusal(location) ?? hoursRefusal(location);
  if (refused !== undefined) return refused;
  const pause = location.state === 'paused' ? shadow.locations.get(location.id)?.pause : undefined;
  shadow.set(shadow.locations, location.id, pause === undefined ? location : { ...location, pause });
  return { ok: { id: location.id } };
}

function dateRefusal(ranges: readonly { readonly date: string; readonly until?: string | undefined }[], field: string): Refused {
  const exists = (date: string | undefined): boolean => date === undefined || new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
  const wrong = ranges.findIndex(({ date, until }) => !exists(date) || !exists(until));
  return wrong < 0 ? undefined : no('malformed', `${field}[${wrong}]`);
}

function clockRefusal({ timeZone, hours, holidays, cutOffs, capacity }: Location): Refused {
  if (timeZone === 'Europe/Atlantis') return no('malformed', 'body.location.timeZone');
  const needs = [hours, holidays, cutOffs, capacity].some((one) => one !== undefined);
  return timeZone === undefined && needs ? no('contradiction', 'body.location.timeZone') : undefined;
}

/** Every minute of a day is in one span at most, every day in one holiday, every service in one cut-off. */
function hoursRefusal({ hours = {}, holidays = [], cutOffs = [] }: Location): Refused {
  for (const [day, spans] of Object.entries(hours)) {
    const all = (spans as { from: string; to: string }[]).flatMap(({ from, to }) => minutes(from, to));
    if (new Set(all).size < all.length) return no('contradiction', `body.location.hours.${day}`);
  }
  for (const [index, { date, until = date }] of holidays.entries()) {
    const isTwice = holidays.slice(0, index).some((other) => !((other.until ?? other.date) < date || until < other.date));
    if (until < date || isTwice) return no('contradiction', `body.location.holidays[${index}]`);
  }
  const named = cutOffs.map(({ carrier, service }) => `${carrier}/${service}`);
  if (new Set(named).size < named.length) return no('contradiction', 'body.location.cutOffs[1]');
  return undefined;
}

function minutes(from: string, to: string): number[] {
  const [start = 0, end = 0] = [from, to].map((time) => Number(time.split(':')[0]) * 60 + Number(time.split(':')[1]));
  return Array.from({ length: end - start }, (_, index) => start + index);
}

export function pauseLocation({ shadow, atMs, events }: Doing, { locationId, reason, untilMs }: CommandBody<'location.pause'>): Verdict {
  const location = shadow.locations.get(locationId);
  if (location === undefined) return no('unknown-location', 'body.locationId');
  const isSoon = untilMs === undefined || (untilMs > atMs && untilMs - atMs <= 365 * 86_400_000);
  if (!isSoon) return no('over-limit', 'body.untilMs');
  shadow.set(shadow.locations, locationId, { ...location, state: 'paused', pause: { reason, sinceMs: atMs, untilMs } });
  events.push({ kind: 'location.changed', location: locationId, state: 'paused', reason, untilMs });
  return { ok: { id: locationId } };
}

export function resumeLocation(doing: Doing, { locationId }: CommandBody<'location.resume'>): Verdict {
  const location = doing.shadow.locations.get(locationId);
  if (location === undefined) return no('unknown-location', 'body.locationId');
  if (location.state === 'open') return no('wrong-state');
  open(doing, location);
  return { ok: { id: locationId } };
}

/** A pause that has ended by now. */
export function endPause(doing: Doing, id: string): void {
  const location = doing.shadow.locations.get(id);
  const untilMs = location?.pause?.untilMs;
  if (location !== undefined && untilMs !== undefined && untilMs <= doing.atMs) open(doing, location);
}

function open({ shadow, events }: Doing, { pause: _, ...location }: Location): void {
  shadow.set(shadow.locations, location.id, { ...location, state: 'open' });
  events.push({ kind: 'location.changed', location: location.id, state: 'open', reason: '' });
}

export function putChannel({ shadow }: Doing, { channel }: CommandBody<'channel.put'>): Verdict {
  const unknown = (channel.locations ?? []).findIndex((id) => !shadow.locations.has(id));
  if (unknown >= 0) return no('unknown-location', `body.channel.locations[${unknown}]`);
  shadow.set(shadow.channels, channel.id, channel);
  return { ok: { id: channel.id } };
}

export function putCarrier({ shadow }: Doing, { carrier: card }: CommandBody<'carrier.put'>): Verdict {
  const ids = (card.services ?? []).map(({ id }) => id as string);
  const twice = ids.findIndex((id, index) => ids.slice(0, index).includes(id));
  if (twice >= 0) return no('contradiction', `body.carrier.services[${twice}].id`);
  const before = shadow.carriers.get(card.id) ?? { isOpen: true, reason: '', inTransit: 0 };
  shadow.set(shadow.carriers, card.id, { ...before, card });
  return { ok: { id: card.id } };
}

export function openCarrier({ shadow, events }: Doing, id: string, isOpen: boolean, reason: string): Verdict {
  const carrier = shadow.carriers.get(id);
  if (carrier === undefined) return no('unknown-carrier', 'body.carrierId');
  if (carrier.isOpen === isOpen) return no('wrong-state');
  shadow.set(shadow.carriers, id, { ...carrier, isOpen, reason });
  events.push({ kind: 'carrier.changed', carrierId: id, state: isOpen ? 'open' : 'suspended', reason });
  return { ok: { id } };
}

export function putTransit({ shadow }: Doing, body: CommandBody<'transit.put'>): Verdict {
  const seen = new Set<string>();
  for (const [index, { country, postalPrefix, minDays, typicalDays, maxDays }] of body.lanes.entries()) {
    const to = JSON.stringify([country, postalPrefix]);
    if (minDays > typicalDays || typicalDays > maxDays || seen.has(to)) return no('contradiction', `body.lanes[${index}]`);
    seen.add(to);
  }
  const { origin } = body;
  const prefix = 'country' in origin && origin.postalPrefix !== undefined ? `:${origin.postalPrefix}` : '';
  const key = 'group' in origin ? `${body.table}/@${origin.group}` : `${body.table}/${origin.country}${prefix}`;
  shadow.set(shadow.transits, key, body);
  return { ok: { id: key } };
}
