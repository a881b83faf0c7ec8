/** Orders and lines of them, drawn from those there are. */
import type { Names } from './bodies.ts';
import type { Rng } from './rng.ts';
import type { Shadow, ShadowOrder } from './shadow/state.ts';

/** An order that exists, mostly a recent one, mostly one that `fits`. */
export function drawExisting(
  rng: Rng,
  { orders, settings }: Names,
  shadow: Shadow,
  fits: (order: ShadowOrder) => boolean = () => true,
): ShadowOrder | undefined {
  if (orders.length === 0 || rng.chance(settings.nonsenseShare / 4)) return undefined;
  let found: ShadowOrder | undefined;
  for (let tries = 0; tries < 8; tries += 1) {
    const back = Math.min(orders.length, rng.chance(0.8) ? 30 : orders.length);
    found = shadow.orders.get(orders[orders.length - 1 - rng.below(back)] ?? '') ?? found;
    if (found !== undefined && fits(found)) return found;
  }
  return found;
}

export function lineUnits(rng: Rng, order: ShadowOrder | undefined): object[] {
  const lines = order?.lines ?? [];
  return Array.from({ length: rng.between(1, 2) }, () => {
    const line = lines.length === 0 || rng.chance(0.05) ? undefined : rng.pick(lines);
    return { lineId: line?.lineId ?? 'no-such', quantity: rng.between(1, Math.max(1, Math.ceil((line?.quantity ?? 1) / 2))) };
  });
}

export const drawSubstitution = (rng: Rng): object => ({ substitution: rng.pick(['any', 'any', 'any', 'same-price', 'never']) });

/** Units of a line, mostly of one that something may stand for, and at times what is to stand for it. */
export function drawSubstitute(rng: Rng, shadow: Shadow, lines: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[]): object {
  const rulesOf = (sku: string) => shadow.items.get(sku)?.item.substitutes ?? [];
  const fitting = lines.filter(({ sku }) => rulesOf(sku).length > 0);
  const { lineId, sku, quantity } = lines.length === 0 || rng.chance(0.03) ? { lineId: 'no-such', sku: '', quantity: 1 } : rng.pick(fitting.length > 0 ? fitting : lines);
  const rules = rulesOf(sku);
  const named = rng.chance(0.4) ? { sku: rules.length === 0 || rng.chance(0.1) ? 'nothing' : rng.pick(rules).sku } : {};
  return { lineId, quantity: rng.between(1, quantity + (rng.chance(0.05) ? 1 : 0)), ...named, reason: 'not on the shelf' };
}

export function drawHold(rng: Rng, nowMs: number): object {
  return {
    holdId: `h${rng.below(20)}`,
    reason: rng.pick(['fraud review', 'address']),
    ...(rng.chance(0.2) ? { note: 'call them' } : {}),
    ...(rng.chance(0.7) ? { untilMs: nowMs + rng.pick([0, 1, 500, 60_000, 60_000, 3_600_000, 40_000_000_000]) } : {}),
  };
}
