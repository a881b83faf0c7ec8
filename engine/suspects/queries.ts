/** Answers about suspect stock. */
import type { Query, QueryBody } from '../../actors/queries.ts';
import type { Suspect } from '../../actors/suspect.ts';
import type { Core } from '../core.ts';
import type { World } from '../world.ts';
import type { SuspectAnswers } from './outcome.ts';
import { previewShort } from './preview.ts';

export type SuspectQuery = Extract<Query, { kind: keyof SuspectAnswers }>;

export const isSuspectQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, SuspectQuery> =>
  query.kind === 'suspect.list' || query.kind === 'short.preview';

const pageDefault = 100;

export function answerSuspects(core: Core, query: SuspectQuery, nowMs: number): SuspectAnswers[SuspectQuery['kind']] {
  return query.kind === 'suspect.list' ? listSuspects(core.world, query.body) : previewShort(core, query.body, nowMs);
}

/** A page by location and SKU. */
function listSuspects(
  { suspects: { all } }: World, { location, sku, after, limit = pageDefault }: QueryBody<'suspect.list'>,
): SuspectAnswers['suspect.list'] {
  const found: Suspect[] = [];
  for (const { snapshot } of all) {
    const one = snapshot?.context;
    if (one === undefined || (location !== undefined && one.location !== location)) continue;
    if (sku === undefined || one.sku === sku) found.push(one);
  }
  found.sort(byPlace);
  const first = after === undefined ? 0 : found.findIndex((one) => byPlace(one, after) > 0);
  const page = first < 0 ? [] : found.slice(first, first + limit);
  const last = page.at(-1);
  const isMore = last !== undefined && found.at(-1) !== last;
  return isMore ? { suspects: page, next: { location: last.location, sku: last.sku } } : { suspects: page };
}

function byPlace(a: Pick<Suspect, 'location' | 'sku'>, b: Pick<Suspect, 'location' | 'sku'>): number {
  if (a.location !== b.location) return a.location < b.location ? -1 : 1;
  return a.sku === b.sku ? 0 : a.sku < b.sku ? -1 : 1;
}
