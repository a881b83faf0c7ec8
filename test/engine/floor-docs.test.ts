/** The examples of docs/TERMINALS.md, "A task from end to end": sent to an engine in their order, and answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

describe('the page about terminals', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open({ isBare: true });
    await shop.ok('location.put', { location: location('LEEDS') });
    await shop.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
    await shop.receive({ 'LEEDS/MUG': 2, 'LEEDS/LAMP': 1 });
    const lines = [{ sku: 'MUG', quantity: 2 }, { sku: 'LAMP', quantity: 1 }];
    await shop.ok('order.place', { orderId: 'W-1', channel: 'web', destination: { country: 'GB' }, lines });
    expect(await playSection('A task from end to end', shop, 'docs/TERMINALS.md')).toBe(7);
    expect(shop.ask('order.get', { orderId: 'W-1' })?.fulfillments[0]).toMatchObject({ state: 'shipped', tracking: 'JD0141' });
  });
});
