/**
 * Rules of the trade as amounts, so that the exact planner follows them to the letter. Distances are in any unit;
 * of equally distant nodes the first counts as closer.
 */
import type { Kernel } from './kernel.ts';
import type { KernelInput, KernelPlan } from './kernel-input.ts';

/** More than all the distances of one order together, and small enough that they still add exactly. */
const perParcel = 2 ** 24;

/** The fewest parcels; of these plans, the one whose parcels travel least in sum. */
export function fewestThenClosest(
  kernel: Kernel, input: KernelInput, distance: Float64Array, out: KernelPlan,
): void {
  onlyAmounts(input);
  for (let node = 0; node < input.nodes; node += 1) input.parcelCost[node] = perParcel + (distance[node] ?? 0);
  kernel.plan(input, out);
}

/** The closest node that has everything; if none has, each line from the closest node that has it. */
export function closestThenGreedy(
  kernel: Kernel, input: KernelInput, distance: Float64Array, out: KernelPlan,
): void {
  onlyAmounts(input);
  const { maxParcels } = input;
  for (let node = 0; node < input.nodes; node += 1) input.parcelCost[node] = distance[node] ?? 0;
  input.maxParcels = 1;
  kernel.plan(input, out);
  input.maxParcels = maxParcels;
  if (out.cost < Infinity || maxParcels <= 1) return;
  // By rank, not by distance: ranks add exactly, so lines of one node come in one parcel.
  for (let node = 0; node < input.nodes; node += 1) {
    const rank = rankOf(input, distance, node);
    input.parcelCost[node] = 0;
    for (let line = 0; line < input.lines; line += 1) input.lineCost[node * input.lineStride + line] = rank;
  }
  kernel.plan(input, out);
}

function onlyAmounts(input: KernelInput): void {
  input.rateAt.fill(-1, 0, input.nodes);
  input.lineCost.fill(0, 0, input.nodes * input.lineStride);
  input.further = undefined;
}

function rankOf({ nodes }: KernelInput, distance: Float64Array, node: number): number {
  const own = distance[node] ?? 0;
  let rank = 0;
  for (let other = 0; other < nodes; other += 1) {
    const their = distance[other] ?? 0;
    if (their < own || (their === own && other < node)) rank += 1;
  }
  return rank;
}
