/**
 * Bytes of a feed to its rows, checked: NDJSON (one object a line) or CSV (RFC 4180, with a header). A
 * row that cannot be read is told with its number and the rest goes on, save where CSV itself breaks off.
 */
import type { TSchema } from 'typebox';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { Columns } from './columns.ts';
import { CsvError, CsvParser, type CsvRecord } from './csv.ts';
import { FeedFault, feedLimits, type FeedRow } from './feed.ts';
import { LineSplitter, type Line } from './lines.ts';

export type RowFormat = 'ndjson' | 'csv';

/** What a row must be. */
export interface RowCheck {
  /** The fields a row may have, for the header of CSV. */
  readonly fields: Readonly<Record<string, TSchema>>;
  /** Why this is no row; the field is a column's name. */
  refusal(value: unknown): Rejection | undefined;
}

/** What stands for bytes that are not UTF-8 once they are decoded. */
const notText = '\uFFFD';

export class RowReader {
  readonly #check: RowCheck;
  readonly #decoder = new TextDecoder();
  readonly #lines: LineSplitter | undefined;
  readonly #csv: CsvParser | undefined;
  #columns: Columns | undefined;

  constructor(format: RowFormat, check: RowCheck) {
    this.#check = check;
    if (format === 'csv') this.#csv = new CsvParser(feedLimits.rowCharsMax);
    else this.#lines = new LineSplitter(feedLimits.rowCharsMax);
  }

  /** The rows these bytes complete. Throws FeedFault for what makes the rest unreadable. */
  push(bytes: Uint8Array): FeedRow[] {
    return this.#rows(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** The last rows. Throws FeedFault like `push`, also for a CSV without even a header. */
  end(): FeedRow[] {
    const rows = this.#rows(this.#decoder.decode(), true);
    if (this.#csv !== undefined && this.#columns === undefined) {
      throw new FeedFault({ row: 1, code: 'malformed', detail: 'CSV needs a header: there is none' });
    }
    return rows;
  }

  #rows(text: string, isLast: boolean): FeedRow[] {
    if (this.#lines !== undefined) {
      const lines = this.#lines.push(text);
      return (isLast ? [...lines, ...this.#lines.end()] : lines).flatMap((line) => this.#fromLine(line));
    }
    try {
      const records = this.#csv?.records(text, isLast) ?? [];
      return records.flatMap((record) => this.#fromRecord(record));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      throw new FeedFault({ row: error.record, code: 'malformed', detail: error.reason });
    }
  }

  #fromLine({ number: row, text }: Line): FeedRow[] {
    if (text === undefined) return [{ row, refused: tooLong() }];
    if (text.trim() === '') return [];
    if (text.includes(notText)) return [{ row, refused: notUtf8() }];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // What the parser says of it repeats what was sent.
      return [{ row, refused: reject('malformed', 'is not JSON: one object a line') }];
    }
    return [this.#checked(row, value)];
  }

  #fromRecord({ number: row, fields }: CsvRecord): FeedRow[] {
    if (this.#columns === undefined) {
      this.#columns = new Columns(fields, this.#check.fields);
      return [];
    }
    if (fields.some((cell) => cell.includes(notText))) return [{ row, refused: notUtf8() }];
    const { value, refused } = this.#columns.row(fields);
    return [refused === undefined ? this.#checked(row, value) : { row, refused }];
  }

  #checked(row: number, value: unknown): FeedRow {
    const refused = this.#check.refusal(value);
    return refused === undefined ? { row, value: value as object } : { row, refused };
  }
}

function notUtf8(): Rejection {
  return reject('malformed', 'is not UTF-8 text');
}

function tooLong(): Rejection {
  return reject('too-large', `is longer than ${feedLimits.rowCharsMax} characters`);
}
