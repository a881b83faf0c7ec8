/** Units that are to have another place, in the shadow: the one parcel a place gives, or what stands against it. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Location } from '../../../actors/network-commands.ts';
import { hasRoom } from './capacity.ts';
import { isUntracked } from './items.ts';
import { needsFor, type ShadowNeed } from './kits.ts';
import { startOf } from './parts.ts';
import { candidateUnder } from './plan-sourcing.ts';
import { versionsOf } from './plan-state.ts';
import type { Candidate, ShadowPlan } from './seeking.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { planUnits, pricesFor } from './sourcing.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';
import { no } from './verdict.ts';

/** What is asked when. */
export interface Now {
  readonly shadow: Shadow;
  readonly atMs: number;
}

/** Units by line. */
type Wanted = Map<number, number>;
type Body = Pick<CommandBody<'order.move'>, 'fulfillmentId' | 'reason' | 'override'>;

/** A part as a location that claims it would have it, or why it cannot. */
export function claimPlan(doing: Now, order: ShadowOrder, index: number, location: string, by: string): ShadowPlan | { readonly code: never } {
  const units: Wanted = new Map((order.parts[index] as Part).units.map(({ line, quantity }) => [line, quantity]));
  const body = { fulfillmentId: String(index + 1), reason: 'claimed' } as Body;
  return planTo(doing, order, units, doing.shadow.locations.get(location) as Location, body, by);
}

/** The one parcel a place gives, or why it gives none. */
export function planTo({ shadow, atMs }: Now, order: ShadowOrder, wanted: Wanted, place: Location, body: Body, by: string): ShadowPlan | { readonly code: never } {
  const view = { channel: order.channel, segment: order.segment, method: 'ship' } as const;
  const refusal = (code: Parameters<typeof no>[0], field = 'body.to') => no(code, field) as { readonly code: never };
  if (!isSoldFrom(shadow, view, place)) return refusal('location-closed');
  const needs = needsFor(order, (line) => wanted.get(line) ?? 0);
  const decided = planUnits(shadow, order, needs, atMs);
  const rule = decided.removed?.find(({ location, reason }) => location === place.id && reason === 'rule')?.rule;
  if (rule !== undefined && body.override !== true) return refusal('rule-excludes');
  const count = [...wanted.values()].reduce((sum, units) => sum + units, 0);
  if (!hasRoom(shadow, place, count, startOf(order, atMs))) return refusal('no-capacity');
  const totals = new Map<string, number>();
  for (const { sku, quantity } of needs) totals.set(sku, (totals.get(sku) ?? 0) + quantity);
  for (const [sku, quantity] of totals) if (unitsFrom(shadow, sku, place.id, view) < quantity) return refusal('out-of-stock', 'body.lines');
  const units = [...wanted].sort(([a], [b]) => a - b).map(([line, quantity]) => ({ line, quantity }));
  const free = units.flatMap(({ line }) => (isUntracked(shadow, order.lines[line]?.sku ?? '', order.channel) ? [line] : []));
  const { ruled } = decided;
  const from = offer({ shadow, atMs }, order, needs, ruled, place);
  return {
    parcels: [{ from, units, ...(free.length > 0 ? { untracked: free } : {}) }],
    short: 0, candidates: decided.candidates, runnerUpMinor: undefined, removed: decided.removed,
    ruled: ruled === undefined ? undefined : { planId: ruled['planId'], version: ruled['version'] },
    moved: { by, reason: body.reason, from: body.fulfillmentId, overrode: rule },
  };
}

/** A parcel as the plan prices it; by the cheapest service where the plan takes none from there. */
function offer({ shadow, atMs }: Now, order: ShadowOrder, needs: readonly ShadowNeed[], ruled: ShadowPlan['ruled'], place: Location): Candidate {
  const version = ruled === undefined ? undefined : versionsOf(shadow, ruled['planId'] as string).find((one) => one.version === ruled['version']);
  const found = version === undefined ? undefined : candidateUnder(shadow, order, needs, atMs, version.document, place);
  const units = needs.map(({ sku, quantity }) => ({ sku, quantity }));
  return found ?? pricesFor(shadow, order.destination, order.service, atMs)(place, units);
}
