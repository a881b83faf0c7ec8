/**
 * Copying a store: rows first, records after, so that the copied log always reaches as far as the
 * copied rows. The format file comes last: what has none is an unfinished copy, and is refused as
 * one.
 */

import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flushAll, flushFolder, makeFolder, namesIn } from './files.ts';
import { formatVersion, writeFormat } from './format.ts';
import { JournalError } from './journal.ts';

type FolderName = 'state' | 'journal';

/**
 * Make a copy in an empty or new directory.
 * @param copyFolder fills one folder of the copy.
 * @throws JournalError `misuse` when the directory holds anything.
 */
export async function copyStore(
  directory: string, copyFolder: (name: FolderName, folder: string) => Promise<void>,
): Promise<void> {
  if ((await namesIn(directory)).length > 0) {
    throw new JournalError('misuse', `${directory} is not empty`);
  }
  for (const name of ['state', 'journal'] as const) {
    const folder = join(directory, name);
    await makeFolder(folder);
    await copyFolder(name, folder);
    await flushAll(folder);
  }
  await flushFolder(directory);
  await writeFormat(directory, formatVersion);
}

/** Copy a backup's files into an empty directory. Verify both: the caller does. */
export async function copyFiles(from: string, to: string): Promise<void> {
  await copyStore(to, async (name, folder) => {
    await copyFile(join(from, name, 'data.mdb'), join(folder, 'data.mdb'));
  });
}
