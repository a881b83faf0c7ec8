import { expect, test } from 'vitest';
import { MemoryDisk } from '../../storage/memory.ts';
import { journalContract } from './contract.ts';
import { appendMany, collect, turn, type Store } from './contract-kit.ts';

function memoryStore(): Store {
  const disk = new MemoryDisk();
  return {
    open: async () => disk.journal(),
    force: async () => disk.journal(),
    crash: () => disk.crash(),
    damage: async (text) => {
      for (const [position, bytes] of disk.records) {
        const at = Buffer.from(bytes).indexOf(text);
        // Not a longer name that begins alike.
        if (at >= 0 && !/[0-9]/.test(String.fromCharCode(bytes[at + text.length] ?? 0))) {
          disk.flip(position, at);
        }
      }
      for (const [key, bytes] of disk.rows) {
        const at = Buffer.from(bytes).indexOf(text);
        if (at >= 0) disk.flipRow(key, at);
      }
    },
    setFormat: async (version) => {
      disk.formatVersion = version;
    },
    backupPath: 'copy',
    openBackup: async () => disk.backups.get('copy')!.journal(),
    destroy: async () => {},
  };
}

journalContract('memory', async () => memoryStore());

const unknown = expect.objectContaining({ code: 'unknown' });

test.each([[true], [false]])('[J6] an append that ends unknown, applied: %s', async (applied) => {
  const disk = new MemoryDisk();
  const claim = await disk.journal().claim('first');
  await appendMany(claim, 2);
  disk.failNext('append', 'unknown', applied);
  await expect(claim.append(turn(3), 2)).rejects.toEqual(unknown);
  expect(await claim.lost).toEqual(unknown);
  await expect(claim.append(turn(3), 2)).rejects.toEqual(unknown);
  await expect(claim.save([], 2)).rejects.toEqual(unknown);
  await claim.release();
  const again = await disk.journal().claim('again');
  expect(again.tail).toBe(applied ? 3 : 2);
  expect(await again.append(turn(again.tail + 1), again.tail)).toBe(applied ? 4 : 3);
});

test('[J6] a save that ends unknown ends the claim too', async () => {
  const disk = new MemoryDisk();
  const claim = await disk.journal().claim('first');
  await appendMany(claim, 2);
  disk.failNext('save');
  await expect(claim.save([['a', 1]], 2)).rejects.toEqual(unknown);
  expect(await claim.lost).toEqual(unknown);
  await expect(claim.append(turn(3), 2)).rejects.toEqual(unknown);
});

test('[J6] an append that hangs never settles, and a crash decides', async () => {
  for (const keep of [true, false]) {
    const disk = new MemoryDisk();
    const claim = await disk.journal().claim('first');
    disk.hangNext('append');
    let settled = false;
    void claim.append(turn(1), 0).finally(() => {
      settled = true;
    });
    expect(disk.settle()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    disk.crash({ keep: () => keep });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(settled).toBe(false);
    expect((await disk.journal().claim('again')).tail).toBe(keep ? 1 : 0);
  }
});

test('[J3] stepped by hand, nothing is durable before it is settled', async () => {
  const disk = new MemoryDisk({ schedule: 'manual' });
  const claim = await disk.journal().claim('first');
  const appended = claim.append(turn(1), 0);
  await Promise.resolve();
  expect([disk.pending, disk.records.size, claim.tail]).toEqual([['append'], 0, 0]);
  expect(disk.settle()).toBe(1);
  expect(await appended).toBe(1);
  void claim.append(turn(2), 1);
  void claim.save([['a', 1]], 1);
  await Promise.resolve();
  await Promise.resolve();
  expect(disk.pending).toEqual(['append', 'save']);
  disk.crash({ keep: (kind) => kind === 'save' });
  const again = await disk.journal().claim('again');
  expect([again.tail, again.savedAt, again.row('a')]).toEqual([1, 1, 1]);
  expect(() => claim.row('a')).toThrow(/crashed/);
});

test('[J4] an append under way when another claims is fenced when it settles', async () => {
  const disk = new MemoryDisk({ schedule: 'manual' });
  const first = await disk.journal().claim('first');
  const appended = first.append(turn(1), 0);
  const second = await disk.journal().claim('second');
  disk.settle();
  await expect(appended).rejects.toEqual(expect.objectContaining({ code: 'fenced' }));
  expect((await first.lost).code).toBe('fenced');
  expect(second.tail).toBe(0);
});

test('[J14] a torn record is detected', async () => {
  const disk = new MemoryDisk();
  const claim = await disk.journal().claim('first');
  await appendMany(claim, 3);
  disk.tear(3);
  disk.crash();
  const message: unknown = expect.stringMatching('record 3');
  const corrupt = expect.objectContaining({ code: 'corrupt', message });
  await expect(disk.journal().claim('again')).rejects.toEqual(corrupt);
});

test('[J14] records out of place, of another history, or missing are detected', async () => {
  const make = async (label: string): Promise<MemoryDisk> => {
    const disk = new MemoryDisk();
    const claim = await disk.journal().claim('first');
    for (let at = 0; at < 5; at += 1) await claim.append({ ...turn(at), events: [label] }, at);
    return disk;
  };
  const [one, other] = [await make('one'), await make('other')];
  const claimed = async (change: (disk: MemoryDisk) => void): Promise<unknown> => {
    const disk = one.copy();
    change(disk);
    return await disk.journal().claim('again').catch((error: unknown) => error);
  };
  expect(await claimed((disk) => disk.records.set(3, one.records.get(4)!))).toMatchObject(
    { code: 'corrupt', message: 'record 3 says it is record 4' },
  );
  expect(await claimed((disk) => disk.records.set(3, other.records.get(3)!))).toMatchObject(
    { code: 'corrupt', message: 'record 3 does not follow the record before it' },
  );
  expect(await claimed((disk) => disk.records.delete(3))).toMatchObject({ code: 'corrupt' });
});

test('[J23] a full disk: appends end unknown, room brings them back', async () => {
  const disk = new MemoryDisk();
  const claim = await disk.journal().claim('first');
  await appendMany(claim, 3);
  disk.fill();
  expect((await claim.space()).freeBytes).toBe(0);
  await expect(claim.append(turn(4), 3)).rejects.toEqual(unknown);
  disk.fill(false);
  const again = await disk.journal().claim('again');
  await appendMany(again, 1);
  expect(await collect(again.records(0))).toHaveLength(4);
});

test('[J15] a row missing, or an older one, is noticed by whoever reads all', async () => {
  const disk = new MemoryDisk();
  const claim = await disk.journal().claim('first');
  await appendMany(claim, 3);
  await claim.save([['a', 1], ['b', 1], ['b', 2], ['c', 1], ['c', null], ['d', null]], 1);
  const old = disk.copy();
  await claim.save([['a', 2], ['e', 1], ['b', null], ['b', 3]], 2);
  expect(await collect(claim.rows(''))).toEqual([['a', 2], ['b', 3], ['e', 1]]);
  expect((await claim.backup('sound')).faults).toEqual([]);
  disk.rows.set('a', old.rows.get('a')!);
  const stale = 'a walk finds not all of them as saved';
  await expect(collect(claim.rows(''))).rejects.toThrow(stale);
  expect((await claim.backup('stale')).faults).toEqual([expect.stringContaining(stale)]);
  expect((await claim.scrub(100)).faults).toContainEqual(expect.stringContaining(stale));
  disk.putRow('a', null);
  await expect(collect(claim.rows(''))).rejects.toThrow('a walk finds 2 of them');
  await expect(disk.journal().claim('again')).rejects.toThrow('3 rows were saved, 2 are there');
});

test('[J9] a trim that is on disk and has not been told yet reads as trimmed', async () => {
  const disk = new MemoryDisk({ schedule: 'manual' });
  const claim = await disk.journal().claim('first');
  const appended = appendMany(claim, 9);
  while (claim.tail < 9) {
    disk.settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await appended;
  const saved = claim.save([], 9);
  await new Promise((resolve) => setImmediate(resolve));
  disk.settle();
  await saved;
  const trimmed = claim.trim(6);
  await new Promise((resolve) => setImmediate(resolve));
  expect([claim.head, claim.record(5)?.position]).toEqual([1, 5]);
  disk.settle();
  expect([claim.head, claim.record(5), claim.record(6)?.position]).toEqual([6, undefined, 6]);
  await trimmed;
  expect([claim.head, claim.record(5), claim.record(6)?.position]).toEqual([6, undefined, 6]);
});
