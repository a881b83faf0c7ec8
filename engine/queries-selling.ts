/** Answers about what can be sold: from the sums of views, and by place. */
import { availableOf, type Available } from '../actors/available.ts';
import type { ChannelId, Sku } from '../actors/ids.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import type { DeliveryMethod } from '../actors/vocabulary.ts';
import type { StandingRule } from '../actors/buffer-growth.ts';
import { unreachable } from './assert.ts';
import type { LocationCell, SkuCell } from './cells.ts';
import { explain } from './explain.ts';
import { leftOf, type Pool } from '../actors/pool-commands.ts';
import type { Answers, PlaceUnits, PoolView } from './outcome.ts';
import { greatCircleKm } from './routing/distance.ts';
import type { View } from './selling.ts';
import type { World } from './world.ts';

/** Places of each SKU in one answer, when none are asked for. */
const placesDefault = 50;
const pageDefault = 100;

export type SellingQuery = Extract<Query, { kind: `atp.${string}` | `buffer.${string}` | `pool.${string}` }>;

export function answerSelling(world: World, { kind, body }: SellingQuery): Answers[SellingQuery['kind']] {
  switch (kind) {
    case 'atp.get':
      return available(world, body);
    case 'atp.explain':
      return explain(world, viewFor(world, body), body);
    case 'atp.by-location':
      return availableByLocation(world, body);
    case 'buffer.get':
      return world.selling.buffers.get(body.bufferId) ?? null;
    case 'buffer.list':
      return listBuffers(world, body);
    case 'pool.list':
      return poolsOf(world, body);
    default:
      return unreachable(kind);
  }
}

/** Through which channel, by which method and for whom it is asked. */
interface Seen {
  readonly channel?: ChannelId | undefined;
  readonly method?: DeliveryMethod | undefined;
  readonly segment?: string | undefined;
}

/** The view that is asked for; undefined for a channel that does not exist: it sells nothing. */
function viewFor(world: World, { channel, method, segment }: Seen): View | undefined {
  if (channel === undefined) return world.selling.of(undefined, method);
  const cell = world.channels.get(channel);
  return cell?.snapshot === undefined ? undefined : world.selling.of(cell, method, segment);
}

/** The units that may be sold of a SKU: Infinity where it is sold without stock. */
export function unitsFor(world: World, sku: Sku, seen: Seen): number {
  const cell = world.skus.get(sku);
  return cell === undefined ? 0 : (viewFor(world, seen)?.unitsOf(cell) ?? 0);
}

function available(world: World, { skus, ...seen }: QueryBody<'atp.get'>): Record<string, Available> {
  const view = viewFor(world, seen);
  return Object.fromEntries(
    skus.map((sku) => {
      const cell = world.skus.get(sku);
      return [sku, cell === undefined ? 0 : availableOf(view?.unitsOf(cell) ?? 0)];
    }),
  );
}

function availableByLocation(
  world: World,
  { skus, near, limit = placesDefault, ...seen }: QueryBody<'atp.by-location'>,
): Record<string, readonly PlaceUnits[]> {
  const view = viewFor(world, seen);
  const places = (sku: Sku): PlaceUnits[] => {
    const found: PlaceUnits[] = [];
    for (const [location, units] of unitsByPlace(world, view, world.skus.get(sku))) {
      const place = location.snapshot?.context;
      if (units === 0 || place === undefined) continue;
      const distance = near === undefined ? {} : { distanceKm: kilometres(place, near) };
      found.push({ location: place.id, atp: availableOf(units), ...distance });
    }
    return found.sort(nearestFirst).slice(0, limit);
  };
  return Object.fromEntries(skus.map((sku) => [sku, places(sku)]));
}

/** The units of a SKU that a view has, place by place; of a kit, those that each place could make whole. */
function unitsByPlace(
  { locationList }: World,
  view: View | undefined,
  cell: SkuCell | undefined,
): Iterable<readonly [LocationCell, number]> {
  if (view === undefined || cell === undefined) return [];
  if (cell.kit !== undefined) return view.kitsAt(cell.kit);
  if (view.isUntracked(cell)) return locationList.map((location) => [location, view.unitsIn(cell, location)] as const);
  return cell.stocks.map((stock) => [stock.location, view.unitsAt(stock)] as const);
}

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

function kilometres(from: Point, to: Point): number {
  return greatCircleKm(from.latitude, from.longitude, to.latitude, to.longitude);
}

function nearestFirst(a: PlaceUnits, b: PlaceUnits): number {
  return (a.distanceKm ?? 0) - (b.distanceKm ?? 0) || (a.location < b.location ? -1 : 1);
}

function poolsOf(world: World, { sku }: QueryBody<'pool.list'>): PoolView[] {
  const pools = world.skus.get(sku)?.pools ?? [];
  return pools.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [poolView(snapshot.context)]));
}

const poolView = (pool: Pool): PoolView => ({ ...pool, left: leftOf(pool) });

/** A page of buffer rules by their ids. */
function listBuffers(world: World, body: QueryBody<'buffer.list'>): Answers['buffer.list'] {
  const { sku, location, after, limit = pageDefault } = body;
  const all = world.selling.buffers.list();
  const rules: StandingRule[] = [];
  for (let at = after === undefined ? 0 : firstAfter(all, after); at < all.length; at += 1) {
    const rule = all[at];
    if (rule === undefined || (sku !== undefined && rule.sku !== sku)) continue;
    if (location !== undefined && rule.location !== location) continue;
    if (rules.length === limit) return { rules, next: rules.at(-1)?.id };
    rules.push(rule);
  }
  return { rules };
}

/** The place of the first id that comes after another, in a sorted list. */
function firstAfter(list: readonly { readonly id: string }[], id: string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.id ?? '') <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
