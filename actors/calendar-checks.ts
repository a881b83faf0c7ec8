/**
 * What a schema cannot say of calendars: that dates exist, spans end after they begin, and nothing
 * overlaps or is said twice. Each check returns a refusal that names the field, or undefined.
 */
import type { Span } from './calendar-schemas.ts';
import { parseDate, parseTime, weekdays } from './civil.ts';
import type { CarrierCard, LocationCard } from './network-commands.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Lane, Transit } from './transit-commands.ts';

type Checked = Rejection | undefined;

/** The first refusal of a list of checks. */
function firstOf<T>(items: readonly T[], check: (item: T, index: number) => Checked): Checked {
  for (const [index, item] of items.entries()) {
    const refused = check(item, index);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** What goes by the clocks of a place. */
const clocked = ['hours', 'holidays', 'cutOffs', 'capacity'] as const;

/** Why a location's calendars cannot be, or undefined. Its time zone is looked up by the engine, in between. */
export function locationRefusal(location: LocationCard): Checked {
  const { hours, holidays = [], cutOffs = [], capacity } = location;
  const body = 'body.location';
  const needsZone = clocked.find((name) => location[name] !== undefined);
  if (needsZone !== undefined && location.timeZone === undefined) {
    return reject('contradiction', `${needsZone} go by the clocks of a place: name its time zone`, `${body}.timeZone`);
  }
  const said = cutOffs.map(({ carrier, service }) => `${carrier} ${service}`);
  return (
    firstOf(hours === undefined ? [] : weekdays, (day) => spansRefusal(hours?.[day] ?? [], `${body}.hours.${day}`)) ??
    rangesRefusal(holidays, `${body}.holidays`) ??
    firstOf(holidays, ({ hours: spans = [] }, index) => spansRefusal(spans, `${body}.holidays[${index}].hours`)) ??
    firstOf(cutOffs, ({ times }, index) => {
      const field = `${body}.cutOffs[${index}]`;
      if (said.indexOf(said[index] ?? '') !== index) {
        return reject('contradiction', `cut-offs of ${said[index]} are given twice`, field);
      }
      return timesRefusal(times, `${field}.times`);
    }) ??
    rangesRefusal(capacity?.overrides ?? [], `${body}.capacity.overrides`)
  );
}

/** A date of a location that no calendar has, or undefined. */
export function locationDatesRefusal({ holidays = [], capacity }: LocationCard): Checked {
  return (
    datesRefusal(holidays, 'body.location.holidays') ??
    datesRefusal(capacity?.overrides ?? [], 'body.location.capacity.overrides')
  );
}

/** Why a carrier's services and calendars cannot be, or undefined. */
export function carrierRefusal({ services = [], holidays = [] }: CarrierCard): Checked {
  const ids = services.map(({ id }) => id);
  return (
    datesRefusal(holidays, 'body.carrier.holidays') ??
    firstOf(services, ({ id, cutOffs }, index) => {
      const field = `body.carrier.services[${index}]`;
      if (ids.indexOf(id) !== index) return reject('contradiction', `service ${id} twice`, `${field}.id`);
      return cutOffs === undefined ? undefined : timesRefusal(cutOffs, `${field}.cutOffs`);
    }) ??
    firstOf(holidays, (holiday, index) => orderRefusal(holiday, `body.carrier.holidays[${index}]`))
  );
}

/** Why transit times cannot be, or undefined. */
export function transitRefusal({ lanes }: Transit): Checked {
  const seen = new Set<string>();
  return firstOf(lanes, (lane, index) => {
    const field = `body.lanes[${index}]`;
    const { minDays, typicalDays, maxDays } = lane;
    if (lane.postalPrefix !== undefined && lane.country === undefined) {
      return reject('contradiction', 'postal codes are those of a country', `${field}.country`);
    }
    if (minDays > typicalDays) {
      return reject('contradiction', 'the typical days are fewer than the least', `${field}.typicalDays`);
    }
    if (typicalDays > maxDays) {
      return reject('contradiction', 'the typical days are more than the most', `${field}.maxDays`);
    }
    const to = destinationOf(lane);
    if (seen.has(to)) return reject('contradiction', `days to ${to} are given twice`, field);
    seen.add(to);
    return undefined;
  });
}

const destinationOf = ({ country = 'elsewhere', postalPrefix }: Lane): string =>
  postalPrefix === undefined ? country : `${country} ${postalPrefix}`;

/** Spans of one day: each ends after it begins, and no two overlap. They may touch. */
function spansRefusal(spans: readonly Span[], field: string): Checked {
  return firstOf(spans, ({ from, to }, index) => {
    if (parseTime(to) <= parseTime(from)) {
      const hint = 'what goes over midnight is two spans, the first until 24:00';
      return reject('contradiction', `${from} to ${to} ends before it begins: ${hint}`, `${field}[${index}].to`);
    }
    const other = spans.slice(0, index).find((one) => overlap(one, { from, to }));
    if (other === undefined) return undefined;
    return reject('contradiction', `${from} to ${to} overlaps ${other.from} to ${other.to}`, `${field}[${index}]`);
  });
}

const overlap = (a: Span, b: Span): boolean =>
  parseTime(a.from) < parseTime(b.to) && parseTime(b.from) < parseTime(a.to);

function timesRefusal(times: Readonly<Partial<Record<string, readonly string[]>>>, field: string): Checked {
  return firstOf(weekdays, (day) =>
    firstOf(times[day] ?? [], (time, index) =>
      (times[day] ?? []).indexOf(time) === index
        ? undefined
        : reject('contradiction', `${time} twice`, `${field}.${day}[${index}]`),
    ),
  );
}

interface Dates {
  readonly date: string;
  readonly until?: string | undefined;
}

/** Ranges end after they begin, and no day is in two of them. */
function rangesRefusal(ranges: readonly Dates[], field: string): Checked {
  return firstOf(ranges, (range, index) => {
    const refused = orderRefusal(range, `${field}[${index}]`);
    if (refused !== undefined) return refused;
    const { date, until = date } = range;
    const other = ranges.slice(0, index).find((one) => one.date <= until && date <= (one.until ?? one.date));
    if (other === undefined) return undefined;
    const shared = other.date > date ? other.date : date;
    return reject('contradiction', `${shared} is given twice`, `${field}[${index}]`);
  });
}

function orderRefusal({ date, until }: Dates, field: string): Checked {
  if (until === undefined || until >= date) return undefined;
  return reject('contradiction', `${until} is before ${date}`, `${field}.until`);
}

/** Dates that no calendar has. */
function datesRefusal(ranges: readonly Dates[], field: string): Checked {
  return firstOf(ranges, ({ date, until }, index) => {
    const at = `${field}[${index}]`;
    if (parseDate(date) === undefined) return reject('malformed', `there is no ${date}`, `${at}.date`);
    if (until === undefined || parseDate(until) !== undefined) return undefined;
    return reject('malformed', `there is no ${until}`, `${at}.until`);
  });
}
