/**
 * Lots and serials in memory, and what is derived from them: which are at a location, the first to leave
 * first; which are on their way with a transfer; when each leaves sale. Lots with units anywhere, and
 * recalled ones, stay in memory; ended ones leave it once they are saved and are read back by their rows.
 * What a lot went with is a row for each shipment, numbered, and read from disk alone.
 */
import { assert, must } from './assert.ts';
import type { LocationId, LotId, Sku, SupplyId } from '../actors/ids.ts';
import { forSale, isBlocked, leavesBefore, lotState } from '../actors/lots.ts';
import type { Lot, LotShipment } from '../actors/lots.ts';
import type { Tracking } from '../actors/item-commands.ts';
import type { Claim } from '../storage/journal.ts';
import { lotCell, lotShipmentCell, type LotCell, type LotShipmentCell, type SkuCell } from './cells.ts';
import { place } from './place.ts';
import { prefixes, valueFromRow } from './rows.ts';
import type { Snapshot } from './step.ts';
import type { Timer, Timers } from './timers.ts';

/** How units of a SKU are told apart; undefined: they are not. */
export const trackingOf = ({ item }: SkuCell): Tracking | undefined => item?.snapshot?.context.tracking;

export const isEnded = (lot: Lot): boolean => lotState(lot) === 'ended';
/** Whether units of it may not be sold and are not set aside yet: orders still have them. */
export const isPending = (lot: Lot): boolean => isBlocked(lot) && lot.places.some((one) => forSale(one) > 0);

/** The name of a lot in rows and timers. A lot id holds no slash. */
export const lotKey = (sku: Sku, lot: LotId): string => `${lot}/${sku}`;

export function lotNames(key: string): { readonly sku: Sku; readonly lot: LotId } {
  const slash = key.indexOf('/');
  return { lot: key.slice(0, slash) as LotId, sku: key.slice(slash + 1) as Sku };
}

/** The lots of one SKU that have not ended. */
export class SkuLots {
  /** The first to leave first. */
  readonly open: LotCell[] = [];
  readonly #byLocation = new Map<LocationId, LotCell[]>();
  readonly #byTransit = new Map<SupplyId, LotCell[]>();

  /** Lots at a location, the first to leave first; also one of which nothing is left but what is to be picked. */
  at(location: LocationId): readonly LotCell[] {
    return this.#byLocation.get(location) ?? [];
  }

  /** Lots on their way with a transfer, the first to leave first. */
  with(supplyId: SupplyId): readonly LotCell[] {
    return this.#byTransit.get(supplyId) ?? [];
  }

  /** A lot is in other places, or its change was undone. */
  moved(cell: LotCell, before: Lot | undefined, after: Lot | undefined): void {
    const [was, is] = [before !== undefined && !isEnded(before), after !== undefined && !isEnded(after)];
    const lot = must(after ?? before, 'a lot before or after');
    if (was !== is) put(this.open, cell, lot, is);
    if (before?.places !== after?.places) {
      const places = new Set(after?.places.map(({ location }) => location));
      for (const { location } of before?.places ?? []) {
        if (!places.delete(location)) index(this.#byLocation, location, cell, lot, false);
      }
      for (const location of places) index(this.#byLocation, location, cell, lot, true);
    }
    if (before?.transit === after?.transit) return;
    const transits = new Set(after?.transit.map(({ supplyId }) => supplyId));
    for (const { supplyId } of before?.transit ?? []) {
      if (!transits.delete(supplyId)) index(this.#byTransit, supplyId, cell, lot, false);
    }
    for (const supplyId of transits) index(this.#byTransit, supplyId, cell, lot, true);
  }
}

function index<K>(lists: Map<K, LotCell[]>, key: K, cell: LotCell, lot: Lot, isIn: boolean): void {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  put(list, cell, lot, isIn);
  if (list.length === 0) lists.delete(key);
}

/** Put a lot into a list in its order, or take it out. What the order depends on never changes. */
function put(list: LotCell[], cell: LotCell, lot: Lot, isIn: boolean): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle]?.order;
    if (other !== undefined && leavesBefore(other, lot)) low = middle + 1;
    else high = middle;
  }
  if (isIn) list.splice(low, 0, cell);
  else {
    assert(list[low] === cell, 'a lot stands where its order says');
    list.splice(low, 1);
  }
}

export class Lots {
  openCount = 0;
  readonly cells = new Map<string, LotCell>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  /** Ended ones, and cells that hold nothing. */
  readonly #idle = new Set<LotCell>();
  /** Shipments that are not saved yet. */
  readonly #shipments = new Map<string, LotShipmentCell>();
  readonly #isNeeded = ({ owner }: Timer): boolean => {
    if (owner.kind !== 'lot') return true;
    const lot = this.cells.get(owner.id)?.snapshot?.context;
    return lot !== undefined && !isEnded(lot) && (!lot.hasLeft || isPending(lot));
  };

  constructor(saved: Pick<Claim, 'row'>, timers: Timers) {
    this.#saved = saved;
    this.#timers = timers;
  }

  /** A lot of a SKU, ended or not, from memory or its row; undefined when there never was one. */
  get(sku: SkuCell, lot: LotId): LotCell | undefined {
    const key = lotKey(sku.sku, lot);
    const present = this.cells.get(key);
    if (present?.snapshot !== undefined) return present;
    const row = this.#saved.row(prefixes.lotEnded + key);
    if (row === undefined || row === null) return undefined;
    const cell = this.cell(sku, lot);
    place(cell, valueFromRow<Lot>(row));
    return cell;
  }

  /** The lot as it stands, for a reader: what is read back for it does not stay in memory. */
  look(sku: Sku, lot: LotId): Lot | undefined {
    const key = lotKey(sku, lot);
    const present = this.cells.get(key)?.snapshot?.context;
    if (present !== undefined) return present;
    const row = this.#saved.row(prefixes.lotEnded + key);
    return row === undefined || row === null ? undefined : valueFromRow<Lot>(row).context;
  }

  /** The cell of a lot, made when new. */
  cell(sku: SkuCell, lot: LotId): LotCell {
    const key = lotKey(sku.sku, lot);
    let cell = this.cells.get(key);
    if (cell === undefined) {
      this.cells.set(key, (cell = lotCell(key, sku, this)));
      this.#idle.add(cell);
    }
    return cell;
  }

  /** Lots of a SKU at a location. */
  at(sku: SkuCell, location: LocationId): readonly LotCell[] {
    return sku.lots?.at(location) ?? [];
  }

  /** The cell of a shipment about to be noted: the lots’s `number`th. */
  shipment(lot: Lot, number: number): LotShipmentCell {
    const id = `${lot.lot}/${number}/${lot.sku}`;
    let cell = this.#shipments.get(id);
    if (cell === undefined) this.#shipments.set(id, (cell = lotShipmentCell(id)));
    return cell;
  }

  lookShipment(lot: Lot, number: number): LotShipment {
    const id = `${lot.lot}/${number}/${lot.sku}`;
    const present = this.#shipments.get(id)?.snapshot;
    return (present ?? valueFromRow<LotShipment>(this.#saved.row(prefixes['lot-shipment'] + id))).context;
  }

  /** A lot was put into its cell, or a change of it undone. */
  placed(cell: LotCell, before: Snapshot<Lot> | undefined): void {
    const [was, after] = [before?.context, cell.snapshot?.context];
    if (after !== undefined) cell.order = after;
    const isOpen = after !== undefined && !isEnded(after);
    this.openCount += Number(isOpen) - Number(was !== undefined && !isEnded(was));
    (cell.sku.lots ??= new SkuLots()).moved(cell, was, after);
    if (isOpen) this.#idle.delete(cell);
    else this.#idle.add(cell);
  }

  /** A change of a lot is kept: its timers follow. */
  changed({ id, snapshot }: LotCell, before: Snapshot<Lot> | undefined): void {
    const lot = must(snapshot, 'a lot that changed').context;
    const was = before?.context;
    if (isPending(lot)) this.#timers.set(0, { kind: 'lot', id });
    if (lot.hasLeft || lot.leavesAtMs === undefined) return;
    const [wasOpen, isOpen] = [was !== undefined && !isEnded(was), !isEnded(lot)];
    if (isOpen && !wasOpen) this.#timers.set(lot.leavesAtMs, { kind: 'lot', id });
    if (wasOpen && !isOpen) this.#timers.overtaken(this.#isNeeded);
  }

  /** Recovery: a lot as its row has it. */
  recover(sku: SkuCell, lot: LotId, row: unknown): LotCell {
    const cell = this.cell(sku, lot);
    place(cell, valueFromRow<Lot>(row));
    this.changed(cell, undefined);
    return cell;
  }

  recoverShipment(id: string, row: unknown): LotShipmentCell {
    const cell = lotShipmentCell(id);
    place(cell, valueFromRow<LotShipment>(row));
    this.#shipments.set(id, cell);
    return cell;
  }

  /** Let go of ended lots and of shipments that are saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.cells.delete(cell.id);
    }
    for (const [id, cell] of this.#shipments) if (cell.unsaved === 0) this.#shipments.delete(id);
  }
}
