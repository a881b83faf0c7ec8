/** The examples of docs/INVENTORY.md on views, buffers and explanations: sent to an engine in order, answered as the page says. */
import { describe, expect, it } from 'vitest';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

describe('the page about what channels see', () => {
  it('[Y7] says what an engine answers, from a channel to the terms of a number', async () => {
    const shop = await Shop.open({ isBare: true });
    await shop.ok('location.put', { location: location('LEEDS') });
    await shop.ok('location.put', { location: { ...location('YORK', 2), type: 'store', groups: ['north'] } });
    await shop.receive({ 'LEEDS/LAMP': 10, 'YORK/LAMP': 10 });
    expect(await playSection('What a channel sees', shop)).toBe(2);
    await playSection('Buffers', shop);
    await shop.receive({ 'LEEDS/VASE': 10 });
    await shop.ok('channel.put', { channel: { id: 'market', name: 'Market' } });
    expect(await playSection('Pools', shop)).toBe(3);
    await shop.ok('pool.remove', { poolId: 'gold-drop' });
    expect(shop.ask('atp.get', { skus: ['VASE'], channel: 'market' })).toEqual({ VASE: 4 });
    expect(await playSection('Why is this 7?', shop)).toBe(1);
  });

  it('[Y7] says what an engine answers about suspect stock', async () => {
    const shop = await Shop.open({ isBare: true });
    await shop.ok('location.put', { location: location('LEEDS') });
    await shop.ok('location.put', { location: { ...location('YORK'), type: 'store' } });
    await shop.ok('channel.put', { channel: { id: 'web', name: 'Web' } });
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
    await shop.receive({ 'YORK/LAMP': 4 });
    for (const id of ['W-1', 'W-2']) await shop.place(id, { LAMP: 1 });
    await shop.receive({ 'LEEDS/LAMP': 1 });
    await shop.ok('fulfillment.pick', { orderId: 'W-1', fulfillmentId: '1' });
    expect(await playSection('Suspect stock', shop)).toBe(4);
  });
});
