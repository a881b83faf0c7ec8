/** Return policies with their defaults, and what they say of a return: pure. */
import type { ChannelId, Sku } from './ids.ts';
import type { DestinationRule, ReturnPolicy } from './return-commands.ts';
import type { ReturnInput, ReturnTerms } from './return-context.ts';
import { returnMethods, type Disposition, type Grade, type RefundTrigger, type ReturnMethod } from './return-words.ts';
import type { ReturnReason } from './return-words.ts';
import type { Attributes } from './schemas.ts';

const dayMs = 24 * 3_600_000;

/** A policy in force: what it does not say filled in. */
export interface StandingPolicy {
  /** Whose it is; absent: all channels', or nobody has put any. */
  readonly channel?: ChannelId | undefined;
  readonly windowDays: number;
  readonly approval: 'auto' | 'manual';
  readonly methods: readonly ReturnMethod[];
  readonly excluded: NonNullable<ReturnPolicy['excluded']>;
  readonly refundOn: RefundTrigger;
  readonly feePercent: number;
  readonly feeMinor: number;
  readonly feeFree: readonly ReturnReason[];
  readonly inspect: boolean;
  readonly grades: Readonly<Record<Grade, Disposition>>;
  readonly exchangeOn: RefundTrigger;
  readonly expireAfterMs: number;
  readonly overdueAfterMs: number;
  readonly destinations: readonly DestinationRule[];
}

export const policyDefaults: StandingPolicy = {
  windowDays: 30,
  approval: 'auto',
  methods: returnMethods,
  excluded: {},
  refundOn: 'receipt',
  feePercent: 0,
  feeMinor: 0,
  feeFree: ['not-as-described', 'wrong-item', 'defective', 'damaged', 'late', 'lost'],
  inspect: true,
  grades: { A: 'restock', B: 'refurbish', C: 'quarantine', D: 'scrap' },
  exchangeOn: 'receipt',
  expireAfterMs: 30 * dayMs,
  overdueAfterMs: 14 * dayMs,
  destinations: [],
};

/** A policy with its defaults; of none, the defaults. */
export function standingPolicy(policy: ReturnPolicy | undefined): StandingPolicy {
  const said = policy ?? {};
  return { ...policyDefaults, ...said, grades: { ...policyDefaults.grades, ...policy?.grades } };
}

/** What of a policy a return goes by to its end. */
export function termsOf(policy: StandingPolicy): ReturnTerms {
  const { refundOn, feePercent, feeMinor, inspect, exchangeOn, expireAfterMs, overdueAfterMs, grades } = policy;
  return { refundOn, feePercent, feeMinor, inspect, exchangeOn, expireAfterMs, overdueAfterMs, grades };
}

/** Whether units may be asked for at a time: as long after the whole order was delivered as the window is. */
export const isInWindow = ({ windowDays }: StandingPolicy, deliveredAtMs: number | undefined, atMs: number): boolean =>
  deliveredAtMs === undefined || atMs <= deliveredAtMs + windowDays * dayMs;

/** Whether units of a SKU are never taken back. */
export function isExcluded(
  { excluded: { skus = [], attributes = [] } }: StandingPolicy,
  sku: Sku,
  own: Attributes | undefined,
): boolean {
  if (skus.includes(sku)) return true;
  return own !== undefined && attributes.some(({ name, value }) => Object.hasOwn(own, name) && own[name] === value);
}

/** Whether the units of a return were lost on their way: nothing comes back. */
export const isLost = (lines: readonly { readonly reason?: ReturnReason | undefined }[]): boolean =>
  lines.every(({ reason }) => reason === 'lost');

/** Whether orders with these tags are never taken back. */
export const isTagExcluded = ({ excluded }: StandingPolicy, tags: readonly string[] = []): boolean =>
  excluded.tags?.some((tag) => tags.includes(tag)) === true;

interface Asked {
  readonly lines: ReturnInput['lines'];
  readonly method: ReturnMethod;
  readonly country: string;
}

/** The rules on where a return goes that fit it, in their order. */
export function fittingRules({ destinations }: StandingPolicy, asked: Asked): readonly DestinationRule[] {
  const { lines, method, country } = asked;
  const worthMinor = lines.reduce((sum, { unitPriceMinor, quantity }) => sum + unitPriceMinor * quantity, 0);
  return destinations.filter((rule) => {
    const { reasons, methods, countries, skus, belowMinor } = rule;
    if (reasons !== undefined && !lines.every(({ reason }) => reason !== undefined && reasons.includes(reason))) {
      return false;
    }
    if (skus !== undefined && !lines.every(({ sku }) => skus.includes(sku))) return false;
    if (methods !== undefined && !methods.includes(method)) return false;
    if (countries !== undefined && !countries.includes(country)) return false;
    return belowMinor === undefined || worthMinor < belowMinor;
  });
}
