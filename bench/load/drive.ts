/**
 * The load itself. Open loop: arrivals come at their own times, whatever the server does, and a latency
 * counts from the moment the request should have been sent, so a server that stalls is charged for all
 * it kept waiting. Closed loop, for the maximum only: every answer is followed by the next request, and
 * latencies are those of a full queue.
 */
import { performance } from 'node:perf_hooks';
import type { Outcome } from '../../gateway/client/client.ts';
import { randomFrom } from '../random.ts';
import { Meter } from './meter.ts';
import { dispatch, type Request, type Sender, type Work } from './work.ts';

export interface Plan {
  readonly rate: number | 'max';
  readonly inFlight: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  readonly seed: number;
  /** The window ends with this, or after its duration. */
  readonly until?: Promise<void> | undefined;
}

export interface Window {
  readonly meter: Meter;
  /** Milliseconds of the measured window. */
  readonly elapsedMs: number;
  /** Arrivals that fell into the window; with `max`, requests begun. */
  readonly arrivals: number;
  /** Requests without an answer when the window ended; they were waited for. */
  readonly behind: number;
}

/**
 * Look for what is due after so long, milliseconds. It is slept, not spun: a spinning client takes a core from
 * the server it measures. What is sent late by it counts from when it was due, like any other delay.
 */
const lookEveryMs = 1;

/**
 * Run work over clients. `onWindow` is told when the measured window opens and closes. Resolves when
 * everything sent is answered.
 */
export async function drive(
  clients: readonly Sender[],
  work: Work,
  plan: Plan,
  onWindow: (edge: 'opens' | 'closes') => void = () => undefined,
): Promise<Window> {
  const run = new Run(clients, work, plan);
  await (plan.rate === 'max' ? run.closedLoop(onWindow) : run.openLoop(plan.rate, onWindow));
  return run.result();
}

class Run {
  readonly #clients: readonly Sender[];
  readonly #work: Work;
  readonly #plan: Plan;
  readonly #meter = new Meter();
  readonly #fromMs: number;
  #toMs: number;
  #arrivals = 0;
  #unanswered = 0;
  #behind = 0;
  #whenQuiet: (() => void) | undefined;
  #isOver = false;

  constructor(clients: readonly Sender[], work: Work, plan: Plan) {
    this.#clients = clients;
    this.#work = work;
    this.#plan = plan;
    this.#fromMs = performance.now() + plan.warmupMs;
    this.#toMs = this.#fromMs + plan.durationMs;
  }

  result(): Window {
    return { meter: this.#meter, elapsedMs: this.#toMs - this.#fromMs, arrivals: this.#arrivals, behind: this.#behind };
  }

  /** Arrivals at random times (a Poisson process), taken by the connections in turn. */
  async openLoop(rate: number, onWindow: (edge: 'opens' | 'closes') => void): Promise<void> {
    const random = randomFrom(this.#plan.seed + 2);
    const gapMs = (): number => (-Math.log(1 - random()) * 1_000) / rate;
    let dueMs = performance.now();
    let turn = 0;
    const edges = this.#edges(onWindow);
    while (dueMs < this.#toMs) {
      const nowMs = performance.now();
      while (dueMs <= nowMs && dueMs < this.#toMs) {
        const client = this.#clients[turn++ % this.#clients.length];
        if (client !== undefined) this.#send(client, this.#work.next(), dueMs);
        if (dueMs >= this.#fromMs) this.#arrivals += 1;
        dueMs += gapMs();
      }
      await new Promise<void>((resolve) => setTimeout(resolve, lookEveryMs));
    }
    await edges;
    await this.#quiet();
  }

  /** Each connection keeps its number of requests in flight until the time is over. */
  async closedLoop(onWindow: (edge: 'opens' | 'closes') => void): Promise<void> {
    const edges = this.#edges(onWindow);
    for (const client of this.#clients) {
      for (let i = 0; i < this.#plan.inFlight; i += 1) this.#again(client);
    }
    await edges;
    await this.#quiet();
  }

  #again(client: Sender): void {
    const nowMs = performance.now();
    if (nowMs >= this.#toMs) return;
    if (nowMs >= this.#fromMs) this.#arrivals += 1;
    this.#send(client, this.#work.next(), nowMs, () => this.#again(client));
  }

  /** @param onEnd when it and all that follows from it is answered. */
  #send(client: Sender, request: Request, dueMs: number, onEnd?: () => void): void {
    this.#unanswered += 1;
    dispatch(client, request, (outcome) => {
      const nowMs = performance.now();
      this.#unanswered -= 1;
      this.#note(request.send.kind, outcome, dueMs, nowMs);
      const next = outcome.ok === undefined ? [] : (request.then?.(outcome.ok) ?? []);
      this.#follow(client, next, nowMs, onEnd);
      if (this.#unanswered === 0 && this.#isOver) this.#whenQuiet?.();
    });
  }

  #follow(client: Sender, next: readonly Request[], nowMs: number, onEnd?: () => void): void {
    let left = next.length;
    if (left === 0) onEnd?.();
    for (const request of next) {
      this.#send(client, request, nowMs, () => {
        left -= 1;
        if (left === 0) onEnd?.();
      });
    }
  }

  /** Open loop counts what should have been sent in the window, closed loop what was answered in it. */
  #note(kind: string, outcome: Outcome<unknown>, dueMs: number, nowMs: number): void {
    const judgedMs = this.#plan.rate === 'max' ? nowMs : dueMs;
    if (judgedMs < this.#fromMs || judgedMs >= this.#toMs) return;
    if (outcome.refused !== undefined) this.#meter.ended(outcome.refused.code);
    else if (outcome.unanswered !== undefined) this.#meter.ended(`unanswered: ${outcome.unanswered.code}`);
    else this.#meter.answered(kind, (nowMs - dueMs) * 1_000);
  }

  async #edges(onWindow: (edge: 'opens' | 'closes') => void): Promise<void> {
    await until(this.#fromMs);
    onWindow('opens');
    await (this.#plan.until === undefined ? until(this.#toMs) : this.#end(this.#plan.until));
    onWindow('closes');
    this.#behind = this.#unanswered;
  }

  async #end(sooner: Promise<void>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([sooner, until(this.#toMs, timer.signal)]);
    timer.abort();
    this.#toMs = Math.min(this.#toMs, performance.now());
  }

  #quiet(): Promise<void> {
    this.#isOver = true;
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#whenQuiet = resolve));
  }
}

function until(atMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, atMs - performance.now()));
    signal?.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
