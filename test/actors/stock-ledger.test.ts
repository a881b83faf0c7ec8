/** The balances of one SKU at one location: tables for each message, and what holds over any life. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { locationId, sku } from '../../actors/ids.ts';
import { quantityMax } from '../../actors/limits.ts';
import { applied, atp, isSound, refusal, unallocated } from '../../actors/stock-ledger.ts';
import type { StockContext, StockMessage } from '../../actors/stock-ledger.ts';
import { stockSteps } from '../../engine/cells.ts';
import { step } from '../../engine/step.ts';

/** Balances as `onHand unavailable allocated buffer`. */
function stock(balances: string): StockContext {
  const [onHand = 0, unavailable = 0, allocated = 0, buffer = 0] = balances.split(' ').map(Number);
  return { sku: sku('S1'), location: locationId('L1'), onHand, unavailable, allocated, buffer };
}

const show = ({ onHand, unavailable, allocated, buffer }: StockContext): string =>
  `${onHand} ${unavailable} ${allocated} ${buffer}`;

describe('units to promise', () => {
  test.each([
    ['10 0 0 0', 10, 10],
    ['10 2 0 0', 8, 8],
    ['10 2 3 0', 5, 5],
    ['10 2 3 4', 1, 5],
    ['10 2 3 5', 0, 5],
    ['10 2 3 50', 0, 5],
    ['0 0 0 0', 0, 0],
  ])('[S1] %s promises %i of %i that are free', (balances, promised, free) => {
    expect(atp(stock(balances))).toBe(promised);
    expect(unallocated(stock(balances))).toBe(free);
  });
});

describe('messages', () => {
  test.each<[string, string, StockMessage, string]>([
    ['S3', '10 0 0 0', { type: 'stock.receive', quantity: 5 }, '15 0 0 0'],
    ['S3', `${quantityMax - 1} 0 0 0`, { type: 'stock.receive', quantity: 1 }, `${quantityMax} 0 0 0`],
    ['S3', `${quantityMax} 0 0 0`, { type: 'stock.receive', quantity: 1 }, 'over-limit'],
    ['S3', '10 0 0 0', { type: 'stock.adjust', delta: -10 }, '0 0 0 0'],
    ['S3', '10 0 0 0', { type: 'stock.adjust', delta: -11 }, 'not-enough'],
    ['S3', '10 2 3 0', { type: 'stock.adjust', delta: -5 }, '5 2 3 0'],
    ['S3', '10 2 3 0', { type: 'stock.adjust', delta: -6 }, 'not-enough'],
    ['S3', '10 0 0 0', { type: 'stock.adjust', delta: quantityMax }, 'over-limit'],
    ['S3', '10 2 3 0', { type: 'stock.count', onHand: 5 }, '5 2 3 0'],
    ['S3', '10 2 3 0', { type: 'stock.count', onHand: 4 }, 'not-enough'],
    ['S3', '10 0 0 0', { type: 'stock.count', onHand: 0 }, '0 0 0 0'],
    ['S4', '10 2 3 4', { type: 'stock.allocate', quantity: 1 }, '10 2 4 4'],
    ['S4', '10 2 3 4', { type: 'stock.allocate', quantity: 2 }, 'out-of-stock'],
    ['S4', '10 0 0 99', { type: 'stock.allocate', quantity: 1 }, 'out-of-stock'],
    ['S5', '10 2 3 4', { type: 'stock.deallocate', quantity: 3 }, '10 2 0 4'],
    ['S5', '10 2 3 4', { type: 'stock.deallocate', quantity: 4 }, 'not-enough'],
    ['S5', '10 2 3 4', { type: 'stock.ship', quantity: 3 }, '7 2 0 4'],
    ['S5', '10 2 3 4', { type: 'stock.ship', quantity: 4 }, 'not-enough'],
    ['S5', '10 2 3 4', { type: 'stock.short', quantity: 2 }, '8 2 1 4'],
    ['S5', '10 2 3 4', { type: 'stock.short', quantity: 4 }, 'not-enough'],
    ['S6', '10 2 3 4', { type: 'stock.set-aside', quantity: 5 }, '10 7 3 4'],
    ['S6', '10 2 3 4', { type: 'stock.set-aside', quantity: 6 }, 'not-enough'],
    ['S6', '10 2 3 4', { type: 'stock.put-back', quantity: 2 }, '10 0 3 4'],
    ['S6', '10 2 3 4', { type: 'stock.put-back', quantity: 3 }, 'not-enough'],
    ['S7', '10 2 3 4', { type: 'stock.buffer', buffer: 0 }, '10 2 3 0'],
    ['S7', '10 2 3 4', { type: 'stock.buffer', buffer: 500 }, '10 2 3 500'],
  ])('[%s] %s told %o stands at %s', (_, before, message, after) => {
    const reason = refusal(stock(before), message);
    expect(reason?.code ?? show(applied(stock(before), message))).toBe(after);
  });

  it('[S12] refuses with the balances in words, and stays as it is', () => {
    const before = { value: 'open', context: stock('10 2 3 4') };
    expect(step(stockSteps, before, { type: 'stock.ship', quantity: 4 }, [])).toBeUndefined();
    expect(refusal(before.context, { type: 'stock.ship', quantity: 4 })).toEqual({
      code: 'not-enough',
      retryable: false,
      detail: 'S1 at L1 has 10 on hand, 2 set aside and 3 allocated',
    });
    expect(refusal(before.context, { type: 'stock.allocate', quantity: 9 })?.detail).toBe('S1 at L1 has 1 to promise');
  });
});

const quantity = fc.integer({ min: 1, max: 40 });
const messages: fc.Arbitrary<StockMessage> = fc.oneof(
  ...(['receive', 'set-aside', 'put-back', 'allocate', 'deallocate', 'ship', 'short'] as const).map((verb) =>
    quantity.map((units): StockMessage => ({ type: `stock.${verb}`, quantity: units })),
  ),
  fc.integer({ min: -40, max: 40 }).map((delta): StockMessage => ({ type: 'stock.adjust', delta })),
  fc.nat(80).map((onHand): StockMessage => ({ type: 'stock.count', onHand })),
  fc.nat(30).map((buffer): StockMessage => ({ type: 'stock.buffer', buffer })),
);

/** How a message moves on hand, told without looking at the ledger. */
function movement(before: StockContext, message: StockMessage): number {
  switch (message.type) {
    case 'stock.receive':
      return message.quantity;
    case 'stock.adjust':
      return message.delta;
    case 'stock.count':
      return message.onHand - before.onHand;
    case 'stock.ship':
    case 'stock.short':
      return -message.quantity;
    default:
      return 0;
  }
}

describe('any life', () => {
  it('[I1] [S2] stays sound, and [I2] [S3] the movements taken sum to the balance', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 60 }), (life) => {
        let now = stockSteps.begin({ sku: sku('S1'), location: locationId('L1') }, []);
        let sum = 0;
        for (const message of life) {
          const after = step(stockSteps, now, message, []);
          expect(after === undefined).toBe(refusal(now.context, message) !== undefined);
          if (after === undefined) continue;
          sum += movement(now.context, message);
          now = after;
          expect(isSound(now.context)).toBe(true);
          expect(atp(now.context)).toBeGreaterThanOrEqual(0);
        }
        expect(now.context.onHand).toBe(sum);
      }),
      { numRuns: 500 },
    );
  });

  it('[S4] is never promised twice: what is allocated is there and free', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 60 }), (life) => {
        let now = stockSteps.begin({ sku: sku('S1'), location: locationId('L1') }, []);
        for (const message of life) {
          const promised = atp(now.context);
          const after = step(stockSteps, now, message, []);
          if (message.type === 'stock.allocate') expect(after === undefined).toBe(message.quantity > promised);
          now = after ?? now;
        }
      }),
      { numRuns: 300 },
    );
  });
});
