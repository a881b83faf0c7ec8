/** The cell of a suspicion, a kind of those in cells.ts. */
import type { Suspect } from '../../actors/suspect.ts';
import { marks, type Marks, type StockCell } from '../cells.ts';
import type { Snapshot } from '../step.ts';
import type { Suspects } from './suspects.ts';

/** Why a stock is suspect. */
export interface SuspectCell extends Marks {
  readonly kind: 'suspect';
  /** Location and SKU. */
  readonly id: string;
  readonly stock: StockCell;
  readonly all: Suspects;
  /** `put` while it stands, `removed` after. */
  snapshot: Snapshot<Suspect> | undefined;
  unsaved: number;
}

export const suspectCell = (stock: StockCell, all: Suspects): SuspectCell =>
  ({ kind: 'suspect', id: `${stock.location.id}/${stock.sku.sku}`, stock, all, snapshot: undefined, ...marks });
