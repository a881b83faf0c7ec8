import { performance } from 'node:perf_hooks';

/** Time as an argument: the engine asks a clock, tests and the simulation bring their own. */

export interface Clock {
  /** Milliseconds since 1970. Read once per turn. */
  now(): number;
  /** Milliseconds with a fraction, from any origin: to tell how long something took, never what time it is. */
  measureMs(): number;
  /** Run `work` once, not before `delayMs` from now. Returns how to call it off. */
  after(delayMs: number, work: () => void): () => void;
  /** Run `work` soon, after what is waiting now has had its turn. */
  soon(work: () => void): void;
}

/** The longest delay a Node timer takes; a longer one is asked again when it ends. */
const delayMsMax = 2_147_483_647;

/**
 * The wall's time when the process began, and from there on a monotonic count: a clock that is set
 * back or forward under a running engine makes no timer fire early or never.
 */
export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  measureMs: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, Math.min(Math.max(delayMs, 0), delayMsMax));
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
};
