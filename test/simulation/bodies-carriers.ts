/** How carriers do, drawn: calls that fail and succeed, embargoes, and policies under which that counts. */
import type { Draw } from './bodies.ts';
import { serviceNames } from './network-names.ts';
import type { Rng } from './rng.ts';
import type { Settings } from './settings.ts';
import type { Shadow } from './shadow/state.ts';

export function drawBreaker(rng: Rng): object {
  if (rng.chance(0.4)) return {};
  const breaker = { failures: rng.pick([1, 2, 3]), withinMs: rng.pick([1_000, 60_000, 3_600_000]), coolDownMs: rng.pick([1, 500, 60_000]) };
  return { breaker: { ...breaker, ...(rng.chance(0.5) ? { percent: rng.pick([1, 50, 80]) } : {}), ...(rng.chance(0.5) ? { probes: rng.pick([1, 2, 3]) } : {}) } };
}

const drawId = (rng: Rng, { carriers, nonsenseShare }: Settings): string => (carriers.length === 0 || rng.chance(nonsenseShare / 2) ? 'no-such' : rng.pick(carriers));

function drawService(rng: Rng, { carriers }: Shadow, carrierId: string): object {
  const known = carriers.get(carrierId)?.card.services?.map(({ id }) => id as string);
  if (known === undefined) return rng.chance(0.8) ? {} : { service: rng.pick(['standard', ...serviceNames]) };
  return rng.chance(0.9) ? { service: rng.pick(known) } : rng.chance(0.5) ? {} : { service: 'no-such' };
}

const calls = ['label', 'rate', 'manifest', 'pickup'];

export const carrierDraws: Record<'carrier.report' | 'carrier.embargo' | 'carrier.lift', Draw> = {
  'carrier.report': (rng, { settings, orders }, shadow) => {
    const carrierId = drawId(rng, settings);
    const isOf = orders.length > 0 && rng.chance(0.4) ? { orderId: rng.pick(orders.slice(-6)) } : {};
    return { carrierId, ...isOf, ...drawService(rng, shadow, carrierId), what: rng.pick(calls), ok: rng.chance(0.4), ...(rng.chance(0.2) ? { detail: 'HTTP 503' } : {}) };
  },
  'carrier.embargo': (rng, { settings, now }, shadow) => {
    const carrierId = drawId(rng, settings);
    const regions = [{ country: 'NL' }, { country: 'DE', postalPrefixes: ['1', '99'] }, { country: 'US' }, { country: 'DE' }];
    return {
      carrierId, embargoId: `e${rng.below(4)}`, reason: 'floods',
      ...(rng.chance(0.4) ? drawService(rng, shadow, carrierId) : {}),
      ...(rng.chance(0.8) ? { to: regions.filter(() => rng.chance(0.5)).concat({ country: 'FR' }) } : {}),
      ...(rng.chance(0.7) ? { untilMs: now() + rng.pick([0, 1, 500, 60_000, 3_600_000, 40_000_000_000]) } : {}),
    };
  },
  'carrier.lift': (rng, { settings }, { carriers }) => {
    const carrierId = drawId(rng, settings);
    const known = carriers.get(carrierId)?.health?.embargoes ?? [];
    return { carrierId, embargoId: known.length > 0 && rng.chance(0.8) ? rng.pick(known).embargoId : `e${rng.below(4)}` };
  },
};
