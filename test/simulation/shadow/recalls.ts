/** Recalls and the moment of a lot, in the shadow: who loses its units, and what is held. */
import type { CommandBody } from '../../../actors/commands.ts';
import { changed, hasEnded, isKept, lotKeyOf, placeAt, placesOf, putLot, sellableAt, stateOfLot, type ShadowLot } from './lots.ts';
import { isClosed } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import * as losses from './reservation-losses.ts';
import * as reservations from './reservations.ts';
import { free, stockKey, type Shadow, type ShadowOrder, type ShadowStock } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export function recall(doing: Doing, { sku, lot: id, reason }: CommandBody<'lot.recall'>): Verdict {
  const lot = doing.shadow.lots.get(lotKeyOf(sku, id));
  if (lot === undefined) return no('unknown-lot', 'body.lot');
  if (lot.recall !== undefined) return no('wrong-state', 'body.lot');
  putLot(doing.shadow, { ...lot, recall: { reason, sinceMs: doing.atMs } });
  tell(doing, sku, id, reason);
  return answer(doing, sku, id, keep(doing, sku, id));
}

export function lift(doing: Doing, { sku, lot: id, reason }: CommandBody<'lot.lift'>): Verdict {
  const lot = doing.shadow.lots.get(lotKeyOf(sku, id));
  if (lot === undefined) return no('unknown-lot', 'body.lot');
  if (lot.recall === undefined) return no('wrong-state', 'body.lot');
  let after: ShadowLot = { ...lot, recall: undefined };
  for (const { location, kept } of lot.places) {
    if (lot.isOver || kept === 0) continue;
    after = changed(after, location, { kept: -kept });
    addHeld(doing.shadow, sku, location, -kept);
  }
  putLot(doing.shadow, after);
  tell(doing, sku, id, reason);
  return answer(doing, sku, id, { orders: new Set(), reservations: new Set() });
}

function tell({ shadow, events }: Doing, sku: string, id: string, reason: string | undefined): void {
  const lot = shadow.lots.get(lotKeyOf(sku, id)) as ShadowLot;
  events.push({ kind: 'lot.changed', sku, lot: id, state: stateOfLot(shadow, lot), reason, locations: placesOf(shadow, lot) });
}

function answer({ shadow }: Doing, sku: string, id: string, lost: Pick<Kept, 'orders' | 'reservations'>): Verdict {
  const lot = shadow.lots.get(lotKeyOf(sku, id)) as ShadowLot;
  const held = lot.places.reduce((sum, { kept }) => sum + kept, 0);
  const pending = isKept(lot) ? lot.places.reduce((sum, place) => sum + sellableAt(place), 0) : 0;
  const { shipped } = lot;
  return { ok: { sku, lot: id, state: stateOfLot(shadow, lot), held, pending, shipped, displaced: [...lost.orders], broken: [...lost.reservations] } };
}

function addHeld(shadow: Shadow, sku: string, location: string, units: number): void {
  const key = stockKey(sku, location);
  const stock = shadow.stocks.get(key) as ShadowStock;
  shadow.set(shadow.stocks, key, { ...stock, held: stock.held + units });
}

/** The moment of a lot, or what it left over. */
export function due(doing: Doing, key: string): void {
  const lot = doing.shadow.lots.get(key);
  if (lot === undefined || hasEnded(doing.shadow, lot)) return;
  const leaves = !lot.isOver && (lot.leavesAtMs ?? Infinity) <= doing.atMs;
  const isLeft = isKept(lot) && lot.places.some((place) => sellableAt(place) > 0);
  if (!leaves && !isLeft) return;
  if (leaves) {
    putLot(doing.shadow, { ...lot, isOver: true });
    tell(doing, lot.sku, lot.lot, undefined);
  }
  keep(doing, lot.sku, lot.lot);
}

interface Kept {
  readonly orders: Set<string>;
  readonly reservations: Set<string>;
  lines: number;
}

/** One more owner may be taken from in this step: the first in any case. */
function mayTake(kept: Kept, { lines }: { readonly lines: readonly unknown[] }): boolean {
  kept.lines += lines.length;
  const owners = kept.orders.size + kept.reservations.size;
  return owners === 0 || (owners < 50 && kept.lines <= 250);
}

/** Hold what may not be sold, as far as a step goes. */
function keep(doing: Doing, sku: string, id: string): Kept {
  const { shadow } = doing;
  const kept: Kept = { orders: new Set(), reservations: new Set(), lines: 0 };
  const now = (): ShadowLot => shadow.lots.get(lotKeyOf(sku, id)) as ShadowLot;
  for (const location of placesOf(shadow, now())) {
    stopPicking(doing, sku, id, location, kept);
    takeBack(doing, sku, location, sellableAt(placeAt(now(), location)), kept);
    const stock = shadow.stocks.get(stockKey(sku, location)) as ShadowStock;
    const units = Math.min(sellableAt(placeAt(now(), location)), Math.max(0, free(stock)));
    if (units === 0) continue;
    putLot(shadow, changed(now(), location, { kept: units }));
    addHeld(shadow, sku, location, units);
  }
  for (const order of kept.orders) orders.source(doing, order);
  for (const reservation of [...kept.reservations].toReversed()) reservations.sourceAgain(doing, reservation);
  return kept;
}

const holdersOf = (shadow: Shadow, sku: string, location: string): ShadowOrder[] =>
  [...(shadow.holders.get(stockKey(sku, location)) ?? [])].toReversed().flatMap((id) => {
    const order = shadow.orders.get(id);
    return order === undefined || isClosed(order) ? [] : [order];
  });

function stopPicking(doing: Doing, sku: string, lot: string, location: string, kept: Kept): void {
  for (const { id } of holdersOf(doing.shadow, sku, location)) {
    const order = doing.shadow.orders.get(id) as ShadowOrder;
    const isPicked = order.parts.some((part) => orders.lotsIn(order, part, sku, location, lot).length > 0);
    if (!isPicked) continue;
    if (!mayTake(kept, order)) return;
    orders.unpick(doing, order, sku, location, lot);
    kept.orders.add(id);
  }
}

/** Make so many units free: from carts, then orders nobody picks, then orders that are being picked; newest first. */
function takeBack(doing: Doing, sku: string, location: string, units: number, kept: Kept): void {
  const { shadow } = doing;
  let left = units - free(shadow.stocks.get(stockKey(sku, location)) as ShadowStock);
  if (units === 0 || left <= 0) return;
  for (const reservation of losses.holdersOf(shadow, sku, location)) {
    if (left === 0) return;
    if (!mayTake(kept, reservation)) return;
    left -= losses.lose(doing, reservation, sku, location, left);
    kept.reservations.add(reservation.id);
  }
  for (const alsoPicked of [false, true]) {
    for (const { id } of holdersOf(shadow, sku, location)) {
      const order = shadow.orders.get(id) as ShadowOrder;
      const given = Math.min(left, orders.canGiveUp(order, sku, location, alsoPicked));
      if (given === 0) continue;
      if (!mayTake(kept, order)) return;
      orders.displace(doing, order, sku, location, given, alsoPicked);
      kept.orders.add(id);
      left -= given;
    }
  }
}
