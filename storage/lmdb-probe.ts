/**
 * A look at a data file before lmdb maps it: what it would take for granted there ends the process by a signal,
 * without a word. Read here are the two pages that say where everything begins, and the pages they point to.
 * Offsets are those of LMDB's data version 2 on 64 bits.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { codeOf } from './files.ts';
import { JournalError } from './journal.ts';

const magic = 0xbeefc0de;
const metaBytes = 0xa8;
const at = { magic: 0x18, pageBytes: 0x30, freeRoot: 0x58, mainRoot: 0x88, transaction: 0x98 } as const;
/** Of an ordinary page: its own number, and what kind it is. */
const pageAt = { number: 0, flags: 0x12 } as const;
const branchOrLeaf = 0x03;
const noPage = 2n ** 64n - 1n;

interface Meta {
  readonly pageBytes: number;
  readonly roots: readonly bigint[];
  readonly transaction: bigint;
}

/**
 * @param path of a `data.mdb`; one that is not there, or empty, is about to be made.
 * @throws JournalError `corrupt`, naming file and offset.
 */
export async function probeDataFile(path: string): Promise<void> {
  const file = await openOrNone(path);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    if (size === 0) return;
    const meta = await newestMeta(file, path);
    for (const root of meta.roots) if (root !== noPage) await mustBePage(file, path, meta.pageBytes, root);
  } finally {
    await file.close();
  }
}

async function openOrNone(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Two pages take turns; lmdb needs both to be sound, and believes the newer. */
async function newestMeta(file: FileHandle, path: string): Promise<Meta> {
  const first = readMeta(await bytesAt(file, 0, metaBytes));
  if (first === undefined) throw new JournalError('corrupt', `${path} does not begin as a data file does (offset 0)`);
  const second = readMeta(await bytesAt(file, first.pageBytes, metaBytes));
  if (second === undefined || second.pageBytes !== first.pageBytes) {
    throw new JournalError('corrupt', `${path} has lost its second page (offset ${first.pageBytes})`);
  }
  return second.transaction > first.transaction ? second : first;
}

function readMeta(bytes: Buffer): Meta | undefined {
  if (bytes.length < metaBytes || bytes.readUInt32LE(at.magic) !== magic) return undefined;
  const pageBytes = bytes.readUInt32LE(at.pageBytes);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const roots = [bytes.readBigUInt64LE(at.freeRoot), bytes.readBigUInt64LE(at.mainRoot)];
  return { pageBytes, roots, transaction: bytes.readBigUInt64LE(at.transaction) };
}

async function mustBePage(file: FileHandle, path: string, pageBytes: number, number: bigint): Promise<void> {
  const offset = number * BigInt(pageBytes);
  const isFar = offset > BigInt(Number.MAX_SAFE_INTEGER);
  const bytes = isFar ? Buffer.alloc(0) : await bytesAt(file, Number(offset), pageBytes);
  const isWhole = bytes.length === pageBytes;
  if (isWhole && bytes.readBigUInt64LE(pageAt.number) === number && (bytes[pageAt.flags] ?? 0) & branchOrLeaf) return;
  const what = isWhole ? 'is not the page it should be' : 'ends before a page it needs';
  throw new JournalError('corrupt', `${path} ${what} (offset ${offset})`);
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
