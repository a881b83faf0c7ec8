/** A plan applied to an order in the shadow: what it removes, what it prices, what it makes of services. */
import type { Location } from '../../../actors/network-commands.ts';
import type { PlanDocument, PlanRule } from '../../../actors/plan-schemas.ts';
import { meaningOf, Unsaid, type About, type Topic } from './plan-meanings.ts';
import { boxOf, isWeighed, offersFor, type ShadowOffer } from './rates.ts';
import type { Candidate, Units } from './seeking.ts';
import type { Shadow } from './state.ts';

export interface Judged extends Candidate {
  readonly scoreMinor: number;
  readonly lineMinor: readonly number[];
  readonly unitMinor: readonly number[];
  readonly barred: ReadonlySet<string>;
  /** Where carriage goes by weight: what a parcel of some units counts, with all that is said of it. */
  readonly scoreOf?: ((units: Units) => number) | undefined;
}

interface Removal {
  readonly location: string;
  readonly reason: 'rule' | 'no-capacity' | 'no-rate' | 'too-heavy' | 'declined';
  readonly rule?: string;
  readonly lines?: readonly string[];
}

const topicOf = ({ when, cost }: PlanRule): Topic[] =>
  [when, typeof cost === 'string' ? cost : undefined].flatMap((text) => (text === undefined ? [] : [meaningOf(text).topic]));
const isAbout = (rule: PlanRule, topic: Topic): boolean => topicOf(rule).includes(topic);
/** About the location and nothing else; a rule that says nothing of anything is not. */
const isOfPlace = (rule: PlanRule): boolean => topicOf(rule).length > 0 && topicOf(rule).every((topic) => topic === 'place');
const isOfOrder = (rule: PlanRule): boolean => topicOf(rule).every((topic) => topic === 'order');

interface ShadowWay {
  readonly offer: ShadowOffer;
  readonly costMinor: number;
  readonly rulesMinor: number;
  readonly minor: number;
}

interface Terms {
  readonly shipping: number;
  readonly weight: number;
  readonly other: number;
  readonly parcelMinor: number;
}

export class ShadowJudge {
  readonly failed = new Map<string, string>();
  readonly removed: Removal[] = [];
  readonly #rules: readonly PlanRule[];
  readonly #document: PlanDocument;
  readonly #order: About['order'];
  readonly #orderMinor: number;

  readonly #nowMs: number;

  constructor(document: PlanDocument, order: About['order'], nowMs: number) {
    this.#nowMs = nowMs;
    this.#document = document;
    this.#rules = document.rules ?? [];
    this.#order = order;
    const ofOrder = this.#parcelCosts.filter((rule) => isOfOrder(rule));
    this.#orderMinor = this.#sum(ofOrder, { nowMs, order });
  }

  get #parcelCosts(): PlanRule[] {
    return this.#rules.filter((rule) => rule.cost !== undefined && (rule.per ?? 'parcel') === 'parcel' && !isAbout(rule, 'service'));
  }

  isWhole(): boolean {
    return this.#bans('split').some((rule) => this.#excludes(rule, { nowMs: this.#nowMs, order: this.#order }));
  }

  #bans(what: string): PlanRule[] {
    return this.#rules.filter(({ exclude }) => exclude === what);
  }

  #fail(rule: PlanRule, detail: string): void {
    if (!this.failed.has(rule.id)) this.failed.set(rule.id, detail);
  }

  #excludes(rule: PlanRule, about: About): boolean {
    if (rule.when === undefined) return true;
    try {
      return meaningOf(rule.when).says(about) === true;
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      this.#fail(rule, error.detail);
      return rule.otherwise === 'exclude';
    }
  }

  #amount(rule: PlanRule, about: About): number {
    try {
      if (rule.when !== undefined && meaningOf(rule.when).says(about) !== true) return 0;
      if (typeof rule.cost === 'number') return rule.cost;
      const amount = meaningOf(rule.cost ?? '').says(about) as number;
      if (Math.abs(amount) > 1_000_000_000) throw new Unsaid('a cost is at most 1000000000 minor units');
      return amount;
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      this.#fail(rule, error.detail);
      return typeof rule.otherwise === 'number' ? rule.otherwise : 0;
    }
  }

  #sum(rules: readonly PlanRule[], about: About): number {
    return rules.reduce((sum, rule) => sum + this.#amount(rule, about), 0);
  }

  /** A location as a candidate; undefined when it is removed. */
  candidate(shadow: Shadow, place: Location, km: number, asked: string | undefined, has: (sku: string) => number, lineIds: readonly string[]): Judged | undefined {
    const about = { nowMs: this.#nowMs, order: this.#order, place, km, has };
    const offers = offersFor(shadow, place, this.#order.to, km, asked, this.#nowMs);
    const weighed = isWeighed(shadow, this.#order.to, asked, this.#nowMs);
    if (weighed && offers.length === 0) {
      this.removed.push({ location: place.id, reason: 'no-rate' });
      return undefined;
    }
    const bans = this.#bans('location').filter((rule) => !isAbout(rule, 'line'));
    const first = bans.find((rule) => isOfPlace(rule) && this.#excludes(rule, about));
    const placeMinor = this.#sum(this.#parcelCosts.filter(isOfPlace), about);
    const other = bans.find((rule) => rule === first || (!isOfPlace(rule) && this.#excludes(rule, about)));
    if (other !== undefined) return this.#remove(place.id, other);
    const way = this.#way(shadow, about, offers);
    if ('ban' in way) return this.#remove(place.id, way.ban);
    const others = this.#parcelCosts.filter((rule) => !isOfPlace(rule) && !isOfOrder(rule));
    const { shipping = 1, rules: weight = 1, parcelMinor = 0, kmMinor = 0 } = this.#document.objective ?? {};
    const rulesMinor = placeMinor + this.#sum(others, about) + this.#orderMinor + way.rulesMinor;
    const minor = Math.round(shipping * way.costMinor + kmMinor * km + weight * rulesMinor) + parcelMinor;
    const barred = new Set<string>();
    for (const rule of this.#bans('location').filter((one) => isAbout(one, 'line'))) {
      const hit = this.#order.lines.flatMap((line, index) => (this.#excludes(rule, { ...about, line }) ? [index] : []));
      for (const index of hit) barred.add(this.#order.lines[index]?.sku ?? '');
      if (hit.length > 0) this.removed.push({ location: place.id, reason: 'rule', rule: rule.id, lines: hit.map((index) => lineIds[index] ?? '') });
    }
    const each = (per: 'line' | 'unit'): number[] => {
      const rules = this.#rules.filter((rule) => rule.cost !== undefined && rule.per === per);
      return this.#order.lines.map((line) => (barred.has(line.sku) ? 0 : Math.round(weight * this.#sum(rules, { ...about, line }))));
    };
    if (weighed) {
      const terms = { shipping, weight, other: kmMinor * km + weight * (rulesMinor - way.rulesMinor), parcelMinor };
      return this.#weighed(shadow, place, km, way.ways, terms, barred, each, lineIds);
    }
    const { carrier, service, costMinor } = way;
    return { location: place.id, carrier, service, distanceKm: km, costMinor, scoreMinor: Math.max(0, minor), lineMinor: each('line'), unitMinor: each('unit'), barred };
  }

  /** By weight: what each service takes is asked anew for each parcel. */
  #weighed(
    shadow: Shadow, place: Location, km: number, ways: readonly ShadowWay[], terms: Terms, barred: Set<string>,
    each: (per: 'line' | 'unit') => number[], lineIds: readonly string[],
  ): Judged {
    const heaviest = Math.max(...ways.map(({ offer }) => offer.unitMax));
    const heavy = [...this.#order.lines.keys()].filter((index) => boxOf(shadow, [{ sku: this.#order.lines[index]?.sku ?? '', quantity: 1 }]).unit > heaviest);
    if (heavy.length > 0) this.removed.push({ location: place.id, reason: 'too-heavy', lines: heavy.map((index) => lineIds[index] ?? '') });
    // No rule is asked about lines that cannot come from here.
    for (const index of heavy) barred.add(this.#order.lines[index]?.sku ?? '');
    const priced = (units: Units) => {
      const box = boxOf(shadow, units);
      return ways
        .map(({ offer, rulesMinor }) => ({ offer, costMinor: offer.minor(box), rulesMinor }))
        .filter(({ costMinor }) => costMinor < Infinity)
        .map((one) => ({ ...one, counts: terms.shipping * one.costMinor + terms.weight * one.rulesMinor }))
        .sort((a, b) => a.counts - b.counts || a.costMinor - b.costMinor)[0];
    };
    const byWeight = (units: Units) => {
      const best = priced(units);
      return { carrier: best?.offer.carrier, service: best?.offer.service, costMinor: best?.costMinor ?? Infinity };
    };
    const scoreOf = (units: Units): number => {
      const counts = priced(units)?.counts ?? Infinity;
      return counts === Infinity ? Infinity : Math.max(0, Math.round(counts + terms.other) + terms.parcelMinor);
    };
    const all = this.#order.lines.filter(({ sku }) => !barred.has(sku));
    const [lineMinor, unitMinor] = [each('line'), each('unit')];
    return { location: place.id, ...byWeight(all), distanceKm: km, scoreMinor: scoreOf(all), lineMinor, unitMinor, barred, byWeight, scoreOf };
  }

  #remove(location: string, { id: rule }: PlanRule): undefined {
    this.removed.push({ location, reason: 'rule', rule });
  }

  #way(shadow: Shadow, about: About, offers: readonly ShadowOffer[]) {
    const { shipping = 1, rules: weight = 1 } = this.#document.objective ?? {};
    const costs = this.#rules.filter((rule) => rule.cost !== undefined && isAbout(rule, 'service'));
    let ban: PlanRule | undefined;
    const ways = offers
      .flatMap((offer): ShadowWay[] => {
        // Of a service that does not carry all that is wanted, what it takes for the rest.
        const light = this.#order.lines.filter(({ sku }) => boxOf(shadow, [{ sku, quantity: 1 }]).unit <= offer.unitMax);
        const costMinor = offer.minor(boxOf(shadow, light));
        const of = { ...about, service: { id: offer.id, carrier: offer.carrier, costMinor } };
        const by = this.#bans('service').find((rule) => this.#excludes(rule, of));
        const bans = this.#bans('service');
        if (by !== undefined && (ban === undefined || bans.indexOf(by) < bans.indexOf(ban))) ban = by;
        if (by !== undefined) return [];
        const rulesMinor = this.#sum(costs, of);
        return [{ offer, costMinor, rulesMinor, minor: shipping * costMinor + weight * rulesMinor }];
      })
      .sort((a, b) => a.minor - b.minor || a.costMinor - b.costMinor);
    const [best] = ways;
    if (best !== undefined) return { carrier: best.offer.carrier, service: best.offer.service, costMinor: best.costMinor, rulesMinor: best.rulesMinor, ways };
    return ban === undefined ? { carrier: undefined, service: undefined, costMinor: 0, rulesMinor: 0, ways } : { ban };
  }

  /** The group of each line; '' is none. */
  groups(): string[] {
    const together = this.#document.split?.together;
    return this.#order.lines.map((line) => {
      try {
        return together === undefined ? '' : (meaningOf(together).says({ nowMs: this.#nowMs, order: this.#order, line }) as string);
      } catch (error) {
        if (error instanceof Unsaid) return '';
        throw error;
      }
    });
  }
}

/** Whether a condition on the order holds; one that cannot be said does not. */
export function holds(condition: string | undefined, order: About['order'], nowMs: number): boolean {
  try {
    return condition === undefined || meaningOf(condition).says({ nowMs, order }) === true;
  } catch (error) {
    if (error instanceof Unsaid) return false;
    throw error;
  }
}
