/** What a channel may see and sell: locations, groups, delivery methods; sums that are kept, and by place. */
import { describe, expect, it } from 'vitest';
import type { Available } from '../../actors/available.ts';
import type { ChannelId, Sku } from '../../actors/ids.ts';
import type { DeliveryMethod } from '../../actors/vocabulary.ts';
import { location, Shop } from './shop.ts';

/** A location with something else about it. */
const place = (id: string, index: number, more: object): ReturnType<typeof location> => ({ ...location(id, index), ...more });

async function shopWith(more: Readonly<Record<string, object>>): Promise<Shop> {
  const shop = await Shop.open();
  for (const [index, id] of ['A', 'B', 'C'].entries()) {
    if (more[id] !== undefined) await shop.ok('location.put', { location: place(id, index, more[id]) });
  }
  await shop.receive({ 'A/S1': 5, 'B/S1': 3, 'C/S1': 2 });
  return shop;
}

const atp = (shop: Shop, channel?: string, method?: DeliveryMethod): Available | undefined =>
  shop.ask('atp.get', { skus: ['S1'], ...(channel === undefined ? {} : { channel }), ...(method === undefined ? {} : { method }) })['S1'];

describe('what a channel sees', () => {
  it('[Q1] the locations and the groups it names; naming neither, everything that is open', async () => {
    const shop = await shopWith({ A: { groups: ['north'] }, C: { groups: ['north', 'late'] } });
    await shop.ok('channel.put', { channel: { id: 'north', name: 'N', groups: ['north'] } });
    await shop.ok('channel.put', { channel: { id: 'both', name: 'B', locations: ['B'], groups: ['late'] } });
    await shop.ok('channel.put', { channel: { id: 'none', name: '0', locations: [], groups: ['nobody'] } });
    expect(['web', 'north', 'both', 'none'].map((channel) => atp(shop, channel))).toEqual([10, 7, 5, 0]);
    await shop.ok('location.put', { location: place('B', 1, { groups: ['nobody'] }) });
    await shop.ok('location.put', { location: place('A', 0, { groups: ['north'], state: 'paused' }) });
    expect(['web', 'north', 'both', 'none'].map((channel) => atp(shop, channel))).toEqual([5, 2, 5, 3]);
  });

  it('[Q1] and an order takes units from there alone', async () => {
    const shop = await shopWith({ C: { groups: ['far'] } });
    await shop.ok('channel.put', { channel: { id: 'far', name: 'F', groups: ['far'] } });
    await shop.place('o1', { S1: 2 }, { channel: 'far' });
    expect(shop.order('o1').fulfillments.map((part) => part.location)).toEqual(['C']);
    await expect(shop.place('o2', { S1: 1 }, { channel: 'far' })).rejects.toThrow('out-of-stock');
  });

  it('[Q2] by a method only places that can: as they say, else all ship and stores hand over', async () => {
    const shop = await shopWith({ B: { type: 'store' }, C: { capabilities: ['pickup'] } });
    expect([atp(shop), atp(shop, 'web', 'ship'), atp(shop, 'web', 'pickup'), atp(shop, undefined, 'pickup')]).toEqual([8, 8, 5, 5]);
    await shop.ok('location.put', { location: place('B', 1, { type: 'store', capabilities: [] }) });
    expect([atp(shop, 'web', 'ship'), atp(shop, 'web', 'pickup')]).toEqual([5, 2]);
    await shop.place('o1', { S1: 5 });
    expect(shop.order('o1').fulfillments.map((part) => part.location)).toEqual(['A']);
    await expect(shop.place('o2', { S1: 1 })).rejects.toThrow('out-of-stock');
  });

  it('[Q5] place by place: the nearest first, no more than asked for, none without units', async () => {
    const shop = await shopWith({ A: { type: 'store' }, B: { type: 'store' }, C: { type: 'store', state: 'paused' } });
    await shop.receive({ 'A/S2': 1 });
    const { latitude, longitude } = location('B', 1);
    const ask = (more: object) => shop.ask('atp.by-location', { skus: ['S1', 'S2', 'S9'], channel: 'web', method: 'pickup', ...more });
    expect(ask({})).toEqual({ S1: [{ location: 'A', atp: 5 }, { location: 'B', atp: 3 }], S2: [{ location: 'A', atp: 1 }], S9: [] });
    const near = ask({ near: { latitude, longitude }, limit: 1 });
    expect(near).toMatchObject({ S1: [{ location: 'B', atp: 3, distanceKm: 0 }], S2: [{ location: 'A', atp: 1 }] });
    expect(shop.ask('atp.by-location', { skus: ['S1'], channel: 'nope' })).toEqual({ S1: [] });
  });
});

describe('sums', () => {
  /** What the views have, kept; and added up anew. */
  function sums(shop: Shop): { readonly kept: number[]; readonly fresh: number[] } {
    const { world } = shop.engine.inspect().core;
    const sku = world.skus.get('S1' as Sku);
    const views = [undefined, world.channels.get('web' as ChannelId)].map((channel) => world.selling.of(channel));
    const kept = views.map((view) => (sku === undefined ? -1 : view.unitsOf(sku)));
    const fresh = views.map((view) => (sku?.stocks ?? []).reduce((sum, stock) => sum + view.unitsAt(stock), 0));
    return { kept, fresh };
  }

  it('[Q3] follow each movement, and go back with what is refused', async () => {
    const shop = await shopWith({});
    expect(sums(shop).kept).toEqual([10, 10]);
    await shop.place('o1', { S1: 4 });
    await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'B', delta: -3 }], reason: 'lost' });
    expect(sums(shop).kept).toEqual([3, 3]);
    // The first entry is done and undone.
    const gone = [{ sku: 'S1', location: 'C', delta: 4 }, { sku: 'S1', location: 'nowhere', delta: -1 }];
    await shop.refused('stock.adjust', { entries: gone, reason: 'r' });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(sums(shop)).toEqual({ kept: [7, 7], fresh: [7, 7] });
  });

  it('[Q4] stay where a change does not concern them, and are void where it does', async () => {
    const shop = await shopWith({});
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'S', locations: ['B'] } });
    const { selling, channels } = shop.engine.inspect().core.world;
    const views = ['web', 'shop'].map((id) => selling.of(channels.get(id as ChannelId)));
    const versions = (): number[] => views.map(({ version }) => version);
    const at = versions();
    await shop.ok('location.put', { location: place('A', 0, { name: 'another' }) });
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'another', locations: ['B'] } });
    expect(versions()).toEqual(at);
    await shop.ok('location.put', { location: place('A', 0, { state: 'paused' }) });
    expect(versions()).toEqual([(at[0] ?? 0) + 1, at[1]]);
    expect([atp(shop, 'web'), atp(shop, 'shop')]).toEqual([5, 3]);
  });
});
