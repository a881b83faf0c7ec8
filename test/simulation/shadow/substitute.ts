/** Units that are not found while picking, replaced by others, in the shadow. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import type { Item } from '../../../actors/item-commands.ts';
import { followOne, scannedOf, taskKeyOf, unitsOf } from './floor.ts';
import { trackingOf } from './lots.ts';
import { answerOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing, Wanted } from './orders.ts';
import { isUntracked } from './items.ts';
import * as payments from './payments.ts';
import { unitsFrom } from './selling.ts';
import type { Part, ShadowLine, ShadowOrder } from './state.ts';
import * as suspects from './suspects.ts';
import { withTask } from './tasks.ts';
import { isRefused, no, type Verdict } from './verdict.ts';

type Rule = NonNullable<Item['substitutes']>[number];
type Body = CommandBody<'fulfillment.substitute'>;

/** What was said of the line that was ordered, however often it was replaced since. */
function agreed(order: ShadowOrder, line: ShadowLine): string {
  const first = order.lines.find(({ lineId }) => lineId === line.standsFor);
  if (first !== undefined) return agreed(order, first);
  return order.agrees?.get(line.kit?.lineId ?? line.lineId) ?? order.substitution ?? 'never';
}

/** What may stand for a line, by its rules and its customer. */
function fitting({ shadow }: Doing, order: ShadowOrder, line: ShadowLine): readonly Rule[] {
  const rules = shadow.items.get(line.sku)?.item.substitutes ?? [];
  return rules.filter(({ sku, channels, unitPriceMinor }) => {
    const item = shadow.items.get(sku)?.item;
    if (item?.kit !== undefined || item?.tracking !== undefined || item?.drop !== undefined) return false;
    if (channels !== undefined && !(channels as readonly string[]).includes(order.channel)) return false;
    return agreed(order, line) === 'any' || unitPriceMinor === undefined || unitPriceMinor >= line.unitPriceMinor;
  });
}

const there = ({ shadow }: Doing, { channel, segment }: ShadowOrder, sku: string, location: string): number =>
  isUntracked(shadow, sku, channel) ? 0 : unitsFrom(shadow, sku, location, { channel, segment, method: 'ship' });

export function substitute(doing: Doing, body: Body, by: string): Verdict {
  const order = doing.shadow.orders.get(body.orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === body.fulfillmentId);
  const part = order.parts[index];
  if (part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  const place = order.lines.findIndex(({ lineId }) => lineId === body.lineId);
  const units = part.units.find(({ line }) => line === place)?.quantity;
  const line = order.lines[place];
  if (units === undefined || line === undefined) return no('unknown-line', 'body.lineId');
  if (part.state !== 'picking') return no('wrong-state');
  if (units < body.quantity) return no('not-enough', 'body.quantity');
  if (line.kit !== undefined) return no('kit-in-parts', 'body.lineId');
  if (agreed(order, line) === 'never') return no('no-consent', 'body.lineId');
  if (order.lines.length >= 2_000) return no('over-limit', 'body.lineId');
  if (trackingOf(doing.shadow, line.sku) !== undefined) return no('no-substitute', 'body.lineId');
  const asked = fitting(doing, order, line).filter(({ sku }) => body.sku === undefined || body.sku === sku);
  if (asked.length === 0) return no('no-substitute', body.sku === undefined ? 'body.lineId' : 'body.sku');
  const rule = asked.find(({ sku }) => there(doing, order, sku, part.location) >= body.quantity);
  return rule === undefined ? no('out-of-stock', 'body.quantity') : replace(doing, order, { index, place, rule, quantity: body.quantity, by, reason: body.reason });
}

interface Replacing {
  /** The part, and the line in the order. */
  readonly index: number;
  readonly place: number;
  readonly rule: Rule;
  readonly quantity: number;
  readonly by: string;
  readonly reason: string;
}

function replace(doing: Doing, before: ShadowOrder, { index, place, rule, quantity, by, reason }: Replacing): Verdict {
  const { shadow, events } = doing;
  const [part, line] = [before.parts[index] as Part, before.lines[place] as ShadowLine];
  const names = new Set(before.lines.flatMap(({ lineId, kit }) => [lineId, kit?.lineId]));
  let number = before.lines.length + 1;
  while (names.has(String(number))) number += 1;
  const unitPriceMinor = Math.min(line.unitPriceMinor, rule.unitPriceMinor ?? Infinity);
  const fresh: ShadowLine = { lineId: String(number), sku: rule.sku, quantity, unitPriceMinor, cancelled: 0, standsFor: line.lineId };
  const wanted: Wanted = new Map([[place, quantity]]);
  suspects.short(doing, before, index, wanted, by, reason);
  const lines = [...before.lines.map((one) => (one === line ? { ...one, cancelled: one.cancelled + quantity } : one)), fresh];
  const instead = [{ line: before.lines.length, quantity }];
  const more = { ...part, units: [...part.units, ...instead] };
  const { parts, taken } = orders.takeOut({ ...before, parts: before.parts.map((one) => (one === part ? more : one)) }, wanted, (one) => one === more);
  for (const one of taken) orders.moveStock(shadow, before, one, 'leave');
  const after = orders.put(doing, { ...before, lines, parts, addedMinor: (before.addedMinor ?? 0) + quantity * unitPriceMinor });
  orders.moveStock(shadow, after, { location: part.location, units: instead }, 'allocate');
  orders.tellParts(doing, before, after);
  orders.tellException(doing, before, after);
  const { lineId, sku } = fresh;
  events.push({
    kind: 'order.substituted', orderId: before.id, channel: before.channel, fulfillmentId: String(index + 1), location: part.location, by, reason,
    lineId, sku, quantity, unitPriceMinor, substitutes: { lineId: line.lineId, sku: line.sku },
  });
  orders.tellTimes(doing, before, before.id);
  payments.cancelled(doing, before.id);
  const chosen = { lineId, sku, quantity, unitPriceMinor };
  return { ok: { ...(answerOf(shadow.orders.get(before.id) as ShadowOrder) as object), substitute: chosen } };
}

export function ofTask(doing: Doing, { body, by }: CommandOf<'task.substitute'>): Verdict {
  const { terminalId: _, ...asked } = body;
  return withTask(doing, body, (task) => {
    if (task.state !== 'picking') return no('wrong-state');
    const line = task.lines.find(({ lineId }) => lineId === body.lineId);
    if (line === undefined) return no('unknown-line', 'body.lineId');
    if (body.quantity > line.quantity - line.scanned) return no('not-enough', 'body.quantity');
    const verdict = substitute(doing, asked, by);
    if (isRefused(verdict)) return verdict;
    followOne(doing, task);
    const { ok } = verdict as { readonly ok: { readonly substitute: object } };
    const { state, units, scanned } = standing(doing, body);
    return { ok: { orderId: body.orderId, fulfillmentId: body.fulfillmentId, state, units, scanned, substitute: ok.substitute } };
  });
}

function standing({ shadow }: Doing, { orderId, fulfillmentId }: Body): { readonly state: string; readonly units: number; readonly scanned: number } {
  const task = shadow.tasks.get(taskKeyOf(orderId, Number(fulfillmentId) - 1));
  if (task === undefined) throw new Error('a task that is held is there');
  return { state: task.state, units: unitsOf(task), scanned: scannedOf(task) };
}
