/** When a parcel that left is there: days in transit, counted in the calendar of where it goes. */
import { isInMask } from './days.ts';
import type { Zone } from './zones.ts';

/** Days looked through for one delivery day: a carrier that delivers nowhere within a year never does. */
const daysMax = 400;

export interface DeliveryTerms {
  /** Weekdays on which the service delivers. */
  readonly deliveryMask: number;
  /** Days on which it does not deliver in the destination's country. */
  readonly isHoliday: (day: number) => boolean;
  /** The minute of a delivery day by which it has delivered. */
  readonly byMinute: number;
}

/**
 * The instant by which a parcel that left is delivered: at the end of the `transitDays`-th delivery day
 * after the day it left, with none on that day itself if it still can be. Undefined: not within a year.
 * @param shipDay the date at the place it left from.
 * @param zone of the destination.
 */
export function deliveredBy(
  { deliveryMask, isHoliday, byMinute }: DeliveryTerms,
  shipMs: number,
  shipDay: number,
  transitDays: number,
  zone: Zone,
): number | undefined {
  let left = transitDays;
  for (let day = left === 0 ? shipDay : shipDay + 1; day < shipDay + daysMax; day += 1) {
    if (!isInMask(deliveryMask, day) || isHoliday(day)) continue;
    left -= 1;
    if (left > 0) continue;
    // On the other side of the date line, or late in the day, the day may be over when the parcel leaves.
    const byMs = zone.instantOf(day, byMinute);
    if (byMs >= shipMs) return byMs;
  }
  return undefined;
}
