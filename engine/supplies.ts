/**
 * Supply documents in memory: the open ones, what is listed and what is to come. A document that has ended
 * leaves memory once it is saved, and is read back from its row when asked for.
 */
import type { LocationId, Sku, SupplyId } from '../actors/ids.ts';
import type { SupplyContext, SupplyState } from '../actors/supply-context.ts';
import type { Claim } from '../storage/journal.ts';
import { supplyCell, supplySteps, type SupplyCell } from './cells.ts';
import { join, leave, sortByAge } from './id-lists.ts';
import { place } from './place.ts';
import { Incoming } from './incoming.ts';
import { prefixes, supplyFromRow } from './rows.ts';
import { isFinal, type Snapshot } from './step.ts';

type Supply = Snapshot<SupplyContext>;

const isOpen = (supply: Supply): boolean => !isFinal(supplySteps, supply.value);

export class Supplies {
  readonly incoming = new Incoming();
  /** Open documents by state, in the order they reached it. */
  readonly byState = new Map<SupplyState, Set<SupplyId>>();
  /** Open documents to or from a location. */
  readonly byLocation = new Map<LocationId, Set<SupplyId>>();
  /** Open documents with a line of the SKU. */
  readonly bySku = new Map<Sku, Set<SupplyId>>();
  openCount = 0;
  readonly #cells = new Map<SupplyId, SupplyCell>();
  /** Cells that may leave memory: ended, or never begun. */
  readonly #idle = new Set<SupplyCell>();
  readonly #saved: Pick<Claim, 'row'>;

  constructor(saved: Pick<Claim, 'row'>) {
    this.#saved = saved;
  }

  isOpen(id: SupplyId): boolean {
    const snapshot = this.#cells.get(id)?.snapshot;
    return snapshot !== undefined && isOpen(snapshot);
  }

  /** Open documents, by state. */
  *open(): Iterable<SupplyId> {
    for (const ids of this.byState.values()) yield* ids;
  }

  /** The document, from memory or its saved row; undefined when there is none. */
  get(id: SupplyId): SupplyCell | undefined {
    const cell = this.#cells.get(id);
    if (cell !== undefined) return cell.snapshot === undefined ? undefined : cell;
    const snapshot = this.#read(id);
    if (snapshot === undefined) return undefined;
    const ended = this.begin(id);
    place(ended, snapshot);
    return ended;
  }

  /** The document for a reader: one that has ended does not stay in memory for it. */
  look(id: SupplyId): Supply | undefined {
    const cell = this.#cells.get(id);
    return cell === undefined ? this.#read(id) : cell.snapshot;
  }

  #read(id: SupplyId): Supply | undefined {
    const row = this.#saved.row(prefixes.supplyEnded + id);
    return row === undefined || row === null ? undefined : supplyFromRow(id, row);
  }

  /** The cell for a document that is about to begin. The caller has made sure that `get` found none. */
  begin(id: SupplyId): SupplyCell {
    const present = this.#cells.get(id);
    if (present !== undefined) return present;
    const cell = supplyCell(id);
    this.#cells.set(id, cell);
    this.#idle.add(cell);
    return cell;
  }

  /** A kept change of a document: `before` is undefined when it is new. */
  changed(cell: SupplyCell, before: Supply | undefined): void {
    const after = cell.snapshot;
    if (after === undefined) return;
    this.incoming.changed(before?.context, after.context);
    const wasOpen = before !== undefined && isOpen(before);
    const isOpenNow = isOpen(after);
    if (isOpenNow) this.#idle.delete(cell);
    else this.#idle.add(cell);
    this.openCount += Number(isOpenNow) - Number(wasOpen);
    if (before?.value !== after.value) {
      if (wasOpen) leave(this.byState, before.value as SupplyState, cell.id);
      if (isOpenNow) join(this.byState, after.value as SupplyState, cell.id);
    }
    const places = isOpenNow ? placesOf(after.context) : [];
    this.#move(this.byLocation, cell.id, wasOpen ? placesOf(before.context) : [], places);
    const skus = isOpenNow ? skusOf(after.context) : [];
    this.#move(this.bySku, cell.id, wasOpen ? skusOf(before.context) : [], skus);
  }

  #move<K>(lists: Map<K, Set<SupplyId>>, id: SupplyId, from: readonly K[], to: readonly K[]): void {
    const stays = new Set(to);
    for (const key of from) if (!stays.has(key)) leave(lists, key, id);
    for (const key of to) join(lists, key, id);
  }

  /** Recovery: a document as it stands. */
  recover(id: SupplyId, snapshot: Supply): SupplyCell {
    const cell = this.begin(id);
    place(cell, snapshot);
    this.changed(cell, undefined);
    return cell;
  }

  /** Recovery: lists stand by age. */
  sortByAge(): void {
    const ageOf = (id: SupplyId): number => this.#cells.get(id)?.snapshot?.context.createdAtMs ?? 0;
    sortByAge(this.byState, ageOf);
    sortByAge(this.byLocation, ageOf);
    sortByAge(this.bySku, ageOf);
  }

  /** Let go of what has ended and is saved. */
  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
  }

  /** Documents in memory: for checks. */
  get inMemory(): number {
    return this.#cells.size;
  }
}

/** The locations a document concerns. */
export function placesOf({ to, from }: SupplyContext): readonly LocationId[] {
  return from === undefined ? [to] : [to, from];
}

const skusOf = ({ lines }: SupplyContext): readonly Sku[] => lines.map(({ sku }) => sku);
