/** The rules of a plan on services, in one decision: those on their names alone are settled before any location is. */
import type { CarrierService } from '../../promise/services.ts';
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { amountOf, excludes, type Notes } from './evaluate.ts';
import type { Scope, ServiceFacts } from './facts.ts';
import { fails, no, truthOf, yes, type PartsMaker, type RuleParts, type Truths } from './rule-parts.ts';

/** The services of a decision, and what its rules are asked about. */
export interface Services {
  readonly scope: Scope;
  readonly notes: Notes;
  readonly services: readonly CarrierService[];
  /** The service of the scope. */
  readonly asked: { -readonly [K in keyof ServiceFacts]: ServiceFacts[K] };
}

/** No rule excludes a service. */
const none = 0x7fff_ffff;

export class ServiceRules {
  readonly #allBans: readonly RuleParts[];
  readonly #allCosts: readonly RuleParts[];
  /** What has still to be asked at locations. */
  readonly #bans: RuleParts[] = [];
  readonly #costs: RuleParts[] = [];
  /** By service: the first rule that excludes it wherever, and what others add wherever. */
  #bannedAt = new Int32Array(0);
  #minor = new Float64Array(0);
  #of: Services | undefined;

  constructor({ services, serviceCosts }: CompiledPlan, parts: PartsMaker) {
    this.#allBans = parts.of(services);
    this.#allCosts = parts.of(serviceCosts);
  }

  begin(of: Services, isOn: (rule: Rule) => boolean): void {
    this.#of = of;
    const count = of.services.length;
    if (this.#bannedAt.length < count) {
      this.#bannedAt = new Int32Array(2 * count);
      this.#minor = new Float64Array(2 * count);
    }
    this.#bannedAt.fill(none);
    this.#minor.fill(0);
    this.#bans.length = this.#costs.length = 0;
    for (const one of this.#allBans) {
      if (!one.begin(of.scope, isOn) || !this.#isAsked(one, of)) continue;
      if (!isSettled(one)) this.#bans.push(one);
      else for (let at = 0; at < count; at += 1) this.#ban(at, one);
    }
    for (const one of this.#allCosts) {
      if (!one.begin(of.scope, isOn) || !this.#isAsked(one, of)) continue;
      if (!isSettled(one) || Number.isNaN(one.amount)) this.#costs.push(one);
      else for (let at = 0; at < count; at += 1) this.#add(at, one);
    }
  }

  #ban(service: number, { truths, index }: RuleParts): void {
    if (truths[service] === yes && index < (this.#bannedAt[service] ?? 0)) this.#bannedAt[service] = index;
  }

  #add(service: number, { truths, amount }: RuleParts): void {
    if (truths[service] === yes) this.#minor[service] = (this.#minor[service] ?? 0) + amount;
  }

  /** Whether it says anything of any service, by their names. */
  #isAsked(one: RuleParts, { services, scope, asked }: Services): boolean {
    const count = services.length;
    if (one.isExact) return true;
    if (one.truths.length < count) one.truths = new Uint8Array(2 * count);
    one.truths.fill(yes, 0, count);
    if (one.service.length === 0) return true;
    let isAny = false;
    for (let at = 0; at < count; at += 1) {
      const { id, carrier } = services[at] as CarrierService;
      asked.id = id;
      asked.carrier = carrier;
      const truth = (one.truths[at] = truthOf(one.service, scope));
      if (truth === no) continue;
      isAny = true;
      if (truth === fails) one.isExact = true;
    }
    return isAny;
  }

  /** Be where the scope is. False: nothing has to be asked about services there. */
  lookAt(truths: Truths): boolean {
    const { scope } = this.#of as Services;
    for (let at = 0; at < this.#bans.length; at += 1) (this.#bans[at] as RuleParts).lookAt(truths, scope);
    for (let at = 0; at < this.#costs.length; at += 1) (this.#costs[at] as RuleParts).lookAt(truths, scope);
    return this.#bans.length + this.#costs.length > 0;
  }

  /** The first rule that excludes a service, which is that of the scope; -1: none does. */
  bannedBy(service: number): number {
    const { scope, notes } = this.#of as Services;
    const known = this.#bannedAt[service] ?? none;
    for (let at = 0; at < this.#bans.length; at += 1) {
      const one = this.#bans[at] as RuleParts;
      if (one.index > known) break;
      const truth = saysOf(one, service, scope);
      if (truth === yes || (truth === fails && excludes(one.rule, scope, notes))) return one.index;
    }
    return known === none ? -1 : known;
  }

  /** What soft rules add for a service, which is that of the scope. */
  minorOf(service: number): number {
    const { scope, notes } = this.#of as Services;
    let minor = this.#minor[service] ?? 0;
    for (let at = 0; at < this.#costs.length; at += 1) {
      const one = this.#costs[at] as RuleParts;
      const truth = saysOf(one, service, scope);
      if (truth === no) continue;
      if (truth === fails) minor += amountOf(one.rule, scope, notes);
      else minor += Number.isNaN(one.amount) ? one.amountNow(scope, notes) : one.amount;
    }
    return minor;
  }
}

/** Whether it says the same at every location. */
const isSettled = ({ isExact, place, here, each }: RuleParts): boolean =>
  !isExact && place.length + here.length + each.length === 0;

function saysOf(one: RuleParts, service: number, scope: Scope): typeof no | typeof yes | typeof fails {
  if (one.now !== yes) return one.now;
  if (one.truths[service] === no) return no;
  return one.each.length === 0 ? yes : truthOf(one.each, scope);
}
