import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Claim, Journal } from '../../storage/journal.ts';
import { inspectLmdb, openLmdb } from '../../storage/lmdb.ts';
import { journalContract } from './contract.ts';
import { appendMany, collect, turn, type Store } from './contract-kit.ts';

async function lmdbStore(): Promise<Store> {
  const root = await mkdtemp(join(tmpdir(), 'baton-lmdb-'));
  const directory = join(root, 'data');
  const claims: Claim[] = [];
  let crashed = false;
  const open = async (path: string, force: boolean): Promise<Journal> => {
    const journal = await openLmdb(path, { reserveBytes: 0, force });
    return {
      claim: async (owner) => {
        const claim = await journal.claim(owner);
        claims.push(claim);
        return claim;
      },
    };
  };
  return {
    // A dead process cannot be played inside this one; its lock is passed over instead.
    open: () => open(directory, crashed),
    force: () => open(directory, true),
    crash: () => {
      crashed = true;
    },
    damage: (text) => flipEverywhere(directory, text),
    setFormat: (format) => writeFile(join(directory, 'format.json'), JSON.stringify({ format })),
    backupPath: join(root, 'copy'),
    openBackup: () => open(join(root, 'copy'), false),
    destroy: async () => {
      // An open environment or lock would be taken for that of the next folder with the same inode.
      await Promise.all(claims.map((claim) => claim.release()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Old pages hold old copies: turn a bit over in each. */
async function flipEverywhere(directory: string, text: string): Promise<void> {
  for (const name of ['journal', 'state']) {
    const path = join(directory, name, 'data.mdb');
    const bytes = await readFile(path);
    let found = false;
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      // Not a longer name that begins alike.
      if (/[0-9]/.test(String.fromCharCode(bytes[at + text.length] ?? 0))) continue;
      bytes[at] = bytes[at]! ^ 1;
      found = true;
    }
    if (found) await writeFile(path, bytes);
  }
}

journalContract('lmdb', lmdbStore);

async function inFolder(run: (directory: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'baton-lmdb-'));
  try {
    await run(join(root, 'data'));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const code = (expected: string, text = ''): unknown =>
  expect.objectContaining({ code: expected, message: expect.stringContaining(text) });

test('[J17] a second claim is refused, naming the first, until it is released', async () => {
  await inFolder(async (directory) => {
    const journal = await openLmdb(directory, { reserveBytes: 0 });
    const claim = await journal.claim('the till');
    const second = await openLmdb(directory, { reserveBytes: 0 });
    const owned = code('owned', `the till (process ${process.pid} on`);
    await expect(second.claim('another')).rejects.toEqual(owned);
    await expect(inspectLmdb(directory)).rejects.toEqual(code('owned', 'the till'));
    await claim.release();
    const again = await second.claim('another');
    await again.release();
  });
});

test('[J17] a note left behind by a dead process is passed over', async () => {
  await inFolder(async (directory) => {
    const journal = await openLmdb(directory, { reserveBytes: 0 });
    await (await journal.claim('first')).release();
    const note = { owner: 'dead', pid: 1, host: 'h', since: 'then', boot: 'other', started: '5' };
    await writeFile(join(directory, 'owner.json'), JSON.stringify(note));
    await (await journal.claim('second')).release();
    await writeFile(join(directory, 'owner.json'), '{"own');
    await (await journal.claim('third')).release();
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    await writeFile(join(directory, 'owner.json'), JSON.stringify({ ...note, boot }));
    await (await journal.claim('the pid is used again')).release();
    const line = await readFile('/proc/1/stat', 'utf8');
    const started = line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
    await writeFile(join(directory, 'owner.json'), JSON.stringify({ ...note, boot, started }));
    const alive = code('owned', 'dead (process 1');
    await expect(journal.claim('the owner lives')).rejects.toEqual(alive);
  });
});

test('[J21] a store in format 0 is brought up to date, also after a step was cut off', async () => {
  await inFolder(async (directory) => {
    const journal = await openLmdb(directory, { reserveBytes: 0 });
    const claim = await journal.claim('first');
    await appendMany(claim, 5);
    await claim.save([['a', 1]], 3);
    await claim.release();
    // Only the format's number is older here: what a crash between the step and its number leaves.
    await writeFile(join(directory, 'format.json'), '{"format":0}');
    const again = await journal.claim('again');
    expect([again.savedAt, again.tail, again.row('a')]).toEqual([3, 5, 1]);
    await again.release();
    expect(await readFile(join(directory, 'format.json'), 'utf8')).toBe('{"format":1}\n');
  });
});

test('[J21] an unfinished copy is refused', async () => {
  await inFolder(async (directory) => {
    const journal = await openLmdb(directory, { reserveBytes: 0 });
    await (await journal.claim('first')).release();
    await rm(join(directory, 'format.json'));
    await expect(journal.claim('again')).rejects.toEqual(code('corrupt', 'unfinished copy'));
    await writeFile(join(directory, 'format.json'), 'rubbish');
    await expect(journal.claim('again')).rejects.toEqual(code('corrupt', 'format.json'));
  });
});

test('[J23] the reserve is real blocks, and is made again when it is gone', async () => {
  await inFolder(async (directory) => {
    const reserveBytes = 3 * 1024 * 1024 + 5;
    const journal = await openLmdb(directory, { reserveBytes });
    await (await journal.claim('first')).release();
    const { size, blocks } = await stat(join(directory, 'reserve'));
    expect(size).toBe(reserveBytes);
    expect(blocks * 512).toBeGreaterThanOrEqual(reserveBytes);
    await rm(join(directory, 'reserve'));
    await (await journal.claim('again')).release();
    expect((await stat(join(directory, 'reserve'))).size).toBe(reserveBytes);
  });
});

test('an inspection verifies a store without changing it', async () => {
  await inFolder(async (directory) => {
    await expect(inspectLmdb(directory)).rejects.toEqual(code('corrupt', 'no store'));
    const journal = await openLmdb(directory, { reserveBytes: 0 });
    const claim = await journal.claim('first');
    await appendMany(claim, 70);
    await claim.save([['a', 1], ['b', 2]], 70);
    await claim.trim(20);
    await claim.release();
    const inspection = await inspectLmdb(directory);
    expect(await inspection.verify()).toEqual({ records: 51, rows: 2, faults: [] });
    expect([inspection.marks.tail, inspection.marks.epoch]).toEqual([70, claim.epoch]);
    await inspection.close();
    const again = await journal.claim('again');
    expect(again.epoch).toBe(claim.epoch + 1n);
    expect(await collect(again.records(19))).toHaveLength(51);
    expect(await again.append(turn(71), 70)).toBe(71);
    await again.release();
  });
});

test('[J27] a data file that does not begin as one, or is cut off, is refused by name and offset', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-lmdb-'));
  try {
    const journal = await openLmdb(folder, { reserveBytes: 0 });
    const claim = await journal.claim('first');
    await appendMany(claim, 200);
    await claim.save([['a', 1]], 200);
    await claim.release();
    for (const part of ['journal', 'state']) {
      const path = join(folder, part, 'data.mdb');
      const sound = await readFile(path);
      const zeroed = Buffer.from(sound).fill(0, 0, 8 * 4_096);
      const secondGone = Buffer.from(sound).fill(0, 4_096, 2 * 4_096);
      for (const damaged of [zeroed, secondGone, sound.subarray(0, 100), sound.subarray(0, 2 * 4_096), Buffer.alloc(sound.length, 7)]) {
        await writeFile(path, damaged);
        const refused = { code: 'corrupt', message: expect.stringMatching(/data\.mdb .*\(offset \d+\)/) };
        await expect(journal.claim('again')).rejects.toMatchObject(refused);
        await expect(inspectLmdb(folder)).rejects.toMatchObject(refused);
      }
      await writeFile(path, sound);
    }
    const again = await journal.claim('last');
    expect(again.tail).toBe(200);
    await again.release();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
