/** The engine's answers about cases against the shadow: each case with its orders and its whole log, and every list. */
import { caseCodes } from '../../actors/case-kinds.ts';
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { keyOf, membersOf, rowOfCase, stateOfCase, stepsNow, summaryOfCase, type ShadowCase } from './shadow/case-facts.ts';
import { openCases } from './shadow/cases.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareCases(shadow: Shadow, turnOf: number, agree: Agree, ask: Ask): void {
  const open = openCases(shadow);
  const all = [...shadow.cases.values()];
  for (const [index, one] of all.entries()) if (one.ended === undefined || (index + turnOf) % 5 === 0) compareCase(shadow, one, agree, ask);
  agree('a case that is none', null, ask('case.get', { caseId: 'LOST/nothing at all' }));
  const read = (body: object): unknown[] => {
    const found: { readonly caseId: string }[] = [];
    let after: string | undefined;
    do {
      const page = ask('case.list', { ...body, limit: 3, ...(after === undefined ? {} : { after }) });
      found.push(...page.cases);
      after = page.next;
    } while (after !== undefined && found.length < 100_000);
    return found.sort((a, b) => (a.caseId < b.caseId ? -1 : 1));
  };
  const list = (what: string, body: object, fits: (one: ShadowCase) => boolean): void =>
    agree(what, open.filter(fits).sort((a, b) => (a.caseId < b.caseId ? -1 : 1)).map((one) => summaryOfCase(shadow, one)), read(body));
  list('open cases', {}, () => true);
  for (const state of ['open', 'working', 'waiting', 'escalated', 'resolved']) list(`cases ${state}`, { state }, (one) => stateOfCase(one) === state);
  for (const owner of new Set([...open.map((one) => one.owner), 'nobody'])) list(`cases of ${owner}`, { owner }, (one) => one.owner === owner);
  for (const code of new Set(open.map((one) => one.code))) {
    list(`cases ${code}`, { code }, (one) => one.code === code);
    list(`bad cases ${code}`, { code, severity: 'high' }, (one) => one.code === code && one.severity === 'high');
  }
  for (const subject of new Set(open.map((one) => one.subject))) list(`cases about ${subject}`, { subject }, (one) => one.subject === subject);
  for (const orderId of [...shadow.orders.keys()].slice(-5)) list(`cases of ${orderId}`, { orderId }, (one) => shadow.caseOrders.get(keyOf(one.caseId, orderId)) !== undefined);
  const counts = ask('case.counts', {});
  agree('count of cases', { open: open.length, late: open.filter(({ isLate }) => isLate).length }, { open: counts.open, late: counts.late });
  agree('the oldest case', open.length === 0 ? undefined : Math.min(...open.map(({ raisedAtMs }) => raisedAtMs)), counts.oldestAtMs);
  for (const code of caseCodes) {
    const { version, steps } = ask('playbook.get', { code });
    agree(`playbook of ${code}`, stepsNow(shadow, code), { version, steps });
  }
}

function compareCase(shadow: Shadow, one: ShadowCase, agree: Agree, ask: Ask): void {
  const { caseId, pages, entries } = one;
  const said = ask('case.get', { caseId, limit: 2 });
  const { nextPlace: _, log, ...row } = rowOfCase(shadow, one) as { nextPlace: number; log: unknown };
  const ids = membersOf(shadow, caseId).map(({ orderId }) => orderId);
  const next = ids.length > 2 ? ids[1] : undefined;
  agree(`case ${caseId}`, { ...row, log, state: stateOfCase(one), orderIds: ids.slice(0, 2), next }, said);
  if (next !== undefined) agree(`orders of ${caseId}`, ids.slice(2), ask('case.get', { caseId, after: next, limit: 500 })?.orderIds);
  for (const [page, begin] of pages.slice(0, -1).entries()) {
    agree(`page ${page} of ${caseId}`, entries.slice(begin, pages[page + 1]), ask('case.get', { caseId, page })?.log);
  }
}
