/**
 * Sourcing by prices, or by weight, where a SKU is divided or there are more SKUs than the kernel plans: sets of
 * candidates are tried as sourcing without prices tries them (R1 to R3), one, two, three, then whoever gives most of
 * what is left; in a set each SKU comes from whoever has it at the lowest price. Exact for one size of set where
 * carriage does not depend on what is in a parcel: SKUs do not depend on each other then.
 */
import { Load, noShape } from '../../actors/item-shape.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import { must } from '../assert.ts';
import { parcelMinorOf, parcelFrom } from './carriage.ts';
import type { OrderParts } from './order-parts.ts';
import { candidatesInSetsMax, setsOf } from './sets.ts';
import type { SourcingRequest } from './source.ts';

/** A plan, with what it costs: carriage, room and the prices of the units taken. */
export interface SetPlan {
  readonly plan: Plan;
  readonly parcels: number;
  readonly minor: number;
}

export class SetPlanner {
  readonly #parts: OrderParts;
  /** By member × SKU: the units it gives. */
  #given = new Float64Array(0);
  readonly #order: number[] = [];
  readonly #load = new Load();

  constructor(parts: OrderParts) {
    this.#parts = parts;
  }

  /** @param parcelsMax sets of more are not tried: what they would give is known already. */
  plan(request: SourcingRequest, parcelsMax = Infinity): SetPlan {
    const parts = this.#parts;
    const useful: number[] = [];
    for (let at = 0; at < parts.candidates; at += 1) if (this.#hasAny(at)) useful.push(at);
    if (useful.length === 0) return this.#planOf(request, [], undefined);
    for (const size of [1, 2, 3]) {
      if (size > parcelsMax) break;
      const found = this.#cheapest(request, size === 1 ? useful : useful.slice(0, candidatesInSetsMax), size);
      if (found !== undefined) return this.#planOf(request, found.members, found.nextMinor);
    }
    return this.#planOf(request, this.#mostFirst(useful), undefined);
  }

  /** What no way of so many parcels costs less than: every unit from where it is cheapest, and the cheapest parcels. */
  bound({ candidates }: SourcingRequest, parcels: number): number {
    const parts = this.#parts;
    const all = Array.from(candidates, (_, at) => at);
    const each = candidates.map((candidate, at) => parcelMinorOf(candidate, noShape) + (parts.room[at] ?? 0));
    const ofParcels = each.sort((a, b) => a - b).slice(0, parcels).reduce((sum, minor) => sum + minor, 0);
    return ofParcels + this.#fill(all);
  }

  #wanted(sku: number): number {
    return Math.min(this.#parts.wanted[sku] ?? 0, this.#parts.found[sku] ?? 0);
  }

  #hasAny(at: number): boolean {
    const { skus, candidates, has } = this.#parts;
    for (let sku = 0; sku < skus; sku += 1) if ((has[sku * candidates + at] ?? 0) > 0) return true;
    return false;
  }

  #covers(members: readonly number[]): boolean {
    const { skus, candidates, has } = this.#parts;
    for (let sku = 0; sku < skus; sku += 1) {
      let left = this.#wanted(sku);
      for (const at of members) left -= has[sku * candidates + at] ?? 0;
      if (left > 0) return false;
    }
    return true;
  }

  /** Let the members give all that is wanted, each SKU from the lowest price on; returns the sum of the prices. */
  #fill(members: readonly number[]): number {
    const { skus, candidates, has, price } = this.#parts;
    if (this.#given.length < members.length * skus) this.#given = new Float64Array(2 * members.length * skus);
    const order = this.#order;
    let minor = 0;
    for (let sku = 0; sku < skus; sku += 1) {
      const row = sku * candidates;
      order.length = 0;
      for (let place = 0; place < members.length; place += 1) {
        const own = price[row + (members[place] ?? 0)] ?? 0;
        let before = order.length;
        while (before > 0 && (price[row + (members[order[before - 1] ?? 0] ?? 0)] ?? 0) > own) before -= 1;
        order.splice(before, 0, place);
      }
      let left = this.#wanted(sku);
      for (const place of order) {
        const at = row + (members[place] ?? 0);
        const units = Math.min(left, has[at] ?? 0);
        this.#given[place * skus + sku] = units;
        left -= units;
        minor += units * (price[at] ?? 0);
      }
    }
    return minor;
  }

  /** What a set costs, once it is filled: carriage and room of those that give anything. */
  #parcelsMinor({ candidates }: SourcingRequest, members: readonly number[]): number {
    const { skus, room } = this.#parts;
    let minor = 0;
    for (const [place, at] of members.entries()) {
      let units = 0;
      const load = this.#load.empty();
      for (let sku = 0; sku < skus; sku += 1) {
        const given = this.#given[place * skus + sku] ?? 0;
        units += given;
        load.add(this.#parts.shapeOf(sku), given);
      }
      if (units > 0) minor += parcelMinorOf(must(candidates[at], 'a candidate'), load) + (room[at] ?? 0);
    }
    return minor;
  }

  /** The cheapest set of so many that has everything, and the carriage of the next. */
  #cheapest(
    request: SourcingRequest, among: readonly number[], size: number,
  ): { readonly members: readonly number[]; readonly nextMinor: number | undefined } | undefined {
    let members: readonly number[] | undefined;
    let [bestMinor, nextMinor] = [Infinity, Infinity];
    let [carriage, nextCarriage] = [0, 0];
    for (const set of setsOf(among, size)) {
      if (!this.#covers(set)) continue;
      const prices = this.#fill(set);
      const own = this.#parcelsMinor(request, set);
      if (prices + own >= nextMinor) continue;
      if (prices + own < bestMinor) {
        [nextMinor, nextCarriage] = [bestMinor, carriage];
        [bestMinor, carriage, members] = [prices + own, own - this.#roomMinor(set), set];
      } else [nextMinor, nextCarriage] = [prices + own, own - this.#roomMinor(set)];
    }
    if (members === undefined) return undefined;
    return { members, nextMinor: nextMinor === Infinity ? undefined : nextCarriage };
  }

  #roomMinor(members: readonly number[]): number {
    return members.reduce((sum, at) => sum + (this.#parts.room[at] ?? 0), 0);
  }

  /** Candidates one by one, each the one that gives the most of what is left. */
  #mostFirst(useful: readonly number[]): number[] {
    const { skus, candidates, has } = this.#parts;
    const left = Array.from({ length: skus }, (_, sku) => this.#wanted(sku));
    const gives = (at: number): number =>
      left.reduce((sum, units, sku) => sum + Math.min(units, has[sku * candidates + at] ?? 0), 0);
    const members: number[] = [];
    while (left.some((units) => units > 0)) {
      let [best, most] = [-1, 0];
      for (const at of useful) {
        const units = members.includes(at) ? 0 : gives(at);
        if (units > most) [best, most] = [at, units];
      }
      if (best < 0) break;
      members.push(best);
      for (let sku = 0; sku < skus; sku += 1) {
        left[sku] = Math.max(0, (left[sku] ?? 0) - (has[sku * candidates + best] ?? 0));
      }
    }
    return members;
  }

  #planOf(request: SourcingRequest, members: readonly number[], runnerUpMinor: number | undefined): SetPlan {
    const { needs, candidates, removed } = request;
    const { skus } = this.#parts;
    const left = needs.map(({ quantity }) => quantity);
    const fulfillments: PlannedFulfillment[] = [];
    const prices = this.#fill(members);
    const minor = prices + this.#parcelsMinor(request, members);
    for (const [place, at] of members.entries()) {
      const given = needs.map(() => 0);
      for (let sku = 0; sku < skus; sku += 1) {
        this.#parts.giveSku(sku, this.#given[place * skus + sku] ?? 0, left, given);
      }
      if (given.some((units) => units > 0)) fulfillments.push(parcelFrom(request, at, given));
    }
    const short = left.reduce((sum, quantity) => sum + quantity, 0);
    const plan = { fulfillments, short, candidates: candidates.length, runnerUpMinor, removed };
    return { plan, parcels: fulfillments.length, minor };
  }
}
