/**
 * Is what is stored what was written? The chain of records, the tail check at claim, the slow scrub
 * and the whole-store verification. Reads only; nothing here knows which medium it reads.
 */

import { checkRecord, checkRow, decodeBody, decodeRow, digestOf, exchangeDigest, linkOf } from './codec.ts';
import type { Link, RecordHeader, Saved } from './codec.ts';
import type { Marks, RowBytes, StoreReader } from './driver.ts';
import { JournalError, type Position, type Row, type StoredRecord, type Verification } from './journal.ts';
import { compareKeys, firstKey, keyAfter, prefixRange } from './keys.ts';

/** How many of the newest records are verified before a claim is good. */
export const tailRecordsVerified = 64;

/** Work between two visits to the event loop. */
const recordsPerPiece = 16;
const rowsPerPiece = 256;
/** A store damaged all over says so this many times. */
const faultsMax = 100;

/** What of the marks moves while a claim lives. */
export type LiveMarks = Pick<Marks, 'base' | 'tail' | 'saved'>;

/** Walks the log one record at a time, refusing any that does not follow the one before. */
export class Chain {
  link: Link;
  readonly #reader: StoreReader;

  constructor(reader: StoreReader, after: Link) {
    this.#reader = reader;
    this.link = after;
  }

  /** Verify the next record and step onto it. @throws JournalError naming the position. */
  step(): { readonly bytes: Uint8Array; readonly header: RecordHeader } {
    const { position, epoch, bytesTotal, hash } = this.link;
    const bytes = mustRead(this.#reader, position + 1);
    const header = checkRecord(bytes, position + 1);
    if (Buffer.compare(header.previousHash, hash) !== 0) {
      throw broken(position + 1, 'does not follow the record before it');
    }
    if (header.epoch < epoch) throw broken(position + 1, `falls back to epoch ${header.epoch}`);
    if (header.bytesBefore !== bytesTotal) {
      throw broken(position + 1, 'miscounts the log before it');
    }
    this.link = linkOf(bytes, header);
    return { bytes, header };
  }

  next(): StoredRecord {
    const { bytes, header } = this.step();
    return decodeBody(bytes, header);
  }
}

/** The link at a position that is the base or a record still in the log. */
export function linkAt(reader: StoreReader, position: Position, base: Link): Link {
  if (position === base.position) return base;
  const bytes = mustRead(reader, position);
  return linkOf(bytes, checkRecord(bytes, position));
}

/**
 * Verify marks and the newest records; the price of a start, so bounded.
 * @returns the link at the tail.
 * @throws JournalError `corrupt` or `newer-version`.
 */
export function checkTail(reader: StoreReader, marks: Marks): Link {
  const { base, tail, saved, recordCount, rowCount } = marks;
  if (recordCount !== tail - base.position) {
    throw new JournalError(
      'corrupt', `the log holds ${recordCount} records between ${base.position + 1} and ${tail}`,
    );
  }
  if (saved.at > tail) {
    throw new JournalError('corrupt', `rows are saved at ${saved.at}, past ${tail}`);
  }
  if (base.position > saved.at) {
    const gone = `records before ${base.position + 1} are gone`;
    throw new JournalError('corrupt', `${gone}, but rows are saved only at ${saved.at}`);
  }
  if (saved.rowCount !== rowCount) {
    throw new JournalError('corrupt', `${saved.rowCount} rows were saved, ${rowCount} are there`);
  }
  const from = Math.max(base.position, tail - tailRecordsVerified);
  const chain = new Chain(reader, linkAt(reader, from, base));
  while (chain.link.position < tail) chain.step();
  if (chain.link.epoch > marks.epoch) {
    throw broken(tail, `is of epoch ${chain.link.epoch}, later than any claim`);
  }
  return chain.link;
}

/** Checks a little at each call, records first, then rows, then round again. */
export class Scrubber {
  readonly #reader: StoreReader;
  readonly #marks: () => LiveMarks;
  #chain: Chain | undefined;
  #nextKey: Uint8Array | undefined;
  /** The rows seen this round, while nothing was saved since it began. */
  #tally: { readonly since: Saved; readonly sum: RowTally } | undefined;

  constructor(reader: StoreReader, marks: () => LiveMarks) {
    this.#reader = reader;
    this.#marks = marks;
  }

  async next(limit: number): Promise<Verification> {
    const faults: string[] = [];
    let records = 0;
    let rows = 0;
    let laps = 0;
    while (records + rows < limit && laps < 2) {
      const left = limit - records - rows;
      if (this.#nextKey === undefined) {
        records += this.#records(Math.min(left, recordsPerPiece), faults);
      } else {
        rows += this.#rows(Math.min(left, rowsPerPiece), faults);
      }
      if (this.#chain === undefined && this.#nextKey === undefined) laps += 1;
      await nextTick();
    }
    return { records, rows, faults };
  }

  #records(limit: number, faults: string[]): number {
    const { base, tail, saved } = this.#marks();
    let chain = this.#chain;
    // Trimmed under our feet, or the first call: begin where the log begins.
    if (chain === undefined || chain.link.position < base.position) {
      chain = new Chain(this.#reader, base);
    }
    this.#chain = chain;
    let count = 0;
    while (count < limit && chain.link.position < tail) {
      count += 1;
      const next = chain.link.position + 1;
      if (tryIt(faults, () => chain?.step()) === undefined) {
        chain = this.#resume(next);
        this.#chain = chain;
        if (chain === undefined) break;
      }
    }
    if (chain === undefined || chain.link.position >= tail) {
      this.#chain = undefined;
      this.#nextKey = firstKey;
      this.#tally = { since: saved, sum: new RowTally() };
    }
    return count;
  }

  /** Past a bad record the chain starts again from the first good one. */
  #resume(bad: Position): Chain | undefined {
    return resumeAfter(this.#reader, bad, this.#marks());
  }

  #rows(limit: number, faults: string[]): number {
    const from = this.#nextKey ?? firstKey;
    const piece = readRows(this.#reader, from, limit, faults);
    const tally = this.#tally;
    for (const [key, bytes] of piece) {
      tally?.sum.add(bytes);
      tryIt(faults, () => (checkRow(key, bytes), true));
    }
    const last = piece.at(-1);
    this.#nextKey = piece.length < limit || last === undefined ? undefined : keyAfter(last[0]);
    const whole = this.#nextKey === undefined && tally?.since === this.#marks().saved;
    if (whole) tryIt(faults, () => tally.sum.mustBe(tally.since));
    return piece.length;
  }
}

/**
 * Verify every record and row of a store nobody writes to.
 * @param onProgress called between pieces with the counts so far.
 */
export async function verifyAll(
  reader: StoreReader, marks: Marks, onProgress?: (records: number, rows: number) => void,
): Promise<Verification> {
  const faults: string[] = [];
  tryIt(faults, () => checkTail(reader, marks));
  let chain: Chain | undefined = new Chain(reader, marks.base);
  let records = 0;
  while (chain !== undefined && chain.link.position < marks.tail && faults.length < faultsMax) {
    const current: Chain = chain;
    records += 1;
    const { position } = current.link;
    if (tryIt(faults, () => current.next()) === undefined) {
      chain = resumeAfter(reader, position + 1, marks);
    }
    if (records % recordsPerPiece === 0) {
      onProgress?.(records, 0);
      await nextTick();
    }
  }
  const rows = await verifyRows(reader, marks.saved, faults, (count) => {
    onProgress?.(records, count);
  });
  return { records, rows, faults: [...new Set(faults)] };
}

async function verifyRows(
  reader: StoreReader, saved: Saved, faults: string[], onProgress: (rows: number) => void,
): Promise<number> {
  const tally = new RowTally();
  try {
    for await (const piece of rowPieces(reader, '')) {
      for (const [key, bytes] of piece) {
        tally.add(bytes);
        tryIt(faults, () => (checkRow(key, bytes), true));
      }
      onProgress(tally.count);
      if (faults.length >= faultsMax) return tally.count;
    }
    tally.mustBe(saved);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  return tally.count;
}

/** Counts rows and sums their checksums, to compare with what was saved. */
export class RowTally {
  count = 0;
  digest = 0;

  add(bytes: Uint8Array): void {
    this.count += 1;
    this.digest = exchangeDigest(this.digest, 0, digestOf(bytes));
  }

  /** @throws JournalError `corrupt` unless these were all the rows, each in its last version. */
  mustBe(saved: Saved): void {
    if (this.count === saved.rowCount && this.digest === saved.digest) return;
    const all = this.count === saved.rowCount;
    const found = all ? 'not all of them as saved' : `${this.count} of them`;
    throw new JournalError('corrupt', `${saved.rowCount} rows were saved; a walk finds ${found}`);
  }
}

/** The records after a position of a store nobody writes to, verified. @throws JournalError. */
export async function* recordsAfter(
  reader: StoreReader, marks: Marks, after: Position,
): AsyncGenerator<StoredRecord> {
  if (after < marks.base.position || after > marks.tail) {
    const kept = `${marks.base.position + 1} to ${marks.tail}`;
    throw new JournalError('misuse', `records after ${after} asked for; kept are ${kept}`);
  }
  const chain = new Chain(reader, linkAt(reader, after, marks.base));
  for (let count = 1; chain.link.position < marks.tail; count += 1) {
    yield chain.next();
    if (count % recordsPerPiece === 0) await nextTick();
  }
}

/**
 * Rows under a prefix, piece by piece, in strictly rising key order, with the event loop in
 * between.
 */
export async function* rowPieces(
  reader: StoreReader, prefix: string,
): AsyncGenerator<readonly RowBytes[]> {
  const { from, to } = prefixRange(prefix);
  let next: Uint8Array | undefined = from;
  let lastKey: string | undefined;
  while (next !== undefined) {
    const piece: readonly RowBytes[] = reader.rowsBetween(next, to, rowsPerPiece);
    lastKey = checkOrder(piece, lastKey);
    if (piece.length > 0) yield piece;
    next = piece.length < rowsPerPiece || lastKey === undefined ? undefined : keyAfter(lastKey);
    await nextTick();
  }
}

/** The rows under a prefix, each verified. */
export async function* decodedRows(reader: StoreReader, prefix: string): AsyncGenerator<Row> {
  for await (const piece of rowPieces(reader, prefix)) {
    for (const [key, bytes] of piece) yield [key, decodeRow(key, bytes)];
  }
}

/** Let the event loop turn: no read of a large range may hold up a turn. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Pages swapped inside the tree of rows show as keys out of order. */
function checkOrder(piece: readonly RowBytes[], before: string | undefined): string | undefined {
  let last = before;
  for (const [key] of piece) {
    if (last !== undefined && compareKeys(last, key) >= 0) {
      throw new JournalError('corrupt', `rows are out of order at ${JSON.stringify(key)}`);
    }
    last = key;
  }
  return last;
}

function readRows(
  reader: StoreReader, from: Uint8Array, limit: number, faults: string[],
): readonly RowBytes[] {
  const read = tryIt(faults, () => {
    const piece = reader.rowsBetween(from, prefixRange('').to, limit);
    checkOrder(piece, undefined);
    return piece;
  });
  return read ?? [];
}

function resumeAfter(reader: StoreReader, bad: Position, marks: LiveMarks): Chain | undefined {
  for (let position = bad; position < marks.tail; position += 1) {
    const link = tryIt([], () => linkAt(reader, position, marks.base));
    if (link !== undefined) return new Chain(reader, link);
  }
  return undefined;
}

/** A fault becomes a line; whatever the medium itself throws on a broken page is one too. */
function tryIt<T>(faults: string[], check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    if (faults.length < faultsMax) faults.push(fault);
    return undefined;
  }
}

function mustRead(reader: StoreReader, position: Position): Uint8Array {
  const bytes = reader.record(position);
  if (bytes === undefined) throw broken(position, 'is missing');
  return bytes;
}

function broken(position: Position, what: string): JournalError {
  return new JournalError('corrupt', `record ${position} ${what}`);
}
