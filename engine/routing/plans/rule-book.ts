/**
 * The rules of a plan by how often they have to be asked: those about the location alone once for each card it
 * has, those about the order alone once for each decision, the others of every candidate, as far as they depend on it
 * (rule-parts.ts).
 */
import type { Location } from '../../../actors/network-commands.ts';
import { must } from '../../assert.ts';
import type { LocationCell } from '../../cells.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, isOfOrderAlone, isOfPlaceAlone, Notes, type RuleFailure } from './evaluate.ts';
import type { PlaceFacts, Scope } from './facts.ts';
import { placeFacts } from './facts-of.ts';
import { LineRules, type Lines } from './line-rules.ts';
import { fails, no, PartsMaker, type RuleParts, type Truths } from './rule-parts.ts';
import { ServiceRules, type Services } from './service-rules.ts';

/** What the rules say of a location alone. */
export interface Verdict {
  readonly card: Location;
  readonly facts: PlaceFacts;
  /** Its place among the rules that exclude locations; Infinity: none does. */
  readonly excludedAt: number;
  readonly minor: number;
  readonly failures: readonly RuleFailure[];
  /** What sides on the location alone say, of rules that speak of more. */
  readonly truths: Truths;
}

const isDateless = ({ fromMs, untilMs }: Rule): boolean => fromMs === 0 && untilMs === Infinity;

/** A rule with its place among those of its kind. */
interface Numbered {
  readonly rule: Rule;
  readonly index: number;
}

/** A decision its rules are asked in. */
export interface Asking extends Services, Lines {
  readonly isOn: (rule: Rule) => boolean;
}

export class RuleBook {
  readonly plan: CompiledPlan;
  readonly services: ServiceRules;
  readonly lines: LineRules;
  readonly #parts = new PartsMaker();
  readonly #placeBans: readonly Numbered[];
  readonly #otherBans: readonly RuleParts[];
  readonly #placeCosts: readonly Rule[];
  readonly #orderCosts: readonly Rule[];
  readonly #otherCosts: readonly RuleParts[];
  /** By the location's index; each is of the card the location had then. */
  readonly #verdicts: (Verdict | undefined)[] = [];
  /** The decision under way; what of its rules has still to be asked, and what those on the order alone add. */
  #asking: Asking | undefined;
  readonly #bans: RuleParts[] = [];
  readonly #costs: RuleParts[] = [];
  #orderMinor = 0;

  constructor(plan: CompiledPlan) {
    this.plan = plan;
    const isKept = (rule: Rule): boolean => isDateless(rule) && isOfPlaceAlone(rule);
    const bans = plan.places.map((rule, index) => ({ rule, index }));
    this.#placeBans = bans.filter(({ rule }) => isKept(rule));
    const otherBans = bans.filter(({ rule }) => !isKept(rule));
    this.#otherBans = otherBans.map(({ rule, index }) => this.#parts.one(rule, index));
    this.#placeCosts = plan.parcelCosts.filter(isKept);
    this.#orderCosts = plan.parcelCosts.filter((rule) => !isKept(rule) && isOfOrderAlone(rule));
    this.#otherCosts = this.#parts.of(plan.parcelCosts.filter((rule) => !isKept(rule) && !isOfOrderAlone(rule)));
    this.services = new ServiceRules(plan, this.#parts);
    this.lines = new LineRules(plan, this.#parts);
  }

  /** Begin a decision; the one before is over. */
  begin(asking: Asking): void {
    this.#asking = asking;
    const { scope, isOn, notes } = asking;
    this.#orderMinor = 0;
    for (const rule of this.#orderCosts) if (isOn(rule)) this.#orderMinor += amountOf(rule, scope, notes);
    this.#bans.length = this.#costs.length = 0;
    for (const rule of this.#otherBans) if (rule.begin(scope, isOn)) this.#bans.push(rule);
    for (const rule of this.#otherCosts) if (rule.begin(scope, isOn)) this.#costs.push(rule);
    this.services.begin(asking, isOn);
    this.lines.begin(asking, isOn);
  }

  /** Have the scope be about a location: what the rules say of it alone. */
  verdict({ index }: LocationCell, card: Location, scope: Scope): Verdict {
    let verdict = this.#verdicts[index];
    if (verdict?.card !== card) this.#verdicts[index] = verdict = this.#judge(card, scope);
    scope.place = verdict.facts;
    return verdict;
  }

  #judge(card: Location, scope: Scope): Verdict {
    const notes = new Notes();
    const facts = placeFacts(card);
    scope.place = facts;
    const excludedAt = this.#placeBans.find(({ rule }) => excludes(rule, scope, notes))?.index ?? Infinity;
    let minor = 0;
    for (const rule of this.#placeCosts) minor += amountOf(rule, scope, notes);
    return { card, facts, excludedAt, minor, failures: notes.failures, truths: this.#parts.truths(scope) };
  }

  /** The first rule that excludes the location of the scope; undefined: none does. */
  excludedBy({ excludedAt, failures, truths }: Verdict): Rule | undefined {
    const { scope, notes } = must(this.#asking, 'a decision under way');
    if (failures.length > 0) notes.addAll(failures);
    for (let at = 0; at < this.#bans.length; at += 1) {
      const one = this.#bans[at] as RuleParts;
      if (one.index > excludedAt) break;
      const truth = one.lookAt(truths, scope);
      if (truth === no || (truth === fails && !excludes(one.rule, scope, notes))) continue;
      return one.rule;
    }
    return excludedAt === Infinity ? undefined : this.plan.places[excludedAt];
  }

  /** What the soft rules add to a parcel from the location of the scope, those about services left out. */
  parcelMinor({ minor: placeMinor, truths }: Verdict): number {
    const { scope, notes } = must(this.#asking, 'a decision under way');
    let minor = placeMinor;
    for (let at = 0; at < this.#costs.length; at += 1) {
      const one = this.#costs[at] as RuleParts;
      const truth = one.lookAt(truths, scope);
      if (truth === no) continue;
      if (truth === fails) minor += amountOf(one.rule, scope, notes);
      else minor += Number.isNaN(one.amount) ? one.amountNow(scope, notes) : one.amount;
    }
    return minor + this.#orderMinor;
  }
}

const books = new WeakMap<CompiledPlan, RuleBook>();

export function bookOf(plan: CompiledPlan): RuleBook {
  let book = books.get(plan);
  if (book === undefined) books.set(plan, (book = new RuleBook(plan)));
  return book;
}
