/**
 * MessagePack as the wire writes it. Owned here because the wire needs undefined fields left out,
 * as in JSON, and one body written into many frames; msgpackr does the first at twice the cost.
 * Tested against msgpackr.
 */

/** The encoder's buffer: grows to the largest message so far, and is shared by all messages. */
let target = Buffer.allocUnsafeSlow(64 * 1024);
let end = 0;

function ensure(bytes: number): void {
  if (end + bytes <= target.length) return;
  const grown = Buffer.allocUnsafeSlow(Math.max(target.length * 2, end + bytes));
  target.copy(grown, 0, 0, end);
  target = grown;
}

/**
 * Encode a value. The bytes stand in a shared buffer: they are good until the next call of any
 * function of this file. Undefined fields are left out; a bigint, function or symbol is a bug and
 * throws.
 */
export function encodeShared(value: unknown): Uint8Array {
  end = 0;
  write(value);
  return target.subarray(0, end);
}

/** Encode a value into bytes of its own. */
export function encodeOwn(value: unknown): Uint8Array {
  return Uint8Array.prototype.slice.call(encodeShared(value));
}

/**
 * The bytes of a head, then pieces encoded before, in the shared buffer: `head` is an open map or
 * array.
 */
export function joinShared(
  head: Uint8Array,
  number: number,
  pieces: readonly Uint8Array[],
): Uint8Array {
  end = 0;
  append(head);
  ensure(16);
  writeNumber(number);
  for (const piece of pieces) append(piece);
  return target.subarray(0, end);
}

/** The first bytes of an array of so many items. */
export function arrayHead(length: number): Uint8Array {
  end = 0;
  ensure(16);
  writeLength(length, 0x90, 0xdc);
  return Uint8Array.prototype.slice.call(target.subarray(0, end));
}

function append(piece: Uint8Array): void {
  ensure(piece.length);
  target.set(piece, end);
  end += piece.length;
}

function write(value: unknown): void {
  ensure(16);
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      target[end++] = value ? 0xc3 : 0xc2;
      return;
    case 'object':
      if (value === null) target[end++] = 0xc0;
      else if (Array.isArray(value)) writeArray(value);
      else writeMap(value as Record<string, unknown>);
      return;
    case 'undefined':
      // Only as an item of an array or the whole message: JSON writes null there too.
      target[end++] = 0xc0;
      return;
    default:
      throw new TypeError(`a ${typeof value} cannot go over the wire`);
  }
}

function writeArray(items: readonly unknown[]): void {
  writeLength(items.length, 0x90, 0xdc);
  for (let index = 0; index < items.length; index += 1) write(items[index]);
}

function writeMap(fields: Record<string, unknown>): void {
  let size = 0;
  // Most maps are small: write the fields first, the size into the byte left free, and move them
  // only when the size turns out to need more room.
  const head = end;
  end += 1;
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue;
    size += 1;
    ensure(16);
    writeString(key);
    write(value);
  }
  if (size < 16) {
    target[head] = 0x80 | size;
    return;
  }
  ensure(4);
  target.copyWithin(head + 5, head + 1, end);
  target[head] = 0xdf;
  target.writeUInt32BE(size, head + 1);
  end += 4;
}

function writeLength(length: number, small: number, wide: number): void {
  if (length < 16) target[end++] = small | length;
  else if (length < 0x10000) {
    target[end++] = wide;
    target[end++] = length >>> 8;
    target[end++] = length & 0xff;
  } else {
    target[end++] = wide + 1;
    end = target.writeUInt32BE(length, end);
  }
}

function writeNumber(value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    if (value >= 0) {
      if (value < 0x80) target[end++] = value;
      else if (value < 0x100) {
        target[end++] = 0xcc;
        target[end++] = value;
      } else if (value < 0x10000) {
        target[end++] = 0xcd;
        target[end++] = value >>> 8;
        target[end++] = value & 0xff;
      } else {
        target[end++] = 0xce;
        end = target.writeUInt32BE(value, end);
      }
    } else if (value >= -32) target[end++] = value & 0xff;
    else {
      target[end++] = 0xd2;
      end = target.writeInt32BE(value, end);
    }
    return;
  }
  target[end++] = 0xcb;
  end = target.writeDoubleBE(value, end);
}

function writeString(text: string): void {
  const length = text.length;
  if (length < 32) {
    ensure(40);
    let at = end + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return writeLongString(text);
      target[at++] = code;
    }
    target[end] = 0xa0 | length;
    end = at;
    return;
  }
  writeLongString(text);
}

function writeLongString(text: string): void {
  ensure(text.length * 3 + 5);
  const size = target.write(text, end + 5, 'utf8');
  target[end] = 0xdb;
  target.writeUInt32BE(size, end + 1);
  end += 5 + size;
}
