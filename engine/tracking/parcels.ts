/**
 * Parcels in memory: the last ones touched, as with orders; any other is read back from its row when a scan, a
 * question or its timer asks for it. An ended one has its row under another key, so that recovery passes over it.
 */
import type { CarrierId } from '../../actors/ids.ts';
import { hasEnded, trackingKey, type Parcel } from '../../actors/tracking.ts';
import type { Claim } from '../../storage/journal.ts';
import { place } from '../place.ts';
import { prefixes, valueFromRow } from '../rows.ts';
import type { Snapshot } from '../step.ts';
import type { Timer, Timers } from '../timers.ts';
import { parcelCell, type ParcelCell } from './parcel-cell.ts';

export class Parcels {
  /** The longest untouched first. */
  readonly cells = new Map<string, ParcelCell>();
  openCount = 0;
  /** Of them, those of which nothing was scanned in time. */
  alarmedCount = 0;
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  readonly #max: number;
  /** Of one that is not in memory it is not known: its timer stays. */
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean => {
    if (owner.kind !== 'parcel') return true;
    const snapshot = this.cells.get(owner.id)?.snapshot;
    return snapshot === undefined || snapshot.context.dueAtMs === atMs;
  };

  constructor(saved: Pick<Claim, 'row'>, timers: Timers, inMemoryMax: number) {
    this.#saved = saved;
    this.#timers = timers;
    this.#max = inMemoryMax;
  }

  /** The parcel with a number, ended or not, from memory or its row. */
  find(carrier: CarrierId, tracking: string): ParcelCell | undefined {
    return this.get(trackingKey(carrier, tracking));
  }

  get(id: string): ParcelCell | undefined {
    const present = this.cells.get(id);
    if (present !== undefined) return present.snapshot === undefined ? undefined : present;
    const snapshot = this.#read(id);
    if (snapshot === undefined) return undefined;
    const cell = this.begin(id);
    place(cell, snapshot);
    return cell;
  }

  /** The parcel for a reader: what is read back for it does not stay in memory. */
  look(carrier: CarrierId, tracking: string): Parcel | undefined {
    const id = trackingKey(carrier, tracking);
    const cell = this.cells.get(id);
    return (cell === undefined ? this.#read(id) : cell.snapshot)?.context;
  }

  #read(id: string): Snapshot<Parcel> | undefined {
    const row = this.#saved.row(prefixes.parcel + id) ?? this.#saved.row(prefixes.parcelEnded + id);
    return row === undefined || row === null ? undefined : valueFromRow<Parcel>(row);
  }

  /** The cell for a number, made when it is not in memory. The caller has made sure what `get` finds. */
  begin(id: string): ParcelCell {
    let cell = this.cells.get(id);
    if (cell === undefined) this.cells.set(id, (cell = parcelCell(id)));
    return cell;
  }

  /** A kept change: it is counted otherwise, and its timer is another one. */
  changed({ id, snapshot }: ParcelCell, before: Snapshot<Parcel> | undefined): void {
    this.openCount += isOpen(snapshot) - isOpen(before);
    this.alarmedCount += Number(snapshot?.context.alarm !== undefined) - Number(before?.context.alarm !== undefined);
    const [then, now] = [before?.context.dueAtMs, snapshot?.context.dueAtMs];
    if (then === now) return;
    if (now !== undefined) this.#timers.set(now, { kind: 'parcel', id });
    if (then !== undefined) this.#timers.overtaken(this.#isNeeded);
  }

  /** Recovery: one that is not ended. It stays in memory when there is room, or its row is not saved. */
  recover(id: string, row: unknown, isUnsaved: boolean): ParcelCell {
    const cell = parcelCell(id);
    place(cell, valueFromRow<Parcel>(row));
    if (isUnsaved || this.cells.size < this.#max) this.cells.set(id, cell);
    this.changed(cell, undefined);
    return cell;
  }

  /** Let go of the longest untouched above the bound, and of what never left. */
  trimMemory(): void {
    let tries = this.cells.size - this.#max;
    for (const [id, cell] of this.cells) {
      if (tries <= 0) return;
      tries -= 1;
      this.cells.delete(id);
      if (cell.unsaved > 0) this.cells.set(id, cell);
    }
  }
}

const isOpen = (parcel: Snapshot<Parcel> | undefined): number =>
  Number(parcel !== undefined && !hasEnded(parcel.context));
