/** Why a number is what it is: each term of what a view may sell, location by location. */
import { availableOf } from '../actors/available.ts';
import { grownUnits } from '../actors/buffer-growth.ts';
import type { Location } from '../actors/network-commands.ts';
import type { QueryBody } from '../actors/queries.ts';
import { free, unavailable } from '../actors/stock-ledger.ts';
import type { DeliveryMethod } from '../actors/vocabulary.ts';
import { bufferUnits } from './buffers.ts';
import type { SkuCell, StockCell } from './cells.ts';
import type { AtpExplained, AtpTerms, NotSold } from './outcome.ts';
import { leftToOthers } from './pools.ts';
import { delivers, isOnPreorder, type View } from './selling.ts';
import type { World } from './world.ts';

/**
 * The units of a SKU in a view (undefined: of a channel that does not exist) with all their terms; they add
 * up to what atp.get answers.
 */
export function explain(
  world: World,
  view: View | undefined,
  { sku, channel, method = 'ship', segment }: QueryBody<'atp.explain'>,
): AtpExplained {
  const locations: AtpTerms[] = [];
  for (const stock of world.skus.get(sku)?.stocks ?? []) {
    const terms = termsOf(world, view, stock, method);
    if (terms !== undefined) locations.push(terms);
  }
  locations.sort((a, b) => (a.location < b.location ? -1 : 1));
  const cell = world.skus.get(sku);
  const untracked = untrackedTerms(world, view, cell);
  const atp = availableOf(cell === undefined ? 0 : (view?.unitsOf(cell) ?? 0));
  return { sku, channel, method, segment, atp, locations, kit: kitTerms(view, cell), untracked };
}

/** Of a kit, what there is of each component: the scarcest decides, place by place if it is kept together. */
function kitTerms(
  view: View | undefined,
  cell: SkuCell | undefined,
): AtpExplained['kit'] {
  if (cell?.kit === undefined) return undefined;
  const components = cell.kit.components.map(({ sku, quantity }) => {
    return { sku: sku.sku, quantity, atp: availableOf(view?.unitsOf(sku) ?? 0) };
  });
  return { together: cell.kit.together, components };
}

/** Of what is sold without stock, the locations that send it. */
function untrackedTerms(
  { locationList }: World,
  view: View | undefined,
  cell: SkuCell | undefined,
): AtpExplained['untracked'] {
  if (cell === undefined || view?.isUntracked(cell) !== true) return undefined;
  const sending = locationList.filter((location) => view.unitsIn(cell, location) > 0);
  return { locations: sending.map(({ id }) => id).sort() };
}

function termsOf(world: World, view: View | undefined, stock: StockCell, method: DeliveryMethod): AtpTerms | undefined {
  const levels = stock.snapshot?.context;
  if (levels === undefined) return undefined;
  const { sku: _sku, location, ...balances } = levels;
  const rule = view === undefined ? undefined : world.selling.buffers.find(stock, view);
  const grown = rule?.grows === undefined ? undefined : grownUnits(rule, stock.pace?.snapshot?.context);
  const units = rule === undefined ? 0 : bufferUnits(rule, levels, stock.pace);
  const found = rule === undefined ? undefined : { bufferId: rule.id, units, grown };
  return {
    location,
    ...balances,
    unavailable: unavailable(levels),
    free: free(levels),
    rule: found,
    heldBack: Math.max(levels.buffer, found?.units ?? 0),
    ofOthers: leftToOthers(stock, view?.buyer ?? { channel: undefined }),
    notSold: view === undefined ? 'unknown-channel' : reasonNotToSell(view, stock, method),
    atp: view?.unitsAt(stock) ?? 0,
  };
}

function reasonNotToSell(view: View, stock: StockCell, method: DeliveryMethod): NotSold | undefined {
  const { sku, location, snapshot } = stock;
  if (view.sells(location)) {
    if (view.isUntracked(sku)) return 'untracked';
    if (isOnPreorder(sku)) return 'preorder';
    return snapshot?.context.suspect === true ? 'suspect' : undefined;
  }
  const place: Location | undefined = location.snapshot?.context;
  if (place === undefined || place.state !== 'open') return 'paused';
  return delivers(place, method) ? 'not-of-channel' : 'cannot-deliver';
}
