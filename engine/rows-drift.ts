/** Rows of drift: a mask of the causes that stand there, and their sums. A command may write a thousand of them. */
import { driftCauses, type DriftCause, type DriftSum } from '../actors/drift.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Drift } from './drift.ts';
import type { RowBytes } from './rows.ts';
import type { Snapshot } from './step.ts';

/** What a writer began for this row is taken also where the row goes. */
export function pushDrift(writer: ByteWriter, key: string, drift: Snapshot<Drift>, rows: RowBytes[]): void {
  const { value, context } = drift;
  const { fedAtMs = 0, sums } = context;
  writer.uint(fedAtMs);
  writer.uint(driftCauses.reduce((mask, cause, bit) => (sums[cause] === undefined ? mask : mask | (1 << bit)), 0));
  for (const cause of driftCauses) {
    const sum = sums[cause];
    if (sum === undefined) continue;
    writer.uint(sum.rows);
    writer.uint(sum.found);
    writer.uint(sum.lost);
  }
  const bytes = writer.take();
  rows.push([key, value === 'removed' ? null : bytes]);
}

export function readDrift(reader: ByteReader): Drift {
  const [fedAtMs, mask] = [reader.uint(), reader.uint()];
  const sums: Partial<Record<DriftCause, DriftSum>> = {};
  for (const [bit, cause] of driftCauses.entries()) {
    if (((mask >> bit) & 1) === 0) continue;
    sums[cause] = { rows: reader.uint(), found: reader.uint(), lost: reader.uint() };
  }
  return fedAtMs === 0 ? { sums } : { fedAtMs, sums };
}
