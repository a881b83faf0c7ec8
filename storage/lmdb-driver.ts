/**
 * The driver over two LMDB environments: `journal` holds the records, `state` the saved rows, so
 * that a large save never stands before an append. Each has its own fence, the row `epoch`, whose
 * version is the epoch: every write is conditional on it, in the same transaction, at no measurable
 * cost.
 *
 * The promise of `ifVersion` is the acknowledgement, never that of a `put` inside it.
 */

import type { Database, RootDatabase } from 'lmdb';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRow, encodeRow, hashBytes, nothingSaved, origin } from './codec.ts';
import type { Link, Saved } from './codec.ts';
import type { Driver, Marks, RowBytes } from './driver.ts';
import { JournalError, type Position, type Space, type Verification } from './journal.ts';
import { spaceOf } from './reserve.ts';

export interface Environment {
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
  /** One row, `epoch`: version = epoch, value = who claimed it. */
  readonly epochs: Database<Uint8Array, Uint8Array>;
  /** Records by position, or rows by key. */
  readonly items: Database<Uint8Array, Uint8Array>;
  /** `base` in the journal, `saved` in the state. */
  readonly marks: Database<Uint8Array, Uint8Array>;
}

export interface Environments {
  readonly directory: string;
  readonly journal: Environment;
  readonly state: Environment;
}

export const epochKey: Uint8Array = Buffer.from('epoch');
const baseName = 'base';
const savedName = 'saved';

/** What the driver cannot do by itself. */
export interface DriverTools {
  readonly formatVersion: number;
  /** Copy both environments to a new directory and verify the copy. */
  readonly copy: (directory: string) => Promise<Verification>;
}

export class LmdbDriver implements Driver {
  readonly epoch: bigint;
  readonly formatVersion: number;
  readonly #environments: Environments;
  readonly #version: number;
  readonly #tools: DriverTools;

  constructor(environments: Environments, epoch: bigint, tools: DriverTools) {
    this.epoch = epoch;
    this.formatVersion = tools.formatVersion;
    this.#environments = environments;
    this.#version = Number(epoch);
    this.#tools = tools;
  }

  record(position: Position): Uint8Array | undefined {
    return this.#environments.journal.items.getBinary(recordKey(position));
  }

  row(key: string): Uint8Array | undefined {
    return this.#environments.state.items.getBinaryFast(Buffer.from(key, 'utf8'));
  }

  rowsBetween(from: Uint8Array, to: Uint8Array, limit: number): readonly RowBytes[] {
    const found: RowBytes[] = [];
    const range = this.#environments.state.items.getRange({ start: from, end: to, limit });
    for (const { key, value } of range) found.push([textOf(key), value]);
    return found;
  }

  append(position: Position, bytes: Uint8Array): Promise<boolean> {
    const { epochs, items } = this.#environments.journal;
    return epochs.ifVersion(epochKey, this.#version, () => {
      items.put(recordKey(position), bytes);
    });
  }

  save(
    rows: readonly (readonly [string, Uint8Array | null])[], saved: Saved,
  ): Promise<boolean> {
    const { epochs, items, marks } = this.#environments.state;
    return epochs.ifVersion(epochKey, this.#version, () => {
      for (const [key, bytes] of rows) {
        const keyBytes = Buffer.from(key, 'utf8');
        if (bytes === null) items.remove(keyBytes);
        else items.put(keyBytes, bytes);
      }
      putSaved(marks, saved);
    });
  }

  trim(from: Link, to: Link): Promise<boolean> {
    const { epochs, items, marks } = this.#environments.journal;
    return epochs.ifVersion(epochKey, this.#version, () => {
      for (let position = from.position + 1; position <= to.position; position += 1) {
        items.remove(recordKey(position));
      }
      putMark(marks, baseName, [to.position, to.epoch, to.bytesTotal, to.hash]);
    });
  }

  copy(directory: string): Promise<Verification> {
    return this.#tools.copy(directory);
  }

  space(): Promise<Space> {
    return spaceOf(this.#environments.directory);
  }

  fileBytes(): number {
    const { directory } = this.#environments;
    return ['journal', 'state'].reduce(
      (sum, name) => sum + statSync(join(directory, name, 'data.mdb')).size, 0,
    );
  }

  async close(broken: boolean): Promise<void> {
    // After a failed meta page the writer's mutex stays locked, and a clean close would wait for
    // it.
    if (!broken) await closeAll(this.#environments);
  }
}

/** Where things stand on disk. @throws JournalError `corrupt` when a mark is damaged. */
export function readMarks({ journal, state }: Environments): Marks {
  const base = baseOf(readMark(journal.marks, baseName));
  const last = [...journal.items.getKeys({ reverse: true, limit: 1 })][0];
  return {
    base,
    tail: last === undefined ? base.position : positionOf(last),
    saved: savedOf(readMark(state.marks, savedName)),
    epoch: BigInt(readEpoch(journal)),
    recordCount: countOf(journal.items),
    rowCount: countOf(state.items),
  };
}

/** The version of the newest claim, 0 when there was none. */
export function readEpoch({ epochs }: Environment): number {
  return epochs.getEntry(epochKey)?.version ?? 0;
}

/** Say what the rows are after the transaction under way. */
export function putSaved(marks: Database<Uint8Array, Uint8Array>, saved: Saved): void {
  putMark(marks, savedName, [saved.at, saved.rowCount, saved.digest]);
}

/** Write a mark inside the transaction under way. It is checksummed as a row is. */
function putMark(marks: Database<Uint8Array, Uint8Array>, name: string, value: unknown): void {
  marks.put(Buffer.from(name), encodeRow(name, value));
}

export async function closeAll({ journal, state }: Environments): Promise<void> {
  await journal.root.close();
  await state.root.close();
}

function readMark(marks: Database<Uint8Array, Uint8Array>, name: string): unknown {
  const bytes = marks.getBinary(Buffer.from(name));
  return bytes === undefined ? undefined : decodeRow(name, bytes);
}

function baseOf(mark: unknown): Link {
  if (mark === undefined) return origin;
  const [position, epoch, bytesTotal, hash] = Array.isArray(mark) ? (mark as unknown[]) : [];
  const sound = isPosition(position) && isPosition(bytesTotal)
    && hash instanceof Uint8Array && hash.length === hashBytes && typeof epoch === 'bigint';
  if (!sound) throw new JournalError('corrupt', 'the mark base is not the end of a record');
  return { position, epoch, bytesTotal, hash };
}

function savedOf(mark: unknown): Saved {
  if (mark === undefined) return nothingSaved;
  const [at, rowCount, digest] = Array.isArray(mark) ? (mark as unknown[]) : [];
  if (!isPosition(at) || !isPosition(rowCount) || !isPosition(digest)) {
    throw new JournalError('corrupt', 'the mark saved does not say what is saved');
  }
  return { at, rowCount, digest };
}

function isPosition(value: unknown): value is Position {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Big-endian, so that byte order is number order. */
function recordKey(position: Position): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(Math.floor(position / 2 ** 32), 0);
  key.writeUInt32BE(position % 2 ** 32, 4);
  return key;
}

function positionOf(key: Uint8Array): Position {
  return Number(Buffer.from(key).readBigUInt64BE(0));
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8');
}

/** Entries as the root page of the tree counts them. */
function countOf(items: Database<Uint8Array, Uint8Array>): number {
  const stats: { entryCount?: unknown } = items.getStats();
  return Number(stats.entryCount);
}
