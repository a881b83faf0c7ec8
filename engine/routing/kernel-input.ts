/**
 * What the planner of one order is asked and what it answers: plain numbers in typed arrays that are made once
 * and filled again for each order. Lines are bits: line 0 is bit 0. Candidates are nodes, in the order in which
 * ties are broken. All amounts are of one currency in one unit; everything soft is an amount, everything hard a
 * bit that is not there.
 */

/** Lines that are planned exactly; as many as a setting may allow. Work grows threefold with each. */
export const exactLinesMax = 8;
export const exactLinesLimit = 12;

export class KernelInput {
  lines = 0;
  nodes = 0;
  /** By node: the lines it may ship, by stock and by every hard rule. */
  readonly canShip: Int32Array;
  /** By node × `lineStride` + line: what the line costs from there: picking, rules, the price of its stock. */
  readonly lineCost: Float64Array;
  /** By node: what each parcel costs beside its carriage: packing, rules, the price of capacity. Never below 0. */
  readonly parcelCost: Float64Array;
  readonly lineStride: number;
  /** By line, in any unit of weight. */
  readonly weight: Float64Array;
  /** Carriage by weight step, table after table; Infinity: too heavy for every service. Never falls with weight. */
  rates: Float64Array = new Float64Array(0);
  /** By node: where its table begins in `rates`; -1: carriage is no part of the cost. */
  readonly rateAt: Int32Array;
  /** Steps in a table; the last one is for everything heavier too. */
  rateSteps = 0;
  /** Weight of one step; a part of one counts whole. */
  weightStep = 1;
  /** Lines that leave together, each group as its bits; the first `groups` count. */
  readonly together: Int32Array;
  groups = 0;
  /** The most parcels; 1: one location ships everything. */
  maxParcels = Infinity;
  /** Whether fewer parcels come before less cost. Not with pieces, nor where lines may be left out. */
  isFewest = false;
  /**
   * Whether lines may be left out: then the plan has the most units there is a way for, of these ways the cheapest.
   * Orders with lines in pieces are planned whole.
   */
  isPartial = false;
  /** By line: how many units it stands for, where lines may be left out. */
  readonly units: Float64Array;
  /** What the lines of a parcel are worth at least, unless it is the only one; 0: nothing is asked. Not with pieces. */
  minWorth = 0;
  /** By line, in any unit of worth. */
  readonly worth: Float64Array;
  /** Any further cost of a parcel with these lines from a node; undefined: none. */
  further: ((node: number, lines: number) => number) | undefined = undefined;
  /**
   * Lines that are units of one SKU, each set as its bits, where a node may have fewer than all; the first
   * `pieces` count. Such an order is planned with at most one parcel per node.
   */
  readonly pieceLines: Int32Array;
  pieces = 0;
  /** By node × `lineStride` + set: how many of the set the node has. */
  readonly pieceUnits: Int32Array;

  constructor(nodesMax: number, linesMax: number = exactLinesLimit) {
    this.lineStride = linesMax;
    this.canShip = new Int32Array(nodesMax);
    this.lineCost = new Float64Array(nodesMax * linesMax);
    this.parcelCost = new Float64Array(nodesMax);
    this.rateAt = new Int32Array(nodesMax).fill(-1);
    this.weight = new Float64Array(linesMax);
    this.units = new Float64Array(linesMax);
    this.worth = new Float64Array(linesMax);
    this.together = new Int32Array(linesMax);
    this.pieceLines = new Int32Array(linesMax);
    this.pieceUnits = new Int32Array(nodesMax * linesMax);
  }

  get nodesMax(): number {
    return this.canShip.length;
  }

  /** Forget the order before; the tables of rates stay. */
  begin(lines: number, nodes: number): void {
    this.lines = lines;
    this.nodes = nodes;
    this.canShip.fill(0, 0, nodes);
    this.lineCost.fill(0, 0, nodes * this.lineStride);
    this.parcelCost.fill(0, 0, nodes);
    this.weight.fill(0, 0, lines);
    this.groups = 0;
    this.pieces = 0;
    this.maxParcels = Infinity;
    this.isFewest = false;
    this.isPartial = false;
    this.minWorth = 0;
    this.further = undefined;
  }
}

/** A plan: its parcels, the one with the first line first. */
export class KernelPlan {
  /** Infinity: no plan keeps every hard rule. */
  cost = Infinity;
  parcels = 0;
  /** By parcel. */
  readonly node: Int32Array;
  /** By parcel: its lines, as bits. */
  readonly lines: Int32Array;

  constructor(parcelsMax: number = exactLinesLimit) {
    this.node = new Int32Array(parcelsMax);
    this.lines = new Int32Array(parcelsMax);
  }
}

/** Which step of the rates a weight falls in. */
export function stepOf({ rateSteps, weightStep }: KernelInput, weight: number): number {
  const step = Math.ceil(weight / weightStep) - 1;
  return step < 0 ? 0 : step >= rateSteps ? rateSteps - 1 : step;
}

/** What one parcel costs; Infinity where none of its weight is carried. Says nothing of hard rules. */
export function parcelCostOf(input: KernelInput, node: number, lines: number): number {
  let weight = 0;
  let cost = input.parcelCost[node] ?? 0;
  for (let line = 0; line < input.lines; line += 1) {
    if ((lines & (1 << line)) === 0) continue;
    weight += input.weight[line] ?? 0;
    cost += input.lineCost[node * input.lineStride + line] ?? 0;
  }
  const rateAt = input.rateAt[node] ?? -1;
  if (rateAt >= 0) cost += input.rates[rateAt + stepOf(input, weight)] ?? Infinity;
  return input.further === undefined ? cost : cost + input.further(node, lines);
}
