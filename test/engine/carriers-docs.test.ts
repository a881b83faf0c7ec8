/** The page on carriers: its messages are sent in their order, and answered as it says. */
import { expect, it } from 'vitest';
import { playSection } from './page.ts';
import { Shop } from './shop.ts';

const page = 'docs/CARRIERS.md';
const policy = { firstScanMs: 14_400_000, silenceMs: 86_400_000 };
const van = { id: 'van', name: 'Van', baseMinor: 300, perKmMinor: 1, tracking: policy };

async function leeds(): Promise<Shop> {
  const shop = await Shop.open({ isBare: true });
  const place = { type: 'warehouse', country: 'GB', postalCode: 'LS1', latitude: 53.8, longitude: -1.55, state: 'open' } as const;
  await shop.ok('location.put', { location: { id: 'LEEDS', name: 'Leeds', ...place } });
  await shop.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
  await shop.ok('carrier.put', { carrier: van });
  await shop.receive({ 'LEEDS/MUG': 10 });
  return shop;
}

it('[Y7] [TK5] [TK15] the page on tracking says what an engine answers', async () => {
  const shop = await leeds();
  shop.clock.advance(1_700_000_000_000 - shop.clock.now());
  await shop.place('o-1', { MUG: 1 });
  await shop.part('fulfillment.pick', 'o-1');
  await shop.ok('fulfillment.ship', { orderId: 'o-1', fulfillmentId: '1', tracking: 'JD 0001 77' });
  shop.clock.advance(100_000);
  expect(await playSection('Tracking', shop, page)).toBe(3);
  expect(shop.order('o-1').state).toBe('delivered');
  expect(await playSection('What deliveries teach', shop, page)).toBe(1);
  await playSection('When nothing is scanned', shop, page);
});

it('[Y7] [CX2] the page on calls that fail says what an engine answers', async () => {
  const shop = await leeds();
  shop.clock.advance(1_700_000_000_000 - shop.clock.now());
  expect(await playSection('When calls fail', shop, page)).toBe(1);
});
