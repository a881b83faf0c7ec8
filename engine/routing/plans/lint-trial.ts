/** A plan tried with orders: which rule applied, which one did something first, which orders kept no location. */
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, isInForce, Notes } from './evaluate.ts';
import { Failure } from './failure.ts';
import { emptyScope, type LineFacts, type Scope } from './facts.ts';
import { exampleOf, type Example, type TrialOrder, type TrialPlace } from './lint-orders.ts';

/** What one rule did. */
interface Did {
  applied: boolean;
  /** It excluded something that no rule before it had excluded. */
  first: boolean;
  failed: { readonly detail: string; readonly example: Example } | undefined;
  /** Rules that had excluded it all before. */
  readonly before: Set<string>;
}

export class Trial {
  readonly #did = new Map<string, Did>();
  readonly #plan: CompiledPlan;
  readonly #scope: Scope = emptyScope();
  readonly count: number;
  /** Orders the plan applies to. */
  tried = 0;
  stranded: { count: number; readonly rules: readonly string[]; readonly example: Example } | undefined;
  uncovered: Example | undefined;

  constructor(plan: CompiledPlan, orders: readonly TrialOrder[], nowMs: number) {
    this.#plan = plan;
    this.count = orders.length;
    this.#scope.nowMs = nowMs;
    for (const order of orders) this.#try(order);
  }

  get isEmpty(): boolean {
    return this.tried === 0;
  }

  of(rule: string): Did {
    let did = this.#did.get(rule);
    if (did === undefined)
      this.#did.set(rule, (did = { applied: false, first: false, failed: undefined, before: new Set() }));
    return did;
  }

  shadowedBy(rule: string): string[] {
    return [...this.of(rule).before];
  }

  #try(trial: TrialOrder): void {
    const { order, places } = trial;
    this.#scope.order = order;
    if (!this.#applies(trial)) return;
    this.tried += 1;
    for (const rule of this.#plan.splits) this.#excludes(rule, trial);
    let kept = 0;
    const by = new Set<string>();
    for (const place of places) kept += this.#keeps(trial, place, by) ? 1 : 0;
    if (kept > 0) return;
    if (this.stranded === undefined) this.stranded = { count: 1, rules: [...by], example: exampleOf(order) };
    else this.stranded.count += 1;
  }

  #applies({ order }: TrialOrder): boolean {
    const { applies } = this.#plan;
    let does = true;
    try {
      does = applies === undefined || applies.run(this.#scope) === true;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      does = false;
    }
    if (!does) this.uncovered ??= exampleOf(order);
    return does;
  }

  /** Whether a place is left to some line of the order. */
  #keeps(trial: TrialOrder, { place, offer, stock, services }: TrialPlace, by: Set<string>): boolean {
    const { lines, places, services: bans, parcelCosts, serviceCosts, lineCosts, unitCosts } = this.#plan;
    const scope = this.#scope;
    Object.assign(scope, { place, offer });
    const out: string[] = [];
    for (const rule of places) this.#ban(rule, trial, out);
    let isServed = services.length === 0;
    for (const service of services) {
      scope.service = service;
      const stopped = bans.filter((rule) => this.#excludes(rule, trial));
      if (stopped.length === 0) isServed = true;
      else by.add(stopped[0]?.id ?? '');
      for (const rule of serviceCosts) this.#prices(rule, trial);
    }
    for (const rule of parcelCosts) this.#prices(rule, trial);
    let isLeft = false;
    for (const line of trial.order.lines) {
      Object.assign(scope, { line: line satisfies LineFacts, stock });
      const barred = [...out];
      for (const rule of lines) this.#ban(rule, trial, barred);
      if (barred.length === 0) isLeft = true;
      for (const id of barred) by.add(id);
      for (const rule of [...lineCosts, ...unitCosts]) this.#prices(rule, trial);
    }
    return isLeft && isServed;
  }

  #ban(rule: Rule, trial: TrialOrder, out: string[]): void {
    if (!this.#excludes(rule, trial)) return;
    const did = this.of(rule.id);
    if (out.length === 0) did.first = true;
    else for (const id of out) did.before.add(id);
    out.push(rule.id);
  }

  #excludes(rule: Rule, { order }: TrialOrder): boolean {
    if (!isInForce(rule, this.#scope.nowMs)) return false;
    const notes = new Notes();
    const does = excludes(rule, this.#scope, notes);
    this.#note(rule, notes, order);
    if (does) this.of(rule.id).applied = true;
    return does;
  }

  #prices(rule: Rule, { order }: TrialOrder): void {
    if (!isInForce(rule, this.#scope.nowMs)) return;
    const notes = new Notes();
    if (amountOf(rule, this.#scope, notes) !== 0) this.of(rule.id).applied = true;
    this.#note(rule, notes, order);
  }

  #note({ id }: Rule, { failures: [failure] }: Notes, order: TrialOrder['order']): void {
    if (failure === undefined) return;
    this.of(id).failed ??= { detail: failure.detail, example: exampleOf(order, this.#scope.place?.id) };
  }
}
