/** Conditions of playbooks: expressions of the rule language, compiled once each. */
import type { CaseContext } from '../../actors/case-context.ts';
import type { CaseCode } from '../../actors/case-kinds.ts';
import { caseKinds } from '../../actors/case-kinds.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { orderActions, type OrderAction, type PlaybookStep, type StepAction } from '../../actors/playbook-schemas.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { compileExpression } from '../routing/plans/compile.ts';
import { caseRoots, uses } from '../routing/plans/environment.ts';
import type { Expression } from '../routing/plans/expression.ts';
import { Failure } from '../routing/plans/failure.ts';
import { emptyScope } from '../routing/plans/facts.ts';
import { orderFacts } from '../routing/plans/facts-of.ts';
import { ExpressionFault } from '../routing/plans/fault.ts';
import type { Need } from '../routing/source.ts';
import type { World } from '../world.ts';

/** Compiled conditions that are kept; beyond, the oldest is compiled again when it is asked. */
const keptMax = 1_000;
const compiled = new Map<string, Expression>();

function compile(text: string): Expression {
  let made = compiled.get(text);
  if (made !== undefined) return made;
  made = compileExpression(text, ['bool'], caseRoots);
  if (compiled.size >= keptMax) for (const first of compiled.keys()) {
    compiled.delete(first);
    break;
  }
  compiled.set(text, made);
  return made;
}

export const isOrderAction = (action: StepAction): action is OrderAction =>
  (orderActions as readonly StepAction[]).includes(action);

/** Why the steps of a playbook do not make sense; undefined: they do. */
export function stepsRefusal(code: CaseCode, steps: readonly PlaybookStep[]): Rejection | undefined {
  for (const [index, step] of steps.entries()) {
    const wrong = stepFault(code, step);
    if (wrong === undefined) continue;
    const [field, detail] = wrong;
    return reject('invalid-playbook', `step ${index + 1}: ${detail}`, `body.steps[${index}].${field}`);
  }
  return undefined;
}

function stepFault(code: CaseCode, step: PlaybookStep): readonly [field: string, detail: string] | undefined {
  const { do: action, forMs, owner, severity, backoffMs, attempts = 1 } = step;
  if (action === 'pause' && caseKinds[code].subject !== 'location') return ['do', `${code} is not about a location`];
  if (forMs !== undefined && action !== 'hold' && action !== 'pause') return ['forMs', 'only a hold or a pause lasts'];
  if (owner !== undefined && action !== 'escalate') return ['owner', 'only escalate gives it to somebody'];
  if (severity !== undefined && action !== 'escalate') return ['severity', 'only escalate makes it worse'];
  if (backoffMs !== undefined && attempts === 1) return ['backoffMs', 'it is done once: there is nothing to wait for'];
  if (step.if === undefined) return undefined;
  try {
    const may = uses.case | uses.time | (isOrderAction(action) ? uses.order : 0);
    if ((compile(step.if).uses & ~may) === 0) return undefined;
    return ['if', `it may speak of the case${isOrderAction(action) ? ', the order and now' : ' and now'}`];
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return ['if', `${error.message}, at ${error.at + 1}`];
  }
}

/** Whether a step is done. One whose condition has no value is not. */
export function holds(
  world: World, step: PlaybookStep, context: CaseContext, order: OrderContext | undefined, atMs: number,
): boolean {
  if (step.if === undefined) return true;
  const scope = emptyScope();
  scope.nowMs = atMs;
  scope.case = context;
  if (order !== undefined) scope.order = orderFacts(world, order, needsOf(order), atMs);
  try {
    return compile(step.if).run(scope) === true;
  } catch (failure) {
    if (failure instanceof Failure) return false;
    throw failure;
  }
}

/** All that was ordered and not cancelled: `lines` of a condition. */
const needsOf = ({ lines }: OrderContext): Need[] =>
  lines.map(({ lineId, sku, quantity, cancelled }) => ({ lineId, sku, quantity: quantity - cancelled }));
