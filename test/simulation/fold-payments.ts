/** What a subscriber knows of payments who saw every event: what was authorised, taken, given back and asked for. */
import type { PaymentEvent } from '../../actors/payments.ts';
import { expect } from './actions.ts';
import { sumsOf } from './shadow/payments.ts';
import type { Shadow } from './shadow/state.ts';

interface Sums {
  readonly captured: number;
  readonly refunded: number;
  readonly wanted: number;
}

const none: Sums = { captured: 0, refunded: 0, wanted: 0 };

export class PaymentFold {
  readonly #orders = new Map<string, Sums>();

  take(event: PaymentEvent): void {
    const sums = this.#orders.get(event.orderId) ?? none;
    const more = (field: keyof Sums, minor: number): void => void this.#orders.set(event.orderId, { ...sums, [field]: sums[field] + minor });
    if (event.kind === 'capture.wanted') more('wanted', event.amountMinor);
    else if (event.kind === 'payment.changed' && (event.cause === 'captured' || event.cause === 'refunded')) more(event.cause, event.amountMinor);
  }

  check({ intake }: Shadow): void {
    for (const [id, doc] of intake.payments) {
      const { capturedMinor: captured, refundedMinor: refunded } = sumsOf(doc, 0);
      const is = { captured, refunded, wanted: doc.wanted.reduce((sum, minor) => sum + minor, 0) };
      const told = this.#orders.get(id) ?? none;
      expect(JSON.stringify(is) === JSON.stringify(told), () => `the events told ${JSON.stringify(told)} of the payments of ${id}, they are ${JSON.stringify(is)}`);
    }
  }
}
