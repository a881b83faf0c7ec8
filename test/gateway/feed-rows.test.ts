import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedFault, feedLimits, type FeedRow } from '../../gateway/feeds/feed.ts';
import { KeySet } from '../../gateway/feeds/key-set.ts';
import { rowChecks } from '../../gateway/feeds/row-check.ts';
import { RowReader, type RowFormat } from '../../gateway/feeds/row-reader.ts';
import { Window } from '../../gateway/feeds/window.ts';

/** Read bytes cut into pieces at these places. */
function read(format: RowFormat, bytes: Uint8Array, cuts: readonly number[] = []): FeedRow[] {
  const reader = new RowReader(format, rowChecks.stock);
  const rows: FeedRow[] = [];
  let from = 0;
  for (const cut of [...cuts].map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    rows.push(...reader.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return [...rows, ...reader.push(bytes.subarray(from)), ...reader.end()];
}

const text = (format: RowFormat, whole: string): FeedRow[] => read(format, Buffer.from(whole));
const values = (rows: readonly FeedRow[]): unknown[] => rows.map(({ value, refused }) => value ?? refused?.code);

const sku = fc.string({ unit: fc.constantFrom('A', 'z', '7', '-', ',', '"', '/', ' '), minLength: 1, maxLength: 8 }).filter((one) => one.trim() === one);
const place = fc.constantFrom('A', 'NYC-1', 'x.y');
const row = fc.oneof(
  fc.record({ sku, location: place, onHand: fc.nat(1_000_000_000) }),
  fc.record({ sku, location: place, delta: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }) }),
  fc.record({ sku, location: place, delta: fc.integer({ min: -9, max: 9 }), reason: fc.constantFrom('lost', 'Zähler 灯', 'a "b", c') }),
);
const rows = fc.array(row, { maxLength: 30 });
const cuts = fc.array(fc.nat(4_000), { maxLength: 12 });
const ending = fc.constantFrom('\n', '\r\n');

describe('rows of a feed', () => {
  it('[F10] as NDJSON are read as they were written, wherever they were cut', () => {
    fc.assert(
      fc.property(rows, cuts, ending, fc.boolean(), fc.boolean(), (written, at, end, hasMark, endsOpen) => {
        const whole = (hasMark ? '\uFEFF' : '') + written.map((one) => JSON.stringify(one)).join(end) + (endsOpen ? '' : end);
        expect(values(read('ndjson', Buffer.from(whole), at))).toEqual(written);
      }),
    );
  });

  it('[F10] as CSV are read as they were written, wherever they were cut', () => {
    const quote = (cell: string | number | undefined): string => {
      const plain = cell === undefined ? '' : String(cell);
      return /[",\r\n]|^ | $/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
    };
    fc.assert(
      fc.property(rows, cuts, ending, fc.boolean(), fc.boolean(), (written, at, end, hasMark, endsOpen) => {
        const header = ['delta', 'sku', 'reason', 'onHand', 'location'] as const;
        const lines = [header.join(','), ...written.map((one) => header.map((name) => quote((one as Record<string, unknown>)[name] as string | undefined)).join(','))];
        const whole = (hasMark ? '\uFEFF' : '') + lines.join(end) + (endsOpen ? '' : end);
        expect(values(read('csv', Buffer.from(whole), at))).toEqual(written);
      }),
    );
  });

  it('[F10] whatever the bytes, reading ends, in rows or in a fault that names its row', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    const nasty = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '{', '}', ':', 's', '1', '\uFEFF', '\uFFFD', ' '), maxLength: 200 });
    fc.assert(
      fc.property(fc.oneof(bytes, nasty.map((one) => new Uint8Array(Buffer.from(one)))), fc.constantFrom<RowFormat>('csv', 'ndjson'), cuts, (some, format, at) => {
        try {
          let last = 0;
          for (const { row: number } of read(format, some, at)) {
            expect(number).toBeGreaterThan(last);
            last = number;
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FeedFault);
          expect((error as FeedFault).refusal.row).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('[F2] are refused for one reason, with the column at fault', () => {
    const faults = (one: object): unknown[] => text('ndjson', JSON.stringify(one)).map(({ refused }) => [refused?.detail, refused?.field]);
    const good = { sku: 'S', location: 'A' };
    expect(faults({ ...good })).toEqual([['is required, or delta', 'onHand']]);
    expect(faults({ ...good, onHand: 1, delta: 1 })).toEqual([['is for rows without onHand: a row says one of them', 'delta']]);
    expect(faults({ ...good, onHand: '5' })).toEqual([['must be integer', 'onHand']]);
    expect(faults({ ...good, onHand: 5, unit: 'kg' })).toEqual([['no such field', 'unit']]);
    expect(faults({ ...good, onHand: 1e12 })).toEqual([['must be <= 1000000000', 'onHand']]);
    expect(faults({ ...good, delta: 0.5 })).toEqual([['must be integer', 'delta']]);
  });

  it('[F10] a row over the limit is refused without being held, and the next one is read', () => {
    const reader = new RowReader('ndjson', rowChecks.stock);
    const piece = Buffer.alloc(64 * 1024, 'x');
    const found: FeedRow[] = [];
    const before = process.memoryUsage().heapUsed;
    for (let sent = 0; sent < 1_000; sent += 1) found.push(...reader.push(piece));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 1024 * 1024);
    found.push(...reader.push(Buffer.from('\n{"sku":"S","location":"A","onHand":1}\n')));
    expect(values(found)).toEqual(['too-large', { sku: 'S', location: 'A', onHand: 1 }]);
    const exact = `{"sku":"S","location":"A","onHand":1${' '.repeat(feedLimits.rowCharsMax)}`.slice(0, feedLimits.rowCharsMax - 1) + '}';
    expect(values(text('ndjson', exact))).toEqual([{ sku: 'S', location: 'A', onHand: 1 }]);
    expect(values(text('ndjson', `${exact} \n`))).toEqual(['too-large']);
  });
});

describe('the names a feed has brought', () => {
  it('[F6] are found again, each once, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 }), { maxLength: 300 }), (names) => {
        const set = new KeySet(1_000_000);
        const known = new Set<string>();
        for (const name of names) {
          expect(set.add(name)).toBe(!known.has(name));
          known.add(name);
        }
      }),
    );
    const set = new KeySet(1_000_000);
    let added = 0;
    for (let round = 0; round < 2; round += 1) {
      for (let name = 0; name < 300_000; name += 1) added += Number(set.add(`SKU-${name} L1`));
      expect(added).toBe(300_000);
    }
  });

  it('[F6] above the limit what is remembered is still found', () => {
    const set = new KeySet(2);
    expect(['a', 'b', 'c', 'c', 'a'].map((name) => set.add(name))).toEqual([true, true, true, true, false]);
  });
});

describe('work under way', () => {
  it('[F13] is bounded, and what fails is told to who waits', async () => {
    const window = new Window(2);
    let running = 0;
    let most = 0;
    for (let count = 0; count < 10; count += 1) {
      await window.start(async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
      });
    }
    await window.settled();
    expect([most, running]).toEqual([2, 0]);
    await window.start(() => Promise.reject(new Error('no')));
    await expect(window.settled()).rejects.toThrow('no');
  });
});
