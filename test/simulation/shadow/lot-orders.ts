/** What locations pick and send of tracked SKUs, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import * as lots from './lots.ts';
import type { Doing } from './orders.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export type PartLot = NonNullable<Part['lots']>[number];
type Lines = NonNullable<CommandBody<'fulfillment.ship'>['lines']>;

/** Units of a part that were in stock. */
const ofStock = (part: Part): Part['units'] => part.units.filter(({ line }) => part.untracked?.includes(line) !== true);
const skuOf = (order: ShadowOrder, line: number): string => order.lines[line]?.sku ?? '';

export function isAbout(shadow: Shadow, order: ShadowOrder, part: Part, lines: Lines | undefined): boolean {
  const isNamed = lines?.some((line) => line.lots !== undefined || line.serials !== undefined) === true;
  return isNamed || ofStock(part).some(({ line }) => lots.trackingOf(shadow, skuOf(order, line)) !== undefined);
}

/** What is taken so far, by lot and SKU. */
class Taken {
  readonly lots: PartLot[] = [];

  of(order: ShadowOrder, sku: string, lot: string): number {
    return this.lots.filter((one) => one.lot === lot && skuOf(order, one.line) === sku).reduce((sum, { quantity }) => sum + quantity, 0);
  }

  add(line: number, lot: string, quantity: number): void {
    const same = this.lots.findIndex((one) => one.line === line && one.lot === lot);
    if (same < 0) this.lots.push({ line, lot, quantity });
    else this.lots.splice(same, 1, { line, lot, quantity: quantity + (this.lots[same]?.quantity ?? 0) });
  }
}

/** Fill a line from lots in turn; false when they do not do. */
function fill(taken: Taken, order: ShadowOrder, line: number, quantity: number, from: readonly lots.ShadowLot[], units: (lot: lots.ShadowLot) => number): boolean {
  let wanted = quantity;
  for (const lot of from) {
    const some = Math.min(wanted, Math.max(0, units(lot) - taken.of(order, lot.sku, lot.lot)));
    if (some > 0) taken.add(line, lot.lot, some);
    wanted -= some;
  }
  return wanted === 0;
}

const isLots = (found: readonly PartLot[] | Verdict): found is readonly PartLot[] => Array.isArray(found);
export { isLots };

/** What a location is told to pick: the first to leave that nobody else was told. */
export function toPick({ shadow }: Doing, order: ShadowOrder, part: Part): readonly PartLot[] | Verdict {
  const taken = new Taken();
  for (const { line, quantity } of ofStock(part)) {
    const sku = skuOf(order, line);
    if (lots.trackingOf(shadow, sku) === undefined) continue;
    const units = (lot: lots.ShadowLot): number =>
      lots.isKept(lot) ? 0 : lots.sellableAt(lots.placeAt(lot, part.location)) - lots.toldAt(shadow, lot, part.location);
    if (!fill(taken, order, line, quantity, lots.inOrder(shadow, sku), units)) return no('out-of-stock');
  }
  return taken.lots;
}

/** Which units left (whole lines) or are missing. */
export function meant({ shadow }: Doing, order: ShadowOrder, part: Part, lines: Lines, isWhole: boolean): readonly PartLot[] | Verdict {
  const taken = new Taken();
  const seen = new Set<number>();
  for (const [index, named] of lines.entries()) {
    const at = `body.lines[${index}]`;
    const line = order.lines.findIndex(({ lineId }) => lineId === named.lineId);
    const there = part.units.find((unit) => unit.line === line);
    if (there === undefined) return no('unknown-line', `${at}.lineId`);
    if (isWhole && seen.has(line)) return no('duplicate', `${at}.lineId`);
    seen.add(line);
    if (isWhole && there.quantity !== named.quantity) return no('contradiction', `${at}.quantity`);
    const says = named.lots !== undefined || named.serials !== undefined;
    if (part.untracked?.includes(line) === true) {
      if (says) return no('not-tracked', at);
      continue;
    }
    if (!says && (!isWhole || !lots.isMeant(shadow, skuOf(order, line), named))) continue;
    const wrong = take(shadow, taken, order, line, part.location, named);
    if (wrong !== undefined) return { field: at, ...wrong };
  }
  const rest = isWhole
    ? part.units.filter(({ line }) => !seen.has(line))
    : lines
        .filter((named) => named.lots === undefined && named.serials === undefined)
        .map(({ lineId, quantity }) => ({ line: order.lines.findIndex((line) => line.lineId === lineId), quantity }));
  for (const { line, quantity } of rest) {
    if (part.untracked?.includes(line) === true) continue;
    const sku = skuOf(order, line);
    if (lots.trackingOf(shadow, sku) === undefined) continue;
    const units = (lot: lots.ShadowLot): number => (lots.isKept(lot) ? 0 : lots.sellableAt(lots.placeAt(lot, part.location)));
    const told = (part.lots ?? []).filter((one) => one.line === line);
    let wanted = quantity;
    for (const { lot: id, quantity: most } of isWhole ? told : told.toReversed()) {
      const lot = shadow.lots.get(lots.lotKeyOf(sku, id)) as lots.ShadowLot;
      const already = taken.lots.filter((one) => one.line === line && one.lot === id).reduce((sum, one) => sum + one.quantity, 0);
      const some = Math.max(0, Math.min(wanted, most - already, units(lot) - taken.of(order, sku, id)));
      if (some > 0) taken.add(line, id, some);
      wanted -= some;
    }
    if (!fill(taken, order, line, wanted, lots.inOrder(shadow, sku), units)) return no('out-of-stock');
  }
  return taken.lots;
}

function take(shadow: Shadow, taken: Taken, order: ShadowOrder, line: number, location: string, named: Lines[number]): Verdict | undefined {
  const sku = skuOf(order, line);
  const units = lots.named(shadow, sku, named, named.quantity);
  if (!lots.isUnits(units)) return units;
  for (const { lot: id, quantity } of units) {
    const lot = shadow.lots.get(lots.lotKeyOf(sku, id));
    if (lot === undefined || !lots.placesOf(shadow, lot).includes(location)) return no('unknown-lot');
    if (lot.recall !== undefined) return no('lot-recalled');
    if (lot.isOver) return no('lot-expired');
    if (lots.sellableAt(lots.placeAt(lot, location)) - taken.of(order, sku, id) < quantity) return no('not-enough');
    taken.add(line, id, quantity);
  }
  return undefined;
}

/** Units are gone from their lots; of sent ones it is noted with which order. */
export function gone(doing: Doing, order: ShadowOrder, index: number, part: Part, these: readonly PartLot[], isSent: boolean): void {
  const { shadow, atMs } = doing;
  for (const { line, lot, quantity } of these) {
    const sku = skuOf(order, line);
    const left = lots.goes(doing, sku, part.location, { lot, quantity }, ({ shipped, shipments }) =>
      isSent ? { shipped: shipped + quantity, shipments: shipments + 1 } : {},
    );
    if (left !== 0) throw new Error(`the shadow has no ${quantity} of ${lot}`);
    if (!isSent) continue;
    const number = shadow.lots.get(lots.lotKeyOf(sku, lot))?.shipments ?? 0;
    const lineId = order.lines[line]?.lineId ?? '';
    shadow.set(shadow.lotShipments, `${lot}/${number}/${sku}`, { orderId: order.id, fulfillmentId: String(index + 1), lineId, location: part.location, quantity, atMs });
  }
}
