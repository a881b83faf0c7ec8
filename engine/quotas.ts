/**
 * Units per customer of SKUs that are limited: held, queued and ordered. Counting begins with the first
 * unit asked for while there is a limit and goes on until all are given back; what began before is not
 * counted, and does not count down.
 */
import type { Sku } from '../actors/ids.ts';
import type { Item } from '../actors/item-commands.ts';
import type { OrderContext } from '../actors/order-context.ts';
import type { ReservationContext } from '../actors/reservation-context.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import type { OrderLine } from '../actors/vocabulary.ts';
import { quotaCell, reservationSteps, type QuotaCell } from './cells.ts';
import type { Core } from './core.ts';
import { isFinal, type Snapshot } from './step.ts';

/** What one customer has of one SKU. */
export interface Quota {
  readonly sku: Sku;
  readonly customer: string;
  readonly units: number;
  /** When counting began. */
  readonly sinceMs: number;
}

/** Cells of refused commands that may be left before they are let go. More than one command makes. */
const makingMax = 4_096;

export class Quotas {
  /** Every customer who has units, and those who gave all back and are not saved yet. */
  readonly cells = new Map<string, QuotaCell>();
  readonly #limited = new Set<Sku>();
  readonly #emptied: QuotaCell[] = [];
  /** Cells of the command under way, and of some that were refused. */
  readonly #making = new Map<string, QuotaCell>();

  /** Whether anything is counted or limited: else nobody has to look. */
  get isUsed(): boolean {
    return this.#limited.size > 0 || this.cells.size > 0;
  }

  itemChanged(id: Sku, item: Item | undefined): void {
    if (item?.drop?.perCustomerMax === undefined) this.#limited.delete(id);
    else this.#limited.add(id);
  }

  isLimited(sku: Sku): boolean {
    return this.#limited.has(sku);
  }

  /** The cell of a customer, if it has or had units. A SKU has no control characters: a line break ends it. */
  find(sku: Sku, customer: string): QuotaCell | undefined {
    const key = `${sku}\n${customer}`;
    return this.cells.get(key) ?? this.#making.get(key);
  }

  /** A cell for a customer that has none. It counts once the command is kept. */
  make(sku: Sku, customer: string): QuotaCell {
    const cell = quotaCell(`${sku}\n${customer}`);
    if (this.#making.size >= makingMax) this.#making.clear();
    this.#making.set(cell.id, cell);
    return cell;
  }

  recover(key: string): QuotaCell {
    const cell = quotaCell(key);
    this.cells.set(key, cell);
    return cell;
  }

  /** Units a customer has, as far as they are counted. */
  units(sku: Sku, customer: string): number {
    return this.find(sku, customer)?.snapshot?.context.units ?? 0;
  }

  changed(cell: QuotaCell): void {
    this.#making.delete(cell.id);
    this.cells.set(cell.id, cell);
    if (cell.snapshot?.context.units === 0) this.#emptied.push(cell);
  }

  /** Let go of those who have nothing any more, once that is saved. */
  trimMemory(): void {
    let kept = 0;
    for (const cell of this.#emptied) {
      if (cell.unsaved > 0) this.#emptied[kept++] = cell;
      else if (cell.snapshot?.context.units === 0) this.cells.delete(cell.id);
    }
    this.#emptied.length = kept;
  }
}

interface Owner {
  readonly customer: string;
  readonly startedAtMs: number;
}

/** A reservation went from one snapshot to another: so many units more or fewer are its customer's. */
export function countReservation(
  core: Core,
  before: Snapshot<ReservationContext>,
  after: Snapshot<ReservationContext>,
  atMs: number,
): void {
  const { customer, madeAtMs, lines } = after.context;
  if (customer === undefined || !core.world.quotas.isUsed) return;
  for (const [index, line] of lines.entries()) {
    const was = before.context.lines[index] ?? line;
    const more = reserved(after.value, line) - reserved(before.value, was);
    count(core, line.sku, { customer, startedAtMs: madeAtMs }, more, atMs);
  }
}

function reserved(state: string, { quantity, held }: ReservationContext['lines'][number]): number {
  if (state === 'queued') return quantity;
  return isFinal(reservationSteps, state) ? 0 : held;
}

/** The same for an order: all of it is its customer's, but for what was cancelled. */
export function countOrder(
  core: Core,
  before: Snapshot<OrderContext>,
  after: Snapshot<OrderContext>,
  atMs: number,
): void {
  const { customer, placedAtMs, lines } = after.context;
  if (customer === undefined || !core.world.quotas.isUsed) return;
  const known = before.value === 'received' ? [] : before.context.lines;
  if (known === lines) return;
  for (const [index, line] of lines.entries()) {
    // Lines of a kit may stand where one line waited for a mapping.
    const then = known[index]?.lineId === line.lineId ? known[index] : known.find((one) => one.lineId === line.lineId);
    const was = then === undefined ? 0 : countedOf(then);
    count(core, line.sku, { customer, startedAtMs: placedAtMs }, countedOf(line) - was, atMs);
  }
}

/** Of a line that waits for a mapping nobody knows what it is. */
const countedOf = ({ quantity, cancelled, parked }: OrderLine): number =>
  parked === undefined ? quantity - cancelled : 0;

function count(core: Core, sku: Sku, { customer, startedAtMs }: Owner, more: number, atMs: number): void {
  const { quotas } = core.world;
  if (more === 0) return;
  const cell = quotas.find(sku, customer);
  const known = cell?.snapshot?.value === 'put' ? cell.snapshot.context : undefined;
  const begins = known === undefined && more > 0 && startedAtMs === atMs && quotas.isLimited(sku);
  if (known === undefined ? !begins : startedAtMs < known.sinceMs) return;
  const units = Math.max(0, (known?.units ?? 0) + more);
  const context = { sku, customer, units, sinceMs: known?.sinceMs ?? startedAtMs };
  core.changes.set(cell ?? quotas.make(sku, customer), { value: units === 0 ? 'removed' : 'put', context });
}

/** Why a customer may not have what it asks for, once it is counted. */
export function quotaRefusal(
  { world }: Core,
  customer: string | undefined,
  lines: readonly { readonly sku: Sku }[],
): Rejection | undefined {
  const { quotas, skus } = world;
  if (!quotas.isUsed) return undefined;
  for (const { sku } of lines) {
    const max = skus.get(sku)?.item?.snapshot?.context.drop?.perCustomerMax;
    if (max === undefined) continue;
    if (customer === undefined) return reject('customer-limit', `${sku} is for named customers`, 'body.customer');
    const units = quotas.units(sku, customer);
    if (units <= max) continue;
    return reject('customer-limit', `of ${sku} a customer may have ${max}; this would be ${units}`, 'body.lines');
  }
  return undefined;
}
