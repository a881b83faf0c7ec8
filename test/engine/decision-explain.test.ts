/** Every decision can be shown: as it was recorded, and as the order would be decided now. */
import { expect, it } from 'vitest';
import { Shop } from './shop.ts';

it('[Z16] by a plan: the version, which rule removed what, the terms of each price, the margin; also after a restart', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5, 'B/S1': 5, 'C/S1': 5 });
  const rules = [
    { id: 'not-a', exclude: 'location', when: 'location.id == "A"' },
    { id: 'labour', cost: 50 },
    { id: 'scarce', cost: 7, per: 'unit' },
  ];
  await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules } as never, reason: 'r' });
  await shop.ok('plan.validate', { planId: 'p', version: 1 });
  await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'r' });
  await shop.place('o1', { S1: 2 });
  const is = shop.ask('decision.explain', { orderId: 'o1' });
  expect(is?.recorded?.decision).toMatchObject({
    attempt: 1, choices: [{ location: 'B', units: 2 }], ruled: { planId: 'p', version: 1 }, removed: [{ location: 'A', rule: 'not-a' }],
  });
  const [b, c] = is?.now.candidates ?? [];
  expect([b?.location, b?.units, b?.unitMinor]).toEqual(['B', 2, [7]]);
  expect(b?.parcelMinor).toBe((b?.costMinor ?? 0) + 50);
  expect(is?.now).toMatchObject({
    removed: [{ location: 'A', reason: 'rule', rule: 'not-a' }],
    scoreMinor: (b?.parcelMinor ?? 0) + 14, nextMinor: (c?.parcelMinor ?? 0) + 14, marginMinor: (c?.parcelMinor ?? 0) - (b?.parcelMinor ?? 0),
  });
  expect(is?.text).toContain('  A is out: rule not-a');
  expect(is?.text[0]).toMatch(/^Decided at position \d+ by plan p, version 1: 1 of 2 candidates, 0 units without a place\.$/);
  await shop.ok('plan.withdraw', { reason: 'r' });
  const again = await shop.restart();
  const later = again.ask('decision.explain', { orderId: 'o1' });
  expect(later?.recorded).toEqual(is?.recorded);
  expect(later?.now.fulfillments[0]?.location).toBe('A');
});

it('[Z16] without a plan, of a later attempt, and of what does not exist', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
  await shop.receive({ 'B/S1': 1 });
  await shop.settle();
  expect(shop.ask('decision.explain', { orderId: 'o1' })?.recorded?.decision).toMatchObject({ short: 1, choices: [{ location: 'A' }] });
  expect(shop.ask('decision.explain', { orderId: 'o1', attempt: 2 })?.recorded?.decision.choices).toMatchObject([{ location: 'B' }]);
  const none = shop.ask('decision.explain', { orderId: 'o1', attempt: 9 });
  expect([none?.recorded, none?.text[0]]).toEqual([undefined, 'The decision is not in the journal any more.']);
  expect(shop.ask('decision.explain', { orderId: 'nobody' })).toBeNull();
});
