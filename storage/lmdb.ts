/**
 * The embedded journal: LMDB under one directory. The only file that runs lmdb.
 *
 *   format.json   the layout's version          owner.json   who has it, while somebody has
 *   journal/      records and their base        state/       saved rows and what they say of
 * themselves
 *   reserve       room kept for a full disk
 *
 * The options are not taste. `overlappingSync` must be off: with it, acknowledged batches were lost
 * after storage failures; without it none was, in any test. No caching (its backups were corrupt),
 * no compression, no `noSync`. A failed commit also raises an unhandled rejection inside lmdb,
 * which ends the process. That is wanted: never install a handler that goes on.
 */

import { open, type Database, type RootDatabase } from 'lmdb';
import { join, resolve } from 'node:path';
import { openClaim } from './claim.ts';
import { makeFolder } from './files.ts';
import { formatVersion, readFormat, upgrade, type Upgrade } from './format.ts';
import { JournalError, type Claim, type Journal, type Position } from './journal.ts';
import type { Row, StoredRecord, Verification } from './journal.ts';
import { copyFiles, copyStore } from './lmdb-copy.ts';
import {
  LmdbDriver, closeAll, epochKey, putSaved, readEpoch, readMarks,
} from './lmdb-driver.ts';
import type { Environment, Environments } from './lmdb-driver.ts';
import { decodeRecord } from './codec.ts';
import { firstKey } from './keys.ts';
import { probeDataFile } from './lmdb-probe.ts';
import { lockDirectory, type DirectoryLock } from './owner.ts';
import { keepReserve, yieldReserve } from './reserve.ts';
import { decodedRows, RowTally, recordsAfter, verifyAll } from './verify.ts';
import type { Driver, Marks } from './driver.ts';

export interface LmdbOptions {
  /** Bytes of the reserve file; 0 for none. Default 64 MiB. */
  readonly reserveBytes?: number | undefined;
  /**
   * Claim even if somebody holds the directory. The fence stops them at their next write. For tests
   * and for taking over from a process that can neither work nor die.
   */
  readonly force?: boolean | undefined;
  /**
   * Acknowledge without flushing: a power cut loses what was acknowledged. Only for showing that
   * the power-cut test can see a loss.
   */
  readonly unsafeNoSync?: boolean | undefined;
}

const noLock: DirectoryLock = { sign: async () => {}, release: async () => {} };
const reserveBytesDefault = 64 * 1024 * 1024;
/** Address space, not disk: room to grow without remapping in the middle of a commit. */
const mapBytes = 1024 * 1024 * 1024;

/**
 * The journal in a directory, which is made when missing. Nothing is opened or locked before
 * `claim`.
 */
export async function openLmdb(directory: string, options: LmdbOptions = {}): Promise<Journal> {
  const path = resolve(directory);
  await makeFolder(path);
  return { claim: (owner) => claimDirectory(path, owner, options) };
}

/** A store opened for looking only. Whoever uses it holds the lock, or knows that nobody writes. */
export interface Inspection {
  readonly driver: Driver;
  readonly marks: Marks;
  /** Bytes on disk are counted by `driver.fileBytes()`. */
  verify(onProgress?: (records: number, rows: number) => void): Promise<Verification>;
  /** The records after a position, verified. */
  records(after: Position): AsyncIterable<StoredRecord>;
  /** One record, its checksum verified; undefined when it is not there. */
  record(position: Position): StoredRecord | undefined;
  /** The saved rows whose key begins with a prefix, verified, in key order. */
  rows(prefix: string): AsyncIterable<Row>;
  /** The marks as they are now, where somebody else writes meanwhile. */
  current(): Marks;
  close(): Promise<void>;
}

/**
 * Open a store read-only.
 * @param lock `'own'` refuses while somebody owns it; `'none'` for a copy that nobody else knows.
 * @throws JournalError `owned`, `newer-version`, or `corrupt` when there is no store.
 */
export async function inspectLmdb(
  directory: string, lock: 'own' | 'none' = 'own',
): Promise<Inspection> {
  const path = resolve(directory);
  const version = await readFormat(path);
  if (version === undefined) throw new JournalError('corrupt', `${path} holds no store`);
  if (version < formatVersion) {
    const remedy = 'start the server once to upgrade it';
    throw new JournalError('corrupt', `${path} is in format ${version}: ${remedy}`);
  }
  const held = lock === 'own' ? await lockDirectory(path) : noLock;
  try {
    await held.sign('an inspection');
    // Of a store that is written meanwhile, what one page says may be past before the next is read.
    if (lock === 'own') await probeStore(path);
    const environments = openStore(path, { readOnly: true });
    const marks = readMarks(environments);
    const copy = (to: string): Promise<Verification> => copyAndVerify(environments, to);
    const driver = new LmdbDriver(environments, marks.epoch, { formatVersion, copy });
    return {
      driver,
      marks,
      verify: (onProgress) => verifyAll(driver, marks, onProgress),
      records: (after) => recordsAfter(driver, marks, after),
      record: (position) => {
        const bytes = driver.record(position);
        return bytes === undefined ? undefined : decodeRecord(bytes, position);
      },
      rows: (prefix) => decodedRows(driver, prefix),
      current: () => readMarks(environments),
      close: async () => {
        await driver.close(false);
        await held.release();
      },
    };
  } catch (error) {
    await held.release();
    throw asCorrupt(error, path);
  }
}

/**
 * Put a backup into an empty or new directory.
 * @returns what verifying the result found; the backup is verified first and nothing copied if it
 * has faults.
 * @throws JournalError `misuse` when the directory holds anything; otherwise as `inspectLmdb`.
 */
export async function restoreLmdb(backup: string, directory: string): Promise<Verification> {
  const source = resolve(backup);
  const found = await inspectAndVerify(source, 'own');
  if (found.faults.length > 0) return found;
  await copyFiles(source, resolve(directory));
  return await inspectAndVerify(directory, 'none');
}

async function claimDirectory(path: string, owner: string, options: LmdbOptions): Promise<Claim> {
  const { reserveBytes = reserveBytesDefault, force = false } = options;
  const lock = force ? noLock : await lockDirectory(path);
  try {
    await yieldReserve(path, reserveBytes);
    await lock.sign(owner);
    if (!force) await probeStore(path);
    await upgrade(path, upgrades);
    const environments = openStore(path, options);
    try {
      const epoch = takeEpoch(environments, owner);
      const copy = (to: string): Promise<Verification> => copyAndVerify(environments, to);
      const driver = new LmdbDriver(environments, epoch, { formatVersion, copy });
      const claim = openClaim(driver, readMarks(environments), lock.release);
      await keepReserve(path, reserveBytes);
      return claim;
    } catch (error) {
      await closeAll(environments);
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw asCorrupt(error, path);
  }
}

/**
 * Raise the fence: the journal's first, so that no append of an older claim can follow, then the
 * rows'. Synchronous transactions, flushed when they return; what they throw leads to no unhandled
 * rejection.
 */
function takeEpoch({ journal, state }: Environments, owner: string): bigint {
  const note = Buffer.from(owner);
  const epoch = journal.epochs.transactionSync(() => {
    const next = Math.max(readEpoch(journal), readEpoch(state)) + 1;
    journal.epochs.put(epochKey, note, next);
    return next;
  });
  state.epochs.transactionSync(() => {
    if (readEpoch(state) >= epoch) {
      throw new JournalError('fenced', `a later claim than epoch ${epoch} came in between`);
    }
    state.epochs.put(epochKey, note, epoch);
  });
  return BigInt(epoch);
}

interface OpenHow {
  readonly readOnly?: boolean;
  readonly unsafeNoSync?: boolean | undefined;
}

async function probeStore(directory: string): Promise<void> {
  for (const name of ['journal', 'state']) await probeDataFile(join(directory, name, 'data.mdb'));
}

function openStore(directory: string, how: OpenHow): Environments {
  return {
    directory,
    journal: openEnvironment(join(directory, 'journal'), 'records', how),
    state: openEnvironment(join(directory, 'state'), 'rows', how),
  };
}

function openEnvironment(path: string, items: string, how: OpenHow): Environment {
  const root: RootDatabase<Uint8Array, Uint8Array> = open({
    path,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    cache: false,
    compression: false,
    maxDbs: 4,
    mapSize: mapBytes,
    readOnly: how.readOnly ?? false,
    noSync: how.unsafeNoSync ?? false,
  });
  const openPart = (name: string, useVersions: boolean): Database<Uint8Array, Uint8Array> => {
    const part: Database<Uint8Array, Uint8Array> | undefined =
      root.openDB({ name, useVersions, encoding: 'binary', keyEncoding: 'binary', cache: false });
    // Read-only, a missing part is not made: lmdb returns undefined, whatever its types say.
    if (part === undefined) throw new JournalError('corrupt', `${path} has no ${name}`);
    return part;
  };
  return {
    root,
    epochs: openPart('epochs', true),
    items: openPart(items, false),
    marks: openPart('marks', false),
  };
}

/**
 * Copy the environments, then open the copy and verify all of it: unverified, it is not a backup.
 */
async function copyAndVerify(from: Environments, to: string): Promise<Verification> {
  const directory = resolve(to);
  await copyStore(directory, async (name, folder) => {
    const { root } = name === 'state' ? from.state : from.journal;
    await root.backup(folder, false);
  });
  return await inspectAndVerify(directory, 'none');
}

async function inspectAndVerify(directory: string, lock: 'own' | 'none'): Promise<Verification> {
  const inspection = await inspectLmdb(directory, lock);
  try {
    return await inspection.verify();
  } finally {
    await inspection.close();
  }
}

/** Entry n leads from format n to n + 1. */
const upgrades: readonly Upgrade[] = [upgradeMarks];

/**
 * Format 0 kept only `savedAt`, as eight bare bytes; from format 1 the rows are counted and summed
 * too.
 */
async function upgradeMarks(directory: string): Promise<void> {
  const environments = openStore(directory, {});
  try {
    const { items, marks } = environments.state;
    const bare = marks.getBinary(Buffer.from('savedAt'));
    if (bare === undefined) return; // never saved, or this step was cut off after its work
    const tally = new RowTally();
    for (const { value } of items.getRange({ start: firstKey })) tally.add(value);
    const at = Number(Buffer.from(bare).readBigUInt64LE(0));
    marks.transactionSync(() => {
      putSaved(marks, { at, rowCount: tally.count, digest: tally.digest });
      void marks.remove(Buffer.from('savedAt'));
    });
  } finally {
    await closeAll(environments);
  }
}

/** What lmdb throws on opening or reading a damaged file names no file: ours does. */
function asCorrupt(error: unknown, directory: string): unknown {
  if (error instanceof JournalError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (!/MDB_|Invalid|corrupt|page/i.test(detail)) return error;
  return new JournalError('corrupt', `${directory} cannot be opened: ${detail}`, { cause: error });
}
