/** The rules of a plan on lines, in one decision: sides on the line alone are asked once, before any location is. */
import type { LineId, LocationId, Sku } from '../../../actors/ids.ts';
import type { Removed } from '../../../actors/order-context.ts';
import type { Need, Ruled } from '../source.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, boundedAmount, excludes, type Notes } from './evaluate.ts';
import type { LineFacts, OrderFacts, Scope } from './facts.ts';
import { fails, no, truthOf, yes, type PartsMaker, type RuleParts, type Truth, type Truths } from './rule-parts.ts';

/** The lines of a decision, and what its rules are asked about. */
export interface Lines {
  readonly scope: Scope;
  readonly notes: Notes;
  readonly needs: readonly Need[];
  readonly facts: OrderFacts;
  /** Be about a line where the scope is. */
  lookAtLine(need: number): void;
}

type Costs = Pick<Ruled, 'lineMinor' | 'unitMinor'>;

export class LineRules {
  readonly #allBans: readonly RuleParts[];
  readonly #allLineCosts: readonly RuleParts[];
  readonly #allUnitCosts: readonly RuleParts[];
  readonly #weight: number;
  /** What has still to be asked at locations. */
  readonly #bans: RuleParts[] = [];
  readonly #lineCosts: RuleParts[] = [];
  readonly #unitCosts: RuleParts[] = [];
  #of: Lines | undefined;

  constructor({ lines, lineCosts, unitCosts, ruleWeight }: CompiledPlan, parts: PartsMaker) {
    this.#allBans = parts.of(lines);
    this.#allLineCosts = parts.of(lineCosts);
    this.#allUnitCosts = parts.of(unitCosts);
    this.#weight = ruleWeight;
  }

  begin(of: Lines, isOn: (rule: Rule) => boolean): void {
    this.#of = of;
    const left = (all: readonly RuleParts[], to: RuleParts[]): void => {
      to.length = 0;
      for (const one of all) if (one.begin(of.scope, isOn) && isAsked(one, of)) to.push(one);
    };
    left(this.#allBans, this.#bans);
    left(this.#allLineCosts, this.#lineCosts);
    left(this.#allUnitCosts, this.#unitCosts);
  }

  /** SKUs that are excluded where the scope is; noted by line. */
  masked(location: LocationId, truths: Truths, removed: Removed[]): ReadonlySet<Sku> | undefined {
    const { scope, needs } = this.#of as Lines;
    let masked: Set<Sku> | undefined;
    for (let at = 0; at < this.#bans.length; at += 1) {
      const one = this.#bans[at] as RuleParts;
      if (one.lookAt(truths, scope) === no) continue;
      let lines: LineId[] | undefined;
      for (let need = 0; need < needs.length; need += 1) {
        if (!this.#excludes(one, need)) continue;
        const { sku, lineId } = needs[need] as Need;
        (masked ??= new Set()).add(sku);
        (lines ??= []).push(lineId);
      }
      if (lines !== undefined) removed.push({ location, reason: 'rule', rule: one.rule.id, lines });
    }
    return masked;
  }

  #excludes(one: RuleParts, need: number): boolean {
    const { scope, notes } = this.#of as Lines;
    const truth = this.#says(one, need);
    if (truth !== fails) return truth === yes;
    this.#lookAt(need);
    return excludes(one.rule, scope, notes);
  }

  #says(one: RuleParts, need: number): Truth {
    if (one.now !== yes) return one.now;
    if (one.truths[need] === no) return no;
    if (one.each.length === 0) return yes;
    this.#lookAt(need);
    return truthOf(one.each, (this.#of as Lines).scope);
  }

  #lookAt(need: number): void {
    (this.#of as Lines).lookAtLine(need);
  }

  /** What soft rules take for each line where the scope is. */
  costs(truths: Truths, masked: ReadonlySet<Sku> | undefined): Costs {
    return {
      lineMinor: this.#allLineCosts.length === 0 ? undefined : this.#each(this.#lineCosts, truths, masked),
      unitMinor: this.#allUnitCosts.length === 0 ? undefined : this.#each(this.#unitCosts, truths, masked),
    };
  }

  #each(rules: readonly RuleParts[], truths: Truths, masked: ReadonlySet<Sku> | undefined): readonly number[] {
    const { scope, needs } = this.#of as Lines;
    const minor = new Array<number>(needs.length).fill(0);
    let isAny = false;
    for (let at = 0; at < rules.length; at += 1) {
      if ((rules[at] as RuleParts).lookAt(truths, scope) !== no) isAny = true;
    }
    for (let need = 0; isAny && need < needs.length; need += 1) {
      if (masked?.has((needs[need] as Need).sku) === true) continue;
      minor[need] = Math.round(this.#weight * this.#sum(rules, need));
    }
    return minor;
  }

  #sum(rules: readonly RuleParts[], need: number): number {
    let minor = 0;
    for (let at = 0; at < rules.length; at += 1) {
      const one = rules[at] as RuleParts;
      const truth = this.#says(one, need);
      if (truth !== no) minor += this.#amount(one, need, truth);
    }
    return minor;
  }

  #amount(one: RuleParts, need: number, truth: Truth): number {
    const { scope, notes } = this.#of as Lines;
    const amount = one.amountAt === 'line' ? (one.amounts[need] ?? NaN) : one.amount;
    if (truth === yes && !Number.isNaN(amount)) return amount;
    this.#lookAt(need);
    return truth === yes ? one.amountNow(scope, notes) : amountOf(one.rule, scope, notes);
  }
}

/** Whether it says anything of any line, by what the lines are. */
function isAsked(one: RuleParts, { scope, facts: { lines } }: Lines): boolean {
  const count = lines.length;
  const isByLine = one.amountAt === 'line';
  if (isByLine && one.amounts.length < count) one.amounts = new Float64Array(2 * count);
  if (one.truths.length < count) one.truths = new Uint8Array(2 * count);
  one.truths.fill(yes, 0, count);
  if (one.line.length === 0 && !isByLine) return true;
  let isAny = one.isExact;
  for (let need = 0; need < count; need += 1) {
    scope.line = lines[need] as LineFacts;
    const truth = (one.truths[need] = truthOf(one.line, scope));
    if (truth !== no) isAny = true;
    if (truth === fails) one.isExact = true;
    if (isByLine) one.amounts[need] = boundedAmount(one.rule, scope);
  }
  return isAny;
}
