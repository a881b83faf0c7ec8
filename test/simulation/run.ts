/** Runs a case, or draws one from a seed while running it. */
import { Violation, type Action, type Case } from './actions.ts';
import { drawAction } from './draw.ts';
import { Rng } from './rng.ts';
import { drawSettings } from './settings.ts';
import { Simulation } from './simulation.ts';
import type { Sabotage } from './watch.ts';
import { Workload } from './workload.ts';

export interface Run {
  /** What was done, up to the failure if there was one. */
  readonly case: Case;
  readonly failure: Error | undefined;
  readonly count: Readonly<Record<string, number>>;
}

/** Do what a seed draws, for so many actions. */
export async function runSeed(seed: number, steps: number, sabotage?: Sabotage): Promise<Run> {
  const rng = new Rng(seed);
  const settings = drawSettings(rng);
  const simulation = new Simulation(settings.limits, sabotage, settings.isPriced);
  const workload = new Workload(rng, settings, simulation.auditor);
  const actions: Action[] = [];
  const failure = await failureOf(simulation, async () => {
    await simulation.open();
    for (let step = 0; step < steps; step += 1) {
      const action: Action =
        step === 0
          ? { do: 'send', commands: workload.opening() }
          : step === steps - 1 && !simulation.isDead
            ? { do: 'audit', from: 0 }
            : drawAction(rng, settings, workload, simulation);
      actions.push(action);
      await simulation.apply(action);
    }
  });
  return { case: { limits: settings.limits, isPriced: settings.isPriced, actions }, failure, count: countOf(simulation) };
}

export async function runCase({ limits, isPriced, actions }: Case, sabotage?: Sabotage): Promise<Run> {
  const simulation = new Simulation(limits, sabotage, isPriced);
  const done: Action[] = [];
  const failure = await failureOf(simulation, async () => {
    await simulation.open();
    for (const action of actions) {
      done.push(action);
      await simulation.apply(action);
    }
  });
  return { case: { limits, isPriced, actions: done }, failure, count: countOf(simulation) };
}

/** What went wrong, also where the engine threw and nobody was there to catch it. */
async function failureOf(simulation: Simulation, work: () => Promise<void>): Promise<Error | undefined> {
  const unhandled = (reason: unknown): void => simulation.fail(reason);
  process.on('unhandledRejection', unhandled);
  const stuck = whenStuck(simulation);
  try {
    await Promise.race([work(), stuck.rejects]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    stuck.stop();
    process.off('unhandledRejection', unhandled);
  }
}

/** Real milliseconds between two looks at a run. */
const lookEveryMs = 10_000;
/** Part of that time in which an action that works is at it, run or not; one that waits for what never comes is not. */
const busyMin = 0.05;
/** Milliseconds of processor time one action may take: one that takes more goes round in circles. */
const actionCpuMsMax = 300_000;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** The only real timer of a run: it does nothing but end one that stands still. */
function whenStuck(simulation: Simulation): { readonly rejects: Promise<never>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let seen = -1;
  let cpuAtActionMs = cpuMs();
  // Not by time of the processor: on a busy machine, or when it is stopped for a while, a run gets none of it.
  let busyAtLook = performance.eventLoopUtilization();
  const rejects = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const nowMs = cpuMs();
      const isSame = simulation.count.actions === seen;
      if (!isSame) cpuAtActionMs = nowMs;
      const busy = performance.eventLoopUtilization();
      const isIdle = performance.eventLoopUtilization(busy, busyAtLook).utilization < busyMin;
      if (isSame && (isIdle || nowMs - cpuAtActionMs > actionCpuMsMax)) {
        reject(new Violation(`a ${simulation.doing} never ends`));
      }
      [seen, busyAtLook] = [simulation.count.actions, busy];
    }, lookEveryMs);
  });
  return { rejects, stop: () => clearInterval(timer) };
}

function countOf({ auditor, count }: Simulation): Record<string, number> {
  return { ...auditor.count, ...count };
}
