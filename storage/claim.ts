/**
 * The one implementation of `Claim`, over any driver: the order of appends, the fence, the endings,
 * the verified reads. A write that the driver rejects ends the claim: after a failed flush a second
 * try that succeeds proves nothing, so the only safe answer is to stop and read the truth from
 * disk.
 */

import {
  decodeRecord, decodeRow, digestOf, encodeRecord, encodeRow, exchangeDigest, hashRecord,
} from './codec.ts';
import type { Link, Saved } from './codec.ts';
import type { Driver, Marks } from './driver.ts';
import { JournalError, recordBytesMax } from './journal.ts';
import type {
  Claim, JournalErrorCode, JournalStats, Loss, Position, Row, Space, StoredRecord, TurnRecord,
  Value, Verification,
} from './journal.ts';
import { checkRows, prefixRange } from './keys.ts';
import { Chain, RowTally, Scrubber, checkTail, linkAt, nextTick, rowPieces } from './verify.ts';

/** Encoding holds up the turn, so one transaction takes no more than this: about a millisecond. */
const rowsPerSave = 256;
const bytesPerSave = 1024 * 1024;
/** Deleting holds up the appends behind it. */
const recordsPerTrim = 64;
/** Records read between two visits to the event loop. */
const recordsPerPiece = 16;

/** Stands for the checksum of a row that is not there; no checksum is negative. */
const absent = -1;

interface RowPiece {
  readonly piece: readonly (readonly [string, Uint8Array | null])[];
  /** Index of the first row left for the next piece. */
  readonly next: number;
  readonly saved: Saved;
}

/**
 * Verify the tail and hand out the claim.
 * @param release what to undo besides closing the driver: the lock on the directory, for instance.
 */
export function openClaim(driver: Driver, marks: Marks, release: () => Promise<void>): Claim {
  return new DriverClaim(driver, marks, checkTail(driver, marks), release);
}

class DriverClaim implements Claim {
  readonly epoch: bigint;
  readonly lost: Promise<Loss>;
  readonly #driver: Driver;
  readonly #release: () => Promise<void>;
  readonly #scrubber: Scrubber;
  #lose: (loss: Loss) => void = () => {};
  /** Why nothing can be written any more. */
  #ended: { readonly code: JournalErrorCode; readonly message: string } | undefined;
  #released: Promise<void> | undefined;
  #last: Link;
  #base: Link;
  /** Where the trim under way leads. */
  #trimmingTo: Link | undefined;
  /** Replaced by every save, so the same object means the same rows. */
  #saved: Saved;
  #appending: Promise<unknown> | undefined;
  /** Saves run one after another; so do trims, and a backup stands in the trims' queue. */
  #saving: Promise<unknown> = Promise.resolve();
  #trimming: Promise<unknown> = Promise.resolve();

  constructor(driver: Driver, marks: Marks, last: Link, release: () => Promise<void>) {
    this.epoch = driver.epoch;
    this.#driver = driver;
    this.#release = release;
    this.#last = last;
    this.#base = marks.base;
    this.#saved = marks.saved;
    this.#scrubber = new Scrubber(driver, () => {
      return { base: this.#floor, tail: this.tail, saved: this.#saved };
    });
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  get tail(): Position {
    return this.#last.position;
  }

  get head(): Position {
    return this.#floor.position + 1;
  }

  /**
   * What stands before the first record. A trim is on disk a moment before its promise says so: until then the
   * disk is asked whether the records are there.
   */
  get #floor(): Link {
    const to = this.#trimmingTo;
    if (to === undefined || this.#released !== undefined || this.#ended !== undefined) return this.#base;
    const first = this.#base.position + 1;
    const isThere = this.#read(`record ${first}`, () => this.#driver.record(first)) !== undefined;
    return isThere ? this.#base : to;
  }

  get savedAt(): Position {
    return this.#saved.at;
  }

  row(key: string): Value | undefined {
    const bytes = this.#read(`row ${key}`, () => this.#driver.row(key));
    return bytes === undefined ? undefined : decodeRow(key, bytes);
  }

  page(from: string, prefix: string, limit: number): readonly Row[] {
    const range = prefixRange(prefix);
    const start = Buffer.from(from, 'utf8');
    const first = Buffer.compare(start, range.from) < 0 ? range.from : start;
    const found = this.#read('rows', () => this.#driver.rowsBetween(first, range.to, limit));
    return found.map(([key, bytes]) => [key, decodeRow(key, bytes)]);
  }

  async *rows(prefix: string): AsyncGenerator<Row> {
    this.#read('rows', () => undefined);
    const saved = this.#saved;
    const tally = new RowTally();
    for await (const piece of rowPieces(this.#driver, prefix)) {
      for (const [key, bytes] of piece) {
        tally.add(bytes);
        yield [key, decodeRow(key, bytes)];
      }
      this.#read('rows', () => undefined);
    }
    // Whoever reads all rows, as a start does, learns whether they are all.
    if (prefix === '' && saved === this.#saved) tally.mustBe(saved);
  }

  async *records(after: Position): AsyncGenerator<StoredRecord> {
    const last = this.#last;
    if (after < this.head - 1 || after > last.position) {
      const kept = `${this.head} to ${last.position}`;
      throw new JournalError('misuse', `records after ${after} asked for; kept are ${kept}`);
    }
    const link = this.#read(`record ${after}`, () => linkAt(this.#driver, after, this.#floor));
    const chain = new Chain(this.#driver, link);
    for (let count = 1; chain.link.position < this.#last.position; count += 1) {
      const next = chain.link.position + 1;
      if (next < this.head) {
        throw new JournalError('misuse', `record ${next} was trimmed meanwhile`);
      }
      yield this.#read(`record ${next}`, () => chain.next());
      if (count % recordsPerPiece === 0) await nextTick();
    }
  }

  record(position: Position): StoredRecord | undefined {
    if (position < this.head || position > this.tail) return undefined;
    const bytes = this.#read(`record ${position}`, () => this.#driver.record(position));
    if (bytes === undefined) throw new JournalError('corrupt', `record ${position} is missing`);
    return decodeRecord(bytes, position);
  }

  append(record: TurnRecord, after: Position): Promise<Position> {
    let bytes: Buffer;
    try {
      bytes = this.#encode(record, after);
    } catch (error) {
      return Promise.reject(error);
    }
    const previous = this.#last;
    const position = after + 1;
    const committed = this.#commit(
      `append at ${position}`, () => this.#driver.append(position, bytes),
    );
    // Hashed while the disk works.
    const bytesTotal = previous.bytesTotal + bytes.length;
    const link: Link = { position, epoch: this.epoch, bytesTotal, hash: hashRecord(bytes) };
    const appended = committed.then(() => {
      this.#last = link;
      this.#appending = undefined;
      return position;
    });
    this.#appending = appended;
    return appended;
  }

  async save(rows: readonly Row[], at?: Position): Promise<void> {
    this.#mustBeOpen();
    checkRows(rows);
    if (at !== undefined && (at > this.tail || at < this.#saved.at)) {
      const now = `saved is ${this.#saved.at}, tail ${this.tail}`;
      throw new JournalError('misuse', `save at ${at}: ${now}`);
    }
    const saved = this.#saving.then(() => this.#save(rows, at));
    // The caller holds the rejection; the queue goes on.
    this.#saving = saved.catch(() => undefined);
    await saved;
  }

  async trim(before: Position): Promise<void> {
    this.#mustBeOpen();
    if (before > this.#saved.at + 1) {
      const now = `rows are saved at ${this.#saved.at}`;
      throw new JournalError('misuse', `trim before ${before}, but ${now}`);
    }
    const trimmed = this.#trimming.then(() => this.#trim(before));
    this.#trimming = trimmed.catch(() => undefined); // as in save
    await trimmed;
  }

  async scrub(limit: number): Promise<Verification> {
    this.#read('scrub', () => undefined);
    return await this.#scrubber.next(limit);
  }

  async backup(directory: string): Promise<Verification> {
    this.#mustBeOpen();
    // In the trims' queue: what the copied rows need must still be in the copied log.
    const copied = this.#trimming.then(() => this.#driver.copy(directory));
    this.#trimming = copied.catch(() => undefined); // as in save
    return await copied;
  }

  async space(): Promise<Space> {
    return await this.#driver.space();
  }

  stats(): JournalStats {
    return {
      tail: this.tail,
      head: this.head,
      savedAt: this.#saved.at,
      epoch: this.epoch,
      recordBytes: this.#last.bytesTotal - this.#floor.bytesTotal,
      fileBytes: this.#driver.fileBytes(),
      formatVersion: this.#driver.formatVersion,
    };
  }

  release(): Promise<void> {
    this.#released ??= this.#finish();
    return this.#released;
  }

  #encode(record: TurnRecord, after: Position): Buffer {
    this.#mustBeOpen();
    if (this.#appending !== undefined) {
      throw new JournalError('misuse', `append after ${after} while another is under way`);
    }
    if (after !== this.tail) {
      throw new JournalError('misuse', `append after ${after}, but the tail is ${this.tail}`);
    }
    checkRows(record.rows);
    const bytes = encodeRecord(record, this.epoch, this.#last);
    if (bytes.length > recordBytesMax) {
      const size = `${bytes.length} bytes, more than ${recordBytesMax}`;
      throw new JournalError('oversize', `record ${after + 1} is ${size}`);
    }
    return bytes;
  }

  /** Save in pieces; only the last one says up to where the rows are complete. */
  async #save(rows: readonly Row[], at: Position | undefined): Promise<void> {
    let index = 0;
    do {
      this.#mustBeOpen();
      const { piece, next, saved } = this.#encodePiece(rows, index);
      index = next;
      const last = index === rows.length && at !== undefined;
      if (piece.length === 0 && !last) return;
      const after: Saved = last ? { ...saved, at: Math.max(saved.at, at) } : saved;
      await this.#commit('save', () => this.#driver.save(piece, after));
      this.#saved = after;
    } while (index < rows.length);
  }

  /** As many rows as one transaction may take, and what the rows say of themselves after it. */
  #encodePiece(rows: readonly Row[], start: number): RowPiece {
    const piece: [string, Uint8Array | null][] = [];
    const seen = new Map<string, number>();
    let { rowCount, digest } = this.#saved;
    let next = start;
    for (let bytes = 0; piece.length < rowsPerSave && bytes < bytesPerSave; next += 1) {
      const row = rows[next];
      if (row === undefined) break;
      const [key, value] = row;
      const encoded = value === null ? null : encodeRow(key, value);
      const old = seen.has(key) ? undefined : this.#read(`row ${key}`, () => this.#driver.row(key));
      const before = seen.get(key) ?? (old === undefined ? absent : digestOf(old));
      const after = encoded === null ? absent : digestOf(encoded);
      rowCount += Number(after !== absent) - Number(before !== absent);
      digest = exchangeDigest(digest, Math.max(before, 0), Math.max(after, 0));
      seen.set(key, after);
      piece.push([key, encoded]);
      bytes += encoded?.length ?? 0;
    }
    return { piece, next, saved: { at: this.#saved.at, rowCount, digest } };
  }

  async #trim(before: Position): Promise<void> {
    while (this.#base.position < before - 1) {
      this.#mustBeOpen();
      const from = this.#base;
      const last = Math.min(before - 1, from.position + recordsPerTrim);
      const to = this.#read(`record ${last}`, () => linkAt(this.#driver, last, from));
      this.#trimmingTo = to;
      await this.#commit('trim', () => this.#driver.trim(from, to));
      this.#base = to;
      this.#trimmingTo = undefined;
    }
  }

  /** Wait for a write; anything but "durable" ends the claim. */
  async #commit(what: string, write: () => Promise<boolean>): Promise<void> {
    let durable: boolean;
    try {
      durable = await write();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw this.#end('unknown', `${what} failed: ${cause}`, error);
    }
    if (!durable) {
      throw this.#end('fenced', `${what}: a later claim than epoch ${this.epoch} exists`);
    }
  }

  #end(code: Loss['code'], message: string, cause?: unknown): JournalError {
    this.#ended ??= { code, message };
    this.#lose({ code, message });
    return new JournalError(code, message, { cause });
  }

  #mustBeOpen(): void {
    if (this.#released !== undefined) throw new JournalError('released', 'the claim was released');
    if (this.#ended !== undefined) throw new JournalError(this.#ended.code, this.#ended.message);
  }

  /** A medium that throws on a read has lost its structure: the page, not only the item, is bad. */
  #read<T>(what: string, read: () => T): T {
    if (this.#released !== undefined) throw new JournalError('released', 'the claim was released');
    try {
      return read();
    } catch (error) {
      if (error instanceof JournalError) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw new JournalError('corrupt', `${what} cannot be read: ${detail}`, { cause: error });
    }
  }

  async #finish(): Promise<void> {
    const broken = (): boolean => this.#ended?.code === 'unknown';
    // A write that ended unknown may have wedged the medium: whatever else is under way may never
    // end.
    const underWay = Promise.allSettled([this.#appending, this.#saving, this.#trimming]);
    await (broken() ? undefined : Promise.race([underWay, this.lost.then(nextTick)]));
    await this.#driver.close(broken());
    await this.#release();
  }
}
