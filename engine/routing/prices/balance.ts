/**
 * A price without any forecast: a unit gets dearer as the stock it belongs to is used up. For networks of which
 * no past is known.
 */

/** @param full units after the last delivery. @param scale what the last unit of a full stock is worth. */
export function balancePrice(units: number, full: number, scale: number): number {
  if (full <= 0 || units >= full) return 0;
  return (scale * (Math.exp(1 - units / full) - 1)) / (Math.E - 1);
}
