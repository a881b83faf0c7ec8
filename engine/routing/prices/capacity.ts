/**
 * The price of a parcel at a place with a daily capacity: what a parcel beyond it costs, times the chance that the
 * rest of the day fills it. The day's flow is judged by what came so far against the usual course of a day and
 * what is usual there; half of the chance counts, since a full place sends its later orders elsewhere for less.
 */
import { chanceOfAtLeast } from './chance.ts';

/** Parcels whose worth of belief the usual flow has against what was seen today. */
const belief = 6;
const weight = 0.5;
/** Less of a day than this says nothing of the rest. */
const elapsedMin = 1 / 24;

export interface Day {
  /** Parcels there today, and what the place can take. */
  readonly used: number;
  readonly capacity: number;
  /** What is usual there in a day; 0: not known, today's flow alone says. */
  readonly usual: number;
  /** Share of a day's orders that come before this hour, 0 to 1. */
  readonly elapsed: number;
}

/** The price of the next parcel; the whole cost once the place is full. */
export function capacityPrice({ used, capacity, usual, elapsed }: Day, overtimeCost: number): number {
  if (used >= capacity) return overtimeCost;
  const scale = usual <= 0 ? used / Math.max(elapsed, elapsedMin) : (belief + used) / (belief / usual + elapsed);
  return weight * overtimeCost * chanceOfAtLeast(capacity - used, scale * (1 - elapsed));
}
