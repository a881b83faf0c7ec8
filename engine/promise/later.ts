/** Units that are still to come and that nobody waits for yet: what can be promised where nothing is left. */
import type { Sku } from '../../actors/ids.ts';
import type { LocationCell } from '../cells.ts';
import type { View } from '../selling.ts';
import type { World } from '../world.ts';

export interface Later {
  readonly location: LocationCell;
  /** When they are expected. */
  readonly atMs: number;
  readonly units: number;
  /** How sure that is, 0 to 1. */
  readonly confidence: number;
}

/**
 * Units of a SKU on their way to where a view sells, the soonest first. What is overdue does not count, for
 * nobody knows when it comes; and those that come first are for the orders that wait already.
 */
export function laterUnits(world: World, view: View, sku: Sku, fromMs: number): Later[] {
  const found: Later[] = [];
  for (const [id, incoming] of world.supplies.incoming.of(sku)) {
    const location = world.locations.get(id);
    if (location === undefined || !view.sells(location)) continue;
    for (const { atMs, units, confidence } of incoming) {
      if (atMs >= fromMs && confidence > 0) found.push({ location, atMs, units, confidence });
    }
  }
  found.sort((a, b) => a.atMs - b.atMs || (a.location.id < b.location.id ? -1 : 1));
  let waiting = world.skus.get(sku)?.waiting?.units ?? 0;
  return found.flatMap((later) => {
    const taken = Math.min(waiting, later.units);
    waiting -= taken;
    return taken === later.units ? [] : [{ ...later, units: later.units - taken }];
  });
}
