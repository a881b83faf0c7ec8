/**
 * What is asked of an order, judged before the machine is told: the order as it would be placed, and
 * whether units named in a command are there to be named. Pure.
 */
import type { CommandBody } from './commands.ts';
import type { FulfillmentId, LineId, Sku } from './ids.ts';
import type { Kit } from './item-commands.ts';
import { componentUnits, explode, tornKit } from './kits.ts';
import type { OrderContext, OrderInput } from './order-context.ts';
import { cancelPlan, findFulfillment, isUntouched } from './order-lines.ts';
import { reject, type Rejection } from './rejection.ts';
import type { LineUnits, OrderLine } from './vocabulary.ts';

/** The order as placed: lines numbered, defaults filled in, every unit waiting for a place. */
export function orderInput(
  body: CommandBody<'order.place'>,
  atMs: number,
  kitOf: ((sku: Sku) => Kit | undefined) | undefined = undefined,
): OrderInput | Rejection {
  const lines = kitOf === undefined ? plainLines(body) : kitLines(body, kitOf);
  if ('code' in lines) return lines;
  return {
    orderId: body.orderId,
    channel: body.channel,
    destination: body.destination,
    currency: body.currency,
    customer: body.customer,
    shortage: body.shortage ?? 'refuse',
    service: body.service,
    releaseAfterMs: body.releaseAfterMs ?? 0,
    segment: body.segment,
    priority: body.priority,
    promisedByMs: body.promisedByMs,
    tags: body.tags,
    attributes: body.attributes,
    lines,
    atMs,
  };
}

const places = { allocated: 0, shipped: 0, cancelled: 0 } as const;

function plainLines(body: CommandBody<'order.place'>): OrderLine[] | Rejection {
  const seen = new Set<string>();
  const lines: OrderLine[] = [];
  for (const [index, { sku, quantity, ...line }] of body.lines.entries()) {
    const lineId = line.lineId ?? (String(index + 1) as LineId);
    if (seen.has(lineId)) return reject('duplicate', `line id ${lineId} twice`, `body.lines[${index}].lineId`);
    seen.add(lineId);
    const unitPriceMinor = line.unitPriceMinor ?? 0;
    const waiting = { allocated: 0, backordered: quantity, shipped: 0, cancelled: 0 };
    lines.push({ lineId, sku, quantity, unitPriceMinor, ...waiting });
  }
  return lines;
}

function kitLines(body: CommandBody<'order.place'>, kitOf: (sku: Sku) => Kit | undefined): OrderLine[] | Rejection {
  const lines = explode(body.lines, kitOf);
  if ('code' in lines) return lines;
  return lines.map((line) => ({ ...line, backordered: line.quantity, ...places }));
}

/** The units a cancellation ends: those named, or all that can still end. */
export function cancelledUnits(
  order: OrderContext,
  asked: readonly LineUnits[] | undefined,
): readonly LineUnits[] | Rejection {
  const named = asked ?? order.lines.flatMap(openUnits);
  const units = componentUnits(order.lines, named);
  if (units.length === 0) return reject('wrong-state', 'no unit of this order is open');
  for (const [index, { lineId }] of named.entries()) {
    if (!order.lines.some((line) => line.lineId === lineId || line.kit?.lineId === lineId)) {
      return reject('unknown-line', `order ${order.orderId} has no line ${lineId}`, `body.lines[${index}].lineId`);
    }
  }
  const torn = tornKit(order.lines, units);
  if (torn !== undefined) {
    const detail = `of line ${torn.lineId}, kit ${torn.sku}, only whole kits can be cancelled`;
    return reject('kit-in-parts', detail, 'body.lines');
  }
  const { missing } = cancelPlan(order, units);
  if (missing === 0) return units;
  const picked = order.fulfillments.filter((part) => part.lines.length > 0 && !isUntouched(part));
  return reject(
    'wrong-state',
    `${missing} of these units are picked, shipped or cancelled already` +
      (picked.length > 0 ? ` (fulfillment ${picked.map((part) => part.fulfillmentId).join(', ')})` : ''),
  );
}

function openUnits(line: OrderLine): LineUnits[] {
  const quantity = line.allocated + line.backordered;
  return quantity > 0 ? [{ lineId: line.lineId, quantity }] : [];
}

/** Why units of a fulfillment cannot be short, or undefined when they can. */
export function shortRefusal(
  order: OrderContext,
  id: FulfillmentId,
  units: readonly LineUnits[],
): Rejection | undefined {
  const left = new Map<string, number>();
  for (const { lineId, quantity } of findFulfillment(order, id)?.lines ?? []) {
    left.set(lineId, (left.get(lineId) ?? 0) + quantity);
  }
  const unknown = units.findIndex(({ lineId }) => !left.has(lineId));
  if (unknown >= 0) {
    const detail = `fulfillment ${id} has no line ${units[unknown]?.lineId}`;
    return reject('unknown-line', detail, `body.lines[${unknown}].lineId`);
  }
  for (const [index, { lineId, quantity }] of units.entries()) {
    const there = left.get(lineId) ?? 0;
    if (there < quantity) {
      const detail = `fulfillment ${id} has ${there} of line ${lineId}`;
      return reject('not-enough', detail, `body.lines[${index}].quantity`);
    }
    left.set(lineId, there - quantity);
  }
  return undefined;
}

/** When the order's release delay ends, while it runs. The only timer an order has. */
export function releaseAtMs(state: string, order: OrderContext): number | undefined {
  return state === 'allocated' ? order.placedAtMs + order.releaseAfterMs : undefined;
}
