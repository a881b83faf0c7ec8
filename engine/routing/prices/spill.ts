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

export class SpillPricer {
  readonly #wanted: Float64Array;
  readonly #extra: Float64Array;
  /** Of the lanes that some holder can send by. */
  #dearest = 0;

  constructor(nodesMax: number) {
    this.#wanted = new Float64Array(nodesMax);
    this.#extra = new Float64Array(nodesMax);
  }

  /** Refresh the prices of one SKU. Nodes without stock have the price 0: nothing of theirs can be taken. */
  refresh(outlook: Outlook): void {
    const { nodes, stock, price } = outlook;
    let holders = 0;
    for (let node = 0; node < nodes; node += 1) {
      if ((stock[node] ?? 0) >= 1) holders += 1;
      else price[node] = 0;
    }
    if (holders === 0) return;
    for (let round = 0; round < roundsEach; round += 1) {
      this.#assign(outlook);
      for (let node = 0; node < nodes; node += 1) {
        if ((stock[node] ?? 0) < 1) continue;
        const target = Math.min(this.#target(outlook, node), Math.max(this.#dearest, outlook.walkInLoss));
        price[node] = (price[node] ?? 0) + stride * (target - (price[node] ?? 0));
      }
    }
  }

  /** Each region goes where it is served for least; what the second best would cost more is what is at stake. */
  #assign({ nodes, regions, stock, demand, lane, price }: Outlook): void {
    const wanted = this.#wanted.fill(0, 0, nodes);
    const extra = this.#extra.fill(0, 0, nodes);
    let dearest = 0;
    for (let region = 0; region < regions; region += 1) {
      const units = demand[region] ?? 0;
      if (units <= 0) continue;
      let best = Infinity;
      let second = Infinity;
      let where = -1;
      for (let node = 0; node < nodes; node += 1) {
        if ((stock[node] ?? 0) < 1) continue;
        const sent = lane[node * regions + region] ?? Infinity;
        if (sent > dearest && sent < Infinity) dearest = sent;
        const cost = sent + (price[node] ?? 0);
        if (cost < best) {
          second = best;
          best = cost;
          where = node;
        } else if (cost < second) second = cost;
      }
      if (where < 0) continue;
      wanted[where] = (wanted[where] ?? 0) + units;
      // Where nobody else has it there is no second best to compare with, and no choice to steer.
      if (second < Infinity) extra[where] = (extra[where] ?? 0) + units * (second - best + (price[where] ?? 0));
    }
    this.#dearest = dearest;
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
