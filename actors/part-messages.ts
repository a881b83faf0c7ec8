/** What an order is told about one of its parts. Composed in order-context.ts. */
import type { CarrierId, FulfillmentId, HoldId, LineId } from './ids.ts';
import type { CancelRequest } from './order-cancels.ts';
import type { Hold } from './order-holds.ts';
import type { LineLot, LineUnits, OrderLine } from './vocabulary.ts';

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

export type PartMessage =
  /** What keeps it from being picked is set, was lifted, or has ended by itself. */
  | ({ readonly type: 'fulfillment.hold'; readonly fulfillmentId: FulfillmentId; readonly hold: Hold } & At)
  | ({
      readonly type: 'fulfillment.unhold';
      readonly fulfillmentId: FulfillmentId;
      readonly holdIds: readonly HoldId[];
      readonly ended: boolean;
    } & At)
  | ({
      readonly type: 'fulfillment.pick';
      readonly fulfillmentId: FulfillmentId;
      /** What to take, of tracked SKUs. */
      readonly lots?: readonly LineLot[] | undefined;
    } & At)
  /** Picking was given up before a unit was taken: it may be picked by another, moved or cancelled again. */
  | ({ readonly type: 'fulfillment.unpick'; readonly fulfillmentId: FulfillmentId } & At)
  | ({
      readonly type: 'fulfillment.short';
      readonly fulfillmentId: FulfillmentId;
      readonly lines: readonly LineUnits[];
      readonly reason: string;
      /** Which units those are, of tracked SKUs. */
      readonly lots?: readonly LineLot[] | undefined;
    } & At)
  /** Units of a line that is being picked are replaced by those of a new one. */
  | ({
      readonly type: 'fulfillment.substitute';
      readonly fulfillmentId: FulfillmentId;
      readonly lineId: LineId;
      readonly line: OrderLine;
      readonly by: string;
      readonly reason: string;
    } & At)
  | ({
      readonly type: 'fulfillment.ship';
      readonly fulfillmentId: FulfillmentId;
      readonly carrier: CarrierId | undefined;
      readonly tracking: string | undefined;
      readonly lots?: readonly LineLot[] | undefined;
    } & At)
  /** Units of parts that nobody picks, and that one location sends, leave in a part of their own. */
  | ({
      readonly type: 'fulfillment.regroup';
      readonly how: 'split' | 'merge';
      readonly takings: readonly { readonly fulfillmentId: FulfillmentId; readonly units: readonly LineUnits[] }[];
      readonly lines: readonly LineUnits[];
      readonly costMinor: number;
      /** What the parcel takes that something was taken from. */
      readonly leftMinor?: number | undefined;
    } & At)
  /** Its location is asked to give up units of a part. */
  | ({
      readonly type: 'fulfillment.askCancel';
      readonly fulfillmentId: FulfillmentId;
      readonly request: CancelRequest;
    } & At)
  /** It gives them up, or says that it is too late; without `by`, it said nothing in time. */
  | ({
      readonly type: 'fulfillment.answerCancel';
      readonly fulfillmentId: FulfillmentId;
      readonly isAccepted: boolean;
      readonly by: string | undefined;
      readonly reason: string | undefined;
      /** What that costs, where the policy of its channel says. */
      readonly feeMinor?: number | undefined;
    } & At)
  | ({ readonly type: 'fulfillment.deliver'; readonly fulfillmentId: FulfillmentId } & At);
