/** The event of a decision where the units of an order come from, as it is journaled and published. */
import type { CarrierId, ChannelId, FulfillmentId, LocationId, OrderId, ServiceId } from './ids.ts';
import type { CardUse, Cause, Moved, PlanUse, Removed } from './order-context.ts';
import type { Routed } from './order-routed.ts';
import type { FulfillmentState } from './vocabulary.ts';

/** What sourcing chose for one part of an order, and by how much it won. */
export interface Choice {
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  /** `released` when the location may start at once. */
  readonly state: FulfillmentState;
  readonly carrier?: CarrierId | undefined;
  readonly service?: ServiceId | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  readonly units: number;
  /** Its order is held: it must not be picked now. */
  readonly held?: true | undefined;
}

/** Where the units of an order come from, and how that was chosen. */
export interface OrderSourced {
  readonly kind: 'order.sourced';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  /** 1 for the placement, more when it was sourced again. */
  readonly attempt: number;
  readonly choices: readonly Choice[];
  /** Locations that were open to the channel. */
  readonly candidates: number;
  /** Units no location could give. */
  readonly short: number;
  /** What the next best plan of as many parcels would have cost; absent when there was none. */
  readonly runnerUpMinor?: number | undefined;
  /** Locations that were open to the channel and no candidates, with the reason. */
  readonly removed?: readonly Removed[] | undefined;
  /** The routing plan that decided, when one was in force. */
  readonly ruled?: PlanUse | undefined;
  /** How much less the best way could cost at most, of an order too large to be planned exactly; minor units. */
  readonly gapMinor?: number | undefined;
  /** Version of the prices it went by; absent: by what was cheapest then. */
  readonly prices?: number | undefined;
  /** The rate cards in force for the services that its parcels go with; absent: there are none. */
  readonly rates?: readonly CardUse[] | undefined;
  /** Who moved the units and why, where it was not sourcing alone. */
  readonly moved?: Moved | undefined;
  /** Why units that had a place were sourced again; absent: units waited. */
  readonly cause?: Cause | undefined;
  /** The order came with its places, and whether it has them. */
  readonly routed?: Routed | undefined;
}

/** Decisions an order remembers the time of, by which they are found in the journal. */
const timesMax = 32;

/** The times of an order's decisions with one more, as far as they are remembered. */
export const timesWith = (timesMs: readonly number[] = [], atMs: number): readonly number[] =>
  [...timesMs, atMs].slice(-timesMax);
