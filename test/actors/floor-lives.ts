/** Terminals and tasks for actor tests: told messages by dice, sensible or not. */
import { fulfillmentId, lineId, locationId, orderId, sku, terminalId } from '../../actors/ids.ts';
import type { Announced } from '../../actors/terminal-commands.ts';
import type { TerminalMessage } from '../../actors/terminal-context.ts';
import type { TaskInput, TaskMessage, TaskParcel } from '../../actors/task-context.ts';
import { at } from './lives.ts';

export const announced: Announced = { terminalId: terminalId('t1'), location: locationId('A'), capacity: 3 };

export function terminalMessages(atMs = at): TerminalMessage[] {
  return [
    { type: 'terminal.open', announced: { ...announced, wave: 2, zones: ['cold'] }, atMs },
    { type: 'terminal.see', atMs },
    { type: 'terminal.lose', reason: 'r', atMs },
    { type: 'terminal.drain', reason: undefined, atMs },
    { type: 'terminal.wave', atMs },
    { type: 'terminal.close', reason: 'r', atMs },
  ];
}

export const taskInput: TaskInput = {
  orderId: orderId('o1'),
  fulfillmentId: fulfillmentId('1'),
  location: locationId('A'),
  shipByMs: undefined,
  lines: [
    { lineId: lineId('1'), sku: sku('S1'), quantity: 2, scanned: 0 },
    { lineId: lineId('2'), sku: sku('S2'), quantity: 1, scanned: 0 },
  ],
};

const parcel = (parcelId: string): TaskParcel => ({ parcelId, weightGrams: 1 });

export function taskMessages(atMs = at): TaskMessage[] {
  const label = { tracking: 'T' };
  return [
    { type: 'task.lease', terminal: terminalId('t1'), wave: 1, atMs },
    { type: 'task.ack', atMs },
    { type: 'task.scan', scans: [{ scanId: 'a', lineId: lineId('1'), quantity: 1 }], atMs },
    { type: 'task.trim', lines: [{ lineId: lineId('1'), quantity: 1 }], atMs },
    { type: 'task.ask', request: { units: [{ lineId: lineId('1'), quantity: 1 }], reason: 'r', by: 'b', sinceMs: atMs, answerByMs: atMs + 1, silence: 'reject' }, atMs },
    { type: 'task.pack', parcels: [parcel('1')], atMs },
    { type: 'task.pack', parcels: [parcel('1'), parcel('2')], atMs },
    { type: 'task.label', parcelId: '1', label, atMs },
    { type: 'task.label', parcelId: '2', label, atMs },
    { type: 'task.manifest', manifest: 'm', atMs },
    { type: 'task.finish', atMs },
    { type: 'task.return', reason: 'r', isStarted: false, atMs },
    { type: 'task.return', reason: 'r', isStarted: true, atMs },
    { type: 'task.end', reason: 'r', atMs },
  ];
}
