/**
 * Faults of a process and its disk, played on real processes. Numbers: the fault matrix of the
 * design.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLmdb } from '../../storage/lmdb.ts';
import {
  ackedIn, canRun, check, childPath, inFolder, requireBuild, sh, startWriter, type Report,
} from './children.ts';
import { appendMany } from './contract-kit.ts';

beforeAll(requireBuild);

const within = { timeout: 60_000 };

test('[J26] killed at any moment: everything acknowledged is there', within, async () => {
  await inFolder(async (folder) => {
    let tail = 0;
    for (let round = 0; round < 8; round += 1) {
      const writer = startWriter(folder, { trimKeep: 100 });
      await writer.until((lines) => lines.length > 15 + round * 17);
      writer.kill();
      await writer.ended;
      const acked = writer.acked();
      const report = await check(folder);
      expect(report).toMatchObject({ wrong: [] });
      expect(report.tail).toBeGreaterThanOrEqual(acked);
      expect(report.tail).toBeLessThanOrEqual(acked + 1);
      expect(acked).toBeGreaterThan(tail);
      tail = report.tail ?? 0;
    }
  });
});

test('[J17] a second process is refused; forced, it fences the first', within, async () => {
  await inFolder(async (folder) => {
    const first = startWriter(folder);
    await first.until((lines) => lines.length > 5);
    const refused = startWriter(folder);
    await refused.ended;
    expect(refused.lines.join()).toMatch(/^failed owned .*a writer under test \(process \d+ on/);

    const forced = startWriter(folder, { force: true, count: 50 });
    expect((await first.ended).code).toBe(75);
    expect(first.lines.at(-1)).toBe('lost fenced');
    expect((await forced.ended).code).toBe(0);
    const [, epoch, tail] = (forced.lines[0] ?? '').split(' ').map(Number);
    expect(epoch).toBe(2);
    expect(tail).toBe(first.acked());
    const report = await check(folder);
    expect(report).toMatchObject({ wrong: [], tail: first.acked() + 50 });
  });
});

test('[J17] kill -9 frees the lock at once', { timeout: 30_000 }, async () => {
  await inFolder(async (folder) => {
    const first = startWriter(folder);
    await first.until((lines) => lines.length > 5);
    first.kill();
    await first.ended;
    const second = startWriter(folder, { count: 1 });
    expect((await second.ended).code).toBe(0);
  });
});

test('[J18] a backup under load, opened, is a prefix of the log', { timeout: 30_000 }, async () => {
  await inFolder(async (folder) => {
    const copy = join(folder, 'copy');
    const writer = startWriter(join(folder, 'data'), { backup: copy, trimKeep: 60 });
    const isBackup = (line: string): boolean => line.startsWith('backup ');
    await writer.until((lines) => lines.length > 200 && lines.some(isBackup));
    writer.kill();
    await writer.ended;
    const line = writer.lines.find(isBackup) ?? '';
    expect(JSON.parse(line.slice(7))).toMatchObject({ faults: [] });
    const before = ackedIn(writer.lines.slice(0, writer.lines.indexOf(line)));
    const report = await check(copy, { verify: true });
    expect(report).toMatchObject({ wrong: [] });
    expect(report.tail).toBeLessThanOrEqual(before + 1);
  });
});

test('[J21] a store as format 0 wrote it is brought up to date', { timeout: 30_000 }, async () => {
  await inFolder(async (folder) => {
    const journal = await openLmdb(folder, { reserveBytes: 0 });
    const claim = await journal.claim('now');
    await appendMany(claim, 9);
    await claim.save([['a', 1]], 4);
    await claim.release();
    sh(process.execPath, childPath('make-format-0'), folder, '7');
    const upgraded = await journal.claim('later');
    expect([upgraded.savedAt, upgraded.tail, upgraded.row('a')]).toEqual([7, 9, 1]);
    await upgraded.release();
  });
});

describe('[J25] a data file edited while stopped', () => {
  const pageBytes = 4096;

  /** Repeatable and without a library: the low bits of a multiplication. */
  const sequence = (seed: number) => (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) / 2 ** 24;
  };

  const edits: Record<string, (file: Buffer, next: () => number) => void> = {
    zeroed: (file, next) => {
      const page = Math.floor((next() * file.length) / pageBytes);
      file.fill(0, page * pageBytes, (page + 1) * pageBytes);
    },
    flipped: (file, next) => {
      for (let count = 0; count < 4; count += 1) {
        const at = Math.floor(next() * file.length);
        file[at] = (file[at] ?? 0) ^ (1 << Math.floor(next() * 8));
      }
    },
    swapped: (file, next) => {
      const pages = file.length / pageBytes;
      // Not the first two: of those the newer is the root, and which that is makes no swap.
      const pick = (): number => 2 + Math.floor(next() * (pages - 2));
      const [one, two] = [pick(), pick()];
      const kept = Buffer.from(file.subarray(one * pageBytes, (one + 1) * pageBytes));
      file.copy(file, one * pageBytes, two * pageBytes, (two + 1) * pageBytes);
      kept.copy(file, two * pageBytes);
    },
  };

  for (const [name, edit] of Object.entries(edits)) {
    for (const part of ['journal', 'state']) {
      test(`${name}, in ${part}: never wrong data`, { timeout: 60_000 }, async () => {
        await inFolder(async (folder) => {
          const writer = startWriter(folder, { count: 150, saveEvery: 50 });
          await writer.ended;
          const path = join(folder, part, 'data.mdb');
          const sound = await readFile(path);
          const next = sequence(part.length * 7 + name.length);
          const reports: Report[] = [];
          for (let round = 0; round < 8; round += 1) {
            const file = Buffer.from(sound);
            edit(file, next);
            await writeFile(path, file);
            // Read-only in effect: a damaged store must not be written further before it is judged.
            const report = await check(folder, { write: false, verify: true });
            reports.push(report);
            const found = report.code !== undefined || report.signal !== undefined;
            // Not found must mean that only free pages were hit: all is as it was.
            if (!found) expect(report).toMatchObject({ wrong: [], tail: 150, savedAt: 150 });
          }
          expect(reports.filter(({ code, signal }) => code ?? signal).length).toBeGreaterThan(0);
        });
      });
    }
  }
});

test('[J23] a full disk loses nothing, and room is enough to go on', within, async (context) => {
  const mountable = (): boolean => canRun('mount a tmpfs (needs root)', 'sh', [
    '-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"',
  ]);
  if (!mountable()) return context.skip();
  await inFolder(async (folder) => {
    const disk = join(folder, 'disk');
    sh('mkdir', disk);
    sh('mount', '-t', 'tmpfs', '-o', 'size=12m', 'none', disk);
    try {
      const data = join(disk, 'data');
      const reserveBytes = 2 * 1024 * 1024;
      const writer = startWriter(data, { bytes: 40_000, reserveBytes });
      const { code } = await writer.ended;
      expect(code).not.toBe(0);
      expect(writer.lines.some((line) => line === 'lost unknown')).toBe(true);
      expect(ackedIn(writer.lines.slice(writer.lines.indexOf('lost unknown')))).toBe(0);
      const acked = writer.acked();
      expect(acked).toBeGreaterThan(50);

      // The reserve makes room: the engine takes nothing in, saves rows and trims.
      const made = await check(data, { bytes: 40_000, reserveBytes, trim: true, write: false });
      expect(made).toMatchObject({ wrong: [] });
      expect(made.tail).toBeGreaterThanOrEqual(acked);
      expect(made.tail).toBeLessThanOrEqual(acked + 1);

      // In the pages of what was trimmed appends go on, until the disk is full to the last.
      const full = startWriter(data, { bytes: 40_000 });
      await full.ended;
      expect(full.acked()).toBeGreaterThan((made.tail ?? 0) + 20);
      const report = await check(data, { bytes: 40_000, write: false });
      expect(report).toMatchObject({ wrong: [] });
      expect(report.tail).toBeGreaterThanOrEqual(full.acked());
      expect(report.tail).toBeLessThanOrEqual(full.acked() + 1);

      sh('mount', '-o', 'remount,size=64m', disk);
      const later = startWriter(data, { bytes: 40_000, count: 100 });
      expect((await later.ended).code).toBe(0);
      expect(later.acked()).toBe((report.tail ?? 0) + 100);
    } finally {
      sh('umount', '-l', disk);
    }
  });
});

describe('[J24] an I/O error in a commit', () => {
  const faults = [
    ['fdatasync', 'EIO'], ['pwrite64', 'EIO'], ['writev', 'EIO'], ['pwrite64', 'ENOSPC'],
  ] as const;
  for (const [call, error] of faults) {
    test(`${call} fails with ${error}`, { timeout: 60_000 }, async (context) => {
      if (!canRun('strace', 'strace', ['-e', 'trace=none', 'true'])) return context.skip();
      let failed = 0;
      for (const when of [4, 9, 14, 23]) {
        await inFolder(async (folder) => {
          const inject = `inject=${call}:error=${error}:when=${when}`;
          const writer = startWriter(folder, { count: 40 }, [
            'strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject,
          ]);
          // A failed meta page leaves the commit hanging for ever: the engine's watchdog ends that.
          const stuck = setTimeout(() => writer.kill(), 4000);
          const { code } = await writer.ended;
          clearTimeout(stuck);
          if (code !== 0) failed += 1;
          const lost = writer.lines.findIndex((line) => /^(lost|failed)/.test(line));
          if (lost >= 0) expect(ackedIn(writer.lines.slice(lost))).toBe(0);
          const acked = writer.acked();
          const report = await check(folder);
          expect(report).toMatchObject({ wrong: [] });
          expect(report.tail).toBeGreaterThanOrEqual(acked);
          expect(report.tail).toBeLessThanOrEqual(acked + 1);
        });
      }
      expect(failed).toBeGreaterThan(0);
    });
  }
});
