/**
 * The sourcing request of an order under a routing plan: candidates that its hard rules leave, each priced by the
 * carrier and by its soft rules, and how the plan lets the order be split.
 */
import type { Sku } from '../../../actors/ids.ts';
import type { PlanUse, Removed } from '../../../actors/order-context.ts';
import { startsAtMs } from '../../../actors/order-schedule.ts';
import type { Location } from '../../../actors/network-commands.ts';
import { must } from '../../assert.ts';
import { roomAt } from '../../capacity.ts';
import type { LocationCell } from '../../cells.ts';
import { isByWeight, unitGramsMax } from '../../promise/offers.ts';
import { isBefore, priceOf, type CarrierService } from '../../promise/services.ts';
import { isAmong, type View } from '../../selling.ts';
import type { World } from '../../world.ts';
import type { PlanInForce } from '../../plans.ts';
import { distanceKm } from '../distance.ts';
import { availability, byCost, byLocation, hasDeclined, masking } from '../request.ts';
import type { Asked, Found, Seeker } from '../request.ts';
import { openServices } from '../services.ts';
import type { Need, Ruled, SourcingRequest } from '../source.ts';
import { ByRules, pricesOn, shapedNeeds, tooHeavy, wholeLoad } from '../weighed.ts';
import type { PricedOffer, RuledOffer } from '../weighed.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, isInForce, Notes } from './evaluate.ts';
import { Failure } from './failure.ts';
import { emptyScope, type LineFacts, type OrderFacts, type Scope } from './facts.ts';
import { Offer, placeFacts } from './facts-of.ts';
import { bookOf, type Asking, type RuleBook, type Verdict } from './rule-book.ts';

type Ruledly = Found & { readonly ruled: Ruled; readonly masked: ReadonlySet<Sku> | undefined };

/** One decision under a plan. */
export class Judge implements Asking {
  readonly notes = new Notes();
  readonly removed: Removed[] = [];
  readonly scope: Scope = emptyScope();
  readonly offer: Offer;
  readonly book: RuleBook;
  readonly isOn: (rule: Rule) => boolean;
  readonly services: readonly CarrierService[];
  /** By service: what it takes for a parcel from the location that is looked at. */
  readonly #costs: number[];
  readonly facts: OrderFacts;
  readonly needs: readonly Need[];
  readonly to: Seeker['destination'];
  /** Whether carriage goes by weight: some service has a rate card in force. */
  readonly isWeighed: boolean;
  readonly #world: World;

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
    this.to = seeker.destination;
    this.services = openServices(world, seeker.service, seeker.destination);
    this.#world = world;
    this.isWeighed = seeker.destination !== undefined && isByWeight(world.rates, this.services, nowMs);
    this.needs = this.isWeighed ? shapedNeeds(world, needs) : needs;
    this.#costs = new Array<number>(this.services.length).fill(0);
    this.isOn = (rule) => isInForce(rule, nowMs);
    this.scope.nowMs = nowMs;
    this.scope.order = facts;
    this.scope.offer = this.offer;
    this.scope.stock = this.offer.stock;
    this.scope.service = this.asked;
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
    const { book } = this;
    const km = this.to === undefined ? 0 : distanceKm(card, this.to);
    const verdict = book.verdict(cell, card, this.scope);
    if (this.isWeighed) return this.#weighed(cell, card, verdict, km);
    this.offer.look(cell, km, this.#cheapestMinor(km));
    const ban = book.excludedBy(verdict);
    if (ban !== undefined) return this.#remove(cell, ban);
    const way = this.#service(verdict);
    if ('ban' in way) return this.#remove(cell, way.ban);
    const { shipping, ruleWeight, parcelMinor, kmMinor } = book.plan;
    const rulesMinor = book.parcelMinor(verdict) + way.rulesMinor;
    const minor = Math.round(shipping * way.costMinor + kmMinor * km + ruleWeight * rulesMinor) + parcelMinor;
    const { carrier, service, costMinor } = way;
    const masked = book.lines.masked(cell.id, verdict.truths, this.removed);
    const { lineMinor, unitMinor } = book.lines.costs(verdict.truths, masked);
    const ruled = { parcelMinor: Math.max(0, minor), lineMinor, unitMinor };
    return { cell, location: cell.id, carrier, service, distanceKm: km, costMinor, ruled, masked };
  }

  /** The same where carriage goes by weight: priced as one parcel of all that may come from there. */
  #weighed(cell: LocationCell, card: Location, verdict: Verdict, km: number): Ruledly | undefined {
    const { book } = this;
    const priced = pricesOn(this.#world, this.services, card, this.to, km, this.needs, this.scope.nowMs);
    if (priced.length === 0) {
      this.removed.push({ location: cell.id, reason: 'no-rate' });
      return undefined;
    }
    this.offer.look(cell, km, Math.min(...priced.map(({ costMinor }) => costMinor)));
    const ban = book.excludedBy(verdict);
    if (ban !== undefined) return this.#remove(cell, ban);
    const offers = this.#allowed(priced);
    if ('ban' in offers) return this.#remove(cell, offers.ban);
    const { shipping, ruleWeight, parcelMinor, kmMinor } = book.plan;
    const placeMinor = book.parcelMinor(verdict);
    const byRule = book.lines.masked(cell.id, verdict.truths, this.removed);
    const terms = { shipping, ruleWeight, otherMinor: kmMinor * km + ruleWeight * placeMinor, parcelMinor };
    const carriage = new ByRules(offers, terms);
    const most = unitGramsMax(offers.map(({ offer }) => offer));
    const heavy = tooHeavy(this.needs, most);
    if (heavy !== undefined) this.removed.push({ location: cell.id, reason: 'too-heavy', lines: heavy.lines });
    const masked = heavy === undefined ? byRule : new Set([...heavy.skus, ...(byRule ?? [])]);
    const load = wholeLoad(this.needs.filter(({ sku }) => masked?.has(sku) !== true), most);
    const carried = must(carriage.carried(load), 'whoever carries the heaviest unit');
    const ruled = { parcelMinor: carriage.minor(load), ...book.lines.costs(verdict.truths, masked) };
    return { cell, location: cell.id, ...carried, distanceKm: km, carriage, ruled, masked };
  }

  /** The services that no rule excludes, with what the soft rules say of each. */
  #allowed(priced: readonly PricedOffer[]): readonly RuledOffer[] | { readonly ban: Rule } {
    const { serviceCosts, services: bans } = this.book.plan;
    const offers: RuledOffer[] = [];
    let first = bans.length;
    for (const { offer, costMinor } of priced) {
      Object.assign(this.asked, { id: offer.service.id, carrier: offer.service.carrier, costMinor });
      const ban = this.#banOf(bans);
      if (ban < 0) offers.push({ offer, rulesMinor: serviceCosts.length === 0 ? 0 : this.sum(serviceCosts) });
      else if (ban < first) first = ban;
    }
    return offers.length > 0 ? offers : { ban: must(bans[first], 'a rule that excludes') };
  }

  /** Be about this location. */
  look(cell: LocationCell, card: Location, km: number): void {
    this.scope.place = placeFacts(card);
    this.offer.look(cell, km, this.isWeighed ? this.#cheapestWeighed(card, km) : this.#cheapestMinor(km));
  }

  /** What one parcel of all that is wanted takes by the cheapest service; 0 where none has a rate. */
  #cheapestWeighed(card: Location, km: number): number {
    const priced = pricesOn(this.#world, this.services, card, this.to, km, this.needs, this.scope.nowMs);
    return priced.length === 0 ? 0 : Math.min(...priced.map(({ costMinor }) => costMinor));
  }

  #remove(cell: LocationCell, { id }: Rule): undefined {
    this.removed.push({ location: cell.id, reason: 'rule', rule: id });
    return undefined;
  }

  #cheapestMinor(km: number): number {
    let least = Infinity;
    for (let at = 0; at < this.services.length; at += 1) {
      const minor = priceOf(this.services[at] as CarrierService, km);
      this.#costs[at] = minor;
      if (minor < least) least = minor;
    }
    return least === Infinity ? 0 : least;
  }

  /** The service a rule is asked about. */
  readonly asked = { id: '', carrier: '', costMinor: 0 };

  /** The service that costs least by the plan's prices; of equals the cheaper, then by name. */
  #service({ truths }: Verdict): Way | { readonly ban: Rule } {
    const { plan, services: rules } = this.book;
    const { shipping, ruleWeight } = plan;
    const { asked } = this;
    const isAsked = rules.lookAt(truths);
    let [best, bestMinor, bestRules, firstBan] = [-1, Infinity, 0, plan.services.length];
    for (let at = 0; at < this.services.length; at += 1) {
      const costMinor = this.#costs[at] ?? 0;
      if (isAsked) {
        const { id, carrier } = this.services[at] as CarrierService;
        asked.id = id;
        asked.carrier = carrier;
        asked.costMinor = costMinor;
      }
      const ban = rules.bannedBy(at);
      if (ban >= 0) {
        // The first of the document, not of the service that happens to be looked at first.
        if (ban < firstBan) firstBan = ban;
        continue;
      }
      const rulesMinor = rules.minorOf(at);
      const minor = shipping * costMinor + ruleWeight * rulesMinor;
      if (best >= 0 && !this.#isBetter(at, minor, best, bestMinor)) continue;
      best = at;
      bestMinor = minor;
      bestRules = rulesMinor;
    }
    if (best < 0) {
      const ban = plan.services[firstBan];
      return ban === undefined ? noWay : { ban };
    }
    const of = this.services[best] as CarrierService;
    const service = of.isNamed ? of.id : undefined;
    return { carrier: of.carrier, service, costMinor: this.#costs[best] ?? 0, rulesMinor: bestRules };
  }

  /** The first rule that excludes the service asked about; -1: none does. */
  #banOf(bans: readonly Rule[]): number {
    for (let at = 0; at < bans.length; at += 1) {
      const rule = bans[at] as Rule;
      if (this.isOn(rule) && excludes(rule, this.scope, this.notes)) return at;
    }
    return -1;
  }

  #isBetter(at: number, minor: number, than: number, thanMinor: number): boolean {
    if (minor !== thanMinor) return minor < thanMinor;
    const [one, other] = [this.#costs[at] ?? 0, this.#costs[than] ?? 0];
    if (one !== other) return one < other;
    return isBefore(this.services[at] as CarrierService, this.services[than] as CarrierService);
  }

  /** Be about this line there. */
  lookAtLine(need: number): void {
    this.scope.line = this.facts.lines[need] as LineFacts;
    this.offer.lookAtLine(need);
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
  judge.book.begin(judge);
  const units = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const startMs = startsAtMs(order, atMs);
  const candidates: Ruledly[] = [];
  for (const cell of world.locationList) {
    if (!view.sells(cell) || !isAmong(cell, order) || hasDeclined(cell, order, atMs, judge.removed)) continue;
    if (cell.snapshot?.context.capacity !== undefined && roomAt(world, cell, units, startMs) === undefined) {
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
    scoreMinor: undefined,
  };
  return {
    needs: judge.needs,
    isWeighed: judge.isWeighed,
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
