/** What reservations lose, in the shadow, when units turn out not to be there. */
import type { Doing } from './orders.ts';
import { movePools } from './pool-commands.ts';
import { addReserved, put } from './reservations.ts';
import { tracked, type Shadow, type ShadowReservation } from './state.ts';

/** Who holds units of a stock: the last made first; of those made at once, the last by name. */
export function holdersOf(shadow: Shadow, sku: string, location: string): ShadowReservation[] {
  const holds = ({ lines, parcels }: ShadowReservation): boolean =>
    parcels.some(({ from, ...parcel }) => from.location === location && tracked(parcel).some(({ line }) => lines[line]?.sku === sku));
  return [...shadow.reservations.values()]
    .filter(holds)
    .sort((a, b) => b.madeAtMs - a.madeAtMs || (a.id < b.id ? 1 : -1));
}

/** Up to so many units of a SKU at a place are lost: from the last parcel there, its last line first. */
export function lose(doing: Doing, before: ShadowReservation, sku: string, location: string, quantity: number): number {
  let left = quantity;
  const parcels = before.parcels.toReversed().flatMap((parcel) => {
    if (parcel.from.location !== location) return [parcel];
    const units = parcel.units.toReversed().flatMap(({ line, quantity: there }) => {
      const isMeant = before.lines[line]?.sku === sku && parcel.untracked?.includes(line) !== true;
      const taken = isMeant ? Math.min(there, left) : 0;
      left -= taken;
      return taken < there ? [{ line, quantity: there - taken }] : [];
    });
    return units.length === 0 ? [] : [{ ...parcel, units: units.toReversed() }];
  });
  const units = quantity - left;
  const { id, channel } = put(doing, { ...before, parcels: parcels.toReversed() });
  doing.events.push({ kind: 'reservation.broken', reservationId: id, channel, sku, location, units });
  addReserved(doing.shadow, sku, location, -units);
  movePools(doing.shadow, sku, location, before, 'give', units);
  return units;
}
