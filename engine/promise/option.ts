/** An option from its parcels: sums, last dates, and how sure all of it is. Pure. */
import type { ServiceId } from '../../actors/ids.ts';
import type { PromisedParcel, PromiseOption } from '../../actors/promise.ts';

/** @param short units that are in none of the parcels. */
export function optionOf(
  kind: PromiseOption['kind'],
  parcels: readonly PromisedParcel[],
  short: number,
  service?: ServiceId,
): PromiseOption {
  let [costMinor, confidence] = [0, 1];
  for (const parcel of parcels) {
    costMinor += parcel.costMinor;
    confidence *= parcel.confidence;
  }
  return {
    kind,
    service,
    parcels,
    costMinor,
    shipByMs: last(parcels, ({ shipByMs }) => shipByMs),
    deliverByMs: last(parcels, (parcel) => (kind === 'pickup' ? parcel.readyMs : parcel.deliverByMs)),
    latestByMs: last(parcels, ({ latestByMs }) => latestByMs),
    confidence: short > 0 ? 0 : confidence,
    short,
  };
}

/** The last of a date over all parcels; undefined when one of them has none. */
function last(
  parcels: readonly PromisedParcel[],
  date: (parcel: PromisedParcel) => number | undefined,
): number | undefined {
  let lastMs: number | undefined;
  for (const parcel of parcels) {
    const atMs = date(parcel);
    if (atMs === undefined) return undefined;
    if (lastMs === undefined || atMs > lastMs) lastMs = atMs;
  }
  return lastMs;
}
