/** The thread that answers questions on futures, one after the other. It knows nothing but the question. */
import { parentPort } from 'node:worker_threads';
import { must } from '../../engine/assert.ts';
import type { FuturesQuestion } from '../../engine/routing/prices/question.ts';
import { solveFutures } from '../../engine/routing/prices/solve.ts';

const port = must(parentPort, 'a thread that is asked by another');

port.on('message', (question: FuturesQuestion) => {
  const answer = solveFutures(question);
  port.postMessage(answer, [answer.prices.buffer as ArrayBuffer]);
});
