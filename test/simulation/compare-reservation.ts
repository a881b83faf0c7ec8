/** Reservations of the engine against the shadow's: each by its id, and listed page by page. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { customerNames } from './draw-sku.ts';
import { isOver, reservationViewOf } from './shadow/reservations.ts';
import type { Shadow, ShadowReservation } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

/** @param turnOf which filters to list by this time: any whole number. */
export function compareReservations(
  shadow: Shadow,
  turnOf: number,
  isForgotten: (id: string) => boolean,
  agree: Agree,
  ask: Ask,
): void {
  const open: ShadowReservation[] = [];
  for (const reservation of shadow.reservations.values()) {
    if (!isOver(reservation)) open.push(reservation);
    if (isOver(reservation) && isForgotten(reservation.id)) continue;
    const { id: reservationId } = reservation;
    agree(`reservation ${reservationId}`, reservationViewOf(shadow, reservation), ask('reservation.get', { reservationId }));
  }
  open.sort((a, b) => a.madeAtMs - b.madeAtMs || (a.id < b.id ? -1 : 1));
  const names = [...shadow.places.keys(), ...shadow.items.keys()];
  const picked = {
    channel: [...shadow.channels.keys()][turnOf % Math.max(1, shadow.channels.size)],
    customer: customerNames[turnOf % customerNames.length],
    state: turnOf % 2 === 0 ? 'held' : 'queued',
    sku: names[turnOf % Math.max(1, names.length)],
  };
  for (const field of [undefined, ...(Object.keys(picked) as (keyof typeof picked)[])]) {
    const value = field === undefined ? undefined : picked[field];
    const isMeant = ({ channel, customer, state, lines }: ShadowReservation): boolean =>
      field === undefined || value === undefined ||
      (field === 'sku' ? lines.some(({ sku, kit }) => sku === value || kit?.sku === value) : { channel, customer, state }[field] === value);
    const meant = open.filter(isMeant).map((one) => reservationViewOf(shadow, one));
    agree(`reservations by ${field}`, meant, readAll(ask, field === undefined ? {} : { [field]: value }));
  }
}

/** Every page, with another number of reservations in each. */
function readAll(ask: Ask, body: object): unknown[] {
  const all: unknown[] = [];
  let after: string | undefined;
  do {
    const { reservations, next } = ask('reservation.list', { ...body, after, limit: 1 + (all.length % 5) });
    all.push(...reservations);
    after = next;
  } while (after !== undefined);
  return all;
}
