/**
 * Sourcing by the planner: under a routing plan, by prices of stock and room, or by both. A price is money like a
 * soft rule: it decides from where, never whether.
 *
 * Under a routing plan as many of the wanted units as it lets be placed, of these ways the cheapest by its own
 * prices with those of stock and room, of equal ones the fewest parcels, then the first candidates for the first
 * parts: exactly to `exactLinesMax` parts (order-parts.ts), beyond with a gap. Without one, by prices alone: the
 * fewest parcels (R1 to R3), of these ways the cheapest; so it does where a rate card is in force and carriage goes by
 * weight. Without any of them source-naive.ts answers.
 */
import { Load, noShape } from '../../actors/item-shape.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import { must } from '../assert.ts';
import { carriageOf, parcelMinorOf, parcelFrom } from './carriage.ts';
import { Kernel } from './kernel.ts';
import { exactLinesMax, KernelInput, KernelPlan } from './kernel-input.ts';
import { largeLinesMax, LargePlanner } from './kernel-large.ts';
import { OrderParts, type Division } from './order-parts.ts';
import { mostPlaced, nothing, isBetter, type Way } from './part-ways.ts';
import type { PriceBook } from './prices/book.ts';
import { SetPlanner } from './source-sets.ts';
import { sourceKits } from './source-kits.ts';
import { sourceNaive } from './source-naive.ts';
import type { Ruling, Source, SourcingRequest } from './source.ts';

/** How a SKU may be divided; as candidates stand, unless prices have a say in it. */
const divisions: readonly Division[] = ['as they stand', 'cheapest first', 'most first'];

/** A source that goes by a book of prices, as it is at each decision; undefined: by none. */
export function plannedSource(book: PriceBook | undefined): Source {
  const planner = new Planner(book);
  return (request) => planner.plan(request);
}

class Planner {
  readonly #book: PriceBook | undefined;
  readonly #parts = new OrderParts();
  readonly #sets = new SetPlanner(this.#parts);
  readonly #kernel = new Kernel(exactLinesMax);
  readonly #large = new LargePlanner(this.#kernel);
  #input = new KernelInput(0, exactLinesMax);
  #wide = new KernelInput(0, largeLinesMax);
  readonly #plan = new KernelPlan(largeLinesMax);
  readonly #second = new KernelPlan();
  readonly #spare = new KernelPlan();
  /** By subset of parts: what a parcel of them is to a carrier. */
  readonly #loads: Load[] = [];

  constructor(book: PriceBook | undefined) {
    this.#book = book;
  }

  plan(request: SourcingRequest): Plan {
    const { ruling, needs } = request;
    const book = this.#book?.version === 0 ? undefined : this.#book;
    const isWeighed = request.isWeighed === true;
    if (ruling === undefined && book === undefined && !isWeighed) return sourceNaive(request);
    for (const { kit } of needs) {
      if (kit === undefined) continue;
      const { plan, minor } = sourceKits(request, book);
      return ruling === undefined ? plan : checked(request, ruling, plan, minor);
    }
    this.#parts.read(request, book);
    if (ruling !== undefined) return this.#byRules(request, ruling);
    return this.#parts.isPriced || isWeighed ? this.#byPrices(request) : sourceNaive(request);
  }

  /** Under a routing plan. */
  #byRules(request: SourcingRequest, rules: Ruling): Plan {
    const parts = this.#parts;
    const mayDivide = rules.maxParcels > 1;
    let best: Way | undefined;
    let by: Division = 'as they stand';
    for (const division of divisions) {
      parts.divide(mayDivide, division);
      const way = this.#wayOf(request, rules);
      if (best === undefined || isBetter(way, best)) [best, by] = [way, division];
      if (!parts.isDivided || !mayDivide || !parts.isPriced) break;
    }
    if (parts.isDivided && mayDivide && parts.isPriced) parts.divide(mayDivide, by);
    const way = must(best, 'a way');
    return checked(request, rules, this.#assemble(request, way), way.minor);
  }

  #wayOf(request: SourcingRequest, rules: Ruling): Way {
    const { count } = this.#parts;
    if (count === 0) return nothing;
    return count <= exactLinesMax ? this.#exactWay(request, rules) : this.#largeWay(request, rules);
  }

  #exactWay(request: SourcingRequest, rules: Ruling): Way {
    const parts = this.#parts;
    if (this.#input.nodesMax < parts.candidates) this.#input = new KernelInput(2 * parts.candidates, exactLinesMax);
    const input = this.#input;
    this.#fill(input, request);
    input.isPartial = true;
    input.maxParcels = rules.maxParcels;
    input.minWorth = rules.minShipmentMinor;
    this.#kernel.plan(input, this.#plan);
    return this.#wayFrom(this.#plan, undefined);
  }

  #wayFrom({ parcels, node, lines, cost }: KernelPlan, gapMinor: number | undefined): Way {
    if (parcels === 0) return nothing;
    const { count, units } = this.#parts;
    const of = new Array<number>(count).fill(-1);
    const parcelOfPart = new Array<number>(count).fill(0);
    let placed = 0;
    for (let part = 0; part < count; part += 1) {
      for (let parcel = 0; parcel < parcels; parcel += 1) {
        if (((lines[parcel] ?? 0) & (1 << part)) === 0) continue;
        of[part] = node[parcel] ?? -1;
        for (let before = 0; before < parcel; before += 1) {
          if (node[before] === node[parcel]) parcelOfPart[part] = (parcelOfPart[part] ?? 0) + 1;
        }
        placed += units[part] ?? 0;
      }
    }
    return { of, parcel: parcelOfPart, units: placed, minor: cost, parcels, gapMinor };
  }

  /** Beyond the exact limit: the better of the kernel's heuristic and parcel by parcel, with its gap. */
  #largeWay(request: SourcingRequest, rules: Ruling): Way {
    const parts = this.#parts;
    const { count, candidates } = parts;
    const byParcel = mostPlaced(parts, request, rules);
    if (count > largeLinesMax || request.isWeighed === true) return byParcel;
    if (this.#wide.nodesMax < candidates) this.#wide = new KernelInput(2 * candidates, largeLinesMax);
    const input = this.#wide;
    this.#fill(input, request);
    input.maxParcels = rules.maxParcels;
    const gap = this.#large.plan(input, this.#plan);
    const { cost, parcels, lines } = this.#plan;
    for (let parcel = 0; parcel < parcels && parcels > 1; parcel += 1) {
      let worth = 0;
      for (let part = 0; part < count; part += 1) {
        if (((lines[parcel] ?? 0) & (1 << part)) !== 0) worth += parts.worth[part] ?? 0;
      }
      if (worth < rules.minShipmentMinor) return byParcel;
    }
    if (cost === Infinity) return byParcel;
    const whole = this.#wayFrom(this.#plan, gap);
    const way = isBetter(byParcel, whole) ? byParcel : whole;
    return { ...way, gapMinor: way.units === whole.units ? Math.max(0, way.minor - (cost - gap)) : way.gapMinor };
  }

  /** What every part costs at every candidate. */
  #fill(input: KernelInput, request: SourcingRequest): void {
    const parts = this.#parts;
    const { count, candidates } = parts;
    input.begin(count, candidates);
    for (let node = 0; node < candidates; node += 1) {
      const candidate = must(request.candidates[node], 'a candidate');
      // By weight, what a parcel counts depends on the lines in it.
      const minor = request.isWeighed === true ? 0 : parcelMinorOf(candidate, noShape);
      input.parcelCost[node] = minor + (parts.room[node] ?? 0);
    }
    if (request.isWeighed === true) this.#weigh(input, request);
    for (let part = 0; part < count; part += 1) {
      input.units[part] = parts.units[part] ?? 0;
      input.worth[part] = parts.worth[part] ?? 0;
      for (let node = 0; node < candidates; node += 1) {
        const minor = parts.costAt(part, node);
        if (minor === Infinity) continue;
        input.canShip[node] = (input.canShip[node] ?? 0) | (1 << part);
        input.lineCost[node * input.lineStride + part] = minor;
      }
    }
  }

  /** Have each parcel cost what is taken for what is in it. */
  #weigh(input: KernelInput, { candidates }: SourcingRequest): void {
    const loads = this.#loads;
    while (loads.length < 1 << this.#parts.count) loads.push(new Load());
    for (let set = 1; set < 1 << this.#parts.count; set += 1) {
      const load = must(loads[set], 'a load').empty().add(must(loads[set & (set - 1)], 'a load'), 1);
      this.#parts.load(31 - Math.clz32(set & -set), load);
    }
    input.further = (node, set) => candidates[node]?.carriage?.minor(must(loads[set], 'a load')) ?? Infinity;
  }

  /** Without a routing plan, by prices or by weight: SKUs whole by the kernel, divided by sets of candidates. */
  #byPrices(request: SourcingRequest): Plan {
    const parts = this.#parts;
    const prices = parts.isPriced ? this.#book?.version : undefined;
    parts.divide(false, 'as they stand');
    const isExact = parts.skus <= exactLinesMax;
    const isWhole = isExact && parts.count > 0 && !parts.isDivided;
    if (isWhole) {
      if (this.#input.nodesMax < parts.candidates) this.#input = new KernelInput(2 * parts.candidates, exactLinesMax);
      this.#fill(this.#input, request);
      this.#input.isFewest = true;
      this.#kernel.plan(this.#input, this.#plan);
    }
    const { parcels, cost } = this.#plan;
    if (isWhole && parcels === 1) return { ...this.#wholeOf(request), prices };
    const found = this.#sets.plan(request, isWhole && parcels > 0 ? parcels : undefined);
    if (isWhole && parcels > 0) {
      const isSetBetter = found.parcels < parcels || (found.parcels === parcels && found.minor < cost);
      if (!isSetBetter) return { ...this.#wholeOf(request), prices };
    }
    if (isExact || found.parcels < 2) return { ...found.plan, prices };
    const gap = found.minor - this.#sets.bound(request, found.parcels);
    return { ...found.plan, gapMinor: Math.max(0, Math.ceil(gap)), prices };
  }

  /** The kernel's plan, with what carriage the next best of as many parcels would take. */
  #wholeOf(request: SourcingRequest): Plan {
    this.#kernel.runnerUp(this.#input, this.#plan, this.#second, this.#spare);
    const isNext = this.#second.parcels === this.#plan.parcels;
    const runnerUpMinor = isNext ? this.#carriage(request, this.#second) : undefined;
    return { ...this.#assemble(request, this.#wayFrom(this.#plan, undefined)), runnerUpMinor };
  }

  #carriage({ candidates, isWeighed }: SourcingRequest, { parcels, node, lines }: KernelPlan): number {
    let minor = 0;
    for (let parcel = 0; parcel < parcels; parcel += 1) {
      const load = isWeighed === true ? this.#loads[lines[parcel] ?? 0] : noShape;
      minor += carriageOf(must(candidates[node[parcel] ?? -1], 'a candidate'), must(load, 'a load')).costMinor;
    }
    return minor;
  }

  /** Parcels in the order of the candidates; within a SKU, the first lines first. */
  #assemble(request: SourcingRequest, { of, parcel, parcels, gapMinor }: Way): Plan {
    const { needs, candidates, removed } = request;
    const left = needs.map(({ quantity }) => quantity);
    const fulfillments: PlannedFulfillment[] = [];
    for (let at = 0, nth = 0; at < candidates.length && fulfillments.length < parcels; ) {
      let given: number[] | undefined;
      for (let part = 0; part < of.length; part += 1) {
        if (of[part] !== at || (parcel[part] ?? 0) !== nth) continue;
        this.#parts.give(part, left, (given ??= needs.map(() => 0)));
      }
      if (given !== undefined) fulfillments.push(parcelFrom(request, at, given));
      [at, nth] = given === undefined ? [at + 1, 0] : [at, nth + 1];
    }
    const short = left.reduce((sum, quantity) => sum + quantity, 0);
    return {
      fulfillments, short, removed,
      candidates: candidates.length,
      runnerUpMinor: undefined,
      gapMinor: gapMinor === undefined ? undefined : Math.ceil(gapMinor),
      prices: this.#parts.isPriced ? this.#book?.version : undefined,
      ruled: undefined,
    };
  }
}

/** What the plan says of the whole: not more parcels than it allows, all or nothing. */
function checked(
  request: SourcingRequest, { maxParcels, allOrNothing, use }: Ruling, plan: Plan, minor: number | undefined,
): Plan {
  const isTooMany = plan.fulfillments.length > maxParcels;
  if (!isTooMany && (!allOrNothing || plan.short === 0)) {
    const scoreMinor = minor === undefined ? undefined : Math.round(minor);
    return { ...plan, ruled: plan.fulfillments.length === 0 ? use : { ...use, scoreMinor } };
  }
  const short = request.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...plan, fulfillments: [], short, runnerUpMinor: undefined, gapMinor: undefined, ruled: use };
}
