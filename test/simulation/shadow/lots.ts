/**
 * Lots and serials, in the shadow: what came and went of each at each place. What locations were told to pick is
 * read from the orders; where a lot is, what of it is for sale and who goes first follows.
 */
import type { Doing } from './orders.ts';
import { type Part, type Shadow, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export type Aside = 'damaged' | 'quality' | 'held';

export interface ShadowPlace {
  readonly location: string;
  readonly came: number;
  readonly went: number;
  readonly damaged: number;
  readonly quality: number;
  readonly held: number;
  /** Held because it may not be sold. */
  readonly kept: number;
}

export interface ShadowLot {
  readonly sku: string;
  readonly lot: string;
  readonly receivedAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly leavesAtMs: number | undefined;
  readonly isOver: boolean;
  readonly recall: { readonly reason: string; readonly sinceMs: number } | undefined;
  readonly places: readonly ShadowPlace[];
  /** What transfers have with them. */
  readonly away: Readonly<Record<string, number>>;
  readonly shipped: number;
  readonly shipments: number;
  readonly returned: number;
}

export interface Unit {
  readonly lot: string;
  readonly quantity: number;
  readonly expiresAtMs?: number | undefined;
}

interface Named {
  readonly lots?: readonly Unit[] | undefined;
  readonly serials?: readonly string[] | undefined;
}

const dayMs = 86_400_000;

export const trackingOf = (shadow: Shadow, sku: string) => shadow.items.get(sku)?.item.tracking;
export const lotKeyOf = (sku: string, lot: string): string => `${lot}/${sku}`;
export const isKept = ({ isOver, recall }: ShadowLot): boolean => isOver || recall !== undefined;
export const unitsAt = ({ came, went }: ShadowPlace): number => came - went;
export const sellableAt = (place: ShadowPlace): number => unitsAt(place) - place.damaged - place.quality - place.held - place.kept;
export const awayUnits = ({ away }: ShadowLot): number => Object.values(away).reduce((sum, units) => sum + units, 0);
const nowhere = { came: 0, went: 0, damaged: 0, quality: 0, held: 0, kept: 0 };

export function placeAt(lot: ShadowLot, location: string): ShadowPlace {
  return lot.places.find((place) => place.location === location) ?? { location, ...nowhere };
}

/** Units of a lot that a location was told to pick: what its orders say. */
export function toldAt(shadow: Shadow, { sku, lot }: ShadowLot, location: string): number {
  let sum = 0;
  for (const order of shadow.orders.picked.values()) {
    for (const part of order.parts) {
      if (part.location !== location || part.state !== 'picking') continue;
      for (const one of part.lots ?? []) if (one.lot === lot && order.lines[one.line]?.sku === sku) sum += one.quantity;
    }
  }
  return sum;
}

/** Where a lot is, or is said to be, by name. */
export function placesOf(shadow: Shadow, lot: ShadowLot): string[] {
  return [...new Set([...(shadow.places.get(lot.sku) ?? []), ...lot.places.map(({ location }) => location)])]
    .filter((location) => unitsAt(placeAt(lot, location)) > 0 || toldAt(shadow, lot, location) > 0)
    .sort();
}

export const hasEnded = (shadow: Shadow, lot: ShadowLot): boolean =>
  lot.recall === undefined && !lot.places.some((place) => unitsAt(place) > 0) && awayUnits(lot) === 0 && placesOf(shadow, lot).length === 0;

export function stateOfLot(shadow: Shadow, lot: ShadowLot): string {
  if (lot.recall !== undefined) return 'recalled';
  return hasEnded(shadow, lot) ? 'ended' : lot.isOver ? 'expired' : 'open';
}

/** All lots of a SKU, the first to leave first. */
export function inOrder(shadow: Shadow, sku: string): ShadowLot[] {
  const rank = ({ expiresAtMs = Infinity }: ShadowLot): number => expiresAtMs;
  return [...shadow.lots.values()]
    .filter((lot) => lot.sku === sku)
    .sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)) || a.receivedAtMs - b.receivedAtMs || (a.lot < b.lot ? -1 : 1));
}

export function putLot(shadow: Shadow, lot: ShadowLot): void {
  shadow.set(shadow.lots, lotKeyOf(lot.sku, lot.lot), lot);
}

/** A lot with other numbers at a place. */
export function changed(lot: ShadowLot, location: string, more: Partial<Omit<ShadowPlace, 'location'>>): ShadowLot {
  const place = { ...placeAt(lot, location) };
  for (const [field, units] of Object.entries(more)) place[field as 'came'] += units;
  return { ...lot, places: [...lot.places.filter((one) => one.location !== location), place] };
}

/** The units that are named, or why not. */
export function named(shadow: Shadow, sku: string, { lots, serials }: Named, quantity: number): readonly Unit[] | Verdict {
  const tracking = trackingOf(shadow, sku);
  if (tracking === undefined) return no('not-tracked');
  if ((tracking.by === 'lot' ? serials : lots) !== undefined) return no('not-tracked');
  const units = tracking.by === 'lot' ? lots : serials?.map((lot) => ({ lot, quantity: 1 }));
  if (units === undefined) return no('lot-required');
  if (new Set(units.map(({ lot }) => lot)).size < units.length) return no('duplicate');
  return units.reduce((sum, one) => sum + one.quantity, 0) === quantity ? units : no('contradiction');
}

export const isUnits = (found: readonly Unit[] | Verdict): found is readonly Unit[] => Array.isArray(found);
export const isMeant = (shadow: Shadow, sku: string, { lots, serials }: Named): boolean =>
  lots !== undefined || serials !== undefined || trackingOf(shadow, sku) !== undefined;

/** The lot that units come into; a new one when there was none. */
function lotFor({ shadow, atMs }: Doing, sku: string, { lot, expiresAtMs }: Unit): ShadowLot | Verdict {
  const tracking = trackingOf(shadow, sku);
  const known = shadow.lots.get(lotKeyOf(sku, lot));
  if (known === undefined || hasEnded(shadow, known)) {
    const open = [...shadow.lots.values()].filter((one) => !hasEnded(shadow, one)).length;
    if (open >= shadow.lotsOpenMax) return no('over-limit');
  }
  if (known !== undefined) {
    if (expiresAtMs !== undefined && expiresAtMs !== known.expiresAtMs) return no('lot-differs');
    const units = known.places.reduce((sum, place) => sum + unitsAt(place), awayUnits(known));
    if (tracking?.by === 'serial' && units > 0) return no('serial-exists');
    return { ...known, isOver: known.isOver || (known.leavesAtMs ?? Infinity) <= atMs };
  }
  const expiry = expiresAtMs ?? (tracking?.shelfLifeDays === undefined ? undefined : atMs + tracking.shelfLifeDays * dayMs);
  if (expiry === undefined && tracking?.minRemainingDays !== undefined) return no('lot-required');
  if (expiry !== undefined && expiry <= atMs) return no('lot-expired');
  if (expiry !== undefined && expiry > atMs + 50 * 366 * dayMs) return no('over-limit');
  const leavesAtMs = expiry === undefined ? undefined : expiry - (tracking?.minRemainingDays ?? 0) * dayMs;
  const dates = { receivedAtMs: atMs, expiresAtMs: expiry, leavesAtMs, isOver: (leavesAtMs ?? Infinity) <= atMs };
  return { sku, lot, ...dates, recall: undefined, places: [], away: {}, shipped: 0, shipments: 0, returned: 0 };
}

/** Units come; kept ones of them stand among the held of the stock. Returns how many are kept. */
export function comes(doing: Doing, sku: string, location: string, unit: Unit, bucket: Aside | undefined, more: Partial<ShadowLot> = {}): number | Verdict {
  const lot = lotFor(doing, sku, unit);
  if ('code' in lot) return lot;
  if (!('sku' in lot)) throw new Error('a lot');
  const kept = bucket === undefined && isKept(lot) ? unit.quantity : 0;
  const aside = bucket === undefined ? {} : { [bucket]: unit.quantity };
  putLot(doing.shadow, { ...changed(lot, location, { came: unit.quantity, kept, ...aside }), ...more });
  return kept;
}

function there({ shadow }: Doing, sku: string, location: string, id: string): ShadowLot | undefined {
  const lot = shadow.lots.get(lotKeyOf(sku, id));
  return lot !== undefined && placesOf(shadow, lot).includes(location) ? lot : undefined;
}

/** Units are lost, kept ones last. Returns how many of those. */
export function goes(doing: Doing, sku: string, location: string, { lot: id, quantity }: Unit, more: (lot: ShadowLot) => Partial<ShadowLot> = () => ({})): number | Verdict {
  const lot = there(doing, sku, location, id);
  if (lot === undefined) return no('unknown-lot');
  const place = placeAt(lot, location);
  const kept = Math.max(0, quantity - sellableAt(place));
  if (kept > place.kept) return no('not-enough');
  putLot(doing.shadow, { ...changed(lot, location, { went: quantity, kept: -kept }), ...more(lot) });
  return kept;
}

type Kind = 'stock.receive' | 'stock.adjust' | 'stock.count' | 'stock.return' | 'stock.set-aside' | 'stock.put-back' | 'stock.dispose' | 'stock.buffer';

/** Move units of a lot as a stock command says. Returns by how much the held units of the stock change beside. */
function moveUnit(doing: Doing, kind: Kind, sku: string, location: string, unit: Unit, isUp: boolean, bucket: Aside | undefined): number | Verdict {
  const { quantity } = unit;
  const into = bucket ?? 'held';
  if (kind === 'stock.return') {
    const known = doing.shadow.lots.get(lotKeyOf(sku, unit.lot));
    return comes(doing, sku, location, unit, bucket, { returned: (known?.returned ?? 0) + quantity });
  }
  if (kind === 'stock.receive' || ((kind === 'stock.adjust' || kind === 'stock.count') && isUp)) return comes(doing, sku, location, unit, undefined);
  if (kind === 'stock.adjust' || kind === 'stock.count') {
    const kept = goes(doing, sku, location, unit);
    return typeof kept === 'number' ? -kept : kept;
  }
  const lot = there(doing, sku, location, unit.lot);
  if (lot === undefined) return no('unknown-lot');
  const place = placeAt(lot, location);
  if (kind === 'stock.set-aside') {
    if (sellableAt(place) < quantity) return no('not-enough');
    putLot(doing.shadow, changed(lot, location, { [into]: quantity }));
    return 0;
  }
  if (kind === 'stock.put-back') {
    if (place[into] < quantity) return no('not-enough');
    const kept = isKept(lot) ? quantity : 0;
    putLot(doing.shadow, changed(lot, location, { [into]: -quantity, kept }));
    return kept;
  }
  const ofKept = into === 'held' ? Math.min(quantity, place.kept) : 0;
  if (place[into] < quantity - ofKept) return no('not-enough');
  putLot(doing.shadow, changed(changed(lot, location, { went: quantity, kept: -ofKept }), location, { [into]: ofKept - quantity }));
  return 0;
}

interface Entry extends Named {
  readonly sku: string;
  readonly location: string;
  readonly quantity?: number | undefined;
  readonly delta?: number | undefined;
  readonly onHand?: number | undefined;
  readonly bucket: Aside | undefined;
}

/** What an entry does to lots: the change of the stock's held units beside, `same` for a count that finds all as known. */
export function moveEntry(doing: Doing, kind: Kind, entry: Entry, budget: { lots: number }): number | 'same' | Verdict {
  const { shadow } = doing;
  const { sku, location, delta = 0 } = entry;
  const units = named(shadow, sku, entry, entry.quantity ?? entry.onHand ?? Math.abs(delta));
  if (!isUnits(units)) return units;
  budget.lots -= units.length;
  if (budget.lots < 0) return no('over-limit');
  let held = 0;
  const steps = kind === 'stock.count' ? countSteps(shadow, sku, location, units) : units.map((unit) => ({ unit, isUp: delta >= 0 }));
  if (steps.length === 0) return 'same';
  for (const { unit, isUp } of steps) {
    const more = moveUnit(doing, kind, sku, location, unit, isUp, entry.bucket);
    if (typeof more !== 'number') return more;
    held += more;
  }
  return held;
}

function countSteps(shadow: Shadow, sku: string, location: string, units: readonly Unit[]): { unit: Unit; isUp: boolean }[] {
  const unnamed = inOrder(shadow, sku).filter(({ lot }) => units.every((unit) => unit.lot !== lot));
  return [...units, ...unnamed.map(({ lot }): Unit => ({ lot, quantity: 0 }))].flatMap((unit) => {
    const known = shadow.lots.get(lotKeyOf(sku, unit.lot));
    const change = unit.quantity - (known === undefined ? 0 : unitsAt(placeAt(known, location)));
    return change === 0 ? [] : [{ unit: { ...unit, quantity: Math.abs(change) }, isUp: change > 0 }];
  });
}

/** The lots of a SKU that are being picked, in a part, were touched: their rows are written. */
export function touch(shadow: Shadow, order: ShadowOrder, part: Part | undefined): void {
  if (part?.state !== 'picking') return;
  for (const { line, lot } of part.lots ?? []) {
    const known = shadow.lots.get(lotKeyOf(order.lines[line]?.sku ?? '', lot));
    if (known !== undefined) putLot(shadow, { ...known });
  }
}
