/**
 * A rule in parts, by how often each has to be asked: its condition is taken apart at `&&`, and each side is asked as
 * often as what it reads changes. Sides on the order alone are asked once a decision, those on the location alone once
 * for each card it has, those on the name of a service or on a line once a decision for each, the others there.
 *
 * A side that is false decides for the whole, whatever the others are (Z2). Where none is false and one has no value,
 * the rule is asked as a whole, so that it fails as it would have: it is asked exactly.
 */
import type { Rule } from './compile-plan.ts';
import { reads } from './environment.ts';
import { amountOf, boundedAmount, type Notes } from './evaluate.ts';
import type { Expression, Run } from './expression.ts';
import type { Scope } from './facts.ts';
import { Failure } from './failure.ts';

/** What a condition, or some of its sides, say. */
export type Truth = 0 | 1 | 2;
export const no = 0;
export const yes = 1;
export const fails = 2;

/** How often something has to be asked: once a decision, card, service or line, at each location, or each time. */
type Cadence = 'decision' | 'place' | 'service' | 'line' | 'here' | 'each';

const always = reads.order | reads.time;

function cadenceOf({ reads: from }: Expression): Cadence {
  const beyond = from & ~always;
  if (beyond === 0) return 'decision';
  if (from === reads.place) return 'place';
  if (beyond === reads.carrier) return 'service';
  if (beyond === reads.line) return 'line';
  return (beyond & ~(reads.place | reads.offer)) === 0 ? 'here' : 'each';
}

/** What some sides say together. */
export function truthOf(sides: readonly Run[], scope: Scope): Truth {
  let truth: Truth = yes;
  for (let at = 0; at < sides.length; at += 1) {
    try {
      if ((sides[at] as Run)(scope) !== true) return no;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      truth = fails;
    }
  }
  return truth;
}

/** By the location's card: what the sides of rules on it alone say, by their slots. */
export type Truths = Uint8Array;

/** One rule, and what is known of it in the decision that was begun last: a book of rules serves one at a time. */
export class RuleParts {
  readonly rule: Rule;
  /** Its place among the rules of its kind, and among the parts of its book. */
  readonly index: number;
  readonly slot: number;
  readonly place: readonly Run[];
  readonly service: readonly Run[];
  readonly line: readonly Run[];
  readonly here: readonly Run[];
  readonly each: readonly Run[];
  readonly amountAt: Cadence;
  /** Whether it has to be asked as a whole wherever it is asked. */
  isExact = false;
  /** What it adds; NaN: that has to be asked. */
  amount = NaN;
  /** Where the location is: what its sides on the location and what that is to the order say. */
  now: Truth = no;
  /** By service or line: what its sides on them say, and what it adds for a line. */
  truths = new Uint8Array(0);
  amounts = new Float64Array(0);
  readonly #decision: readonly Run[];

  constructor(rule: Rule, index: number, slot: number) {
    this.rule = rule;
    this.index = index;
    this.slot = slot;
    const sides = rule.when === undefined ? [] : (rule.when.sides ?? [rule.when]);
    const of = (cadence: Cadence): readonly Run[] =>
      sides.flatMap((side) => (cadenceOf(side) === cadence ? side.run : []));
    this.#decision = of('decision');
    this.place = of('place');
    this.service = of('service');
    this.line = of('line');
    this.here = of('here');
    this.each = of('each');
    this.amountAt = typeof rule.amount === 'number' ? 'decision' : cadenceOf(rule.amount);
  }

  /** Whether it has to be asked anything more in this decision. */
  begin(scope: Scope, isOn: (rule: Rule) => boolean): boolean {
    if (!isOn(this.rule)) return false;
    const truth = truthOf(this.#decision, scope);
    if (truth === no) return false;
    this.isExact = truth === fails;
    this.amount = this.amountAt === 'decision' ? boundedAmount(this.rule, scope) : NaN;
    return true;
  }

  /** What it says where the scope is, its sides on service and line and those asked each time left out. */
  lookAt(truths: Truths, scope: Scope): Truth {
    let truth: Truth = this.isExact ? fails : yes;
    if (truth === yes && this.place.length > 0) truth = truths[this.slot] as Truth;
    if (truth === yes && this.here.length > 0) truth = truthOf(this.here, scope);
    return (this.now = truth);
  }

  /** What it adds where its condition holds. */
  amountNow(scope: Scope, notes: Notes): number {
    const amount = boundedAmount(this.rule, scope);
    return Number.isNaN(amount) ? amountOf(this.rule, scope, notes) : amount;
  }
}

/** Make the parts of the rules of one book: each gets a slot of its own. */
export class PartsMaker {
  readonly made: RuleParts[] = [];

  of(rules: readonly Rule[]): RuleParts[] {
    return rules.map((rule, index) => this.one(rule, index));
  }

  one(rule: Rule, index: number): RuleParts {
    const parts = new RuleParts(rule, index, this.made.length);
    this.made.push(parts);
    return parts;
  }

  /** What all of them say of a location alone. */
  truths(scope: Scope): Truths {
    return Uint8Array.from(this.made, ({ place }) => truthOf(place, scope));
  }
}
