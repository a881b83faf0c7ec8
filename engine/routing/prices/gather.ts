/**
 * Puts a question on futures together: a snapshot of the stock of some SKUs, and the orders of late that had any of
 * them. In pieces of some tens of microseconds, so that no turn waits; its size is bounded in every direction.
 */
import { noShape } from '../../../actors/item-shape.ts';
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { LocationCell } from '../../cells.ts';
import type { World } from '../../world.ts';
import type { Demand } from './demand.ts';
import { dayHours } from './loaded.ts';
import type { Lanes } from './lanes.ts';
import type { FuturesQuestion } from './question.ts';
import { regionsMax } from './regions.ts';

const hourMs = 3_600_000;
/** SKUs whose prices are asked at once, those that were ordered with them, and stocks of the former. */
export const pricedMax = 256;
const partnersMax = 256;
const stocksMax = 4_096;
export const nodesMax = 64;
/** Past orders and walk-ins in a question; the latest, when there are more. */
const ordersMax = 10_000;
const walkInsMax = 10_000;
/** Done between two pauses. */
const ordersEach = 128;
const skusEach = 8;
/** Steps of weight by which rate cards are told. */
const rateSteps = 24;
const samples = 6;
const iterations = 60;
/** How far ahead is looked. */
export const horizonHours = 7 * dayHours;
/** Units of what is not priced: more than anybody wants. */
const plenty = 1e9;
/** No line is planned beyond this by the kernel. */
const linesMax = 8;

export interface Gathered {
  readonly question: FuturesQuestion;
  readonly skus: readonly Sku[];
  readonly locations: readonly LocationId[];
  readonly atMs: number;
}

export interface GatherFrom {
  readonly world: World;
  readonly demand: Demand;
  readonly lanes: Lanes;
  /** The price of sampled futures of the last time, or what is nearest to it. */
  readonly start: (sku: Sku, location: LocationId) => number;
}

/** What the parts of the work share. */
class Draft {
  readonly skus: Sku[] = [];
  readonly numbers = new Map<number, number>();
  readonly nodes = new Map<number, number>();
  readonly cells: LocationCell[] = [];
  readonly hour: number[] = [];
  readonly lane: number[] = [];
  readonly firstLine: number[] = [0];
  readonly sku: number[] = [];
  readonly units: number[] = [];
  readonly walked = { hour: [] as number[], node: [] as number[], sku: [] as number[], units: [] as number[] };
  priced = 0;
}

/** Yields between two pieces; ends with the question, or with undefined when none of the SKUs can be asked about. */
export function* gather(
  from: GatherFrom, wanted: readonly Sku[], number: number, atMs: number,
): Generator<undefined, Gathered | undefined> {
  const draft = new Draft();
  yield* gatherSkus(from, draft, wanted);
  if (draft.priced === 0) return undefined;
  yield* gatherOrders(from, draft);
  yield* gatherWalkIns(from, draft);
  const stock = yield* gatherStock(from, draft, atMs);
  from.lanes.renew(atMs);
  const carriage = yield* (from.lanes.isWeighed ? gatherRates(from, draft) : gatherLanes(from, draft));
  const fromHour = atMs / hourMs;
  const { orders, walkIns } = packed(draft);
  const question: FuturesQuestion = {
    number, seed: number, fromHour, toHour: fromHour + horizonHours, ...stock, ...carriage,
    skus: draft.skus.length, priced: draft.priced, nodes: draft.cells.length,
    lineCost: new Float64Array(draft.cells.length), orders, walkIns, samples, iterations,
  };
  const skus = draft.skus.slice(0, draft.priced);
  return { question, skus, locations: draft.cells.map(({ id }) => id), atMs };
}

/** The SKUs that can be asked about, and where they are. */
function* gatherSkus({ world, demand }: GatherFrom, draft: Draft, wanted: readonly Sku[]): Generator<undefined, void> {
  let stocksLeft = stocksMax;
  for (const [at, sku] of wanted.entries()) {
    if (at % skusEach === skusEach - 1) yield undefined;
    const known = demand.numberOf(sku);
    const stocks = world.skus.get(sku)?.stocks ?? [];
    const more = stocks.filter(({ location }) => !draft.nodes.has(location.index));
    if (known === undefined || stocks.length > stocksLeft || draft.cells.length + more.length > nodesMax) continue;
    for (const { location } of more) {
      draft.nodes.set(location.index, draft.cells.length);
      draft.cells.push(location);
    }
    stocksLeft -= stocks.length;
    draft.numbers.set(known, draft.skus.length);
    draft.skus.push(sku);
  }
  draft.priced = draft.skus.length;
}

function* gatherOrders({ demand }: GatherFrom, draft: Draft): Generator<undefined, void> {
  const { past } = demand;
  const first = past.firstOrder;
  for (let order = past.orders - 1; order >= first && draft.hour.length < ordersMax; order -= 1) {
    if (order % ordersEach === 0) yield undefined;
    if (!past.has(order)) return;
    let isConcerned = false;
    past.eachLine(order, (sku) => (isConcerned ||= (draft.numbers.get(sku) ?? draft.priced) < draft.priced));
    if (!isConcerned) continue;
    let lines = 0;
    past.eachLine(order, (sku, units) => {
      const at = indexOf(draft, demand, sku);
      if (at === undefined || lines >= linesMax) return;
      lines += 1;
      draft.sku.push(at);
      draft.units.push(units);
    });
    draft.hour.push(past.hourOf(order));
    draft.lane.push(past.regionOf(order));
    draft.firstLine.push(draft.sku.length);
  }
}

/** The place of a SKU in the question; of one that is ordered with others, made when new. */
function indexOf({ numbers, skus, priced }: Draft, demand: Demand, number: number): number | undefined {
  const known = numbers.get(number);
  const name = demand.nameOf(number);
  if (known !== undefined || name === undefined || skus.length - priced >= partnersMax) return known;
  numbers.set(number, skus.length);
  skus.push(name);
  return skus.length - 1;
}

function* gatherWalkIns({ demand }: GatherFrom, { numbers, nodes, priced, walked }: Draft): Generator<undefined, void> {
  const { past } = demand;
  const first = past.firstWalkIn;
  for (let at = past.walkIns - 1; at >= Math.max(first, past.firstWalkIn) && walked.hour.length < walkInsMax; at -= 1) {
    if (at % ordersEach === 0) yield undefined;
    const { hour, location, sku, units } = past.walkIn(at);
    const [index, node] = [numbers.get(sku), nodes.get(location)];
    if (index === undefined || index >= priced || node === undefined) continue;
    walked.hour.push(hour);
    walked.node.push(node);
    walked.sku.push(index);
    walked.units.push(units);
  }
}

function* gatherStock(
  { world, demand, start }: GatherFrom, { skus, priced, nodes, cells }: Draft, atMs: number,
): Generator<undefined, Pick<FuturesQuestion, 'now' | 'later' | 'deliveryHour' | 'start' | 'walkInLoss'>> {
  const size = skus.length * cells.length;
  const stock = { now: new Float64Array(size), later: new Float64Array(size), start: new Float64Array(size) };
  const deliveryHour = new Float64Array(size).fill(Infinity);
  const walkInLoss = new Float64Array(skus.length);
  for (const [index, sku] of skus.entries()) {
    if (index % skusEach === skusEach - 1) yield undefined;
    walkInLoss[index] = demand.walkInLoss(sku);
    for (const { location, atp } of world.skus.get(sku)?.stocks ?? []) {
      const node = nodes.get(location.index);
      if (node === undefined || location.snapshot?.context.state !== 'open') continue;
      const at = index * cells.length + node;
      if (index >= priced) {
        stock.now[at] = atp >= 1 ? plenty : 0;
        continue;
      }
      stock.now[at] = Math.max(0, atp);
      stock.start[at] = start(sku, location.id);
      for (const coming of world.supplies.incoming.at(sku, location.id)) {
        if (coming.atMs <= atMs || coming.atMs > atMs + horizonHours * hourMs) continue;
        stock.later[at] = (stock.later[at] ?? 0) + coming.units;
        deliveryHour[at] = Math.min(deliveryHour[at] ?? Infinity, coming.atMs / hourMs);
      }
    }
  }
  return { ...stock, deliveryHour, walkInLoss };
}

type CarriageOf = Pick<
  FuturesQuestion, 'weight' | 'parcelCost' | 'rateAt' | 'rates' | 'rateSteps' | 'weightStep' | 'refuseCost'
>;

function* gatherLanes({ lanes }: GatherFrom, { skus, cells }: Draft): Generator<undefined, CarriageOf> {
  const parcelCost = new Float64Array(regionsMax * cells.length);
  let dearest = 0;
  for (const [node, cell] of cells.entries()) {
    if (node % skusEach === skusEach - 1) yield undefined;
    const costs = lanes.from(cell);
    for (let region = 0; region < regionsMax; region += 1) {
      parcelCost[region * cells.length + node] = costs[region] ?? 0;
      dearest = Math.max(dearest, costs[region] ?? 0);
    }
  }
  const byWeight = { rates: new Float64Array(0), rateSteps: 0, weightStep: 1 };
  const weight = new Float64Array(skus.length);
  const rateAt = new Int32Array(parcelCost.length).fill(-1);
  return { weight, parcelCost, rateAt, ...byWeight, refuseCost: 2 * dearest + 1 };
}

/**
 * Where rate cards are in force: what parcels cost in steps of weight, to that of the heaviest order of late. What they
 * take for single units that are large is left out, and volume weighs as the first card says.
 */
function* gatherRates({ lanes, world }: GatherFrom, draft: Draft): Generator<undefined, CarriageOf> {
  const { skus, cells } = draft;
  const { divisor } = lanes;
  const weight = Float64Array.from(skus, (sku) => {
    const { grams, mm3 } = world.skus.get(sku)?.shape ?? noShape;
    return divisor === undefined ? grams : Math.max(grams, Math.ceil(mm3 / divisor));
  });
  const weightStep = Math.max(1, Math.ceil(heaviest(draft, weight) / rateSteps));
  yield undefined;
  const size = regionsMax * cells.length;
  const rates = new Float64Array(size * rateSteps).fill(Infinity);
  let dearest = 0;
  for (const [node, cell] of cells.entries()) {
    for (let step = 0; step < rateSteps; step += 1) {
      const costs = lanes.from(cell, { ...noShape, grams: (step + 1) * weightStep });
      for (let region = 0; region < regionsMax; region += 1) {
        const cost = costs[region] ?? Infinity;
        rates[(region * cells.length + node) * rateSteps + step] = cost;
        if (cost < Infinity) dearest = Math.max(dearest, cost);
      }
    }
    yield undefined;
  }
  const rateAt = Int32Array.from({ length: size }, (_, at) => at * rateSteps);
  const parcelCost = new Float64Array(size);
  return { weight, parcelCost, rateAt, rates, rateSteps, weightStep, refuseCost: 2 * dearest + 1 };
}

/** The weight of the heaviest order that is drawn from. */
function heaviest({ firstLine, sku, units }: Draft, weight: Float64Array): number {
  let most = 0;
  for (let order = 0; order + 1 < firstLine.length; order += 1) {
    let grams = 0;
    for (let line = firstLine[order] ?? 0; line < (firstLine[order + 1] ?? 0); line += 1) {
      grams += (weight[sku[line] ?? 0] ?? 0) * (units[line] ?? 0);
    }
    most = Math.max(most, grams);
  }
  return most;
}

function packed({ hour, lane, firstLine, sku, units, walked }: Draft): Pick<FuturesQuestion, 'orders' | 'walkIns'> {
  return {
    orders: {
      hour: Float64Array.from(hour), lane: Int32Array.from(lane), firstLine: Int32Array.from(firstLine),
      sku: Int32Array.from(sku), units: Int32Array.from(units),
    },
    walkIns: {
      hour: Float64Array.from(walked.hour), node: Int32Array.from(walked.node),
      sku: Int32Array.from(walked.sku), units: Int32Array.from(walked.units),
    },
  };
}
