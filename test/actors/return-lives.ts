/** Returns for tests of the machine, and random lives of one from dice. */
import { channelId, lineId, locationId, orderId, returnId, sku } from '../../actors/ids.ts';
import type { ReturnContext, ReturnInput, ReturnMessage } from '../../actors/return-context.ts';
import { policyDefaults, termsOf } from '../../actors/return-policy.ts';
import { dispositions, refundTriggers, type RefundTrigger } from '../../actors/return-words.ts';
import type { Snapshot } from '../../engine/step.ts';
import type { Dice } from './random-lives.ts';

export const at = 1_000_000;
export type Return = Snapshot<ReturnContext>;

/** A return of so many units of each line, at 10.00 each. */
export function asked(quantities: readonly number[], more: Partial<ReturnInput> = {}, refundOn: RefundTrigger = 'receipt'): ReturnInput {
  const lines = quantities.map((quantity, index) => ({
    orderLineId: lineId(String(index + 1)), sku: sku(`S${index + 1}`), quantity, unitPriceMinor: 1_000, reason: 'size' as const, note: undefined, isCharged: true,
  }));
  const named = { returnId: returnId('r1'), orderId: orderId('o1'), channel: channelId('web'), customer: undefined, currency: undefined };
  const terms = { ...termsOf(policyDefaults), refundOn };
  return { ...named, method: 'parcel', to: locationId('A'), terms, lines, atMs: at, ...more };
}

/** Something an engine might tell this return now. It need not be taken. */
export function randomReturnMessage({ context }: Return, dice: Dice, atMs: number): ReturnMessage {
  const places = ['A', 'B'] as const;
  const location = locationId(places[dice.upTo(1)]!);
  const lines = context.lines.filter(() => dice.upTo(2) > 0);
  switch (dice.upTo(11)) {
    case 0:
      return { type: 'return.open', atMs };
    case 1:
      return { type: 'return.approve', to: dice.upTo(1) === 0 ? undefined : location, atMs };
    case 2:
      return dice.upTo(3) === 0 ? { type: 'return.reject', reason: 'dice', atMs } : { type: 'return.label', carrier: undefined, tracking: 'T', atMs };
    case 3:
      return { type: 'return.ship', carrier: undefined, tracking: undefined, atMs };
    case 4:
    case 5:
    case 6: {
      const units = lines.map((line) => ({ lineId: line.lineId, quantity: 1 + dice.upTo(2), damaged: dice.upTo(1) }));
      const unexpected = dice.upTo(5) === 0 ? [{ sku: sku('X'), quantity: 2, damaged: 1 }] : [];
      return { type: 'return.receive', location, units, unexpected, atMs };
    }
    case 7:
    case 8:
    case 9: {
      const units = lines.map((line) => ({
        lineId: line.lineId, quantity: 1 + dice.upTo(1), damaged: dice.upTo(1) === 0, refund: dice.upTo(3) > 0, disposition: dispositions[dice.upTo(dispositions.length - 1)]!,
      }));
      return { type: 'return.inspect', location, units, atMs };
    }
    case 10:
      return { type: 'return.refund', amountMinor: 1 + dice.upTo(999), reason: 'dice', atMs };
    default:
      return dice.upTo(2) === 0 ? { type: 'return.cancel', reason: 'dice', atMs } : { type: 'return.expire', atMs };
  }
}

export const triggers = refundTriggers;
