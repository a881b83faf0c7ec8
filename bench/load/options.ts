/** What the load tool can be asked for, and what it takes when nothing is said. */
import { parseArgs } from 'node:util';
import { protocols, type Protocol } from '../../gateway/protocol.ts';
import type { Durability } from '../in-process.ts';

export const mixes = ['place', 'life', 'reserve', 'checkout', 'atp', 'atp-batch', 'reads', 'mixed'] as const;
export type Mix = (typeof mixes)[number];

/** What is measured: commands under load, or one of the other figures. */
export type Mode = 'load' | 'http' | 'idle' | 'fan-out' | 'cold' | 'feed';

export interface LoadOptions {
  readonly mode: Mode;
  readonly connections: number;
  readonly inFlight: number;
  /** Arrivals per second over all connections; `max`: as fast as answers come (closed loop). */
  readonly rate: number | 'max';
  readonly mix: Mix;
  readonly lines: number;
  readonly skus: number;
  readonly locations: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly isHot: boolean;
  readonly durability: Durability;
  readonly protocol: Protocol;
  /** A server that runs already; else one is started. */
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly subscribers: number;
  readonly idle: number;
  /** Counts of the feed. */
  readonly feed: number;
  /** Stocks and closed orders of `--cold`, each. */
  readonly history: number;
  /** Where the server's CPU profile goes. */
  readonly profile: string | undefined;
  readonly seed: number;
  readonly json: boolean;
}

export const help = `npm run load -- [options]

Load, open loop unless --rate max:
  --connections 64       sockets
  --in-flight 16         requests of one socket that wait for their answer; more wait in the client
  --rate max|N           arrivals per second; max: each answer is followed by the next request
  --mix place            place: orders. life: orders, each picked, shipped and delivered.
                         atp: what may be sold of one SKU. atp-batch: of 100 SKUs at once.
                         reserve: carts held for ten minutes. checkout: carts, each then ordered.
                         reads: availability, orders, stock. mixed: 70 % reads, 20 % place, 5 % life, 5 % receipts
  --lines 3 --skus 10000 --locations 10
  --hot-sku              every order is one unit of the same SKU; ends with the check to the last unit
  --duration 20s --warmup 5s
  --protocol msgpack     or json
  --durability lmdb      or memory: nothing is kept, to see what durability costs
  --url ws://… --key K   a server that runs already, instead of one of its own
  --profile DIR          write the server's CPU profile there (with a server of its own)
  --seed 1 --json

Other figures:
  --http                 the HTTP door: POST /v1/commands/order.place by autocannon
  --idle 10000           memory of so many idle subscribed sockets
  --subscribers 1000     from one stock change to each of so many subscribers of one SKU, or of --skus
  --feed 1000000         a feed of so many counts, one in twenty different, while orders flow at half of what the
                         server takes (or at --rate): its time, and the orders' latency without and with it
  --cold [--history N]   from start to ready with N stocks and N closed orders on disk (1,000,000),
                         and the cost of an order with and without them
`;

export class OptionError extends Error {}

/** @throws OptionError that says what is wrong. `help` is undefined options. */
export function readOptions(args: readonly string[]): LoadOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    mode: modeOf(values),
    connections: whole('connections', values.connections, 1, 20_000),
    inFlight: whole('in-flight', values['in-flight'], 1, 16_384),
    rate: values.rate === 'max' ? 'max' : whole('rate', values.rate, 1, 10_000_000),
    mix: oneOf('mix', mixes, values.mix),
    lines: whole('lines', values.lines, 1, 1_000),
    skus: skusOf(values),
    locations: whole('locations', values.locations, 1, 1_000),
    durationMs: span('duration', values.duration),
    warmupMs: span('warmup', values.warmup),
    isHot: values['hot-sku'],
    durability: oneOf('durability', ['lmdb', 'memory'], values.durability),
    protocol: protocols[oneOf('protocol', ['msgpack', 'json'], values.protocol) === 'msgpack' ? 0 : 1],
    url: values.url,
    key: values.key,
    subscribers: whole('subscribers', values.subscribers ?? '0', 0, 20_000),
    feed: whole('feed', values.feed ?? '0', 0, 10_000_000),
    idle: whole('idle', values.idle ?? '0', 0, 1_000_000),
    history: whole('history', values.history, 10, 10_000_000),
    profile: values.profile,
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    json: values.json,
  };
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = (initial: string) => ({ type: 'string', default: initial }) as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        connections: text('64'),
        'in-flight': text('16'),
        rate: text('max'),
        mix: text('place'),
        lines: text('3'),
        skus: { type: 'string' },
        locations: text('10'),
        duration: text('20s'),
        warmup: text('5s'),
        'hot-sku': flag,
        durability: text('lmdb'),
        protocol: text('msgpack'),
        url: { type: 'string' },
        key: { type: 'string' },
        subscribers: { type: 'string' },
        idle: { type: 'string' },
        feed: { type: 'string' },
        http: flag,
        cold: flag,
        history: text('1000000'),
        profile: { type: 'string' },
        seed: text('1'),
        json: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function modeOf(values: Values): Mode {
  const asked: Mode[] = [];
  if (values.http) asked.push('http');
  if (values.idle !== undefined) asked.push('idle');
  if (values.subscribers !== undefined) asked.push('fan-out');
  if (values.cold) asked.push('cold');
  if (values.feed !== undefined) asked.push('feed');
  if (asked.length > 1) throw new OptionError('choose one of --http, --idle, --subscribers, --cold and --feed');
  const mode = asked[0] ?? 'load';
  const needsOwn = mode === 'idle' || mode === 'cold' || values.profile !== undefined;
  if (needsOwn && values.url !== undefined) throw new OptionError('this needs a server of its own: leave out --url');
  if (values['hot-sku'] && values.mix !== 'place') throw new OptionError('--hot-sku goes with --mix place');
  return mode;
}

/** Subscribers follow one SKU unless told otherwise, and each SKU needs one of them. */
function skusOf(values: Values): number {
  const skus = whole('skus', values.skus ?? (values.subscribers === undefined ? '10000' : '1'), 1, 1_000_000);
  if (values.subscribers === undefined || skus <= Number(values.subscribers)) return skus;
  throw new OptionError('--skus: each SKU needs a subscriber, so there are at most as many as --subscribers');
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`);
  }
  return value;
}

/** `20s`, `500ms`, `2m`. */
function span(name: string, text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (found === null) throw new OptionError(`--${name} takes a time such as 20s, 500ms or 2m, not ${text}`);
  const unit = { ms: 1, s: 1_000, m: 60_000 }[found[2] as 'ms' | 's' | 'm'];
  return Number(found[1]) * unit;
}

function oneOf<const T extends string>(name: string, allowed: readonly T[], text: string): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new OptionError(`--${name} takes ${allowed.join(', ')}, not ${text}`);
  return found;
}
