/** What deliveries of a lane teach, in the shadow: counted anew from all of them. */

/** Deliveries by bin: all are halved whenever there are 256, and the last sixteen are kept apart. */
export function binsOf(deliveries: readonly number[]): [number, number][] {
  let counts = new Map<number, number>();
  for (const bin of deliveries) {
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (all >= 256) counts = new Map([...counts].map(([at, count]) => [at, Math.floor(count / 2)] as const).filter(([, count]) => count > 0));
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** By how many hours the last sixteen are later than half of all; undefined: too few to tell. */
export function lateHours(deliveries: readonly number[]): number | undefined {
  const all = binsOf(deliveries).flatMap(([bin, count]) => Array.from({ length: count }, () => bin));
  if (all.length < 8) return undefined;
  const recent = deliveries.slice(-16).toSorted((a, b) => a - b);
  return ((recent[Math.floor((recent.length - 1) / 2)] ?? 0) - (all[Math.ceil(all.length / 2) - 1] ?? 0)) * 6;
}
