/** Coming back: after any end the state is what was acknowledged, from rows, records or both. */
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../storage/memory.ts';
import { location, order, Shop } from './shop.ts';

const ids = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6'];
const skus = ['S1', 'S2'];

/** A shop with an order in every kind of state. */
async function busyShop(options = {}): Promise<Shop> {
  const shop = await Shop.open(options);
  await shop.receive({ 'A/S1': 10, 'B/S2': 4, 'C/S1': 3 });
  await shop.ok('carrier.put', { carrier: { id: 'dash', name: 'Dash', baseMinor: 1, perKmMinor: 0 } });
  await shop.ok('carrier.suspend', { carrierId: 'dash', reason: 'strike 🚚' });
  await shop.place('o1', { S1: 2, S2: 1 }, { customer: 'Zoë', currency: 'GBP', destination: { country: 'FR', postalCode: '75001' } });
  await shop.place('o2', { S1: 1 }, { releaseAfterMs: 60_000 });
  await shop.place('o3', { S2: 9 }, { shortage: 'backorder', lines: [{ sku: 'S2', quantity: 9, lineId: 'x y', unitPriceMinor: 1250 }] });
  await shop.place('o4', { S1: 1 });
  for (const kind of ['fulfillment.pick', 'fulfillment.ship'] as const) await shop.part(kind, 'o4');
  await shop.part('fulfillment.deliver', 'o4');
  await shop.place('o5', { S1: 1 });
  await shop.ok('order.cancel', { orderId: 'o5', reason: 'r' });
  await shop.place('o6', { S1: 3 });
  await shop.part('fulfillment.pick', 'o6');
  await shop.ok('fulfillment.ship', { orderId: 'o6', fulfillmentId: '1', carrier: 'post', tracking: 'T-6' });
  await shop.ok('location.put', { location: { ...location('B', 1), state: 'paused' } });
  await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 2 }] });
  await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'C', onHand: 0 }] });
  return shop;
}

describe('after a crash', () => {
  it('[E11] everything is as it was, from the records alone', async () => {
    const shop = await busyShop();
    const before = shop.everything(ids, skus);
    expect(shop.claim.savedAt).toBe(0);
    const again = await shop.restart();
    expect(again.everything(ids, skus)).toEqual(before);
  });

  it('[E11] everything is as it was, from saved rows alone', async () => {
    const shop = await busyShop();
    await shop.pass(2_000);
    const before = shop.everything(ids, skus);
    expect(shop.claim.savedAt).toBe(shop.claim.tail);
    expect((await shop.restart()).everything(ids, skus)).toEqual(before);
  });

  it('[E11] everything is as it was, from rows and the records after them, again and again', async () => {
    let shop = await busyShop();
    await shop.pass(2_000);
    for (let round = 0; round < 4; round += 1) {
      await shop.place(`n${round}`, { S1: 1 }, { shortage: 'backorder' });
      await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: 1 }], reason: 'found' });
      await shop.settle();
      if (round % 2 === 1) await shop.pass(2_000);
      const all = [...ids, 'n0', 'n1', 'n2', 'n3'];
      const before = shop.everything(all, skus);
      shop = await shop.restart();
      expect(shop.everything(all, skus)).toEqual(before);
    }
  });

  it('[E11] a save that was cut off in the middle does no harm', async () => {
    const shop = await busyShop({ limits: { savePieceRows: 3 } });
    const before = shop.everything(ids, skus);
    let saves = 0;
    shop.disk.failNext('save', 'unknown', true);
    await shop.pass(2_000);
    shop.disk.crash({ keep: () => (saves += 1) < 2 });
    expect((await shop.restart()).everything(ids, skus)).toEqual(before);
  });

  it('[E11] views are as a running engine has them: counts, lists, who waits, who holds', async () => {
    const shop = await (await busyShop()).restart();
    expect(shop.ask('order.counts', {})).toEqual({
      byState: { released: 1, exception: 1, backordered: 1, shipped: 1 }, byLocation: { A: 1, B: 2 }, held: 0,
    });
    await shop.receive({ 'A/S1': 5, 'A/S2': 9 });
    await shop.settle();
    expect(ids.map((id) => shop.order(id).state)).toEqual(['released', 'allocated', 'released', 'delivered', 'cancelled', 'shipped']);
    expect(await shop.ok('stock.count', { entries: [{ sku: 'S2', location: 'A', onHand: 0 }] })).toMatchObject({ displaced: ['o3'] });
  });

  it('[I4] what was not acknowledged is there whole or not at all, and what was is there', async () => {
    for (const keep of [true, false]) {
      const shop = await Shop.open();
      await shop.receive({ 'A/S1': 9, 'B/S2': 9 });
      shop.disk.hangNext('append');
      void shop.send('order.place', order('o1', { S1: 1, S2: 1 }));
      await shop.settle();
      shop.disk.crash({ keep });
      const again = await shop.restart();
      expect(again.ask('order.get', { orderId: 'o1' }) !== null).toBe(keep);
      expect([again.stock('A/S1'), again.stock('B/S2')]).toEqual(keep ? ['9 0 1 0', '9 0 1 0'] : ['9 0 0 0', '9 0 0 0']);
    }
  });

  it('[E11] a record that cannot be read stops the start, naming it', async () => {
    const shop = await busyShop();
    shop.disk.tear(3);
    await expect(shop.restart()).rejects.toThrow(/record 3/);
  });
});

describe('memory', () => {
  const limits = { ordersInMemoryMax: 20, turnCommandsMax: 10, inboxCountMax: 2_000 };

  async function full(): Promise<Shop> {
    const shop = await Shop.open({ limits });
    await shop.receive({ 'A/S1': 10_000 });
    for (let index = 0; index < 100; index += 1) await shop.place(`o${index}`, { S1: 1 });
    await shop.pass(5_000);
    return shop;
  }

  it('[E12] holds no more orders than its bound once they are saved; the rest are read when asked', async () => {
    const shop = await full();
    expect(shop.ask('engine.status', {}).ordersInMemory).toBeLessThanOrEqual(20);
    expect(shop.order('o0')).toMatchObject({ state: 'released', lines: [{ allocated: 1 }] });
    expect(shop.ask('order.list', { limit: 1_000 }).orders.length).toBe(100);
    expect(shop.ask('engine.status', {}).ordersInMemory).toBeLessThanOrEqual(20);
    expect(shop.engine.channelOf('o3' as never)).toBe('web');
  });

  it('[E12] an order read back goes on living', async () => {
    const shop = await full();
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'o5');
    await shop.pass(5_000);
    for (let index = 100; index < 150; index += 1) await shop.place(`o${index}`, { S1: 1 });
    await shop.pass(5_000);
    expect(shop.order('o5').state).toBe('delivered');
    expect(await shop.refused('order.place', order('o5', { S1: 1 }))).toMatchObject({ code: 'order-exists' });
    expect(await shop.refused('order.cancel', { orderId: 'o5', reason: '' })).toMatchObject({ code: 'wrong-state' });
    const again = await shop.restart({ limits });
    expect(again.order('o5').state).toBe('delivered');
    expect(again.ask('engine.status', {})).toMatchObject({ openOrders: 149 });
  });

  it('[E12] never lets go of a change that is not durable yet', async () => {
    const writes: (() => void)[] = [];
    let isHeld = false;
    const disk = new MemoryDisk({ schedule: (settle) => (isHeld ? writes.push(settle) : queueMicrotask(settle)) });
    const shop = await Shop.open({ disk, limits });
    await shop.receive({ 'A/S1': 1_000 });
    for (let index = 0; index < 15; index += 1) await shop.place(`a${index}`, { S1: 1 });
    await shop.pass(2_000);
    for (let index = 0; index < 15; index += 1) await shop.place(`b${index}`, { S1: 1 });
    isHeld = true;
    const picked = shop.part('fulfillment.pick', 'a0');
    await shop.settle();
    shop.clock.advance(1_000);
    await shop.settle();
    expect(disk.pending).toEqual(['append', 'save']);
    // The save ends before the append: memory is trimmed while the pick is under way.
    writes.pop()?.();
    await shop.settle();
    expect(shop.ask('engine.status', {}).ordersInMemory).toBe(21);
    expect(shop.order('a0').state).toBe('picking');
    isHeld = false;
    writes.pop()?.();
    expect(await picked).toMatchObject({ state: 'picking' });
    for (const kind of ['fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'a0');
    expect(shop.order('a0').state).toBe('delivered');
  });

  it('[E12] a wake, a timer and a loss reach orders that are on disk only', async () => {
    const shop = await Shop.open({ limits });
    await shop.receive({ 'A/S1': 40, 'A/S2': 1 });
    await shop.place('waits', { S1: 41 }, { shortage: 'backorder' });
    await shop.place('later', { S2: 1 }, { releaseAfterMs: 100_000 });
    for (let index = 0; index < 60; index += 1) await shop.place(`x${index}`, { S2: 1 }, { shortage: 'backorder' });
    await shop.pass(5_000);
    expect(shop.ask('engine.status', {}).ordersInMemory).toBeLessThanOrEqual(20);
    await shop.receive({ 'B/S1': 1 });
    await shop.settle();
    expect(shop.order('waits').state).toBe('released');
    await shop.pass(100_000);
    expect(shop.order('later').state).toBe('released');
    await shop.pass(5_000);
    expect(await shop.ok('stock.count', { entries: [{ sku: 'S2', location: 'A', onHand: 0 }] })).toMatchObject({ displaced: ['later'] });
  });
});

describe('a trimmed journal', () => {
  it('[E23] keeps the state, forgets old records, and goes on from its tail', async () => {
    const limits = { retainBytes: 2_000, retainMs: 1_000 };
    const shop = await Shop.open({ limits });
    await shop.receive({ 'A/S1': 100 });
    for (let index = 0; index < 30; index += 1) await shop.place(`o${index}`, { S1: 1 });
    await shop.pass(5_000);
    const { head, position } = shop.ask('engine.status', {});
    expect(head).toBeGreaterThan(20);
    const before = shop.everything(['o0', 'o29'], ['S1']);
    const again = await shop.restart({ limits });
    expect(again.everything(['o0', 'o29'], ['S1'])).toEqual(before);
    await again.place('next', { S1: 1 });
    expect(again.claim.tail).toBe(position + 1);
  });

  it('[E23] never forgets what saved rows do not cover, however old or large', async () => {
    const shop = await Shop.open({ limits: { retainBytes: 100, retainMs: 0 } });
    await shop.receive({ 'A/S1': 100 });
    shop.clock.advance(10);
    expect(shop.engine.head).toBe(1);
    const again = await shop.restart({ limits: { retainBytes: 100, retainMs: 0 } });
    expect(again.stock('A/S1')).toBe('100 0 0 0');
  });
});

describe('the stream', () => {
  it('[I6] read again from the journal is what was published, to the letter', async () => {
    const shop = await busyShop();
    await shop.settle();
    const replayed = [];
    for await (const published of shop.engine.replay(0)) replayed.push(published);
    expect(replayed.length).toBe(shop.claim.tail);
    expect(JSON.parse(JSON.stringify(replayed.slice(-shop.published.length)))).toEqual(JSON.parse(JSON.stringify(shop.published)));
    const [last] = [...(await collect(shop.engine.replay(shop.claim.tail - 1)))];
    expect(last?.position).toBe(shop.claim.tail);
    expect(await collect(shop.engine.replay(shop.claim.tail))).toEqual([]);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
