/**
 * What deliveries teach of a lane: a carrier's service from one region to another. Each delivery is so many hours after
 * the date that was promised by the table, or after it left where there was none, counted in bins of six hours. What is
 * old is halved away; the last few are kept apart, so that a delay shows before it is the rule.
 */
import type { LocationCard } from './network-commands.ts';
import type { Destination } from './order-commands.ts';
import type { Parcel } from './tracking.ts';

const hourMs = 3_600_000;
const binMs = 6 * hourMs;
/** Three days early to two weeks late; what is beyond counts in the last bin. */
const [binMin, binMax] = [-12, 55];
/** Deliveries counted before all are halved. */
const halvedAt = 256;
/** Deliveries kept apart. */
const recentMax = 16;
/** Fewer deliveries teach nothing. */
export const taughtMin = 8;

/** Deliveries of a bin. */
type Bin = readonly [bin: number, count: number];

export interface LaneStats {
  /** In the order of the bins. */
  readonly bins: readonly Bin[];
  /** Bins of the last deliveries, the newest last. */
  readonly recent: readonly number[];
}

/** When a parcel is to be expected, by what was learnt. Times are ends of bins: not before it is there. */
export interface Eta {
  readonly p10Ms: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  /** The chance that it is there by the date that was promised; absent: none was. */
  readonly inTime?: number | undefined;
  /** Whether it is learnt from the lane, or from all lanes of the service. */
  readonly from: 'lane' | 'service';
  readonly deliveries: number;
}

const regionOf = ({ country, postalCode = '' }: Pick<Destination, 'country' | 'postalCode'>): string =>
  country + postalCode.toUpperCase().replaceAll(/[^A-Z0-9]/g, '').slice(0, 2);

/** The regions of a lane: countries with the first two characters of postal codes. */
export const laneOf = (from: LocationCard, to: Destination): string => `${regionOf(from)}>${regionOf(to)}`;

/** The date lateness is reckoned from. */
const baseOf = ({ deliverByMs, shippedAtMs }: Parcel): number => deliverByMs ?? shippedAtMs;

/** The bin of what happened so long after a date. */
export const binAfter = (baseMs: number, atMs: number): number =>
  Math.min(binMax, Math.max(binMin, Math.floor((atMs - baseMs) / binMs)));

/** The bin of a delivery of a parcel. */
export const binOf = (parcel: Parcel, deliveredAtMs: number): number => binAfter(baseOf(parcel), deliveredAtMs);

/** With one more delivery. */
export function taught(stats: LaneStats | undefined, bin: number): LaneStats {
  const bins = new Map(stats?.bins);
  bins.set(bin, (bins.get(bin) ?? 0) + 1);
  const all = [...bins].sort(([a], [b]) => a - b);
  const isFull = all.reduce((sum, [, count]) => sum + count, 0) >= halvedAt;
  const kept = isFull ? all.flatMap(([at, count]): Bin[] => (count > 1 ? [[at, count >> 1]] : [])) : all;
  return { bins: kept, recent: [...(stats?.recent ?? []), bin].slice(-recentMax) };
}

export const deliveriesOf = ({ bins }: LaneStats): number => bins.reduce((sum, [, count]) => sum + count, 0);

/** The bin below whose end a share of the deliveries is. */
function quantile(bins: readonly (readonly [bin: number, weight: number])[], share: number): number {
  const all = bins.reduce((sum, [, weight]) => sum + weight, 0);
  let below = 0;
  for (const [bin, weight] of bins) {
    below += weight;
    if (below >= share * all) return bin;
  }
  return binMax;
}

const median = (bins: readonly number[]): number => [...bins].sort((a, b) => a - b)[(bins.length - 1) >> 1] ?? 0;

/** By how many hours the last deliveries are later than is usual: negative when they are earlier. */
export function delayHours({ bins, recent }: LaneStats): number {
  return (median(recent) - quantile(bins, 0.5)) * (binMs / hourMs);
}

/** Hours by which the last deliveries of a lane are later than usual, for its carrier to be late. */
const lateLaneHours = 24;

export const isLateLane = (stats: LaneStats | undefined): stats is LaneStats =>
  stats !== undefined && deliveriesOf(stats) >= taughtMin && delayHours(stats) >= lateLaneHours;

/** Hours after the promised date, or after leaving where there is none, by which half of the deliveries were there. */
export const typicalHours = ({ bins }: LaneStats): number => (quantile(bins, 0.5) + 1) * (binMs / hourMs);

/** Half by all that was learnt, half by the last deliveries. */
function weighed({ bins, recent }: LaneStats): [number, number][] {
  const all = deliveriesOf({ bins, recent });
  const weights = new Map<number, number>(bins.map(([bin, count]) => [bin, count / all]));
  for (const bin of recent) weights.set(bin, (weights.get(bin) ?? 0) + 1 / recent.length);
  return [...weights].sort(([a], [b]) => a - b);
}

/**
 * Ends of bins with the share of each, counted from a date, of what has not happened by now; undefined: too little was
 * learnt. Of what is later than all that was learnt, now.
 */
export function endsOf(
  stats: LaneStats | undefined, baseMs: number, nowMs: number,
): readonly (readonly [endMs: number, share: number])[] | undefined {
  if (stats === undefined || deliveriesOf(stats) < taughtMin) return undefined;
  const left = weighed(stats).map(([bin, weight]): [number, number] => [baseMs + (bin + 1) * binMs, weight]);
  const open = left.filter(([endMs]) => endMs > nowMs);
  const all = open.reduce((sum, [, weight]) => sum + weight, 0);
  return all === 0 ? [[nowMs, 1]] : open.map(([endMs, weight]) => [endMs, weight / all]);
}

/** The chance that something comes later than a date, not having come by now; undefined: too little was learnt. */
export function chanceAfter(
  stats: LaneStats | undefined, baseMs: number, byMs: number, nowMs: number,
): number | undefined {
  const ends = endsOf(stats, baseMs, nowMs);
  if (ends === undefined) return undefined;
  const later = ends.reduce((sum, [endMs, share]) => (endMs > byMs ? sum + share : sum), 0);
  return Math.min(1, later);
}

/** When a parcel that is on its way is to be expected, given that it is not there yet; undefined: that says nothing. */
export function etaOf(
  parcel: Parcel,
  stats: LaneStats,
  from: Eta['from'],
  promisedMs: number | undefined,
  nowMs: number,
): Eta | undefined {
  const base = baseOf(parcel);
  const endOf = (bin: number): number => base + (bin + 1) * binMs;
  const left = weighed(stats).filter(([bin]) => endOf(bin) > nowMs);
  const all = left.reduce((sum, [, weight]) => sum + weight, 0);
  if (all === 0) return undefined;
  const at = (share: number): number => endOf(quantile(left, share));
  const isIn = ([bin]: readonly [number, number]): boolean => promisedMs !== undefined && endOf(bin) <= promisedMs;
  const inTime = left.filter(isIn).reduce((sum, [, weight]) => sum + weight, 0) / all;
  const dates = { p10Ms: at(0.1), p50Ms: at(0.5), p90Ms: at(0.9) };
  return { ...dates, inTime: promisedMs === undefined ? undefined : inTime, from, deliveries: deliveriesOf(stats) };
}
