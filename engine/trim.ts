/**
 * Trimming: old records go, and with them what is known only as long as they are: the receipts of their
 * commands and the rows of reservations they closed. These go first, so that no row outlives its record; a
 * trim that was cut off in between is finished by the next process before it saves a receipt. A command that
 * comes again in between is a new one, and the rest of the trim must not delete its receipt as the old one's.
 */
import type { Claim, Position, Row, StoredRecord } from '../storage/journal.ts';
import { must } from './assert.ts';
import type { Clock } from './clock.ts';
import type { EngineLimits } from './limits.ts';
import type { Entry } from './receipts.ts';
import { prefixes } from './rows.ts';

/** Bytes appended between two looks at what may be trimmed. */
const lookEveryBytes = 16 * 1024 * 1024;
/** Records trimmed in one piece. */
const pieceRecords = 64;

export class Trimmer {
  readonly #claim: Claim;
  readonly #clock: Clock;
  readonly #limits: EngineLimits;
  /** Every write is watched, so that one that hangs ends the process. */
  readonly #watched: (write: Promise<void>) => Promise<void>;
  #bytesAtLook = 0;

  constructor(claim: Claim, clock: Clock, limits: EngineLimits, watched: (write: Promise<void>) => Promise<void>) {
    this.#claim = claim;
    this.#clock = clock;
    this.#limits = limits;
    this.#watched = watched;
  }

  /**
   * Trim records that are saved, and older than the retention or beyond its size. The last one stays: it
   * tells a recovery what time it was.
   */
  async trim(): Promise<void> {
    const claim = this.#claim;
    const { recordBytes } = claim.stats();
    if (Math.abs(recordBytes - this.#bytesAtLook) < lookEveryBytes && recordBytes < this.#limits.retainBytes) return;
    const oldestMs = this.#clock.now() - this.#limits.retainMs;
    let bytesOver = recordBytes - this.#limits.retainBytes;
    const average = recordBytes / Math.max(1, claim.tail - claim.head + 1);
    for (;;) {
      const pieceEnd = Math.min(claim.head + pieceRecords, claim.savedAt);
      let before = claim.head;
      while (before < pieceEnd && (bytesOver > 0 || this.#record(before).atMs < oldestMs)) {
        bytesOver -= average;
        before += 1;
      }
      if (before === claim.head) break;
      await this.#forget(before);
    }
    this.#bytesAtLook = claim.stats().recordBytes;
  }

  /** Finish a trim that a crash cut off: the records whose receipts are gone already go as well. */
  async finish(): Promise<void> {
    const claim = this.#claim;
    let before = claim.head;
    for (let position = claim.head; position < claim.savedAt; position += 1) {
      const entries = this.#record(position).commands as readonly Entry[];
      const isWhole = entries.every(([id]) => claim.row(prefixes.receipt + id) !== undefined);
      if (!isWhole) before = position + 1;
      else if (entries.length > 0) break;
    }
    if (before > claim.head) await this.#forget(before);
  }

  /** Forget every record before a position, first what hangs on them. */
  async #forget(before: Position): Promise<void> {
    const forgotten: Row[] = [];
    for (let position = this.#claim.head; position < before; position += 1) {
      const record = this.#record(position);
      for (const [id] of record.commands as readonly Entry[]) forgotten.push([prefixes.receipt + id, null]);
      // A closed reservation is known as long as the record that closed it.
      for (const [key] of record.rows) if (key.startsWith(prefixes.reservationClosed)) forgotten.push([key, null]);
    }
    await this.#watched(this.#claim.save(forgotten));
    await this.#watched(this.#claim.trim(before));
  }

  #record(position: Position): StoredRecord {
    return must(this.#claim.record(position), 'a record of the journal');
  }
}
