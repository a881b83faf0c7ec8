/** Payments of orders: in memory while one of them may expire, and until they are saved; read back when asked for. */
import type { OrderId } from '../../actors/ids.ts';
import { paymentsDueAtMs, type OrderPayments } from '../../actors/payments.ts';
import type { Claim } from '../../storage/journal.ts';
import { place } from '../place.ts';
import { prefixes, valueFromRow } from '../rows.ts';
import type { Snapshot } from '../step.ts';
import type { Timer, Timers } from '../timers.ts';
import { isTimed, paymentCell, type PaymentCell } from './cell.ts';

export class Payments {
  /** Whether any order has payments: where none has, nobody looks for them. */
  isUsed = false;
  readonly #cells = new Map<OrderId, PaymentCell>();
  /** Cells that may leave memory. */
  readonly #idle = new Set<PaymentCell>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #timers: Timers;
  readonly #isNeeded = ({ atMs, owner }: Timer): boolean => {
    if (owner.kind !== 'payment') return true;
    const context = this.#cells.get(owner.id)?.snapshot?.context;
    return context !== undefined && paymentsDueAtMs(context) === atMs;
  };

  constructor(saved: Pick<Claim, 'row'>, timers: Timers) {
    this.#saved = saved;
    this.#timers = timers;
  }

  /** The cell of an order's payments, in memory from now on; without a snapshot where nothing is known of them. */
  cell(id: OrderId): PaymentCell {
    let cell = this.#cells.get(id);
    if (cell !== undefined) return cell;
    this.#cells.set(id, (cell = paymentCell(id)));
    this.#idle.add(cell);
    const snapshot = this.#read(id);
    if (snapshot !== undefined) place(cell, snapshot);
    return cell;
  }

  /** For a reader: what is read back for it does not stay in memory. */
  look(id: OrderId): OrderPayments | undefined {
    if (!this.isUsed) return undefined;
    const cell = this.#cells.get(id);
    return (cell === undefined ? this.#read(id) : cell.snapshot)?.context;
  }

  #read(id: OrderId): Snapshot<OrderPayments> | undefined {
    const row = this.#saved.row(prefixes.paymentIdle + id);
    return row === undefined || row === null ? undefined : valueFromRow<OrderPayments>(row);
  }

  /** A kept change. */
  changed(cell: PaymentCell, before: PaymentCell['snapshot']): void {
    const { snapshot } = cell;
    if (snapshot === undefined) return;
    this.isUsed = true;
    if (isTimed(snapshot.context)) this.#idle.delete(cell);
    else this.#idle.add(cell);
    const [then, now] = [before && paymentsDueAtMs(before.context), paymentsDueAtMs(snapshot.context)];
    if (then === now) return;
    if (now !== undefined) this.#timers.set(now, { kind: 'payment', id: cell.id });
    if (then !== undefined) this.#timers.overtaken(this.#isNeeded);
  }

  /** Recovery: as they stand. */
  recover(id: OrderId, row: unknown): PaymentCell {
    const cell = paymentCell(id);
    this.#cells.set(id, cell);
    place(cell, valueFromRow<OrderPayments>(row));
    this.changed(cell, undefined);
    return cell;
  }

  trimMemory(): void {
    for (const cell of this.#idle) {
      if (cell.unsaved > 0) continue;
      this.#idle.delete(cell);
      this.#cells.delete(cell.id);
    }
  }
}
