/**
 * Power cuts on a real kernel: an ext4 file system in a file is shut down under a writer, without
 * flushing its own log, the writer killed, the file system mounted again. Positive control: without
 * flushing, the same test must see a loss, or it could see none.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { canRun, check, inFolder, requireBuild, sh, startWriter, type Report } from './children.ts';

beforeAll(requireBuild);

/** EXT4_IOC_SHUTDOWN with the flag NOLOGFLUSH: stop at once, as if the power had gone. */
const shutdown = [
  'import fcntl, os, struct, sys',
  'fd = os.open(sys.argv[1], os.O_RDONLY)',
  "fcntl.ioctl(fd, 0x8004587d, struct.pack('I', 2))",
].join('\n');

function ready(): boolean {
  const onTop = 'd=$(mktemp -d) && truncate -s 16M "$d/i" && mkfs.ext4 -q "$d/i" && mkdir "$d/m" '
    + '&& mount -o loop "$d/i" "$d/m"; s=$?; umount "$d/m" 2>/dev/null; rm -rf "$d"; exit $s';
  return canRun('loop-mount an ext4 file system (needs root)', 'sh', ['-c', onTop])
    && canRun('python3', 'python3', ['-c', 'import fcntl']);
}

interface Cut {
  readonly acked: number;
  readonly report: Report;
}

/** Cut the power `rounds` times under a writer, on one store; the checker looks after each. */
async function cuts(folder: string, rounds: number, options: object): Promise<Cut[]> {
  const image = join(folder, 'image');
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  sh('truncate', '-s', '256M', image);
  sh('mkfs.ext4', '-q', image);
  sh('mount', '-o', 'loop', image, mounted);
  const results: Cut[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const data = join(mounted, 'data');
      const writer = startWriter(data, { trimKeep: 200, ...options });
      await writer.until((lines) => lines.length > 20 + round * 37);
      sh('python3', '-c', shutdown, mounted);
      writer.kill();
      await writer.ended;
      sh('umount', mounted);
      sh('mount', '-o', 'loop', image, mounted);
      results.push({ acked: writer.acked(), report: await check(data, { verify: true }) });
    }
  } finally {
    sh('umount', '-l', mounted);
  }
  return results;
}

function isSound({ acked, report }: Cut): boolean {
  // One more than acknowledged may be there: it was under way.
  const { tail = -1, wrong = ['unreadable'] } = report;
  return wrong.length === 0 && tail >= acked && tail <= acked + 1;
}

const within = { timeout: 90_000 };

test('[J22] after ten power cuts what was acknowledged is there', within, async (context) => {
  if (!ready()) return context.skip();
  const results = await inFolder((folder) => cuts(folder, 10, {}));
  expect(results.filter((cut) => !isSound(cut))).toEqual([]);
  expect(results.every(({ acked }) => acked > 10)).toBe(true);
});

test('[J22] the test sees a loss when nothing is flushed', within, async (context) => {
  if (!ready()) return context.skip();
  let lost = 0;
  for (let round = 0; round < 3 && lost === 0; round += 1) {
    const results = await inFolder((folder) => cuts(folder, 1, { unsafeNoSync: true }));
    // A writer or checker that cannot even start would look like a loss.
    expect(results.every(({ acked }) => acked > 10)).toBe(true);
    lost += results.filter((cut) => !isSound(cut)).length;
  }
  expect(lost).toBeGreaterThan(0);
});
