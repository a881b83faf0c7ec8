/** What is known of how an order is paid, as facts that whoever talks to the payment service told: pure. */
import type { ChannelId, FulfillmentId, OrderId, ReturnId } from './ids.ts';

/** Where one payment stands: what is left of it may be taken, or why not. */
export type PaymentState = 'authorised' | 'captured' | 'failed' | 'voided' | 'expired';

export interface Payment {
  readonly paymentId: string;
  readonly state: PaymentState;
  /** What was authorised, what of it was taken, and what of that was given back. */
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly sinceMs: number;
  readonly expiresAtMs?: number | undefined;
  /** It was told that it expires soon. */
  readonly warned?: true | undefined;
  readonly method?: string | undefined;
  readonly reference?: string | undefined;
  /** Why it failed or was voided. */
  readonly reason?: string | undefined;
  /** What of it was to be given back last and was not, as far as it was not since. */
  readonly refundFailed?: FailedRefund | undefined;
}

export interface FailedRefund {
  readonly amountMinor: number;
  readonly returnId?: ReturnId | undefined;
  readonly reason: string;
}

export interface OrderPayments {
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly currency?: string | undefined;
  /** Nothing is picked before so much may be taken as is due. */
  readonly awaited: boolean;
  /** Each parcel that leaves asks for what it is worth. */
  readonly captureOnShip: boolean;
  /** How long before it expires an authorisation is told of. */
  readonly warnMs: number;
  /** When it is a case that nothing came; absent once it came, or that is so. */
  readonly patientUntilMs?: number | undefined;
  /** Nothing came in time. */
  readonly isPending?: true | undefined;
  /** What is due for the order as it was placed. */
  readonly dueMinor: number;
  /** What parcels asked for so far. */
  readonly wantedMinor: number;
  readonly payments: readonly Payment[];
  /** What was given back for returns. */
  readonly returned?: readonly { readonly returnId: ReturnId; readonly refundedMinor: number }[] | undefined;
}

/** Where the payment of an order stands in all. */
export const orderPaymentStates = [
  'none', 'pending', 'partially-authorised', 'authorised', 'partially-captured', 'captured',
  'partially-refunded', 'refunded', 'failed', 'expired',
] as const;
export type OrderPaymentState = (typeof orderPaymentStates)[number];

export interface PaymentSums {
  readonly state: OrderPaymentState;
  /** What may be taken or was, what was taken, what was given back. */
  readonly authorisedMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
}

/** What may still be taken of a payment. */
export const leftMinor = ({ state, amountMinor, capturedMinor }: Payment): number =>
  state === 'authorised' ? amountMinor - capturedMinor : 0;

/** @param dueMinor what is due now. */
export function sumsOf({ payments, awaited }: OrderPayments, dueMinor: number): PaymentSums {
  let [left, captured, refunded] = [0, 0, 0];
  for (const payment of payments) {
    left += leftMinor(payment);
    captured += payment.capturedMinor;
    refunded += payment.refundedMinor;
  }
  const sums = { authorisedMinor: left + captured, capturedMinor: captured, refundedMinor: refunded };
  return { state: stateOf(sums, payments.at(-1)?.state, awaited && dueMinor > 0, dueMinor), ...sums };
}

function stateOf(
  { authorisedMinor, capturedMinor, refundedMinor }: Omit<PaymentSums, 'state'>,
  last: PaymentState | undefined,
  isAwaited: boolean,
  dueMinor: number,
): OrderPaymentState {
  if (refundedMinor > 0) return refundedMinor === capturedMinor ? 'refunded' : 'partially-refunded';
  if (capturedMinor > 0) return capturedMinor >= dueMinor ? 'captured' : 'partially-captured';
  if (authorisedMinor > 0) return authorisedMinor >= dueMinor ? 'authorised' : 'partially-authorised';
  if (last === 'failed' || last === 'expired') return last;
  return isAwaited ? 'pending' : 'none';
}

/** When something of an order's payments is due: one expires, or is told to expire soon; undefined: nothing is. */
export function paymentsDueAtMs({ payments, warnMs, patientUntilMs }: OrderPayments): number | undefined {
  let due = patientUntilMs ?? Infinity;
  for (const { state, expiresAtMs, warned } of payments) {
    if (state !== 'authorised' || expiresAtMs === undefined) continue;
    due = Math.min(due, warned === true ? expiresAtMs : Math.max(0, expiresAtMs - warnMs));
  }
  return due === Infinity ? undefined : due;
}

export type PaymentEvent =
  /** So much was authorised, taken or given back; or no more can be taken, and so much was left. */
  | {
      readonly kind: 'payment.changed';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly paymentId: string;
      readonly cause: 'authorised' | 'captured' | 'failed' | 'voided' | 'expired' | 'refunded' | 'refund-failed';
      readonly amountMinor: number;
      /** Where the payment of the order stands now. */
      readonly state: OrderPaymentState;
      readonly returnId?: ReturnId | undefined;
      readonly reason?: string | undefined;
    }
  /** What is left of it can be taken until then: it is taken or authorised anew. */
  | {
      readonly kind: 'payment.expiring';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly paymentId: string;
      readonly leftMinor: number;
      readonly expiresAtMs: number;
    }
  /** A parcel left: so much is to be taken. */
  | {
      readonly kind: 'capture.wanted';
      readonly orderId: OrderId;
      readonly channel: ChannelId;
      readonly fulfillmentId: FulfillmentId;
      readonly amountMinor: number;
      readonly currency?: string | undefined;
    };

/** The answer to every command on payments. */
export interface PaymentAnswer extends PaymentSums {
  readonly orderId: OrderId;
  readonly dueMinor: number;
}

/** An order's payments as others see them. */
export type PaymentView = Omit<OrderPayments, 'dueMinor'> & PaymentAnswer;
