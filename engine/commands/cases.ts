/** Commands on cases and playbooks: what people and connectors say of what went wrong. */
import type { CaseContext, CaseMessage, Playbook } from '../../actors/case-context.ts';
import { caseKinds, type CaseCode } from '../../actors/case-kinds.ts';
import { hasEnded, summaryOf } from '../../actors/case-life.ts';
import type { Command, CommandBody, CommandOf } from '../../actors/commands.ts';
import type { CarrierId, CaseId, ChannelId, LocationId, OrderId, ReturnId, Sku } from '../../actors/ids.ts';
import { caseOrdersMax } from '../../actors/limits.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { must, unreachable } from '../assert.ts';
import { actOnOrder } from '../cases/act.ts';
import type { CaseCell } from '../cases/case-cells.ts';
import { stepsRefusal } from '../cases/conditions.ts';
import { isAtSubject } from '../cases/settle.ts';
import { about, raiseCase, tellCase } from '../cases/tell.ts';
import type { Core } from '../core.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

export type CaseCommand = Extract<Command, { readonly kind: `case.${string}` | `playbook.${string}` }>;

export const isCaseCommand = <C extends { readonly kind: string }>(command: C): command is Extract<C, CaseCommand> =>
  command.kind.startsWith('case.') || command.kind.startsWith('playbook.');

/** Orders that one command acts on where it does not name them. */
const actedMax = 50;

export function changeCases(core: Core, command: CaseCommand, atMs: number): Handled {
  const { by } = command;
  switch (command.kind) {
    case 'case.raise':
      return raise(core, command, atMs);
    case 'case.retry': {
      const { caseId, reason } = command.body;
      return onCase(core, caseId, ({ code }) =>
        ({ type: 'case.retry', reason, playbook: core.world.cases.stepsFor(code), by, atMs }));
    }
    case 'case.reassign': {
      const { caseId, owner, severity, reason } = command.body;
      return onCase(core, caseId, () => ({ type: 'case.reassign', owner, severity, reason, by, atMs }));
    }
    case 'case.comment':
      return onCase(core, command.body.caseId, () => ({ type: 'case.comment', text: command.body.text, by, atMs }));
    case 'case.override':
      return override(core, command, atMs);
    case 'case.dismiss':
    case 'case.resolve':
      return end(core, command, atMs);
    case 'playbook.put':
      return putPlaybook(core, command, atMs);
    case 'playbook.remove':
      return removePlaybook(core, command, atMs);
    default:
      return unreachable(command);
  }
}

const answered = (cell: CaseCell): Handled => done(summaryOf(must(cell.snapshot, 'a case').context));

function onCase(core: Core, id: CaseId, message: (context: CaseContext) => CaseMessage): Handled {
  const cell = core.world.cases.cell(id);
  if (cell.snapshot === undefined) return refuse('unknown-case', `no case ${id}`, 'body.caseId');
  const rejection = tellCase(core, cell, message(cell.snapshot.context));
  return rejection === undefined ? answered(cell) : refused(rejection);
}

function raise(core: Core, { body, by }: CommandOf<'case.raise'>, atMs: number): Handled {
  const { code, subject, cause, severity, owner } = body;
  const { cases } = core.world;
  const { watch } = caseKinds[code];
  if (watch !== 'report' && watch !== 'known') {
    return refuse('contradiction', `${code} is what the engine sees by itself: nobody reports it`, 'body.code');
  }
  const unknown = subjectRefusal(core, code, subject);
  if (unknown !== undefined) return refused(unknown);
  const ids = body.orders ?? (caseKinds[code].subject === 'order' ? [subject as OrderId] : []);
  for (const [index, id] of ids.entries()) {
    const order = core.world.look(id)?.context;
    const field = `body.orders[${index}]`;
    if (order === undefined) return refuse('unknown-order', `no order ${id}`, field);
    if (isAtSubject(code, subject, order) !== false) continue;
    return refuse('contradiction', `order ${id} has nothing with ${subject}`, field);
  }
  const of = about(code, subject);
  const cell = cases.cell(of.caseId);
  const isOpen = cell.snapshot !== undefined && !hasEnded(cell.snapshot.context);
  if (!isOpen && cases.openCount >= core.limits.casesOpenMax) {
    return refuse('over-limit', `${cases.openCount} cases are open already`);
  }
  const joining = ids.filter((id) => !cases.concerns(of.caseId, id)).length;
  const concerned = isOpen ? (cell.snapshot?.context.orders ?? 0) : 0;
  if (concerned + joining > caseOrdersMax) {
    return refuse('over-limit', `a case has at most ${caseOrdersMax} orders, this one has ${concerned}`, 'body.orders');
  }
  return answered(raiseCase(core, { of, cause, orders: ids, severity, owner, by }, atMs));
}

/** Why a case cannot be about this; of partners we know nothing. */
function subjectRefusal({ world }: Core, code: CaseCode, id: string): Rejection | undefined {
  const no = (what: 'order' | 'sku' | 'location' | 'carrier' | 'channel' | 'return'): Rejection =>
    reject(`unknown-${what}`, `no ${what} ${id}`, 'body.subject');
  const { subject } = caseKinds[code];
  switch (subject) {
    case 'order':
      return world.look(id as OrderId) === undefined ? no(subject) : undefined;
    case 'sku':
      return world.unknownOf(id as Sku) === undefined ? undefined : no(subject);
    case 'location':
      return world.locations.get(id as LocationId)?.snapshot === undefined ? no(subject) : undefined;
    case 'carrier':
      return world.carriers.get(id as CarrierId)?.snapshot === undefined ? no(subject) : undefined;
    case 'channel':
      return world.channels.get(id as ChannelId)?.snapshot === undefined ? no(subject) : undefined;
    case 'return':
      return world.returns.look(id as ReturnId) === undefined ? no(subject) : undefined;
    case 'partner':
      return undefined;
    default:
      return unreachable(subject);
  }
}

function override(core: Core, { body, by }: CommandOf<'case.override'>, atMs: number): Handled {
  const { caseId, do: action, reason } = body;
  const { cases } = core.world;
  const cell = cases.cell(caseId);
  const context = cell.snapshot?.context;
  if (context === undefined) return refuse('unknown-case', `no case ${caseId}`, 'body.caseId');
  if (hasEnded(context)) return refuse('wrong-state', `case ${caseId} has ended`);
  const ids = body.orders ?? [...cases.ordersOf(caseId).values()].slice(0, actedMax);
  if (ids.length === 0) return refuse('wrong-state', `case ${caseId} concerns no orders`);
  for (const [index, id] of ids.entries()) {
    if (cases.concerns(caseId, id)) continue;
    return refuse('unknown-order', `case ${caseId} does not concern ${id}`, `body.orders[${index}]`);
  }
  const rejection = tellCase(core, cell, { type: 'case.override', action, orders: ids.length, reason, by, atMs });
  if (rejection !== undefined) return refused(rejection);
  for (const id of ids) {
    const handled = actOnOrder(core, context, id, { action, reason, by }, atMs);
    if (handled === undefined) return refuse('out-of-stock', `order ${id}: nothing would come of it`);
    if ('refused' in handled) return refuse(handled.refused.code, `order ${id}: ${handled.refused.detail}`);
  }
  return answered(cell);
}

/** What the engine sees to stand cannot be said to be gone; orders in exception are never left without a case. */
function end(core: Core, command: CommandOf<'case.dismiss'> | CommandOf<'case.resolve'>, atMs: number): Handled {
  const { kind: type, by, body } = command;
  const context = core.world.cases.look(body.caseId)?.context;
  if (context !== undefined && !hasEnded(context)) {
    const { watch } = caseKinds[context.code];
    if (watch === 'order' || (watch === 'subject' && type === 'case.resolve')) {
      return refuse('cause-stands', `the engine sees that ${context.cause}: it ends when that does`, 'body.caseId');
    }
  }
  return onCase(core, body.caseId, () => ({ type, reason: body.reason, by, atMs }));
}

function putPlaybook(core: Core, { body, by }: CommandOf<'playbook.put'>, atMs: number): Handled {
  const { code, steps, reason } = body;
  const rejection = stepsRefusal(code, steps);
  if (rejection !== undefined) return refused(rejection);
  return changePlaybook(core, { code, steps, by, reason, atMs });
}

function removePlaybook(core: Core, { body, by }: CommandOf<'playbook.remove'>, atMs: number): Handled {
  const { code, reason }: CommandBody<'playbook.remove'> = body;
  if (core.world.cases.playbook(code)?.steps === undefined) {
    return refuse('wrong-state', `${code} has no playbook but the default`, 'body.code');
  }
  return changePlaybook(core, { code, by, reason, atMs });
}

function changePlaybook({ world, changes }: Core, of: Omit<Playbook, 'version'>): Handled {
  const version = (world.cases.playbook(of.code)?.version ?? 0) + 1;
  changes.set(world.cases.playbookCell(of.code), { value: 'put', context: { ...of, version } });
  return done({ code: of.code, version });
}
