/**
 * Holds: reasons why an order must not go on to be picked, as many at once as there are reasons, each set and lifted
 * by itself. A held order keeps its units: nobody picks them, and its release waits until the last hold is lifted or
 * has ended by itself. Pure.
 */
import type { ChannelId, HoldId, OrderId } from './ids.ts';
import type { OrderContext } from './order-context.ts';
import { reject, type Rejection } from './rejection.ts';

/** A reason why an order must not be picked yet: set by somebody, until it is lifted or ends by itself. */
export interface Hold {
  /** Given by whoever sets it, unique within the order. */
  readonly holdId: HoldId;
  readonly reason: string;
  readonly note?: string | undefined;
  /** The credential it was set with, and when. */
  readonly by: string;
  readonly sinceMs: number;
  readonly untilMs?: number | undefined;
}

export type HoldEvent =
  | {
      readonly kind: 'order.held';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly hold: Hold;
    }
  /** Holds were lifted, or ended by themselves (`ended`); `left` are still there. */
  | {
      readonly kind: 'order.unheld';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly holdIds: readonly HoldId[];
      readonly ended: boolean;
      readonly left: number;
    };

type Held = Pick<OrderContext, 'holds'>;

/** The holds of an order with one set, or another one under its id. */
export function withHold({ holds = [] }: Held, hold: Hold): readonly Hold[] {
  const at = holds.findIndex(({ holdId }) => holdId === hold.holdId);
  return at < 0 ? [...holds, hold] : holds.with(at, hold);
}

/** The holds of an order without some; undefined when none is left. */
export function withoutHolds({ holds = [] }: Held, ids: readonly Hold['holdId'][]): readonly Hold[] | undefined {
  const left = holds.filter(({ holdId }) => !ids.includes(holdId));
  return left.length === 0 ? undefined : left;
}

/** The holds that have ended by themselves: in the millisecond they name they are over. */
export function endedHolds({ holds = [] }: Held, atMs: number): readonly Hold[] {
  return holds.filter(({ untilMs = Infinity }) => untilMs <= atMs);
}

/** When the next hold of an order ends by itself; undefined when none does. */
export function holdEndsAtMs({ holds = [] }: Held): number | undefined {
  const endsAtMs = holds.reduce((soonest, { untilMs = Infinity }) => Math.min(soonest, untilMs), Infinity);
  return endsAtMs === Infinity ? undefined : endsAtMs;
}

/** Why a held order does not go on, or undefined when it is not held. */
export function heldRefusal({ orderId, holds }: Pick<OrderContext, 'orderId' | 'holds'>): Rejection | undefined {
  const [first, ...others] = holds ?? [];
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return reject('on-hold', `order ${orderId} is held by ${first.holdId} (${first.reason})${more}`);
}
