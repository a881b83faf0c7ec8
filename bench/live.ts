/** Orders that come in open loop while something else is measured. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import type { Outcome } from '../engine/outcome.ts';
import { pump } from './in-process.ts';
import type { Orders } from './workload.ts';

/** Orders per second: their latency counts from when they were due. */
const livePerSecond = 200;

/** Orders that come at a steady rate, whatever the engine does. */
export class Live {
  readonly #engine: Engine;
  readonly #orders: Orders;
  readonly #latencies: number[] = [];
  readonly #startMs = performance.now();
  #sent = 0;
  #isOver = false;
  readonly #sending: Promise<void>;

  constructor(engine: Engine, orders: Orders) {
    this.#engine = engine;
    this.#orders = orders;
    this.#sending = this.#send();
  }

  async #send(): Promise<void> {
    const answers: Promise<void>[] = [];
    while (!this.#isOver) {
      const due = Math.floor(((performance.now() - this.#startMs) * livePerSecond) / 1_000);
      for (; this.#sent < due; this.#sent += 1) answers.push(this.#one(this.#startMs + ((this.#sent + 1) * 1_000) / livePerSecond));
      await sleep(1);
    }
    await Promise.all(answers);
  }

  #one(dueMs: number): Promise<void> {
    return pump(this.#engine, 1, 1, () => ({ kind: 'order.place', body: this.#orders.next() }), ({ refused }: Outcome) => {
      if (refused !== undefined) throw new Error(refused.detail);
      this.#latencies.push(performance.now() - dueMs);
    });
  }

  /** No more; the latencies, in milliseconds, the shortest first. */
  async end(): Promise<readonly number[]> {
    this.#isOver = true;
    await this.#sending;
    return this.#latencies.sort((a, b) => a - b);
  }
}
