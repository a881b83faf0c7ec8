/** Sets of candidates: how many are tried together, and all that there are of one size. */

/** Sets of two and three are tried among so many candidates, the cheapest that have anything. */
export const candidatesInSetsMax = 16;

/** All sets of so many of these, the first items first. */
export function* setsOf(items: readonly number[], size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= items.length - size; i += 1) {
    for (const rest of setsOf(items, size - 1, i + 1)) yield [items[i] ?? -1, ...rest];
  }
}
