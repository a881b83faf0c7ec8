/**
 * Parts of an order that one location sends, put together otherwise: units of one leave in a parcel of their own, or
 * several leave in one. Places, stock and promises stay as they are; the new part has a number of its own. Pure.
 */
import type { Fulfillment } from './fulfillment.ts';
import type { ChannelId, FulfillmentId, LocationId, OrderId } from './ids.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import { findFulfillment, takenOut, type Taking } from './order-takings.ts';

export interface RegroupEvent {
  /** `fulfillmentId` is the new part; it has units of `from`. */
  readonly kind: 'fulfillment.split' | 'fulfillment.merged';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  readonly from: readonly FulfillmentId[];
}

type Regroup = Extract<OrderMessage, { type: 'fulfillment.regroup' }>;

/** The number the next part of an order gets. */
export const nextPart = ({ fulfillments }: OrderContext): FulfillmentId =>
  String(fulfillments.length + 1) as FulfillmentId;

/** An order with a part of its own for units of others. */
export function regrouped(context: OrderContext, { takings, lines, costMinor, leftMinor }: Regroup): OrderContext {
  const taken = takings.flatMap(({ fulfillmentId, units }): Taking[] => {
    const fulfillment = findFulfillment(context, fulfillmentId);
    return fulfillment === undefined ? [] : [{ fulfillment, units }];
  });
  const [first] = taken;
  if (first === undefined) return context;
  const parts = takenOut(context, taken).map((part, index) => {
    const isSplit = leftMinor !== undefined && context.fulfillments[index] === first.fulfillment;
    return isSplit ? { ...part, costMinor: leftMinor } : part;
  });
  const all = taken.map(({ fulfillment }) => fulfillment);
  const isHere = (id: string): boolean => lines.some(({ lineId }) => lineId === id);
  const untracked = all.flatMap((part) => part.untracked ?? []).filter(isHere);
  const part: Fulfillment = {
    ...first.fulfillment,
    fulfillmentId: nextPart(context),
    lines,
    costMinor,
    untracked: untracked.length === 0 ? undefined : [...new Set(untracked)],
    startByMs: earliest(all.map(({ startByMs }) => startByMs)),
    overdue: all.some(({ overdue }) => overdue === true) ? true : undefined,
  };
  return { ...context, fulfillments: [...parts, part] };
}

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
