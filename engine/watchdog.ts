/**
 * A write to the journal that hangs must end the process: it may never say how it ended, and whatever is
 * behind it waits for ever. Every write is watched, rows as well as records.
 */
import type { Clock } from './clock.ts';
import type { EngineLimits } from './limits.ts';

export interface WatchdogHooks {
  /** A commit takes longer than it should, in milliseconds so far. */
  readonly onSlowCommit: (elapsedMs: number) => void;
  /** A commit did not end in time: the process must be killed, for a clean exit would wait for it too. */
  readonly onHungCommit: () => void;
}

export type CommitLimits = Pick<EngineLimits, 'commitWarnMs' | 'commitExitMs'>;

/** Report a commit that is slow, and one that hangs. Call what is returned when it has ended. */
export function watchCommit(clock: Clock, limits: CommitLimits, hooks: WatchdogHooks): () => void {
  const { commitWarnMs, commitExitMs } = limits;
  const cancelWarn = clock.after(commitWarnMs, () => hooks.onSlowCommit(commitWarnMs));
  const cancelExit = clock.after(commitExitMs, () => hooks.onHungCommit());
  return () => {
    cancelWarn();
    cancelExit();
  };
}
