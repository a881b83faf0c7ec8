/** The store in a directory as a rehearsal reads it: without a lock, also while a server serves it. */
import { JournalError, type Row } from '../../storage/journal.ts';
import { inspectLmdb } from '../../storage/lmdb.ts';
import type { RehearsalStore } from '../../engine/rehearse/side.ts';
import { openRowPrefixes } from '../../engine/rehearse/state-at.ts';

export interface OpenStore extends RehearsalStore {
  close(): Promise<void>;
}

/**
 * Rows are read first: whatever is saved while they are read stands in records up to the tail that is read after.
 * @param withRows without, only records can be read.
 * @throws JournalError when there is no store, or it is damaged.
 */
export async function openRehearsalStore(directory: string, withRows: boolean): Promise<OpenStore> {
  const inspection = await inspectLmdb(directory, 'none');
  try {
    const rows = new Map<string, Row[]>();
    for (const prefix of withRows ? openRowPrefixes : []) {
      const own: Row[] = [];
      for await (const row of inspection.rows(prefix)) own.push(row);
      rows.set(prefix, own);
    }
    const { base, tail } = inspection.current();
    return {
      head: base.position + 1,
      tail,
      record(position) {
        const record = inspection.record(position);
        if (record !== undefined) return record;
        throw new JournalError('corrupt', `record ${position} was trimmed meanwhile: begin later`);
      },
      async *rows(prefix) {
        yield* rows.get(prefix) ?? [];
      },
      close: () => inspection.close(),
    };
  } catch (error) {
    await inspection.close();
    throw error;
  }
}
