/**
 * Reservations in memory, and what is derived from them: who holds which stock, how many are open, whose
 * time is over when. Open ones stay in memory; closed ones leave it once they are saved, and are read from
 * their rows as long as the journal keeps the record that closed them.
 */
import type { ReservationId } from '../actors/ids.ts';
import { parcelUnits } from '../actors/reservation-lines.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import type { Claim } from '../storage/journal.ts';
import { must } from './assert.ts';
import { reservationCell, reservationSteps } from './cells.ts';
import type { ReservationCell, SkuCell, StockCell } from './cells.ts';
import { place } from './place.ts';
import { DropLine } from './drop-line.ts';
import { ReservationList } from './reservation-list.ts';
import { prefixes, reservationFromRow } from './rows.ts';
import { isFinal, type Snapshot } from './step.ts';
import type { Timer, Timers } from './timers.ts';
import type { World } from './world.ts';

type Reservation = Snapshot<ReservationContext>;

export const isOpen = ({ value }: Reservation): boolean => !isFinal(reservationSteps, value);

export class Reservations {
  /** Open ones, and closed ones that are not saved yet. */
  readonly cells = new Map<ReservationId, ReservationCell>();
  /** The open ones in the order they were made. */
  readonly list = new ReservationList();
  openCount = 0;
  /** Of those, how many wait in line. */
  queuedCount = 0;
  /** SKUs with somebody in line. */
  readonly lined = new Set<SkuCell>();
  /** Reservations whose time was over, since the start. */
  expiredCount = 0;
  readonly #closed: ReservationCell[] = [];
  readonly #saved: Pick<Claim, 'row'>;
  readonly #world: World;
  readonly #timers: Timers;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean => {
    if (owner.kind !== 'reservation') return true;
    const cell = this.cells.get(owner.id);
    return cell?.snapshot !== undefined && isOpen(cell.snapshot) && cell.timerAtMs === atMs;
  };

  constructor(saved: Pick<Claim, 'row'>, world: World, timers: Timers) {
    this.#saved = saved;
    this.#world = world;
    this.#timers = timers;
  }

  /** The reservation as it stands, from memory or its saved row; undefined when there is none. */
  look(id: ReservationId): Reservation | undefined {
    const cell = this.cells.get(id);
    if (cell?.snapshot !== undefined) return cell.snapshot;
    const row = this.#saved.row(prefixes.reservationClosed + id);
    return row === undefined || row === null ? undefined : reservationFromRow(id, row);
  }

  /** Whether one exists, or existed not long ago. */
  has(id: ReservationId): boolean {
    return this.cells.has(id) || (this.#saved.row(prefixes.reservationClosed + id) ?? null) !== null;
  }

  /** Recovery: those the rows have, in the order of their tickets. */
  recover(rows: readonly (readonly [ReservationId, Reservation])[]): ReservationCell[] {
    const ticket = ([, { context }]: (typeof rows)[number]): number => context.ticket ?? 0;
    const cells = rows.toSorted((a, b) => ticket(a) - ticket(b)).map(([id, snapshot]) => {
      const cell = reservationCell(id);
      place(cell, snapshot);
      this.changed(cell, undefined, snapshot);
      return cell;
    });
    this.list.sort();
    return cells;
  }

  /** A reservation went from one snapshot to another (undefined: it did not exist). */
  changed(cell: ReservationCell, before: Reservation | undefined, after: Reservation): void {
    const wasOpen = before !== undefined && isOpen(before);
    const isNow = isOpen(after);
    if (before === undefined) {
      this.cells.set(cell.id, cell);
      this.list.add(cell);
    }
    this.openCount += Number(isNow) - Number(wasOpen);
    if (before?.context.parcels !== after.context.parcels) this.#holds(cell.id, before?.context, after.context);
    this.#queue(cell, before?.value, after);
    if (isNow) this.#arm(cell, after.context.expiresAtMs);
    else this.#close(cell, before !== undefined && after.value === 'expired');
  }

  #queue(cell: ReservationCell, before: string | undefined, { value, context }: Reservation): void {
    if ((before === 'queued') === (value === 'queued')) return;
    const { sku, line, ticket } = this.#place(context);
    if (value === 'queued') line.add(ticket, cell.id);
    else line.remove(ticket);
    if (line.length > 0) this.lined.add(sku);
    else this.lined.delete(sku);
    this.queuedCount += value === 'queued' ? 1 : -1;
  }

  /** The line a reservation waits in, or waited in, and its ticket. */
  #place({ lines, ticket }: ReservationContext): { sku: SkuCell; line: DropLine; ticket: number } {
    const sku = this.#world.sku(must(lines[0], 'a line of a cart').sku);
    const line = (sku.line ??= new DropLine());
    return { sku, line, ticket: must(ticket, 'the ticket of a reservation in line') };
  }

  /** The place in line of a reservation that waits: 1 is the next to be served. Undefined when it does not. */
  position({ value, context }: Reservation): number | undefined {
    if (value !== 'queued') return undefined;
    const { line, ticket } = this.#place(context);
    return line.position(ticket);
  }

  #holds(id: ReservationId, before: ReservationContext | undefined, after: ReservationContext): void {
    if (before !== undefined) this.#each(before, (stock) => stock.reservers?.delete(id));
    this.#each(after, (stock) => (stock.reservers ??= new Set()).add(id));
  }

  #each({ lines, parcels }: ReservationContext, each: (stock: StockCell) => void): void {
    for (const { sku, location } of parcelUnits(lines, parcels)) {
      each(must(this.#world.findStock(sku, location), 'the stock of a reservation'));
    }
  }

  /** One timer is enough, as long as it is not too late: when it comes, the reservation says until when it waits. */
  #arm(cell: ReservationCell, expiresAtMs: number): void {
    if (cell.timerAtMs !== 0 && cell.timerAtMs <= expiresAtMs) return;
    const isSooner = cell.timerAtMs !== 0;
    cell.timerAtMs = expiresAtMs;
    this.#timers.set(expiresAtMs, { kind: 'reservation', id: cell.id });
    if (isSooner) this.#timers.overtaken(this.#isNeeded);
  }

  /** Its timer has come before its time: wait on. Nothing when a later one is set. */
  rearm(cell: ReservationCell, expiresAtMs: number, nowMs: number): void {
    if (cell.timerAtMs > nowMs) return;
    cell.timerAtMs = 0;
    this.#arm(cell, expiresAtMs);
  }

  #close(cell: ReservationCell, isExpired: boolean): void {
    this.#closed.push(cell);
    this.list.close();
    if (isExpired) this.expiredCount += 1;
    else if (cell.timerAtMs !== 0) this.#timers.overtaken(this.#isNeeded);
  }

  /** Let go of closed ones that are saved. */
  trimMemory(): void {
    this.list.trimMemory();
    let kept = 0;
    for (const cell of this.#closed) {
      if (cell.unsaved > 0) this.#closed[kept++] = cell;
      else this.cells.delete(cell.id);
    }
    this.#closed.length = kept;
  }
}
