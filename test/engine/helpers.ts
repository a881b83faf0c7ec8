/** A small world for engine tests: an engine on memory storage with a clock the test moves. */
import type { Command, CommandBody, CommandKind, CommandOf } from '../../actors/commands.ts';
import { commandId } from '../../actors/ids.ts';
import { Engine, type EngineHooks } from '../../engine/engine.ts';
import type { Clock } from '../../engine/clock.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { Outcome } from '../../engine/outcome.ts';
import type { Claim } from '../../storage/journal.ts';

/** A clock that moves only when told. `soon` runs in the next macrotask, as in life. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly work: () => void }>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  measureMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  soon(work: () => void): void {
    setImmediate(work);
  }

  /** Those who set timers are gone. */
  forget(): void {
    this.#timers.clear();
  }

  /** Move on, running what falls due in order of time. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.work();
    }
    this.#nowMs = end;
  }
}

export const quietHooks: EngineHooks = {
  onBug: (bug) => {
    throw bug;
  },
  onSlowCommit: () => undefined,
  onHungCommit: () => undefined,
  onLost: () => undefined,
};

let nextCommand = 1;

/** A command with a fresh id, or the one given. */
export function command<K extends CommandKind>(kind: K, body: CommandBody<K>, id = `t-${nextCommand++}`): CommandOf<K> {
  return { kind, commandId: commandId(id), by: 'test', body };
}

export interface TestEngine {
  readonly engine: Engine;
  readonly clock: ManualClock;
  /** Submit and wait for the durable outcome. */
  send<K extends CommandKind>(kind: K, body: CommandBody<K>, id?: string): Promise<Outcome>;
}

export async function openEngine(
  claim: Claim,
  clock = new ManualClock(),
  limits: Partial<EngineLimits> = {},
): Promise<TestEngine> {
  const engine = await Engine.open({ claim, clock, hooks: quietHooks, limits });
  const send = <K extends CommandKind>(kind: K, body: CommandBody<K>, id?: string): Promise<Outcome> =>
    new Promise((resolve) => engine.submit(command(kind, body, id) as unknown as Command, resolve));
  return { engine, clock, send };
}
