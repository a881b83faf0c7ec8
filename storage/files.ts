/**
 * Durable small-file work: what is written and renamed is flushed, and so is the folder that lists
 * it.
 */

import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Flush a file's bytes to the disk. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flush a folder: a file made, renamed or deleted in it is so after a power cut too. */
export const flushFolder = flushFile;

/** Write a file whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await flushFolder(dirname(path));
}

/** Make a folder and make sure that its parent lists it. */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await flushFolder(dirname(made));
}

/** The names in a folder; none when there is no such folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Flush every file directly in a folder, then the folder. */
export async function flushAll(path: string): Promise<void> {
  for (const name of await readdir(path)) await flushFile(join(path, name));
  await flushFolder(path);
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** The code of a system error, such as `EADDRINUSE`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
