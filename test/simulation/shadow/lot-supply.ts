/** Lots of supply documents, in the shadow. */
import * as lots from './lots.ts';
import type { Doing } from './orders.ts';
import type { Shadow, ShadowSupply } from './state.ts';
import { toCome } from './supply-facts.ts';
import { no, type Verdict } from './verdict.ts';

const awayOf = (lot: lots.ShadowLot, supply: string): number => (Object.hasOwn(lot.away, supply) ? (lot.away[supply] ?? 0) : 0);

function setAway(shadow: Shadow, lot: lots.ShadowLot, supply: string, units: number): void {
  const { [supply]: _before, ...rest } = lot.away;
  lots.putLot(shadow, { ...lot, away: units === 0 ? rest : { ...rest, [supply]: units } });
}

interface Line {
  readonly quantity: number;
  readonly damaged?: number | undefined;
  readonly lots?: readonly lots.Unit[] | undefined;
  readonly serials?: readonly string[] | undefined;
}

/** A line of a receipt. Returns how many of its good units are kept. */
export function received(doing: Doing, sku: string, location: string, line: Line, supply: string): number | Verdict {
  const units = lots.named(doing.shadow, sku, line, line.quantity);
  if (!lots.isUnits(units)) return units;
  let good = line.quantity - (line.damaged ?? 0);
  let kept = 0;
  for (const unit of units) {
    const known = doing.shadow.lots.get(lots.lotKeyOf(sku, unit.lot));
    const away = known === undefined ? 0 : awayOf(known, supply);
    if (known !== undefined && away > 0) setAway(doing.shadow, known, supply, Math.max(0, away - unit.quantity));
    const sound = Math.min(good, unit.quantity);
    good -= sound;
    const all = lots.comes(doing, sku, location, unit, undefined);
    if (typeof all !== 'number') return all;
    const spoilt = unit.quantity - sound;
    const lot = doing.shadow.lots.get(lots.lotKeyOf(sku, unit.lot)) as lots.ShadowLot;
    if (spoilt > 0) lots.putLot(doing.shadow, lots.changed(lot, location, { damaged: spoilt, kept: all > 0 ? -spoilt : 0 }));
    kept += all > 0 ? sound : 0;
  }
  return kept;
}

/** A transfer leaves with what goes first. */
export function sent(doing: Doing, sku: string, location: string, quantity: number, supply: string, said?: Omit<Line, 'quantity'>): Verdict | undefined {
  const { shadow } = doing;
  if (said !== undefined) return sentAsSaid(shadow, sku, location, { ...said, quantity }, supply);
  let wanted = quantity;
  for (const lot of lots.inOrder(shadow, sku)) {
    const there = lots.isKept(lot) ? 0 : lots.sellableAt(lots.placeAt(lot, location)) - lots.toldAt(shadow, lot, location);
    const units = Math.min(wanted, Math.max(0, there));
    if (units === 0) continue;
    wanted -= units;
    setAway(shadow, lots.changed(lot, location, { went: units }), supply, awayOf(lot, supply) + units);
  }
  return wanted === 0 ? undefined : no('not-enough');
}

/** The units that are said to leave: all there, all for sale. */
function sentAsSaid(shadow: Shadow, sku: string, location: string, said: Line, supply: string): Verdict | undefined {
  const units = lots.named(shadow, sku, said, said.quantity);
  if (!lots.isUnits(units)) return units;
  for (const { lot: id, quantity } of units) {
    const lot = shadow.lots.get(lots.lotKeyOf(sku, id));
    if (lot === undefined || !lots.placesOf(shadow, lot).includes(location)) return no('unknown-lot');
    if (lots.isKept(lot)) return no(lot.recall === undefined ? 'lot-expired' : 'lot-recalled');
    if (lots.sellableAt(lots.placeAt(lot, location)) < quantity) return no('not-enough');
  }
  for (const { lot: id, quantity } of units) {
    const lot = shadow.lots.get(lots.lotKeyOf(sku, id)) as lots.ShadowLot;
    setAway(shadow, lots.changed(lot, location, { went: quantity }), supply, awayOf(lot, supply) + quantity);
  }
  return undefined;
}

/** What a cancelled transfer has comes back. Returns how many of it are kept. */
export function back(doing: Doing, sku: string, location: string, supply: string): number {
  let kept = 0;
  for (const lot of lots.inOrder(doing.shadow, sku)) {
    const quantity = awayOf(lot, supply);
    if (quantity === 0) continue;
    setAway(doing.shadow, lot, supply, 0);
    const more = lots.comes(doing, sku, location, { lot: lot.lot, quantity }, undefined);
    if (typeof more !== 'number') throw new Error(`units of ${lot.lot} cannot come back`);
    kept += more;
  }
  return kept;
}

/** What is on its way is what the lines have to come: the rest is taken off the last to leave. */
export function settle({ shadow }: Doing, supply: ShadowSupply): void {
  if (supply.type !== 'transfer' || supply.shippedAtMs === undefined) return;
  for (const sku of new Set(supply.lines.map((line) => line.sku))) {
    if (lots.trackingOf(shadow, sku) === undefined) continue;
    let left = supply.lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + toCome(supply, line), 0);
    for (const lot of lots.inOrder(shadow, sku)) {
      const away = awayOf(lot, supply.id);
      const stays = Math.min(left, away);
      left -= stays;
      if (stays < away) setAway(shadow, lot, supply.id, stays);
    }
  }
}
