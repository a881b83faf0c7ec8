/** Commands on payments, sent by whoever talks to the payment service. Composed in commands.ts. */
import { Type } from 'typebox';
import { moneyMinorMax } from './limits.ts';
import { exact, name, OrderIdSchema, Reason, ReturnIdSchema, text, TimeMsSchema } from './schemas.ts';

export const PaymentIdSchema = name('Payment id, unique within its order');
const Amount = Type.Integer({ minimum: 1, maximum: moneyMinorMax, description: 'Minor units of the order’s currency' });
const ref = { orderId: OrderIdSchema, paymentId: PaymentIdSchema };

/** None of them holds anything of a card: texts with a card's number in them are refused. */
export const paymentCommands = {
  /** So much may be taken for an order, until it expires if that is said. */
  'payment.authorise': Type.Object(
    {
      ...ref,
      amountMinor: Amount,
      currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
      /** In the past, or over a year ahead, it is refused. */
      expiresAtMs: Type.Optional(TimeMsSchema),
      /** How it is paid, for people: `card`, `invoice`. */
      method: Type.Optional(text(40, 'How it is paid')),
      reference: Type.Optional(text(128, 'What the payment service calls it')),
    },
    exact,
  ),
  /** So much of what may be taken was taken. */
  'payment.capture': Type.Object({ ...ref, amountMinor: Amount }, exact),
  /**
   * It was declined, or what was authorised is no more: nothing further can be taken. With `refund`: so much was to be
   * given back of it, and the payment service did not.
   */
  'payment.fail': Type.Object(
    {
      ...ref,
      refund: Type.Optional(Type.Object({ amountMinor: Amount, returnId: Type.Optional(ReturnIdSchema) }, exact)),
      reason: Reason,
    },
    exact,
  ),
  /** What was not taken will not be. */
  'payment.void': Type.Object({ ...ref, reason: Reason }, exact),
  /** So much was given back: never more than was taken, nor, for a return, than is due for it. */
  'payment.refund': Type.Object(
    { ...ref, amountMinor: Amount, returnId: Type.Optional(ReturnIdSchema), reason: Reason },
    exact,
  ),
} as const;
