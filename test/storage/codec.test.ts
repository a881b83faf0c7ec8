import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkRecord, decodeRecord, decodeRow, encodeRecord, encodeRow, linkOf, origin, recordHeaderBytes,
} from '../../storage/codec.ts';
import { crc32c, crc32cText } from '../../storage/crc32c.ts';
import type { TurnRecord } from '../../storage/journal.ts';

describe('crc32c', () => {
  test.each([
    ['', 0], ['123456789', 0xe3069283], ['a', 0xc1d04330],
    ['The quick brown fox jumps over the lazy dog', 0x22620404],
  ])('of %j', (text, crc) => {
    expect(crc32c(Buffer.from(text))).toBe(crc);
    expect(crc32cText(text)).toBe(crc);
  });

  test.each([[0, 0x8a9136aa], [255, 0x62a8ab43]])('of 32 bytes of %i', (byte, crc) => {
    expect(crc32c(new Uint8Array(32).fill(byte))).toBe(crc);
  });

  test('is the same at every alignment, in one piece and in two', () => {
    fc.assert(fc.property(
      fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(8), (bytes, cut, shift) => {
        const room = new Uint8Array(bytes.length + shift);
        room.set(bytes, shift);
        const whole = crc32c(bytes);
        expect(crc32c(room, shift)).toBe(whole);
        const at = Math.min(cut, bytes.length);
        expect(crc32c(bytes, at, bytes.length, crc32c(bytes, 0, at))).toBe(whole);
      },
    ));
  });

  test('of text is that of its UTF-8 bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(crc32cText(text)).toBe(crc32c(Buffer.from(text)));
    }));
  });
});

/** Keys that have broken encoders before. */
const key = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '__proto__', '__keys__', 'constructor', 'hasOwnProperty', 'toString', 'length', '0', '',
  ),
);
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null), fc.constant(undefined),
  fc.integer(), fc.maxSafeInteger(),
  fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 }, leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(objectOf),
  ),
}));

/** Own properties only, whatever they are called. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, member] of entries) {
    Object.defineProperty(object, name, {
      value: member, enumerable: true, writable: true, configurable: true,
    });
  }
  return object;
}

const record: fc.Arbitrary<TurnRecord> = fc.record({
  atMs: fc.maxSafeInteger(),
  commands: fc.array(value, { maxLength: 6 }),
  rows: fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), value), { maxLength: 6 }),
  events: fc.array(value, { maxLength: 6 }),
  outbox: fc.array(value, { maxLength: 3 }),
});

test('[J11] any record comes back deeply equal, one after another through the same encoder', () => {
  fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (records) => {
    let previous = origin;
    const written = records.map((each, at) => {
      const bytes = encodeRecord(each, BigInt(at + 1), previous);
      previous = linkOf(bytes, checkRecord(bytes, at + 1));
      return bytes;
    });
    for (const [at, bytes] of written.entries()) {
      const read = decodeRecord(bytes, at + 1);
      expect(read).toEqual({ ...records[at], position: at + 1, epoch: BigInt(at + 1) });
    }
  }), { numRuns: 150 });
});

test('[J11] any row comes back deeply equal and shares no memory with its bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), value, (name, each) => {
    const bytes = Buffer.from(encodeRow(name, each));
    const read = decodeRow(name, bytes);
    bytes.fill(0);
    expect(read).toEqual(each);
  }), { numRuns: 150 });
});

test('[J14] [J15] any flipped bit, any cut, any other place or key is noticed', () => {
  fc.assert(fc.property(record, fc.nat(), fc.nat(7), (each, where, bit) => {
    const bytes = encodeRecord(each, 3n, origin);
    const at = where % bytes.length;
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
    expect(() => checkRecord(flipped, 1)).toThrow();
    expect(() => checkRecord(bytes.subarray(0, at), 1)).toThrow();
    expect(() => checkRecord(bytes, 2)).toThrow('record 2 says it is record 1');
    const row = Buffer.from(encodeRow('one', each));
    expect(() => decodeRow('other', row)).toThrow('row "other" fails its checksum');
    row[at % row.length] = (row[at % row.length] ?? 0) ^ (1 << bit);
    expect(() => decodeRow('one', row)).toThrow();
  }));
});

test('[J16] an unknown record format is refused by its number', () => {
  const bytes = Buffer.from(encodeRecord(
    { atMs: 1, commands: [], rows: [], events: [], outbox: [] }, 1n, origin,
  ));
  bytes[8] = 7;
  bytes.writeUInt32LE(crc32c(bytes, 8), 4);
  const message: unknown = expect.stringContaining('format 7');
  const newer = expect.objectContaining({ code: 'newer-version', message });
  expect(() => checkRecord(bytes, 1)).toThrow(newer);
});

test('a turn of many alike is small: each shape is written once', () => {
  const commands = Array.from({ length: 100 }, (_, number) => ({
    kind: 'order.place', orderId: `order-${number}`,
    lines: [1, 2, 3].map((line) => ({ sku: `sku-${line}`, quantity: line, priceMinor: 1999 })),
  }));
  const bytes = encodeRecord({ atMs: 1, commands, rows: [], events: [], outbox: [] }, 1n, origin);
  expect(bytes.length).toBeLessThan(JSON.stringify(commands).length * 0.4);
  expect(decodeRecord(bytes, 1).commands).toEqual(commands);
  expect(bytes.length).toBeGreaterThan(recordHeaderBytes);
});
