/** The sourcing request of an order: who may serve it, at what price, and what they have. */
import type { CarrierCard } from '../../actors/network-commands.ts';
import type { CarrierId, Sku } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { LocationCell } from '../cells.ts';
import type { View } from '../selling.ts';
import type { World } from '../world.ts';
import { distanceKm } from './distance.ts';
import type { Candidate, Need, SourcingRequest } from './source.ts';

type Found = Candidate & { readonly cell: LocationCell };

/** Everything sourcing needs for the units of an order that have no place. */
export function sourcingRequest(world: World, order: OrderContext): SourcingRequest {
  const needs: Need[] = [];
  for (const { lineId, sku, backordered } of order.lines) {
    if (backordered > 0) needs.push({ lineId, sku, quantity: backordered });
  }
  const view = world.selling.of(world.channels.get(order.channel));
  const candidates = candidatesFor(world, view, order);
  return { needs, candidates, available: availability(world, view, candidates) };
}

function candidatesFor(world: World, view: View, order: OrderContext): Found[] {
  const found: Found[] = [];
  const carriers = openCarriers(world);
  for (const cell of world.locationList) {
    const location = cell.snapshot?.context;
    if (location === undefined || !view.sells(cell)) continue;
    const km = distanceKm(location, order.destination);
    const { carrier, costMinor } = cheapestCarrier(carriers, km);
    found.push({ cell, location: cell.id, carrier, distanceKm: km, costMinor });
  }
  return found.sort(byCost);
}

function byCost(a: Candidate, b: Candidate): number {
  if (a.costMinor !== b.costMinor) return a.costMinor - b.costMinor;
  if (a.distanceKm !== b.distanceKm) return a.distanceKm - b.distanceKm;
  return a.location < b.location ? -1 : 1;
}

function openCarriers(world: World): CarrierCard[] {
  const cards: CarrierCard[] = [];
  for (const { snapshot } of world.carriers.values()) {
    if (snapshot?.value === 'open') cards.push(snapshot.context.card);
  }
  return cards;
}

/** The cheapest open carrier for a parcel over so many kilometres; equal price by name. None open: cost 0. */
function cheapestCarrier(
  cards: readonly CarrierCard[],
  km: number,
): { carrier: CarrierId | undefined; costMinor: number } {
  let carrier: CarrierId | undefined;
  let costMinor = 0;
  for (const { id, baseMinor, perKmMinor } of cards) {
    const minor = Math.round(baseMinor + perKmMinor * km);
    if (carrier !== undefined && (minor > costMinor || (minor === costMinor && id > carrier))) continue;
    carrier = id;
    costMinor = minor;
  }
  return { carrier, costMinor };
}

/** Units by SKU and candidate. Sourcing asks SKU by SKU, so the last SKU's stocks are kept. */
function availability(world: World, view: View, candidates: readonly Found[]): SourcingRequest['available'] {
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
      for (const stock of world.skus.get(sku)?.stocks ?? []) {
        const place = placeOf[stock.location.index] ?? -1;
        if (place >= 0) units[place] = view.unitsAt(stock);
      }
    }
    return units[candidate] ?? 0;
  };
}
