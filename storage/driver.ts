/**
 * What a place to store bytes must offer, so that `claim.ts` can make a `Claim` of it.
 *
 * A driver moves bytes and keeps the fence; it neither encodes nor judges. Every write is one
 * transaction that happens only while the driver's epoch is the newest: it resolves true when
 * durable, false when fenced, and rejects when nobody can say.
 */

import type { Link, Saved } from './codec.ts';
import type { Position, Space } from './journal.ts';

/** Keys are kept in the order of their UTF-8 bytes. */
export type RowBytes = readonly [key: string, bytes: Uint8Array];

/** Where things stand on the medium, as read when the store was opened. */
export interface Marks {
  /** The last trimmed record: the first readable one follows it. */
  readonly base: Link;
  readonly tail: Position;
  readonly saved: Saved;
  readonly epoch: bigint;
  /** Entries the medium says it holds: a check on the walk over them. */
  readonly recordCount: number;
  readonly rowCount: number;
}

export interface StoreReader {
  /** A record's bytes, the caller's to keep. */
  record(position: Position): Uint8Array | undefined;
  /** A row's bytes, good until the next call of any method. */
  row(key: string): Uint8Array | undefined;
  /**
   * Up to `limit` rows with from ≤ key < to by UTF-8 bytes, in order; the bytes are the caller's.
   */
  rowsBetween(from: Uint8Array, to: Uint8Array, limit: number): readonly RowBytes[];
}

export interface Driver extends StoreReader {
  readonly epoch: bigint;
  readonly formatVersion: number;
  append(position: Position, bytes: Uint8Array): Promise<boolean>;
  /** `null` deletes. `saved` is written in the same transaction. */
  save(rows: readonly (readonly [string, Uint8Array | null])[], saved: Saved): Promise<boolean>;
  /**
   * Delete the records after `from.position` up to and including `to.position`; `to` is the new
   * base.
   */
  trim(from: Link, to: Link): Promise<boolean>;
  /** Copy rows first, then records, and verify the copy; nothing is trimmed meanwhile. */
  copy(directory: string): Promise<{ records: number; rows: number; faults: readonly string[] }>;
  space(): Promise<Space>;
  /** Size of the files, bytes. */
  fileBytes(): number;
  /**
   * @param broken a write ended unknown: what is under way may never end, so do not wait for it.
   */
  close(broken: boolean): Promise<void>;
}
