/** What may not be done with a task: each answers the rejection, or what is meant. Pure. */
import type { CommandBody } from './commands.ts';
import { taskScansMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Scan, TaskContext, TaskParcel } from './task-context.ts';
import { scannedOfTask, unitsOfTask } from './task-lines.ts';
import type { LineUnits } from './vocabulary.ts';

export interface JudgedScans {
  /** Scans that count now. */
  readonly fresh: readonly Scan[];
  /** How many of those asked had counted before. */
  readonly repeated: number;
}

/** Each scan counts for the first line of its SKU that still wants so many; one that has counted before does not. */
export function judgeScans(task: TaskContext, asked: CommandBody<'task.scan'>['scans']): JudgedScans | Rejection {
  const skuOf = new Map(task.lines.map(({ lineId, sku }) => [lineId, sku]));
  const known = new Map(task.scans.map((scan) => [scan.scanId, scan]));
  const left = new Map(task.lines.map(({ lineId, quantity, scanned }) => [lineId, quantity - scanned]));
  const fresh: Scan[] = [];
  let repeated = 0;
  for (const [index, { scanId, sku, quantity = 1 }] of asked.entries()) {
    const at = `body.scans[${index}]`;
    const before = known.get(scanId);
    if (before !== undefined) {
      const sameSku = (skuOf.get(before.lineId) ?? sku) === sku;
      if (before.quantity === quantity && sameSku) {
        repeated += 1;
        continue;
      }
      return reject('duplicate', `scan ${scanId} was of something else`, `${at}.scanId`);
    }
    const lines = task.lines.filter((line) => line.sku === sku);
    if (lines.length === 0) return reject('unknown-sku', `the task has no units of ${sku}`, `${at}.sku`);
    const line = lines.find(({ lineId }) => (left.get(lineId) ?? 0) >= quantity);
    if (line === undefined) {
      const most = Math.max(...lines.map(({ lineId }) => left.get(lineId) ?? 0));
      return reject('not-enough', `of ${sku} the task wants ${most} more`, `${at}.quantity`);
    }
    if (task.scans.length + fresh.length >= taskScansMax) {
      return reject('over-limit', `a task has at most ${taskScansMax} scans: scan several units at once`, at);
    }
    const scan = { scanId, lineId: line.lineId, quantity };
    left.set(line.lineId, (left.get(line.lineId) ?? 0) - quantity);
    known.set(scanId, scan);
    fresh.push(scan);
  }
  return { fresh, repeated };
}

/** Why these units cannot be short: what was scanned is there. */
export function shortOfTask(task: TaskContext, units: readonly LineUnits[]): Rejection | undefined {
  const left = new Map(task.lines.map(({ lineId, quantity, scanned }) => [lineId, quantity - scanned]));
  for (const [index, { lineId, quantity }] of units.entries()) {
    const there = left.get(lineId);
    if (there === undefined) {
      return reject('unknown-line', `the task has no line ${lineId}`, `body.lines[${index}].lineId`);
    }
    if (there < quantity) {
      const detail = `${there} units of line ${lineId} are not scanned`;
      return reject('not-enough', detail, `body.lines[${index}].quantity`);
    }
    left.set(lineId, there - quantity);
  }
  return undefined;
}

/** The parcels that hold every unit of a task. */
export function judgeParcels(
  task: TaskContext,
  asked: CommandBody<'task.pack'>['parcels'],
): readonly TaskParcel[] | Rejection {
  const missing = unitsOfTask(task.lines) - scannedOfTask(task.lines);
  if (missing > 0) return reject('wrong-state', `${missing} units of the task are not scanned yet`);
  const parcels: TaskParcel[] = [];
  const left = new Map(task.lines.map(({ lineId, quantity }) => [lineId, quantity]));
  const isSaid = asked.some(({ lines }) => lines !== undefined);
  for (const [index, { parcelId = String(index + 1), ...parcel }] of asked.entries()) {
    const at = `body.parcels[${index}]`;
    if (parcels.some((one) => one.parcelId === parcelId)) {
      return reject('duplicate', `parcel ${parcelId} twice`, `${at}.parcelId`);
    }
    if (isSaid && parcel.lines === undefined) {
      return reject('contradiction', `it is not said what is in parcel ${parcelId}`, `${at}.lines`);
    }
    for (const [number, { lineId, quantity }] of (parcel.lines ?? []).entries()) {
      const there = left.get(lineId);
      const field = `${at}.lines[${number}]`;
      if (there === undefined) return reject('unknown-line', `the task has no line ${lineId}`, `${field}.lineId`);
      if (there < quantity) {
        return reject('not-enough', `${there} units of line ${lineId} are left`, `${field}.quantity`);
      }
      left.set(lineId, there - quantity);
    }
    parcels.push({ parcelId, ...parcel });
  }
  const unpacked = [...left.values()].reduce((sum, units) => sum + units, 0);
  if (isSaid && unpacked > 0) return reject('contradiction', `${unpacked} units are in no parcel`, 'body.parcels');
  return parcels;
}
