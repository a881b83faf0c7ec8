/**
 * Rows are written by the thousand each second, so they have an encoding of their own, smaller and
 * faster than a general one: whole numbers as base-128 varints, text behind its length. There are no
 * field names and no types: a row's version says what follows what (rows.ts).
 */
import { assert } from './assert.ts';

/** Rows of a turn are written one after another into pieces of memory of this size. */
const pieceBytes = 256 * 1024;
/** The largest row: an order of 2,000 lines with the longest names. */
const rowBytesMax = 512 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes values one after another; `take` gives what was written since the last one. */
export class ByteWriter {
  #bytes = new Uint8Array(pieceBytes);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #from = 0;

  /** A whole number, 0 to 2^53 − 1. */
  uint(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** A floating-point number, exactly. */
  float(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  /** Well-formed text. Its length comes first, doubled, plus one when it is not plain ASCII. */
  text(value: string): void {
    const { length } = value;
    if (this.#at + length + 8 > this.#bytes.length) this.#grow(length + 8);
    const start = this.#at;
    this.uint(length * 2);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        this.#at = start;
        this.#wide(value);
        return;
      }
      bytes[at++] = code;
    }
    this.#at = at;
  }

  #wide(value: string): void {
    const encoded = encoder.encode(value);
    this.#grow(encoded.length + 8);
    this.uint(encoded.length * 2 + 1);
    this.#bytes.set(encoded, this.#at);
    this.#at += encoded.length;
  }

  /** Text that may be absent: its absence is the empty text. */
  maybe(value: string | undefined): void {
    this.text(value ?? '');
  }

  /** Make room, moving what is not taken yet to the start of a new piece. What was taken stays as it is. */
  #grow(bytes: number): void {
    const pending = this.#bytes.subarray(this.#from, this.#at);
    assert(pending.length + bytes <= rowBytesMax, 'a row larger than rows may be');
    const size = Math.max(pieceBytes, 2 * (pending.length + bytes));
    const next = new Uint8Array(size);
    next.set(pending);
    this.#bytes = next;
    this.#view = new DataView(next.buffer);
    this.#at = pending.length;
    this.#from = 0;
  }

  /** The bytes since the last take. They are never written to again. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#from, this.#at);
    this.#from = this.#at;
    return taken;
  }
}

/** Reads what a ByteWriter wrote, in the same order. Throws a Bug when the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      assert(byte !== undefined, 'a row that ends within a number');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  float(): number {
    assert(this.#at + 8 <= this.#bytes.length, 'a row that ends within a number');
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8);
    this.#at += 8;
    return view.getFloat64(0);
  }

  text(): string {
    const head = this.uint();
    const end = this.#at + Math.floor(head / 2);
    assert(end <= this.#bytes.length, 'a row that ends within a text');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    if (head % 2 === 1) return decoder.decode(bytes);
    let text = '';
    for (let i = 0; i < bytes.length; i += 1) text += String.fromCharCode(bytes[i] ?? 0);
    return text;
  }

  maybe(): string | undefined {
    const text = this.text();
    return text === '' ? undefined : text;
  }

  /** Whether everything was read. */
  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}
