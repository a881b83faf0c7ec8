/** Answers about lots and serials. Shipments are read from their rows, page by page. */
import { forSale, lotState, type Lot, type LotShipment } from '../actors/lots.ts';
import type { QueryBody } from '../actors/queries.ts';
import type { Answers, LotTrace, LotView } from './outcome.ts';
import type { World } from './world.ts';

const pageDefault = 100;
/** Places on one page of lots: a lot may be at many. */
const pagePlacesMax = 1_000;

export function lotTrace(world: World, { sku, lot: id, from = 1, limit }: QueryBody<'lot.get'>): LotTrace | null {
  const lot = world.lots.look(sku, id);
  if (lot === undefined) return null;
  const went: LotShipment[] = [];
  const end = Math.min(lot.shipments, from - 1 + (limit ?? pageDefault));
  for (let number = from; number <= end; number += 1) went.push(world.lots.lookShipment(lot, number));
  return { ...viewOfLot(lot), went, next: end < lot.shipments ? end + 1 : undefined };
}

/** Lots in the order in which they leave. Where the one to continue after has ended, the list begins again. */
export function listLots(world: World, body: QueryBody<'lot.list'>): Answers['lot.list'] {
  const { lots } = world.skus.get(body.sku) ?? {};
  const list = (body.location === undefined ? lots?.open : lots?.at(body.location)) ?? [];
  const past = body.after === undefined ? -1 : list.findIndex(({ order }) => order?.lot === body.after);
  const found: LotView[] = [];
  let places = 0;
  for (let at = past + 1; at < list.length; at += 1) {
    const lot = list[at]?.snapshot?.context;
    if (lot === undefined || (body.state !== undefined && lotState(lot) !== body.state)) continue;
    const isFull = found.length === (body.limit ?? pageDefault) || (places += lot.places.length) > pagePlacesMax;
    if (isFull && found.length > 0) return { lots: found, next: found.at(-1)?.lot };
    found.push(viewOfLot(lot, body.location));
  }
  return { lots: found };
}

/** @param location the only one to tell of: what is on its way is not there. */
function viewOfLot(context: Lot, location?: string): LotView {
  const { hasLeft: _hasLeft, places, ...lot } = context;
  const told = location === undefined ? places : places.filter((place) => place.location === location);
  const locations = told.map((place) => ({ ...place, forSale: forSale(place) }));
  locations.sort((a, b) => (a.location < b.location ? -1 : 1));
  const onHand = told.reduce((sum, place) => sum + place.onHand, 0);
  const transit = location === undefined ? lot.transit : [];
  return { ...lot, transit, state: lotState(context), onHand, locations };
}
