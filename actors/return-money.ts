/**
 * What a return is worth: pure. The refund that is due is a function of where its units stand, so each change
 * tells the difference to what was told before, and nothing can be told twice.
 */
import type { ReturnContext, ReturnEvent, ReturnLine } from './return-context.ts';
import { disposedUnits } from './return-units.ts';

/** Per cent of an amount, rounded down; exact where the amount is a safe integer. */
function percentOf(amountMinor: number, percent: number): number {
  const hundreds = Math.floor(amountMinor / 100);
  return hundreds * percent + Math.floor(((amountMinor % 100) * percent) / 100);
}

/** Units of a line for which the refund is due by now (rule RT12). */
export function refundedUnits({ terms, approvedAtMs, shippedAtMs }: ReturnContext, line: ReturnLine): number {
  if (line.orderLineId === undefined) return 0;
  const { quantity, closed, kept, received, declined } = line;
  const coming = quantity - closed - kept;
  switch (terms.refundOn) {
    case 'request':
      return kept - declined + (approvedAtMs === undefined ? 0 : coming);
    case 'first-scan':
      return kept - declined + (shippedAtMs === undefined ? received : coming);
    case 'receipt':
      return kept - declined + received;
    case 'inspection':
      return kept - declined + disposedUnits(line);
  }
}

interface Worth {
  readonly grossMinor: number;
  /** What is due in all: never more than was paid for the units that were not closed. */
  readonly dueMinor: number;
  /** What was paid for the units that were not closed. */
  readonly paidMinor: number;
}

export function worthOf(context: ReturnContext): Worth {
  const { terms, lines, extraMinor } = context;
  let [gross, charged, paid] = [0, 0, 0];
  for (const line of lines) {
    const amount = line.unitPriceMinor * refundedUnits(context, line);
    gross += amount;
    // What is kept is not put back on any shelf.
    if (line.isCharged && line.kept === 0) charged += amount;
    if (line.orderLineId !== undefined) paid += line.unitPriceMinor * (line.quantity - line.closed);
  }
  const fee = charged === 0 ? 0 : Math.min(charged, percentOf(charged, terms.feePercent) + terms.feeMinor);
  return { grossMinor: gross, dueMinor: Math.min(gross - fee + extraMinor, paid), paidMinor: paid };
}

/** The return with what is due told, and the memo that tells it; the same return when nothing is. */
export function settled(before: ReturnContext, after: ReturnContext): { context: ReturnContext; memo?: ReturnEvent } {
  const was = worthOf(before);
  const is = worthOf(after);
  const amount = is.dueMinor - (after.creditedMinor - after.debitedMinor);
  if (amount === 0) return { context: after };
  const { returnId, orderId, channel, customer, currency } = after;
  const exchange = after.exchange?.orderId;
  const type = amount > 0 ? 'credit' : 'debit';
  const grossMinor = is.grossMinor - was.grossMinor;
  const extraMinor = after.extraMinor - before.extraMinor;
  const lines = after.lines.flatMap((line, index) => {
    const { orderLineId, sku } = line;
    const earlier = before.lines[index];
    const units = refundedUnits(after, line) - (earlier === undefined ? 0 : refundedUnits(before, earlier));
    return orderLineId === undefined || units === 0 ? [] : [{ orderLineId, sku, units }];
  });
  const context = {
    ...after,
    creditedMinor: after.creditedMinor + Math.max(amount, 0),
    debitedMinor: after.debitedMinor + Math.max(-amount, 0),
    memos: after.memos + 1,
  };
  const sums = { amountMinor: Math.abs(amount), grossMinor, feeMinor: grossMinor + extraMinor - amount, extraMinor };
  const head = { kind: 'refund.due', returnId, orderId, channel, customer, currency, exchange } as const;
  return { context, memo: { ...head, memo: context.memos, type, ...sums, lines } };
}
