/** What is kept of an order beside the order itself, and the policies by which orders are taken in: pure values. */
import type { Details, IntakePolicy, LineDetails } from './intake-commands.ts';
import type { ChannelId, LineId, OrderId, Sku } from './ids.ts';

/** Details of an order, as they came. */
export interface OrderDetails extends Details {
  readonly orderId: OrderId;
  /** What the channel calls the order. */
  readonly externalId?: string | undefined;
  /** Lines that have some; of a kit, under the line as it was ordered. */
  readonly lines?: readonly (LineDetails & { readonly lineId: LineId })[] | undefined;
}

/** The order that came under an external id, and the body it came with. */
export interface Known {
  readonly orderId: OrderId;
  readonly body: unknown;
}

/** What a SKU of a channel is. */
export interface Mapping {
  readonly sku: Sku;
  readonly quantity: number;
}

/** Details of an order were given anew, or are gone. */
export interface AmendedEvent {
  readonly kind: 'order.amended';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fields: readonly string[];
}

/** An order as guards remember it: units by SKU, in the order of their names. */
export interface RecentOrder {
  readonly orderId: OrderId;
  readonly atMs: number;
  readonly units: readonly (readonly [sku: Sku, quantity: number])[];
}

/** What a customer ordered of late through a channel, the oldest first. */
export interface RecentOrders {
  readonly orders: readonly RecentOrder[];
}

/** A policy in force: what it does not say filled in. */
export interface StandingIntake extends Omit<IntakePolicy, 'channel'> {
  /** Whose it is; absent: all channels', or nobody has put any. */
  readonly channel?: ChannelId | undefined;
  readonly graceMs: number;
  readonly address: 'accept' | 'hold' | 'refuse';
}

/** The grace of a policy that names none. */
export const graceMsDefault = 10 * 60_000;

/** A policy with its defaults. Without one, orders are taken as they come: no grace, nothing is asked of them. */
export function standingIntake(policy: IntakePolicy | undefined): StandingIntake {
  if (policy === undefined) return { graceMs: 0, address: 'accept' };
  return { ...policy, graceMs: policy.graceMs ?? graceMsDefault, address: policy.address ?? 'accept' };
}

/** The longest time any guard of a policy looks back; 0: none does. */
export const guardWindowMs = ({ bulkBuy, repeat }: StandingIntake): number =>
  Math.max(bulkBuy?.windowMs ?? 0, repeat?.windowMs ?? 0);
