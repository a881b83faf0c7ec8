/**
 * Losses: units that are not there, although they were promised. They are taken back from reservations
 * first, the newest first, then from orders, the newest first, of which nobody picks them yet; whoever lost
 * some is sourced again in the same command.
 */
import type { OrderId, ReservationId } from '../../actors/ids.ts';
import type { StockUnits } from '../../actors/order-context.ts';
import { displacePlan } from '../../actors/order-takings.ts';
import { breakPlan } from '../../actors/reservation-lines.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { applied, free, type StockMessage } from '../../actors/stock-ledger.ts';
import { must } from '../assert.ts';
import type { ReservationCell, StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { isShort, tellReservation } from '../reservation-effects.ts';
import { followPicks } from './lot-orders.ts';

/** Owners, and their lines, that one stock command may take units from: more would not fit a record. */
const lossMax = { owners: 200, lines: 1_000, isFirstTaken: false };

interface LossMax {
  readonly owners: number;
  readonly lines: number;
  /** Whether the first owner is taken from however many lines it has. */
  readonly isFirstTaken: boolean;
}

/** Who lost units by a command. */
export class Losses {
  readonly orders = new Set<OrderId>();
  readonly reservations = new Set<ReservationId>();
  #lines = 0;
  readonly #max: LossMax;

  constructor(max: LossMax = lossMax) {
    this.#max = max;
  }

  /** Why one more with so many lines is too much for one command. */
  refusal(lines: number): Rejection | undefined {
    this.#lines += lines;
    const owned = this.orders.size + this.reservations.size;
    if (owned < this.#max.owners && this.#lines <= this.#max.lines) return undefined;
    if (owned === 0 && this.#max.isFirstTaken) return undefined;
    const owners = `${this.#max.owners} orders and reservations`;
    return reject('over-limit', `this would take units from over ${owners} or large ones; take smaller steps`);
  }
}

/**
 * Take back what a message leaves without units. Why not, when that cannot be done.
 * @param held units that it brings and that may not be sold.
 */
export function displace(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  losses: Losses,
  atMs: number,
  held = 0,
): Rejection | undefined {
  const before = stock.snapshot?.context;
  if (before === undefined || (message.type !== 'stock.adjust' && message.type !== 'stock.count')) return undefined;
  const after = applied(before, message);
  const missing = held - free(after);
  // Where taking back everything would not do, the ledger itself refuses, and says why.
  if (missing <= 0 || missing > after.reserved + after.allocated) return undefined;
  const lost = { sku: stock.sku.sku, location: stock.location.id, quantity: missing };
  const left = breakReservations(core, stock, lost, losses, atMs);
  if (typeof left !== 'number') return left;
  const picked = displaceOrders(core, stock, { ...lost, quantity: left }, losses, atMs, false);
  if (picked === 0 || typeof picked !== 'number') return picked === 0 ? undefined : picked;
  return reject('not-enough', `${picked} of these units are being picked: they must be shorted or shipped first`);
}

/** Make so many units of a stock free, as far as may be in one step: also units that are being picked, in the end. */
export function displaceUnits(core: Core, stock: StockCell, units: number, losses: Losses, atMs: number): void {
  const quantity = units - free(must(stock.snapshot, 'a stock').context);
  if (quantity <= 0) return;
  const lost = { sku: stock.sku.sku, location: stock.location.id, quantity };
  let left = breakReservations(core, stock, lost, losses, atMs);
  for (const picking of [false, true]) {
    if (typeof left !== 'number') return;
    left = displaceOrders(core, stock, { ...lost, quantity: left }, losses, atMs, picking);
  }
}

/** Take units of a stock back from reservations. Returns how many are still missing. */
export function breakReservations(
  core: Core,
  stock: StockCell,
  lost: StockUnits,
  losses: Losses,
  atMs: number,
): number | Rejection {
  let missing = lost.quantity;
  for (const cell of newestFirst(core, stock)) {
    if (missing === 0) break;
    const { context } = must(cell.snapshot, 'a reservation that holds units');
    const units = { ...lost, quantity: missing };
    const rejection =
      losses.refusal(context.lines.length) ?? tellReservation(core, cell, { type: 'reservation.break', units, atMs });
    if (rejection !== undefined) return rejection;
    losses.reservations.add(cell.id);
    missing -= breakPlan(context, units).units;
  }
  return missing;
}

/** Who holds units of a stock, the last made first; of those made at once, the last by name. */
function newestFirst({ world }: Core, { reservers }: StockCell): ReservationCell[] {
  const cells = [...(reservers ?? [])].map((id) => must(world.reservations.cells.get(id), 'a reservation in memory'));
  const madeAtMs = ({ snapshot }: ReservationCell): number => snapshot?.context.madeAtMs ?? 0;
  return cells.sort((a, b) => madeAtMs(b) - madeAtMs(a) || (a.id < b.id ? 1 : -1));
}

/** Returns how many units are still missing. @param picking also from orders that are being picked. */
function displaceOrders(
  core: Core,
  stock: StockCell,
  lost: StockUnits,
  losses: Losses,
  atMs: number,
  picking: boolean,
): number | Rejection {
  let missing = lost.quantity;
  for (const id of missing === 0 ? [] : stock.holders.newestFirst()) {
    if (missing === 0) break;
    const order = core.world.isOpen(id) ? core.world.order(id) : undefined;
    const context = order?.snapshot?.context;
    if (order === undefined || context === undefined) continue;
    const units = { ...lost, quantity: missing };
    const given = unitsOf(displacePlan(context, { units, picking }));
    if (given === 0) continue;
    const rejection =
      losses.refusal(context.lines.length) ?? tellOrder(core, order, { type: 'order.displace', units, picking, atMs });
    if (rejection !== undefined) return rejection;
    if (picking) followPicks(core, context, must(order.snapshot, 'an order').context);
    losses.orders.add(id);
    missing -= given;
  }
  return missing;
}

export function unitsOf(takings: ReturnType<typeof displacePlan>): number {
  let sum = 0;
  for (const { units } of takings) for (const { quantity } of units) sum += quantity;
  return sum;
}

/** Source again whoever lost units: orders first, they were accepted; then reservations, the oldest first. */
export function sourceAgain(core: Core, { orders, reservations }: Losses, atMs: number): Rejection | undefined {
  for (const id of orders) {
    const order = must(core.world.order(id), 'a displaced order');
    const rejection = tellOrder(core, order, { type: 'order.source', atMs });
    if (rejection !== undefined) return rejection;
  }
  for (const id of [...reservations].toReversed()) {
    const cell = must(core.world.reservations.cells.get(id), 'a broken reservation');
    const rejection = isShort(cell) ? tellReservation(core, cell, { type: 'reservation.source', atMs }) : undefined;
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}
