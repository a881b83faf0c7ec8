/**
 * The driver of one process over a `MemoryDisk`. Writes go through the disk's schedule and faults.
 */

import type { Link, Saved } from './codec.ts';
import type { Driver, Marks, RowBytes } from './driver.ts';
import { JournalError, type Position, type Space, type Verification } from './journal.ts';
import type { MemoryDisk, WriteKind } from './memory.ts';
import { verifyAll } from './verify.ts';

export class MemoryDriver implements Driver {
  readonly epoch: bigint;
  readonly formatVersion = 1;
  readonly #disk: MemoryDisk;
  readonly #generation: number;

  constructor(disk: MemoryDisk, epoch: bigint) {
    this.#disk = disk;
    this.epoch = epoch;
    this.#generation = disk.generation;
  }

  marks(): Marks {
    const { base, epoch, records, rows, saved } = this.#disk;
    let tail = base.position;
    for (const position of records.keys()) tail = Math.max(tail, position);
    return {
      base,
      tail,
      saved,
      epoch,
      recordCount: records.size,
      rowCount: rows.size,
    };
  }

  record(position: Position): Uint8Array | undefined {
    this.#mustLive();
    return this.#disk.records.get(position);
  }

  row(key: string): Uint8Array | undefined {
    this.#mustLive();
    return this.#disk.rows.get(key);
  }

  rowsBetween(from: Uint8Array, to: Uint8Array, limit: number): readonly RowBytes[] {
    this.#mustLive();
    const keys = this.#disk.sortedKeys();
    const found: RowBytes[] = [];
    for (let index = firstAtOrAfter(keys, from); index < keys.length; index += 1) {
      const key = keys[index] as string;
      if (found.length >= limit || Buffer.compare(Buffer.from(key), to) >= 0) break;
      const bytes = this.#disk.rows.get(key);
      if (bytes !== undefined) found.push([key, bytes]);
    }
    return found;
  }

  append(position: Position, bytes: Uint8Array): Promise<boolean> {
    return this.#write('append', () => this.#disk.records.set(position, bytes));
  }

  save(
    rows: readonly (readonly [string, Uint8Array | null])[], saved: Saved,
  ): Promise<boolean> {
    return this.#write('save', () => {
      for (const [key, bytes] of rows) this.#disk.putRow(key, bytes);
      this.#disk.saved = saved;
    });
  }

  trim(from: Link, to: Link): Promise<boolean> {
    return this.#write('trim', () => {
      for (let position = from.position + 1; position <= to.position; position += 1) {
        this.#disk.records.delete(position);
      }
      this.#disk.base = to;
    });
  }

  async copy(directory: string): Promise<Verification> {
    if (this.#disk.backups.has(directory)) {
      throw new JournalError('misuse', `${directory} is not empty`);
    }
    const copy = this.#disk.copy();
    const reader = new MemoryDriver(copy, copy.epoch);
    const verification = await verifyAll(reader, reader.marks());
    this.#disk.backups.set(directory, copy);
    return verification;
  }

  space(): Promise<Space> {
    return Promise.resolve(this.#disk.space());
  }

  fileBytes(): number {
    return this.#disk.bytes();
  }

  async close(): Promise<void> {}

  #write(kind: WriteKind, apply: () => void): Promise<boolean> {
    // Nothing a dead process does ever comes to anything.
    if (this.#disk.generation !== this.#generation) return new Promise(() => {});
    return this.#disk.write(kind, () => {
      if (this.#disk.epoch !== this.epoch) return false;
      apply();
      return true;
    });
  }

  #mustLive(): void {
    if (this.#disk.generation !== this.#generation) {
      throw new JournalError('released', 'the process that held this claim has crashed');
    }
  }
}

/** Index of the first key whose UTF-8 bytes are not below `from`. */
function firstAtOrAfter(keys: readonly string[], from: Uint8Array): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(Buffer.from(keys[middle] as string), from) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
