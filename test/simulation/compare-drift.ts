/** Drift as the engine reports it, against the shadow's: by location, by feed, by day, and how old feeds are. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import type { ShadowDrift } from './shadow/drift.ts';
import type { Shadow } from './shadow/state.ts';

type Sums = Record<string, { rows: number; found: number; lost: number }>;

export function compareDrift(
  shadow: Shadow,
  agree: (what: string, is: unknown, said: unknown) => void,
  ask: <K extends QueryKind>(kind: K, body: object) => Answers[K],
): void {
  const names = ['location', 'day', 'feed'] as const;
  const total: Sums = {};
  const all = new Map(names.map((by) => [by, new Map<string, Sums>()]));
  const fed = new Map<string, number>();
  const last = new Map<string, number>();
  for (const key of shadow.drifts.keys()) {
    const [location = '', day] = key.split('/');
    last.set(location, Math.max(last.get(location) ?? 0, Number(day)));
  }
  for (const [key, drift] of shadow.drifts) {
    const parts = key.split('/');
    const [location = ''] = parts;
    if (drift.fedAtMs !== undefined) fed.set(location, Math.max(fed.get(location) ?? 0, drift.fedAtMs));
    if (Number(parts[1]) <= (last.get(location) ?? 0) - 31) continue;
    add(total, drift);
    for (const [at, by] of names.entries()) {
      const name = parts[at] ?? '';
      const sums = all.get(by)?.get(name) ?? {};
      add(sums, drift);
      all.get(by)?.set(name, sums);
    }
  }
  for (const by of names) {
    const { rows, total: said, next } = ask('drift.report', { by });
    agree(`all drift by ${by}`, total, said);
    agree(`pages of drift by ${by}`, undefined, next);
    const found = rows.map(({ location, dayMs, feed, sums }) => [location ?? dayMs ?? feed ?? '', sums]);
    const is = [...(all.get(by) ?? [])].map(([name, sums]) => [by === 'day' ? Number(name) * 86_400_000 : name, sums]);
    agree(`drift by ${by}`, Object.fromEntries(is), Object.fromEntries(found));
  }
  agree('ages of feeds', Object.fromEntries(fed), Object.fromEntries(ask('feed.ages', {}).map(({ location, fedAtMs }) => [location, fedAtMs])));
}

function add(into: Sums, { sums }: ShadowDrift): void {
  for (const [cause, { rows, found, lost }] of Object.entries(sums)) {
    const before = into[cause] ?? { rows: 0, found: 0, lost: 0 };
    into[cause] = { rows: before.rows + rows, found: before.found + found, lost: before.lost + lost };
  }
}
