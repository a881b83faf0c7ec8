/** The facts of the world as expressions see them: made for a decision, of a location once for each card it has. */
import type { Attributes } from '../../../actors/schemas.ts';
import type { Location } from '../../../actors/network-commands.ts';
import { unavailable } from '../../../actors/stock-ledger.ts';
import type { LocationCell } from '../../cells.ts';
import { placeOf } from '../../promise/places.ts';
import type { View } from '../../selling.ts';
import { plentyUnits } from '../../untracked.ts';
import type { World } from '../../world.ts';
import type { Asked } from '../request.ts';
import type { Need } from '../source.ts';
import type { LineFacts, OfferFacts, OrderFacts, PlaceFacts, StockFacts } from './facts.ts';

interface Values {
  readonly attributes: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
}

const none: Values = { attributes: {}, numbers: {} };
const sorted = new WeakMap<Attributes, Values>();

/** Texts and numbers apart. */
function valuesOf(attributes: Attributes | undefined): Values {
  if (attributes === undefined) return none;
  let values = sorted.get(attributes);
  if (values === undefined) {
    const of = <T>(type: string): Record<string, T> =>
      Object.fromEntries(Object.entries(attributes).filter(([, value]) => typeof value === type)) as Record<string, T>;
    values = { attributes: of<string>('string'), numbers: of<number>('number') };
    sorted.set(attributes, values);
  }
  return values;
}

export function orderFacts(world: World, order: Asked, needs: readonly Need[], atMs: number): OrderFacts {
  const { destination: to } = order;
  const prices = new Map(order.lines.map((line) => [line.lineId, line]));
  const lines = needs.map(({ lineId, sku, quantity }): LineFacts => {
    const { unitPriceMinor = 0, kit } = prices.get(lineId) ?? {};
    const values = valuesOf(world.skus.get(sku)?.item?.snapshot?.context.attributes);
    return { id: lineId, sku, quantity, unitPriceMinor, kit: kit?.sku, ...values };
  });
  return {
    id: order.orderId ?? '',
    channel: order.channel,
    currency: order.currency,
    customer: order.customer,
    segment: order.segment,
    service: order.service,
    priority: order.priority ?? 0,
    shortage: order.shortage ?? 'refuse',
    attempt: order.attempt ?? 0,
    placedAtMs: order.placedAtMs ?? atMs,
    promisedByMs: order.promisedByMs,
    tags: order.tags ?? [],
    ...valuesOf(order.attributes),
    country: to.country,
    postalCode: to.postalCode,
    latitude: to.latitude,
    longitude: to.longitude,
    lines,
  };
}

const places = new WeakMap<Location, PlaceFacts>();

/** A card never changes, so its facts are made once. */
export function placeFacts(card: Location): PlaceFacts {
  let facts = places.get(card);
  if (facts === undefined) {
    const { id, name, type, country, postalCode, address, groups = [], capabilities } = card;
    facts = {
      id,
      name,
      type,
      country,
      region: address?.region,
      postalCode,
      groups,
      capabilities: capabilities ?? (type === 'store' ? ['ship', 'pickup'] : ['ship']),
      ...valuesOf(card.attributes),
      localMs: (nowMs) => {
        const zone = placeOf(card)?.zone;
        return zone === undefined ? undefined : nowMs + zone.offsetAt(nowMs);
      },
    };
    places.set(card, facts);
  }
  return facts;
}

/** A location as an order sees it; units are counted when a rule asks for them. */
export class Offer implements OfferFacts {
  distanceKm = 0;
  shippingMinor = 0;
  readonly #world: World;
  readonly #view: View;
  readonly #needs: readonly Need[];
  readonly #nowMs: number;
  #cell: LocationCell | undefined;
  #units = -1;
  #wholeLines = 0;

  constructor(world: World, view: View, needs: readonly Need[], nowMs: number) {
    this.#world = world;
    this.#view = view;
    this.#needs = needs;
    this.#nowMs = nowMs;
  }

  /** Be about this location. */
  look(cell: LocationCell, distanceKm: number, shippingMinor: number): void {
    this.#cell = cell;
    this.#units = -1;
    this.distanceKm = distanceKm;
    this.shippingMinor = shippingMinor;
  }

  #count(): void {
    this.#units = 0;
    this.#wholeLines = 0;
    for (const { sku, quantity } of this.#needs) {
      const there = this.atp(sku);
      this.#units += Math.min(quantity, there);
      if (there >= quantity) this.#wholeLines += 1;
    }
  }

  /** Units of a SKU that the order's channel may take there. */
  atp(sku: Need['sku']): number {
    const known = this.#world.skus.get(sku);
    if (known === undefined || this.#cell === undefined) return 0;
    return Math.min(plentyUnits, this.#view.unitsIn(known, this.#cell));
  }

  get units(): number {
    if (this.#units < 0) this.#count();
    return this.#units;
  }

  get wholeLines(): number {
    if (this.#units < 0) this.#count();
    return this.#wholeLines;
  }

  get unitsToday(): number {
    return this.#today(({ units }) => units);
  }

  get parcelsToday(): number {
    return this.#today(({ parcels }) => parcels);
  }

  /** Work of the day that its clocks show; 0 without a time zone, which it would need to have a capacity. */
  #today(of: (hour: { readonly units: number; readonly parcels: number }) => number): number {
    const card = this.#cell?.snapshot?.context;
    const zone = card?.timeZone === undefined ? undefined : placeOf(card)?.zone;
    const work = this.#cell === undefined ? undefined : this.#world.works.get(this.#cell.id)?.snapshot?.context;
    if (zone === undefined || work === undefined) return 0;
    const today = zone.dayAt(this.#nowMs);
    return work.hours.reduce((sum, hour) => (zone.dayAt(hour.hourMs) === today ? sum + of(hour) : sum), 0);
  }

  /** The balances of a SKU there. */
  stock(sku: Need['sku']): StockFacts {
    const levels = this.#cell === undefined ? undefined : this.#world.findStock(sku, this.#cell.id)?.snapshot?.context;
    if (levels === undefined) return { ...nothing, atp: this.atp(sku) };
    const { onHand, reserved, allocated, buffer } = levels;
    return { atp: this.atp(sku), onHand, unavailable: unavailable(levels), reserved, allocated, buffer };
  }
}

const nothing: StockFacts = { atp: 0, onHand: 0, unavailable: 0, reserved: 0, allocated: 0, buffer: 0 };
