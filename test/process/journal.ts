/** Reads the journal of a data directory that no server has open, into a witness. */
import { inspectLmdb } from '../../storage/lmdb.ts';
import type { Witness } from './witness.ts';

/** Read on from where the witness is. Gives the tail. */
export async function readOn(directory: string, witness: Witness): Promise<number> {
  const inspection = await inspectLmdb(directory);
  try {
    for await (const record of inspection.records(witness.position)) witness.take(record);
    return inspection.marks.tail;
  } finally {
    await inspection.close();
  }
}
