/** How a result is printed: what was asked, on which machine, and every figure with its unit. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { number } from '../kit.ts';
import { machine, machineLine } from '../machine.ts';
import type { Disk } from './disk.ts';
import type { HotCheck } from './hot.ts';
import type { Latency } from './meter.ts';
import type { LoadOptions } from './options.ts';
import type { LoadResult } from './under-load.ts';
import { batchSkus } from './work.ts';

/** Machine, versions and disk: the lines above every figure. */
export function headLines(options: LoadOptions, disk: Disk): string[] {
  const versions = ['lmdb', 'uWebSockets.js', 'xstate', 'msgpackr'].map((name) => `${name} ${versionOf(name)}`);
  const flush = `4 KiB append + fdatasync ${number(disk.flushP50)} ms p50, ${number(disk.flushP99)} ms p99`;
  return [
    machineLine(machine()),
    `${versions.join(' · ')}`,
    durabilityLine(options),
    `${disk.kind}: ${flush}`,
  ];
}

function durabilityLine({ durability, url }: LoadOptions): string {
  if (url !== undefined) return `durability: as the server at ${url} has it`;
  return durability === 'memory'
    ? 'durability: NONE (--durability memory): an answer says nothing about the disk'
    : 'durability: LMDB, every answer after its flush to disk';
}

function versionOf(name: string): string {
  let path = createRequire(import.meta.url).resolve.paths(name)?.[0];
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    path = `${folder}/${name}/package.json`;
    try {
      return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    } catch {
      continue; // the next folder up
    }
  }
  return 'unknown';
}

/** What was asked. */
export function askedLine(options: LoadOptions): string {
  const { rate, connections, inFlight, mix, lines, skus, locations, isHot, protocol } = options;
  const arrivals =
    rate === 'max'
      ? 'closed loop: the next request follows each answer, latencies are those of a full queue'
      : `open loop: ${rate.toLocaleString('en-US')} arrivals/s at random times, latency from the intended moment`;
  const what = isHot ? 'one unit of one SKU' : `${lines} lines of ${skus.toLocaleString('en-US')} SKUs by Zipf`;
  return `${mix}, ${what}, ${locations} locations, ${connections} × ${inFlight} in flight, ${protocol}\n${arrivals}`;
}

/** A result as text. */
export function loadLines(options: LoadOptions, result: LoadResult): string[] {
  const { window, orders } = result;
  const seconds = window.elapsedMs / 1_000;
  const all = window.meter.latency();
  const lines: string[] = [''];
  if (orders > 0) lines.push(fact('orders', `${number(orders / seconds)}/s`));
  lines.push(fact('requests answered', `${number(all.count / seconds)}/s`));
  const skusEach = options.mix === 'atp' ? 1 : options.mix === 'atp-batch' ? batchSkus : 0;
  if (skusEach > 0) lines.push(fact('SKUs read', `${number((skusEach * all.count) / seconds)}/s`));
  for (const kind of window.meter.kinds) lines.push(latencyLine(kind, window.meter.latency(kind)));
  if (window.meter.kinds.length > 1) lines.push(latencyLine('all', all));
  if (options.rate !== 'max') lines.push(fact('arrivals', `${number(window.arrivals / seconds)}/s, ${window.behind} unanswered at the end`));
  lines.push(fact('refused', endings(window.meter.endings)));
  const isOrders = orders > 0 && (options.mix === 'place' || options.mix === 'life');
  lines.push(...costLines(result, isOrders ? orders : all.count, isOrders ? 'order' : 'request', seconds));
  if (result.hot !== undefined) lines.push(hotLine(result.hot));
  return lines;
}

function costLines(result: LoadResult, count: number, what: string, seconds: number): string[] {
  const cpu = (ms: number): string => `${number((ms * 1_000) / count)} µs/${what}, ${number(ms / 10 / seconds)} % of a core`;
  const { serverCpuMs, clientCpuMs, server, journalBytesPerOrder, ordersPerTurn } = result;
  const lines = [
    fact('server CPU', serverCpuMs === undefined ? 'not known: it runs elsewhere' : cpu(serverCpuMs)),
    fact('client CPU', cpu(clientCpuMs)),
  ];
  if (server !== undefined) lines.push(fact('server memory', `${number(server.rssBytes / 1024 ** 2)} MiB resident`));
  if (journalBytesPerOrder !== undefined) lines.push(fact('journal', `${number(journalBytesPerOrder)} B/order`));
  if (ordersPerTurn !== undefined) lines.push(fact('turn', `${number(ordersPerTurn)} orders`));
  return lines;
}

function hotLine({ units, accepted, refused, allocated, acceptedInAll, isExact }: HotCheck): string {
  const seen = `${accepted} sold of the last ${units} units, ${refused} refused; ${acceptedInAll} sold in all, ${allocated} allocated`;
  return fact('last unit', isExact ? `exact: ${seen}` : `WRONG: ${seen}`);
}

function latencyLine(kind: string, { count, p50, p90, p99, p999, max }: Latency): string {
  const values = [p50, p90, p99, p999, max].map((ms) => number(ms).padStart(8));
  return fact(kind, `${String(count).padStart(9)} ×   p50 ${values[0]}  p90 ${values[1]}  p99 ${values[2]}  p99.9 ${values[3]}  max ${values[4]} ms`);
}

function endings(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'none';
  return [...counts].map(([how, count]) => `${how} ${count}`).join(', ');
}

export function fact(name: string, value: string): string {
  return `  ${name.padEnd(20)} ${value}`;
}

/** A result as one JSON value. */
export function loadJson(options: LoadOptions, result: LoadResult, disk: Disk): unknown {
  const { window } = result;
  return {
    machine: machine(),
    disk,
    options,
    ordersPerSecond: (result.orders * 1_000) / window.elapsedMs,
    latencyMs: Object.fromEntries(window.meter.kinds.map((kind) => [kind, window.meter.latency(kind)])),
    refused: Object.fromEntries(window.meter.endings),
    behind: window.behind,
    serverCpuMs: result.serverCpuMs,
    clientCpuMs: result.clientCpuMs,
    serverRssBytes: result.server?.rssBytes,
    journalBytesPerOrder: result.journalBytesPerOrder,
    ordersPerTurn: result.ordersPerTurn,
    hot: result.hot,
  };
}
