/**
 * Routing plans on trial. What the present command decided is noted here: once it is kept, or refused for want of
 * units, canaries count it and shadows are given it to decide again. A canary whose guard breaks ends with the
 * command that broke it, in the same turn.
 */
import { breachOf, counted, isAmongShare, noTally, type Breach, type Counted, type Tally } from '../actors/canary.ts';
import type { ChannelId, OrderId, ReservationId } from '../actors/ids.ts';
import type { Plan } from '../actors/order-context.ts';
import type { PlanSeat } from '../actors/plan-commands.ts';
import type { CanaryEnd, TrialCounts } from '../actors/trial-commands.ts';
import { clearRuleErrors } from './cases/rules.ts';
import { must } from './assert.ts';
import type { Cell } from './cells.ts';
import type { Core } from './core.ts';
import type { PlanInForce } from './plans.ts';

/** A decision of the present command. */
export interface Decided extends Counted {
  /** By whose id shares are drawn: the order’s, or that of the cart its units were held for. */
  readonly who: string;
  readonly channel: ChannelId;
  readonly orderId?: OrderId | undefined;
  readonly reservationId?: ReservationId | undefined;
  readonly plan: Plan;
  readonly attempt: number;
  readonly atMs: number;
  /** When the order was placed, or the cart was made that decided for it: a canary that began later did not decide. */
  readonly beganAtMs: number;
  /** Whether it counts on canaries: first decisions of orders, and those after a loss. */
  readonly isCounted: boolean;
  /** A placement that is refused when units are missing. */
  readonly mayNotWait: boolean;
  /** Decide again under another plan, changing nothing; absent: a cart decided before. */
  readonly again?: ((candidate: PlanInForce) => Plan) | undefined;
  /** Whether what it wants is priced as it was then. */
  readonly isPricedSo: () => boolean;
  /** The world as it was decided in (rewind.ts). */
  mark: number;
}

export const noCounts: TrialCounts = { canary: noTally, control: noTally };

/** The counts of a canary so far. */
export const countsAt = ({ world }: Pick<Core, 'world'>, seat: ChannelId | undefined): TrialCounts =>
  world.plans.countsOf(seat) ?? noCounts;

export class Trials {
  #decided: Decided[] = [];

  /** A command begins: whatever another noted is settled, or was undone. */
  begin(core: Core): void {
    this.#decided = [];
    core.changes.rewind.isOn = core.world.plans.hasShadow;
  }

  note(decided: Decided): void {
    this.#decided.push(decided);
  }

  /**
   * The command is kept, or undone and refused.
   * @param keep keeps the change of counts and seats as a command of its own.
   */
  settle(
    core: Core, refusedAs: string | undefined, atMs: number, keep: (cell: Cell, before: Cell['snapshot']) => void,
  ): void {
    if (this.#decided.length === 0) return;
    const isRefused = refusedAs === 'out-of-stock';
    const stands = refusedAs === undefined ? this.#decided : this.#decided.filter((one) => isRefused && one.isRefused);
    this.#decided = [];
    if (core.world.plans.hasShadow) for (const one of stands) core.shadows.add(one);
    if (core.world.plans.hasCanary && stands.some(({ isCounted }) => isCounted)) {
      countDecisions(core, stands, atMs);
      clearRuleErrors(core, atMs);
      core.changes.keep(keep);
    }
  }
}

function countDecisions(core: Core, stands: readonly Decided[], atMs: number): void {
  const { plans } = core.world;
  const counts = new Map<PlanSeat, TrialCounts>();
  for (const one of stands) {
    const seat = one.isCounted ? plans.trialFor(one.channel) : undefined;
    if (seat?.canary === undefined || one.beganAtMs < seat.canary.sinceMs) continue;
    const side = isAmongShare(seat.canary.planId, one.who, seat.canary.percent) ? 'canary' : 'control';
    const before = counts.get(seat) ?? countsAt(core, seat.channel);
    const tally: Tally = counted(before[side], one);
    counts.set(seat, { ...before, [side]: tally });
  }
  for (const [seat, now] of counts) core.changes.set(plans.trial(seat.channel), { value: 'put', context: now });
  for (const [seat, now] of counts) {
    const breach = breachOf(must(seat.canary, 'a canary').guard, now);
    if (breach === undefined) continue;
    endCanary(core, seat, { how: 'rolled-back', by: 'baton', why: textOf(breach), breach }, atMs);
    // A record has room for the end of one; another ends with its own next decision.
    return;
  }
}

const units = (kpi: Breach['kpi']): string => (kpi === 'cost' ? ' minor units for an order' : ' %');

function textOf({ kpi, is, limit, control, orders }: Breach): string {
  const than = control === undefined ? '' : `, without the canary ${control}`;
  return `${kpi} is ${is}${units(kpi)} after ${orders} orders: more than ${limit}${than}`;
}

interface Ending {
  readonly how: CanaryEnd['how'];
  readonly by: string;
  readonly why: string;
  readonly breach?: Breach | undefined;
}

/** End the canary of a seat, with what it had counted. The seat as it is then; the same where there is no canary. */
export function endCanary(core: Core, seat: PlanSeat, { how, by, why, breach }: Ending, atMs: number): PlanSeat {
  const { canary, channel, now, before } = seat;
  if (canary === undefined) return seat;
  const counts = countsAt(core, channel);
  const ended: CanaryEnd = { ...canary, how, endedAtMs: atMs, endedBy: by, why, breach, counts };
  const after: PlanSeat = { channel, now, before, ended };
  const { plans } = core.world;
  core.changes.set(plans.seat(channel), { value: 'put', context: after });
  core.changes.set(plans.trial(channel), { value: 'removed', context: counts });
  const { planId, version, percent } = canary;
  const of = { channel, planId, version, percent };
  core.changes.publish([{ kind: 'canary.changed', ...of, state: how, reason: why, breach }]);
  return after;
}
