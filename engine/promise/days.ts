/** Which days are working days and when: weekly hours and the days that are otherwise, as numbers. */
import type { Hours, Holiday, Times } from '../../actors/calendar-schemas.ts';
import { parseDate, parseTime, weekdayOf, weekdays, type Weekday } from '../../actors/civil.ts';
import { must } from '../assert.ts';

/** From a minute of the day up to, not including, a later one; 1,440 is the end of the day. */
export interface Minutes {
  readonly from: number;
  readonly to: number;
}

/** The spans of a day, in order; none on a closed day. */
export type DayPlan = (day: number) => readonly Minutes[];

interface Range {
  readonly from: number;
  readonly to: number;
}

const closed: readonly Minutes[] = [];
const allDay: readonly Minutes[] = [{ from: 0, to: 1_440 }];

/** Working spans by day. Without hours every day is open throughout, but for the holidays. */
export function dayPlan(hours: Hours | undefined, holidays: readonly Holiday[]): DayPlan {
  const week = weekdays.map((day) => (hours === undefined ? allDay : spansOf(hours[day] ?? [])));
  const ranges = holidays.map((holiday) => ({ ...rangeOf(holiday), spans: spansOf(holiday.hours ?? []) }));
  return (day) => {
    for (const { from, to, spans } of ranges) if (from <= day && day <= to) return spans;
    return week[weekdayOf(day)] ?? closed;
  };
}

function spansOf(spans: readonly { readonly from: string; readonly to: string }[]): readonly Minutes[] {
  return spans
    .map(({ from, to }) => ({ from: parseTime(from), to: parseTime(to) }))
    .sort((a, b) => a.from - b.from);
}

/** The first and last day of a holiday. Its dates were checked when it was put. */
export function rangeOf({ date, until }: { readonly date: string; readonly until?: string | undefined }): Range {
  const from = must(parseDate(date), 'a date that was checked');
  return { from, to: until === undefined ? from : must(parseDate(until), 'a date that was checked') };
}

/** Minutes of the day by weekday index, in order. */
export function timesByWeekday(times: Times): readonly (readonly number[])[] {
  return weekdays.map((day) => (times[day] ?? []).map(parseTime).sort((a, b) => a - b));
}

/** One bit for each weekday named, Monday the lowest; all of them when none is. */
export function weekdayMask(names: readonly Weekday[] | undefined): number {
  if (names === undefined) return 0b111_1111;
  let mask = 0;
  for (const name of names) mask |= 1 << weekdays.indexOf(name);
  return mask;
}

export const isInMask = (mask: number, day: number): boolean => ((mask >> weekdayOf(day)) & 1) === 1;
