/** What a return remembers, is told, asks for and tells the world. */
import type { CarrierId, ChannelId, LineId, LocationId, OrderId, ReturnId, Sku } from './ids.ts';
import type { NamedLots } from './lot-commands.ts';
import type { LotUnits } from './lots.ts';
import type { Disposition, Grade, RefundTrigger, ReturnMethod, ReturnReason } from './return-words.ts';
import type { Bucket } from './vocabulary.ts';

export const returnStates = [
  /** Waits for somebody's approval. */
  'requested',
  /** Expected. */
  'approved',
  'in-transit',
  'partially-received',
  /** All that comes has come; some of it is to be inspected. */
  'received',
  'closed',
  'rejected',
  'cancelled',
  /** Nothing of it came in time. */
  'expired',
] as const;
export type ReturnState = (typeof returnStates)[number];

/** How the policy was when the return was asked for: that is how it goes on. */
export interface ReturnTerms {
  readonly refundOn: RefundTrigger;
  readonly feePercent: number;
  readonly feeMinor: number;
  readonly inspect: boolean;
  readonly exchangeOn: RefundTrigger;
  readonly expireAfterMs: number;
  /** Absent of one that began when nothing was ever overdue. */
  readonly overdueAfterMs?: number | undefined;
  readonly grades: Readonly<Record<Grade, Disposition>>;
}

/** Units at a location that are to be inspected, by the bucket they are in. */
export interface Uninspected {
  readonly location: LocationId;
  readonly quality: number;
  readonly damaged: number;
}

/**
 * One line of a return, in units. Of what was asked for, quantity = still to come + received + closed + kept; of
 * what came unasked, quantity is 0. What was received is uninspected or has a disposition.
 */
export interface ReturnLine {
  readonly lineId: LineId;
  /** Absent: it came unasked. */
  readonly orderLineId?: LineId | undefined;
  readonly sku: Sku;
  readonly quantity: number;
  /** What was paid for a unit; of a kit its share, rounded down. */
  readonly unitPriceMinor: number;
  readonly reason?: ReturnReason | undefined;
  readonly note?: string | undefined;
  /** Whether the restocking fee counts it. */
  readonly isCharged: boolean;
  readonly received: number;
  /** Of those received. */
  readonly damaged: number;
  /** Will not come. */
  readonly closed: number;
  /** Refunded without coming back. */
  readonly kept: number;
  readonly uninspected: readonly Uninspected[];
  readonly disposed: Readonly<Record<Disposition, number>>;
  readonly graded: Readonly<Record<Grade, number>>;
  /** Inspected, and not refunded. */
  readonly declined: number;
  /** Of a tracked SKU: what came. */
  readonly lots?: readonly LotUnits[] | undefined;
}

export interface ReturnContext {
  readonly returnId: ReturnId;
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly customer?: string | undefined;
  readonly currency?: string | undefined;
  readonly method: ReturnMethod;
  /** Where the units go; absent: the customer keeps them. */
  readonly to?: LocationId | undefined;
  readonly terms: ReturnTerms;
  readonly requestedAtMs: number;
  readonly changedAtMs: number;
  readonly approvedAtMs?: number | undefined;
  readonly labelAtMs?: number | undefined;
  readonly shippedAtMs?: number | undefined;
  /** When it expires, while something is still to come. */
  readonly dueAtMs: number;
  /** When it is overdue; absent while nobody waits for the customer, and once it is. */
  readonly overdueAtMs?: number | undefined;
  /** Approved, and nothing happened to it for as long as its policy allows. */
  readonly isOverdue?: true | undefined;
  readonly carrier?: CarrierId | undefined;
  readonly tracking?: string | undefined;
  /** Why it was rejected, cancelled or refunded otherwise. */
  readonly reason?: string | undefined;
  /** How it ended, when nothing of it came. */
  readonly ended?: 'rejected' | 'cancelled' | 'expired' | undefined;
  readonly lines: readonly ReturnLine[];
  /** The order that the customer gets instead, and whether all it waited for has happened. */
  readonly exchange?: { readonly orderId: OrderId; readonly released: boolean } | undefined;
  /** Refunds that became due beyond what the policy gives. */
  readonly extraMinor: number;
  /** What was told as due to the customer, and back from the customer, and in how many memos. */
  readonly creditedMinor: number;
  readonly debitedMinor: number;
  readonly memos: number;
}

/** A return as queries and snapshots show it. */
export interface ReturnView extends ReturnContext {
  readonly state: ReturnState;
}

/** What a return begins with. */
export interface ReturnInput {
  readonly returnId: ReturnId;
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly customer: string | undefined;
  readonly currency: string | undefined;
  readonly method: ReturnMethod;
  readonly to: LocationId | undefined;
  readonly terms: ReturnTerms;
  /** The order of an exchange. */
  readonly exchange?: OrderId | undefined;
  readonly lines: readonly Pick<
    ReturnLine,
    'orderLineId' | 'sku' | 'quantity' | 'unitPriceMinor' | 'reason' | 'note' | 'isCharged'
  >[];
  readonly atMs: number;
}

/** Units that came; `damaged` of them are not for sale. */
interface Came extends NamedLots {
  readonly quantity: number;
  readonly damaged?: number | undefined;
}
export interface ReceivedUnits extends Came {
  readonly lineId: LineId;
}
export interface UnexpectedUnits extends Came {
  readonly sku: Sku;
}
export interface InspectedUnits extends NamedLots {
  readonly lineId: LineId;
  readonly quantity: number;
  readonly grade?: Grade | undefined;
  readonly disposition?: Disposition | undefined;
  readonly damaged?: boolean | undefined;
  readonly refund?: boolean | undefined;
}

interface At {
  /** The turn's time. */
  readonly atMs: number;
}
interface Parcel {
  readonly carrier: CarrierId | undefined;
  readonly tracking: string | undefined;
}

export type ReturnMessage =
  /** It has begun: tell of it. */
  | ({ readonly type: 'return.open' } & At)
  | ({ readonly type: 'return.approve'; readonly to: LocationId | undefined } & At)
  | ({ readonly type: 'return.reject'; readonly reason: string } & At)
  | ({ readonly type: 'return.label' } & Parcel & At)
  | ({ readonly type: 'return.ship' } & Parcel & At)
  | ({
      readonly type: 'return.receive';
      readonly location: LocationId;
      readonly units: readonly ReceivedUnits[];
      readonly unexpected: readonly UnexpectedUnits[];
    } & At)
  | ({
      readonly type: 'return.inspect';
      readonly location: LocationId;
      readonly units: readonly InspectedUnits[];
    } & At)
  | ({ readonly type: 'return.refund'; readonly amountMinor: number; readonly reason: string } & At)
  | ({ readonly type: 'return.cancel'; readonly reason: string } & At)
  /** Nothing happened to it for too long. */
  | ({ readonly type: 'return.overdue' } & At)
  /** Its time is over. */
  | ({ readonly type: 'return.expire' } & At);

/** Units that come into stock, from which field of the command. */
export interface ReturnedUnits extends Came {
  readonly sku: Sku;
  /** Whose units they are; absent: they came unasked. */
  readonly orderLineId?: LineId | undefined;
  /** Where good units go: into quality control, or for sale. */
  readonly bucket: Bucket | undefined;
  readonly field: string;
}

/** Units that leave a bucket: for sale again, or thrown away. */
export interface DisposedUnits extends NamedLots {
  readonly sku: Sku;
  readonly quantity: number;
  readonly bucket: Bucket;
  readonly way: 'put-back' | 'dispose';
  readonly field: string;
}

/** What a return asks for. Carried out at once, in order, by engine/commands/return-stock.ts. */
export type ReturnEffect =
  | { readonly kind: 'publish'; readonly events: readonly ReturnEvent[] }
  | { readonly kind: 'take-in'; readonly location: LocationId; readonly units: readonly ReturnedUnits[] }
  | { readonly kind: 'move'; readonly location: LocationId; readonly units: readonly DisposedUnits[] };

/** What happened to a return. Its lines are those that changed; at the request all. */
interface ReturnChanged {
  readonly kind: 'return.changed';
  readonly returnId: ReturnId;
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly state: ReturnState;
  readonly cause:
    | 'requested' | 'approved' | 'rejected' | 'labelled' | 'shipped' | 'received' | 'inspected' | 'refunded'
    | 'cancelled' | 'overdue' | 'expired';
  /** Where it goes; absent: it is kept. */
  readonly to?: LocationId | undefined;
  /** Where units were received or inspected. */
  readonly location?: LocationId | undefined;
  readonly tracking?: string | undefined;
  readonly reason?: string | undefined;
  /** The order of an exchange. */
  readonly exchange?: OrderId | undefined;
  readonly lines: readonly ReturnLine[];
}

/**
 * Money is due: to the customer (`credit`, a credit memo), or back from the customer (`debit`) where what was
 * refunded before it came does not come. amountMinor = ±(grossMinor + extraMinor − feeMinor), each once.
 */
interface RefundDue {
  readonly kind: 'refund.due';
  readonly returnId: ReturnId;
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly customer?: string | undefined;
  readonly currency?: string | undefined;
  /** The order of an exchange, which is paid for by itself. */
  readonly exchange?: OrderId | undefined;
  /** 1, 2 … of the return: with its id the name of the memo. */
  readonly memo: number;
  readonly type: 'credit' | 'debit';
  readonly amountMinor: number;
  /** What was paid for the units it counts; less than 0 for those it no longer does. */
  readonly grossMinor: number;
  readonly feeMinor: number;
  readonly extraMinor: number;
  readonly lines: readonly { readonly orderLineId: LineId; readonly sku: Sku; readonly units: number }[];
}
export type ReturnEvent = ReturnChanged | RefundDue;

/** The answer to every command on a return: where it stands now. */
export interface ReturnAnswer {
  readonly returnId: ReturnId;
  readonly state: ReturnState;
  /** Where the units go; absent: they are kept, or it is not to come. */
  readonly to?: LocationId | undefined;
  /** Units still to come, and units to be inspected. */
  readonly toCome: number;
  readonly toInspect: number;
  readonly creditedMinor: number;
  readonly debitedMinor: number;
}

/** The returns there were of an order, in the order they were asked for. */
export interface OrderReturns {
  readonly orderId: OrderId;
  readonly returns: readonly ReturnId[];
}
