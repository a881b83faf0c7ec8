/**
 * A feed of counts while orders flow at half of what the server can do: how long it takes, and what the
 * orders notice of it. Three measurements on one server, one after the other: the most orders it takes, half
 * of them undisturbed, half of them with the feed.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Baton } from '../../gateway/client/client.ts';
import type { FeedSummary } from '../../gateway/feeds/feed.ts';
import { number } from '../kit.ts';
import { locationName, skuName, type Shape } from '../workload.ts';
import { closeAll, connectMany, seed } from './clients.ts';
import { drive, type Window } from './drive.ts';
import type { Latency } from './meter.ts';
import type { LoadOptions } from './options.ts';
import { fact } from './report.ts';
import type { Server } from './server.ts';
import { Work } from './work.ts';

/** One count in so many differs from what is on hand. */
const differsEvery = 20;
const mostMs = 8_000;
/** Positions not saved yet that do no harm. */
const savedLagMax = 16;
const runs = promisify(execFile);
const sender = fileURLToPath(new URL('feed-sender.js', import.meta.url));

export interface FeedResult {
  readonly rows: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly quiet: Latency;
  readonly withFeed: Latency;
  /** Orders answered per second while the feed ran. */
  readonly ordersPerSecond: number;
  readonly p99Times: number;
}

type Say = (what: string) => void;

export async function feedUnderLoad(options: LoadOptions, server: Server, say: Say): Promise<FeedResult> {
  const shape = shapeFor(options);
  const clients = await connectMany(server.url, options.connections, options.inFlight, options);
  const folder = await mkdtemp(join(tmpdir(), 'baton-feed-'));
  try {
    const [first] = clients;
    if (first === undefined) throw new Error('no client');
    say(`seeding ${number(shape.skus * shape.locations)} stocks`);
    await seed(first, shape);
    const file = join(folder, 'counts.csv');
    await writeCounts(file, shape);
    const run = async (prefix: string, plan: Partial<Parameters<typeof drive>[2]>, onOpen?: () => void): Promise<Window> => {
      await settled(first);
      const onWindow = (edge: 'opens' | 'closes'): void => (edge === 'opens' ? onOpen?.() : undefined);
      return drive(clients, new Work('place', shape, prefix), { ...options, ...plan }, onWindow);
    };
    const rate = options.rate === 'max' ? await halfOfMost(run, say) : options.rate;
    say(`${rate} orders/s for ${options.durationMs / 1_000} s, undisturbed`);
    const quiet = await run('q-', { rate });
    say(`${rate} orders/s with a feed of ${options.feed.toLocaleString('en-US')} counts`);
    const feeding = deferred<FeedSummary>();
    const ended = feeding.promise.then(() => undefined, () => undefined);
    const busy = await run('f-', { rate, durationMs: 600_000, until: ended }, () => {
      sendFeed(server, options, file).then(feeding.resolve, feeding.reject);
    });
    return resultOf(await feeding.promise, rate, quiet, busy);
  } finally {
    await closeAll(clients);
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was done before is saved: it must not be paid for in the next measurement. */
async function settled(client: Baton): Promise<void> {
  for (;;) {
    const { position, savedAt } = await client.query('engine.status', {});
    if (position - savedAt <= savedLagMax) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** As many SKUs as make the stocks that are counted. */
function shapeFor({ feed, locations, lines, seed: from }: LoadOptions): Shape {
  const skus = Math.max(lines, Math.ceil(feed / locations));
  return { skus, locations, lines, unitsEach: 1_000_000, isHot: false, seed: from };
}

async function halfOfMost(
  run: (prefix: string, plan: Partial<Parameters<typeof drive>[2]>) => Promise<Window>,
  say: Say,
): Promise<number> {
  say(`the most orders it takes, ${mostMs / 1_000} s`);
  const most = await run('m-', { rate: 'max', durationMs: mostMs });
  return Math.max(1, Math.round((most.meter.latency().count * 500) / most.elapsedMs));
}

/** One row for each stock; nothing ships here, so on hand is what was received. */
async function writeCounts(file: string, shape: Shape): Promise<void> {
  const out = createWriteStream(file);
  let piece = 'sku,location,onHand\n';
  let row = 0;
  for (let sku = 0; sku < shape.skus; sku += 1) {
    for (let location = 0; location < shape.locations; location += 1) {
      row += 1;
      const onHand = shape.unitsEach + (row % differsEvery === 0 ? 1 : 0);
      piece += `${skuName(sku)},${locationName(location)},${onHand}\n`;
    }
    if (piece.length < 256 * 1024) continue;
    if (!out.write(piece)) await once(out, 'drain');
    piece = '';
  }
  out.end(piece);
  await once(out, 'finish');
}

async function sendFeed(server: Server, { key = '' }: LoadOptions, file: string): Promise<FeedSummary> {
  const url = new URL('/v1/feeds/stock', server.url.replace(/^ws/, 'http'));
  const { stdout } = await runs(process.execPath, [sender, url.href, file, key]);
  const { summary } = JSON.parse(stdout) as { readonly summary?: FeedSummary };
  if (summary === undefined || summary.stopped !== undefined) throw new Error(`the feed did not end well: ${stdout}`);
  return summary;
}

function resultOf(summary: FeedSummary, ratePerSecond: number, quiet: Window, busy: Window): FeedResult {
  const { rows, changed, unchanged, refused, durationMs } = summary;
  const [undisturbed, withFeed] = [quiet.meter.latency(), busy.meter.latency()];
  return {
    rows,
    ratePerSecond,
    seconds: durationMs / 1_000,
    changed,
    unchanged,
    refused,
    quiet: undisturbed,
    withFeed,
    ordersPerSecond: (withFeed.count * 1_000) / busy.elapsedMs,
    p99Times: withFeed.p99 / undisturbed.p99,
  };
}

export function feedLines(result: FeedResult): string[] {
  const { rows, seconds, changed, unchanged, refused, quiet, withFeed, ratePerSecond, ordersPerSecond } = result;
  const latency = ({ p50, p99, p999, max }: Latency): string =>
    `p50 ${number(p50)}  p99 ${number(p99)}  p99.9 ${number(p999)}  max ${number(max)} ms`;
  return [
    '',
    fact('feed', `${rows.toLocaleString('en-US')} counts in ${number(seconds)} s, ${number(rows / seconds)}/s`),
    fact('of them', `${changed} changed, ${unchanged} unchanged, ${refused} refused`),
    fact('orders asked for', `${ratePerSecond.toLocaleString('en-US')}/s, open loop`),
    fact('orders undisturbed', latency(quiet)),
    fact('orders with feed', `${latency(withFeed)}, ${number(ordersPerSecond)}/s`),
    fact('p99 with feed', `${number(result.p99Times)} × undisturbed`),
  ];
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (why: unknown) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (why: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
