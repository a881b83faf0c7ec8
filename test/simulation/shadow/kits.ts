/** Kits in the shadow: what an ordered kit becomes, what may be cancelled of it, and where whole kits come from. */
import { hasStock, isAnnounced, isUntracked, kitOf } from './items.ts';
import { waitingOf } from './order-facts.ts';
import { hasRoom } from './capacity.ts';
import { unitsFrom } from './selling.ts';
import type { Shadow, ShadowLine, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';
import { startOf } from './parts.ts';

export { kitOf };

/** Whether an order may name a SKU. Of a kit, each component must be known. */
export function isKnown(shadow: Shadow, sku: string): boolean {
  const kit = kitOf(shadow, sku);
  if (kit !== undefined) return kit.components.every((one) => isAnnounced(shadow, one.sku) || hasStock(shadow, one.sku));
  return isAnnounced(shadow, sku) || hasStock(shadow, sku);
}

interface Asked {
  readonly lineId?: string | undefined;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor?: number | undefined;
  readonly isParked?: true | undefined;
}

/** The lines of an order as asked, kits replaced by their components. */
export function explode(shadow: Shadow, asked: readonly Asked[]): readonly ShadowLine[] | Verdict {
  const names = new Set<string>();
  const lines: ShadowLine[] = [];
  for (const [index, { sku, quantity, unitPriceMinor = 0, ...rest }] of asked.entries()) {
    const lineId = rest.lineId ?? String(index + 1);
    const kit = rest.isParked === true ? undefined : kitOf(shadow, sku);
    const ref = { lineId, sku, quantity, unitPriceMinor, together: kit?.together ?? false };
    if (kit !== undefined && `${lineId}.${kit.components.length}`.length > 64) return no('over-limit', `body.lines[${index}].lineId`);
    if (kit?.components.some((one) => one.quantity * quantity > 1_000_000_000)) return no('over-limit', `body.lines[${index}].quantity`);
    const parts: ShadowLine[] =
      kit === undefined
        ? [{ lineId, sku, quantity, unitPriceMinor, cancelled: 0, ...(rest.isParked === true ? { isParked: true as const } : {}) }]
        : kit.components.map((one, at) => ({
            lineId: `${lineId}.${at + 1}`,
            sku: one.sku,
            quantity: one.quantity * quantity,
            unitPriceMinor: 0,
            cancelled: 0,
            kit: ref,
          }));
    for (const name of new Set([lineId, ...parts.map((part) => part.lineId)])) {
      if (names.has(name)) return no('duplicate', `body.lines[${index}].lineId`);
      names.add(name);
    }
    lines.push(...parts);
  }
  return lines.length > 2_000 ? no('over-limit', 'body.lines') : lines;
}

export const isLines = (found: readonly ShadowLine[] | Verdict): found is readonly ShadowLine[] => Array.isArray(found);

/** Units in one kit. */
export const ratio = ({ quantity, kit }: Pick<ShadowLine, 'quantity' | 'kit'>): number => quantity / (kit?.quantity ?? quantity);

interface Lines {
  readonly lines: readonly Pick<ShadowLine, 'sku' | 'quantity' | 'kit'>[];
}

/** The places of a kit's lines in its order, kit by kit. */
function kitsOf({ lines }: Lines): number[][] {
  const ids = [...new Set(lines.flatMap(({ kit }) => (kit === undefined ? [] : [kit.lineId])))];
  return ids.map((id) => lines.flatMap(({ kit }, index) => (kit?.lineId === id ? [index] : [])));
}

/** Whether so many units of each line are whole kits. */
export function isWhole(order: Lines, unitsOf: (line: number) => number): boolean {
  return kitsOf(order).every((lines) => {
    const kits = lines.map((line) => unitsOf(line) / ratio(order.lines[line] ?? { quantity: 1 }));
    return kits.every((each) => Number.isInteger(each) && each === kits[0]);
  });
}

/** Lines a command names: one of the order, or a kit, which is all of its components. */
export function want(order: ShadowOrder, wanted: Map<number, number>, lineId: string, quantity: number): boolean {
  const parts = order.lines.flatMap(({ kit }, index) => (kit?.lineId === lineId ? [index] : []));
  const line = order.lines.findIndex((one) => one.lineId === lineId);
  if (parts.length === 0 && line < 0) return false;
  if (parts.length === 0) wanted.set(line, (wanted.get(line) ?? 0) + quantity);
  for (const part of parts) {
    wanted.set(part, (wanted.get(part) ?? 0) + quantity * ratio(order.lines[part] as ShadowLine));
  }
  return true;
}

export interface ShadowNeed {
  readonly line: number;
  readonly sku: string;
  readonly quantity: number;
  /** Units in one kit, of which kit, where they are sought as whole kits. */
  readonly kit?: { readonly id: string; readonly units: number; readonly together: boolean } | undefined;
}

/** What an order seeks: kits whole, unless they lost some of their units. */
export function needsOf(order: ShadowOrder): ShadowNeed[] {
  return needsFor(order, (line) => waitingOf(order, line));
}

/** @param wanted units of a line that have no place yet. */
export function needsFor(order: Lines, wanted: (line: number) => number): ShadowNeed[] {
  const whole = new Set<number>();
  for (const lines of kitsOf(order)) {
    const only = { lines: order.lines.map((line, index) => (lines.includes(index) ? line : { ...line, kit: undefined })) };
    if (isWhole(only, wanted)) for (const line of lines) whole.add(line);
  }
  return order.lines.flatMap((line, index) => {
    const quantity = wanted(index);
    if (quantity === 0) return [];
    const { kit } = line;
    const group = kit === undefined || !whole.has(index) ? undefined : { id: kit.lineId, units: ratio(line), together: kit.together };
    return [{ line: index, sku: line.sku, quantity, kit: group }];
  });
}

/** Whether it is of any use to source an order again. */
export function maySource(shadow: Shadow, order: ShadowOrder, atMs: number): boolean {
  const needs = needsOf(order);
  const wanted = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const isOpen = (place: string): boolean => {
    const location = shadow.locations.get(place);
    return location !== undefined && hasRoom(shadow, location, wanted, startOf(order, atMs));
  };
  const has = (sku: string): number =>
    (isUntracked(shadow, sku, order.channel) ? [...shadow.locations.keys()] : (shadow.places.get(sku) ?? []))
      .filter(isOpen)
      .reduce((sum, place) => sum + unitsFrom(shadow, sku, place, { channel: order.channel, segment: order.segment, method: 'ship' }), 0);
  if (needs.some(({ sku, kit }) => kit === undefined && has(sku) > 0)) return true;
  const ids = new Set(needs.flatMap(({ kit }) => (kit === undefined ? [] : [kit.id])));
  return [...ids].some((id) => needs.every(({ sku, kit }) => kit?.id !== id || has(sku) >= kit.units));
}

/** What a set of places gives of each need, place by place: kept-together kits first, then kits, then lines. */
export function giveKits(
  needs: readonly ShadowNeed[],
  set: readonly number[],
  has: (candidate: number, sku: string) => number,
): Map<number, number>[] {
  const rest = set.map((one) => new Map(needs.map(({ sku }) => [sku, has(one, sku)])));
  const given = set.map(() => new Map<number, number>());
  const take = (at: number, need: number, sku: string, quantity: number): void => {
    rest[at]?.set(sku, (rest[at]?.get(sku) ?? 0) - quantity);
    if (quantity > 0) given[at]?.set(need, (given[at]?.get(need) ?? 0) + quantity);
  };
  const groups = new Map<string, number[]>();
  for (const [index, { kit }] of needs.entries()) {
    const name = kit === undefined ? `line ${index}` : `kit ${kit.id}`;
    groups.set(name, [...(groups.get(name) ?? []), index]);
  }
  const rank = (need: number | undefined): number => {
    const kit = needs[need ?? 0]?.kit;
    return kit === undefined ? 2 : kit.together ? 0 : 1;
  };
  for (const group of [...groups.values()].sort((a, b) => rank(a[0]) - rank(b[0]))) {
    const parts = group.map((need) => ({ need, ...(needs[need] as ShadowNeed) }));
    let wanted = (parts[0]?.quantity ?? 0) / (parts[0]?.kit?.units ?? 1);
    // One kit after the other, as many as there are.
    const from = (at: number[], part: (typeof parts)[number]): number => at.reduce((sum, one) => sum + (rest[one]?.get(part.sku) ?? 0), 0);
    const choices = rank(group[0]) === 0 ? set.map((_, at) => [at]) : [set.map((_, at) => at)];
    for (const at of choices) {
      const kits = Math.min(wanted, ...parts.map((part) => Math.floor(from(at, part) / (part.kit?.units ?? 1))));
      wanted -= kits;
      for (const part of parts) {
        let units = kits * (part.kit?.units ?? 1);
        for (const one of at) {
          const quantity = Math.min(units, rest[one]?.get(part.sku) ?? 0);
          take(one, part.need, part.sku, quantity);
          units -= quantity;
        }
      }
    }
  }
  return given;
}
