/** Work that is offered, in the shadow: who is asked, what they answer, and what becomes of what nobody accepts. */
import type { CommandOf } from '../../../actors/commands.ts';
import { needsFor } from './kits.ts';
import { claimPlan } from './move-plan.ts';
import { answerOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import { asked, isOffered, type Answer, type ShadowOffer } from './offered.ts';
import { planUnits } from './sourcing.ts';
import type { Part, ShadowOrder } from './state.ts';
import { alsoDeclined } from './troubles.ts';
import { no, type Verdict } from './verdict.ts';

const hourMs = 3_600_000;

function change(doing: Doing, order: ShadowOrder, more: Partial<ShadowOrder>, answer?: Answer): void {
  const after = orders.put(doing, { ...order, ...more });
  orders.tellParts(doing, order, after, undefined, answer);
  orders.tellException(doing, order, after);
}

const withOffer = (order: ShadowOrder, index: number, offer: ShadowOffer): { parts: readonly Part[] } =>
  ({ parts: order.parts.map((one, at) => (at === index ? { ...one, offer } : one)) });

export function answer(doing: Doing, command: CommandOf<'offer.accept'> | CommandOf<'offer.decline'>): Verdict {
  const { shadow, atMs } = doing;
  const { orderId, fulfillmentId, location } = command.body;
  const order = shadow.orders.get(orderId);
  const index = order?.parts.findIndex((_, at) => String(at + 1) === fulfillmentId) ?? -1;
  const part = order?.parts[index];
  if (order === undefined || !asked(part).includes(location)) return no('not-offered', 'body.location');
  const { offer, location: holder } = part as Part & { readonly offer: ShadowOffer };
  const units = new Map((part as Part).units.map(({ line, quantity }) => [line, quantity]));
  const ok = (): Verdict => ({ ok: answerOf(shadow.orders.get(orderId) as ShadowOrder) });
  if (command.kind === 'offer.accept') {
    const said = { state: 'accepted', location };
    if (location === holder) {
      change(doing, order, withOffer(order, index, { ...offer, others: [], ended: 'accepted' }), said);
      orders.tellTimes(doing, order, orderId);
      return ok();
    }
    const plan = claimPlan(doing, order, index, location, command.by);
    if ('code' in plan) return { ...plan, field: 'body.location' } as Verdict;
    orders.takeAway(doing, order, index, units, said);
    orders.sourceBy(doing, orderId, plan, 'allocate', location);
    return ok();
  }
  const { reason, forMs = shadow.locations.get(holder)?.offer?.declinedForMs ?? hourMs } = command.body;
  const said = { state: 'declined', location };
  const untilMs = atMs + forMs;
  if (location !== holder) {
    const others = offer.others.filter((one) => one !== location);
    change(doing, order, { ...withOffer(order, index, { ...offer, others }), declined: alsoDeclined(order, { location, untilMs }, atMs) }, said);
    return ok();
  }
  orders.withdraw(doing, order, index, units, untilMs, true, said);
  return orders.source(doing, orderId, { kind: 'rejected', from: [fulfillmentId], by: command.by, reason }) ?? ok();
}

/** The first part of an order of which the offer is over. */
export const overOf = (order: ShadowOrder, atMs: number): number =>
  order.holds === undefined ? order.parts.findIndex((part) => isOffered(part) && (part.offer?.untilMs ?? Infinity) <= atMs) : -1;

/** Nobody has accepted: others who have it are next, else the one with the units is told to start. */
export function over(doing: Doing, order: ShadowOrder, index: number): void {
  const { shadow, atMs } = doing;
  const part = order.parts[index] as Part & { readonly offer: ShadowOffer };
  const untilMs = atMs + (shadow.locations.get(part.location)?.offer?.declinedForMs ?? hourMs);
  const all = asked(part);
  const declinedBy = (by: readonly string[], from: ShadowOrder): ShadowOrder => by.reduce((next, location) => ({ ...next, declined: alsoDeclined(next, { location, untilMs }, atMs) }), from);
  const units = new Map(part.units.map(({ line, quantity }) => [line, quantity]));
  const plan = planUnits(shadow, { ...order, declined: declinedBy(all, order).declined }, needsFor(order, (line) => units.get(line) ?? 0), atMs);
  if (plan.short > 0 || plan.parcels.length === 0) {
    change(doing, order, withOffer(order, index, { ...part.offer, others: [], ended: 'assigned' }), { state: 'assigned', location: part.location });
    return orders.tellTimes(doing, order, order.id);
  }
  orders.withdraw(doing, order, index, units, untilMs, false, { state: 'expired' }, part.offer.others.map((location) => ({ location, untilMs })));
  orders.sourceBy(doing, order.id, { ...plan, cause: { kind: 'not-accepted', from: [String(index + 1)] } });
}
