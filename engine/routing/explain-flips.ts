/**
 * What would have led elsewhere: the smallest changes that are found, each of them tried by deciding again in a
 * world of its own (then-world.ts), which is put back after each.
 */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { Plan } from '../../actors/order-context.ts';
import type { PlanVersion } from '../../actors/plan-commands.ts';
import type { LocationCell, StockCell } from '../cells.ts';
import type { Flip } from '../outcome-plans.ts';
import { place } from '../place.ts';
import { decide } from './decide.ts';
import { locationsOf, wayKey } from './explain-ways.ts';
import type { Again } from './recompute.ts';
import { byCost } from './request.ts';
import type { Candidate, Carriage, SourcingRequest } from './source.ts';
import { plannedSource } from './source-planned.ts';

/** Decisions that are tried for one question, and changes of each kind that are told. */
const triesMax = 300;
const eachMax = 3;
/** Units beyond what the order wants that a rule may ask for. */
const beyondMax = 10;
/** Money that would be needed beyond this is no small change. */
const minorMax = 1_000_000;

/** Changes that lead to another decision, the smallest of each kind first. */
export function flipsOf(again: Again, ways: readonly Plan[]): Flip[] {
  const trial = new Trial(again);
  return [
    ...trial.units().slice(0, eachMax),
    ...trial.cheaper(ways).slice(0, eachMax),
    ...trial.rules().slice(0, eachMax),
    ...trial.rooms().slice(0, eachMax),
    ...trial.prices(),
  ];
}

type Units = { readonly sku: Sku; readonly units: number }[];

class Trial {
  readonly #again: Again;
  readonly #was: string;
  #left = triesMax;

  constructor(again: Again) {
    this.#again = again;
    this.#was = wayKey(again.decision.plan);
  }

  /** The plan, if it is another one; undefined also when enough was tried. */
  #other(source: () => Plan): Plan | undefined {
    if (this.#left === 0) return undefined;
    this.#left -= 1;
    const plan = source();
    return wayKey(plan) === this.#was ? undefined : plan;
  }

  #decided(): Plan | undefined {
    const { core, order, atMs } = this.#again;
    return this.#other(() => decide(core, order, atMs).plan);
  }

  /** More units at a location that has not all that is wanted, as few as will do. */
  units(): Flip[] {
    const { world } = this.#again.core;
    const view = world.selling.of(world.channels.get(this.#again.order.channel), 'ship', this.#again.order.segment);
    const wanted = new Map<Sku, number>();
    for (const { sku, quantity } of this.#again.decision.request.needs) {
      wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
    }
    const removed = new Set(this.#again.decision.request.removed?.map(({ location }) => location));
    const found: { readonly flip: Flip; readonly size: number }[] = [];
    for (const location of world.locationList) {
      if (!view.sells(location)) continue;
      const missing = [...wanted].flatMap(([sku, quantity]) => {
        const units = quantity - Math.min(quantity, view.unitsIn(world.sku(sku), location));
        return units > 0 || removed.has(location.id) ? [{ sku, units }] : [];
      });
      const flip = missing.length === 0 ? undefined : this.#fewest(location, missing);
      if (flip?.change.kind !== 'units') continue;
      found.push({ flip, size: flip.change.units.reduce((sum, { units }) => sum + units, 0) });
    }
    return found.sort((a, b) => a.size - b.size).map(({ flip }) => flip);
  }

  /** What is missing of one SKU and somewhat more, if that is enough, as few as will do; else all that is missing. */
  #fewest(location: LocationCell, missing: Units): Flip | undefined {
    const alone = missing.map(({ sku, units }) => [{ sku, units: units + beyondMax }]);
    for (const units of missing.length === 1 ? alone : [...alone, missing]) {
      let best = this.#withUnits(location, units);
      const [one] = units;
      if (best === undefined || one === undefined) continue;
      if (units.length > 1) return best;
      let [low, high] = [0, one.units];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        const flip = this.#withUnits(location, [{ sku: one.sku, units: middle }]);
        if (flip === undefined) low = middle;
        else [high, best] = [middle, flip];
      }
      return best;
    }
    return undefined;
  }

  #withUnits(location: LocationCell, units: Units): Flip | undefined {
    const { world } = this.#again.core;
    const put = units.map((one) => ({ ...one, stock: world.stock(one.sku, location) }));
    const before = put.map(({ stock }) => stock.snapshot);
    for (const { stock, units: more } of put) addTo(stock, more);
    const plan = this.#decided();
    for (const [index, { stock }] of put.entries()) place(stock, before[index]);
    // Of units that have no place, what would place them all is worth telling.
    if (plan === undefined || (plan.short > 0 && this.#again.decision.plan.short > 0)) return undefined;
    return { change: { kind: 'units', location: location.id, units }, locations: locationsOf(plan), short: plan.short };
  }

  /** Money off a parcel from a location of another way that is not in the one chosen. */
  cheaper(ways: readonly Plan[]): Flip[] {
    const { core, decision } = this.#again;
    const { request } = decision;
    const mine = new Set<LocationId>(locationsOf(decision.plan));
    const places = new Set(ways.flatMap((way) => locationsOf(way).find((location) => !mine.has(location)) ?? []));
    const found: { readonly flip: Flip; readonly minor: number }[] = [];
    for (const location of places) {
      const price = priceAt(request, location);
      const at = (minor: number): Plan | undefined =>
        this.#other(() => core.source(lowered(request, location, minor)));
      let [low, high] = [0, Math.min(price, minorMax)];
      let best = high === 0 ? undefined : at(high);
      if (best === undefined) continue;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        const plan = at(middle);
        if (plan === undefined) low = middle;
        else [high, best] = [middle, plan];
      }
      const change = { kind: 'cheaper', location, minor: high } as const;
      found.push({ flip: { change, locations: locationsOf(best), short: best.short }, minor: high });
    }
    return found.sort((a, b) => a.minor - b.minor).map(({ flip }) => flip);
  }

  /** Each rule left out. */
  rules(): Flip[] {
    const { core, decision } = this.#again;
    const inForce = decision.under?.inForce;
    const cell = inForce && core.world.plans.cell(inForce.id, inForce.version);
    const { snapshot } = cell ?? {};
    if (cell === undefined || snapshot === undefined) return [];
    const { document } = snapshot.context;
    const { rules: all = [] } = document;
    return all.flatMap(({ id }): Flip[] => {
      const rules = all.filter((rule) => rule.id !== id);
      const context: PlanVersion = { ...snapshot.context, document: { ...document, rules } };
      place(cell, { ...snapshot, context });
      const plan = this.#decided();
      place(cell, snapshot);
      if (plan === undefined) return [];
      return [{ change: { kind: 'without-rule', rule: id }, locations: locationsOf(plan), short: plan.short }];
    });
  }

  /** Without prices, what would have been cheapest then. */
  prices(): Flip[] {
    const { core, decision, order, atMs } = this.#again;
    if (decision.plan.prices === undefined) return [];
    const without = { ...core, source: plannedSource(undefined), prices: undefined };
    const plan = this.#other(() => decide(without, order, atMs).plan);
    if (plan === undefined) return [];
    return [{ change: { kind: 'without-prices' }, locations: locationsOf(plan), short: plan.short }];
  }

  /** Room at each location that had none. */
  rooms(): Flip[] {
    const { core, decision } = this.#again;
    return (decision.request.removed ?? []).flatMap(({ location, reason }): Flip[] => {
      if (reason !== 'no-capacity') return [];
      const cell = core.world.work(location);
      const { snapshot } = cell;
      place(cell, { value: 'put', context: { hours: [] } });
      const plan = this.#decided();
      place(cell, snapshot);
      if (plan === undefined) return [];
      return [{ change: { kind: 'room', location }, locations: locationsOf(plan), short: plan.short }];
    });
  }
}

const empty = { onHand: 0, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0 };

function addTo(stock: StockCell, units: number): void {
  const { sku, location, snapshot } = stock;
  const levels = snapshot?.context ?? { sku: sku.sku, location: location.id, ...empty };
  place(stock, { value: 'open', context: { ...levels, onHand: levels.onHand + units } });
}

/** What may be taken off a parcel from there. */
function priceAt({ candidates }: SourcingRequest, location: LocationId): number {
  const candidate = candidates.find((one) => one.location === location);
  return candidate === undefined ? 0 : (candidate.ruled?.parcelMinor ?? candidate.costMinor);
}

/** The request with so much off a parcel from a location, its candidates in their order again. */
function lowered(request: SourcingRequest, location: LocationId, minor: number): SourcingRequest {
  const candidates = request.candidates.map((candidate, index) => {
    if (candidate.location !== location) return { candidate, index };
    const { ruled, costMinor, carriage } = candidate;
    if (carriage !== undefined) return { candidate: { ...candidate, carriage: cheaperBy(carriage, minor) }, index };
    if (ruled === undefined) return { candidate: { ...candidate, costMinor: costMinor - minor }, index };
    return { candidate: { ...candidate, ruled: { ...ruled, parcelMinor: ruled.parcelMinor - minor } }, index };
  });
  candidates.sort((a, b) => byPrice(a.candidate, b.candidate));
  return {
    ...request,
    candidates: candidates.map(({ candidate }) => candidate),
    available: (sku, at) => request.available(sku, candidates[at]?.index ?? -1),
  };
}

/** Carriage by weight with so much off, whatever is in the parcel; what nobody carries stays so. */
const cheaperBy = (carriage: Carriage, minor: number): Carriage => ({
  minor: (load) => carriage.minor(load) - minor,
  carried: (load) => {
    const by = carriage.carried(load);
    return by && { ...by, costMinor: by.costMinor - minor };
  },
});

const byPrice = (a: Candidate, b: Candidate): number =>
  (a.ruled?.parcelMinor ?? 0) - (b.ruled?.parcelMinor ?? 0) || byCost(a, b);
