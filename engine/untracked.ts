/**
 * What is sold without stock: which lines of a plan take none. That is decided whenever units are sourced,
 * and stays with the parcel: what its item says later changes nothing for units that have a place.
 */
import type { ChannelId, LineId, Sku } from '../actors/ids.ts';
import { orderLinesMax, quantityMax } from '../actors/limits.ts';
import type { Plan, PlannedFulfillment } from '../actors/order-context.ts';
import type { World } from './world.ts';

/** What sourcing finds of such a SKU at a place that sends it: more than any order can want. */
export const plentyUnits = orderLinesMax * quantityMax;

interface Sourced {
  readonly channel: ChannelId;
  readonly lines: readonly { readonly lineId: LineId; readonly sku: Sku }[];
}

/** The plan with its untracked lines named, where there are any. */
export function withUntracked({ selling, skus, channels }: World, { channel, lines }: Sourced, plan: Plan): Plan {
  if (selling.untracked.size === 0) return plan;
  const view = selling.of(channels.get(channel));
  const free = new Set<LineId>();
  for (const { lineId, sku } of lines) {
    const cell = skus.get(sku);
    if (cell !== undefined && view.isUntracked(cell)) free.add(lineId);
  }
  if (free.size === 0) return plan;
  const fulfillments = plan.fulfillments.map((part): PlannedFulfillment => {
    const untracked = part.lines.flatMap(({ lineId }) => (free.has(lineId) ? [lineId] : []));
    return untracked.length === 0 ? part : { ...part, untracked };
  });
  return { ...plan, fulfillments };
}
