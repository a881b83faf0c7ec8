/**
 * The planner of one order: the cheapest way to ship its lines in parcels, exactly, by dynamic programming over
 * subsets of lines. First the cheapest node for each subset, then the cheapest partition of all lines into such
 * subsets: K·2^L + 3^L steps, no matter how many ways there are to split. Pure: the answer depends on the input
 * alone, and nothing is allocated for an order.
 *
 * Where lines may be left out, the same tables say what every subset costs: of those with the most units the
 * cheapest is taken. Of equal plans the one of fewer parcels is taken, then the one whose first parcel has more
 * lines; in orders of sourcing (`isPartial`, `isFewest`) the one with the earlier node for the first line, then for
 * the second, and so on, and a line left out counts as before all nodes. Of equal nodes for a parcel, the earlier.
 */
import { assert } from '../assert.ts';
import { NodeRoom, planByNode } from './kernel-by-node.ts';
import { exactLinesLimit, stepOf, type KernelInput, type KernelPlan } from './kernel-input.ts';

export class Kernel {
  /** By subset: the cheapest parcel that holds exactly it, and from where. */
  readonly #parcel: Float64Array;
  readonly #from: Int32Array;
  /** By subset: the cheapest plan for exactly it, its first parcel, and how many parcels it has. */
  readonly #plan: Float64Array;
  readonly #first: Int32Array;
  readonly #parcels: Int32Array;
  /** By subset: its step of weight, and whether every group is in it whole or not at all. */
  readonly #step: Int32Array;
  readonly #whole: Uint8Array;
  readonly #lineSum: Float64Array;
  readonly #weightSum: Float64Array;
  /** By subset: the cheapest parcel if it is the only one, its units and its worth, where these are asked for. */
  readonly #alone: Float64Array;
  readonly #units: Float64Array;
  readonly #worth: Float64Array;
  /** By parcels allowed × subset, where they are limited. */
  #limited = new Float64Array(0);
  #limitedFirst = new Int32Array(0);

  /** Of the order at hand: its lines, the parcels it may have, whether these bind, each subset as its only parcel. */
  #lines = 0;
  #layers = 0;
  #isLimited = false;
  #isByLine = false;
  #single: Float64Array = new Float64Array(0);

  /** For orders with a line in pieces. */
  readonly #room = new NodeRoom();

  constructor(linesMax: number = exactLinesLimit) {
    assert(linesMax >= 1 && linesMax <= exactLinesLimit, 'lines of the kernel');
    const subsets = 1 << linesMax;
    this.#parcel = new Float64Array(subsets);
    this.#from = new Int32Array(subsets);
    this.#plan = new Float64Array(subsets);
    this.#first = new Int32Array(subsets);
    this.#parcels = new Int32Array(subsets);
    this.#step = new Int32Array(subsets);
    this.#whole = new Uint8Array(subsets);
    this.#lineSum = new Float64Array(subsets);
    this.#weightSum = new Float64Array(subsets);
    this.#alone = new Float64Array(subsets);
    this.#units = new Float64Array(subsets);
    this.#worth = new Float64Array(subsets);
  }

  get linesMax(): number {
    return Math.log2(this.#parcel.length);
  }

  /**
   * The cheapest plan of an order of 1 to `linesMax` lines. Its cost is Infinity, and it has no parcels, when no
   * plan keeps every hard rule, or, where lines may be left out, none has any units.
   * @param without a node that may not be used, to find what there is beside it; -1: all may.
   */
  plan(input: KernelInput, out: KernelPlan, without = -1): void {
    const { lines, maxParcels, minWorth } = input;
    assert(lines >= 1 && 1 << lines <= this.#parcel.length, 'lines of an order');
    out.cost = Infinity;
    out.parcels = 0;
    if (maxParcels < 1) return;
    if (input.pieces > 0) return planByNode(this.#room, input, out, without);
    const full = (1 << lines) - 1;
    if (lines === 1) return this.#planOne(input, out, without);
    this.#prepare(input, full);
    this.#cheapestNodes(input, full, without);
    this.#lines = lines;
    this.#isByLine = input.isPartial || input.isFewest;
    this.#layers = Math.min(maxParcels, lines);
    this.#single = minWorth > 0 ? this.#setApart(input, full) : this.#parcel;
    if (input.isFewest && (this.#single[full] ?? Infinity) < Infinity) this.#layers = 1;
    this.#isLimited = this.#layers > 1 && (input.isFewest || this.#layers < lines);
    if (this.#isLimited) this.#partitionLimited(full, input.isFewest);
    else if (this.#layers > 1) this.#partition(full);
    // Every line has units, so that nothing has more than all of them.
    const isWhole = !input.isPartial || this.#costOf(full) < Infinity;
    this.#take(isWhole ? full : this.#mostUnits(input, full), out);
  }

  /** One line: one look at each node. */
  #planOne(input: KernelInput, out: KernelPlan, without: number): void {
    const { nodes, canShip, lineCost, lineStride, parcelCost, rateAt, rates, further } = input;
    const step = stepOf(input, input.weight[0] ?? 0);
    let best = Infinity;
    let from = -1;
    for (let node = 0; node < nodes; node += 1) {
      if (((canShip[node] ?? 0) & 1) === 0 || node === without) continue;
      const at = rateAt[node] ?? -1;
      let cost = (parcelCost[node] ?? 0) + (lineCost[node * lineStride] ?? 0);
      if (at >= 0) cost += rates[at + step] ?? Infinity;
      if (further !== undefined) cost += further(node, 1);
      if (cost < best) {
        best = cost;
        from = node;
      }
    }
    if (from < 0) return;
    out.cost = best;
    out.parcels = 1;
    out.node[0] = from;
    out.lines[0] = 1;
  }

  /** What depends on the subset alone. */
  #prepare(input: KernelInput, full: number): void {
    const step = this.#step;
    const weightSum = this.#weightSum;
    const hasRates = input.rateSteps > 0;
    this.#parcel.fill(Infinity, 0, full + 1);
    weightSum[0] = 0;
    for (let set = 1; hasRates && set <= full; set += 1) {
      const rest = set & (set - 1);
      const weight = (weightSum[rest] ?? 0) + (input.weight[31 - Math.clz32(set ^ rest)] ?? 0);
      weightSum[set] = weight;
      step[set] = stepOf(input, weight);
    }
    if (input.groups === 0) return;
    const whole = this.#whole;
    for (let set = 0; set <= full; set += 1) {
      let isWhole = 1;
      for (let group = 0; group < input.groups; group += 1) {
        const lines = input.together[group] ?? 0;
        const taken = set & lines;
        if (taken !== 0 && taken !== lines) isWhole = 0;
      }
      whole[set] = isWhole;
    }
  }

  /** For each node, each subset of what it can ship. Subsets come smaller first, so sums build on sums. */
  #cheapestNodes(input: KernelInput, full: number, without: number): void {
    const { nodes, canShip, lineCost, lineStride, parcelCost, rateAt, rates, further } = input;
    const parcel = this.#parcel;
    const from = this.#from;
    const step = this.#step;
    const sum = this.#lineSum;
    const whole = input.groups === 0 ? undefined : this.#whole;
    for (let node = 0; node < nodes; node += 1) {
      const can = (canShip[node] ?? 0) & full;
      if (can === 0 || node === without) continue;
      const at = rateAt[node] ?? -1;
      const lineAt = node * lineStride;
      sum[0] = parcelCost[node] ?? 0;
      for (let set = -can & can; ; set = (set - can) & can) {
        const rest = set & (set - 1);
        const lines = (sum[rest] ?? 0) + (lineCost[lineAt + 31 - Math.clz32(set ^ rest)] ?? 0);
        sum[set] = lines;
        let cost = at < 0 ? lines : lines + (rates[at + (step[set] ?? 0)] ?? Infinity);
        if (further !== undefined) cost += further(node, set);
        if (cost < (parcel[set] ?? 0) && (whole === undefined || whole[set] === 1)) {
          parcel[set] = cost;
          from[set] = node;
        }
        if (set === can) break;
      }
    }
  }

  /** A parcel that is worth too little is one only if it is alone. */
  #setApart({ worth, minWorth }: KernelInput, full: number): Float64Array {
    const sum = this.#worth;
    sum[0] = 0;
    for (let set = 1; set <= full; set += 1) {
      const rest = set & (set - 1);
      sum[set] = (sum[rest] ?? 0) + (worth[31 - Math.clz32(set ^ rest)] ?? 0);
      this.#alone[set] = this.#parcel[set] ?? Infinity;
      if ((sum[set] ?? 0) < minWorth) this.#parcel[set] = Infinity;
    }
    return this.#alone;
  }

  /** The subset with the most units that has a plan, of these the cheapest. */
  #mostUnits({ units }: KernelInput, full: number): number {
    const sum = this.#units;
    sum[0] = 0;
    let best = 0;
    let bestCost = Infinity;
    let bestParcels = 0;
    for (let set = 1; set <= full; set += 1) {
      const rest = set & (set - 1);
      const own = (sum[rest] ?? 0) + (units[31 - Math.clz32(set ^ rest)] ?? 0);
      sum[set] = own;
      const cost = this.#costOf(set);
      const most = sum[best] ?? 0;
      if (cost === Infinity || own < most || (own === most && cost > bestCost)) continue;
      const parcels = this.#parcelsOf(set);
      const isTied = own === most && cost === bestCost;
      if (isTied && parcels > bestParcels) continue;
      if (isTied && parcels === bestParcels && !this.#isBefore(set, best)) continue;
      best = set;
      bestCost = cost;
      bestParcels = parcels;
    }
    return best;
  }

  /** Where the plans of at most so many parcels begin. */
  #layerAt(layer: number): number {
    return layer << this.#lines;
  }

  /** What the best plan of exactly these lines costs; alone or in several parcels. */
  #costOf(set: number): number {
    const one = this.#single[set] ?? Infinity;
    if (this.#layers < 2) return one;
    const several = this.#isLimited ? this.#limited[this.#layerAt(this.#layers) + set] : this.#plan[set];
    return Math.min(one, several ?? Infinity);
  }

  #isAlone(set: number): boolean {
    return (this.#single[set] ?? Infinity) === this.#costOf(set);
  }

  #parcelsOf(set: number): number {
    if (this.#isAlone(set)) return 1;
    if (!this.#isLimited) return this.#parcels[set] ?? 0;
    let count = 0;
    for (let layer = this.#layers, left = set; left !== 0; layer -= 1) {
      const one = this.#limitedFirst[this.#layerAt(layer) + left] ?? left;
      if (one !== 0) count += 1;
      left ^= one;
    }
    return count;
  }

  /** Whether of two subsets' plans the first has the earlier node for the first line in which they differ. */
  #isBefore(a: number, b: number): boolean {
    for (let left = a | b; left !== 0; left &= left - 1) {
      const line = left & -left;
      const one = this.#nodeIn(a, line);
      const other = this.#nodeIn(b, line);
      if (one !== other) return one < other;
    }
    return false;
  }

  /** The node of a line in the plan of a subset; -1 where it is left out. */
  #nodeIn(set: number, line: number): number {
    if ((set & line) === 0) return -1;
    if (this.#isAlone(set)) return this.#from[set] ?? -1;
    if (!this.#isLimited) return this.#nodeOf(this.#first, 0, 0, set, line);
    return this.#nodeOf(this.#limitedFirst, this.#layerAt(this.#layers), this.#layerAt(1), set, line);
  }

  /** The node of a line in a plan, found parcel by parcel; `size` is the way to the layer of one parcel less. */
  #nodeOf(first: Int32Array, at: number, size: number, set: number, line: number): number {
    for (;;) {
      const one = first[at + set] ?? set;
      if ((one & line) !== 0) return this.#from[one] ?? -1;
      set ^= one;
      at -= size;
    }
  }

  /** Whether of two plans of a subset, each its first parcel and the best of the rest, one has the earlier nodes. */
  #isEarlier(a: number, b: number, first: Int32Array, at: number, size: number, set: number): boolean {
    if (!this.#isByLine) return false;
    for (let left = set; left !== 0; left &= left - 1) {
      const line = left & -left;
      const one = (a & line) !== 0 ? this.#from[a] : this.#nodeOf(first, at, size, set ^ a, line);
      const other = (b & line) !== 0 ? this.#from[b] : this.#nodeOf(first, at, size, set ^ b, line);
      if (one !== other) return (one ?? -1) < (other ?? -1);
    }
    return false;
  }

  #take(set: number, out: KernelPlan): void {
    const cost = set === 0 ? Infinity : this.#costOf(set);
    if (cost === Infinity) return;
    out.cost = cost;
    if (this.#isAlone(set)) return this.#add(set, out);
    for (let layer = this.#layers, left = set; left !== 0; layer -= 1) {
      const one = (this.#isLimited ? this.#limitedFirst[this.#layerAt(layer) + left] : this.#first[left]) ?? left;
      if (one !== 0) this.#add(one, out);
      left ^= one;
    }
  }

  /** The cheapest partition: the parcel with the lowest line, and the best of the rest. */
  #partition(full: number): void {
    const parcel = this.#parcel;
    const plan = this.#plan;
    const first = this.#first;
    const parcels = this.#parcels;
    plan[0] = 0;
    parcels[0] = 0;
    for (let set = 1; set <= full; set += 1) {
      const lowest = set & -set;
      const others = set ^ lowest;
      let best = parcel[set] ?? Infinity;
      let bestFirst = set;
      let bestParcels = 1;
      for (let more = (others - 1) & others; others !== 0; more = (more - 1) & others) {
        const one = more | lowest;
        const cost = (parcel[one] ?? Infinity) + (plan[set ^ one] ?? Infinity);
        if (cost < best || (cost === best && cost < Infinity)) {
          const count = 1 + (parcels[set ^ one] ?? 0);
          const isTied = cost === best && count === bestParcels;
          if (cost < best || count < bestParcels || (isTied && this.#isEarlier(one, bestFirst, first, 0, 0, set))) {
            best = cost;
            bestFirst = one;
            bestParcels = count;
          }
        }
        if (more === 0) break;
      }
      plan[set] = best;
      first[set] = bestFirst;
      parcels[set] = bestParcels;
    }
  }

  /** The same with at most so many parcels: one layer of plans for each. */
  #partitionLimited(full: number, isFewest: boolean): void {
    const layers = this.#layers;
    const size = full + 1;
    if (this.#limited.length < size * (layers + 1)) {
      this.#limited = new Float64Array(size * (layers + 1));
      this.#limitedFirst = new Int32Array(size * (layers + 1));
    }
    const plan = this.#limited;
    const first = this.#limitedFirst;
    plan.fill(Infinity, 0, size);
    plan[0] = 0;
    for (let layer = 1; layer <= layers; layer += 1) {
      const before = (layer - 1) * size;
      const here = layer * size;
      plan[here] = 0;
      for (let set = 1; set <= full; set += 1) {
        const lowest = set & -set;
        const others = set ^ lowest;
        let best = plan[before + set] ?? Infinity;
        let bestFirst = 0;
        for (let more = others; ; more = (more - 1) & others) {
          const one = more | lowest;
          const cost = (this.#parcel[one] ?? Infinity) + (plan[before + (set ^ one)] ?? Infinity);
          // What fewer parcels do as cheaply is kept; of plans of this many, the one of earlier nodes.
          const isTied = cost === best && cost < Infinity && bestFirst !== 0;
          if (cost < best || (isTied && this.#isEarlier(one, bestFirst, first, before, size, set))) {
            best = cost;
            bestFirst = one;
          }
          if (more === 0) break;
        }
        plan[here + set] = best;
        first[here + set] = bestFirst;
      }
      if (!isFewest || plan[here + full] === Infinity) continue;
      this.#layers = layer;
      return;
    }
  }

  #add(lines: number, out: KernelPlan): void {
    out.node[out.parcels] = this.#from[lines] ?? -1;
    out.lines[out.parcels] = lines;
    out.parcels += 1;
  }

  /**
   * The cheapest plan that does without at least one node of the winner: what its margin is measured against.
   * Costs as many plans as the winner has parcels.
   */
  runnerUp(input: KernelInput, winner: KernelPlan, out: KernelPlan, spare: KernelPlan): void {
    out.cost = Infinity;
    out.parcels = 0;
    for (let parcel = 0; parcel < winner.parcels; parcel += 1) {
      this.plan(input, spare, winner.node[parcel] ?? -1);
      const isMore = input.isFewest && out.parcels > 0 && spare.parcels > out.parcels;
      const isFewer = input.isFewest && spare.parcels > 0 && spare.parcels < out.parcels;
      if (isMore || (!isFewer && spare.cost >= out.cost)) continue;
      out.cost = spare.cost;
      out.parcels = spare.parcels;
      out.node.set(spare.node);
      out.lines.set(spare.lines);
    }
  }
}
