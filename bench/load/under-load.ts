/** The main measurement: commands and queries over sockets, with what they cost both processes. */
import type { Baton } from '../../gateway/client/client.ts';
import type { EngineStatus } from '../../engine/outcome.ts';
import { closeAll, connectMany, seed } from './clients.ts';
import { drive, type Window } from './drive.ts';
import { checkHot, type HotCheck } from './hot.ts';
import type { LoadOptions } from './options.ts';
import { usageOf, type Usage } from './processes.ts';
import type { Server } from './server.ts';
import { Work } from './work.ts';
import type { Shape } from '../workload.ts';

export interface LoadResult {
  readonly window: Window;
  /** Orders accepted in the measured window. */
  readonly orders: number;
  /** CPU used in the window, milliseconds; undefined for a server elsewhere. */
  readonly serverCpuMs: number | undefined;
  readonly clientCpuMs: number;
  readonly server: Usage | undefined;
  /** Journal bytes written for each order accepted, warm-up included; undefined when none was. */
  readonly journalBytesPerOrder: number | undefined;
  readonly ordersPerTurn: number | undefined;
  readonly hot: HotCheck | undefined;
}

export function shapeOf(options: LoadOptions): Shape {
  const { skus, locations, lines, isHot } = options;
  return { skus: isHot ? 1 : skus, locations, lines, unitsEach: 1_000_000, isHot, seed: options.seed };
}

/** Orders placed before reads are measured, so that there is something to read. */
const ordersBeforeReads = 2_000;

export interface Step {
  readonly options: LoadOptions;
  readonly server: Server;
  say(what: string): void;
  /** The network and stock are there already. */
  readonly isSeeded?: boolean | undefined;
  /** Of the order ids; another for each run on the same data. */
  readonly prefix?: string | undefined;
}

/** Connect, seed, load, check. */
export async function underLoad({ options, server, say, isSeeded, prefix = 'o-' }: Step): Promise<LoadResult> {
  const clients = await connectMany(server.url, options.connections, options.inFlight, options);
  try {
    const first = clients[0];
    if (first === undefined) throw new Error('no client');
    const shape = shapeOf(options);
    if (isSeeded !== true) {
      say(`seeding ${shape.skus.toLocaleString('en-US')} SKUs at ${shape.locations} locations`);
      await seed(first, shape);
    }
    const work = new Work(options.mix, shape, prefix);
    if (options.mix === 'reads' || options.mix === 'mixed') await placeSome(clients, work);
    say(`${options.warmupMs / 1_000} s of warm-up, then ${options.durationMs / 1_000} s measured`);
    return await measure(clients, first, work, { options, server, say });
  } finally {
    await closeAll(clients);
  }
}

async function measure(clients: readonly Baton[], first: Baton, work: Work, step: Step): Promise<LoadResult> {
  const { options, server } = step;
  const before = await first.query('engine.status', {});
  const accepted = { before: work.accepted, opens: 0, closes: 0 };
  const edge = { opens: takeCost(server), closes: takeCost(server) };
  const window = await drive(clients, work, options, (at) => {
    edge[at] = takeCost(server);
    accepted[at] = work.accepted;
  });
  const after = await first.query('engine.status', {});
  const inAll = work.accepted - accepted.before;
  const serverCpuMs =
    edge.closes.server === undefined || edge.opens.server === undefined
      ? undefined
      : edge.closes.server.cpuMs - edge.opens.server.cpuMs;
  return {
    window,
    orders: accepted.closes - accepted.opens,
    serverCpuMs,
    clientCpuMs: edge.closes.clientMs - edge.opens.clientMs,
    server: edge.closes.server,
    journalBytesPerOrder: inAll === 0 ? undefined : journalBytes(before, after) / inAll,
    ordersPerTurn: inAll === 0 ? undefined : inAll / (after.position - before.position),
    hot: options.isHot ? await checkHot(clients, shapeOf(options), work.accepted) : undefined,
  };
}

/** Records trimmed meanwhile would be missing: nothing is trimmed before 16 GiB. */
function journalBytes(before: EngineStatus, after: EngineStatus): number {
  return after.recordBytes - before.recordBytes;
}

function takeCost(server: Server): { readonly server: Usage | undefined; readonly clientMs: number } {
  const { user, system } = process.cpuUsage();
  return { server: usageOf(server.pid), clientMs: (user + system) / 1_000 };
}

async function placeSome(clients: readonly Baton[], work: Work): Promise<void> {
  const placing = Array.from({ length: ordersBeforeReads }, async (_, index) => {
    const { send, then } = work.make('place');
    if (send.isQuery === true || send.kind !== 'order.place') return;
    then?.(await clients[index % clients.length]?.command('order.place', send.body));
  });
  await Promise.all(placing);
}
