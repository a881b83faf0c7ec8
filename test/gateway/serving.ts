/** A real gateway on a real port, over a fake engine, and a plain peer that speaks its protocol by hand. */
import { WebSocket } from 'ws';
import { Packr, Unpackr } from 'msgpackr';
import { reject } from '../../actors/rejection.ts';
import { startGateway } from '../../gateway/gateway.ts';
import type { Gateway, GatewayOptions } from '../../gateway/gateway.ts';
import type { Protocol } from '../../gateway/protocol.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { FakeEngine } from './fake-engine.ts';

export const kinds = ['uws', 'node'] as const;
export const operator: Caller = { name: 'op', role: 'operator', channels: '*', locations: '*' };

export interface Serving {
  readonly gateway: Gateway;
  readonly engine: FakeEngine;
  readonly incidents: unknown[];
  readonly url: string;
  readonly http: string;
  /** A connection that has read its hello. */
  peer(protocol?: Protocol): Promise<Peer>;
  stop(): Promise<void>;
}

/** Callers by key: `op` is an operator, `shop` a storefront of channel `web`, anything else nobody. */
const callers: Readonly<Record<string, Caller>> = {
  op: operator,
  shop: { name: 'shop', role: 'storefront', channels: ['web'], locations: [] },
};

/** A real gateway over a given engine, for command lines: whoever comes is the operator. */
export async function serveEngine(engine: GatewayOptions['engine']): Promise<{ readonly gateway: Gateway; readonly url: string }> {
  const gateway = await startGateway({
    engine, prefer: 'node', host: '127.0.0.1', port: 0,
    authenticate: async () => operator,
    allows: () => undefined,
    onIncident: (error) => {
      throw error;
    },
  });
  return { gateway, url: `ws://127.0.0.1:${gateway.port}` };
}

export async function serve(
  prefer: 'uws' | 'node',
  options: Partial<Omit<GatewayOptions, 'engine'>> = {},
): Promise<Serving> {
  const engine = new FakeEngine();
  const incidents: unknown[] = [];
  const gateway = await startGateway({
    engine, prefer, host: '127.0.0.1', port: 0,
    authenticate: async ({ headers }) => {
      const key = (headers.get('authorization') ?? 'Bearer op').replace('Bearer ', '');
      return callers[key] ?? reject('unauthenticated', 'no such key');
    },
    allows: (caller, kind) =>
      caller.role !== 'operator' && kind.startsWith('stock.') ? reject('forbidden', 'not yours') : undefined,
    onIncident: (error) => incidents.push(error),
    ...options,
  });
  const peers: Peer[] = [];
  const url = `ws://127.0.0.1:${gateway.port}/v1/socket`;
  return {
    gateway, engine, incidents, url,
    http: `http://127.0.0.1:${gateway.port}`,
    async peer(protocol = 'baton.json.v1') {
      const peer = new Peer(url, protocol);
      peers.push(peer);
      await peer.next();
      return peer;
    },
    async stop() {
      for (const peer of peers) peer.socket.terminate();
      await gateway.close(100);
    },
  };
}

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** A frame as it came; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Frame = any;

export class Peer {
  readonly socket: WebSocket;
  readonly protocol: Protocol;
  readonly closed: Promise<number>;
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame) => void)[] = [];

  constructor(url: string, protocol: Protocol, key?: string) {
    this.protocol = protocol;
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.socket = new WebSocket(url, protocol, { perMessageDeflate: false, headers });
    this.socket.on('message', (data: Buffer, isBinary) => {
      const frame: Frame = isBinary ? unpackr.unpack(data) : JSON.parse(data.toString());
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#frames.push(frame);
      else waiting(frame);
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  /** The next frame, in order. */
  async next(): Promise<Frame> {
    if (this.#frames.length > 0) return this.#frames.shift();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  send(frame: unknown): void {
    this.socket.send(this.protocol === 'baton.json.v1' ? JSON.stringify(frame) : packr.pack(frame));
  }

  /** Send a request and read the next frame. */
  async ask(frame: unknown): Promise<Frame> {
    this.send(frame);
    return this.next();
  }
}
