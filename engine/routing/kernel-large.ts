/**
 * Orders beyond the exact limit. Lines that the same nodes can ship and the same groups bind are folded into one
 * super-line; if that leaves few enough the kernel decides, exactly for plans that keep each fold together. Else
 * node by node, each time the one whose parcel costs least for each line it takes, and then lines and whole
 * parcels are moved while that saves anything. Every answer comes with a gap: how much cheaper an optimum could
 * be at most.
 *
 * The lower bound: of the lines in one exact window the least plan, and for every other line the least it costs
 * anywhere. It holds because parcels never get cheaper by more weight and cost at least 0 beside their lines; the
 * best window counts. With a further cost per parcel, whose shape is not known, only the lines themselves count.
 */
import { assert } from '../assert.ts';
import type { Kernel } from './kernel.ts';
import { KernelInput, KernelPlan, parcelCostOf } from './kernel-input.ts';

/** Lines are bits of an integer. Orders with more are planned part by part by who calls. */
export const largeLinesMax = 30;

export class LargePlanner {
  readonly #kernel: Kernel;
  readonly #plan = new KernelPlan(largeLinesMax);
  #small: KernelInput;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#small = new KernelInput(0, kernel.linesMax);
  }

  /** Plan the order; returns the gap, 0 for an exact answer, Infinity when no plan was found. */
  plan(input: KernelInput, out: KernelPlan): number {
    if (input.lines <= this.#kernel.linesMax) {
      this.#kernel.plan(input, out);
      return 0;
    }
    assert(input.lines <= largeLinesMax && input.pieces === 0, 'lines of a large order');
    out.cost = Infinity;
    out.parcels = 0;
    const items = foldGroups(input);
    const folded = fold(input, items);
    if (folded.length <= this.#kernel.linesMax) this.#planSuperLines(input, folded, out);
    if (input.maxParcels > 1) {
      this.#greedy(input, items, this.#plan);
      improve(input, items, this.#plan);
      if (this.#plan.cost < out.cost) copy(this.#plan, out);
    }
    if (out.cost === Infinity) return Infinity;
    return Math.max(0, out.cost - this.lowerBound(input));
  }

  /** What no plan can cost less than. */
  lowerBound(input: KernelInput): number {
    const least = leastByLine(input);
    const sum = least.reduce((total, each) => total + each, 0);
    if (input.further !== undefined) return sum;
    const width = this.#kernel.linesMax;
    let best = sum;
    for (let from = 0; from < input.lines; from += width >> 1) {
      const lines = Array.from({ length: Math.min(width, input.lines - from) }, (_, index) => 1 << (from + index));
      this.#fill(input, lines);
      this.#kernel.plan(this.#small, this.#plan);
      const others = least.reduce((total, each, line) => total + (line >= from && line < from + width ? 0 : each), 0);
      if (this.#plan.cost < Infinity) best = Math.max(best, this.#plan.cost + others);
    }
    return best;
  }

  /** Let the kernel decide about super-lines, each a set of lines. */
  #planSuperLines(input: KernelInput, sets: readonly number[], out: KernelPlan): void {
    this.#fill(input, sets);
    this.#small.maxParcels = input.maxParcels;
    if (input.further !== undefined) {
      const { further } = input;
      this.#small.further = (node, supers) => further(node, linesOf(sets, supers));
    }
    this.#kernel.plan(this.#small, out);
    for (let parcel = 0; parcel < out.parcels; parcel += 1) out.lines[parcel] = linesOf(sets, out.lines[parcel] ?? 0);
  }

  #fill(input: KernelInput, sets: readonly number[]): void {
    if (this.#small.nodesMax < input.nodes) this.#small = new KernelInput(input.nodes, this.#kernel.linesMax);
    const small = this.#small;
    small.begin(sets.length, input.nodes);
    small.rates = input.rates;
    small.rateSteps = input.rateSteps;
    small.weightStep = input.weightStep;
    for (const [index, set] of sets.entries()) {
      small.weight[index] = sumOver(set, (line) => input.weight[line] ?? 0);
      for (let node = 0; node < input.nodes; node += 1) {
        const at = node * input.lineStride;
        if (((input.canShip[node] ?? 0) & set) === set) small.canShip[node] = (small.canShip[node] ?? 0) | (1 << index);
        small.lineCost[node * small.lineStride + index] = sumOver(set, (line) => input.lineCost[at + line] ?? 0);
      }
    }
    for (let node = 0; node < input.nodes; node += 1) {
      small.parcelCost[node] = input.parcelCost[node] ?? 0;
      small.rateAt[node] = input.rateAt[node] ?? -1;
    }
  }

  /** Parcel by parcel, the one that costs least for each line it takes. */
  #greedy(input: KernelInput, items: readonly number[], out: KernelPlan): void {
    out.cost = Infinity;
    out.parcels = 0;
    let total = 0;
    let left = items;
    while (left.length > 0) {
      let best = { score: Infinity, cost: Infinity, node: -1, lines: 0 };
      for (let node = 0; node < input.nodes; node += 1) {
        const found = this.#bestParcel(input, left, node, out.parcels + 1 >= input.maxParcels);
        if (found.score < best.score) best = { ...found, node };
      }
      if (best.node < 0 || out.parcels >= input.maxParcels) return void (out.parcels = 0);
      out.node[out.parcels] = best.node;
      out.lines[out.parcels] = best.lines;
      out.parcels += 1;
      total += best.cost;
      left = left.filter((item) => (item & best.lines) === 0);
    }
    out.cost = total;
  }

  /** The parcel from a node that costs least for each line: all it can ship, less what makes it dearer. */
  #bestParcel(
    input: KernelInput, left: readonly number[], node: number, mustTakeAll: boolean,
  ): { score: number; cost: number; lines: number } {
    const can = left.filter((item) => ((input.canShip[node] ?? 0) & item) === item);
    if (can.length === 0 || (mustTakeAll && can.length < left.length)) {
      return { score: Infinity, cost: Infinity, lines: 0 };
    }
    const count = (lines: number): number => sumOver(lines, () => 1);
    let lines = can.reduce((all, item) => all | item, 0);
    let cost = parcelCostOf(input, node, lines);
    for (const item of mustTakeAll ? [] : can) {
      const less = lines & ~item;
      const cheaper = less === 0 ? Infinity : parcelCostOf(input, node, less);
      if (cheaper === Infinity || cheaper / count(less) >= cost / count(lines)) continue;
      lines = less;
      cost = cheaper;
    }
    return { score: cost / count(lines), cost, lines };
  }
}

/** Lines as sets: those a group binds in one, each other line by itself. */
function foldGroups(input: KernelInput): number[] {
  const sets: number[] = [];
  for (let line = 0; line < input.lines; line += 1) {
    let set = 1 << line;
    for (let before = 0; set !== before; ) {
      before = set;
      for (let group = 0; group < input.groups; group += 1) {
        if ((set & (input.together[group] ?? 0)) !== 0) set |= input.together[group] ?? 0;
      }
    }
    if ((set & -set) === 1 << line) sets.push(set);
  }
  return sets;
}

/** Sets that the same nodes can ship, in one. */
function fold({ canShip, nodes }: KernelInput, sets: readonly number[]): number[] {
  const bySignature = new Map<string, number>();
  for (const set of sets) {
    let signature = '';
    for (let node = 0; node < nodes; node += 1) signature += ((canShip[node] ?? 0) & set) === set ? '1' : '0';
    bySignature.set(signature, (bySignature.get(signature) ?? 0) | set);
  }
  return [...bySignature.values()];
}

/** Move single sets between parcels and empty whole ones, while that saves. Each step saves, so it ends. */
function improve(input: KernelInput, items: readonly number[], plan: KernelPlan): void {
  if (plan.cost === Infinity) return;
  while (moveOne(input, items, plan) || replaceOne(input, plan)) {
    for (let parcel = plan.parcels - 1; parcel >= 0; parcel -= 1) if (plan.lines[parcel] === 0) drop(plan, parcel);
  }
}

function moveOne(input: KernelInput, items: readonly number[], plan: KernelPlan): boolean {
  const cost = (parcel: number, lines: number): number =>
    lines === 0 ? 0 : parcelCostOf(input, plan.node[parcel] ?? -1, lines);
  for (const item of items) {
    for (let from = 0; from < plan.parcels; from += 1) {
      const has = plan.lines[from] ?? 0;
      if ((has & item) === 0) continue;
      for (let to = 0; to < plan.parcels; to += 1) {
        if (to === from || ((input.canShip[plan.node[to] ?? -1] ?? 0) & item) !== item) continue;
        const gets = plan.lines[to] ?? 0;
        const saved = cost(from, has) + cost(to, gets) - cost(from, has & ~item) - cost(to, gets | item);
        if (!(saved > 1e-9)) continue;
        plan.lines[from] = has & ~item;
        plan.lines[to] = gets | item;
        plan.cost -= saved;
        return true;
      }
    }
  }
  return false;
}

/** Ship a parcel, or two as one, from another node. */
function replaceOne(input: KernelInput, plan: KernelPlan): boolean {
  for (let one = 0; one < plan.parcels; one += 1) {
    for (let two = one; two < plan.parcels; two += 1) {
      const lines = (plan.lines[one] ?? 0) | (plan.lines[two] ?? 0);
      let now = parcelCostOf(input, plan.node[one] ?? -1, plan.lines[one] ?? 0);
      if (two > one) now += parcelCostOf(input, plan.node[two] ?? -1, plan.lines[two] ?? 0);
      for (let node = 0; node < input.nodes; node += 1) {
        if (((input.canShip[node] ?? 0) & lines) !== lines) continue;
        const saved = now - parcelCostOf(input, node, lines);
        if (!(saved > 1e-9)) continue;
        if (two > one) plan.lines[two] = 0;
        plan.node[one] = node;
        plan.lines[one] = lines;
        plan.cost -= saved;
        return true;
      }
    }
  }
  return false;
}

function drop(plan: KernelPlan, parcel: number): void {
  plan.node.copyWithin(parcel, parcel + 1, plan.parcels);
  plan.lines.copyWithin(parcel, parcel + 1, plan.parcels);
  plan.parcels -= 1;
}

/** The least each line costs anywhere, without carriage and parcels. */
function leastByLine({ lines, nodes, canShip, lineCost, lineStride }: KernelInput): number[] {
  return Array.from({ length: lines }, (_, line) => {
    let least = Infinity;
    for (let node = 0; node < nodes; node += 1) {
      if (((canShip[node] ?? 0) & (1 << line)) !== 0) least = Math.min(least, lineCost[node * lineStride + line] ?? 0);
    }
    return least;
  });
}

function linesOf(sets: readonly number[], supers: number): number {
  return sets.reduce((lines, set, index) => ((supers & (1 << index)) === 0 ? lines : lines | set), 0);
}

function sumOver(set: number, of: (line: number) => number): number {
  let sum = 0;
  for (let left = set; left !== 0; left &= left - 1) sum += of(31 - Math.clz32(left & -left));
  return sum;
}

function copy(from: KernelPlan, to: KernelPlan): void {
  to.cost = from.cost;
  to.parcels = from.parcels;
  to.node.set(from.node.subarray(0, from.parcels));
  to.lines.set(from.lines.subarray(0, from.parcels));
}
