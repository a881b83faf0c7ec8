/**
 * Lots and serials of fulfillments: what a location is told to pick, the first to leave first; what of it left
 * or was missing. What is scanned wins: a location may send other units than those it was told to pick.
 */
import type { LotId, Sku } from '../../actors/ids.ts';
import { forSale, isBlocked, placeOf, toPick, withPlace } from '../../actors/lots.ts';
import type { Lot } from '../../actors/lots.ts';
import type { NamedLots } from '../../actors/lot-commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { trackedUnits } from '../../actors/order-takings.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment, LineLot, LineUnits } from '../../actors/vocabulary.ts';
import { assert, must } from '../assert.ts';
import type { SkuCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { fieldOf, isRejection, isTracked, leaveRefusal, moveLot, namedUnits } from '../lot-units.ts';
import { trackingOf } from '../lots.ts';

type NamedLine = LineUnits & NamedLots;

/** The tracked SKU of a line; undefined when its units are all alike. */
function skuOf({ world }: Core, { lines }: OrderContext, lineId: string): SkuCell {
  const line = must(lines.find((one) => one.lineId === lineId), 'a line of the order');
  return must(world.skus.get(line.sku), 'a known SKU');
}

/** Whether a fulfillment has units of a tracked SKU, or a command says so. */
export function hasLots(
  core: Core,
  order: OrderContext,
  part: Fulfillment,
  lines: readonly NamedLine[] | undefined,
): boolean {
  if (lines?.some(({ lots, serials }) => lots !== undefined || serials !== undefined) === true) return true;
  // The lines of a fulfillment stand in the order of the order's.
  let at = 0;
  for (const { lineId } of trackedUnits(part, part.lines)) {
    while (order.lines[at]?.lineId !== lineId) at += 1;
    const sku = core.world.skus.get(must(order.lines[at], 'a line of the order').sku);
    if (sku !== undefined && trackingOf(sku) !== undefined) return true;
  }
  return false;
}

/** Chooses units of lots at one location, none of them twice. */
class Choosing {
  readonly lots: LineLot[] = [];
  readonly #core: Core;
  readonly #part: Fulfillment;
  readonly #taken = new Map<string, number>();

  constructor(core: Core, part: Fulfillment) {
    this.#core = core;
    this.#part = part;
  }

  /** Units of a lot that may still be chosen, of so many. */
  left(sku: Sku, lot: LotId, units: number): number {
    return units - (this.#taken.get(`${lot}/${sku}`) ?? 0);
  }

  take(sku: Sku, lineId: LineUnits['lineId'], lot: LotId, quantity: number): void {
    const key = `${lot}/${sku}`;
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + quantity);
    const at = this.lots.findIndex((one) => one.lineId === lineId && one.lot === lot);
    const before = this.lots[at];
    if (before === undefined) this.lots.push({ lineId, lot, quantity });
    else this.lots[at] = { ...before, quantity: before.quantity + quantity };
  }

  /** Take what a line still wants from lots in their order, as many of each as `units` says. */
  fill(sku: SkuCell, line: LineUnits, lots: Iterable<Lot>, units: (lot: Lot) => number): number {
    let wanted = line.quantity;
    for (const lot of lots) {
      if (wanted === 0) break;
      const quantity = Math.min(wanted, this.left(sku.sku, lot.lot, units(lot)));
      if (quantity <= 0) continue;
      this.take(sku.sku, line.lineId, lot.lot, quantity);
      wanted -= quantity;
    }
    return wanted;
  }

  /** All lots of a SKU at the location, the first to leave first. */
  *here(sku: SkuCell): Iterable<Lot> {
    for (const { snapshot } of this.#core.world.lots.at(sku, this.#part.location)) {
      if (snapshot !== undefined) yield snapshot.context;
    }
  }

  /** Take what a line was told to pick, as far as it is there and not taken yet. Returns what is still wanted. */
  fillAsTold(sku: SkuCell, line: LineUnits, isLastFirst: boolean, units: (lot: Lot) => number): number {
    const own = (this.#part.lots ?? []).filter(({ lineId }) => lineId === line.lineId);
    let wanted = line.quantity;
    for (const { lot, quantity } of isLastFirst ? own.toReversed() : own) {
      const found = this.#core.world.lots.get(sku, lot)?.snapshot?.context;
      if (found === undefined) continue;
      const most = Math.min(wanted, quantity - this.#takenFor(line.lineId, lot));
      if (most > 0) wanted -= most - this.fill(sku, { ...line, quantity: most }, [found], units);
    }
    return wanted;
  }

  #takenFor(lineId: LineUnits['lineId'], lot: LotId): number {
    return this.lots.reduce((sum, one) => sum + (one.lineId === lineId && one.lot === lot ? one.quantity : 0), 0);
  }
}

const tooFew = (sku: SkuCell, { location }: Fulfillment): Rejection =>
  reject('out-of-stock', `${location} has too few units of ${sku.sku} that may be sold: its orders are being moved`);

/** What a location is to take for a fulfillment; none when no SKU of it is tracked. */
export function lotsToPick(core: Core, order: OrderContext, part: Fulfillment): readonly LineLot[] | Rejection {
  const choosing = new Choosing(core, part);
  for (const line of trackedUnits(part, part.lines)) {
    const sku = skuOf(core, order, line.lineId);
    if (trackingOf(sku) === undefined) continue;
    const units = (lot: Lot): number => toPick(lot, placeOf(lot, part.location));
    if (choosing.fill(sku, line, choosing.here(sku), units) > 0) return tooFew(sku, part);
  }
  return choosing.lots;
}

/**
 * Which units of some lines left, or are missing: those named, else those it was told to pick, as far as they
 * are there, else the first to leave.
 * @param isWhole the lines are all of the fulfillment's, and `named` says of some which units those are.
 */
export function lotsMeant(
  core: Core,
  order: OrderContext,
  part: Fulfillment,
  named: readonly NamedLine[],
  isWhole: boolean,
): readonly LineLot[] | Rejection {
  const choosing = new Choosing(core, part);
  const seen = new Set<string>();
  for (const [index, line] of named.entries()) {
    const at = `body.lines[${index}]`;
    const there = part.lines.find(({ lineId }) => lineId === line.lineId);
    if (there === undefined) {
      return reject('unknown-line', `fulfillment ${part.fulfillmentId} has no line ${line.lineId}`, `${at}.lineId`);
    }
    if (isWhole && seen.has(line.lineId)) return reject('duplicate', `line ${line.lineId} twice`, `${at}.lineId`);
    seen.add(line.lineId);
    if (isWhole && there.quantity !== line.quantity) {
      return reject('contradiction', `line ${line.lineId} is ${there.quantity} units here`, `${at}.quantity`);
    }
    const sku = skuOf(core, order, line.lineId);
    const isNamed = line.lots !== undefined || line.serials !== undefined;
    if (part.untracked?.includes(line.lineId) === true) {
      if (!isNamed) continue;
      const field = `${at}.${line.lots === undefined ? 'serials' : 'lots'}`;
      return reject('not-tracked', `line ${line.lineId} was sold without stock`, field);
    }
    if (!isTracked(sku, line) || (!isWhole && !isNamed)) continue;
    const wrong = takeNamed(core, choosing, sku, part, line);
    if (wrong !== undefined) return { ...wrong, field: `${at}${wrong.field ?? ''}` };
  }
  const rest = isWhole
    ? part.lines.filter(({ lineId }) => !seen.has(lineId))
    : named.filter(({ lots, serials }) => lots === undefined && serials === undefined);
  for (const line of trackedUnits(part, rest)) {
    const sku = skuOf(core, order, line.lineId);
    if (trackingOf(sku) === undefined) continue;
    const units = (lot: Lot): number => (isBlocked(lot) ? 0 : forSale(placeOf(lot, part.location)));
    const quantity = choosing.fillAsTold(sku, line, !isWhole, units);
    if (choosing.fill(sku, { ...line, quantity }, choosing.here(sku), units) > 0) return tooFew(sku, part);
  }
  return choosing.lots;
}

/** Take the units a line names, or say what is wrong with them. */
function takeNamed(
  core: Core,
  choosing: Choosing,
  sku: SkuCell,
  { location }: Fulfillment,
  line: NamedLine,
): Rejection | undefined {
  const units = namedUnits(sku, line, line.quantity);
  if (isRejection(units)) return units;
  for (const [index, { lot: id, quantity }] of units.entries()) {
    const field = fieldOf(line, index);
    const taken = -choosing.left(sku.sku, id, 0);
    const wrong = leaveRefusal(core, sku, location, { lot: id, quantity: quantity + taken });
    if (wrong !== undefined) return { ...wrong, field };
    choosing.take(sku.sku, line.lineId, id, quantity);
  }
  return undefined;
}

/** What locations are told to pick is another: the lots count it. */
export function followPicks(core: Core, before: OrderContext, after: OrderContext): void {
  for (const [index, part] of after.fulfillments.entries()) {
    const was = before.fulfillments[index];
    if (was === part) continue;
    // First what comes, so that no place is empty in between.
    countPicks(core, after, part, 1);
    countPicks(core, before, was, -1);
  }
}

function countPicks(core: Core, order: OrderContext, part: Fulfillment | undefined, sign: 1 | -1): void {
  if (part?.state !== 'picking' || part.lots === undefined) return;
  for (const { lineId, lot, quantity } of part.lots) {
    const cell = must(core.world.lots.get(skuOf(core, order, lineId), lot), 'a lot that is picked');
    const { context } = must(cell.snapshot, 'a lot that is picked');
    core.changes.set(cell, { value: 'put', context: withPlace(context, part.location, { picked: sign * quantity }) });
  }
}

/** Units have left their location, or were not there: their lots have them no more. Sent ones are noted. */
export function lotsGone(
  core: Core,
  order: OrderContext,
  part: Fulfillment,
  lots: readonly LineLot[],
  atMs: number,
  isSent: boolean,
): void {
  for (const { lineId, lot, quantity } of lots) {
    const sku = skuOf(core, order, lineId);
    const stock = must(core.world.findStock(sku.sku, part.location), 'the stock of a fulfillment');
    const moved = moveLot(core, stock, { lot, quantity }, { type: 'lose', quantity }, atMs, (one) =>
      isSent ? { ...one, shipped: one.shipped + quantity, shipments: one.shipments + 1 } : one,
    );
    assert(!isRejection(moved), 'units of a lot that were chosen are there');
    if (!isSent) continue;
    const { orderId } = order;
    const { fulfillmentId, location } = part;
    const left = must(core.world.lots.get(sku, lot)?.snapshot, 'a lot that left').context;
    const cell = core.world.lots.shipment(left, left.shipments);
    core.changes.set(cell, { value: 'put', context: { orderId, fulfillmentId, lineId, location, quantity, atMs } });
  }
}
