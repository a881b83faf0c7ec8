/** A real engine on a memory disk behind a real gateway: for tests of feeds from their rows to the books. */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import type { Command } from '../../actors/commands.ts';
import { reject } from '../../actors/rejection.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import type { Outcome, StockView } from '../../engine/outcome.ts';
import { allows } from '../../gateway/auth/permissions.ts';
import { engineLookups } from '../../gateway/auth/scope.ts';
import type { FeedKind, FeedSummary, FeedTally, RefusedRow } from '../../gateway/feeds/feed.ts';
import { startGateway, type Gateway, type GatewayOptions } from '../../gateway/gateway.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { quietHooks } from '../engine/helpers.ts';
import type { Loose } from '../engine/shop.ts';

const callers: Readonly<Record<string, Caller>> = {
  op: { name: 'op', role: 'operator', channels: '*', locations: '*' },
  erp: { name: 'erp', role: 'connector', channels: '*', locations: '*' },
  nyc: { name: 'nyc', role: 'connector', channels: [], locations: ['A'] },
  shop: { name: 'shop', role: 'storefront', channels: ['web'], locations: [] },
};

export interface Told {
  readonly status: number;
  readonly progress: readonly FeedTally[];
  readonly refused: readonly RefusedRow[];
  readonly summary: Omit<FeedSummary, 'refusals'> | undefined;
  /** The body of an answer that is no feed's. */
  readonly problem: Record<string, unknown> | undefined;
  readonly headers: Headers;
}

export class FeedShop {
  readonly engine: Engine;
  readonly gateway: Gateway;
  readonly incidents: unknown[];
  readonly http: string;
  readonly url: string;

  private constructor(engine: Engine, gateway: Gateway, incidents: unknown[]) {
    this.engine = engine;
    this.gateway = gateway;
    this.incidents = incidents;
    this.http = `http://127.0.0.1:${gateway.port}`;
    this.url = `ws://127.0.0.1:${gateway.port}/v1/socket`;
  }

  /** Locations A and B, open; nothing else. */
  static async open(prefer: 'uws' | 'node' = 'uws', limits?: GatewayOptions['limits']): Promise<FeedShop> {
    const claim = await new MemoryDisk().journal().claim('test');
    const engine = await Engine.open({ claim, clock: systemClock, hooks: quietHooks });
    const incidents: unknown[] = [];
    const lookups = engineLookups(engine);
    const gateway = await startGateway({
      engine, prefer, host: '127.0.0.1', port: 0, limits,
      authenticate: async ({ headers }) =>
        callers[(headers.get('authorization') ?? 'Bearer op').replace('Bearer ', '')] ?? reject('unauthenticated', 'no such key'),
      allows: (caller, kind, body) => allows(caller, kind, body, lookups),
      onIncident: (error) => incidents.push(error),
    });
    const shop = new FeedShop(engine, gateway, incidents);
    for (const id of ['A', 'B']) await shop.ok('location.put', { location: location(id) });
    return shop;
  }

  async close(): Promise<void> {
    await this.gateway.close(50);
    await this.engine.close();
  }

  #count = 0;

  do<K extends CommandKind>(kind: K, body: Loose<CommandBody<K>>): Promise<Outcome> {
    this.#count += 1;
    const command = { kind, commandId: `t${this.#count}`, by: 'test', body } as unknown as Command;
    return new Promise((resolve) => this.engine.submit(command, resolve));
  }

  async ok<K extends CommandKind>(kind: K, body: Loose<CommandBody<K>>): Promise<unknown> {
    const { ok, refused } = await this.do(kind, body);
    if (refused !== undefined) throw new Error(`${kind}: ${refused.code} ${refused.detail}`);
    return ok;
  }

  /** On hand by `location/sku`. */
  onHand(...names: readonly string[]): number[] {
    return names.map((name) => {
      const [at, sku] = name.split('/');
      const views = this.engine.query({ kind: 'stock.get', body: { sku: sku as StockView['sku'] } }).ok;
      return views.find(({ location: id }) => id === at)?.onHand ?? Number.NaN;
    });
  }

  /** Send a feed by HTTP and read its answer to the end. */
  async feed(kind: FeedKind | string, body: string | Uint8Array | ReadableStream<Uint8Array>, given: FeedRequest = {}): Promise<Told> {
    const type = given.type ?? (typeof body === 'string' && body.trimStart().startsWith('{') ? 'application/x-ndjson' : 'text/csv');
    const response = await fetch(`${this.http}/v1/feeds/${kind}${given.query === undefined ? '' : `?${given.query}`}`, {
      method: 'POST',
      headers: {
        'content-type': type,
        ...(given.feed === undefined ? {} : { 'idempotency-key': given.feed }),
        authorization: `Bearer ${given.key ?? 'op'}`,
        ...given.headers,
      },
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
    return told(response, await response.text());
  }
}

export interface FeedRequest {
  readonly feed?: string;
  readonly type?: string;
  readonly query?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function location(id: string, name = `at ${id}`): Loose<CommandBody<'location.put'>['location']> {
  return { id, name, type: 'warehouse', country: 'GB', latitude: 52, longitude: 0, state: 'open' };
}

function told(response: Response, text: string): Told {
  const { status, headers } = response;
  if (headers.get('content-type') !== 'application/x-ndjson') {
    return { status, progress: [], refused: [], summary: undefined, problem: JSON.parse(text), headers };
  }
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, never>);
  const each = <T>(name: string): T[] => lines.flatMap((line) => (line[name] === undefined ? [] : [line[name] as T]));
  return {
    status,
    progress: each('progress'),
    refused: each('refused'),
    summary: each<FeedSummary>('summary')[0],
    problem: undefined,
    headers,
  };
}
