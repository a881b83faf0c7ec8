/**
 * What stands behind `baton verify | stats | backup | restore | export`: work on a data directory
 * that no server has open, save that a backup can also be made of one that is served. Each takes the
 * directory and where to print, and returns an exit code. Storage only: nothing here knows what the
 * records mean.
 */

import { JournalError } from '../storage/journal.ts';
import { inspectLmdb, restoreLmdb, type Inspection } from '../storage/lmdb.ts';

/**
 * Prints a line without its end. May answer with a promise: export then waits for a slow reader.
 */
export type Print = (line: string) => void | Promise<void>;

/** Sound; damaged, refused or failed; in use by a server, so that trying later makes sense. */
export const exitCodes = { ok: 0, failed: 1, inUse: 75 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Items between two lines of progress. */
const itemsPerProgress = 10_000;

/** Check every record and row. */
export async function verifyStore(directory: string, print: Print): Promise<ExitCode> {
  return await inspecting(directory, print, async (inspection) => {
    let said = 0;
    const found = await inspection.verify((records, rows) => {
      if (records + rows - said < itemsPerProgress) return;
      said = records + rows;
      void print(`… ${records} records, ${rows} rows`);
    });
    return await report(found, print);
  });
}

/** Say where the store stands: positions, epoch, sizes. One `name value` a line. */
export async function printStoreStats(directory: string, print: Print): Promise<ExitCode> {
  return await inspecting(directory, print, async ({ driver, marks }) => {
    const { base, tail, saved, epoch, recordCount, rowCount } = marks;
    const { freeBytes, totalBytes } = await driver.space();
    const figures = {
      format: driver.formatVersion, epoch, head: base.position + 1, tail, savedAt: saved.at,
      records: recordCount, rows: rowCount, fileBytes: driver.fileBytes(), freeBytes, totalBytes,
    };
    for (const [name, value] of Object.entries(figures)) await print(`${name} ${value}`);
    return exitCodes.ok;
  });
}

/**
 * Copy the store into a new or empty directory and verify the copy; also while a server has it. Then the copy stands
 * where the journal stood in between, as long as nothing was trimmed that its rows still need: the check would tell.
 */
export async function backupStore(directory: string, to: string, print: Print): Promise<ExitCode> {
  return await guarded(print, async () => {
    const inspection = await openInUse(directory);
    try {
      const code = await report(await inspection.driver.copy(to), print);
      if (code === exitCodes.ok) await print(`backup written to ${to}`);
      return code;
    } finally {
      await inspection.close();
    }
  });
}

/** Ours alone if nobody has it; beside its owner otherwise. */
async function openInUse(directory: string): Promise<Inspection> {
  try {
    return await inspectLmdb(directory);
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'owned') throw error;
    return await inspectLmdb(directory, 'none');
  }
}

/** Put a backup into a new or empty data directory: verified before and after. */
export async function restoreStore(
  from: string, directory: string, print: Print,
): Promise<ExitCode> {
  return await guarded(print, async () => {
    const code = await report(await restoreLmdb(from, directory), print);
    if (code === exitCodes.ok) await print(`restored into ${directory}`);
    return code;
  });
}

/**
 * Print the records after a position as NDJSON, one record a line.
 * @param after the last position not wanted; default: everything still in the log.
 */
export async function exportStore(
  directory: string, print: Print, after?: number,
): Promise<ExitCode> {
  return await inspecting(directory, print, async ({ marks, records }) => {
    for await (const record of records(after ?? marks.base.position)) {
      await print(JSON.stringify(record, asJson));
    }
    return exitCodes.ok;
  });
}

async function inspecting(
  directory: string, print: Print, run: (inspection: Inspection) => Promise<ExitCode>,
): Promise<ExitCode> {
  return await guarded(print, async () => {
    const inspection = await inspectLmdb(directory);
    try {
      return await run(inspection);
    } finally {
      await inspection.close();
    }
  });
}

/** What storage names becomes a line and an exit code; anything else is a bug and goes up. */
async function guarded(print: Print, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    await print(`${error.code}: ${error.message}`);
    return error.code === 'owned' ? exitCodes.inUse : exitCodes.failed;
  }
}

async function report(
  found: { readonly records: number; readonly rows: number; readonly faults: readonly string[] },
  print: Print,
): Promise<ExitCode> {
  for (const fault of found.faults) await print(`fault: ${fault}`);
  const { records, rows, faults } = found;
  await print(`${records} records, ${rows} rows, ${faults.length} faults`);
  return faults.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** JSON has no integers of 64 bits and no bytes: both become strings, bytes in base 64. */
function asJson(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  // A Buffer has been through its own toJSON by now, so look at what it was.
  const isMember = typeof this === 'object' && this !== null;
  const original: unknown = isMember ? Reflect.get(this, key) : value;
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}
