/** Bodies of answers to offers, and of the policies that make them. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { drawPartWith } from './bodies-fulfillments.ts';
import type { Rng } from './rng.ts';
import { asked, isOffered } from './shadow/offered.ts';
import type { Shadow } from './shadow/state.ts';

type OfferKind = Extract<CommandKind, `offer.${string}`>;

export const offerDraws: Record<OfferKind, Draw> = {
  'offer.accept': (rng, names, shadow) => drawAsked(rng, names, shadow),
  'offer.decline': (rng, names, shadow) => ({
    ...drawAsked(rng, names, shadow), reason: 'no hands', ...(rng.chance(0.5) ? { forMs: rng.pick([1, 500, 60_000, 3_600_000]) } : {}),
  }),
};

function drawAsked(rng: Rng, names: Names, shadow: Shadow): object {
  const open = [...shadow.orders.open.values()].flatMap((order) => order.parts.flatMap((part, index) => (isOffered(part) ? [{ order, part, index }] : [])));
  const one = open.length > 0 && rng.chance(0.8) ? rng.pick(open) : undefined;
  if (one !== undefined) return { orderId: one.order.id, fulfillmentId: String(one.index + 1), location: rng.pick(asked(one.part)) };
  const { order, ...ref } = drawPartWith(rng, names, shadow, isOffered);
  const who = asked(order?.parts[Number(ref.fulfillmentId) - 1]);
  return { ...ref, location: who.length === 0 || rng.chance(0.1) ? rng.pick(names.settings.locations) : rng.pick(who) };
}

export function drawOfferPolicy(rng: Rng): object {
  return {
    offer: {
      withinMs: rng.pick([1, 60_000, 1_800_000, 7_200_000]),
      ...(rng.chance(0.6) ? { alsoTo: rng.between(1, 3) } : {}),
      ...(rng.chance(0.5) ? { declinedForMs: rng.pick([1, 60_000, 3_600_000]) } : {}),
    },
  };
}
