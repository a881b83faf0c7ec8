/**
 * Comparing what a feed says with what is known, so that it sends only what changes something. What is
 * known may not be durable yet: a feed relies on it once a later command of its own is.
 */
import type { QueryBody } from '../actors/queries.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import type { Comparison } from './outcome.ts';
import { firstDifference } from './receipts.ts';
import type { World } from './world.ts';

/** Which counts are not what is on hand. */
export function compareStock(world: World, { entries }: QueryBody<'stock.compare'>): Comparison {
  const differ: number[] = [];
  const refused: { index: number; refused: Rejection }[] = [];
  for (const [index, { sku, location, onHand }] of entries.entries()) {
    if (world.locations.get(location)?.snapshot === undefined) {
      refused.push({ index, refused: reject('unknown-location', `no location ${location}`, 'location') });
      continue;
    }
    if (world.findStock(sku, location)?.snapshot?.context.onHand !== onHand) differ.push(index);
  }
  return { differ, refused };
}

/** Which items have other settings, or none. */
export function compareItems(world: World, { items }: QueryBody<'item.compare'>): Comparison {
  return compareEach(items, ({ sku }) => world.skus.get(sku)?.item);
}

/** Which locations are otherwise, or new. */
export function compareLocations(world: World, { locations }: QueryBody<'location.compare'>): Comparison {
  return compareEach(locations, ({ id }) => world.locations.get(id));
}

interface Known {
  readonly snapshot: { readonly context: unknown } | undefined;
}

function compareEach<T>(list: readonly T[], find: (one: T) => Known | undefined): Comparison {
  const differ: number[] = [];
  for (const [index, one] of list.entries()) {
    const known = find(one)?.snapshot?.context;
    if (known === undefined || firstDifference(known, one, '') !== undefined) differ.push(index);
  }
  return { differ, refused: [] };
}
