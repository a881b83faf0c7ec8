/** What is written of terminals and tasks, against the shadow. */
import { itemFromRow, prefixes } from '../../engine/rows.ts';
import { difference } from './same.ts';
import type { ShadowTask, ShadowTerminal } from './shadow/floor.ts';

export function checkTerminal(id: string, now: ShadowTerminal | undefined, row: unknown): string | undefined {
  if (row === undefined) return 'the terminal was not written';
  if (now === undefined) return row === null ? undefined : `terminal ${id} is closed and was written`;
  const { says, state, isDraining, openedAtMs, seenAtMs, lostAtMs, reason, waves } = now;
  const context = { ...says, openedAtMs, seenAtMs, lostAtMs, reason, waves, isDraining: isDraining ? true : undefined };
  return row === null ? 'the terminal was deleted' : difference({ value: state, context }, itemFromRow<object>(row));
}

export function checkTask(key: string, task: ShadowTask, take: (row: string) => unknown): string | undefined {
  const open = take(prefixes.task + key);
  const ended = take(prefixes.taskEnded + key);
  const isOver = task.state === 'done' || task.state === 'gone';
  if (isOver ? open !== null || ended === undefined : open === undefined || ended !== undefined) {
    return 'the rows do not say whether the task is open';
  }
  return difference(taskRowOf(task), itemFromRow<object>(isOver ? ended : open));
}

export function taskRowOf({ state, index, ...rest }: ShadowTask): unknown {
  return { value: state, context: { ...rest, fulfillmentId: String(index + 1) } };
}
