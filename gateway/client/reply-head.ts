/**
 * The head of a reply in MessagePack, read without making its answer: `{ request, ok, position }` in the
 * order the server writes it. A load generator reads no answers, and decoding is half of what receiving
 * costs. Anything else — a refusal, a push, another order — is left to the whole decoder.
 */

export interface ReplyHead {
  readonly request: number;
  readonly position: number;
  /** Where the bytes of `ok` are. */
  readonly from: number;
  readonly to: number;
}

const requestKey = keyBytes('request');
const okKey = keyBytes('ok');
const positionKey = keyBytes('position');
/** A map of three in its short form, as the server writes it, and in its 16-bit one. */
const shortMapOfThree = 0x83;
const map16 = 0xde;

/** The head, or undefined when the frame is not exactly such a reply. Never throws. */
export function readReplyHead(bytes: Uint8Array): ReplyHead | undefined {
  const start = bytes[0] === shortMapOfThree ? 1 : bytes[0] === map16 && big(bytes, 1, 2) === 3 ? 3 : 0;
  if (start === 0 || !isAt(bytes, start, requestKey)) return undefined;
  const requestAt = start + requestKey.length;
  const requestEnd = skip(bytes, requestAt);
  const request = readCount(bytes, requestAt);
  if (request === undefined || !isAt(bytes, requestEnd, okKey)) return undefined;
  const from = requestEnd + okKey.length;
  const to = skip(bytes, from);
  if (!isAt(bytes, to, positionKey)) return undefined;
  const positionAt = to + positionKey.length;
  const position = readCount(bytes, positionAt);
  if (position === undefined || skip(bytes, positionAt) !== bytes.length) return undefined;
  return { request, position, from, to };
}

function keyBytes(key: string): Uint8Array {
  return Uint8Array.from([0xa0 | key.length, ...new TextEncoder().encode(key)]);
}

function isAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (bytes[at + index] !== expected[index]) return false;
  }
  return true;
}

/** A number that is not negative, in any of the forms MessagePack has for it. */
function readCount(bytes: Uint8Array, at: number): number | undefined {
  const type = byteAt(bytes, at);
  if (type < 0x80) return type;
  if (type === 0xcc) return byteAt(bytes, at + 1);
  if (type === 0xcd) return big(bytes, at + 1, 2);
  if (type === 0xce) return big(bytes, at + 1, 4);
  if (type === 0xcf) {
    const value = big(bytes, at + 1, 8);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  if (type !== 0xcb || at + 9 > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset + at + 1, 8).getFloat64(0);
}

/** Where the value at `at` ends; beyond the end when the bytes are not whole or not MessagePack. */
function skip(bytes: Uint8Array, at: number): number {
  let left = 1;
  let next = at;
  while (left > 0) {
    if (next >= bytes.length) return Infinity;
    const type = byteAt(bytes, next);
    left -= 1;
    if (type < 0x80 || type >= 0xe0) next += 1;
    else if (type < 0x90) {
      left += 2 * (type & 0x0f);
      next += 1;
    } else if (type < 0xa0) {
      left += type & 0x0f;
      next += 1;
    } else if (type < 0xc0) next += 1 + (type & 0x1f);
    else if (type >= 0xdc) {
      const width = type % 2 === 0 ? 2 : 4;
      left += big(bytes, next + 1, width) * (type >= 0xde ? 2 : 1);
      next += 1 + width;
    } else next += scalarLength(bytes, next, type);
  }
  return next;
}

/** Length of a value with a type byte from 0xc0 to 0xdb. Extensions are not ours: to the end. */
function scalarLength(bytes: Uint8Array, at: number, type: number): number {
  switch (type) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return 1;
    case 0xcc:
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
      return 3;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 5;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 9;
    case 0xc4:
    case 0xd9:
      return 2 + byteAt(bytes, at + 1);
    case 0xc5:
    case 0xda:
      return 3 + big(bytes, at + 1, 2);
    case 0xc6:
    case 0xdb:
      return 5 + big(bytes, at + 1, 4);
    default:
      return Infinity;
  }
}

function big(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index++) value = value * 256 + byteAt(bytes, at + index);
  return value;
}

/** 0 beyond the end; `skip` finds out. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
