/** Answers about cases: read from their lists, never by a scan over all of them. */
import type { CaseContext, CaseSummary } from '../actors/case-context.ts';
import { caseCodes, caseKinds, type CaseCode } from '../actors/case-kinds.ts';
import { stateOf, summaryOf } from '../actors/case-life.ts';
import type { CaseId, OrderId } from '../actors/ids.ts';
import type { Query, QueryBody } from '../actors/queries.ts';
import { unreachable } from './assert.ts';
import type { CaseCounts, CaseView, PlaybookView } from './outcome-cases.ts';
import type { Answers } from './outcome.ts';
import type { World } from './world.ts';

export type CaseQuery = Extract<Query, { kind: `case.${string}` | `playbook.${string}` }>;

export const isCaseQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, CaseQuery> =>
  query.kind.startsWith('case.') || query.kind.startsWith('playbook.');

const pageDefault = 50;
const ordersDefault = 100;

export function answerCases(world: World, { kind, body }: CaseQuery): Answers[CaseQuery['kind']] {
  switch (kind) {
    case 'case.get':
      return viewOf(world, body);
    case 'case.list':
      return listCases(world, body);
    case 'case.counts':
      return countCases(world);
    case 'playbook.get':
      return playbookOf(world, body.code);
    case 'playbook.list':
      return caseCodes.map((code) => playbookOf(world, code));
    default:
      return unreachable(kind);
  }
}

function viewOf({ cases }: World, body: QueryBody<'case.get'>): CaseView | null {
  const { caseId, page, after, limit = ordersDefault } = body;
  const context = cases.look(caseId)?.context;
  if (context === undefined) return null;
  const { log, nextPlace: _, ...rest } = context;
  const entries = page === undefined || page === context.pages ? log : (cases.logPage(context, page)?.entries ?? []);
  return { ...rest, state: stateOf(context), log: entries, ...ordersOf(cases.ordersOf(caseId).values(), after, limit) };
}

/** A page of the orders of a case; where the one to go on after has left it, from the beginning. */
function ordersOf(
  all: Iterable<OrderId>, after: OrderId | undefined, limit: number,
): Pick<CaseView, 'orderIds' | 'next'> {
  const ids = [...all];
  const from = after === undefined ? 0 : ids.indexOf(after) + 1;
  const orderIds = ids.slice(from, from + limit);
  return from + limit < ids.length ? { orderIds, next: orderIds.at(-1) } : { orderIds };
}

/**
 * Open cases, continued after the last one given. Where that one has left the list meanwhile, the list begins again:
 * a reader sees a case twice rather than never.
 */
function listCases(world: World, body: QueryBody<'case.list'>): Answers['case.list'] {
  const limit = body.limit ?? pageDefault;
  const ids = idsFor(world, body);
  const cases: CaseSummary[] = [];
  let isPast = body.after === undefined || !ids.has(body.after);
  let last: CaseId | undefined;
  for (const id of ids.keys()) {
    if (!isPast) {
      isPast = id === body.after;
      continue;
    }
    const context = world.cases.look(id)?.context;
    if (context === undefined || !fits(world, context, body)) continue;
    if (cases.length === limit) return { cases, next: last };
    cases.push(summaryOf(context));
    last = id;
  }
  return { cases };
}

interface Ids {
  has(id: CaseId): boolean;
  keys(): Iterable<CaseId>;
}
const noIds: ReadonlySet<CaseId> = new Set();

/** The shortest list that holds all that fit: the same one for every page of the same question. */
function idsFor({ cases }: World, { orderId, subject, code, owner, severity, state }: QueryBody<'case.list'>): Ids {
  if (orderId !== undefined) return cases.ofOrder(orderId);
  if (subject !== undefined) return cases.bySubject.get(subject) ?? noIds;
  if (code !== undefined) return cases.byCode.get(code) ?? noIds;
  if (owner !== undefined) return cases.byOwner.get(owner) ?? noIds;
  if (severity !== undefined) return cases.bySeverity.get(severity) ?? noIds;
  if (state !== undefined) return cases.byState.get(state) ?? noIds;
  return { has: (id) => cases.isOpen(id), keys: () => cases.open() };
}

function fits({ cases }: World, context: CaseContext, body: QueryBody<'case.list'>): boolean {
  const { code, owner, severity, state, subject, orderId } = body;
  if (code !== undefined && context.code !== code) return false;
  if (owner !== undefined && context.owner !== owner) return false;
  if (severity !== undefined && context.severity !== severity) return false;
  if (subject !== undefined && context.subject.id !== subject) return false;
  if (orderId !== undefined && !cases.ofOrder(orderId).has(context.caseId)) return false;
  return state === undefined || stateOf(context) === state;
}

function countCases({ cases }: World): CaseCounts {
  const sizes = (lists: ReadonlyMap<string, ReadonlySet<CaseId>>): Record<string, number> =>
    Object.fromEntries([...lists].map(([name, ids]) => [name, ids.size]));
  return {
    open: cases.openCount,
    late: cases.lateCount,
    oldestAtMs: cases.oldestAtMs,
    byCode: sizes(cases.byCode),
    byOwner: sizes(cases.byOwner),
    byState: sizes(cases.byState),
    bySeverity: sizes(cases.bySeverity),
  };
}

function playbookOf({ cases }: World, code: CaseCode): PlaybookView {
  const put = cases.playbook(code);
  const by = put === undefined ? undefined : { by: put.by, reason: put.reason, atMs: put.atMs };
  return { ...caseKinds[code], code, ...cases.stepsFor(code), put: by };
}
