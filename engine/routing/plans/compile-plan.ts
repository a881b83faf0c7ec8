/**
 * A plan document made ready to decide: every expression compiled, every rule put where it is asked. All that
 * is wrong is found at once, each fault with its place; a plan with a fault decides nothing.
 */
import type { PlanDocument, PlanFallback, PlanRule } from '../../../actors/plan-schemas.ts';
import { compileExpression } from './compile.ts';
import type { Expression, ValueType } from './expression.ts';
import { uses } from './environment.ts';
import { ExpressionFault, placed, type PlanFault } from './fault.ts';
import { momentMs } from './moment.ts';

/** From when and until when; without end: Infinity. */
export interface Term {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Rule extends Term {
  readonly id: string;
  /** Undefined: always. */
  readonly when: Expression | undefined;
  /** What its condition depends on. */
  readonly uses: number;
  /** Hard: whether it excludes when it cannot be evaluated. */
  readonly excludesAtFault: boolean;
  /** Soft: the amount, or what gives it, and what counts when it cannot be evaluated. */
  readonly amount: number | Expression;
  readonly amountAtFault: number;
}

export interface Fallback {
  readonly when: Expression | undefined;
  readonly then: PlanFallback['then'];
  readonly plan: string | undefined;
}

/** A plan as decisions use it. Rules stand in the order of the document. */
export interface CompiledPlan extends Term {
  readonly id: string;
  readonly applies: Expression | undefined;
  readonly splits: readonly Rule[];
  readonly places: readonly Rule[];
  /** Exclude a line from a location. */
  readonly lines: readonly Rule[];
  readonly services: readonly Rule[];
  readonly parcelCosts: readonly Rule[];
  /** Costs that depend on the service: they choose it. */
  readonly serviceCosts: readonly Rule[];
  readonly lineCosts: readonly Rule[];
  readonly unitCosts: readonly Rule[];
  readonly shipping: number;
  readonly ruleWeight: number;
  readonly parcelMinor: number;
  readonly kmMinor: number;
  readonly maxParcels: number;
  readonly together: Expression | undefined;
  readonly allOrNothing: boolean;
  readonly minShipmentMinor: number;
  readonly fallbacks: readonly Fallback[];
  /** When what is allocated moves to a better place; undefined: never. */
  readonly improve: PlanDocument['improve'];
  /** How long orders gather to be sourced together; undefined: they do not. */
  readonly windowMs: number | undefined;
}

/** Steps a plan may take, reckoned for one order at one location. */
const planCostMax = 20_000;

const onOrder = uses.order | uses.time;
const onOffer = onOrder | uses.place | uses.offer;

class Compiler {
  readonly faults: PlanFault[] = [];
  cost = 0;

  fault(path: string, detail: string, suggestion?: string): undefined {
    this.faults.push({ path, detail, ...(suggestion === undefined ? {} : { suggestion }) });
    return undefined;
  }

  /** @param may what it may depend on; `why` says so when it depends on more. */
  expression(
    path: string,
    text: string | undefined,
    types: readonly ValueType[],
    may: number,
    why: string,
  ): Expression | undefined {
    if (text === undefined) return undefined;
    try {
      const made = compileExpression(text, types);
      this.cost += made.cost;
      return (made.uses & ~may) === 0 ? made : this.fault(path, why);
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      this.faults.push(placed(error, path, text));
      return undefined;
    }
  }

  term(path: string, { from, until }: { readonly from?: string; readonly until?: string }): Term {
    const moment = (field: 'from' | 'until', text: string | undefined, otherwise: number): number => {
      if (text === undefined) return otherwise;
      const ms = momentMs(text);
      if (ms === undefined) this.fault(`${path}${field}`, `there is no moment ${text}`);
      return ms ?? otherwise;
    };
    const term = { fromMs: moment('from', from, 0), untilMs: moment('until', until, Infinity) };
    if (term.fromMs >= term.untilMs) this.fault(`${path}until`, 'it would end before it begins');
    return term;
  }
}

/** Compile a document; the plan when nothing is wrong with it. */
export function compilePlan(document: PlanDocument): {
  readonly plan?: CompiledPlan;
  readonly faults: readonly PlanFault[];
} {
  const to = new Compiler();
  const { objective = {}, split = {}, rules = [], fallbacks = [] } = document;
  const kinds = sortRules(to, rules);
  const orderOnly = 'this is asked once an order: it may speak of order, customer, destination, lines and now';
  const plan: CompiledPlan = {
    id: document.id,
    ...to.term('', document),
    applies: to.expression('applies', document.applies, ['bool'], onOrder, orderOnly),
    ...kinds,
    shipping: objective.shipping ?? 1,
    ruleWeight: objective.rules ?? 1,
    parcelMinor: objective.parcelMinor ?? 0,
    kmMinor: objective.kmMinor ?? 0,
    maxParcels: split.maxParcels ?? Infinity,
    together: to.expression(
      'split.together',
      split.together,
      ['string'],
      onOrder | uses.line,
      'groups may not depend on a location',
    ),
    allOrNothing: split.allOrNothing ?? false,
    minShipmentMinor: split.minShipmentMinor ?? 0,
    improve: document.improve,
    windowMs: document.batch?.windowMs,
    fallbacks: fallbacks.map((fallback, index) =>
      compileFallback(to, fallback, `fallbacks[${index}]`, document, orderOnly),
    ),
  };
  if (to.cost > planCostMax)
    to.fault('rules', `all together take about ${to.cost} steps, and at most ${planCostMax} are allowed`);
  return to.faults.length === 0 ? { plan, faults: [] } : { faults: to.faults };
}

type Kinds = Pick<
  CompiledPlan,
  'splits' | 'places' | 'lines' | 'services' | 'parcelCosts' | 'serviceCosts' | 'lineCosts' | 'unitCosts'
>;

function sortRules(to: Compiler, rules: readonly PlanRule[]): Kinds {
  const kinds: { -readonly [K in keyof Kinds]: Rule[] } = {
    splits: [],
    places: [],
    lines: [],
    services: [],
    parcelCosts: [],
    serviceCosts: [],
    lineCosts: [],
    unitCosts: [],
  };
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const path = `rules[${index}]`;
    if (seen.has(rule.id)) to.fault(`${path}.id`, `there are two rules called ${rule.id}`);
    seen.add(rule.id);
    const found = compileRule(to, rule, path);
    if (found !== undefined) kinds[found.kind].push(found.rule);
  }
  return kinds;
}

interface Sorted {
  readonly kind: keyof Kinds;
  readonly rule: Rule;
}

function compileRule(to: Compiler, rule: PlanRule, path: string): Sorted | undefined {
  const { exclude, cost, per, otherwise } = rule;
  if ((exclude === undefined) === (cost === undefined)) return to.fault(path, 'a rule says either exclude or cost');
  if (exclude !== undefined && per !== undefined)
    to.fault(`${path}.per`, 'only a cost is for each parcel, line or unit');
  const isText = typeof otherwise === 'string';
  if (otherwise !== undefined && isText !== (exclude !== undefined)) {
    to.fault(`${path}.otherwise`, exclude === undefined ? 'a cost is replaced by an amount' : 'say keep or exclude');
  }
  const term = to.term(`${path}.`, rule);
  const base = {
    id: rule.id,
    ...term,
    excludesAtFault: otherwise === 'exclude',
    amountAtFault: typeof otherwise === 'number' ? otherwise : 0,
  };
  return exclude === undefined ? costRule(to, rule, path, base) : hardRule(to, rule, path, base);
}

type Base = Pick<Rule, 'id' | 'fromMs' | 'untilMs' | 'excludesAtFault' | 'amountAtFault'>;

function hardRule(to: Compiler, { when, exclude }: PlanRule, path: string, base: Base): Sorted | undefined {
  const [may, why] =
    exclude === 'split'
      ? [onOrder, 'whether an order may be split depends on the order alone']
      : exclude === 'service'
        ? [onOffer | uses.service, 'a service is excluded for the whole order: not by line or stock']
        : [onOffer | uses.line, 'a location is excluded whatever the service'];
  const condition = to.expression(`${path}.when`, when, ['bool'], may, why);
  if (when !== undefined && condition === undefined) return undefined;
  const used = condition?.uses ?? 0;
  const rule = { ...base, when: condition, uses: used, amount: 0 };
  if (exclude === 'split') return { kind: 'splits', rule };
  if (exclude === 'service') return { kind: 'services', rule };
  return { kind: (used & uses.line) === 0 ? 'places' : 'lines', rule };
}

function costRule(
  to: Compiler,
  { when, cost, per = 'parcel' }: PlanRule,
  path: string,
  base: Base,
): Sorted | undefined {
  const isParcel = per === 'parcel';
  const may = isParcel ? onOffer | uses.service : onOffer | uses.line;
  const why = isParcel ? 'a cost by line or stock is per line or per unit' : 'a cost by service is per parcel';
  const condition = to.expression(`${path}.when`, when, ['bool'], may, why);
  const amount = typeof cost === 'string' ? to.expression(`${path}.cost`, cost, ['int', 'double'], may, why) : cost;
  if ((when !== undefined && condition === undefined) || amount === undefined) return undefined;
  const used = (condition?.uses ?? 0) | (typeof amount === 'number' ? 0 : amount.uses);
  const rule = { ...base, when: condition, uses: used, amount };
  if (!isParcel) return { kind: per === 'line' ? 'lineCosts' : 'unitCosts', rule };
  return { kind: (used & uses.service) === 0 ? 'parcelCosts' : 'serviceCosts', rule };
}

function compileFallback(
  to: Compiler,
  { when, then, plan }: PlanFallback,
  path: string,
  { id }: PlanDocument,
  orderOnly: string,
): Fallback {
  if ((then === 'plan') !== (plan !== undefined)) {
    to.fault(`${path}.plan`, then === 'plan' ? 'say which plan is asked next' : 'only then: plan names a plan');
  }
  if (plan === id) to.fault(`${path}.plan`, 'a plan cannot fall back on itself');
  return { when: to.expression(`${path}.when`, when, ['bool'], onOrder, orderOnly), then, plan };
}
