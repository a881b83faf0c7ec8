/** The word somebody meant who typed another: for suggestions. */

/**
 * The nearest of the known words, up to two letters away, or the only one it begins; undefined when
 * none is near.
 */
export function nearest<Word extends string>(
  typed: string,
  known: readonly Word[],
): Word | undefined {
  const begun = known.filter((word) => typed.length >= 3 && word.startsWith(typed));
  if (begun.length === 1) return begun[0];
  let best: Word | undefined;
  let bestDistance = 3;
  for (const word of known) {
    const distance = editDistance(typed, word);
    if (distance < bestDistance && distance <= word.length / 2) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to insert, remove or replace to make one word of the other. */
function editDistance(from: string, to: string): number {
  if (from.length > 64) return from.length;
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
