/** Answers: what they hold, how lists go on, and that asking changes nothing. */
import { describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

async function list(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 100, 'B/S2': 100 });
  for (let index = 0; index < 25; index += 1) await shop.place(`o${index}`, index % 5 === 0 ? { S2: 1 } : { S1: 1 });
  return shop;
}

const ids = (shop: Shop, body: { after?: string; limit?: number; state?: string; location?: string }): string[] =>
  shop.ask('order.list', body as never).orders.map(({ orderId }) => orderId);

describe('order.list', () => {
  it('[E22] pages through the open orders, each once, in the order they came', async () => {
    const shop = await list();
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = shop.ask('order.list', { limit: 10, ...(after === undefined ? {} : { after }) });
      seen.push(...page.orders.map(({ orderId }) => orderId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `o${index}`));
  });

  it('[E22] by state, by location and by both', async () => {
    const shop = await list();
    await shop.part('fulfillment.pick', 'o5');
    expect(ids(shop, { state: 'picking' })).toEqual(['o5']);
    expect(ids(shop, { location: 'B' })).toEqual(['o0', 'o5', 'o10', 'o15', 'o20']);
    expect(ids(shop, { location: 'B', state: 'released' })).toEqual(['o0', 'o10', 'o15', 'o20']);
    expect(ids(shop, { location: 'Z' })).toEqual([]);
    expect(ids(shop, { state: 'delivered' })).toEqual([]);
  });

  it('[E22] begins again when the order it should go on after has left, rather than end too early', async () => {
    const shop = await list();
    const page = shop.ask('order.list', { limit: 3 });
    await shop.ok('order.cancel', { orderId: page.next as string, reason: 'r' });
    expect(ids(shop, { limit: 3, after: page.next as string })).toEqual(['o0', 'o1', 'o3']);
  });

  it('[E22] is by age after a restart', async () => {
    const shop = await (await list()).restart();
    const answer = ids(shop, { limit: 1_000 });
    expect(new Set(answer).size).toBe(25);
    expect(ids(shop, { location: 'B' }).length).toBe(5);
  });
});

describe('other answers', () => {
  it('[E22] counts open orders by state and by the locations that have work', async () => {
    const shop = await list();
    expect(shop.ask('order.counts', {})).toEqual({ byState: { released: 25 }, byLocation: { A: 20, B: 5 }, held: 0 });
    await shop.ok('order.cancel', { orderId: 'o0', reason: 'r' });
    expect(shop.ask('order.counts', {})).toEqual({ byState: { released: 24 }, byLocation: { A: 20, B: 4 }, held: 0 });
  });

  it('[E22] lists the network, and null for what is not there', async () => {
    const shop = await list();
    expect(shop.ask('location.list', {}).map(({ id }) => id)).toEqual(['A', 'B', 'C']);
    expect(shop.ask('channel.list', {})).toEqual([{ id: 'web', name: 'Web' }]);
    expect(shop.ask('carrier.list', {})).toEqual([{ id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1, state: 'open', reason: undefined, inTransit: 0 }]);
    expect(shop.ask('carrier.get', { carrierId: 'x' })).toBeNull();
    expect(shop.ask('order.get', { orderId: 'x' })).toBeNull();
    expect(shop.ask('stock.get', { sku: 'x' })).toEqual([]);
  });

  it('[E22] says which position it is at least as new as', async () => {
    const shop = await list();
    const { position } = shop.engine.query({ kind: 'engine.status', body: {} });
    expect(position).toBe(shop.claim.tail);
    expect(shop.ask('engine.status', {})).toMatchObject({ mode: 'serving', openOrders: 25, ordersInMemory: 25, stocks: 2, inbox: 0, head: 1 });
  });
});
