/**
 * Keeps the book of prices: learns demand by SKU and region from every order that is placed, back to the head of
 * the journal, and refreshes the closed-form prices of SKUs whose stock changed, a few at a time between turns.
 * Nothing waits for it, and a price that is late is the last one.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import type { OrderContext } from '../../../actors/order-context.ts';
import type { Clock } from '../../clock.ts';
import type { Published } from '../../outcome.ts';
import type { World } from '../../world.ts';
import { pricer } from '../request.ts';
import type { PriceBook } from './book.ts';
import { CountedForecast } from './forecast.ts';
import { Outlook, SpillPricer } from './spill.ts';

const hourMs = 3_600_000;
/** SKUs refreshed at once, and the pause before the next ones: some hundredths of one core at most. */
const slice = 8;
const pauseMs = 10;
/** How far ahead is looked where no delivery is known. */
const horizonHours = 7 * 24;
/** Regions told apart: cells of 5 degrees, or countries; those that come later count as one. */
const regionsMax = 32;
/** SKUs with a forecast of their own; later ones have no price. */
const skusMax = 200_000;

export class PriceKeeper {
  readonly #world: World;
  readonly #book: PriceBook;
  readonly #clock: Clock;
  readonly #onBug: (bug: unknown) => void;
  readonly #regions = new Map<string, number>();
  /** A place in each region, such as where its first order went. */
  readonly #places: Destination[] = [];
  readonly #forecasts = new Map<Sku, CountedForecast>();
  readonly #dirty = new Set<Sku>();
  #outlook = new Outlook(16, regionsMax);
  #pricer = new SpillPricer(16);
  #fromHour: number | undefined;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  /** @param onBug told of what fails here: prices stay as they are, and everything else goes on. */
  constructor(world: World, book: PriceBook, clock: Clock, onBug: (bug: unknown) => void) {
    this.#onBug = onBug;
    this.#world = world;
    this.#book = book;
    this.#clock = clock;
  }

  /** A durable turn: whose demand was seen, whose stock changed. */
  note(published: Published): void {
    try {
      this.#note(published);
    } catch (bug) {
      this.#onBug(bug);
    }
  }

  #note({ events, stock, atMs }: Published): void {
    const hour = atMs / hourMs;
    // A day without an order before the first, so that a young journal does not promise the moon.
    this.#fromHour ??= hour - 24;
    for (const event of events) {
      if (event.kind !== 'order.placed') continue;
      const order = this.#world.look(event.orderId)?.context;
      if (order !== undefined) this.#learn(order, hour);
    }
    for (const { sku } of stock) this.#dirty.add(sku);
    if (this.#dirty.size > 0) this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #learn({ destination, lines }: OrderContext, hour: number): void {
    const region = this.#regionOf(destination);
    for (const { sku, allocated, backordered, shipped, cancelled } of lines) {
      let forecast = this.#forecasts.get(sku);
      if (forecast === undefined) {
        if (this.#forecasts.size >= skusMax) continue;
        forecast = new CountedForecast(1, 0, new Float64Array(regionsMax).fill(1), this.#fromHour ?? hour);
        this.#forecasts.set(sku, forecast);
      }
      forecast.ordered(0, region, hour, allocated + backordered + shipped + cancelled);
    }
  }

  #regionOf(destination: Destination): number {
    const { country, latitude, longitude } = destination;
    const isKnown = latitude !== undefined && longitude !== undefined;
    const name = isKnown ? `${country} ${Math.floor(latitude / 5)} ${Math.floor(longitude / 5)}` : country;
    let region = this.#regions.get(name);
    if (region === undefined) {
      region = Math.min(this.#regions.size, regionsMax - 1);
      if (this.#regions.size >= regionsMax) return region;
      this.#regions.set(name, region);
      this.#places[region] ??= destination;
    }
    return region;
  }

  #wake(): void {
    if (this.#cancel !== undefined || this.#isClosed) return;
    this.#cancel = this.#clock.after(pauseMs, () => {
      this.#cancel = undefined;
      let left = slice;
      for (const sku of this.#dirty) {
        this.#dirty.delete(sku);
        try {
          this.#refresh(sku);
        } catch (bug) {
          this.#onBug(bug);
        }
        left -= 1;
        if (left === 0) break;
      }
      if (this.#dirty.size > 0) this.#wake();
    });
  }

  #refresh(sku: Sku): void {
    const forecast = this.#forecasts.get(sku);
    const stocks = this.#world.skus.get(sku)?.stocks ?? [];
    if (forecast === undefined || stocks.length === 0) return;
    if (this.#outlook.stock.length < stocks.length) {
      this.#outlook = new Outlook(2 * stocks.length, regionsMax);
      this.#pricer = new SpillPricer(2 * stocks.length);
    }
    const atMs = this.#clock.now();
    const outlook = this.#outlook;
    const before = this.#book.of(sku)?.byLocation;
    outlook.nodes = stocks.length;
    forecast.tick(atMs / hourMs);
    forecast.demandPerHour(0, outlook.demand);
    outlook.demand.fill(0, this.#places.length);
    for (const [node, { location, atp }] of stocks.entries()) {
      const next = this.#world.supplies.incoming.at(sku, location.id).find((coming) => coming.atMs > atMs);
      const hours = next === undefined ? horizonHours : (next.atMs - atMs) / hourMs;
      outlook.stock[node] = location.snapshot?.context.state === 'open' ? Math.max(0, atp) : 0;
      outlook.hours[node] = Math.min(hours, horizonHours);
      outlook.price[node] = before?.get(location.id) ?? 0;
    }
    for (const [region, place] of this.#places.entries()) {
      const price = pricer(this.#world, place, undefined);
      for (const [node, { location }] of stocks.entries()) {
        outlook.lane[node * regionsMax + region] = price(location).costMinor;
      }
    }
    this.#pricer.refresh(outlook);
    const prices = new Map<LocationId, number>();
    for (const [node, { location }] of stocks.entries()) prices.set(location.id, outlook.price[node] ?? 0);
    this.#book.put(sku, prices, atMs);
  }
}
