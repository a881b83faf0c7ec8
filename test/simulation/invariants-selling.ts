/** Sums of views against a fresh computation: from the cards and balances as they stand, asked of nobody else. */
import type { SkuCell } from '../../engine/cells.ts';
import type { Engine } from '../../engine/engine.ts';
import type { View } from '../../engine/selling.ts';
import { expect } from './actions.ts';

/** Every sum that is kept and not void. */
export function checkSums(engine: Engine): void {
  for (const cell of engine.inspect().core.world.skus.values()) {
    for (const { view, version, units } of cell.sums ?? []) {
      if (version !== view.version) continue;
      const fresh = freshUnits(view, cell);
      const name = `${view.channel?.id ?? 'everything'} by ${view.method ?? 'any method'}`;
      expect(units === fresh, `${cell.sku} in the view of ${name} is kept as ${units}, its stocks add up to ${fresh}`);
    }
  }
}

function freshUnits(view: View, { stocks, kit }: SkuCell): number {
  const at = (cell: SkuCell, place: string | undefined): number =>
    cell.stocks.reduce((sum, stock) => sum + (place === undefined || stock.location.id === place ? view.unitsAt(stock) : 0), 0);
  if (kit === undefined) return stocks.reduce((sum, stock) => sum + view.unitsAt(stock), 0);
  const kits = (place: string | undefined): number =>
    Math.min(...kit.components.map(({ sku, quantity }) => Math.floor(at(sku, place) / quantity)));
  if (!kit.together) return kits(undefined);
  const places = new Set(kit.components.flatMap(({ sku }) => sku.stocks.map(({ location }) => location.id as string)));
  return [...places].reduce((sum, place) => sum + kits(place), 0);
}
