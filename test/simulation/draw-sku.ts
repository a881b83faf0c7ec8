/** What commands of several kinds are about: SKUs, customers, where it goes. */
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';

export const segmentNames = ['vip', 'valueOf'];
export const customerNames = ['Zoë ✓', 'x', 'constructor'];

/** Mostly the hot one, rarely one that does not exist. */
export function drawSku(rng: Rng, { skus, hotShare, nonsenseShare }: Settings): string {
  if (rng.chance(nonsenseShare / 4)) return 'NO-SUCH';
  return rng.chance(hotShare) ? (skus[0] ?? 'HOT') : rng.pick(skus);
}

/** What dates of delivery depend on beside the country. */
export function drawReach(rng: Rng, { calendarShare }: Settings): object {
  if (!rng.chance(calendarShare)) return {};
  const timeZone = rng.chance(0.3) ? { timeZone: rng.pick(['America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Kathmandu']) } : {};
  return { ...timeZone, ...(rng.chance(0.5) ? { postalCode: rng.pick(['1017 AB', '10-1', '99']) } : {}) };
}
