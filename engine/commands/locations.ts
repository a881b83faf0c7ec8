/** Commands on locations: what they are, and whether they are open. */
import { locationDatesRefusal, locationRefusal } from '../../actors/calendar-checks.ts';
import type { CommandBody } from '../../actors/commands.ts';
import type { LocationId } from '../../actors/ids.ts';
import { delayMsMax } from '../../actors/limits.ts';
import type { Location, LocationCard } from '../../actors/network-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { LocationCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { zoneNamed } from '../promise/zones.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

/** A location is a plain value: its one state. */
const value = 'put';

/** What a location is. A pause with a reason goes on when it is put as paused, and ends when it is put as open. */
export function putLocation(core: Core, { location }: CommandBody<'location.put'>): Handled {
  const rejection = locationDatesRefusal(location) ?? zoneRefusal(location) ?? locationRefusal(location);
  if (rejection !== undefined) return refused(rejection);
  const cell = core.world.location(location.id);
  const pause = location.state === 'paused' ? cell.snapshot?.context.pause : undefined;
  core.changes.set(cell, { value, context: pause === undefined ? location : { ...location, pause } });
  return done({ id: location.id });
}

function zoneRefusal({ timeZone }: LocationCard): Rejection | undefined {
  return timeZone === undefined || zoneNamed(timeZone) !== undefined
    ? undefined
    : reject('malformed', `there is no time zone ${timeZone}`, 'body.location.timeZone');
}

export function pauseLocation(core: Core, body: CommandBody<'location.pause'>, atMs: number): Handled {
  const { locationId, reason, untilMs } = body;
  const cell = core.world.locations.get(locationId);
  if (cell?.snapshot === undefined) return unknown(locationId);
  if (untilMs !== undefined && (untilMs <= atMs || untilMs > atMs + delayMsMax)) {
    const bounds = `after ${atMs}, which is now, and at most a year ahead`;
    return refuse('over-limit', `a pause ends ${bounds}`, 'body.untilMs');
  }
  const pause = untilMs === undefined ? { reason, sinceMs: atMs } : { reason, sinceMs: atMs, untilMs };
  core.changes.set(cell, { value, context: { ...cell.snapshot.context, state: 'paused', pause } });
  core.changes.publish([{ kind: 'location.changed', location: locationId, state: 'paused', reason, untilMs }]);
  return done({ id: locationId });
}

export function resumeLocation(core: Core, { locationId }: CommandBody<'location.resume'>): Handled {
  const cell = core.world.locations.get(locationId);
  if (cell?.snapshot === undefined) return unknown(locationId);
  if (cell.snapshot.context.state === 'open') return refuse('wrong-state', `location ${locationId} is open already`);
  open(core, cell, cell.snapshot.context);
  return done({ id: locationId });
}

/** The end of a pause has come: open the location, unless the pause was ended or moved meanwhile. */
export function endPause(core: Core, id: LocationId, atMs: number): undefined {
  const cell = core.world.locations.get(id);
  const location = cell?.snapshot?.context;
  const untilMs = location?.pause?.untilMs;
  if (cell === undefined || location === undefined || untilMs === undefined || untilMs > atMs) return undefined;
  open(core, cell, location);
  return undefined;
}

function open(core: Core, cell: LocationCell, { pause: _, ...card }: Location): void {
  core.changes.set(cell, { value, context: { ...card, state: 'open' } });
  core.changes.publish([{ kind: 'location.changed', location: card.id, state: 'open', reason: '' }]);
}

const unknown = (id: LocationId): Handled => refuse('unknown-location', `no location ${id}`, 'body.locationId');
