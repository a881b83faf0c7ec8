/**
 * Holds: reasons why an order, or one part of it, must not go on to be picked, as many at once as there are reasons,
 * each set and lifted by itself. A held order keeps its units: nobody picks them, and its release waits until the last
 * hold is lifted or has ended by itself; a held part is released with the others and not picked. Pure.
 */
import type { Fulfillment } from './fulfillment.ts';
import type { ChannelId, FulfillmentId, HoldId, LocationId, OrderId } from './ids.ts';
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
    }
  /** The same of one part. */
  | (OfPart & { readonly kind: 'fulfillment.held'; readonly hold: Hold })
  | (OfPart & {
      readonly kind: 'fulfillment.unheld';
      readonly holdIds: readonly HoldId[];
      readonly ended: boolean;
      readonly left: number;
    });

interface OfPart {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
}

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

/** Whether a part is kept from being picked: it is held, or its order is. */
export const isKept = (order: Held, part: Pick<Fulfillment, 'holds'> | undefined): boolean =>
  order.holds !== undefined || part?.holds !== undefined;

/** Why a held order, or the part of it that is meant, does not go on; undefined when it is not held. */
export function heldRefusal(
  { orderId, holds }: Pick<OrderContext, 'orderId' | 'holds'>,
  part?: Pick<Fulfillment, 'fulfillmentId' | 'holds'>,
): Rejection | undefined {
  const [first, ...others] = holds ?? part?.holds ?? [];
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const what = holds === undefined ? `fulfillment ${part?.fulfillmentId}` : `order ${orderId}`;
  return reject('on-hold', `${what} is held by ${first.holdId} (${first.reason})${more}`);
}
