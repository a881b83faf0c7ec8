/** What the engine says of routing plans, against the shadow. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { seatsOf, versionsOf, type ShadowVersion } from './shadow/plan-state.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function comparePlans(shadow: Shadow, agree: Agree, ask: Ask): void {
  const ids = [...new Set([...shadow.planVersions.values()].map(({ document }) => document.id as string))].sort();
  const summary = (of: ShadowVersion): object => {
    const { document, version, state, madeAtMs, by, reason } = of;
    const seats = seatsOf(shadow, of);
    return { id: document.id, name: document.name, version, state: seats.length > 0 ? 'published' : state, madeAtMs, by, reason, seats };
  };
  for (const id of ids) {
    const versions = versionsOf(shadow, id);
    agree(`versions of ${id}`, versions.map(summary), ask('plan.versions', { planId: id }));
    const newest = versions.at(-1) as ShadowVersion;
    agree(`plan ${id}`, { ...summary(newest), document: newest.document }, ask('plan.get', { planId: id }));
  }
  const seats = [...shadow.planSeats].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, seat]) => seat);
  const plans = ids.flatMap((id) => versionsOf(shadow, id).slice(-1)).map(summary);
  agree('all plans', { plans, seats }, ask('plan.list', {}));
}
