/**
 * What is derived from the orders and kept as they change: who is in which state, who has work at which
 * location, who holds which stock, who waits for which SKU, whose release or hold is due when. Nothing here is
 * stored; recovery builds it from the rows, and the simulation compares it with a fresh build.
 */
import { nextStepAtMs } from '../actors/buffer-growth.ts';
import type { LocationId, OrderId } from '../actors/ids.ts';
import type { Serve } from '../actors/item-commands.ts';
import { batchEndsAtMs, orderDueAtMs } from '../actors/order-checks.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { isHeld, unitsOfPart } from '../actors/order-takings.ts';
import type { Location } from '../actors/network-commands.ts';
import { orderStates, type OrderState } from '../actors/order-states.ts';
import type { Fulfillment, OrderLine } from '../actors/vocabulary.ts';
import { namesAwaited } from '../actors/order-parked.ts';
import { must } from './assert.ts';
import { join, leave } from './id-lists.ts';
import { Rooms } from './capacity.ts';
import { orderSteps, type BufferCell, type ItemCell } from './cells.ts';
import type { LocationCell, SkuCell, StockCell } from './cells.ts';
import { Moments } from './moments.ts';
import { isFinal, type Snapshot } from './step.ts';
import type { Timers } from './timers.ts';
import { Waiting } from './waiting.ts';
import { Windows } from './batch/windows.ts';
import type { World } from './world.ts';

type Order = Snapshot<OrderContext>;

const emptySet: ReadonlySet<OrderId> = new Set();

export class Views {
  /** Open orders by state, in the order they reached it. */
  readonly byState = new Map<OrderState, Set<OrderId>>(orderStates.map((state) => [state, new Set()]));
  /** Open orders with a fulfillment there that has not left yet. */
  readonly byLocation = new Map<LocationId, Set<OrderId>>();
  /** Open orders that are held, in the order in which they first were. */
  readonly held = new Set<OrderId>();
  /** SKUs that some order waits for. */
  readonly waitedFor = new Set<SkuCell>();
  /** Orders that wait for a mapping, by the name their channel gave. */
  readonly parked = new Map<string, Set<OrderId>>();
  /** How many of them there are. */
  parkedCount = 0;
  /** Locations with a capacity. */
  readonly rooms: Rooms;
  /** When time may change the answer to orders that wait. */
  readonly moments: Moments;
  /** Orders that are sourced together when their window ends. */
  readonly windows = new Windows();
  readonly #world: World;
  readonly #timers: Timers;
  readonly #serve: Serve;
  /** While recovery reads rows, nobody has a place in line yet. */
  #isLoading = true;
  readonly #isOpen = (id: OrderId): boolean => this.#world.isOpen(id);
  openCount = 0;

  /** @param serve whom stock serves first, where the item does not say. */
  constructor(world: World, timers: Timers, serve: Serve) {
    this.#world = world;
    this.#timers = timers;
    this.#serve = serve;
    this.rooms = new Rooms(timers);
    this.moments = new Moments(timers);
  }

  /** Whether any part may be offered: rows that are read may hold offers where none are made any more. */
  get #mayOffer(): boolean {
    return this.#isLoading || this.rooms.isOffering || this.#world.offers.openCount > 0;
  }

  inState(state: OrderState): ReadonlySet<OrderId> {
    return this.byState.get(state) ?? emptySet;
  }

  atLocation(location: LocationId): ReadonlySet<OrderId> {
    return this.byLocation.get(location) ?? emptySet;
  }

  /** By which policy those who wait for a SKU are served. */
  serveOf(sku: SkuCell | undefined): Serve {
    return sku?.item?.snapshot?.context.serve ?? this.#serve;
  }

  /** The settings of a SKU are other ones: a preorder ends at its moment, and those who wait stand as it says. */
  itemChanged({ id, snapshot }: ItemCell): void {
    this.#world.quotas.itemChanged(id, snapshot?.context);
    const sku = this.#world.sku(id);
    sku.waiting?.serveBy(this.serveOf(sku));
    const { preorder } = snapshot?.context ?? {};
    if (snapshot?.value === 'preorder' && preorder !== undefined) {
      this.#timers.set(preorder.availableAtMs, { kind: 'item', id });
    }
  }

  /** A rule was put, removed or took a step: its next one is a timer. */
  bufferChanged({ id, snapshot }: BufferCell, before: BufferCell['snapshot']): void {
    const nextAtMs = snapshot?.value === 'put' ? nextStepAtMs(snapshot.context) : undefined;
    if (nextAtMs === undefined || (before?.value === 'put' && nextStepAtMs(before.context) === nextAtMs)) return;
    this.#timers.set(nextAtMs, { kind: 'buffer', id });
  }

  /** Recovery: all orders are there. */
  loaded(): void {
    this.#isLoading = false;
    for (const { waiting } of this.waitedFor) waiting?.settle();
  }

  /** An order went from one snapshot to another (undefined: it did not exist). */
  orderChanged(id: OrderId, before: Order | undefined, after: Order): void {
    this.#state(id, before?.value, after.value);
    if (before?.context.fulfillments !== after.context.fulfillments) {
      this.#work(id, before, after);
      if (this.#mayOffer) this.#world.offers.changed(before?.context, after.context);
    }
    const { intake, lines } = after.context;
    const mayAwait = intake?.parked !== undefined && before?.context.lines !== lines;
    if (mayAwait || before?.context.intake !== intake) this.#intake(id, before, after);
    if (before?.context.lines !== after.context.lines) this.#waiting(id, before, after);
    if (before?.context.holds !== after.context.holds) this.#holds(id, after);
    const was = before === undefined ? undefined : batchOf(before);
    const is = batchOf(after);
    if (was !== is) this.windows.changed(id, was, is);
    const { promisedByMs, changedAtMs } = after.context;
    if (promisedByMs !== undefined) this.#world.promises.expect(after, changedAtMs);
    const due = orderDueAtMs(after.value, after.context);
    if (due !== undefined && !isDueAt(due, before, after)) this.#timers.set(due, { kind: 'order', id });
  }

  /** The timer of an order that has come up is to come up once more. */
  dueAgain(id: OrderId, atMs: number): void {
    this.#timers.set(atMs, { kind: 'order', id });
  }

  /** A location went from one value to another: a pause that ends by itself is a timer. */
  locationChanged(cell: LocationCell, before: Snapshot<Location> | undefined): void {
    const { id, snapshot } = cell;
    this.rooms.locationChanged(cell);
    const untilMs = snapshot?.context.pause?.untilMs;
    if (untilMs !== undefined && before?.context.pause?.untilMs !== untilMs) {
      this.#timers.set(untilMs, { kind: 'location', id });
    }
  }

  #state(id: OrderId, before: string | undefined, after: string): void {
    if (before === after) return;
    const wasOpen = before !== undefined && !isFinal(orderSteps, before);
    if (wasOpen) this.byState.get(before as OrderState)?.delete(id);
    const isOpen = !isFinal(orderSteps, after);
    if (isOpen) must(this.byState.get(after as OrderState), 'an order state').add(id);
    this.openCount += Number(isOpen) - Number(wasOpen);
  }

  #holds(id: OrderId, { context }: Order): void {
    if (context.holds === undefined) this.held.delete(id);
    else this.held.add(id);
  }

  #work(id: OrderId, before: Order | undefined, after: Order): void {
    const parts = after.context.fulfillments;
    for (const [index, part] of (before?.context.fulfillments ?? []).entries()) {
      const now = parts[index];
      if (before === undefined || now === part || !isHeld(part)) continue;
      if (now === undefined || !isHeld(now)) this.#left(id, before, part, parts);
      else if (now.lines !== part.lines) this.#changed(id, before, part, after, now);
    }
    for (let index = before?.context.fulfillments.length ?? 0; index < parts.length; index += 1) {
      const part = parts[index];
      if (part === undefined || !isHeld(part)) continue;
      let orders = this.byLocation.get(part.location);
      if (orders === undefined) this.byLocation.set(part.location, (orders = new Set()));
      orders.add(id);
      this.#eachStock(after, part, (stock) => stock.holders.add(id));
    }
  }

  /** A fulfillment holds fewer units, or also some of other lines. */
  #changed(id: OrderId, before: Order, part: Fulfillment, after: Order, now: Fulfillment): void {
    this.#eachStock(before, part, (stock) => stock.holders.leave(this.#isOpen));
    const lines = now.lines.filter(({ lineId }) => !part.lines.some((line) => line.lineId === lineId));
    if (lines.length > 0) this.#eachStock(after, { ...now, lines }, (stock) => stock.holders.add(id));
  }

  /** A fulfillment holds nothing any more: shipped or cancelled. */
  #left(id: OrderId, order: Order, part: Fulfillment, now: readonly Fulfillment[]): void {
    if (!now.some((other) => isHeld(other) && other.location === part.location)) {
      this.byLocation.get(part.location)?.delete(id);
    }
    this.#eachStock(order, part, (stock) => stock.holders.leave(this.#isOpen));
  }

  #eachStock({ context }: Order, part: Fulfillment, each: (stock: StockCell) => void): void {
    for (const { sku, location } of unitsOfPart(context, part)) {
      each(must(this.#world.findStock(sku, location), 'the stock of a fulfillment'));
    }
  }

  /** An order was edited, or waits for other mappings: to those it waits with it is another one. */
  #intake(id: OrderId, before: Order | undefined, after: Order): void {
    if (before !== undefined) this.#stepOut(id, before);
    const then = before === undefined ? [] : namesAwaited(before.context);
    const now = namesAwaited(after.context);
    this.parkedCount += Number(now.length > 0) - Number(then.length > 0);
    for (const name of then) leave(this.parked, name, id);
    for (const name of now) join(this.parked, name, id);
  }

  /** Its places in line are found anew. */
  #stepOut(id: OrderId, { context }: Order): void {
    for (const line of context.lines) {
      const item = line.backordered > 0 ? this.#world.skus.get(line.sku) : undefined;
      item?.waiting?.leave(id);
      if (item?.waiting?.size === 0) this.waitedFor.delete(item);
    }
  }

  #waiting(id: OrderId, before: Order | undefined, after: Order): void {
    if (before === undefined && !after.context.lines.some(isWaiting)) return;
    const waits = new Map<SkuCell, number>();
    for (const { sku, backordered } of after.context.lines) {
      if (backordered === 0) continue;
      const item = must(this.#world.skus.get(sku), 'a known SKU');
      waits.set(item, (waits.get(item) ?? 0) + backordered);
    }
    for (const line of before?.context.lines ?? []) {
      const item = this.#world.skus.get(line.sku);
      if (line.backordered === 0 || item === undefined || waits.has(item)) continue;
      item.waiting?.leave(id);
      if (item.waiting?.size === 0) this.waitedFor.delete(item);
    }
    for (const [item, units] of waits) {
      (item.waiting ??= new Waiting(this.serveOf(item))).put(id, units, after.context, this.#isLoading);
      this.waitedFor.add(item);
    }
  }
}

/** Whether there is a timer for that moment. One that has come up, for a hold or for a part, is used up. */
const isDueAt = (dueMs: number, before: Order | undefined, after: Order): boolean =>
  before !== undefined &&
  dueMs > after.context.changedAtMs &&
  before.context.holds === after.context.holds &&
  orderDueAtMs(before.value, before.context) === dueMs;

const batchOf = ({ value, context }: Order): OrderContext['batch'] =>
  batchEndsAtMs(value, context) === undefined ? undefined : context.batch;

const isWaiting = ({ backordered }: OrderLine): boolean => backordered > 0;
