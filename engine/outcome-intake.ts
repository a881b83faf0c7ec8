/** Answers to queries on what was taken in with orders, a part of those in outcome.ts. */
import type { Mapping, OrderDetails, StandingIntake } from '../actors/intake.ts';
import type { PaymentView } from '../actors/payments.ts';
import type { OrderView } from '../actors/vocabulary.ts';

export interface IntakeAnswers {
  'order.find': OrderView | null;
  'order.details': OrderDetails | null;
  'mapping.get': Readonly<Record<string, Mapping>>;
  'payment.get': PaymentView | null;
  'intake-policy.get': StandingIntake;
}
