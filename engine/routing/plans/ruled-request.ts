/**
 * The sourcing request of an order under a routing plan: candidates that its hard rules leave, each priced by the
 * carrier and by its soft rules, and how the plan lets the order be split.
 */
import type { LineId, Sku } from '../../../actors/ids.ts';
import type { PlanUse } from '../../../actors/order-context.ts';
import type { Removed } from '../../../actors/order-context.ts';
import { roomAt } from '../../capacity.ts';
import type { LocationCell } from '../../cells.ts';
import { priceOf, type CarrierService } from '../../promise/services.ts';
import { isAmong, type View } from '../../selling.ts';
import type { World } from '../../world.ts';
import type { PlanInForce } from '../../plans.ts';
import { distanceKm } from '../distance.ts';
import { availability, byCost, byLocation, type Asked, type Found, type Seeker } from '../request.ts';
import { isBefore, openServices } from '../services.ts';
import type { Need, Ruled, SourcingRequest } from '../source.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, isInForce, Notes } from './evaluate.ts';
import { Failure } from './failure.ts';
import { emptyScope, type LineFacts, type OrderFacts, type Scope } from './facts.ts';
import { Offer, placeFacts } from './facts-of.ts';
import { bookOf, type RuleBook } from './rule-book.ts';

type Ruledly = Found & { readonly ruled: Ruled; readonly masked: ReadonlySet<Sku> | undefined };

/** One decision under a plan. */
class Judge {
  readonly notes = new Notes();
  readonly removed: Removed[] = [];
  readonly scope: Scope = emptyScope();
  readonly offer: Offer;
  readonly book: RuleBook;
  readonly isOn: (rule: Rule) => boolean;
  readonly services: readonly CarrierService[];
  readonly facts: OrderFacts;
  readonly needs: readonly Need[];
  readonly to: Seeker['destination'];
  readonly orderMinor: number;

  constructor(
    world: World,
    view: View,
    seeker: Seeker,
    facts: OrderFacts,
    needs: readonly Need[],
    plan: CompiledPlan,
    nowMs: number,
  ) {
    this.book = bookOf(plan);
    this.offer = new Offer(world, view, needs, nowMs);
    this.facts = facts;
    this.needs = needs;
    this.to = seeker.destination;
    this.services = openServices(world, seeker.service);
    this.isOn = (rule) => isInForce(rule, nowMs);
    this.scope.nowMs = nowMs;
    this.scope.order = facts;
    this.scope.offer = this.offer;
    this.orderMinor = this.sum(this.book.orderCosts);
  }

  sum(rules: readonly Rule[]): number {
    let minor = 0;
    for (const rule of rules) if (this.isOn(rule)) minor += amountOf(rule, this.scope, this.notes);
    return minor;
  }

  /** A location as a candidate; undefined when a rule excludes it, which is noted. */
  candidate(cell: LocationCell): Ruledly | undefined {
    const card = cell.snapshot?.context;
    if (card === undefined) return undefined;
    const { scope, book, isOn, notes } = this;
    const km = this.to === undefined ? 0 : distanceKm(card, this.to);
    scope.place = placeFacts(card);
    this.offer.look(cell, km, this.#cheapestMinor(km));
    const ban = book.excludedBy(card, scope, isOn, notes);
    if (ban !== undefined) return this.#remove(cell, ban);
    const way = this.#service(km);
    if (way instanceof Object && 'ban' in way) return this.#remove(cell, way.ban);
    const { shipping, ruleWeight, parcelMinor, kmMinor } = book.plan;
    const rulesMinor = book.parcelMinor(card, scope, isOn, notes) + this.orderMinor + way.rulesMinor;
    const minor = Math.round(shipping * way.costMinor + kmMinor * km + ruleWeight * rulesMinor) + parcelMinor;
    const { carrier, service, costMinor } = way;
    const masked = this.#masked(cell);
    const ruled = { parcelMinor: Math.max(0, minor), ...this.#lineCosts(masked) };
    return { cell, location: cell.id, carrier, service, distanceKm: km, costMinor, ruled, masked };
  }

  #remove(cell: LocationCell, { id }: Rule): undefined {
    this.removed.push({ location: cell.id, reason: 'rule', rule: id });
    return undefined;
  }

  #cheapestMinor(km: number): number {
    let minor = Infinity;
    for (const service of this.services) minor = Math.min(minor, priceOf(service, km));
    return minor === Infinity ? 0 : minor;
  }

  /** The service that costs least by the plan's prices; of equals the cheaper, then by name. */
  #service(km: number): Way | { readonly ban: Rule } {
    const { services: bans, serviceCosts, shipping, ruleWeight } = this.book.plan;
    let best: (Way & { readonly of: CarrierService; readonly minor: number }) | undefined;
    let ban: Rule | undefined;
    for (const of of this.services) {
      const costMinor = priceOf(of, km);
      this.scope.service = { id: of.id, carrier: of.carrier, costMinor };
      const by = bans.find((rule) => this.isOn(rule) && excludes(rule, this.scope, this.notes));
      if (by !== undefined) {
        // The first of the document, not of the service that happens to be looked at first.
        if (ban === undefined || bans.indexOf(by) < bans.indexOf(ban)) ban = by;
        continue;
      }
      const rulesMinor = serviceCosts.length === 0 ? 0 : this.sum(serviceCosts);
      const minor = shipping * costMinor + ruleWeight * rulesMinor;
      const isWorse =
        best !== undefined &&
        (minor > best.minor ||
          (minor === best.minor &&
            (costMinor > best.costMinor || (costMinor === best.costMinor && !isBefore(of, best.of)))));
      if (!isWorse)
        best = { carrier: of.carrier, service: of.isNamed ? of.id : undefined, costMinor, rulesMinor, of, minor };
    }
    return best ?? (ban === undefined ? noWay : { ban });
  }

  /** SKUs that are excluded here, by rules about lines; noted by line. */
  #masked(cell: LocationCell): ReadonlySet<Sku> | undefined {
    let masked: Set<Sku> | undefined;
    for (const rule of this.book.plan.lines) {
      if (!this.isOn(rule)) continue;
      const lines: LineId[] = [];
      for (let need = 0; need < this.needs.length; need += 1) {
        const { sku, lineId } = this.needs[need] as Need;
        this.#lookAtLine(need, sku);
        if (!excludes(rule, this.scope, this.notes)) continue;
        (masked ??= new Set()).add(sku);
        lines.push(lineId);
      }
      if (lines.length > 0) this.removed.push({ location: cell.id, reason: 'rule', rule: rule.id, lines });
    }
    return masked;
  }

  #lookAtLine(need: number, sku: Sku): void {
    this.scope.line = this.facts.lines[need] as LineFacts;
    this.scope.stock = this.offer.stock(sku);
  }

  #lineCosts(masked: ReadonlySet<Sku> | undefined): Pick<Ruled, 'lineMinor' | 'unitMinor'> {
    const { lineCosts, unitCosts, ruleWeight } = this.book.plan;
    const each = (rules: readonly Rule[]): readonly number[] | undefined => {
      if (rules.length === 0) return undefined;
      return this.needs.map(({ sku }, need) => {
        if (masked?.has(sku) === true) return 0;
        this.#lookAtLine(need, sku);
        return Math.round(ruleWeight * this.sum(rules));
      });
    };
    return { lineMinor: each(lineCosts), unitMinor: each(unitCosts) };
  }

  /** The group of each need; where its name cannot be told, it is in none. */
  groups(): readonly string[] | undefined {
    const { together } = this.book.plan;
    if (together === undefined) return undefined;
    return this.facts.lines.map((line) => {
      this.scope.line = line;
      try {
        return together.run(this.scope) as string;
      } catch (failure) {
        if (failure instanceof Failure) return '';
        throw failure;
      }
    });
  }
}

interface Way {
  readonly carrier: Found['carrier'];
  readonly service: Found['service'];
  readonly costMinor: number;
  readonly rulesMinor: number;
}

/** No carrier is open: sourced without one, at no cost. */
const noWay: Way = { carrier: undefined, service: undefined, costMinor: 0, rulesMinor: 0 };

export function requestUnder(
  world: World,
  inForce: PlanInForce,
  order: Pick<Asked, 'channel'> & Seeker,
  facts: OrderFacts,
  needs: readonly Need[],
  atMs: number,
): SourcingRequest {
  const { plan } = inForce;
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const judge = new Judge(world, view, order, facts, needs, plan, atMs);
  const units = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const candidates: Ruledly[] = [];
  for (const cell of world.locationList) {
    if (!view.sells(cell) || !isAmong(cell, order)) continue;
    if (cell.snapshot?.context.capacity !== undefined && roomAt(world, cell, units, atMs) === undefined) {
      judge.removed.push({ location: cell.id, reason: 'no-capacity' });
      continue;
    }
    const candidate = judge.candidate(cell);
    if (candidate !== undefined) candidates.push(candidate);
  }
  candidates.sort((a, b) => a.ruled.parcelMinor - b.ruled.parcelMinor || byCost(a, b));
  const isWhole = plan.splits.some((rule) => judge.isOn(rule) && excludes(rule, judge.scope, judge.notes));
  const groups = judge.groups();
  const failures = judge.notes.failures.sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const use: PlanUse = {
    planId: inForce.id,
    version: inForce.version,
    failed: failures.length === 0 ? undefined : failures,
  };
  return {
    needs,
    candidates,
    available: masking(availability(world, view, candidates), candidates),
    removed: judge.removed.length === 0 ? undefined : judge.removed.sort(byLocation),
    ruling: {
      use,
      maxParcels: isWhole ? 1 : plan.maxParcels,
      allOrNothing: isWhole || plan.allOrNothing,
      minShipmentMinor: plan.minShipmentMinor,
      groups,
      unitPricesMinor: facts.lines.map(({ unitPriceMinor }) => unitPriceMinor),
    },
  };
}

function masking(
  available: SourcingRequest['available'],
  candidates: readonly Ruledly[],
): SourcingRequest['available'] {
  if (candidates.every(({ masked }) => masked === undefined)) return available;
  return (sku, candidate) => (candidates[candidate]?.masked?.has(sku) === true ? 0 : available(sku, candidate));
}
