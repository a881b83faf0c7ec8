import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { runImport } from '../../gateway/feeds/import-file.ts';
import type { FeedTally } from '../../gateway/feeds/feed.ts';
import { FeedShop } from './feed-serving.ts';

let shop: FeedShop;
let folder: string;
beforeEach(async () => {
  shop = await FeedShop.open();
  folder = mkdtempSync(join(tmpdir(), 'baton-feed-'));
});
afterEach(async () => {
  await shop.close();
  rmSync(folder, { recursive: true });
  expect(shop.incidents).toEqual([]);
});

const counts = (from: number, to: number, onHand = (at: number): number => at): object[] =>
  Array.from({ length: to - from }, (_, index) => ({ sku: `S${from + index}`, location: 'A', onHand: onHand(from + index) }));

describe('feeds over the socket', () => {
  it('[F14] rows of the client come in with progress, and only what differs is sent', async () => {
    const client = await connect({ url: shop.url, key: 'erp' });
    const told: FeedTally[] = [];
    const first = await client.importRows('stock', counts(0, 1_200), { onProgress: (tally) => told.push(tally) });
    expect(first).toMatchObject({ rows: 1_200, changed: 1_200, unchanged: 0, refused: 0 });
    expect(told.at(-1)).toEqual({ rows: 1_200, changed: 1_200, unchanged: 0, outdated: 0, refused: 0 });
    expect(told.length).toBeGreaterThan(4);
    const before = shop.engine.position;
    const second = await client.importRows('stock', counts(0, 1_200, (at) => (at % 400 === 7 ? 5_000 : at)));
    expect(second).toMatchObject({ rows: 1_200, changed: 3, unchanged: 1_197 });
    expect(shop.onHand('A/S7', 'A/S8', 'A/S407')).toEqual([5_000, 8, 5_000]);
    expect(shop.engine.position - before).toBeLessThanOrEqual(4);
    await client.close();
  });

  it('[F14] rows that nobody checked are refused by the server, one by one', async () => {
    const client = await connect({ url: shop.url, key: 'nyc' });
    const rows = [
      { sku: 'S1', location: 'A', onHand: 1 },
      { sku: 'S2', location: 'A', onHand: -1 },
      { sku: 'S3', location: 'B', onHand: 3 },
      { sku: 'S4', location: 'A', colour: 'red' },
      { sku: 'S5', location: 'A', onHand: 5 },
      { sku: 'S1', location: 'A', delta: 0 },
      { sku: 'S5', location: 'A', delta: -2 },
      { sku: 'S5', location: 'B', delta: -2 },
    ];
    const { refusals, ...sums } = await client.importRows('stock', rows, { feed: 'mine' });
    expect(refusals.map(({ row, code, field }) => [row, code, field]).toSorted()).toEqual([
      [2, 'malformed', 'onHand'], [3, 'forbidden', 'location'], [4, 'malformed', 'onHand'],
      [6, 'malformed', 'delta'], [8, 'forbidden', 'location'],
    ]);
    expect(sums).toMatchObject({ feed: 'mine', rows: 8, changed: 3, refused: 5 });
    expect(shop.onHand('A/S1', 'A/S5')).toEqual([1, 3]);
    await client.close();
  });

  it('[F14] a feed outlives lost connections and is done once', async () => {
    const client = await connect({ url: shop.url, key: 'erp', reconnectBackoff: { firstMs: 1, maxMs: 10 } });
    await client.importRows('stock', counts(0, 500, () => 1_000));
    async function* deltas(): AsyncGenerator<object> {
      for (let round = 0; round < 6; round += 1) {
        for (let at = 0; at < 500; at += 1) yield { sku: `S${at}`, location: 'A', delta: 1 };
        client.drop();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const summary = await client.importRows('stock', deltas());
    expect(summary).toMatchObject({ rows: 3_000, changed: 3_000, refused: 0 });
    expect(new Set(shop.onHand(...counts(0, 500).map((_, at) => `A/S${at}`)))).toEqual(new Set([1_006]));
    await client.close();
  });

  it('[F14] what the rows themselves throw comes out, after what came before it was done', async () => {
    const client = await connect({ url: shop.url, key: 'erp' });
    function* broken(): Generator<object> {
      yield* counts(0, 300);
      throw new Error('the disk');
    }
    await expect(client.importRows('stock', broken())).rejects.toThrow('the disk');
    expect(shop.onHand('A/S249')).toEqual([249]);
    await client.close();
  });
});

describe('baton import', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const run = async (...args: string[]): Promise<{ code: number; text: string }> => {
    let text = '';
    const out = { write: (piece: string) => void (text += piece) };
    const code = await runImport(['--url', shop.url, ...args], { BATON_KEY: 'erp' }, out);
    return { code, text };
  };

  it('[F15] a file comes in, packed or not, and the same file again changes nothing', async () => {
    const csv = `sku,location,onHand\r\n${counts(0, 3_000).map((_, at) => `S${at},A,${at}`).join('\r\n')}\r\n`;
    const packed = file('counts.csv.gz', gzipSync(csv));
    const first = await run('--kind', 'stock', packed);
    expect(first.code).toBe(0);
    expect(first.text).toMatch(/100 % .*KiB .* rows/);
    expect(first.text).toMatch(/changed +3,000\n/);
    const again = await run('--kind', 'stock', packed);
    expect([again.code, /unchanged +3,000\n/.test(again.text)]).toEqual([0, true]);
    const deltas = file('moves.ndjson', '{"sku":"S5","location":"A","delta":3}\n');
    expect((await run('--kind', 'stock', '--reason', 'found', deltas)).code).toBe(0);
    expect((await run('--kind', 'stock', '--reason', 'found', deltas)).text).toMatch(/unchanged +1\n/);
    expect(shop.onHand('A/S5')).toEqual([8]);
  });

  it('[F15] bad rows are told by line and column, with exit code 1', async () => {
    const bad = file('bad.csv', 'sku,location,onHand\nS1,A,1\nS2,A,-2\nS3,NOWHERE,1\n');
    const { code, text } = await run('--kind', 'stock', bad);
    expect(code).toBe(1);
    expect(text).toContain('row 3, onHand: must be >= 0 (malformed)');
    expect(text).toContain('row 4, location: no location NOWHERE (unknown-location)');
    expect(text).toMatch(/refused +2 \(malformed 1, unknown-location 1\)/);
    const stopped = await run('--kind', 'stock', '--on-error', 'stop', bad);
    expect([stopped.code, /ended early: {2}row 3/.test(stopped.text)]).toEqual([1, true]);
  });

  it('[F15] what cannot be read says so: no file, no gzip, a gzip trap, a wrong header, no server', async () => {
    expect(await run('--kind', 'stock', join(folder, 'none.csv'))).toMatchObject({ code: 1, text: expect.stringContaining('ENOENT') });
    expect(await run('--kind', 'stock', file('bad.csv.gz', 'not packed'))).toMatchObject({ code: 1, text: expect.stringContaining('incorrect header') });
    const trap = file('trap.ndjson.gz', gzipSync(Buffer.alloc(180 * 1024 * 1024)));
    expect(await run('--kind', 'stock', trap)).toMatchObject({ code: 1, text: expect.stringContaining('200 times its size') });
    expect(await run('--kind', 'items', file('head.csv', 'sku,colour\nA,red\n'))).toMatchObject({ code: 1, text: expect.stringContaining('row 1, colour: no such column') });
    const good = file('good.csv', 'sku,location,onHand\nS1,A,1\n');
    let text = '';
    const out = { write: (piece: string) => void (text += piece) };
    expect(await runImport(['--url', shop.url, '--key', 'nobody', '--kind', 'stock', good], {}, out)).toBe(1);
    expect(text).toContain('unauthenticated');
  });

  it('[F15] a command line that makes no sense is refused by name, with exit code 2', async () => {
    const wrong = async (...args: string[]): Promise<unknown> => {
      const { code, text } = await run(...args);
      return [code, text.split('\n')[0]];
    };
    expect(await wrong('--kind', 'stock')).toEqual([2, 'name the file to import']);
    expect(await wrong('--kind', 'prices', 'a.csv')).toEqual([2, '--kind is one of stock, items, locations']);
    expect(await wrong('--kind', 'stock', 'a.txt')).toEqual([2, '--format csv or ndjson: the name of the file does not say']);
    expect(await wrong('--kind', 'stock', '--feed', 'a b', 'a.csv')).toEqual([2, expect.stringContaining('--feed')]);
    expect(await wrong('--kind', 'stock', '--on-error', 'cry', 'a.csv')).toEqual([2, '--on-error is go-on or stop']);
    expect(await wrong('--kind', 'stock', '--in-flight', '0', 'a.csv')).toEqual([2, expect.stringContaining('--in-flight')]);
    expect(await wrong('--kind', 'stock', 'a.csv', 'b.csv')).toEqual([2, 'one file at a time, not a.csv and b.csv']);
    expect((await run('--help')).code).toBe(0);
  });
});
