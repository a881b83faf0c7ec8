/**
 * Chance that can be repeated: the same seed gives the same numbers on every machine, so two runs of a
 * bench do the same work and two versions of the engine can be compared on it.
 */

/** 0 ≤ x < 1. */
export type Random = () => number;

/** A small, fast, well mixed generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Ranks 0 … count − 1 by Zipf's law with exponent 1: rank r is drawn r + 1 times less often than rank 0.
 * Of 10,000 SKUs the first is on every tenth line, the first hundred on half of them.
 */
export function zipf(count: number, random: Random): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += 1 / (rank + 1);
    sums[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? sum) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
