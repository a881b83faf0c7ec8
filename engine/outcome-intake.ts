/** Answers to queries on what was taken in with orders, a part of those in outcome.ts. */
import type { Mapping, OrderDetails, StandingIntake } from '../actors/intake.ts';
import type { HoldId, OrderId } from '../actors/ids.ts';
import type { Fees } from '../actors/intake-commands.ts';
import type { PaymentView } from '../actors/payments.ts';
import type { Rejection } from '../actors/rejection.ts';
import type { Fulfillment, OrderView } from '../actors/vocabulary.ts';

/** An order as far as an edit may change it. */
export interface EditSide {
  /** Units the customer is to get, and those of them that wait. */
  readonly units: number;
  readonly backordered: number;
  /** Units of lines that wait for a mapping; absent: none. */
  readonly parked?: number | undefined;
  /** Parts that have units. */
  readonly parts: readonly Pick<
    Fulfillment,
    'fulfillmentId' | 'location' | 'state' | 'carrier' | 'service' | 'costMinor' | 'shipByMs' | 'deliverByMs' | 'lines'
  >[];
  readonly costMinor: number;
  /** When the last of it is there, where that is known of all of it. */
  readonly deliverByMs?: number | undefined;
  /** What the customer is told. */
  readonly promisedByMs?: number | undefined;
  /** What the customer owes for it, fees included. */
  readonly dueMinor: number;
  readonly held?: readonly HoldId[] | undefined;
}

/** What an edit would change. */
export interface EditPreview {
  readonly orderId: OrderId;
  /** To be named by the edit: it is of the order as it was seen here. */
  readonly changedAtMs: number;
  /** How far it has come. */
  readonly stage: keyof Fees;
  readonly now: EditSide;
  /** Why it is not taken; then nothing more is said. */
  readonly refused?: Rejection | undefined;
  /** What the edit costs, where the policy of its channel says. */
  readonly feeMinor?: number | undefined;
  readonly then?: EditSide | undefined;
  /** How much more the parcels would cost. */
  readonly costMoreMinor?: number | undefined;
}

export interface IntakeAnswers {
  'order.find': OrderView | null;
  'order.details': OrderDetails | null;
  'order.preview': EditPreview | null;
  'mapping.get': Readonly<Record<string, Mapping>>;
  'payment.get': PaymentView | null;
  'intake-policy.get': StandingIntake;
}
