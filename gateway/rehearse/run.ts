/** A whole rehearsal: stretches of the journal, each on both sides, in threads; then side by side. */
import { Worker } from 'node:worker_threads';
import type { ChannelId } from '../../actors/ids.ts';
import type { Serve } from '../../actors/item-commands.ts';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import { must } from '../../engine/assert.ts';
import { compareSides, withExplained, type Stretch } from '../../engine/rehearse/compare-sides.ts';
import type { RehearsalRun, Rehearsed, SideResult } from '../../engine/rehearse/result.ts';
import { positionBefore, type SideTask } from '../../engine/rehearse/side.ts';
import { openRehearsalStore } from './store.ts';
import type { WorkerInput, WorkerNews } from './worker.ts';

export interface RehearseOptions {
  readonly directory: string;
  readonly plan: PlanDocument;
  readonly channel?: ChannelId | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Threads. Each two more cut the journal into one more stretch, which begins as was recorded. */
  readonly workers: number;
  readonly ordersMax: number;
  readonly changedMax: number;
  readonly explainMax: number;
  /** Of each thread. */
  readonly memoryMiB: number;
  readonly serve: Serve;
}

export interface RehearsalProgress {
  /** From 0 to 1. */
  readonly share: number;
  readonly orders: number;
}

/** Rejects with why it could not be done: no store, nothing in that time, too little memory, cancelled. */
export async function rehearse(
  options: RehearseOptions,
  onProgress: (progress: RehearsalProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly rehearsed: Rehearsed; readonly run: RehearsalRun }> {
  const sinceMs = performance.now();
  const { plan, changedMax, explainMax } = options;
  const { fromMs, toMs, cuts } = await stretchesOf(options);
  const tasks = tasksOf(options, cuts);
  const results = await runTasks(options, tasks, onProgress, signal);
  const stretches = paired(results);
  const rehearsed = compareSides({ plan: plan.id, fromMs, toMs }, stretches, changedMax);
  const explain = rehearsed.changed.slice(0, explainMax).map(({ orderId }) => orderId);
  const more = explain.length === 0 ? [] : explaining(tasks, stretches, explain);
  const again = await runTasks(options, more, () => {}, signal);
  const run = figures(results, options.workers, performance.now() - sinceMs);
  return { rehearsed: withExplained(rehearsed, paired(again)), run };
}

async function stretchesOf(options: RehearseOptions): Promise<{ fromMs: number; toMs: number; cuts: number[] }> {
  const store = await openRehearsalStore(options.directory, false);
  try {
    const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER } = options;
    if (store.head > store.tail) throw new Error('the journal is empty');
    const [after, until] = [positionBefore(store, fromMs), positionBefore(store, toMs)];
    if (until <= after) throw new Error('nothing was recorded in that time');
    const count = Math.min(Math.max(1, Math.floor(options.workers / 2)), until - after);
    const cuts = Array.from({ length: count + 1 }, (_, cut) => after + Math.round(((until - after) * cut) / count));
    const [first, last] = [store.record(after + 1).atMs, store.record(until).atMs];
    return { fromMs: Math.max(fromMs, first), toMs: Math.min(toMs, last), cuts };
  } finally {
    await store.close();
  }
}

/** Baseline and candidate of each stretch, one after the other. */
function tasksOf({ plan, channel, serve, ordersMax }: RehearseOptions, cuts: readonly number[]): SideTask[] {
  const stretches = cuts.slice(1).map((until, index) => ({ after: must(cuts[index], 'a cut'), until }));
  const each = { serve, explain: [], ordersMax: Math.ceil(ordersMax / stretches.length) };
  const candidate = { plan, channel };
  return stretches.flatMap((stretch) => [{ ...stretch, ...each }, { ...stretch, ...each, candidate }]);
}

/** The same once more, for the orders of each stretch that are to be explained. */
function explaining(tasks: readonly SideTask[], stretches: readonly Stretch[], ids: readonly string[]): SideTask[] {
  return tasks.flatMap((task, index): SideTask[] => {
    const own = new Set<string>(must(stretches[index >> 1], 'a stretch').baseline.ids);
    const explain = ids.filter((id) => own.has(id));
    return explain.length === 0 ? [] : [{ ...task, explain }];
  });
}

function paired(results: readonly SideResult[]): Stretch[] {
  return results.flatMap((baseline, index) => {
    const candidate = index % 2 === 0 ? results[index + 1] : undefined;
    return candidate === undefined ? [] : [{ baseline, candidate }];
  });
}

function figures(results: readonly SideResult[], workers: number, elapsedMs: number): RehearsalRun {
  const sum = (of: (result: SideResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const playedMs = Math.max(1, sum(({ playMs }) => playMs));
  const ordersPerSecond = Math.round((1_000 * sum(({ ids }) => ids.length)) / playedMs);
  const openMs = Math.round(sum(({ openMs: one }) => one) / Math.max(1, results.length));
  return { workers, ordersPerSecond, elapsedMs: Math.round(elapsedMs), openMs };
}

/** At most so many threads at a time; the first failure ends them all. */
async function runTasks(
  options: RehearseOptions,
  tasks: readonly SideTask[],
  onProgress: (progress: RehearsalProgress) => void,
  signal: AbortSignal,
): Promise<SideResult[]> {
  const done = tasks.map(() => ({ orders: 0, share: 0 }));
  const results: SideResult[] = [];
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  let next = 0;
  const take = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = must(tasks[index], 'a task');
      results[index] = await runTask(options, task, either, (orders, position) => {
        done[index] = { orders, share: (position - task.after) / (task.until - task.after) };
        const share = done.reduce((sum, one) => sum + one.share, 0) / tasks.length;
        onProgress({ share, orders: done.reduce((sum, one) => sum + one.orders, 0) });
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, tasks.length) }, take));
    return results;
  } catch (error) {
    failing.abort();
    throw error;
  }
}

function runTask(
  { directory, memoryMiB }: RehearseOptions,
  task: SideTask,
  signal: AbortSignal,
  onProgress: (orders: number, position: number) => void,
): Promise<SideResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('cancelled'));
    const input: WorkerInput = { directory, task };
    const limits = { maxOldGenerationSizeMb: memoryMiB };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: input, resourceLimits: limits });
    const end = (): void => {
      reject(new Error('cancelled'));
      void worker.terminate();
    };
    signal.addEventListener('abort', end, { once: true });
    worker.on('message', (news: WorkerNews) => {
      if ('result' in news) resolve(news.result);
      else if ('failed' in news) reject(new Error(news.failed));
      else onProgress(news.orders, news.position);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isMemory ? new Error(`a worker needs more than ${memoryMiB} MiB: fewer orders, or --memory-mib`) : error);
    });
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', end);
      reject(new Error(`a worker ended with ${code}`));
    });
  });
}
