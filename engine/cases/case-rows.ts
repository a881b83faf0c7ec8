/** The row of a case: its state, and its context as it is. One that has ended has another key. */
import type { CaseContext } from '../../actors/case-context.ts';
import { hasEnded } from '../../actors/case-life.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { RowBytes } from '../rows.ts';
import type { Snapshot } from '../step.ts';

/** @param keys of an open case, and of one that has ended. */
export function pushCase(
  writer: ByteWriter,
  [open, ended]: readonly [string, string],
  { value, context }: Snapshot<CaseContext>,
  rows: RowBytes[],
): void {
  writer.text(value);
  writer.text(JSON.stringify(context));
  const bytes = writer.take();
  if (hasEnded(context)) rows.push([open, null], [ended, bytes]);
  else rows.push([ended, null], [open, bytes]);
}

export const readCase = (reader: ByteReader): Snapshot<CaseContext> =>
  ({ value: reader.text(), context: JSON.parse(reader.text()) as CaseContext });
