/** Bodies of commands on suspect stock, and how far short picks reach. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw } from './bodies.ts';
import { drawSku } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import type { Names } from './bodies.ts';
import type { Shadow } from './shadow/state.ts';

type SuspectKind = Extract<CommandKind, `suspect.${string}`>;

const spells = [1_000, 2_000, 60_000, 3_600_000];

export const suspectDraws: Record<SuspectKind, Draw> = {
  'suspect.raise': (rng, names, shadow) => ({
    ...drawPlace(rng, names, shadow), reason: rng.pick(['wet', 'the shelf fell']),
    ...(rng.chance(0.7) ? { reach: rng.pick(['stock', 'orders', 'orders']) } : {}),
    ...(rng.chance(0.7) ? { forMs: rng.pick(spells) } : {}),
  }),
  'suspect.clear': (rng, names, shadow) => {
    const [one] = [...shadow.suspects.values()].filter((each) => each !== undefined);
    const place = one === undefined || rng.chance(0.3) ? drawPlace(rng, names, shadow) : { sku: one.sku, location: one.location };
    return { ...place, reason: 'found' };
  },
};

function drawPlace(rng: Rng, { settings }: Names, shadow: Shadow): object {
  const [known] = rng.chance(0.7) ? [...shadow.stocks.keys()].filter(() => rng.chance(0.3)) : [];
  const slash = known?.indexOf('/') ?? 0;
  if (known !== undefined) return { sku: known.slice(slash + 1), location: known.slice(0, slash) };
  return { sku: drawSku(rng, settings), location: rng.chance(settings.nonsenseShare / 2) ? 'nowhere' : rng.pick(settings.locations) };
}

export function drawShortPick(rng: Rng): object {
  return {
    shortPick: {
      reach: rng.pick(['units', 'stock', 'orders', 'orders']),
      ...(rng.chance(0.4) ? { leftMax: rng.pick([1, 5, 100]) } : {}),
      ...(rng.chance(0.7) ? { suspectForMs: rng.pick(spells) } : {}),
    },
  };
}
