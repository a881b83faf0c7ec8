/**
 * An order as the planner sees it. Its SKUs, with what each candidate has of them; what a unit takes there, by the
 * soft rules of a routing plan and by the price of its stock; and its parts, which are what leaves in one parcel: a
 * SKU, or the SKUs of a group that stays together. A SKU that no candidate has enough of is divided: one part for
 * each candidate that gives some of it, unless its group or the plan forbids it.
 *
 * Everything is kept in arrays that are used again for each order.
 */
import { noShape, type Load, type Shape } from '../../actors/item-shape.ts';
import type { Sku } from '../../actors/ids.ts';
import { must } from '../assert.ts';
import { grained, type PriceBook } from './prices/book.ts';
import type { Ruled, SourcingRequest } from './source.ts';

/** In which order candidates give a SKU that is divided. */
export type Division = 'as they stand' | 'cheapest first' | 'most first';

/** Room for so many numbers at least; what was in it may be lost. */
const grown = (room: Float64Array<ArrayBuffer>, count: number): Float64Array<ArrayBuffer> =>
  room.length >= count ? room : new Float64Array(Math.max(64, 2 * count));

export class OrderParts {
  /** SKUs of the order, in the order in which they come. */
  skus = 0;
  candidates = 0;
  /** Parts, in the order of their first SKUs. */
  count = 0;
  /** Whether any price of stock or room is in force for it. */
  isPriced = false;
  /** Whether no candidate has the whole of some SKU, so that it is divided where it may be. */
  isDivided = false;
  /** By SKU: units that are wanted, and all that the candidates have. */
  wanted = new Float64Array(0);
  found = new Float64Array(0);
  /** By SKU × candidate: units there, and the price of one. */
  has = new Float64Array(0);
  price = new Float64Array(0);
  /** By candidate: the price of room for a parcel. */
  room = new Float64Array(0);
  /** By part: its units, what they are worth, and the only candidate it may come from; -1: any. */
  units = new Float64Array(0);
  worth = new Float64Array(0);
  readonly pin: number[] = [];
  readonly #names: Sku[] = [];
  /** By SKU, its first need; by need, its SKU and the next need for it; -1: none. */
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #next: number[] = [];
  readonly #bySku = new Map<Sku, number>();
  /** By SKU: the first SKU that leaves together with it, and whether it is in a group at all. */
  readonly #root: number[] = [];
  readonly #isGrouped: boolean[] = [];
  /** By part: where its SKUs begin in the two lists after; the last one is the end. */
  readonly #start: number[] = [];
  readonly #partSku: number[] = [];
  readonly #partUnits: number[] = [];
  readonly #givers: number[] = [];
  #request: SourcingRequest | undefined;
  /** Whether anything but 0 may stand in the prices. */
  #isWritten = false;

  /** Read an order. Parts are made by `divide`. */
  read(request: SourcingRequest, book: PriceBook | undefined): void {
    this.#request = request;
    this.candidates = request.candidates.length;
    this.#readNeeds(request);
    this.#readStock(request);
    this.#readPrices(request, book !== undefined && book.version > 0 ? book : undefined);
    this.#readGroups(request);
  }

  #readNeeds({ needs }: SourcingRequest): void {
    this.skus = 0;
    this.#bySku.clear();
    this.wanted = grown(this.wanted, needs.length);
    this.found = grown(this.found, needs.length);
    for (let need = 0; need < needs.length; need += 1) {
      const { sku, quantity } = must(needs[need], 'a need');
      this.#next[need] = -1;
      const known = this.#skuOf(sku);
      if (known < 0) {
        const at = this.skus++;
        this.#names[at] = sku;
        this.#first[at] = this.#last[at] = need;
        this.wanted[at] = quantity;
        if (needs.length > 8) this.#bySku.set(sku, at);
        continue;
      }
      this.#next[this.#last[known] ?? -1] = need;
      this.#last[known] = need;
      this.wanted[known] = (this.wanted[known] ?? 0) + quantity;
    }
  }

  #skuOf(sku: Sku): number {
    if (this.#bySku.size > 0) return this.#bySku.get(sku) ?? -1;
    for (let at = 0; at < this.skus; at += 1) if (this.#names[at] === sku) return at;
    return -1;
  }

  #readStock({ available }: SourcingRequest): void {
    const { candidates } = this;
    this.has = grown(this.has, this.skus * candidates);
    for (let sku = 0; sku < this.skus; sku += 1) {
      const name = this.#names[sku] as Sku;
      let sum = 0;
      for (let candidate = 0; candidate < candidates; candidate += 1) {
        const units = available(name, candidate);
        this.has[sku * candidates + candidate] = units;
        sum += units;
      }
      this.found[sku] = sum;
    }
  }

  #readPrices({ candidates }: SourcingRequest, book: PriceBook | undefined): void {
    this.isPriced = false;
    const count = candidates.length;
    this.price = grown(this.price, this.skus * count);
    this.room = grown(this.room, count);
    if (this.#isWritten) {
      this.price.fill(0);
      this.room.fill(0);
    }
    this.#isWritten = book !== undefined;
    if (book === undefined) return;
    for (let sku = 0; sku < this.skus; sku += 1) {
      const prices = book.of(this.#names[sku] as Sku);
      if (prices === undefined) continue;
      this.isPriced = true;
      for (let at = 0; at < count; at += 1) {
        const { location } = must(candidates[at], 'a candidate');
        this.price[sku * count + at] = grained(prices.byLocation.get(location) ?? 0);
      }
    }
    for (let at = 0; at < count; at += 1) {
      const minor = book.roomAt(must(candidates[at], 'a candidate').location);
      if (minor === undefined) continue;
      this.isPriced = true;
      this.room[at] = grained(minor);
    }
  }

  /** SKUs that leave together: all that a group names, and whatever shares a SKU with them. */
  #readGroups({ needs, ruling }: SourcingRequest): void {
    for (let sku = 0; sku < this.skus; sku += 1) {
      this.#root[sku] = sku;
      this.#isGrouped[sku] = false;
    }
    const groups = ruling?.groups;
    if (groups === undefined) return;
    const named = new Map<string, number>();
    for (const [need, { sku }] of needs.entries()) {
      const name = groups[need] ?? '';
      if (name === '') continue;
      const at = this.#skuOf(sku);
      this.#isGrouped[at] = true;
      const other = named.get(name);
      if (other === undefined) named.set(name, at);
      else this.#join(at, other);
    }
  }

  #join(a: number, b: number): void {
    const [one, other] = [this.#root[a] ?? a, this.#root[b] ?? b];
    const [first, second] = [Math.min(one, other), Math.max(one, other)];
    for (let sku = 0; sku < this.skus; sku += 1) if (this.#root[sku] === second) this.#root[sku] = first;
  }

  /** Make the parts; units that nobody has are in none. @param mayDivide whether several parcels may share a SKU. */
  divide(mayDivide: boolean, division: Division): void {
    this.count = 0;
    this.isDivided = false;
    this.#partSku.length = 0;
    this.#partUnits.length = 0;
    for (let sku = 0; sku < this.skus; sku += 1) {
      if (this.#root[sku] !== sku) continue;
      if (this.#isGrouped[sku] === true) this.#addGroup(sku);
      else this.#addSku(sku, mayDivide, division);
    }
  }

  /** A group is whole or not at all. */
  #addGroup(root: number): void {
    this.#begin(-1);
    for (let sku = root; sku < this.skus; sku += 1) {
      if (this.#root[sku] === root) this.#add(sku, this.wanted[sku] ?? 0);
    }
    for (let candidate = 0; candidate < this.candidates; candidate += 1) {
      if (this.#holds(this.count, candidate)) return this.#end();
    }
    this.#partSku.length = this.#partUnits.length = this.#start[this.count] ?? 0;
  }

  #addSku(sku: number, mayDivide: boolean, division: Division): void {
    const units = Math.min(this.wanted[sku] ?? 0, this.found[sku] ?? 0);
    if (units === 0) return;
    const at = sku * this.candidates;
    for (let candidate = 0; candidate < this.candidates; candidate += 1) {
      if ((this.has[at + candidate] ?? 0) < units) continue;
      this.#begin(-1);
      this.#add(sku, units);
      return this.#end();
    }
    this.isDivided = true;
    if (!mayDivide) return;
    let left = units;
    for (const candidate of this.givers(sku, division)) {
      const given = Math.min(left, this.has[at + candidate] ?? 0);
      if (given === 0) continue;
      left -= given;
      this.#begin(candidate);
      this.#add(sku, given);
      this.#end();
    }
  }

  /** The candidates in the order in which they give a SKU. */
  givers(sku: number, division: Division): readonly number[] {
    const givers = this.#givers;
    givers.length = 0;
    for (let candidate = 0; candidate < this.candidates; candidate += 1) givers.push(candidate);
    if (division === 'as they stand') return givers;
    const at = sku * this.candidates;
    const need = this.#first[sku] ?? -1;
    const unit = (one: number): number =>
      (this.price[at + one] ?? 0) + (this.#ruled(one)?.unitMinor?.[need] ?? 0);
    const more = (a: number, b: number): number =>
      division === 'most first' ? (this.has[at + b] ?? 0) - (this.has[at + a] ?? 0) : 0;
    return givers.sort((a, b) => more(a, b) || unit(a) - unit(b) || a - b);
  }

  #begin(pin: number): void {
    this.#start[this.count] = this.#partSku.length;
    this.pin[this.count] = pin;
  }

  #add(sku: number, units: number): void {
    this.#partSku.push(sku);
    this.#partUnits.push(units);
  }

  #end(): void {
    const part = this.count++;
    if (this.units.length < this.count) {
      const [units, worth] = [this.units, this.worth];
      this.units = grown(units, this.count);
      this.worth = grown(worth, this.count);
      this.units.set(units);
      this.worth.set(worth);
    }
    this.#start[this.count] = this.#partSku.length;
    const prices = this.#request?.ruling?.unitPricesMinor;
    let [units, worth] = [0, 0];
    for (let item = this.#start[part] ?? 0; item < this.#partSku.length; item += 1) {
      const given = this.#partUnits[item] ?? 0;
      units += given;
      worth += given * (prices?.[this.#first[this.#partSku[item] ?? -1] ?? -1] ?? 0);
    }
    this.units[part] = units;
    this.worth[part] = worth;
  }

  #ruled(candidate: number): Ruled | undefined {
    return this.#request?.candidates[candidate]?.ruled;
  }

  #holds(part: number, candidate: number): boolean {
    const end = part === this.count ? this.#partSku.length : (this.#start[part + 1] ?? 0);
    for (let item = this.#start[part] ?? 0; item < end; item += 1) {
      const at = (this.#partSku[item] ?? 0) * this.candidates + candidate;
      if ((this.has[at] ?? 0) < (this.#partUnits[item] ?? 0)) return false;
    }
    return true;
  }

  /** What a part takes from a candidate beside its parcel, in minor units; Infinity: it cannot come from there. */
  costAt(part: number, candidate: number): number {
    const pin = this.pin[part] ?? -1;
    if ((pin >= 0 && pin !== candidate) || !this.#holds(part, candidate)) return Infinity;
    const end = this.#start[part + 1] ?? 0;
    const ruled = this.#ruled(candidate);
    const hasRules = ruled !== undefined && (ruled.lineMinor !== undefined || ruled.unitMinor !== undefined);
    let minor = 0;
    for (let item = this.#start[part] ?? 0; item < end; item += 1) {
      const sku = this.#partSku[item] ?? 0;
      const units = this.#partUnits[item] ?? 0;
      minor += units * (this.price[sku * this.candidates + candidate] ?? 0);
      if (hasRules) minor += this.#rulesMinor(sku, units, ruled);
    }
    return minor;
  }

  /** What the rules take for units of a SKU: for each of its lines, and each unit of them, the first lines first. */
  #rulesMinor(sku: number, units: number, { lineMinor, unitMinor }: Ruled): number {
    let minor = 0;
    let left = units;
    for (let need = this.#first[sku] ?? -1; need >= 0 && left > 0; need = this.#next[need] ?? -1) {
      const taken = Math.min(left, this.#request?.needs[need]?.quantity ?? 0);
      left -= taken;
      minor += (lineMinor?.[need] ?? 0) + taken * (unitMinor?.[need] ?? 0);
    }
    return minor;
  }

  /** What a unit of a SKU is to a carrier. */
  shapeOf(sku: number): Shape {
    return this.#request?.needs[this.#first[sku] ?? -1]?.shape ?? noShape;
  }

  /** Put a part into a parcel. */
  load(part: number, load: Load): void {
    for (let item = this.#start[part] ?? 0; item < (this.#start[part + 1] ?? 0); item += 1) {
      load.add(this.shapeOf(this.#partSku[item] ?? 0), this.#partUnits[item] ?? 0);
    }
  }

  /** Give the units of a part to the lines that want them, the first lines first. */
  give(part: number, left: number[], given: number[]): void {
    for (let item = this.#start[part] ?? 0; item < (this.#start[part + 1] ?? 0); item += 1) {
      this.giveSku(this.#partSku[item] ?? 0, this.#partUnits[item] ?? 0, left, given);
    }
  }

  /** Give units of a SKU to the lines that want them, the first lines first. */
  giveSku(sku: number, units: number, left: number[], given: number[]): void {
    let more = units;
    for (let need = this.#first[sku] ?? -1; need >= 0 && more > 0; need = this.#next[need] ?? -1) {
      const quantity = Math.min(more, left[need] ?? 0);
      more -= quantity;
      left[need] = (left[need] ?? 0) - quantity;
      given[need] = (given[need] ?? 0) + quantity;
    }
  }
}
