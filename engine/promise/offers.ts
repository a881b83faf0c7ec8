/**
 * What services take for parcels from one place to another: by their rate cards where they have one in force, else
 * by base and kilometres. A service whose card has no price for the lane offers nothing there.
 */
import type { Shape } from '../../actors/item-shape.ts';
import type { LocationCard } from '../../actors/network-commands.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { Rates } from '../rates.ts';
import { isBefore, priceOf, type CarrierService } from './services.ts';
import type { Tariff } from './tariff.ts';

/** One service on one lane. */
export interface ServiceOffer {
  readonly service: CarrierService;
  /** What every parcel takes, where there is no card. */
  readonly flatMinor: number;
  readonly tariff: Tariff | undefined;
  readonly zone: number;
  /** The card's surcharges for the destination. */
  readonly placeMinor: number;
}

/** Whether any of some services goes by a rate card now. */
export function isByWeight(rates: Rates, services: readonly CarrierService[], atMs: number): boolean {
  if (rates.isIdle) return false;
  return services.some(({ carrier, id }) => rates.inForce(carrier, id, atMs) !== undefined);
}

/** What some services offer on a lane, in their order. Without a destination no card says anything. */
export function offersOn(
  rates: Rates,
  services: readonly CarrierService[],
  from: LocationCard,
  to: Destination | undefined,
  km: number,
  atMs: number,
): ServiceOffer[] {
  const offers: ServiceOffer[] = [];
  for (const service of services) {
    const tariff = to === undefined ? undefined : rates.inForce(service.carrier, service.id, atMs);
    if (tariff === undefined || to === undefined) {
      offers.push({ service, flatMinor: priceOf(service, km), tariff: undefined, zone: -1, placeMinor: 0 });
      continue;
    }
    const zone = tariff.zoneOf(from, to, km);
    if (zone >= 0) offers.push({ service, flatMinor: 0, tariff, zone, placeMinor: tariff.placeMinor(to) });
  }
  return offers;
}

/** What an offer takes for a parcel; Infinity: it does not carry it. */
export function minorOf({ tariff, flatMinor, zone, placeMinor }: ServiceOffer, load: Shape): number {
  return tariff === undefined ? flatMinor : tariff.minor(zone, placeMinor, load);
}

/** The heaviest unit that any of some offers carries. */
export function unitGramsMax(offers: readonly ServiceOffer[]): number {
  let most = -1;
  for (const { tariff, zone } of offers) most = Math.max(most, tariff?.unitGramsMax(zone) ?? Infinity);
  return most;
}

/** The offer that takes least for a parcel; of equals by carrier, then by service. Undefined: nobody carries it. */
export function cheapestOffer(offers: readonly ServiceOffer[], load: Shape): ServiceOffer | undefined {
  let best: ServiceOffer | undefined;
  let bestMinor = Infinity;
  for (const offer of offers) {
    const minor = minorOf(offer, load);
    if (minor > bestMinor || minor === Infinity) continue;
    if (minor === bestMinor && best !== undefined && !isBefore(offer.service, best.service)) continue;
    best = offer;
    bestMinor = minor;
  }
  return best;
}
