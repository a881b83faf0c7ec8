/**
 * Values ⇄ MessagePack: the only file that calls msgpackr for what is stored.
 *
 * What comes back is deeply equal: strings (well-formed Unicode), numbers (NaN and infinities too,
 * every integer up to 2^53 − 1), bigints of 64 bits, booleans, null, undefined, bytes, arrays and
 * plain objects. Minus zero comes back as zero, bytes as a Buffer. Class instances, Map, Set and
 * Date are not values.
 *
 * Two encodings, because neither msgpackr mode is both small and safe for every key:
 * - `shapes`: each object shape is written once per message and then cited by number. Half the
 *   bytes and a
 *   third of the decoding time on a turn of 100 orders, the same encoding time (measured).
 * - `plain`: every object with its keys. For single rows, where shapes hardly repeat.
 * msgpackr renames a key `__proto__` when it decodes, and a key `__keys__` spoils its table of
 * shapes. Both are legal keys here: a message that mentions either is written plain and read by way
 * of Maps.
 */

import { Packr, RESERVE_START_SPACE } from 'msgpackr';
import type { Value } from './journal.ts';

/** How a message is written; kept beside it. The numbers are on disk: never reuse one. */
export const valueEncodings = { shapes: 0, plain: 1, guarded: 2 } as const;
export type ValueEncoding = (typeof valueEncodings)[keyof typeof valueEncodings];

/**
 * An encoded value behind `headBytes` of free room that hold garbage until the caller fills them.
 */
export interface EncodedValue {
  readonly bytes: Buffer;
  readonly encoding: ValueEncoding;
}

const plain = new Packr({ useRecords: false, variableMapSize: true, copyBuffers: true });
const viaMaps = new Packr({ useRecords: false, mapsAsObjects: false, copyBuffers: true });
let shapes = newShapes();

/** Encode with each shape written once: for values that hold many alike. `headBytes` ≤ 255. */
export function encodeShapes(value: Value, headBytes: number): EncodedValue {
  try {
    const bytes = shapes.pack(value, RESERVE_START_SPACE | headBytes);
    if (!mentionsTrap(bytes)) return { bytes, encoding: valueEncodings.shapes };
  } catch {
    // A key `__keys__` can break the table of shapes as well as spoil it. What cannot be encoded at
    // all throws again below.
  }
  shapes = newShapes();
  return encodePlain(value, headBytes);
}

/** Encode one value by itself. `headBytes` ≤ 255. */
export function encodePlain(value: Value, headBytes: number): EncodedValue {
  const bytes = plain.pack(value, RESERVE_START_SPACE | headBytes);
  const guarded = mentionsTrap(bytes);
  return { bytes, encoding: guarded ? valueEncodings.guarded : valueEncodings.plain };
}

/**
 * Decode the bytes from `start` up to `end`. The result shares no memory with them.
 * @throws whatever msgpackr throws on bytes it did not write; callers check a checksum first.
 */
export function decodeValue(
  bytes: Uint8Array, start: number, end: number, encoding: ValueEncoding,
): Value {
  if (encoding === valueEncodings.plain) return plain.unpack(bytes, { start, end });
  if (encoding === valueEncodings.shapes) return shapes.unpack(bytes, { start, end });
  return mapsToObjects(viaMaps.unpack(bytes, { start, end }));
}

/** Is this number an encoding we know? */
export function isValueEncoding(number: number): number is ValueEncoding {
  return number === 0 || number === 1 || number === 2;
}

function newShapes(): Packr {
  return new Packr({ useRecords: true, copyBuffers: true });
}

/**
 * One search for the rare common part is nearly free; only a hit looks closer. A key always stands
 * in the message in full at least once, whichever mode wrote it.
 */
function mentionsTrap(bytes: Buffer): boolean {
  return bytes.includes('__') && (bytes.includes('__proto__') || bytes.includes('__keys__'));
}

/** Rebuild objects with own properties only, so that `__proto__` is a key like any other. */
function mapsToObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapsToObjects);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = {};
  for (const [key, member] of value) {
    const inside = mapsToObjects(member);
    // Every other key is its own by being set, which is many times faster.
    if (key !== '__proto__') object[String(key)] = inside;
    else Object.defineProperty(object, key, { value: inside, enumerable: true, writable: true, configurable: true });
  }
  return object;
}
