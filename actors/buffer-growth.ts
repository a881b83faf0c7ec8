/**
 * Buffers that grow: the longer ago a location said what it has, the more a rule holds back there, by
 * steps at known instants, and the more of what orders take faster. Pure.
 */
import type { BufferRule } from './buffer-commands.ts';
import { bufferStepsMax } from './limits.ts';

/** Where a growing rule stands. */
export interface Growth {
  /** From when its steps are reckoned: when its location last said what it has, or since the rule grows. */
  readonly sinceMs: number;
  readonly steps: number;
}

/** A rule as it stands; `growth` of one that grows. */
export type StandingRule = BufferRule & { readonly growth?: Growth | undefined };

export type Grows = NonNullable<BufferRule['grows']>;

/** Units that orders took of a stock, halved after each whole day: about one and a half days' worth. */
export interface Pace {
  readonly units: number;
  /** From when the days are counted. */
  readonly atMs: number;
}

const dayMs = 24 * 3_600_000;

/** The pace as of a time, which may lie before its last change: then it is as it stands. */
export function paceAt({ units, atMs }: Pace, nowMs: number): Pace {
  const days = Math.max(0, Math.floor((nowMs - atMs) / dayMs));
  return days === 0 ? { units, atMs } : { units: Math.floor(units / 2 ** days), atMs: atMs + days * dayMs };
}

/** The pace after orders took units. */
export function paceAfter(pace: Pace | undefined, taken: number, nowMs: number): Pace {
  const { units, atMs } = pace === undefined ? { units: 0, atMs: nowMs } : paceAt(pace, nowMs);
  return { units: units + taken, atMs };
}

/** The step after which nothing grows any more. */
function lastStep({ quantity, pacePercent, maxQuantity }: Grows): number {
  if (pacePercent !== undefined || quantity === undefined) return bufferStepsMax;
  return Math.min(bufferStepsMax, Math.ceil(maxQuantity / quantity));
}

export function growthAt(grows: Grows, sinceMs: number, nowMs: number): Growth {
  const steps = Math.max(0, Math.floor((nowMs - sinceMs) / grows.everyMs));
  return { sinceMs, steps: Math.min(lastStep(grows), steps) };
}

/** When a rule takes its next step; undefined: it does not grow, or no more. */
export function nextStepAtMs({ grows, growth }: StandingRule): number | undefined {
  if (grows === undefined || growth === undefined || growth.steps >= lastStep(grows)) return undefined;
  return growth.sinceMs + (growth.steps + 1) * grows.everyMs;
}

/**
 * The units that growth holds back at a stock: its steps, and a share of what orders would take in so long at
 * the pace the stock had at the last step, rounded up.
 */
export function grownUnits({ grows, growth }: StandingRule, pace: Pace | undefined): number {
  if (grows === undefined || growth === undefined) return 0;
  const { quantity = 0, pacePercent = 0, everyMs, maxQuantity } = grows;
  const elapsedMs = growth.steps * everyMs;
  const units = pace === undefined ? 0 : paceAt(pace, growth.sinceMs + elapsedMs).units;
  const sold = Math.ceil((pacePercent * units * elapsedMs) / (150 * dayMs));
  return Math.min(maxQuantity, growth.steps * quantity + sold);
}
