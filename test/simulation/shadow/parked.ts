/** Lines that wait for what their channel's name of a SKU is, in the shadow: what they become, and what is told. */
import { explode, isKnown, isLines } from './kits.ts';
import { parkedOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import type { Part, Shadow, ShadowLine, ShadowOrder } from './state.ts';

interface Found {
  readonly line: number;
  readonly mapped: { readonly sku: string; readonly quantity: number };
  readonly lines: readonly ShadowLine[];
}

/** What the lines of an order that wait would be now, if anything. */
export function mappedNow(shadow: Shadow, order: ShadowOrder): Found[] {
  const found: Found[] = [];
  const names = new Set(order.lines.map(({ lineId }) => lineId));
  let count = order.lines.length;
  for (const [line, { lineId, sku, quantity, cancelled, unitPriceMinor }] of order.lines.entries()) {
    const mapped = shadow.intake.mappings.get(`${order.channel}/${sku}`);
    if (parkedOf(order, line) === 0 || mapped === undefined || !isKnown(shadow, mapped.sku)) continue;
    const units = quantity * mapped.quantity;
    if (units > 1_000_000_000) continue;
    const made = explode(shadow, [{ lineId, sku: mapped.sku, quantity: units, unitPriceMinor: Math.floor(unitPriceMinor / mapped.quantity) }]);
    if (!isLines(made) || count + made.length - 1 > 2_000) continue;
    if (made.some((one) => one.lineId !== lineId && names.has(one.lineId))) continue;
    count += made.length - 1;
    names.delete(lineId);
    for (const one of made) names.add(one.lineId);
    found.push({ line, mapped, lines: made.map((one) => ({ ...one, cancelled: cancelled * mapped.quantity * (one.quantity / units) })) });
  }
  return found;
}

/** Told once a line was taken that is parked. */
export function tellParked({ events }: Doing, { id: orderId, channel }: ShadowOrder, lines: readonly ShadowLine[]): void {
  const told = lines.flatMap(({ lineId, sku, quantity, cancelled, isParked }) => (isParked === true ? [{ lineId, sku, quantity: quantity - cancelled }] : []));
  if (told.length > 0) events.push({ kind: 'order.parked', orderId, channel, lines: told });
}

export function unpark(doing: Doing, before: ShadowOrder, found: readonly Found[]): void {
  const made = new Map(found.map((one) => [one.line, one.lines]));
  const placeOf: number[] = [];
  const lines = before.lines.flatMap((line, index) => {
    const now = made.get(index) ?? [line];
    placeOf[index] = before.lines.slice(0, index).reduce((sum, _, at) => sum + (made.get(at)?.length ?? 1), 0);
    return now;
  });
  const at = <T extends { readonly line: number }>(one: T): T => ({ ...one, line: placeOf[one.line] ?? -1 });
  const isSame = lines.length === before.lines.length;
  const parts = isSame ? before.parts : before.parts.map((part): Part => ({
    ...part,
    units: part.units.map(at),
    ...(part.lots === undefined ? {} : { lots: part.lots.map(at) }),
    ...(part.untracked === undefined ? {} : { untracked: part.untracked.map((line) => placeOf[line] ?? -1) }),
    ...(part.asked === undefined ? {} : { asked: { ...part.asked, units: part.asked.units.map(at) } }),
  }));
  orders.put(doing, { ...before, lines, parts });
  const told = found.map(({ line, mapped }) => ({ lineId: before.lines[line]?.lineId, sku: before.lines[line]?.sku, quantity: parkedOf(before, line), mapped }));
  doing.events.push({ kind: 'order.unparked', orderId: before.id, channel: before.channel, lines: told });
  orders.source(doing, before.id, { kind: 'mapped', from: [] });
}
