/** Settings of SKUs, drawn: caps, moments that come soon or have passed, policies. */
import { drawTracking } from './bodies-lots.ts';
import type { Names } from './bodies.ts';
import { groups } from './network-names.ts';
import { drawMeasures } from './bodies-rates.ts';
import type { Rng } from './rng.ts';

/** @param sku what the item is of. */
export function drawItem(rng: Rng, all: Names, sku: string): object {
  const { settings, now } = all;
  const some = <T>(share: number, draw: () => T): T | undefined => (rng.chance(share) ? draw() : undefined);
  const soonMs = (): number => now() + rng.pick([-1_000, 0, 1, 5_000, 3_600_000, 86_400_000]);
  const channel = (): string => (rng.chance(settings.nonsenseShare / 2) ? 'no-such' : rng.pick(settings.channels));
  const capUnits = (): number => rng.pick([0, settings.unitsMax, 4 * settings.unitsMax, 1_000]);
  const caps = (): object =>
    sound({
      capUnits: some(0.6, capUnits),
      channels: some(0.3, () => Array.from({ length: rng.between(1, 2) }, () => ({ channel: channel(), capUnits: capUnits() }))),
    });
  const backorder = (): unknown => (rng.chance(0.2) ? 'never' : sound({ ...caps(), untilMs: some(0.3, soonMs) }));
  const limit = (): object => sound({ perCustomerMax: some(0.6, () => rng.pick([1, settings.unitsMax, 3 * settings.unitsMax])) });
  const names = (known: readonly string[]): readonly string[] => known.filter((_, index) => index === 0 || rng.chance(0.4));
  const untracked = (): object =>
    sound({
      channels: some(0.4, () => (rng.chance(settings.nonsenseShare / 4) ? ['no-such'] : names(settings.channels))),
      locations: some(0.3, () => (rng.chance(settings.nonsenseShare / 4) ? ['nowhere'] : names(settings.locations))),
      groups: some(0.3, () => names(groups)),
    });
  const substitutes = (): readonly object[] => {
    const found = settings.skus.filter((one) => (one !== sku && rng.chance(0.6)) || rng.chance(settings.nonsenseShare / 8));
    const named = found.map((one) => sound({ sku: one, channels: some(0.2, () => [channel()]), unitPriceMinor: some(0.4, () => rng.below(10_000)) }));
    return named.length > 0 ? named.slice(0, 16) : [{ sku: 'nothing' }];
  };
  const item = {
    sku,
    name: some(0.5, () => rng.pick(['lamp', 'Stuhl', '灯'])),
    drop: some(settings.dropShare, () => (rng.chance(0.5) ? {} : { queueMax: rng.pick([1, 3, 10]), ...limit() })),
    untracked: some(settings.untrackedShare, untracked),
    backorder: some(0.4, backorder),
    preorder: some(0.3, () => ({ ...caps(), availableAtMs: soonMs() })),
    substitutes: some(0.5, substitutes),
    ...drawTracking(rng, all, sku),
    ...drawMeasures(rng),
    attributes: some(0.5, () => rng.pick([{ zone: 'cold' }, { zone: 'ambient', needs: 'forklift' }, { needs: 'forklift' }, { kind: 'book' }])),
    serve: some(0.5, () => rng.pick(['age', 'priority', 'promise', 'value'])),
  };
  return { item: sound(item) };
}

/** Names that items make kits of: mostly they never have stock. */
export const kitNames = ['KIT', 'SET'];

/** A kit of some of the SKUs; now and then of a kit, of itself, or of what has stock. */
export function drawKit(rng: Rng, { settings }: Names, index: number | undefined): object {
  const isNonsense = index === undefined && rng.chance(settings.nonsenseShare);
  const sku = isNonsense && rng.chance(0.3) ? rng.pick(settings.skus) : (kitNames[(index ?? rng.below(2)) % 2] ?? 'KIT');
  const names = isNonsense ? [...settings.skus, ...kitNames] : settings.skus;
  const components = names
    .filter(() => rng.chance(2 / names.length))
    .map((name) => ({ sku: name, quantity: rng.between(1, Math.max(1, Math.ceil(settings.unitsMax / 5))) }));
  const some = components.length > 0 ? components : [{ sku: rng.pick(names), quantity: 1 }];
  const more = isNonsense && rng.chance(0.3) ? rng.pick<object>([{ serve: 'age' }, { grams: 5 }, { heightMm: 5 }]) : {};
  return { item: { sku, kit: { components: isNonsense ? [...some, ...some.slice(0, 1)] : some, together: rng.chance(0.5) }, ...more } };
}

/** Without fields that are not there. */
function sound(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What places an order among those who wait. */
export function drawStanding(rng: Rng, { now }: Names): object {
  return {
    ...(rng.chance(0.2) ? { priority: rng.below(10) } : {}),
    ...(rng.chance(0.2) ? { promisedByMs: now() + rng.between(-5, 5) * rng.pick([60_000, 60_000, 21_600_000, 86_400_000]) } : {}),
  };
}
