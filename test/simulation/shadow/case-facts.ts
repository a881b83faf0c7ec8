/** What a case is, in the shadow: all that was ever logged of it, and where it stands by that. */
import { caseKinds, type CaseCode } from '../../../actors/case-kinds.ts';
import type { PlaybookStep } from '../../../actors/playbook-schemas.ts';
import { isClosed, parkedOf } from './order-facts.ts';
import { isHeld, type Shadow, type ShadowOrder } from './state.ts';

export interface ShadowEntry {
  readonly atMs: number;
  readonly by: string;
  readonly what: string;
  readonly text?: string | undefined;
}

export interface ShadowCase {
  readonly caseId: string;
  readonly code: CaseCode;
  readonly subject: string;
  readonly cause: string;
  /** The version of a plan. */
  readonly source?: string | undefined;
  readonly severity: string;
  readonly owner: string;
  readonly firstAtMs: number;
  readonly raisedAtMs: number;
  readonly changedAtMs: number;
  readonly times: number;
  readonly nextPlace: number;
  readonly slaAtMs: number;
  readonly isLate: boolean;
  readonly isEscalated: boolean;
  readonly version: number;
  readonly steps: readonly PlaybookStep[];
  readonly step: number;
  readonly attempt: number;
  readonly nextAtMs: number | undefined;
  readonly under: { place: number; done: number; passed: number; refused: number; code?: string | undefined } | undefined;
  readonly entries: readonly ShadowEntry[];
  /** Where each page of its log begins, the newest last. */
  readonly pages: readonly number[];
  readonly ended: { readonly how: string; readonly atMs: number } | undefined;
}

/** An order that a case concerns. */
export interface ShadowMember {
  readonly caseId: string;
  readonly orderId: string;
  readonly place: number;
  readonly sinceMs: number;
  /** Whether it had ended when it joined. */
  readonly wasClosed: boolean;
}

export interface ShadowPlaybook {
  readonly code: string;
  readonly version: number;
  readonly steps: readonly PlaybookStep[] | undefined;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

export const keyOf = (caseId: string, name: string | number): string => `${caseId.length}/${caseId}/${name}`;

export const membersOf = (shadow: Shadow, caseId: string): ShadowMember[] =>
  [...shadow.caseOrders.values()].flatMap((one) => (one?.caseId === caseId ? [one] : [])).sort((a, b) => a.place - b.place);

export function stateOfCase({ ended, nextAtMs, step, attempt, under, isEscalated }: ShadowCase): string {
  if (ended?.how === 'dismissed') return 'dismissed';
  if (ended !== undefined) return 'resolved';
  if (nextAtMs !== undefined) return step > 0 || attempt > 0 || under !== undefined ? 'working' : 'open';
  return isEscalated ? 'escalated' : 'waiting';
}

export function summaryOfCase(shadow: Shadow, one: ShadowCase): object {
  const { caseId, code, subject: id, severity, owner, times, raisedAtMs, slaAtMs, isLate, nextAtMs } = one;
  const subject = { type: caseKinds[code].subject, id };
  return { caseId, code, subject, state: stateOfCase(one), severity, owner, orders: membersOf(shadow, caseId).length, times, raisedAtMs, slaAtMs, isLate, nextAtMs };
}

/** The case as its row has it. */
export function rowOfCase(shadow: Shadow, one: ShadowCase): object {
  const { caseId, code, cause, severity, owner, firstAtMs, raisedAtMs, changedAtMs, times, nextPlace, slaAtMs, isLate, isEscalated, step, attempt, nextAtMs, under, entries, pages, ended } = one;
  return {
    caseId, code, subject: { type: caseKinds[code].subject, id: one.subject }, cause, source: one.source, severity, owner, firstAtMs, raisedAtMs, changedAtMs, times, nextPlace,
    orders: membersOf(shadow, caseId).length, slaAtMs, isLate, isEscalated, playbook: { version: one.version, steps: one.steps }, step, attempt, nextAtMs, under,
    log: entries.slice(pages.at(-1)), pages: pages.length - 1, logged: entries.length, ended,
  };
}

export function stepsNow(shadow: Shadow, code: CaseCode): { version: number; steps: readonly PlaybookStep[] } {
  const put = shadow.playbooks.get(code);
  return put?.steps === undefined ? { version: 0, steps: caseKinds[code].steps } : { version: put.version, steps: put.steps };
}

/** Whether a case about a place or carrier concerns an order; undefined where it is about something else. */
export function isThere(code: CaseCode, subject: string, { parts }: ShadowOrder): boolean | undefined {
  const { subject: type } = caseKinds[code];
  if (type === 'location') return parts.some((part) => isHeld(part) && part.location === subject);
  if (type === 'carrier') return parts.some((part) => part.carrier === subject && (part.state === 'shipped' || isHeld(part)));
  return undefined;
}

/** The cases the engine must have an order in. */
export function wantedBy(order: ShadowOrder, waitsFor: (line: number) => boolean): { code: CaseCode; subject: string; cause: string }[] {
  const names = [...new Set(order.lines.flatMap(({ sku }, line) => (parkedOf(order, line) > 0 ? [`${order.channel}/${sku}`] : [])))];
  return [...names.map((subject) => ({ code: 'SKU_UNMAPPED' as const, subject, cause: 'a channel calls a SKU so, and nobody has said what it is' })), ...ofException(order, waitsFor)];
}

function ofException(order: ShadowOrder, waitsFor: (line: number) => boolean): { code: CaseCode; subject: string; cause: string }[] {
  if (order.exception === undefined) return [];
  if (order.exception.code === 'unroutable') return [{ code: 'RULE_GAP', subject: order.channel, cause: 'the routing plan leaves no place to units of orders' }];
  if (order.exception.code === 'not-started') {
    const late = order.parts.flatMap(({ state, isOverdue, location }) => (state === 'released' && isOverdue === true ? [location] : []));
    return [...new Set(late)].map((subject) => ({ code: 'NODE_NOT_ACKNOWLEDGED', subject, cause: 'it does not begin its work in time, and nobody else has the units' }));
  }
  const skus = [...new Set(order.lines.flatMap(({ sku }, index) => (waitsFor(index) ? [sku] : [])))];
  const of = {
    'short-pick': { code: 'STOCKOUT_AT_PICK', cause: 'units that were to be picked were not found' },
    stockout: { code: 'OVERSOLD', cause: 'units that orders were given are not there' },
    rejected: { code: 'ALLOCATION_REJECTED', cause: 'a location declined units, and nobody else has them' },
  } as const;
  const { code } = order.exception;
  return skus.map((subject) => ({ ...of[code], subject }));
}

export const hasEndedOrder = isClosed;

/** Conditions that are drawn, and what they mean. */
interface Asked {
  readonly one: ShadowCase;
  readonly orders: number;
  readonly order: ShadowOrder | undefined;
  readonly atMs: number;
}
export const caseConditions: Readonly<Record<string, (asked: Asked) => boolean>> = {
  'case.times >= 3': ({ one }) => one.times >= 3,
  'case.times < 3': ({ one }) => one.times < 3,
  'case.orders > 1 || case.isLate': ({ one, orders }) => orders > 1 || one.isLate,
  'case.severity == "high"': ({ one }) => one.severity === 'high',
  'case.attempt == 0': ({ one }) => one.attempt === 0,
  'case.ageMinutes >= 2': ({ one, atMs }) => atMs - one.raisedAtMs >= 120_000,
  '!case.isEscalated && case.owner != "nobody"': ({ one }) => !one.isEscalated && one.owner !== 'nobody',
};
export const orderConditions: typeof caseConditions = {
  'order.priority > 3': ({ order }) => (order?.priority ?? 0) > 3,
  'size(lines) > 1 && case.orders > 0': ({ order, orders }) => (order?.lines.length ?? 0) > 1 && orders > 0,
  // Few orders have it; where it is not, there is no value.
  'order.attributes["kind"] == "rush"': ({ order }) => order?.attributes?.['kind'] === 'rush',
};
