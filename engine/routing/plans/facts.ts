/**
 * What the expressions of a plan may be asked about, as plain values. Sourcing fills a scope for each question
 * (facts-of.ts); expressions read it through environment.ts. `undefined` is a value that is not there.
 */

import type { CaseContext } from '../../../actors/case-context.ts';

type Texts = Readonly<Record<string, string>>;
type Numbers = Readonly<Record<string, number>>;

export interface LineFacts {
  readonly id: string;
  readonly sku: string;
  /** Units that have no place yet. */
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly kit: string | undefined;
  /** Of the item. */
  readonly attributes: Texts;
  readonly numbers: Numbers;
}

export interface OrderFacts {
  readonly id: string;
  readonly channel: string;
  readonly currency: string | undefined;
  readonly customer: string | undefined;
  /** Of its customer, as the channel named it. */
  readonly segment: string | undefined;
  readonly service: string | undefined;
  readonly priority: number;
  readonly shortage: string;
  readonly attempt: number;
  readonly placedAtMs: number;
  readonly promisedByMs: number | undefined;
  readonly tags: readonly string[];
  readonly attributes: Texts;
  readonly numbers: Numbers;
  readonly country: string;
  readonly postalCode: string | undefined;
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  /** Lines with units that have no place yet. */
  readonly lines: readonly LineFacts[];
}

/** A location, whatever the order. */
export interface PlaceFacts {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly country: string;
  readonly region: string | undefined;
  readonly postalCode: string | undefined;
  readonly groups: readonly string[];
  readonly capabilities: readonly string[];
  readonly attributes: Texts;
  readonly numbers: Numbers;
  /** Milliseconds since 1970 as its clocks show them; undefined without a time zone. */
  localMs(nowMs: number): number | undefined;
}

/** What a location is to an order. */
export interface OfferFacts {
  readonly distanceKm: number;
  readonly shippingMinor: number;
  /** Units of the order that it has. */
  readonly units: number;
  /** Lines that it could ship whole. */
  readonly wholeLines: number;
  /** Work it has been given for today, where it has a capacity. */
  readonly unitsToday: number;
  readonly parcelsToday: number;
}

/** A line's SKU at a location. */
export interface StockFacts {
  readonly atp: number;
  readonly onHand: number;
  readonly unavailable: number;
  readonly reserved: number;
  readonly allocated: number;
  readonly buffer: number;
}

export interface ServiceFacts {
  readonly id: string;
  readonly carrier: string;
  readonly costMinor: number;
}

/** The case whose playbook asks. */
export type CaseFacts = Pick<
  CaseContext,
  'code' | 'subject' | 'severity' | 'owner' | 'orders' | 'times' | 'attempt' | 'isLate' | 'isEscalated' | 'raisedAtMs'
>;

/** What an expression is asked about. Only what it uses has to be there. */
export interface Scope {
  nowMs: number;
  order: OrderFacts | undefined;
  line: LineFacts | undefined;
  place: PlaceFacts | undefined;
  offer: OfferFacts | undefined;
  stock: StockFacts | undefined;
  service: ServiceFacts | undefined;
  /** Of conditions of playbooks. */
  case?: CaseFacts | undefined;
  /** Members of lists that macros walk, the outermost first. */
  readonly bound: unknown[];
}

export const emptyScope = (): Scope => ({
  nowMs: 0,
  order: undefined,
  line: undefined,
  place: undefined,
  offer: undefined,
  stock: undefined,
  service: undefined,
  bound: [],
});
