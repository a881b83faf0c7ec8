/**
 * MessagePack as the wire reads it: nil, booleans, numbers, strings, arrays and maps with string
 * keys. Owned here, not taken from a library, because the wire needs what libraries do not give
 * together: a decoder that builds nothing but plain data whatever a peer sends (no extension, no
 * record, no BigInt), within limits, and names the field at fault. Tested against msgpackr.
 */

/** Bounds of one decoded message. */
export interface DecodeLimits {
  /** Arrays and maps inside each other. */
  readonly depthMax: number;
  /** Fields of one map. No message of ours has more than a dozen. */
  readonly mapSizeMax: number;
  /** All values of the message together. */
  readonly valuesMax: number;
}

/**
 * What could not be read, and where: `body.lines[3].quantity`, or "" for the message as a whole.
 */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  readonly field: string;
  readonly tooLarge: boolean;
  constructor(message: string, field: string, tooLarge = false) {
    super(message);
    this.field = field;
    this.tooLarge = tooLarge;
  }
}

/** A path of keys and indexes as refusals name it. */
export function fieldPath(path: readonly (string | number)[], length = path.length): string {
  let text = '';
  for (let at = 0; at < length; at += 1) {
    const step = path[at];
    if (typeof step === 'number') text += `[${step}]`;
    else if (step !== undefined) text += text === '' ? step : `.${step}`;
  }
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Short ASCII strings seen before. Field names, kinds, SKUs and places come again and again;
 * finding one here costs a third of making it anew, and equal strings in the engine become one
 * string.
 */
const known: string[] = Array.from({ length: 4_096 }, () => '');
const knownLengthMax = 32;

function knownText(bytes: Buffer, start: number, length: number, hash: number): string {
  const slot = (hash ^ (hash >>> 12)) & 4_095;
  const text = known[slot] ?? '';
  if (text.length === length) {
    let at = 0;
    while (at < length && text.charCodeAt(at) === bytes[start + at]) at += 1;
    if (at === length) return text;
  }
  const made = bytes.toString('latin1', start, start + length);
  known[slot] = made;
  return made;
}

/** One decoder, used for every message; it keeps nothing of a message between calls. */
class Decoder {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #depth = 0;
  #values = 0;
  readonly #path: (string | number)[] = [];
  readonly #limits: DecodeLimits;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  decode(bytes: Uint8Array): unknown {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#end = bytes.byteLength;
    this.#depth = 0;
    this.#values = 0;
    const value = this.#value();
    if (this.#at !== this.#end) this.#fail('bytes follow the message');
    return value;
  }

  #fail(message: string, tooLarge = false): never {
    throw new MalformedError(message, fieldPath(this.#path, this.#depth), tooLarge);
  }

  /** Moves past `count` bytes and says where they began. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) this.#fail('the message ends early');
    this.#at = at + count;
    return at;
  }

  #value(): unknown {
    const token = this.#bytes[this.#take(1)] ?? 0;
    this.#values += 1;
    if (this.#values > this.#limits.valuesMax) this.#fail('too many values in one message', true);
    if (token < 0x80) return token;
    if (token < 0x90) return this.#map(token & 0x0f);
    if (token < 0xa0) return this.#array(token & 0x0f);
    if (token < 0xc0) return this.#string(token & 0x1f);
    if (token >= 0xe0) return token - 0x100;
    return this.#long(token);
  }

  #long(token: number): unknown {
    const bytes = this.#bytes;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#float(bytes.readFloatBE(this.#take(4)));
      case 0xcb:
        return this.#float(bytes.readDoubleBE(this.#take(8)));
      case 0xcc:
        return bytes[this.#take(1)];
      case 0xcd:
        return bytes.readUInt16BE(this.#take(2));
      case 0xce:
        return bytes.readUInt32BE(this.#take(4));
      case 0xcf:
        return this.#wide(bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
        return bytes.readInt8(this.#take(1));
      case 0xd1:
        return bytes.readInt16BE(this.#take(2));
      case 0xd2:
        return bytes.readInt32BE(this.#take(4));
      case 0xd3:
        return this.#wide(bytes.readBigInt64BE(this.#take(8)));
      case 0xd4:
        // How msgpackr writes undefined; a peer that uses it means an absent field.
        if (bytes.readUInt16BE(this.#take(2)) === 0) return undefined;
        return this.#fail('binary, extension and reserved types are not part of the protocol');
      case 0xd9:
        return this.#string(bytes[this.#take(1)] ?? 0);
      case 0xda:
        return this.#string(bytes.readUInt16BE(this.#take(2)));
      case 0xdb:
        return this.#string(bytes.readUInt32BE(this.#take(4)));
      case 0xdc:
        return this.#array(bytes.readUInt16BE(this.#take(2)));
      case 0xdd:
        return this.#array(bytes.readUInt32BE(this.#take(4)));
      case 0xde:
        return this.#map(bytes.readUInt16BE(this.#take(2)));
      case 0xdf:
        return this.#map(bytes.readUInt32BE(this.#take(4)));
      default:
        return this.#fail('binary, extension and reserved types are not part of the protocol');
    }
  }

  #float(value: number): number {
    if (!Number.isFinite(value)) this.#fail('must be a finite number');
    if (Object.is(value, -0)) this.#fail('must not be negative zero');
    return value;
  }

  #wide(value: bigint): number {
    const narrow = Number(value);
    if (!Number.isSafeInteger(narrow)) this.#fail('must be an integer within ±(2^53 − 1)');
    return narrow;
  }

  #string(length: number): string {
    const start = this.#take(length);
    const end = start + length;
    const bytes = this.#bytes;
    if (length <= knownLengthMax) {
      let hash = length;
      let high = 0;
      for (let at = start; at < end; at += 1) {
        const byte = bytes[at] ?? 0;
        high |= byte;
        hash = (Math.imul(hash, 31) + byte) | 0;
      }
      if (high < 0x80) return knownText(bytes, start, length, hash);
    }
    try {
      return utf8.decode(bytes.subarray(start, end));
    } catch {
      // The only error of a fatal decoder: bytes that are no UTF-8.
      return this.#fail('must be well-formed UTF-8');
    }
  }

  #enter(): number {
    if (this.#depth >= this.#limits.depthMax) this.#fail('nested too deeply', true);
    this.#depth += 1;
    return this.#depth - 1;
  }

  #array(length: number): unknown[] {
    // Each item takes a byte at least, so a length that lies is refused before anything is made.
    if (length > this.#end - this.#at) this.#fail('the message ends early');
    const level = this.#enter();
    const items: unknown[] = [];
    for (let index = 0; index < length; index += 1) {
      this.#path[level] = index;
      items.push(this.#value());
    }
    this.#depth = level;
    return items;
  }

  #map(size: number): Record<string, unknown> {
    if (size > this.#limits.mapSizeMax) this.#fail('too many fields in one object', true);
    const level = this.#enter();
    const fields: Record<string, unknown> = {};
    for (let index = 0; index < size; index += 1) {
      this.#path[level] = '';
      const key = this.#key();
      this.#path[level] = key;
      if (key === '__proto__') this.#fail('no such field');
      fields[key] = this.#value();
    }
    this.#depth = level;
    return fields;
  }

  #key(): string {
    const token = this.#bytes[this.#take(1)] ?? 0;
    if (token >= 0xa0 && token < 0xc0) return this.#string(token & 0x1f);
    if (token === 0xd9) return this.#string(this.#bytes[this.#take(1)] ?? 0);
    return this.#fail('field names must be strings of up to 255 bytes');
  }
}

/**
 * A decoder of whole messages. It throws MalformedError for anything that is not plain data within
 * the limits, after work proportional to the bytes read so far and no more.
 */
export function messagePackDecoder(limits: DecodeLimits): (bytes: Uint8Array) => unknown {
  const decoder = new Decoder(limits);
  return (bytes) => decoder.decode(bytes);
}
