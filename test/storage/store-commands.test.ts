import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  backupStore, exportStore, printStoreStats, restoreStore, verifyStore,
} from '../../gateway/store-commands.ts';
import { openLmdb } from '../../storage/lmdb.ts';
import { inFolder } from './children.ts';
import { appendMany, collect, turn } from './contract-kit.ts';

async function filled(directory: string): Promise<void> {
  const claim = await (await openLmdb(directory, { reserveBytes: 0 })).claim('filler');
  await appendMany(claim, 20);
  await claim.append({ ...turn(21), outbox: [{ bytes: Buffer.from('hi'), large: 5n }] }, 20);
  await claim.save([['row/1', 1], ['row/2', 'a row to damage']], 21);
  await claim.trim(4);
  await claim.release();
}

async function printed(
  run: (print: (line: string) => void) => Promise<number>,
): Promise<[number, string[]]> {
  const lines: string[] = [];
  const code = await run((line) => void lines.push(line));
  return [code, lines];
}

test('verify and stats of a sound store', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data');
    await filled(data);
    const sound = [0, ['18 records, 2 rows, 0 faults']];
    expect(await printed((print) => verifyStore(data, print))).toEqual(sound);
    const [code, lines] = await printed((print) => printStoreStats(data, print));
    expect(code).toBe(0);
    const figures = ['tail 21', 'head 4', 'savedAt 21', 'epoch 1', 'rows 2'];
    expect(lines).toEqual(expect.arrayContaining(figures));
  });
});

test('[J15] verify names a damaged row and fails', async () => {
  await inFolder(async (folder) => {
    await filled(folder);
    const path = join(folder, 'state', 'data.mdb');
    const bytes = await readFile(path);
    for (let at = bytes.indexOf('a row to'); at >= 0; at = bytes.indexOf('a row to', at + 1)) {
      bytes[at] = 98;
    }
    await writeFile(path, bytes);
    const [code, lines] = await printed((print) => verifyStore(folder, print));
    expect([code, lines[0]]).toEqual([1, 'fault: row "row/2" fails its checksum']);
  });
});

test('[J18] backup, restore, and the restored store goes on', async () => {
  await inFolder(async (folder) => {
    const [data, copy, back] = [join(folder, 'data'), join(folder, 'copy'), join(folder, 'back')];
    await filled(data);
    expect((await printed((print) => backupStore(data, copy, print)))[0]).toBe(0);
    expect(await printed((print) => backupStore(data, copy, print))).toEqual(
      [1, [`misuse: ${copy} is not empty`]],
    );
    expect((await printed((print) => restoreStore(copy, back, print)))[0]).toBe(0);
    expect((await printed((print) => restoreStore(copy, back, print)))[0]).toBe(1);
    const claim = await (await openLmdb(back, { reserveBytes: 0 })).claim('after');
    expect([claim.epoch, claim.tail, claim.savedAt, claim.row('row/1')]).toEqual([2n, 21, 21, 1]);
    expect(await collect(claim.records(3))).toHaveLength(18);
    await appendMany(claim, 1);
    await claim.release();
  });
});

test('export prints records as lines of JSON, from a position', async () => {
  await inFolder(async (folder) => {
    await filled(folder);
    const [code, lines] = await printed((print) => exportStore(folder, print));
    expect([code, lines.length]).toEqual([0, 18]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({ ...turn(4), position: 4, epoch: '1' });
    const [, last] = await printed((print) => exportStore(folder, print, 20));
    expect(last.map((line) => (JSON.parse(line) as { outbox: unknown }).outbox)).toEqual(
      [[{ bytes: 'aGk=', large: '5' }]],
    );
    expect(await printed((print) => exportStore(folder, print, 1))).toEqual(
      [1, ['misuse: records after 1 asked for; kept are 4 to 21']],
    );
  });
});

test('[J17] a store in use is left alone, with its own exit code', async () => {
  await inFolder(async (folder) => {
    await filled(folder);
    const claim = await (await openLmdb(folder, { reserveBytes: 0 })).claim('the server');
    const [code, lines] = await printed((print) => verifyStore(folder, print));
    expect([code, lines[0]]).toEqual([75, expect.stringContaining('in use by the server')]);
    await claim.release();
    expect((await printed((print) => verifyStore(folder, print)))[0]).toBe(0);
    expect((await printed((print) => verifyStore(join(folder, 'none'), print)))[0]).toBe(1);
  });
});
