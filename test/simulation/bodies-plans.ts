/** Bodies of commands on routing plans, of expressions whose meaning the shadow knows. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import type { Rng } from './rng.ts';
import * as meanings from './shadow/plan-meanings.ts';
import { versionsOf } from './shadow/plan-state.ts';
import type { Shadow } from './shadow/state.ts';

const ids = ['p1', 'p2', 'constructor'];

const oneOf = (rng: Rng, table: object): string => rng.pick(Object.keys(table));
const ofOrder = (rng: Rng): string => rng.pick(Object.entries(meanings.conditions).filter(([, { topic }]) => topic === 'order').map(([text]) => text));

function drawRule(rng: Rng, index: number): object {
  const id = `r${index}`;
  const otherwise = (choices: readonly unknown[]): object => (rng.chance(0.3) ? { otherwise: rng.pick(choices) } : {});
  const when = (table: object): object => (rng.chance(0.8) ? { when: oneOf(rng, table) } : {});
  switch (rng.below(8)) {
    case 0:
    case 1:
      return { id, exclude: 'location', when: oneOf(rng, meanings.conditions), ...otherwise(['keep', 'exclude']) };
    case 2:
      return { id, exclude: 'location', when: oneOf(rng, meanings.lineConditions) };
    case 3:
      return { id, exclude: 'service', when: oneOf(rng, meanings.serviceConditions) };
    case 4:
      return { id, exclude: 'split', when: ofOrder(rng) };
    case 5:
      return { id, per: rng.pick(['line', 'unit']), cost: rng.chance(0.5) ? rng.between(-50, 300) : oneOf(rng, meanings.lineAmounts), ...when(meanings.lineConditions) };
    case 6:
      return { id, cost: oneOf(rng, meanings.serviceAmounts), ...when(meanings.serviceConditions) };
    default:
      return { id, cost: rng.chance(0.5) ? rng.between(-400, 800) : oneOf(rng, meanings.amounts), ...when(meanings.conditions), ...otherwise([0, 90, -20]) };
  }
}

function drawPlan(rng: Rng, { settings }: Names): object {
  const id = rng.pick(ids);
  const rules = Array.from({ length: rng.between(0, 4) }, (_, index) => drawRule(rng, index));
  if (rng.chance(settings.nonsenseShare / 4)) rules.push({ id: 'wrong', exclude: 'location', when: 'location.unist < 3' });
  const split = {
    ...(rng.chance(0.3) ? { maxParcels: rng.between(1, 3) } : {}),
    ...(rng.chance(0.2) ? { allOrNothing: true } : {}),
    ...(rng.chance(0.2) ? { together: oneOf(rng, meanings.groupings) } : {}),
    ...(rng.chance(0.2) && settings.linesMax <= 2 ? { minShipmentMinor: rng.pick([500, 5_000]) } : {}),
  };
  const fallback = (): object => {
    const then = rng.pick(['backorder', 'hold', 'cancel', 'plan']);
    return { then, ...(then === 'plan' ? { plan: rng.pick(ids.filter((other) => other !== id)) } : {}), ...(rng.chance(0.4) ? { when: ofOrder(rng) } : {}) };
  };
  const objective = rng.chance(0.4)
    ? { shipping: rng.pick([0, 0.5, 1]), rules: rng.pick([0.5, 1, 2]), parcelMinor: rng.pick([0, 1_000]), kmMinor: rng.pick([0, 1, 0.25]) }
    : undefined;
  return {
    format: 'baton.plan/1', id, name: `${id} drawn`, ...(rng.chance(0.3) ? { applies: ofOrder(rng) } : {}), rules,
    ...(objective === undefined ? {} : { objective }), ...(rng.chance(0.4) ? { improve: drawImprove(rng) } : {}), split,
    ...(!settings.isPriced && rng.chance(0.4) ? { batch: { windowMs: rng.between(50, 200) } } : {}), fallbacks: Array.from({ length: rng.below(3) }, fallback),
  };
}

function drawImprove(rng: Rng): object {
  return {
    minSavedMinor: rng.pick([1, 50, 400]), ...(rng.chance(0.5) ? { fewerParcels: true } : {}), ...(rng.chance(0.5) ? { released: true } : {}),
    ...(rng.chance(0.5) ? { maxMoves: rng.between(1, 5) } : {}),
  };
}

/** A version that is there, mostly in the state that is wanted. */
function drawVersion(rng: Rng, { settings }: Names, shadow: Shadow, state: string): { planId: string; version: number } {
  const all = ids.flatMap((id) => versionsOf(shadow, id));
  const fitting = all.filter((one) => one.state === state).slice(-4);
  const found = fitting.length > 0 && !rng.chance(settings.nonsenseShare) ? rng.pick(fitting) : all[rng.below(Math.max(1, all.length))];
  return { planId: found?.document.id ?? rng.pick(ids), version: rng.chance(settings.nonsenseShare / 4) ? 400 : (found?.version ?? 1) };
}

function drawSeat(rng: Rng, { settings }: Names): object {
  const nonsense = rng.chance(settings.nonsenseShare / 4);
  return rng.chance(0.7) ? {} : { channel: nonsense ? 'no-such' : rng.pick(settings.channels) };
}

const kpis = ['short', 'refused', 'split', 'late', 'failed', 'again'];

/** Guards that break soon, later or never. */
function drawGuard(rng: Rng): object {
  const limit = (): object => (rng.chance(0.6) ? { percent: rng.pick([0, 10, 33.3, 60]) } : { points: rng.pick([0, 12.5, 40]) });
  const shares = kpis.filter(() => rng.chance(0.3)).map((kpi) => [kpi, limit()]);
  return {
    minOrders: rng.pick([1, 3, 8, 20]), ...(rng.chance(0.4) ? { costPercent: rng.pick([0, 5, 50]) } : {}), ...Object.fromEntries(shares),
  };
}

export const planDraws: Record<Extract<CommandKind, `plan.${string}`>, Draw> = {
  'plan.put': (rng, names) => ({ plan: drawPlan(rng, names), reason: rng.pick(['sale', 'storm']) }),
  'plan.validate': (rng, names, shadow) => drawVersion(rng, names, shadow, 'draft'),
  'plan.publish': (rng, names, shadow) => ({
    ...drawVersion(rng, names, shadow, 'validated'), ...drawSeat(rng, names), reason: 'go', ...(rng.chance(0.8) ? { force: true } : {}),
  }),
  'plan.canary': (rng, names, shadow) => ({
    ...drawVersion(rng, names, shadow, 'validated'), ...drawSeat(rng, names), percent: rng.pick([1, 30, 50, 50, 80, 100]), guard: drawGuard(rng),
    reason: 'try', ...(rng.chance(0.9) ? { force: true } : {}),
  }),
  'plan.promote': (rng, names) => ({ ...drawSeat(rng, names), reason: 'good' }),
  'plan.abort': (rng, names) => ({ ...drawSeat(rng, names), reason: 'bad' }),
  'plan.shadow': (rng, names, shadow) => ({
    ...drawVersion(rng, names, shadow, 'validated'), percent: rng.pick([20, 100, 100]), reason: 'look',
    ...(rng.chance(0.3) ? { channels: [rng.chance(names.settings.nonsenseShare) ? 'no-such' : rng.pick(names.settings.channels)] } : {}),
    ...(rng.chance(0.2) ? { untilMs: shadow.atMs + rng.between(0, 600_000) } : {}),
  }),
  'plan.unshadow': (rng) => ({ planId: rng.pick(ids), reason: 'seen' }),
  'plan.withdraw': (rng, names) => ({ ...drawSeat(rng, names), reason: 'stop' }),
  'plan.rollback': (rng, names) => ({ ...drawSeat(rng, names), reason: 'back' }),
  'plan.archive': (rng, names, shadow) => ({ ...drawVersion(rng, names, shadow, 'validated'), reason: 'old' }),
};
