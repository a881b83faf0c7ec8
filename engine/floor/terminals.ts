/** Commands on terminals, and what their time brings. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import type { TerminalId } from '../../actors/ids.ts';
import { terminalsMax } from '../../actors/limits.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { TerminalAnswer, TerminalState } from '../../actors/terminal-context.ts';
import { must, unreachable } from '../assert.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { terminalSteps, type TerminalCell } from './cells.ts';
import { ackDueAtMs, graceOf, isUntouched, silent, socketLost, unacknowledged } from './due.ts';
import { giveBack } from './give-back.ts';
import { tellTerminal } from './tell.ts';

export type TerminalCommand = Extract<Command, { readonly kind: `terminal.${string}` }>;

export function changeTerminal(core: Core, { kind, body }: TerminalCommand, atMs: number): Handled {
  switch (kind) {
    case 'terminal.open':
      return openTerminal(core, body, atMs);
    case 'terminal.beat':
      return withTerminal(core, body.terminalId, (cell) => seen(core, cell, atMs));
    case 'terminal.lose':
      return withTerminal(core, body.terminalId, (cell) => {
        if (cell.snapshot?.value === 'offline') return;
        tellTerminal(core, cell, { type: 'terminal.lose', reason: socketLost, atMs });
      });
    case 'terminal.close':
      return withTerminal(core, body.terminalId, (cell) => closeTerminal(core, cell, body, atMs));
    default:
      return unreachable(kind);
  }
}

/** A terminal was heard of. The second time in one turn says nothing new. */
export function seen(core: Core, cell: TerminalCell, atMs: number): void {
  const { value, context } = must(cell.snapshot, 'a terminal that is open');
  if (value === 'online' && context.seenAtMs === atMs && context.reason === undefined) return;
  must(tellTerminal(core, cell, { type: 'terminal.see', atMs }), 'a terminal that is open');
}

function openTerminal(core: Core, body: CommandBody<'terminal.open'>, atMs: number): Handled {
  const { floor, locations } = core.world;
  const { terminalId, location } = body;
  if (locations.get(location)?.snapshot === undefined) {
    return refuse('unknown-location', `no location ${location}`, 'body.location');
  }
  const known = floor.terminal(terminalId);
  const at = known?.snapshot?.context.location;
  if (at !== undefined && at !== location) {
    const detail = `terminal ${terminalId} is open at ${at}: it is closed there first`;
    return refuse('wrong-location', detail, 'body.location');
  }
  if (known === undefined && floor.openCount >= terminalsMax) {
    return refuse('over-limit', `${terminalsMax} terminals are open`, 'body.terminalId');
  }
  const cell = known ?? floor.beginTerminal(terminalId);
  if (known === undefined) core.changes.set(cell, terminalSteps.begin({ announced: body, atMs }, []));
  must(tellTerminal(core, cell, { type: 'terminal.open', announced: body, atMs }), 'a terminal that is open');
  return done(answerOf(core, cell));
}

function withTerminal(core: Core, id: TerminalId, go: (cell: TerminalCell) => void): Handled {
  const cell = core.world.floor.terminal(id);
  if (cell === undefined) return refuse('unknown-terminal', `no terminal ${id} is open`, 'body.terminalId');
  go(cell);
  return done(answerOf(core, cell));
}

function answerOf(core: Core, cell: TerminalCell): TerminalAnswer {
  const { value, context } = must(cell.snapshot, 'a terminal');
  const holding = core.world.floor.heldInAnyOrder(cell.id).length;
  return { terminalId: cell.id, location: context.location, state: value as TerminalState, holding };
}

function closeTerminal(
  core: Core,
  cell: TerminalCell,
  { now = false, reason }: CommandBody<'terminal.close'>,
  atMs: number,
): void {
  takeBack(core, cell, now, reason ?? 'its terminal closes', atMs);
  const type = core.world.floor.heldBy(cell.id).length === 0 ? 'terminal.close' : 'terminal.drain';
  tellTerminal(core, cell, { type, reason, atMs });
}

/** Take from a terminal what nobody has touched, or all it holds. */
function takeBack(core: Core, cell: TerminalCell, isAll: boolean, reason: string, atMs: number): void {
  for (const task of core.world.floor.heldBy(cell.id)) {
    if (isAll || isUntouched(task)) giveBack(core, task, reason, atMs);
  }
}

/** Whether something of a terminal is due. */
export function isTerminalDue({ world }: Core, id: TerminalId, atMs: number): boolean {
  const { floor } = world;
  const context = floor.terminal(id)?.snapshot?.context;
  if (context === undefined) return false;
  const held = floor.heldBy(id);
  const { lostAtMs, seenAtMs, leaseMs, keepMs } = context;
  if (lostAtMs === undefined) return Math.min(seenAtMs + leaseMs, ackDueAtMs(context, held) ?? Infinity) <= atMs;
  return lostAtMs + keepMs <= atMs || (held.some(isUntouched) && lostAtMs + graceOf(context) <= atMs);
}

/** The time of a terminal has come: it is taken to be gone, or has been gone for long. */
export function terminalDue(core: Core, id: TerminalId, atMs: number): Rejection | undefined {
  const { floor } = core.world;
  const cell = must(floor.terminal(id), 'a terminal of which something is due');
  const { context } = must(cell.snapshot, 'a terminal');
  const { lostAtMs, keepMs } = context;
  const before = floor.heldBy(id).length;
  if (lostAtMs === undefined) {
    const reason = context.seenAtMs + context.leaseMs <= atMs ? silent : unacknowledged;
    must(tellTerminal(core, cell, { type: 'terminal.lose', reason, atMs }), 'a terminal that is there');
    takeBack(core, cell, false, reason, atMs);
  } else {
    const isOver = lostAtMs + keepMs <= atMs;
    takeBack(core, cell, isOver, context.reason ?? socketLost, atMs);
    if (isOver) tellTerminal(core, cell, { type: 'terminal.close', reason: context.reason, atMs });
  }
  floor.lapses += before - floor.heldBy(id).length;
  return undefined;
}
