/** The arithmetic of a task: what each message does to it, and the stage its context belongs in. Pure. */
import type { TaskContext, TaskEvent, TaskInput, TaskLine, TaskMessage, TaskState } from './task-context.ts';
import type { LineUnits } from './vocabulary.ts';

export const begunTask = (input: TaskInput): TaskContext => ({
  ...input,
  leasedAtMs: 0,
  isStarted: false,
  scans: [],
  parcels: [],
});

export const unitsOfTask = (lines: readonly TaskLine[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
export const scannedOfTask = (lines: readonly TaskLine[]): number =>
  lines.reduce((sum, { scanned }) => sum + scanned, 0);

/** Whether a unit was scanned, or something packed: others can go on with it, and nobody may begin anew. */
export const isTouched = ({ lines, parcels }: Pick<TaskContext, 'lines' | 'parcels'>): boolean =>
  parcels.length > 0 || lines.some(({ scanned }) => scanned > 0);

/** How far a task is that somebody has begun with. */
export function stageOf({ parcels, manifest }: TaskContext): TaskState {
  if (parcels.length === 0) return 'picking';
  if (manifest !== undefined) return 'manifested';
  return parcels.every(({ label }) => label !== undefined) ? 'labelled' : 'packed';
}

/** Lines with the units the fulfillment has now; what was scanned of units that are no more counts no more. */
function trimmed(lines: readonly TaskLine[], units: readonly LineUnits[]): readonly TaskLine[] {
  const left = new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  return lines.flatMap((line) => {
    const quantity = left.get(line.lineId);
    return quantity === undefined ? [] : [{ ...line, quantity, scanned: Math.min(line.scanned, quantity) }];
  });
}

/** Whether a task has other units than its fulfillment. */
export const isOtherThan = (lines: readonly TaskLine[], units: readonly LineUnits[]): boolean =>
  lines.length !== units.length ||
  lines.some(({ lineId, quantity }, at) => units[at]?.lineId !== lineId || units[at].quantity !== quantity);

export function reduceTask(context: TaskContext, message: TaskMessage): TaskContext {
  switch (message.type) {
    case 'task.lease': {
      const { terminal, wave, atMs } = message;
      return { ...context, terminal, wave, leasedAtMs: atMs, reason: undefined };
    }
    case 'task.ack':
      return { ...context, isStarted: true };
    case 'task.scan': {
      const lines = context.lines.map((line) => {
        const more = message.scans.reduce((sum, scan) => sum + (scan.lineId === line.lineId ? scan.quantity : 0), 0);
        return more === 0 ? line : { ...line, scanned: line.scanned + more };
      });
      return { ...context, lines, scans: [...context.scans, ...message.scans] };
    }
    case 'task.trim':
      // What is in the parcels is not what they were packed with.
      return {
        ...context,
        lines: [...trimmed(context.lines, message.lines), ...(message.added ?? [])],
        parcels: [],
        manifest: undefined,
      };
    case 'task.ask':
      return { ...context, cancelling: message.request };
    case 'task.pack':
      return { ...context, parcels: message.parcels };
    case 'task.label': {
      const { parcelId, label } = message;
      const parcels = context.parcels.map((one) => (one.parcelId === parcelId ? { ...one, label } : one));
      return { ...context, parcels };
    }
    case 'task.manifest':
      return { ...context, manifest: message.manifest };
    case 'task.finish':
      return context.cancelling === undefined ? context : { ...context, cancelling: undefined };
    case 'task.return': {
      const { reason, isStarted } = message;
      return { ...context, terminal: undefined, wave: undefined, reason, isStarted };
    }
    case 'task.end':
      return { ...context, cancelling: undefined, reason: message.reason };
  }
}

/** What is told of a message that leads to a state. */
export function taskNews(before: TaskContext, message: TaskMessage, state: TaskState): TaskEvent {
  const after = reduceTask(before, message);
  const { orderId, fulfillmentId, location, lines, wave, cancelling, reason } = after;
  const isNew = message.type === 'task.lease';
  return {
    kind: 'task.changed',
    orderId,
    fulfillmentId,
    location,
    terminal: after.terminal ?? before.terminal,
    state,
    wave,
    units: unitsOfTask(lines),
    scanned: scannedOfTask(lines),
    shipByMs: isNew ? after.shipByMs : undefined,
    lines: isNew || message.type === 'task.trim' ? lines : undefined,
    cancelling,
    reason,
  };
}
