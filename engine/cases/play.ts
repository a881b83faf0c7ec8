/**
 * Playbooks at work: a step is due, or a case is late. Each time one thing is done, to one order at most, so that a
 * case of many orders goes on turn by turn; what is refused is undone, counted, and told in the log.
 */
import type { CaseContext, Tried } from '../../actors/case-context.ts';
import { forDefaultMs } from '../../actors/case-life.ts';
import type { LocationId, OrderId } from '../../actors/ids.ts';
import { isUntouched } from '../../actors/order-takings.ts';
import type { PlaybookStep } from '../../actors/playbook-schemas.ts';
import { must } from '../assert.ts';
import type { Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { actOnLocation, actOnOrder } from './act.ts';
import type { CaseCell } from './case-cells.ts';
import { holds, isOrderAction } from './conditions.ts';
import { playedBy } from './holds.ts';
import { joinCase, tellCase } from './tell.ts';

/** What is due of a case is done; what was overtaken is not. */
export function caseDue(core: Core, cell: CaseCell, atMs: number): undefined {
  const context = cell.snapshot?.context;
  if (context === undefined || context.ended !== undefined) return undefined;
  if (!context.isLate && context.slaAtMs <= atMs) {
    tellCase(core, cell, { type: 'case.late', atMs });
    return undefined;
  }
  if (context.nextAtMs === undefined || context.nextAtMs > atMs) return undefined;
  const step = must(context.playbook.steps[context.step], 'the step that is due');
  if (isOrderAction(step.do)) playOnOrders(core, cell, step, atMs);
  else tellCase(core, cell, { type: 'case.tried', tried: playOnce(core, context, step, atMs), atMs });
  return undefined;
}

function playOnce(core: Core, context: CaseContext, step: PlaybookStep, atMs: number): Tried {
  if (!holds(core.world, step, context, undefined, atMs)) return 'passed';
  if (step.do !== 'pause') return 'done';
  const { note = context.cause, forMs = forDefaultMs } = step;
  return outcomeOf(core, actOnLocation(core, context, note, forMs, atMs));
}

/** What is refused leaves nothing behind, and the command under way goes on without it. */
function outcomeOf(core: Core, handled: Handled): Tried {
  if (!('refused' in handled)) return 'done';
  core.changes.undo();
  core.changes.begin(undefined);
  core.trials.begin(core);
  return { refused: handled.refused.code };
}

function playOnOrders(core: Core, cell: CaseCell, step: PlaybookStep, atMs: number): void {
  const context = must(cell.snapshot, 'a case').context;
  if (context.under === undefined && step.do === 'reroute') {
    const gathered = gather(core, context);
    if (gathered.length > 0) return join(core, cell, gathered, atMs);
  }
  const { cases } = core.world;
  const found = cases.orderAt(context, context.under?.place ?? 0);
  if (found === undefined) {
    tellCase(core, cell, { type: 'case.tried', tried: undefined, atMs });
    return;
  }
  const [at, id] = found;
  const next = cases.orderAt(context, at + 1);
  const tried = playOn(core, context, step, id, atMs);
  tellCase(core, cell, { type: 'case.tried', tried, place: next?.[0], atMs });
}

function playOn(core: Core, context: CaseContext, step: PlaybookStep, id: OrderId, atMs: number): Tried {
  const order = core.world.order(id)?.snapshot?.context;
  if (!holds(core.world, step, context, order, atMs)) return 'passed';
  const { note = context.cause, forMs } = step;
  const acting = { action: step.do as never, reason: note, by: playedBy, forMs };
  const handled = actOnOrder(core, context, id, acting, atMs);
  return handled === undefined ? 'passed' : outcomeOf(core, handled);
}

/** Orders with work at the location of a case that nobody picks yet, and that it does not concern so far. */
function gather(core: Core, { caseId, code, subject }: CaseContext): readonly OrderId[] {
  if (code !== 'NODE_DOWN') return [];
  const at = subject.id as LocationId;
  const isMovable = (id: OrderId): boolean =>
    core.world.look(id)?.context.fulfillments.some((part) => part.location === at && isUntouched(part)) === true;
  return core.world.cases.gather(caseId, core.views.atLocation(at), isMovable);
}

/** They join it, and the attempt goes on at once. */
function join(core: Core, cell: CaseCell, ids: readonly OrderId[], atMs: number): void {
  const context = must(cell.snapshot, 'a case').context;
  const { cause, nextPlace, playbook } = context;
  tellCase(core, cell, { type: 'case.orders', joined: ids.length, left: 0, cause, playbook, atMs });
  joinCase(core, context.caseId, ids, nextPlace, atMs);
  tellCase(core, cell, { type: 'case.tried', tried: undefined, place: 0, atMs });
}
