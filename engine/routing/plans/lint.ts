/**
 * What is probably wrong with a plan that compiles: rules that can never matter, rules that contradict others,
 * rules that leave orders no location, orders that no plan speaks of. Each finding about orders comes with one
 * that shows it, made of the network and of the very values the plan compares with.
 */
import type { PlanDocument, PlanRule } from '../../../actors/plan-schemas.ts';
import type { World } from '../../world.ts';
import { compilePlan, type CompiledPlan } from './compile-plan.ts';
import { faultText, type PlanFault } from './fault.ts';
import { exampleOrders, type Example } from './lint-orders.ts';
import { momentMs } from './moment.ts';
import { Trial } from './lint-trial.ts';

export type FindingCode =
  /** The plan does not compile. */
  | 'fault'
  /** The rule applies to no order that was tried, at no location. */
  | 'never-applies'
  /** Whatever it would do was done by a rule before it. */
  | 'unreachable'
  /** It says the opposite of another rule under the same condition. */
  | 'contradiction'
  /** It says what another rule says. */
  | 'duplicate'
  /** Its time is over. */
  | 'expired'
  /** Together with the others it leaves an order no location. */
  | 'removes-all'
  /** It could not be evaluated for an order. */
  | 'fails'
  /** No fallback decides about an order that has no place. */
  | 'no-fallback'
  /** The plan does not apply to an order. */
  | 'uncovered';

export interface Finding {
  readonly code: FindingCode;
  /** `error`: the plan cannot be published, or places nothing. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Where in the document. */
  readonly path: string;
  readonly detail: string;
  /** An order that shows it. */
  readonly example?: Example | undefined;
}

/** Look at a plan. With a world its own locations are tried, else three that the plan's values are drawn for. */
export function lint(world: World | undefined, document: PlanDocument, nowMs: number): Finding[] {
  const { plan, faults } = compilePlan(document);
  if (plan === undefined) return faults.map(faultFinding);
  const rules = document.rules ?? [];
  const findings = [...staticFindings(rules, nowMs)];
  const orders = exampleOrders(world, document, nowMs);
  const trial = new Trial(plan, orders, nowMs);
  findings.push(...ruleFindings(rules, trial, nowMs), ...planFindings(document, plan, trial));
  const rank = { error: 0, warning: 1, note: 2 } as const;
  return findings.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

const faultFinding = (fault: PlanFault): Finding => ({
  code: 'fault',
  severity: 'error',
  path: fault.path,
  detail: faultText(fault),
});

/** What the document says by itself. */
function* staticFindings(rules: readonly PlanRule[], nowMs: number): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    const path = `rules[${index}]`;
    const untilMs = rule.until === undefined ? Infinity : (momentMs(rule.until) ?? Infinity);
    if (untilMs <= nowMs) {
      yield {
        code: 'expired',
        severity: 'warning',
        path,
        detail: `${rule.id} ended ${rule.until}: it does nothing any more`,
      };
    }
    for (const [at, earlier] of rules.slice(0, index).entries()) {
      if (sameCondition(rule, earlier)) yield* pair(rule, earlier, path, at);
    }
  }
}

const squeeze = (text: string | undefined): string => (text ?? 'true').replace(/\s+/g, ' ').trim();
const sameCondition = (a: PlanRule, b: PlanRule): boolean =>
  squeeze(a.when) === squeeze(b.when) && a.from === b.from && a.until === b.until;

function* pair(rule: PlanRule, earlier: PlanRule, path: string, at: number): Iterable<Finding> {
  const names = `${rule.id} and rules[${at}] ${earlier.id}`;
  if (rule.exclude !== undefined && rule.exclude === earlier.exclude) {
    yield { code: 'duplicate', severity: 'warning', path, detail: `${names} exclude the same` };
    return;
  }
  const isSoft =
    rule.cost !== undefined && earlier.cost !== undefined && (rule.per ?? 'parcel') === (earlier.per ?? 'parcel');
  if (isSoft && rule.cost === earlier.cost) {
    yield { code: 'duplicate', severity: 'warning', path, detail: `${names} add the same twice` };
    return;
  }
  const cancels =
    isSoft && typeof rule.cost === 'number' && typeof earlier.cost === 'number' && rule.cost * earlier.cost < 0;
  if (cancels)
    yield { code: 'contradiction', severity: 'warning', path, detail: `under one condition, ${names} take and give` };
  const isMixed = (rule.exclude === 'location') !== (earlier.exclude === 'location') && !isSoft;
  if (isMixed && (rule.cost !== undefined || earlier.cost !== undefined)) {
    yield {
      code: 'contradiction',
      severity: 'warning',
      path,
      detail: `under one condition, of ${names} one excludes what the other prices`,
    };
  }
}

/** What each rule did when it was tried. */
function* ruleFindings(rules: readonly PlanRule[], trial: Trial, nowMs: number): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    const path = `rules[${index}]`;
    const { applied, first, failed } = trial.of(rule.id);
    if (failed !== undefined) {
      const counts = String(rule.otherwise ?? defaultOf(rule));
      const detail = `${rule.id} cannot be evaluated for an order: ${failed.detail}; it counts as ${counts}`;
      yield { code: 'fails', severity: 'note', path, detail, example: failed.example };
    }
    const isOver = rule.until !== undefined && (momentMs(rule.until) ?? Infinity) <= nowMs;
    const isYetToCome = rule.from !== undefined && (momentMs(rule.from) ?? 0) > nowMs;
    if (isOver || isYetToCome || trial.isEmpty) continue;
    if (!applied) {
      yield {
        code: 'never-applies',
        severity: 'warning',
        path,
        detail: `${rule.id} applied to none of ${trial.count} orders at any location`,
      };
    } else if (rule.exclude === 'location' && !first) {
      const before = trial.shadowedBy(rule.id);
      const detail = `${rule.id} excludes nothing that ${before.join(', ')} has not excluded before it`;
      yield { code: 'unreachable', severity: 'warning', path, detail };
    }
  }
}

const defaultOf = (rule: PlanRule): string => (rule.exclude === undefined ? '0' : 'keep');

function* planFindings(document: PlanDocument, plan: CompiledPlan, trial: Trial): Iterable<Finding> {
  const { stranded, uncovered, tried } = trial;
  if (stranded !== undefined) {
    const isAll = stranded.count === tried;
    const detail =
      `${isAll ? 'every' : `${stranded.count} of ${tried}`} order that was tried keeps no location: ` +
      `${stranded.rules.join(', ')} remove them all`;
    yield {
      code: 'removes-all',
      severity: isAll ? 'error' : 'warning',
      path: 'rules',
      detail,
      example: stranded.example,
    };
    if (plan.fallbacks.length === 0) {
      const what =
        'there are no fallbacks, so an order that has no place waits: say hold, cancel or another plan if not';
      yield { code: 'no-fallback', severity: 'note', path: 'fallbacks', detail: what, example: stranded.example };
    }
  }
  if (document.applies !== undefined && uncovered !== undefined) {
    const detail = 'the plan does not apply to this order: another plan, or none, decides about it';
    yield { code: 'uncovered', severity: 'note', path: 'applies', detail, example: uncovered };
  }
}
