/**
 * The cheap form for product pages: of many SKUs, how one unit of each would come. What does not depend on
 * the SKU, dates and lanes from each location, is worked out once; then each SKU is a walk over its stocks.
 */
import { noShape, type Shape } from '../../actors/item-shape.ts';
import type { Sku } from '../../actors/ids.ts';
import type { QuickPromise, QuickPromises } from '../../actors/promise.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { roomAt } from '../capacity.ts';
import type { LocationCell } from '../cells.ts';
import { openServices } from '../routing/services.ts';
import type { View } from '../selling.ts';
import type { World } from '../world.ts';
import { laterUnits } from './later.ts';
import { transitsOf } from './promise-for.ts';
import { byArrival, byCost, firstBy, lanesFrom, parcelOf, waysFrom, waysOn } from './ways.ts';
import type { Journey, Lane, Way } from './ways.ts';

interface Best {
  readonly earliest: QuickPromise | undefined;
  readonly cheapest: QuickPromise | undefined;
}

export function quickPromises(world: World, body: QueryBody<'promise.bulk'>, atMs: number): QuickPromises[] {
  const channel = world.channels.get(body.channel);
  if (channel?.snapshot === undefined) return body.skus.map((sku) => ({ sku }));
  const view = world.selling.of(channel, 'ship', body.segment);
  const { destination: to, skus } = body;
  const services = openServices(world, undefined, to);
  const journey = { to, services, find: transitsOf(world), rates: world.rates, atMs };
  const best: (BestFor | undefined)[] = [];
  for (const cell of world.locationList) {
    best[cell.index] = view.sells(cell) ? bestFrom(world, cell, journey) : undefined;
  }
  return skus.map((sku) => promiseOf(world, view, sku, best, journey));
}

/** The best ways for one unit of a shape. */
type BestFor = (unit: Shape) => Best;

/** The best ways from a location for one unit; undefined where it has no room for one. */
function bestFrom(world: World, cell: LocationCell, journey: Journey): BestFor | undefined {
  if (cell.snapshot?.context.capacity === undefined) return bestOver(cell, lanesFrom(cell, journey));
  const slot = roomAt(world, cell, 1, journey.atMs);
  return slot === undefined ? undefined : bestOver(cell, lanesFrom(cell, journey, slot.readyMs));
}

/** Worked out once where no price depends on the unit, else once for each shape. */
function bestOver(cell: LocationCell, lanes: readonly Lane[]): BestFor {
  if (lanes.every(({ offer }) => offer.tariff === undefined)) {
    const best = bestOf(cell, waysOn(lanes, noShape));
    return () => best;
  }
  const known = new Map<Shape, Best>();
  return (unit) => {
    let best = known.get(unit);
    if (best === undefined) known.set(unit, (best = bestOf(cell, waysOn(lanes, unit))));
    return best;
  };
}

function bestOf(cell: LocationCell, ways: readonly Way[], later?: { atMs: number; confidence: number }): Best {
  const quick = (way: Way | undefined): QuickPromise | undefined => {
    if (way === undefined) return undefined;
    const { location, carrier, service, costMinor, shipByMs, deliverByMs, confidence } = parcelOf(cell, way, [], 1);
    const promise = { location, carrier, service, costMinor, shipByMs, deliverByMs };
    if (later === undefined) return { ...promise, confidence };
    return { ...promise, confidence: confidence * later.confidence, expectedAtMs: later.atMs };
  };
  const first = firstBy(ways, byArrival);
  const earliest = first?.dates?.deliverByMs === undefined ? undefined : quick(first);
  return { earliest, cheapest: quick(firstBy(ways, byCost)) };
}

function promiseOf(
  world: World,
  view: View,
  sku: Sku,
  best: readonly (BestFor | undefined)[],
  journey: Journey,
): QuickPromises {
  let earliest: QuickPromise | undefined;
  let cheapest: QuickPromise | undefined;
  const unit = world.skus.get(sku)?.shape ?? noShape;
  for (const location of placesOf(world, view, sku)) {
    const from = best[location.index]?.(unit);
    if (from === undefined) continue;
    if (from.earliest !== undefined && isEarlier(from.earliest, earliest)) earliest = from.earliest;
    if (from.cheapest !== undefined && isCheaper(from.cheapest, cheapest)) cheapest = from.cheapest;
  }
  if (cheapest !== undefined) return { sku, earliest, cheapest };
  const [later] = laterUnits(world, view, sku, journey.atMs);
  if (later === undefined) return { sku };
  const { location, atMs } = later;
  return { sku, ...bestOf(location, waysFrom(location, { ...journey, atMs }, unit), later) };
}

/** The locations that have any of a SKU for a view, or send it without stock. */
function placesOf({ skus, locationList }: World, view: View, sku: Sku): readonly LocationCell[] {
  const cell = skus.get(sku);
  if (cell === undefined) return [];
  if (view.isUntracked(cell)) return locationList.filter((location) => view.unitsIn(cell, location) > 0);
  return cell.stocks.flatMap((stock) => (view.unitsAt(stock) === 0 ? [] : [stock.location]));
}

const arrivalMs = ({ deliverByMs }: QuickPromise): number => deliverByMs ?? Infinity;

function isEarlier(a: QuickPromise, b: QuickPromise | undefined): boolean {
  if (b === undefined || arrivalMs(a) !== arrivalMs(b)) return b === undefined || arrivalMs(a) < arrivalMs(b);
  return a.costMinor === b.costMinor ? a.location < b.location : a.costMinor < b.costMinor;
}

function isCheaper(a: QuickPromise, b: QuickPromise | undefined): boolean {
  if (b === undefined || a.costMinor !== b.costMinor) return b === undefined || a.costMinor < b.costMinor;
  return arrivalMs(a) === arrivalMs(b) ? a.location < b.location : arrivalMs(a) < arrivalMs(b);
}
