/**
 * The rules of a plan by how often they have to be asked: those about the location alone once for each card it
 * has, those about the order alone once for each decision, the others of every candidate.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { LocationCell } from '../../cells.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, isOfOrderAlone, isOfPlaceAlone, Notes, type RuleFailure } from './evaluate.ts';
import type { Scope } from './facts.ts';

/** What the rules about a location alone say of it. */
interface Verdict {
  readonly card: Location;
  /** Its place among the rules that exclude locations; Infinity: none does. */
  readonly excludedAt: number;
  readonly minor: number;
  readonly failures: readonly RuleFailure[];
}

const isDateless = ({ fromMs, untilMs }: Rule): boolean => fromMs === 0 && untilMs === Infinity;

/** A rule with its place among those of its kind. */
interface Numbered {
  readonly rule: Rule;
  readonly index: number;
}

export class RuleBook {
  readonly plan: CompiledPlan;
  readonly #placeBans: readonly Numbered[];
  readonly #otherBans: readonly Numbered[];
  readonly #placeCosts: readonly Rule[];
  readonly orderCosts: readonly Rule[];
  readonly #otherCosts: readonly Rule[];
  /** By the location's index; each is of the card the location had then. */
  readonly #verdicts: (Verdict | undefined)[] = [];

  constructor(plan: CompiledPlan) {
    this.plan = plan;
    const isKept = (rule: Rule): boolean => isDateless(rule) && isOfPlaceAlone(rule);
    const bans = plan.places.map((rule, index) => ({ rule, index }));
    this.#placeBans = bans.filter(({ rule }) => isKept(rule));
    this.#otherBans = bans.filter(({ rule }) => !isKept(rule));
    this.#placeCosts = plan.parcelCosts.filter(isKept);
    this.orderCosts = plan.parcelCosts.filter((rule) => !isKept(rule) && isOfOrderAlone(rule));
    this.#otherCosts = plan.parcelCosts.filter((rule) => !isKept(rule) && !isOfOrderAlone(rule));
  }

  #verdict({ index }: LocationCell, card: Location, scope: Scope): Verdict {
    let verdict = this.#verdicts[index];
    if (verdict?.card !== card) {
      const notes = new Notes();
      const excludedAt = this.#placeBans.find(({ rule }) => excludes(rule, scope, notes))?.index ?? Infinity;
      let minor = 0;
      for (const rule of this.#placeCosts) minor += amountOf(rule, scope, notes);
      this.#verdicts[index] = verdict = { card, excludedAt, minor, failures: notes.failures };
    }
    return verdict;
  }

  /** The first rule that excludes the location of the scope; undefined: none does. */
  excludedBy(
    cell: LocationCell, card: Location, scope: Scope, isOn: (rule: Rule) => boolean, notes: Notes,
  ): Rule | undefined {
    const verdict = this.#verdict(cell, card, scope);
    if (verdict.failures.length > 0) notes.addAll(verdict.failures);
    for (const { rule, index } of this.#otherBans) {
      if (index > verdict.excludedAt) break;
      if (isOn(rule) && excludes(rule, scope, notes)) return rule;
    }
    return verdict.excludedAt === Infinity ? undefined : this.plan.places[verdict.excludedAt];
  }

  /** What the soft rules add to a parcel from the location of the scope, those about the order alone left out. */
  parcelMinor(
    cell: LocationCell, card: Location, scope: Scope, isOn: (rule: Rule) => boolean, notes: Notes,
  ): number {
    let { minor } = this.#verdict(cell, card, scope);
    for (const rule of this.#otherCosts) if (isOn(rule)) minor += amountOf(rule, scope, notes);
    return minor;
  }
}

const books = new WeakMap<CompiledPlan, RuleBook>();

export function bookOf(plan: CompiledPlan): RuleBook {
  let book = books.get(plan);
  if (book === undefined) books.set(plan, (book = new RuleBook(plan)));
  return book;
}
