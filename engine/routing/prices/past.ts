/**
 * What was wanted of late, order by order: the futures are drawn out of it. Rings of a fixed size, so the oldest
 * makes room; numbers stand for SKUs, regions and locations.
 */

/** Orders, lines and walk-ins kept: some weeks of a busy merchant, in 1.3 MB. */
const ordersMax = 20_000;
const linesMax = 60_000;
const walkInsMax = 20_000;

interface PastWalkIn {
  readonly hour: number;
  readonly location: number;
  readonly sku: number;
  readonly units: number;
}

export class PastDemand {
  readonly #hour = new Float64Array(ordersMax);
  readonly #region = new Int32Array(ordersMax);
  readonly #firstLine = new Float64Array(ordersMax);
  readonly #lines = new Int32Array(ordersMax);
  readonly #sku = new Int32Array(linesMax);
  readonly #units = new Int32Array(linesMax);
  readonly #walkedHour = new Float64Array(walkInsMax);
  readonly #walkedAt = new Int32Array(walkInsMax);
  readonly #walkedSku = new Int32Array(walkInsMax);
  readonly #walkedUnits = new Int32Array(walkInsMax);
  #orderCount = 0;
  #lineCount = 0;
  #walkInCount = 0;

  /** @param lines SKU and units, one after the other. */
  ordered(hour: number, region: number, lines: readonly number[]): void {
    const at = this.#orderCount % ordersMax;
    this.#hour[at] = hour;
    this.#region[at] = region;
    this.#firstLine[at] = this.#lineCount;
    this.#lines[at] = lines.length / 2;
    this.#orderCount += 1;
    for (let line = 0; line < lines.length; line += 2) {
      this.#sku[this.#lineCount % linesMax] = lines[line] ?? 0;
      this.#units[this.#lineCount % linesMax] = lines[line + 1] ?? 0;
      this.#lineCount += 1;
    }
  }

  walkedIn(hour: number, location: number, sku: number, units: number): void {
    const at = this.#walkInCount % walkInsMax;
    this.#walkedHour[at] = hour;
    this.#walkedAt[at] = location;
    this.#walkedSku[at] = sku;
    this.#walkedUnits[at] = units;
    this.#walkInCount += 1;
  }

  /** Orders by their numbers: those from here on are known whole, up to `orders`. */
  get firstOrder(): number {
    let first = Math.max(0, this.#orderCount - ordersMax);
    const oldestLine = this.#lineCount - linesMax;
    while (first < this.#orderCount && (this.#firstLine[first % ordersMax] ?? 0) < oldestLine) first += 1;
    return first;
  }

  get orders(): number {
    return this.#orderCount;
  }

  hourOf(order: number): number {
    return this.#hour[order % ordersMax] ?? 0;
  }

  regionOf(order: number): number {
    return this.#region[order % ordersMax] ?? 0;
  }

  /** Whether it is still kept: one that is looked at over several turns may be gone. */
  has(order: number): boolean {
    const firstLine = this.#firstLine[order % ordersMax] ?? 0;
    return order >= this.#orderCount - ordersMax && firstLine >= this.#lineCount - linesMax;
  }

  eachLine(order: number, each: (sku: number, units: number) => void): void {
    const at = order % ordersMax;
    const from = this.#firstLine[at] ?? 0;
    const to = from + (this.#lines[at] ?? 0);
    for (let line = from; line < to; line += 1) {
      each(this.#sku[line % linesMax] ?? 0, this.#units[line % linesMax] ?? 0);
    }
  }

  get firstWalkIn(): number {
    return Math.max(0, this.#walkInCount - walkInsMax);
  }

  get walkIns(): number {
    return this.#walkInCount;
  }

  walkIn(number: number): PastWalkIn {
    const at = number % walkInsMax;
    const [hour, location] = [this.#walkedHour[at] ?? 0, this.#walkedAt[at] ?? 0];
    return { hour, location, sku: this.#walkedSku[at] ?? 0, units: this.#walkedUnits[at] ?? 0 };
  }
}
