/** Names: what they may hold, and that nothing else becomes one. */
import { describe, expect, it, test } from 'vitest';
import * as ids from '../../actors/ids.ts';

const names = [ids.commandId, ids.orderId, ids.sku, ids.lineId];
const places = [ids.locationId, ids.carrierId, ids.channelId, ids.fulfillmentId];

describe('names', () => {
  test.each(['A', '85123A', 'a b', '#1/2-3:4', '~', '__proto__', 'x'.repeat(64)])('[O23] %j is a name', (text) => {
    for (const make of names) expect(make(text)).toBe(text);
  });

  test.each(['', ' ', ' a', 'a ', 'x'.repeat(65), 'é', 'a\tb', 'a\nb', 'a\u0000', '\ud800', '😀', 'a\u007f'])(
    '[O23] %j is none, and the error says what it is not',
    (text) => {
      for (const make of names) expect(() => make(text)).toThrow(/^not a (command id|order id|SKU|line id): /);
    },
  );

  test.each(['A', 'warehouse-1', '3pl.de_2', 'x'.repeat(32), '0'])('[O23] %j is a place', (text) => {
    for (const make of places) expect(make(text)).toBe(text);
  });

  test.each(['', '-a', '.a', '_a', 'a/b', 'a b', 'x'.repeat(33), '__proto__', 'é', 'a\n'])('[O23] %j is no place', (text) => {
    for (const make of places) expect(() => make(text)).toThrow(RangeError);
  });

  it('[O23] the error of a long text shows its beginning only', () => {
    expect(() => ids.sku('x'.repeat(1_000_000))).toThrow(/^.{80,120}$/);
  });
});
