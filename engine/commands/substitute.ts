/** Units that are being picked and are not there, replaced by others from the same location in the same turn. */
import type { CommandBody } from '../../actors/commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { lineToReplace, mayStandFor, standInFor } from '../../actors/order-substitute.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { SubstituteRule } from '../../actors/substitute-commands.ts';
import type { Fulfillment, OrderLine } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { trackingOf } from '../lots.ts';
import { followPayments } from '../payments/follow.ts';
import { doubtShort } from '../suspects/raise.ts';
import { done, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';
import { withPart } from './with-order.ts';

type Body = CommandBody<'fulfillment.substitute'>;

export const substitute = (core: Core, body: Body, atMs: number, by: string): Handled =>
  withPart(core, body, (cell, order, part) => {
    const { orderId, fulfillmentId, lineId, quantity, reason } = body;
    const line = lineToReplace(order, part, body);
    if ('code' in line) return refused(line);
    const rule = ruleFor(core, order, part, line, body);
    if ('code' in rule) return refused(rule);
    const standIn = standInFor(order, line, rule, quantity);
    doubtShort(core, order, part, [{ lineId, quantity }], { by, reason }, atMs);
    const told = { type: 'fulfillment.substitute', fulfillmentId, lineId, line: standIn, by, reason, atMs } as const;
    const rejection = tellOrder(core, cell, told) ?? followPayments(core, orderId, atMs);
    if (rejection !== undefined) return refused(rejection);
    const { sku, unitPriceMinor } = standIn;
    const chosen = { lineId: standIn.lineId, sku, quantity, unitPriceMinor };
    return done({ ...orderAnswer(must(cell.snapshot, 'an order')), substitute: chosen });
  });

/** The SKU that is named, or the first that may stand for the line, with so many units at the location. */
function ruleFor(
  { world }: Core, order: OrderContext, part: Fulfillment, line: OrderLine, { sku, quantity }: Body,
): SubstituteRule | Rejection {
  const known = world.skus.get(line.sku);
  if (known !== undefined && trackingOf(known) !== undefined) {
    return reject('no-substitute', `units of ${line.sku} are told apart: nothing stands for them`, 'body.lineId');
  }
  const rules = known?.item?.snapshot?.context.substitutes ?? [];
  const fitting = mayStandFor(order, line, rules).filter((rule) => {
    const item = world.skus.get(rule.sku)?.item?.snapshot?.context;
    // What is told apart would be picked by lot, a kit has no stock, and of a drop others stand in line.
    return item?.tracking === undefined && item?.kit === undefined && item?.drop === undefined;
  });
  const asked = sku === undefined ? fitting : fitting.filter((rule) => rule.sku === sku);
  if (asked.length === 0) {
    const what = sku === undefined ? 'nothing may' : `${sku} may not`;
    const field = sku === undefined ? 'body.lineId' : 'body.sku';
    return reject('no-substitute', `${what} stand for ${line.sku} of line ${line.lineId}`, field);
  }
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const found = asked.find((rule) => {
    const stock = world.findStock(rule.sku, part.location);
    return stock !== undefined && view.unitsAt(stock) >= quantity;
  });
  if (found !== undefined) return found;
  const names = asked.map((rule) => rule.sku).join(', ');
  const detail = `${part.location} does not have ${quantity} units of ${names} to give`;
  return reject('out-of-stock', detail, 'body.quantity');
}
