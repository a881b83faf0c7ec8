/**
 * Prices of stock from sampled futures: orders that may come are planned by the same kernel, and the price of
 * each stock rises where more is taken than there is and falls where less is, until supply and demand meet
 * (Lagrangian duals by a deflected subgradient with Polyak steps). Averaged over samples, a price is what the last
 * unit is worth over the futures. Takes seconds for ten thousand orders, so it runs off the decision path.
 */
import type { Kernel } from '../kernel.ts';
import { KernelPlan, type KernelInput } from '../kernel-input.ts';

export interface FutureOrder {
  readonly hour: number;
  readonly region: number;
  /** Days promised. */
  readonly promise: number;
  readonly skus: readonly number[];
  /** Units of each SKU; absent: one of each. */
  readonly units?: readonly number[] | undefined;
}

export interface FutureWalkIn {
  readonly hour: number;
  readonly node: number;
  readonly sku: number;
}

export interface Future {
  readonly orders: readonly FutureOrder[];
  readonly walkIns: readonly FutureWalkIn[];
}

/** What there is and what comes, by SKU × node, and how an order is put to the kernel. */
export interface FuturesProblem {
  readonly skus: number;
  readonly nodes: number;
  readonly now: Float64Array;
  /** The next delivery: its hour (Infinity: none) and its units. */
  readonly deliveryHour: Float64Array;
  readonly later: Float64Array;
  /** By SKU: what is lost with somebody in a store who leaves without it. */
  readonly walkInLoss: Float64Array;
  /** What a line costs that nobody can send any more: more than any way to send it. */
  readonly refuseCost: number;
  /** Fill in everything but `canShip` and stock prices; nodes and lines are set. */
  fill(order: FutureOrder, input: KernelInput): void;
}

const deflection = 0.5;
/** How far above the best bound the optimum is thought to be, and when that is halved. */
const gapFirst = 0.02;
const patience = 4;

/**
 * Prices of stock by SKU × node, the mean over the futures.
 * @param input with room for one node more than the network has: the one for lines that nobody can send.
 * @param start prices to begin with, such as those of the last time.
 */
export function futurePrices(
  problem: FuturesProblem, futures: readonly Future[], iterations: number,
  kernel: Kernel, input: KernelInput, start?: Float64Array,
): Float64Array {
  const prices = new Float64Array(problem.skus * problem.nodes);
  for (const future of futures) {
    const duals = new Duals(problem, start);
    duals.solve(future, iterations, kernel, input);
    duals.addTo(prices, 1 / futures.length);
  }
  return prices;
}

/**
 * Two prices for each stock: of what is there until the delivery, and of all there will be. A unit taken before
 * the delivery pays both.
 */
class Duals {
  readonly #problem: FuturesProblem;
  readonly #until: Float64Array;
  readonly #ever: Float64Array;
  readonly #usedUntil: Float64Array;
  readonly #usedEver: Float64Array;
  readonly #wayUntil: Float64Array;
  readonly #wayEver: Float64Array;
  readonly #bestUntil: Float64Array;
  readonly #bestEver: Float64Array;
  readonly #plan = new KernelPlan();

  constructor(problem: FuturesProblem, start: Float64Array | undefined) {
    const size = problem.skus * problem.nodes;
    const empty = (): Float64Array => new Float64Array(size);
    this.#problem = problem;
    this.#until = empty();
    this.#ever = start === undefined ? empty() : start.slice();
    this.#usedUntil = empty();
    this.#usedEver = empty();
    this.#wayUntil = empty();
    this.#wayEver = empty();
    this.#bestUntil = empty();
    this.#bestEver = empty();
  }

  addTo(prices: Float64Array, weight: number): void {
    for (let at = 0; at < prices.length; at += 1) {
      prices[at] = (prices[at] ?? 0) + weight * ((this.#bestUntil[at] ?? 0) + (this.#bestEver[at] ?? 0));
    }
  }

  solve(future: Future, iterations: number, kernel: Kernel, input: KernelInput): void {
    let best = -Infinity;
    let gap = gapFirst;
    let stale = 0;
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      const bound = this.#take(future, kernel, input);
      if (bound > best) {
        best = bound;
        stale = 0;
        this.#bestUntil.set(this.#until);
        this.#bestEver.set(this.#ever);
      } else if (++stale >= patience) {
        gap /= 2;
        stale = 0;
      }
      this.#step(best + gap * Math.abs(best) - bound);
    }
  }

  /** Everybody takes what is best at these prices. Returns the bound: what all pay, less the worth of what is there. */
  #take(future: Future, kernel: Kernel, input: KernelInput): number {
    const { now, later, nodes, deliveryHour, walkInLoss } = this.#problem;
    this.#usedUntil.fill(0);
    this.#usedEver.fill(0);
    let bound = 0;
    for (const order of future.orders) bound += this.#takeOrder(order, kernel, input);
    for (const { hour, node, sku } of future.walkIns) {
      const at = sku * nodes + node;
      const isUntil = hour < (deliveryHour[at] ?? Infinity);
      const price = (this.#ever[at] ?? 0) + (isUntil ? (this.#until[at] ?? 0) : 0);
      const has = (now[at] ?? 0) + (isUntil ? 0 : (later[at] ?? 0));
      const loss = walkInLoss[sku] ?? 0;
      if (has < 1 || price >= loss) bound += loss;
      else {
        bound += price;
        this.#use(at, isUntil, 1);
      }
    }
    for (let at = 0; at < now.length; at += 1) {
      const first = now[at] ?? 0;
      bound -= (this.#until[at] ?? 0) * first + (this.#ever[at] ?? 0) * (first + (later[at] ?? 0));
    }
    return bound;
  }

  #takeOrder(order: FutureOrder, kernel: Kernel, input: KernelInput): number {
    const { now, later, nodes, deliveryHour, refuseCost } = this.#problem;
    const { lineStride, lineCost, canShip } = input;
    const lines = Math.min(order.skus.length, kernel.linesMax);
    input.begin(lines, nodes + 1);
    this.#problem.fill(order, input);
    input.parcelCost[nodes] = 0;
    input.rateAt[nodes] = -1;
    canShip[nodes] = (1 << lines) - 1;
    for (let line = 0; line < lines; line += 1) {
      const base = (order.skus[line] ?? 0) * nodes;
      const units = order.units?.[line] ?? 1;
      lineCost[nodes * lineStride + line] = refuseCost;
      for (let node = 0; node < nodes; node += 1) {
        const at = base + node;
        const isUntil = order.hour < (deliveryHour[at] ?? Infinity);
        if ((now[at] ?? 0) + (isUntil ? 0 : (later[at] ?? 0)) < units) continue;
        canShip[node] = (canShip[node] ?? 0) | (1 << line);
        const price = units * ((this.#ever[at] ?? 0) + (isUntil ? (this.#until[at] ?? 0) : 0));
        lineCost[node * lineStride + line] = (lineCost[node * lineStride + line] ?? 0) + price;
      }
    }
    const plan = this.#plan;
    kernel.plan(input, plan);
    for (let parcel = 0; parcel < plan.parcels; parcel += 1) {
      const node = plan.node[parcel] ?? nodes;
      if (node === nodes) continue;
      for (let left = plan.lines[parcel] ?? 0; left !== 0; left &= left - 1) {
        const line = 31 - Math.clz32(left & -left);
        const at = (order.skus[line] ?? 0) * nodes + node;
        this.#use(at, order.hour < (deliveryHour[at] ?? Infinity), order.units?.[line] ?? 1);
      }
    }
    return plan.cost;
  }

  #use(at: number, isUntil: boolean, units: number): void {
    this.#usedEver[at] = (this.#usedEver[at] ?? 0) + units;
    if (isUntil) this.#usedUntil[at] = (this.#usedUntil[at] ?? 0) + units;
  }

  /** Prices go along the deflected way as far as the missing worth asks for, never below 0. */
  #step(missing: number): void {
    const { now, later } = this.#problem;
    let square = 0;
    for (let at = 0; at < now.length; at += 1) {
      const first = now[at] ?? 0;
      const hasDelivery = (later[at] ?? 0) > 0;
      const until = hasDelivery ? (this.#usedUntil[at] ?? 0) - first : 0;
      const ever = (this.#usedEver[at] ?? 0) - first - (later[at] ?? 0);
      this.#wayUntil[at] = deflect(until, this.#wayUntil[at] ?? 0, this.#until[at] ?? 0);
      this.#wayEver[at] = deflect(ever, this.#wayEver[at] ?? 0, this.#ever[at] ?? 0);
      square += (this.#wayUntil[at] ?? 0) ** 2 + (this.#wayEver[at] ?? 0) ** 2;
    }
    if (square === 0) return;
    const length = missing / square;
    for (let at = 0; at < now.length; at += 1) {
      this.#until[at] = Math.max(0, (this.#until[at] ?? 0) + length * (this.#wayUntil[at] ?? 0));
      this.#ever[at] = Math.max(0, (this.#ever[at] ?? 0) + length * (this.#wayEver[at] ?? 0));
    }
  }
}

/** The next way: this one and a part of the last; none further down where the price is 0. */
function deflect(excess: number, way: number, price: number): number {
  const next = excess + deflection * way;
  return price <= 0 && next < 0 ? 0 : next;
}
