/**
 * What a short pick would do: it is carried out like the command, with the orders it reaches, and undone like a refused
 * one (what-if.ts has the same for changes of the network). Nothing remains of it, no row, no event, no wake.
 */
import type { OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/line-units.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { whatIfOrders } from '../../actors/what-if-queries.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { assert, must } from '../assert.ts';
import type { StockCell } from '../cells.ts';
import { shortFulfillment } from '../commands/orders.ts';
import type { Core } from '../core.ts';
import { moneyText, sideOf, sumsOf } from '../what-if.ts';
import type { ShortCorrection, ShortOrder, ShortPreview } from './outcome.ts';
import { isToRescore, rescore, unitsAt } from './rescore.ts';

/** Null: there is no such part. */
export function previewShort(core: Core, body: QueryBody<'short.preview'>, nowMs: number): ShortPreview | null {
  const order = core.world.order(body.orderId)?.snapshot?.context;
  const part = order === undefined ? undefined : findFulfillment(order, body.fulfillmentId);
  if (order === undefined || part === undefined) return null;
  assert(core.changes.isEmpty, 'a question is asked between two commands');
  core.changes.begin(undefined);
  core.trials.begin(core);
  try {
    return new Preview(core, order, part, nowMs).answer(body);
  } finally {
    core.changes.undo();
    core.trials.begin(core);
  }
}

class Preview {
  readonly #core: Core;
  readonly #order: OrderContext;
  readonly #part: Fulfillment;
  readonly #nowMs: number;
  /** Units of the part that were not found. */
  #lost = 0;

  constructor(core: Core, order: OrderContext, part: Fulfillment, nowMs: number) {
    this.#core = core;
    this.#order = order;
    this.#part = part;
    this.#nowMs = nowMs;
  }

  answer({ lines, limit = whatIfOrders.default }: QueryBody<'short.preview'>): ShortPreview {
    const missing = this.#missing(lines);
    if ('code' in missing) return this.#told([], undefined, [], false, missing);
    if (missing.length === 0) return this.#told([], undefined, [], false);
    for (const { quantity } of missing) this.#lost += quantity;
    const { orderId } = this.#order;
    const { fulfillmentId } = this.#part;
    const stocks = this.#stocks(missing);
    const before = new Map([...stocks].map(([stock]) => [stock, onHandOf(stock)]));
    const body = { orderId, fulfillmentId, lines: [...missing], reason: 'preview' };
    const handled = shortFulfillment(this.#core, body, this.#nowMs, 'preview');
    if (handled === undefined || 'refused' in handled) {
      return this.#told([], undefined, [], false, handled?.refused ?? reject('busy', 'ask again'));
    }
    const corrections = [...stocks].map(([stock, units]) => correction(stock, units, before.get(stock) ?? 0));
    const order = this.#compared(this.#order, stocks.keys());
    const [orders, isCut] = this.#others([...stocks.keys()], limit);
    return this.#told(corrections, order, orders, isCut);
  }

  /** Units of each line that were not found; of lines that are not named all were. */
  #missing(lines: QueryBody<'short.preview'>['lines']): readonly LineUnits[] | Rejection {
    const missing: LineUnits[] = [];
    for (const [index, { lineId, found }] of lines.entries()) {
      const there = this.#part.lines.find((line) => line.lineId === lineId)?.quantity;
      const field = `body.lines[${index}]`;
      const { fulfillmentId } = this.#part;
      if (there === undefined) {
        return reject('unknown-line', `fulfillment ${fulfillmentId} has no line ${lineId}`, `${field}.lineId`);
      }
      if (found > there) {
        return reject('not-enough', `fulfillment ${fulfillmentId} has ${there} of line ${lineId}`, `${field}.found`);
      }
      if (found < there) missing.push({ lineId, quantity: there - found });
    }
    return missing;
  }

  /** The stocks that are corrected, each with the units. */
  #stocks(missing: readonly LineUnits[]): Map<StockCell, number> {
    const stocks = new Map<StockCell, number>();
    for (const { lineId, quantity } of missing) {
      const { sku } = must(this.#order.lines.find((line) => line.lineId === lineId), 'a line of the order');
      const stock = this.#core.world.findStock(sku, this.#part.location);
      const isFree = this.#part.untracked?.includes(lineId) === true;
      if (stock !== undefined && !isFree) stocks.set(stock, (stocks.get(stock) ?? 0) + quantity);
    }
    return stocks;
  }

  /** Those who are to be sent more of it, scored again in turn, as it would be done; and whether there are more. */
  #others(stocks: readonly StockCell[], max: number): [ShortOrder[], boolean] {
    const core = this.#core;
    const befores = new Map<OrderId, OrderContext>();
    let isCut = false;
    for (const stock of stocks) {
      for (const orderId of stock.holders.newestFirst().toReversed()) {
        const doubt = { stock, orderId };
        if (!isToRescore(core, doubt)) continue;
        isCut ||= befores.size === max && !befores.has(orderId);
        if (isCut) break;
        const { context } = must(core.world.order(orderId)?.snapshot, 'an order with units there');
        if (orderId !== this.#order.orderId && !befores.has(orderId)) befores.set(orderId, context);
        assert(rescore(core, doubt, this.#nowMs) === undefined, 'an order can be scored again');
      }
    }
    return [[...befores.values()].map((was) => this.#compared(was, stocks)), isCut];
  }

  #compared(was: OrderContext, stocks: Iterable<StockCell>): ShortOrder {
    const is = must(this.#core.world.order(was.orderId)?.snapshot, 'an order').context;
    const cancelled = (of: OrderContext): number => of.lines.reduce((units, line) => units + line.cancelled, 0);
    const at = [...stocks];
    const units = (of: OrderContext): number => at.reduce((sum, stock) => sum + unitsAt(of, stock), 0);
    const [before, after] = [sideOf(was), sideOf(is)];
    const [by, then] = [latest(before.parts), latest(after.parts)];
    return {
      orderId: was.orderId,
      channel: was.channel,
      units: was === this.#order ? this.#lost : units(was) - units(is),
      before: before.parts,
      after: after.parts,
      waitingBefore: waitingUnits(was),
      waitingAfter: waitingUnits(is),
      cancelled: cancelled(is) - cancelled(was),
      lateBefore: before.isLate,
      lateAfter: after.isLate,
      moreMinor: minorOf(after.parts) - minorOf(before.parts),
      laterMs: by === undefined || then === undefined ? undefined : then - by,
      staying: was === this.#order ? 0 : units(is),
    };
  }

  #told(
    corrections: readonly ShortCorrection[], order: ShortOrder | undefined, orders: readonly ShortOrder[],
    isCut: boolean, refused?: Rejection,
  ): ShortPreview {
    const { location } = this.#part;
    const reach = this.#core.world.locations.get(location)?.snapshot?.context.shortPick?.reach ?? 'units';
    const all = order === undefined ? orders : [order, ...orders];
    const [before, after] = [sumsOf(all, 'before'), sumsOf(all, 'after')];
    const sum = (of: (one: ShortOrder) => number): number => orders.reduce((units, one) => units + of(one), 0);
    const text = [
      ...corrections.map(({ sku, units, onHandBefore, onHandAfter, suspect }) =>
        `${units} units of ${sku} are not at ${location}: ${onHandBefore} → ${onHandAfter} on hand` +
          `${suspect ? ', the rest suspect' : ''}.`),
      ...(orders.length === 0 ? [] : [
        `${isCut ? 'At least ' : ''}${orders.length} other orders: ${sum((one) => one.units)} units go elsewhere, ` +
          `${sum((one) => one.staying)} stay.`,
      ]),
      ...(all.length === 0 ? [] : [`Cost ${moneyText(before.costMinor)} → ${moneyText(after.costMinor)}.`]),
      ...(refused === undefined ? [] : [`It would be refused: ${refused.detail}.`]),
    ];
    return { atMs: this.#nowMs, refused, reach, corrections, order, orders, isCut, before, after, text };
  }
}

const onHandOf = ({ snapshot }: StockCell): number => must(snapshot, 'a stock').context.onHand;

function correction(stock: StockCell, units: number, onHandBefore: number): ShortCorrection {
  const { sku, location, onHand, suspect } = must(stock.snapshot, 'a stock').context;
  return { sku, location, units, onHandBefore, onHandAfter: onHand, suspect: suspect === true };
}

type Parts = ReturnType<typeof sideOf>['parts'];

const minorOf = (parts: Parts): number => parts.reduce((sum, { costMinor }) => sum + costMinor, 0);

/** When the last of some parcels is there; undefined where one of them does not say. */
function latest(parts: Parts): number | undefined {
  const times = parts.map(({ deliverByMs }) => deliverByMs);
  return times.length === 0 || times.includes(undefined) ? undefined : Math.max(...(times as number[]));
}
