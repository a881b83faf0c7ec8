/**
 * What will be wanted: units an hour by SKU and region, and by SKU and store. The interface is open for a better
 * forecast; this one counts what was, with memory that fades, and leans on what is usual where it has seen little.
 */

export interface Forecast {
  readonly regions: number;
  /** Units of a SKU that orders will want in an hour, by region, into `out`. */
  demandPerHour(sku: number, out: Float64Array): void;
  /** Units of a SKU that people in a store will want in an hour. */
  walkInsPerHour(sku: number, node: number): number;
  /** Grows with everything that changes what it says. */
  readonly version: number;
}

/** Sold units that knowing nothing of a SKU is worth, and of its spread over regions, and over stores. */
const pseudoUnits = 0.5;
const pseudoRegions = 8;
const pseudoStores = 2;

export class CountedForecast implements Forecast {
  readonly regions: number;
  version = 0;
  readonly #nodes: number;
  readonly #people: Float64Array;
  readonly #halfLifeHours: number;
  readonly #sold: Float64Array;
  readonly #soldIn: Float64Array;
  readonly #walked: Float64Array;
  readonly #walkedAt: Float64Array;
  readonly #walkedIn: Float64Array;
  #walkedAll = 0;
  #fromHour: number;
  /** Sums are kept as if everything was counted at this hour, so that fading is one factor. */
  #baseHour: number;
  #nowHour: number;

  /**
   * @param people weight of each region before anything is known, such as its inhabitants.
   * @param fromHour since when what is wanted is counted.
   */
  constructor(skus: number, nodes: number, people: Float64Array, fromHour: number, halfLifeHours = 24 * 21) {
    const all = people.reduce((sum, each) => sum + each, 0);
    this.regions = people.length;
    this.#nodes = nodes;
    this.#people = people.map((each) => each / all);
    this.#halfLifeHours = halfLifeHours;
    this.#sold = new Float64Array(skus);
    this.#soldIn = new Float64Array(skus * people.length);
    this.#walked = new Float64Array(skus);
    this.#walkedAt = new Float64Array(nodes);
    this.#walkedIn = new Float64Array(skus * nodes);
    this.#fromHour = fromHour;
    this.#baseHour = fromHour;
    this.#nowHour = fromHour;
  }

  /** Units of a SKU were ordered from a region. Hours never go back. */
  ordered(sku: number, region: number, hour: number, units = 1): void {
    const weight = units * this.#weightAt(hour);
    const at = sku * this.regions + region;
    this.#sold[sku] = (this.#sold[sku] ?? 0) + weight;
    this.#soldIn[at] = (this.#soldIn[at] ?? 0) + weight;
  }

  /** Somebody in a store wanted a unit. */
  walkedIn(sku: number, node: number, hour: number): void {
    const weight = this.#weightAt(hour);
    const at = sku * this.#nodes + node;
    this.#walked[sku] = (this.#walked[sku] ?? 0) + weight;
    this.#walkedAt[node] = (this.#walkedAt[node] ?? 0) + weight;
    this.#walkedIn[at] = (this.#walkedIn[at] ?? 0) + weight;
    this.#walkedAll += weight;
  }

  /** Time passes also when nothing is wanted. */
  tick(hour: number): void {
    if (hour > this.#nowHour) this.#nowHour = hour;
  }

  demandPerHour(sku: number, out: Float64Array): void {
    const sold = (this.#sold[sku] ?? 0) * this.#fade();
    const perHour = (sold + pseudoUnits) / this.#hours();
    const sum = sold + pseudoRegions;
    for (let region = 0; region < this.regions; region += 1) {
      const here = (this.#soldIn[sku * this.regions + region] ?? 0) * this.#fade();
      out[region] = (perHour * (here + pseudoRegions * (this.#people[region] ?? 0))) / sum;
    }
  }

  walkInsPerHour(sku: number, node: number): number {
    if (this.#walkedAll === 0) return 0;
    const share = (this.#walkedAt[node] ?? 0) / this.#walkedAll;
    const usual = (this.#walked[sku] ?? 0) * share * this.#fade();
    const here = (this.#walkedIn[sku * this.#nodes + node] ?? 0) * this.#fade();
    return (usual * (here + pseudoStores)) / (usual + pseudoStores) / this.#hours();
  }

  #weightAt(hour: number): number {
    this.version += 1;
    this.tick(hour);
    return 2 ** ((hour - this.#baseHour) / this.#halfLifeHours);
  }

  #fade(): number {
    return 2 ** ((this.#baseHour - this.#nowHour) / this.#halfLifeHours);
  }

  /** Hours that were counted, faded as the counts are. */
  #hours(): number {
    const passed = Math.max(1, this.#nowHour - this.#fromHour);
    return ((1 - 2 ** (-passed / this.#halfLifeHours)) * this.#halfLifeHours) / Math.LN2;
  }
}
