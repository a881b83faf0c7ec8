/** A reservation as others see it: in the answers to commands on it, and in queries. */
import type { ReservationId, Sku } from '../actors/ids.ts';
import type { ReservationContext, ReservationState } from '../actors/reservation-context.ts';
import type { ReservationAnswer, ReservationView } from '../actors/vocabulary.ts';
import type { QueryBody } from '../actors/queries.ts';
import type { Answers, LineView } from './outcome.ts';
import type { Snapshot } from './step.ts';
import type { World } from './world.ts';

type Reservation = Snapshot<ReservationContext>;

/**
 * Where a reservation stands: the answer to every command on one.
 * @param position its place, while it waits in line.
 */
export function reservationAnswer({ value, context }: Reservation, position: number | undefined): ReservationAnswer {
  const { reservationId, expiresAtMs, lines, parcels, ticket } = context;
  const answer = { reservationId, state: value as ReservationState, expiresAtMs, lines, fulfillments: parcels };
  return value === 'queued' ? { ...answer, ticket, position } : answer;
}

export function reservationView(reservation: Reservation, position: number | undefined): ReservationView {
  const { channel, customer, segment, destination, service, locations, groups, isPartial } = reservation.context;
  const { madeAtMs, changedAtMs, orderId } = reservation.context;
  const asked = { channel, customer, segment, destination, service, locations, groups, partial: isPartial };
  return { ...reservationAnswer(reservation, position), ...asked, madeAtMs, changedAtMs, orderId };
}

export function reservationOf({ reservations }: World, id: ReservationId): ReservationView | null {
  const snapshot = reservations.look(id);
  return snapshot === undefined ? null : reservationView(snapshot, reservations.position(snapshot));
}

/** A page of the open reservations, in the order they were made. */
export function listReservations(
  { reservations }: World,
  body: QueryBody<'reservation.list'>,
): Answers['reservation.list'] {
  const { found, next } = reservations.list.page(body);
  return { reservations: found.map((one) => reservationView(one, reservations.position(one))), next };
}

/** Who waits for a SKU: how many, and the ticket that is served next. */
export function lineFor({ skus, reservations }: World, sku: Sku): LineView {
  const line = skus.get(sku)?.line;
  const head = line?.head === undefined ? undefined : reservations.look(line.head);
  return { sku, length: line?.length ?? 0, head: head?.context.ticket ?? null };
}
