/** Moments of a plan document as milliseconds. */
import { dayMs, minuteMs, parseDate, parseTime } from '../../../actors/civil.ts';

/** The milliseconds since 1970 of `YYYY-MM-DDTHH:MM(:SS)?(Z|±HH:MM)`; undefined where there is no such moment. */
export function momentMs(text: string): number | undefined {
  const day = parseDate(text.slice(0, 10));
  const [hour, minute] = [Number(text.slice(11, 13)), Number(text.slice(14, 16))];
  const hasSeconds = text[16] === ':';
  const seconds = hasSeconds ? Number(text.slice(17, 19)) : 0;
  const offset = text.slice(hasSeconds ? 19 : 16);
  const offsetMinutes = offset === 'Z' ? 0 : parseTime(offset.slice(1)) * (offset.startsWith('-') ? -1 : 1);
  if (day === undefined || hour > 23 || minute > 59 || seconds > 59 || Math.abs(offsetMinutes) > 14 * 60)
    return undefined;
  const ms = day * dayMs + (hour * 60 + minute - offsetMinutes) * minuteMs + seconds * 1_000;
  return ms < 0 ? undefined : ms;
}
