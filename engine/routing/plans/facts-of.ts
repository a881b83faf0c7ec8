/** The facts of the world as expressions see them: made for a decision, of a location once for each card it has. */
import type { Attributes } from '../../../actors/schemas.ts';
import type { Location } from '../../../actors/network-commands.ts';
import { unavailable, type StockContext } from '../../../actors/stock-ledger.ts';
import type { LocationCell, SkuCell, StockCell } from '../../cells.ts';
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

/**
 * A location as an order sees it. Nothing is counted before a rule asks for it, and then once for each line: the
 * stocks of its SKU are found by the location's index, in lists that are used again for the next decision.
 */
export class Offer implements OfferFacts {
  distanceKm = 0;
  shippingMinor = 0;
  /** The stock of the line that is looked at. */
  readonly stock: StockFacts;
  readonly #lists: StockLists;
  readonly #world: World;
  readonly #view: View;
  readonly #needs: readonly Need[];
  /** By need, its SKU. */
  readonly #skus: (SkuCell | undefined)[] = [];
  readonly #nowMs: number;
  #cell: LocationCell | undefined;
  /** Which location it is about, counted from 1; by need, for which one its units were counted last. */
  #looks = 0;
  readonly #countedAt: number[];
  readonly #unitsOf: number[];
  #need = 0;
  #units = -1;
  #wholeLines = 0;

  constructor(world: World, view: View, needs: readonly Need[], nowMs: number) {
    this.#world = world;
    this.#view = view;
    this.#needs = needs;
    this.#nowMs = nowMs;
    this.#lists = listsOf(world);
    this.#lists.begin();
    for (const { sku } of needs) this.#skus.push(world.skus.get(sku));
    this.#countedAt = new Array<number>(needs.length).fill(0);
    this.#unitsOf = new Array<number>(needs.length).fill(0);
    this.stock = new LineStock(this);
  }

  /** Be about this location. */
  look(cell: LocationCell, distanceKm: number, shippingMinor: number): void {
    this.#cell = cell;
    this.#looks += 1;
    this.#units = -1;
    this.distanceKm = distanceKm;
    this.shippingMinor = shippingMinor;
  }

  /** Be about this line there. */
  lookAtLine(need: number): void {
    this.#need = need;
  }

  #count(): void {
    this.#units = 0;
    this.#wholeLines = 0;
    for (let need = 0; need < this.#needs.length; need += 1) {
      const { quantity } = this.#needs[need] as Need;
      const there = this.#atp(need);
      this.#units += Math.min(quantity, there);
      if (there >= quantity) this.#wholeLines += 1;
    }
  }

  /** Units of the line that the order's channel may take there. */
  get atp(): number {
    return this.#atp(this.#need);
  }

  #atp(need: number): number {
    if (this.#countedAt[need] === this.#looks) return this.#unitsOf[need] ?? 0;
    const units = this.#atpNow(need);
    this.#countedAt[need] = this.#looks;
    this.#unitsOf[need] = units;
    return units;
  }

  #atpNow(need: number): number {
    const sku = this.#skus[need];
    if (sku === undefined || this.#cell === undefined) return 0;
    if (this.#view.isUntracked(sku)) return Math.min(plentyUnits, this.#view.unitsIn(sku, this.#cell));
    const stock = this.#lists.of(need, sku)[this.#cell.index];
    return stock === undefined ? 0 : this.#view.unitsAt(stock);
  }

  /** The balances of the line's SKU there; undefined: it never had any. */
  get levels(): StockContext | undefined {
    const sku = this.#skus[this.#need];
    if (sku === undefined || this.#cell === undefined) return undefined;
    return this.#lists.of(this.#need, sku)[this.#cell.index]?.snapshot?.context;
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
}

/** The stock of a line where the offer is. */
class LineStock implements StockFacts {
  readonly #offer: Offer;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  get atp(): number {
    return this.#offer.atp;
  }

  get onHand(): number {
    return this.#offer.levels?.onHand ?? 0;
  }

  get unavailable(): number {
    const { levels } = this.#offer;
    return levels === undefined ? 0 : unavailable(levels);
  }

  get reserved(): number {
    return this.#offer.levels?.reserved ?? 0;
  }

  get allocated(): number {
    return this.#offer.levels?.allocated ?? 0;
  }

  get buffer(): number {
    return this.#offer.levels?.buffer ?? 0;
  }
}

type StockList = (StockCell | undefined)[];

/** By line, the stocks of its SKU by location; kept between decisions, of which there is one at a time. */
class StockLists {
  readonly #world: World;
  readonly #lists: StockList[] = [];
  /** What each list was filled from; undefined: from nothing in this decision. */
  readonly #from: (SkuCell | undefined)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    for (let at = 0; at < this.#from.length; at += 1) this.#from[at] = undefined;
  }

  of(need: number, sku: SkuCell): StockList {
    // Orders of very many lines do not leave as many lists behind.
    const at = need % listsMax;
    const known = this.#lists[at];
    return known !== undefined && this.#from[at] === sku ? known : this.#fill(at, sku);
  }

  #fill(at: number, sku: SkuCell): StockList {
    while (this.#lists.length <= at) {
      this.#lists.push([]);
      this.#from.push(undefined);
    }
    const list = this.#lists[at] as StockList;
    list.fill(undefined);
    while (list.length < this.#world.locationList.length) list.push(undefined);
    for (const stock of sku.stocks) list[stock.location.index] = stock;
    this.#from[at] = sku;
    return list;
  }
}

const listsMax = 64;
const lists = new WeakMap<World, StockLists>();

function listsOf(world: World): StockLists {
  let found = lists.get(world);
  if (found === undefined) lists.set(world, (found = new StockLists(world)));
  return found;
}
