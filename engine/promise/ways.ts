/** The ways a parcel can go from a location to a destination: by each open service, with price and dates. */
import type { Shape } from '../../actors/item-shape.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { PromisedParcel } from '../../actors/promise.ts';
import type { LocationCell } from '../cells.ts';
import { distanceKm } from '../routing/distance.ts';
import type { Rates } from '../rates.ts';
import { datesOf, type ParcelDates } from './dates.ts';
import { placeOf } from './places.ts';
import { minorOf, offersOn, type ServiceOffer } from './offers.ts';
import { isBefore, type CarrierService } from './services.ts';
import type { FindTransit } from './transit.ts';

/** What the ways of one request have in common. */
export interface Journey {
  readonly to: Destination;
  readonly services: readonly CarrierService[];
  readonly find: FindTransit;
  readonly rates: Rates;
  readonly atMs: number;
}

export interface Way {
  readonly offer: ServiceOffer;
  readonly service: CarrierService;
  readonly distanceKm: number;
  readonly costMinor: number;
  readonly dates: ParcelDates | undefined;
}

/** A service from a location, whatever the parcel. */
export interface Lane {
  readonly offer: ServiceOffer;
  readonly distanceKm: number;
  readonly dates: ParcelDates | undefined;
}

/** @param readyMs when the work at the location is done, where that is known already. */
export function lanesFrom({ snapshot }: LocationCell, journey: Journey, readyMs?: number): Lane[] {
  const card = snapshot?.context;
  if (card === undefined) return [];
  const { to, services, find, rates, atMs } = journey;
  const km = distanceKm(card, to);
  const place = placeOf(card);
  const doneMs = readyMs ?? place?.readyMs(atMs);
  return offersOn(rates, services, card, to, km, atMs).map((offer): Lane => {
    const isDated = place !== undefined && doneMs !== undefined;
    const dates = isDated ? datesOf(place, offer.service, find, to, atMs, doneMs) : undefined;
    return { offer, distanceKm: km, dates };
  });
}

/** The ways of a parcel on some lanes: those services that carry it. */
export function waysOn(lanes: readonly Lane[], load: Shape): Way[] {
  return lanes.flatMap(({ offer, distanceKm: km, dates }): Way[] => {
    const costMinor = minorOf(offer, load);
    return costMinor === Infinity ? [] : [{ offer, service: offer.service, distanceKm: km, costMinor, dates }];
  });
}

/** @param readyMs when the work at the location is done, where that is known already. */
export function waysFrom(cell: LocationCell, journey: Journey, load: Shape, readyMs?: number): Way[] {
  return waysOn(lanesFrom(cell, journey, readyMs), load);
}

const arrivalMs = ({ dates }: Way): number => dates?.deliverByMs ?? Infinity;

function byName(a: Way, b: Way): number {
  if (isBefore(a.service, b.service)) return -1;
  return isBefore(b.service, a.service) ? 1 : 0;
}

/** The cheaper first; of equals the one by the first carrier and service, as sourcing has it. */
export const byCost = (a: Way, b: Way): number => a.costMinor - b.costMinor || byName(a, b);

/** The earlier to arrive first; of equals the cheaper. */
export function byArrival(a: Way, b: Way): number {
  const [first, second] = [arrivalMs(a), arrivalMs(b)];
  return first === second ? byCost(a, b) : first - second;
}

/** The first of some ways in an order; undefined when there is none. */
export function firstBy(ways: readonly Way[], order: (a: Way, b: Way) => number): Way | undefined {
  let best: Way | undefined;
  for (const way of ways) if (best === undefined || order(way, best) < 0) best = way;
  return best;
}

/** A parcel that goes this way. */
export function parcelOf(
  { id }: LocationCell,
  way: Way,
  lines: PromisedParcel['lines'],
  units: number,
): PromisedParcel {
  const { service, dates } = way;
  return {
    location: id,
    carrier: service.carrier,
    service: service.isNamed ? service.id : undefined,
    lines,
    units,
    distanceKm: way.distanceKm,
    costMinor: way.costMinor,
    ...(dates ?? { confidence: 0 }),
  };
}
