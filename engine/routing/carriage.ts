/**
 * What a parcel is carried for, and by whom: by the candidate's own price, or by its rates where carriage goes by
 * weight. This is where rate cards enter: whoever makes candidates gives them `rates`, the request `stepGrams` and
 * its needs their `grams`, and planner, sets and parcels go by them.
 */
import type { PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { KernelInput } from './kernel-input.ts';
import type { Candidate, RateStep, SourcingRequest } from './source.ts';

/** The step of a candidate's rates for so many grams; of one without rates, its own price whatever it weighs. */
export function carriageOf(candidate: Candidate, stepGrams: number | undefined, grams: number): RateStep {
  const { rates } = candidate;
  if (rates === undefined || rates.length === 0) return candidate;
  const step = Math.ceil(grams / (stepGrams ?? Infinity)) - 1;
  return must(rates[Math.min(Math.max(0, step), rates.length - 1)], 'a step of rates');
}

/** A parcel from a candidate with these units of the needs, by their index. */
export function parcelFrom(
  { needs, candidates, stepGrams }: SourcingRequest, at: number, given: readonly number[],
): PlannedFulfillment {
  const candidate = must(candidates[at], 'a candidate of the plan');
  const lines: LineUnits[] = [];
  let grams = 0;
  for (let need = 0; need < needs.length; need += 1) {
    const quantity = given[need] ?? 0;
    if (quantity === 0) continue;
    const { lineId, grams: each = 0 } = must(needs[need], 'a need');
    lines.push({ lineId, quantity });
    grams += quantity * each;
  }
  const { carrier, service, costMinor } = carriageOf(candidate, stepGrams, grams);
  return { location: candidate.location, carrier, service, distanceKm: candidate.distanceKm, costMinor, lines };
}

/** Put the rates of the candidates into the kernel's tables; what is not by weight stays in the cost of the parcel. */
export function fillRates(input: KernelInput, { candidates, stepGrams }: SourcingRequest): void {
  input.rateAt.fill(-1, 0, candidates.length);
  input.rateSteps = 0;
  if (stepGrams === undefined) return;
  let steps = 0;
  for (const { rates } of candidates) steps = Math.max(steps, rates?.length ?? 0);
  if (steps === 0) return;
  input.rateSteps = steps;
  input.weightStep = stepGrams;
  if (input.rates.length < steps * candidates.length) input.rates = new Float64Array(2 * steps * candidates.length);
  for (const [node, { rates, ruled }] of candidates.entries()) {
    if (rates === undefined || rates.length === 0) continue;
    const at = node * steps;
    input.rateAt[node] = at;
    for (let step = 0; step < steps; step += 1) {
      const costMinor = rates[Math.min(step, rates.length - 1)]?.costMinor ?? Infinity;
      input.rates[at + step] = ruled === undefined ? costMinor : Math.round((ruled.shipping ?? 1) * costMinor);
    }
  }
}
