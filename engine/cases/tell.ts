/** Telling a case something: its next snapshot, its log, the orders it concerns, and what it tells the world. */
import type { CaseContext, CaseEffect, CaseMessage, CaseOrder } from '../../actors/case-context.ts';
import { caseIdOf, caseKinds, type CaseCode, type Severity } from '../../actors/case-kinds.ts';
import { hasEnded, isPageFull } from '../../actors/case-life.ts';
import type { CaseId, OrderId } from '../../actors/ids.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Core } from '../core.ts';
import { step, type Snapshot } from '../step.ts';
import { caseSteps, type CaseCell } from './case-cells.ts';
import { liftHold } from './holds.ts';

/** What a case is about, with its id. */
export interface About {
  readonly code: CaseCode;
  readonly caseId: CaseId;
  readonly subject: CaseContext['subject'];
}

export function about(code: CaseCode, id: string): About {
  return { code, caseId: caseIdOf(code, id) as CaseId, subject: { type: caseKinds[code].subject, id } };
}

/** Tell a case something. Returns why not, when its state does not take it. */
export function tellCase(
  core: Core, cell: CaseCell, message: CaseMessage, of?: About,
): Rejection | undefined {
  const before = cell.snapshot ?? begun(cell, of, message.atMs);
  const { cases } = core.world;
  const effects: CaseEffect[] = [];
  const after = before && step(caseSteps, before, message, effects);
  if (before === undefined || after === undefined) {
    return reject('wrong-state', `case ${cell.id} is ${before?.value ?? 'unknown'}: ${message.type} does not apply`);
  }
  if (isPageFull(before.context)) {
    const page = cases.logCell(cell.id, before.context.pages);
    core.changes.set(page, { value: 'put', context: { entries: before.context.log } });
  }
  core.changes.set(cell, after);
  for (const { events } of effects) core.changes.publish(events);
  if (!hasEnded(after.context)) return undefined;
  for (const id of cases.ordersOf(cell.id).values()) leaveCase(core, cell.id, id, message.atMs);
  return undefined;
}

function begun({ id }: CaseCell, of: About | undefined, atMs: number): Snapshot<CaseContext> | undefined {
  return of === undefined ? undefined : caseSteps.begin({ ...of, caseId: id, atMs }, []);
}

/** A case does not concern an order any more. */
export function leaveCase(core: Core, caseId: CaseId, orderId: OrderId, atMs: number): void {
  const cell = core.world.cases.orderCell(caseId, orderId);
  if (cell.snapshot?.value !== 'put') return;
  core.changes.set(cell, { value: 'removed', context: cell.snapshot.context });
  liftHold(core, orderId, atMs);
}

/** A case concerns orders from now on. They get the places from `place` on. */
export function joinCase(
  { world, changes }: Core, caseId: CaseId, ids: readonly OrderId[], place: number, atMs: number,
): void {
  for (const [index, orderId] of ids.entries()) {
    const context: CaseOrder = { caseId, orderId, place: place + index, sinceMs: atMs };
    changes.set(world.cases.orderCell(caseId, orderId), { value: 'put', context });
  }
}

/** An open case concerns one more order, unless it concerns so many. */
export function joinMore(core: Core, caseId: CaseId, orderId: OrderId, max: number, atMs: number): void {
  const { cases } = core.world;
  const cell = cases.cell(caseId);
  const context = cell.snapshot?.context;
  if (context === undefined || hasEnded(context) || context.orders >= max || cases.concerns(caseId, orderId)) return;
  const { nextPlace, cause, code } = context;
  const message = { type: 'case.orders', joined: 1, left: 0, cause, playbook: cases.stepsFor(code), atMs } as const;
  tellCase(core, cell, message);
  joinCase(core, caseId, [orderId], nextPlace, atMs);
}

/** What somebody reports, or a part of the engine. */
export interface Report {
  readonly of: About;
  readonly cause: string;
  readonly source?: string | undefined;
  /** Those that are not among its orders join it. */
  readonly orders: readonly OrderId[];
  readonly severity?: Severity | undefined;
  readonly owner?: string | undefined;
  readonly by: string;
}

/**
 * The door for every part of the engine, and for connectors: raise a case, or say that it happened again. Within the
 * command under way, and undone with it.
 */
export function raiseCase(core: Core, report: Report, atMs: number): CaseCell {
  const { of, cause, source, orders, severity, owner, by } = report;
  const { cases } = core.world;
  const cell = cases.cell(of.caseId);
  const joining = orders.filter((id) => !cases.concerns(of.caseId, id));
  const wasOpen = cell.snapshot !== undefined && !hasEnded(cell.snapshot.context);
  const place = wasOpen ? (cell.snapshot?.context.nextPlace ?? 0) : 0;
  const playbook = cases.stepsFor(of.code);
  const told = { cause, source, joined: joining.length, severity, owner, playbook, by, atMs };
  const rejection = tellCase(core, cell, { type: 'case.raise', ...told }, of);
  if (rejection !== undefined) throw new Error(rejection.detail);
  joinCase(core, of.caseId, joining, place, atMs);
  return cell;
}

/** The cause of a case is gone, if there is an open one. */
export function clearCase(core: Core, { caseId }: About, atMs: number): void {
  const { cases } = core.world;
  const { snapshot } = cases.cell(caseId);
  if (snapshot === undefined || hasEnded(snapshot.context)) return;
  tellCase(core, cases.cell(caseId), { type: 'case.clear', atMs });
}
