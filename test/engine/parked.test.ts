/** Lines that wait in their order for a mapping: what their order does meanwhile, and what wakes them. */
import { describe, expect, it } from 'vitest';
import { order, Shop } from './shop.ts';

async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 500, 'B/S2': 500 });
  return shop;
}

const placed = (id: string, more: object, units: Record<string, number>): never => ({ ...order(id, units), ...more }) as never;
const put = (shop: Shop, policy: object): Promise<unknown> => shop.ok('intake-policy.put', { policy } as never);

describe('lines whose name is mapped to nothing', () => {
  const map = (shop: Shop, ...mappings: object[]): Promise<unknown> => shop.ok('mapping.put', { channel: 'web', mappings } as never);
  const caseOf = (shop: Shop, name = 'mug') => shop.ask('case.get', { caseId: `SKU_UNMAPPED/web/${name}` });
  const linesOf = (shop: Shop, id = 'o1'): string[] =>
    shop.order(id).lines.map(({ lineId, sku, quantity, allocated, backordered, cancelled, parked = 0 }) => `${lineId} ${sku} ${quantity}: ${allocated} ${backordered} ${parked} ${cancelled}`);

  it('[IN12] wait in their order, which is taken; mapped, they are sourced in the same turn, and the order starts', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'park' });
    await map(shop, { channelSku: 'cup', sku: 'S2' });
    expect(await shop.ok('order.place', placed('o1', {}, { mug: 2, cup: 1 }))).toMatchObject({ state: 'backordered', backordered: 0 });
    expect(shop.published.at(-1)?.events.at(-1)).toMatchObject({ kind: 'case.changed', caseId: 'SKU_UNMAPPED/web/mug' });
    expect(shop.published.at(-1)?.events).toContainEqual({ kind: 'order.parked', orderId: 'o1', channel: 'web', lines: [{ lineId: '1', sku: 'mug', quantity: 2 }] });
    expect(linesOf(shop)).toEqual(['1 mug 2: 0 0 2 0', '2 S2 1: 1 0 0 0']);
    expect(shop.order('o1').fulfillments).toMatchObject([{ location: 'B', state: 'open' }]);
    await map(shop, { channelSku: 'mug', sku: 'S1', quantity: 3 });
    await shop.settle();
    expect(linesOf(shop)).toEqual(['1 S1 6: 6 0 0 0', '2 S2 1: 1 0 0 0']);
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ location: 'B', state: 'released' }, { location: 'A', state: 'released' }] });
    expect(shop.published.flatMap(({ events }) => events)).toContainEqual({
      kind: 'order.unparked', orderId: 'o1', channel: 'web', lines: [{ lineId: '1', sku: 'mug', quantity: 2, mapped: { sku: 'S1', quantity: 3 } }],
    });
    const explained = [1, 2].map((attempt) => shop.ask('decision.explain', { orderId: 'o1', attempt }));
    expect(explained.map((one) => one?.recomputed)).toMatchObject([{ reproduced: true }, { reproduced: true }]);
    expect(explained[1]?.text.join('\n')).toContain('Sourced again because what its channel calls some lines is mapped now');
  });

  it('[IN12] let the rest of their order go on where the policy says so; the last of it waits for them', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'park', parked: 'go' });
    await map(shop, { channelSku: 'cup', sku: 'S2' });
    await shop.ok('order.place', placed('o1', {}, { mug: 2, cup: 1 }));
    expect(shop.order('o1').state).toBe('released');
    for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'o1');
    expect(shop.order('o1').state).toBe('backordered');
    const again = await shop.restart();
    expect(linesOf(again)).toEqual(['1 mug 2: 0 0 2 0', '2 S2 1: 0 0 0 0']);
    await map(again, { channelSku: 'mug', sku: 'S1' });
    await again.settle();
    expect(again.order('o1')).toMatchObject({ state: 'picking', fulfillments: [{ state: 'delivered' }, { location: 'A', state: 'released' }] });
  });

  it('[IN13] are one case for each name, of all their orders, until they are mapped or end', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'park' });
    for (const id of ['o1', 'o2', 'o3']) await shop.ok('order.place', placed(id, {}, { mug: 1, pot: 1 }));
    expect(shop.ask('engine.status', {}).parkedOrders).toBe(3);
    expect(caseOf(shop)).toMatchObject({ code: 'SKU_UNMAPPED', subject: { type: 'partner', id: 'web/mug' }, orders: 3, owner: 'integration' });
    expect(shop.ask('case.list', { subject: 'web/pot' }).cases).toHaveLength(1);
    expect(await shop.refused('case.resolve', { caseId: 'SKU_UNMAPPED/web/mug', reason: 'x' } as never)).toMatchObject({ code: 'cause-stands' });
    expect(await shop.ok('order.cancel', { orderId: 'o3', reason: 'no more', lines: [{ lineId: '1', quantity: 1 }] })).toMatchObject({ state: 'backordered' });
    expect(caseOf(shop)).toMatchObject({ orders: 2 });
    await map(shop, { channelSku: 'mug', sku: 'S1' });
    await shop.settle();
    expect(caseOf(shop)).toMatchObject({ state: 'resolved', orders: 0 });
    expect(caseOf(shop, 'pot')).toMatchObject({ state: 'waiting', orders: 3 });
    await shop.ok('order.cancel', { orderId: 'o3', reason: 'no more' });
    expect(shop.order('o3').state).toBe('cancelled');
    expect(linesOf(shop, 'o3')).toEqual(['1 mug 1: 0 0 0 1', '2 pot 1: 0 0 0 1']);
  });

  it('[IN12] wait on where what they are mapped to is not known, until it is; kits come as their components', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'park' });
    await map(shop, { channelSku: 'mug', sku: 'NEW' });
    await shop.ok('order.place', placed('o1', {}, { mug: 2, set: 3 }));
    await shop.ok('order.edit', { orderId: 'o1', lines: [{ lineId: '2', quantity: 2 }], add: [{ sku: 'pot', quantity: 1 }], reason: 'x' } as never);
    expect(linesOf(shop)).toEqual(['1 mug 2: 0 0 2 0', '2 set 3: 0 0 2 1', '3 pot 1: 0 0 1 0']);
    await shop.receive({ 'A/NEW': 5 });
    await shop.settle();
    expect(linesOf(shop)[0]).toBe('1 NEW 2: 2 0 0 0');
    await shop.ok('item.put', { item: { sku: 'SET', kit: { together: false, components: [{ sku: 'S1', quantity: 2 }, { sku: 'S2', quantity: 1 }] } } } as never);
    await map(shop, { channelSku: 'set', sku: 'SET' });
    await shop.settle();
    expect(linesOf(shop).slice(1)).toEqual(['2.1 S1 6: 4 0 0 2', '2.2 S2 3: 2 0 0 1', '3 pot 1: 0 0 1 0']);
    const is = shop.everything(['o1'], ['S1', 'S2', 'NEW']);
    const again = await shop.restart();
    expect(again.everything(['o1'], ['S1', 'S2', 'NEW'])).toEqual(is);
    await again.pass(2_000);
    expect((await again.restart()).everything(['o1'], ['S1', 'S2', 'NEW'])).toEqual(is);
  });

  it('[IN12] that find no place wait for stock, whatever their order said; those of a cart are refused', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'park' });
    await shop.ok('order.place', placed('o1', {}, { mug: 501 }));
    await map(shop, { channelSku: 'mug', sku: 'S1' });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'backordered', lines: [{ allocated: 500, backordered: 1 }] });
    await shop.reserve('r1', { S2: 1 });
    expect(await shop.refused('order.place', placed('o2', { reservationId: 'r1' }, { pot: 1 }))).toMatchObject({ code: 'unmapped-sku' });
  });
});
