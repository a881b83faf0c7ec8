/** A reservation as others see it: in the answers to commands on it, and in queries. */
import type { ReservationContext, ReservationState } from '../actors/reservation-context.ts';
import type { ReservationAnswer, ReservationView } from '../actors/vocabulary.ts';
import type { Snapshot } from './step.ts';

type Reservation = Snapshot<ReservationContext>;

/** Where a reservation stands: the answer to every command on one. */
export function reservationAnswer({ value, context }: Reservation): ReservationAnswer {
  const { reservationId, expiresAtMs, lines, parcels } = context;
  return { reservationId, state: value as ReservationState, expiresAtMs, lines, fulfillments: parcels };
}

export function reservationView(reservation: Reservation): ReservationView {
  const { channel, customer, destination, service, locations, isPartial } = reservation.context;
  const { madeAtMs, changedAtMs, orderId } = reservation.context;
  const asked = { channel, customer, destination, service, locations, partial: isPartial };
  return { ...reservationAnswer(reservation), ...asked, madeAtMs, changedAtMs, orderId };
}
