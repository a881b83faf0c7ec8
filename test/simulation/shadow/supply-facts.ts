/** What follows from what happened to a supply document: its lines, its state, what is to come. */
import type { ShadowSupply } from './state.ts';

export interface SupplyLineShadow {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly expectedAtMs: number | undefined;
}

export type Fate = 'arrived' | 'damaged' | 'gone' | 'back';

export function unitsOf({ happened }: ShadowSupply, lineId: string, fate: Fate): number {
  return happened.filter((one) => one.lineId === lineId && one.fate === fate).reduce((sum, { units }) => sum + units, 0);
}

/** Units of a line still to come. */
export function toCome(supply: ShadowSupply, { lineId, quantity }: SupplyLineShadow): number {
  const gone = unitsOf(supply, lineId, 'arrived') + unitsOf(supply, lineId, 'gone') + unitsOf(supply, lineId, 'back');
  return Math.max(0, quantity - gone);
}

export const openOf = (supply: ShadowSupply): number => supply.lines.reduce((sum, line) => sum + toCome(supply, line), 0);

export function supplyStateOf(supply: ShadowSupply): string {
  const cameAny = supply.happened.some(({ fate }) => fate === 'arrived');
  if (openOf(supply) === 0) return cameAny ? 'received' : 'cancelled';
  if (cameAny) return 'partially-received';
  return supply.shippedAtMs !== undefined ? 'in-transit' : supply.orderedAtMs !== undefined ? 'ordered' : 'draft';
}

export const hasEnded = (supply: ShadowSupply): boolean => openOf(supply) === 0;

export function lineOf(supply: ShadowSupply, line: SupplyLineShadow): object {
  const sum = (fate: Fate): number => unitsOf(supply, line.lineId, fate);
  return { ...line, received: sum('arrived'), damaged: sum('damaged'), closed: sum('gone'), returned: sum('back') };
}

export function supplyViewOf(supply: ShadowSupply): unknown {
  const { happened: _, id: supplyId, ...rest } = supply;
  return { ...rest, supplyId, state: supplyStateOf(supply), lines: supply.lines.map((line) => lineOf(supply, line)) };
}

interface ComingShadow {
  readonly location: string;
  readonly atMs: number;
  readonly units: number;
  readonly confidence: number;
  readonly supplyId: string;
  readonly lineId: string;
  readonly type: string;
  readonly from: string | undefined;
}

/** What is to come of a SKU to a location, soonest first. */
export function incomingTo(supplies: Iterable<ShadowSupply>, sku: string, location: string): ComingShadow[] {
  const found: ComingShadow[] = [];
  for (const supply of supplies) {
    const since = supply.type === 'transfer' ? supply.shippedAtMs : supply.orderedAtMs;
    if (supply.to !== location || since === undefined) continue;
    for (const line of supply.lines) {
      const units = line.sku === sku ? toCome(supply, line) : 0;
      if (units === 0) continue;
      const { id: supplyId, type, from, confidence } = supply;
      found.push({ location, atMs: line.expectedAtMs ?? supply.expectedAtMs, units, confidence, supplyId, lineId: line.lineId, type, from });
    }
  }
  const name = (one: ComingShadow): string => `${one.supplyId}\n${one.lineId}`;
  return found.sort((a, b) => a.atMs - b.atMs || (name(a) < name(b) ? -1 : 1));
}
