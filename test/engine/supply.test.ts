/** Supply in the engine: stock that leaves and comes, who is served by it, what is listed, and coming back. */
import { describe, expect, it } from 'vitest';
import { supplyLinesMax } from '../../actors/limits.ts';
import type { SupplyAnswer } from '../../actors/supply-context.ts';
import { Shop, type Loose } from './shop.ts';
import type { SupplyDocument } from '../../actors/supply-commands.ts';

const day = 24 * 3_600_000;

type Document = Partial<Loose<SupplyDocument>> & { readonly id: string };

/** Put a document: a purchase to B, or a transfer from A to B when it says so, expected in a week. */
async function put(shop: Shop, document: Document): Promise<SupplyAnswer> {
  return (await shop.ok('supply.put', { supply: whole(shop, document) })) as SupplyAnswer;
}

function whole(shop: Shop, { type = 'purchase', ...rest }: Document): Loose<SupplyDocument> {
  const sender = type === 'transfer' ? { from: 'A' } : { supplier: 'Acme' };
  const lines = [{ sku: 'S1', quantity: 5 }];
  return { type, to: 'B', ...sender, expectedAtMs: shop.clock.now() + 7 * day, lines, ...rest };
}

async function order(shop: Shop, document: Document): Promise<void> {
  await put(shop, document);
  await shop.ok('supply.order', { supplyId: document.id });
}

/** A transfer of 5 S1 from A to B that is on its way; A had ten. */
async function onTheWay(more: Partial<Document> = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 10 });
  await order(shop, { id: 't1', type: 'transfer', ...more });
  await shop.ok('supply.ship', { supplyId: 't1' });
  return shop;
}

const receive = (shop: Shop, supplyId: string, quantity: number, damaged?: number): Promise<unknown> =>
  shop.ok('supply.receive', { supplyId, lines: [{ lineId: '1', quantity, ...(damaged === undefined ? {} : { damaged }) }] });
const dates = (shop: Shop, sku: string) => shop.ask('stock.incoming', { sku }).map(({ location, units, atMs }) => `${location} ${units} in ${(atMs - shop.clock.now()) / day}`);

describe('a transfer', () => {
  it('[U6] takes its units out of stock when it leaves, and puts them in where it arrives', async () => {
    const shop = await onTheWay();
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', 'none']);
    expect(await receive(shop, 't1', 5)).toEqual({ supplyId: 't1', state: 'received', open: 0 });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '5 0 0 0']);
  });

  it('[U6] leaves with all or nothing, and never with what was promised to others', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10, 'A/S2': 4 });
    await shop.place('o1', { S1: 4 });
    await shop.ok('stock.set-aside', { entries: [{ sku: 'S1', location: 'A', quantity: 3 }], reason: 'r' });
    await order(shop, { id: 't1', type: 'transfer', lines: [{ sku: 'S2', quantity: 4 }, { sku: 'S1', quantity: 2 }, { sku: 'S1', quantity: 2 }] });
    const before = [shop.stock('A/S1'), shop.stock('A/S2')];
    expect(await shop.refused('supply.ship', { supplyId: 't1' })).toMatchObject({ code: 'not-enough', field: 'body.supplyId' });
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(before);
    expect(shop.ask('supply.get', { supplyId: 't1' })).toMatchObject({ state: 'ordered' });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await shop.ok('supply.ship', { supplyId: 't1' });
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(['6 3 0 0', '0 0 0 0']);
  });

  it('[U6] of a SKU its location never had is refused', async () => {
    const shop = await Shop.open();
    await order(shop, { id: 't1', type: 'transfer' });
    expect(await shop.refused('supply.ship', { supplyId: 't1' })).toMatchObject({ code: 'unknown-sku' });
  });

  it('[U7] that is cancelled on its way goes back, less what has come and what is lost', async () => {
    const shop = await onTheWay();
    await receive(shop, 't1', 2);
    await shop.ok('supply.close', { supplyId: 't1', reason: 'fell off', lines: [{ lineId: '1', quantity: 1 }] });
    expect(await shop.ok('supply.cancel', { supplyId: 't1', reason: 'r' })).toMatchObject({ state: 'received' });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['7 0 0 0', '2 0 0 0']);
    expect(shop.ask('supply.get', { supplyId: 't1' })?.lines).toEqual([
      { lineId: '1', sku: 'S1', quantity: 5, received: 2, damaged: 0, closed: 1, returned: 2, expectedAtMs: undefined },
    ]);
  });

  it('[U8] is not received twice, nor over', async () => {
    const shop = await onTheWay();
    const over = { supplyId: 't1', lines: [{ lineId: '1', quantity: 6 }] };
    expect(await shop.refused('supply.receive', over)).toMatchObject({ code: 'over-limit', field: 'body.lines[0].quantity' });
    await receive(shop, 't1', 5);
    expect(await shop.refused('supply.receive', { supplyId: 't1', lines: [{ lineId: '1', quantity: 5 }] })).toMatchObject({ code: 'wrong-state', field: 'body.supplyId' });
    expect(shop.stock('B/S1')).toBe('5 0 0 0');
  });

  it('[U7] may bring more where its document allows', async () => {
    const shop = await onTheWay({ overReceiptPercent: 20 });
    expect(await receive(shop, 't1', 6)).toMatchObject({ state: 'received' });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '6 0 0 0']);
  });
});

describe('what arrives', () => {
  it('[U9] is there for whoever waits, before the next command', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 3 }, { shortage: 'backorder' });
    await order(shop, { id: 'p1' });
    expect(await receive(shop, 'p1', 5)).toMatchObject({ state: 'received' });
    await shop.settle();
    expect(shop.order('o1').state).toBe('released');
    expect(shop.stock('B/S1')).toBe('5 0 2 0');
    const [turn] = shop.published.filter(({ events }) => events.some(({ kind }) => kind === 'supply.changed')).slice(-1);
    expect(turn?.events.map(({ kind }) => kind)).toContain('order.changed');
  });

  it('[E9] serves whoever waits also when a transfer goes back', async () => {
    const shop = await onTheWay();
    await shop.place('o1', { S1: 5 });
    await shop.place('o2', { S1: 2 }, { shortage: 'backorder' });
    expect(shop.order('o2').state).toBe('backordered');
    await shop.ok('supply.cancel', { supplyId: 't1', reason: 'r' });
    await shop.settle();
    expect(shop.order('o2').fulfillments).toMatchObject([{ location: 'A', state: 'released' }]);
  });

  it('[U9] damaged is set aside', async () => {
    const shop = await onTheWay();
    await receive(shop, 't1', 3, 2);
    expect(shop.ask('stock.get', { sku: 'S1', location: 'B' })).toMatchObject([{ onHand: 3, damaged: 2, atp: 1 }]);
    await order(shop, { id: 'p1' });
    await receive(shop, 'p1', 5, 5);
    expect(shop.ask('stock.get', { sku: 'S1', location: 'B' })).toMatchObject([{ onHand: 8, damaged: 7, atp: 1 }]);
  });

  it('[U9] stands in the ledger, with the document and command that moved it', async () => {
    const shop = await onTheWay();
    await receive(shop, 't1', 5, 1);
    await order(shop, { id: 'p1' });
    await receive(shop, 'p1', 5, 2);
    const moves = (location: string) => shop.ask('stock.history', { sku: 'S1', location }).movements.map(({ kind, units, bucket, supplyId, command }) =>
      [kind, units, bucket, supplyId, command?.kind].filter((word) => word !== undefined).join(' '));
    expect(moves('A')).toEqual(['transferred-out 5 t1 supply.ship', 'received 10 stock.receive']);
    expect(moves('B')).toEqual([
      'set-aside 2 damaged p1 supply.receive', 'received 5 p1 supply.receive',
      'transferred-in 1 damaged t1 supply.receive', 'transferred-in 4 t1 supply.receive',
    ]);
  });

  it('[U9] beyond what a stock may hold is refused, and nothing of it happens', async () => {
    const shop = await onTheWay();
    await shop.receive({ 'B/S1': 999_999_999 });
    expect(await shop.refused('supply.receive', { supplyId: 't1', lines: [{ lineId: '1', quantity: 5 }] })).toMatchObject({ code: 'over-limit', field: 'body.lines[0].quantity' });
    expect(shop.ask('supply.get', { supplyId: 't1' })).toMatchObject({ state: 'in-transit' });
  });
});

describe('incoming', () => {
  it('[U5] stands by location and date, and shows as a total in the stock', async () => {
    const shop = await onTheWay();
    await order(shop, { id: 'p1', expectedAtMs: shop.clock.now() + 2 * day });
    await order(shop, { id: 'p2', to: 'A', lines: [{ sku: 'S1', quantity: 9 }, { sku: 'S1', quantity: 1, expectedAtMs: shop.clock.now() + day }] });
    expect(dates(shop, 'S1')).toEqual(['A 1 in 1', 'A 9 in 7', 'B 5 in 2', 'B 5 in 7']);
    expect(shop.ask('stock.get', { sku: 'S1' })).toMatchObject([{ location: 'A', incoming: 10 }]);
    expect(shop.ask('stock.incoming', { sku: 'S1', location: 'B' })[1]).toMatchObject({ confidence: 0.95, from: 'A', supplyId: 't1', lineId: '1', type: 'transfer' });
    await shop.ok('supply.put', { supply: whole(shop, { id: 'p1', expectedAtMs: shop.clock.now() + 8 * day }) });
    expect(dates(shop, 'S1').slice(2)).toEqual(['B 5 in 7', 'B 5 in 8']);
    await receive(shop, 't1', 2);
    await shop.ok('supply.cancel', { supplyId: 'p1', reason: 'r' });
    expect(dates(shop, 'S1').slice(2)).toEqual(['B 3 in 7']);
    expect(shop.ask('stock.incoming', { sku: 'S9' })).toEqual([]);
  });

  it('[U5] moves to the date that is told when it leaves', async () => {
    const shop = await Shop.open();
    await order(shop, { id: 'p1', lines: [{ sku: 'S1', quantity: 1, expectedAtMs: shop.clock.now() + day }, { sku: 'S1', quantity: 2 }] });
    await shop.ok('supply.ship', { supplyId: 'p1', expectedAtMs: shop.clock.now() + 3 * day, tracking: 'T' });
    expect(dates(shop, 'S1')).toEqual(['B 1 in 3', 'B 2 in 3']);
    expect(shop.ask('supply.get', { supplyId: 'p1' })).toMatchObject({ tracking: 'T', state: 'in-transit' });
  });
});

describe('lists', () => {
  const ids = (shop: Shop, body: object) => shop.ask('supply.list', body as never).supplies.map(({ supplyId }) => supplyId);

  it('[U11] give open documents by state, location, SKU and together, page by page', async () => {
    const shop = await onTheWay();
    for (const id of ['p1', 'p2', 'p3']) await put(shop, { id, to: 'C', lines: [{ sku: id === 'p3' ? 'S9' : 'S1', quantity: 1 }] });
    await shop.ok('supply.order', { supplyId: 'p2' });
    expect([ids(shop, {}).sort(), ids(shop, { state: 'draft' }), ids(shop, { location: 'A' }), ids(shop, { location: 'B' })]).toEqual([['p1', 'p2', 'p3', 't1'], ['p1', 'p3'], ['t1'], ['t1']]);
    expect([ids(shop, { sku: 'S1' }), ids(shop, { sku: 'S1', location: 'C', state: 'ordered' }), ids(shop, { location: 'Z' })]).toEqual([['t1', 'p1', 'p2'], ['p2'], []]);
    const page = shop.ask('supply.list', { location: 'C', limit: 2 });
    expect(page.next).toBe('p2');
    expect(ids(shop, { location: 'C', limit: 2, after: 'p2' })).toEqual(['p3']);
    await shop.ok('supply.cancel', { supplyId: 'p2', reason: 'r' });
    expect(ids(shop, { location: 'C', after: 'p2' })).toEqual(['p1', 'p3']);
  });

  it('[U11] cut a page where its documents have many lines', async () => {
    const shop = await Shop.open();
    const lines = Array.from({ length: 500 }, () => ({ sku: 'S1', quantity: 1 }));
    for (let index = 0; index < 6; index += 1) await put(shop, { id: `p${index}`, lines });
    expect(shop.ask('supply.list', {})).toMatchObject({ next: 'p3' });
  });

  it('[U11] leave out what has ended; it leaves memory and is found by its id', async () => {
    const shop = await onTheWay();
    await receive(shop, 't1', 5);
    const { supplies } = shop.engine.inspect().core.world;
    expect([ids(shop, {}), supplies.inMemory]).toEqual([[], 1]);
    await shop.pass(2_000);
    expect(supplies.inMemory).toBe(0);
    expect(shop.ask('supply.get', { supplyId: 't1' })).toMatchObject({ state: 'received' });
    expect(supplies.inMemory).toBe(0);
    expect(await shop.refused('supply.cancel', { supplyId: 't1', reason: 'r' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('supply.put', { supply: whole(shop, { id: 't1', type: 'transfer' }) })).toMatchObject({ code: 'wrong-state', field: 'body.supply.id' });
    expect(shop.ask('supply.get', { supplyId: 'p9' })).toBeNull();
    expect(await shop.refused('supply.order', { supplyId: 'p9' })).toMatchObject({ code: 'unknown-supply', field: 'body.supplyId' });
  });

  it('[U14] are bounded', async () => {
    const shop = await Shop.open({ limits: { suppliesOpenMax: 2 } });
    await put(shop, { id: 'p1' });
    await put(shop, { id: 'p2' });
    expect(await shop.refused('supply.put', { supply: whole(shop, { id: 'p3' }) })).toMatchObject({ code: 'over-limit', field: 'body.supply' });
    await put(shop, { id: 'p2', reference: 'again' });
    await shop.ok('supply.cancel', { supplyId: 'p1', reason: 'r' });
    await put(shop, { id: 'p3' });
  });
});

describe('a document', () => {
  it('[U4] names locations that exist, told before whatever else is wrong', async () => {
    const shop = await Shop.open();
    const wrong = whole(shop, { id: 'p1', to: 'Z', expectedAtMs: 0 });
    expect(await shop.refused('supply.put', { supply: wrong })).toMatchObject({ code: 'unknown-location', field: 'body.supply.to' });
    const from = whole(shop, { id: 't1', type: 'transfer', from: 'Z' });
    expect(await shop.refused('supply.put', { supply: from })).toMatchObject({ code: 'unknown-location', field: 'body.supply.from' });
    expect(await shop.refused('supply.put', { supply: whole(shop, { id: 'p1', expectedAtMs: 0 }) })).toMatchObject({ code: 'over-limit' });
    expect(shop.ask('supply.list', {}).supplies).toEqual([]);
  });

  it('[E14] of as many lines as it may have, with the longest names, fits each of its steps into a record', async () => {
    const shop = await Shop.open();
    const name = (index: number): string => `${index}`.padStart(64, 'x');
    const lines = Array.from({ length: supplyLinesMax }, (_, index) => ({ lineId: name(index), sku: name(index), quantity: 1_000_000, expectedAtMs: shop.clock.now() + day }));
    const entries = lines.map(({ sku, quantity }) => ({ sku, location: 'A', quantity }));
    for (const half of [entries.slice(0, 250), entries.slice(250)]) await shop.ok('stock.receive', { entries: half });
    for (const id of ['t1', 't2']) {
      await order(shop, { id, type: 'transfer', lines: lines.map((line) => ({ ...line, quantity: 500_000 })) });
      await shop.ok('supply.ship', { supplyId: id });
    }
    const all = lines.map(({ lineId }) => ({ lineId, quantity: 500_000, damaged: 1 }));
    expect(await shop.ok('supply.receive', { supplyId: 't1', lines: all })).toMatchObject({ state: 'received' });
    expect(await shop.ok('supply.cancel', { supplyId: 't2', reason: 'r' })).toMatchObject({ state: 'cancelled' });
    expect(shop.ask('supply.get', { supplyId: 't2' })?.lines[499]).toMatchObject({ returned: 500_000 });
  });

  it('[U11] comes back after a crash as it was, from records, rows and both', async () => {
    const shop = await onTheWay();
    await order(shop, { id: 'p1', supplier: 'Zoë & Söhne', reference: '', confidence: 0.125, lines: [{ lineId: 'x y', sku: 'S2', quantity: 3, expectedAtMs: shop.clock.now() + day }] });
    await put(shop, { id: 'd1' });
    await put(shop, { id: 'd2' });
    await shop.ok('supply.cancel', { supplyId: 'd2', reason: 'r ✓' });
    const everything = (of: Shop) => ({
      supplies: ['t1', 'p1', 'd1', 'd2'].map((supplyId) => of.ask('supply.get', { supplyId })),
      lists: [{}, { location: 'B' }, { sku: 'S1' }].map((body) => of.ask('supply.list', body).supplies.map(({ supplyId }) => supplyId).sort()),
      incoming: ['S1', 'S2'].map((sku) => of.ask('stock.incoming', { sku })),
    });
    const before = everything(shop);
    const again = await shop.restart();
    expect(everything(again)).toEqual(before);
    await again.pass(2_000);
    const saved = await again.restart();
    expect(everything(saved)).toEqual(before);
    await receive(saved, 't1', 2);
    const after = everything(saved);
    expect(everything(await saved.restart())).toEqual(after);
  });
});
