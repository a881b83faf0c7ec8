/**
 * What is derived from the orders and kept as they change: who is in which state, who has work at which
 * location, who holds which stock, who waits for which SKU, whose release is due when. Nothing here is
 * stored; recovery builds it from the rows, and the simulation compares it with a fresh build.
 */
import type { LocationId, OrderId } from '../actors/ids.ts';
import { releaseAtMs } from '../actors/order-checks.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { isHeld, unitsOfPart } from '../actors/order-lines.ts';
import { orderStates, type OrderState } from '../actors/queries.ts';
import type { Fulfillment } from '../actors/vocabulary.ts';
import { must } from './assert.ts';
import { orderSteps, type SkuCell, type StockCell } from './cells.ts';
import { isFinal, type Snapshot } from './step.ts';
import type { Timers } from './timers.ts';
import type { World } from './world.ts';

type Order = Snapshot<OrderContext>;

const emptySet: ReadonlySet<OrderId> = new Set();

export class Views {
  /** Open orders by state, in the order they reached it. */
  readonly byState = new Map<OrderState, Set<OrderId>>(orderStates.map((state) => [state, new Set()]));
  /** Open orders with a fulfillment there that has not left yet. */
  readonly byLocation = new Map<LocationId, Set<OrderId>>();
  /** SKUs that some order waits for. */
  readonly waitedFor = new Set<SkuCell>();
  readonly #world: World;
  readonly #timers: Timers;
  openCount = 0;

  constructor(world: World, timers: Timers) {
    this.#world = world;
    this.#timers = timers;
  }

  inState(state: OrderState): ReadonlySet<OrderId> {
    return this.byState.get(state) ?? emptySet;
  }

  atLocation(location: LocationId): ReadonlySet<OrderId> {
    return this.byLocation.get(location) ?? emptySet;
  }

  /** An order went from one snapshot to another (undefined: it did not exist). */
  orderChanged(id: OrderId, before: Order | undefined, after: Order): void {
    this.#state(id, before?.value, after.value);
    if (before?.context.fulfillments !== after.context.fulfillments) this.#work(id, before, after);
    if (before?.context.lines !== after.context.lines) this.#waiting(id, before, after);
    const due = releaseAtMs(after.value, after.context);
    if (due !== undefined && (before === undefined || releaseAtMs(before.value, before.context) !== due)) {
      this.#timers.set(due, id);
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

  #work(id: OrderId, before: Order | undefined, after: Order): void {
    const has = after.context.fulfillments.filter(isHeld);
    const stocks = new Set(has.flatMap((part) => this.#stocksOf(after, part)));
    for (const part of before?.context.fulfillments ?? []) {
      if (before === undefined || !isHeld(part)) continue;
      if (!has.some(({ location }) => location === part.location)) {
        this.byLocation.get(part.location)?.delete(id);
      }
      for (const stock of this.#stocksOf(before, part)) {
        if (!stocks.has(stock)) stock.holders?.delete(id);
      }
    }
    for (const { location } of has) {
      let orders = this.byLocation.get(location);
      if (orders === undefined) this.byLocation.set(location, (orders = new Set()));
      orders.add(id);
    }
    for (const stock of stocks) (stock.holders ??= new Set()).add(id);
  }

  #stocksOf({ context }: Order, part: Fulfillment): StockCell[] {
    return unitsOfPart(context, part).map(({ sku, location }) =>
      must(this.#world.findStock(sku, location), 'the stock of a fulfillment'),
    );
  }

  #waiting(id: OrderId, before: Order | undefined, after: Order): void {
    const waits = new Set<SkuCell>();
    for (const line of after.context.lines) {
      if (line.backordered > 0) waits.add(must(this.#world.skus.get(line.sku), 'a known SKU'));
    }
    for (const line of before?.context.lines ?? []) {
      const item = this.#world.skus.get(line.sku);
      if (line.backordered === 0 || item === undefined || waits.has(item)) continue;
      item.waiting?.delete(id);
      if (item.waiting?.size === 0) this.waitedFor.delete(item);
    }
    for (const item of waits) {
      (item.waiting ??= new Set()).add(id);
      this.waitedFor.add(item);
    }
  }
}
