/** The bodies of commands on reservations, drawn for the world as the shadow has it. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import { groups as groupNames, serviceNames } from './network-names.ts';
import { kitNames } from './bodies-items.ts';
import { customerNames, drawReach, drawSku, segmentNames } from './draw-sku.ts';
import type { Rng } from './rng.ts';
import { heldOf, isOver } from './shadow/reservations.ts';
import type { Shadow, ShadowReservation } from './shadow/state.ts';

type ReservationKind = Extract<CommandKind, `reservation.${string}`>;

/** Times to hold that meet each other, and the ends of what is allowed. */
const ttlsMs = [1_000, 1_000, 1_001, 5_000, 60_000, 3_600_000, 86_400_000];

export const reservationDraws: Record<ReservationKind, Draw> = {
  'reservation.make': drawReservation,
  'reservation.extend': (rng, names, shadow) => ({
    reservationId: drawExisting(rng, names, shadow)?.id ?? 'nothing',
    ttlMs: rng.pick(ttlsMs),
    ...(rng.chance(0.3) ? { promise: rng.chance(0.9) } : {}),
  }),
  'reservation.release': (rng, names, shadow) => ({ reservationId: drawExisting(rng, names, shadow)?.id ?? 'nothing' }),
};

function drawReservation(rng: Rng, { reservations, settings }: Names, shadow: Shadow): unknown {
  const isNonsense = reservations.length > 0 && rng.chance(settings.nonsenseShare);
  const isSingle = rng.chance(settings.dropShare);
  const coordinates = { latitude: rng.pick([52.1, -33.9, -0, 40.7]), longitude: rng.pick([4.3, 151.2, -74, 0]) };
  const destination = rng.chance(0.3) ? undefined : { country: rng.pick(['NL', 'DE']), ...(rng.chance(0.7) ? coordinates : {}), ...drawReach(rng, settings) };
  const places = settings.locations.filter((id) => shadow.locations.has(id) && rng.chance(0.7));
  const locations = rng.chance(settings.nonsenseShare / 4) ? [...places, 'nowhere'] : places;
  return {
    reservationId: isNonsense ? rng.pick(reservations) : `v${reservations.length + 1}`,
    channel: rng.chance(settings.nonsenseShare / 4) ? 'no-such' : rng.pick(settings.channels),
    lines: Array.from({ length: isSingle ? 1 : rng.between(1, settings.linesMax) }, (_, index) => ({
      ...(rng.chance(0.1) ? { lineId: rng.chance(0.9) ? `line ${index}` : rng.pick(['1', '__proto__']) } : {}),
      sku: rng.chance(settings.kitShare) ? rng.pick(kitNames) : drawSku(rng, settings),
      quantity: rng.between(1, settings.unitsMax),
    })),
    ...(destination === undefined ? {} : { destination }),
    ...(rng.chance(settings.calendarShare / 4) ? { service: rng.pick([...serviceNames, 'no-such']) } : {}),
    ...(rng.chance(0.4) ? { customer: rng.pick(customerNames) } : {}),
    ...(rng.chance(0.3) ? { segment: rng.pick([...segmentNames, 'nobody']) } : {}),
    ...(rng.chance(0.8) ? { ttlMs: rng.pick(ttlsMs) } : {}),
    ...(rng.chance(0.4) ? { partial: rng.chance(0.9) } : {}),
    ...(rng.chance(0.2) && locations.length > 0 ? { locations } : {}),
    ...(rng.chance(0.1) ? { groups: groupNames.filter((_, index) => index === 0 || rng.chance(0.5)) } : {}),
    ...(rng.chance(destination === undefined ? settings.nonsenseShare / 4 : 0.4) ? { promise: rng.chance(0.9) } : {}),
  };
}

/** A reservation that exists, mostly a recent one that still holds. */
function drawExisting(rng: Rng, { reservations, settings }: Names, shadow: Shadow): ShadowReservation | undefined {
  if (reservations.length === 0 || rng.chance(settings.nonsenseShare / 4)) return undefined;
  let found: ShadowReservation | undefined;
  for (let tries = 0; tries < 8; tries += 1) {
    const back = Math.min(reservations.length, rng.chance(0.8) ? 20 : reservations.length);
    found = shadow.reservations.get(reservations[reservations.length - 1 - rng.below(back)] ?? '') ?? found;
    if (found !== undefined && !isOver(found)) return found;
  }
  return found;
}

/** What an order says that takes a reservation: mostly its own channel, customer and units, or fewer of them. */
export function drawTaken(rng: Rng, names: Names, shadow: Shadow): object {
  const reservation = drawExisting(rng, names, shadow);
  if (reservation === undefined) return { reservationId: 'nothing' };
  const { id, channel, customer, segment, destination } = reservation;
  const held = reservation.lines.flatMap(({ sku }, line) => {
    const quantity = heldOf(reservation, line);
    return quantity > 0 && rng.chance(0.9) ? [{ sku, quantity: rng.chance(0.8) ? quantity : rng.between(1, quantity + 1) }] : [];
  });
  return {
    reservationId: id,
    ...(rng.chance(0.95) ? { channel } : {}),
    ...(segment !== undefined && rng.chance(0.6) ? { segment } : {}),
    ...(rng.chance(0.05) ? { segment: rng.pick(segmentNames) } : {}),
    ...(customer !== undefined && rng.chance(0.9) ? { customer } : {}),
    ...(destination !== undefined && rng.chance(0.6) ? { destination } : {}),
    ...(held.length > 0 ? { lines: rng.chance(0.3) ? held.toReversed() : held } : {}),
  };
}
