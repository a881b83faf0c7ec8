/** What is decided about orders and carts, for plans on trial: what counts of it, and what shadows must find. */
import type { ShadowNeed } from './kits.ts';
import type { Doing } from './orders.ts';
import { startOf } from './parts.ts';
import { promised } from './promised.ts';
import { planUnits } from './sourcing.ts';
import type { Seeker, ShadowPlan } from './seeking.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { isIn, type Fact, type ShadowOfPlan } from './trials.ts';

/** A decision of the command under way, with what it means if the command stands, or is refused for it. */
export interface ShadowDecision {
  readonly who: string;
  readonly channel: string;
  readonly beganAtMs: number;
  readonly isCounted: boolean;
  readonly fact: Omit<Fact, 'isTried'>;
  readonly forecasts: readonly Forecast[];
}

/** What a shadow must find about a decision, by its plan and version. */
export interface Forecast {
  readonly of: ShadowOfPlan;
  readonly who: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly isSame: boolean;
  /** Many parts and prices are heard of when it is decided, and not known before. */
  readonly isSure: boolean;
  /** The engine has told it. */
  isTold: boolean;
  told?: Forecast['difference'] | undefined;
  readonly candidate: { readonly costMinor: number; readonly short: number; readonly isRefused: boolean; readonly isLate: boolean; readonly places: readonly string[] };
  readonly difference: { readonly costMinor: number; readonly parcels: number; readonly short: number; readonly refused: number; readonly late: number };
}

interface Side {
  readonly costMinor: number;
  readonly short: number;
  readonly isRefused: boolean;
  readonly isLate: boolean;
  readonly places: readonly string[];
}

/** What a plan comes to: of a refused placement nothing is made. */
function sideOf(shadow: Shadow, seeker: Seeker, plan: ShadowPlan, atMs: number, asked: { promisedByMs: number | undefined; mayNotWait: boolean }): Side {
  const isRefused = asked.mayNotWait && plan.short > 0;
  const parcels = isRefused ? [] : plan.parcels;
  const { destination } = seeker;
  const isLate = parcels.some(({ from, units }) => {
    const by = destination === undefined ? undefined : promised(shadow, from, units, destination, startOf(seeker, atMs)).deliverByMs;
    return by !== undefined && asked.promisedByMs !== undefined && by > asked.promisedByMs;
  });
  const places = parcels.map(({ from, units }) => `${from.location} ${from.carrier} ${from.service} ${units.map(({ line, quantity }) => `${line}x${quantity}`).join()}`);
  return { costMinor: parcels.reduce((sum, { from }) => sum + from.costMinor, 0), short: plan.short, isRefused, isLate, places };
}

const fallbackOf = ({ short, ruled }: ShadowPlan): unknown => (short === 0 ? undefined : (ruled?.['fallback'] ?? 'backorder'));

/** What each shadow must find about a decision. Asked before anything of the decision is done. */
export function forecast(
  { shadow, atMs }: Doing, seeker: Seeker & { readonly id: string }, needs: readonly ShadowNeed[], plan: ShadowPlan, attempt: number,
  asked: { promisedByMs: number | undefined; mayNotWait: boolean },
): Forecast[] {
  return [...shadow.planShadows.values()].flatMap((one): Forecast[] => {
    if (one === undefined || atMs >= (one.untilMs ?? Infinity) || one.channels?.includes(seeker.channel) === false) return [];
    const { planId, version, percent } = one;
    if (!isIn(planId, seeker.id, percent)) return [];
    let isSure = !shadow.isPriced;
    const tried = planUnits(shadow, { ...seeker, tried: shadow.planVersions.get(`${planId}/${version}`), onGuess: () => (isSure = false) }, needs, atMs);
    const [live, candidate] = [sideOf(shadow, seeker, plan, atMs, asked), sideOf(shadow, seeker, tried, atMs, asked)];
    const isSame = live.short === candidate.short && live.places.join() === candidate.places.join() && fallbackOf(plan) === fallbackOf(tried);
    const difference = {
      costMinor: candidate.costMinor - live.costMinor,
      parcels: candidate.places.length - live.places.length,
      short: candidate.short - live.short,
      refused: Number(candidate.isRefused) - Number(live.isRefused),
      late: Number(candidate.isLate) - Number(live.isLate),
    };
    return [{ of: one, who: seeker.id, attempt, atMs, isSame, isSure, isTold: false, candidate, difference }];
  });
}

/** An order is decided about: by a plan, or by what a cart holds for it. */
export function decidedOrder(doing: Doing, order: ShadowOrder, needs: readonly ShadowNeed[], plan: ShadowPlan, cart?: { readonly id: string; readonly madeAtMs: number }): void {
  const { shadow, atMs } = doing;
  const isFirst = order.attempts === 0;
  const asked = { promisedByMs: order.promisedByMs, mayNotWait: isFirst && !order.mayWait };
  const side = sideOf(shadow, order, plan, atMs, asked);
  const isLoss = order.exception === undefined && (order.trouble === 'stockout' || order.trouble === 'short-pick');
  doing.decided.push({
    who: cart?.id ?? order.id,
    channel: order.channel,
    beganAtMs: cart?.madeAtMs ?? order.placedAtMs,
    isCounted: isFirst || isLoss,
    fact: {
      isFirst, minor: side.costMinor, parcels: side.places.length, isShort: plan.short > 0,
      isRefused: side.isRefused, isLate: side.isLate, isFailed: plan.ruled?.['failed'] !== undefined,
    },
    forecasts: cart === undefined ? forecast(doing, order, needs, plan, order.attempts + 1, asked) : [],
  });
}

