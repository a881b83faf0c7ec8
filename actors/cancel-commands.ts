/** Commands about cancellations that a location is asked for. Composed in commands.ts. */
import { Type } from 'typebox';
import { delayMsMax, orderLinesMax } from './limits.ts';
import { exact, FulfillmentIdSchema, LineIdSchema, OrderIdSchema, QuantitySchema, Reason } from './schemas.ts';

const FulfillmentRef = { orderId: OrderIdSchema, fulfillmentId: FulfillmentIdSchema };
const LineUnits = Type.Object({ lineId: LineIdSchema, quantity: QuantitySchema }, exact);

export const cancelCommands = {
  /**
   * Ask a location to give up units that it was told to pick, and may be picking: it accepts or rejects. Until then it
   * goes on. What nobody picks yet can be cancelled without asking (`order.cancel`).
   */
  'fulfillment.requestCancel': Type.Object(
    {
      ...FulfillmentRef,
      reason: Reason,
      /** Absent: all of the part. Of kits whole ones. */
      lines: Type.Optional(Type.Array(LineUnits, { minItems: 1, maxItems: orderLinesMax })),
      /** How long it has to answer. Default: an hour. */
      answerWithinMs: Type.Optional(Type.Integer({ minimum: 1, maximum: delayMsMax })),
      /** What it has said when it says nothing. Default: `reject`. */
      silence: Type.Optional(Type.Union([Type.Literal('accept'), Type.Literal('reject')])),
    },
    exact,
  ),
  /** A location gives up what it was asked for: the units are cancelled, and are stock again. */
  'fulfillment.acceptCancel': Type.Object({ ...FulfillmentRef, reason: Type.Optional(Reason) }, exact),
  /** It is too late: the parcel goes on, and the order has a case that somebody owns. */
  'fulfillment.rejectCancel': Type.Object({ ...FulfillmentRef, reason: Reason }, exact),
} as const;
