/** What a parcel of an order says by itself. */
import type { Part, ShadowOrder } from './state.ts';

/** The units of a part that are in stock. */
export function tracked<U extends { readonly line: number }>({ units, untracked = [] }: { readonly units: readonly U[]; readonly untracked?: readonly number[] | undefined }): U[] {
  return units.filter(({ line }) => !untracked.includes(line));
}

export const stockKey = (sku: string, location: string): string => `${location}/${sku}`;
export const isUntouched = ({ state }: Part): boolean => state === 'open' || state === 'released';
export const isHeld = ({ state }: Part): boolean => state === 'open' || state === 'released' || state === 'picking';

/** When its places would begin with an order. */
export const startOf = ({ fulfillAtMs }: { readonly fulfillAtMs?: number | undefined }, atMs: number): number => (fulfillAtMs !== undefined && fulfillAtMs > atMs ? fulfillAtMs : atMs);

/** When its places are told to begin, if nothing holds it. */
export const dueOf = ({ placedAtMs, delayMs, fulfillAtMs = 0, batch }: ShadowOrder): number => Math.max(placedAtMs + delayMs, fulfillAtMs, batch?.untilMs ?? 0);

/** Whether a part must not be picked: it is held, or its order is. */
export const isKept = ({ holds }: ShadowOrder, part: Part | undefined): boolean => holds !== undefined || part?.holds !== undefined;

/** By when a part is to leave. */
export const leavesBy = ({ fulfillByMs = Infinity }: ShadowOrder, { shipByMs = Infinity }: Part): number | undefined => {
  const ms = Math.min(fulfillByMs, shipByMs);
  return ms === Infinity ? undefined : ms;
};
