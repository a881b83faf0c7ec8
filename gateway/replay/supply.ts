/**
 * What the network holds and when it arrives, derived from what the file will sell: enough that most
 * orders leave from one place, with ranges thin enough that some are split, and a few articles short
 * enough that some wait. All by seed. Rules D12…D14, docs/REPLAY.md.
 */
import type { Mapped } from './map.ts';
import { locations, mainLocation } from './network.ts';
import { unit } from './random.ts';

export const weekMs = 7 * 24 * 3_600_000;

/** Share of articles the main warehouse does not keep; they are at the second only. */
const elsewhereShare = 0.015;
/** Share of articles of which the main warehouse gets too few each week, and the rest a week later. */
const scarceShare = 0.005;
const scarceFill = 0.6;
/** Chance that a location keeps an article, and its units as a share of four weeks' sales. */
const ranges: Readonly<Record<string, readonly [chance: number, share: number]>> = {
  WARRINGTON: [0.55, 0.25],
  THURROCK: [0.45, 0.2],
  VENLO: [0.6, 0.15],
  DUBLIN: [0.4, 0.05],
  LONDON: [0.45, 0.08],
  BRISTOL: [0.3, 0.05],
  LEEDS: [0.3, 0.05],
  GLASGOW: [0.3, 0.05],
  CARDIFF: [0.25, 0.04],
  NEWCASTLE: [0.25, 0.04],
  BELFAST: [0.2, 0.03],
};
const rangeWeeks = 4;
const second = 'WARRINGTON';

export interface Receipt {
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

/** Units sold by article and week. Fed with the mapped file once, before it is played. */
export class Demand {
  readonly #bySku = new Map<string, Map<number, number>>();
  #startMs: number | undefined;
  #lastWeek = 0;

  add(mapped: Mapped): void {
    if (mapped.kind !== 'order') return;
    this.#startMs ??= mapped.atMs;
    const week = this.weekOf(mapped.atMs);
    this.#lastWeek = Math.max(this.#lastWeek, week);
    for (const { sku, quantity } of mapped.body.lines) {
      const weeks = this.#bySku.get(sku) ?? new Map<number, number>();
      if (weeks.size === 0) this.#bySku.set(sku, weeks);
      weeks.set(week, (weeks.get(week) ?? 0) + quantity);
    }
  }

  /** Weeks count from the first order, from 0. */
  weekOf(atMs: number): number {
    return Math.max(0, Math.floor((atMs - (this.#startMs ?? atMs)) / weekMs));
  }

  get lastWeek(): number {
    return this.#lastWeek;
  }

  get skus(): readonly string[] {
    return [...this.#bySku.keys()];
  }

  /** Units of an article over some weeks. */
  sum(sku: string, firstWeek: number, weeks: number): number {
    const sold = this.#bySku.get(sku);
    let units = 0;
    for (let week = firstWeek; week < firstWeek + weeks; week++) units += sold?.get(week) ?? 0;
    return units;
  }
}

/** What arrives at the beginning of a week; the week after the last settles what was short. */
export function receiptsOf(demand: Demand, week: number, seed: number): Receipt[] {
  const receipts: Receipt[] = [];
  for (const sku of demand.skus) {
    const isElsewhere = unit(seed, `elsewhere/${sku}`) < elsewhereShare;
    const isScarce = unit(seed, `scarce/${sku}`) < scarceShare;
    const quantity = mainUnits(demand, sku, week, isScarce);
    const main = isElsewhere ? second : mainLocation;
    if (quantity > 0) receipts.push({ sku, location: main, quantity });
    if (!isScarce && !isElsewhere && week % rangeWeeks === 0) {
      receipts.push(...rangeUnits(demand, sku, week, seed));
    }
  }
  return receipts;
}

/** The week's sales; of a scarce article a part, and what was short the week before. */
function mainUnits(demand: Demand, sku: string, week: number, isScarce: boolean): number {
  const units = demand.sum(sku, week, 1);
  if (!isScarce) return units;
  const before = demand.sum(sku, week - 1, 1);
  return Math.ceil(units * scarceFill) + (before - Math.ceil(before * scarceFill));
}

function rangeUnits(demand: Demand, sku: string, week: number, seed: number): Receipt[] {
  const coming = demand.sum(sku, week, rangeWeeks);
  if (coming === 0) return [];
  const receipts: Receipt[] = [];
  for (const { id } of locations) {
    const range = ranges[id];
    if (range === undefined || unit(seed, `${id}/${sku}`) >= range[0]) continue;
    receipts.push({ sku, location: id, quantity: Math.ceil(coming * range[1]) });
  }
  return receipts;
}
