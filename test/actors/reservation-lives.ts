/** Lives of reservations for tests: how one begins, and what it might be told. */
import type { CommandBody } from '../../actors/commands.ts';
import { channelId, locationId, orderId, reservationId, sku } from '../../actors/ids.ts';
import type { Plan } from '../../actors/order-context.ts';
import { reservationInput } from '../../actors/reservation-checks.ts';
import type { ReservationContext, ReservationInput, ReservationMessage } from '../../actors/reservation-context.ts';
import { reservationSteps } from '../../engine/cells.ts';
import type { Snapshot } from '../../engine/step.ts';
import { at } from './lives.ts';
import type { Dice } from './random-lives.ts';

export type Reservation = Snapshot<ReservationContext>;
type MakeOptions = Pick<CommandBody<'reservation.make'>, 'partial' | 'ttlMs'>;

/** A cart with lines "1", "2" … of SKUs S1, S2 …, not sourced yet. */
export function newReservation(quantities: readonly number[], options: MakeOptions = {}, ticket?: number): Reservation {
  const lines = quantities.map((quantity, index) => ({ sku: sku(`S${index + 1}`), quantity }));
  const body = { reservationId: reservationId('v'), channel: channelId('web'), lines, ...options };
  return reservationSteps.begin(reservationInput(body, ticket, at) as ReservationInput, []);
}

/** A plan that takes so many units of each line from one place, of those it still wants. */
export function planFor({ context }: Reservation, units: Readonly<Record<string, number>>, location = 'A'): Plan {
  const lines = context.lines.flatMap(({ lineId, quantity, held }) => {
    const taken = Math.min(units[lineId] ?? 0, quantity - held);
    return taken > 0 ? [{ lineId, quantity: taken }] : [];
  });
  const missing = context.lines.reduce((sum, { quantity, held }) => sum + quantity - held, 0);
  const short = missing - lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const parcel = { location: locationId(location), carrier: undefined, distanceKm: 1, costMinor: 1, lines };
  return { fulfillments: lines.length === 0 ? [] : [parcel], short, candidates: 3, runnerUpMinor: undefined };
}

/** Something an engine might tell this reservation now. It need not be taken. */
export function randomReservationMessage(now: Reservation, dice: Dice, atMs: number): ReservationMessage {
  const location = ['A', 'B'][dice.upTo(1)] ?? 'A';
  switch (now.value === 'received' ? dice.upTo(1) * 10 : now.value === 'sourcing' || (now.value === 'queued' && dice.upTo(1) === 0) ? 1 : dice.upTo(9)) {
    case 0:
      return { type: 'reservation.source', atMs };
    case 10:
      return { type: 'reservation.queue', atMs };
    case 1:
      return { type: 'reservation.sourced', plan: planFor(now, { 1: dice.upTo(4), 2: dice.upTo(3) }, location), atMs };
    case 2:
      return { type: 'reservation.release', atMs };
    case 3:
      return { type: 'reservation.expire', atMs };
    case 4:
      return { type: 'reservation.convert', orderId: orderId('o'), rest: [], atMs };
    case 5:
    case 6:
      return { type: 'reservation.extend', expiresAtMs: atMs + dice.upTo(1_000), atMs };
    default: {
      const units = { sku: sku(`S${1 + dice.upTo(1)}`), location: locationId(location), quantity: 1 + dice.upTo(3) };
      return { type: 'reservation.break', units, atMs };
    }
  }
}
