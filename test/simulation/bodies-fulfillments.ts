/** The bodies of commands about parts of orders that are not a step on their way, drawn for the orders as the shadow has them. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { drawExisting, drawHold, lineUnits } from './draw-order.ts';
import type { Rng } from './rng.ts';
import type { Part, Shadow } from './shadow/state.ts';

type PartKind = Extract<CommandKind, `fulfillment.${string}Cancel` | `fulfillment.${string}hold`>;

export const partDraws: Record<PartKind, Draw> = {
  'fulfillment.hold': (rng, names, shadow) => {
    const { order: _, ...ref } = drawPartWith(rng, names, shadow, ({ state }) => state === 'open' || state === 'released' || (state === 'picking' && rng.chance(0.2)));
    return { ...ref, ...drawHold(rng, names.now()) };
  },
  'fulfillment.unhold': (rng, names, shadow) => {
    const { order, ...ref } = drawPartWith(rng, names, shadow, ({ holds }) => holds !== undefined);
    const held = order?.parts[Number(ref.fulfillmentId) - 1]?.holds ?? [];
    return { ...ref, holdId: held.length === 0 || rng.chance(0.05) ? 'h0' : rng.pick(held).holdId };
  },
  'fulfillment.requestCancel': (rng, names, shadow) => {
    const { order, ...ref } = drawPartWith(rng, names, shadow, ({ state, asked }) => asked === undefined && (state === 'picking' || (state === 'released' && rng.chance(0.3))));
    return {
      ...ref, reason: 'changed their mind',
      ...(rng.chance(0.3) ? { lines: lineUnits(rng, order) } : {}),
      ...(rng.chance(0.7) ? { answerWithinMs: rng.pick([1, 500, 60_000, 3_600_000, 86_400_000]) } : {}),
      ...(rng.chance(0.5) ? { silence: rng.pick(['accept', 'reject']) } : {}),
    };
  },
  'fulfillment.acceptCancel': (rng, names, shadow) => ({ ...drawAsked(rng, names, shadow), ...(rng.chance(0.3) ? { reason: 'found it' } : {}) }),
  'fulfillment.rejectCancel': (rng, names, shadow) => ({ ...drawAsked(rng, names, shadow), reason: 'in the van' }),
};

function drawAsked(rng: Rng, names: Names, shadow: Shadow): object {
  const { order: _, ...ref } = drawPartWith(rng, names, shadow, ({ asked }) => asked !== undefined);
  return ref;
}

/** A part of an order that fits, if one is found; now and then any. */
export function drawPartWith(rng: Rng, names: Names, shadow: Shadow, fits: (part: Part) => boolean) {
  const order = drawExisting(rng, names, shadow, ({ parts }) => parts.some(fits));
  const fitting = (order?.parts ?? []).flatMap((part, index) => (fits(part) ? [index + 1] : []));
  const isNonsense = fitting.length === 0 || rng.chance(names.settings.nonsenseShare / 2);
  return { order, orderId: order?.id ?? 'nobody', fulfillmentId: String(isNonsense ? rng.between(1, 4) : rng.pick(fitting)) };
}
