/**
 * The planner of an order of which some lines are units of one SKU that a node may have too few of: node by node,
 * so that each is asked once and gives no more than it has. K·3^L steps; only orders with a line that no single
 * node has whole come here.
 */
import { stepOf, type KernelInput, type KernelPlan } from './kernel-input.ts';

/** Room that is kept between orders. */
export class NodeRoom {
  /** By parcels × subset: the cheapest way in which the nodes so far ship exactly these lines in so many parcels. */
  before = new Float64Array(0);
  after = new Float64Array(0);
  weight = new Float64Array(0);
  /** What a parcel of each subset costs from the node at hand. */
  parcel = new Float64Array(0);
  /** By node × parcels × subset: the lines it ships in the best way so far. */
  taken = new Int32Array(0);

  /** Never smaller than before. */
  make(plans: number, nodes: number): void {
    if (this.before.length < plans) {
      this.before = new Float64Array(plans);
      this.after = new Float64Array(plans);
      this.weight = new Float64Array(plans);
      this.parcel = new Float64Array(plans);
    }
    if (this.taken.length < plans * nodes) this.taken = new Int32Array(plans * nodes);
  }
}

export function planByNode(room: NodeRoom, input: KernelInput, out: KernelPlan, without: number): void {
  const full = (1 << input.lines) - 1;
  const size = full + 1;
  const layers = Math.min(input.maxParcels, input.lines);
  room.make(size * (layers + 1), input.nodes);
  const { taken } = room;
  room.before.fill(Infinity, 0, size * (layers + 1));
  room.before[0] = 0;
  sumWeights(room, input, full);
  for (let node = 0; node < input.nodes; node += 1) {
    const base = node * size * (layers + 1);
    taken.fill(0, base, base + size * (layers + 1));
    if (node !== without) addNode(room, input, node, size, layers, base);
  }
  let best = -1;
  for (let layer = 1; layer <= layers; layer += 1) {
    const here = room.before[layer * size + full] ?? Infinity;
    if (here < out.cost) {
      out.cost = here;
      best = layer;
    }
  }
  for (let node = input.nodes - 1, set = full, layer = best; layer > 0; node -= 1) {
    const lines = taken[node * size * (layers + 1) + layer * size + set] ?? 0;
    if (lines === 0) continue;
    out.node[out.parcels] = node;
    out.lines[out.parcels] = lines;
    out.parcels += 1;
    set ^= lines;
    layer -= 1;
  }
}

function sumWeights(room: NodeRoom, input: KernelInput, full: number): void {
  room.weight[0] = 0;
  for (let set = 1; set <= full; set += 1) {
    const rest = set & (set - 1);
    room.weight[set] = (room.weight[rest] ?? 0) + (input.weight[31 - Math.clz32(set ^ rest)] ?? 0);
  }
}

/** The plans in which this node ships some of the lines beside those in which it ships none. */
function addNode(
  room: NodeRoom, input: KernelInput, node: number, size: number, layers: number, base: number,
): void {
  const { before, after, taken } = room;
  const can = (input.canShip[node] ?? 0) & (size - 1);
  if (can === 0) return;
  costSubsets(room, input, node, can);
  after.set(before.subarray(0, size * (layers + 1)));
  for (let layer = 1; layer <= layers; layer += 1) {
    const from = (layer - 1) * size;
    const to = layer * size;
    for (let lines = can; lines !== 0; lines = (lines - 1) & can) {
      const parcel = room.parcel[lines] ?? Infinity;
      if (parcel === Infinity) continue;
      const others = (size - 1) ^ lines;
      for (let set = others; ; set = (set - 1) & others) {
        const total = (before[from + set] ?? Infinity) + parcel;
        if (total < (after[to + (set | lines)] ?? Infinity)) {
          after[to + (set | lines)] = total;
          taken[base + to + (set | lines)] = lines;
        }
        if (set === 0) break;
      }
    }
  }
  room.before = after;
  room.after = before;
}

/** What a parcel of each subset costs from a node; Infinity where a hard rule or its stock forbids it. */
function costSubsets(room: NodeRoom, input: KernelInput, node: number, can: number): void {
  const { parcel, weight } = room;
  const { lineCost, lineStride, parcelCost, rateAt, rates, further } = input;
  const at = rateAt[node] ?? -1;
  for (let lines = can; lines !== 0; lines = (lines - 1) & can) {
    if (!isAllowed(input, node, lines)) {
      parcel[lines] = Infinity;
      continue;
    }
    let total = parcelCost[node] ?? 0;
    for (let left = lines; left !== 0; left &= left - 1) {
      total += lineCost[node * lineStride + 31 - Math.clz32(left & -left)] ?? 0;
    }
    if (at >= 0) total += rates[at + stepOf(input, weight[lines] ?? 0)] ?? Infinity;
    parcel[lines] = further === undefined ? total : total + further(node, lines);
  }
}

function isAllowed(input: KernelInput, node: number, lines: number): boolean {
  for (let group = 0; group < input.groups; group += 1) {
    const together = input.together[group] ?? 0;
    const taken = lines & together;
    if (taken !== 0 && taken !== together) return false;
  }
  for (let set = 0; set < input.pieces; set += 1) {
    const units = bits(lines & (input.pieceLines[set] ?? 0));
    if (units > (input.pieceUnits[node * input.lineStride + set] ?? 0)) return false;
  }
  return true;
}

function bits(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count += 1;
  return count;
}
