/**
 * What a parcel is carried for, and by whom: by the candidate's own price, or by what is in the parcel where a rate
 * card is in force. Planner, sets and parcels go by this alone.
 */
import { Load, noShape, type Shape } from '../../actors/item-shape.ts';
import type { PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Candidate, Carried, SourcingRequest } from './source.ts';

/** Who takes a parcel from a candidate, and for what. What a candidate may give, somebody carries. */
export function carriageOf(candidate: Candidate, load: Shape): Carried {
  const { carriage } = candidate;
  return carriage === undefined ? candidate : must(carriage.carried(load), 'a parcel that is carried');
}

/** What a parcel counts in a decision, beside lines, units and room. */
export function parcelMinorOf({ carriage, ruled, costMinor }: Candidate, load: Shape): number {
  return carriage === undefined ? (ruled?.parcelMinor ?? costMinor) : carriage.minor(load);
}

/** Named before they are known: an object that gets properties when it is copied is copied slowly. */
export const noDates = { shipByMs: undefined, deliverByMs: undefined, workAtMs: undefined };

/** A parcel from a candidate with these units of the needs, by their index. */
export function parcelFrom(
  { needs, candidates }: SourcingRequest, at: number, given: readonly number[],
): PlannedFulfillment {
  const candidate = must(candidates[at], 'a candidate of the plan');
  const lines: LineUnits[] = [];
  const load = new Load();
  for (let need = 0; need < needs.length; need += 1) {
    const quantity = given[need] ?? 0;
    if (quantity === 0) continue;
    const { lineId, shape = noShape } = must(needs[need], 'a need');
    lines.push({ lineId, quantity });
    load.add(shape, quantity);
  }
  const { carrier, service, costMinor } = carriageOf(candidate, load);
  const { location, distanceKm } = candidate;
  return { location, carrier, service, distanceKm, costMinor, lines, ...noDates };
}
