/** The bodies of commands about parts of orders that are not a step on their way, drawn for the orders as the shadow has them. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { drawExisting, drawHold, drawSubstitute, lineUnits } from './draw-order.ts';
import type { Rng } from './rng.ts';
import { isUntouched, type Part, type Shadow, type ShadowOrder } from './shadow/state.ts';

type PartKind = Extract<CommandKind, `fulfillment.${string}Cancel` | `fulfillment.${string}hold` | 'fulfillment.split' | 'fulfillment.merge' | 'fulfillment.substitute'>;

export const partDraws: Record<PartKind, Draw> = {
  'fulfillment.substitute': (rng, names, shadow) => {
    const found = drawReplaceable(rng, shadow) ?? drawPartWith(rng, names, shadow, ({ state }) => state === 'picking');
    const { order, ...ref } = found;
    const units = order?.parts[Number(ref.fulfillmentId) - 1]?.units ?? [];
    const lines = units.map(({ line, quantity }) => ({ lineId: order?.lines[line]?.lineId ?? '', sku: order?.lines[line]?.sku ?? '', quantity }));
    return { ...ref, ...drawSubstitute(rng, shadow, lines) };
  },
  'fulfillment.split': (rng, names, shadow) => {
    const fits = (part: Part): boolean => isUntouched(part) && part.units.reduce((sum, { quantity }) => sum + quantity, 0) > 1;
    const { order, ...ref } = drawPartWith(rng, names, shadow, fits);
    const units = (order?.parts[Number(ref.fulfillmentId) - 1]?.units ?? []).filter(() => rng.chance(0.6));
    const lines = units.map(({ line, quantity }) => ({ lineId: order?.lines[line]?.lineId ?? '', quantity: rng.between(1, quantity + (rng.chance(0.03) ? 1 : 0)) }));
    return { ...ref, lines: lines.length === 0 ? lineUnits(rng, order) : lines };
  },
  'fulfillment.merge': (rng, names, shadow) => {
    const order = drawExisting(rng, names, shadow, ({ parts }) => parts.filter(isUntouched).length > 1);
    const fitting = (order?.parts ?? []).flatMap((part, index) => (isUntouched(part) ? [{ part, id: String(index + 1) }] : []));
    const { location, state } = fitting.length === 0 ? { location: '', state: '' } : rng.pick(fitting).part;
    const alike = fitting.filter(({ part }) => part.location === location && (part.state === state || rng.chance(0.05)));
    const ids = (rng.chance(0.9) ? alike : fitting).map(({ id }) => id).slice(0, 50);
    const more = ['1', '2', '9'].filter((id) => !ids.includes(id));
    return { orderId: order?.id ?? 'nobody', fulfillmentIds: ids.length < 2 || rng.chance(0.02) ? [...ids, ...more].slice(0, 2) : ids };
  },
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

/** A part being picked of which something may be replaced, of one of the last orders, if there is any. */
function drawReplaceable(rng: Rng, shadow: Shadow) {
  const mayBe = (order: ShadowOrder, part: Part): boolean =>
    part.state === 'picking' && order.substitution !== undefined && part.units.some(({ line }) => shadow.items.get(order.lines[line]?.sku ?? '')?.item.substitutes !== undefined);
  const last = [...shadow.orders.values()].slice(-100);
  const found = last.flatMap((order) => order.parts.flatMap((part, index) => (mayBe(order, part) ? [{ order, orderId: order.id, fulfillmentId: String(index + 1) }] : [])));
  return found.length === 0 || rng.chance(0.1) ? undefined : rng.pick(found);
}

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
