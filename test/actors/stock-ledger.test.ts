/** The balances of one SKU at one location: tables for each message, and what holds over any life. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { locationId, sku } from '../../actors/ids.ts';
import { quantityMax } from '../../actors/limits.ts';
import { applied, atp, free, isSound, refusal } from '../../actors/stock-ledger.ts';
import type { StockContext, StockMessage } from '../../actors/stock-ledger.ts';
import { moveCode, moveFor, moveOf, onHandChange, undone } from '../../actors/stock-movements.ts';
import { buckets, type StockLevels } from '../../actors/vocabulary.ts';
import { stockSteps } from '../../engine/cells.ts';
import { step } from '../../engine/step.ts';

/** Balances as `onHand held allocated buffer reserved`. */
function stock(balances: string): StockContext {
  const [onHand = 0, held = 0, allocated = 0, buffer = 0, reserved = 0] = balances.split(' ').map(Number);
  return { sku: sku('S1'), location: locationId('L1'), onHand, damaged: 0, quality: 0, held, reserved, allocated, buffer };
}

const show = ({ onHand, held, allocated, buffer, reserved }: StockContext): string =>
  [onHand, held, allocated, buffer, ...(reserved > 0 ? [reserved] : [])].join(' ');

describe('units to promise', () => {
  test.each([
    ['10 0 0 0', 10, 10],
    ['10 2 0 0', 8, 8],
    ['10 2 3 0', 5, 5],
    ['10 2 3 4', 1, 5],
    ['10 2 3 5', 0, 5],
    ['10 2 3 50', 0, 5],
    ['0 0 0 0', 0, 0],
  ])('[S1] %s promises %i of %i that are free', (balances, promised, unspoken) => {
    expect(atp(stock(balances))).toBe(promised);
    expect(free(stock(balances))).toBe(unspoken);
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
    ['S6', '10 2 3 4', { type: 'stock.set-aside', bucket: 'held', quantity: 5 }, '10 7 3 4'],
    ['S6', '10 2 3 4', { type: 'stock.set-aside', bucket: 'held', quantity: 6 }, 'not-enough'],
    ['S6', '10 2 3 4', { type: 'stock.put-back', bucket: 'held', quantity: 2 }, '10 0 3 4'],
    ['S6', '10 2 3 4', { type: 'stock.put-back', bucket: 'held', quantity: 3 }, 'not-enough'],
    ['S6', '10 2 3 4', { type: 'stock.dispose', bucket: 'held', quantity: 2 }, '8 0 3 4'],
    ['S6', '10 2 3 4', { type: 'stock.dispose', bucket: 'damaged', quantity: 1 }, 'not-enough'],
    ['S3', '10 2 3 4', { type: 'stock.return', bucket: undefined, quantity: 2 }, '12 2 3 4'],
    ['S3', '10 2 3 4', { type: 'stock.return', bucket: 'held', quantity: 2 }, '12 4 3 4'],
    ['S15', '10 2 3 4', { type: 'stock.reserve', quantity: 1 }, '10 2 3 4 1'],
    ['S15', '10 2 3 4', { type: 'stock.reserve', quantity: 2 }, 'out-of-stock'],
    ['S15', '10 2 3 4 1', { type: 'stock.unreserve', quantity: 1 }, '10 2 3 4'],
    ['S15', '10 2 3 4 1', { type: 'stock.unreserve', quantity: 2 }, 'not-enough'],
    ['S15', '10 2 3 4 1', { type: 'stock.commit', quantity: 1 }, '10 2 4 4'],
    ['S15', '10 2 3 4 1', { type: 'stock.commit', quantity: 2 }, 'not-enough'],
    ['S15', '10 2 3 0 5', { type: 'stock.allocate', quantity: 1 }, 'out-of-stock'],
    ['S16', '10 2 3 4', { type: 'stock.transfer-out', quantity: 5 }, '5 2 3 4'],
    ['S16', '10 2 3 4', { type: 'stock.transfer-out', quantity: 6 }, 'not-enough'],
    ['S16', '10 2 3 4', { type: 'stock.transfer-in', bucket: 'held', quantity: 1 }, '11 3 3 4'],
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
      detail:
        'S1 at L1 has 10 on hand, 2 set aside (0 damaged, 0 in quality control, 2 held), 0 reserved and 3 allocated',
    });
    expect(refusal(before.context, { type: 'stock.allocate', quantity: 9 })?.detail).toBe('S1 at L1 has 1 to promise');
  });
});

const quantity = fc.integer({ min: 1, max: 40 });
const messages: fc.Arbitrary<StockMessage> = fc.oneof(
  ...(['receive', 'allocate', 'deallocate', 'reserve', 'unreserve', 'commit', 'ship', 'short', 'transfer-out'] as const).map(
    (verb) => quantity.map((units): StockMessage => ({ type: `stock.${verb}`, quantity: units })),
  ),
  ...(['set-aside', 'put-back', 'dispose', 'return', 'transfer-in'] as const).map((verb) =>
    fc.tuple(quantity, fc.constantFrom(...buckets)).map(
      ([units, bucket]): StockMessage => ({ type: `stock.${verb}`, quantity: units, bucket }),
    ),
  ),
  fc.integer({ min: -40, max: 40 }).map((delta): StockMessage => ({ type: 'stock.adjust', delta })),
  fc.nat(80).map((onHand): StockMessage => ({ type: 'stock.count', onHand })),
  fc.nat(30).map((buffer): StockMessage => ({ type: 'stock.buffer', buffer })),
);

const stockLevels = ({ sku: _sku, location: _location, ...levels }: StockContext): StockLevels => levels;

/** How a message moves on hand, told without looking at the ledger. */
function movement(before: StockContext, message: StockMessage): number {
  switch (message.type) {
    case 'stock.receive':
    case 'stock.return':
    case 'stock.transfer-in':
      return message.quantity;
    case 'stock.dispose':
    case 'stock.transfer-out':
      return -message.quantity;
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
  it('[I1] [S2] stays sound, and [I2] [S3] [S17] the movements taken sum to the balance and lead back to each one before', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 60 }), (life) => {
        let now = stockSteps.begin({ sku: sku('S1'), location: locationId('L1') }, []);
        let sum = 0;
        for (const message of life) {
          const after = step(stockSteps, now, message, []);
          expect(after === undefined).toBe(refusal(now.context, message) !== undefined);
          if (after === undefined) continue;
          const move = moveFor(now.context, message);
          sum += movement(now.context, message);
          expect(onHandChange(move)).toBe(movement(now.context, message));
          const { sku: _sku, location: _location, ...before } = now.context;
          expect(undone(stockLevels(after.context), moveOf(moveCode(move), move.units)!)).toEqual(before);
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
