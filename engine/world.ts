/**
 * The world in memory: every live thing by its name. Orders beyond the memory bound and closed orders
 * are read back from their saved rows when they are needed; everything else stays.
 */
import type { CarrierId, ChannelId, LocationId, OrderId, Sku } from '../actors/ids.ts';
import type { Kit } from '../actors/item-commands.ts';
import { isAnnounced } from '../actors/item-policy.ts';
import type { Buyer } from '../actors/pool-commands.ts';
import type { Claim } from '../storage/journal.ts';
import {
  carrierCell,
  channelCell,
  itemCell,
  locationCell,
  orderCell,
  orderSteps,
  skuCell,
  stockCell,
  forecastCell,
  transitCell,
  workCell,
  type CarrierCell,
  type ChannelCell,
  type ItemCell,
  type LocationCell,
  type OrderCell,
  type SkuCell,
  type StockCell,
  type ForecastCell,
  type TransitCell,
  type WorkCell,
} from './cells.ts';
import { place } from './place.ts';
import { orderFromRow, prefixes } from './rows.ts';
import { SellingViews } from './selling.ts';
import { isFinal } from './step.ts';
import { Payments } from './payments/payments.ts';
import { Intakes } from './intake/intakes.ts';
import { Cases } from './cases/cases.ts';
import { Drifts } from './drift.ts';
import { Floor } from './floor/floor.ts';
import type { TraitsOf } from './floor/queue.ts';
import { Lots } from './lots.ts';
import { Plans } from './plans.ts';
import { Quotas } from './quotas.ts';
import { Rates } from './rates.ts';
import { Reservations } from './reservations.ts';
import { Returns } from './returns.ts';
import { Supplies } from './supplies.ts';
import { Offers } from './offers/offers.ts';
import { Suspects } from './suspects/suspects.ts';
import { CarrierTimes } from './carriers/carrier-times.ts';
import { Lanes } from './tracking/lanes.ts';
import { Promises } from './jeopardy/promises.ts';
import { Parcels } from './tracking/parcels.ts';
import type { Timers } from './timers.ts';

export class World {
  readonly carriers = new Map<CarrierId, CarrierCell>();
  readonly carrierTimes: CarrierTimes;
  readonly channels = new Map<ChannelId, ChannelCell>();
  readonly locations = new Map<LocationId, LocationCell>();
  readonly locationList: LocationCell[] = [];
  /** Transit times by table and origin. */
  readonly transits = new Map<string, TransitCell>();
  /** Forecasts that somebody loaded. */
  readonly forecasts = new Map<Sku, ForecastCell>();
  /** Work given to locations with a capacity. */
  readonly works = new Map<LocationId, WorkCell>();
  readonly skus = new Map<Sku, SkuCell>();
  /** What can be sold through which channel, and how delivered. */
  readonly selling = new SellingViews(this.locationList, this.skus);
  /** Orders in memory, the longest untouched first. */
  readonly orders = new Map<OrderId, OrderCell>();
  readonly supplies: Supplies;
  readonly returns: Returns;
  /** Parcels that left with a tracking number. */
  readonly parcels: Parcels;
  /** What deliveries taught. */
  readonly lanes = new Lanes();
  /** What is taken in with orders. */
  readonly intakes: Intakes;
  readonly payments: Payments;
  /** What stands in the way of promises. */
  readonly promises: Promises;
  /** What went wrong, and what is done about it. */
  readonly cases: Cases;
  readonly reservations: Reservations;
  readonly lots: Lots;
  /** Units per customer of limited SKUs. */
  readonly quotas = new Quotas();
  /** How far counts differed from what was believed. */
  readonly drifts = new Drifts();
  /** Work that locations are offered. */
  readonly offers = new Offers();
  /** Stock that may not be there. */
  readonly suspects: Suspects;
  /** Terminals, their tasks, and what waits for one. */
  readonly floor: Floor;
  readonly plans: Plans;
  /** What services take for a parcel, where they have rate cards. */
  readonly rates: Rates;
  stockCount = 0;
  readonly #kitOf = (sku: Sku): Kit | undefined => this.skus.get(sku)?.item?.snapshot?.context.kit;
  readonly #traitsOf: TraitsOf = (sku) => {
    const { zone, needs } = this.skus.get(sku)?.item?.snapshot?.context.attributes ?? {};
    return { ...(zone !== undefined && { zone: String(zone) }), ...(needs !== undefined && { needs: String(needs) }) };
  };
  readonly #cellOf = (sku: Sku): SkuCell => this.sku(sku);
  /** Open orders that are not in memory: their rows are under another key than closed ones'. */
  readonly #openOnDisk = new Set<OrderId>();
  readonly #saved: Pick<Claim, 'row'>;
  readonly #ordersMax: number;

  constructor(saved: Pick<Claim, 'row'>, ordersInMemoryMax: number, timers: Timers) {
    this.#saved = saved;
    this.supplies = new Supplies(saved);
    this.returns = new Returns(saved, timers);
    this.carrierTimes = new CarrierTimes(timers);
    this.suspects = new Suspects(timers);
    this.parcels = new Parcels(saved, timers, ordersInMemoryMax);
    this.intakes = new Intakes(saved);
    this.payments = new Payments(saved, timers);
    this.promises = new Promises(timers);
    this.floor = new Floor(saved, timers, this.#traitsOf);
    this.cases = new Cases(saved, timers);
    this.plans = new Plans(timers);
    this.rates = new Rates(timers);
    this.reservations = new Reservations(saved, this, timers);
    this.lots = new Lots(saved, timers);
    this.#ordersMax = ordersInMemoryMax;
  }

  /** The order, from memory or its saved row; undefined when there is none. */
  order(id: OrderId): OrderCell | undefined {
    const cell = this.orders.get(id) ?? this.#readBack(id);
    return cell?.snapshot === undefined ? undefined : cell;
  }

  /** The order's snapshot for a reader: what is read back for it does not stay in memory. */
  look(id: OrderId): OrderCell['snapshot'] {
    const cell = this.orders.get(id);
    if (cell !== undefined) return cell.snapshot;
    const row = this.#saved.row((this.#openOnDisk.has(id) ? prefixes.open : prefixes.closed) + id);
    return row === undefined || row === null ? undefined : orderFromRow(id, row);
  }

  /** Whether an order is known to be open, without reading it back. */
  isOpen(id: OrderId): boolean {
    const snapshot = this.orders.get(id)?.snapshot;
    return snapshot === undefined ? this.#openOnDisk.has(id) : !isFinal(orderSteps, snapshot.value);
  }

  /** The cell for an order that is about to be placed. The caller has made sure that `order` found none. */
  newOrder(id: OrderId): OrderCell {
    const present = this.orders.get(id);
    if (present !== undefined) return present;
    const cell = orderCell(id);
    this.orders.set(id, cell);
    return cell;
  }

  #readBack(id: OrderId): OrderCell | undefined {
    const isOpen = this.#openOnDisk.delete(id);
    const row = this.#saved.row((isOpen ? prefixes.open : prefixes.closed) + id);
    if (row === undefined || row === null) return undefined;
    const cell = orderCell(id);
    place(cell, orderFromRow(id, row));
    cell.listed = cell.snapshot;
    this.orders.set(id, cell);
    return cell;
  }

  /** Let go of the longest untouched orders above the bound, and of those that do not exist. */
  trimMemory(): void {
    this.supplies.trimMemory();
    this.returns.trimMemory();
    this.parcels.trimMemory();
    this.intakes.trimMemory();
    this.payments.trimMemory();
    this.floor.trimMemory();
    this.cases.trimMemory();
    this.promises.trimMemory();
    this.reservations.trimMemory();
    this.lots.trimMemory();
    this.quotas.trimMemory();
    this.drifts.trimMemory();
    this.suspects.trimMemory();
    this.selling.buffers.trimMemory();
    this.selling.pools.trimMemory();
    let tries = this.orders.size - this.#ordersMax;
    for (const [id, cell] of this.orders) {
      if (tries <= 0) return;
      tries -= 1;
      this.orders.delete(id);
      // Not saved yet: it must stay, so it goes to the end of the line.
      if (cell.unsaved > 0) this.orders.set(id, cell);
      else this.#gone(id, cell);
    }
  }

  /** An order that was read back for a question leaves memory again. */
  letGo(id: OrderId): void {
    const cell = this.orders.get(id);
    if (cell === undefined || cell.unsaved > 0) return;
    this.orders.delete(id);
    this.#gone(id, cell);
  }

  #gone(id: OrderId, { snapshot }: OrderCell): void {
    if (snapshot !== undefined && !isFinal(orderSteps, snapshot.value)) this.#openOnDisk.add(id);
  }

  /** Recovery: an open order whose row stays on disk until it is needed. */
  leaveOnDisk(id: OrderId): void {
    this.#openOnDisk.add(id);
  }

  location(id: LocationId): LocationCell {
    let cell = this.locations.get(id);
    if (cell === undefined) {
      cell = locationCell(id, this.locationList.length, this.selling);
      this.locations.set(id, cell);
      this.locationList.push(cell);
    }
    return cell;
  }

  channel(id: ChannelId): ChannelCell {
    let cell = this.channels.get(id);
    if (cell === undefined) this.channels.set(id, (cell = channelCell(id, this.selling)));
    return cell;
  }

  carrier(id: CarrierId): CarrierCell {
    let cell = this.carriers.get(id);
    if (cell === undefined) this.carriers.set(id, (cell = carrierCell(id)));
    return cell;
  }

  work(id: LocationId): WorkCell {
    let cell = this.works.get(id);
    if (cell === undefined) this.works.set(id, (cell = workCell(id)));
    return cell;
  }

  forecast(sku: Sku): ForecastCell {
    let cell = this.forecasts.get(sku);
    if (cell === undefined) this.forecasts.set(sku, (cell = forecastCell(sku)));
    return cell;
  }

  transit(key: string): TransitCell {
    let cell = this.transits.get(key);
    if (cell === undefined) this.transits.set(key, (cell = transitCell(key)));
    return cell;
  }

  /** Whether any location ever had this SKU, or its item says that units will come. */
  knows(sku: Sku): boolean {
    const cell = this.skus.get(sku);
    if (cell === undefined) return false;
    for (const { snapshot } of cell.stocks) if (snapshot !== undefined) return true;
    const item = cell.item?.snapshot?.context;
    return item !== undefined && isAnnounced(item);
  }

  /** The SKU, or of a kit the first component, that nobody knows; undefined when all are known. */
  unknownOf(sku: Sku): Sku | undefined {
    const kit = this.skus.get(sku)?.kit;
    if (kit === undefined) return this.knows(sku) ? undefined : sku;
    return kit.components.find((component) => !this.knows(component.sku.sku))?.sku.sku;
  }

  /** What each SKU consists of, when a kit is among the lines; undefined when none is. */
  kitsAmong(lines: readonly { readonly sku: Sku }[]): ((sku: Sku) => Kit | undefined) | undefined {
    for (const { sku } of lines) if (this.skus.get(sku)?.kit !== undefined) return this.#kitOf;
    return undefined;
  }

  /** The stock of a SKU at a location, if there ever was any. */
  findStock(sku: Sku, location: LocationId): StockCell | undefined {
    const stocks = this.skus.get(sku)?.stocks;
    if (stocks === undefined) return undefined;
    for (const stock of stocks) if (stock.location.id === location) return stock;
    return undefined;
  }

  /** The cell of a SKU, made when new. */
  sku(sku: Sku): SkuCell {
    let cell = this.skus.get(sku);
    if (cell === undefined) this.skus.set(sku, (cell = skuCell(sku)));
    return cell;
  }

  /** The cell for the settings of a SKU, made when new. */
  item(sku: Sku): ItemCell {
    const cell = this.sku(sku);
    return (cell.item ??= itemCell(cell, this.#cellOf, this.selling.untracked));
  }

  /** The cell for a stock, made when new. */
  stock(sku: Sku, location: LocationCell): StockCell {
    const item = this.sku(sku);
    for (const stock of item.stocks) if (stock.location === location) return stock;
    const cell = stockCell(item, location);
    item.stocks.push(cell);
    this.stockCount += 1;
    return cell;
  }

  /** The units of a SKU that a buyer may have shipped from locations that `accepts` takes. */
  unitsWhere(sku: Sku, { channel, segment }: Buyer, accepts: (location: LocationCell) => boolean): number {
    const view = this.selling.of(channel === undefined ? undefined : this.channels.get(channel), 'ship', segment);
    const cell = this.skus.get(sku);
    if (cell !== undefined && view.isUntracked(cell)) {
      return this.locationList.some((location) => view.unitsIn(cell, location) > 0 && accepts(location)) ? Infinity : 0;
    }
    let units = 0;
    for (const stock of cell?.stocks ?? []) if (accepts(stock.location)) units += view.unitsAt(stock);
    return units;
  }

  /** The units of a SKU that a buyer may have shipped now. */
  atp(sku: Sku, { channel, segment }: Buyer): number {
    const cell = this.skus.get(sku);
    const view = this.selling.of(channel === undefined ? undefined : this.channels.get(channel), 'ship', segment);
    return cell === undefined ? 0 : view.unitsOf(cell);
  }
}
