/** Bodies of commands on what channels may sell: buffer rules. */
import type { Draw } from './bodies.ts';
import { drawSku, segmentNames } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';

const poolIds = ['x1', 'x2', 'constructor'];
const bufferIds = ['b1', 'b2', 'b3', 'valueOf', 'b5', 'b6'];

export const sellingDraws: Record<'buffer.put' | 'buffer.remove' | 'pool.put' | 'pool.remove', Draw> = {
  'buffer.put': (rng, { settings }) => ({
    rule: {
      id: rng.pick(bufferIds),
      ...(rng.chance(0.6) ? { sku: drawSku(rng, settings) } : {}),
      ...(rng.chance(0.5) ? { location: drawName(rng, settings, settings.locations) } : {}),
      ...(rng.chance(0.5) ? { channel: drawName(rng, settings, settings.channels) } : {}),
      ...(rng.chance(0.3) ? { method: rng.pick(['ship', 'ship', 'pickup']) } : {}),
      ...(rng.chance(0.5) ? { percent: rng.pick([0, 1, 10, 33, 50, 100]) } : {}),
      ...(rng.chance(0.51) ? { quantity: rng.below(2 * settings.unitsMax) } : {}),
      ...(rng.chance(settings.growingShare) ? { grows: drawGrowth(rng, settings), location: rng.pick(settings.locations) } : {}),
    },
  }),
  'pool.put': (rng, { settings }) => ({
    pool: {
      id: rng.pick(poolIds),
      sku: drawSku(rng, settings),
      location: drawName(rng, settings, settings.locations),
      channels: [...new Set([drawName(rng, settings, settings.channels), rng.pick(settings.channels)])],
      quantity: rng.between(1, 4 * settings.unitsMax),
      ...(rng.chance(0.5) ? { segments: segmentNames.filter((_, index) => index === 0 || rng.chance(0.5)) } : {}),
    },
  }),
  'pool.remove': (rng) => ({ poolId: rng.pick(poolIds) }),
  'buffer.remove': (rng) => ({ bufferId: rng.pick(bufferIds) }),
};

function drawGrowth(rng: Rng, { unitsMax, nonsenseShare }: Settings): object {
  const isNonsense = rng.chance(nonsenseShare / 4);
  const [byUnits, byPace] = isNonsense ? [false, false] : rng.pick([[true, false], [false, true], [true, true]]);
  return {
    everyMs: rng.pick([60_000, 60_001, 3_600_000, 86_400_000]),
    ...(byUnits ? { quantity: rng.between(1, unitsMax) } : {}),
    ...(byPace ? { pacePercent: rng.pick([1, 50, 1_000]) } : {}),
    maxQuantity: rng.between(1, 5 * unitsMax),
  };
}

function drawName(rng: Rng, { nonsenseShare }: Settings, names: readonly string[]): string {
  return rng.chance(nonsenseShare / 4) ? 'no-such' : rng.pick(names);
}
