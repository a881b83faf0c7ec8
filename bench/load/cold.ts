/**
 * Cold start: how long from the start of the process until it serves, and how much memory it has then,
 * with a long past on disk; again after a kill in the middle of work; and what an order costs with that
 * past, beside what it costs without.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { number } from '../kit.ts';
import { writeHistory, type History } from './history.ts';
import type { LoadOptions } from './options.ts';
import { usageOf } from './processes.ts';
import { fact } from './report.ts';
import { serverFor, startServer, type Server } from './server.ts';
import { shapeOf, underLoad, type LoadResult } from './under-load.ts';

export interface ColdResult {
  readonly history: History;
  readonly start: Started;
  /** The process was killed while it took orders, and started again. */
  readonly afterKill: Started;
  readonly without: LoadResult;
  readonly with: LoadResult;
}

interface Started {
  readonly readyAfterMs: number;
  readonly rssBytes: number;
}

export async function coldStart(asked: LoadOptions, say: (what: string) => void): Promise<ColdResult> {
  const options = { ...asked, skus: Math.ceil(asked.history / asked.locations) };
  const directory = await mkdtemp(join(tmpdir(), 'baton-cold-'));
  try {
    const without = await withoutHistory(asked, say);
    say(`writing ${asked.history.toLocaleString('en-US')} stocks and as many closed orders`);
    const history = await writeHistory(directory, shapeOf(options), asked.history);
    // The system may still have the files in memory: the disk's own reading is not measured.
    let server = await startServer(directory, options);
    const start = started(server);
    // The same SKUs as without the past, so that only the past differs.
    const load = { options: asked, say, isSeeded: true } as const;
    const withHistory = await underLoad({ ...load, server, prefix: 'w-' });
    await underLoad({ ...load, options: { ...asked, warmupMs: 0, durationMs: 1_000 }, server, prefix: 'k-' });
    await server.stop('SIGKILL');
    server = await startServer(directory, options);
    const afterKill = started(server);
    await server.stop();
    return { history, start, afterKill, without, with: withHistory };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function withoutHistory(options: LoadOptions, say: (what: string) => void): Promise<LoadResult> {
  const server = await serverFor(options);
  try {
    return await underLoad({ options, server, say });
  } finally {
    await server.stop();
  }
}

function started({ pid, readyAfterMs }: Server): Started {
  return { readyAfterMs, rssBytes: usageOf(pid)?.rssBytes ?? 0 };
}

export function coldLines({ history, start, afterKill, without, with: loaded }: ColdResult): string[] {
  const counts = `${history.stocks.toLocaleString('en-US')} stocks, ${history.closedOrders.toLocaleString('en-US')} closed orders`;
  const ready = ({ readyAfterMs, rssBytes }: Started): string =>
    `ready after ${number(readyAfterMs / 1_000)} s, ${number(rssBytes / 1024 ** 2)} MiB resident`;
  return [
    '',
    fact('on disk', counts),
    fact('cold start', ready(start)),
    fact('after kill -9', ready(afterKill)),
    fact('without the past', cost(without)),
    fact('with it', cost(loaded)),
  ];
}

function cost({ orders, serverCpuMs, window, server }: LoadResult): string {
  const { p50, p99 } = window.meter.latency();
  const micros = serverCpuMs === undefined ? 0 : (serverCpuMs * 1_000) / orders;
  return (
    `${number((orders * 1_000) / window.elapsedMs)} orders/s, server ${number(micros)} µs/order, ` +
    `p50 ${number(p50)} p99 ${number(p99)} ms, ${number((server?.rssBytes ?? 0) / 1024 ** 2)} MiB`
  );
}
