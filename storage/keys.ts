/**
 * Row keys: which are legal, and their order. Keys are ordered by their UTF-8 bytes, on every
 * medium.
 */

import { JournalError, type Row } from './journal.ts';

/** The longest key, bytes of UTF-8. LMDB could take 1,978. */
export const rowKeyBytesMax = 1024;

/** The first possible key: nothing sorts before it. */
export const firstKey: Uint8Array = Uint8Array.of(0);

/** UTF-8 never contains this byte, so it sorts after every key. */
const afterEveryByte = 0xff;

/** @throws JournalError `misuse` unless every row has a legal key and a value that can be kept. */
export function checkRows(rows: readonly Row[]): void {
  for (const [key, value] of rows) {
    checkKey(key);
    if (value === undefined) throw new JournalError('misuse', `row ${key} is undefined, not null`);
  }
}

/** A legal key is well-formed Unicode of 1 to `rowKeyBytesMax` bytes. */
function checkKey(key: string): void {
  // A UTF-16 unit is at most three bytes: short keys need no counting.
  const tooLong = key.length * 3 > rowKeyBytesMax && Buffer.byteLength(key) > rowKeyBytesMax;
  if (key.length === 0 || tooLong || /\p{Surrogate}/u.test(key)) {
    const what = `a row key must be well-formed and 1 to ${rowKeyBytesMax} bytes long`;
    throw new JournalError('misuse', `${what}: ${JSON.stringify(key.slice(0, 80))}`);
  }
}

/** The range of bytes, from ≤ key < to, that holds the keys beginning with `prefix`. */
export function prefixRange(prefix: string): { from: Uint8Array; to: Uint8Array } {
  const bytes = Buffer.from(prefix, 'utf8');
  return {
    from: bytes.length === 0 ? firstKey : bytes,
    to: Buffer.concat([bytes, Buffer.of(afterEveryByte)]),
  };
}

/** The first possible key after this one. */
export function keyAfter(key: string): Uint8Array {
  return Buffer.concat([Buffer.from(key, 'utf8'), Buffer.of(0)]);
}

/** Order of UTF-8 bytes. Not JavaScript's `<`, which orders by UTF-16 units. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}
