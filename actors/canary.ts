/** The arithmetic of canaries: on which side an order is, what is counted of a decision, and when a guard breaks. */
import type { Plan } from './order-context.ts';
import type { Guard, TrialCounts } from './trial-commands.ts';

/** What is counted of the decisions on one side of a canary. Money in minor units. */
export interface Tally {
  /** First decisions, refused placements among them. */
  readonly orders: number;
  /** Of those: all units have a place. */
  readonly whole: number;
  /** What the parcels of whole orders cost. */
  readonly costMinor: number;
  readonly parcels: number;
  /** Of the orders: units have no place. */
  readonly short: number;
  /** Of the short: the placement was refused for it. */
  readonly refused: number;
  /** In more than one parcel. */
  readonly split: number;
  /** With a parcel that comes after the promised moment. */
  readonly late: number;
  /** A rule could not be evaluated. */
  readonly failed: number;
  /** Decisions for orders that had lost units. */
  readonly again: number;
}

export const noTally: Tally = {
  orders: 0, whole: 0, costMinor: 0, parcels: 0, short: 0, refused: 0, split: 0, late: 0, failed: 0, again: 0,
};

/** A decision, as far as it counts. */
export interface Counted {
  readonly plan: Pick<Plan, 'fulfillments' | 'short' | 'ruled'>;
  /** The first decision of the order; a later one counts where units were lost. */
  readonly isFirst: boolean;
  readonly isRefused: boolean;
  /** When the order was promised for. */
  readonly promisedByMs?: number | undefined;
}

/** What the parcels of a plan cost, in minor units. */
export const costOf = ({ fulfillments }: Pick<Plan, 'fulfillments'>): number =>
  fulfillments.reduce((sum, { costMinor }) => sum + costMinor, 0);

/** Whether a parcel comes after the moment the order was promised for; unknown dates are not late. */
export const isLate = ({ fulfillments }: Pick<Plan, 'fulfillments'>, promisedByMs: number | undefined): boolean =>
  promisedByMs !== undefined && fulfillments.some(({ deliverByMs = 0 }) => deliverByMs > promisedByMs);

/** A tally with one more decision. */
export function counted(tally: Tally, { plan, isFirst, isRefused, promisedByMs }: Counted): Tally {
  if (!isFirst) return { ...tally, again: tally.again + 1 };
  const isShort = plan.short > 0;
  // The parcels of a refused placement are not made.
  const parcels = isRefused ? 0 : plan.fulfillments.length;
  return {
    orders: tally.orders + 1,
    whole: tally.whole + Number(!isShort),
    costMinor: tally.costMinor + (isShort ? 0 : costOf(plan)),
    parcels: tally.parcels + parcels,
    short: tally.short + Number(isShort),
    refused: tally.refused + Number(isRefused),
    split: tally.split + Number(parcels > 1),
    late: tally.late + Number(!isRefused && isLate(plan, promisedByMs)),
    failed: tally.failed + Number(plan.ruled?.failed !== undefined),
    again: tally.again,
  };
}

/**
 * Whether an order is in a share: by a hash of the plan's and the order's ids (FNV-1a, its bits spread by the
 * finalizer of MurmurHash3), so that it always is, or never, and in every larger share too.
 */
export function isAmongShare(planId: string, orderId: string, percent: number): boolean {
  let hash = 0x811c9dc5;
  const text = `${planId}/${orderId}`;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % 100 < percent;
}

/** What can break. */
export const shares = ['short', 'refused', 'split', 'late', 'failed', 'again'] as const;
export type Kpi = 'cost' | (typeof shares)[number];

/** Why a guard broke: figures in per cent (of the cost: minor units for an order), rounded to hundredths. */
export interface Breach {
  readonly kpi: Kpi;
  readonly is: number;
  readonly limit: number;
  /** Of the other orders, where the limit goes by them. */
  readonly control?: number | undefined;
  /** Orders on the side of the canary. */
  readonly orders: number;
}

export const minOrdersDefault = 100;

const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** The first limit that a canary is above; undefined while it keeps to all, or too little was seen. */
export function breachOf(guard: Guard, { canary, control }: TrialCounts): Breach | undefined {
  const { minOrders = minOrdersDefault, costPercent } = guard;
  if (canary.orders < minOrders) return undefined;
  const { orders } = canary;
  if (costPercent !== undefined && canary.whole >= minOrders && control.whole >= minOrders) {
    const [is, was] = [canary.costMinor / canary.whole, control.costMinor / control.whole];
    const limit = was * (1 + costPercent / 100);
    if (is > limit) {
      return { kpi: 'cost', is: hundredths(is), limit: hundredths(limit), control: hundredths(was), orders };
    }
  }
  for (const kpi of shares) {
    const { percent, points } = guard[kpi] ?? {};
    const is = (100 * canary[kpi]) / orders;
    if (percent !== undefined && is > percent) return { kpi, is: hundredths(is), limit: percent, orders };
    if (points === undefined || control.orders < minOrders) continue;
    const was = (100 * control[kpi]) / control.orders;
    if (is > was + points) {
      return { kpi, is: hundredths(is), limit: hundredths(was + points), control: hundredths(was), orders };
    }
  }
  return undefined;
}
