/** An engine that does nothing but say what a test tells it to: for tests of the gateway alone. */
import type { Command } from '../../actors/commands.ts';
import type { Divergence } from '../../actors/divergence.ts';
import { channelId, locationId, orderId, sku } from '../../actors/ids.ts';
import type { ChannelId, OrderId, Sku } from '../../actors/ids.ts';
import type { QueryKind, QueryOf } from '../../actors/queries.ts';
import type { Event, OrderView, StockChange } from '../../actors/vocabulary.ts';
import type { EngineApi } from '../../engine/api.ts';
import type { Answers, EngineMode, Outcome, Published, QueryAnswer, Reply, StockView } from '../../engine/outcome.ts';

export class FakeEngine implements EngineApi {
  mode: EngineMode = 'serving';
  head = 1;
  readonly turns: Published[] = [];
  readonly orders = new Map<string, OrderView>();
  readonly stocks: StockView[] = [];
  readonly submitted: Command[] = [];
  /** What becomes of a command: by default it is answered in its own turn, soon. */
  onSubmit: (command: Command, reply: Reply) => void = (command, reply) => {
    setImmediate(() => {
      this.publish([]);
      reply({ ok: { id: command.commandId }, position: this.position });
    });
  };
  replays = 0;
  #told = 0;
  readonly #listeners = new Set<(published: Published) => void>();

  get position(): number {
    return this.turns.at(-1)?.position ?? 0;
  }

  /** One durable turn. */
  publish(events: readonly Event[], stock: readonly StockChange[] = []): void {
    this.commit(events, stock);
    this.tell();
  }

  /** A turn that is durable, but not told to anybody yet. */
  commit(events: readonly Event[], stock: readonly StockChange[] = []): void {
    this.turns.push({ position: this.position + 1, atMs: 0, events, stock });
  }

  /** Tell what is durable. */
  tell(): void {
    for (; this.#told < this.turns.length; this.#told += 1) {
      const turn = this.turns[this.#told];
      if (turn !== undefined) for (const listener of this.#listeners) listener(turn);
    }
  }

  /** Forget what was published before a position. */
  trim(before: number): void {
    this.head = before;
  }

  submit(command: Command, reply: Reply): void {
    this.submitted.push(command);
    this.onSubmit(command, reply);
  }

  onPublished(listener: (published: Published) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async *replay(after: number): AsyncIterable<Published> {
    this.replays += 1;
    const end = this.position;
    for (let position = after + 1; position <= end; position += 1) {
      await Promise.resolve();
      if (position < this.head) throw new Error(`record ${position} was trimmed`);
      const turn = this.turns[position - 1];
      if (turn !== undefined) yield turn;
    }
  }

  query<K extends QueryKind>(query: QueryOf<K>): QueryAnswer<K> {
    return { ok: this.#answer(query.kind, query.body as Record<string, unknown>) as Answers[K], position: this.position };
  }

  #answer(kind: QueryKind, body: Record<string, unknown>): unknown {
    switch (kind) {
      case 'order.get':
        return this.orders.get(String(body['orderId'])) ?? null;
      case 'order.list':
        return { orders: [...this.orders.values()].filter((order) => this.#isMeant(order, body)) };
      case 'stock.get':
        return this.stocks.filter((stock) => stock.sku === body['sku']);
      case 'case.counts':
        return { byCode: {}, byOwner: {}, late: 0 };
      case 'plan.list':
        return { plans: [], seats: [] };
      case 'engine.status':
        return {
          mode: this.mode, position: this.position, head: this.head, savedAt: 0, epoch: '1',
          openOrders: 0, heldOrders: 0, parkedOrders: 0,
          openSupplies: 0, openReturns: 0, openOffers: 0, suspectStocks: 0, suspicions: 0, openParcels: 0, alarmedParcels: 0, openCircuits: 0, embargoes: 0,
          waitingOrders: 0, wokenOrders: 0, wokenInVain: 0, ordersInMemory: 0, stocks: 0, timers: 0, inbox: 0, recordBytes: 0,
          floor: { terminals: 0, held: 0, queued: 0, leases: 0, lapses: 0 },
          openReservations: 0, queuedReservations: 0, expiredReservations: 0,
        };
      default:
        return [];
    }
  }

  #isMeant(order: OrderView, body: Record<string, unknown>): boolean {
    if (body['state'] !== undefined && order.state !== body['state']) return false;
    const location = body['location'];
    return location === undefined || order.fulfillments.some((part) => part.location === location);
  }

  channelOf(id: OrderId): ChannelId | undefined {
    return this.orders.get(id)?.channel;
  }

  readonly #diverged = new Set<(found: readonly Divergence[]) => void>();

  onDiverged(listener: (found: readonly Divergence[]) => void): () => void {
    this.#diverged.add(listener);
    return () => void this.#diverged.delete(listener);
  }

  /** A shadow found something. */
  diverge(...found: Divergence[]): void {
    for (const listener of this.#diverged) listener(found);
  }

  reservationChannelOf(): ChannelId | undefined {
    return undefined;
  }

  /** Kits by component. */
  readonly kits = new Map<string, readonly Sku[]>();

  kitsOf(component: Sku): readonly Sku[] {
    return this.kits.get(component) ?? [];
  }

  atp(wanted: string): number {
    return this.stocks.filter((stock) => stock.sku === wanted).reduce((sum, { atp }) => sum + atp, 0);
  }

  async backup(directory: string): Promise<{ records: number; rows: number }> {
    if (directory === '/taken') throw new Error('the directory exists');
    return { records: this.position, rows: 0 };
  }

  async close(): Promise<void> {
    this.mode = 'stopping';
  }
}

export const refusedBusy: Outcome = {
  refused: { code: 'busy', retryable: true, detail: 'full' }, position: 0,
};

export function orderView(id: string, channel = 'web', state: OrderView['state'] = 'released'): OrderView {
  return {
    orderId: orderId(id), channel: channelId(channel), state, placedAtMs: 0, changedAtMs: 0,
    destination: { country: 'GB' }, lines: [], fulfillments: [],
  };
}

export function orderChanged(id: string, channel = 'web'): Event {
  return { kind: 'order.changed', orderId: orderId(id), channel: channelId(channel), state: 'released' };
}

export function sourced(id: string, attempt: number, channel = 'web'): Event {
  return {
    kind: 'order.sourced', orderId: orderId(id), channel: channelId(channel), attempt,
    choices: [], candidates: 1, short: 0,
  };
}

export function stockChange(name: string, location: string, atp: number): StockChange {
  const levels = { onHand: atp, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0 };
  return { sku: sku(name), location: locationId(location), levels, atp };
}
