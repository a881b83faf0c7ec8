/** What the disk itself takes for a flush: every durable figure stands on it. */
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latencyOf, newHistogram } from './meter.ts';

export interface Disk {
  readonly kind: string;
  /** 4 KiB appended and flushed (fdatasync), milliseconds. */
  readonly flushP50: number;
  readonly flushP99: number;
}

const flushes = 200;
const names: Readonly<Record<number, string>> = {
  0xef53: 'ext4', 0x58465342: 'xfs', 0x9123683e: 'btrfs', 0x01021994: 'tmpfs (memory: flushing costs nothing)', 0x794c7630: 'overlay',
};

/** Measure where data directories of the load tool stand. */
export async function probeDisk(): Promise<Disk> {
  const path = join(tmpdir(), `baton-probe-${process.pid}`);
  const file = await open(path, 'w');
  const histogram = newHistogram();
  const page = Buffer.alloc(4_096, 1);
  try {
    for (let i = 0; i < flushes; i += 1) {
      const startMs = performance.now();
      await file.write(page);
      await file.datasync();
      histogram.recordValue(Math.max(1, Math.round((performance.now() - startMs) * 1_000)));
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  const { p50, p99 } = latencyOf(histogram);
  const { type } = await statfs(tmpdir());
  return { kind: names[type] ?? `file system 0x${type.toString(16)}`, flushP50: p50, flushP99: p99 };
}
