/** Who waits is served when what it waits for comes, oldest first; nobody else is touched. */
import { describe, expect, it } from 'vitest';
import { location, order, Shop } from './shop.ts';

const backorder = { shortage: 'backorder' } as const;
const states = (shop: Shop, ...ids: string[]): string[] => ids.map((id) => shop.order(id).state);

/** Orders o1, o2, o3, each waiting for two units of S1, which A once had. */
async function waiting(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1, 'A/S2': 5 });
  await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
  for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 2 }, backorder);
  return shop;
}

describe('arriving stock', () => {
  it('[E9] serves those who wait in the order they came, as far as it reaches', async () => {
    const shop = await waiting();
    await shop.receive({ 'B/S1': 5 });
    await shop.settle();
    expect(states(shop, 'o1', 'o2', 'o3')).toEqual(['released', 'released', 'backordered']);
    expect(shop.order('o3').lines[0]).toMatchObject({ allocated: 1, backordered: 1 });
    expect(shop.stock('B/S1')).toBe('5 0 5 0');
  });

  it('[E9] serves them before any command that came after it, in the same turn', async () => {
    const shop = await waiting();
    const received = shop.receive({ 'A/S1': 6 });
    const late = shop.send('order.place', order('late', { S1: 1 }));
    await received;
    expect((await late).refused?.code).toBe('out-of-stock');
    expect(states(shop, 'o1', 'o2', 'o3')).toEqual(['released', 'released', 'released']);
  });

  it('[E9] comes in many ways: found, counted, put back, unbuffered, cancelled by another', async () => {
    const ways: ((shop: Shop) => Promise<unknown>)[] = [
      (shop) => shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: 2 }], reason: 'found' }),
      (shop) => shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 2 }] }),
    ];
    for (const way of ways) {
      const shop = await waiting();
      await way(shop);
      await shop.settle();
      expect(states(shop, 'o1', 'o2')).toEqual(['released', 'backordered']);
    }
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 6 });
    await shop.place('has', { S1: 2 });
    await shop.ok('stock.set-aside', { entries: [{ sku: 'S1', location: 'A', quantity: 2 }], reason: 'wet' });
    await shop.ok('stock.buffer', { entries: [{ sku: 'S1', location: 'A', buffer: 2 }] });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 2 }, backorder);
    await shop.ok('order.cancel', { orderId: 'has', reason: 'r' });
    await shop.settle();
    await shop.ok('stock.put-back', { entries: [{ sku: 'S1', location: 'A', quantity: 2 }], reason: 'dry' });
    await shop.settle();
    expect(states(shop, 'o1', 'o2', 'o3')).toEqual(['released', 'released', 'backordered']);
    await shop.ok('stock.buffer', { entries: [{ sku: 'S1', location: 'A', buffer: 0 }] });
    await shop.settle();
    expect(states(shop, 'o3')).toEqual(['released']);
  });

  it('[E9] also serves what was put off by a retry of its own', async () => {
    const shop = await waiting();
    const before = shop.order('o1');
    expect(await shop.about('order.retry', 'o1')).toMatchObject({ state: 'backordered', backordered: 2 });
    expect(shop.order('o1').lines).toEqual(before.lines);
  });
});

describe('a wider network', () => {
  it('[E9] a location that opens serves who waits', async () => {
    const shop = await waiting();
    await shop.ok('location.put', { location: { ...location('C', 2), state: 'paused' } });
    await shop.receive({ 'C/S1': 9 });
    await shop.settle();
    expect(states(shop, 'o1')).toEqual(['backordered']);
    await shop.ok('location.put', { location: location('C', 2) });
    await shop.settle();
    expect(states(shop, 'o1', 'o2', 'o3')).toEqual(['released', 'released', 'released']);
  });

  it('[E9] a channel that sells from more places serves who waits; others it passes over', async () => {
    const shop = await waiting();
    await shop.ok('channel.put', { channel: { id: 'app', name: 'App', locations: ['A'] } });
    await shop.place('o4', { S1: 1 }, { ...backorder, channel: 'app' });
    await shop.receive({ 'C/S1': 9 });
    await shop.settle();
    expect(states(shop, 'o3', 'o4')).toEqual(['released', 'backordered']);
    await shop.ok('channel.put', { channel: { id: 'app', name: 'App' } });
    await shop.settle();
    expect(states(shop, 'o4')).toEqual(['released']);
  });
});

describe('what concerns nobody', () => {
  it('[E10] wakes nobody: another SKU, a carrier, a location closing, less stock', async () => {
    const shop = await waiting();
    const before = shop.claim.tail;
    await shop.receive({ 'B/S2': 9 });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'r' });
    await shop.ok('carrier.resume', { carrierId: 'post' });
    await shop.ok('location.put', { location: { ...location('B', 1), state: 'paused' } });
    await shop.settle();
    const told = shop.published.flatMap(({ position, events }) => (position > before ? events : []));
    expect(told.map(({ kind }) => kind).filter((kind) => kind.startsWith('order.'))).toEqual([]);
    expect(states(shop, 'o1', 'o2', 'o3')).toEqual(['backordered', 'backordered', 'backordered']);
  });

  it('[E10] at rest nothing runs: no turn, no record, no timer', async () => {
    const shop = await waiting();
    await shop.pass(60_000);
    const before = shop.claim.tail;
    await shop.pass(30 * 24 * 3_600_000);
    expect(shop.claim.tail).toBe(before);
  });
});

describe('many who wait', () => {
  it('[E9] are served over as many turns as it takes, and commands go on between', async () => {
    const shop = await Shop.open({ limits: { turnWakesMax: 20 } });
    await shop.receive({ 'A/S1': 1 });
    await shop.place('first', { S1: 1 });
    await Promise.all(Array.from({ length: 200 }, (_, index) => shop.place(`o${index}`, { S1: 1 }, backorder)));
    await shop.receive({ 'A/S1': 150 });
    const answered = await shop.send('order.release', { orderId: 'first' });
    expect(answered.refused?.code).toBe('wrong-state');
    await shop.settle(60);
    expect(shop.ask('order.counts', {}).byState).toEqual({ released: 151, backordered: 50 });
    expect(states(shop, 'o0', 'o149', 'o150', 'o199')).toEqual(['released', 'released', 'backordered', 'backordered']);
  });

  it('[E9] go on being served after a restart in the middle', async () => {
    const shop = await Shop.open({ limits: { turnWakesMax: 5 } });
    await shop.receive({ 'A/S1': 1 });
    await shop.place('first', { S1: 1 });
    for (let index = 0; index < 40; index += 1) await shop.place(`o${index}`, { S1: 1 }, backorder);
    await shop.receive({ 'A/S1': 30 });
    const again = await shop.restart();
    await again.settle(30);
    expect(again.ask('order.counts', {}).byState).toEqual({ released: 31, backordered: 10 });
    expect(again.stock('A/S1')).toBe('31 0 31 0');
  });
});
