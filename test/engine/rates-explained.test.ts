/** Decisions under rate cards: the versions they went by, and what money off would have changed. */
import { expect, it } from 'vitest';
import { Shop } from './shop.ts';

const london = { country: 'GB', latitude: 51.5, longitude: -0.12 } as const;
const card = (version: number, near: readonly number[], more: object = {}) => ({
  carrier: 'post', service: 'standard', version, currency: 'GBP', breaks: [1_000, 5_000],
  zones: [{ zone: 'near', minor: near }, { zone: 'far', minor: [500, 1_500] }],
  bands: [{ upToKm: 60, zone: 'near' }, { upToKm: 1_000, zone: 'far' }], ...more,
});

async function shopWithCard(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('item.put', { item: { sku: 'S1', grams: 3_000 } });
  await shop.ok('rates.put', { card: card(7, [300, 700]) as never });
  await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
  return shop;
}

const explained = (shop: Shop, orderId: string) => {
  const said = shop.ask('decision.explain', { orderId });
  if (said?.recomputed === undefined || 'unknown' in said.recomputed) throw new Error('not made again');
  return { ...said, recomputed: said.recomputed };
};

it('[Z84] the version of the card is named, told, and the same when the decision is made again, whatever holds since', async () => {
  const shop = await shopWithCard();
  await shop.place('o1', { S1: 1 }, { destination: london });
  await shop.ok('rates.put', { card: card(8, [100, 200]) as never });
  await shop.place('o2', { S1: 1 }, { destination: london });
  await shop.ok('rates.remove', { carrier: 'post', service: 'standard', version: 7 } as never);
  await shop.ok('rates.remove', { carrier: 'post', service: 'standard', version: 8 } as never);
  await shop.place('o3', { S1: 1 }, { destination: london });
  const later = await shop.restart();
  const versions = ['o1', 'o2', 'o3'].map((id) => explained(later, id).recorded?.decision.rates);
  expect(versions).toEqual([[{ carrier: 'post', service: 'standard', version: 7 }], [{ carrier: 'post', service: 'standard', version: 8 }], undefined]);
  for (const id of ['o1', 'o2', 'o3']) expect(explained(later, id).recomputed).toMatchObject({ reproduced: true, differs: [] });
  expect(explained(later, 'o1').text).toContain('  parcels with post standard cost by its rate card, version 7');
});

it('[Z85] so much off what a parcel takes by weight would have led elsewhere: the least that does, without a plan and under one', async () => {
  const shop = await shopWithCard();
  await shop.place('o1', { S1: 1 }, { destination: london });
  const off = (id: string) => explained(shop, id).recomputed.flips.filter(({ change }) => change.kind === 'cheaper');
  // 15.00 from B and 7.00 from A: at 8.00 off they are equal, and the nearer stays.
  expect(off('o1')).toEqual([{ change: { kind: 'cheaper', location: 'B', minor: 801 }, locations: ['B'], short: 0 }]);
  await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules: [{ id: 'a', cost: 'location.id == "A" ? 100 : 0' }] } as never, reason: 'r' });
  await shop.ok('plan.validate', { planId: 'p', version: 1 });
  await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'r' });
  await shop.place('o2', { S1: 1 }, { destination: london });
  expect(off('o2')).toEqual([{ change: { kind: 'cheaper', location: 'B', minor: 701 }, locations: ['B'], short: 0 }]);
});
