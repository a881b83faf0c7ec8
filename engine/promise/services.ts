/** What carriers offer, ready to be asked: prices, days and times of each service as numbers. */
import type { CarrierHoliday } from '../../actors/calendar-schemas.ts';
import { parseTime } from '../../actors/civil.ts';
import type { CarrierId, ServiceId, TransitId } from '../../actors/ids.ts';
import type { CarrierCard, Service } from '../../actors/network-commands.ts';
import { rangeOf, timesByWeekday, weekdayMask } from './days.ts';

/** The one service of a carrier that names none. */
export const standard = 'standard' as ServiceId;

export interface CarrierService {
  readonly carrier: CarrierId;
  readonly id: ServiceId;
  /** The carrier names its services: fulfillments tell which they go by. */
  readonly isNamed: boolean;
  readonly baseMinor: number;
  readonly perKmMinor: number;
  readonly transit: TransitId | undefined;
  readonly pickupMask: number;
  readonly deliveryMask: number;
  readonly byMinute: number;
  /** Minutes of the day by weekday. */
  readonly cutOffs: readonly (readonly number[])[] | undefined;
  /** Whether the carrier neither collects nor delivers in a country on a day. */
  readonly isHoliday: (country: string, day: number) => boolean;
}

const compiled = new WeakMap<CarrierCard, readonly CarrierService[]>();

/** The services of a card, in its order. A card never changes, so its services are made once. */
export function servicesOf(card: CarrierCard): readonly CarrierService[] {
  let services = compiled.get(card);
  if (services === undefined) {
    const isHoliday = holidayTest(card.holidays ?? []);
    const { id, name, baseMinor, perKmMinor } = card;
    const offered: readonly Service[] = card.services ?? [{ id: standard, name, baseMinor, perKmMinor }];
    services = offered.map((service) => compile(id, service, card.services !== undefined, isHoliday));
    compiled.set(card, services);
  }
  return services;
}

function compile(
  carrier: CarrierId,
  service: Service,
  isNamed: boolean,
  isHoliday: CarrierService['isHoliday'],
): CarrierService {
  return {
    carrier,
    id: service.id,
    isNamed,
    baseMinor: service.baseMinor,
    perKmMinor: service.perKmMinor,
    transit: service.transit,
    pickupMask: weekdayMask(service.pickupDays),
    deliveryMask: weekdayMask(service.deliveryDays),
    byMinute: service.deliversBy === undefined ? 1_440 : parseTime(service.deliversBy),
    cutOffs: service.cutOffs === undefined ? undefined : timesByWeekday(service.cutOffs),
    isHoliday,
  };
}

function holidayTest(holidays: readonly CarrierHoliday[]): CarrierService['isHoliday'] {
  const ranges = holidays.map((holiday) => ({
    ...rangeOf(holiday),
    countries: holiday.countries === undefined ? undefined : new Set(holiday.countries),
  }));
  return (country, day) =>
    ranges.some(({ from, to, countries }) => from <= day && day <= to && countries?.has(country) !== false);
}

/** Price of a parcel over so many kilometres, in whole minor units. */
export function priceOf({ baseMinor, perKmMinor }: CarrierService, km: number): number {
  return Math.round(baseMinor + perKmMinor * km);
}

/** By the name of the carrier, then of the service. */
export function isBefore(a: CarrierService, b: CarrierService): boolean {
  return a.carrier === b.carrier ? a.id < b.id : a.carrier < b.carrier;
}
