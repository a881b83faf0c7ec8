/** Idle sockets: how much memory the server takes for each that is connected, subscribed and quiet. */
import { closeAll, connectMany, seed } from './clients.ts';
import type { LoadOptions } from './options.ts';
import { filesMax, usageOf } from './processes.ts';
import { fact } from './report.ts';
import type { Server } from './server.ts';
import { skuName } from '../workload.ts';
import { shapeOf } from './under-load.ts';
import { number } from '../kit.ts';

/** Files a process has open beside the sockets. */
const filesBeside = 200;
/** SKUs to follow: few, so that what seeding leaves behind does not hide what the sockets take. */
const skus = 100;
/** The server's memory is read after so long without work, milliseconds. */
const settleMs = 5_000;

export interface IdleResult {
  readonly sockets: number;
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** Resident memory per socket. */
  readonly bytesEach: number;
}

/** Connect and subscribe `options.idle` sockets; each follows one SKU of a channel. */
export async function idle(options: LoadOptions, server: Server, say: (what: string) => void): Promise<IdleResult> {
  const count = options.idle;
  if (filesMax() < count + filesBeside) {
    throw new Error(`${count} sockets need ${count + filesBeside} open files, but the limit is ${filesMax()}: raise it with ulimit -n`);
  }
  const [first, ...rest] = await connectMany(server.url, 8, 16, options);
  if (first === undefined) throw new Error('no client');
  await seed(first, { ...shapeOf(options), skus });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleMs));
  await settle();
  const beforeBytes = usageOf(server.pid)?.rssBytes ?? 0;
  say(`opening ${count.toLocaleString('en-US')} sockets`);
  const clients = await connectMany(server.url, count, 1, options);
  try {
    const subscribed = clients.map((client, index) =>
      client.subscribe({ topic: 'stock', skus: [skuName(index % skus)], channel: 'web' }).next(),
    );
    await Promise.all(subscribed);
    await settle();
    const afterBytes = usageOf(server.pid)?.rssBytes ?? 0;
    await first.query('engine.status', {});
    return { sockets: count, beforeBytes, afterBytes, bytesEach: (afterBytes - beforeBytes) / count };
  } finally {
    await closeAll([first, ...rest, ...clients]);
  }
}

export function idleLines({ sockets, beforeBytes, afterBytes, bytesEach }: IdleResult): string[] {
  const mib = (bytes: number): string => `${number(bytes / 1024 ** 2)} MiB`;
  return [
    '',
    fact('idle sockets', `${sockets.toLocaleString('en-US')}, each subscribed to the availability of one SKU`),
    fact('server memory', `${mib(beforeBytes)} resident before, ${mib(afterBytes)} after`),
    fact('each', `${number(bytesEach / 1024)} KiB`),
  ];
}
