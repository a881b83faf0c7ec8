/** Exchanges: an order of its own that waits for the return, goes free with it, and ends with it. */
import { describe, expect, it } from 'vitest';
import type { ReturnAnswer } from '../../actors/return-context.ts';
import { body, delivered, events, inspect, memos, receive } from './returns-kit.ts';
import type { Shop } from './shop.ts';

const wanted = { orderId: 'x1', lines: [{ sku: 'S3', quantity: 1, unitPriceMinor: 900 }] };
const exchange = async (shop: Shop, quantity = 1, more: object = {}): Promise<ReturnAnswer> =>
  (await shop.ok('return.request', { ...body({ quantity }), exchange: { ...wanted, ...more } })) as ReturnAnswer;
const holds = (shop: Shop): readonly string[] => (shop.order('x1').holds ?? []).map(({ holdId, reason }) => `${holdId}: ${reason}`);

async function shopWith(policy: object = {}): Promise<Shop> {
  const shop = await delivered(policy);
  await shop.receive({ 'B/S3': 1 });
  return shop;
}

describe('an exchange', () => {
  it('[RT16] has its units from the start, is held until all of the return is there, and then goes', async () => {
    const shop = await shopWith();
    await exchange(shop, 2);
    expect(shop.order('x1')).toMatchObject({ state: 'allocated', channel: 'web', customer: 'ann', currency: 'GBP', tags: ['exchange'], fulfillments: [{ location: 'B', state: 'open' }] });
    expect(holds(shop)).toEqual(['return: return r1']);
    await receive(shop, 1);
    expect(holds(shop)).toHaveLength(1);
    await receive(shop, 1);
    expect(shop.order('x1')).toMatchObject({ state: 'released' });
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ exchange: { orderId: 'x1', released: true } });
    // It is paid for by itself: the return is refunded in full, and each memo names the exchange.
    expect(memos(shop)).toEqual(['credit 1000', 'credit 1000']);
    expect(events(shop).every((event) => event.exchange === 'x1')).toBe(true);
  });

  it.each([
    ['request', 0],
    ['first-scan', 1],
    ['receipt', 2],
    ['inspection', 3],
  ] as const)('[RT16] goes at %s where the policy says so', async (exchangeOn, at) => {
    const shop = await shopWith({ exchangeOn });
    const states: string[] = [];
    const note = (): void => void states.push(shop.order('x1').state);
    await exchange(shop);
    note();
    await shop.ok('return.ship', { returnId: 'r1' });
    note();
    await receive(shop, 1);
    note();
    await inspect(shop, 1, 'restock');
    note();
    expect(states.indexOf('released')).toBe(at);
    expect(states.slice(0, at).every((state) => state === 'allocated')).toBe(true);
  });

  it('[RT16] stays held for somebody to decide when some units never come, or are declined', async () => {
    const shop = await shopWith({ exchangeOn: 'inspection' });
    await exchange(shop, 2);
    await receive(shop, 2);
    await inspect(shop, 2, 'scrap', { refund: false });
    expect(holds(shop)).toHaveLength(1);
    await shop.ok('order.unhold', { orderId: 'x1', holdId: 'return' });
    expect(shop.order('x1').state).toBe('released');
  });

  it.each(['return.cancel', 'return.reject'] as const)('[RT16] ends with a return that ends before anything came: %s', async (kind) => {
    const shop = await shopWith({ approval: 'manual' });
    await exchange(shop);
    await shop.ok(kind, { returnId: 'r1', reason: 'r' });
    expect(shop.order('x1').state).toBe('cancelled');
    expect(shop.ask('atp.get', { skus: ['S3'], channel: 'web' })).toEqual({ S3: 1 });
  });

  it('[RT16] ends with a return that expires, and not once somebody picks it', async () => {
    const shop = await shopWith({ expireAfterMs: 1_000 });
    await exchange(shop);
    shop.clock.advance(1_000);
    await shop.settle();
    expect(shop.order('x1').state).toBe('cancelled');
    const other = await shopWith({ expireAfterMs: 1_000 });
    await exchange(other);
    await other.ok('order.unhold', { orderId: 'x1', holdId: 'return' });
    await other.part('fulfillment.pick', 'x1');
    other.clock.advance(1_000);
    await other.settle();
    expect(other.order('x1').state).toBe('picking');
    expect(other.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'expired' });
  });

  it('[RT16] that cannot be placed refuses the return as well, naming the field', async () => {
    const shop = await shopWith();
    const ask = (more: object) => shop.refused('return.request', { ...body({}), exchange: { ...wanted, ...more } });
    expect(await ask({ orderId: 'o1' })).toMatchObject({ code: 'order-exists', field: 'body.exchange.orderId' });
    expect(await ask({ lines: [{ sku: 'NO', quantity: 1 }] })).toMatchObject({ code: 'unknown-sku', field: 'body.exchange.lines[0].sku' });
    expect(await ask({ lines: [{ sku: 'S3', quantity: 2 }] })).toMatchObject({ code: 'out-of-stock' });
    expect([shop.ask('return.get', { returnId: 'r1' }), shop.ask('order.get', { orderId: 'x1' })]).toEqual([null, null]);
    await exchange(shop, 1, { lines: [{ sku: 'S3', quantity: 2 }], shortage: 'backorder' });
    expect(shop.order('x1').state).toBe('backordered');
    // What it waits for comes while it is held; it goes once the return is there too.
    await shop.receive({ 'B/S3': 1 });
    expect(shop.order('x1').state).toBe('allocated');
    await receive(shop, 1);
    expect(shop.order('x1').state).toBe('released');
  });
});
