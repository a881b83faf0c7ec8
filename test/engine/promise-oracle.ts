/**
 * Calendars by brute force: what the clocks of a place read is asked of Intl minute by minute, and every
 * answer is found by walking from one minute to the next. Shares nothing with engine/promise/.
 */

const minute = 60_000;
const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

type Spans = readonly { readonly from: string; readonly to: string }[];
type Week<T> = Readonly<Partial<Record<(typeof names)[number], readonly T[]>>>;

export interface Calendar {
  readonly timeZone: string;
  readonly hours?: Week<{ readonly from: string; readonly to: string }> | undefined;
  readonly holidays?: readonly { readonly date: string; readonly until?: string | undefined; readonly hours?: Spans | undefined }[] | undefined;
}

interface Wall {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** HH:MM. */
  readonly time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, Wall>();

/** What the clocks read. */
export function wall(timeZone: string, atMs: number): Wall {
  const key = `${timeZone} ${atMs}`;
  let found = walls.get(key);
  if (found !== undefined) return found;
  let format = formats.get(timeZone);
  if (format === undefined) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    formats.set(timeZone, (format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...fields })));
  }
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  found = { date: `${parts['year']}-${parts['month']}-${parts['day']}`, time: `${parts['hour']}:${parts['minute']}` };
  walls.set(key, found);
  if (walls.size > 400_000) walls.clear();
  return found;
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const weekday = (date: string): (typeof names)[number] =>
  names[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] as 'monday';

/** The first minute at which the clocks read a time of a date, or a later one. */
export function firstReading(timeZone: string, date: string, time: string): number {
  const [day, clock] = time === '24:00' ? [addDays(date, 1), '00:00'] : [date, time];
  for (let atMs = Date.parse(`${day}T${clock}:00Z`) - 16 * 3_600_000; ; atMs += minute) {
    const reads = wall(timeZone, atMs);
    if (reads.date > day || (reads.date === day && reads.time >= clock)) return atMs;
  }
}

/** The spans of a date. */
export function spansOn(calendar: Calendar, date: string): Spans {
  const holiday = calendar.holidays?.find((one) => one.date <= date && date <= (one.until ?? one.date));
  if (holiday !== undefined) return holiday.hours ?? [];
  return calendar.hours === undefined ? [{ from: '00:00', to: '24:00' }] : (calendar.hours[weekday(date)] ?? []);
}

const readings = new WeakMap<Calendar, Map<string, readonly (readonly [number, number])[]>>();

function instantsOn(calendar: Calendar, date: string): readonly (readonly [number, number])[] {
  let dates = readings.get(calendar);
  if (dates === undefined) readings.set(calendar, (dates = new Map()));
  let spans = dates.get(date);
  if (spans === undefined) {
    const { timeZone } = calendar;
    spans = spansOn(calendar, date).map(({ from, to }) => [firstReading(timeZone, date, from), firstReading(timeZone, date, to)]);
    dates.set(date, spans);
  }
  return spans;
}

export function isOpen(calendar: Calendar, atMs: number): boolean {
  const { date } = wall(calendar.timeZone, atMs);
  return [addDays(date, -1), date, addDays(date, 1)].some((day) =>
    instantsOn(calendar, day).some(([from, to]) => from <= atMs && atMs < to),
  );
}

/** When so many minutes of work are done that begin at a full minute; undefined: not within `days`. */
export function doneAt(calendar: Calendar, atMs: number, workMinutes: number, days: number): number | undefined {
  let left = workMinutes;
  for (let now = atMs; now < atMs + days * 86_400_000; now += minute) {
    if (!isOpen(calendar, now)) continue;
    if (left === 0) return now;
    left -= 1;
    if (left === 0) return now + minute;
  }
  return undefined;
}

export interface Terms {
  readonly pickupDays?: readonly string[] | undefined;
  readonly deliveryDays?: readonly string[] | undefined;
  /** Dates on which nothing is collected or delivered. */
  readonly closed: readonly string[];
  readonly cutOffs?: Week<string> | undefined;
  readonly deliversBy?: string | undefined;
}

/** The earliest cut-off from an instant on; undefined: not within `days`. */
export function shipBy(calendar: Calendar, terms: Terms, readyMs: number, days: number): number | undefined {
  const { date } = wall(calendar.timeZone, readyMs);
  const found: number[] = [];
  for (let ahead = -1; ahead <= days; ahead += 1) {
    const day = addDays(date, ahead);
    const spans = spansOn(calendar, day);
    const collects = terms.pickupDays?.includes(weekday(day)) !== false && !terms.closed.includes(day);
    if (spans.length === 0 || !collects) continue;
    const closing = spans.map(({ to }) => to).sort().at(-1) ?? '24:00';
    const times = terms.cutOffs === undefined ? [closing] : (terms.cutOffs[weekday(day)] ?? []);
    for (const time of times) found.push(firstReading(calendar.timeZone, day, time));
  }
  return found.filter((atMs) => atMs >= readyMs).sort((a, b) => a - b)[0];
}

/** When a parcel is delivered that left a place in `from`. */
export function deliverBy(terms: Terms, shipMs: number, from: string, to: string, days: number): number | undefined {
  const shipDate = wall(from, shipMs).date;
  let counted = 0;
  for (let ahead = 0; ahead < 60; ahead += 1) {
    const date = addDays(shipDate, ahead);
    if (terms.deliveryDays?.includes(weekday(date)) === false || terms.closed.includes(date)) continue;
    if (ahead > 0) counted += 1;
    if (counted < days) continue;
    const byMs = firstReading(to, date, terms.deliversBy ?? '24:00');
    if (byMs >= shipMs) return byMs;
  }
  return undefined;
}
