/** The rows of a parcel: one that has ended leaves those that recovery reads. */
import { hasEnded, type Parcel } from '../actors/tracking.ts';
import type { ByteWriter } from './bytes.ts';
import type { RowBytes } from './rows.ts';
import type { Snapshot } from './step.ts';

/**
 * What a writer began for this row is taken with it. One that was found again, or took an old number, is back: the row
 * of an ended one goes.
 */
export function pushParcel(
  writer: ByteWriter,
  [open, ended]: readonly [open: string, ended: string],
  id: string,
  { context }: Snapshot<Parcel>,
  rows: RowBytes[],
): void {
  writer.text(JSON.stringify(context));
  const [at, not] = hasEnded(context) ? [ended, open] : [open, ended];
  rows.push([at + id, writer.take()]);
  if (hasEnded(context) || context.again === true) rows.push([not + id, null]);
}
