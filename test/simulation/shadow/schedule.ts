/** When orders are to be fulfilled, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import { answerOf, isClosed, stateOf } from './order-facts.ts';
import { put, tellParts, type Doing } from './orders.ts';
import { startOf } from './parts.ts';
import { promised } from './promised.ts';
import type { ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

interface Instants {
  readonly fulfillAtMs?: number | undefined;
  readonly fulfillByMs?: number | undefined;
}

const yearMs = 365 * 86_400_000;

export function refusal({ fulfillAtMs, fulfillByMs }: Instants, atMs: number): Verdict | undefined {
  if (fulfillAtMs !== undefined && fulfillAtMs - atMs > yearMs) return no('over-limit', 'body.fulfillAtMs');
  if (fulfillByMs === undefined) return undefined;
  if (fulfillByMs - atMs > 2 * yearMs) return no('over-limit', 'body.fulfillByMs');
  return fulfillAtMs !== undefined && fulfillAtMs >= fulfillByMs ? no('contradiction', 'body.fulfillByMs') : undefined;
}

export function schedule(doing: Doing, { orderId, fulfillAtMs, fulfillByMs }: CommandBody<'order.schedule'>): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const wrong = refusal({ fulfillAtMs, fulfillByMs }, doing.atMs);
  if (wrong !== undefined) return wrong;
  if (fulfillAtMs !== undefined && order.startedAtMs !== undefined) return no('wrong-state');
  if (isClosed(order) || stateOf(order) === 'shipped') return no('wrong-state');
  const isOver = fulfillAtMs !== undefined && fulfillAtMs <= doing.atMs;
  return { ok: answerOf(bind(doing, order, { fulfillAtMs: isOver ? undefined : fulfillAtMs, fulfillByMs })) };
}

/** An order that begins before its time is bound to none first. */
export const over = (doing: Doing, order: ShadowOrder): ShadowOrder =>
  (order.fulfillAtMs ?? 0) > doing.atMs ? bind(doing, order, { fulfillByMs: order.fulfillByMs }) : order;

function bind(doing: Doing, order: ShadowOrder, { fulfillAtMs, fulfillByMs }: Instants): ShadowOrder {
  const { shadow, atMs } = doing;
  const startMs = startOf({ fulfillAtMs }, atMs);
  const isSame = startMs === startOf(order, atMs);
  const parts = order.parts.map((part) => {
    if (isSame || part.state !== 'open') return part;
    return { ...part, ...promised(shadow, part, part.units, order.destination, startMs) };
  });
  const after = put(doing, { ...order, fulfillAtMs, fulfillByMs, parts });
  tellParts(doing, order, after);
  doing.events.push({ kind: 'order.scheduled', orderId: order.id, channel: order.channel, fulfillAtMs, fulfillByMs });
  return after;
}
