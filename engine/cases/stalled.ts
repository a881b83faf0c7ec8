/**
 * Picks that stand still: tasks that were begun with, held by a terminal that is silent. A case of the location, from
 * the command in which its lease ends to the one in which it is heard of, or holds none of these any more. Looked at
 * when all else of a command is done, where a location has terminals.
 */
import type { CaseId, LocationId, TerminalId } from '../../actors/ids.ts';
import { isTouched } from '../../actors/task-lines.ts';
import { must } from '../assert.ts';
import type { Cell } from '../cells.ts';
import type { Core } from '../core.ts';
import { isHeldTask, type TaskCell, type TerminalCell } from '../floor/cells.ts';
import { silent } from '../floor/due.ts';
import type { World } from '../world.ts';
import { about, clearCase, raiseCase } from './tell.ts';

const code = 'PICK_STALLED';

const isSilent = (one: TerminalCell['snapshot']): boolean => one?.value === 'offline' && one.context.reason === silent;

const isBegunAt = (one: TaskCell['snapshot'], id: TerminalId): boolean =>
  one !== undefined && one.context.terminal === id && isHeldTask(one) && isTouched(one.context);

const isStalled = ({ floor }: World, { id, snapshot }: TerminalCell): boolean =>
  isSilent(snapshot) && floor.heldInAnyOrder(id).some((task) => isBegunAt(task.snapshot, id));

/** Whether any terminal of a location keeps its case open. */
export function isStalledAt(world: World, location: LocationId): boolean {
  for (const cell of world.floor.places.get(location)?.terminals ?? []) if (isStalled(world, cell)) return true;
  return false;
}

export function settleStalled(core: Core, atMs: number): void {
  const concerned = concernedBy(core);
  if (concerned === undefined) return;
  const before = new Map<Cell, Cell['snapshot']>();
  for (const [index, cell] of core.changes.touched.entries()) before.set(cell, core.changes.beforeOf(index));
  for (const cell of [...concerned].sort((a, b) => (a.id < b.id ? -1 : 1))) follow(core, cell, before, atMs);
}

/** Terminals that are or were silent, of which something is another: of others nothing is looked at. */
function concernedBy({ world, changes }: Core): Set<TerminalCell> | undefined {
  const { touched } = changes;
  let found: Set<TerminalCell> | undefined;
  for (let index = 0; index < touched.length; index += 1) {
    const cell = touched[index];
    if (cell?.kind === 'terminal') {
      if (!isSilent(cell.snapshot) && !isSilent(changes.beforeOf(index) as TerminalCell['snapshot'])) continue;
      (found ??= new Set()).add(cell);
    } else if (cell?.kind === 'task' && world.cases.byCode.has(code)) {
      const id = (changes.beforeOf(index) as TaskCell['snapshot'])?.context.terminal;
      const terminal = id === undefined ? undefined : world.floor.terminal(id);
      if (terminal !== undefined && isSilent(terminal.snapshot)) (found ??= new Set()).add(terminal);
    }
  }
  return found;
}

function follow(core: Core, cell: TerminalCell, before: ReadonlyMap<Cell, Cell['snapshot']>, atMs: number): void {
  const { location } = must(cell.snapshot, 'a terminal').context;
  const at = <C extends Cell>(one: C): C['snapshot'] =>
    before.has(one) ? (before.get(one) as C['snapshot']) : one.snapshot;
  const isNow = isStalled(core.world, cell);
  const changed = [...before.keys()].filter((one): one is TaskCell => one.kind === 'task');
  const tasks = [...changed, ...core.world.floor.heldInAnyOrder(cell.id)];
  const was = isSilent(at(cell)) && tasks.some((task) => isBegunAt(at(task), cell.id));
  if (was === isNow) return;
  const of = about(code, location);
  if (isNow) {
    const cause = `terminal ${cell.id} is silent, with tasks that it has begun with`;
    raiseCase(core, { of, cause, orders: [], by: 'engine' }, atMs);
  } else if (!isStalledAt(core.world, location)) clearCase(core, of, atMs);
}

/** For the auditor: the case that a terminal must have. */
export const stalledCase = (world: World, cell: TerminalCell): CaseId | undefined =>
  isStalled(world, cell) ? about(code, must(cell.snapshot, 'a terminal').context.location).caseId : undefined;
