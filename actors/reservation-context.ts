/** What a reservation remembers, is told, and asks for. */
import type { ChannelId, LineId, LocationId, OrderId, ReservationId, ServiceId, Sku } from './ids.ts';
import type { Destination } from './order-commands.ts';
import type { Plan, PlannedFulfillment, StockUnits } from './order-context.ts';
import type { Rejection } from './rejection.ts';
import type { Event, KitRef } from './vocabulary.ts';

/** The numbers states have on disk: never reuse one. */
export const reservationStates = [
  'received', 'sourcing', 'held', 'converted', 'released', 'expired', 'queued',
] as const;
export type ReservationState = (typeof reservationStates)[number];

/** One line of a cart: units wanted, and how many of them are held. */
export interface ReservationLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantity: number;
  readonly held: number;
  /** Absent unless the line is a component of a kit. */
  readonly kit?: KitRef | undefined;
}

/** The reservation as it was asked for. */
export interface ReservationInput {
  readonly reservationId: ReservationId;
  readonly channel: ChannelId;
  readonly destination: Destination | undefined;
  readonly customer: string | undefined;
  /** The segment of its customer, as far as it was named. */
  readonly segment: string | undefined;
  /** The carrier service it is to go by; undefined: whichever is cheapest. */
  readonly service: ServiceId | undefined;
  /** Where it may hold units; undefined, and without groups: wherever the channel sells from. */
  readonly locations: readonly LocationId[] | undefined;
  /** Groups whose locations are meant as well. */
  readonly groups: readonly string[] | undefined;
  readonly isPartial: boolean;
  /** How long it holds its units once it has them, in milliseconds. */
  readonly ttlMs: number;
  /** The place it takes in line when there are no units; undefined: it is refused then. */
  readonly ticket: number | undefined;
  readonly lines: readonly ReservationLine[];
  readonly atMs: number;
}

export interface ReservationContext extends Omit<ReservationInput, 'atMs'> {
  readonly madeAtMs: number;
  readonly changedAtMs: number;
  /** When the units go back to sale, or how long it waits in line. In that millisecond it is over. */
  readonly expiresAtMs: number;
  /** Times it was sourced with a result. */
  readonly attempt: number;
  /** Where its units are held. */
  readonly parcels: readonly PlannedFulfillment[];
  /** Locations that were open to the channel, and the price of the next best plan, when last sourced. */
  readonly candidates: number;
  readonly runnerUpMinor: number | undefined;
  /** The order that took its units. */
  readonly orderId: OrderId | undefined;
}

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

export type ReservationMessage =
  /** Find places for the units that have none. */
  | ({ readonly type: 'reservation.source' } & At)
  /** Also what a ticket is told when its units are there. */
  | ({ readonly type: 'reservation.sourced'; readonly plan: Plan } & At)
  /** There are others in line: wait behind them. */
  | ({ readonly type: 'reservation.queue' } & At)
  | ({ readonly type: 'reservation.extend'; readonly expiresAtMs: number } & At)
  | ({ readonly type: 'reservation.release' } & At)
  | ({ readonly type: 'reservation.expire' } & At)
  /** An order took units; `rest` it did not take. */
  | ({ readonly type: 'reservation.convert'; readonly orderId: OrderId; readonly rest: readonly StockUnits[] } & At)
  /** Units held at a location turned out not to be there: up to so many are lost. */
  | ({ readonly type: 'reservation.break'; readonly units: StockUnits } & At);

/** What a reservation asks for. Carried out at once, in order, by engine/reservation-effects.ts. */
export type ReservationEffect =
  | { readonly kind: 'source' }
  | { readonly kind: 'reserve'; readonly units: readonly StockUnits[] }
  | { readonly kind: 'unreserve'; readonly units: readonly StockUnits[] }
  | { readonly kind: 'publish'; readonly events: readonly Event[] }
  /** Undo the command and answer it with this. */
  | { readonly kind: 'refuse'; readonly rejection: Rejection };
