/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), eight bytes a step.
 *
 * Every record and row carries one, because LMDB has no page checksums: a swapped page is otherwise
 * read back as good data. Node's own `zlib.crc32` is the other polynomial, hence this file: about
 * 1.3 GB/s.
 */

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Below this many bytes, making a 32-bit view costs more than it saves. */
const viewBytesMin = 64;

/** Table n holds the remainder of a byte followed by n zero bytes. */
const tables = makeTables(8);
const table0 = tableAt(0);
const table1 = tableAt(1);
const table2 = tableAt(2);
const table3 = tableAt(3);
const table4 = tableAt(4);
const table5 = tableAt(5);
const table6 = tableAt(6);
const table7 = tableAt(7);

/**
 * The checksum of `bytes` from `start` up to `end`.
 * @param seed the checksum of what goes before: `crc32c(b, 0, n, crc32c(a))` is that of `a`
 * followed by `b`.
 * @returns an unsigned 32-bit integer.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  const aligned = ((bytes.byteOffset + start) & 3) === 0;
  if (!littleEndian || !aligned || end - start < viewBytesMin) {
    return ~addBytes(~seed, bytes, start, end) >>> 0;
  }
  const words = ((end - start) >>> 3) * 2;
  const view = new Int32Array(bytes.buffer, bytes.byteOffset + start, words);
  return ~addBytes(addWords(~seed, view), bytes, start + words * 4, end) >>> 0;
}

/** The checksum of a string's UTF-8 bytes. Keys are nearly always ASCII, which needs no buffer. */
export function crc32cText(text: string): number {
  let remainder = -1;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return crc32c(Buffer.from(text, 'utf8'));
    remainder = (table0[(remainder ^ unit) & 255] as number) ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}

/**
 * Pairs of little-endian words: the hot loop. An index into a table is a byte, so it always hits.
 */
function addWords(start: number, view: Int32Array): number {
  let remainder = start;
  for (let index = 0; index < view.length; index += 2) {
    const low = remainder ^ (view[index] as number);
    const high = view[index + 1] as number;
    remainder =
      (table7[low & 255] as number) ^
      (table6[(low >>> 8) & 255] as number) ^
      (table5[(low >>> 16) & 255] as number) ^
      (table4[low >>> 24] as number) ^
      (table3[high & 255] as number) ^
      (table2[(high >>> 8) & 255] as number) ^
      (table1[(high >>> 16) & 255] as number) ^
      (table0[high >>> 24] as number);
  }
  return remainder;
}

function addBytes(start: number, bytes: Uint8Array, from: number, to: number): number {
  let remainder = start;
  for (let index = from; index < to; index += 1) {
    const byte = (remainder ^ (bytes[index] as number)) & 255;
    remainder = (table0[byte] as number) ^ (remainder >>> 8);
  }
  return remainder;
}

function makeTables(count: number): readonly Int32Array[] {
  const made: Int32Array[] = [];
  for (let number = 0; number < count; number += 1) {
    made.push(Int32Array.from({ length: 256 }, (_, byte) => zeroesAfter(byte, number + 1)));
  }
  return made;
}

/** The remainder of `byte` pushed through `count` bytes' worth of division. */
function zeroesAfter(byte: number, count: number): number {
  let remainder = byte;
  for (let bit = 0; bit < count * 8; bit += 1) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return remainder;
}

function tableAt(number: number): Int32Array {
  const table = tables[number];
  if (table === undefined) throw new RangeError(`no table ${number}`);
  return table;
}
