/**
 * What is wanted, learnt order by order: units by SKU and region, units that people take in stores, the course of a
 * day, and the orders themselves. Where somebody has loaded a forecast of a SKU, its days go by that.
 */
import { Load, noShape, type Shape } from '../../../actors/item-shape.ts';
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { OrderContext } from '../../../actors/order-context.ts';
import type { LoadedForecast } from '../../../actors/forecast-commands.ts';
import type { World } from '../../world.ts';
import { CountedForecast } from './forecast.ts';
import { dayHours, loadedDays, type LoadedDays } from './loaded.ts';
import { PastDemand } from './past.ts';
import { Regions, regionsMax } from './regions.ts';
import { WalkIns } from './walk-ins.ts';

/** SKUs with a forecast of their own; later ones have no price. */
const skusMax = 200_000;
/** What of its price is lost with somebody in a store who leaves without a SKU. */
const marginShare = 0.3;

interface SkuDemand {
  readonly number: number;
  readonly forecast: CountedForecast;
  /** Of a unit, as it was paid last; 0: not known. */
  priceMinor: number;
}

export class Demand {
  readonly regions = new Regions();
  readonly past = new PastDemand();
  readonly #world: World;
  readonly #skus = new Map<Sku, SkuDemand>();
  readonly #names: Sku[] = [];
  readonly #walkIns = new WalkIns();
  /** Orders by hour of the day (UTC), none of them without any. */
  readonly #byHour = new Float64Array(dayHours).fill(1);
  readonly #byRegion = new Float64Array(regionsMax);
  #orders = dayHours;
  /** What was ordered so far, as one parcel, and in how many orders. */
  readonly #sent = new Load();
  #sentOrders = 0;
  #fromHour = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Begin to count at an hour, unless it was begun. */
  begin(hour: number): void {
    // A day without an order before the first, so that a young journal does not promise the moon.
    if (this.#fromHour === 0) this.#fromHour = hour - dayHours;
  }

  ordered({ destination, lines }: OrderContext, hour: number): void {
    const region = this.regions.of(destination);
    const wanted: number[] = [];
    for (const { sku, allocated, backordered, shipped, cancelled, unitPriceMinor } of lines) {
      const demand = this.#of(sku);
      if (demand === undefined) continue;
      const units = allocated + backordered + shipped + cancelled;
      demand.forecast.ordered(0, region, hour, units);
      if (unitPriceMinor > 0) demand.priceMinor = unitPriceMinor;
      wanted.push(demand.number, units);
      this.#sent.add(this.#world.skus.get(sku)?.shape ?? noShape, units);
    }
    if (wanted.length > 0) this.past.ordered(hour, region, wanted);
    this.#sentOrders += 1;
    this.#byRegion[region] = (this.#byRegion[region] ?? 0) + 1;
    const ofDay = Math.floor(hour) % dayHours;
    this.#byHour[ofDay] = (this.#byHour[ofDay] ?? 0) + 1;
    this.#orders += 1;
  }

  /** Units left a store without an order. */
  walkedIn(sku: Sku, location: LocationId, units: number, hour: number): void {
    const demand = this.#of(sku);
    const index = this.#world.locations.get(location)?.index;
    if (demand === undefined || index === undefined) return;
    this.#walkIns.add(sku, location, units, hour);
    this.past.walkedIn(hour, index, demand.number, units);
  }

  #of(sku: Sku): SkuDemand | undefined {
    let demand = this.#skus.get(sku);
    if (demand === undefined && this.#names.length < skusMax) {
      const people = new Float64Array(regionsMax).fill(1);
      const forecast = new CountedForecast(1, 0, people, this.#fromHour);
      this.#skus.set(sku, (demand = { number: this.#names.length, forecast, priceMinor: 0 }));
      this.#names.push(sku);
    }
    return demand;
  }

  /** Whether anything is known of what is wanted of a SKU. */
  knows(sku: Sku): boolean {
    return this.#skus.has(sku) || this.loaded(sku) !== undefined;
  }

  numberOf(sku: Sku): number | undefined {
    return this.#skus.get(sku)?.number;
  }

  nameOf(number: number): Sku | undefined {
    return this.#names[number];
  }

  loaded(sku: Sku): LoadedForecast | undefined {
    const forecast = this.#world.forecasts.get(sku)?.snapshot?.context;
    return forecast === undefined || forecast.rows.length === 0 ? undefined : forecast;
  }

  #daysOf(sku: Sku): LoadedDays | undefined {
    const forecast = this.loaded(sku);
    return forecast === undefined ? undefined : loadedDays(forecast, this.regions);
  }

  /** Units of a SKU that orders will want in an hour from one hour to another, on average, by region into `out`. */
  perHour(sku: Sku, fromHour: number, toHour: number, out: Float64Array): void {
    const days = this.#daysOf(sku);
    this.learntPerHour(sku, fromHour, out);
    days?.replaceDemand(fromHour, toHour, out);
  }

  /** Units of a SKU that orders want in an hour, by what was learnt, by region into `out`. */
  learntPerHour(sku: Sku, hour: number, out: Float64Array): void {
    const learnt = this.#skus.get(sku)?.forecast;
    if (learnt === undefined) {
      out.fill(0);
      return;
    }
    learnt.tick(hour);
    learnt.demandPerHour(0, out);
    out.fill(0, this.regions.places.length);
  }

  /** Units of a SKU that people in a store will want from one hour to another. */
  walkIns(sku: Sku, location: LocationId, fromHour: number, toHour: number): number {
    const perHour = this.walkInsPerHour(sku, location, fromHour);
    const units = perHour * (toHour - fromHour);
    return this.#daysOf(sku)?.replaceWalkIns(location, fromHour, toHour, perHour) ?? units;
  }

  /** Units of a SKU that people in a store want in an hour, by what was learnt. */
  walkInsPerHour(sku: Sku, location: LocationId, hour: number): number {
    return this.#walkIns.perHour(sku, location, hour, this.#fromHour);
  }

  /** What is lost with somebody in a store who leaves without a unit, in minor units. */
  walkInLoss(sku: Sku): number {
    return marginShare * (this.#skus.get(sku)?.priceMinor ?? 0);
  }

  /** Stores where people have wanted a SKU. */
  storesOf(sku: Sku): Iterable<LocationId> {
    return this.#walkIns.storesOf(sku);
  }

  /** The share of a day's orders that come from one hour to another; more than 1 over more than a day. */
  shareOfDay(fromHour: number, toHour: number): number {
    let share = 0;
    for (let hour = fromHour; hour < toHour; ) {
      const next = Math.min(Math.floor(hour) + 1, toHour);
      share += ((this.#byHour[Math.floor(hour) % dayHours] ?? 0) * (next - hour)) / this.#orders;
      hour = next;
    }
    return share;
  }

  /** What an order is to a carrier on average: by weight and room, without what single units are. */
  get usualParcel(): Shape {
    const orders = Math.max(1, this.#sentOrders);
    return { ...noShape, grams: this.#sent.grams / orders, mm3: this.#sent.mm3 / orders };
  }

  /** Orders that went to a region so far. */
  ordersTo(region: number): number {
    return this.#byRegion[region] ?? 0;
  }
}
