/**
 * How both servers end: wait for answers under way and for connections that are closing, but not
 * for ever, and not for idle keep-alive connections that would never go by themselves.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 10;
/** Time for the last bytes of a closing connection, when nothing else is waited for. */
const flushMs = 200;

/** Resolves when nothing is left, when only idle connections are left, or after `graceMs`. */
export async function closeInTime(
  graceMs: number,
  left: () => { readonly answersDue: number; readonly connections: number },
): Promise<void> {
  const endMs = performance.now() + graceMs;
  const flushEndMs = performance.now() + Math.min(graceMs, flushMs);
  for (;;) {
    const { answersDue, connections } = left();
    const nowMs = performance.now();
    if (nowMs >= endMs || (answersDue === 0 && (connections === 0 || nowMs >= flushEndMs))) return;
    await sleep(lookEveryMs);
  }
}
