/**
 * Drift: how far what was counted, or reported, differs from what was believed, split by cause. Words and
 * sums; pure.
 */

/**
 * Why a row of stock said something else than what was believed, or whether it did. `new`: the first count of
 * a stock. `reconciled`: what came and went since the instant of the count. `unexplained`: a count found other
 * units than those, shrinkage when fewer. `adjusted`: units reported found or lost. `outdated`: a later count
 * was taken before. `confirmed` and `refused`: rows of a feed that said what was known, or were not taken.
 * Their places are their numbers on disk: never change one.
 */
export const driftCauses = [
  'new', 'reconciled', 'unexplained', 'adjusted', 'outdated', 'confirmed', 'refused',
] as const;
export type DriftCause = (typeof driftCauses)[number];

/** Rows, and the units they said there are more (found) or fewer (lost) than believed; both ≥ 0. */
export interface DriftSum {
  readonly rows: number;
  readonly found: number;
  readonly lost: number;
}

export type DriftSums = Readonly<Partial<Record<DriftCause, DriftSum>>>;

const nothing: DriftSum = { rows: 0, found: 0, lost: 0 };

/** A sum with rows more that differ by so many units, found when positive. */
export function withRow(sum: DriftSum = nothing, units: number, rows = 1): DriftSum {
  return {
    rows: sum.rows + rows,
    found: sum.found + Math.max(0, units),
    lost: sum.lost + Math.max(0, -units),
  };
}

/** Sums of two, cause by cause, in the order of the causes. */
export function addSums(a: DriftSums, b: DriftSums): DriftSums {
  const sums: Partial<Record<DriftCause, DriftSum>> = {};
  for (const cause of driftCauses) {
    const [left, right] = [a[cause], b[cause]];
    if (left === undefined && right === undefined) continue;
    const { rows, found, lost } = left ?? nothing;
    const more = right ?? nothing;
    sums[cause] = { rows: rows + more.rows, found: found + more.found, lost: lost + more.lost };
  }
  return sums;
}
