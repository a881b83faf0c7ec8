/** Short picks that reach further than their units: suspect stock, and who is sent elsewhere because of it. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { location, Shop, type ShopOptions } from './shop.ts';

const hourMs = 3_600_000;
const policy = (reach: string, more: object = {}): object => ({ shortPick: { reach, ...more } });
const put = (shop: Shop, id: string, index: number, more: object): Promise<unknown> =>
  shop.ok('location.put', { location: { ...location(id, index), ...more } } as never);
const events = (shop: Shop): Event[] => shop.published.flatMap((turn) => [...turn.events]);
const parts = (shop: Shop, id: string): string[] => shop.order(id).fulfillments.map(({ location: at, state }) => `${at} ${state}`);
const atp = (shop: Shop, sku = 'S1'): unknown => shop.ask('atp.get', { skus: [sku], channel: 'web' })[sku];

/** Orders o1, o2 … of one unit each, all from A; o1 is being picked. */
async function shop(units: Readonly<Record<string, number>>, orders: number, more: object, options: ShopOptions = {}): Promise<Shop> {
  const made = await Shop.open(options);
  await put(made, 'A', 0, more);
  await made.receive(units);
  for (let index = 1; index <= orders; index += 1) await made.place(`o${index}`, { S1: 1 });
  await made.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' });
  return made;
}

const short = (made: Shop, id = 'o1', quantity = 1): Promise<unknown> =>
  made.ok('fulfillment.short', { orderId: id, fulfillmentId: '1', lines: [{ lineId: '1', quantity }], reason: 'not there' });

describe('how far a short pick reaches', () => {
  it('[SP1] without a policy no further than its units: the same place may give them again', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 2, {});
    await short(made);
    expect(parts(made, 'o1')).toEqual(['A cancelled', 'A released']);
    expect(made.ask('stock.get', { sku: 'S1', location: 'A' })).toMatchObject([{ onHand: 4, allocated: 2, atp: 2 }]);
    expect(made.ask('suspect.list', {})).toEqual({ suspects: [] });
  });

  it('[SP1] of `stock` what is left there is suspect: it is not sold, and others keep what they have', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 2, policy('stock'));
    await short(made);
    expect(parts(made, 'o1')).toEqual(['A cancelled', 'B released']);
    expect(parts(made, 'o2')).toEqual(['A released']);
    expect(made.ask('stock.get', { sku: 'S1', location: 'A' })).toMatchObject([{ onHand: 4, allocated: 1, suspect: true, atp: 0 }]);
    expect(atp(made)).toBe(4);
    await made.place('o3', { S1: 1 });
    expect(parts(made, 'o3')).toEqual(['B released']);
    expect(made.ask('atp.explain', { sku: 'S1', channel: 'web' }).locations.find((one) => one.location === 'A')).toMatchObject({ free: 3, notSold: 'suspect', atp: 0 });
  });

  it('[SP1] [SP3] of `orders` whoever is to be sent it, and nobody picks yet, is sent it from elsewhere in the same turn', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 3 }, 4, policy('orders'));
    await made.ok('fulfillment.pick', { orderId: 'o2', fulfillmentId: '1' });
    const turns = made.published.length;
    await short(made);
    await made.settle();
    expect([1, 2, 3, 4].map((id) => parts(made, `o${id}`))).toEqual([['A cancelled', 'B released'], ['A picking'], ['A cancelled', 'B released'], ['A cancelled', 'B released']]);
    expect(made.published.length).toBe(turns + 1);
    expect(events(made).filter((one) => one.kind === 'order.sourced' && one.cause?.kind === 'suspect')).toMatchObject([{ orderId: 'o3', cause: { from: ['1'] } }, { orderId: 'o4' }]);
    const explained = made.ask('decision.explain', { orderId: 'o3', attempt: 2 });
    expect(explained?.text.join('\n')).toContain('because part 1 may not be where it was to come from');
    expect(explained?.recomputed).toMatchObject({ reproduced: true });
  });

  it('[SP3] takes no more orders in one turn than may be swept, and goes on in the next ones, over a restart too', async () => {
    const made = await shop({ 'A/S1': 9, 'B/S1': 9 }, 9, policy('orders'), { limits: { turnSweptMax: 2 } });
    const turns = made.published.length;
    await short(made);
    const moved = made.published.slice(turns).map((turn) => turn.events.filter((one) => one.kind === 'order.sourced' && one.cause?.kind === 'suspect').length);
    expect(moved).toEqual([2]);
    made.disk.crash();
    const again = await Shop.open({ disk: made.disk, clock: made.clock, isBare: true });
    await again.settle();
    expect([2, 3, 4, 9].map((id) => parts(again, `o${id}`).at(-1))).toEqual(['B released', 'B released', 'B released', 'B released']);
  });

  it('[SP2] only where something is left there, and no more than the policy says', async () => {
    const made = await shop({ 'A/S1': 1, 'B/S1': 3 }, 1, policy('orders'));
    await short(made);
    expect(made.ask('suspect.list', {}).suspects).toEqual([]);
    const many = await shop({ 'A/S1': 8, 'B/S1': 3 }, 2, policy('orders', { leftMax: 6 }));
    await short(many);
    expect(many.ask('suspect.list', {}).suspects).toEqual([]);
    await many.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '2' });
    await many.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '2', lines: [{ lineId: '1', quantity: 1 }], reason: 'no' });
    expect(many.ask('suspect.list', {}).suspects).toMatchObject([{ location: 'A', sku: 'S1', times: 1, missing: 1, of: { orderId: 'o1', fulfillmentId: '2' } }]);
  });

  it('[SP3] whom nobody else can serve stays, and goes when somebody can', async () => {
    const made = await shop({ 'A/S1': 5 }, 3, policy('orders'));
    await short(made);
    await made.settle();
    expect(made.order('o1').exception).toMatchObject({ code: 'short-pick' });
    expect(parts(made, 'o2')).toEqual(['A released']);
    await made.receive({ 'B/S1': 2 });
    await made.settle();
    expect([parts(made, 'o1'), parts(made, 'o2'), parts(made, 'o3')]).toEqual([['A cancelled', 'B released'], ['A cancelled', 'B released'], ['A released']]);
  });

  it('[SP3] moves the units of the SKU alone; of kits that leave together all of the part', async () => {
    const made = await Shop.open();
    await put(made, 'A', 0, policy('orders'));
    await made.receive({ 'A/S1': 5, 'A/S2': 5, 'B/S1': 5 });
    await made.place('o1', { S1: 1 });
    await made.place('o2', { S1: 1, S2: 1 });
    await made.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' });
    await short(made);
    await made.settle();
    expect(made.order('o2').fulfillments).toMatchObject([{ location: 'A', state: 'released', lines: [{ lineId: '2' }] }, { location: 'B', lines: [{ lineId: '1' }] }]);
    await made.ok('item.put', { item: { sku: 'KIT', kit: { components: [{ sku: 'S2', quantity: 1 }, { sku: 'S3', quantity: 1 }], together: true } } });
    await made.receive({ 'A/S3': 3, 'B/S3': 3, 'B/S2': 3 });
    await made.place('o3', { KIT: 1 });
    await made.ok('suspect.raise', { sku: 'S3', location: 'A', reason: 'wet', reach: 'orders' });
    await made.settle();
    expect(parts(made, 'o3')).toEqual(['A cancelled', 'B released']);
  });
});

describe('suspect stock', () => {
  it('[SP4] is trusted again once it is counted, and what is there is sold and serves who waits', async () => {
    const made = await shop({ 'A/S1': 5 }, 2, policy('stock'));
    await short(made);
    expect(made.order('o1').state).toBe('exception');
    await made.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 4 }] });
    await made.settle();
    expect(made.order('o1').state).toBe('released');
    expect(made.ask('stock.get', { sku: 'S1', location: 'A' })).toMatchObject([{ onHand: 4, allocated: 2, atp: 2 }]);
    expect(events(made).filter(({ kind }) => kind === 'suspect.changed')).toMatchObject([{ state: 'stands', by: 'test', reason: 'not there' }, { state: 'counted' }]);
  });

  it('[SP4] not by a count of an instant before it was suspect', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 1, policy('stock'));
    const beforeMs = made.clock.now();
    made.clock.advance(1_000);
    await short(made);
    await made.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 5, countedAtMs: beforeMs }] });
    expect(made.ask('suspect.list', {}).suspects).toHaveLength(1);
  });

  it('[SP4] by its time, to the millisecond, also over a restart', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 1, policy('stock', { suspectForMs: hourMs }));
    await short(made);
    made.disk.crash();
    const again = await Shop.open({ disk: made.disk, clock: made.clock, isBare: true });
    expect(again.ask('suspect.list', { location: 'A' }).suspects).toMatchObject([{ reach: 'stock', untilMs: made.clock.now() + hourMs }]);
    expect(again.ask('engine.status', {})).toMatchObject({ suspectStocks: 1 });
    made.clock.advance(hourMs - 1);
    await again.settle();
    expect(again.ask('suspect.list', {}).suspects).toHaveLength(1);
    made.clock.advance(1);
    await again.settle();
    expect(again.ask('suspect.list', {}).suspects).toEqual([]);
    expect(atp(again)).toBe(8);
  });

  it('[SP4] [SP5] by somebody’s word, as it may begin by it', async () => {
    const made = await Shop.open();
    await made.receive({ 'A/S1': 3, 'B/S1': 1 });
    await made.place('o1', { S1: 1 });
    expect(await made.refused('suspect.clear', { sku: 'S1', location: 'A', reason: 'found' })).toMatchObject({ code: 'wrong-state' });
    expect(await made.refused('suspect.raise', { sku: 'S1', location: 'C', reason: 'x' })).toMatchObject({ code: 'unknown-sku', field: 'body.sku' });
    expect(await made.refused('suspect.raise', { sku: 'S1', location: 'nowhere', reason: 'x' })).toMatchObject({ code: 'unknown-location', field: 'body.location' });
    await made.ok('suspect.raise', { sku: 'S1', location: 'A', reason: 'wet' });
    expect(parts(made, 'o1')).toEqual(['A released']);
    await made.ok('suspect.raise', { sku: 'S1', location: 'A', reason: 'very wet', reach: 'orders' });
    await made.settle();
    expect(parts(made, 'o1')).toEqual(['A cancelled', 'B released']);
    expect(made.ask('suspect.list', {}).suspects).toMatchObject([{ times: 2, reach: 'orders', reason: 'very wet' }]);
    await made.ok('suspect.clear', { sku: 'S1', location: 'A', reason: 'dry' });
    expect(atp(made)).toBe(3);
    await made.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: -3 }], reason: 'gone' });
    expect(await made.refused('suspect.raise', { sku: 'S1', location: 'A', reason: 'x' })).toMatchObject({ code: 'wrong-state' });
  });

  it('[SP6] stands in the ledger: what ATP lost and got back is explained', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 1, policy('stock'));
    await short(made);
    await made.ok('suspect.clear', { sku: 'S1', location: 'A', reason: 'found' });
    const { movements, opening } = made.ask('stock.history', { sku: 'S1', location: 'A' });
    expect(movements.map(({ kind, units, atp: left, command }) => [kind, units, left, command?.kind])).toEqual([
      ['trusted', 0, 4, 'suspect.clear'], ['short', 1, 0, 'fulfillment.short'], ['suspected', 0, 0, 'fulfillment.short'],
      ['allocated', 1, 4, 'order.place'], ['received', 5, 5, 'stock.receive'],
    ]);
    expect(opening).toMatchObject({ onHand: 0 });
  });

  it('[SP7] is one case of its SKU: it concerns who is to be sent it still, and ends with the suspicion', async () => {
    const made = await shop({ 'A/S1': 5 }, 3, policy('orders'));
    await short(made);
    await made.settle();
    const caseId = 'STOCKOUT_AT_PICK/S1';
    expect(made.ask('case.get', { caseId })).toMatchObject({ state: 'working', cause: 'S1 at A is suspect: not there', orderIds: ['o1', 'o2', 'o3'] });
    await made.receive({ 'B/S1': 3 });
    await made.settle();
    expect(made.ask('case.get', { caseId })).toMatchObject({ orders: 0, ended: undefined });
    await made.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 4 }] });
    expect(made.ask('case.get', { caseId })).toMatchObject({ state: 'resolved' });
  });

  it('[SP8] takes what a cart holds there from it once it is an order, and is told to who follows the location', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 5 }, 1, policy('orders'));
    await made.reserve('r1', { S1: 1 });
    await short(made);
    await made.ok('order.place', { orderId: 'o9', channel: 'web', reservationId: 'r1', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 1 }] } as never);
    await made.settle();
    expect(parts(made, 'o9')).toEqual(['A cancelled', 'B released']);
  });
});

describe('a preview', () => {
  it('[SP9] says what would be done, and does nothing', async () => {
    const made = await shop({ 'A/S1': 5, 'B/S1': 2 }, 3, policy('orders'));
    const asked = { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', found: 0 }] } as const;
    const before = [made.engine.position, made.units('A/S1'), made.units('B/S1')];
    const said = made.ask('short.preview', asked as never);
    expect(said).toMatchObject({
      reach: 'orders', isCut: false,
      corrections: [{ sku: 'S1', location: 'A', units: 1, onHandBefore: 5, onHandAfter: 4, suspect: true }],
      order: { orderId: 'o1', units: 1, before: [{ location: 'A' }], after: [{ location: 'B' }] },
      orders: [{ orderId: 'o2', units: 1, after: [{ location: 'B' }], staying: 0 }, { orderId: 'o3', units: 0, after: [{ location: 'A' }], staying: 1 }],
    });
    expect(said?.orders[0]?.moreMinor).toBeGreaterThan(0);
    expect(said?.after.costMinor).toBe((said?.before.costMinor ?? 0) + 2 * (said?.orders[0]?.moreMinor ?? 0));
    expect(said?.text[0]).toBe('1 units of S1 are not at A: 5 → 4 on hand, the rest suspect.');
    expect([made.engine.position, made.units('A/S1'), made.units('B/S1')]).toEqual(before);
    await short(made);
    await made.settle();
    expect(['o1', 'o2', 'o3'].map((id) => parts(made, id).at(-1))).toEqual(['B released', 'B released', 'A released']);
  });

  it('[SP9] says why it would be refused', async () => {
    const made = await shop({ 'A/S1': 5 }, 2, {});
    const ask = (orderId: string, found: number, lineId = '1'): unknown =>
      made.ask('short.preview', { orderId, fulfillmentId: '1', lines: [{ lineId, found }] } as never);
    expect(ask('o2', 0)).toMatchObject({ refused: { code: 'wrong-state' }, corrections: [] });
    expect(ask('o1', 2)).toMatchObject({ refused: { code: 'not-enough', field: 'body.lines[0].found' } });
    expect(ask('o1', 0, '7')).toMatchObject({ refused: { code: 'unknown-line', field: 'body.lines[0].lineId' } });
    expect(ask('o1', 1)).toMatchObject({ refused: undefined, corrections: [], orders: [] });
    expect(ask('nobody', 1)).toBeNull();
  });
});
