/**
 * Has questions on futures answered in a worker thread. Starting it holds the caller for some milliseconds, so it is
 * started at once, before anybody is served, and again with the next question after it died or was dropped; how long
 * the engine rests before that, it decides itself (asker.ts).
 */
import { Worker } from 'node:worker_threads';
import { buffersOf } from '../../engine/routing/prices/question.ts';
import type { FuturesAnswer, FuturesQuestion, FuturesSolver } from '../../engine/routing/prices/question.ts';

/** Memory of the thread: a question and its futures at their largest take a tenth of it. */
const heapMibMax = 512;

type Answered = (answer: FuturesAnswer | undefined) => void;

export class ThreadSolver implements FuturesSolver {
  readonly #file: URL;
  readonly #onDeath: (why: string) => void;
  #worker: Worker | undefined;
  #answered: Answered | undefined;

  /** @param file what the thread runs. @param onDeath told why the thread ended by itself. */
  constructor(file: URL, onDeath: (why: string) => void) {
    this.#file = file;
    this.#onDeath = onDeath;
    this.#worker = this.#start();
  }

  ask(question: FuturesQuestion, answered: Answered): void {
    this.#answered = answered;
    this.#worker ??= this.#start();
    this.#worker.postMessage(question, buffersOf(question));
  }

  drop(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#answered = undefined;
    void worker?.terminate();
  }

  close(): void {
    this.drop();
  }

  #start(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: heapMibMax };
    const worker = new Worker(this.#file, { resourceLimits, stdout: true, stderr: true });
    const ended = (why: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#onDeath(why);
      this.#take()?.(undefined);
    };
    worker.on('message', (answer: FuturesAnswer) => {
      if (this.#worker === worker) this.#take()?.(answer);
    });
    worker.on('messageerror', (error) => ended(String(error)));
    worker.on('error', (error) => ended(String(error)));
    worker.on('exit', (code) => ended(`it ended with code ${code}`));
    // The server lives on without it, and ends without waiting for it.
    worker.unref();
    return worker;
  }

  #take(): Answered | undefined {
    const answered = this.#answered;
    this.#answered = undefined;
    return answered;
  }
}
