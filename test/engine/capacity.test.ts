import { describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import { location, order, Shop } from './shop.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** Of three locations A is the nearest and has a capacity. It is the 14th of November 2023, 22:13 in London. */
async function openLimited(capacity: object, more: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await put(shop, capacity, more);
  await shop.receive({ 'A/S1': 100, 'B/S1': 100, 'A/S2': 100 });
  return shop;
}

const put = (shop: Shop, capacity: object, more: object = {}): Promise<unknown> =>
  shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity, ...more } as never });
const placed = async (shop: Shop, id: string, quantity: number, sku = 'S1'): Promise<string> => {
  const answer = (await shop.ok('order.place', order(id, { [sku]: quantity }))) as OrderAnswer;
  return answer.fulfillments.map((part) => part.location).join();
};
const work = (shop: Shop): string => shop.ask('capacity.get', { location: 'A' }).map(({ units, parcels }) => `${units}/${parcels}`).join(' ');

describe('capacity by day', () => {
  it('[N10] [N11] the nearest location until its day is full, then the next, and the decision says why', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    expect([await placed(shop, 'o1', 3), await placed(shop, 'o2', 3), await placed(shop, 'o3', 2), await placed(shop, 'o4', 1)]).toEqual(['A', 'B', 'A', 'B']);
    const decisions = shop.published.flatMap(({ events }) => events).filter(({ kind }) => kind === 'order.sourced');
    const removed = [{ location: 'A', reason: 'no-capacity' }];
    expect(decisions.map((event) => ('removed' in event ? event.removed : undefined))).toEqual([undefined, removed, undefined, removed]);
    expect(work(shop)).toBe('5/2');
  });

  it('[N10] parcels are counted as well, and a day with an override has its own limits', async () => {
    const shop = await openLimited({ pick: { perDay: 5 }, pack: { perDay: 1 }, overrides: [{ date: '2023-11-15', pack: { perDay: 2 } }] });
    expect([await placed(shop, 'o1', 1), await placed(shop, 'o2', 1)]).toEqual(['A', 'B']);
    await shop.pass(2 * hour);
    // The override says nothing of picking.
    expect([await placed(shop, 'o3', 50), await placed(shop, 'o4', 1), await placed(shop, 'o5', 1)]).toEqual(['A', 'A', 'B']);
  });

  it('[N10] work counts for the day on which it would be ready', async () => {
    const hours = { wednesday: [{ from: '09:00', to: '17:00' }], thursday: [{ from: '09:00', to: '17:00' }] };
    const shop = await openLimited({ pack: { perDay: 1 } }, { hours, processingMs: hour });
    await placed(shop, 'o1', 1);
    expect(shop.order('o1').fulfillments).toMatchObject([{ workAtMs: at('2023-11-15T10:00:00Z'), shipByMs: at('2023-11-15T17:00:00Z') }]);
    expect(await placed(shop, 'o2', 1)).toBe('B');
    // From four on Wednesday, what is given is ready on Thursday.
    await shop.pass(at('2023-11-15T15:59:00Z') - shop.clock.now());
    expect(await placed(shop, 'o3', 1)).toBe('B');
    await shop.pass(2 * 60_000);
    expect(await placed(shop, 'o4', 1)).toBe('A');
  });

  it('[N11] an order that only a full location could serve is refused, and says so', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    const refusal = await shop.refused('order.place', order('o1', { S2: 6 }));
    expect(refusal).toMatchObject({ code: 'out-of-stock', retryable: true, detail: '6 units are not available from 2 locations; 1 more have no capacity left' });
    expect(work(shop)).toBe('');
  });
});

describe('capacity by hour', () => {
  it('[N10] a full hour passes work on to the next open one, and the dates follow', async () => {
    const hours = { wednesday: [{ from: '09:30', to: '11:00' }, { from: '13:00', to: '14:00' }] };
    const times = { wednesday: ['10:00', '12:00', '16:00'] };
    const shop = await openLimited({ pack: { perHour: 1 } }, { hours, cutOffs: [{ carrier: 'post', service: 'standard', times }] });
    expect([await placed(shop, 'o1', 1), await placed(shop, 'o2', 1), await placed(shop, 'o3', 1), await placed(shop, 'o4', 1)]).toEqual(['A', 'A', 'A', 'B']);
    const dates = ['o1', 'o2', 'o3'].map((id) => shop.order(id).fulfillments[0]).map((part) => [part?.workAtMs, part?.shipByMs]);
    const wednesday = (time: string): number => at(`2023-11-15T${time}:00Z`);
    expect(dates).toEqual([
      [wednesday('09:00'), wednesday('10:00')],
      [wednesday('10:00'), wednesday('10:00')],
      [wednesday('13:00'), wednesday('16:00')],
    ]);
    expect(work(shop)).toBe('1/1 1/1 1/1');
  });
});

describe('room that comes back', () => {
  it('[N12] a cancellation gives it back in the same command, a pick does not', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    await placed(shop, 'o1', 2);
    await placed(shop, 'o2', 3);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'changed their mind', lines: [{ lineId: '1', quantity: 1 }] });
    expect([work(shop), await placed(shop, 'o3', 1)]).toEqual(['4/2', 'A']);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'changed their mind' });
    expect(work(shop)).toBe('4/2');
    await shop.part('fulfillment.pick', 'o2');
    await shop.ok('fulfillment.short', { orderId: 'o2', fulfillmentId: '1', reason: 'not there', lines: [{ lineId: '1', quantity: 3 }] });
    // The units were looked for; they are sourced elsewhere, for there is no room for three.
    expect([work(shop), shop.order('o2').fulfillments.map((part) => part.location).join()]).toEqual(['4/2', 'A,B']);
  });

  it('[N12] what is left of an order that others place in part, or that wants less, is served where it fits', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    await shop.receive({ 'B/S3': 9 });
    // Nine units are too many for A; once B has given six, the three that only A has are not.
    await shop.place('o1', { S3: 6, S2: 3 }, { shortage: 'backorder' });
    await shop.settle();
    expect([work(shop), shop.order('o1').state]).toEqual(['3/1', 'released']);
    await shop.place('o2', { S2: 4 }, { shortage: 'backorder' });
    expect(shop.order('o2').state).toBe('backordered');
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'two will do', lines: [{ lineId: '1', quantity: 2 }] });
    await shop.settle();
    expect([work(shop), shop.order('o2').state]).toEqual(['5/2', 'released']);
  });

  it('[N12] what a loss takes back gives room as well', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    await placed(shop, 'o1', 5);
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    expect([work(shop), shop.order('o1').fulfillments.map(({ location: place, state }) => `${place} ${state}`)]).toEqual(['', ['A cancelled', 'B released']]);
  });

  it('[N12] whoever waits is served when room is given back', async () => {
    const shop = await openLimited({ pick: { perDay: 5 } });
    await placed(shop, 'o1', 5, 'S2');
    await shop.place('o2', { S2: 4 }, { shortage: 'backorder' });
    expect(shop.order('o2').state).toBe('backordered');
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'changed their mind' });
    await shop.settle();
    expect(shop.order('o2').state).toBe('released');
  });

  it('[N12] whoever waits is served when the next day begins, also after a restart, and not before', async () => {
    let shop = await openLimited({ pick: { perDay: 5 }, overrides: [{ date: '2023-11-15', pick: { perDay: 0 } }] });
    await placed(shop, 'o1', 5, 'S2');
    await shop.place('o2', { S2: 5 }, { shortage: 'backorder' });
    shop = await shop.restart();
    expect(work(shop)).toBe('5/1');
    // The 15th takes nothing at all; the 16th begins at midnight in London.
    await shop.pass(at('2023-11-15T23:59:59.999Z') - shop.clock.now());
    expect(shop.order('o2').state).toBe('backordered');
    await shop.pass(1);
    expect(shop.order('o2')).toMatchObject({ state: 'released', fulfillments: [{ workAtMs: at('2023-11-16T00:00:00Z') }] });
  });

  it('[N12] a larger capacity serves them at once', async () => {
    const shop = await openLimited({ pick: { perDay: 0 } });
    await shop.place('o1', { S2: 5 }, { shortage: 'backorder' });
    await put(shop, { pick: { perDay: 5 } });
    await shop.settle();
    expect(shop.order('o1').state).toBe('released');
  });

  it('[N10] without a capacity nothing is counted and no row is written', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London' } as never });
    await shop.receive({ 'A/S1': 100 });
    await placed(shop, 'o1', 1);
    expect([work(shop), shop.order('o1').fulfillments[0]?.workAtMs]).toEqual(['', undefined]);
    expect(shop.claim.record(shop.claim.tail)?.rows.map(([key]) => key.slice(0, 2))).toEqual(['o/', 's/']);
  });
});
