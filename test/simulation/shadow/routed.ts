/** Orders that came with their places, in the shadow: whether these can be had, and what the policy says if not. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { IntakePolicy } from '../../../actors/intake-commands.ts';
import { hasRoom } from './capacity.ts';
import type { ShadowHold } from './holds.ts';
import { policyOf } from './intake.ts';
import { isUntracked } from './items.ts';
import type { Doing } from './orders.ts';
import type { ShadowPlan } from './seeking.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { isOffered, pricesFor } from './sourcing.ts';
import type { ShadowLine, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Body = CommandBody<'order.place'>;
type Line = Body['lines'][number] & { readonly isParked?: true };

/** A plan, or what is told of an order that is sourced as any other, held or not; undefined: its places are not said. */
export type PreRouted =
  | { readonly plan: ShadowPlan }
  | { readonly routed: NonNullable<ShadowPlan['routed']>; readonly hold?: ShadowHold | undefined };

export function preRouted(doing: Doing, body: Body, order: Pick<ShadowOrder, 'lines' | 'holds' | 'segment' | 'service'>, by: string): PreRouted | Verdict | undefined {
  const asked = (body.lines as readonly Line[]).map((line, index) => ({ ...line, index, name: line.lineId ?? String(index + 1) })).filter(({ isParked }) => isParked !== true);
  if (asked.every(({ routed }) => routed === undefined)) return undefined;
  const wrong = wrongIn(doing, body, asked);
  if (wrong !== undefined) return wrong;
  const groups = new Map<string, { location: string; service: string | undefined; index: number; lines: number[] }>();
  for (const [line, { lineId, kit, isParked }] of order.lines.entries()) {
    const one = asked.find(({ name }) => name === (kit?.lineId ?? lineId));
    if (isParked === true || one?.routed === undefined) continue;
    const { location, service } = one.routed;
    const key = `${location} ${service}`;
    if (!groups.has(key)) groups.set(key, { location, service, index: one.index, lines: [] });
    groups.get(key)?.lines.push(line);
  }
  const all = [...groups.values()];
  for (const { location, service, index, lines } of all) {
    const here = all.filter((one) => one.location === location).flatMap(({ lines }) => lines);
    const reason = reasonAt(doing, body.channel, order, location, here);
    const isCarried = service === undefined || offerOf(doing, body, order, location, service, lines).carrier !== undefined;
    const why = reason ?? (isCarried ? undefined : 'carrier-suspended');
    if (why !== undefined) return unmet(doing, body, order, by, { location, reason: why }, index);
  }
  const parcels = all.map(({ location, service, lines }) => {
    const units = lines.map((line) => ({ line, quantity: order.lines[line]?.quantity ?? 0 }));
    const free = lines.filter((line) => isUntracked(doing.shadow, order.lines[line]?.sku ?? '', body.channel));
    return { from: offerOf(doing, body, order, location, service, lines), units, ...(free.length > 0 ? { untracked: free } : {}) };
  });
  return { plan: { parcels, short: 0, candidates: 0, runnerUpMinor: undefined, removed: undefined, routed: { by } } };
}

function offerOf({ shadow, atMs }: Doing, body: Body, order: Pick<ShadowOrder, 'lines' | 'service'>, location: string, service: string | undefined, lines: readonly number[]) {
  const units = lines.map((line) => ({ sku: order.lines[line]?.sku ?? '', quantity: order.lines[line]?.quantity ?? 0 }));
  const place = shadow.locations.get(location);
  if (place === undefined) throw new Error(`no place ${location}`);
  return pricesFor(shadow, body.destination, service ?? order.service, atMs)(place, units);
}

function wrongIn({ shadow }: Doing, body: Body, asked: readonly (Line & { readonly index: number })[]): Verdict | undefined {
  if (body.reservationId !== undefined) return no('contradiction', 'body.reservationId');
  for (const { routed, index } of asked) {
    const field = `body.lines[${index}].routed`;
    if (routed === undefined) return no('contradiction', field);
    if (!shadow.locations.has(routed.location)) return no('unknown-location', `${field}.location`);
    if (routed.service !== undefined && !isOffered(shadow, routed.service)) return no('unknown-service', `${field}.service`);
  }
  return undefined;
}

type Reason = NonNullable<NonNullable<ShadowPlan['routed']>['unmet']>['reason'];

function reasonAt(doing: Doing, channel: string, order: Pick<ShadowOrder, 'lines' | 'segment' | 'service'>, location: string, lines: readonly number[]): Reason | undefined {
  const { shadow, atMs } = doing;
  const place = shadow.locations.get(location);
  const view = { channel, segment: order.segment, method: 'ship' } as const;
  if (place === undefined || !isSoldFrom(shadow, view, place)) return 'location-closed';
  const units = (line: number): ShadowLine => order.lines[line] as ShadowLine;
  if (!hasRoom(shadow, place, lines.reduce((sum, line) => sum + units(line).quantity, 0), atMs)) return 'no-capacity';
  for (const sku of new Set(lines.map((line) => units(line).sku))) {
    const wanted = lines.reduce((sum, line) => sum + (units(line).sku === sku ? units(line).quantity : 0), 0);
    if (unitsFrom(shadow, sku, location, view) < wanted) return 'out-of-stock';
  }
  return undefined;
}

function unmet(doing: Doing, body: Body, { holds = [] }: Pick<ShadowOrder, 'holds'>, by: string, why: { readonly location: string; readonly reason: Reason }, index: number): PreRouted | Verdict {
  const how = (policyOf(doing.shadow, body.channel) as IntakePolicy).routed ?? 'refuse';
  if (how === 'refuse') return no(why.reason, `body.lines[${index}].routed`);
  const routed = { by, unmet: why };
  if (how === 'anew' || holds.some(({ holdId }) => holdId === 'pre-routed')) return { routed };
  if (holds.length >= 16) return no('over-limit', 'body.holds');
  return { routed, hold: { holdId: 'pre-routed', reason: `${why.location} ${texts[why.reason]}`, by: 'intake', sinceMs: doing.atMs } };
}

const texts = {
  'location-closed': 'is paused, does not ship, or is none its channel sells from',
  'carrier-suspended': 'has nobody now who carries by that service',
  'no-capacity': 'has no room for so many units on the day they would be ready',
  'out-of-stock': 'does not have all of these units for the channel',
} as const;
