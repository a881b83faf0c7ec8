/** What a parcel of an order says by itself. */
import type { Part } from './state.ts';

/** The units of a part that are in stock. */
export function tracked<U extends { readonly line: number }>({ units, untracked = [] }: { readonly units: readonly U[]; readonly untracked?: readonly number[] | undefined }): U[] {
  return units.filter(({ line }) => !untracked.includes(line));
}

export const stockKey = (sku: string, location: string): string => `${location}/${sku}`;
export const isUntouched = ({ state }: Part): boolean => state === 'open' || state === 'released';
export const isHeld = ({ state }: Part): boolean => state === 'open' || state === 'released' || state === 'picking';
