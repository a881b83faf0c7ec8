/**
 * Room kept back for the day the disk is full: a file of real blocks that is given up so that a
 * claim can be made, saved rows written and old records trimmed.
 */

import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, flushFolder } from './files.ts';
import type { Space } from './journal.ts';

const reserveName = 'reserve';
const pieceBytes = 1024 * 1024;
/** The reserve is made again only when it takes no more than this part of what is free. */
const shareOfFree = 4;

export async function spaceOf(directory: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Give the reserve up if less than its size is free. */
export async function yieldReserve(directory: string, reserveBytes: number): Promise<void> {
  const { freeBytes } = await spaceOf(directory);
  if (freeBytes < reserveBytes) await rm(join(directory, reserveName), { force: true });
}

/** Make the reserve, or make it whole, when there is room to spare. Zero bytes: no reserve. */
export async function keepReserve(directory: string, reserveBytes: number): Promise<void> {
  const path = join(directory, reserveName);
  if ((await sizeOf(path)) === reserveBytes) return;
  const { freeBytes } = await spaceOf(directory);
  if (reserveBytes === 0 || freeBytes < reserveBytes * shareOfFree) return;
  try {
    await fillFile(path, reserveBytes);
    await flushFolder(dirname(path));
  } catch (error) {
    // The disk filled up meanwhile. Half a reserve only makes that worse.
    await rm(path, { force: true });
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}

/** Written, not merely set to a length: a sparse file keeps no room. */
async function fillFile(path: string, bytes: number): Promise<void> {
  const piece = Buffer.alloc(Math.min(pieceBytes, bytes));
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < bytes; written += piece.length) {
      await file.write(piece, 0, Math.min(piece.length, bytes - written), written);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined; // none yet
  }
}
