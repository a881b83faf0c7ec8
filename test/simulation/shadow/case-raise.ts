/** How a case comes to be in the shadow: raised, told and played anew. */
import { caseKinds, severities, type CaseCode } from '../../../actors/case-kinds.ts';
import { keyOf, membersOf, stateOfCase, stepsNow, summaryOfCase, hasEndedOrder, type ShadowCase } from './case-facts.ts';
import * as holds from './holds.ts';
import type { Doing } from './orders.ts';

export const worse = (severity: string): string => severities[Math.min(3, severities.indexOf(severity as 'low') + 1)] ?? '';

interface Entry {
  readonly by: string;
  readonly what: string;
  readonly text?: string | undefined;
}

export function fresh({ atMs }: Doing, caseId: string, code: CaseCode, subject: string): ShadowCase {
  const { severity, owner, slaMs } = caseKinds[code];
  return {
    caseId, code, subject, cause: '', severity, owner, firstAtMs: atMs, raisedAtMs: atMs, changedAtMs: atMs, times: 0, nextPlace: 0, slaAtMs: atMs + slaMs,
    isLate: false, isEscalated: false, version: 0, steps: [], step: 0, attempt: 0, nextAtMs: undefined, under: undefined, entries: [], pages: [0], ended: undefined,
  };
}

/** Put a case as it is now, with what is to be logged and told of that. Events tell of it as it then stands. */
export function tell(doing: Doing, before: ShadowCase, after: Partial<ShadowCase>, logged: readonly Entry[], otherwise?: string): void {
  const { shadow, atMs } = doing;
  const begins = before.pages.at(-1) ?? 0;
  const isFull = before.entries.length - begins >= 32;
  if (isFull) shadow.set(shadow.caseLogs, keyOf(before.caseId, (before.pages.length - 1) % 200), before.entries.slice(begins));
  const lines = logged.map((entry) => ({ atMs, ...entry, ...(entry.text === '' ? { text: undefined } : {}) }));
  const pages = isFull ? [...before.pages, before.entries.length] : before.pages;
  const now: ShadowCase = { ...before, ...after, entries: [...before.entries, ...lines], pages, changedAtMs: atMs };
  shadow.set(shadow.cases, now.caseId, now);
  const what = otherwise ?? (stateOfCase(before) === stateOfCase(now) ? undefined : 'begun');
  const events = lines.length > 0 ? lines : what === undefined ? [] : [{ by: 'engine', what }];
  const summary = { ...summaryOfCase(shadow, now), ...(now.ended === undefined ? {} : { orders: 0 }) };
  for (const event of events as readonly Entry[]) doing.events.push({ kind: 'case.changed', ...summary, by: event.by, what: event.what, text: event.text });
  if (now.ended !== undefined) for (const { orderId } of membersOf(shadow, now.caseId)) leaves(doing, now.caseId, orderId);
}

/** An order leaves a case: what playbooks hold goes on, where no other case of it may hold it. */
export function leaves(doing: Doing, caseId: string, orderId: string): void {
  const { shadow } = doing;
  shadow.set(shadow.caseOrders, keyOf(caseId, orderId), undefined);
  const order = shadow.orders.get(orderId);
  if (order?.holds?.some(({ holdId, by }) => holdId === 'case' && by === 'playbook') !== true) return;
  const mayHold = [...shadow.caseOrders.values()].some((one) => {
    const other = one?.orderId === orderId ? shadow.cases.get(one.caseId) : undefined;
    return other !== undefined && other.ended === undefined && other.steps.some((step) => step.do === 'hold');
  });
  if (!mayHold) holds.without(doing, order, ['case'], false);
}

export const stopped = { nextAtMs: undefined, under: undefined };
export const over = (doing: Doing, how: string): Partial<ShadowCase> => ({ ...stopped, ended: { how, atMs: doing.atMs } });

export function play({ shadow, atMs }: Doing, code: CaseCode): Partial<ShadowCase> {
  const { version, steps } = stepsNow(shadow, code);
  return { version, steps, step: 0, attempt: 0, under: undefined, nextAtMs: steps.length === 0 ? undefined : atMs + (steps[0]?.afterMs ?? 0) };
}

export function opened(doing: Doing, code: CaseCode): Partial<ShadowCase> {
  const { severity, owner, slaMs } = caseKinds[code];
  return { nextPlace: 0, source: undefined, raisedAtMs: doing.atMs, slaAtMs: doing.atMs + slaMs, isLate: false, isEscalated: false, ended: undefined, severity, owner, ...play(doing, code) };
}

export function joins({ shadow, atMs }: Doing, caseId: string, ids: readonly string[], from: number): void {
  for (const [index, orderId] of ids.entries()) {
    const order = shadow.orders.get(orderId);
    const wasClosed = order !== undefined && hasEndedOrder(order);
    shadow.set(shadow.caseOrders, keyOf(caseId, orderId), { caseId, orderId, place: from + index, sinceMs: atMs, wasClosed });
  }
}

interface Raised {
  readonly code: CaseCode;
  readonly subject: string;
  readonly cause: string;
  readonly source?: string | undefined;
  readonly orders: readonly string[];
  readonly severity?: string | undefined;
  readonly owner?: string | undefined;
  readonly by: string;
}

export function raise(doing: Doing, { code, subject, cause, source, orders, severity, owner, by }: Raised): void {
  const { shadow } = doing;
  const caseId = `${code}/${subject}`;
  const found = shadow.cases.get(caseId);
  const before = found ?? fresh(doing, caseId, code, subject);
  const isNew = found === undefined || found.ended !== undefined;
  const start: ShadowCase = { ...before, ...(isNew ? opened(doing, code) : {}) };
  const joining = orders.filter((id) => shadow.caseOrders.get(keyOf(caseId, id)) === undefined);
  // They are counted in what is told of it.
  joins(doing, caseId, joining, start.nextPlace);
  const told = { cause, source: source ?? start.source, times: start.times + 1, nextPlace: start.nextPlace + joining.length, severity: severity ?? start.severity, owner: owner ?? start.owner };
  tell(doing, before, { ...start, ...told, entries: before.entries, pages: before.pages }, [{ by, what: isNew ? 'raised' : 'again', text: cause }]);
}

/** A cause is gone. */
export function clear(doing: Doing, caseId: string): void {
  const one = doing.shadow.cases.get(caseId);
  if (one !== undefined && one.ended === undefined) tell(doing, one, over(doing, 'cleared'), [{ by: 'engine', what: 'cleared' }]);
}
