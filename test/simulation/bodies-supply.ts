/** The bodies of commands on supply documents, drawn for the world as the shadow has it. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { drawAmount, drawLots } from './bodies-lots.ts';
import { drawSku } from './draw-sku.ts';
import { inOrder, trackingOf } from './shadow/lots.ts';
import type { Rng } from './rng.ts';
import type { Shadow, ShadowSupply } from './shadow/state.ts';
import { hasEnded, supplyStateOf, toCome } from './shadow/supply-facts.ts';

type SupplyKind = Extract<CommandKind, `supply.${string}`>;

export const supplyDraws: Record<SupplyKind, Draw> = {
  'supply.put': (rng, names, shadow) => {
    const known = rng.chance(0.3) ? drawSupply(rng, names, shadow, (supply) => !hasEnded(supply)) : undefined;
    return { supply: known === undefined ? drawNew(rng, names) : drawAmended(rng, names, known) };
  },
  'supply.order': (rng, names, shadow) => ref(drawSupply(rng, names, shadow, isIn('draft'))),
  'supply.ship': (rng, names, shadow) => {
    const supply = drawSupply(rng, names, shadow, isIn('ordered'));
    return {
      ...ref(supply),
      ...(rng.chance(0.3) ? { expectedAtMs: drawDate(rng, names) } : {}),
      ...(rng.chance(0.3) ? { tracking: `T${rng.below(1_000)}` } : {}),
      ...drawSent(rng, names, shadow, supply),
    };
  },
  'supply.receive': (rng, names, shadow) => {
    const supply = drawSupply(rng, names, shadow, isReceivable);
    const lines = drawUnits(rng, names, supply).map((units) => {
      const sku = supply?.lines.find(({ lineId }) => lineId === units.lineId)?.sku ?? '';
      const quantity = drawAmount(shadow, sku, units.quantity);
      return { ...units, quantity, ...drawCome(rng, names, shadow, sku, supply, quantity), ...(rng.chance(0.2) ? { damaged: rng.below(3) } : {}) };
    });
    return { ...ref(supply), lines };
  },
  'supply.close': (rng, names, shadow) => {
    const supply = drawSupply(rng, names, shadow, isReceivable);
    return { ...ref(supply), reason: 'no more to come', ...(rng.chance(0.5) ? { lines: drawUnits(rng, names, supply) } : {}) };
  },
  'supply.cancel': (rng, names, shadow) => {
    const fits = rng.chance(0.6) ? isOnTheWay : (supply: ShadowSupply) => !hasEnded(supply);
    return { ...ref(drawSupply(rng, names, shadow, fits)), reason: 'changed plans ✓' };
  },
};

/** The lots of a receipt: of a transfer mostly those that are on their way with it. */
function drawCome(rng: Rng, names: Names, shadow: Shadow, sku: string, supply: ShadowSupply | undefined, quantity: number): object {
  const tracking = trackingOf(shadow, sku);
  const away = inOrder(shadow, sku).flatMap(({ lot, away: units }) => {
    const there = supply !== undefined && Object.hasOwn(units, supply.id) ? (units[supply.id] ?? 0) : 0;
    return there > 0 ? [{ lot, quantity: there }] : [];
  });
  if (tracking === undefined || away.length === 0 || rng.chance(0.1)) return drawLots(rng, names, shadow, sku, supply?.to ?? '', quantity, 'in');
  const lots: { lot: string; quantity: number }[] = [];
  let left = quantity;
  for (const one of away) {
    const units = Math.min(left, one.quantity);
    if (units > 0) lots.push({ lot: one.lot, quantity: units });
    left -= units;
  }
  const [first] = lots;
  if (left > 0 && first !== undefined && tracking.by === 'lot') first.quantity += left;
  return tracking.by === 'lot' ? { lots } : { serials: lots.map(({ lot }) => lot) };
}

/** Which units of tracked SKUs leave with a transfer, said now and then. */
function drawSent(rng: Rng, names: Names, shadow: Shadow, supply: ShadowSupply | undefined): object {
  if (supply === undefined || !rng.chance(0.4)) return {};
  const units = [...new Set(supply.lines.map(({ sku }) => sku))].flatMap((sku) => {
    const quantity = supply.lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + line.quantity, 0);
    const lots = drawLots(rng, names, shadow, sku, supply.from ?? '', quantity, 'out');
    return Object.keys(lots).length > 0 || rng.chance(0.02) ? [{ sku, ...lots }] : [];
  });
  return units.length === 0 ? {} : { units: rng.chance(0.02) ? [...units, ...units] : units };
}

const isIn = (state: string) => (supply: ShadowSupply): boolean => supplyStateOf(supply) === state;
const isReceivable = (supply: ShadowSupply): boolean =>
  !hasEnded(supply) && (supply.shippedAtMs !== undefined || (supply.type === 'purchase' && supply.orderedAtMs !== undefined));
const isOnTheWay = (supply: ShadowSupply): boolean => !hasEnded(supply) && supply.type === 'transfer' && supply.shippedAtMs !== undefined;
const ref = (supply: ShadowSupply | undefined): { supplyId: string } => ({ supplyId: supply?.id ?? 'nothing' });

/** A date ahead, mostly; it may have passed when the command is carried out. */
function drawDate(rng: Rng, { now, settings }: Names): number {
  if (rng.chance(settings.nonsenseShare / 4)) return rng.pick([0, now() - 1, now() + 6 * 366 * 86_400_000]);
  return now() + rng.pick([60_000, 3_600_000, 7 * 86_400_000, 7 * 86_400_000, 400 * 86_400_000]);
}

function drawLines(rng: Rng, names: Names, count: number): object[] {
  const { settings } = names;
  return Array.from({ length: count }, (_, index) => ({
    ...(rng.chance(0.2) ? { lineId: rng.chance(0.9) ? `line ${index}` : rng.pick(['1', '__proto__']) } : {}),
    sku: drawSku(rng, settings),
    quantity: (rng.chance(0.002) ? 999_999_000 : 0) + rng.between(1, (rng.chance(0.5) ? 1 : 4) * settings.unitsMax),
    ...(rng.chance(0.3) ? { expectedAtMs: drawDate(rng, names) } : {}),
  }));
}

function drawNew(rng: Rng, names: Names): object {
  const { settings, supplies } = names;
  const place = (): string => (rng.chance(settings.nonsenseShare / 8) ? 'nowhere' : rng.pick(settings.locations));
  const isTransfer = rng.chance(0.5);
  const isWrong = rng.chance(settings.nonsenseShare / 4);
  const sender = isTransfer !== isWrong ? { from: place() } : { supplier: rng.pick(['Acme', '', 'Zoë & Söhne']) };
  return {
    id: supplies.length > 0 && rng.chance(settings.nonsenseShare / 2) ? rng.pick(supplies) : `u${supplies.length + 1}`,
    type: isTransfer ? 'transfer' : 'purchase',
    to: place(),
    ...sender,
    ...terms(rng, names),
    lines: drawLines(rng, names, rng.between(1, Math.min(4, settings.linesMax))),
  };
}

function terms(rng: Rng, names: Names): object {
  return {
    expectedAtMs: drawDate(rng, names),
    ...(rng.chance(0.3) ? { reference: `PO-${rng.below(1_000)}` } : {}),
    ...(rng.chance(0.4) ? { confidence: rng.pick([0, 0.4, 0.5, 1]) } : {}),
    ...(rng.chance(0.4) ? { overReceiptPercent: rng.pick([10, 50, 100]) } : {}),
  };
}

/** A document as it is, with another date and sometimes other lines. */
function drawAmended(rng: Rng, names: Names, supply: ShadowSupply): object {
  const { id, type, to, from, supplier, expectedAtMs } = supply;
  const sender = from === undefined ? { supplier: rng.chance(0.95) ? supplier : 'Another' } : { from };
  const isFixed = supply.shippedAtMs !== undefined || supply.happened.length > 0;
  const same = supply.lines.map(({ expectedAtMs: date, ...line }) => ({ ...line, ...(date === undefined ? {} : { expectedAtMs: date }) }));
  const lines = rng.chance(isFixed ? 0.9 : 0.4) ? same : [...same.slice(rng.below(2)), ...drawLines(rng, names, rng.between(0, 2))];
  const date = rng.chance(0.5) ? { expectedAtMs } : {};
  return { id, type, to, ...sender, ...terms(rng, names), ...date, lines: lines.length === 0 ? same : lines };
}

/** A document, mostly a recent one, mostly one that `fits`. */
function drawSupply(
  rng: Rng,
  { settings }: Names,
  shadow: Shadow,
  fits: (supply: ShadowSupply) => boolean = () => true,
): ShadowSupply | undefined {
  const all = [...shadow.supplies.values()];
  if (all.length === 0 || rng.chance(settings.nonsenseShare / 4)) return undefined;
  const back = Math.min(all.length, rng.chance(0.8) ? 30 : all.length);
  const recent = all.slice(-back);
  const fitting = rng.chance(0.9) ? recent.filter(fits) : recent;
  return rng.pick(fitting.length > 0 ? fitting : recent);
}

/** Units of some of its lines: mostly no more than are to come. */
function drawUnits(rng: Rng, { settings }: Names, supply: ShadowSupply | undefined): { lineId: string; quantity: number }[] {
  const isNonsense = rng.chance(settings.nonsenseShare / 2);
  const lines = (supply?.lines ?? []).filter((line) => supply !== undefined && toCome(supply, line) > 0 && rng.chance(0.7));
  const some = lines.map((line) => {
    const open = toCome(supply as ShadowSupply, line);
    const quantity = rng.chance(0.5) ? open : rng.between(1, open + (rng.chance(0.2) ? 2 : 0));
    return { lineId: line.lineId, quantity };
  });
  if (some.length > 0 && !isNonsense) return some;
  return [...some, { lineId: supply?.lines[0]?.lineId ?? 'no-such', quantity: rng.between(1, settings.unitsMax) }];
}
