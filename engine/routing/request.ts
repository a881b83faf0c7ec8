/** The sourcing request of an order: who may serve it, at what price, and what they have. */
import type { ChannelId, LocationId, ServiceId, Sku } from '../../actors/ids.ts';
import type { Destination } from '../../actors/order-commands.ts';
import { perKit, wholeKits, type WaitingLine } from '../../actors/kits.ts';
import type { OrderContext, Removed } from '../../actors/order-context.ts';
import type { ReservationContext } from '../../actors/reservation-context.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import { priceOf } from '../promise/services.ts';
import { isAmong, type View } from '../selling.ts';
import { plentyUnits } from '../untracked.ts';
import type { World } from '../world.ts';
import { distanceKm } from './distance.ts';
import { cheapestService, openServices } from './services.ts';
import type { Candidate, Need, SourcingRequest } from './source.ts';

export type Found = Candidate & { readonly cell: LocationCell };

/** What of an order sourcing looks at; of the rest, routing plans alone. */
export type Asked = Pick<OrderContext, 'channel' | 'segment' | 'destination' | 'service' | 'lines'> &
  Partial<
    Pick<OrderContext, 'orderId' | 'customer' | 'currency' | 'priority' | 'shortage' | 'attempt' | 'placedAtMs'> &
      Pick<OrderContext, 'promisedByMs' | 'tags' | 'attributes'>
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
}

function requestFor(world: World, needs: readonly Need[], seeker: Seeker, atMs: number): SourcingRequest {
  const view = world.selling.of(world.channels.get(seeker.channel), 'ship', seeker.segment);
  const removed: Removed[] = [];
  const candidates = candidatesFor(world, view, seeker, (cell) => {
    if (cell.snapshot?.context.capacity === undefined) return true;
    const units = needs.reduce((sum, { quantity }) => sum + quantity, 0);
    if (roomAt(world, cell, units, atMs) !== undefined) return true;
    removed.push({ location: cell.id, reason: 'no-capacity' });
    return false;
  });
  const available = availability(world, view, candidates);
  return { needs, candidates, available, removed: removed.length === 0 ? undefined : removed.sort(byLocation) };
}

function candidatesFor(
  world: World,
  view: View,
  seeker: Seeker,
  hasRoom: (cell: LocationCell) => boolean,
): Found[] {
  const found: Found[] = [];
  const price = pricer(world, seeker.destination, seeker.service);
  for (const cell of world.locationList) {
    if (!view.sells(cell) || !isAmong(cell, seeker) || !hasRoom(cell)) continue;
    found.push({ cell, location: cell.id, ...price(cell) });
  }
  return found.sort(byCost);
}

/** What one parcel from a location to a destination costs now, and who takes it. Without a destination: over 0 km. */
export function pricer(
  world: World,
  destination: Destination | undefined,
  service: ServiceId | undefined,
): (cell: LocationCell) => Omit<Candidate, 'location'> {
  const services = openServices(world, service);
  return ({ snapshot }) => {
    const km = destination === undefined || snapshot === undefined ? 0 : distanceKm(snapshot.context, destination);
    const cheapest = cheapestService(services, km);
    return {
      carrier: cheapest?.carrier,
      service: cheapest?.isNamed === true ? cheapest.id : undefined,
      distanceKm: km,
      costMinor: cheapest === undefined ? 0 : priceOf(cheapest, km),
    };
  };
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
