/**
 * Views: what can be sold through a channel by one way of delivery. A view says what each stock gives to
 * it; the sum over a SKU's stocks is kept beside the SKU from when somebody first asks for it, and each
 * change of a stock adds its difference (place.ts). What concerns a whole view, a location that
 * opens for it or another list of locations, makes its sums void at once and without a walk: the next
 * question about a SKU adds up the stocks of that SKU alone.
 */
import type { BufferRule } from '../actors/buffer-commands.ts';
import type { LocationId, Sku } from '../actors/ids.ts';
import type { Buyer } from '../actors/pool-commands.ts';
import { free } from '../actors/stock-ledger.ts';
import { deliveryMethods, type DeliveryMethod } from '../actors/vocabulary.ts';
import { Buffers, bufferUnits } from './buffers.ts';
import type { ChannelCell, KitParts, LocationCell, SkuCell, StockCell } from './cells.ts';
import { voidKits, voidSums } from './sums.ts';
import { leftToOthers, Pools } from './pools.ts';

/** A view's units of one SKU. True while `version` is the view's. */
export interface Sum {
  readonly view: View;
  version: number;
  units: number;
}

/** What of a location decides who sells from it. */
interface Place {
  readonly id: string;
  readonly type: string;
  readonly state: 'open' | 'paused';
  readonly groups?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
}

/** What a view sells: all that is open, or what a channel may deliver by one method. */
type Sells = (location: Place | undefined) => boolean;

/** Whether no unit of a SKU may be given to anybody yet. */
export function isOnPreorder({ item }: SkuCell): boolean {
  return item?.snapshot?.value === 'preorder';
}

export class View {
  readonly #buffers: Buffers;
  readonly channel: ChannelCell | undefined;
  readonly method: DeliveryMethod | undefined;
  /** Whose pools are its own. */
  readonly buyer: Buyer;
  /** Sums kept under another one are void. */
  version = 1;
  /** Whether it sells from a location, by the location's index. */
  readonly #sells: boolean[] = [];

  readonly #locations: readonly LocationCell[];

  constructor(
    channel: ChannelCell | undefined,
    method: DeliveryMethod | undefined,
    buffers: Buffers,
    locations: readonly LocationCell[],
    segment: string | undefined,
  ) {
    this.buyer = { channel: channel?.id, segment };
    this.#buffers = buffers;
    this.#locations = locations;
    this.channel = channel;
    this.method = method;
  }

  sells(location: LocationCell): boolean {
    return this.#sells[location.index] === true;
  }

  /** Whether it sells a SKU without stock. */
  isUntracked({ untracked }: SkuCell): boolean {
    if (untracked === undefined || this.method === undefined) return false;
    if (untracked.channels === undefined) return true;
    return this.channel !== undefined && untracked.channels.includes(this.channel.id);
  }

  /** The units of a SKU that a location gives to this view: Infinity where none are needed. */
  unitsIn(sku: SkuCell, location: LocationCell): number {
    if (this.isUntracked(sku)) return this.#sends(sku, location) ? Infinity : 0;
    for (const stock of sku.stocks) if (stock.location === location) return this.unitsAt(stock);
    return 0;
  }

  /** Whether an untracked SKU goes out from a location. */
  #sends(sku: SkuCell, location: LocationCell): boolean {
    return this.sells(location) && !isOnPreorder(sku) && isAmong(location, sku.untracked ?? {});
  }

  /** The units that a stock gives to this view: none of a SKU that it sells without stock. */
  unitsAt(stock: StockCell): number {
    if (stock.atp === 0 || this.#sells[stock.location.index] !== true || isOnPreorder(stock.sku)) return 0;
    if (stock.sku.untracked !== undefined && this.isUntracked(stock.sku)) return 0;
    if (this.method === undefined) return stock.atp;
    const units = this.#buffers.count === 0 ? stock.atp : this.#beyondRules(stock);
    if (stock.sku.pools === undefined) return units;
    return Math.max(0, units - leftToOthers(stock, this.buyer));
  }

  /** What is left when the rule for this view holds more back than the stock's own buffer does. */
  #beyondRules(stock: StockCell): number {
    const rule = this.#buffers.find(stock, this);
    const levels = stock.snapshot?.context;
    if (rule === undefined || levels === undefined) return stock.atp;
    return Math.min(stock.atp, Math.max(0, free(levels) - bufferUnits(rule, levels, stock.pace)));
  }

  /**
   * The units of a SKU in this view: Infinity of one that it sells without stock from somewhere. Everything
   * has no fewer than any view, so what is sold so through one channel is without bound there.
   */
  unitsOf(sku: SkuCell): number {
    if (sku.untracked !== undefined && (this.method === undefined || this.isUntracked(sku))) {
      if (this.#locations.some((location) => this.#sends(sku, location))) return Infinity;
      if (this.method !== undefined) return 0;
    }
    let sum: Sum | undefined;
    for (const each of sku.sums ?? []) if (each.view === this) sum = each;
    if (sum?.version === this.version) return sum.units;
    if (sum === undefined) (sku.sums ??= []).push((sum = { view: this, version: 0, units: 0 }));
    sum.version = this.version;
    sum.units = 0;
    if (sku.kit !== undefined) sum.units = this.#kitsOf(sku.kit);
    else for (const stock of sku.stocks) sum.units += this.unitsAt(stock);
    return sum.units;
  }

  /** Kits that can be made of what this view has: the scarcest component decides, place by place if need be. */
  #kitsOf(kit: KitParts): number {
    if (!kit.together) {
      return Math.min(...kit.components.map(({ sku, quantity }) => Math.floor(this.unitsOf(sku) / quantity)));
    }
    let kits = 0;
    for (const units of this.kitsAt(kit).values()) kits += units;
    return kits;
  }

  /** Whole kits by location, where there are any. */
  kitsAt({ components }: KitParts): Map<LocationCell, number> {
    const kits = new Map<LocationCell, number>();
    for (const [index, { sku, quantity }] of components.entries()) {
      const here = new Map<LocationCell, number>();
      for (const location of this.isUntracked(sku) ? this.#locations : sku.stocks.map((stock) => stock.location)) {
        const most = index === 0 ? Infinity : (kits.get(location) ?? 0);
        const units = Math.min(most, Math.floor(this.unitsIn(sku, location) / quantity));
        if (units > 0) here.set(location, units);
      }
      kits.clear();
      for (const [location, units] of here) kits.set(location, units);
    }
    return kits;
  }

  /** The value of a location, or what its channel sells, may be another one. */
  look(locations: readonly LocationCell[]): void {
    const sells = this.#rule();
    for (const { index, snapshot } of locations) {
      const now = sells(snapshot?.context);
      if (now === (this.#sells[index] === true)) continue;
      this.#sells[index] = now;
      this.version += 1;
    }
  }

  #rule(): Sells {
    const { channel, method } = this;
    const { locations, groups } = channel?.snapshot?.context ?? {};
    const named = locations === undefined ? undefined : new Set<string>(locations);
    const isNamed = (location: Place): boolean =>
      (named === undefined && groups === undefined) ||
      named?.has(location.id) === true ||
      (groups !== undefined && location.groups?.some((group) => groups.includes(group)) === true);
    return (location) =>
      location !== undefined &&
      location.state === 'open' &&
      (method === undefined || delivers(location, method)) &&
      isNamed(location);
  }
}

/** Whether a location can do this: as its capabilities say; where it names none, all ship and stores hand over. */
export function delivers({ capabilities, type }: Place, method: DeliveryMethod): boolean {
  if (capabilities !== undefined) return capabilities.includes(method);
  return method === 'ship' || type === 'store';
}

/** Whether a location is one of those named, or of a group named; naming neither names all. */
export function isAmong({ id, snapshot }: LocationCell, { locations, groups }: Named): boolean {
  if (locations === undefined && groups === undefined) return true;
  if (locations?.includes(id) === true) return true;
  return groups !== undefined && snapshot?.context.groups?.some((group) => groups.includes(group)) === true;
}

interface Named {
  readonly locations?: readonly LocationId[] | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Every view there is: made when first asked for, two to a channel, and to each segment of it that pools name. */
export class SellingViews {
  /** Of every open location, however it delivers: no view has more of a SKU. */
  readonly everything: View;
  readonly pools = new Pools((segment) => this.#forget(segment));
  /** SKUs that are sold without stock, through some channel or all. */
  readonly untracked = new Set<SkuCell>();
  readonly buffers = new Buffers((rule) => this.#ruleChanged(rule));
  readonly #locations: readonly LocationCell[];
  readonly #skus: ReadonlyMap<Sku, SkuCell>;
  #views: View[] = [];
  readonly #byChannel = new Map<ChannelCell | undefined, View[]>();
  /** Views of customers of a segment, by segment and channel. */
  readonly #bySegment = new Map<string, Map<ChannelCell | undefined, View[]>>();

  constructor(locations: readonly LocationCell[], skus: ReadonlyMap<Sku, SkuCell>) {
    this.#locations = locations;
    this.#skus = skus;
    this.everything = this.#made(undefined, undefined);
  }

  /**
   * The view of a channel; of all open locations without one.
   * @param segment of its customers; one that no pool names is like none.
   */
  of(channel: ChannelCell | undefined, method: DeliveryMethod = 'ship', segment?: string): View {
    const isNamed = segment !== undefined && channel !== undefined && this.pools.names(segment);
    const among = isNamed ? this.#ofSegment(segment) : this.#byChannel;
    let views = among.get(channel);
    if (views === undefined) {
      views = deliveryMethods.map((each) => this.#made(channel, each, isNamed ? segment : undefined));
      among.set(channel, views);
    }
    return views[deliveryMethods.indexOf(method)] ?? this.everything;
  }

  #ofSegment(segment: string): Map<ChannelCell | undefined, View[]> {
    let views = this.#bySegment.get(segment);
    if (views === undefined) this.#bySegment.set(segment, (views = new Map()));
    return views;
  }

  /** No pool names a segment any more: whoever is of it sees what others see. */
  #forget(segment: string): void {
    const views = new Set([...(this.#bySegment.get(segment)?.values() ?? [])].flat());
    this.#bySegment.delete(segment);
    this.#views = this.#views.filter((view) => !views.has(view));
    // What is kept of their sums is kept up no more.
    for (const view of views) view.version += 1;
  }

  #made(channel: ChannelCell | undefined, method: DeliveryMethod | undefined, segment?: string): View {
    const view = new View(channel, method, this.buffers, this.#locations, segment);
    view.look(this.#locations);
    this.#views.push(view);
    return view;
  }

  /** A location was put into its cell, or taken out again. */
  locationChanged(location: LocationCell): void {
    for (const view of this.#views) view.look([location]);
    // Its groups may be others: kits of what it sends are added up again.
    for (const sku of this.untracked) voidKits(sku);
  }

  /** A rule began or ceased to hold: sums it has no part in stay. */
  #ruleChanged({ sku, channel, method }: BufferRule): void {
    if (sku !== undefined) {
      const cell = this.#skus.get(sku);
      if (cell !== undefined) voidSums(cell);
      return;
    }
    for (const view of this.#views) {
      if (view.method === undefined || (channel !== undefined && view.channel?.id !== channel)) continue;
      if (method === undefined || view.method === method) view.version += 1;
    }
  }

  channelChanged(channel: ChannelCell): void {
    for (const view of this.#views) if (view.channel === channel) view.look(this.#locations);
  }
}
