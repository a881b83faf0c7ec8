/** Ways to place the parts of an order: which of two is better, and the one that is made parcel by parcel. */
import { Load, noShape, type Shape } from '../../actors/item-shape.ts';
import { must } from '../assert.ts';
import { parcelMinorOf } from './carriage.ts';
import type { OrderParts } from './order-parts.ts';
import type { Ruling, SourcingRequest } from './source.ts';

export interface Way {
  /** By part: its candidate; -1: it has no place. */
  readonly of: readonly number[];
  /** By part: its parcel among those from its candidate, where carriage by weight makes it more than one; else 0. */
  readonly parcel: readonly number[];
  readonly units: number;
  readonly minor: number;
  readonly parcels: number;
  /** How much less the best way of as many units could cost at most; undefined: this is the best. */
  readonly gapMinor: number | undefined;
}

/** What a parcel from a candidate counts. */
type ParcelMinor = (at: number, load: Shape) => number;

/** No part has a place. */
export const nothing: Way = { of: [], parcel: [], units: 0, minor: 0, parcels: 0, gapMinor: undefined };

/** More units; then cheaper; then fewer parcels. */
export function isBetter(a: Way, b: Way): boolean {
  if (a.units !== b.units) return a.units > b.units;
  if (a.minor !== b.minor) return a.minor < b.minor;
  return a.parcels < b.parcels;
}

/**
 * Parcel by parcel, each from the candidate that places most units, of these the one that takes least; then parcels
 * that are worth too little are taken back. The bound for its gap: every part at its cheapest, and one parcel.
 */
export function mostPlaced(parts: OrderParts, request: SourcingRequest, rules: Ruling): Way {
  const { count, room } = parts;
  const of = new Array<number>(count).fill(-1);
  const used: number[] = [];
  const parcelMinor: ParcelMinor = (at, load) =>
    parcelMinorOf(must(request.candidates[at], 'a candidate'), load) + (room[at] ?? 0);
  while (used.length < rules.maxParcels) {
    const next = nextParcel(parts, of, used, parcelMinor);
    if (next < 0) break;
    used.push(next);
    for (let part = 0; part < count; part += 1) {
      if (of[part] === -1 && parts.costAt(part, next) < Infinity) of[part] = next;
    }
  }
  for (const at of used.slice()) {
    let worth = 0;
    for (let part = 0; part < count; part += 1) if (of[part] === at) worth += parts.worth[part] ?? 0;
    if (used.length === 1 || worth >= rules.minShipmentMinor) continue;
    for (let part = 0; part < count; part += 1) if (of[part] === at) of[part] = -1;
    used.splice(used.indexOf(at), 1);
  }
  let [units, minor] = [0, 0];
  for (const at of used) {
    const load = new Load();
    for (let part = 0; part < count; part += 1) if (of[part] === at) parts.load(part, load);
    minor += parcelMinor(at, load);
  }
  for (let part = 0; part < count; part += 1) {
    const at = of[part] ?? -1;
    if (at < 0) continue;
    units += parts.units[part] ?? 0;
    minor += parts.costAt(part, at);
  }
  const least = leastMinor(parts, of.every((at) => at >= 0), parcelMinor);
  return { of, parcel: [], units, minor, parcels: used.length, gapMinor: Math.max(0, minor - least) };
}

function nextParcel(
  parts: OrderParts, of: readonly number[], used: readonly number[], parcelMinor: ParcelMinor,
): number {
  let [best, bestUnits, bestMinor] = [-1, 0, Infinity];
  const load = new Load();
  for (let at = 0; at < parts.candidates; at += 1) {
    if (used.includes(at)) continue;
    let [units, minor] = [0, 0];
    load.empty();
    for (let part = 0; part < parts.count; part += 1) {
      const cost = of[part] === -1 ? parts.costAt(part, at) : Infinity;
      if (cost === Infinity) continue;
      units += parts.units[part] ?? 0;
      minor += cost;
      parts.load(part, load);
    }
    if (units > 0) minor += parcelMinor(at, load);
    if (units === 0 || units < bestUnits || (units === bestUnits && minor >= bestMinor)) continue;
    [best, bestUnits, bestMinor] = [at, units, minor];
  }
  return best;
}

/** What no way that places as many units can cost less than; where some have no place, any of them may be left out. */
function leastMinor(parts: OrderParts, isWhole: boolean, parcelMinor: ParcelMinor): number {
  let least = Infinity;
  for (let at = 0; at < parts.candidates; at += 1) least = Math.min(least, parcelMinor(at, noShape));
  for (let part = 0; part < parts.count; part += 1) {
    let own = isWhole ? Infinity : 0;
    for (let at = 0; at < parts.candidates; at += 1) own = Math.min(own, parts.costAt(part, at));
    least += own;
  }
  return least;
}
