/**
 * Canaries and shadows as they must be. Where the engine keeps sums, the shadow keeps what happened on both sides and
 * counts it anew each time.
 */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Guard } from '../../../actors/trial-commands.ts';
import type { Doing } from './orders.ts';
import { plansInForce, seatOf, type ShadowSeat, type ShadowVersion } from './plan-state.ts';
import type { ShadowDecision } from './decided.ts';
import type { Seeker } from './seeking.ts';
import type { Shadow } from './state.ts';
import { no, type Verdict } from './verdict.ts';

/** One decision that counts. */
export interface Fact {
  readonly isTried: boolean;
  readonly isFirst: boolean;
  readonly minor: number;
  readonly parcels: number;
  readonly isShort: boolean;
  readonly isRefused: boolean;
  readonly isLate: boolean;
  readonly isFailed: boolean;
}

export interface ShadowOfPlan {
  readonly planId: string;
  readonly version: number;
  readonly channels?: readonly string[] | undefined;
  readonly percent: number;
  readonly untilMs?: number | undefined;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
}

/** FNV-1a and the finalizer of MurmurHash3, in whole numbers of any size. */
export function isIn(planId: string, who: string, percent: number): boolean {
  const low = 0xffffffffn;
  let hash = 2166136261n;
  for (const letter of `${planId}/${who}`) hash = ((hash ^ BigInt(letter.codePointAt(0) ?? 0)) * 16777619n) & low;
  for (const [shift, factor] of [[16n, 2246822507n], [13n, 3266489909n]] as const) hash = ((hash ^ (hash >> shift)) * factor) & low;
  return Number((hash ^ (hash >> 16n)) % 100n) < percent;
}

/** What was counted of a side, out of what happened on it. */
function tallyOf(facts: readonly Fact[]): Record<string, number> {
  const first = facts.filter(({ isFirst }) => isFirst);
  const count = (is: (fact: Fact) => boolean): number => first.filter(is).length;
  const whole = first.filter(({ isShort }) => !isShort);
  return {
    orders: first.length,
    whole: whole.length,
    costMinor: whole.reduce((sum, { minor }) => sum + minor, 0),
    parcels: first.reduce((sum, { parcels }) => sum + parcels, 0),
    short: count(({ isShort }) => isShort),
    refused: count(({ isRefused }) => isRefused),
    split: count(({ parcels }) => parcels > 1),
    late: count(({ isLate }) => isLate),
    failed: count(({ isFailed }) => isFailed),
    again: facts.length - first.length,
  };
}

export function countsOf(shadow: Shadow, key: string): { canary: Record<string, number>; control: Record<string, number> } {
  const facts = shadow.planTrials.get(key) ?? [];
  return { canary: tallyOf(facts.filter(({ isTried }) => isTried)), control: tallyOf(facts.filter(({ isTried }) => !isTried)) };
}

const cents = (value: number): number => Math.round(value * 100) / 100;

interface Broken {
  readonly kpi: string;
  readonly is: number;
  readonly limit: number;
  readonly control?: number | undefined;
  readonly orders: number;
}

function broken(guard: Guard, counts: ReturnType<typeof countsOf>): Broken | undefined {
  const enough = guard.minOrders ?? 100;
  const [canary, control] = [counts.canary as Record<string, number>, counts.control as Record<string, number>];
  const of = (side: Record<string, number>, what: string): number => side[what] ?? 0;
  const orders = of(canary, 'orders');
  if (orders < enough) return undefined;
  if (guard.costPercent !== undefined && of(canary, 'whole') >= enough && of(control, 'whole') >= enough) {
    const is = of(canary, 'costMinor') / of(canary, 'whole');
    const was = of(control, 'costMinor') / of(control, 'whole');
    const limit = was * (1 + guard.costPercent / 100);
    if (is > limit) return { kpi: 'cost', is: cents(is), limit: cents(limit), control: cents(was), orders };
  }
  for (const kpi of ['short', 'refused', 'split', 'late', 'failed', 'again'] as const) {
    const limit = guard[kpi];
    const is = (100 * of(canary, kpi)) / orders;
    if (limit?.percent !== undefined && is > limit.percent) return { kpi, is: cents(is), limit: limit.percent, orders };
    if (limit?.points === undefined || of(control, 'orders') < enough) continue;
    const was = (100 * of(control, kpi)) / of(control, 'orders');
    if (is > was + limit.points) return { kpi, is: cents(is), limit: cents(was + limit.points), control: cents(was), orders };
  }
  return undefined;
}

function words({ kpi, is, limit, control, orders }: Broken): string {
  const unit = kpi === 'cost' ? ' minor units for an order' : ' %';
  return `${kpi} is ${is}${unit} after ${orders} orders: more than ${limit}${control === undefined ? '' : `, without the canary ${control}`}`;
}

/** The command stands, or is refused for want of units: what it decided counts. */
export function settle(doing: Doing, decisions: readonly ShadowDecision[]): void {
  const { shadow } = doing;
  const touched: string[] = [];
  for (const { who, channel, beganAtMs, isCounted, fact } of decisions) {
    const own = shadow.planSeats.get(channel);
    const key = own?.canary !== undefined || own?.now.planId !== undefined ? channel : '*';
    const canary = shadow.planSeats.get(key)?.canary;
    if (!isCounted || canary === undefined || beganAtMs < canary.sinceMs) continue;
    const isTried = isIn(canary.planId, who, canary.percent);
    shadow.set(shadow.planTrials, key, [...(shadow.planTrials.get(key) ?? []), { ...fact, isTried }]);
    if (!touched.includes(key)) touched.push(key);
  }
  // The first guard that breaks ends its canary; another that breaks ends with its own next decision.
  const first = touched.findIndex((key) => broken(shadow.planSeats.get(key)?.canary?.guard as Guard, countsOf(shadow, key)) !== undefined);
  const key = touched[first];
  if (key === undefined) return;
  const seat = shadow.planSeats.get(key) as ShadowSeat;
  const breach = broken(seat.canary?.guard as Guard, countsOf(shadow, key)) as Broken;
  end(doing, seat, { how: 'rolled-back', by: 'baton', why: words(breach), breach });
}

interface How {
  readonly how: 'promoted' | 'aborted' | 'rolled-back';
  readonly by: string;
  readonly why: string;
  readonly breach?: Broken | undefined;
}

/** How the canary of a seat ended; what it was before, where it has none. */
export function end({ shadow, atMs, events }: Doing, seat: ShadowSeat, { how, by, why, breach }: How): unknown {
  const { canary, channel, now, before } = seat;
  if (canary === undefined) return seat.ended;
  const key = channel ?? '*';
  const ended = { ...canary, how, endedAtMs: atMs, endedBy: by, why, breach, counts: countsOf(shadow, key) };
  shadow.set(shadow.planSeats, key, { channel, now, before, ended });
  shadow.set(shadow.planTrials, key, undefined);
  const { planId, version, percent } = canary;
  events.push({ kind: 'canary.changed', channel, planId, version, percent, state: how, reason: why, breach });
  return ended;
}

export function canary(doing: Doing, { by }: { readonly by: string }, found: ShadowVersion, body: CommandBody<'plan.canary'>): Verdict {
  const { shadow, atMs, events } = doing;
  const { planId, version, channel, percent, guard, reason } = body;
  const seat = seatOf(shadow, channel);
  if (seat?.now.planId === planId && seat.now.version === version) return no('wrong-state', 'body.version');
  const other = seat?.canary;
  if (other !== undefined && `${other.planId}/${other.version}` !== `${planId}/${version}`) return no('wrong-state', 'body.version');
  if (other === undefined && [...shadow.planSeats.values()].filter((one) => one.canary !== undefined).length >= 8) return no('over-limit');
  const key = channel ?? '*';
  const now = seat?.now ?? { sinceMs: atMs, by, reason };
  const before = seat?.before ?? [];
  const trial = { planId: found.document.id as string, version, percent, guard, sinceMs: atMs, by, reason };
  shadow.set(shadow.planSeats, key, { channel, now, before, canary: trial, ended: seat?.ended });
  shadow.set(shadow.planTrials, key, []);
  events.push({ kind: 'canary.changed', channel, planId, version, percent, state: 'started', reason });
  return { ok: { id: planId, version, channel, percent } };
}

export function abort(doing: Doing, { by }: { readonly by: string }, { channel, reason }: CommandBody<'plan.abort'>): Verdict {
  const seat = seatOf(doing.shadow, channel);
  if (seat?.canary === undefined) return no('wrong-state');
  end(doing, seat, { how: 'aborted', by, why: reason });
  return { ok: { id: seat.canary.planId, version: seat.canary.version, channel } };
}

export function start({ shadow, atMs, events }: Doing, { by }: { readonly by: string }, body: CommandBody<'plan.shadow'>): Verdict {
  const { planId, version, channels, percent, untilMs, reason } = body;
  const unknown = (channels ?? []).findIndex((id) => !shadow.channels.has(id));
  if (unknown >= 0) return no('unknown-channel', `body.channels[${unknown}]`);
  if (untilMs !== undefined && untilMs <= atMs) return no('wrong-state', 'body.untilMs');
  const others = [...shadow.planShadows.values()].filter((one) => one !== undefined && one.planId !== planId && (one.untilMs ?? Infinity) > atMs);
  if (others.length >= 4) return no('over-limit');
  shadow.set(shadow.planShadows, planId, { planId, version, channels, percent, untilMs, sinceMs: atMs, by, reason });
  events.push({ kind: 'shadow.changed', planId, version, percent, state: 'started', reason });
  return { ok: { id: planId, version, percent } };
}

export function stop({ shadow, events }: Doing, { planId, reason }: CommandBody<'plan.unshadow'>): Verdict {
  const { version, percent } = shadow.planShadows.get(planId) ?? {};
  if (version === undefined) return no('wrong-state', 'body.planId');
  shadow.set(shadow.planShadows, planId, undefined);
  events.push({ kind: 'shadow.changed', planId, version, percent, state: 'stopped', reason });
  return { ok: { id: planId, version } };
}

export const inForceFor = (shadow: Shadow, { channel, id, tried }: Seeker): ShadowVersion[] => [
  ...(tried === undefined ? [] : [tried]),
  ...plansInForce(shadow, channel, (one) => id !== undefined && isIn(one.planId, id, one.percent)),
];
