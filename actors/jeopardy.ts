/**
 * How likely it is that an order misses the date its customer was told: from what deliveries of its lanes taught, and
 * from how late its locations send what they are given. Pure arithmetic over what is known; what nothing is known of
 * does not count.
 */
import type { FulfillmentId } from './ids.ts';
import { chanceAfter, endsOf, type LaneStats } from './lanes.ts';
import type { OrderContext } from './order-context.ts';
import type { Parcel } from './tracking.ts';
import type { Fulfillment } from './vocabulary.ts';

/** From which chance on an order is at risk, in per cent, where no policy says. */
export const riskPercentDefault = 50;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** It is looked at each day of the last week, and each quarter of the last day. */
const looksDays = 7;
const looksMs = 6 * hourMs;

/** What is known of a part. */
export interface Outlook {
  /** Of its service, on its lane or on all. */
  readonly lane: LaneStats | undefined;
  /** How late its location sends, after the cut-offs it was given. */
  readonly leaving: LaneStats | undefined;
  readonly parcel: Parcel | undefined;
}

/** What stands in the way of a promise; nothing of it is written while none of it does. */
export interface PromiseWatch {
  readonly state: 'in-time' | 'at-risk' | 'breached';
  /** Per cent, when it came to this state; absent: nothing is known. */
  readonly missPercent?: number | undefined;
  readonly sinceMs: number;
  /** Parts that have not left by their cut-off. */
  readonly late: readonly FulfillmentId[];
}

/** Where a promise stands, as order.get tells it. */
export interface PromiseView extends Partial<Omit<PromiseWatch, 'missPercent'>> {
  readonly missPercent?: number | undefined;
}

const isWaiting = ({ state }: Fulfillment): boolean => state === 'open' || state === 'released' || state === 'picking';

/** Whether nobody will tell what becomes of a part: it left without a number. */
const isUntold = ({ state, carrier, tracking }: Fulfillment): boolean =>
  state === 'shipped' && (carrier === undefined || tracking === undefined);

const isDone = ({ state }: Fulfillment): boolean => state === 'delivered' || state === 'cancelled';

/** The chance that an order misses its date, from 0 to 1; undefined: nothing is known. */
export function missChance(
  { fulfillments, promisedByMs }: OrderContext,
  outlook: (part: Fulfillment) => Outlook,
  nowMs: number,
): number | undefined {
  if (promisedByMs === undefined) return undefined;
  let inTime: number | undefined;
  for (const part of fulfillments) {
    if (isDone(part) || isUntold(part)) continue;
    const missed = missOf(part, outlook(part), promisedByMs, nowMs);
    if (missed !== undefined) inTime = (inTime ?? 1) * (1 - missed);
  }
  return inTime === undefined ? undefined : 1 - inTime;
}

function missOf(part: Fulfillment, known: Outlook, promisedMs: number, nowMs: number): number | undefined {
  if (part.state === 'shipped') return missOfLeft(known, promisedMs, nowMs);
  const { shipByMs, deliverByMs } = part;
  if (shipByMs === undefined || deliverByMs === undefined) return undefined;
  let missed = 0;
  for (const [lateMs, share] of leaves(known.leaving, shipByMs, nowMs)) {
    const baseMs = deliverByMs + lateMs;
    missed += share * (chanceAfter(known.lane, baseMs, promisedMs, -Infinity) ?? Number(baseMs > promisedMs));
  }
  return missed;
}

function missOfLeft({ lane, parcel }: Outlook, promisedMs: number, nowMs: number): number | undefined {
  if (parcel === undefined) return undefined;
  const { status, deliverByMs, shippedAtMs } = parcel;
  if (status === 'lost' || status === 'returning' || status === 'returned') return 1;
  const missed = chanceAfter(lane, deliverByMs ?? shippedAtMs, promisedMs, nowMs);
  if (missed !== undefined) return missed;
  return deliverByMs === undefined ? undefined : Number(Math.max(deliverByMs, nowMs) > promisedMs);
}

/** By how much a part that has not left leaves after its cut-off, with the share of each. */
function leaves(
  leaving: LaneStats | undefined, shipByMs: number, nowMs: number,
): readonly (readonly [lateMs: number, share: number])[] {
  const ends = endsOf(leaving, shipByMs, nowMs);
  if (ends === undefined) return [[Math.max(0, nowMs - shipByMs), 1]];
  return ends.map(([endMs, share]) => [Math.max(0, endMs - shipByMs), share]);
}

/** Where the promise of an open order stands; undefined: in time, and nothing stands in its way. */
export function watchOf(
  order: OrderContext, missed: number | undefined, riskPercent: number, nowMs: number,
): Omit<PromiseWatch, 'sinceMs'> | undefined {
  const { promisedByMs = Infinity, fulfillments, lines } = order;
  const late = fulfillments.flatMap((part) =>
    isWaiting(part) && (part.shipByMs ?? Infinity) <= nowMs ? [part.fulfillmentId] : [],
  );
  const isOpen =
    lines.some(({ backordered }) => backordered > 0) || fulfillments.some((part) => !isDone(part) && !isUntold(part));
  const missPercent = missed === undefined ? undefined : Math.round(100 * missed);
  if (isOpen && promisedByMs <= nowMs) return { state: 'breached', missPercent: 100, late };
  if ((missPercent ?? 0) >= riskPercent) return { state: 'at-risk', missPercent, late };
  return late.length === 0 ? undefined : { state: 'in-time', missPercent, late };
}

/**
 * When the promise of an order is looked at next without any news; undefined: never.
 * @param late parts known to have missed their cut-off: another that has is looked at now.
 */
export function looksAtMs(
  { promisedByMs, fulfillments }: OrderContext, late: readonly FulfillmentId[], nowMs: number,
): number | undefined {
  if (promisedByMs === undefined) return undefined;
  let next = nextLook(promisedByMs, nowMs);
  for (const part of fulfillments) {
    const { shipByMs, fulfillmentId } = part;
    if (!isWaiting(part) || shipByMs === undefined) continue;
    if (shipByMs > nowMs || !late.includes(fulfillmentId)) next = Math.min(next, Math.max(shipByMs, nowMs));
  }
  return next === Infinity ? undefined : next;
}

function nextLook(promisedMs: number, nowMs: number): number {
  const left = promisedMs - nowMs;
  if (left <= 0) return Infinity;
  if (left > looksDays * dayMs) return promisedMs - looksDays * dayMs;
  const stepMs = left > dayMs ? dayMs : looksMs;
  return promisedMs - (Math.ceil(left / stepMs) - 1) * stepMs;
}
