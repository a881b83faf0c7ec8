/** Answers about routing plans: versions, what is in force, how two versions differ, what the linter finds. */
import type { PlanSeat, PlanVersion } from '../actors/plan-commands.ts';
import type { PlanDocument } from '../actors/plan-schemas.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import { unreachable } from './assert.ts';
import type { Core } from './core.ts';
import type { PlanChange, PlanSummary, PlanView, SeatView } from './outcome-plans.ts';
import type { Answers } from './outcome.ts';
import { lint } from './routing/plans/lint.ts';
import { countsAt } from './trials.ts';
import type { World } from './world.ts';

export type PlanQuery = Extract<Query, { kind: `plan.${string}` }>;

export const isPlanQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, PlanQuery> =>
  query.kind.startsWith('plan.');

export function answerPlans(
  { world, shadows }: Core, { kind, body }: PlanQuery, nowMs: () => number,
): Answers[PlanQuery['kind']] {
  switch (kind) {
    case 'plan.get':
      return planView(world, body);
    case 'plan.list':
      return listPlans(world);
    case 'plan.versions':
      return world.plans.versionsOf(body.planId).map((version) => summaryOf(world, version));
    case 'plan.diff':
      return diffOf(world, body);
    case 'plan.divergence':
      return shadows.totals().filter(({ planId }) => body.planId === undefined || planId === body.planId);
    case 'plan.lint':
      return lint(world, body.plan, nowMs());
    default:
      return unreachable(kind);
  }
}

function planView(world: World, { planId, version }: QueryBody<'plan.get'>): PlanView | null {
  const { plans } = world;
  const found = version === undefined ? plans.versionsOf(planId).at(-1) : plans.version(planId, version);
  return found === undefined ? null : { ...summaryOf(world, found), document: found.document };
}

/** A version is published where a seat names it. */
function summaryOf(world: World, { document, version, state, madeAtMs, by, reason }: PlanVersion): PlanSummary {
  const { id, name } = document;
  const seats = world.plans.seatsOf(id, version);
  const canaries = world.plans.canariesOf(id, version);
  const shadow = world.plans.shadowOf(id);
  return {
    id, name, version, state: seats.length > 0 ? 'published' : state, madeAtMs, by, reason, seats,
    canaries: canaries.length > 0 ? canaries : undefined,
    shadowPercent: shadow?.version === version ? shadow.percent : undefined,
  };
}

function listPlans(world: World): Answers['plan.list'] {
  const { plans } = world;
  const newest = plans.ids().flatMap((id) => plans.versionsOf(id).at(-1) ?? []);
  const seats = [...plans.seats].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    plans: newest.map((version) => summaryOf(world, version)),
    seats: seats.flatMap(([, { snapshot }]) => (snapshot === undefined ? [] : [seatView(world, snapshot.context)])),
  };
}

function seatView(world: World, seat: PlanSeat): SeatView {
  const { canary } = seat;
  return { ...seat, canary: canary && { ...canary, counts: countsAt({ world }, seat.channel) } };
}

function diffOf({ plans }: World, { planId, from, to }: QueryBody<'plan.diff'>): Answers['plan.diff'] {
  const [before, after] = [plans.version(planId, from), plans.version(planId, to)];
  return before === undefined || after === undefined ? null : changesBetween(before.document, after.document);
}

/** Every field that is another one; rules are matched by their ids, and one that moved is told with its place. */
export function changesBetween(before: PlanDocument, after: PlanDocument): PlanChange[] {
  const [was, is] = [flatten(before), flatten(after)];
  const paths = new Set([...was.keys(), ...is.keys()]);
  return [...paths].flatMap((path): PlanChange[] => {
    const [one, other] = [was.get(path), is.get(path)];
    return one === other ? [] : [{ path, before: one, after: other }];
  });
}

type Leaf = string | number | boolean;

function flatten(document: PlanDocument): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const walk = (path: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') leaves.set(path, value);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) walkItem(path, index, item);
    else for (const [key, member] of Object.entries(value ?? {})) walk(path === '' ? key : `${path}.${key}`, member);
  };
  const walkItem = (path: string, index: number, item: unknown): void => {
    const { id, ...rest } = item as { readonly id?: string };
    if (id === undefined) return walk(`${path}[${index}]`, item);
    leaves.set(`${path}[${id}].place`, index + 1);
    walk(`${path}[${id}]`, rest);
  };
  walk('', document);
  return leaves;
}
