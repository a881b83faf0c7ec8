/** When something of a terminal is due by itself. */
import { isTouched } from '../../actors/task-lines.ts';
import type { TerminalContext } from '../../actors/terminal-context.ts';
import type { Snapshot } from '../step.ts';
import type { TaskCell } from './cells.ts';

/** Whether a task goes to others when its terminal is gone, and not when it has been gone for long. */
export const isUntouched = ({ snapshot }: TaskCell): boolean =>
  snapshot !== undefined && !isTouched(snapshot.context);

/** When the first task that it has not acknowledged has waited long enough. */
export function ackDueAtMs({ ackMs }: TerminalContext, held: readonly TaskCell[]): number | undefined {
  let due: number | undefined;
  for (const { snapshot } of held) {
    if (snapshot?.value !== 'leased') continue;
    const atMs = snapshot.context.leasedAtMs + ackMs;
    if (due === undefined || atMs < due) due = atMs;
  }
  return due;
}

/**
 * When a terminal is next to be looked at; undefined once it is closed.
 * @param held the tasks it holds.
 */
export function dueAtMs({ value, context }: Snapshot<TerminalContext>, held: readonly TaskCell[]): number | undefined {
  if (value === 'closed') return undefined;
  const { lostAtMs, seenAtMs, leaseMs, keepMs } = context;
  if (lostAtMs === undefined) {
    return Math.min(seenAtMs + leaseMs, ackDueAtMs(context, held) ?? Number.MAX_SAFE_INTEGER);
  }
  const keptUntilMs = lostAtMs + keepMs;
  return held.some(isUntouched) ? Math.min(lostAtMs + graceOf(context), keptUntilMs) : keptUntilMs;
}

/** How long it keeps what nobody has touched: only where its socket was lost may it be back at once. */
export const graceOf = ({ graceMs, reason }: TerminalContext): number => (reason === socketLost ? graceMs : 0);

/** Why terminals are taken to be gone, and tasks taken from them. */
export const socketLost = 'its socket was lost';
export const silent = 'it was silent for too long';
export const unacknowledged = 'it did not acknowledge a task in time';
