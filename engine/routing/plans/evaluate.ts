/** Rules asked of a scope. A rule that cannot be evaluated counts as it says, and is noted. */
import type { Rule } from './compile-plan.ts';
import { planCostMinorMax } from '../../../actors/limits.ts';
import { Failure } from './failure.ts';
import type { Scope } from './facts.ts';
import { uses } from './environment.ts';

/** A rule that could not be evaluated, for one of the candidates. */
export interface RuleFailure {
  readonly rule: string;
  readonly detail: string;
}

/** Rules that failed in one decision, each noted once. */
export class Notes {
  readonly failures: RuleFailure[] = [];

  failed({ id }: Rule, { detail }: Failure): void {
    if (!this.failures.some(({ rule }) => rule === id)) this.failures.push({ rule: id, detail });
  }

  addAll(failures: readonly RuleFailure[]): void {
    for (const failure of failures) {
      if (!this.failures.some(({ rule }) => rule === failure.rule)) this.failures.push(failure);
    }
  }
}

export const isInForce = (
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  nowMs: number,
): boolean => fromMs <= nowMs && nowMs < untilMs;

/** Whether a hard rule excludes what the scope is about. */
export function excludes(rule: Rule, scope: Scope, notes: Notes): boolean {
  if (rule.when === undefined) return true;
  try {
    return rule.when.run(scope) === true;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    notes.failed(rule, failure);
    return rule.excludesAtFault;
  }
}

const bounds = new Failure(`a cost is at most ${planCostMinorMax} minor units`);

/** What a soft rule adds, in whole minor units; half units go up. */
export function amountOf(rule: Rule, scope: Scope, notes: Notes): number {
  try {
    if (rule.when !== undefined && rule.when.run(scope) !== true) return 0;
    if (typeof rule.amount === 'number') return rule.amount;
    const amount = Math.round(rule.amount.run(scope) as number) + 0;
    return Math.abs(amount) <= planCostMinorMax ? amount : bounds.raise();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    notes.failed(rule, failure);
    return rule.amountAtFault;
  }
}

/** What a soft rule adds where its condition holds; NaN: it cannot be told. */
export function boundedAmount({ amount }: Rule, scope: Scope): number {
  if (typeof amount === 'number') return amount;
  try {
    const minor = Math.round(amount.run(scope) as number) + 0;
    return Math.abs(minor) <= planCostMinorMax ? minor : NaN;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return NaN;
  }
}

/** Whether a rule says the same of a location whatever the order and the time. */
export const isOfPlaceAlone = (rule: Rule): boolean => rule.uses === uses.place;

/** Whether a rule says the same of every location. */
export const isOfOrderAlone = (rule: Rule): boolean => (rule.uses & ~(uses.order | uses.time)) === 0;
