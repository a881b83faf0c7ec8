/**
 * Keeps the book of prices: learns demand from every order that is placed and from what people take out of stores,
 * back to the head of the journal, and refreshes the closed-form prices of SKUs whose stock changed, a few at a time
 * between turns. Scarce ones are asked about in sampled futures, where there is somebody who answers. Nothing waits
 * for any of it, and a price that is late is the last one, 12 hours at most of what sampled futures said.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { Clock } from '../../clock.ts';
import type { Published } from '../../outcome.ts';
import type { ForecastView, PriceStatus, PriceView } from '../../outcome-prices.ts';
import type { World } from '../../world.ts';
import { FuturesAsker } from './asker.ts';
import { sampledMsMax, type PriceBook, type SampledPrices } from './book.ts';
import { Demand } from './demand.ts';
import { DueList } from './due-list.ts';
import { horizonHours } from './gather.ts';
import { Lanes } from './lanes.ts';
import type { FuturesSolver } from './question.ts';
import { regionsMax } from './regions.ts';
import { RoomPrices } from './room-prices.ts';
import { Outlook, SpillPricer } from './spill.ts';
import { forecastView, priceView } from './views.ts';

const hourMs = 3_600_000;
/** SKUs and locations refreshed at once, and the pause before the next ones: some hundredths of one core at most. */
const slice = 8;
const pauseMs = 10;
/** Prices above 0 change with time alone: those of stock and of room are refreshed after so long. */
const againMs = 3 * hourMs;
const roomAgainMs = hourMs / 4;
/** From this price on a SKU is scarce enough to ask what futures say of it, in minor units. */
const scarceMinor = 1;
/** Sampled prices that would be older than they may before the next refresh are let go. */
const keptMsMax = sampledMsMax - againMs;

export class PriceKeeper {
  readonly demand: Demand;
  readonly #world: World;
  readonly #book: PriceBook;
  readonly #clock: Clock;
  readonly #onBug: (bug: unknown) => void;
  readonly #lanes: Lanes;
  readonly #rooms: RoomPrices;
  readonly #asker: FuturesAsker | undefined;
  readonly #dirty = new Set<Sku>();
  readonly #dirtyRooms = new Set<LocationId>();
  readonly #due = new DueList<Sku>(againMs);
  readonly #dueRooms = new DueList<LocationId>(roomAgainMs);
  #outlook = new Outlook(16, regionsMax);
  #pricer = new SpillPricer(16);
  #cancel: (() => void) | undefined;
  #cancelDue: (() => void) | undefined;
  #isClosed = false;
  #refreshes = 0;
  #refreshMs = 0;

  /**
   * @param onBug told of what fails here: prices stay as they are, and everything else goes on.
   * @param solver who answers what futures say; undefined: prices are of closed form alone.
   */
  constructor(world: World, book: PriceBook, clock: Clock, onBug: (bug: unknown) => void, solver?: FuturesSolver) {
    this.#onBug = onBug;
    this.#world = world;
    this.#book = book;
    this.#clock = clock;
    this.demand = new Demand(world);
    const { demand } = this;
    const lanes = new Lanes(world, demand.regions);
    this.#lanes = lanes;
    this.#rooms = new RoomPrices(world, book, demand, lanes);
    const start = (sku: Sku, location: LocationId): number => {
      const prices = book.of(sku);
      const sampled = prices?.sampled?.byLocation.get(location);
      return sampled === undefined ? (prices?.closed.get(location) ?? 0) : sampled + (prices?.sampled?.levelMinor ?? 0);
    };
    const from = { world, demand, lanes, start };
    this.#asker = solver === undefined ? undefined : new FuturesAsker(from, book, clock, solver, onBug);
  }

  /** A durable turn: whose demand was seen, whose stock changed. */
  note(published: Published): void {
    try {
      this.#note(published);
    } catch (bug) {
      this.#onBug(bug);
    }
  }

  #note({ events, stock, atMs, walkIns = [] }: Published): void {
    const hour = atMs / hourMs;
    this.demand.begin(hour);
    for (const event of events) {
      if (event.kind !== 'order.placed' && event.kind !== 'order.cancelled') continue;
      const order = this.#world.look(event.orderId)?.context;
      if (order === undefined) continue;
      if (event.kind === 'order.placed') this.demand.ordered(order, hour);
      for (const { workAtMs, location } of order.fulfillments) {
        if (workAtMs !== undefined) this.#dirtyRooms.add(location);
      }
    }
    for (const { sku, location, units } of walkIns) this.#walkedIn(sku, location, units, hour);
    for (const { sku } of stock) this.#dirty.add(sku);
    if (this.#dirty.size > 0 || this.#dirtyRooms.size > 0) this.#wake();
  }

  #walkedIn(sku: Sku, location: LocationId, units: number, hour: number): void {
    const isStore = this.#world.locations.get(location)?.snapshot?.context.type === 'store';
    if (isStore) this.demand.walkedIn(sku, location, units, hour);
  }

  /** Somebody loaded a forecast of a SKU. */
  forecastChanged(sku: Sku): void {
    this.#dirty.add(sku);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancelDue?.();
    this.#asker?.close();
  }

  status(): PriceStatus {
    const asker = this.#asker;
    return {
      version: this.#book.version, skus: this.#book.size, dirty: this.#dirty.size,
      refreshes: this.#refreshes, refreshMs: this.#refreshMs, solver: asker?.state ?? 'off', wanted: asker?.wanted ?? 0,
      questions: asker?.questions ?? 0, answers: asker?.answers ?? 0, failures: asker?.failures ?? 0,
      askMs: asker?.askMs ?? 0, askPieceMs: asker?.askPieceMs ?? 0, answeredAtMs: asker?.answeredAtMs,
    };
  }

  prices(sku: Sku): PriceView | null {
    return priceView(this.#book.of(sku), this.#asker?.state ?? 'off');
  }

  forecast(sku: Sku, nowMs: number): ForecastView['learnt'] {
    return forecastView(this.demand, sku, nowMs / hourMs);
  }

  #wake(): void {
    if (this.#cancel !== undefined || this.#isClosed) return;
    this.#cancel = this.#clock.after(pauseMs, () => {
      this.#cancel = undefined;
      this.#guarded(() => this.#lanes.renew(this.#clock.now()));
      takeSome(this.#dirty, (sku) => this.#guarded(() => this.#refreshMeasured(sku)));
      takeSome(this.#dirtyRooms, (location) => this.#guarded(() => this.#refreshRoom(location)));
      this.#expect();
      if (this.#dirty.size > 0 || this.#dirtyRooms.size > 0) this.#wake();
    });
  }

  /** Wake when the first price is due that time alone changes. */
  #expect(): void {
    const dueMs = Math.min(this.#due.nextMs, this.#dueRooms.nextMs);
    if (dueMs === Infinity || this.#cancelDue !== undefined || this.#isClosed) return;
    this.#cancelDue = this.#clock.after(dueMs - this.#clock.now(), () => {
      this.#cancelDue = undefined;
      const nowMs = this.#clock.now();
      this.#due.take(nowMs, (sku) => this.#dirty.add(sku));
      this.#dueRooms.take(nowMs, (location) => this.#dirtyRooms.add(location));
      this.#wake();
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (bug) {
      this.#onBug(bug);
    }
  }

  #refreshRoom(location: LocationId): void {
    const atMs = this.#clock.now();
    if (this.#rooms.refresh(location, atMs)) this.#dueRooms.set(location, atMs);
    else this.#dueRooms.delete(location);
  }

  #refreshMeasured(sku: Sku): void {
    const sinceMs = this.#clock.measureMs();
    this.#refresh(sku);
    this.#refreshes += 1;
    this.#refreshMs += this.#clock.measureMs() - sinceMs;
  }

  #refresh(sku: Sku): void {
    const stocks = this.#world.skus.get(sku)?.stocks ?? [];
    if (stocks.length === 0 || !this.demand.knows(sku)) return;
    if (this.#outlook.stock.length < stocks.length) {
      this.#outlook = new Outlook(2 * stocks.length, regionsMax);
      this.#pricer = new SpillPricer(2 * stocks.length);
    }
    const atMs = this.#clock.now();
    const before = this.#book.of(sku);
    this.#fill(sku, atMs, before?.closed);
    this.#pricer.refresh(this.#outlook);
    const prices = new Map<LocationId, number>();
    let most = 0;
    for (let node = 0; node < stocks.length; node += 1) {
      const price = this.#outlook.price[node] ?? 0;
      const id = stocks[node]?.location.id;
      if (id !== undefined) prices.set(id, price);
      if (price > most) most = price;
    }
    const sampled = this.#kept(sku, before?.sampled, atMs);
    this.#book.put(sku, prices, atMs, sampled);
    if (most > 0 || sampled !== undefined) this.#due.set(sku, atMs);
    else this.#due.delete(sku);
    // A loaded forecast says what days to come will not be like those that were.
    if (most >= scarceMinor && this.demand.loaded(sku) === undefined) this.#asker?.want(sku, atMs);
  }

  #kept(sku: Sku, sampled: SampledPrices | undefined, atMs: number): SampledPrices | undefined {
    if (sampled === undefined || this.demand.loaded(sku) !== undefined) return undefined;
    return Math.abs(atMs - sampled.atMs) <= keptMsMax ? sampled : undefined;
  }

  /** What is known of a SKU now, and its prices so far. */
  #fill(sku: Sku, atMs: number, before: ReadonlyMap<LocationId, number> | undefined): void {
    const { incoming } = this.#world.supplies;
    const outlook = this.#outlook;
    const stocks = this.#world.skus.get(sku)?.stocks ?? [];
    const hour = atMs / hourMs;
    outlook.nodes = stocks.length;
    outlook.walkInLoss = this.demand.walkInLoss(sku);
    let [node, hoursMax] = [0, 1];
    for (const { location, atp } of stocks) {
      const next = incoming.at(sku, location.id).find((coming) => coming.atMs > atMs);
      const hours = next === undefined ? horizonHours : Math.min((next.atMs - atMs) / hourMs, horizonHours);
      if (hours > hoursMax) hoursMax = hours;
      const card = location.snapshot?.context;
      outlook.stock[node] = card?.state === 'open' ? Math.max(0, atp) : 0;
      outlook.hours[node] = hours;
      outlook.price[node] = before?.get(location.id) ?? 0;
      outlook.walkIns[node] = card?.type === 'store' ? this.demand.walkIns(sku, location.id, hour, hour + hours) : 0;
      node += 1;
    }
    // A forecast may bring regions of its own: lanes come after it.
    this.demand.perHour(sku, hour, hour + hoursMax, outlook.demand);
    const shape = this.#world.skus.get(sku)?.shape;
    for (let at = 0; at < stocks.length; at += 1) {
      const location = stocks[at]?.location;
      if (location !== undefined) outlook.lane.set(this.#lanes.from(location, shape), at * regionsMax);
    }
  }
}

/** Take a few out of a set. */
function takeSome<T>(from: Set<T>, each: (one: T) => void): void {
  let left = slice;
  for (const one of from) {
    from.delete(one);
    each(one);
    left -= 1;
    if (left === 0) return;
  }
}
