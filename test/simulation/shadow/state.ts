/**
 * The shadow: what the world must be, kept by a model that shares no code with the engine. Where the
 * engine keeps balances and places of units, the shadow keeps movements and derives the rest, so that
 * the two can agree only by both being right. Every change is logged: refusals and crashes are undone alike.
 */
import type { EngineLimits } from '../../../engine/limits.ts';
import { intakeMaps } from './intake-state.ts';
import type { ShadowBatch, ShadowLine, TakenIn, Trouble } from './order-shapes.ts';
import { CaseBook } from './case-book.ts';
import type { StockLevels } from '../../../actors/vocabulary.ts';
import type { ShadowSale, StandingShadow } from './buffer-commands.ts';
import type { ShadowHold } from './holds.ts';
import type { ShadowLot } from './lots.ts';
import { ShadowOrders, stocksGained } from './all-orders.ts';
import type { ShadowDrift } from './drift.ts';
import type { ShadowSeat, ShadowVersion } from './plan-state.ts';
import type { ShadowPool } from './pool-commands.ts';
import type { CarrierCard, Channel, Location } from '../../../actors/network-commands.ts';
import type { Transit } from '../../../actors/transit-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import type { Item } from '../../../actors/item-commands.ts';
import type { ShadowQuota } from './quotas.ts';
import type { RateCards } from './rates.ts';
import type { ReturnPolicy } from '../../../actors/return-commands.ts';
import type { ShadowTask, ShadowTerminal } from './floor.ts';
import type { ShadowReturn } from './return-facts.ts';
import type { ShadowPlan } from './seeking.ts';
import type { Executed } from './verdict.ts';
import type { Told } from './told.ts';
import type { Forecast } from './decided.ts';
import type { HeardMove } from './batches.ts';
import type { Asked } from './asked.ts';
import type { ShadowOffer } from './offered.ts';
import type { Declined } from './troubles.ts';
import type { Fact, ShadowOfPlan } from './trials.ts';
import type { ShadowHealth } from './carrier-health.ts';
import type { ShadowParcel } from './parcels-left.ts';
import type { SupplyLineShadow } from './supply-facts.ts';

export { isHeld, isUntouched, stockKey, tracked } from './parts.ts';
export type { ShadowBatch, ShadowKit, ShadowLine, Trouble } from './order-shapes.ts';
export type PartState = 'open' | 'released' | 'picking' | 'shipped' | 'delivered' | 'cancelled';

/** One parcel of an order: units of lines, by the line's place in the order. */
export interface Part {
  readonly location: string;
  readonly state: PartState;
  readonly carrier: string | undefined;
  readonly service: string | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  readonly shipByMs: number | undefined;
  readonly deliverByMs: number | undefined;
  /** The hour of work it counts for, and the units it counts as. */
  readonly workAtMs: number | undefined;
  readonly workUnits: number;
  readonly units: readonly { readonly line: number; readonly quantity: number }[];
  readonly tracking: string | undefined;
  readonly startByMs?: number | undefined;
  readonly isOverdue?: boolean | undefined;
  /** What keeps it, beside what keeps its order. */
  readonly holds?: readonly ShadowHold[] | undefined;
  readonly offer?: ShadowOffer | undefined;
  /** What its location is asked to give up. */
  readonly asked?: Asked | undefined;
  /** Lines of which the units take no stock. */
  readonly untracked?: readonly number[] | undefined;
  /** Of tracked SKUs: what to pick, or what left. */
  readonly lots?: readonly { readonly line: number; readonly lot: string; readonly quantity: number }[] | undefined;
}

export interface ShadowOrder extends TakenIn {
  readonly id: string;
  readonly channel: string;
  readonly destination: Destination;
  readonly currency: string | undefined;
  readonly customer: string | undefined;
  readonly segment?: string | undefined;
  readonly service: string | undefined;
  readonly mayWait: boolean;
  readonly delayMs: number;
  readonly priority: number | undefined;
  readonly promisedByMs: number | undefined;
  readonly fulfillAtMs?: number | undefined;
  readonly fulfillByMs?: number | undefined;
  readonly tags: readonly string[] | undefined;
  readonly attributes: Readonly<Record<string, string | number>> | undefined;
  readonly holds?: readonly ShadowHold[] | undefined;
  readonly declined?: readonly Declined[] | undefined;
  readonly improved?: number | undefined;
  readonly batch?: ShadowBatch | undefined;
  /** The part of another order that it is sent for. */
  readonly replaces?: { readonly orderId: string; readonly part: number } | undefined;
  readonly placedAtMs: number;
  readonly changedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly attempts: number;
  readonly lines: readonly ShadowLine[];
  readonly parts: readonly Part[];
  readonly trouble: Trouble['code'] | undefined;
  readonly exception: Trouble | undefined;
}

/** Movements of one SKU at one location: on hand is what came minus what went. */
export interface ShadowStock {
  readonly came: number;
  readonly went: number;
  /** Units that may not be sold, by why. */
  readonly damaged: number;
  readonly quality: number;
  readonly held: number;
  readonly reserved: number;
  readonly allocated: number;
  readonly buffer: number;
  readonly suspect?: true | undefined;
  /** The last count that found it otherwise: one object for each, with the instant it is of. */
  readonly counted?: { readonly ofMs: number };
  /** What came and went, the newest first. */
  readonly past?: Moved | undefined;
}

/** A change of what is there; of a count, with the instant it is of. */
export interface Moved {
  readonly atMs: number;
  readonly units: number;
  readonly countedMs: number | undefined;
  readonly before: Moved | undefined;
}

/** Settings of a SKU; not open while it is on preorder. */
export type ShadowItem = { readonly item: Item; readonly isOpen: boolean };

export interface ShadowCarrier {
  readonly card: CarrierCard;
  readonly isOpen: boolean;
  readonly reason: string;
  readonly inTransit: number;
  readonly health?: ShadowHealth | undefined;
}

/** A supply document: what was asked for, and all that happened to units of it. */
export interface ShadowSupply {
  readonly id: string;
  readonly type: 'purchase' | 'transfer';
  readonly to: string;
  readonly from: string | undefined;
  readonly supplier: string | undefined;
  readonly reference: string | undefined;
  readonly tracking: string | undefined;
  readonly reason: string | undefined;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly orderedAtMs: number | undefined;
  readonly shippedAtMs: number | undefined;
  readonly expectedAtMs: number;
  readonly confidence: number;
  readonly overReceiptPercent: number;
  readonly lines: readonly SupplyLineShadow[];
  readonly happened: readonly {
    readonly lineId: string;
    readonly fate: 'arrived' | 'damaged' | 'gone' | 'back';
    readonly units: number;
  }[];
}

/** Units held for a cart, by the line's place in it. What is held of a line follows from its parcels. */
export interface ShadowReservation {
  readonly id: string;
  readonly channel: string;
  readonly customer: string | undefined;
  readonly destination: Destination | undefined;
  readonly segment: string | undefined;
  readonly service: string | undefined;
  readonly locations: readonly string[] | undefined;
  readonly groups: readonly string[] | undefined;
  readonly isPartial: boolean;
  readonly ttlMs: number;
  readonly madeAtMs: number;
  readonly changedAtMs: number;
  readonly expiresAtMs: number;
  readonly state: 'queued' | 'held' | 'converted' | 'released' | 'expired';
  /** Its place among all that ever stood in this line, while it stands there. */
  readonly ticket: number | undefined;
  readonly lines: readonly (Pick<ShadowLine, 'lineId' | 'sku' | 'quantity' | 'kit'>)[];
  readonly parcels: ShadowPlan['parcels'];
  readonly candidates: number;
  readonly runnerUpMinor: number | undefined;
  readonly orderId: string | undefined;
}

interface Change {
  readonly map: Map<string, unknown>;
  readonly key: string;
  readonly before: unknown;
}

export class Shadow extends CaseBook {
  /** What the engine was heard deciding about the window that ends. */
  readonly moves: HeardMove[] = [];
  /** Windows that were given up. */
  readonly givenUp = new Set<string>();
  readonly locations = new Map<string, Location>();
  readonly channels = new Map<string, Channel>();
  readonly transits = new Map<string, Transit>();
  readonly forecasts = new Map<string, { readonly version: number; readonly atMs: number; readonly rows: readonly object[] }>();
  readonly rates: RateCards = new Map();
  readonly items = new Map<string, ShadowItem>();
  /** Goes up with every change and every undo. */
  changes = 0;
  readonly carriers = new Map<string, ShadowCarrier>();
  /** Rules that hold units back; undefined once removed. */
  readonly buffers = new Map<string, StandingShadow | undefined>();
  /** Units that orders took of stocks with a rule that grows with them. */
  readonly sales = new Map<string, readonly ShadowSale[]>();
  /** Units for some channels alone; undefined once ended. */
  readonly pools = new Map<string, ShadowPool | undefined>();
  /** Versions of routing plans by `plan/version`, and what is in force by channel, `*` for all. */
  readonly planVersions = new Map<string, ShadowVersion>();
  readonly planSeats = new Map<string, ShadowSeat>();
  /** What happened on both sides of each canary, by seat; undefined once it ended. */
  readonly planTrials = new Map<string, readonly Fact[] | undefined>();
  /** Versions that decide without effect, by plan; undefined once stopped. */
  readonly planShadows = new Map<string, ShadowOfPlan | undefined>();
  readonly stocks = new Map<string, ShadowStock>();
  readonly places = new Map<string, string[]>();
  readonly orders = new ShadowOrders();
  /** Units per customer, by SKU and customer; undefined once all were given back. */
  readonly quotas = new Map<string, ShadowQuota | undefined>();
  readonly reservations = new Map<string, ShadowReservation>();
  /** How far counts were from what was believed, by `location/day/feed`. */
  readonly drifts = new Map<string, ShadowDrift>();
  readonly supplies = new Map<string, ShadowSupply>();
  readonly returns = new Map<string, ShadowReturn>();
  /** Parcels that left, by carrier and number without spaces, dashes, dots and case. */
  /** Bins of all deliveries, by carrier, service and lane. */
  readonly lanes = new Map<string, readonly number[]>();
  readonly parcels = new Map<string, ShadowParcel>();
  /** Undefined once closed. */
  readonly terminals = new Map<string, ShadowTerminal | undefined>();
  readonly tasks = new Map<string, ShadowTask>();
  readonly returnPolicies = new Map<string, ReturnPolicy>();
  /** What was taken in with orders. */
  readonly intake = intakeMaps();
  /** By `lot/sku`; shipments of each by `lot/number/sku`. */
  readonly lots = new Map<string, ShadowLot>();
  readonly lotShipments = new Map<string, object>();
  /** Units of transfers on their way. */
  readonly transit = new Map<string, number>();
  readonly executed = new Map<string, Executed>();
  /** Who holds, or held, units of a stock, in the order they got them. */
  readonly holders = new Map<string, Set<string>>();
  /** What the engine was heard deciding for what is being done. */
  told: Told[] = [];
  readonly suppliesOpenMax: number;
  readonly reservationsOpenMax: number;
  readonly lotsOpenMax: number;
  readonly returnsOpenMax: number;
  /** What shadows of routing plans must find, of this process alone. */
  readonly foretold: Forecast[] = [];
  isPriced = false;
  /** The time of the turn that what is set belongs to. */
  atMs = 0;
  #open: Change[] = [];
  #sealed: { readonly position: number; readonly changes: readonly Change[] }[] = [];
  #kept = 0;

  constructor(limits: EngineLimits) {
    super(limits.casesOpenMax);
    ({ suppliesOpenMax: this.suppliesOpenMax, reservationsOpenMax: this.reservationsOpenMax } = limits);
    ({ lotsOpenMax: this.lotsOpenMax, returnsOpenMax: this.returnsOpenMax } = limits);
  }

  set<T>(map: Map<string, T>, key: string, value: T): void {
    const isStock = (map as Map<string, unknown>) === this.stocks;
    this.#open.push({ map: map as Map<string, unknown>, key, before: map.get(key) });
    map.set(key, isStock ? (this.#withPast(key, value as ShadowStock) as T) : value);
    this.changes += 1;
    if (isStock) this.#notePlace(key);
  }

  #withPast(key: string, stock: ShadowStock): ShadowStock {
    const before = this.stocks.get(key);
    const units = onHand(stock) - (before === undefined ? 0 : onHand(before));
    const isCount = stock.counted !== before?.counted;
    if (units === 0 && !isCount) return { ...stock, past: before?.past };
    const countedMs = isCount ? stock.counted?.ofMs : undefined;
    return { ...stock, past: { atMs: this.atMs, units, countedMs, before: before?.past } };
  }

  #notePlace(key: string): void {
    const slash = key.indexOf('/');
    const sku = key.slice(slash + 1);
    const places = this.places.get(sku) ?? [];
    if (!places.includes(key.slice(0, slash))) this.places.set(sku, [...places, key.slice(0, slash)]);
  }

  /** The last command was refused: nothing of it remains. */
  undo(): void {
    undoAll(this.#open.splice(this.#kept));
    this.changes += 1;
  }

  /** The last command stands. */
  keep(): void {
    this.#keepHolders();
    this.looked = [];
    this.#kept = this.#open.length;
  }

  /** What changed since the last seal: keys by map. */
  *changed(): Iterable<readonly [map: ReadonlyMap<string, unknown>, key: string]> {
    const seen = new Map<unknown, Set<string>>();
    for (const { map, key } of this.#open) {
      let keys = seen.get(map);
      if (keys === undefined) seen.set(map, (keys = new Set()));
      if (keys.has(key)) continue;
      keys.add(key);
      yield [map, key];
    }
  }

  /** All that was kept since the last seal is the turn at this position. */
  seal(position: number): void {
    for (const { map, key } of this.#open) {
      const executed = map === (this.executed as unknown) ? this.executed.get(key) : undefined;
      if (executed !== undefined) executed.position = position;
    }
    this.#sealed.push({ position, changes: this.#open });
    this.#open = [];
    this.#kept = 0;
  }

  /** What stands up to a position can no longer be lost. */
  durable(position: number): void {
    this.#sealed = this.#sealed.filter((turn) => turn.position > position);
  }

  /** Whether something is decided that may still be lost. */
  get isAhead(): boolean {
    return this.#open.length > 0 || this.#sealed.length > 0;
  }

  /** The process died and this is the last record on disk. Recovery sorts holders by age. */
  rewind(tail: number): void {
    this.foretold.length = 0;
    undoAll(this.#open);
    this.changes += 1;
    this.#open = [];
    this.#kept = 0;
    for (const turn of this.#sealed.toReversed()) if (turn.position > tail) undoAll(turn.changes);
    this.#sealed = [];
    this.holders.clear();
    const byAge = [...this.orders.values()].sort((a, b) => a.placedAtMs - b.placedAtMs || (a.id < b.id ? -1 : 1));
    for (const order of byAge) this.#hold(order.id, undefined, order);
  }

  #keepHolders(): void {
    const before = new Map<string, unknown>();
    for (let i = this.#kept; i < this.#open.length; i += 1) {
      const change = this.#open[i];
      if (change === undefined || change.map !== (this.orders as unknown) || before.has(change.key)) continue;
      before.set(change.key, change.before);
    }
    for (const [id, order] of before) this.#hold(id, order as ShadowOrder | undefined, this.orders.get(id));
  }

  /** An order's place among the holders of a stock is that of the newest part it was given there. */
  #hold(id: string, before: ShadowOrder | undefined, after: ShadowOrder | undefined): void {
    if (after === undefined) return;
    for (const key of stocksGained(before, after)) {
      let holders = this.holders.get(key);
      if (holders === undefined) this.holders.set(key, (holders = new Set()));
      holders.delete(id);
      holders.add(id);
    }
  }
}

function undoAll(changes: readonly Change[]): void {
  for (const { map, key, before } of changes.toReversed()) {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  }
}

export const onHand = ({ came, went }: ShadowStock): number => came - went;
/** Units that may not be sold. */
export const aside = ({ damaged, quality, held }: ShadowStock): number => damaged + quality + held;
export const free = (stock: ShadowStock): number => onHand(stock) - aside(stock) - stock.reserved - stock.allocated;
export const levelsOf = ({ came, went, counted: _counted, past: _past, ...rest }: ShadowStock): StockLevels => ({ onHand: came - went, ...rest });
export const toPromise = (stock: ShadowStock): number => (stock.suspect === true ? 0 : Math.max(0, free(stock) - stock.buffer));
