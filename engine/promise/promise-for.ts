/**
 * The dates a plan promises: when each parcel leaves its location and when it is there. Pure: the time is
 * an argument, and what is asked of the world stands in it.
 */
import type { CarrierId, LocationId, ServiceId } from '../../actors/ids.ts';
import type { Plan } from '../../actors/order-context.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { World } from '../world.ts';
import { datesOf, type ParcelDates } from './dates.ts';
import { placeOf } from './places.ts';
import { servicesOf, type CarrierService } from './services.ts';
import type { FindTransit } from './transit.ts';

/** A parcel as far as its dates depend on it. */
export interface Parcel {
  readonly location: LocationId;
  readonly carrier?: CarrierId | undefined;
  /** Absent: the one service of a carrier that names none. */
  readonly service?: ServiceId | undefined;
}

/** How a world's transit times are found. */
export const transitsOf = ({ transits }: World): FindTransit => (key) => transits.get(key)?.snapshot?.context;

/** The service a parcel goes by; undefined where its carrier has none of the name. */
export function serviceOf(world: World, { carrier, service }: Parcel): CarrierService | undefined {
  const card = carrier === undefined ? undefined : world.carriers.get(carrier)?.snapshot?.context.card;
  if (card === undefined) return undefined;
  const services = servicesOf(card);
  return service === undefined ? services[0] : services.find(({ id }) => id === service);
}

/**
 * The dates of a parcel that its location is given at `atMs`. Undefined where they are not known: the
 * location has no time zone, no carrier was open, or it never leaves.
 */
export function parcelDates(world: World, parcel: Parcel, to: Destination, atMs: number): ParcelDates | undefined {
  const card = world.locations.get(parcel.location)?.snapshot?.context;
  const place = card === undefined ? undefined : placeOf(card);
  if (place === undefined) return undefined;
  const service = serviceOf(world, parcel);
  return service === undefined ? undefined : datesOf(place, service, transitsOf(world), to, atMs);
}

/** A plan with the dates of its parcels. The plan itself where nothing is known of any. */
export function datedPlan(world: World, plan: Plan, to: Destination, atMs: number): Plan {
  let isKnown = false;
  const fulfillments = plan.fulfillments.map((part) => {
    const dates = parcelDates(world, part, to, atMs);
    if (dates === undefined) return part;
    isKnown = true;
    return { ...part, shipByMs: dates.shipByMs, deliverByMs: dates.deliverByMs };
  });
  return isKnown ? { ...plan, fulfillments } : plan;
}
