/**
 * A lot: units of one SKU that were made together, wherever they are; a serial is a lot of one unit. Pure
 * arithmetic on its places. At each place it has on hand what its SKU's stock there has of it: over all lots
 * the two are equal (rule L2). What may not be sold of it because it was recalled or leaves sale is blocked,
 * and stands among the held units of the stock.
 */
import type { LocationId, LotId, Sku, SupplyId } from './ids.ts';
import { lotPlacesMax, lotTransitMax } from './limits.ts';
import { reject, type Rejection } from './rejection.ts';
import type { Bucket, StockAnswer } from './vocabulary.ts';

export const lotStates = ['open', 'recalled', 'expired', 'ended'] as const;
/** `expired`: it has left sale, because it expires or is about to. `ended`: no unit of it is anywhere. */
export type LotState = (typeof lotStates)[number];

export interface LotUnits {
  readonly lot: LotId;
  readonly quantity: number;
}

/** Units of a lot at one location. */
export interface LotPlace {
  readonly location: LocationId;
  readonly onHand: number;
  readonly damaged: number;
  readonly quality: number;
  readonly held: number;
  /** Held because the lot was recalled or has left sale. */
  readonly blocked: number;
  /** Units that locations were told to pick. What they take may be others. */
  readonly picked: number;
}

export interface Lot {
  readonly sku: Sku;
  readonly lot: LotId;
  readonly receivedAtMs: number;
  readonly expiresAtMs?: number | undefined;
  /** When it leaves sale: its expiry, less the life its item wanted it to have left when it came. */
  readonly leavesAtMs?: number | undefined;
  /** That moment has come. */
  readonly hasLeft: boolean;
  readonly recall?: { readonly reason: string; readonly sinceMs: number } | undefined;
  /** Where it has units, in the order it came there. */
  readonly places: readonly LotPlace[];
  /** Units on their way with transfers. */
  readonly transit: readonly { readonly supplyId: SupplyId; readonly units: number }[];
  /** Units that left with orders, with how many shipments; units that came back. */
  readonly shipped: number;
  readonly shipments: number;
  readonly returned: number;
}

/** Units of a lot that left with one line of an order. */
export interface LotShipment {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly lineId: string;
  readonly location: LocationId;
  readonly quantity: number;
  readonly atMs: number;
}

/** A lot or serial was recalled, the recall was lifted, or it left sale because it expires. */
export interface LotEvent {
  readonly kind: 'lot.changed';
  readonly sku: Sku;
  readonly lot: LotId;
  readonly state: LotState;
  readonly reason?: string | undefined;
  /** Where there are units of it. */
  readonly locations: readonly LocationId[];
}

/** The answer to `lot.recall` and `lot.lift`. */
export interface LotAnswer extends Omit<StockAnswer, 'entries' | 'outdated'> {
  readonly sku: Sku;
  readonly lot: LotId;
  readonly state: LotState;
  /** Units on hand that the recall holds now, and those still to be taken back from orders, at once after this. */
  readonly held: number;
  readonly pending: number;
  /** Units that have left with orders: `lot.get` lists them. */
  readonly shipped: number;
}

/** Whether its units may not be sold. */
export const isBlocked = ({ recall, hasLeft }: Lot): boolean => recall !== undefined || hasLeft;

export function lotState(lot: Lot): LotState {
  if (lot.recall !== undefined) return 'recalled';
  if (lot.places.length === 0 && lot.transit.length === 0) return 'ended';
  return lot.hasLeft ? 'expired' : 'open';
}

/** Which of two lots leaves first: the one that expires first, then the one that came first. */
export function leavesBefore(a: Lot, b: Lot): boolean {
  const [first, second] = [a.expiresAtMs ?? Infinity, b.expiresAtMs ?? Infinity];
  if (first !== second) return first < second;
  if (a.receivedAtMs !== b.receivedAtMs) return a.receivedAtMs < b.receivedAtMs;
  return a.lot < b.lot;
}

export function placeOf({ places }: Lot, location: LocationId): LotPlace {
  const found = places.find((place) => place.location === location);
  return found ?? { location, onHand: 0, damaged: 0, quality: 0, held: 0, blocked: 0, picked: 0 };
}

/** Units at a place that are neither set aside nor blocked. */
export const forSale = ({ onHand, damaged, quality, held, blocked }: LotPlace): number =>
  onHand - damaged - quality - held - blocked;

/** Units at a place that nobody was told to pick. */
export function toPick(lot: Lot, place: LotPlace): number {
  return isBlocked(lot) ? 0 : Math.max(0, forSale(place) - place.picked);
}

/** The lot with some numbers of a place changed by so many; a place with nothing is none. */
export function withPlace(lot: Lot, location: LocationId, changes: Partial<Record<keyof LotPlace, number>>): Lot {
  const before = placeOf(lot, location);
  const after: Record<string, unknown> & LotPlace = { ...before };
  for (const [field, units] of Object.entries(changes) as [Exclude<keyof LotPlace, 'location'>, number][]) {
    (after as Record<string, unknown>)[field] = before[field] + units;
  }
  const isGone = after.onHand === 0 && after.picked === 0;
  const at = lot.places.findIndex((place) => place.location === location);
  if (at < 0) return isGone ? lot : { ...lot, places: [...lot.places, after] };
  return { ...lot, places: isGone ? lot.places.toSpliced(at, 1) : lot.places.with(at, after) };
}

/** The lot with so many units more, or less, on their way with a transfer. */
export function withTransit(lot: Lot, supplyId: SupplyId, units: number): Lot {
  const at = lot.transit.findIndex((one) => one.supplyId === supplyId);
  const sum = (lot.transit[at]?.units ?? 0) + units;
  if (at < 0) return { ...lot, transit: [...lot.transit, { supplyId, units: sum }] };
  return { ...lot, transit: sum === 0 ? lot.transit.toSpliced(at, 1) : lot.transit.with(at, { supplyId, units: sum }) };
}

export const transitOf = ({ transit }: Lot, supplyId: SupplyId): number =>
  transit.find((one) => one.supplyId === supplyId)?.units ?? 0;

/** Units of it that are somewhere: at a location, or on their way. */
export function unitsOf({ places, transit }: Lot): number {
  let units = 0;
  for (const { onHand } of places) units += onHand;
  for (const one of transit) units += one.units;
  return units;
}

/** What happens to units of a lot at a place. A loss takes units for sale first, then blocked ones. */
export type LotMove =
  | { readonly type: 'arrive'; readonly quantity: number; readonly bucket?: Bucket | undefined }
  | { readonly type: 'lose'; readonly quantity: number }
  | { readonly type: 'set-aside' | 'put-back' | 'dispose'; readonly quantity: number; readonly bucket: Bucket };

/** A lot after a move, and what of the move concerned blocked units, which the stock counts as held. */
export interface LotMoved {
  readonly lot: Lot;
  /** Units that came into a blocked lot: they are for sale in the stock until they are set aside. */
  readonly blocked: number;
  /** Blocked units that were lost: the stock has them put back before. */
  readonly unblocked: number;
}

/** Carry out a move, or say why there are not so many units. */
export function movedLot(lot: Lot, location: LocationId, move: LotMove): LotMoved | Rejection {
  const place = placeOf(lot, location);
  const { quantity } = move;
  switch (move.type) {
    case 'arrive': {
      if (lot.places.length >= lotPlacesMax && place.onHand + place.picked === 0) {
        return reject('over-limit', `lot ${lot.lot} is at ${lotPlacesMax} locations`);
      }
      const { bucket } = move;
      const blocked = bucket === undefined && isBlocked(lot) ? quantity : 0;
      const inBucket = bucket === undefined ? {} : { [bucket]: quantity };
      return { lot: withPlace(lot, location, { onHand: quantity, blocked, ...inBucket }), blocked, unblocked: 0 };
    }
    case 'lose': {
      const unblocked = Math.max(0, quantity - forSale(place));
      if (unblocked > place.blocked) return tooFew(lot, place);
      return { lot: withPlace(lot, location, { onHand: -quantity, blocked: -unblocked }), blocked: 0, unblocked };
    }
    case 'set-aside':
      if (forSale(place) < quantity) return tooFew(lot, place);
      return { lot: withPlace(lot, location, { [move.bucket]: quantity }), blocked: 0, unblocked: 0 };
    case 'put-back': {
      if (place[move.bucket] < quantity) return tooFew(lot, place);
      const blocked = isBlocked(lot) ? quantity : 0;
      return { lot: withPlace(lot, location, { [move.bucket]: -quantity, blocked }), blocked, unblocked: 0 };
    }
    case 'dispose': {
      // What a recall holds goes first.
      const ofBlocked = move.bucket === 'held' ? Math.min(quantity, place.blocked) : 0;
      if (place[move.bucket] < quantity - ofBlocked) return tooFew(lot, place);
      const changes = { onHand: -quantity, blocked: -ofBlocked, [move.bucket]: ofBlocked - quantity };
      return { lot: withPlace(lot, location, changes), blocked: 0, unblocked: 0 };
    }
  }
}

function tooFew({ lot }: Lot, { location, onHand, damaged, quality, held, blocked }: LotPlace): Rejection {
  return reject(
    'not-enough',
    `lot ${lot} has ${onHand} on hand at ${location}, ${damaged} damaged, ${quality} in quality control, ` +
      `${held} held and ${blocked} recalled or expired`,
  );
}

/** Why no more transfers may carry units of a lot. */
export function transitRefusal({ lot, transit }: Lot): Rejection | undefined {
  if (transit.length < lotTransitMax) return undefined;
  return reject('over-limit', `lot ${lot} is on its way with ${lotTransitMax} transfers`);
}
