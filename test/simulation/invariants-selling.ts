/** Sums of views against a fresh computation: from the cards and balances as they stand, asked of nobody else. */
import type { LocationCell, SkuCell } from '../../engine/cells.ts';
import type { Engine } from '../../engine/engine.ts';
import type { View } from '../../engine/selling.ts';
import { expect } from './actions.ts';

/** Every rule that has a step to take has a timer for it. */
export function checkGrowth(engine: Engine): void {
  const { core, timers } = engine.inspect();
  const set = new Set([...timers.all].map(({ atMs, owner }) => `${owner.kind} ${owner.id} ${atMs}`));
  for (const { id, grows, growth } of core.world.selling.buffers.list()) {
    expect((grows === undefined) === (growth === undefined), `rule ${id} grows, or not, and stands nowhere`);
    if (grows === undefined || growth === undefined) continue;
    const isOver = growth.steps >= 1_000 || (grows.pacePercent === undefined && growth.steps * (grows.quantity ?? 0) >= grows.maxQuantity);
    const atMs = growth.sinceMs + (growth.steps + 1) * grows.everyMs;
    expect(isOver || set.has(`buffer ${id} ${atMs}`), `rule ${id} is to grow at ${atMs} and nothing will tell it`);
  }
}

/** Every sum that is kept and not void. */
export function checkSums(engine: Engine): void {
  for (const cell of engine.inspect().core.world.skus.values()) {
    for (const { view, version, units } of cell.sums ?? []) {
      if (version !== view.version) continue;
      const fresh = freshUnits(view, cell, engine.inspect().core.world.locationList);
      const name = `${view.channel?.id ?? 'everything'} by ${view.method ?? 'any method'}`;
      expect(units === fresh, `${cell.sku} in the view of ${name} is kept as ${units}, its stocks add up to ${fresh}`);
    }
  }
}

/** Whether a location sends what is sold without stock. */
function sends(view: View, { untracked, item }: SkuCell, location: LocationCell): boolean {
  const { locations, groups } = untracked ?? {};
  const isNamed = locations?.includes(location.id) === true || (groups ?? []).some((group) => location.snapshot?.context.groups?.includes(group));
  return item?.snapshot?.value !== 'preorder' && view.sells(location) && (isNamed || (locations ?? groups) === undefined);
}

function freshUnits(view: View, { stocks, kit }: SkuCell, locations: readonly LocationCell[]): number {
  const at = (cell: SkuCell, place: string | undefined): number => {
    const here = (location: LocationCell): boolean => place === undefined || location.id === place;
    if (view.isUntracked(cell)) return locations.some((location) => here(location) && sends(view, cell, location)) ? Infinity : 0;
    return cell.stocks.reduce((sum, stock) => sum + (here(stock.location) ? view.unitsAt(stock) : 0), 0);
  };
  if (kit === undefined) return stocks.reduce((sum, stock) => sum + view.unitsAt(stock), 0);
  const kits = (place: string | undefined): number =>
    Math.min(...kit.components.map(({ sku, quantity }) => Math.floor(at(sku, place) / quantity)));
  if (!kit.together) return kits(undefined);
  return locations.reduce((sum, { id }) => sum + kits(id), 0);
}
