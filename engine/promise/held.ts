/**
 * How the units that a reservation holds could go from where they are held: the cheapest way, the fastest
 * where that is earlier, collected where all of them are at one place that hands over, and by each service.
 */
import type { Destination } from '../../actors/order-commands.ts';
import type { PromisedParcel, PromiseOption } from '../../actors/promise.ts';
import type { ReservationContext } from '../../actors/reservation-context.ts';
import { must } from '../assert.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import { distanceKm } from '../routing/distance.ts';
import { openServices } from '../routing/services.ts';
import type { World } from '../world.ts';
import { optionOf } from './option.ts';
import { placeOf } from './places.ts';
import { loadOf, promiseFor, transitsOf, type Bundle } from './promise-for.ts';
import { byArrival, byCost, firstBy, parcelOf, waysFrom, type Journey, type Way } from './ways.ts';

/** One parcel that is held, with the ways it could go. */
interface Held extends Bundle {
  readonly cell: LocationCell;
  readonly units: number;
  readonly ways: readonly Way[];
  /** When its location would be done with it, where it has a capacity. */
  readonly readyMs: number | undefined;
}

/**
 * The options for what a reservation holds, reckoned as if it were ordered at `atMs`. None when it holds
 * nothing. Where every carrier is suspended, the cheapest option costs nothing and has no dates.
 */
export function heldOptions(
  world: World,
  reservation: ReservationContext,
  to: Destination,
  atMs: number,
): readonly PromiseOption[] {
  const { service, parcels } = reservation;
  if (parcels.length === 0) return [];
  const journey = { to, services: openServices(world, service, to), find: transitsOf(world), rates: world.rates, atMs };
  const held = parcels.map((parcel) => heldParcel(world, reservation, parcel, journey));
  const cheapest = optionOf('cheapest', held.map((one) => sent(one, journey, firstBy(one.ways, byCost))), 0);
  const options = [cheapest, fastest(held, journey, cheapest), collected(world, reservation, held, journey)];
  return [...options.filter((option) => option !== undefined), ...promiseFor(world, held, to, atMs, service)];
}

function heldParcel(
  world: World,
  { lines: all }: ReservationContext,
  { location, lines: taken }: ReservationContext['parcels'][number],
  journey: Journey,
): Held {
  const skus = new Map(all.map(({ lineId, sku }) => [lineId, sku]));
  const cell = must(world.locations.get(location), 'a location that holds units');
  const lines = taken.map(({ lineId, quantity }) => ({ sku: must(skus.get(lineId), 'a line of a cart'), quantity }));
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const isLimited = cell.snapshot?.context.capacity !== undefined;
  const readyMs = isLimited ? roomAt(world, cell, units, journey.atMs)?.readyMs : undefined;
  return { location, cell, lines, units, readyMs, ways: waysFrom(cell, journey, loadOf(world, lines), readyMs) };
}

/** A parcel by one way; undefined: no carrier takes it at present. */
function sent({ cell, lines, units }: Held, { to }: Journey, way: Way | undefined): PromisedParcel {
  if (way !== undefined) return parcelOf(cell, way, lines, units);
  const km = distanceKm(must(cell.snapshot, 'a location that exists').context, to);
  return { location: cell.id, lines, units, distanceKm: km, costMinor: 0, confidence: 0 };
}

/** The earliest date by which every parcel can be there, each by the cheapest way that keeps it. */
function fastest(held: readonly Held[], journey: Journey, cheapest: PromiseOption): PromiseOption | undefined {
  let byMs = 0;
  for (const { ways } of held) byMs = Math.max(byMs, firstBy(ways, byArrival)?.dates?.deliverByMs ?? Infinity);
  if (byMs >= (cheapest.deliverByMs ?? Infinity)) return undefined;
  const inTime = ({ dates }: Way): boolean => (dates?.deliverByMs ?? Infinity) <= byMs;
  return optionOf('fastest', held.map((one) => sent(one, journey, firstBy(one.ways.filter(inTime), byCost))), 0);
}

/** Collected where it is held, when all of it is at one place that hands over for the channel. */
function collected(
  world: World,
  { channel }: ReservationContext,
  held: readonly Held[],
  { to, atMs }: Journey,
): PromiseOption | undefined {
  const [first] = held;
  const card = first?.cell.snapshot?.context;
  if (first === undefined || card === undefined || held.some(({ cell }) => cell !== first.cell)) return undefined;
  if (!world.selling.of(world.channels.get(channel), 'pickup').sells(first.cell)) return undefined;
  const readyMs = first.readyMs ?? placeOf(card)?.readyMs(atMs);
  const confidence = readyMs === undefined ? 0 : 1;
  const parcels = held.map(({ location, lines, units }): PromisedParcel => {
    return { location, lines, units, distanceKm: distanceKm(card, to), costMinor: 0, readyMs, confidence };
  });
  return optionOf('pickup', parcels, 0);
}
