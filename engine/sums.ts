/** Making void what views keep of a SKU: it is added up again when asked for. */
import type { SkuCell } from './cells.ts';

/** A SKU gives another number of units to views, and so may its kits. */
export function voidSums(sku: SkuCell): void {
  sku.sums = undefined;
  voidKits(sku);
}

/** A component gives another number of units: so may its kits. */
export function voidKits({ kits }: SkuCell): void {
  if (kits !== undefined) for (const kit of kits) kit.sums = undefined;
}
