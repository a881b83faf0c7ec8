/**
 * “What if”: a change is carried out like a command, by the code of the commands, with all that follows, and then
 * undone like a refused one. So each unit is given once, every rule counts, and nothing remains: no row, no event,
 * no wake. It runs between two turns, so it looks at a bounded number of orders.
 */
import type { OrderId } from '../actors/ids.ts';
import type { OrderContext, StockUnits } from '../actors/order-context.ts';
import { waitingUnits } from '../actors/order-lines.ts';
import { displacePlan, isHeld, stockUnits, unitsOfPart } from '../actors/order-takings.ts';
import type { QueryBody } from '../actors/queries.ts';
import { free } from '../actors/stock-ledger.ts';
import type { Fulfillment } from '../actors/vocabulary.ts';
import { whatIfOrders, type WhatIfChange } from '../actors/what-if-queries.ts';
import { assert, must } from './assert.ts';
import type { LocationCell, StockCell } from './cells.ts';
import { breakReservations, Losses, sourceAgain, unitsOf } from './commands/displace.ts';
import { pauseLocation } from './commands/locations.ts';
import type { Core } from './core.ts';
import { changeCarrier, tellOrder, tellStock } from './effects.ts';
import type { WhatIfAnswer, WhatIfOrder, WhatIfPart, WhatIfSums } from './outcome-what-if.ts';
import { isOverfull, lessOf } from './promise/capacity.ts';
import { placeOf } from './promise/places.ts';

/** Open orders that are searched for a carrier's parcels: there is no list of them. */
const searchedMax = 20_000;

/** Null: what the change names is not known. */
export function whatIf(core: Core, { change, limit }: QueryBody<'whatif.run'>, nowMs: number): WhatIfAnswer | null {
  assert(core.changes.isEmpty, 'a question is asked between two commands');
  core.changes.begin(undefined);
  core.trials.begin(core);
  try {
    const trial = new Trial(core, limit ?? whatIfOrders.default, nowMs);
    return trial.make(change) ? trial.answer() : null;
  } finally {
    core.changes.undo();
    core.trials.begin(core);
  }
}

class Trial {
  readonly #core: Core;
  readonly #max: number;
  readonly #nowMs: number;
  /** Every order that lost units, as it was before. */
  readonly #before = new Map<OrderId, OrderContext>();
  readonly #lost = new Map<OrderId, number>();
  readonly #text: string[] = [];
  /** Every reservation that may lose units may. */
  readonly #losses = new Losses({ owners: Infinity, lines: Infinity, isFirstTaken: true });
  #isCut = false;

  constructor(core: Core, max: number, nowMs: number) {
    this.#core = core;
    this.#max = max;
    this.#nowMs = nowMs;
  }

  /** Carry out the change, and take from orders what it leaves without a place. False: there is no such thing. */
  make(change: WhatIfChange): boolean {
    switch (change.kind) {
      case 'close-location':
        return this.#close(change);
      case 'cut-capacity':
        return this.#cut(change);
      case 'suspend-carrier':
        return this.#suspend(change);
      case 'lose-stock':
        return this.#lose(change);
    }
  }

  #close({ location }: { readonly location: LocationCell['id'] }): boolean {
    const { views } = this.#core;
    const handled = pauseLocation(this.#core, { locationId: location, reason: 'what if' }, this.#nowMs);
    if ('refused' in handled) return false;
    this.#text.push(`${location} closes.`);
    const ids = this.#oldestFirst(views.atLocation(location));
    for (const id of ids) this.#take(id, (part) => part.location === location);
    return true;
  }

  #cut({ location, percent }: { readonly location: LocationCell['id']; readonly percent: number }): boolean {
    const { world, views, changes } = this.#core;
    const cell = world.locations.get(location);
    const card = cell?.snapshot?.context;
    if (cell === undefined || card === undefined) return false;
    if (card.capacity === undefined) {
      this.#text.push(`${location} has no capacity that could be cut.`);
      return true;
    }
    const less = { ...card, capacity: lessOf(card.capacity, percent) };
    changes.set(cell, { value: 'put', context: less });
    this.#text.push(`${location} loses ${percent} % of its capacity.`);
    const place = placeOf(less);
    if (place === undefined) return true;
    const isTooMuch = ({ location: of, workAtMs }: Fulfillment): boolean =>
      of === location &&
      workAtMs !== undefined &&
      isOverfull(place, world.works.get(location)?.snapshot?.context, workAtMs);
    // The last placed give way, until what is left fits; what is being picked is work that was done.
    for (const id of this.#oldestFirst(views.atLocation(location)).toReversed()) {
      this.#take(id, (part) => isTooMuch(part), false);
    }
    return true;
  }

  #suspend({ carrier }: { readonly carrier: string }): boolean {
    const { world, views } = this.#core;
    const cell = [...world.carriers.values()].find(({ id }) => id === carrier);
    if (cell?.snapshot === undefined) return false;
    const isNew = changeCarrier(this.#core, cell, { type: 'carrier.suspend', reason: 'what if' });
    this.#text.push(isNew ? `${carrier} takes nothing any more.` : `${carrier} is suspended already.`);
    const searched: OrderId[] = [];
    for (const ids of views.byState.values()) {
      for (const id of ids) {
        if (searched.length === searchedMax) this.#isCut = true;
        else searched.push(id);
      }
    }
    const isIts = (part: Fulfillment): boolean => part.carrier === carrier;
    const concerned = searched.filter((id) => world.look(id)?.context.fulfillments.some((p) => isHeld(p) && isIts(p)));
    for (const id of this.#oldestFirst(concerned)) this.#take(id, isIts);
    return true;
  }

  #lose({ sku, location, units }: Extract<WhatIfChange, { kind: 'lose-stock' }>): boolean {
    const { world } = this.#core;
    const stocks = (world.skus.get(sku)?.stocks ?? []).filter(
      ({ snapshot, location: of }) => snapshot !== undefined && (location === undefined || of.id === location),
    );
    for (const stock of stocks) this.#loseAt(stock, units);
    return stocks.length > 0;
  }

  #loseAt(stock: StockCell, units: number | undefined): void {
    const core = this.#core;
    const { sku, location } = must(stock.snapshot, 'a stock').context;
    const levels = (): ReturnType<typeof free> => free(must(stock.snapshot, 'a stock').context);
    const sellable = levels() + this.#spokenFor(stock);
    const lost = Math.min(units ?? sellable, sellable);
    if (lost === 0) return;
    const missing = lost - levels();
    if (missing > 0) {
      const left = breakReservations(core, stock, { sku, location, quantity: missing }, this.#losses, this.#nowMs);
      assert(typeof left === 'number', 'reservations can be broken');
      for (const id of left === 0 ? [] : stock.holders.newestFirst()) {
        const quantity = lost - levels();
        if (quantity <= 0) break;
        if (core.world.isOpen(id)) this.#displace(id, [{ sku, location, quantity }], true);
      }
    }
    const gone = Math.min(lost, levels());
    if (gone > 0) assert(tellStock(core, stock, { type: 'stock.adjust', delta: -gone }) === undefined, 'free units go');
    this.#text.push(`${gone} units of ${sku} are gone at ${location}.`);
  }

  #spokenFor({ snapshot }: StockCell): number {
    const { reserved, allocated } = must(snapshot, 'a stock').context;
    return reserved + allocated;
  }

  #oldestFirst(ids: Iterable<OrderId>): OrderId[] {
    const { world } = this.#core;
    const ages = [...ids].map((id) => ({ id, atMs: world.look(id)?.context.placedAtMs ?? 0 }));
    return ages.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
  }

  /**
   * Take from an order what its parts hold that are meant. Units are taken by SKU and location: where an order has
   * several parcels from one location, the newest give first.
   */
  #take(id: OrderId, isMeant: (part: Fulfillment) => boolean, picking = true): void {
    const context = this.#core.world.look(id)?.context;
    if (context === undefined) return;
    const units = context.fulfillments
      .filter((part) => isHeld(part) && (picking || part.state !== 'picking') && isMeant(part))
      .flatMap((part) => unitsOfPart(context, part));
    if (units.length > 0) this.#displace(id, units, picking);
  }

  #displace(id: OrderId, units: readonly StockUnits[], picking: boolean): void {
    if (!this.#before.has(id) && this.#before.size === this.#max) {
      this.#isCut = true;
      return;
    }
    const order = must(this.#core.world.order(id), 'an open order');
    let taken = 0;
    for (const one of units) {
      const { context } = must(order.snapshot, 'an open order');
      const given = unitsOf(displacePlan(context, { units: one, picking }));
      if (given === 0) continue;
      if (!this.#before.has(id)) this.#before.set(id, context);
      const type = 'order.displace';
      const refused = tellOrder(this.#core, order, { type, units: one, picking, atMs: this.#nowMs });
      assert(refused === undefined, 'units of an open order can be taken from it');
      taken += given;
    }
    if (taken > 0) this.#lost.set(id, (this.#lost.get(id) ?? 0) + taken);
  }

  /** Source again whoever lost units, the oldest first, and say what became of them. */
  answer(): WhatIfAnswer {
    const core = this.#core;
    const ids = this.#oldestFirst(this.#before.keys());
    for (const id of ids) this.#losses.orders.add(id);
    assert(sourceAgain(core, this.#losses, this.#nowMs) === undefined, 'what lost units is sourced again');
    const orders = ids.map((id) => this.#orderOf(id));
    const sum = (of: (order: WhatIfOrder) => number): number => orders.reduce((units, one) => units + of(one), 0);
    const units = sum((order) => order.units);
    const unplaced = sum((order) => order.waitingAfter - order.waitingBefore + order.cancelled);
    const [before, after] = [sumsOf(orders, 'before'), sumsOf(orders, 'after')];
    const reservations = this.#losses.reservations.size;
    const { length: affected } = orders;
    const answer = { atMs: this.#nowMs, affected, isCut: this.#isCut, units, moved: units - unplaced, reservations };
    return { ...answer, before, after, orders, text: [...this.#text, ...wordsOf(answer, before, after)] };
  }

  #orderOf(id: OrderId): WhatIfOrder {
    const was = must(this.#before.get(id), 'an order that lost units');
    const is = must(this.#core.world.order(id)?.snapshot, 'an open order').context;
    const cancelled = (of: OrderContext): number => of.lines.reduce((units, line) => units + line.cancelled, 0);
    return {
      orderId: id,
      channel: was.channel,
      units: this.#lost.get(id) ?? 0,
      before: partsOf(was),
      after: partsOf(is),
      waitingBefore: waitingUnits(was),
      waitingAfter: waitingUnits(is),
      cancelled: cancelled(is) - cancelled(was),
      lateBefore: isLate(was),
      lateAfter: isLate(is),
    };
  }
}

/** What an order is to be sent, and whether any of it comes after what was promised. */
export const sideOf = (order: OrderContext): { readonly parts: WhatIfPart[]; readonly isLate: boolean } =>
  ({ parts: partsOf(order), isLate: isLate(order) });

const isLive = (part: Fulfillment): boolean => isHeld(part) && part.lines.length > 0;

function partsOf(order: OrderContext): WhatIfPart[] {
  return order.fulfillments.filter(isLive).map((part) => ({
    location: part.location,
    carrier: part.carrier,
    costMinor: part.costMinor,
    deliverByMs: part.deliverByMs,
    units: stockUnits(order.lines, part.location, part.lines).map(({ sku, quantity }) => ({ sku, quantity })),
  }));
}

function isLate({ promisedByMs, fulfillments }: OrderContext): boolean {
  if (promisedByMs === undefined) return false;
  return fulfillments.some((part) => isLive(part) && (part.deliverByMs ?? 0) > promisedByMs);
}

export function sumsOf(orders: readonly WhatIfOrder[], side: 'before' | 'after'): WhatIfSums {
  const sums = { costMinor: 0, parcels: 0, splitOrders: 0, lateOrders: 0, waitingOrders: 0, waitingUnits: 0 };
  for (const order of orders) {
    const [parts, waiting] = [order[side], side === 'before' ? order.waitingBefore : order.waitingAfter];
    sums.costMinor += parts.reduce((minor, part) => minor + part.costMinor, 0);
    sums.parcels += parts.length;
    sums.splitOrders += Number(parts.length > 1);
    sums.lateOrders += Number(side === 'before' ? order.lateBefore : order.lateAfter);
    sums.waitingOrders += Number(waiting > 0);
    sums.waitingUnits += waiting;
  }
  return sums;
}

export const moneyText = (minor: number): string => (minor / 100).toFixed(2);

function wordsOf(
  { affected, isCut, units, moved, reservations }: Pick<
    WhatIfAnswer, 'affected' | 'isCut' | 'units' | 'moved' | 'reservations'
  >,
  before: WhatIfSums,
  after: WhatIfSums,
): string[] {
  return [
    `${isCut ? 'At least ' : ''}${affected} orders lose ${units} units; ${moved} of them get another place.`,
    `Parcels ${before.parcels} → ${after.parcels}, ` +
      `cost ${moneyText(before.costMinor)} → ${moneyText(after.costMinor)}.`,
    `Late orders ${before.lateOrders} → ${after.lateOrders}.`,
    `Waiting units ${before.waitingUnits} → ${after.waitingUnits}.`,
    ...(reservations === 0 ? [] : [`${reservations} reservations lose units.`]),
    ...(isCut ? ['More orders may be concerned than were looked at.'] : []),
  ];
}
