/** Kits: what may be one, how many can be made, how an order of one is sourced, cancelled and kept. */
import { describe, expect, it, test } from 'vitest';
import { explode } from '../../actors/kits.ts';
import { sku } from '../../actors/ids.ts';
import { order, Shop } from './shop.ts';

const backorder = { shortage: 'backorder' } as const;
type Parts = Readonly<Record<string, number>>;

const kit = (name: string, parts: Parts, together = false, more: object = {}): { item: { sku: string } } => {
  const components = Object.entries(parts).map(([part, quantity]) => ({ sku: part, quantity }));
  const item = { sku: name, kit: { components, together }, ...more };
  return { item };
};

async function shopWith(stock: Parts, ...kits: { item: { sku: string } }[]): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive(stock);
  for (const one of kits) await shop.ok('item.put', one);
  return shop;
}

const parts = (shop: Shop, id: string): string[] =>
  shop.order(id).fulfillments.map(({ location, lines }) => `${location} ${lines.map((line) => `${line.lineId}:${line.quantity}`).join(' ')}`);

describe('a kit', () => {
  test.each<[string, string, string, { item: { sku: string } }]>([
    ['that contains itself', 'kit-in-kit', 'body.item.kit.components[1].sku', kit('K9', { S1: 1, K9: 1 })],
    ['of another kit', 'kit-in-kit', 'body.item.kit.components[0].sku', kit('K9', { K1: 1 })],
    ['that is a component itself', 'kit-in-kit', 'body.item.kit', kit('S1', { S2: 1 })],
    ['of a SKU that has stock', 'kit-stock', 'body.item.kit', kit('S3', { S1: 1 })],
    ['with a policy of its own', 'malformed', 'body.item.serve', kit('K9', { S1: 1 }, false, { serve: 'age' })],
  ])('[K7] %s is refused as %s', async (_, code, field, put) => {
    const shop = await shopWith({ 'A/S1': 1, 'A/S3': 1 }, kit('K1', { S1: 1, S2: 1 }));
    expect(await shop.refused('item.put', put)).toMatchObject({ code, field });
  });

  it('[K7] names each component once, and is not made of what orders wait for', async () => {
    const shop = await shopWith({ 'A/S1': 1 });
    const twice = { sku: 'K1', kit: { components: [{ sku: 'S1', quantity: 1 }, { sku: 'S1', quantity: 2 }], together: true } };
    expect(await shop.refused('item.put', { item: twice })).toMatchObject({ code: 'duplicate', field: 'body.item.kit.components[1].sku' });
    await shop.ok('item.put', { item: { sku: 'K2', backorder: {} } });
    await shop.place('o1', { K2: 1 }, backorder);
    expect((await shop.refused('item.put', kit('K2', { S1: 1 }))).code).toBe('wrong-state');
  });

  it('[K8] has no stock of its own, however it would come', async () => {
    const shop = await shopWith({ 'A/S1': 1 }, kit('K1', { S1: 1 }));
    const entry = { sku: 'K1', location: 'A' };
    const refused = await shop.refused('stock.receive', { entries: [{ ...entry, quantity: 1 }] });
    expect(refused).toMatchObject({ code: 'kit-stock', field: 'body.entries[0]' });
    expect((await shop.refused('stock.count', { entries: [{ ...entry, onHand: 3 }] })).code).toBe('kit-stock');
    expect((await shop.refused('stock.buffer', { entries: [{ ...entry, buffer: 3 }] })).code).toBe('kit-stock');
    expect(shop.engine.atp('K1')).toBe(1);
  });
});

describe('what can be sold of a kit', () => {
  it('[K9] is what its scarcest component allows, over all places', async () => {
    const shop = await shopWith({ 'A/S1': 5, 'B/S2': 9 }, kit('K1', { S1: 2, S2: 3 }), kit('K2', { S1: 1, S2: 1 }, true));
    expect([shop.engine.atp('K1'), shop.engine.atp('K2')]).toEqual([2, 0]);
    expect(shop.ask('atp.get', { skus: ['K1', 'S1'] })).toEqual({ K1: 2, S1: 5 });
  });

  it('[K9] kept together, is the sum of what each place can make', async () => {
    const shop = await shopWith({ 'A/S1': 2, 'A/S2': 1, 'B/S1': 1, 'B/S2': 5, 'C/S1': 9 }, kit('K1', { S1: 1, S2: 1 }, true));
    expect(shop.engine.atp('K1')).toBe(2);
    expect(shop.ask('atp.by-location', { skus: ['K1'] })['K1']).toEqual([{ location: 'A', atp: 1 }, { location: 'B', atp: 1 }]);
  });

  it('[K9] follows every change of a component: stock, a pause, a preorder', async () => {
    const shop = await shopWith({ 'A/S1': 4, 'A/S2': 4, 'B/S1': 1 }, kit('K1', { S1: 1, S2: 1 }));
    const seen: number[] = [shop.engine.atp('K1')];
    const then = async (doing: Promise<unknown>): Promise<void> => {
      await doing;
      seen.push(shop.engine.atp('K1', 'web' as never));
    };
    await then(shop.place('o1', { S2: 1 }));
    await then(shop.ok('order.cancel', { orderId: 'o1', reason: 'r' }));
    await then(shop.receive({ 'B/S2': 3 }));
    await then(shop.ok('item.put', { item: { sku: 'S1', preorder: { availableAtMs: 1_800_000_000_000 } } }));
    await then(shop.ok('item.put', { item: { sku: 'S1' } }));
    await then(shop.ok('location.put', { location: { id: 'B', name: 'B', type: 'warehouse', country: 'GB', latitude: 1, longitude: 1, state: 'paused' } }));
    expect(seen).toEqual([4, 3, 4, 5, 0, 5, 4]);
  });
});

describe('an order of a kit', () => {
  it('[K10] becomes lines of its components, which say what they are of', async () => {
    const shop = await shopWith({ 'A/S1': 9, 'A/S2': 9 }, kit('K1', { S1: 2, S2: 1 }));
    await shop.ok('order.place', order('o1', {}, { lines: [{ sku: 'S2', quantity: 1 }, { sku: 'K1', quantity: 3, unitPriceMinor: 500 }] }));
    const ref = { lineId: '2', sku: 'K1', quantity: 3, unitPriceMinor: 500, together: false };
    expect(shop.order('o1').lines).toMatchObject([
      { lineId: '1', sku: 'S2', quantity: 1 },
      { lineId: '2.1', sku: 'S1', quantity: 6, kit: ref, unitPriceMinor: 0 },
      { lineId: '2.2', sku: 'S2', quantity: 3, kit: ref },
    ]);
    expect(parts(shop, 'o1')).toEqual(['A 1:1 2.1:6 2.2:3']);
    const again = await shop.restart();
    expect(again.order('o1')).toEqual(shop.order('o1'));
  });

  it('[K10] keeps what it was placed with when the kit changes, and is refused when nobody knows a component', async () => {
    const shop = await shopWith({ 'A/S1': 9, 'A/S2': 1 }, kit('K1', { S1: 1, S2: 2 }));
    await shop.place('o1', { K1: 1 }, backorder);
    await shop.ok('item.put', kit('K1', { S1: 5, NEW: 1 }));
    await shop.receive({ 'A/S2': 1 });
    await shop.settle();
    expect(parts(shop, 'o1')).toEqual(['A 1.1:1 1.2:2']);
    expect(await shop.refused('order.place', order('o2', { K1: 1 }))).toMatchObject({
      code: 'unknown-sku',
      detail: 'no stock of NEW anywhere',
      field: 'body.lines[0].sku',
    });
  });

  it('[K11] is all or nothing, kit by kit: what does not make a whole one is left to others', async () => {
    const shop = await shopWith({ 'A/S1': 5, 'A/S2': 2 }, kit('K1', { S1: 2, S2: 1 }));
    expect((await shop.refused('order.place', order('o1', { K1: 3 }))).code).toBe('out-of-stock');
    await shop.place('o1', { K1: 3 }, backorder);
    expect(parts(shop, 'o1')).toEqual(['A 1.1:4 1.2:2']);
    expect(shop.engine.atp('S1')).toBe(1);
    await shop.receive({ 'B/S2': 1 });
    await shop.settle();
    // One S1 is there, one kit takes two.
    expect(parts(shop, 'o1')).toHaveLength(1);
    await shop.receive({ 'B/S1': 1 });
    await shop.settle();
    expect(parts(shop, 'o1')).toEqual(['A 1.1:4 1.2:2', 'A 1.1:1', 'B 1.1:1 1.2:1']);
    expect(shop.order('o1').state).toBe('released');
  });

  it('[K11] kept together, leaves whole from one place, kit by kit', async () => {
    const stock = { 'A/S1': 1, 'A/S2': 1, 'B/S1': 2, 'B/S2': 1, 'C/S2': 9 };
    const shop = await shopWith(stock, kit('K1', { S1: 1, S2: 1 }, true), kit('K2', { S1: 1, S2: 1 }));
    expect((await shop.refused('order.place', order('o1', { K1: 3 }))).code).toBe('out-of-stock');
    await shop.place('o1', { K1: 2 });
    expect(parts(shop, 'o1')).toEqual(['A 1.1:1 1.2:1', 'B 1.1:1 1.2:1']);
    await shop.place('o2', { K2: 1 });
    expect(parts(shop, 'o2')).toEqual(['B 1.1:1', 'C 1.2:1']);
  });

  it('[K12] shared kit component: two kits and a loose line never count one unit twice', async () => {
    const shop = await shopWith({ 'A/S1': 3, 'A/S2': 9, 'A/S3': 9 }, kit('K1', { S1: 1, S2: 1 }), kit('K2', { S1: 1, S3: 1 }));
    expect([shop.engine.atp('K1'), shop.engine.atp('K2')]).toEqual([3, 3]);
    expect((await shop.refused('order.place', order('o1', { K1: 2, K2: 2 }))).code).toBe('out-of-stock');
    expect((await shop.refused('order.place', order('o1', { K1: 1, K2: 1, S1: 2 }))).code).toBe('out-of-stock');
    await shop.place('o1', { K1: 1, K2: 1, S1: 1 });
    expect(shop.stock('A/S1')).toBe('3 0 3 0');
    expect([shop.engine.atp('K1'), shop.engine.atp('K2'), shop.engine.atp('S2')]).toEqual([0, 0, 8]);
  });

  it('[K12] shared kit component: who must stay together is served before who may come from elsewhere', async () => {
    const shop = await shopWith({ 'A/S1': 1, 'A/S2': 1, 'B/S1': 1 }, kit('K1', { S1: 1, S2: 1 }, true));
    await shop.ok('order.place', order('o1', {}, { lines: [{ sku: 'S1', quantity: 1 }, { sku: 'K1', quantity: 1 }] }));
    expect(parts(shop, 'o1')).toEqual(['A 2.1:1 2.2:1', 'B 1:1']);
  });

  it('[K13] is cancelled in whole kits, by the name of its line or as a whole', async () => {
    const shop = await shopWith({ 'A/S1': 9, 'A/S2': 9 }, kit('K1', { S1: 2, S2: 1 }));
    await shop.place('o1', { K1: 3 });
    const cancel = (lineId: string, quantity: number) => ({ orderId: 'o1', reason: 'r', lines: [{ lineId, quantity }] });
    expect(await shop.refused('order.cancel', cancel('1.1', 2))).toMatchObject({ code: 'kit-in-parts', field: 'body.lines' });
    expect((await shop.refused('order.cancel', cancel('1.3', 2))).code).toBe('unknown-line');
    await shop.ok('order.cancel', cancel('1', 1));
    expect(parts(shop, 'o1')).toEqual(['A 1.1:4 1.2:2']);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '1.2', quantity: 1 }, { lineId: '1.1', quantity: 2 }] });
    expect(shop.order('o1').lines.map(({ cancelled }) => cancelled)).toEqual([4, 2]);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(shop.order('o1').state).toBe('cancelled');
    expect(shop.engine.atp('K1')).toBe(4);
  });

  it('[K14] that lost units is completed piece by piece', async () => {
    const shop = await shopWith({ 'A/S1': 2, 'A/S2': 2 }, kit('K1', { S1: 1, S2: 1 }, true));
    await shop.place('o1', { K1: 2 });
    await shop.ok('stock.adjust', { entries: [{ sku: 'S2', location: 'A', delta: -1 }], reason: 'broken' });
    expect(shop.order('o1')).toMatchObject({ state: 'exception', lines: [{ backordered: 0 }, { backordered: 1 }] });
    await shop.receive({ 'B/S2': 1 });
    await shop.settle();
    expect(parts(shop, 'o1')).toEqual(['A 1.1:2 1.2:1', 'B 1.2:1']);
  });

  it('[K10] waits by the caps of its components', async () => {
    const shop = await shopWith({ 'A/S1': 1, 'A/S2': 9 }, kit('K1', { S1: 1, S2: 1 }));
    await shop.ok('item.put', { item: { sku: 'S1', backorder: { capUnits: 1 } } });
    expect(await shop.refused('order.place', order('o1', { S2: 1, K1: 3 }, backorder))).toMatchObject({
      code: 'backorder-full',
      field: 'body.lines[1].quantity',
    });
  });

  it('[K15] takes what a cart reserved of it, whole kits only, also after a restart', async () => {
    const shop = await shopWith({ 'A/S1': 5, 'A/S2': 9 }, kit('K1', { S1: 2, S2: 1 }));
    const cart = { channel: 'web', lines: [{ sku: 'K1', quantity: 3 }] };
    expect((await shop.refused('reservation.make', { reservationId: 'r1', ...cart })).code).toBe('out-of-stock');
    await shop.ok('reservation.make', { reservationId: 'r1', ...cart, partial: true });
    const ref = { lineId: '1', sku: 'K1', quantity: 3, unitPriceMinor: 0, together: false };
    expect(shop.ask('reservation.get', { reservationId: 'r1' })).toMatchObject({
      lines: [{ lineId: '1.1', sku: 'S1', quantity: 6, held: 4, kit: ref }, { lineId: '1.2', sku: 'S2', quantity: 3, held: 2, kit: ref }],
    });
    expect([shop.engine.atp('K1'), shop.engine.atp('S1')]).toEqual([0, 1]);
    const again = await shop.restart();
    expect(again.ask('reservation.get', { reservationId: 'r1' })).toEqual(shop.ask('reservation.get', { reservationId: 'r1' }));
    expect((await again.refused('order.place', order('o1', { K1: 3 }, { reservationId: 'r1' }))).field).toBe('body.lines');
    await again.place('o1', { K1: 2 }, { reservationId: 'r1' });
    expect(parts(again, 'o1')).toEqual(['A 1.1:4 1.2:2']);
  });

  it('[K12] [K15] a kit sharing a component with another line of the cart never counts it twice', async () => {
    const shop = await shopWith({ 'A/S1': 2, 'A/S2': 9 }, kit('K1', { S1: 1, S2: 1 }, true));
    const cart = (...lines: object[]) => ({ reservationId: 'r1', channel: 'web', lines }) as never;
    expect((await shop.refused('reservation.make', cart({ sku: 'K1', quantity: 2 }, { sku: 'S1', quantity: 1 }))).code).toBe('out-of-stock');
    await shop.ok('reservation.make', cart({ sku: 'K1', quantity: 1 }, { sku: 'S1', quantity: 1 }));
    expect([shop.engine.atp('K1'), shop.engine.atp('S1'), shop.engine.atp('S2')]).toEqual([0, 0, 8]);
  });
});

describe('exploding', () => {
  const of = (components: Parts) => () => ({
    components: Object.entries(components).map(([name, quantity]) => ({ sku: sku(name), quantity })),
    together: true,
  });

  test.each<[string, object[], Parts, string, string]>([
    ['a component’s id that another line has', [{ lineId: '1', quantity: 1 }, { lineId: '1.1', quantity: 1 }], { a: 1 }, 'duplicate', 'body.lines[1].lineId'],
    ['ids that would be too long', [{ lineId: 'x'.repeat(63), quantity: 1 }], { a: 1 }, 'over-limit', 'body.lines[0].lineId'],
    ['more units than a line may have', [{ quantity: 500_000_001 }], { a: 2 }, 'over-limit', 'body.lines[0].quantity'],
    ['more lines than an order may have', Array.from({ length: 1_001 }, () => ({ quantity: 1 })), { a: 1, b: 1 }, 'over-limit', 'body.lines'],
  ])('[K10] refuses %s', (_, lines, components, code, field) => {
    const asked = lines.map((line) => ({ sku: sku('k'), ...line })) as never;
    const isKit = (name: string): boolean => name === 'k';
    expect(explode(asked, (name) => (isKit(name) ? of(components)() : undefined))).toMatchObject({ code, field });
  });
});
