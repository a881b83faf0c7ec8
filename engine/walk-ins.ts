/**
 * Units of a turn that somebody took out of a place without an order, as its movements tell: what a count found
 * missing, and what an adjustment took off as sold. What is damaged, lost or moved elsewhere has movements or reasons
 * of its own.
 */
import type { LocationId, Sku } from '../actors/ids.ts';
import type { RecordedMove } from './movements.ts';
import type { Entry } from './receipts.ts';

export interface WalkIn {
  readonly sku: Sku;
  readonly location: LocationId;
  readonly units: number;
}

type Stock = Pick<WalkIn, 'sku' | 'location'>;

/** Reasons of adjustments that are sales. */
const sales = /^(sold|sale|sales|pos|walk-?in)\b/i;

/**
 * undefined: there was nothing of the kind, as in most turns.
 * @param stocks those of the turn, in the order of its rows.
 */
export function walkInsOf(
  moves: readonly RecordedMove[], stocks: readonly Stock[], entries: readonly Entry[],
): readonly WalkIn[] | undefined {
  let walkIns: WalkIn[] | undefined;
  for (const { kind, units, stock: at, command } of moves) {
    if (units >= 0 || (kind !== 'counted' && kind !== 'adjusted')) continue;
    const stock = stocks[at];
    if (stock === undefined) continue;
    if (kind === 'adjusted' && !isSale(command === undefined ? undefined : entries[command])) continue;
    (walkIns ??= []).push({ sku: stock.sku, location: stock.location, units: -units });
  }
  return walkIns;
}

function isSale(entry: Entry | undefined): boolean {
  const { reason = '' } = (entry?.[3] ?? {}) as { readonly reason?: string };
  return sales.test(reason);
}
