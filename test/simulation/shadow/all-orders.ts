/** All orders of the shadow, and which of them there is something to look for in: told by each order alone, as it is put. */
import { isClosed } from './order-facts.ts';
import { isHeld, stockKey, tracked } from './parts.ts';
import type { ShadowOrder } from './state.ts';

export class ShadowOrders extends Map<string, ShadowOrder> {
  /** Those that have not ended. */
  readonly open = new Map<string, ShadowOrder>();
  /** Those of which a location was told lots to pick. */
  readonly picked = new Map<string, ShadowOrder>();
  /** Those with parts that count as work of a location. */
  readonly worked = new Map<string, ShadowOrder>();

  override set(id: string, order: ShadowOrder): this {
    note(this.open, id, order, !isClosed(order));
    note(this.picked, id, order, order.parts.some(({ state, lots }) => state === 'picking' && lots !== undefined));
    note(this.worked, id, order, order.parts.some(({ workUnits }) => workUnits > 0));
    return super.set(id, order);
  }

  override delete(id: string): boolean {
    for (const some of [this.open, this.picked, this.worked]) some.delete(id);
    return super.delete(id);
  }
}

function note(some: Map<string, ShadowOrder>, id: string, order: ShadowOrder, isOne: boolean): void {
  if (isOne) some.set(id, order);
  else some.delete(id);
}

/** Keys of the stocks an order was given units at: in new parts, and in others that it has now of other lines. */
export function stocksGained(before: ShadowOrder | undefined, after: ShadowOrder): string[] {
  const others = after.parts.map((part, index) => {
    const had = new Set(before?.parts[index]?.units.map(({ line }) => line));
    return { ...part, units: had.size === 0 ? [] : part.units.filter(({ line }) => !had.has(line)) };
  });
  return [...stocksOf(after, before?.parts.length ?? 0), ...stocksOf({ ...after, parts: others }, 0)];
}

/** Keys of the stocks an order has units allocated at, in parts from this one on. */
function stocksOf(order: ShadowOrder, from: number): string[] {
  return order.parts
    .slice(from)
    .filter(isHeld)
    .flatMap(({ location, ...part }) => tracked(part).map(({ line }) => stockKey(order.lines[line]?.sku ?? '', location)));
}
