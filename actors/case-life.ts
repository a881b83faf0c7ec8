/** What each message makes of a case: pure. Playbooks are run here, step by step; what a step does, the engine does. */
import type { CaseContext, CaseEntry, CaseEvent, CaseHappening, CaseInput, CaseMessage } from './case-context.ts';
import type { CaseState, CaseSummary, Tried, Under } from './case-context.ts';
import { caseKinds, worse } from './case-kinds.ts';
import { caseLogPage } from './limits.ts';
import type { PlaybookStep } from './playbook-schemas.ts';

/** How long until the second attempt, where a step does not say. */
export const backoffDefaultMs = 60_000;
/** How long a hold or pause lasts, where a step does not say. */
export const forDefaultMs = 24 * 3_600_000;
/** The longest wait between two attempts. */
const backoffMaxMs = 24 * 3_600_000;

const noPlaybook: CaseContext['playbook'] = { version: 0, steps: [] };

/** A case before anything is known of it. */
export function begun({ caseId, code, subject, atMs }: CaseInput): CaseContext {
  const { severity, owner, slaMs } = caseKinds[code];
  return {
    caseId, code, subject, cause: '', severity, owner, firstAtMs: atMs, raisedAtMs: atMs, changedAtMs: atMs, times: 0,
    orders: 0, nextPlace: 0, slaAtMs: atMs + slaMs, isLate: false, isEscalated: false, playbook: noPlaybook,
    step: 0, attempt: 0, log: [], pages: 0, logged: 0,
  };
}

/** The state a context belongs in. */
export function stateOf({ ended, nextAtMs, step, attempt, under, isEscalated }: CaseContext): CaseState {
  if (ended !== undefined) return ended.how === 'dismissed' ? 'dismissed' : 'resolved';
  if (nextAtMs === undefined) return isEscalated ? 'escalated' : 'waiting';
  return step === 0 && attempt === 0 && under === undefined ? 'open' : 'working';
}

export const hasEnded = ({ ended }: CaseContext): boolean => ended !== undefined;

/** When something of it is due by itself; undefined: never. */
export function caseDueAtMs({ ended, nextAtMs, slaAtMs, isLate }: CaseContext): number | undefined {
  if (ended !== undefined) return undefined;
  if (isLate) return nextAtMs;
  return nextAtMs === undefined ? slaAtMs : Math.min(nextAtMs, slaAtMs);
}

/** Whether the log is full: before the next message its entries are put away as a page. */
export const isPageFull = ({ log }: CaseContext): boolean => log.length >= caseLogPage;

/** With one more entry. */
function logged(
  context: CaseContext, atMs: number, by: string, what: CaseHappening, text?: string,
): CaseContext {
  const entry: CaseEntry = text === undefined || text === '' ? { atMs, by, what } : { atMs, by, what, text };
  return { ...context, log: [...context.log, entry], logged: context.logged + 1 };
}

/** The playbook from its first step on. */
function playing(context: CaseContext, playbook: CaseContext['playbook'], atMs: number): CaseContext {
  const [first] = playbook.steps;
  const nextAtMs = first === undefined ? undefined : atMs + (first.afterMs ?? 0);
  return { ...context, playbook, step: 0, attempt: 0, under: undefined, nextAtMs };
}

const stopped = (context: CaseContext): CaseContext =>
  context.nextAtMs === undefined && context.under === undefined
    ? context
    : { ...context, nextAtMs: undefined, under: undefined };

/** It begins, or begins anew. */
function opened(context: CaseContext, playbook: CaseContext['playbook'], atMs: number): CaseContext {
  const { severity, owner, slaMs } = caseKinds[context.code];
  const times = { raisedAtMs: atMs, slaAtMs: atMs + slaMs };
  const none = { source: undefined, ended: undefined };
  const fresh = { nextPlace: 0, ...none, isLate: false, isEscalated: false, severity, owner };
  return playing({ ...context, ...times, ...fresh }, playbook, atMs);
}

function ended(context: CaseContext, how: 'cleared' | 'resolved' | 'dismissed', atMs: number): CaseContext {
  return { ...stopped(context), orders: 0, ended: { how, atMs } };
}

const isNew = ({ times, ended: end }: CaseContext): boolean => times === 0 || end !== undefined;

let memoBefore: CaseContext | undefined;
let memoMessage: CaseMessage | undefined;
let memoAfter: CaseContext | undefined;

/** What a message makes of a case. The last answer is kept: a step asks for it in guard, news and assign. */
export function reduce(context: CaseContext, message: CaseMessage): CaseContext {
  if (memoAfter !== undefined && memoBefore === context && memoMessage === message) return memoAfter;
  memoBefore = context;
  memoMessage = message;
  const turned = isPageFull(context) ? { ...context, log: [], pages: context.pages + 1 } : context;
  memoAfter = { ...reduced(turned, message), changedAtMs: message.atMs };
  return memoAfter;
}

function reduced(context: CaseContext, message: CaseMessage): CaseContext {
  const { atMs } = message;
  switch (message.type) {
    case 'case.raise':
      return raised(context, message);
    case 'case.orders':
      return moved(context, message);
    case 'case.clear':
      return logged(ended(context, 'cleared', atMs), atMs, 'engine', 'cleared');
    case 'case.tried':
      return tried(context, message.tried, message.place, atMs);
    case 'case.late': {
      const { escalateTo } = caseKinds[context.code];
      const severity = worse(context.severity);
      const late = { ...context, isLate: true, isEscalated: true, owner: escalateTo, severity };
      return logged(late, atMs, 'engine', 'late');
    }
    case 'case.retry':
      return logged(playing(context, message.playbook, atMs), atMs, message.by, 'retried', message.reason);
    case 'case.reassign': {
      const { owner, severity = context.severity, by, reason } = message;
      return logged({ ...context, owner, severity }, atMs, by, 'reassigned', `${owner}: ${reason}`);
    }
    case 'case.override': {
      const { action, orders, by, reason } = message;
      return logged(stopped(context), atMs, by, 'overridden', `${action}, ${orders} orders: ${reason}`);
    }
    case 'case.comment':
      return logged(context, atMs, message.by, 'commented', message.text);
    case 'case.resolve':
      return logged(ended(context, 'resolved', atMs), atMs, message.by, 'resolved', message.reason);
    case 'case.dismiss':
      return logged(ended(context, 'dismissed', atMs), atMs, message.by, 'dismissed', message.reason);
  }
}

function raised(context: CaseContext, message: Extract<CaseMessage, { type: 'case.raise' }>): CaseContext {
  const { cause, source, joined, severity, owner, playbook, by, atMs } = message;
  const start = isNew(context);
  const now = start ? opened(context, playbook, atMs) : context;
  const told = {
    ...now,
    cause,
    source: source ?? now.source,
    times: now.times + 1,
    orders: now.orders + joined,
    nextPlace: now.nextPlace + joined,
    severity: severity ?? now.severity,
    owner: owner ?? now.owner,
  };
  return logged(told, atMs, by, start ? 'raised' : 'again', cause);
}

/** Orders the engine sees come and go. What comes back to a case that has ended begins it anew. */
function moved(context: CaseContext, message: Extract<CaseMessage, { type: 'case.orders' }>): CaseContext {
  const { joined, left, cause, playbook, atMs } = message;
  const start = isNew(context) && joined > 0;
  const now = start ? opened({ ...context, cause, times: context.times + 1 }, playbook, atMs) : context;
  const counted = { ...now, orders: now.orders + joined - left, nextPlace: now.nextPlace + joined };
  const told = start ? logged(counted, atMs, 'engine', 'raised', cause) : counted;
  // A location or carrier is in trouble, and stock is suspect, whether there are orders of it or not.
  const stands = told.orders > 0 || message.stands === true || caseKinds[told.code].watch === 'subject';
  return stands ? told : logged(ended(told, 'cleared', atMs), atMs, 'engine', 'cleared');
}

const noneYet: Under = { place: 0, done: 0, passed: 0, refused: 0 };

function tried(context: CaseContext, what: Tried | undefined, place: number | undefined, atMs: number): CaseContext {
  const step = context.playbook.steps[context.step];
  if (step === undefined) return stopped(context);
  const under = context.under ?? noneYet;
  const counted = {
    ...under,
    done: under.done + Number(what === 'done'),
    passed: under.passed + Number(what === 'passed'),
    refused: under.refused + Number(typeof what === 'object'),
    code: typeof what === 'object' ? what.refused : under.code,
  };
  if (place !== undefined) return { ...context, under: { ...counted, place }, nextAtMs: atMs };
  const told = logged({ ...context, under: undefined }, atMs, 'playbook', 'step', textOf(step, counted));
  return onward(step.do === 'escalate' && counted.done > 0 ? escalated(told, step) : told, step, atMs);
}

function escalated(context: CaseContext, step: PlaybookStep): CaseContext {
  const { owner = caseKinds[context.code].escalateTo, severity = worse(context.severity) } = step;
  return { ...context, isEscalated: true, owner, severity };
}

/** The next attempt, or the next step, or the end of the playbook. */
function onward(context: CaseContext, step: PlaybookStep, atMs: number): CaseContext {
  const attempt = context.attempt + 1;
  if (attempt < (step.attempts ?? 1)) {
    const waitMs = Math.min(backoffMaxMs, (step.backoffMs ?? backoffDefaultMs) * 2 ** (attempt - 1));
    return { ...context, attempt, nextAtMs: atMs + waitMs };
  }
  const next = context.playbook.steps[context.step + 1];
  const past = { ...context, step: context.step + 1, attempt: 0 };
  if (next !== undefined) return { ...past, nextAtMs: atMs + (next.afterMs ?? 0) };
  return logged({ ...past, nextAtMs: undefined }, atMs, 'playbook', 'played');
}

/** What came of an attempt, in words. */
function textOf({ do: action, note }: PlaybookStep, { done, passed, refused, code }: Under): string {
  const counts = [
    `${action}: ${done} done`,
    ...(passed === 0 ? [] : [`${passed} passed over`]),
    ...(refused === 0 ? [] : [`${refused} refused (${code ?? ''})`]),
  ];
  return `${counts.join(', ')}${note === undefined ? '' : `: ${note}`}`;
}

/** Where a case stands, in short. */
export function summaryOf(context: CaseContext): CaseSummary {
  const { caseId, code, subject, severity, owner, orders, times, raisedAtMs, slaAtMs, isLate, nextAtMs } = context;
  const state = stateOf(context);
  const summary = { caseId, code, subject, state, severity, owner, orders, times, raisedAtMs, slaAtMs, isLate };
  return nextAtMs === undefined ? summary : { ...summary, nextAtMs };
}

/** What is told though nothing was logged. */
function happened(before: CaseContext, message: CaseMessage, state: CaseState): CaseHappening | undefined {
  if (message.type === 'case.orders') return message.joined > 0 ? 'joined' : 'left';
  return stateOf(before) === state ? undefined : 'begun';
}

/** The events of one message: what was logged, each with where the case then stands; else how many orders it has. */
export function caseNews(before: CaseContext, message: CaseMessage): readonly CaseEvent[] {
  const after = reduce(before, message);
  const entries = after.log.slice(after.log.length - (after.logged - before.logged));
  const summary = summaryOf(after);
  const told = entries.map(({ atMs: _, ...entry }): CaseEvent => ({ kind: 'case.changed', ...summary, ...entry }));
  if (told.length > 0) return told;
  const what = happened(before, message, summary.state);
  if (what === undefined) return [];
  return [{ kind: 'case.changed', ...summary, what, by: 'engine' }];
}
