/**
 * Shadows: decisions made a second time under another version of a routing plan, beside the turns and without
 * effect. A decision waits until it is durable; then a few at a time are made again, each in the world as the first
 * one saw it (rewind.ts). Too many waiting, the oldest are dropped and counted: orders never wait for it.
 */
import { isAmongShare } from '../actors/canary.ts';
import {
  differenceOf, isSameDecision, sideOf, type Difference, type Divergence, type DivergenceTotals,
} from '../actors/divergence.ts';
import type { PlanId } from '../actors/ids.ts';
import type { PlanShadow } from '../actors/trial-commands.ts';
import { must } from './assert.ts';
import type { Clock } from './clock.ts';
import type { Plans } from './plans.ts';
import type { Rewind } from './rewind.ts';
import type { Decided } from './trials.ts';

/** Decisions that wait to be made again, and snapshots kept for them. */
const waitingMax = 1_024;
const snapshotsMax = 32_768;
/** Decisions made again in one go, before anything else has its turn. */
const goMax = 16;

/** A decision, for the shadows that were there when it was made. */
export interface Waiting {
  readonly decided: Decided;
  readonly shadows: readonly PlanShadow[];
  /** Its record; undefined until that is durable. */
  position: number | undefined;
}

type Counts = { -readonly [K in keyof DivergenceTotals]: DivergenceTotals[K] };

interface Parts {
  readonly plans: Plans;
  readonly rewind: Rewind;
  readonly clock: Clock;
  readonly onBug: (bug: unknown) => void;
}

export class Shadows {
  readonly #parts: Parts;
  readonly #waiting: Waiting[] = [];
  readonly #counts = new Map<PlanId, { readonly of: PlanShadow; readonly counts: Counts }>();
  readonly #listeners = new Set<(found: readonly Divergence[]) => void>();
  readonly #openedAtMs: number;
  #ofTurn: Waiting[] = [];
  #isScheduled = false;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#openedAtMs = parts.clock.now();
  }

  /** Decisions that differ, a few at a time. Returns the undo. */
  onDiverged(listener: (found: readonly Divergence[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A decision that stands. */
  add(decided: Decided): void {
    if (decided.again === undefined) return;
    const shadows = this.#parts.plans.shadowsNow().filter((shadow) => isFor(shadow, decided));
    if (shadows.length === 0) return;
    const { rewind } = this.#parts;
    // What a refused command did is undone: it was decided in the world that stands.
    decided.mark = Math.min(decided.mark, rewind.mark);
    const waiting: Waiting = { decided, shadows, position: undefined };
    this.#waiting.push(waiting);
    this.#ofTurn.push(waiting);
    if (this.#waiting.length > waitingMax || rewind.size > snapshotsMax) this.#drop();
  }

  #drop(): void {
    const oldest = must(this.#waiting.shift(), 'a decision that waits');
    for (const shadow of oldest.shadows) this.#count(shadow).dropped += 1;
    this.#forget();
  }

  #forget(): void {
    const { rewind } = this.#parts;
    rewind.forget(this.#waiting[0]?.decided.mark ?? rewind.mark);
  }

  /** The turn is handed to the journal: its decisions. */
  takeTurn(): readonly Waiting[] {
    if (this.#ofTurn.length === 0) {
      if (this.#waiting.length === 0 && this.#parts.rewind.size > 0) this.#forget();
      return [];
    }
    const taken = this.#ofTurn;
    this.#ofTurn = [];
    return taken;
  }

  /** Decisions of a turn are durable: they may be made again. */
  durable(decisions: readonly Waiting[], position: number): void {
    for (const one of decisions) one.position = position;
    if (decisions.length > 0) this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.clock.soon(() => {
      this.#isScheduled = false;
      if (!this.#isClosed) this.#go();
    });
  }

  /** Make the oldest decisions again: a few, then others have their turn. */
  #go(): void {
    const { rewind, onBug } = this.#parts;
    let count = 0;
    while (count < goMax && this.#waiting[count]?.position !== undefined) count += 1;
    const batch = this.#waiting.slice(0, count);
    const found: Divergence[] = [];
    const seen = batch.filter((one) => this.#isSeen(one)).reverse();
    try {
      rewind.visit(seen.map(({ decided }) => decided.mark), (index) => {
        found.push(...this.#again(must(seen[index], 'a decision that waits')));
      });
    } catch (bug) {
      onBug(bug);
    }
    this.#waiting.splice(0, count);
    this.#forget();
    found.reverse();
    if (found.length > 0) for (const listener of this.#listeners) listener(found);
    if (this.#waiting[0]?.position !== undefined) this.#schedule();
  }

  /** Whether the world it was decided in can be put back; counted when not. */
  #isSeen({ decided, shadows }: Waiting): boolean {
    if (this.#parts.rewind.reaches(decided.mark) && decided.isPricedSo()) return true;
    for (const shadow of shadows) if (this.#isNow(shadow)) this.#count(shadow).outdated += 1;
    return false;
  }

  #isNow(shadow: PlanShadow): boolean {
    return this.#parts.plans.shadowOf(shadow.planId) === shadow;
  }

  #again({ decided, shadows, position = 0 }: Waiting): Divergence[] {
    const { plan, channel, orderId, reservationId, attempt, atMs, again } = decided;
    const found: Divergence[] = [];
    for (const shadow of shadows.toReversed()) {
      if (!this.#isNow(shadow) || again === undefined) continue;
      const counts = this.#count(shadow);
      const { planId, version } = shadow;
      const other = again(this.#parts.plans.candidate(planId, version));
      const [live, candidate] = [sideOf(plan, decided), sideOf(other, decided)];
      const difference = differenceOf(live, candidate);
      counts.evaluated += 1;
      sum(counts, difference);
      counts.splits += Number(candidate.parcels.length > 1) - Number(live.parcels.length > 1);
      counts.shortOrders += Number(candidate.short > 0) - Number(live.short > 0);
      if (isSameDecision(live, candidate)) counts.same += 1;
      else {
        counts.different += 1;
        const who = { channel, orderId, reservationId, attempt, position, atMs };
        found.push({ kind: 'plan.diverged', planId, version, ...who, live, candidate, difference });
      }
    }
    return found;
  }

  #count(shadow: PlanShadow): Counts {
    const known = this.#counts.get(shadow.planId);
    if (known?.of === shadow) return known.counts;
    const counts = this.#fresh(shadow);
    this.#counts.set(shadow.planId, { of: shadow, counts });
    return counts;
  }

  #fresh({ planId, version, percent, channels, untilMs, sinceMs }: PlanShadow): Counts {
    const countedSinceMs = Math.max(sinceMs, this.#openedAtMs);
    const none = { evaluated: 0, same: 0, different: 0, dropped: 0, outdated: 0, pending: 0 };
    const sums = { costMinor: 0, parcels: 0, splits: 0, shortUnits: 0, shortOrders: 0, refused: 0, late: 0 };
    return { planId, version, percent, channels, untilMs, countedSinceMs, ...none, ...sums };
  }

  /** What each shadow found so far, by plan. */
  totals(): DivergenceTotals[] {
    return this.#parts.plans.shadowsNow().map((shadow) => ({
      ...this.#count(shadow),
      pending: this.#waiting.filter(({ shadows }) => shadows.includes(shadow)).length,
    }));
  }
}

function sum(counts: Counts, { costMinor, parcels, short, refused, late }: Difference): void {
  counts.costMinor += costMinor;
  counts.parcels += parcels;
  counts.shortUnits += short;
  counts.refused += refused;
  counts.late += late;
}

function isFor(shadow: PlanShadow, { who, channel, atMs }: Decided): boolean {
  const { planId, channels, percent, untilMs = Infinity } = shadow;
  return atMs < untilMs && (channels?.includes(channel) ?? true) && isAmongShare(planId, who, percent);
}
