/**
 * When expressions on the time turn. Each value that depends on time says when it may be another one: an hour when
 * it ends, a day at midnight. A comparison says when it turns: by halving, where its sides only grow or fall; else by
 * walking from one change of its sides to the next. So whoever waits is woken when an answer may change, and nobody
 * asks in between.
 */
import { dayMs, hourMs } from '../../../actors/civil.ts';
import { earliest, type Expression, type Next, type Run } from './expression.ts';
import { Failure } from './failure.ts';
import type { Scope } from './facts.ts';
import { compare } from './operators.ts';

const minuteMs = 60_000;
/** How far a comparison is looked ahead; what turns later is looked for again then. */
const aheadMsMax = 400 * dayMs;
/** Changes of its sides a comparison is followed over; then it is looked for again. */
const stepsMax = 64;

/** How a value that is read depends on time. */
export interface Clockwork {
  readonly next: Next;
  readonly isMonotone: boolean;
}

const after = (ms: number, stepMs: number): number => (Math.floor(ms / stepMs) + 1) * stepMs;

/** Changes at any moment: said to change every minute, where nothing is known of what it is used for. */
export const flowing: Clockwork = { next: ({ nowMs }) => after(nowMs, minuteMs), isMonotone: true };

/** Whole minutes since the order was placed. */
export const ageing: Clockwork = {
  next: ({ nowMs, order }) => (order?.placedAtMs ?? 0) + after(nowMs - (order?.placedAtMs ?? 0), minuteMs),
  isMonotone: true,
};

/** By the clocks of UTC. */
export const hourly: Clockwork = { next: ({ nowMs }) => after(nowMs, hourMs), isMonotone: false };
export const daily: Clockwork = { next: ({ nowMs }) => after(nowMs, dayMs), isMonotone: false };

/** By the clocks of the location: also where they are put forward or back in between. */
const local = (stepMs: number): Clockwork => ({
  next: ({ nowMs, place }) => {
    const now = place?.localMs(nowMs);
    if (now === undefined) return Infinity;
    const turnsAt = after(now, stepMs);
    const guessMs = nowMs + turnsAt - now;
    const there = place?.localMs(guessMs) ?? turnsAt;
    return Math.max(nowMs + 1, guessMs - (there - turnsAt));
  },
  isMonotone: false,
});
export const localHourly = local(hourMs);
export const localDaily = local(dayMs);

/** What an expression says at a moment; undefined when it has no value. */
function at(run: Run, scope: Scope, atMs: number): unknown {
  const { nowMs } = scope;
  scope.nowMs = atMs;
  try {
    return run(scope);
  } catch (failure) {
    if (failure instanceof Failure) return undefined;
    throw failure;
  } finally {
    scope.nowMs = nowMs;
  }
}

function nextAt(next: Next, scope: Scope, atMs: number): number {
  const { nowMs } = scope;
  scope.nowMs = atMs;
  const ms = next(scope);
  scope.nowMs = nowMs;
  return ms;
}

/** When a condition turns that is made of parts which change now and then. */
export function walking(run: Run, parts: readonly Expression[]): Next | undefined {
  const next = earliest(parts);
  if (next === undefined) return undefined;
  return (scope) => {
    const value = at(run, scope, scope.nowMs);
    let ms = scope.nowMs;
    for (let step = 0; step < stepsMax; step += 1) {
      ms = nextAt(next, scope, ms);
      if (ms === Infinity || at(run, scope, ms) !== value) return ms;
    }
    return ms;
  };
}

/** When a condition turns that turns once at most. */
function halving(run: Run): Next {
  return (scope) => {
    const value = at(run, scope, scope.nowMs);
    let [low, high] = [scope.nowMs, scope.nowMs + aheadMsMax];
    if (at(run, scope, high) === value) return high;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(run, scope, middle) === value) low = middle;
      else high = middle;
    }
    return high;
  };
}

/** When a comparison turns. */
export function turning(op: string, run: Run, a: Expression, b: Expression): Next | undefined {
  const isSteady = (one: Expression, other: Expression): boolean => one.isMonotone === true && other.next === undefined;
  if (!isSteady(a, b) && !isSteady(b, a)) return walking(run, [a, b]);
  if (op !== '==' && op !== '!=') return halving(run);
  const [comes, goes] = [halving(compare('<', a, b)), halving(compare('<=', a, b))];
  return (scope) => Math.min(comes(scope), goes(scope));
}

/** When `&&` or `||` turns: not while a side that decides alone does. */
export function deciding(a: Expression, b: Expression, decides: boolean): Next | undefined {
  if (a.next === undefined && b.next === undefined) return undefined;
  const settled = ({ run, next }: Expression, scope: Scope): number | undefined =>
    at(run, scope, scope.nowMs) === decides ? (next?.(scope) ?? Infinity) : undefined;
  return (scope) => {
    const [first, second] = [settled(a, scope), settled(b, scope)];
    if (first !== undefined || second !== undefined) return Math.max(first ?? 0, second ?? 0);
    return Math.min(a.next?.(scope) ?? Infinity, b.next?.(scope) ?? Infinity);
  };
}

/** Whether arithmetic on a value that only grows or falls does too. */
export function staysMonotone(op: string, a: Expression, b: Expression): boolean {
  const isLeft = a.isMonotone === true && b.next === undefined;
  const isRight = b.isMonotone === true && a.next === undefined;
  return op === '/' ? isLeft : op !== '%' && (isLeft || isRight);
}
