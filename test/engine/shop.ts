/** A small shop for engine tests: locations, a channel and a carrier on a memory disk, and short words for commands. */
import type { CommandBody, CommandKind } from '../../actors/commands.ts';
import { channelId, locationId, orderId } from '../../actors/ids.ts';
import type { QueryBody, QueryKind } from '../../actors/queries.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { OrderAnswer, OrderView, ReservationAnswer, ReservationView, StockAnswer } from '../../actors/vocabulary.ts';
import { Engine, type EngineHooks } from '../../engine/engine.ts';
import type { EngineLimits } from '../../engine/limits.ts';
import type { Answers, Outcome, Published } from '../../engine/outcome.ts';
import type { FuturesSolver } from '../../engine/routing/prices/question.ts';
import type { Source } from '../../engine/routing/source.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import type { Claim } from '../../storage/journal.ts';
import { command, ManualClock, quietHooks } from './helpers.ts';

/** Bodies in tests are plain literals; the engine sees what the gateway would have checked. */
export type Loose<T> = T extends string
  ? string
  : T extends readonly (infer I)[]
    ? readonly Loose<I>[]
    : T extends object
      ? { readonly [K in keyof T]: Loose<T[K]> }
      : T;
type Body<K extends CommandKind> = Loose<CommandBody<K>>;

export interface ShopOptions {
  readonly disk?: MemoryDisk;
  readonly clock?: ManualClock;
  readonly limits?: Partial<EngineLimits>;
  readonly hooks?: Partial<EngineHooks>;
  readonly source?: Source;
  readonly isPriced?: boolean;
  readonly solver?: FuturesSolver;
  /** Open on what the disk holds, without putting anything. */
  readonly isBare?: boolean;
}

export class Shop {
  readonly disk: MemoryDisk;
  readonly clock: ManualClock;
  readonly claim: Claim;
  readonly engine: Engine;
  readonly published: Published[] = [];

  private constructor(disk: MemoryDisk, clock: ManualClock, claim: Claim, engine: Engine) {
    this.disk = disk;
    this.clock = clock;
    this.claim = claim;
    this.engine = engine;
    engine.onPublished((published) => this.published.push(published));
  }

  static async open(options: ShopOptions = {}): Promise<Shop> {
    const { disk = new MemoryDisk(), clock = new ManualClock(), limits, source } = options;
    const claim = await disk.journal().claim('test');
    const hooks = { ...quietHooks, ...options.hooks };
    const engine = await Engine.open({ claim, clock, hooks, limits, source, isPriced: options.isPriced, solver: options.solver });
    const shop = new Shop(disk, clock, claim, engine);
    if (options.isBare !== true) await shop.furnish();
    return shop;
  }

  /** Three British locations A, B, C, ever farther from London; channel "web" sells from all; one carrier. */
  async furnish(): Promise<void> {
    for (const [index, id] of ['A', 'B', 'C'].entries()) await this.ok('location.put', { location: location(id, index) });
    await this.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
    await this.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
  }

  /** Submit; resolves with the durable outcome. */
  send<K extends CommandKind>(kind: K, body: Body<K>, id?: string, by = 'test'): Promise<Outcome> {
    const asked = { ...command(kind, body as CommandBody<K>, id), by };
    return new Promise((resolve) => this.engine.submit(asked as never, resolve));
  }

  async ok<K extends CommandKind>(kind: K, body: Body<K>, id?: string): Promise<unknown> {
    const outcome = await this.send(kind, body, id);
    if (outcome.refused !== undefined) throw new Error(`${kind}: ${outcome.refused.code}: ${outcome.refused.detail}`);
    return outcome.ok;
  }

  async refused<K extends CommandKind>(kind: K, body: Body<K>, id?: string): Promise<Rejection> {
    const outcome = await this.send(kind, body, id);
    if (outcome.refused === undefined) throw new Error(`${kind} was not refused`);
    return outcome.refused;
  }

  /** Receive units: `{ 'A/S1': 5 }`. */
  async receive(units: Readonly<Record<string, number>>): Promise<StockAnswer> {
    return (await this.ok('stock.receive', { entries: entries(units) })) as StockAnswer;
  }

  async place(id: string, units: Readonly<Record<string, number>>, more: Partial<Body<'order.place'>> = {}): Promise<OrderAnswer> {
    return (await this.ok('order.place', order(id, units, more))) as OrderAnswer;
  }

  async reserve(
    id: string,
    units: Readonly<Record<string, number>>,
    more: Partial<Body<'reservation.make'>> = {},
  ): Promise<ReservationAnswer> {
    return (await this.ok('reservation.make', reservation(id, units, more))) as ReservationAnswer;
  }

  reservation(id: string): ReservationView {
    const view = this.ask('reservation.get', { reservationId: id });
    if (view === null) throw new Error(`no reservation ${id}`);
    return view;
  }

  /** Units of a stock as `onHand reserved allocated`, and what the channel may sell of the SKU in all. */
  units(place: string): string {
    const [location = '', sku = ''] = place.split('/');
    const [view] = this.ask('stock.get', { sku, location });
    const atp = this.ask('atp.get', { skus: [sku], channel: 'web' })[sku];
    return `${view?.onHand} ${view?.reserved} ${view?.allocated}, ATP ${atp}`;
  }

  async about(kind: 'order.release' | 'order.retry', id: string): Promise<OrderAnswer> {
    return (await this.ok(kind, { orderId: id })) as OrderAnswer;
  }

  async part(kind: 'fulfillment.pick' | 'fulfillment.ship' | 'fulfillment.deliver', id: string, part = '1'): Promise<OrderAnswer> {
    return (await this.ok(kind, { orderId: id, fulfillmentId: part })) as OrderAnswer;
  }

  ask<K extends QueryKind>(kind: K, body: Loose<QueryBody<K>>): Answers[K] {
    return this.engine.query({ kind, body: body as QueryBody<K> }).ok;
  }

  order(id: string): OrderView {
    const view = this.ask('order.get', { orderId: orderId(id) });
    if (view === null) throw new Error(`no order ${id}`);
    return view;
  }

  /** Balances as `onHand held allocated buffer`. */
  stock(place: string): string {
    const [location = '', sku = ''] = place.split('/');
    const [view] = this.ask('stock.get', { sku, location });
    return view === undefined ? 'none' : `${view.onHand} ${view.held} ${view.allocated} ${view.buffer}`;
  }

  /** Everything queries tell: what recovery must bring back. */
  everything(orders: readonly string[], skus: readonly string[]): unknown {
    return {
      orders: orders.map((id) => this.ask('order.get', { orderId: id })),
      stock: skus.map((sku) => this.ask('stock.get', { sku })),
      counts: this.ask('order.counts', {}),
      carriers: this.ask('carrier.list', {}),
      locations: this.ask('location.list', {}),
      channels: this.ask('channel.list', {}),
    };
  }

  /** Die without a word and come back on the same disk, with what was durable. */
  async restart(options: ShopOptions = {}): Promise<Shop> {
    this.disk.crash();
    this.clock.forget();
    return Shop.open({ disk: this.disk, clock: this.clock, ...options, isBare: true });
  }

  /** Let the engine's turns run. */
  async settle(turns = 6): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Move the clock and let what fell due become durable: first the rows that gather for a second. */
  async pass(ms: number): Promise<void> {
    const first = Math.min(ms, 1_000);
    this.clock.advance(first);
    await this.settle();
    this.clock.advance(ms - first);
    await this.settle();
  }
}

export function location(id: string, index = 0): Loose<CommandBody<'location.put'>['location']> {
  return { id: locationId(id), name: id, type: 'warehouse', country: 'GB', latitude: 51.5 + index, longitude: -0.12, state: 'open' };
}

export function entries(units: Readonly<Record<string, number>>): { sku: string; location: string; quantity: number }[] {
  return Object.entries(units).map(([place, quantity]) => {
    const [at = '', sku = ''] = place.split('/');
    return { sku, location: at, quantity };
  });
}

export function order(
  id: string,
  units: Readonly<Record<string, number>>,
  more: Partial<Body<'order.place'>> = {},
): Body<'order.place'> {
  return {
    orderId: id,
    channel: channelId('web'),
    destination: { country: 'GB', latitude: 51.5, longitude: -0.12 },
    lines: Object.entries(units).map(([sku, quantity]) => ({ sku, quantity })),
    ...more,
  };
}

export function reservation(
  id: string,
  units: Readonly<Record<string, number>>,
  more: Partial<Body<'reservation.make'>> = {},
): Body<'reservation.make'> {
  const { channel, destination, lines } = order(id, units);
  return { reservationId: id, channel, destination, lines, ...more };
}
