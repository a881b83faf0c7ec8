/**
 * What the engine says: the shapes of an order's parts, the events it publishes and the answers it
 * gives. What it is told stands in commands.ts and queries.ts; how it refuses, in rejection.ts.
 */
import type { Destination } from './order-commands.ts';
import type { Attributes } from './schemas.ts';
import type {
  BufferId, CarrierId, ChannelId, FulfillmentId, LineId, LocationId, OrderId, ReservationId, ReturnId, ServiceId, Sku,
} from './ids.ts';
import type { CaseEvent } from './case-context.ts';
import type { CancelEvent } from './order-cancels.ts';
import type { Fulfillment, FulfillmentState, FulfillmentView } from './fulfillment.ts';
import type { Hold, HoldEvent } from './order-holds.ts';
import type { Declined, PlannedFulfillment, Replaces } from './order-context.ts';
import type { OrderSourced } from './order-decision.ts';
import type { EditEvent } from './order-edit.ts';
import type { PlanEvent } from './plan-commands.ts';
import type { ItemState } from './item-policy.ts';
import type { LotEvent } from './lots.ts';
import type { PromiseOption } from './promise.ts';
import type { RegroupEvent } from './order-regroup.ts';
import type { ScheduledEvent } from './order-schedule.ts';
import type { OrderState } from './order-states.ts';
import type { SubstitutedEvent } from './order-substitute.ts';
import type { Substitution } from './substitute-commands.ts';
import type { SupplyEvent } from './supply-context.ts';
import type { OfferEvent } from './offer.ts';
import type { SuspectEvent } from './suspect.ts';
import type { TaskEvent } from './task-context.ts';
import type { TerminalEvent } from './terminal-context.ts';
import type { ReturnEvent } from './return-context.ts';
import type { AmendedEvent } from './intake.ts';
import type { PaymentEvent } from './payments.ts';
import type { CarrierHealthEvent } from './carrier-health.ts';
import type { PromiseView } from './jeopardy.ts';
import type { ParcelEvent } from './tracking.ts';
import type { ReservationLine, ReservationState } from './reservation-context.ts';

/** The kit a line is a component of, as it was ordered. */
export interface KitRef {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** Whether each kit leaves whole from one location. */
  readonly together: boolean;
}

/**
 * One line of an order. Every unit is in exactly one place:
 * quantity = allocated + backordered + shipped + cancelled + parked (rule O2).
 */
export interface OrderLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** In a fulfillment that has not left yet. */
  readonly allocated: number;
  /** Accepted, waiting for stock. */
  readonly backordered: number;
  /** Of a line that waits for a mapping of its channel’s SKU: all that is left of it. Absent: none. */
  readonly parked?: number | undefined;
  /** Left with a carrier, delivered or not. */
  readonly shipped: number;
  readonly cancelled: number;
  /** Absent unless the line is a component of a kit. */
  readonly kit?: KitRef | undefined;
}

export type { Fulfillment, FulfillmentState, FulfillmentStatus, FulfillmentView } from './fulfillment.ts';
export type { LineLot, LineUnits } from './fulfillment.ts';

export type ExceptionCode =
  /** The routing plan holds the order: its rules leave no place to units of it. */
  | 'unroutable'
  /** A physical count or loss took units that were allocated, and no other stock can replace them. */
  | 'stockout'
  /** The picker did not find the units, and no other stock can replace them. */
  | 'short-pick'
  /** Their location declined the units, and nobody else has them. */
  | 'rejected'
  /** A location did not begin to pick in time, and nobody else has the units. */
  | 'not-started';

/** Why an order stands still, and what ends it. */
export interface OrderException {
  readonly code: ExceptionCode;
  readonly sinceMs: number;
  /**
   * `stock`: arriving stock resolves it, `plan`: another routing plan does too, `location`: it is to begin, or decline;
   * a person may retry, move or cancel.
   */
  readonly owner: 'stock' | 'plan' | 'location';
  readonly detail: string;
}

/** Why units that are there may not be sold. */
export const buckets = ['damaged', 'quality', 'held'] as const;
export type Bucket = (typeof buckets)[number];

/** How units reach a customer: sent there, or handed over where they are. */
export const deliveryMethods = ['ship', 'pickup'] as const;
export type DeliveryMethod = (typeof deliveryMethods)[number];

/**
 * One SKU at one location, in units. ATP = onHand − damaged − quality − held − reserved − allocated − buffer,
 * not below 0 (rule S1); 0 while it is suspect.
 */
export interface StockLevels {
  /** Physically there, in whatever condition and for whomever. */
  readonly onHand: number;
  readonly damaged: number;
  /** In quality control. */
  readonly quality: number;
  /** Not for sale for another reason. */
  readonly held: number;
  /** Softly held for carts, until they expire. */
  readonly reserved: number;
  /** Given to orders, until they leave. */
  readonly allocated: number;
  /** Held back from sale. */
  readonly buffer: number;
  /** Units may not be there: nothing of it is promised until it is counted. Absent: they are. */
  readonly suspect?: true | undefined;
}

/** What can happen to units of a stock. */
export type MovementKind =
  | 'received' | 'adjusted' | 'counted' | 'returned' | 'set-aside' | 'put-back' | 'disposed' | 'buffered'
  | 'reserved' | 'unreserved' | 'committed' | 'allocated' | 'deallocated' | 'shipped' | 'short'
  | 'transferred-out' | 'transferred-in'
  /** No unit moved: what is there is not promised from now on, or again. */
  | 'suspected' | 'trusted';

/** What happened, published after it is durable. Units and ids as in the order. */
export type Event =
  | {
      readonly kind: 'order.placed';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly state: OrderState;
    }
  /** A decision: which locations and carriers, out of how many candidates, at what cost and margin. */
  | OrderSourced
  | {
      readonly kind: 'order.changed';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly state: OrderState;
    }
  | EditEvent
  | {
      readonly kind: 'fulfillment.changed';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly fulfillmentId: FulfillmentId;
      readonly location: LocationId;
      readonly state: FulfillmentState;
      readonly carrier?: CarrierId | undefined;
      readonly tracking?: string | undefined;
      /** Its order is held: it must not be picked now. */
      readonly held?: true | undefined;
      /** When its location must have begun to pick it, and whether it has not. */
      readonly startByMs?: number | undefined;
      readonly overdue?: true | undefined;
      /** It is only offered, until then: it must not be picked before somebody accepts it. */
      readonly offeredUntilMs?: number | undefined;
    }
  | HoldEvent | CancelEvent | ScheduledEvent | RegroupEvent | SubstitutedEvent
  | {
      readonly kind: 'exception.raised';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly exception: OrderException;
    }
  | {
      readonly kind: 'exception.cleared';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly code: ExceptionCode;
    }
  /** A cart's units are held, or it waits in line for them, or where it stands has changed: the state says how. */
  | {
      readonly kind: 'reservation.held' | 'reservation.queued' | 'reservation.changed' | 'reservation.expired';
      readonly reservationId: ReservationId;
      readonly channel: ChannelId;
      readonly state: ReservationState;
      readonly expiresAtMs: number;
      /** Units held now, and units wanted that are not. */
      readonly units: number;
      readonly missing: number;
      /** While it waits in line. */
      readonly ticket?: number | undefined;
      /** The order that took its units. */
      readonly orderId?: OrderId | undefined;
    }
  /** Units that were held turned out not to be there. */
  | {
      readonly kind: 'reservation.broken';
      readonly reservationId: ReservationId;
      readonly channel: ChannelId;
      readonly sku: Sku;
      readonly location: LocationId;
      readonly units: number;
    }
  /** The settings of a SKU were put, or its preorder ended: what channels may sell of it may be another number. */
  | {
      readonly kind: 'item.changed';
      readonly sku: Sku;
      readonly state: ItemState;
    }
  | LotEvent
  /** A rule that grows took a step, or began anew because a feed covered its location. */
  | {
      readonly kind: 'buffer.changed'; readonly bufferId: BufferId; readonly location: LocationId;
      readonly steps: number;
    }
  | PlanEvent
  | {
      readonly kind: 'carrier.changed';
      readonly carrierId: CarrierId;
      readonly state: 'open' | 'suspended';
      readonly reason: string;
    }
  | CarrierHealthEvent
  /** A parcel that nobody had touched was planned anew, because its carrier takes it no more. */
  | {
      readonly kind: 'fulfillment.rerated';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly fulfillmentId: FulfillmentId;
      readonly location: LocationId;
      readonly carrier: CarrierId;
      readonly service?: ServiceId | undefined;
      readonly reason: 'carrier-suspended' | 'circuit-open' | 'embargo';
    }
  /** A location was paused or resumed, by somebody or because its pause ended. */
  | {
      readonly kind: 'location.changed';
      readonly location: LocationId;
      readonly state: 'open' | 'paused';
      readonly reason: string;
      readonly untilMs?: number | undefined;
    }
  | SupplyEvent
  | SuspectEvent
  | OfferEvent
  | ParcelEvent
  | PaymentEvent
  | AmendedEvent
  | TerminalEvent | TaskEvent
  | ReturnEvent | CaseEvent;

/** A movement of stock with its balances after it; derived from the turn's rows, published on stock topics. */
export interface StockChange {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly levels: StockLevels;
  readonly atp: number;
}

/** A line as queries show it. */
export interface OrderLineView extends OrderLine {
  /** What its customer agrees to where it is not found, said of this line itself. */
  readonly substitution?: Substitution | undefined;
  /** The line that it stands for. */
  readonly substitutes?: LineId | undefined;
  /** Of the shipped units, those that came back or were kept and refunded; as order.get shows it. Absent: none. */
  readonly returned?: number | undefined;
}

/** An order as queries and snapshots show it. */
export interface OrderView {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly state: OrderState;
  readonly placedAtMs: number;
  readonly changedAtMs: number;
  readonly destination: Destination;
  readonly currency?: string | undefined;
  readonly customer?: string | undefined;
  /** The segment of its customer, as far as it was named. */
  readonly segment?: string | undefined;
  /** The carrier service it asked for. */
  readonly service?: ServiceId | undefined;
  readonly priority?: number | undefined;
  readonly promisedByMs?: number | undefined;
  /** Not to be started before, and to have left by. */
  readonly fulfillAtMs?: number | undefined;
  readonly fulfillByMs?: number | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Attributes | undefined;
  readonly lines: readonly OrderLineView[];
  readonly fulfillments: readonly FulfillmentView[];
  /** The returns there were of it, in the order they were asked for; as order.get shows it. */
  readonly returns?: readonly ReturnId[] | undefined;
  readonly exception?: OrderException | undefined;
  /** What keeps it from being picked; absent when nothing does. */
  readonly holds?: readonly Hold[] | undefined;
  /** Locations that declined units of it, or did not begin to pick them in time: asked no more until then. */
  readonly declined?: readonly Declined[] | undefined;
  readonly replaces?: Replaces | undefined;
  /** How its promise stands, where it has one and is open; as order.get shows it. */
  readonly promise?: PromiseView | undefined;
  /** When its locations are told to start: its release delay has ended, and its time has come. */
  readonly releaseAtMs?: number | undefined;
  /** What its customer agrees to where units are not found. Absent: to nothing. */
  readonly substitution?: Substitution | undefined;
  /** What changing it cost so far. */
  readonly feesMinor?: number | undefined;
}

/** The answer to order.place and to every later command on one order: where it stands now. */
export interface OrderAnswer {
  readonly orderId: OrderId;
  readonly state: OrderState;
  readonly fulfillments: readonly Fulfillment[];
  /** Units still waiting for stock. */
  readonly backordered: number;
  /** What this change costs, where the policy of its channel says. */
  readonly feeMinor?: number | undefined;
  /** What stands for the units that were replaced. */
  readonly substitute?: Substitute | undefined;
}

/** A line of an order that stands for units of another one. */
export type Substitute = Pick<OrderLine, 'lineId' | 'sku' | 'quantity' | 'unitPriceMinor'>;

/** A reservation as its answers show it: what is held, where, at what price, until when. */
export interface ReservationAnswer {
  readonly reservationId: ReservationId;
  readonly state: ReservationState;
  readonly expiresAtMs: number;
  readonly lines: readonly ReservationLine[];
  /** The parcels it would leave in, were it ordered now. */
  readonly fulfillments: readonly PlannedFulfillment[];
  /** While it waits in line: its ticket, and its place, 1 being the next to be served. */
  readonly ticket?: number | undefined;
  readonly position?: number | undefined;
  /** How its units could go from where they are held, where that was asked for. */
  readonly options?: readonly PromiseOption[] | undefined;
}

/** A reservation as queries show it. */
export interface ReservationView extends ReservationAnswer {
  readonly channel: ChannelId;
  readonly customer?: string | undefined;
  /** The segment of its customer, as far as it was named. */
  readonly segment?: string | undefined;
  readonly destination?: Destination | undefined;
  readonly service?: ServiceId | undefined;
  readonly locations?: readonly LocationId[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly partial: boolean;
  readonly madeAtMs: number;
  readonly changedAtMs: number;
  /** The order that took its units. */
  readonly orderId?: OrderId | undefined;
}

/**
 * The answer to a stock command. `displaced` orders and `broken` reservations lost units that are not there,
 * and were sourced again.
 */
export interface StockAnswer {
  readonly entries: number;
  readonly displaced: readonly OrderId[];
  readonly broken: readonly ReservationId[];
  /** Counts that were dropped because a later one was taken before, by their place among the entries. */
  readonly outdated?: readonly number[] | undefined;
}

export interface FeedAnswer {
  readonly id: string;
  /** When this feed was first opened. */
  readonly openedAtMs: number;
}
