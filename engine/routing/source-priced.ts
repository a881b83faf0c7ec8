/**
 * Sourcing with prices, by the exact planner: the fewest parcels as without prices (R1, R2), and of these plans
 * the one of which carriage and the prices of the units taken are least. Where there are no prices, under a
 * routing plan (which has its own), for kits, for more SKUs than are planned exactly, and where a SKU must be
 * divided, it answers as sourcing without prices: a price decides from where, never whether.
 */
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { Kernel } from './kernel.ts';
import { exactLinesMax, KernelInput, KernelPlan } from './kernel-input.ts';
import type { PriceBook, PricesOf } from './prices/book.ts';
import { sourceNaive } from './source-naive.ts';
import type { Source, SourcingRequest } from './source.ts';

/** More than any carriage and prices of one order, so that fewer parcels come first; still adds to the unit. */
const perParcel = 2 ** 40;

/** A SKU as a line of the kernel. */
interface Wanted {
  readonly sku: Sku;
  readonly quantity: number;
  readonly prices: PricesOf | undefined;
}

/** A source that goes by a book of prices, as it is at each decision. */
export function pricedSource(book: PriceBook): Source {
  const kernel = new Kernel(exactLinesMax);
  const plan = new KernelPlan();
  const second = new KernelPlan();
  const spare = new KernelPlan();
  let input = new KernelInput(0, exactLinesMax);
  return (request) => {
    const wanted = book.version === 0 || request.ruling !== undefined ? undefined : wantedOf(request, book);
    if (wanted === undefined) return sourceNaive(request);
    const { candidates } = request;
    if (input.nodesMax < candidates.length) input = new KernelInput(2 * candidates.length, exactLinesMax);
    fill(input, request, wanted);
    kernel.plan(input, plan);
    if (plan.parcels !== 1) {
      // Dividing a SKU may save a parcel, or money, where no candidate has the whole of everything.
      const divided = sourceNaive(request);
      if (plan.parcels === 0 || worthOf(request, wanted, divided) < plan.cost) return divided;
    }
    kernel.runnerUp(input, plan, second, spare);
    const runnerUpMinor = second.parcels === plan.parcels ? carriageOf(request, second) : undefined;
    return assemble(request, wanted, plan, runnerUpMinor, book.version);
  };
}

/** The SKUs of a request; undefined where the planner with prices is not asked. */
function wantedOf({ needs }: SourcingRequest, book: PriceBook): Wanted[] | undefined {
  const wanted: { sku: Sku; quantity: number; prices: PricesOf | undefined }[] = [];
  let hasPrice = false;
  for (const { sku, quantity, kit } of needs) {
    if (kit !== undefined) return undefined;
    const known = wanted.find((one) => one.sku === sku);
    if (known !== undefined) known.quantity += quantity;
    else {
      if (wanted.length === exactLinesMax) return undefined;
      const prices = book.of(sku);
      if (prices !== undefined) hasPrice = true;
      wanted.push({ sku, quantity, prices });
    }
  }
  return hasPrice ? wanted : undefined;
}

function fill(input: KernelInput, { candidates, available }: SourcingRequest, wanted: readonly Wanted[]): void {
  input.begin(wanted.length, candidates.length);
  input.rateAt.fill(-1, 0, candidates.length);
  for (const [line, { sku, quantity, prices }] of wanted.entries()) {
    for (const [node, { location }] of candidates.entries()) {
      if (available(sku, node) < quantity) continue;
      input.canShip[node] = (input.canShip[node] ?? 0) | (1 << line);
      input.lineCost[node * input.lineStride + line] = quantity * (prices?.byLocation.get(location) ?? 0);
    }
  }
  for (const [node, { costMinor }] of candidates.entries()) input.parcelCost[node] = perParcel + costMinor;
}

/** What a plan costs as the kernel counts: parcels first, then carriage and prices. */
function worthOf({ needs }: SourcingRequest, wanted: readonly Wanted[], { fulfillments }: Plan): number {
  let cost = 0;
  for (const { location, costMinor, lines } of fulfillments) {
    cost += perParcel + costMinor;
    for (const { lineId, quantity } of lines) {
      const sku = needs.find((need) => need.lineId === lineId)?.sku;
      const prices = wanted.find((one) => one.sku === sku)?.prices;
      cost += quantity * (prices?.byLocation.get(location) ?? 0);
    }
  }
  return cost;
}

function carriageOf({ candidates }: SourcingRequest, plan: KernelPlan): number {
  let minor = 0;
  for (let parcel = 0; parcel < plan.parcels; parcel += 1) {
    minor += candidates[plan.node[parcel] ?? -1]?.costMinor ?? 0;
  }
  return minor;
}

/** Parcels in the order of the candidates; whole SKUs, so whole lines. */
function assemble(
  request: SourcingRequest, wanted: readonly Wanted[], plan: KernelPlan,
  runnerUpMinor: number | undefined, prices: number,
): Plan {
  const { candidates, needs, removed } = request;
  const parcels = Array.from({ length: plan.parcels }, (_, at) => at);
  parcels.sort((a, b) => (plan.node[a] ?? -1) - (plan.node[b] ?? -1));
  const fulfillments = parcels.map((parcel): PlannedFulfillment => {
    const node = plan.node[parcel] ?? -1;
    const set = plan.lines[parcel] ?? 0;
    const lines = needs.flatMap(({ lineId, sku, quantity }): LineUnits[] => {
      const line = wanted.findIndex((one) => one.sku === sku);
      return (set & (1 << line)) === 0 ? [] : [{ lineId, quantity }];
    });
    const { location, carrier, service, distanceKm, costMinor } = must(candidates[node], 'a candidate of the plan');
    return { location, carrier, service, distanceKm, costMinor, lines };
  });
  return { fulfillments, short: 0, candidates: candidates.length, runnerUpMinor, removed, prices };
}
