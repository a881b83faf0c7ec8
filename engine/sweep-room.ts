/** How much a turn does for those whom something wakes that may concern many: so many of them, and for so long. */
import type { Clock } from './clock.ts';
import type { EngineLimits } from './limits.ts';

/** What a turn has done for them, and when it takes no more. */
export interface Sweeping {
  readonly swept: number;
  sweptUntilMs: number;
}

/**
 * Whether a turn may look at one more; at one it always may. It goes by the clock of the process: where turns end is
 * in the journal, and is never found again.
 */
export function maySweep(
  turn: Sweeping, { turnSweptMax, turnSweptMs }: EngineLimits, clock: Pick<Clock, 'measureMs'>,
): boolean {
  if (turn.swept === 0) turn.sweptUntilMs = clock.measureMs() + turnSweptMs;
  return turn.swept < turnSweptMax && (turn.swept === 0 || clock.measureMs() < turn.sweptUntilMs);
}

/** Those who are looked at in pieces. `isMeant`: whom of these. */
export interface Queue<T, M> {
  take(isMeant: M): T | undefined;
  putBack(): void;
}
