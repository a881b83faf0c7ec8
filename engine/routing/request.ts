/** The sourcing request of an order: who may serve it, at what price, and what they have. */
import { noShape, type Shape } from '../../actors/item-shape.ts';
import type { ChannelId, LocationId, ServiceId, Sku } from '../../actors/ids.ts';
import type { Destination } from '../../actors/order-commands.ts';
import { perKit, wholeKits, type WaitingLine } from '../../actors/kits.ts';
import type { Declined, OrderContext, Removed } from '../../actors/order-context.ts';
import { startsAtMs } from '../../actors/order-schedule.ts';
import type { ReservationContext } from '../../actors/reservation-context.ts';
import { must } from '../assert.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import { cheapestOffer, isByWeight, minorOf, offersOn, unitGramsMax } from '../promise/offers.ts';
import { priceOf, type CarrierService } from '../promise/services.ts';
import { isAmong, type View } from '../selling.ts';
import { plentyUnits } from '../untracked.ts';
import type { World } from '../world.ts';
import { distanceKm } from './distance.ts';
import { cheapestService, openServices } from './services.ts';
import type { Candidate, Need, SourcingRequest } from './source.ts';
import { ByWeight, shapedNeeds, tooHeavy, wholeLoad } from './weighed.ts';

export type Found = Candidate & {
  readonly cell: LocationCell;
  /** SKUs that may not come from there. */
  readonly masked?: ReadonlySet<Sku> | undefined;
};

/** What of an order sourcing looks at; of the rest, routing plans alone. */
export type Asked = Pick<OrderContext, 'channel' | 'segment' | 'destination' | 'service' | 'lines' | 'declined'> &
  Partial<
    Pick<OrderContext, 'orderId' | 'customer' | 'currency' | 'priority' | 'shortage' | 'attempt' | 'placedAtMs'> &
      Pick<OrderContext, 'fulfillAtMs' | 'promisedByMs' | 'tags' | 'attributes'>
  >;

/** Everything sourcing needs for the units of an order that have no place. */
export function sourcingRequest(world: World, order: Asked, atMs: number): SourcingRequest {
  return requestFor(world, orderNeeds(order), order, atMs);
}

/** The units of an order that have no place. */
export function orderNeeds(order: Asked): readonly Need[] {
  const needs: Need[] = [];
  let hasKits = false;
  for (const { lineId, sku, backordered, kit } of order.lines) {
    if (kit !== undefined) hasKits = true;
    if (backordered > 0) needs.push({ lineId, sku, quantity: backordered });
  }
  return hasKits ? kitNeeds(order.lines) : needs;
}

/** The SKUs of which units have no place. */
export const wantedSkus = ({ lines }: Pick<Asked, 'lines'>): Sku[] =>
  lines.flatMap(({ sku, backordered }) => (backordered > 0 ? [sku] : []));

/** Kits are sought whole; what one lost later is replaced piece by piece. */
function kitNeeds(lines: readonly WaitingLine[]): Need[] {
  const whole = wholeKits(lines);
  return lines.flatMap((line): Need[] => {
    const { lineId, sku, backordered: quantity, kit } = line;
    if (quantity === 0) return [];
    if (kit === undefined || !whole.has(kit.lineId)) return [{ lineId, sku, quantity }];
    return [{ lineId, sku, quantity, kit: { id: kit.lineId, units: perKit(line), together: kit.together } }];
  });
}

/** Everything sourcing needs for the units of a reservation that are not held yet. */
export function reservationRequest(world: World, reservation: ReservationContext, atMs: number): SourcingRequest {
  return requestFor(world, reservationNeeds(reservation), reservation, atMs);
}

/** The units of a reservation that are not held yet. */
export function reservationNeeds(reservation: ReservationContext): readonly Need[] {
  const needs: Need[] = [];
  let hasKits = false;
  for (const { lineId, sku, quantity, held, kit } of reservation.lines) {
    if (kit !== undefined) hasKits = true;
    if (held < quantity) needs.push({ lineId, sku, quantity: quantity - held });
  }
  if (!hasKits) return needs;
  return kitNeeds(reservation.lines.map((line) => ({ ...line, backordered: line.quantity - line.held })));
}

/** Whose units are sought: from where they may come, and where they go if that is known. */
export interface Seeker {
  readonly channel: ChannelId;
  /** The segment of its customer, as far as it was named. */
  readonly segment?: string | undefined;
  readonly destination: Destination | undefined;
  /** The carrier service to go by; undefined: whichever is cheapest. */
  readonly service: ServiceId | undefined;
  readonly locations?: readonly LocationId[] | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Locations that declined units of it. */
  readonly declined?: readonly Declined[] | undefined;
  /** It is not to be started before. */
  readonly fulfillAtMs?: number | undefined;
}

/** Whether a location is not asked, because it declined units of the order; that is noted. */
export function hasDeclined(
  { id }: LocationCell, { declined }: Pick<Seeker, 'declined'>, atMs: number, removed: Removed[],
): boolean {
  if (declined?.some(({ location, untilMs }) => location === id && untilMs > atMs) !== true) return false;
  removed.push({ location: id, reason: 'declined' });
  return true;
}

function requestFor(world: World, wanted: readonly Need[], seeker: Seeker, atMs: number): SourcingRequest {
  const view = world.selling.of(world.channels.get(seeker.channel), 'ship', seeker.segment);
  const services = openServices(world, seeker.service, seeker.destination);
  const isWeighed = seeker.destination !== undefined && isByWeight(world.rates, services, atMs);
  const needs = isWeighed ? shapedNeeds(world, wanted) : wanted;
  const removed: Removed[] = [];
  const units = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const startMs = startsAtMs(seeker, atMs);
  const hasRoom = (cell: LocationCell): boolean => {
    if (hasDeclined(cell, seeker, atMs, removed)) return false;
    if (cell.snapshot?.context.capacity === undefined || roomAt(world, cell, units, startMs) !== undefined) return true;
    removed.push({ location: cell.id, reason: 'no-capacity' });
    return false;
  };
  const { destination } = seeker;
  const price = isWeighed ? weigher(world, services, needs, destination, atMs, removed) : byKm(services, destination);
  const candidates = candidatesFor(world, view, seeker, hasRoom, price);
  const available = masking(availability(world, view, candidates), candidates);
  const left = removed.length === 0 ? undefined : removed.sort(byLocation);
  return { needs, candidates, available, isWeighed, removed: left };
}

/** Who may serve, with what each takes for a parcel; whoever has no price is none. */
function candidatesFor(
  world: World,
  view: View,
  seeker: Seeker,
  hasRoom: (cell: LocationCell) => boolean,
  price: (cell: LocationCell) => Priced | undefined,
): Found[] {
  const found: Found[] = [];
  for (const cell of world.locationList) {
    if (!view.sells(cell) || !isAmong(cell, seeker) || !hasRoom(cell)) continue;
    const priced = price(cell);
    if (priced !== undefined) found.push({ cell, location: cell.id, ...priced });
  }
  return found.sort(byCost);
}

type Priced = Omit<Found, 'location' | 'cell'>;

/** Prices by rate cards. A location from which nobody carries is removed, as are lines of units that are too heavy. */
function weigher(
  world: World,
  services: readonly CarrierService[],
  needs: readonly Need[],
  to: Destination | undefined,
  atMs: number,
  removed: Removed[],
): (cell: LocationCell) => Priced | undefined {
  return ({ id, snapshot }) => {
    if (snapshot === undefined) return undefined;
    const km = to === undefined ? 0 : distanceKm(snapshot.context, to);
    const offers = offersOn(world.rates, services, snapshot.context, to, km, atMs);
    if (offers.length === 0) {
      removed.push({ location: id, reason: 'no-rate' });
      return undefined;
    }
    const most = unitGramsMax(offers);
    const heavy = tooHeavy(needs, most);
    if (heavy !== undefined) removed.push({ location: id, reason: 'too-heavy', lines: heavy.lines });
    const carriage = new ByWeight(offers);
    const carried = must(carriage.carried(wholeLoad(needs, most)), 'whoever carries the heaviest unit');
    return { ...carried, distanceKm: km, carriage, masked: heavy?.skus };
  };
}

/** What is there, but for SKUs that may not come from a candidate. */
export function masking(
  available: SourcingRequest['available'],
  candidates: readonly Found[],
): SourcingRequest['available'] {
  if (candidates.every(({ masked }) => masked === undefined)) return available;
  return (sku, candidate) => (candidates[candidate]?.masked?.has(sku) === true ? 0 : available(sku, candidate));
}

type Price = Omit<Candidate, 'location'>;

const kmTo = ({ snapshot }: LocationCell, to: Destination | undefined): number =>
  to === undefined || snapshot === undefined ? 0 : distanceKm(snapshot.context, to);

/** Prices by base and kilometres, as if there were no rate cards. Without a destination: over 0 km. */
export function byKm(services: readonly CarrierService[], to: Destination | undefined): (cell: LocationCell) => Price {
  return (cell) => {
    const km = kmTo(cell, to);
    const cheapest = cheapestService(services, km);
    return offerOf(cheapest, km, cheapest === undefined ? 0 : priceOf(cheapest, km));
  };
}

/**
 * What a parcel from a location to a destination costs now, and who takes it; nobody, at no cost, where no service
 * carries it.
 */
export function pricer(
  world: World,
  destination: Destination | undefined,
  service: ServiceId | undefined,
  atMs: number,
): (cell: LocationCell, load?: Shape) => Price {
  const services = openServices(world, service, destination);
  if (destination === undefined || !isByWeight(world.rates, services, atMs)) return byKm(services, destination);
  return (cell, load = noShape) => {
    const km = kmTo(cell, destination);
    if (cell.snapshot === undefined) return offerOf(undefined, km, 0);
    const offer = cheapestOffer(offersOn(world.rates, services, cell.snapshot.context, destination, km, atMs), load);
    return offerOf(offer?.service, km, offer === undefined ? 0 : minorOf(offer, load));
  };
}

function offerOf(by: CarrierService | undefined, km: number, costMinor: number): Price {
  return { carrier: by?.carrier, service: by?.isNamed === true ? by.id : undefined, distanceKm: km, costMinor };
}

export function byLocation(a: Removed, b: Removed): number {
  return a.location < b.location ? -1 : 1;
}

export function byCost(a: Candidate, b: Candidate): number {
  if (a.costMinor !== b.costMinor) return a.costMinor - b.costMinor;
  if (a.distanceKm !== b.distanceKm) return a.distanceKm - b.distanceKm;
  return a.location < b.location ? -1 : 1;
}

/** Units by SKU and candidate. Sourcing asks SKU by SKU, so the last SKU's stocks are kept. */
export function availability(world: World, view: View, candidates: readonly Found[]): SourcingRequest['available'] {
  let last: Sku | undefined;
  const units = new Array<number>(candidates.length).fill(0);
  const placeOf = new Array<number>(world.locationList.length).fill(-1);
  for (let candidate = 0; candidate < candidates.length; candidate += 1) {
    const index = candidates[candidate]?.cell.index;
    if (index !== undefined) placeOf[index] = candidate;
  }
  return (sku, candidate) => {
    if (sku !== last) {
      last = sku;
      units.fill(0);
      const cell = world.skus.get(sku);
      for (const stock of cell?.stocks ?? []) {
        const place = placeOf[stock.location.index] ?? -1;
        if (place >= 0) units[place] = view.unitsAt(stock);
      }
      if (cell !== undefined && view.isUntracked(cell)) {
        for (const [place, one] of candidates.entries()) {
          units[place] = Math.min(plentyUnits, view.unitsIn(cell, one.cell));
        }
      }
    }
    return units[candidate] ?? 0;
  };
}
