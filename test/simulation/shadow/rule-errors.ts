/** Cases of rules without a value, in the shadow: by what decisions say of themselves, and which plans are asked. */
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import { clear, raise } from './case-raise.ts';
import type { Doing } from './orders.ts';
import { newestValidated } from './plan-state.ts';
import type { Shadow } from './state.ts';

interface Sourced {
  readonly kind: string;
  readonly channel: string;
  readonly ruled?: { readonly planId: string; readonly version: number; readonly failed?: readonly { readonly rule: string; readonly detail: string }[] };
}

/** Whether orders of a channel may be decided by a version: as its plan, that of all, a canary, or what one falls back on. */
export function isAsked(shadow: Shadow, channel: string, source: string): boolean {
  const seats = [channel, '*'].map((key) => shadow.planSeats.get(key));
  const found = new Set(seats.flatMap((seat) => [seat?.now, seat?.canary]).flatMap((one) => (one?.planId === undefined ? [] : [`${one.planId}/${one.version}`])));
  for (const key of found) {
    const document: PlanDocument | undefined = shadow.planVersions.get(key)?.document;
    for (const { plan } of document?.fallbacks ?? []) {
      const next = plan === undefined ? undefined : newestValidated(shadow, plan);
      if (next !== undefined) found.add(`${next.document.id}/${next.version}`);
    }
  }
  return found.has(source);
}

/** What is asked no more is no trouble. */
export function mended(doing: Doing): void {
  const { shadow } = doing;
  for (const one of [...shadow.cases.values()].sort((a, b) => (a.caseId < b.caseId ? -1 : 1))) {
    if (one.code !== 'RULE_ERROR' || one.ended !== undefined || one.source === undefined) continue;
    if (!isAsked(shadow, one.subject, one.source)) clear(doing, one.caseId);
  }
}

export function settleRules(doing: Doing): void {
  const { shadow } = doing;
  mended(doing);
  for (const { kind, channel, ruled } of [...doing.events] as Sourced[]) {
    const first = ruled?.failed?.[0];
    if (kind !== 'order.sourced' || ruled === undefined || first === undefined) continue;
    const source = `${ruled.planId}/${ruled.version}`;
    const one = shadow.cases.get(`RULE_ERROR/${channel}`);
    const isOpen = one?.source !== undefined && one.ended === undefined;
    const isOld = one?.source === source && one.ended?.how !== 'cleared';
    if (isOpen || isOld || !isAsked(shadow, channel, source)) continue;
    const cause = `plan ${ruled.planId}, version ${ruled.version}: rule ${first.rule} has no value: ${first.detail}`;
    raise(doing, { code: 'RULE_ERROR', subject: channel, cause, source, orders: [], by: 'engine' });
  }
}
