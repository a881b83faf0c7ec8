/** Drift in the shadow: what each count and adjustment was off by, one entry after another. */
import type { CommandBody } from '../../../actors/commands.ts';
import { covered } from './buffer-commands.ts';
import type { Doing } from './orders.ts';
import { onHand, type ShadowStock } from './state.ts';
import type { Verdict } from './verdict.ts';

/** Rows, and units found and lost, by cause. */
export interface ShadowDrift {
  readonly sums: Readonly<Record<string, { readonly rows: number; readonly found: number; readonly lost: number }>>;
  readonly fedAtMs?: number | undefined;
}

export interface Found {
  readonly location: string;
  readonly cause: string;
  readonly units: number;
}

const dayMs = 86_400_000;
const none = { rows: 0, found: 0, lost: 0 };

/** What a count found: units nobody knew of, and units that came or went since it was made. */
export function foundBy(
  { location, onHand: said = 0 }: { readonly location: string; readonly onHand?: number },
  known: ShadowStock | undefined,
  present: number,
): Found[] {
  if (known === undefined) return [{ location, cause: 'new', units: present }];
  const all = [
    { location, cause: 'reconciled', units: said - present },
    { location, cause: 'unexplained', units: present - onHand(known) },
  ];
  return all.filter(({ units }) => units !== 0);
}

export function noteDrift({ shadow, atMs }: Doing, feed: string | undefined, found: readonly Found[]): void {
  for (const { location, cause, units } of found) {
    const key = `${location}/${Math.floor(atMs / dayMs)}/${feed ?? ''}`;
    const drift = shadow.drifts.get(key) ?? { sums: {} };
    const { rows, found: more, lost } = drift.sums[cause] ?? none;
    const sum = { rows: rows + 1, found: more + Math.max(units, 0), lost: lost + Math.max(-units, 0) };
    shadow.set(shadow.drifts, key, { ...drift, sums: { ...drift.sums, [cause]: sum } });
  }
}

/**
 * A feed ends: buffers begin anew where it covered locations, and the last sending of a day says how many rows
 * were as known, and how many were refused.
 */
export function closeFeed(doing: Doing, body: CommandBody<'feed.close'>): Verdict {
  const verdict = covered(doing, body);
  if ('code' in verdict) return verdict;
  const { shadow, atMs } = doing;
  const { feed, found = [] } = body;
  const unknown = found.findIndex(({ location }) => !shadow.locations.has(location));
  if (unknown >= 0) return { code: 'unknown-location', field: `body.found[${unknown}].location` };
  for (const { location, confirmed, refused } of found) {
    const key = `${location}/${Math.floor(atMs / dayMs)}/${feed}`;
    const sums: Record<string, ShadowDrift['sums'][string]> = { ...shadow.drifts.get(key)?.sums };
    delete sums['confirmed'];
    delete sums['refused'];
    if (confirmed > 0) sums['confirmed'] = { ...none, rows: confirmed };
    if (refused > 0) sums['refused'] = { ...none, rows: refused };
    shadow.set(shadow.drifts, key, { fedAtMs: atMs, sums });
  }
  return verdict;
}
