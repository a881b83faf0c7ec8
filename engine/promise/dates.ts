/** The dates of one parcel: when it is ready, when it leaves, when it is there, and how sure that is. Pure. */
import type { Destination } from '../../actors/order-commands.ts';
import { zoneOfDestination } from './country-zones.ts';
import { deliveredBy } from './delivery.ts';
import type { Place } from './places.ts';
import type { CarrierService } from './services.ts';
import { daysBetween, type FindTransit } from './transit.ts';

export interface ParcelDates {
  /** When its work is done. */
  readonly readyMs: number;
  /** The cut-off it leaves with. */
  readonly shipByMs: number;
  /** When it is there, with its typical days in transit. Absent where nobody knows them. */
  readonly deliverByMs?: number | undefined;
  /** When it is there at the latest, with its most days in transit. */
  readonly latestByMs?: number | undefined;
  /** How sure `deliverByMs` is, 0 to 1; 0 without one. */
  readonly confidence: number;
}

/**
 * The dates of a parcel that a place is given at an instant and sends with a service. Undefined when it
 * never leaves: the place is closed, or the service does not collect, for a thousand days.
 * @param readyMs when its work is done, where that is known already.
 */
export function datesOf(
  place: Place,
  service: CarrierService,
  find: FindTransit,
  to: Destination,
  atMs: number,
  readyMs = place.readyMs(atMs),
): ParcelDates | undefined {
  const shipByMs = readyMs === undefined ? undefined : place.shipByMs(service, readyMs);
  if (readyMs === undefined || shipByMs === undefined) return undefined;
  const days =
    service.transit === undefined
      ? undefined
      : daysBetween(find, service.transit, place.origins, to.country, to.postalCode);
  if (days === undefined) return { readyMs, shipByMs, confidence: 0 };
  const zone = zoneOfDestination(to.country, to.timeZone);
  const terms = { ...service, isHoliday: (day: number) => service.isHoliday(to.country, day) };
  const shipDay = place.zone.dayAt(shipByMs);
  const deliverByMs = deliveredBy(terms, shipByMs, shipDay, days.typical, zone);
  if (deliverByMs === undefined) return { readyMs, shipByMs, confidence: 0 };
  const latestByMs =
    days.max === days.typical ? deliverByMs : deliveredBy(terms, shipByMs, shipDay, days.max, zone);
  return { readyMs, shipByMs, deliverByMs, latestByMs, confidence: days.confidence };
}
