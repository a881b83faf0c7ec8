/** Which parts are offered, in the shadow, once something was done to their order. */
import { expect } from '../actions.ts';
import { claimPlan, type Now } from './move-plan.ts';
import { isOffered } from './offered.ts';
import { isKept } from './parts.ts';
import type { Part, ShadowOrder } from './state.ts';
import { hasDeclined } from './troubles.ts';

/** Parts that are offered now, or not any more as their order is held. */
export function offersOf(doing: Now, before: ShadowOrder | undefined, order: ShadowOrder, claimedBy: string | undefined): readonly Part[] {
  const parts = order.parts.map((part, index): Part => {
    if (part.state !== 'released') return part;
    if (isKept(order, part)) return isOffered(part) ? { ...part, offer: undefined } : part;
    const was = before?.parts[index];
    const wasTold = before !== undefined && was?.state === 'released' && !isKept(before, was);
    if (part.offer !== undefined || wasTold) return part;
    const policy = doing.shadow.locations.get(part.location)?.offer;
    if (policy === undefined && claimedBy !== part.location) return part;
    const hasAccepted = claimedBy === part.location || order.parts.some((one) => one.location === part.location && one.offer?.ended === 'accepted');
    if (policy === undefined || hasAccepted) return { ...part, offer: { untilMs: doing.atMs, others: [], ended: 'accepted' } };
    const others = policy.alsoTo === undefined || order.isRouted === true ? [] : heard(doing, order, index, policy.alsoTo);
    return { ...part, offer: { untilMs: doing.atMs + policy.withinMs, others } };
  });
  return parts.some((part, index) => part !== order.parts[index]) ? parts : order.parts;
}

/** Who else is asked, the engine says; that each could have it, and that there are no more, we know. */
function heard(doing: Now, order: ShadowOrder, index: number, max: number): readonly string[] {
  const { shadow, atMs } = doing;
  const part = order.parts[index] as Part;
  const able = [...shadow.locations.values()].filter(({ id, offer }) =>
    offer !== undefined && id !== part.location && !hasDeclined(order.declined, id, atMs) && 'parcels' in claimPlan(doing, order, index, id, ''));
  const ids = shadow.heardOffers.get(`${order.id} ${index + 1}`) ?? [];
  const isRight = ids.length === Math.min(max, able.length) && new Set(ids).size === ids.length && ids.every((id) => able.some((one) => one.id === id));
  expect(isRight, `part ${index + 1} of ${order.id} is offered to ${ids.join(', ')}, and of ${able.map(({ id }) => id).join(', ')} there may be ${max}`);
  return ids;
}
