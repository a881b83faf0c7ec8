/** Units of an order moved by hand, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import { isWhole } from './kits.ts';
import { planTo } from './move-plan.ts';
import { answerOf, waitingOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { isUntouched, type Part, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Body = CommandBody<'order.move'>;

export function moveOrder(doing: Doing, by: string, body: Body): Verdict {
  const { shadow } = doing;
  const order = shadow.orders.get(body.orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const place = shadow.locations.get(body.to);
  if (place === undefined) return no('unknown-location', 'body.to');
  const index = body.fulfillmentId === undefined ? undefined : order.parts.findIndex((_, at) => String(at + 1) === body.fulfillmentId);
  const wanted = wantedOf(order, index, body.lines);
  if (!(wanted instanceof Map)) return wanted;
  if (index !== undefined && order.parts[index]?.location === body.to) return no('contradiction', 'body.to');
  const plan = planTo(doing, order, wanted, place, body, by);
  if ('code' in plan) return plan;
  if (index !== undefined) orders.takeAway(doing, order, index, new Map(wanted));
  orders.sourceBy(doing, order.id, plan);
  return { ok: answerOf(shadow.orders.get(order.id) as ShadowOrder) };
}

/** The units that are meant, line by line. */
export function wantedOf(order: ShadowOrder, index: number | undefined, asked: Body['lines']): Wanted | Verdict {
  const part: Part | undefined = index === undefined ? undefined : order.parts[index];
  if (index !== undefined && part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  if (part !== undefined && !isUntouched(part)) return no('wrong-state');
  const there: Wanted = new Map();
  for (const { line, quantity } of part?.units ?? []) there.set(line, quantity);
  if (part === undefined) for (const line of order.lines.keys()) if (waitingOf(order, line) > 0) there.set(line, waitingOf(order, line));
  if (there.size === 0) return no('wrong-state');
  if (asked === undefined) return there;
  const wanted: Wanted = new Map();
  for (const [at, { lineId, quantity }] of asked.entries()) {
    const line = order.lines.findIndex((one) => one.lineId === lineId);
    const most = there.get(line);
    if (most === undefined) return no('unknown-line', `body.lines[${at}].lineId`);
    wanted.set(line, (wanted.get(line) ?? 0) + quantity);
    if ((wanted.get(line) ?? 0) > most) return no('not-enough', `body.lines[${at}].quantity`);
  }
  const isAll = [...there].every(([line, quantity]) => wanted.get(line) === quantity);
  const bound = { lines: order.lines.map((line) => (line.kit?.together === true ? line : { ...line, kit: undefined })) };
  return isAll || isWhole(bound, (line) => wanted.get(line) ?? 0) ? wanted : no('kit-in-parts', 'body.lines');
}
