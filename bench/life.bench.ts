/**
 * Whole lives over sockets: the simulated world (gateway/world) around a server in a process of its own, in a hurry:
 * nothing takes time, nothing goes wrong.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../gateway/client/client.ts';
import { locations } from '../gateway/replay/network.ts';
import { namesOf } from '../gateway/world/names.ts';
import { Pace } from '../gateway/world/pace.ts';
import { setUp } from '../gateway/world/set-up.ts';
import { percentile, type Tally } from '../gateway/world/tally.ts';
import { noTrouble } from '../gateway/world/trouble.ts';
import { World, type WorldOptions } from '../gateway/world/world.ts';
import type { Durability } from './in-process.ts';
import { Digest, number, type Bench, type Figure, type Size } from './kit.ts';
import { usageOf, type Usage } from './load/processes.ts';
import { startServer } from './load/server.ts';

interface Case {
  readonly name: string;
  readonly unit: string;
  readonly durability: Durability;
  readonly world: Pick<WorldOptions, 'rate' | 'terminals' | 'capacity' | 'connections'>;
  readonly valueOf: (round: Round) => number;
}

const quiet = { terminals: 4, capacity: 50, connections: 8 } as const;
/** So many of each of twelve locations are five thousand. */
const manyTerminals = Math.ceil(5_000 / locations.length);

const perSecond = ({ ended, seconds }: Round): number => ended / seconds;
const pushP99 = ({ tally }: Round): number => percentile(tally.pushes, 99);

const cases: readonly Case[] = [
  { name: 'whole lives', unit: 'orders/s', durability: 'lmdb', world: { ...quiet, rate: { alive: 512 } }, valueOf: perSecond },
  { name: 'whole lives, memory', unit: 'orders/s', durability: 'memory', world: { ...quiet, rate: { alive: 512 } }, valueOf: perSecond },
  { name: 'work at its terminal, 50 orders/s', unit: 'ms p99', durability: 'lmdb', world: { ...quiet, rate: 50 }, valueOf: pushP99 },
  {
    name: `${(manyTerminals * locations.length).toLocaleString('en-US')} terminals, 50 orders/s`,
    unit: 'ms p99', durability: 'lmdb', world: { ...quiet, terminals: manyTerminals, rate: 50 }, valueOf: pushP99,
  },
];

export const lifeBench: Bench = {
  name: 'life',
  measures:
    'orders from placement to delivery over sockets, durable: placed, paid where the channel wants it, pushed to a terminal, ' +
    'acknowledged, scanned, packed, labelled, manifested, handed over, scanned by the carrier three times. Of work at its ' +
    'terminal: from sending the order until the terminal has the push, flush to disk included.',
  leavesOut: 'trouble, time that people take, a client on other cores.',
  async *run(size, only) {
    // To see that it runs, one server is enough.
    const chosen = size === 'tiny' ? cases.slice(0, 1) : cases;
    for (const each of chosen) if (only === undefined || each.name.includes(only)) yield await measure(each, size);
  },
};

/** What was seen between two moments. */
interface Round {
  readonly tally: Tally;
  readonly seconds: number;
  readonly ended: number;
  readonly commands: number;
  readonly clientMicros: number;
  readonly server: { readonly cpuMicros: number; readonly rssBytes: number; readonly journalBytes: number };
}

/** So many orders end, and so much time passes, before the window and in it: a server that has just begun is slow. */
const window = { full: { ms: 6_000, orders: 500 }, tiny: { ms: 0, orders: 30 } } as const;
/** However busy the machine is. */
const windowMsMax = 20_000;
/** What the hash is over: the first so many orders. */
const hashed = { full: 200, tiny: 30 } as const;

async function measure(given: Case, size: Size): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-life-'));
  const durability = size === 'tiny' ? 'memory' : given.durability;
  const server = await startServer(directory, { durability, profile: process.env['BATON_BENCH_PROFILE'] });
  try {
    return await onServer(given, size, server.url, server.pid);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function onServer({ name, unit, world: sizes, valueOf }: Case, size: Size, url: string, pid: number | undefined): Promise<Figure> {
  const client = await connect({ url });
  await setUp(client, namesOf('', ''), new Pace(Infinity));
  const usage = (): Usage => usageOf(pid) ?? { cpuMs: 0, rssBytes: 0 };
  const rssBefore = usage().rssBytes;
  const lives = new Map<string, number>();
  const shape = size === 'tiny' ? { ...sizes, terminals: 1, rate: { alive: 16 } } : sizes;
  const world = new World({
    ...shape, url, prefix: '', seed: 1, trouble: noTrouble, speed: Infinity, watches: false,
    // Which of an order's parcels arrives first is chance: what arrived is not.
    tell: (it) => it.kind === 'delivered' && lives.set(it.order, (lives.get(it.order) ?? 0) + 1),
  });
  const position = async (): Promise<number> => (await client.query('engine.status', {})).recordBytes;
  try {
    await world.begin();
    const rssConnected = usage().rssBytes;
    await until(passed(world.tally, window[size]));
    world.tally.pushes.reset();
    world.tally.answers.reset();
    const from = { ...seen(world.tally), ...usage(), bytes: await position(), client: cpuMicros(), atMs: performance.now() };
    await until(passed(world.tally, window[size]));
    const to = { ...seen(world.tally), ...usage(), bytes: await position(), client: cpuMicros(), atMs: performance.now() };
    await world.settle(60_000, new AbortController().signal);
    const round: Round = {
      tally: world.tally,
      seconds: (to.atMs - from.atMs) / 1_000,
      ended: to.ended - from.ended,
      commands: to.commands - from.commands,
      clientMicros: to.client - from.client,
      server: { cpuMicros: (to.cpuMs - from.cpuMs) * 1_000, rssBytes: rssConnected - rssBefore, journalBytes: to.bytes - from.bytes },
    };
    checkSound(world.tally);
    return { name, unit, value: valueOf(round), also: factsOf(round, shape.terminals * locations.length), hash: hashOf(lives, size) };
  } finally {
    await world.end();
    await client.close();
  }
}

const seen = ({ ended, commands }: Tally): { readonly ended: number; readonly commands: number } => ({ ended, commands });

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function passed(tally: Tally, { ms, orders }: { readonly ms: number; readonly orders: number }): () => boolean {
  const [fromMs, ended] = [performance.now(), tally.ended + orders];
  return () => {
    const elapsedMs = performance.now() - fromMs;
    return (elapsedMs >= ms && tally.ended >= ended) || elapsedMs > windowMsMax;
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** In a world without trouble nothing is refused and every order ends. */
function checkSound({ refusals, unanswered, alive }: Tally): void {
  if (refusals.size === 0 && unanswered === 0 && alive === 0) return;
  throw new Error(`refused ${JSON.stringify([...refusals])}, unanswered ${unanswered}, without an end ${alive}`);
}

function factsOf({ tally, ended, commands, clientMicros, server }: Round, terminals: number): Figure['also'] {
  const times = (of: Tally['pushes']): string => `p50 ${number(percentile(of, 50))} p99 ${number(percentile(of, 99))} ms`;
  return {
    commands: `${number(commands / ended)} an order`,
    answer: times(tally.answers),
    'work told': times(tally.pushes),
    'server CPU': `${number(server.cpuMicros / ended)} µs/order`,
    'client CPU': `${number(clientMicros / ended)} µs/order`,
    journal: `${number(server.journalBytes / ended)} B/order`,
    terminals: `${terminals.toLocaleString('en-US')}, ${number(server.rssBytes / 1024 / terminals)} KiB each`,
  };
}

/** Ids begin with the run: only the numbers repeat. */
function hashOf(lives: ReadonlyMap<string, number>, size: Size): string {
  const digest = new Digest();
  const parcels = new Map([...lives].map(([order, count]) => [Number(order.slice(order.indexOf('-') + 1)), count]));
  for (let index = 1; index <= hashed[size]; index += 1) digest.add([index, parcels.get(index)]);
  return digest.hex();
}
