/** Holds of orders, in the shadow. */
import type { CommandBody, CommandOf } from '../../../actors/commands.ts';
import { isHeld, type ShadowOrder } from './state.ts';
import { partIs, put, tellTimes, type Doing } from './orders.ts';
import { answerOf, isClosed, stateOf } from './order-facts.ts';
import { isKept } from './parts.ts';
import { no, type Verdict } from './verdict.ts';

export interface ShadowHold {
  readonly holdId: string;
  readonly reason: string;
  readonly note?: string | undefined;
  readonly by: string;
  readonly sinceMs: number;
  readonly untilMs?: number | undefined;
}

const yearMs = 365 * 24 * 3_600_000;
const holdsMax = 16;

const isTimed = (untilMs: number | undefined, atMs: number): boolean =>
  untilMs === undefined || (untilMs > atMs && untilMs - atMs <= yearMs);

export const isHolds = (found: readonly ShadowHold[] | Verdict): found is readonly ShadowHold[] => Array.isArray(found);

/** The holds an order is placed with. */
export function placed(
  { atMs }: Doing,
  asked: CommandBody<'order.place'>['holds'],
  by: string,
): readonly ShadowHold[] | Verdict | undefined {
  if (asked === undefined) return undefined;
  const all: ShadowHold[] = [];
  for (const [index, hold] of asked.entries()) {
    if (!isTimed(hold.untilMs, atMs)) return no('over-limit', `body.holds[${index}].untilMs`);
    if (all.some(({ holdId }) => holdId === hold.holdId)) return no('duplicate', `body.holds[${index}].holdId`);
    all.push({ ...hold, by, sinceMs: atMs });
  }
  return all;
}

export function hold(doing: Doing, { body, by }: CommandOf<'order.hold'>): Verdict {
  const { orderId, ...asked } = body;
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  if (!isTimed(asked.untilMs, doing.atMs)) return no('over-limit', 'body.untilMs');
  const known = order.holds ?? [];
  const at = known.findIndex(({ holdId }) => holdId === asked.holdId);
  if (at < 0 && known.length === holdsMax) return no('over-limit', 'body.holdId');
  if (isClosed(order) || stateOf(order) === 'shipped') return no('wrong-state');
  return { ok: answerOf(set(doing, order, { ...asked, by, sinceMs: doing.atMs })) };
}

/** Hold an order that may be held. */
export function set(doing: Doing, order: ShadowOrder, one: ShadowHold): ShadowOrder {
  const { id: orderId, holds: known = [] } = order;
  const at = known.findIndex(({ holdId }) => holdId === one.holdId);
  const holds = at < 0 ? [...known, one] : known.map((other, index) => (index === at ? one : other));
  const after = put(doing, { ...order, holds });
  tellPlaces(doing, order, after);
  doing.events.push({ kind: 'order.held', orderId, channel: order.channel, hold: one });
  tellTimes(doing, order, orderId);
  return doing.shadow.orders.get(orderId) as ShadowOrder;
}

export function unhold(doing: Doing, { orderId, holdId }: CommandBody<'order.unhold'>): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  if (order.holds?.some((one) => one.holdId === holdId) !== true) return no('unknown-hold', 'body.holdId');
  return { ok: answerOf(without(doing, order, [holdId], false)) };
}

export const ended = ({ holds = [] }: ShadowOrder, atMs: number): string[] =>
  holds.flatMap(({ holdId, untilMs }) => (untilMs !== undefined && untilMs <= atMs ? [holdId] : []));

export function end(doing: Doing, order: ShadowOrder): void {
  without(doing, order, ended(order, doing.atMs), true);
}

export function without(doing: Doing, order: ShadowOrder, holdIds: string[], isEnd: boolean): ShadowOrder {
  const left = (order.holds ?? []).filter(({ holdId }) => !holdIds.includes(holdId));
  const after = put(doing, { ...order, holds: left.length === 0 ? undefined : left });
  tellPlaces(doing, order, after);
  const { id: orderId, channel } = order;
  doing.events.push({ kind: 'order.unheld', orderId, channel, holdIds, ended: isEnd, left: left.length });
  tellTimes(doing, order, orderId);
  return doing.shadow.orders.get(orderId) as ShadowOrder;
}

/** Places that were told to start hear when they must stop, and when they may go on. */
function tellPlaces({ events }: Doing, before: ShadowOrder, after: ShadowOrder): void {
  if ((before.holds === undefined) === (after.holds === undefined)) return;
  for (const [index, part] of after.parts.entries()) {
    if (part.state === 'released' && part.holds === undefined) events.push(partIs(after, index, part));
  }
}

type PartRef = CommandBody<'fulfillment.unhold'>;

function withPart(doing: Doing, { orderId, fulfillmentId }: Pick<PartRef, 'orderId' | 'fulfillmentId'>, go: (order: ShadowOrder, index: number) => Verdict | ShadowOrder): Verdict {
  const order = doing.shadow.orders.get(orderId);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const index = order.parts.findIndex((_, at) => String(at + 1) === fulfillmentId);
  const part = order.parts[index];
  if (part === undefined) return no('unknown-fulfillment', 'body.fulfillmentId');
  if (!isHeld(part)) return no('wrong-state');
  const found = go(order, index);
  return 'id' in found ? { ok: answerOf(found) } : found;
}

export function holdPart(doing: Doing, { body, by }: CommandOf<'fulfillment.hold'>): Verdict {
  const { orderId: _, fulfillmentId: _part, ...asked } = body;
  return withPart(doing, body, (order, index) => {
    const known = order.parts[index]?.holds ?? [];
    if (!isTimed(asked.untilMs, doing.atMs)) return no('over-limit', 'body.untilMs');
    const isThere = known.some(({ holdId }) => holdId === asked.holdId);
    if (!isThere && known.length === holdsMax) return no('over-limit', 'body.holdId');
    const one = { ...asked, by, sinceMs: doing.atMs };
    const holds = isThere ? known.map((other) => (other.holdId === one.holdId ? one : other)) : [...known, one];
    return setPart(doing, order, index, holds, { kind: 'fulfillment.held', hold: one });
  });
}

export function unholdPart(doing: Doing, body: PartRef): Verdict {
  return withPart(doing, body, (order, index) => {
    const known = order.parts[index]?.holds ?? [];
    if (!known.some(({ holdId }) => holdId === body.holdId)) return no('unknown-hold', 'body.holdId');
    return liftPart(doing, order, index, [body.holdId], false);
  });
}

/** Holds of a part whose time is over. */
const endedOf = ({ holds = [] }: { readonly holds?: readonly ShadowHold[] | undefined }, atMs: number): string[] =>
  holds.flatMap(({ holdId, untilMs = Infinity }) => (untilMs <= atMs ? [holdId] : []));

/** The first part of which a hold is over. */
export const endedPart = (order: ShadowOrder, atMs: number): number => order.parts.findIndex((part) => endedOf(part, atMs).length > 0);

export function endPart(doing: Doing, order: ShadowOrder, index: number): void {
  liftPart(doing, order, index, endedOf(order.parts[index] ?? {}, doing.atMs), true);
}

function liftPart(doing: Doing, order: ShadowOrder, index: number, holdIds: readonly string[], isEnd: boolean): ShadowOrder {
  const left = (order.parts[index]?.holds ?? []).filter(({ holdId }) => !holdIds.includes(holdId));
  return setPart(doing, order, index, left.length === 0 ? undefined : left, { kind: 'fulfillment.unheld', holdIds, ended: isEnd, left: left.length });
}

function setPart(doing: Doing, order: ShadowOrder, index: number, holds: readonly ShadowHold[] | undefined, told: object): ShadowOrder {
  const parts = order.parts.map((part, at) => (at === index ? { ...part, holds } : part));
  const after = put(doing, { ...order, parts });
  const part = after.parts[index] as ShadowOrder['parts'][number];
  if (part.state === 'released' && isKept(order, order.parts[index]) !== isKept(after, part)) doing.events.push(partIs(after, index, part));
  doing.events.push({ ...told, orderId: order.id, channel: order.channel, fulfillmentId: String(index + 1), location: part.location });
  tellTimes(doing, order, order.id);
  return doing.shadow.orders.get(order.id) as ShadowOrder;
}
