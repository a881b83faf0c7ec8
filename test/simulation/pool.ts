/**
 * Seeds over several processes: each takes the next one when it is done, and they share nothing. What a seed
 * does depends on the seed alone, so whoever runs it again sees the same.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface SeedAsked {
  readonly seed: number;
  readonly steps: number;
  readonly plant?: string | undefined;
}

export interface SeedDone {
  readonly seed: number;
  /** Steps done, up to the failure if there was one. */
  readonly steps: number;
  readonly count: Readonly<Record<string, number>>;
  /** Why it failed; absent when it did not. */
  readonly failure?: string | undefined;
}

/**
 * Run seeds from `first` on, telling of each as it is done, in no order. Resolves with the first that failed,
 * once all have ended: no other is begun after it. Rejects when a process ends by itself.
 */
export async function runInPool(
  { first, steps, seeds, plant }: { first: number; steps: number; seeds: number; plant?: string | undefined },
  workers: number,
  onDone: (done: SeedDone) => void,
): Promise<number | undefined> {
  let next = first;
  let failed: number | undefined;
  const take = (): SeedAsked | undefined =>
    failed === undefined && next < first + seeds ? { seed: next++, steps, plant } : undefined;
  const told = (done: SeedDone): void => {
    if (done.failure !== undefined) failed = Math.min(failed ?? Infinity, done.seed);
    onDone(done);
  };
  await Promise.all(Array.from({ length: Math.min(workers, seeds) }, () => runWorker(take, told)));
  return failed;
}

/** One process, from its first seed until there is none left for it. */
function runWorker(take: () => SeedAsked | undefined, told: (done: SeedDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = fork(fileURLToPath(new URL('worker.js', import.meta.url)), { stdio: 'inherit' });
    let isOver = false;
    const feed = (): void => {
      const asked = take();
      if (asked !== undefined) return void child.send(asked);
      isOver = true;
      child.disconnect();
    };
    child.on('message', (done: SeedDone) => {
      told(done);
      feed();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (isOver) resolve();
      else reject(new Error(`a process of the simulation ended: ${signal ?? code}`));
    });
    feed();
  });
}
