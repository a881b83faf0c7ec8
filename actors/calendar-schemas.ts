/**
 * Calendars as messages: opening hours by weekday, days that are otherwise, times of departure. Times are
 * wall time of the place they belong to. Whether a calendar contradicts itself: calendar-checks.ts.
 */
import { Type, type Static, type TSchema } from 'typebox';
import { weekdays, type Weekday } from './civil.ts';
import { exact, text } from './schemas.ts';

/** Spans of one day, and times of departure of one day. */
const spansMax = 6;
/** Days that are otherwise in one calendar. */
const holidaysMax = 120;

export const TimeOfDaySchema = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM' });
export const EndOfSpanSchema = Type.String({
  pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$',
  description: 'HH:MM; 24:00 is the end of the day',
});
export const DateSchema = Type.String({
  pattern: '^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
  description: 'YYYY-MM-DD, a date of the place’s own calendar',
});
/** A name of the IANA time zone database, as the engine’s Intl knows it. */
export const TimeZoneSchema = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$',
  maxLength: 40,
  description: 'IANA time zone, such as Europe/Berlin',
});

/** From a time of day up to, not including, a later one. What goes over midnight is two spans. */
export const SpanSchema = Type.Object({ from: TimeOfDaySchema, to: EndOfSpanSchema }, exact);
export type Span = Static<typeof SpanSchema>;

/** Something for each weekday; a weekday that is absent has none of it. */
const week = <S extends TSchema>(each: S) => {
  const list = Type.Optional(Type.Array(each, { maxItems: spansMax }));
  return Type.Object(
    { monday: list, tuesday: list, wednesday: list, thursday: list, friday: list, saturday: list, sunday: list },
    exact,
  );
};

export const HoursSchema = week(SpanSchema);
export type Hours = Static<typeof HoursSchema>;

/** Times by weekday at which a carrier takes parcels along. */
export const TimesSchema = week(TimeOfDaySchema);
export type Times = Static<typeof TimesSchema>;

export const WeekdaySchema = Type.Unsafe<Weekday>(Type.Enum([...weekdays]));
export const WeekdaysSchema = Type.Array(WeekdaySchema, { minItems: 1, maxItems: 7, uniqueItems: true });

const dates = { date: DateSchema, until: Type.Optional(DateSchema) };

/** A day, or the days until another, on which other hours hold than the weekday's: closed when none are given. */
export const HolidaySchema = Type.Object(
  {
    ...dates,
    name: Type.Optional(text(80, 'Shown to people')),
    hours: Type.Optional(Type.Array(SpanSchema, { maxItems: spansMax })),
  },
  exact,
);
export type Holiday = Static<typeof HolidaySchema>;
export const HolidaysSchema = Type.Array(HolidaySchema, { maxItems: holidaysMax });

/** Days on which a carrier neither collects nor delivers, in the countries named or in all. */
export const CarrierHolidaySchema = Type.Object(
  {
    ...dates,
    name: Type.Optional(text(80, 'Shown to people')),
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), { minItems: 1, maxItems: 60, uniqueItems: true }),
    ),
  },
  exact,
);
export type CarrierHoliday = Static<typeof CarrierHolidaySchema>;
export const CarrierHolidaysSchema = Type.Array(CarrierHolidaySchema, { maxItems: holidaysMax });
