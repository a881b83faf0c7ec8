/**
 * An engine in this process, without sockets, on either journal, with the workload's network in it; and
 * a way to push commands through it with a fixed number in flight.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../actors/commands.ts';
import { commandId } from '../actors/ids.ts';
import { systemClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { Claim } from '../storage/journal.ts';
import { openLmdb } from '../storage/lmdb.ts';
import { MemoryDisk } from '../storage/memory.ts';
import { seeding, type Asked, type Shape } from './workload.ts';

export type Durability = 'lmdb' | 'memory';

export interface OpenStore {
  readonly claim: Claim;
  /** Remove what it left on disk; after the claim is released. */
  remove(): Promise<void>;
}

/** A fresh store. LMDB stands in a new directory under the system's own for temporary files. */
export async function openStore(durability: Durability): Promise<OpenStore> {
  if (durability === 'memory') {
    const claim = await new MemoryDisk().journal().claim('bench');
    return { claim, remove: () => Promise.resolve() };
  }
  const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const claim = await (await openLmdb(directory, { reserveBytes: 0 })).claim('bench');
  return { claim, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** An engine on a claim, with the workload's network in it. What goes wrong inside it ends the bench. */
export async function openSeeded(claim: Claim, shape: Shape): Promise<Engine> {
  const fail = (what: string) => (detail?: unknown) => {
    throw new Error(what, { cause: detail });
  };
  const engine = await Engine.open({
    claim,
    clock: systemClock,
    hooks: {
      onBug: fail('the engine caught a bug'),
      onSlowCommit: () => undefined,
      onHungCommit: fail('a commit hung'),
      onLost: fail('the journal was lost'),
    },
  });
  const seeds = [...seeding(shape)];
  await pump(engine, seeds.length, 8, (index) => seeds[index] ?? stray(), (outcome) => {
    if (outcome.refused !== undefined) throw new Error(`seeding was refused: ${outcome.refused.detail}`);
  });
  return engine;
}

/** For indexing a list that is known to be long enough. */
export function stray(): never {
  throw new Error('asked for what is not there');
}

/** Commands made for each engine so far: an engine of its own begins at 1, so that its rows repeat. */
const commandCounts = new WeakMap<Engine, number>();

/** A command as the gateway would hand it over. */
function asCommand(engine: Engine, { kind, body }: Asked): Command {
  const count = (commandCounts.get(engine) ?? 0) + 1;
  commandCounts.set(engine, count);
  // The workload's plain strings are names; the schema would say so at the gateway.
  return { kind, commandId: commandId(`b-${count}`), by: 'bench', body } as unknown as Command;
}

/**
 * Submit `count` commands, at most `inFlight` unanswered at a time. Resolves when all are answered;
 * answers come in the order of the commands.
 */
export function pump(
  engine: Engine,
  count: number,
  inFlight: number,
  ask: (index: number) => Asked,
  onOutcome: (outcome: Outcome, index: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    const send = (): void => {
      const index = sent;
      sent += 1;
      engine.submit(asCommand(engine, ask(index)), (outcome) => {
        try {
          onOutcome(outcome, index);
        } catch (error) {
          reject(error as Error);
          return;
        }
        answered += 1;
        if (answered === count) resolve();
        else if (sent < count) send();
      });
    };
    while (sent < Math.min(count, inFlight)) send();
  });
}
