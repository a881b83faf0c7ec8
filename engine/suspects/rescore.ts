/**
 * Orders that are to be sent from suspect stock are scored again: what nobody picks yet goes elsewhere, if anybody
 * else has all of it. What nobody else has stays: it may be there. Then the case of the SKU concerns the order.
 */
import { caseIdOf } from '../../actors/case-kinds.ts';
import type { CaseId, Sku } from '../../actors/ids.ts';
import { suspectOrdersMax } from '../../actors/limits.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { isUntouched, trackedUnits } from '../../actors/order-takings.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { joinMore } from '../cases/tell.ts';
import type { StockCell } from '../cells.ts';
import { asWaiting, isWhole } from '../commands/withdraw.ts';
import type { Core } from '../core.ts';
import { planned } from '../decided.ts';
import { tellOrder } from '../effects.ts';
import type { World } from '../world.ts';
import type { Doubt } from './doubts.ts';

/** Parts of an order at a location that have units of a SKU in stock there, and that nobody picks yet. */
function partsOf(order: OrderContext, sku: Sku, location: string): readonly Fulfillment[] {
  return order.fulfillments.filter((part) =>
    part.location === location && isUntouched(part) && unitsOf(order, part, sku).length > 0);
}

function unitsOf({ lines }: OrderContext, part: Fulfillment, sku: Sku): readonly LineUnits[] {
  return trackedUnits(part, part.lines).filter(({ lineId }) =>
    lines.some((line) => line.lineId === lineId && line.sku === sku));
}

/** What is to go elsewhere: the units of the SKU; of kits that leave together, with all that is in their part. */
function movable(order: OrderContext, part: Fulfillment, sku: Sku): readonly LineUnits[] {
  const units = unitsOf(order, part, sku);
  const isTogether = units.some(({ lineId }) =>
    order.lines.some((line) => line.lineId === lineId && line.kit?.together === true));
  return isTogether ? part.lines : units;
}

/** Units of a stock that an order is to be sent and that nobody picks yet. */
export function unitsAt(order: OrderContext, { sku: { sku }, location }: StockCell): number {
  let sum = 0;
  for (const part of partsOf(order, sku, location.id)) {
    for (const { quantity } of unitsOf(order, part, sku)) sum += quantity;
  }
  return sum;
}

/** Whether an order is to be sent units of a SKU from where they are suspect. */
export function isDoubted(world: World, order: OrderContext, sku: Sku): boolean {
  for (const { location } of world.skus.get(sku)?.suspects ?? []) {
    if (partsOf(order, sku, location.id).length > 0) return true;
  }
  return false;
}

/** Whether an order is one whose units are looked for elsewhere. */
export function isToRescore({ world }: Core, { stock, orderId }: Doubt): boolean {
  if (world.suspects.of(stock)?.reach !== 'orders' || !world.isOpen(orderId)) return false;
  const order = world.look(orderId)?.context;
  return order !== undefined && partsOf(order, stock.sku.sku, stock.location.id).length > 0;
}

/** Look for another place for what an order is to be sent of suspect stock. */
export function rescore(core: Core, { stock, orderId }: Doubt, atMs: number): Rejection | undefined {
  const { sku, location } = must(core.world.suspects.of(stock), 'suspect stock');
  const cell = must(core.world.order(orderId), 'an order with units of suspect stock');
  const contextOf = (): OrderContext => must(cell.snapshot, 'an order').context;
  for (const { fulfillmentId } of partsOf(contextOf(), sku, location)) {
    const order = contextOf();
    const part = must(order.fulfillments.find((one) => one.fulfillmentId === fulfillmentId), 'a part');
    const units = movable(order, part, sku);
    const plan = planned(core, asWaiting(order, units), atMs);
    if (!isWhole(plan)) continue;
    const takings = [{ fulfillmentId, units }];
    const cause = { kind: 'suspect', from: [fulfillmentId] } as const;
    const message = { type: 'order.withdraw', takings, isRejected: false, atMs } as const;
    const rejection = tellOrder(core, cell, message, { plan, cause });
    if (rejection !== undefined) return rejection;
  }
  if (partsOf(contextOf(), sku, location).length > 0) {
    joinMore(core, caseIdOf('STOCKOUT_AT_PICK', sku) as CaseId, orderId, suspectOrdersMax, atMs);
  }
  return undefined;
}

/** Something else may be had: whoever is to be sent a SKU from where it is suspect is looked at again. */
export function lookAgain({ wakes, world }: Core, stocks: Iterable<StockCell>): void {
  for (const stock of stocks) if (world.suspects.of(stock)?.reach === 'orders') wakes.doubts.add(stock);
}

/** An order is another one: what it is to be sent of suspect stock since, it was not before. */
export function doubtOrder(core: Core, before: OrderContext | undefined, after: OrderContext): void {
  for (const [index, part] of after.fulfillments.entries()) {
    if (part === before?.fulfillments[index] || !isUntouched(part)) continue;
    for (const { lineId } of part.lines) {
      const line = after.lines.find((one) => one.lineId === lineId);
      const stock = line === undefined ? undefined : core.world.findStock(line.sku, part.location);
      if (stock?.sku.suspects?.has(stock) === true) lookAgain(core, [stock]);
    }
  }
}
