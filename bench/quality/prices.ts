/** The engine's prices over an instance: closed form, without a forecast, from sampled futures, and of capacity. */
import { balancePrice } from '../../engine/routing/prices/balance.ts';
import { capacityPrice } from '../../engine/routing/prices/capacity.ts';
import { CountedForecast } from '../../engine/routing/prices/forecast.ts';
import type { FuturesQuestion } from '../../engine/routing/prices/question.ts';
import { solveFutures } from '../../engine/routing/prices/solve.ts';
import { Outlook, SpillPricer } from '../../engine/routing/prices/spill.ts';
import { poundsMax, slackOf, zonesMax, type PublicInstance } from './instance.ts';
import type { Network } from './network.ts';
import type { PolicyOrder, PolicyState } from './score.ts';

/** Prices that no sale touched are refreshed this often: time alone changes them. */
const staleHours = 3;
/** Days promised beyond which more make no difference. */
const promisesMax = 8;

/** The closed form of every stock, refreshed for what was sold and now and then for all. */
export class ClosedForm {
  readonly prices: Float64Array;
  readonly forecast: CountedForecast;
  readonly #network: Network;
  readonly #outlook: Outlook;
  readonly #pricer: SpillPricer;
  readonly #means: Float64Array;
  readonly #deliveries: Deliveries;
  readonly #dirty = new Set<number>();
  #allAtHour = -Infinity;
  /** Microseconds of refreshing, and how many there were. */
  micros = 0;
  refreshes = 0;

  constructor(network: Network, deliveries: Deliveries) {
    const { given, nodes, skus } = network;
    this.#network = network;
    this.#deliveries = deliveries;
    this.prices = new Float64Array(skus * nodes);
    const people = Float64Array.from(given.regions, (region) => region[4]);
    this.forecast = new CountedForecast(skus, nodes, people, -given.history.days * 24);
    this.#outlook = new Outlook(nodes, people.length);
    this.#pricer = new SpillPricer(nodes);
    this.#means = meanRates(network);
    learnHistory(this.forecast, given);
  }

  touch(sku: number): void {
    this.#dirty.add(sku);
  }

  refresh(state: PolicyState): void {
    const start = process.hrtime.bigint();
    this.forecast.tick(state.hour);
    let refreshed = this.#dirty.size;
    if (state.hour - this.#allAtHour >= staleHours) {
      this.#allAtHour = state.hour;
      refreshed = this.#network.skus;
      for (let sku = 0; sku < this.#network.skus; sku += 1) this.#refreshOne(sku, state);
    } else for (const sku of this.#dirty) this.#refreshOne(sku, state);
    this.#dirty.clear();
    this.refreshes += refreshed;
    if (refreshed > 0) this.micros += Number(process.hrtime.bigint() - start) / 1_000;
  }

  #refreshOne(sku: number, { hour, stock }: PolicyState): void {
    const { given, nodes } = this.#network;
    const outlook = this.#outlook;
    const { regions } = outlook;
    const base = sku * nodes;
    const pound = Math.min(poundsMax, Math.max(1, Math.ceil(given.skuLb[sku] ?? 1))) - 1;
    outlook.nodes = nodes;
    outlook.walkInLoss = given.penalty.walkinLost;
    this.forecast.demandPerHour(sku, outlook.demand);
    for (let node = 0; node < nodes; node += 1) {
      const place = given.nodes[node];
      const hours = this.#deliveries.next(sku, node, hour) - hour;
      outlook.stock[node] = stock[base + node] ?? 0;
      outlook.hours[node] = hours;
      outlook.price[node] = this.prices[base + node] ?? 0;
      if (place === undefined || (stock[base + node] ?? 0) < 1) continue;
      outlook.walkIns[node] = place.type === 'store' ? hours * this.forecast.walkInsPerHour(sku, node) : 0;
      for (let region = 0; region < regions; region += 1) {
        const rate = this.#means[(node * zonesMax + (place.zone[region] ?? 2) - 2) * poundsMax + pound] ?? 0;
        outlook.lane[node * regions + region] = rate + place.parcelCost + place.unitCost;
      }
    }
    this.#pricer.refresh(outlook);
    for (let node = 0; node < nodes; node += 1) this.prices[base + node] = outlook.price[node] ?? 0;
  }
}

/** What a parcel costs on average, by node × zone × pounds, over the promises of the past. */
function meanRates({ given, nodes, rates }: Network): Float64Array {
  const means = new Float64Array(nodes * zonesMax * poundsMax);
  const { orders } = given.history;
  for (const [node, place] of given.nodes.entries()) {
    const weights = new Float64Array(8);
    for (const [hour, , promise] of orders) {
      const slack = Math.max(0, Math.min(7, slackOf(place, promise, hour)));
      weights[slack] = (weights[slack] ?? 0) + 1 / orders.length;
    }
    for (let zone = 0; zone < zonesMax; zone += 1) {
      for (let pound = 0; pound < poundsMax; pound += 1) {
        let mean = 0;
        for (const [slack, weight] of weights.entries()) mean += weight * (rates.table[rates.at(slack, zone + 2) + pound] ?? 0);
        means[(node * zonesMax + zone) * poundsMax + pound] = mean;
      }
    }
  }
  return means;
}

/** The past comes before hour 0. */
function learnHistory(forecast: CountedForecast, { history }: PublicInstance): void {
  const shift = history.days * 24;
  for (const [hour, region, , skus] of history.orders) for (const sku of skus) forecast.ordered(sku, region, hour - shift);
  for (const [hour, node, sku] of history.walkins) forecast.walkedIn(sku, node, hour - shift);
  forecast.tick(0);
}

/** When the next delivery of each stock comes; after the last, the end of the instance. */
export class Deliveries {
  readonly #given: PublicInstance;
  readonly #nodes: number;
  readonly #hours = new Map<number, [hour: number, units: number][]>();

  constructor(given: PublicInstance) {
    this.#given = given;
    this.#nodes = given.nodes.length;
    for (const [hour, sku, node, units] of given.arrivals.toSorted((a, b) => a[0] - b[0])) {
      const at = sku * this.#nodes + node;
      const known = this.#hours.get(at);
      if (known === undefined) this.#hours.set(at, [[hour, units]]);
      else known.push([hour, units]);
    }
  }

  next(sku: number, node: number, hour: number): number {
    const coming = this.#hours.get(sku * this.#nodes + node)?.find(([at]) => at > hour);
    return coming?.[0] ?? this.#given.days * 24;
  }

  /** Units of all deliveries to come. */
  units(sku: number, node: number, hour: number): number {
    const coming = this.#hours.get(sku * this.#nodes + node) ?? [];
    return coming.reduce((sum, [at, units]) => (at > hour ? sum + units : sum), 0);
  }
}

/** Without a forecast: by how much of the stock since the last delivery is gone. */
export class Balance {
  readonly #full: Float64Array;
  readonly scale: number;

  constructor({ given, nodes, skus }: Network, scale: number) {
    this.scale = scale;
    this.#full = new Float64Array(skus * nodes);
    for (const [sku, node, units] of given.stock0) this.#full[sku * nodes + node] = units;
  }

  arrived(at: number, units: number): void {
    this.#full[at] = units;
  }

  price(at: number, units: number): number {
    return balancePrice(units, this.#full[at] ?? 0, this.scale);
  }
}

/** What the next parcel of each node costs for the room it takes. */
export class CapacityPrices {
  readonly #given: PublicInstance;
  /** Share of a day's orders before each hour. */
  readonly #elapsed = new Float64Array(25);
  readonly #usual: Float64Array;
  readonly #seen: Int32Array;
  #day = 0;

  constructor(given: PublicInstance) {
    this.#given = given;
    const { orders, days } = given.history;
    for (const [hour] of orders) this.#elapsed[Math.floor(hour % 24) + 1] = (this.#elapsed[Math.floor(hour % 24) + 1] ?? 0) + 1 / orders.length;
    for (let hour = 1; hour <= 24; hour += 1) this.#elapsed[hour] = (this.#elapsed[hour] ?? 0) + (this.#elapsed[hour - 1] ?? 0);
    const capacity = given.nodes.reduce((sum, { capPerDay }) => sum + capPerDay, 0);
    // Before the first day is over, work is thought to lie as the room for it does.
    this.#usual = Float64Array.from(given.nodes, ({ capPerDay }) => ((orders.length / days) * capPerDay) / capacity);
    this.#seen = new Int32Array(given.nodes.length);
  }

  /** After each parcel and at the end of a day: what is usual follows what was. */
  follow({ day, used }: PolicyState): void {
    if (day !== this.#day) {
      for (const [node, parcels] of this.#seen.entries()) this.#usual[node] = 0.6 * (this.#usual[node] ?? 0) + 0.4 * parcels;
      this.#day = day;
    }
    this.#seen.set(used);
  }

  price(node: number, { hour, used }: PolicyState): number {
    const ofDay = hour % 24;
    const whole = Math.floor(ofDay);
    const before = this.#elapsed[whole] ?? 0;
    const elapsed = before + (ofDay - whole) * ((this.#elapsed[whole + 1] ?? 1) - before);
    const { capPerDay = 0 } = this.#given.nodes[node] ?? {};
    return capacityPrice(
      { used: used[node] ?? 0, capacity: capPerDay, usual: this.#usual[node] ?? 0, elapsed },
      this.#given.penalty.overtimePerParcel,
    );
  }
}

/** Prices from futures drawn out of past days, solved anew every so many hours by what the engine's thread runs. */
export class Sampled {
  prices: Float64Array;
  version = 0;
  ms = 0;
  readonly #network: Network;
  readonly #deliveries: Deliveries;
  readonly #seed: number;
  readonly #everyHours: number;
  /** Hours count from the beginning of the past. */
  readonly #shift: number;
  readonly #cutoffs: readonly number[];
  readonly #past = { hour: [] as number[], lane: [] as number[], firstLine: [0], sku: [] as number[] };
  readonly #walked = { hour: [] as number[], node: [] as number[], sku: [] as number[] };
  #solvedAtHour = -Infinity;

  constructor(network: Network, deliveries: Deliveries, seed = 1, everyHours = 12) {
    this.#network = network;
    this.#deliveries = deliveries;
    this.#seed = seed;
    this.#everyHours = everyHours;
    this.prices = new Float64Array(network.skus * network.nodes);
    const { history, nodes } = network.given;
    this.#shift = 24 * history.days;
    this.#cutoffs = [...new Set(nodes.map(({ cutoffHour }) => cutoffHour))].sort((a, b) => a - b);
    for (const [hour, region, promise, skus] of history.orders) this.#ordered(hour, region, promise, skus);
    for (const [hour, node, sku] of history.walkins) this.#walkedIn(hour, node, sku);
  }

  /** Days join the past as they pass. */
  ordered({ hour, region, promise, skus }: PolicyOrder): void {
    this.#ordered(hour + this.#shift, region, promise, skus);
  }

  walkedIn(hour: number, node: number, sku: number): void {
    this.#walkedIn(hour + this.#shift, node, sku);
  }

  #ordered(hour: number, region: number, promise: number, skus: readonly number[]): void {
    this.#past.hour.push(hour);
    this.#past.lane.push(this.#laneOf(region, promise, hour));
    this.#past.sku.push(...skus);
    this.#past.firstLine.push(this.#past.sku.length);
  }

  #walkedIn(hour: number, node: number, sku: number): void {
    this.#walked.hour.push(hour);
    this.#walked.node.push(node);
    this.#walked.sku.push(sku);
  }

  /** A lane is a region, a promise, and which cut-offs have passed: what decides what sending costs. */
  #laneOf(region: number, promise: number, hour: number): number {
    const passed = this.#cutoffs.filter((cutoff) => hour % 24 > cutoff).length;
    return (region * (promisesMax + 1) + Math.min(promise, promisesMax)) * (this.#cutoffs.length + 1) + passed;
  }

  refresh(state: PolicyState): void {
    if (state.hour - this.#solvedAtHour < this.#everyHours) return;
    const start = process.hrtime.bigint();
    this.prices = solveFutures(this.#question(state)).prices;
    this.version += 1;
    this.#solvedAtHour = state.hour;
    this.ms += Number(process.hrtime.bigint() - start) / 1e6;
  }

  #question({ hour, stock }: PolicyState): FuturesQuestion {
    const { given, nodes, skus, rates } = this.#network;
    const later = new Float64Array(skus * nodes);
    const deliveryHour = new Float64Array(skus * nodes).fill(Infinity);
    for (let sku = 0; sku < skus; sku += 1) {
      for (let node = 0; node < nodes; node += 1) {
        const units = this.#deliveries.units(sku, node, hour);
        if (units === 0) continue;
        later[sku * nodes + node] = units;
        deliveryHour[sku * nodes + node] = this.#deliveries.next(sku, node, hour) + this.#shift;
      }
    }
    const { sku, firstLine, lane } = this.#past;
    const walked = this.#walked;
    const ones = (count: number): Int32Array => new Int32Array(count).fill(1);
    return {
      number: this.version + 1, seed: this.#seed * 1_000 + this.version,
      fromHour: hour + this.#shift, toHour: given.days * 24 + this.#shift,
      skus, priced: skus, nodes, now: Float64Array.from(stock), deliveryHour, later, start: this.prices,
      weight: Float64Array.from(given.skuLb), weightStep: 1, walkInLoss: new Float64Array(skus).fill(given.penalty.walkinLost),
      ...this.#lanes(), rates: rates.table, rateSteps: poundsMax,
      lineCost: Float64Array.from(given.nodes, ({ unitCost }) => unitCost), refuseCost: 25,
      orders: {
        hour: Float64Array.from(this.#past.hour), lane: Int32Array.from(lane),
        firstLine: Int32Array.from(firstLine), sku: Int32Array.from(sku), units: ones(sku.length),
      },
      walkIns: {
        hour: Float64Array.from(walked.hour), node: Int32Array.from(walked.node),
        sku: Int32Array.from(walked.sku), units: ones(walked.sku.length),
      },
      samples: 6, iterations: 60,
    };
  }

  #lanes(): { readonly parcelCost: Float64Array; readonly rateAt: Int32Array } {
    const { given, nodes, rates } = this.#network;
    const classes = this.#cutoffs.length + 1;
    const lanes = given.regions.length * (promisesMax + 1) * classes;
    const parcelCost = new Float64Array(lanes * nodes);
    const rateAt = new Int32Array(lanes * nodes);
    for (let lane = 0; lane < lanes; lane += 1) {
      const passed = lane % classes;
      const promise = Math.floor(lane / classes) % (promisesMax + 1);
      const region = Math.floor(lane / classes / (promisesMax + 1));
      // An hour by which so many cut-offs have passed, and no other.
      const hour = passed === 0 ? 0 : (this.#cutoffs[passed - 1] ?? 0) + 1e-6;
      for (const [node, place] of given.nodes.entries()) {
        parcelCost[lane * nodes + node] = place.parcelCost;
        rateAt[lane * nodes + node] = rates.at(slackOf(place, promise, hour), place.zone[region] ?? 2);
      }
    }
    return { parcelCost, rateAt };
  }
}
