/**
 * The price of a unit of stock, in closed form: the chance that it would be wanted where it lies before the next
 * delivery there, times what its absence would then cost. Who would want it where depends on the prices, so they
 * are refined in a few rounds, each beginning with the last. No price is above the dearest lane or the loss of a
 * walk-in: where everybody is short, stocks would else drive each other's prices up without end.
 */
import { chanceOfAtLeast } from './chance.ts';

/** How far each round goes towards what it found; rounds per refresh. Neither is sensitive. */
const stride = 0.6;
const roundsEach = 3;

/** What is known of one SKU; filled again for each. Money in one unit, by node or node × region. */
export class Outlook {
  nodes = 0;
  readonly regions: number;
  /** Units there are to promise at each node. */
  readonly stock: Float64Array;
  /** Hours until the next delivery of the SKU there, or the end of what is looked at. */
  readonly hours: Float64Array;
  /** Units wanted in an hour, by region. */
  readonly demand: Float64Array;
  /** What it costs to send one unit, by node × region; Infinity: cannot. */
  readonly lane: Float64Array;
  /** Units that people in the store will want until then, by node; none for warehouses. */
  readonly walkIns: Float64Array;
  /** What is lost with one of them who leaves without. */
  walkInLoss = 0;
  /** In: the prices before; out: the prices now. */
  readonly price: Float64Array;

  constructor(nodesMax: number, regions: number) {
    this.regions = regions;
    this.stock = new Float64Array(nodesMax);
    this.hours = new Float64Array(nodesMax);
    this.demand = new Float64Array(regions);
    this.lane = new Float64Array(nodesMax * regions);
    this.walkIns = new Float64Array(nodesMax);
    this.price = new Float64Array(nodesMax);
  }
}

/** Prices that moved by less than this, in the unit of money, have settled. */
const settled = 1e-6;

export class SpillPricer {
  readonly #wanted: Float64Array;
  readonly #extra: Float64Array;
  /** Nodes with stock, and how many of them there are. */
  readonly #holders: Int32Array;
  #holding = 0;
  /** By region: the least it is served for, the next, and where the least is. Made with the first outlook. */
  #best = new Float64Array(0);
  #second = new Float64Array(0);
  #where = new Int32Array(0);
  /** Of the lanes that some holder can send by. */
  #dearest = 0;

  constructor(nodesMax: number) {
    this.#wanted = new Float64Array(nodesMax);
    this.#extra = new Float64Array(nodesMax);
    this.#holders = new Int32Array(nodesMax);
  }

  /** Refresh the prices of one SKU. Nodes without stock have the price 0: nothing of theirs can be taken. */
  refresh(outlook: Outlook): void {
    this.#begin(outlook);
    const { price } = outlook;
    const most = Math.max(this.#dearest, outlook.walkInLoss);
    for (let round = 0; round < roundsEach && this.#holding > 0; round += 1) {
      this.#assign(outlook);
      let moved = 0;
      for (let at = 0; at < this.#holding; at += 1) {
        const node = this.#holders[at] ?? 0;
        const change = stride * (Math.min(this.#target(outlook, node), most) - (price[node] ?? 0));
        price[node] = (price[node] ?? 0) + change;
        moved = Math.max(moved, Math.abs(change));
      }
      if (moved < settled) return;
    }
  }

  #begin({ nodes, regions, stock, price, lane, demand }: Outlook): void {
    if (this.#best.length < regions) {
      this.#best = new Float64Array(regions);
      this.#second = new Float64Array(regions);
      this.#where = new Int32Array(regions);
    }
    this.#holding = 0;
    let dearest = 0;
    for (let node = 0; node < nodes; node += 1) {
      if ((stock[node] ?? 0) < 1) {
        price[node] = 0;
        continue;
      }
      this.#holders[this.#holding++] = node;
      const base = node * regions;
      for (let region = 0; region < regions; region += 1) {
        const sent = lane[base + region] ?? Infinity;
        if (sent > dearest && sent < Infinity && (demand[region] ?? 0) > 0) dearest = sent;
      }
    }
    this.#dearest = dearest;
  }

  /** Each region goes where it is served for least; what the second best would cost more is what is at stake. */
  #assign({ nodes, regions, demand, lane, price }: Outlook): void {
    const wanted = this.#wanted.fill(0, 0, nodes);
    const extra = this.#extra.fill(0, 0, nodes);
    const best = this.#best.fill(Infinity, 0, regions);
    const second = this.#second.fill(Infinity, 0, regions);
    const where = this.#where.fill(-1, 0, regions);
    // Node by node: lanes are read as they lie.
    for (let at = 0; at < this.#holding; at += 1) {
      const node = this.#holders[at] ?? 0;
      const base = node * regions;
      const own = price[node] ?? 0;
      for (let region = 0; region < regions; region += 1) {
        const cost = (lane[base + region] ?? Infinity) + own;
        if (cost < (best[region] ?? Infinity)) {
          second[region] = best[region] ?? Infinity;
          best[region] = cost;
          where[region] = node;
        } else if (cost < (second[region] ?? Infinity)) second[region] = cost;
      }
    }
    for (let region = 0; region < regions; region += 1) {
      const units = demand[region] ?? 0;
      const node = where[region] ?? -1;
      if (units <= 0 || node < 0) continue;
      wanted[node] = (wanted[node] ?? 0) + units;
      const next = second[region] ?? Infinity;
      // Where nobody else has it there is no second best to compare with, and no choice to steer.
      if (next < Infinity) extra[node] = (extra[node] ?? 0) + units * (next - (best[region] ?? 0) + (price[node] ?? 0));
    }
  }

  #target({ stock, hours, walkIns, walkInLoss }: Outlook, node: number): number {
    const perHour = this.#wanted[node] ?? 0;
    const units = stock[node] ?? 0;
    const walking = walkIns[node] ?? 0;
    const atStake = perHour > 0 ? (this.#extra[node] ?? 0) / perHour : 0;
    const orders = perHour * (hours[node] ?? 0);
    const byWalkIns = walking > 0 ? chanceOfAtLeast(units, walking) : 0;
    const byAll = chanceOfAtLeast(units, orders + walking);
    return atStake * (byAll - byWalkIns) + walkInLoss * byWalkIns;
  }
}
