/** Scans, drawn: late, early, twice and of parcels that never left. */
import { parcelStatuses } from '../../actors/tracking-commands.ts';
import type { Draw } from './bodies.ts';
import type { Rng } from './rng.ts';
import { standing } from './shadow/parcels-left.ts';

/** A tracking number, written in one of the ways people write it; some are used again. */
export const drawNumber = (rng: Rng): string => `${rng.pick(['t', 'T', 't ', 'T-'])}${rng.below(1_000)}`;

/** How long a carrier may tell nothing. */
export function drawPolicy(rng: Rng): object {
  if (rng.chance(0.5)) return {};
  const ms = [1, 500, 60_000, 3_600_000, 100_000_000];
  return { tracking: { ...(rng.chance(0.7) ? { firstScanMs: rng.pick(ms) } : {}), ...(rng.chance(0.7) ? { silenceMs: rng.pick(ms) } : {}) } };
}

export const trackingDraws: Record<'tracking.scan' | 'order.reship', Draw> = {
  'order.reship': (rng, { settings, orders }, shadow) => {
    const all = [...shadow.parcels.values()].slice(-40);
    const lost = all.filter(({ told, alarm }) => alarm !== undefined || ['lost', 'returned', 'damaged', 'exception'].includes(standing(told).status));
    const from = lost.length > 0 && !rng.chance(settings.nonsenseShare / 2) ? lost : all;
    const { orderId, part } = from.length === 0 ? { orderId: 'nobody', part: 0 } : rng.pick(from);
    const isKnown = orders.length > 0 && rng.chance(settings.nonsenseShare / 4);
    return { orderId, fulfillmentId: String(part + (rng.chance(settings.nonsenseShare / 8) ? 9 : 1)), replacementId: isKnown ? rng.pick(orders) : `again${shadow.orders.size}`, reason: 'it is gone' };
  },
  'tracking.scan': (rng, { settings, now }, { parcels }) => {
    const all = [...parcels.values()];
    const back = Math.min(all.length, rng.chance(0.7) ? 8 : all.length);
    const one = all.length === 0 || rng.chance(settings.nonsenseShare / 4) ? undefined : all[all.length - 1 - rng.below(back)];
    const isHot = one !== undefined && one.told.length > 12 && rng.chance(0.8);
    return {
      carrier: one?.carrier ?? rng.pick([...settings.carriers, 'no-such']),
      tracking: one === undefined || rng.chance(settings.nonsenseShare / 8) ? drawNumber(rng) : rng.pick([one.tracking, one.tracking.toUpperCase(), ` ${one.tracking}.`]),
      scanId: isHot || rng.chance(0.2) ? `n${rng.below(20)}` : `n${rng.below(1_000)}`,
      status: rng.chance(0.5) ? rng.pick(['in-transit', 'out-for-delivery', 'exception'] as const) : rng.pick(parcelStatuses),
      atMs: now() + rng.pick([0, 0, -1, -500, -500, -60_000, -3_600_000, -86_400_000, 1_000, 3_600_000, ...(rng.chance(settings.nonsenseShare / 2) ? [-40_000_000_000, 200_000_000] : [])]),
      ...(rng.chance(0.3) ? { code: rng.pick(['customs', 'no-access']) } : {}),
      ...(rng.chance(0.3) ? { place: 'Leipzig' } : {}),
    };
  },
};
