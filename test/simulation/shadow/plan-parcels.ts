/** What must be decided under a plan where carriage goes by weight, by trying every way to make parcels. */
import type { Lump, Policy, Way } from './plan-sourcing.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
export const unitsOf = ({ items }: Lump): number => sum(items.map(({ quantity }) => quantity));

/** By weight: every way to part any of the lumps into parcels, each from where it counts least, two from one place too. */
export function bestByWeight(
  places: number, lumps: readonly Lump[], policy: Policy, parcelMinor: (at: number, items: Lump['items']) => number, compare: (a: Way, b: Way) => number,
): Way {
  const block = (of: readonly number[]): { readonly at: number; readonly minor: number } => {
    const items = of.flatMap((index) => lumps[index]?.items ?? []);
    const each = Array.from({ length: places }, (_, at) => parcelMinor(at, items) + sum(of.map((index) => lumps[index]?.minor[at] ?? Infinity)));
    const minor = Math.min(...each);
    return { at: each.indexOf(minor), minor };
  };
  const known = new Map<string, ReturnType<typeof block>>();
  const blockOf = (of: readonly number[]) => {
    const key = of.join();
    const one = known.get(key) ?? block(of);
    known.set(key, one);
    return one;
  };
  let top: Way = { of: lumps.map(() => -1), units: 0, minor: 0, parcels: 0 };
  const look = (blocks: readonly (readonly number[])[]): void => {
    const isSmall = (of: readonly number[]): boolean => sum(of.map((index) => lumps[index]?.worth ?? 0)) < policy.minShipmentMinor;
    if (blocks.length > policy.maxParcels || (blocks.length > 1 && blocks.some(isSmall))) return;
    const of = lumps.map((_, index) => {
      const own = blocks.find((one) => one.includes(index));
      return own === undefined ? -1 : blockOf(own).at;
    });
    const minor = sum(blocks.map((one) => blockOf(one).minor));
    if (minor === Infinity || Number.isNaN(minor)) return;
    const units = sum(blocks.flat().map((index) => unitsOf(lumps[index] as Lump)));
    const nth = lumps.map((_, index) => {
      const own = blocks.findIndex((one) => one.includes(index));
      return own < 0 ? 0 : blocks.slice(0, own).filter((one) => blockOf(one).at === of[index]).length;
    });
    const way = { of, nth, units, minor, parcels: blocks.length };
    if (compare(way, top) < 0) top = way;
  };
  const walk = (index: number, blocks: readonly (readonly number[])[]): void => {
    if (index === lumps.length) return look(blocks);
    walk(index + 1, blocks);
    for (const [at, one] of blocks.entries()) walk(index + 1, blocks.with(at, [...one, index]));
    walk(index + 1, [...blocks, [index]]);
  };
  walk(0, []);
  return top;
}
