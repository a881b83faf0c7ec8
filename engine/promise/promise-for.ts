/**
 * The dates of parcels whose locations are chosen: of a plan, and by every service of what a reservation
 * holds. Nothing here changes anything: the time is an argument, and what is asked of the world stands in it.
 */
import type { CarrierId, LocationId, ServiceId } from '../../actors/ids.ts';
import { Load, noShape } from '../../actors/item-shape.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { PromisedParcel, PromiseOption } from '../../actors/promise.ts';
import { must } from '../assert.ts';
import { roomAt } from '../capacity.ts';
import { distanceKm } from '../routing/distance.ts';
import { openServices } from '../routing/services.ts';
import type { World } from '../world.ts';
import { overfull, type Slot } from './capacity.ts';
import { datesOf, type ParcelDates } from './dates.ts';
import { cheapestOffer, minorOf, offersOn } from './offers.ts';
import { optionOf } from './option.ts';
import { placeOf } from './places.ts';
import { servicesOf, standard, type CarrierService } from './services.ts';
import type { FindTransit } from './transit.ts';

/** A parcel as far as its dates depend on it. */
export interface Parcel {
  readonly location: LocationId;
  readonly carrier?: CarrierId | undefined;
  /** Absent: `standard`, the one service of a carrier that names none. */
  readonly service?: ServiceId | undefined;
}

/** Units that one location is to send together. */
export type Bundle = Pick<PromisedParcel, 'location' | 'lines'>;

/** What units are to a carrier, as one parcel. */
export function loadOf({ skus }: World, lines: Bundle['lines']): Load {
  const load = new Load();
  for (const { sku, quantity } of lines) load.add(skus.get(sku)?.shape ?? noShape, quantity);
  return load;
}

/** How a world's transit times are found. */
export const transitsOf = ({ transits }: World): FindTransit => (key) => transits.get(key)?.snapshot?.context;

/** The service a parcel goes by; undefined where its carrier has none of the name. */
export function serviceOf(world: World, { carrier, service }: Parcel): CarrierService | undefined {
  const card = carrier === undefined ? undefined : world.carriers.get(carrier)?.snapshot?.context.card;
  if (card === undefined) return undefined;
  // The card may have been put anew since the parcel was planned.
  return servicesOf(card).find(({ id }) => id === (service ?? standard));
}

/**
 * The dates of a parcel that its location is given at `atMs`. Undefined where they are not known: the
 * location has no time zone, no carrier was open, or it never leaves.
 * @param readyMs when its work is done, where that is known already.
 */
export function parcelDates(
  world: World,
  parcel: Parcel,
  to: Destination,
  atMs: number,
  readyMs?: number,
): ParcelDates | undefined {
  const card = world.locations.get(parcel.location)?.snapshot?.context;
  const place = card === undefined ? undefined : placeOf(card);
  if (place === undefined) return undefined;
  const service = serviceOf(world, parcel);
  return service === undefined ? undefined : datesOf(place, service, transitsOf(world), to, atMs, readyMs);
}

/** Where the work of a planned parcel is put, at a location with a capacity. */
function slotOf(world: World, { location, lines }: PlannedFulfillment, atMs: number): Slot | undefined {
  const cell = world.locations.get(location);
  if (cell?.snapshot?.context.capacity === undefined) return undefined;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  // Sourcing has asked for room for all of the order. What was reserved before is taken without.
  return roomAt(world, cell, units, atMs) ?? overfull(must(placeOf(cell.snapshot.context), 'a place'), atMs);
}

/**
 * A plan with the dates of its parcels. The plan itself where nothing is known of any.
 * @param isGiven whether its locations are given the work now.
 */
export function datedPlan(world: World, plan: Plan, to: Destination, atMs: number, isGiven = true): Plan {
  let isKnown = false;
  const fulfillments = plan.fulfillments.map((part) => {
    const slot = slotOf(world, part, atMs);
    const dates = parcelDates(world, part, to, atMs, slot?.readyMs);
    if (dates === undefined && slot === undefined) return part;
    isKnown = true;
    const { shipByMs, deliverByMs } = dates ?? {};
    return { ...part, shipByMs, deliverByMs, workAtMs: isGiven ? slot?.workAtMs : undefined };
  });
  return isKnown ? { ...plan, fulfillments } : plan;
}

/**
 * What could be promised for units whose locations are chosen, such as those a reservation holds: one
 * option for each service that can carry all of them, the cheapest first, of equals the earlier.
 * @param to where they go. @param atMs when the locations would be given them: mostly now.
 * @param asked the service it is to go by; absent: any.
 */
export function promiseFor(
  world: World,
  bundles: readonly Bundle[],
  to: Destination,
  atMs: number,
  asked?: ServiceId,
): readonly PromiseOption[] {
  if (bundles.length === 0) return [];
  const services = new Map<ServiceId, CarrierService[]>();
  for (const service of openServices(world, asked, to)) {
    const same = services.get(service.id);
    if (same === undefined) services.set(service.id, [service]);
    else same.push(service);
  }
  const options: PromiseOption[] = [];
  for (const [id, same] of services) {
    const parcels = bundles.flatMap((bundle) => parcelBy(world, bundle, same, to, atMs) ?? []);
    if (parcels.length === bundles.length) options.push(optionOf('service', parcels, 0, id));
  }
  const lastMs = ({ deliverByMs, shipByMs }: PromiseOption): number => deliverByMs ?? shipByMs ?? Infinity;
  const byName = (a: PromiseOption, b: PromiseOption): number => ((a.service ?? '') < (b.service ?? '') ? -1 : 1);
  return options.sort((a, b) => a.costMinor - b.costMinor || lastMs(a) - lastMs(b) || byName(a, b));
}

/** A parcel by the cheapest of some services; undefined: none carries it. */
function parcelBy(
  world: World,
  { location, lines }: Bundle,
  services: readonly CarrierService[],
  to: Destination,
  atMs: number,
): PromisedParcel | undefined {
  const cell = must(world.locations.get(location), 'a location that was chosen');
  const card = must(cell.snapshot?.context, 'a location that exists');
  const km = distanceKm(card, to);
  const offers = offersOn(world.rates, services, card, to, km, atMs);
  const load = loadOf(world, lines);
  const offer = cheapestOffer(offers, load);
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  if (offer === undefined) return undefined;
  const { service: best } = offer;
  const costMinor = minorOf(offer, load);
  const parcel = { location, lines, units, distanceKm: km, carrier: best.carrier, costMinor };
  const service = best.isNamed ? best.id : undefined;
  const place = placeOf(card);
  const readyMs = card.capacity === undefined ? undefined : roomAt(world, cell, units, atMs)?.readyMs;
  const dates = place === undefined ? undefined : datesOf(place, best, transitsOf(world), to, atMs, readyMs);
  return { ...parcel, service, ...(dates ?? { confidence: 0 }) };
}
