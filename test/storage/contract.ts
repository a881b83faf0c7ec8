/** The contract of a journal, run on every implementation. Rules: docs/SPEC.md, ids J1…; see RULES. */

import { afterEach, describe, expect, test } from 'vitest';
import { JournalError, recordBytesMax } from '../../storage/journal.ts';
import type { Claim, Journal, Row, StoredRecord, TurnRecord } from '../../storage/journal.ts';

/** One store under test, and what the suite needs to do to it from outside. */
export interface Store {
  /** As a process that starts would open it. */
  open(): Promise<Journal>;
  /** As somebody who does not know, or care, that it is in use. */
  force(): Promise<Journal>;
  /** The process that holds the claims dies; the next `open` is another one. */
  crash(): void;
  /** Turn over a bit inside the record that holds `text`, while nobody has the store open. */
  damage(text: string): Promise<void>;
  /** Write another number where the store keeps its format. */
  setFormat(version: number): Promise<void>;
  /** Where a backup may go, and how it is opened. */
  readonly backupPath: string;
  openBackup(): Promise<Journal>;
  destroy(): Promise<void>;
}

export function turn(number: number, rows: readonly Row[] = [[`row/${number}`, { number }]]): TurnRecord {
  return {
    atMs: 1_760_000_000_000 + number,
    commands: [{ kind: 'order.place', id: `command-${number}` }],
    rows,
    events: [{ kind: 'order.placed', number, text: `event-${number}` }],
    outbox: [],
  };
}

export async function appendMany(claim: Claim, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await claim.append(turn(claim.tail + 1), claim.tail);
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Rows, then the rows of the records after them: what a restart does. */
export async function stateOf(claim: Claim): Promise<Map<string, unknown>> {
  const state = new Map<string, unknown>(await collect(claim.rows('')));
  for await (const { rows } of claim.records(claim.savedAt)) applyRows(state, rows);
  return state;
}

export function applyRows(state: Map<string, unknown>, rows: readonly Row[]): void {
  for (const [key, value] of rows) {
    if (value === null) state.delete(key);
    else state.set(key, value);
  }
}

function code(expected: string, text = ''): unknown {
  return expect.objectContaining({
    name: 'JournalError', code: expected, message: expect.stringContaining(text),
  });
}

function numbers(records: readonly StoredRecord[]): number[] {
  return records.map(({ position }) => position);
}

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
  ' ', '\u0000', 'a', 'a\u0000', 'a\u0000b', 'aa', '__proto__', 'constructor', 'order/1', 'order/10',
  'order/2', 'ü', '€', '\uffff', '😀', 'k'.repeat(1024), '€'.repeat(341), '\u0001', '~', '\u007f',
];

export function journalContract(name: string, create: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    const fresh = async (): Promise<Claim> => {
      store = await create();
      return await (await store.open()).claim('first');
    };
    const reopen = async (): Promise<Claim> => await (await store.open()).claim('again');
    afterEach(() => store.destroy());

    appending(fresh, reopen);
    fencing(fresh, () => store);
    saving(fresh, reopen, () => store);
    values(fresh, reopen);
    damage(fresh, reopen, () => store);
    copies(fresh, () => store);
  });
}

type Open = () => Promise<Claim>;

function appending(fresh: Open, reopen: Open): void {
  test('[J1] records come back in order, without a gap, deeply equal', async () => {
    const claim = await fresh();
    expect([claim.tail, claim.head, claim.savedAt]).toEqual([0, 1, 0]);
    await appendMany(claim, 40);
    const records = await collect(claim.records(0));
    const { epoch } = claim;
    expect(records).toEqual(
      Array.from({ length: 40 }, (_, at) => ({ ...turn(at + 1), position: at + 1, epoch })),
    );
    expect(numbers(await collect(claim.records(37)))).toEqual([38, 39, 40]);
    expect(await collect(claim.records(40))).toEqual([]);
    expect(claim.record(7)).toEqual({ ...turn(7), position: 7, epoch });
    expect(claim.record(0)).toBeUndefined();
    expect(claim.record(41)).toBeUndefined();
    await claim.release();
  });

  test('[J2] a wrong `after` and a second append at once are refused and change nothing', async () => {
    const claim = await fresh();
    await appendMany(claim, 2);
    await expect(claim.append(turn(9), 1)).rejects.toEqual(code('misuse'));
    await expect(claim.append(turn(9), 3)).rejects.toEqual(code('misuse'));
    const first = claim.append(turn(3), 2);
    const [same, next] = [claim.append(turn(9), 2), claim.append(turn(9), 3)];
    await expect(same).rejects.toEqual(code('misuse'));
    await expect(next).rejects.toEqual(code('misuse'));
    expect(await first).toBe(3);
    expect(claim.record(3)?.events).toEqual(turn(3).events);
    expect(await claim.append(turn(4), 3)).toBe(4);
    await claim.release();
  });

  test('[J10] an oversize record is refused before anything is written', async () => {
    const claim = await fresh();
    await appendMany(claim, 1);
    const large = { ...turn(2), events: ['x'.repeat(recordBytesMax)] };
    await expect(claim.append(large, 1)).rejects.toEqual(code('oversize', 'record 2'));
    expect(claim.tail).toBe(1);
    const justFits = { ...turn(2), events: ['x'.repeat(recordBytesMax - 1000)] };
    expect(await claim.append(justFits, 1)).toBe(2);
    expect(claim.record(2)?.events).toEqual(justFits.events);
    await claim.release();
  });

  test('[J3] [J13] a later claim finds everything, under a larger epoch', async () => {
    const epochs: bigint[] = [];
    let claim = await fresh();
    for (let round = 1; round <= 4; round += 1) {
      expect(claim.tail).toBe((round - 1) * 5);
      epochs.push(claim.epoch);
      await appendMany(claim, 5);
      await claim.release();
      claim = await reopen();
    }
    const records = await collect(claim.records(0));
    expect(numbers(records)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(records.map(({ epoch }) => epoch)).toEqual(epochs.flatMap((epoch) => Array(5).fill(epoch)));
    for (const [at, epoch] of epochs.entries()) expect(epoch).toBeGreaterThan(epochs[at - 1] ?? 0n);
    await claim.release();
  });

  test('[J20] a released claim refuses everything', async () => {
    const claim = await fresh();
    await appendMany(claim, 1);
    await Promise.all([claim.release(), claim.release()]);
    await expect(claim.append(turn(2), 1)).rejects.toEqual(code('released'));
    await expect(claim.save([], 1)).rejects.toEqual(code('released'));
    await expect(claim.trim(1)).rejects.toEqual(code('released'));
    await expect(claim.scrub(1)).rejects.toEqual(code('released'));
    await expect(claim.backup('nowhere')).rejects.toEqual(code('released'));
    await expect(collect(claim.rows(''))).rejects.toEqual(code('released'));
    expect(() => claim.row('row/1')).toThrow(JournalError);
  });

  test('[J20] release waits for what is under way', async () => {
    const claim = await fresh();
    const appended = claim.append(turn(1), 0);
    await claim.release();
    expect(await appended).toBe(1);
    const again = await reopen();
    expect(again.tail).toBe(1);
    await again.release();
  });
}

function fencing(fresh: Open, store: () => Store): void {
  test('[J4] [J5] a later claim fences an earlier one, which leaves nothing behind', async () => {
    const first = await fresh();
    await appendMany(first, 3);
    await first.save([['row/1', 'first']], 1);
    const second = await (await store().force()).claim('second');
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(second.tail).toBe(3);
    await appendMany(second, 1);

    await expect(first.append(turn(99), 3)).rejects.toEqual(code('fenced'));
    expect(await first.lost).toEqual(code2('fenced'));
    await expect(first.append(turn(99), 3)).rejects.toEqual(code('fenced'));
    await expect(first.save([['row/1', 'zombie']], 3)).rejects.toEqual(code('fenced'));
    await expect(first.trim(2)).rejects.toEqual(code('fenced'));
    await first.release();

    expect(numbers(await collect(second.records(0)))).toEqual([1, 2, 3, 4]);
    expect(second.record(4)?.epoch).toBe(second.epoch);
    expect(second.row('row/1')).toBe('first');
    expect(await second.append(turn(5), 4)).toBe(5);
    await second.release();
  });

  test('[J5] a save or a trim of a fenced claim is refused first of all', async () => {
    const saver = await fresh();
    await appendMany(saver, 3);
    await saver.save([['row/1', 'saved']], 3);
    const trimmer = await (await store().force()).claim('trimmer');
    await expect(saver.save([['row/1', 'zombie']], 3)).rejects.toEqual(code('fenced'));
    expect(await saver.lost).toEqual(code2('fenced'));
    const last = await (await store().force()).claim('last');
    await expect(trimmer.trim(3)).rejects.toEqual(code('fenced'));
    expect([last.row('row/1'), last.head]).toEqual(['saved', 1]);
    expect(await collect(last.records(0))).toHaveLength(3);
    await Promise.all([saver.release(), trimmer.release(), last.release()]);
  });

  test('[J4] of two that claim at once one is left', async () => {
    const first = await fresh();
    await appendMany(first, 1);
    store().crash();
    const journals = await Promise.all([store().force(), store().force()]);
    const claimed = await Promise.allSettled(journals.map((journal) => journal.claim('racer')));
    const claims = claimed.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(new Set(claims.map(({ epoch }) => epoch)).size).toBe(claims.length);
    const appended = await Promise.allSettled(claims.map((claim) => claim.append(turn(2), 1)));
    const won = appended.flatMap((result, at) => (result.status === 'fulfilled' ? [claims[at]!] : []));
    expect(won.map(({ tail }) => tail)).toEqual([2]);
    expect(won[0]?.epoch).toBe(claims.map(({ epoch }) => epoch).reduce((a, b) => (a > b ? a : b)));
    for (const result of appended) {
      if (result.status === 'rejected') expect(result.reason).toEqual(code('fenced'));
    }
    await Promise.all(claims.map((claim) => claim.release()));
  });
}

function code2(expected: string): unknown {
  return expect.objectContaining({ code: expected });
}

function saving(fresh: Open, reopen: Open, store: () => Store): void {
  test('[J7] a crash between append and save: rows plus later records are the state', async () => {
    const claim = await fresh();
    const state = new Map<string, unknown>();
    for (let number = 1; number <= 60; number += 1) {
      const rows: Row[] = [
        [`order/${number}`, { number, state: 'open' }],
        [`stock/${number % 7}`, { onHand: number }],
        ...(number % 5 === 0 ? [[`order/${number - 3}`, null] as const] : []),
      ];
      await claim.append(turn(number, rows), claim.tail);
      applyRows(state, rows);
      if (number === 40) await claim.save([...state].concat([['order/37', null]]), 40);
      // A piece of a larger save that never comes to its end.
      if (number === 55) await claim.save([['stock/1', { onHand: 50 }]]);
    }
    store().crash();
    const after = await reopen();
    expect([after.savedAt, after.tail]).toEqual([40, 60]);
    expect(new Map([...(await stateOf(after))].toSorted())).toEqual(new Map([...state].toSorted()));
    await after.release();
  });

  test('[J8] saved rows never run ahead of the log, nor back', async () => {
    const claim = await fresh();
    await appendMany(claim, 3);
    await expect(claim.save([['a', 1]], 4)).rejects.toEqual(code('misuse'));
    await claim.save([['a', 1]], 2);
    await expect(claim.save([['a', 2]], 1)).rejects.toEqual(code('misuse'));
    expect([claim.savedAt, claim.row('a')]).toEqual([2, 1]);
    await claim.save([], 3);
    expect(claim.savedAt).toBe(3);
    await claim.save([['a', null], ['b', 2]]);
    expect([claim.row('a'), claim.row('b'), claim.savedAt]).toEqual([undefined, 2, 3]);
    await claim.release();
  });

  test('[J8] a large save, and appends meanwhile', async () => {
    const claim = await fresh();
    await appendMany(claim, 1);
    const rows = Array.from({ length: 3000 }, (_, at): Row => [`row/${at}`, { at, pad: 'x'.repeat(99) }]);
    const saved = claim.save(rows, 1);
    await appendMany(claim, 5);
    await saved;
    expect(await collect(claim.rows('row/'))).toHaveLength(3000);
    expect([claim.savedAt, claim.tail]).toEqual([1, 6]);
    await claim.release();
  });

  test('[J9] trim forgets only what is saved, and the log goes on after it', async () => {
    const claim = await fresh();
    await appendMany(claim, 100);
    const all = claim.stats().recordBytes;
    await claim.save([], 80);
    await expect(claim.trim(82)).rejects.toEqual(code('misuse'));
    await claim.trim(71);
    expect([claim.head, claim.tail, claim.record(70)]).toEqual([71, 100, undefined]);
    expect(claim.stats().recordBytes).toBeLessThan(all * 0.31);
    await expect(collect(claim.records(69))).rejects.toEqual(code('misuse'));
    expect(await collect(claim.records(70))).toHaveLength(30);
    await claim.trim(10);
    expect(claim.head).toBe(71);
    await claim.save([], 100);
    await claim.trim(101);
    expect([claim.head, claim.tail, claim.stats().recordBytes]).toEqual([101, 100, 0]);
    await claim.release();

    const again = await reopen();
    expect([again.head, again.tail, again.savedAt]).toEqual([101, 100, 100]);
    await appendMany(again, 3);
    expect(numbers(await collect(again.records(100)))).toEqual([101, 102, 103]);
    await again.release();
  });
}

function values(fresh: Open, reopen: Open): void {
  test('[J11] hostile values come back deeply equal, from records and rows', async () => {
    const claim = await fresh();
    for (const [at, value] of hostileValues.entries()) {
      const rows: Row[] = [[`v/${at}`, { value }]];
      await claim.append({ atMs: 1, commands: [value], rows, events: [[value]], outbox: [{ value }] }, at);
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
    const proto = again.row(`v/${hostileValues.findIndex((value) => isTrap(value))}`) as { value: object };
    expect(Object.keys(proto.value)).toContain('__proto__');
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

function damage(fresh: Open, reopen: Open, store: () => Store): void {
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

function copies(fresh: Open, store: () => Store): void {
  test('[J18] a backup while appending, saving and trimming is a prefix of the log', async () => {
    const claim = await fresh();
    await appendMany(claim, 30);
    await claim.save([['row/1', 1]], 30);
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        await claim.append(turn(claim.tail + 1), claim.tail);
        if (claim.tail % 10 === 0) await claim.save([[`row/${claim.tail}`, claim.tail]], claim.tail);
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
