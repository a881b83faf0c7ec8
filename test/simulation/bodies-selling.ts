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

function drawName(rng: Rng, { nonsenseShare }: Settings, names: readonly string[]): string {
  return rng.chance(nonsenseShare / 4) ? 'no-such' : rng.pick(names);
}
