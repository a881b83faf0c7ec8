/**
 * The planner's naive twin: every way to put every line into every parcel from every node, one after the other.
 * And instances drawn by chance for both, in whole amounts, so that equal costs are equal to the bit.
 */
import { randomFrom, type Random } from '../../bench/random.ts';
import { KernelInput, KernelPlan, parcelCostOf } from '../../engine/routing/kernel-input.ts';

/** The best plan there is, as the kernel orders them; Infinity without one. */
export interface Best {
  readonly cost: number;
  readonly parcels: number;
  readonly units: number;
  /** By line: its node; -1: it is left out. */
  readonly of: readonly number[];
}

/** Most units where lines may be left out, fewest parcels where they come first, least cost, fewest parcels, earliest nodes. */
function isBefore({ isPartial, isFewest }: KernelInput, a: Best, b: Best): boolean {
  if (isPartial && a.units !== b.units) return a.units > b.units;
  if (isFewest && a.parcels !== b.parcels) return a.parcels < b.parcels;
  if (a.cost !== b.cost) return a.cost < b.cost;
  if (a.parcels !== b.parcels) return a.parcels < b.parcels;
  const first = a.of.findIndex((node, line) => node !== b.of[line]);
  return first >= 0 && a.of[first]! < b.of[first]!;
}

export function cheapestByEnumeration(input: KernelInput): Best {
  const nodes: number[] = [];
  const sets: number[] = [];
  let best: Best | undefined;
  const put = (line: number): void => {
    if (line === input.lines) {
      if (sets.length === 0 || !keepsRules(input, nodes, sets)) return;
      const cost = sets.reduce((sum, lines, parcel) => sum + parcelCostOf(input, nodes[parcel]!, lines), 0);
      if (cost === Infinity) return;
      const of = Array.from({ length: input.lines }, (_, one) => nodes[sets.findIndex((set) => (set & (1 << one)) !== 0)] ?? -1);
      const units = of.reduce((sum, node, one) => sum + (node < 0 ? 0 : input.units[one]!), 0);
      const found = { cost, parcels: sets.length, units, of };
      if (best === undefined || isBefore(input, found, best)) best = found;
      return;
    }
    for (let parcel = 0; parcel < sets.length; parcel += 1) {
      sets[parcel]! |= 1 << line;
      put(line + 1);
      sets[parcel]! ^= 1 << line;
    }
    if (input.isPartial) put(line + 1);
    if (sets.length === input.maxParcels) return;
    for (let node = 0; node < input.nodes; node += 1) {
      nodes.push(node);
      sets.push(1 << line);
      put(line + 1);
      nodes.pop();
      sets.pop();
    }
  };
  put(0);
  return best ?? { cost: Infinity, parcels: 0, units: 0, of: [] };
}

/** Whether a plan keeps every hard rule. */
export function keepsRules(input: KernelInput, nodes: readonly number[], sets: readonly number[]): boolean {
  if (sets.length > input.maxParcels) return false;
  const all = sets.reduce((some, lines) => some | lines, 0);
  if (!input.isPartial && all !== (1 << input.lines) - 1) return false;
  if (sets.reduce((sum, lines) => sum + lines, 0) !== all) return false;
  const worth = (lines: number): number => input.worth.reduce((sum, each, line) => sum + ((lines & (1 << line)) === 0 ? 0 : each), 0);
  if (sets.length > 1 && input.minWorth > 0 && sets.some((lines) => worth(lines) < input.minWorth)) return false;
  if (input.pieces > 0 && new Set(nodes).size < nodes.length) return false;
  return sets.every((lines, parcel) => {
    const node = nodes[parcel]!;
    if ((lines & ~input.canShip[node]!) !== 0) return false;
    for (let group = 0; group < input.groups; group += 1) {
      const taken = lines & input.together[group]!;
      if (taken !== 0 && taken !== input.together[group]) return false;
    }
    for (let set = 0; set < input.pieces; set += 1) {
      const units = [...(lines & input.pieceLines[set]!).toString(2)].filter((bit) => bit === '1').length;
      if (units > input.pieceUnits[node * input.lineStride + set]!) return false;
    }
    return true;
  });
}

/** Sizes whose enumeration takes microseconds to a few milliseconds: many lines over few nodes, and few over many. */
const sizes = [[1, 12], [2, 8], [3, 5], [3, 6], [4, 3], [4, 4], [5, 2], [5, 3], [6, 2]] as const;

/** An instance by its number: the same on every machine. */
export function instance(seed: number, input: KernelInput): void {
  const random = randomFrom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const [lines, nodes] = sizes[whole(sizes.length)]!;
  input.begin(lines, nodes);
  drawCosts(input, random, whole);
  if (random() < 0.25) input.maxParcels = 1 + whole(3);
  if (random() < 0.25) {
    // Groups may overlap: then what they share binds them all.
    input.groups = 1 + whole(2);
    for (let group = 0; group < input.groups; group += 1) input.together[group] = whole(1 << lines);
  }
  for (let line = 0; line < lines; line += 1) {
    input.units[line] = 1 + whole(3);
    input.worth[line] = whole(5);
  }
  if (lines > 1 && random() < 0.2) {
    input.pieces = 1;
    input.pieceLines[0] = 3 | (random() < 0.5 ? (1 << lines) - 1 : 0);
    for (let node = 0; node < nodes; node += 1) input.pieceUnits[node * input.lineStride] = whole(lines + 1);
  }
  else if (random() < 0.5) {
    input.isPartial = random() < 0.6;
    input.isFewest = !input.isPartial && random() < 0.5;
    if (random() < 0.5) input.minWorth = whole(7);
  }
  if (random() < 0.15) input.further = (node, set) => ((node * 7 + set * 13) % 5) * 10;
}

function drawCosts(input: KernelInput, random: Random, whole: (below: number) => number): void {
  const { lines, nodes, lineStride } = input;
  const density = 0.3 + 0.7 * random();
  // Some costs are so coarse that ties abound.
  const grain = random() < 0.3 ? 100 : 1;
  input.rateSteps = random() < 0.7 ? 6 : 0;
  input.weightStep = 1_000;
  if (input.rates.length === 0) input.rates = new Float64Array(64 * 6);
  for (let line = 0; line < lines; line += 1) input.weight[line] = 100 + whole(2_500);
  for (let node = 0; node < nodes; node += 1) {
    for (let line = 0; line < lines; line += 1) {
      if (random() < density) input.canShip[node]! |= 1 << line;
      input.lineCost[node * lineStride + line] = grain * Math.round((whole(400) - 100) / grain);
    }
    input.parcelCost[node] = grain * Math.round(whole(500) / grain);
    input.rateAt[node] = input.rateSteps > 0 && random() < 0.9 ? node * 6 : -1;
    let rate = 300 + whole(300);
    for (let step = 0; step < 6; step += 1) {
      input.rates[node * 6 + step] = step === 5 && random() < 0.2 ? Infinity : grain * Math.round(rate / grain);
      rate += whole(200);
    }
  }
}

export function emptyInput(): KernelInput {
  return new KernelInput(64);
}

export function emptyPlan(): KernelPlan {
  return new KernelPlan();
}
