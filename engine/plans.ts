/**
 * Routing plans: every version, and what is in force where. A document is compiled when it first decides and
 * kept so as long as it lives.
 */
import type { ChannelId, PlanId } from '../actors/ids.ts';
import type { PlanDocument } from '../actors/plan-schemas.ts';
import type { PlanSeat, PlanVersion } from '../actors/plan-commands.ts';
import { isAmongShare } from '../actors/canary.ts';
import type { PlanShadow, TrialCounts } from '../actors/trial-commands.ts';
import { must } from './assert.ts';
import { planCell, seatCell, shadowCell, trialCell } from './plan-cells.ts';
import type { PlanCell, SeatCell, ShadowCell, TrialCell } from './plan-cells.ts';
import { compilePlan, type CompiledPlan } from './routing/plans/compile-plan.ts';
import type { Timers } from './timers.ts';
import { isInForce } from './routing/plans/evaluate.ts';
import { traitsOf, type PlanTraits } from './routing/plans/traits.ts';

/** The seat of all channels that have none of their own. No channel can be called so. */
export const everyChannel = '*';

/** The channel whose seat has this key. */
export const channelOfSeat = (key: string): ChannelId | undefined =>
  key === everyChannel ? undefined : (key as ChannelId);

/** A plan as a decision uses it. */
export interface PlanInForce {
  readonly id: PlanId;
  readonly version: number;
  readonly plan: CompiledPlan;
}

const compiled = new WeakMap<PlanDocument, CompiledPlan>();

function compiledOf(document: PlanDocument): CompiledPlan {
  let plan = compiled.get(document);
  if (plan === undefined)
    compiled.set(document, (plan = must(compilePlan(document).plan, 'a plan that was validated')));
  return plan;
}

export class Plans {
  /** The versions of each plan, the first at 0. */
  readonly #versions = new Map<PlanId, PlanCell[]>();
  readonly seats = new Map<string, SeatCell>();
  readonly #trials = new Map<string, TrialCell>();
  readonly #shadows = new Map<PlanId, ShadowCell>();
  /** Whether no plan is in force anywhere: then nothing of this file is asked when orders are decided. */
  isIdle = true;
  /** Whether a version decides a share of the orders somewhere; whether one decides without effect. */
  hasCanary = false;
  hasShadow = false;

  get isTried(): boolean {
    return this.hasCanary || this.hasShadow;
  }

  readonly #timers: Timers;
  #turnAtMs: number | undefined;
  /** By channel; made anew when any plan is another one. */
  readonly #chains = new Map<string, readonly CompiledPlan[]>();
  readonly #traits = new Map<string, PlanTraits | undefined>();
  #readsLess: boolean | undefined;
  #improves: boolean | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** See to it that who waits is woken when a plan that is asked, or a rule of one, begins or ends. */
  expect(atMs: number): void {
    const nextMs = this.nextTurnMs(atMs);
    if (nextMs === undefined || nextMs === this.#turnAtMs) return;
    this.#turnAtMs = nextMs;
    this.#timers.set(nextMs, { kind: 'plan', id: everyChannel });
  }

  /** The cell of a version, made when new. */
  cell(id: PlanId, version: number): PlanCell {
    let versions = this.#versions.get(id);
    if (versions === undefined) this.#versions.set(id, (versions = []));
    return (versions[version - 1] ??= planCell(`${id}/${version}`, this));
  }

  seat(channel: ChannelId | undefined): SeatCell {
    const key = channel ?? everyChannel;
    let cell = this.seats.get(key);
    if (cell === undefined) this.seats.set(key, (cell = seatCell(key, this)));
    return cell;
  }

  /** Something was put into a cell, or taken out of it again. */
  placed(): void {
    this.#chains.clear();
    this.#traits.clear();
    this.#readsLess = undefined;
    this.#improves = undefined;
    const seats = [...this.seats.values()].flatMap(({ snapshot }) => snapshot?.context ?? []);
    this.hasCanary = seats.some(({ canary }) => canary !== undefined);
    this.isIdle = !this.hasCanary && seats.every(({ now }) => now.planId === undefined);
    this.hasShadow = this.shadowsNow().length > 0;
  }

  /** What a canary counted: its cell, made when new. */
  trial(channel: string | undefined): TrialCell {
    const key = channel ?? everyChannel;
    let cell = this.#trials.get(key);
    if (cell === undefined) this.#trials.set(key, (cell = trialCell(key)));
    return cell;
  }

  countsOf(channel: string | undefined): TrialCounts | undefined {
    const snapshot = this.#trials.get(channel ?? everyChannel)?.snapshot;
    return snapshot?.value === 'put' ? snapshot.context : undefined;
  }

  /** The seat whose canary counts an order of this channel: its own; without a plan of its own, that of all. */
  trialFor(channel: ChannelId): PlanSeat | undefined {
    const own = this.seats.get(channel)?.snapshot?.context;
    if (own?.canary !== undefined || own?.now.planId !== undefined) return own;
    return this.seats.get(everyChannel)?.snapshot?.context;
  }

  /** Canaries, with the keys of their seats. */
  canariesOf(id: PlanId, version: number): string[] {
    return this.#seatsWhere(({ canary }) => canary?.planId === id && canary.version === version);
  }

  get canaryCount(): number {
    return this.#seatsWhere(({ canary }) => canary !== undefined).length;
  }

  #seatsWhere(holds: (seat: PlanSeat) => boolean): string[] {
    const found = [...this.seats].filter(([, { snapshot }]) => snapshot !== undefined && holds(snapshot.context));
    return found.map(([key]) => key).sort();
  }

  /** The cell of a plan's shadow, made when new. */
  shadow(id: PlanId): ShadowCell {
    let cell = this.#shadows.get(id);
    if (cell === undefined) this.#shadows.set(id, (cell = shadowCell(id, this)));
    return cell;
  }

  shadowOf(id: PlanId): PlanShadow | undefined {
    const snapshot = this.#shadows.get(id)?.snapshot;
    return snapshot?.value === 'put' ? snapshot.context : undefined;
  }

  /** Every shadow that was not stopped, by its plan. */
  shadowsNow(): PlanShadow[] {
    return [...this.#shadows.keys()].sort().flatMap((id) => this.shadowOf(id) ?? []);
  }

  /** A version that is tried. */
  candidate(id: PlanId, version: number): PlanInForce {
    return must(this.#rulingOf({ planId: id, version }), 'a plan that is tried');
  }

  version(id: PlanId, version: number): PlanVersion | undefined {
    return this.#versions.get(id)?.[version - 1]?.snapshot?.context;
  }

  /** The versions of a plan, the first first. */
  versionsOf(id: PlanId): readonly PlanVersion[] {
    return (this.#versions.get(id) ?? []).flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.context]));
  }

  /** The ids of all plans. */
  ids(): PlanId[] {
    return [...this.#versions.keys()].filter((id) => this.versionsOf(id).length > 0).sort();
  }

  /** The newest version that may decide. */
  newest(id: PlanId): PlanVersion | undefined {
    return this.versionsOf(id).findLast(({ state }) => state === 'validated');
  }

  /** Where a version is in force: channels by name, `*` for all others. */
  seatsOf(id: PlanId, version: number): string[] {
    return this.#seatsWhere(({ now }) => now.planId === id && now.version === version);
  }

  /**
   * What decides for a channel: its own plan, then that of all channels; those out of their dates do not.
   * @param who the order or cart: one among the share of a canary goes by that. Absent: by what is in force.
   */
  *inForce(channel: string, nowMs: number, who?: string): Iterable<PlanInForce> {
    for (const key of [channel, everyChannel]) {
      const { now, canary } = this.seats.get(key)?.snapshot?.context ?? {};
      const isTried = canary !== undefined && who !== undefined && isAmongShare(canary.planId, who, canary.percent);
      const ruling = this.#rulingOf(isTried ? canary : now);
      if (ruling !== undefined && isInForce(ruling.plan, nowMs)) yield ruling;
    }
  }

  #rulingOf(
    now: { readonly planId?: PlanId | undefined; readonly version?: number | undefined } | undefined,
  ): PlanInForce | undefined {
    if (now?.planId === undefined || now.version === undefined) return undefined;
    const { document } = must(this.version(now.planId, now.version), 'a plan that is in force');
    return { id: now.planId, version: now.version, plan: compiledOf(document) };
  }

  /** A plan that another falls back on, as it was validated last. */
  fallback(id: string, nowMs: number): PlanInForce | undefined {
    const found = this.#newestOf(id);
    return found !== undefined && isInForce(found.plan, nowMs) ? found : undefined;
  }

  #newestOf(id: string): PlanInForce | undefined {
    const found = this.newest(id as PlanId);
    return found && { id: id as PlanId, version: found.version, plan: compiledOf(found.document) };
  }

  /** Every plan that may be asked about orders of a channel, whatever their dates; each once. */
  chainOf(channel: ChannelId): readonly CompiledPlan[] {
    let chain = this.#chains.get(channel);
    if (chain === undefined) {
      chain = [...this.#asked([channel, everyChannel])].map(({ plan }) => plan);
      this.#chains.set(channel, chain);
    }
    return chain;
  }

  /** What answers to orders of a channel may depend on; undefined where no plan is in force. */
  traitsOf(channel: ChannelId): PlanTraits | undefined {
    if (!this.#traits.has(channel)) {
      const chain = this.chainOf(channel);
      this.#traits.set(channel, chain.length === 0 ? undefined : traitsOf(chain));
    }
    return this.#traits.get(channel);
  }

  /** Whether, under any plan in force, having less somewhere may give an order a place. */
  get readsLess(): boolean {
    return (this.#readsLess ??= traitsOf([...this.#asked()].map(({ plan }) => plan)).readsLess);
  }

  /** Whether, under any plan in force, what is allocated may move to a better place. */
  get improves(): boolean {
    return (this.#improves ??= !this.isIdle && [...this.#asked()].some(({ plan }) => plan.improve !== undefined));
  }

  /** The next moment after `nowMs` at which a plan that is asked, or a rule of one, begins or ends. */
  nextTurnMs(nowMs: number): number | undefined {
    let nextMs = Infinity;
    const look = (atMs: number): void => {
      if (atMs > nowMs && atMs < nextMs) nextMs = atMs;
    };
    for (const { plan } of this.#asked()) {
      const { splits, places, lines, services, parcelCosts, serviceCosts, lineCosts, unitCosts } = plan;
      const rules = [splits, places, lines, services, parcelCosts, serviceCosts, lineCosts, unitCosts].flat();
      for (const { fromMs, untilMs } of [plan, ...rules]) {
        look(fromMs);
        look(untilMs);
      }
    }
    return nextMs === Infinity ? undefined : nextMs;
  }

  /** Whether decisions about orders of a channel may ask a version, whatever its dates. */
  asks(channel: string, id: PlanId, version: number): boolean {
    for (const one of this.#asked([channel, everyChannel])) if (one.id === id && one.version === version) return true;
    return false;
  }

  /** Whether a decision may ask this plan: it is in force or a canary, or one that is falls back on it. */
  isAsked(id: PlanId): boolean {
    for (const { id: inForce, plan } of this.#asked()) {
      if (inForce === id || plan.fallbacks.some(({ plan: next }) => next === id)) return true;
    }
    return false;
  }

  /**
   * The plans in force, canaries, and those they fall back on, however far: each once, whatever its dates.
   * @param keys the seats to look at.
   */
  *#asked(keys: Iterable<string> = this.seats.keys()): Iterable<PlanInForce> {
    const found: PlanInForce[] = [];
    const add = (one: PlanInForce | undefined): void => {
      const isNew = one !== undefined && !found.some(({ id, version }) => id === one.id && version === one.version);
      if (isNew) found.push(one);
    };
    for (const key of keys) {
      const { now, canary } = this.seats.get(key)?.snapshot?.context ?? {};
      add(this.#rulingOf(now));
      add(this.#rulingOf(canary));
    }
    for (let at = 0; at < found.length; at += 1) {
      const one = must(found[at], 'a plan that is asked');
      yield one;
      for (const { plan: next } of one.plan.fallbacks) if (next !== undefined) add(this.#newestOf(next));
    }
  }
}
