/** Commands of the floor, on terminals and on tasks. */
import type { LocationId } from '../../actors/ids.ts';
import type { Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { carryOutDeal, nextDeal } from './deal.ts';
import { changeTask, type TaskCommand } from './tasks.ts';
import { changeTerminal, type TerminalCommand } from './terminals.ts';

export type FloorCommand = TerminalCommand | TaskCommand;

export const isFloorCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, FloorCommand> =>
  command.kind.startsWith('terminal.') || command.kind.startsWith('task.');

const isOfTask = (command: FloorCommand): command is TaskCommand => command.kind.startsWith('task.');

export function changeFloor(core: Core, command: FloorCommand, atMs: number): Handled {
  return isOfTask(command) ? changeTask(core, command, atMs) : changeTerminal(core, command, atMs);
}

/** Give one terminal of a location what it is to do next; undefined when there is nobody for any task. */
export function dealAt(core: Core, location: LocationId, atMs: number): (() => undefined) | undefined {
  const { floor } = core.world;
  const place = floor.places.get(location);
  const deal = place === undefined ? undefined : nextDeal(floor, place);
  return deal === undefined ? undefined : () => carryOutDeal(core, location, deal, atMs);
}
