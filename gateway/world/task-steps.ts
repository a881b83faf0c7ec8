/** What a terminal does with a task, step by step, from wherever the task stands. Pure. */
import type { TaskLine, TaskParcel, TaskState } from '../../actors/task-context.ts';
import type { Plain } from '../client/answers.ts';

/** A task as its terminal knows it. */
export interface KnownTask {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly location: string;
  readonly state: TaskState;
  readonly lines: readonly Plain<TaskLine>[];
  readonly parcels?: readonly Plain<TaskParcel>[] | undefined;
}

/** What is to go wrong with it. */
export interface TaskFate {
  /** A unit that is not there. */
  readonly isShort: boolean;
  readonly losesSocket: boolean;
}

export interface ScanBody {
  readonly scanId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** `minutes` pass before it. */
export type TaskStep = { readonly minutes: number } & (
  | { readonly do: 'ack' | 'label' | 'manifest' | 'handOver' }
  | { readonly do: 'scan'; readonly scans: readonly ScanBody[] }
  /** The socket is gone for as long as the next step takes. */
  | { readonly do: 'lose' }
  | { readonly do: 'short'; readonly lineId: string; readonly sku: string; readonly quantity: number }
  | { readonly do: 'pack'; readonly weightGrams: number }
);

/** Minutes of each step: walking, taking, packing, the truck. */
const minutes = { ack: 2, scan: 4, away: 6, short: 2, pack: 3, label: 1, manifest: 4, handOver: 20 } as const;
const boxGrams = 120;

const order: readonly TaskState[] = ['waiting', 'leased', 'picking', 'packed', 'labelled', 'manifested'];

/** Nothing, where the task is no longer to be done. @param gramsOf what one unit weighs */
export function stepsOf(task: KnownTask, fate: TaskFate, gramsOf: (sku: string) => number): readonly TaskStep[] {
  const at = order.indexOf(task.state);
  if (at < 1) return [];
  const steps: TaskStep[] = [];
  if (at < 2) steps.push({ do: 'ack', minutes: minutes.ack });
  if (at < 3) {
    const picked = picking(task, fate);
    steps.push(...picked);
    // The last unit was not there: the task is gone with it.
    const missing = picked.find((step) => step.do === 'short')?.quantity ?? 0;
    if (units(task.lines) === missing) return steps;
    const weightGrams = boxGrams + task.lines.reduce((sum, { sku, quantity }) => sum + quantity * gramsOf(sku), 0);
    steps.push({ do: 'pack', weightGrams, minutes: minutes.pack });
  }
  if (at < 4) steps.push({ do: 'label', minutes: minutes.label });
  if (at < 5) steps.push({ do: 'manifest', minutes: minutes.manifest });
  steps.push({ do: 'handOver', minutes: minutes.handOver });
  return steps;
}

const units = (lines: KnownTask['lines']): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

function picking({ lines }: KnownTask, { isShort, losesSocket }: TaskFate): TaskStep[] {
  const missing = isShort ? lines.find(({ quantity, scanned }) => scanned < quantity) : undefined;
  const scans = lines.flatMap(({ lineId, sku, quantity, scanned }): ScanBody[] => {
    const left = quantity - scanned - (lineId === missing?.lineId ? 1 : 0);
    return left > 0 ? [{ scanId: `${lineId}.${scanned}`, sku, quantity: left }] : [];
  });
  const steps: TaskStep[] = [];
  if (scans.length > 0 && losesSocket) {
    // What was told before is told again with the rest: it counts once.
    steps.push({ do: 'scan', scans: scans.slice(0, Math.ceil(scans.length / 2)), minutes: minutes.scan });
    steps.push({ do: 'lose', minutes: 1 }, { do: 'scan', scans, minutes: minutes.away });
  } else if (scans.length > 0) {
    steps.push({ do: 'scan', scans, minutes: minutes.scan });
  }
  if (missing !== undefined) {
    const { lineId, sku } = missing;
    steps.push({ do: 'short', lineId, sku, quantity: 1, minutes: minutes.short });
  }
  return steps;
}
