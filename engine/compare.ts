/**
 * Comparing what a feed says with what is known, so that it sends only what changes something. What is
 * known may not be durable yet: a feed relies on it once a later command of its own is.
 */
import type { QueryBody } from '../actors/queries.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import type { StockCell } from './cells.ts';
import type { Core } from './core.ts';
import { trackingOf } from './lots.ts';
import type { Comparison } from './outcome.ts';
import { firstDifference } from './receipts.ts';
import type { World } from './world.ts';

/** Which counts are not what is on hand. */
export function compareStock(core: Core, { entries }: QueryBody<'stock.compare'>): Comparison {
  const { world } = core;
  const differ: number[] = [];
  const refused: { index: number; refused: Rejection }[] = [];
  for (const [index, { sku, location, onHand, countedAtMs }] of entries.entries()) {
    if (world.locations.get(location)?.snapshot === undefined) {
      refused.push({ index, refused: reject('unknown-location', `no location ${location}`, 'location') });
      continue;
    }
    const stock = world.findStock(sku, location);
    // Of lots, the count itself tells.
    const isPlain = stock !== undefined && trackingOf(stock.sku) === undefined;
    const isSame = isPlain && stock.snapshot?.context.onHand === onHand && isStill(core, stock, countedAtMs);
    if (!isSame) differ.push(index);
  }
  return { differ, refused };
}

/** Whether nothing came or went since a count: where something may have, the ledger decides. */
function isStill({ past }: Core, { movedAt }: StockCell, countedAtMs: number | undefined): boolean {
  if (countedAtMs === undefined) return true;
  return movedAt !== undefined && past.isAfter(movedAt, countedAtMs) === false;
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
