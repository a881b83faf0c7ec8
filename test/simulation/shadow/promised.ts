/** The dates of a parcel in the shadow. */
import type { Destination } from '../../../actors/order-commands.ts';
import { datesOf } from './calendar.ts';
import { overfull, roomFor } from './capacity.ts';
import type { Candidate } from './seeking.ts';
import type { Part, Shadow } from './state.ts';

/** What a parcel promises, where its location has clocks. */
export function promised(
  shadow: Shadow,
  { location, carrier, service }: Candidate,
  units: Part['units'],
  destination: Destination,
  atMs: number,
): Pick<Part, 'shipByMs' | 'deliverByMs' | 'workAtMs' | 'workUnits'> {
  const card = carrier === undefined ? undefined : shadow.carriers.get(carrier)?.card;
  const from = shadow.locations.get(location);
  const sum = units.reduce((all, { quantity }) => all + quantity, 0);
  const slot = from === undefined ? undefined : (roomFor(shadow, from, sum, atMs) ?? overfull(from, atMs));
  // A service that its carrier has no more, since it was reserved, promises nothing.
  const offered: readonly { readonly id: string }[] = card?.services ?? [{ id: 'standard' }];
  const isOffered = offered.some(({ id }) => id === (service ?? 'standard'));
  const isDated = card !== undefined && from !== undefined && isOffered;
  const dates = isDated ? datesOf(shadow.transits, from, card, service, destination, atMs, slot?.readyMs) : undefined;
  return { shipByMs: dates?.shipByMs, deliverByMs: dates?.deliverByMs, workAtMs: slot?.workAtMs, workUnits: slot === undefined ? 0 : sum };
}
