/**
 * The contract of a journal, run on every implementation. Rules: docs/SPEC.md, ids J1….
 */

import { afterEach, describe, expect, test } from 'vitest';
import { JournalError, recordBytesMax } from '../../storage/journal.ts';
import type { Claim, Row } from '../../storage/journal.ts';
import {
  appendMany, applyRows, code, collect, loss, numbers, stateOf, turn, type Open, type Store,
} from './contract-kit.ts';
import { copies, damage, values } from './contract-stored.ts';

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

  test('[J2] a wrong `after`, and a second append at once, change nothing', async () => {
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
    const fives = epochs.flatMap((epoch) => Array<bigint>(5).fill(epoch));
    expect(records.map(({ epoch }) => epoch)).toEqual(fives);
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
    expect(await first.lost).toEqual(loss('fenced'));
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
    expect(await saver.lost).toEqual(loss('fenced'));
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
    const claims = claimed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(new Set(claims.map(({ epoch }) => epoch)).size).toBe(claims.length);
    const appended = await Promise.allSettled(claims.map((claim) => claim.append(turn(2), 1)));
    const won = claims.filter((_, at) => appended[at]?.status === 'fulfilled');
    expect(won.map(({ tail }) => tail)).toEqual([2]);
    expect(won[0]?.epoch).toBe(claims.map(({ epoch }) => epoch).reduce((a, b) => (a > b ? a : b)));
    for (const result of appended) {
      if (result.status === 'rejected') expect(result.reason).toEqual(code('fenced'));
    }
    await Promise.all(claims.map((claim) => claim.release()));
  });
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
    const pad = 'x'.repeat(99);
    const rows = Array.from({ length: 3000 }, (_, at): Row => [`row/${at}`, { at, pad }]);
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
