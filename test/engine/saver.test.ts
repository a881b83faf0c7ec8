/** Rows saved behind the journal: in order by key, whatever the number, and all of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RowBytes } from '../../engine/rows.ts';
import { merged } from '../../engine/saver.ts';
import { Shop } from './shop.ts';

const keys = ([key]: RowBytes): string => key;

it('sorted runs are written as one, in order, each row once', () => {
  const key = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 60 }), fc.integer({ min: 1, max: 16 }), (all, count) => {
      const runs = Array.from({ length: count }, (_, run) => all.filter((_key, index) => index % count === run).sort().map((one): RowBytes => [one, null]));
      expect([...merged(runs)].map(keys)).toEqual(all.toSorted());
    }),
    { numRuns: 500 },
  );
});

it('[E11] more rows than are put in order at a time are all saved: after a crash nothing is missing', async () => {
  const shop = await Shop.open();
  const names = Array.from({ length: 20_000 }, (_, index) => `SKU-${index}`);
  for (let from = 0; from < names.length; from += 1_000) {
    const some = names.slice(from, from + 1_000);
    await shop.ok('stock.receive', { entries: some.map((sku, index) => ({ sku, location: 'A', quantity: 1 + ((from + index) % 7) })) });
  }
  const { claim } = shop;
  for (let turn = 0; turn < 40 && claim.savedAt < claim.tail; turn += 1) await shop.pass(1_000);
  expect(claim.savedAt).toBe(claim.tail);
  const again = await shop.restart();
  const units = names.map((sku) => again.stock(`A/${sku}`));
  expect(units).toEqual(names.map((_, index) => `${1 + (index % 7)} 0 0 0`));
});
