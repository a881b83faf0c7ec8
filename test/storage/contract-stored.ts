/** The part of the contract about what is stored: values, keys, damage, copies. */

import { expect, test } from 'vitest';
import type { Row } from '../../storage/journal.ts';
import { appendMany, code, collect, turn, type Open, type Store } from './contract-kit.ts';

const hostileValues: readonly unknown[] = [
  '', 'a'.repeat(70_000), 'ümläut €', '😀 \u0000 \u2028 \u202e', 'e\u0301', '__proto__',
  0, 1, -1, 0.1, 2 ** 31, 2 ** 32, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER,
  Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1.7976931348623157e308,
  true, false, null, [], {}, [[]], [null, undefined], { a: undefined },
  2n ** 63n - 1n, -(2n ** 63n), Buffer.from([1, 2, 255]),
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "prototype": 2}'),
  JSON.parse('{"a": 1, "__keys__": 2}'), { a: 1 }, { __keys__: { a: 1 } }, { a: { __keys__: [1] } },
  { hasOwnProperty: 1, toString: 2, length: 3, 0: 'zero', '': 'empty', 'a b': 1, 'ü': 2 },
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index])),
];

const legalKeys = [
  ' ', '\u0000', 'a', 'a\u0000', 'a\u0000b', 'aa', '__proto__', 'constructor', 'order/1',
  'order/10', 'order/2', 'ü', '€', '\uffff', '😀', 'k'.repeat(1024), '€'.repeat(341), '\u0001', '~', '\u007f',
];

export function values(fresh: Open, reopen: Open): void {
  test('[J11] hostile values come back deeply equal, from records and rows', async () => {
    const claim = await fresh();
    for (const [at, value] of hostileValues.entries()) {
      const rows: Row[] = [[`v/${at}`, { value }]];
      const carried = { commands: [value], rows, events: [[value]], outbox: [{ value }] };
      await claim.append({ atMs: 1, ...carried }, at);
      await claim.save(rows, at + 1);
    }
    await claim.release();
    const again = await reopen();
    for (const [at, value] of hostileValues.entries()) {
      const { commands, rows, events, outbox } = again.record(at + 1)!;
      expect({ commands, rows, events, outbox }).toEqual({
        commands: [value], rows: [[`v/${at}`, { value }]], events: [[value]], outbox: [{ value }],
      });
      expect(again.row(`v/${at}`)).toEqual({ value });
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const trap = again.row(`v/${hostileValues.findIndex(isTrap)}`) as { value: object };
    expect(Object.keys(trap.value)).toContain('__proto__');
    await again.release();
  });

  test('[J12] every legal key is its own, in the order of its bytes', async () => {
    const claim = await fresh();
    await appendMany(claim, 1);
    await claim.save(legalKeys.map((key, at): Row => [key, at]), 1);
    const sorted = legalKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await collect(claim.rows(''))).map(([key]) => key)).toEqual(sorted);
    for (const [at, key] of legalKeys.entries()) expect(claim.row(key)).toBe(at);
    for (const prefix of ['order/1', 'a', '\u0000', 'ü', 'nothing']) {
      const found = (await collect(claim.rows(prefix))).map(([key]) => key);
      expect(found).toEqual(sorted.filter((key) => key.startsWith(prefix)));
    }
    for (const [at, from] of sorted.entries()) {
      const page = claim.page(from, '', 3);
      expect(page.map(([key]) => key)).toEqual(sorted.slice(at, at + 3));
      for (const [key, value] of page) expect(claim.row(key)).toBe(value);
      expect(claim.page(from, 'a', 9).map(([key]) => key)).toEqual(sorted.slice(at).filter((key) => key.startsWith('a')));
    }
    await claim.release();
  });

  test('[J12] an illegal key is refused and nothing of its save or record is written', async () => {
    const claim = await fresh();
    for (const key of ['', 'k'.repeat(1025), '€'.repeat(342), '\ud800', 'a\udfffb']) {
      await expect(claim.save([['good', 1], [key, 1]])).rejects.toEqual(code('misuse'));
      await expect(claim.append(turn(1, [[key, 1]]), 0)).rejects.toEqual(code('misuse'));
    }
    await expect(claim.save([['a', undefined]])).rejects.toEqual(code('misuse'));
    expect([claim.tail, claim.row('good')]).toEqual([0, undefined]);
    await claim.release();
  });
}

function isTrap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).includes('__proto__');
}

export function damage(fresh: Open, reopen: Open, store: () => Store): void {
  test('[J14] a damaged record among the newest stops the claim, naming it', async () => {
    const claim = await fresh();
    await appendMany(claim, 100);
    await claim.release();
    await store().damage('event-98');
    await expect(reopen()).rejects.toEqual(code('corrupt', 'record 98'));
  });

  test('[J14] [J19] an older one is named when read, and by the scrub', async () => {
    const claim = await fresh();
    await appendMany(claim, 100);
    await claim.save([['row/1', 1], ['row/2', 'damage me'], ['row/3', 3]], 100);
    await claim.release();
    await store().damage('event-10');
    await store().damage('damage me');
    const again = await reopen();
    const read: number[] = [];
    const reading = (async () => {
      for await (const { position } of again.records(0)) read.push(position);
    })();
    await expect(reading).rejects.toEqual(code('corrupt', 'record 10'));
    expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => again.record(10)).toThrow(/record 10/);
    expect(again.record(11)?.position).toBe(11);
    expect(() => again.row('row/2')).toThrow(/row "row\/2"/);
    expect(again.row('row/3')).toBe(3);
    await expect(collect(again.rows(''))).rejects.toEqual(code('corrupt', 'row/2'));

    const faults: string[] = [];
    for (let call = 0; call < 60; call += 1) faults.push(...(await again.scrub(7)).faults);
    expect(faults.filter((fault) => /record 10\b/.test(fault)).length).toBeGreaterThan(1);
    expect(faults.filter((fault) => fault.includes('row/2')).length).toBeGreaterThan(1);
    expect(faults.every((fault) => /record 10\b|row\/2/.test(fault))).toBe(true);
    await again.release();
  });

  test('[J19] a scrub of a sound store goes round and finds nothing', async () => {
    const claim = await fresh();
    expect(await claim.scrub(10)).toEqual({ records: 0, rows: 0, faults: [] });
    await appendMany(claim, 20);
    await claim.save([['a', 1], ['b', 2]], 15);
    let records = 0;
    for (let call = 0; call < 20; call += 1) {
      const found = await claim.scrub(5);
      expect(found.faults).toEqual([]);
      records += found.records;
      if (call === 7) await claim.trim(12);
    }
    expect(records).toBeGreaterThan(40);
    await claim.release();
  });

  test('[J16] a newer store is refused and left untouched', async () => {
    const claim = await fresh();
    await appendMany(claim, 2);
    await claim.release();
    await store().setFormat(99);
    await expect(reopen()).rejects.toEqual(code('newer-version', '99'));
    await store().setFormat(1);
    const again = await reopen();
    expect(again.tail).toBe(2);
    await again.release();
  });
}

export function copies(fresh: Open, store: () => Store): void {
  test('[J18] a backup while appending, saving and trimming is a prefix of the log', async () => {
    const claim = await fresh();
    await appendMany(claim, 30);
    await claim.save([['row/1', 1]], 30);
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        await claim.append(turn(claim.tail + 1), claim.tail);
        const { tail } = claim;
        if (tail % 10 === 0) await claim.save([[`row/${tail}`, tail]], tail);
        if (claim.tail % 20 === 0) void claim.trim(claim.savedAt - 5);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const found = await claim.backup(store().backupPath);
    expect(found.faults).toEqual([]);
    expect(found.records).toBeGreaterThan(0);
    await expect(claim.backup(store().backupPath)).rejects.toEqual(code('misuse', 'not empty'));
    stop = true;
    await writing;

    const copy = await (await store().openBackup()).claim('copy');
    expect(copy.tail).toBeLessThanOrEqual(claim.tail);
    expect(copy.tail).toBeGreaterThanOrEqual(30);
    for await (const { position, events } of copy.records(copy.head - 1)) {
      expect(events).toEqual(turn(position).events);
    }
    expect(copy.row('row/1')).toBe(1);
    await appendMany(copy, 1);
    await copy.release();
    await claim.release();
  });

  test('stats and space say what there is', async () => {
    const claim = await fresh();
    await appendMany(claim, 3);
    await claim.save([], 2);
    const { tail, head, savedAt, epoch, recordBytes, fileBytes, formatVersion } = claim.stats();
    expect([tail, head, savedAt, epoch, formatVersion]).toEqual([3, 1, 2, claim.epoch, 1]);
    expect(recordBytes).toBeGreaterThan(3 * 64);
    expect(fileBytes).toBeGreaterThanOrEqual(recordBytes);
    const { freeBytes, totalBytes } = await claim.space();
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
    await claim.release();
  });
}
