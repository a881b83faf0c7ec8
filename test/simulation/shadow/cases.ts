/** What happens to cases, in the shadow: raised, gone, played, and what people say of them. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import { caseKinds, type CaseCode } from '../../../actors/case-kinds.ts';
import type { PlaybookStep } from '../../../actors/playbook-schemas.ts';
import { change } from './carrier-health.ts';
import { actOn, attempted } from './case-acts.ts';
import { clear, fresh, joins, leaves, opened, over, play, raise, stopped, tell, worse } from './case-raise.ts';
import { caseConditions, hasEndedOrder, isThere, keyOf, membersOf, orderConditions, stateOfCase, summaryOfCase, wantedBy, type ShadowCase } from './case-facts.ts';
import { isAsked, settleRules } from './rule-errors.ts';
import { stalledNow } from './stalled.ts';
import { isGone, knownNow, type Known } from './known.ts';
import { look } from './promise-watch.ts';
import { pauseLocation } from './network-commands.ts';
import { isKnown as isSku } from './kits.ts';
import { waitingOf } from './order-facts.ts';
import type { Doing } from './orders.ts';
import { isUntouched, type Shadow } from './state.ts';
import { isDoubted, isSuspectSku } from './suspects.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

const dayMs = 24 * 3_600_000;

/** Orders come to a case and leave it. */
function flow(doing: Doing, caseId: string, of: { code: CaseCode; subject: string; cause: string }, came: readonly string[], went: readonly string[]): void {
  const { shadow } = doing;
  const found = shadow.cases.get(caseId);
  const before = found ?? fresh(doing, caseId, of.code, of.subject);
  const isNew = (found === undefined || found.ended !== undefined) && came.length > 0;
  const start: ShadowCase = { ...before, ...(isNew ? { ...opened(doing, of.code), cause: of.cause, times: before.times + 1 } : {}) };
  for (const id of went) leaves(doing, caseId, id);
  joins(doing, caseId, came, start.nextPlace);
  const left = membersOf(shadow, caseId).length;
  const ofSku = of.code === 'STOCKOUT_AT_PICK' && isSuspectSku(shadow, of.subject);
  const ofRules = of.code === 'RULE_ERROR' && found?.source !== undefined && isAsked(shadow, of.subject, found.source);
  const isStill = of.code === 'PICK_STALLED' && stalledNow(shadow).some(({ location }) => location === of.subject);
  const stands = ofSku || ofRules || isStill || (['carrier', 'return'].includes(caseKinds[of.code].subject) && isKnown(knownNow(shadow), of));
  const isOver = left === 0 && caseKinds[of.code].watch !== 'subject' && !stands;
  const logged = [...(isNew ? [{ by: 'engine', what: 'raised', text: of.cause }] : []), ...(isOver ? [{ by: 'engine', what: 'cleared' }] : [])];
  const now = { ...start, nextPlace: start.nextPlace + came.length, ...(isOver ? over(doing, 'cleared') : {}), entries: before.entries, pages: before.pages };
  tell(doing, before, now, logged, came.length > 0 ? 'joined' : 'left');
}

interface Moves {
  readonly code: CaseCode;
  readonly subject: string;
  cause: string;
  readonly came: string[];
  went: string[];
  way: 'down' | 'up' | undefined;
  orders: readonly string[];
  isTrusted?: true;
}

/** After each thing that was done: whoever is in exception is in a case, and nobody else is; what is shut has one. */
export function settle(doing: Doing): void {
  const { shadow } = doing;
  look(shadow, doing.atMs);
  const all = new Map<string, Moves>();
  const movesOf = (code: CaseCode, subject: string): Moves => {
    const id = `${code}/${subject}`;
    const moves = all.get(id) ?? { code, subject, cause: '', came: [], went: [], way: undefined, orders: [] };
    all.set(id, moves);
    return moves;
  };
  for (const order of shadow.orders.values()) {
    for (const { code, subject, cause } of wantedBy(order, (line) => waitingOf(order, line) > 0)) {
      if (shadow.caseOrders.get(keyOf(`${code}/${subject}`, order.id)) !== undefined) continue;
      const moves = movesOf(code, subject);
      moves.cause = cause;
      moves.came.push(order.id);
    }
  }
  for (const member of shadow.caseOrders.values()) {
    const order = shadow.orders.get(member?.orderId ?? '');
    const one = shadow.cases.get(member?.caseId ?? '');
    if (member === undefined || order === undefined || one === undefined) continue;
    const isWanted = caseKinds[one.code].watch === 'order'
      ? wantedBy(order, (line) => waitingOf(order, line) > 0).some(({ code, subject }) => code === one.code && subject === one.subject) ||
        (one.code === 'STOCKOUT_AT_PICK' && isDoubted(shadow, order, one.subject))
      : (isThere(one.code, one.subject, order) ?? (member.wasClosed || !hasEndedOrder(order)));
    if (!isWanted) movesOf(one.code, one.subject).went.push(order.id);
  }
  const watch = (key: string, isUp: boolean, change: () => Moves): void => {
    const was = shadow.caseWatch.get(key);
    if (was === isUp) return;
    shadow.set(shadow.caseWatch, key, isUp);
    if (was !== undefined) change().way = isUp ? 'up' : 'down';
  };
  for (const { id, state, pause } of shadow.locations.values()) {
    watch(`location ${id}`, state === 'open', () => Object.assign(movesOf('NODE_DOWN', id), { cause: pause === undefined || pause.reason === '' ? 'it was paused' : pause.reason }));
  }
  suspect(shadow, movesOf);
  const known = knownNow(shadow);
  learn(shadow, known, movesOf);
  // Of an order that ends what is known to stand goes on.
  for (const moves of all.values()) if (isKnown(known, moves)) moves.went = moves.went.filter((id) => id !== moves.subject);
  for (const [id, moves] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) apply(doing, id, moves);
  settleRules(doing);
}

const isKnown = (known: ReadonlyMap<string, Known>, { code, subject }: { readonly code: string; readonly subject: string }): boolean =>
  [...known.values()].some((one) => one.code === code && one.subject === subject);

/** What is known now that was not, and what is known no more. */
function learn(shadow: Shadow, known: ReadonlyMap<string, Known>, movesOf: (code: CaseCode, subject: string) => Moves): void {
  for (const [key, one] of known) {
    if (shadow.caseKnown.get(key) !== undefined) continue;
    const moves = movesOf(one.code, one.subject);
    if (moves.way === undefined) Object.assign(moves, { cause: one.cause, way: 'down', orders: caseKinds[one.code].subject === 'order' ? [one.subject] : [] });
    shadow.set(shadow.caseKnown, key, one);
  }
  for (const [key, one] of shadow.caseKnown) {
    if (one === undefined || known.has(key)) continue;
    shadow.set(shadow.caseKnown, key, undefined);
    if (isGone(shadow, one) && !isKnown(known, one)) movesOf(one.code, one.subject).way = 'up';
  }
}

/** Stock that is suspect since it was last looked at, or said to be again, and what is trusted again. */
function suspect(shadow: Shadow, movesOf: (code: CaseCode, subject: string) => Moves): void {
  for (const [key, one] of shadow.suspects) {
    const [was, times] = [shadow.suspectWatch.get(key) ?? 0, one?.times ?? 0];
    if (was === times) continue;
    shadow.set(shadow.suspectWatch, key, times);
    const moves = movesOf('STOCKOUT_AT_PICK', key.slice(key.indexOf('/') + 1));
    if (one === undefined) moves.isTrusted = true;
    else Object.assign(moves, { way: 'down', cause: `${one.sku} at ${one.location} is suspect: ${one.reason}` });
  }
}

function apply(doing: Doing, id: string, { code, subject, cause, came, went, way, orders, isTrusted }: Moves): void {
  const one = doing.shadow.cases.get(id);
  if (way === 'up') {
    if (one !== undefined && one.ended === undefined) tell(doing, one, over(doing, 'cleared'), [{ by: 'engine', what: 'cleared' }]);
    return;
  }
  if (way === 'down') raise(doing, { code, subject, cause, orders, by: 'engine' });
  const now = doing.shadow.cases.get(id);
  const isIdle = came.length + went.length === 0 && now !== undefined && now.ended === undefined && membersOf(doing.shadow, id).length === 0;
  if (isIdle && isTrusted === true && !isSuspectSku(doing.shadow, subject)) tell(doing, now, over(doing, 'cleared'), [{ by: 'engine', what: 'cleared' }]);
  if (came.length + went.length > 0) flow(doing, id, { code, subject, cause }, came.toSorted(), went.toSorted());
}

/** An order is to be sent suspect stock still: the case of the SKU concerns it, as one of five hundred at most. */
export function doubted(doing: Doing, sku: string, orderId: string): void {
  const { shadow } = doing;
  const caseId = `STOCKOUT_AT_PICK/${sku}`;
  const one = shadow.cases.get(caseId);
  if (one === undefined || one.ended !== undefined || shadow.caseOrders.get(keyOf(caseId, orderId)) !== undefined) return;
  if (membersOf(shadow, caseId).length < 500) flow(doing, caseId, one, [orderId], []);
}

/** What is due of a case. */
export function due(doing: Doing, id: string): void {
  const { shadow, atMs } = doing;
  const one = shadow.cases.get(id);
  if (one === undefined || one.ended !== undefined) return;
  if (!one.isLate && one.slaAtMs <= atMs) {
    const { escalateTo } = caseKinds[one.code];
    tell(doing, one, { isLate: true, isEscalated: true, owner: escalateTo, severity: worse(one.severity) }, [{ by: 'engine', what: 'late' }]);
    return;
  }
  if (one.nextAtMs === undefined || one.nextAtMs > atMs) return;
  const step = one.steps[one.step] as PlaybookStep;
  const isOfOrders = ['retry', 'reroute', 'reship', 'hold', 'unhold', 'cancel'].includes(step.do);
  if (!isOfOrders) {
    const isMet = step.if === undefined || isTrue(doing, step.if, one, undefined);
    const outcome = !isMet ? 'passed' : step.do === 'pause' ? attempted(doing, (trying) => pause(trying, one, step)) : 'done';
    tried(doing, one, step, outcome, undefined);
    return;
  }
  if (step.do === 'reroute' && one.under === undefined && one.code === 'NODE_DOWN' && gathered(doing, one)) return;
  const members = membersOf(shadow, id).filter(({ place }) => place >= (one.under?.place ?? 0));
  const [member, next] = members;
  if (member === undefined) return tried(doing, one, step, undefined, undefined);
  const order = shadow.orders.get(member.orderId);
  const isMet = step.if === undefined || isTrue(doing, step.if, one, order);
  const acting = { action: step.do as 'hold', reason: step.note ?? one.cause, by: 'playbook', forMs: step.forMs ?? dayMs };
  const outcome = isMet ? attempted(doing, (trying) => actOn(trying, one, member.orderId, acting)) : 'passed';
  tried(doing, one, step, outcome, next?.place);
}

function isTrue({ shadow, atMs }: Doing, text: string, one: ShadowCase, order: Parameters<typeof isThere>[2] | undefined): boolean {
  const meaning = caseConditions[text] ?? orderConditions[text];
  return meaning?.({ one, orders: membersOf(shadow, one.caseId).length, order, atMs }) === true;
}

function pause(doing: Doing, { subject, cause }: ShadowCase, { note, forMs = dayMs }: PlaybookStep): Verdict {
  if (doing.shadow.locations.get(subject)?.state === 'paused') return no('wrong-state');
  return pauseLocation(doing, { locationId: subject as never, reason: note ?? cause, untilMs: doing.atMs + forMs });
}

/** Orders of a place that is down join the case: which of them, the engine says; that they are right, we do. */
function gathered(doing: Doing, one: ShadowCase): boolean {
  const { shadow } = doing;
  const { caseId, subject } = one;
  const fits = new Set([...shadow.orders.values()].flatMap((order) => {
    const isIn = shadow.caseOrders.get(keyOf(caseId, order.id)) !== undefined;
    return !isIn && order.parts.some((part) => part.location === subject && isUntouched(part)) ? [order.id] : [];
  }));
  const ids = shadow.gathered;
  const isRight = ids.length === Math.min(50, fits.size) && new Set(ids).size === ids.length && ids.every((id) => fits.has(id));
  if (!isRight) throw new Error(`${caseId} gathered ${ids.join(', ')}, there are ${[...fits].join(', ')}`);
  if (ids.length === 0) return false;
  const place = one.nextPlace;
  joins(doing, caseId, ids, place);
  tell(doing, one, { nextPlace: place + ids.length }, [], 'joined');
  const now = shadow.cases.get(caseId) as ShadowCase;
  tell(doing, now, { under: { place: 0, done: 0, passed: 0, refused: 0 }, nextAtMs: doing.atMs }, []);
  return true;
}

type Outcome = 'done' | 'passed' | { readonly refused: string } | undefined;

function tried(doing: Doing, one: ShadowCase, step: PlaybookStep, outcome: Outcome, place: number | undefined): void {
  const { atMs } = doing;
  const was = one.under ?? { place: 0, done: 0, passed: 0, refused: 0, code: undefined };
  const code = typeof outcome === 'object' ? outcome.refused : was.code;
  const under = {
    place: was.place, done: was.done + (outcome === 'done' ? 1 : 0), passed: was.passed + (outcome === 'passed' ? 1 : 0),
    refused: was.refused + (typeof outcome === 'object' ? 1 : 0), code,
  };
  if (place !== undefined) return tell(doing, one, { under: { ...under, place }, nextAtMs: atMs }, []);
  const counts = [`${step.do}: ${under.done} done`];
  if (under.passed > 0) counts.push(`${under.passed} passed over`);
  if (under.refused > 0) counts.push(`${under.refused} refused (${code})`);
  const text = counts.join(', ') + (step.note === undefined ? '' : `: ${step.note}`);
  const isUp = step.do === 'escalate' && under.done > 0;
  const up = isUp ? { isEscalated: true, owner: step.owner ?? caseKinds[one.code].escalateTo, severity: step.severity ?? worse(one.severity) } : {};
  const attempt = one.attempt + 1;
  const next = one.steps[one.step + 1];
  const onward =
    attempt < (step.attempts ?? 1) ? { attempt, nextAtMs: atMs + Math.min(dayMs, (step.backoffMs ?? 60_000) * 2 ** (attempt - 1)) }
    : { step: one.step + 1, attempt: 0, nextAtMs: next === undefined ? undefined : atMs + (next.afterMs ?? 0) };
  const isThrough = 'step' in onward && next === undefined;
  tell(doing, one, { under: undefined, ...up, ...onward }, [
    { by: 'playbook', what: 'step', text }, ...(isThrough ? [{ by: 'playbook', what: 'played' }] : []),
  ]);
}

export function report(doing: Doing, { body, by }: CommandOf<'case.raise'>): Verdict {
  const { shadow } = doing;
  const { code, subject, cause, severity, owner } = body;
  const kind = caseKinds[code];
  if (kind.watch !== 'report' && kind.watch !== 'known') return no('contradiction', 'body.code');
  const known: Record<string, (id: string) => boolean> = {
    order: (id) => shadow.orders.has(id), sku: (id) => isSku(shadow, id), location: (id) => shadow.locations.has(id), carrier: (id) => shadow.carriers.has(id),
    channel: (id) => shadow.channels.has(id), return: (id) => shadow.returns.has(id), partner: () => true,
  };
  if (known[kind.subject]?.(subject) !== true) return no(`unknown-${kind.subject}` as 'unknown-order', 'body.subject');
  const orders: readonly string[] = body.orders ?? (kind.subject === 'order' ? [subject] : []);
  for (const [index, id] of orders.entries()) {
    const order = shadow.orders.get(id);
    if (order === undefined) return no('unknown-order', `body.orders[${index}]`);
    if (isThere(code, subject, order) === false) return no('contradiction', `body.orders[${index}]`);
  }
  const one = shadow.cases.get(`${code}/${subject}`);
  const isOpen = one !== undefined && one.ended === undefined;
  const open = [...shadow.cases.values()].filter(({ ended }) => ended === undefined).length;
  if (!isOpen && open >= shadow.casesOpenMax) return no('over-limit');
  const there = membersOf(shadow, `${code}/${subject}`).map(({ orderId }) => orderId);
  if (new Set([...there, ...orders]).size > 500) return no('over-limit', 'body.orders');
  raise(doing, { code, subject, cause, orders, severity, owner, by });
  return answer(doing, `${code}/${subject}`);
}

const answer = ({ shadow }: Doing, id: string): Verdict => ({ ok: summaryOfCase(shadow, shadow.cases.get(id) as ShadowCase) });

/** Go on with a case in one of these states. */
function withCase(doing: Doing, id: string, go: (one: ShadowCase) => Verdict | void, isAlsoOver = false): Verdict {
  const one = doing.shadow.cases.get(id);
  if (one === undefined) return no('unknown-case', 'body.caseId');
  if (one.ended !== undefined && !isAlsoOver) return no('wrong-state');
  return go(one) ?? answer(doing, id);
}

type About = 'case.retry' | 'case.reassign' | 'case.comment' | 'case.override' | 'case.dismiss' | 'case.resolve';

export function say(doing: Doing, command: { [K in About]: CommandOf<K> }[About]): Verdict {
  const { kind, by } = command;
  const { caseId } = command.body;
  switch (kind) {
    case 'case.comment':
      return withCase(doing, caseId, (one) => tell(doing, one, {}, [{ by, what: 'commented', text: command.body.text }]), true);
    case 'case.retry':
      return withCase(doing, caseId, (one) => tell(doing, one, play(doing, one.code), [{ by, what: 'retried', text: command.body.reason }]));
    case 'case.reassign': {
      const { owner, severity, reason } = command.body;
      return withCase(doing, caseId, (one) => tell(doing, one, { owner, severity: severity ?? one.severity }, [{ by, what: 'reassigned', text: `${owner}: ${reason}` }]));
    }
    case 'case.override':
      return withCase(doing, caseId, (one) => override(doing, one, command.body, by));
    default:
      return withCase(doing, caseId, (one) => {
        const { watch } = caseKinds[one.code];
        if (watch === 'order' || (watch === 'subject' && kind === 'case.resolve')) return no('cause-stands', 'body.caseId');
        const how = kind === 'case.dismiss' ? 'dismissed' : 'resolved';
        tell(doing, one, over(doing, how), [{ by, what: how, text: command.body.reason }]);
        return undefined;
      });
  }
}

function override(doing: Doing, one: ShadowCase, body: CommandBody<'case.override'>, by: string): Verdict | undefined {
  const there = membersOf(doing.shadow, one.caseId).map(({ orderId }) => orderId);
  const ids: readonly string[] = body.orders ?? there.slice(0, 50);
  if (ids.length === 0) return no('wrong-state');
  const stranger = ids.findIndex((id) => !there.includes(id));
  if (stranger >= 0) return no('unknown-order', `body.orders[${stranger}]`);
  tell(doing, one, stopped, [{ by, what: 'overridden', text: `${body.do}, ${ids.length} orders: ${body.reason}` }]);
  for (const id of ids) {
    const verdict = actOn(doing, one, id, { action: body.do, reason: body.reason, by, forMs: dayMs });
    if ('idle' in verdict) return no('out-of-stock');
    if ('code' in verdict) return no(verdict.code);
  }
  return undefined;
}

export function putPlaybook(doing: Doing, { kind, body, by }: CommandOf<'playbook.put'> | CommandOf<'playbook.remove'>): Verdict {
  const { shadow, atMs } = doing;
  const { code, reason } = body;
  const before = shadow.playbooks.get(code);
  if (kind === 'playbook.remove' && before?.steps === undefined) return no('wrong-state', 'body.code');
  const steps = kind === 'playbook.put' ? body.steps : undefined;
  const wrong = steps?.findIndex((step) => !isSound(code, step)) ?? -1;
  if (wrong >= 0) return no('invalid-playbook', `body.steps[${wrong}]`);
  const version = (before?.version ?? 0) + 1;
  shadow.set(shadow.playbooks, code, { code, version, steps, by, reason, atMs });
  return { ok: { code, version } };
}

function isSound(code: CaseCode, step: PlaybookStep): boolean {
  const isOfOrders = ['retry', 'reroute', 'reship', 'hold', 'unhold', 'cancel'].includes(step.do);
  if (step.do === 'pause' && caseKinds[code].subject !== 'location') return false;
  if (step.forMs !== undefined && !['hold', 'pause'].includes(step.do)) return false;
  if ((step.owner !== undefined || step.severity !== undefined) && step.do !== 'escalate') return false;
  if (step.backoffMs !== undefined && (step.attempts ?? 1) === 1) return false;
  return step.if === undefined || step.if in caseConditions || (isOfOrders && step.if in orderConditions);
}

export const openCases = (shadow: Shadow): ShadowCase[] => [...shadow.cases.values()].filter((one) => !['resolved', 'dismissed'].includes(stateOfCase(one)));

/** A call to a carrier ended; of a label or rate of an order, that is a case of it or its end. */
export function called(doing: Doing, command: CommandOf<'carrier.report'>): Verdict {
  const verdict = change(doing, command);
  const { carrierId, service = 'standard', what, ok, orderId, detail = `no ${what} by ${service}` } = command.body;
  if (orderId === undefined || isRefused(verdict)) return verdict;
  const code = what === 'label' ? 'LABEL_FAILED' : 'RATE_UNAVAILABLE';
  if (ok) clear(doing, `${code}/${orderId}`);
  else raise(doing, { code, subject: orderId, cause: `${carrierId}: ${detail}`, orders: [orderId], by: 'engine' });
  return verdict;
}
