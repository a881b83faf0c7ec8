/**
 * Answers what futures say without a thread: after a while that the question itself decides, so that a run is
 * repeated exactly; sometimes wrongly, sometimes twice, sometimes never.
 */
import type { Clock } from '../../engine/clock.ts';
import type { FuturesAnswer, FuturesQuestion, FuturesSolver } from '../../engine/routing/prices/question.ts';
import { solveFutures } from '../../engine/routing/prices/solve.ts';

const delaysMs = [1, 10, 900, 5_000, 40_000, 61_000];

export class SlowSolver implements FuturesSolver {
  readonly #clock: Clock;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask(question: FuturesQuestion, answered: (answer: FuturesAnswer | undefined) => void): void {
    const fate = Math.imul(Math.floor(question.fromHour * 3_600_000) + 31 * question.number, 0x9e3779b1) >>> 16;
    const answer = answerTo(question, fate % 16);
    if (answer === 'never') return;
    const delayMs = delaysMs[fate % delaysMs.length] ?? 1;
    for (let times = fate % 7 === 0 ? 2 : 1; times > 0; times -= 1) {
      this.#clock.after(times * delayMs, () => (this.#isClosed ? undefined : answered(answer)));
    }
  }

  /** The answer comes all the same: it must not be believed any more. */
  drop(): void {}

  close(): void {
    this.#isClosed = true;
  }
}

function answerTo(question: FuturesQuestion, fate: number): FuturesAnswer | 'never' | undefined {
  const { number, nodes, priced } = question;
  if (fate === 0) return 'never';
  if (fate === 1) return undefined;
  if (fate === 2) return { number, prices: new Float64Array(nodes * priced).fill(NaN) };
  if (fate === 3) return { number, prices: new Float64Array(nodes * priced + 1) };
  if (fate === 4) return { number: number + 1, prices: new Float64Array(nodes * priced) };
  return solveFutures({ ...question, samples: 1, iterations: 3 });
}
