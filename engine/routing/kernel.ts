/**
 * The planner of one order: the cheapest way to ship its lines in parcels, exactly, by dynamic programming over
 * subsets of lines. First the cheapest node for each subset, then the cheapest partition of all lines into such
 * subsets: K·2^L + 3^L steps, no matter how many ways there are to split. Pure: the answer depends on the input
 * alone, and nothing is allocated for an order.
 *
 * Of equal plans the one of fewer parcels is taken, then the one of earlier nodes.
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
  /** By parcels allowed × subset, where they are limited. */
  #limited = new Float64Array(0);
  #limitedFirst = new Int32Array(0);

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
  }

  get linesMax(): number {
    return Math.log2(this.#parcel.length);
  }

  /**
   * The cheapest plan of an order of 1 to `linesMax` lines. Its cost is Infinity, and it has no parcels, when no
   * plan keeps every hard rule.
   * @param without a node that may not be used, to find what there is beside it; -1: all may.
   */
  plan(input: KernelInput, out: KernelPlan, without = -1): void {
    const { lines, maxParcels } = input;
    assert(lines >= 1 && 1 << lines <= this.#parcel.length, 'lines of an order');
    out.cost = Infinity;
    out.parcels = 0;
    if (maxParcels < 1) return;
    if (input.pieces > 0) return planByNode(this.#room, input, out, without);
    const full = (1 << lines) - 1;
    if (lines === 1) return this.#planOne(input, out, without);
    this.#prepare(input, full);
    this.#cheapestNodes(input, full, without);
    if (maxParcels === 1) this.#takeWhole(full, out);
    else if (maxParcels >= lines) this.#partition(full, out);
    else this.#partitionLimited(full, maxParcels, out);
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

  #takeWhole(full: number, out: KernelPlan): void {
    const cost = this.#parcel[full] ?? Infinity;
    if (cost === Infinity) return;
    out.cost = cost;
    out.parcels = 1;
    out.node[0] = this.#from[full] ?? -1;
    out.lines[0] = full;
  }

  /** The cheapest partition: the parcel with the lowest line, and the best of the rest. */
  #partition(full: number, out: KernelPlan): void {
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
        const rest = set ^ one;
        const cost = (parcel[one] ?? Infinity) + (plan[rest] ?? Infinity);
        if (cost < best || (cost === best && cost < Infinity && 1 + (parcels[rest] ?? 0) < bestParcels)) {
          best = cost;
          bestFirst = one;
          bestParcels = 1 + (parcels[rest] ?? 0);
        }
        if (more === 0) break;
      }
      plan[set] = best;
      first[set] = bestFirst;
      parcels[set] = bestParcels;
    }
    const cost = plan[full] ?? Infinity;
    if (cost === Infinity) return;
    out.cost = cost;
    for (let set = full; set !== 0; set ^= first[set] ?? set) this.#add(first[set] ?? set, out);
  }

  /** The same with at most so many parcels: one layer of plans for each. */
  #partitionLimited(full: number, maxParcels: number, out: KernelPlan): void {
    const size = full + 1;
    if (this.#limited.length < size * (maxParcels + 1)) {
      this.#limited = new Float64Array(size * (maxParcels + 1));
      this.#limitedFirst = new Int32Array(size * (maxParcels + 1));
    }
    const plan = this.#limited;
    const first = this.#limitedFirst;
    plan.fill(Infinity, 0, size);
    plan[0] = 0;
    for (let layer = 1; layer <= maxParcels; layer += 1) {
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
          if (cost < best) {
            best = cost;
            bestFirst = one;
          }
          if (more === 0) break;
        }
        plan[here + set] = best;
        first[here + set] = bestFirst;
      }
    }
    out.cost = plan[maxParcels * size + full] ?? Infinity;
    if (out.cost === Infinity) return;
    for (let set = full, layer = maxParcels; set !== 0; layer -= 1) {
      const one = first[layer * size + set] ?? set;
      if (one !== 0) this.#add(one, out);
      set ^= one;
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
      if (spare.cost >= out.cost) continue;
      out.cost = spare.cost;
      out.parcels = spare.parcels;
      out.node.set(spare.node);
      out.lines.set(spare.lines);
    }
  }
}
