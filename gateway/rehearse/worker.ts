/** A thread that plays one side of one stretch. It reads, reports and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../engine/assert.ts';
import { rehearseSide, type SideTask } from '../../engine/rehearse/side.ts';
import type { SideResult } from '../../engine/rehearse/result.ts';
import { openRehearsalStore } from './store.ts';

/** What a thread is given. */
export interface WorkerInput {
  readonly directory: string;
  readonly task: SideTask;
}

/** What it tells: how far it is, then what came of it, or why nothing did. */
export type WorkerNews =
  | { readonly orders: number; readonly position: number }
  | { readonly result: SideResult }
  | { readonly failed: string };

const port = must(parentPort ?? undefined, 'a thread');
const tell = (news: WorkerNews): void => port.postMessage(news);

const { directory, task } = workerData as WorkerInput;
try {
  const store = await openRehearsalStore(directory, true);
  try {
    const onProgress = (orders: number, position: number): void => tell({ orders, position });
    tell({ result: await rehearseSide(store, task, () => performance.now(), onProgress) });
  } finally {
    await store.close();
  }
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
}
