/** Units that their place does not send, in the shadow: it declined them, or did not begin in time. */
import type { CommandOf } from '../../../actors/commands.ts';
import { needsFor } from './kits.ts';
import { wantedOf } from './move.ts';
import { answerOf, stateOf } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import { planUnits } from './sourcing.ts';
import type { ShadowOrder } from './state.ts';
import { alsoDeclined } from './troubles.ts';
import { no, type Verdict } from './verdict.ts';

const dayMs = 86_400_000;

export function reject(doing: Doing, { body, by }: CommandOf<'fulfillment.reject'>): Verdict {
  const { orderId, fulfillmentId, reason, lines, forMs = dayMs } = body;
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === fulfillmentId);
  if (index >= 0 && order.parts[index]?.state !== 'released') return no('wrong-state');
  const wanted = wantedOf(order, index, lines);
  if (!(wanted instanceof Map)) return wanted;
  orders.withdraw(doing, order, index, wanted, doing.atMs + forMs, true);
  const refusal = orders.source(doing, orderId, { kind: 'rejected', from: [fulfillmentId], by, reason });
  return refusal ?? { ok: answerOf(doing.shadow.orders.get(orderId) as ShadowOrder) };
}

/** The time is over by which a part was to be begun: it goes elsewhere whole, or stays and is an exception. */
export function notStarted(doing: Doing, order: ShadowOrder, index: number): void {
  const { shadow, atMs } = doing;
  const part = order.parts[index] as ShadowOrder['parts'][number];
  const untilMs = atMs + dayMs;
  const units = new Map(part.units.map(({ line, quantity }) => [line, quantity]));
  const declined = alsoDeclined(order, { location: part.location, untilMs }, atMs);
  const plan = planUnits(shadow, { ...order, declined }, needsFor(order, (line) => units.get(line) ?? 0), atMs);
  if (plan.short === 0 && plan.parcels.length > 0) {
    orders.withdraw(doing, order, index, units, untilMs, false);
    orders.sourceBy(doing, order.id, { ...plan, cause: { kind: 'not-started', from: [String(index + 1)] } });
    return;
  }
  const parts = order.parts.map((one, at) => (at === index ? { ...one, isOverdue: true } : one));
  const after = orders.put(doing, { ...order, parts });
  orders.tellParts(doing, order, after);
  orders.tellException(doing, order, after);
  if (stateOf(order) !== stateOf(after)) orders.tellState(doing, after);
}
