/** The examples of docs/RETURNS.md, "A return from end to end": sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

describe('the page about returns', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open({ isBare: true });
    await shop.ok('location.put', { location: location('LEEDS') });
    await shop.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
    await shop.receive({ 'LEEDS/MUG': 2 });
    const lines = [{ sku: 'MUG', quantity: 2, unitPriceMinor: 1_200 }];
    await shop.ok('order.place', { orderId: 'W-1', channel: 'web', customer: 'ann@example.com', destination: { country: 'GB' }, lines });
    for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'W-1');
    expect(await playSection('A return from end to end', shop, 'docs/RETURNS.md')).toBe(6);
  });
});
