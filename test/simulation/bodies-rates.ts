/** Rate cards, drawn: few zones and breaks, so that prices tie and parcels are now and then too heavy. */
import type { Names } from './bodies.ts';
import { groups, serviceNames } from './network-names.ts';
import type { Rng } from './rng.ts';
import type { Shadow } from './shadow/state.ts';

const zones = ['2', '5', 'valueOf'];

/** The carrier and service of a card: mostly such as there are. */
function drawService(rng: Rng, { settings }: Names, shadow: Shadow): { carrier: string; service: string } {
  const known = [...shadow.carriers.values()].flatMap(({ card }) =>
    (card.services ?? [{ id: 'standard' }]).map(({ id }) => ({ carrier: card.id as string, service: id as string })),
  );
  if (known.length > 0 && !rng.chance(settings.nonsenseShare)) return rng.pick(known);
  return { carrier: rng.pick([...settings.carriers, 'no-such']), service: rng.pick(serviceNames) };
}

export function drawRates(rng: Rng, all: Names, shadow: Shadow): object {
  const { settings, now } = all;
  const nonsense = rng.chance(settings.nonsenseShare) ? rng.between(1, 8) : 0;
  const breaks = rng.pick([[500], [500, 2_000], [1_000, 1_500, 5_000], [250, 500, 1_000, 30_000]]);
  const named = zones.filter((_, index) => index === 0 || rng.chance(0.6));
  const beyond = rng.chance(0.5);
  const tables = named.map((zone) => {
    let minor = rng.pick([0, 200, 300]);
    const prices = breaks.map(() => (minor += rng.pick([0, 100, 250, 1_000])));
    return { zone, minor: prices, ...(beyond && rng.chance(0.8) ? { beyondMinor: rng.pick([0, 50, 400]) } : {}) };
  });
  const [first] = tables;
  if (nonsense === 1 && first !== undefined) tables.push(first);
  if (nonsense === 2) first?.minor.push(9_999);
  if (nonsense === 3) breaks.push(...breaks.slice(0, 1));
  const zone = (): string => (nonsense === 4 ? '9' : rng.pick(named));
  const origins = [undefined, { country: 'NL' }, { country: 'DE', postalPrefix: '10' }, { group: rng.pick(groups) }];
  const targets = [{ country: 'DE' }, { country: 'NL' }, { country: 'DE', postalPrefixes: ['1', '99'] }, { country: 'DE', postalPrefixes: ['101'] }, {}];
  const lanes = origins.filter(() => rng.chance(0.5)).flatMap((from) =>
    targets.filter(() => rng.chance(0.4)).map((to) => ({ ...(from === undefined ? {} : { from }), ...to, zone: zone() })),
  );
  if (nonsense === 5) lanes.push(...lanes.slice(0, 1));
  const bands = [{ upToKm: 100, zone: zone() }, { upToKm: nonsense === 6 ? 100 : 700, zone: zone() }];
  const surcharges = {
    ...(rng.chance(0.4) ? { residentialMinor: rng.pick([0, 120]) } : {}),
    ...(rng.chance(0.4) ? { remote: [{ country: 'DE', postalPrefixes: ['101', '9'], minor: 500 }, { country: 'DE', postalPrefixes: ['1'], minor: 50 }] } : {}),
    ...(rng.chance(0.4) ? { oversize: { sideMm: 300, ...(rng.chance(0.5) ? { girthMm: 500 } : {}), minor: 700 } } : {}),
    ...(rng.chance(0.4) ? { fuelPercent: rng.pick([0, 12.5, 100]) } : {}),
  };
  const card = {
    ...drawService(rng, all, shadow),
    version: rng.between(1, 3),
    ...(rng.chance(0.3) ? { fromMs: now() + rng.pick([-60_000, 0, 1, 5_000, 3_600_000]) } : {}),
    ...(rng.chance(0.2) ? { untilMs: now() + rng.pick([1, 5_000, 3_600_000]) } : {}),
    ...(rng.chance(0.5) ? { divisor: rng.pick([1_000, 5_000]) } : {}),
    ...(rng.chance(0.3) ? { minimumMinor: 350 } : {}),
    breaks,
    ...(beyond && nonsense !== 7 ? { beyondGrams: rng.pick([1, 500]) } : {}),
    zones: tables,
    ...(lanes.length > 0 && nonsense !== 8 ? { lanes } : {}),
    ...(nonsense !== 8 && (lanes.length === 0 || rng.chance(0.5)) ? { bands } : {}),
    ...(rng.chance(0.6) ? { surcharges } : {}),
  };
  return { card };
}

export function drawRemoved(rng: Rng, all: Names, shadow: Shadow): object {
  const cards = [...shadow.rates.values()].flatMap((card) => (card === undefined ? [] : [card]));
  if (cards.length === 0 || rng.chance(all.settings.nonsenseShare)) return { ...drawService(rng, all, shadow), version: rng.between(1, 4) };
  const { carrier, service, version } = rng.pick(cards);
  return { carrier, service, version };
}

/** Weight and sides of an item. */
export function drawMeasures(rng: Rng): object {
  const side = (): number => rng.pick([40, 100, 250, 400]);
  return {
    ...(rng.chance(0.8) ? { grams: rng.pick([100, 250, 400, 900, 2_500, 40_000]) } : {}),
    ...(rng.chance(0.5) ? { lengthMm: side(), widthMm: side(), ...(rng.chance(0.9) ? { heightMm: side() } : {}) } : {}),
  };
}
