/**
 * Comma-separated values (RFC 4180) as they arrive: text pieces in, whole records out. Quoted fields may
 * hold commas, doubled quotes and line breaks. Files may be gzipped.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A record longer than this is taken for a quote that was never closed. */
export const recordCharsMax = 1_048_576;

/** The text is not CSV; `record` counts from 1, the header included. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  readonly record: number;
  /** Without the number. */
  readonly reason: string;
  constructor(record: number, reason: string) {
    super(`record ${record}: ${reason}`);
    this.record = record;
    this.reason = reason;
  }
}

/** A record with its number, empty lines counted. */
export interface CsvRecord {
  readonly number: number;
  readonly fields: string[];
}

export class CsvParser {
  readonly #charsMax: number;
  #rest = '';
  #records = 0;

  /** @param charsMax a record longer than this is taken for a quote that was never closed */
  constructor(charsMax: number = recordCharsMax) {
    this.#charsMax = charsMax;
  }

  /** The records completed by this piece. Throws CsvError. */
  push(piece: string): string[][] {
    return this.#push(piece).map(({ fields }) => fields);
  }

  /** Like `push`, and `end` with the last piece, with the records' numbers. */
  records(piece: string, isLast: boolean): CsvRecord[] {
    const records = this.#push(piece);
    return isLast ? [...records, ...this.#end()] : records;
  }

  #push(piece: string): CsvRecord[] {
    const text = this.#records === 0 && this.#rest === '' ? withoutMark(piece) : this.#rest + piece;
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) {
      const end = this.#read(text, at, false, records);
      if (end === -1) break;
      at = end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > this.#charsMax) {
      throw new CsvError(this.#records + 1, `longer than ${this.#charsMax} characters: an open quote?`);
    }
    return records;
  }

  /** The last record, where the text did not end in a line break. */
  end(): string[][] {
    return this.#end().map(({ fields }) => fields);
  }

  #end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    if (this.#rest !== '') this.#read(this.#rest, 0, true, records);
    this.#rest = '';
    return records;
  }

  /** Read one record at `start` into `out`; returns where the next begins, -1 when it is not complete. */
  #read(text: string, start: number, isLast: boolean, out: CsvRecord[]): number {
    const lineEnd = text.indexOf('\n', start);
    if (lineEnd === -1 && !isLast) return -1;
    const stop = lineEnd === -1 ? text.length : lineEnd;
    const line = text.slice(start, text[stop - 1] === '\r' && stop > start ? stop - 1 : stop);
    if (!line.includes('"')) {
      this.#records += 1;
      if (line !== '') out.push({ number: this.#records, fields: line.split(',') });
      return lineEnd === -1 ? text.length : lineEnd + 1;
    }
    return this.#readQuoted(text, start, isLast, out);
  }

  #readQuoted(text: string, start: number, isLast: boolean, out: CsvRecord[]): number {
    const fields: string[] = [];
    let at = start;
    for (;;) {
      if (text[at] === '"') {
        const close = closingQuote(text, at + 1);
        if (close === -1 || (close === text.length - 1 && !isLast)) {
          if (isLast) throw new CsvError(this.#records + 1, 'a quote is never closed');
          return -1;
        }
        fields.push(text.slice(at + 1, close).replaceAll('""', '"'));
        at = close + 1;
      } else {
        const end = fieldEnd(text, at);
        fields.push(text.slice(at, end));
        at = end;
      }
      if (text[at] === ',') {
        at += 1;
        continue;
      }
      if (text[at] === '\r' && at + 1 >= text.length && !isLast) return -1;
      if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 >= text.length)) at += 1;
      if (at < text.length && text[at] !== '\n') {
        throw new CsvError(this.#records + 1, 'something stands between a closing quote and the comma');
      }
      if (at >= text.length && !isLast) return -1;
      this.#records += 1;
      out.push({ number: this.#records, fields });
      return at + 1;
    }
  }
}

/** A file's records, some hundred at a time; `.gz` is unpacked. Throws CsvError or the reader's error. */
export async function* readCsv(path: string): AsyncGenerator<string[][], void, undefined> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  // `pipeline` hands a read error on to the unpacker, where the loop below meets it.
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  bytes.setEncoding('utf8');
  const parser = new CsvParser();
  for await (const piece of bytes) yield parser.push(piece as string);
  yield parser.end();
}

function closingQuote(text: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1 || text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}

function fieldEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === ',' || char === '\n') return at;
    if (char === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) return at;
  }
  return text.length;
}

/** Excel marks UTF-8 files with U+FEFF. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
