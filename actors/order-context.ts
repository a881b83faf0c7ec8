/** What an order remembers, is told, and asks for. */
import type { Destination } from './order-commands.ts';
import type { Edit, LineChange, OrderIntake } from './order-edit.ts';
import type { Unparked } from './order-parked.ts';
import type { Routed } from './order-routed.ts';
import type { Attributes } from './schemas.ts';
import type { CarrierId, ChannelId, FulfillmentId, HoldId, LineId, LocationId, LotId } from './ids.ts';
import type { OrderId, PlanId, ServiceId, Sku } from './ids.ts';
import type { LotUnits } from './lots.ts';
import type { Offer, OfferAnswer } from './offer.ts';
import type { Hold } from './order-holds.ts';
import type { PartDates, Schedule } from './order-schedule.ts';
import type { PartMessage } from './part-messages.ts';
import type { Rejection } from './rejection.ts';
import type { Event, ExceptionCode, Fulfillment, LineUnits, OrderException } from './vocabulary.ts';
import type { OrderLine } from './vocabulary.ts';

export interface OrderContext {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly destination: Destination;
  readonly currency: string | undefined;
  readonly customer: string | undefined;
  /** What the channel asked for when units are missing at placement. */
  readonly shortage: 'refuse' | 'backorder';
  /** The carrier service it asked for; undefined: the cheapest. */
  readonly service: ServiceId | undefined;
  readonly releaseAfterMs: number;
  /** The segment of its customer, as far as it was named. */
  readonly segment?: string | undefined;
  /** 0 to 9, absent 0, and what the customer was told: its place among those who wait. */
  readonly priority?: number | undefined;
  readonly promisedByMs?: number | undefined;
  /** Not to be started before, and to have left by. */
  readonly fulfillAtMs?: number | undefined;
  readonly fulfillByMs?: number | undefined;
  /** Words and values of its own, for routing plans. */
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Attributes | undefined;
  /** What keeps it from being picked; undefined when nothing does. */
  readonly holds?: readonly Hold[] | undefined;
  /** Locations that are asked for its units no more until their time; undefined when there are none. */
  readonly declined?: readonly Declined[] | undefined;
  /** How often it moved to a better place, by the policy of its routing plan. */
  readonly improved?: number | undefined;
  /** The window in which it may still change its places together with others; undefined once that is over. */
  readonly batch?: Batch | undefined;
  /** The lost parcel it is sent for. */
  readonly replaces?: Replaces | undefined;
  /** What taking it in and changing it left on it; undefined when nothing did. */
  readonly intake?: OrderIntake | undefined;
  readonly placedAtMs: number;
  readonly changedAtMs: number;
  /** When its locations were told to start; undefined before. Fulfillments made later start at once. */
  readonly releasedAtMs: number | undefined;
  /** Times it was sourced with a result. */
  readonly attempt: number;
  /** When that was, of the last of them but for the first, which came with the placement. Absent: no other. */
  readonly sourcedAtMs?: readonly number[] | undefined;
  readonly lines: readonly OrderLine[];
  readonly fulfillments: readonly Fulfillment[];
  /** What took units away after they were allocated; until every unit has a place again. */
  readonly trouble: ExceptionCode | undefined;
  readonly exception: OrderException | undefined;
}

/** A part of another order whose parcel was lost. */
export interface Replaces {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
}

/** The order as it was placed: lines with ids, defaults filled in. */
export interface OrderInput {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly destination: Destination;
  readonly replaces?: Replaces | undefined;
  readonly currency: string | undefined;
  readonly customer: string | undefined;
  readonly shortage: 'refuse' | 'backorder';
  readonly service: ServiceId | undefined;
  readonly releaseAfterMs: number;
  readonly segment?: string | undefined;
  readonly priority?: number | undefined;
  readonly promisedByMs?: number | undefined;
  readonly fulfillAtMs?: number | undefined;
  readonly fulfillByMs?: number | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Attributes | undefined;
  readonly holds?: readonly Hold[] | undefined;
  readonly intake?: OrderIntake | undefined;
  readonly lines: readonly OrderLine[];
  readonly atMs: number;
}

/** Orders that are sourced together: those of one version of a plan whose window ends at one moment. */
export interface Batch {
  readonly planId: PlanId;
  readonly version: number;
  readonly untilMs: number;
}

/** A location that declined units of an order, or did not begin to pick them in time. */
export interface Declined {
  readonly location: LocationId;
  /** It may be asked again from this millisecond on. */
  readonly untilMs: number;
}

/** One parcel of a plan. */
export interface PlannedFulfillment {
  readonly location: LocationId;
  readonly carrier: CarrierId | undefined;
  /** The carrier's service, where it names its services. */
  readonly service?: ServiceId | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  readonly lines: readonly LineUnits[];
  /** The cut-off it is to leave with, where the location's calendar is known. */
  readonly shipByMs?: number | undefined;
  /** When it is there, where the service's days in transit are known. */
  readonly deliverByMs?: number | undefined;
  /** The hour of work its location is given for it, where the location has a capacity. */
  readonly workAtMs?: number | undefined;
  /** Lines of which the units here take no stock. */
  readonly untracked?: readonly LineId[] | undefined;
}

/** A location that was no candidate although it was open to the channel. */
export interface Removed {
  readonly location: LocationId;
  /**
   * `no-capacity`: it cannot be given so many units, or another parcel, for the day they would be ready.
   * `rule`: the routing plan excludes it, or each of its services, by `rule`.
   * `no-rate`: no service carries parcels from there to the destination.
   * `too-heavy`: none of those that do carries a unit as heavy as those of the lines.
   * `declined`: it declined units of the order, or did not begin to pick them in time.
   */
  readonly reason: 'no-capacity' | 'rule' | 'no-rate' | 'too-heavy' | 'declined';
  readonly rule?: string | undefined;
  /** The lines that are excluded there; absent: all. */
  readonly lines?: readonly LineId[] | undefined;
}

/** How a decision went by a routing plan. */
export interface PlanUse {
  readonly planId: PlanId;
  readonly version: number;
  /** What the chosen way costs by the plan's prices; absent where nothing was chosen. */
  readonly scoreMinor?: number | undefined;
  /** What became of the units that have no place; absent where all have one. */
  readonly fallback?: 'backorder' | 'hold' | 'cancel' | undefined;
  /** Rules that could not be evaluated, and counted as they say for that case. */
  readonly failed?: readonly { readonly rule: string; readonly detail: string }[] | undefined;
}

/** Units that were given another place by hand. */
export interface Moved {
  /** Who, and for what reason. */
  readonly by: string;
  readonly reason: string;
  /** The part they were taken from; absent: they waited. */
  readonly from?: FulfillmentId | undefined;
  /** The hard rule that forbade it and was passed over. */
  readonly overrode?: string | undefined;
}

/** Why units that had a place were sourced again. */
export interface Cause {
  /**
   * `rejected`: their location declined them. `not-started`: it did not begin to pick them in time. `cheaper`: the
   * routing plan asks for a better place when there is one. `batch`: they were sourced together with other orders.
   * `rerouted`: a case had them sourced elsewhere. `edited`: the order is another one. `suspect`: they may not be where
   * they were to come from. `mapped`: lines that waited for a mapping have one. `not-accepted`: nobody accepted them
   * who was offered them.
   */
  readonly kind:
    | 'rejected' | 'not-started' | 'cheaper' | 'batch' | 'rerouted' | 'edited' | 'suspect' | 'mapped' | 'not-accepted';
  /** The parts they were taken from. */
  readonly from: readonly FulfillmentId[];
  /** Who declined them, or had them sourced elsewhere, and why. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** How much less the new places cost, by what the plan goes by, in minor units. */
  readonly savedMinor?: number | undefined;
}

/** A version of a service's rate card that parcels were priced by. */
export interface CardUse {
  readonly carrier: CarrierId;
  readonly service: ServiceId;
  readonly version: number;
}

/** What sourcing answers: parcels for all units that can be had, and how the choice was made. */
export interface Plan {
  readonly fulfillments: readonly PlannedFulfillment[];
  /** Units no location can give now. */
  readonly short: number;
  /** Locations that were open to the channel. */
  readonly candidates: number;
  /** Cost of the next best plan with as many parcels; undefined when there is none. */
  readonly runnerUpMinor: number | undefined;
  /** Locations that were open to the channel and no candidates; undefined when there were none. */
  readonly removed?: readonly Removed[] | undefined;
  /** The routing plan it went by; undefined without one. */
  readonly ruled?: PlanUse | undefined;
  /**
   * How much less the best way of placing as many units could cost at most, where the order was too large to be
   * planned exactly, in minor units; undefined: this is the best way.
   */
  readonly gapMinor?: number | undefined;
  /** Version of the prices it went by; undefined: by what was cheapest then. */
  readonly prices?: number | undefined;
  /** The rate cards of the services that its parcels go with; undefined: none is in force for any. */
  readonly rates?: readonly CardUse[] | undefined;
  /** It was not chosen by sourcing alone. */
  readonly moved?: Moved | undefined;
  /** Why it was made, where not because units waited. */
  readonly cause?: Cause | undefined;
  /** The order came with its places. */
  readonly routed?: Routed | undefined;
  /** How long the order may wait for others, to be sourced with them: as its routing plan says. */
  readonly windowMs?: number | undefined;
  /** The window it has joined. */
  readonly batch?: Batch | undefined;
}

/** Units of a SKU at a location. */
export interface StockUnits {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly quantity: number;
  /** Which of a tracked SKU, where that is known. */
  readonly lots?: readonly LotUnits[] | undefined;
}

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

/** What an order is told. Commands that name units were checked by order-checks.ts before. */
export type OrderMessage =
  /** Find places for the units that have none. */
  | ({ readonly type: 'order.source' } & At)
  | ({ readonly type: 'order.sourced'; readonly plan: Plan } & At)
  | ({ readonly type: 'order.allocated' } & At)
  /** Stock refused what the plan said. Only a plan made of stale numbers could cause it. */
  | ({ readonly type: 'order.unallocated'; readonly rejection: Rejection } & At)
  | ({ readonly type: 'order.release' } & At)
  /** It is to be fulfilled at other instants, or at none. */
  | ({ readonly type: 'order.schedule'; readonly dates: readonly PartDates[] } & Schedule & At)
  | ({ readonly type: 'order.hold'; readonly hold: Hold } & At)
  /** Holds of the order were lifted, or have ended by themselves. */
  | ({ readonly type: 'order.unhold'; readonly holdIds: readonly HoldId[]; readonly ended: boolean } & At)
  | ({
      readonly type: 'order.cancel';
      readonly units: readonly LineUnits[];
      readonly reason: string;
      /** What that costs, where the policy of its channel says. */
      readonly feeMinor?: number | undefined;
    } & At)
  /** Lines that waited for a mapping are these. */
  | ({ readonly type: 'order.unpark'; readonly lines: readonly Unparked[] } & At)
  /** It is another order from now on. */
  | ({
      readonly type: 'order.edit';
      readonly edit: Edit;
      /** What of its lines is told. */
      readonly changes: readonly LineChange[];
      readonly by: string;
      readonly reason: string;
      readonly feeMinor?: number | undefined;
    } & At)
  /** Units allocated at a location turned out not to be there. */
  | ({
      readonly type: 'order.displace';
      readonly units: StockUnits;
      /** A lot that nobody may pick any more, or `picking`: also units that are being picked, whatever their lot. */
      readonly lot?: LotId | undefined;
      readonly picking?: boolean | undefined;
    } & At)
  /** Units of a part that nobody picks are to have another place. */
  | ({
      readonly type: 'order.move';
      readonly fulfillmentId: FulfillmentId;
      readonly units: readonly LineUnits[];
      /** Who claimed them, where they were offered. */
      readonly answer?: OfferAnswer | undefined;
    } & At)
  /** Units of parts that nobody picks come back, to be sourced again. */
  | ({
      readonly type: 'order.withdraw';
      readonly takings: readonly { readonly fulfillmentId: FulfillmentId; readonly units: readonly LineUnits[] }[];
      /** Who is asked no more; absent: everybody is. */
      readonly declined?: Declined | undefined;
      readonly others?: readonly Declined[] | undefined;
      /** What those who were offered them answered. */
      readonly answer?: OfferAnswer | undefined;
      /** Whether the location declined them: what finds no other place is an exception. */
      readonly isRejected: boolean;
    } & At)
  /** Units of parts that nobody picks come back and wait: they get a place once others have come back as well. */
  | ({
      readonly type: 'order.yield';
      readonly takings: readonly { readonly fulfillmentId: FulfillmentId; readonly units: readonly LineUnits[] }[];
    } & At)
  /** Parts are offered, or not any more; undefined: there is no offer. */
  | ({
      readonly type: 'order.offer';
      readonly offers: readonly { readonly fulfillmentId: FulfillmentId; readonly offer: Offer | undefined }[];
      readonly answer?: OfferAnswer | undefined;
      readonly declined?: readonly Declined[] | undefined;
    } & At)
  /** The window of the order is over: it goes on as any other. */
  | ({ readonly type: 'order.settle' } & At)
  /** Until when the locations of released parts are to begin; undefined: the time does not run. */
  | ({
      readonly type: 'order.timed';
      readonly startBy: readonly { readonly fulfillmentId: FulfillmentId; readonly startByMs: number | undefined }[];
    } & At)
  /** A part was not begun in time, and there is no other place for its units. */
  | ({ readonly type: 'order.overdue'; readonly fulfillmentId: FulfillmentId } & At)
  /** What happens to one part. */
  | PartMessage;

/** What an order asks for. Carried out at once, in order, by engine/effects.ts. */
export type OrderEffect =
  | { readonly kind: 'source' }
  /** All of these units or none; answered by order.allocated or order.unallocated. */
  | { readonly kind: 'allocate'; readonly units: readonly StockUnits[] }
  | { readonly kind: 'deallocate'; readonly units: readonly StockUnits[] }
  /** The units left, with this carrier. */
  | { readonly kind: 'ship'; readonly units: readonly StockUnits[]; readonly carrier: CarrierId | undefined }
  | { readonly kind: 'deliver'; readonly carrier: CarrierId | undefined }
  /** The units were allocated and are not there. */
  | { readonly kind: 'short'; readonly units: readonly StockUnits[] }
  /** All of these units, which are there. */
  | { readonly kind: 'take'; readonly units: readonly StockUnits[] }
  | { readonly kind: 'publish'; readonly events: readonly Event[] }
  /** Undo the command and answer it with this. */
  | { readonly kind: 'refuse'; readonly rejection: Rejection };
