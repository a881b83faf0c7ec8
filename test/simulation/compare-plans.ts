/** What the engine says of routing plans, against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { countsOf } from './shadow/trials.ts';
import { canariesOf, seatsOf, versionsOf, type ShadowVersion } from './shadow/plan-state.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function comparePlans(shadow: Shadow, agree: Agree, ask: Ask, isCopy: boolean): void {
  const ids = [...new Set([...shadow.planVersions.values()].map(({ document }) => document.id as string))].sort();
  const summary = (of: ShadowVersion): object => {
    const { document, version, state, madeAtMs, by, reason } = of;
    const seats = seatsOf(shadow, of);
    const canaries = canariesOf(shadow, of);
    const tried = shadow.planShadows.get(document.id);
    return {
      id: document.id, name: document.name, version, state: seats.length > 0 ? 'published' : state, madeAtMs, by, reason, seats,
      canaries: canaries.length > 0 ? canaries : undefined, shadowPercent: tried?.version === version ? tried.percent : undefined,
    };
  };
  for (const id of ids) {
    const versions = versionsOf(shadow, id);
    agree(`versions of ${id}`, versions.map(summary), ask('plan.versions', { planId: id }));
    const newest = versions.at(-1) as ShadowVersion;
    agree(`plan ${id}`, { ...summary(newest), document: newest.document }, ask('plan.get', { planId: id }));
  }
  const seats = [...shadow.planSeats].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, seat]) => {
    const { canary } = seat;
    return { ...seat, canary: canary === undefined ? undefined : { ...canary, counts: countsOf(shadow, key) } };
  });
  const plans = ids.flatMap((id) => versionsOf(shadow, id).slice(-1)).map(summary);
  // What shadows found is not in the journal: another process has found nothing.
  for (const [id, one] of isCopy ? [] : shadow.planShadows) {
    const [said] = ask('plan.divergence', { planId: id });
    agree(`whether ${id} has a shadow`, one === undefined, said === undefined);
    if (one === undefined || said === undefined) continue;
    const all = shadow.foretold.filter(({ of }) => of === one);
    const told = all.filter(({ isTold }) => isTold);
    const { evaluated, same, different, dropped, outdated, pending } = said;
    agree(`decisions the shadow of ${id} made`, evaluated, same + different);
    agree(`decisions for the shadow of ${id}`, all.length, evaluated + dropped + outdated + pending);
    agree(`what the shadow of ${id} found and told`, told.length, different);
    if (evaluated === all.length && all.every(({ isSure }) => isSure)) agree(`what the shadow of ${id} found`, all.filter(({ isSame }) => !isSame).length, different);
    agree(`what the shadow of ${id} costs`, told.reduce((sum, { told: found }) => sum + (found?.costMinor ?? 0), 0), said.costMinor);
  }
  agree('all plans', { plans, seats }, ask('plan.list', {}));
}
