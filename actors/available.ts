/** How many units can be sold, as it is told: a number, or that there is no bound. */

/** `unlimited`: it is sold without stock, so no number would be true. */
export type Available = number | 'unlimited';

/** @param units Infinity where there is no bound. */
export function availableOf(units: number): Available {
  return units === Infinity ? 'unlimited' : units;
}
