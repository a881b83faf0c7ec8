/**
 * Which layout a data directory is in, and how to bring an older one up to date.
 *
 * The version stands in a small file, readable whatever the layout is. It is written first into an
 * empty directory and last into a copy, so that data without it is an unfinished copy and nothing
 * else.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, namesIn, writeWhole } from './files.ts';
import { JournalError } from './journal.ts';

/** The layout this build writes. Raise it together with an entry in the table of upgrades. */
export const formatVersion = 1;
export const formatName = 'format.json';
export const storeFolders = ['journal', 'state'] as const;

/** Brings a directory from its version to the next. May be cut off anywhere and run again. */
export type Upgrade = (directory: string) => Promise<void>;

/** @returns the version of the directory, or undefined when it holds no store yet. */
export async function readFormat(directory: string): Promise<number | undefined> {
  const path = join(directory, formatName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    const names = await namesIn(directory);
    if (!storeFolders.some((name) => names.includes(name))) return undefined;
    throw new JournalError('corrupt', `${path} is missing: ${directory} is an unfinished copy`);
  }
  const version = parseVersion(text);
  if (version === undefined) throw new JournalError('corrupt', `${path} does not name a version`);
  if (version > formatVersion) {
    const found = `${directory} was written by a newer version (format ${version})`;
    throw new JournalError('newer-version', `${found}; this build reads up to ${formatVersion}`);
  }
  return version;
}

export async function writeFormat(directory: string, version: number): Promise<void> {
  await writeWhole(join(directory, formatName), `${JSON.stringify({ format: version })}\n`);
}

/**
 * Bring a directory to the newest layout, one version after another.
 * @param upgrades entry n leads from version n to n + 1.
 */
export async function upgrade(directory: string, upgrades: readonly Upgrade[]): Promise<void> {
  const found = await readFormat(directory);
  if (found === undefined) {
    await writeFormat(directory, formatVersion);
    return;
  }
  for (let version = found; version < formatVersion; version += 1) {
    const step = upgrades[version];
    if (step === undefined) {
      throw new JournalError('corrupt', `${directory}: no way from format ${version} to the next`);
    }
    await step(directory);
    await writeFormat(directory, version + 1);
  }
}

function parseVersion(text: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('format' in parsed)) return undefined;
    const { format } = parsed;
    return typeof format === 'number' && Number.isSafeInteger(format) && format >= 0
      ? format
      : undefined;
  } catch {
    return undefined; // not JSON: the caller says which file
  }
}
