/** Which rows of a feed say something new. One that cannot be compared is refused, the rest asked again. */
import type { Rejection } from '../../actors/rejection.ts';
import { bare, type FeedContext } from './context.ts';
import { FeedFault } from './feed.ts';
import type { Comparison } from '../../engine/outcome.ts';
import type { CompareKind } from './port.ts';
import type { Tally } from './tally.ts';

interface Row<T> {
  readonly row: number;
  readonly value: T;
}

const lists = { 'stock.compare': 'entries', 'item.compare': 'items', 'location.compare': 'locations' } as const;

/**
 * The rows that differ from what is known. The others are counted: as unchanged, or as refused.
 * @param onSound told of each that is not refused
 */
export async function differing<T>(
  { port, tally }: FeedContext,
  kind: CompareKind,
  given: readonly Row<T>[],
  onSound: (value: T) => void = () => undefined,
): Promise<Row<T>[]> {
  let rows = given;
  for (;;) {
    const [first] = rows;
    if (first === undefined) return [];
    const asked = rows;
    const found = await port.compare(kind, { [lists[kind]]: asked.map(({ value }) => value) });
    if (!('code' in found)) {
      const bad = new Set(found.refused.map(({ index }) => index));
      for (const { index, refused } of found.refused) tally.refuse(asked[index]?.row ?? 0, refused);
      for (const [index, { value }] of asked.entries()) if (!bad.has(index)) onSound(value);
      if (kind === 'stock.compare') confirm(tally, asked, found);
      tally.unchanged += asked.length - found.differ.length - found.refused.length;
      return found.differ.flatMap((index) => asked[index] ?? []);
    }
    const at = itemOf(found);
    const wrong = at === undefined ? undefined : asked[at.index];
    if (wrong === undefined) throw new FeedFault({ row: first.row, ...bare(found) });
    tally.refuse(wrong.row, { ...found, field: at?.field });
    rows = asked.filter((row) => row !== wrong);
  }
}

/** Rows that said what is known, by their locations. */
function confirm<T>(tally: Tally, asked: readonly Row<T>[], { differ, refused }: Comparison): void {
  const others = new Set([...differ, ...refused.map(({ index }) => index)]);
  for (const [index, { value }] of asked.entries()) if (!others.has(index)) tally.tell(value, 'confirmed');
}

/** Which item of its list a refusal is about: `body.entries[3].onHand` is the fourth, its `onHand`. */
function itemOf({ field = '' }: Rejection): { readonly index: number; readonly field: string | undefined } | undefined {
  const [, index, rest] = /^body\.\w+\[(\d+)\](?:\.(.+))?$/.exec(field) ?? [];
  return index === undefined ? undefined : { index: Number(index), field: rest };
}
