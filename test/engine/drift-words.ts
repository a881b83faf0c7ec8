/** Sums of drift in short words, for tests. */
import type { DriftSums } from '../../actors/drift.ts';

/** `{ unexplained: '2 +0 -3' }`: two rows, nothing found, three units lost. */
export function driftSums(sums: DriftSums): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sums).map(([cause, { rows, found, lost }]) => [cause, `${rows} +${found} -${lost}`]),
  );
}
