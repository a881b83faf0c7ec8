/** Putting a snapshot into its cell, with what is kept beside it: the sums of views, and who has what. */
import { noShape, shapeOf } from '../actors/item-shape.ts';
import { atp } from '../actors/stock-ledger.ts';
import type { BufferCell, Cell, ItemCell, LotCell, PoolCell, StockCell } from './cells.ts';
import type { Sum } from './selling.ts';
import { voidKits, voidSums } from './sums.ts';

/** Put a snapshot into a cell, with what is kept beside it. Only changes.ts and recovery call this. */
export function place(cell: Cell, snapshot: Cell['snapshot']): void {
  if (cell.kind === 'stock') {
    placeStock(cell, snapshot as StockCell['snapshot']);
    return;
  }
  const before = cell.snapshot;
  (cell as { snapshot: Cell['snapshot'] }).snapshot = snapshot;
  if (cell.kind === 'buffer') cell.buffers.placed(cell, before as BufferCell['snapshot']);
  else if (cell.kind === 'pace') voidSums(cell.stock.sku);
  else if (cell.kind === 'pool') cell.all.placed(cell, before as PoolCell['snapshot']);
  else if (cell.kind === 'seat' || cell.kind === 'shadow') cell.all.placed();
  else if (cell.kind === 'rates') cell.all.placed(cell);
  else if (cell.kind === 'suspect') cell.all.placed(cell);
  else if (cell.kind === 'location') cell.views.locationChanged(cell);
  else if (cell.kind === 'channel') cell.views.channelChanged(cell);
  else if (cell.kind === 'item') placeItem(cell);
  else if (cell.kind === 'lot') cell.all.placed(cell, before as LotCell['snapshot']);
}

/** What a SKU gives to views may be another number of units: they are added up again when asked for. */
function placeItem({ sku, snapshot, cellOf, untracked }: ItemCell): void {
  sku.untracked = snapshot?.context.untracked;
  sku.shape = snapshot === undefined ? noShape : shapeOf(snapshot.context);
  if (sku.untracked === undefined) untracked.delete(sku);
  else untracked.add(sku);
  const kit = snapshot?.context.kit;
  for (const { sku: component } of sku.kit?.components ?? []) component.kits?.delete(sku);
  const components = kit?.components.map(({ sku: name, quantity }) => ({ sku: cellOf(name), quantity }));
  sku.kit = kit === undefined || components === undefined ? undefined : { components, together: kit.together };
  for (const { sku: component } of components ?? []) (component.kits ??= new Set()).add(sku);
  voidSums(sku);
}

/** What it gave to each sum goes, what it gives now comes. */
function placeStock(cell: StockCell, snapshot: StockCell['snapshot']): void {
  const { sums } = cell.sku;
  if (sums !== undefined) addTo(sums, cell, -1);
  cell.snapshot = snapshot;
  cell.atp = snapshot === undefined ? 0 : atp(snapshot.context);
  if (sums !== undefined) addTo(sums, cell, 1);
  if (cell.sku.kits !== undefined) voidKits(cell.sku);
}

function addTo(sums: readonly Sum[], stock: StockCell, sign: 1 | -1): void {
  for (const sum of sums) {
    if (sum.version === sum.view.version) sum.units += sign * sum.view.unitsAt(stock);
  }
}
