/** Chances of counts, by Poisson's law. */

/** Beyond this mean the terms of the sum get too small for a double; the normal curve is as good there. */
const meanMax = 400;
/** So many standard deviations above the mean the chance is below 1e-14, less than a double keeps beside 1. */
const certain = 10;

/** The chance that at least so many of an expected `mean` come: 1 for none, 0 when nobody is expected. */
export function chanceOfAtLeast(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean <= 0) return 0;
  if (count > mean + certain * (Math.sqrt(mean) + 1)) return 0;
  if (mean > meanMax) return normalTail((count - 0.5 - mean) / Math.sqrt(mean));
  let term = Math.exp(-mean);
  let below = term;
  for (let n = 1; n < count; n += 1) {
    term *= mean / n;
    below += term;
    // The rest is less than what rounding loses.
    if (n > mean && term < 1e-12) break;
  }
  return below >= 1 ? 0 : 1 - below;
}

/** The upper tail of the standard normal curve, to about 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  let poly = 0;
  for (const factor of [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530]) {
    poly = t * (factor + poly);
  }
  return Math.exp((-z * z) / 2) * 0.398_942_280_4 * poly;
}
