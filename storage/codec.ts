/**
 * Turn records and rows ⇄ bytes. What is written here is the format on disk: `recordFormat` names
 * it.
 *
 * A record is 64 bytes of header and a body. All integers little-endian:
 *
 *    0  u32  magic "BTNR"
 *    4  u32  CRC-32C of everything from byte 8 to the end
 *    8  u8   record format (2)          9  u8  body encoding (values.ts)      10  u16  zero
 *   12  u32  body length, bytes
 *   16  u64  epoch
 *   24  u64  position
 *   32  f64  atMs
 *   40  f64  encoded bytes of all earlier records, trimmed ones included
 *   48  16B  first half of the SHA-256 of the previous record's bytes; zeroes at position 1
 *   64  body: [commands, rows, events, outbox]; from format 2 on a fifth, movements, when there are any
 *
 * The checksum finds damage, the position a record in the wrong place, the hash a record of another
 * history.
 */

import { hash } from 'node:crypto';
import { crc32c, crc32cText } from './crc32c.ts';
import { JournalError, type Position, type Row, type StoredRecord } from './journal.ts';
import type { TurnRecord, Value } from './journal.ts';
import { decodeValue, encodePlain, encodeShapes, isValueEncoding } from './values.ts';

export const recordFormat = 2;
const recordFormatMin = 1;
export const recordHeaderBytes = 64;
export const hashBytes = 16;
const rowFormat = 1;
const rowHeaderBytes = 8;
const magic = 0x524e5442; // "BTNR" read as a little-endian u32

/** The last record before a place in the log: what the next one must follow. */
export interface Link {
  readonly position: Position;
  readonly epoch: bigint;
  /** Encoded bytes of all records up to and including this one. */
  readonly bytesTotal: number;
  /** `hashRecord` of this one. */
  readonly hash: Uint8Array;
}

/** What stands before the first record of all. */
export const origin: Link = {
  position: 0, epoch: 0n, bytesTotal: 0, hash: new Uint8Array(hashBytes),
};

/** Encode the record that follows `previous`. The bytes are never written to again. */
export function encodeRecord(record: TurnRecord, epoch: bigint, previous: Link): Buffer {
  const body: Value[] = [record.commands, record.rows, record.events, record.outbox];
  if (record.movements !== undefined) body.push(record.movements);
  const { bytes, encoding } = encodeShapes(body, recordHeaderBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt8(recordFormat, 8);
  bytes.writeUInt8(encoding, 9);
  bytes.writeUInt16LE(0, 10);
  bytes.writeUInt32LE(bytes.length - recordHeaderBytes, 12);
  bytes.writeBigUInt64LE(epoch, 16);
  bytes.writeBigUInt64LE(BigInt(previous.position + 1), 24);
  bytes.writeDoubleLE(record.atMs, 32);
  bytes.writeDoubleLE(previous.bytesTotal, 40);
  bytes.set(previous.hash, 48);
  bytes.writeUInt32LE(crc32c(bytes, 8), 4);
  return bytes;
}

/**
 * What the next record must carry as its previous hash. The whole record, so the chain covers the
 * bodies.
 */
export function hashRecord(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer').subarray(0, hashBytes);
}

/** A record's header, checked against its bytes and its place. */
export interface RecordHeader {
  readonly position: Position;
  readonly epoch: bigint;
  readonly atMs: number;
  readonly bytesBefore: number;
  readonly previousHash: Uint8Array;
}

/**
 * Check a record's bytes: magic, format, lengths, checksum, and that it belongs at `position`.
 * @throws JournalError `corrupt` or `newer-version`, naming the position.
 */
export function checkRecord(bytes: Uint8Array, position: Position): RecordHeader {
  const view = viewOf(bytes);
  if (bytes.length < recordHeaderBytes || view.readUInt32LE(0) !== magic) {
    throw damaged(position, 'is not a record');
  }
  if (view.readUInt32LE(4) !== crc32c(bytes, 8)) throw damaged(position, 'fails its checksum');
  const format = view.readUInt8(8);
  if (format < recordFormatMin || format > recordFormat) {
    throw unknownFormat(`record ${position}`, format, recordFormat);
  }
  if (view.readUInt32LE(12) !== bytes.length - recordHeaderBytes) {
    throw damaged(position, 'has the wrong length');
  }
  const written = Number(view.readBigUInt64LE(24));
  if (written !== position) throw damaged(position, `says it is record ${written}`);
  return {
    position,
    epoch: view.readBigUInt64LE(16),
    atMs: view.readDoubleLE(32),
    bytesBefore: view.readDoubleLE(40),
    previousHash: bytes.subarray(48, 48 + hashBytes),
  };
}

/** Check and decode a record. @throws as `checkRecord`. */
export function decodeRecord(bytes: Uint8Array, position: Position): StoredRecord {
  return decodeBody(bytes, checkRecord(bytes, position));
}

/** Decode the body of a record whose header was checked. */
export function decodeBody(bytes: Uint8Array, header: RecordHeader): StoredRecord {
  const encoding = bytes[9] ?? 255;
  if (!isValueEncoding(encoding)) {
    throw unknownFormat(`the body of record ${header.position}`, encoding, 2);
  }
  const body = decodeValue(bytes, recordHeaderBytes, bytes.length, encoding);
  if (!Array.isArray(body) || body.length < 4 || body.length > 5) throw damaged(header.position, 'has no body');
  const [commands, rows, events, outbox, movements] = body as [Value[], Row[], Value[], Value[], Value];
  const { position, epoch, atMs } = header;
  const record = { position, epoch, atMs, commands, rows, events, outbox };
  return movements === undefined ? record : { ...record, movements };
}

/** The link a checked record makes for the one after it. */
export function linkOf(bytes: Uint8Array, header: RecordHeader): Link {
  const { position, epoch, bytesBefore } = header;
  return { position, epoch, bytesTotal: bytesBefore + bytes.length, hash: hashRecord(bytes) };
}

/**
 * Encode a row's value: u32 CRC-32C of the key and of everything after it, u8 format, u8 encoding,
 * u16 zero, MessagePack. The key is in the checksum because a swapped page shows a sound row under
 * another key.
 */
export function encodeRow(key: string, value: Value): Buffer {
  const { bytes, encoding } = encodePlain(value, rowHeaderBytes);
  bytes.writeUInt8(rowFormat, 4);
  bytes.writeUInt8(encoding, 5);
  bytes.writeUInt16LE(0, 6);
  bytes.writeUInt32LE(crc32c(bytes, 4, bytes.length, crc32cText(key)), 0);
  return bytes;
}

/** Check a row's bytes without decoding them. @throws JournalError `corrupt` or `newer-version`. */
export function checkRow(key: string, bytes: Uint8Array): void {
  if (bytes.length <= rowHeaderBytes) {
    throw new JournalError('corrupt', `row ${show(key)} is cut off`);
  }
  const crc = crc32c(bytes, 4, bytes.length, crc32cText(key));
  if (viewOf(bytes).readUInt32LE(0) !== crc) {
    throw new JournalError('corrupt', `row ${show(key)} fails its checksum`);
  }
  const format = bytes[4] ?? 255;
  if (format !== rowFormat) throw unknownFormat(`row ${show(key)}`, format, rowFormat);
}

/** Check and decode a row's value. It shares no memory with `bytes`. @throws as `checkRow`. */
export function decodeRow(key: string, bytes: Uint8Array): Value {
  checkRow(key, bytes);
  const encoding = bytes[5] ?? 255;
  if (!isValueEncoding(encoding)) throw unknownFormat(`row ${show(key)}`, encoding, 2);
  return decodeValue(bytes, rowHeaderBytes, bytes.length, encoding);
}

/** What the saved rows say of themselves, written in the same transaction as any change to them. */
export interface Saved {
  /** The rows hold everything up to and including this position. */
  readonly at: Position;
  readonly rowCount: number;
  /**
   * The sum of all rows' checksums, modulo 2^32. Each row proves itself; only this shows that one
   * is missing or an older version of itself, as pages swapped or brought back by a disk would have
   * it.
   */
  readonly digest: number;
}

export const nothingSaved: Saved = { at: 0, rowCount: 0, digest: 0 };

/** What a row adds to the digest: its checksum, which also covers its key. */
export function digestOf(bytes: Uint8Array): number {
  return viewOf(bytes).readUInt32LE(0);
}

/** The digest with one row's part exchanged for another's; 0 stands for no row. */
export function exchangeDigest(digest: number, before: number, after: number): number {
  return (digest - before + after) >>> 0;
}

/** A key as it may stand in a message: quoted, escaped, cut. */
function show(key: string): string {
  return JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
}

function damaged(position: Position, what: string): JournalError {
  return new JournalError('corrupt', `record ${position} ${what}`);
}

function unknownFormat(what: string, found: number, known: number): JournalError {
  const code = found > known ? 'newer-version' : 'corrupt';
  return new JournalError(code, `${what} is in format ${found}; this build reads up to ${known}`);
}

/** The same bytes with Buffer's readers: no copy. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
