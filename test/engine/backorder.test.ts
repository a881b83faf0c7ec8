/** Who may wait for an item, until when a preorder waits, and whom arriving stock serves first. */
import { describe, expect, it, test } from 'vitest';
import { Waiting } from '../../engine/waiting.ts';
import { newOrder } from '../actors/lives.ts';
import { order, Shop } from './shop.ts';

const backorder = { shortage: 'backorder' } as const;
const item = (settings: object): { item: { sku: string } } => ({ item: { sku: 'S1', ...settings } });
const states = (shop: Shop, ...ids: string[]): string[] => ids.map((id) => shop.order(id).state);

async function shopWith(settings: object): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('channel.put', { channel: { id: 'app', name: 'App' } });
  await shop.receive({ 'A/S1': 2, 'A/S2': 5 });
  await shop.ok('item.put', item(settings));
  return shop;
}

describe('a backorder', () => {
  it('[K1] is refused at the line where its cap would be exceeded, and leaves nothing behind', async () => {
    const shop = await shopWith({ backorder: { capUnits: 3 } });
    await shop.place('o1', { S1: 4 }, backorder);
    expect(shop.ask('item.waiting', { sku: 'S1' })).toMatchObject({ units: 2, byChannel: { web: 2 }, orders: 1 });
    const refused = await shop.refused('order.place', order('o2', { S2: 1, S1: 2 }, backorder));
    expect(refused).toEqual({
      code: 'backorder-full',
      retryable: true,
      detail: '2 units of S1 wait, 2 more would exceed 3',
      field: 'body.lines[1].quantity',
    });
    expect(shop.ask('order.get', { orderId: 'o2' })).toBeNull();
    expect(shop.stock('A/S2')).toBe('5 0 0 0');
    await shop.place('o3', { S1: 1 }, backorder);
  });

  it('[K1] counts what waits, and not what ended or has its place', async () => {
    const shop = await shopWith({ backorder: { capUnits: 1 } });
    await shop.place('o1', { S1: 3 }, backorder);
    expect((await shop.refused('order.place', order('o2', { S1: 1 }, backorder))).code).toBe('backorder-full');
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '1', quantity: 1 }] });
    await shop.place('o2', { S1: 1 }, backorder);
    await shop.receive({ 'A/S1': 1 });
    await shop.settle();
    await shop.place('o3', { S1: 1 }, backorder);
  });

  it('[K1] has caps of channels beside the one over all', async () => {
    const shop = await shopWith({ backorder: { capUnits: 5, channels: [{ channel: 'app', capUnits: 1 }] } });
    await shop.place('o1', { S1: 3 }, { ...backorder, channel: 'app' });
    expect(await shop.refused('order.place', order('o2', { S1: 1 }, { ...backorder, channel: 'app' }))).toMatchObject({
      code: 'backorder-full',
      detail: '1 units of S1 wait through app, 1 more would exceed 1',
    });
    await shop.place('o3', { S1: 4 }, backorder);
    expect((await shop.refused('order.place', order('o4', { S1: 1 }, backorder))).code).toBe('backorder-full');
    expect(shop.ask('item.waiting', { sku: 'S1' }).byChannel).toEqual({ app: 1, web: 4 });
  });

  test.each<[string, object]>([
    ['never', { backorder: 'never' }],
    ['not any more', { backorder: { untilMs: 1_700_000_000_000 } }],
  ])('[K1] is not taken where the item says %s', async (_, settings) => {
    const shop = await shopWith(settings);
    await shop.place('o1', { S1: 2 }, backorder);
    expect(await shop.refused('order.place', order('o2', { S1: 1 }, backorder))).toMatchObject({
      code: 'backorder-closed',
      field: 'body.lines[0].quantity',
    });
    expect((await shop.refused('order.place', order('o2', { S1: 1 }))).code).toBe('out-of-stock');
  });

  it('[K1] is taken up to the moment named', async () => {
    const shop = await shopWith({ backorder: { untilMs: 1_700_000_000_500 } });
    shop.clock.advance(499);
    await shop.place('o1', { S1: 3 }, backorder);
    shop.clock.advance(1);
    expect((await shop.refused('order.place', order('o2', { S1: 1 }, backorder))).code).toBe('backorder-closed');
  });

  it('[K1] of units that lost their place waits whatever the cap', async () => {
    const shop = await shopWith({ backorder: 'never' });
    await shop.place('o1', { S1: 2 });
    await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: -1 }], reason: 'lost' });
    expect(shop.order('o1')).toMatchObject({ state: 'exception', lines: [{ backordered: 1 }] });
    expect(shop.ask('item.waiting', { sku: 'S1' }).units).toBe(1);
  });

  it('[K4] may be of a SKU that no location ever had, when its item says so', async () => {
    const shop = await Shop.open();
    await shop.ok('item.put', item({ name: 'soon' }));
    expect((await shop.refused('order.place', order('o1', { S1: 1 }, backorder))).code).toBe('unknown-sku');
    await shop.ok('item.put', item({ backorder: { capUnits: 9 } }));
    await shop.place('o1', { S1: 1 }, backorder);
    await shop.receive({ 'C/S1': 1 });
    await shop.settle();
    expect(states(shop, 'o1')).toEqual(['released']);
  });

  it('[K6] names channels that exist, each once', async () => {
    const shop = await Shop.open();
    const caps = (...channels: string[]): object => ({ channels: channels.map((channel) => ({ channel, capUnits: 1 })) });
    expect(await shop.refused('item.put', item({ backorder: caps('web', 'nowhere') }))).toMatchObject({
      code: 'unknown-channel',
      field: 'body.item.backorder.channels[1].channel',
    });
    expect(await shop.refused('item.put', item({ preorder: { availableAtMs: 0, ...caps('web', 'web') } }))).toMatchObject({
      code: 'duplicate',
      field: 'body.item.preorder.channels[1].channel',
    });
  });
});

describe('a preorder', () => {
  const soon = { preorder: { availableAtMs: 1_700_000_060_000, capUnits: 4 } };

  it('[K2] waits for its moment although stock is there, and nobody may be promised any of it', async () => {
    const shop = await shopWith(soon);
    expect(shop.engine.atp('S1')).toBe(0);
    expect((await shop.refused('order.place', order('o1', { S1: 1 }))).code).toBe('out-of-stock');
    await shop.place('o1', { S1: 3 }, backorder);
    await shop.receive({ 'A/S1': 9 });
    await shop.about('order.retry', 'o1');
    await shop.settle();
    expect(states(shop, 'o1')).toEqual(['backordered']);
    expect(shop.stock('A/S1')).toBe('11 0 0 0');
    expect((await shop.refused('order.place', order('o2', { S1: 2 }, backorder))).code).toBe('preorder-full');
  });

  it('[K3] ends at its instant and not before, and then those who wait are served', async () => {
    const shop = await shopWith({ ...soon, backorder: 'never' });
    await shop.place('o1', { S1: 1 }, backorder);
    await shop.place('o2', { S1: 3 }, backorder);
    await shop.pass(59_999);
    expect(states(shop, 'o1')).toEqual(['backordered']);
    expect(shop.ask('item.waiting', { sku: 'S1' }).state).toBe('preorder');
    await shop.pass(1);
    expect(states(shop, 'o1', 'o2')).toEqual(['released', 'backordered']);
    expect(shop.ask('item.waiting', { sku: 'S1' })).toMatchObject({ state: 'open', units: 2 });
    expect(shop.published.flatMap(({ events }) => events)).toContainEqual({ kind: 'item.changed', sku: 'S1', state: 'open' });
    expect((await shop.refused('order.place', order('o3', { S1: 1 }, backorder))).code).toBe('backorder-closed');
  });

  it('[K3] outlives the process, and is over when its moment passed meanwhile', async () => {
    const shop = await shopWith(soon);
    await shop.place('o1', { S1: 1 }, backorder);
    const again = await shop.restart();
    await again.settle();
    expect(states(again, 'o1')).toEqual(['backordered']);
    again.clock.advance(60_000);
    const later = await again.restart();
    await later.settle();
    expect(states(later, 'o1')).toEqual(['released']);
    expect(later.ask('engine.status', {}).timers).toBe(0);
  });

  it('[K3] may be moved: only the moment that stands counts', async () => {
    const shop = await shopWith(soon);
    await shop.place('o1', { S1: 1 }, backorder);
    await shop.ok('item.put', item({ preorder: { availableAtMs: 1_700_000_090_000 } }));
    await shop.pass(60_000);
    expect(states(shop, 'o1')).toEqual(['backordered']);
    await shop.ok('item.put', item({}));
    await shop.settle();
    expect(states(shop, 'o1')).toEqual(['released']);
    expect(shop.engine.atp('S1')).toBe(1);
  });
});

describe('arriving stock', () => {
  const orders: [string, object][] = [
    ['o1', { priority: 1, promisedByMs: 300 }],
    ['o2', { lines: [{ sku: 'S1', quantity: 1, unitPriceMinor: 900 }] }],
    ['o3', { priority: 9, promisedByMs: 200 }],
    ['o4', { priority: 1, promisedByMs: 200, lines: [{ sku: 'S1', quantity: 1, unitPriceMinor: 901 }] }],
  ];

  async function waiting(settings: object): Promise<Shop> {
    const shop = await shopWith(settings);
    await shop.place('first', { S1: 2 });
    shop.clock.advance(1);
    for (const [id, more] of orders) {
      await shop.place(id, { S1: 1 }, { ...backorder, ...more });
      shop.clock.advance(1);
    }
    return shop;
  }

  test.each<[string, string]>([
    ['age', 'o1 o2 o3 o4'],
    ['priority', 'o3 o1 o4 o2'],
    ['promise', 'o3 o4 o1 o2'],
    ['value', 'o4 o2 o1 o3'],
  ])('[K5] serves by %s: %s', async (serve, line) => {
    const shop = await waiting({ serve });
    const { first } = shop.ask('item.waiting', { sku: 'S1' });
    expect(first.map(({ orderId }) => orderId).join(' ')).toBe(line);
    const [one = '', two = '', ...rest] = line.split(' ');
    await shop.receive({ 'B/S1': 2 });
    await shop.settle();
    expect(states(shop, one, two, ...rest)).toEqual(['released', 'released', 'backordered', 'backordered']);
    const again = await shop.restart();
    expect(again.ask('item.waiting', { sku: 'S1' }).first.map(({ orderId }) => orderId)).toEqual(rest);
  });

  it('[K5] serves by another policy from when it is put', async () => {
    const shop = await waiting({});
    await shop.ok('item.put', item({ serve: 'priority' }));
    await shop.receive({ 'B/S1': 1 });
    await shop.settle();
    expect(states(shop, 'o3')).toEqual(['released']);
  });

  it('[K5] serves an order that lost its units by its age, before those that were placed later', async () => {
    const shop = await waiting({});
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    await shop.receive({ 'B/S1': 2 });
    await shop.settle();
    expect(states(shop, 'first', 'o1')).toEqual(['released', 'backordered']);
  });

  it('[K5] keeps the line in order however many come and go', () => {
    const line = new Waiting('priority');
    const { context } = newOrder([1]);
    const alive = new Set<string>();
    for (let index = 0; index < 2_000; index += 1) {
      const id = `o${index}` as never;
      line.put(id, 1 + (index % 3), { ...context, priority: (index * 7) % 10, placedAtMs: (index * 13) % 50 }, false);
      alive.add(id);
      if (index % 3 !== 0) {
        const gone = `o${(index * 31) % (index + 1)}`;
        line.leave(gone as never);
        alive.delete(gone);
      }
    }
    const all = [...line];
    expect(new Set(all.map(({ id }) => id as string))).toEqual(alive);
    expect(line.units).toBe(all.reduce((sum, { units }) => sum + units, 0));
    const isInOrder = all.every((waiter, at) => {
      const next = all[at + 1];
      return next === undefined || waiter.rank < next.rank || (waiter.rank === next.rank && waiter.placedAtMs <= next.placedAtMs);
    });
    expect(isInOrder).toBe(true);
    // One after the other, also past those who left meanwhile.
    const read: string[] = [];
    for (let next = line.after(undefined); next !== undefined; next = line.after(next)) {
      read.push(next.id);
      line.leave(next.id);
    }
    expect(read).toEqual(all.map(({ id }) => id));
    expect(line.size + line.units + line.byChannel.size).toBe(0);
  });
});
