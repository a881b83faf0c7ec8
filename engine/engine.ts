/**
 * The engine's public face: open it on a claimed journal, submit commands, ask, listen, close. It knows
 * nothing of sockets, files or logs; what goes wrong is told to its hooks.
 */
import type { CarrierHealth } from '../actors/carrier-health.ts';
import type { Command } from '../actors/commands.ts';
import type { Divergence } from '../actors/divergence.ts';
import type { ChannelId, OrderId, ReservationId, Sku } from '../actors/ids.ts';
import type { Serve } from '../actors/item-commands.ts';
import type { QueryKind, QueryOf } from '../actors/queries.ts';
import { reject } from '../actors/rejection.ts';
import type { DeliveryMethod, Event, StockChange } from '../actors/vocabulary.ts';
import type { Claim, Loss, StoredRecord } from '../storage/journal.ts';
import type { EngineApi } from './api.ts';
import { Changes } from './changes.ts';
import type { Clock } from './clock.ts';
import type { Core } from './core.ts';
import { checkLimits, defaultLimits, type EngineLimits } from './limits.ts';
import type { EngineMode, EngineStatus, Published, QueryAnswer, Reply, TurnReport } from './outcome.ts';
import { unitsFor } from './queries-selling.ts';
import { answer, type Beside } from './queries.ts';
import { readMovements } from './movements.ts';
import { Past } from './past.ts';
import { Receipts, type Entry } from './receipts.ts';
import { recover, stockNames } from './recover.ts';
import { PriceBook } from './routing/prices/book.ts';
import { PriceKeeper } from './routing/prices/keeper.ts';
import type { FuturesSolver } from './routing/prices/question.ts';
import type { Source } from './routing/source.ts';
import { plannedSource } from './routing/source-planned.ts';
import { prefixes, stockFromRow } from './rows.ts';
import { Saver } from './saver.ts';
import { searchMark } from './search/blocks.ts';
import { listStored } from './search/lister.ts';
import { searchOrders } from './search/order-search.ts';
import { Shadows } from './shadows.ts';
import { Timers } from './timers.ts';
import { Trials } from './trials.ts';
import { stockChange, Turns } from './turn.ts';
import { Views } from './views.ts';
import { Wakes } from './wakes.ts';
import { walkInsOf } from './walk-ins.ts';
import { World } from './world.ts';

export interface EngineHooks {
  /** A bug was caught: the command it befell was undone and refused as internal. */
  readonly onBug: (bug: unknown) => void;
  /** A turn is durable: what it took. */
  readonly onTurn?: (report: TurnReport) => void;
  /** A commit takes longer than it should, in milliseconds so far. */
  readonly onSlowCommit: (elapsedMs: number) => void;
  /** A commit did not end in time: kill the process at once. */
  readonly onHungCommit: () => void;
  /** The journal is lost: end the process at once, answer nobody. */
  readonly onLost: (loss: Loss) => void;
}

export interface EngineOptions {
  readonly claim: Claim;
  readonly clock: Clock;
  readonly hooks: EngineHooks;
  readonly limits?: Partial<EngineLimits> | undefined;
  /** Who decides where units come from; absent: the planner, by rules and prices. */
  readonly source?: Source | undefined;
  /** Keep prices of stock and room and source by them. Absent: by what is cheapest now. */
  readonly isPriced?: boolean | undefined;
  /** Who reckons sampled futures for them, beside the engine. Absent: prices are of closed form alone. */
  readonly solver?: FuturesSolver | undefined;
  /** Whom arriving stock serves first, where an item does not say. Absent: by age. */
  readonly serve?: Serve | undefined;
}

/** How often, at most, the room on disk is looked at while commands come. */
const spaceEveryMs = 1_000;

export class Engine implements EngineApi {
  #mode: EngineMode = 'serving';
  readonly #core: Core;
  readonly #claim: Claim;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #receipts: Receipts;
  readonly #saver: Saver;
  readonly #turns: Turns;
  readonly #beside: Beside;
  readonly #listeners = new Set<(published: Published) => void>();
  #spaceAtMs = 0;
  #closed: Promise<void> | undefined;

  /** Recover from a claim and begin to serve. Rejects when what is stored cannot be read. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { claim, clock, hooks, limits: given, serve = 'age' } = options;
    const prices = options.isPriced === true ? new PriceBook() : undefined;
    const source = options.source ?? plannedSource(prices);
    const limits = checkLimits({ ...defaultLimits, ...given });
    const timers = new Timers();
    const world = new World(claim, limits.ordersInMemoryMax, timers);
    const views = new Views(world, timers, serve);
    const past = new Past(claim);
    const keeper = prices && new PriceKeeper(world, prices, clock, hooks.onBug, options.solver);
    const changes = new Changes();
    const shadows = new Shadows({ plans: world.plans, rewind: changes.rewind, clock, onBug: hooks.onBug });
    const parts = { changes, wakes: new Wakes(), trials: new Trials(), shadows };
    const core: Core = { world, views, ...parts, past, source, prices, keeper, limits };
    const receipts = new Receipts(claim, limits.receiptsInMemoryMax);
    if (claim.savedAt > 0 && claim.row(searchMark) === undefined) await listStored(claim);
    const saver = new Saver(claim, clock, limits, world, receipts, hooks);
    const lastAtMs = await recover(core, claim, saver, receipts, limits);
    past.note(claim.tail, lastAtMs);
    const engine = new Engine(core, claim, clock, hooks, timers, saver, receipts, lastAtMs);
    await engine.#lookAtSpace();
    if (keeper !== undefined) engine.#keepPrices(keeper, hooks.onBug);
    engine.#turns.schedule();
    return engine;
  }

  private constructor(
    core: Core,
    claim: Claim,
    clock: Clock,
    hooks: EngineHooks,
    timers: Timers,
    saver: Saver,
    receipts: Receipts,
    lastAtMs: number,
  ) {
    this.#core = core;
    this.#claim = claim;
    this.#clock = clock;
    this.#timers = timers;
    this.#saver = saver;
    this.#receipts = receipts;
    const onPublished = (published: Published): void => this.#publish(published);
    const turnHooks = { ...hooks, onPublished };
    this.#turns = new Turns(core, { claim, clock, receipts, timers, saver, hooks: turnHooks, lastAtMs });
    const searched = { world: core.world, views: core.views, saved: claim, unsaved: () => saver.unsavedOrders() };
    this.#beside = {
      journal: claim,
      nowMs: () => this.#turns.nowMs,
      status: () => this.#status(),
      search: (asked) => searchOrders(searched, asked),
    };
    void claim.lost.then((loss) => {
      this.#mode = 'lost';
      this.#core.shadows.close();
      this.#turns.halt();
      hooks.onLost(loss);
    });
  }

  /** Prices follow every turn from now on; what the journal still knows is learnt beside them. */
  #keepPrices(keeper: PriceKeeper, onBug: EngineHooks['onBug']): void {
    this.onPublished((published) => keeper.note(published));
    void this.#learn(keeper, onBug);
  }

  /** Learn what was before: `replay` ends where it began, and what comes meanwhile is told as it comes. */
  async #learn(keeper: PriceKeeper, onBug: EngineHooks['onBug']): Promise<void> {
    const from = this.head;
    try {
      for await (const published of this.replay(from - 1)) {
        if (this.#mode === 'stopping' || this.#mode === 'lost') return;
        keeper.note(published);
      }
    } catch (error) {
      // Records that were trimmed meanwhile are too old to matter, a lost journal is told elsewhere, and one that is
      // closed while it is read is read no further.
      if (this.#mode !== 'lost' && this.#mode !== 'stopping' && this.#beginsAt(from)) onBug(error);
    }
  }

  /** Whether the journal still begins there; one that cannot be read any more begins nowhere. */
  #beginsAt(position: number): boolean {
    try {
      return this.head === position;
    } catch {
      return false;
    }
  }

  get mode(): EngineMode {
    return this.#mode;
  }

  get position(): number {
    return this.#claim.tail;
  }

  get head(): number {
    return this.#claim.head;
  }

  submit(command: Command, reply: Reply): void {
    this.#watchSpace();
    if (this.#mode === 'serving') this.#turns.submit(command, reply);
    else if (this.#mode === 'full') reply(this.#refusal('storage-full', 'too little room on disk; reads go on'));
    else reply(this.#refusal('stopping', 'the engine is closing; connect again'));
  }

  #refusal(code: 'storage-full' | 'stopping', detail: string): Parameters<Reply>[0] {
    return { refused: reject(code, detail), position: this.#claim.tail };
  }

  query<K extends QueryKind>(query: QueryOf<K>): QueryAnswer<K> {
    const ok = answer(this.#core, query, this.#beside);
    return { ok, position: this.#claim.tail };
  }

  #status(): EngineStatus {
    const { world, views, wakes } = this.#core;
    return {
      mode: this.#mode,
      position: this.#claim.tail,
      head: this.#claim.head,
      savedAt: this.#claim.savedAt,
      epoch: String(this.#claim.epoch),
      openOrders: views.openCount,
      heldOrders: views.held.size,
      parkedOrders: views.parkedCount,
      openSupplies: world.supplies.openCount,
      openReturns: world.returns.openCount,
      openOffers: world.offers.openCount,
      suspectStocks: world.suspects.size,
      suspicions: world.suspects.begun,
      openParcels: world.parcels.openCount,
      alarmedParcels: world.parcels.alarmedCount,
      openCircuits: sumOf(world, (health) => health.cut?.length ?? 0),
      embargoes: sumOf(world, (health) => health.embargoes?.length ?? 0),
      floor: world.floor.status(),
      waitingOrders: views.inState('backordered').size + views.inState('exception').size,
      wokenOrders: wakes.woken,
      wokenInVain: wakes.inVain,
      ordersInMemory: world.orders.size,
      stocks: world.stockCount,
      openReservations: world.reservations.openCount,
      queuedReservations: world.reservations.queuedCount,
      expiredReservations: world.reservations.expiredCount,
      timers: this.#timers.size,
      inbox: this.#turns.inbox.count,
      recordBytes: this.#claim.stats().recordBytes,
      prices: this.#core.keeper?.status(),
    };
  }

  onPublished(listener: (published: Published) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onDiverged(listener: (found: readonly Divergence[]) => void): () => void {
    return this.#core.shadows.onDiverged(listener);
  }

  #publish(published: Published): void {
    for (const listener of this.#listeners) listener(published);
  }

  async *replay(after: number): AsyncIterable<Published> {
    const end = this.#claim.tail;
    if (after >= end) return;
    for await (const record of this.#claim.records(after)) {
      yield publishedOf(record);
      if (record.position >= end) return;
    }
  }

  channelOf(orderId: OrderId): ChannelId | undefined {
    return this.#core.world.look(orderId)?.context.channel;
  }

  reservationChannelOf(reservationId: ReservationId): ChannelId | undefined {
    return this.#core.world.reservations.look(reservationId)?.context.channel;
  }

  kitsOf(sku: Sku): readonly Sku[] {
    return [...(this.#core.world.skus.get(sku)?.kits ?? [])].map((kit) => kit.sku);
  }

  atp(sku: string, channel?: ChannelId, method?: DeliveryMethod, segment?: string): number {
    return unitsFor(this.#core.world, sku as Sku, { channel, method, segment });
  }

  async backup(directory: string): Promise<{ records: number; rows: number }> {
    const { records, rows, faults } = await this.#claim.backup(directory);
    if (faults.length > 0) throw new Error(`the copy is not sound: ${faults.join('; ')}`);
    return { records, rows };
  }

  /** The inside, for tests and the simulation to look at. Nothing that serves may use it. */
  inspect(): { readonly core: Core; readonly timers: Timers; readonly receipts: Receipts } {
    return { core: this.#core, timers: this.#timers, receipts: this.#receipts };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#mode === 'lost') return;
    this.#mode = 'stopping';
    this.#core.keeper?.close();
    this.#core.shadows.close();
    // A claim that is lost meanwhile leaves nothing to wait for: `onLost` ends the process.
    await Promise.race([this.#turns.idle(), this.#claim.lost]);
    this.#turns.halt();
    await this.#saver.flush();
    await this.#claim.release();
  }

  /** Look at the room on disk now and then, while commands come: no timer asks for it. */
  #watchSpace(): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#spaceAtMs < spaceEveryMs) return;
    this.#spaceAtMs = nowMs;
    void this.#lookAtSpace();
  }

  async #lookAtSpace(): Promise<void> {
    const { freeBytes } = await this.#claim.space();
    const isFull = freeBytes < this.#core.limits.freeBytesMin;
    if (this.#mode === 'serving' && isFull) this.#mode = 'full';
    else if (this.#mode === 'full' && !isFull) this.#mode = 'serving';
  }
}

/** What carriers that are not wholly well add up to. */
function sumOf({ carriers }: World, of: (health: CarrierHealth) => number): number {
  let sum = 0;
  for (const { snapshot } of carriers.values()) {
    const health = snapshot?.context.health;
    if (health !== undefined) sum += of(health);
  }
  return sum;
}

/** What a stored turn published. */
function publishedOf({ position, atMs, events, rows, movements, commands }: StoredRecord): Published {
  const stock: StockChange[] = [];
  for (const [key, row] of rows) {
    if (!key.startsWith(prefixes.stock) || row === null) continue;
    const { sku, location } = stockNames(key);
    stock.push(stockChange(stockFromRow(sku, location, row).snapshot.context));
  }
  const walkIns = walkInsOf(readMovements(movements), stock, commands as readonly Entry[]);
  return { position, atMs, events: events as readonly Event[], stock, walkIns };
}
