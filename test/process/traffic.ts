/**
 * Traffic for a server that may die at any moment: clients that keep a number of commands in flight over all
 * reconnects, and the list of what they sent and were told. Stock is scarce on purpose, so that most answers
 * depend on those before them.
 */
import { expect } from 'vitest';
import type { CommandBody } from '../../actors/commands.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { connect, type Baton } from '../../gateway/client/client.ts';
import type { Call } from './witness.ts';

const locations = ['LEEDS', 'PARIS', 'OSLO'];
const skus = Array.from({ length: 12 }, (_, at) => `SKU-${at + 1}`);
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;
const units = (max: number): number => 1 + Math.floor(Math.random() * max);
/** Longer than any restart of a test. */
const timeoutMs = 120_000;
/** Transfers that something may still happen to. */
const transfersMax = 500;

export interface TrafficOptions {
  readonly url: string;
  readonly clients?: number;
  /** Commands each client keeps in flight. */
  readonly inFlight?: number;
}

export class Traffic {
  readonly calls: Call[] = [];
  readonly bodies = new Map<string, { readonly kind: string; readonly body: unknown }>();
  /** Refusals that are not the engine's decision, by code. */
  readonly passing = new Map<string, number>();
  readonly #clients: Baton[];
  readonly #orders: OrderAnswer[] = [];
  readonly #transfers: { readonly supplyId: string; readonly lines: number }[] = [];
  readonly #run: string;
  #work: Promise<void>[] = [];
  #isStopping = false;
  #lastId = 0;

  private constructor(clients: Baton[], run: string) {
    this.#clients = clients;
    this.#run = run;
  }

  /** Clients of a server that serves. */
  static async open({ url, clients = 4 }: TrafficOptions, run = 'c'): Promise<Traffic> {
    const reconnectBackoff = { firstMs: 20, maxMs: 100 };
    const opened = Array.from({ length: clients }, () => connect({ url, timeoutMs, reconnectBackoff, retriesMax: 1_000 }));
    return new Traffic(await Promise.all(opened), run);
  }

  /** A network, and some stock. */
  async furnish(): Promise<void> {
    for (const [index, id] of locations.entries()) {
      const location = { id, name: id, type: 'warehouse', country: 'GB', latitude: 50 + index, longitude: 0, state: 'open' };
      await this.call('location.put', { location });
    }
    await this.call('channel.put', { channel: { id: 'web', name: 'Web' } });
    await this.call('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
    const entries = skus.flatMap((sku) => locations.map((location) => ({ sku, location, quantity: 50 })));
    await this.call('stock.receive', { entries });
  }

  start(inFlight = 12): void {
    this.#isStopping = false;
    for (const client of this.#clients) {
      for (let at = 0; at < inFlight; at += 1) this.#work.push(this.#keepSending(client));
    }
  }

  /** How many commands have an answer. */
  get answered(): number {
    return this.calls.filter(({ told }) => told !== undefined).length;
  }

  /** Resolves when so many more commands have an answer. */
  async grows(by = 200): Promise<void> {
    const enough = this.answered + by;
    await expect.poll(() => this.answered, { timeout: 20_000 }).toBeGreaterThan(enough);
  }

  /** Resolves when everything sent has an answer. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#work.splice(0));
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    for (const client of this.#clients) await client.close();
    await Promise.all(this.#work.splice(0));
  }

  async #keepSending(client: Baton): Promise<void> {
    while (!this.#isStopping) {
      const { kind, body } = this.#draw();
      const { told } = await this.call(kind, body, client);
      if (told?.ok === undefined) continue;
      if (kind === 'supply.put') this.#noteTransfer(body as CommandBody<'supply.put'>);
      if (kind === 'order.place' || kind === 'fulfillment.pick') this.#orders.push(told.ok as OrderAnswer);
      if (this.#orders.length > 5_000) this.#orders.splice(0, 2_500);
    }
  }

  #noteTransfer({ supply }: CommandBody<'supply.put'>): void {
    this.#transfers.push({ supplyId: supply.id, lines: supply.lines.length });
    if (this.#transfers.length > transfersMax) this.#transfers.shift();
  }

  /** Send one command and note what became of it. */
  async call(kind: string, body: unknown, client = this.#clients[0]): Promise<Call> {
    if (client === undefined) throw new Error('no client');
    this.#lastId += 1;
    const commandId = `${this.#run}-${this.#lastId}`;
    const call: Call = { commandId, kind, invokedAtMs: performance.now(), returnedAtMs: Infinity };
    this.calls.push(call);
    this.bodies.set(commandId, { kind, body });
    call.told = await this.ask(commandId, client);
    call.returnedAtMs = performance.now();
    return call;
  }

  /** Send a command again under its id; gives what was answered, undefined for what was not decided. */
  async ask(commandId: string, client = this.#clients[0]): Promise<Call['told']> {
    const { kind, body } = this.bodies.get(commandId) ?? { kind: '', body: undefined };
    const outcome = await client?.tryCommand(kind as 'order.place', body as never, { commandId });
    if (outcome === undefined || outcome.unanswered !== undefined) return undefined;
    const code = outcome.refused?.code;
    if (code !== undefined && ['busy', 'too-many', 'stopping', 'storage-full'].includes(code)) {
      this.passing.set(code, (this.passing.get(code) ?? 0) + 1);
      return undefined;
    }
    return outcome.refused === undefined
      ? { position: outcome.position, ok: outcome.ok }
      : { position: outcome.position, refused: outcome.refused };
  }

  #draw(): { kind: string; body: unknown } {
    const share = Math.random();
    const known = this.#orders.length === 0 ? undefined : pick(this.#orders);
    if (share < 0.08) return { kind: 'stock.receive', body: { entries: this.#entries(20) } };
    if (share < 0.1) return { kind: 'stock.set-aside', body: { entries: this.#entries(3), reason: 'damaged' } };
    if (share < 0.12) return { kind: 'stock.put-back', body: { entries: this.#entries(3), reason: 'repaired' } };
    if (share < 0.2) return this.#drawTransfer();
    if (known !== undefined && share < 0.38) {
      const { orderId } = known;
      const fulfillmentId = known.fulfillments.at(-1)?.fulfillmentId ?? '1';
      if (share < 0.26) return { kind: 'order.cancel', body: { orderId, reason: 'changed my mind' } };
      if (share < 0.32) return { kind: 'fulfillment.pick', body: { orderId, fulfillmentId } };
      return { kind: 'fulfillment.ship', body: { orderId, fulfillmentId, tracking: 'T' } };
    }
    this.#lastId += 1;
    const lines = Array.from({ length: units(3) }, () => ({ sku: pick(skus), quantity: units(3) }));
    const destination = { country: 'GB', latitude: 50 + 3 * Math.random(), longitude: 0 };
    return { kind: 'order.place', body: { orderId: `O-${this.#run}-${this.#lastId}`, channel: 'web', destination, lines } };
  }

  /** A new transfer, or the next thing that may happen to one: out of its order it is refused. */
  #drawTransfer(): { kind: string; body: unknown } {
    const share = Math.random();
    if (share < 0.3 || this.#transfers.length === 0) {
      this.#lastId += 1;
      const [from, to] = locations.toSorted(() => Math.random() - 0.5);
      const lines = [...new Set([pick(skus), pick(skus)])].map((sku) => ({ sku, quantity: 1 + units(5) }));
      const id = `T-${this.#run}-${this.#lastId}`;
      return { kind: 'supply.put', body: { supply: { id, type: 'transfer', from, to, expectedAtMs: Date.now() + 3_600_000, lines } } };
    }
    const { supplyId, lines } = pick(this.#transfers.slice(-40));
    if (share < 0.5) return { kind: 'supply.order', body: { supplyId } };
    if (share < 0.7) return { kind: 'supply.ship', body: { supplyId } };
    if (share < 0.94) {
      return { kind: 'supply.receive', body: { supplyId, lines: [{ lineId: String(units(lines)), quantity: units(3) }] } };
    }
    return share < 0.97
      ? { kind: 'supply.cancel', body: { supplyId, reason: 'not needed' } }
      : { kind: 'supply.close', body: { supplyId, reason: 'lost' } };
  }

  /** Different SKU-locations: one may stand only once in a command. */
  #entries(quantityMax: number): unknown[] {
    return [...new Set([pick(skus), pick(skus)])].map((sku) => ({ sku, location: pick(locations), quantity: units(quantityMax) }));
  }
}

/** The balances a server tells, by `location/sku`, as a witness has them. */
export async function balancesOf(client: Baton): Promise<Record<string, unknown>> {
  const stocks = (await Promise.all(skus.map((sku) => client.query('stock.get', { sku })))).flat();
  return Object.fromEntries(
    stocks.map(({ sku, location, onHand, held, allocated }) => [`${location}/${sku}`, { onHand, held, allocated }]),
  );
}
