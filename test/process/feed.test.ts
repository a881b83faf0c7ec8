/**
 * kill -9 of the real server while a feed streams in, again and again. Sent again whole after each restart, the
 * feed is taken in the end: every count is right, with what came and went since, and no delta was applied twice.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type Baton } from '../../gateway/client/client.ts';
import type { Entry } from '../../engine/receipts.ts';
import { inspectLmdb } from '../../storage/lmdb.ts';
import { endAll, freePort, portOf, run, type Program } from './program.ts';

const kills = 6;
const countRows = 6_000;
const deltaRows = 6_000;
const locations = ['LEEDS', 'PARIS'];
const counted = Array.from({ length: countRows / 2 }, (_, at) => `C-${at}`);
const moved = Array.from({ length: 50 }, (_, at) => `D-${at}`);

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'baton-feed-kill-'));
});
afterEach(async () => {
  await endAll();
  rmSync(data, { recursive: true, force: true });
});

const serve = (port: number): Program =>
  run('main.js', ['--data', data, '--port', String(port), '--empty', '--insecure-dev', '--log-level', 'info']);

/** What the counts say of each row, and what each delta moves: all different, so that a mistake shows. */
const countOf = (at: number): number => 100 + (at % 997);
const deltaOf = (at: number): number => (at % 3 === 0 ? -1 : 1 + (at % 5));

/** The rows, counts and deltas by turns. */
function feedText(): string {
  const rows: string[] = [];
  for (let at = 0; at < countRows; at += 1) {
    rows.push(JSON.stringify({ sku: counted[at >> 1], location: locations[at & 1], onHand: countOf(at) }));
    rows.push(JSON.stringify({ sku: moved[at % moved.length], location: 'LEEDS', delta: deltaOf(at), reason: 'till' }));
  }
  return `${rows.join('\n')}\n`;
}

interface Told {
  readonly summary: { readonly rows: number; readonly refused: number; readonly stopped?: unknown } | undefined;
  /** Rows the last progress told of. */
  readonly rows: number;
}

/** Send the feed; `onRows` hears how far it is. What a killed server leaves unsaid is no answer. */
async function sendFeed(port: number, text: string, onRows: (rows: number) => void): Promise<Told> {
  let summary: Told['summary'];
  let rows = 0;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/feeds/stock`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'night-1' },
      body: new Blob([text]),
    });
    let rest = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const told = JSON.parse(line) as { progress?: { rows: number }; summary?: Told['summary'] };
        if (told.progress !== undefined) onRows((rows = told.progress.rows));
        summary = told.summary ?? summary;
      }
    }
  } catch {
    // The server was killed while it took the feed.
  }
  return { summary, rows };
}

async function furnish(client: Baton): Promise<void> {
  for (const [index, id] of locations.entries()) {
    const location = { id, name: id, type: 'warehouse', country: 'GB', latitude: 50 + index, longitude: 0, state: 'open' };
    await client.command('location.put', { location } as never);
  }
  const entries = (skus: readonly string[], at: readonly string[], quantity: number) =>
    skus.flatMap((sku) => at.map((location) => ({ sku, location, quantity })));
  for (let from = 0; from < counted.length; from += 500) {
    await client.command('stock.receive', { entries: entries(counted.slice(from, from + 500), locations, 50) } as never);
  }
  await client.command('stock.receive', { entries: entries(moved, ['LEEDS'], 100_000) } as never);
}

/** How often each delta row stands in the journal as done, and how often the feed was opened. */
async function readDeltas(): Promise<{ readonly deltas: number; readonly units: number; readonly opened: number }> {
  const inspection = await inspectLmdb(data);
  const found = { deltas: 0, units: 0, opened: 0 };
  try {
    for await (const record of inspection.records(0)) {
      for (const [, kind, , body, refused] of record.commands as Entry[]) {
        if (refused !== null) continue;
        if (kind === 'feed.open') found.opened += 1;
        if (kind !== 'stock.adjust') continue;
        for (const { delta } of (body as { entries: readonly { delta: number }[] }).entries) {
          found.deltas += 1;
          found.units += delta;
        }
      }
    }
  } finally {
    await inspection.close();
  }
  return found;
}

test('[P8] [F4] [F12] killed in mid-feed, again and again: sent again, every count is right and nothing is applied twice', { timeout: 300_000 }, async () => {
  const port = await freePort();
  let server = serve(port);
  await portOf(server);
  let client = await connect({ url: `ws://127.0.0.1:${port}` });
  await furnish(client);
  const text = feedText();
  const reached: number[] = [];
  let receipts = 0;
  for (let round = 0; round < kills; round += 1) {
    // Further each time, so that the feed is cut at its beginning, in its middle and near its end.
    const enough = Math.floor((round * (countRows + deltaRows)) / kills);
    let isFar = (): void => undefined;
    const far = new Promise<void>((resolve) => (isFar = resolve));
    const sending = sendFeed(port, text, (told) => (told > enough ? isFar() : undefined));
    await Promise.race([far, sending]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
    // Units that come while the feed runs: counts of its first opening must not take them away.
    const arrived = { entries: [{ sku: counted[round], location: 'LEEDS', quantity: 7 }] };
    const told = await client.command('stock.receive', arrived as never, { commandId: `arrived-${round}` });
    receipts += told === undefined ? 0 : 1;
    await client.close();
    server.kill('SIGKILL');
    expect(await server.exit).toEqual({ code: null, signal: 'SIGKILL' });
    const { rows, summary } = await sending;
    reached.push(summary?.rows ?? rows);
    server = serve(port);
    await portOf(server);
    client = await connect({ url: `ws://127.0.0.1:${port}` });
  }
  const { summary } = await sendFeed(port, text, () => undefined);
  expect(summary).toMatchObject({ rows: countRows + deltaRows, refused: 0 });
  expect(summary?.stopped).toBeUndefined();
  expect(receipts).toBe(kills);
  await checkStocks(client);
  // Once more it changes nothing.
  const again = await sendFeed(port, text, () => undefined);
  expect(again.summary).toMatchObject({ rows: countRows + deltaRows, changed: 0, outdated: 0, refused: 0 });
  await client.close();
  server.kill('SIGTERM');
  expect((await server.exit).code).toBe(0);
  const units = Array.from({ length: deltaRows }, (_, at) => deltaOf(at)).reduce((sum, delta) => sum + delta, 0);
  expect(await readDeltas()).toEqual({ deltas: deltaRows, units, opened: 1 });
  const verify = run('cli.js', ['verify', '--data', data]);
  expect((await verify.exit).code, verify.output()).toBe(0);
  process.stdout.write(`killed after ${reached.join(', ')} rows were told\n`);
});

async function checkStocks(client: Baton): Promise<void> {
  const wrong: string[] = [];
  const onHand = new Map<string, number>();
  for (let from = 0; from < counted.length; from += 100) {
    const stocks = await Promise.all(counted.slice(from, from + 100).map((sku) => client.query('stock.get', { sku } as never)));
    for (const { sku, location, onHand: units } of stocks.flat() as { sku: string; location: string; onHand: number }[]) {
      onHand.set(`${location}/${sku}`, units);
    }
  }
  for (let at = 0; at < countRows; at += 1) {
    const sku = counted[at >> 1] ?? '';
    const place = `${locations[at & 1]}/${sku}`;
    const came = (at & 1) === 0 && at >> 1 < kills ? 7 : 0;
    if (onHand.get(place) !== countOf(at) + came) wrong.push(`${place}: ${onHand.get(place)}, not ${countOf(at) + came}`);
  }
  for (const [index, sku] of moved.entries()) {
    let expected = 100_000;
    for (let at = index; at < deltaRows; at += moved.length) expected += deltaOf(at);
    const [stock] = (await client.query('stock.get', { sku } as never)) as readonly { readonly onHand: number }[];
    if (stock?.onHand !== expected) wrong.push(`${sku}: ${stock?.onHand}, not ${expected}`);
  }
  expect(wrong.slice(0, 10)).toEqual([]);
}
