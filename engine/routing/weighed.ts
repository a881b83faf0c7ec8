/** Carriage by weight: what each candidate takes for a parcel by what is in it, where a rate card is in force. */
import { Load, noShape, type Shape } from '../../actors/item-shape.ts';
import type { LineId, Sku } from '../../actors/ids.ts';
import type { LocationCard } from '../../actors/network-commands.ts';
import type { Destination } from '../../actors/order-commands.ts';
import { cheapestOffer, minorOf, offersOn, unitGramsMax, type ServiceOffer } from '../promise/offers.ts';
import { isBefore, type CarrierService } from '../promise/services.ts';
import type { World } from '../world.ts';
import type { Carriage, Carried, Need } from './source.ts';

/** Needs with the shapes of their SKUs. */
export function shapedNeeds({ skus }: World, needs: readonly Need[]): readonly Need[] {
  return needs.map((need) => ({ ...need, shape: skus.get(need.sku)?.shape ?? noShape }));
}

/** One parcel of all that is wanted, units that are heavier left out. */
export function wholeLoad(needs: readonly Need[], unitGramsMax: number): Load {
  const load = new Load();
  for (const { shape = noShape, quantity } of needs) if (shape.unitGrams <= unitGramsMax) load.add(shape, quantity);
  return load;
}

/** What is wanted of units that are heavier: their lines and SKUs; undefined: nothing is. */
export function tooHeavy(
  needs: readonly Need[], unitGramsMax: number,
): { readonly lines: readonly LineId[]; readonly skus: ReadonlySet<Sku> } | undefined {
  const heavy = needs.filter(({ shape = noShape }) => shape.unitGrams > unitGramsMax);
  if (heavy.length === 0) return undefined;
  return { lines: heavy.map(({ lineId }) => lineId), skus: new Set(heavy.map(({ sku }) => sku)) };
}

const carriedBy = ({ service }: ServiceOffer, costMinor: number): Carried => ({
  carrier: service.carrier,
  service: service.isNamed ? service.id : undefined,
  costMinor,
});

/** By the cheapest of some offers. */
export class ByWeight implements Carriage {
  readonly offers: readonly ServiceOffer[];

  constructor(offers: readonly ServiceOffer[]) {
    this.offers = offers;
  }

  minor(load: Shape): number {
    let least = Infinity;
    for (const offer of this.offers) {
      const minor = minorOf(offer, load);
      if (minor < least) least = minor;
    }
    return least;
  }

  carried(load: Shape): Carried | undefined {
    const offer = cheapestOffer(this.offers, load);
    return offer === undefined ? undefined : carriedBy(offer, minorOf(offer, load));
  }
}

/** An offer with what the soft rules of a routing plan say of its service. */
export interface RuledOffer {
  readonly offer: ServiceOffer;
  readonly rulesMinor: number;
}

/** How a routing plan weighs what a parcel takes. */
export interface RuledTerms {
  readonly shipping: number;
  readonly ruleWeight: number;
  /** Everything else that a parcel from there counts before it is rounded, and after. */
  readonly otherMinor: number;
  readonly parcelMinor: number;
}

/** By the offer that counts least under a routing plan; of equals the cheaper, then by name. */
export class ByRules implements Carriage {
  readonly #offers: readonly RuledOffer[];
  readonly #terms: RuledTerms;

  constructor(offers: readonly RuledOffer[], terms: RuledTerms) {
    this.#offers = offers;
    this.#terms = terms;
  }

  minor(load: Shape): number {
    let least = Infinity;
    for (const one of this.#offers) least = Math.min(least, this.#counts(one, minorOf(one.offer, load)));
    const { otherMinor, parcelMinor } = this.#terms;
    return least === Infinity ? Infinity : Math.max(0, Math.round(least + otherMinor) + parcelMinor);
  }

  #counts({ rulesMinor }: RuledOffer, costMinor: number): number {
    // Whatever a plan says, a parcel that is not carried is no way.
    if (costMinor === Infinity) return Infinity;
    return this.#terms.shipping * costMinor + this.#terms.ruleWeight * rulesMinor;
  }

  carried(load: Shape): Carried | undefined {
    let best: ServiceOffer | undefined;
    let [bestMinor, bestCost] = [Infinity, Infinity];
    for (const one of this.#offers) {
      const costMinor = minorOf(one.offer, load);
      const minor = this.#counts(one, costMinor);
      if (minor === Infinity || minor > bestMinor) continue;
      if (best !== undefined && minor === bestMinor) {
        const isBetter = costMinor < bestCost || (costMinor === bestCost && isBefore(one.offer.service, best.service));
        if (!isBetter) continue;
      }
      [best, bestMinor, bestCost] = [one.offer, minor, costMinor];
    }
    return best === undefined ? undefined : carriedBy(best, bestCost);
  }
}

/** A service on a lane, with what it takes for one parcel of all that is wanted. */
export interface PricedOffer {
  readonly offer: ServiceOffer;
  readonly costMinor: number;
}

/** What services take on a lane; units that a service does not carry are left out of its price. */
export function pricesOn(
  { rates }: World,
  services: readonly CarrierService[],
  from: LocationCard,
  to: Destination | undefined,
  km: number,
  needs: readonly Need[],
  atMs: number,
): readonly PricedOffer[] {
  return offersOn(rates, services, from, to, km, atMs).map((offer) => {
    const load = offer.tariff === undefined ? noShape : wholeLoad(needs, unitGramsMax([offer]));
    return { offer, costMinor: minorOf(offer, load) };
  });
}
