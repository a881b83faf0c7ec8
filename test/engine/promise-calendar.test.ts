import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { CarrierCard, LocationCard } from '../../actors/network-commands.ts';
import { dateOf, dayOf, parseDate, weekdayOf } from '../../actors/civil.ts';
import { countryZones, zoneOfDestination } from '../../engine/promise/country-zones.ts';
import { datesOf } from '../../engine/promise/dates.ts';
import { placeOf } from '../../engine/promise/places.ts';
import { servicesOf } from '../../engine/promise/services.ts';
import { zoneNamed, type Zone } from '../../engine/promise/zones.ts';
import { countries } from '../../gateway/replay/countries.ts';
import * as slow from './promise-oracle.ts';

const at = (text: string): number => Date.parse(text);
const iso = (atMs: number | undefined): string | undefined => (atMs === undefined ? undefined : new Date(atMs).toISOString());
const zone = (name: string): Zone => zoneNamed(name) as Zone;

describe('civil dates', () => {
  it('[N2] count days as the Gregorian calendar has them', () => {
    for (let day = -200_000; day < 200_000; day += 97) {
      const date = new Date(day * 86_400_000);
      expect(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day);
      expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7);
      if (day >= 0) expect(dateOf(day)).toBe(date.toISOString().slice(0, 10));
    }
    expect(['2025-02-29', '2024-02-29', '2025-04-31', '2100-02-29'].map((date) => parseDate(date) !== undefined)).toEqual([
      false, true, false, false,
    ]);
  });
});

describe('time zones', () => {
  const days: readonly [zone: string, day: string, time: number, instant: string][] = [
    ['Europe/Berlin', '2025-03-30', 150, '2025-03-30T01:00:00.000Z'], // 02:30 is skipped
    ['Europe/Berlin', '2025-10-26', 150, '2025-10-26T00:30:00.000Z'], // 02:30 is struck twice
    ['America/New_York', '2025-03-09', 120, '2025-03-09T07:00:00.000Z'],
    ['America/New_York', '2025-11-02', 90, '2025-11-02T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2025-04-06', 105, '2025-04-05T14:45:00.000Z'], // half an hour is struck twice
    ['Australia/Lord_Howe', '2025-10-05', 135, '2025-10-04T15:30:00.000Z'], // half an hour is skipped
    ['Asia/Kolkata', '2025-07-01', 540, '2025-07-01T03:30:00.000Z'],
    ['Pacific/Apia', '2011-12-30', 720, '2011-12-30T10:00:00.000Z'], // the day that was skipped
    ['Africa/Casablanca', '2025-02-23', 150, '2025-02-23T01:30:00.000Z'], // the clocks go back for Ramadan
    ['Pacific/Kiritimati', '2025-01-01', 0, '2024-12-31T10:00:00.000Z'],
  ];

  test.each(days)('[N2] in %s, %s, minute %d of the day is %s', (name, date, minute, instant) => {
    expect(iso(zone(name).instantOf(parseDate(date) as number, minute))).toBe(instant);
  });

  it('[N2] read what Intl reads, at every hour around every change of twelve zones over ten years', () => {
    const names = [
      'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'America/Sao_Paulo',
      'Pacific/Chatham', 'Asia/Tehran', 'America/St_Johns', 'Africa/Cairo', 'Europe/Dublin', 'Antarctica/Troll',
    ];
    for (const name of names) {
      for (let ms = at('2017-01-01T00:00:00Z'); ms < at('2027-01-01T00:00:00Z'); ms += 37 * 3_600_000 + 60_000 * 7) {
        const reads = slow.wall(name, ms);
        const day = zone(name).dayAt(ms);
        expect([name, dateOf(day)]).toEqual([name, reads.date]);
        expect(Math.floor((ms + zone(name).offsetAt(ms)) / 60_000) - day * 1_440).toBe(
          Number(reads.time.slice(0, 2)) * 60 + Number(reads.time.slice(3)),
        );
      }
    }
  });

  it('[M3] each country has one that exists, also those the public data ships to', () => {
    for (const [country, name] of countryZones) expect([country, zoneNamed(name) !== undefined]).toEqual([country, true]);
    for (const { code } of countries.values()) expect([code, countryZones.has(code)]).toEqual([code, true]);
    expect(countryZones.size).toBeGreaterThanOrEqual(249);
    expect(zoneOfDestination('DE', undefined).name).toBe('Europe/Berlin');
    expect(zoneOfDestination('US', 'America/Los_Angeles').name).toBe('America/Los_Angeles');
    expect(zoneOfDestination('ZZ', undefined).name).toBe('UTC');
    expect(zoneNamed('europe/BERLIN')).toBe(zoneNamed('Europe/Berlin'));
    expect(zoneNamed('Europe/Nowhere')).toBeUndefined();
  });
});

const card = (calendar: Partial<LocationCard>): LocationCard =>
  ({ id: 'L', name: 'L', type: 'store', country: 'DE', latitude: 0, longitude: 0, state: 'open', ...calendar }) as LocationCard;

const time = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Zones with changes of an hour, half an hour and none, and days around them. */
const zoneArbitrary = fc.constantFrom(
  { timeZone: 'Europe/Berlin', near: ['2025-03-28', '2025-10-24', '2025-06-10'] },
  { timeZone: 'America/New_York', near: ['2025-03-07', '2025-10-31', '2025-12-22'] },
  { timeZone: 'Australia/Lord_Howe', near: ['2025-04-04', '2025-10-03', '2025-01-20'] },
  { timeZone: 'Asia/Kolkata', near: ['2025-03-28', '2024-02-27'] },
  { timeZone: 'Pacific/Apia', near: ['2011-12-28', '2025-05-01'] },
  { timeZone: 'Africa/Casablanca', near: ['2025-02-21', '2025-04-04'] },
);

const spansArbitrary = fc
  .uniqueArray(fc.nat({ max: 96 }), { minLength: 0, maxLength: 6 })
  .map((quarters) => {
    const edges = quarters.sort((a, b) => a - b).map((quarter) => time(quarter * 15));
    return Array.from({ length: Math.floor(edges.length / 2) }, (_, i) => ({ from: edges[2 * i] as string, to: edges[2 * i + 1] as string }));
  });
const timesArbitrary = fc.uniqueArray(fc.nat({ max: 95 }).map((quarter) => time(quarter * 15)), { maxLength: 3 });
const weekOf = <T>(each: fc.Arbitrary<T>) =>
  fc.record(
    { monday: each, tuesday: each, wednesday: each, thursday: each, friday: each, saturday: each, sunday: each },
    { requiredKeys: [] },
  );
const weekdaysArbitrary = fc.subarray(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], { minLength: 1 });

interface Drawn {
  readonly calendar: slow.Calendar;
  readonly atMs: number;
  readonly holidayAhead: number;
}

const drawn: fc.Arbitrary<Drawn> = zoneArbitrary.chain(({ timeZone, near }) =>
  fc
    .record({
      date: fc.constantFrom(...near),
      minute: fc.nat({ max: 3 * 1_440 }),
      hours: fc.option(weekOf(spansArbitrary), { nil: undefined, freq: 5 }),
      holidayAhead: fc.nat({ max: 4 }),
      length: fc.nat({ max: 2 }),
      special: fc.option(spansArbitrary, { nil: undefined }),
      hasHoliday: fc.boolean(),
    })
    .map(({ date, minute, hours, holidayAhead, length, special, hasHoliday }) => {
      const first = slow.addDays(date, holidayAhead);
      const holiday = { date: first, until: slow.addDays(first, length), hours: special };
      const calendar = { timeZone, hours, holidays: hasHoliday ? [holiday] : [] };
      return { calendar, atMs: at(`${date}T00:00:00Z`) + minute * 60_000, holidayAhead };
    }),
);

describe('work and departures', () => {
  it('[N3] work is done in the hours a minute-by-minute walk finds, over every kind of change of clocks', () => {
    fc.assert(
      fc.property(drawn, fc.nat({ max: 900 }), ({ calendar, atMs }, work) => {
        const place = placeOf(card({ ...calendar, processingMs: work * 60_000 } as Partial<LocationCard>));
        const expected = slow.doneAt(calendar, atMs, work, 6);
        const ready = place?.readyMs(atMs);
        // What the walk does not find within its days, the kernel does not promise within them.
        if (expected === undefined) expect(ready === undefined || ready >= atMs + 6 * 86_400_000).toBe(true);
        else expect(iso(ready)).toBe(iso(expected));
      }),
      { numRuns: 100, seed: 20_260_101 },
    );
  });

  it('[M1] [M2] ship-by and deliver-by are those a walk through minutes and dates finds', () => {
    const terms = fc.record({
      cutOffs: fc.option(weekOf(timesArbitrary), { nil: undefined }),
      pickupDays: fc.option(weekdaysArbitrary, { nil: undefined }),
      deliveryDays: fc.option(weekdaysArbitrary, { nil: undefined }),
      deliversBy: fc.option(fc.constantFrom('09:00', '12:00', '18:30', '02:30'), { nil: undefined }),
      holidays: fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 2 }),
      days: fc.nat({ max: 4 }),
      to: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Pago_Pago'),
      leadMs: fc.constantFrom(0, 0, 5_400_000, 90_000_000),
      isOwn: fc.boolean(),
    });
    fc.assert(
      fc.property(drawn, terms, ({ calendar, atMs }, { cutOffs, pickupDays, deliveryDays, deliversBy, holidays, days, to, leadMs, isOwn }) => {
        const base = slow.wall(calendar.timeZone, atMs).date;
        const closed = holidays.map((ahead) => slow.addDays(base, ahead));
        const own = isOwn && cutOffs !== undefined ? [{ carrier: 'c', service: 's', times: cutOffs }] : undefined;
        const place = placeOf(card({ ...calendar, leadTimeMs: leadMs, cutOffs: own } as unknown as Partial<LocationCard>));
        const offered = { id: 's', name: 's', baseMinor: 0, perKmMinor: 0, transit: 't', pickupDays, deliveryDays, deliversBy };
        const service = { ...offered, cutOffs: own === undefined ? cutOffs : undefined };
        const carrier = { id: 'c', name: 'c', baseMinor: 0, perKmMinor: 0, services: [service], holidays: closed.map((date) => ({ date })) };
        const [compiled] = servicesOf(carrier as unknown as CarrierCard);
        const lane = { country: 'DE', minDays: 0, typicalDays: days, maxDays: days, confidence: 0.7 };
        const transit = { table: 't', origin: { country: 'DE' }, lanes: [lane] } as never;
        if (place === undefined || compiled === undefined) throw new Error('no place');
        const dates = datesOf(place, compiled, (key) => (key === 't/DE' ? transit : undefined), { country: 'DE', timeZone: to }, atMs);
        const oracle = { pickupDays, deliveryDays, deliversBy, closed, cutOffs };
        const readyMs = slow.doneAt(calendar, atMs + leadMs, 0, 8);
        const shipMs = readyMs === undefined ? undefined : slow.shipBy(calendar, oracle, readyMs, 15);
        if (shipMs === undefined) return;
        expect(iso(dates?.shipByMs)).toBe(iso(shipMs));
        expect(iso(dates?.deliverByMs)).toBe(iso(slow.deliverBy(oracle, shipMs, calendar.timeZone, to, days)));
        expect(dates?.confidence).toBe(0.7);
      }),
      { numRuns: 120, seed: 20_260_102 },
    );
  });

  it('[N3] [M1] a place that never works, and a service that never collects, promise nothing', () => {
    const closed = placeOf(card({ timeZone: 'Europe/Berlin', hours: {} }));
    expect(closed?.readyMs(at('2025-01-01T00:00:00Z'))).toBeUndefined();
    const open = placeOf(card({ timeZone: 'Europe/Berlin' }));
    const carrier = { id: 'c', name: 'c', baseMinor: 0, perKmMinor: 0, services: [{ id: 's', name: 's', baseMinor: 0, perKmMinor: 0, cutOffs: {} }] };
    const [service] = servicesOf(carrier as unknown as CarrierCard);
    expect(open?.shipByMs(service as never, at('2025-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('[N3] work of weeks is counted beyond the weeks first worked out, and years later as well', () => {
    const hours = { monday: [{ from: '09:00', to: '10:00' }] };
    const place = placeOf(card({ timeZone: 'UTC', hours, processingMs: 100 * 3_600_000 }));
    expect(iso(place?.readyMs(at('2025-01-06T09:00:00Z')))).toBe('2026-11-30T10:00:00.000Z');
    expect(iso(place?.readyMs(at('2035-01-01T09:00:00Z')))).toBe('2036-11-24T10:00:00.000Z');
    expect(iso(place?.readyMs(at('2025-01-06T08:00:00Z')))).toBe('2026-11-30T10:00:00.000Z');
  });
});
