/** Which SKU a command is about: mostly the hot one, rarely one that does not exist. */
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';

export function drawSku(rng: Rng, { skus, hotShare, nonsenseShare }: Settings): string {
  if (rng.chance(nonsenseShare / 4)) return 'NO-SUCH';
  return rng.chance(hotShare) ? (skus[0] ?? 'HOT') : rng.pick(skus);
}
