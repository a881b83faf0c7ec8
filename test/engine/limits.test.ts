/** Every bound: what is beyond one is refused by name, and what is within one works to the edge. */
import { describe, expect, it, test } from 'vitest';
import { holdsMax, orderLinesMax, stockEntriesMax } from '../../actors/limits.ts';
import { checkLimits, defaultLimits } from '../../engine/limits.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { recordBytesMax } from '../../storage/journal.ts';
import { encodeRecord, origin } from '../../storage/codec.ts';
import { entries, location, order, Shop } from './shop.ts';

/** Bytes of the largest record in a shop's journal. */
const largestRecord = (shop: Shop): number => Math.max(...[...shop.disk.records.values()].map(({ length }) => length));
const wide = (text: string, length: number): string => text.padStart(length, 'x');

async function stocked(count: number, length: number): Promise<{ shop: Shop; skus: string[] }> {
  const shop = await Shop.open();
  const skus = Array.from({ length: count }, (_, index) => wide(`${index}`, length));
  for (let from = 0; from < count; from += 500) {
    await shop.receive(Object.fromEntries(skus.slice(from, from + 500).map((name) => [`A/${name}`, 1_000])));
  }
  return { shop, skus };
}

describe('the inbox', () => {
  it('[E13] full, refuses at once as busy, and takes the next when there is room', async () => {
    const shop = await Shop.open({ limits: { inboxCountMax: 10, turnCommandsMax: 10 } });
    const outcomes: Outcome[] = [];
    for (let index = 0; index < 13; index += 1) {
      const body = { location: { ...location('A'), name: `${index}` } };
      void shop.send('location.put', body).then((outcome) => outcomes.push(outcome));
    }
    await Promise.resolve();
    const busy = { code: 'busy', retryable: true, detail: 'the inbox is full; try again shortly' };
    expect(outcomes.map(({ refused }) => refused)).toEqual([busy, busy, busy]);
    await shop.settle();
    expect(outcomes.length).toBe(13);
    expect((await shop.send('carrier.suspend', { carrierId: 'post', reason: '' })).refused).toBeUndefined();
  });
});

describe('a record', () => {
  it('[E14] an order of the most lines fits, with ordinary names', async () => {
    const { shop, skus } = await stocked(orderLinesMax, 12);
    const answer = await shop.place('big', Object.fromEntries(skus.map((name) => [name, 3])));
    expect(answer.fulfillments[0]?.lines.length).toBe(orderLinesMax);
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'big');
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
    expect((await shop.restart()).order('big').state).toBe('delivered');
  });

  it('[E14] an order of the most lines with the longest names is refused as too large, and nothing else stops', async () => {
    const { shop, skus } = await stocked(orderLinesMax, 64);
    const lines = skus.map((name, index) => ({ sku: name, quantity: 3, lineId: wide(`l${index}`, 64), unitPriceMinor: 1e12 }));
    const asked = [
      shop.send('order.place', order('small', { [skus[0]!]: 1 })),
      shop.send('order.place', { ...order('huge', {}), lines }),
      shop.send('order.place', order('after', { [skus[0]!]: 1 })),
    ];
    const [small, huge, after] = await Promise.all(asked);
    expect(huge?.refused).toMatchObject({ code: 'too-large', retryable: false, field: 'body' });
    expect([small?.refused, after?.refused]).toEqual([undefined, undefined]);
    expect(shop.stock(`A/${skus[9]}`)).toBe('1000 0 0 0');
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
    await shop.place('half', Object.fromEntries(skus.slice(0, 900).map((name) => [name, 1])));
    expect(await shop.ok('order.cancel', { orderId: 'half', reason: 'r' })).toMatchObject({ state: 'cancelled' });
  });

  it('[E14] a stock command of the most entries with the longest names fits', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: location(wide('L', 32)) });
    const all = Object.fromEntries(Array.from({ length: stockEntriesMax }, (_, index) => [`${wide('L', 32)}/${wide(`${index}`, 64)}`, 1e9]));
    expect(await shop.receive(all)).toMatchObject({ entries: stockEntriesMax });
    const counts = entries(all).map(({ quantity, ...place }) => ({ ...place, onHand: quantity - 1 }));
    await shop.ok('stock.count', { entries: counts });
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E14] one with a name that msgpackr treats specially fits as well', async () => {
    const shop = await Shop.open();
    const names = ['__proto__', '__keys__', ...Array.from({ length: 1_500 }, (_, index) => wide(`${index}`, 12))];
    for (let from = 0; from < names.length; from += 500) {
      await shop.receive(Object.fromEntries(names.slice(from, from + 500).map((name) => [`A/${name}`, 9])));
    }
    expect(shop.stock('A/__proto__')).toBe('9 0 0 0');
    const lines = names.map((sku) => ({ sku, quantity: 1, lineId: sku }));
    const outcome = await shop.send('order.place', { ...order('o', {}), lines });
    expect(outcome.refused).toBeUndefined();
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E14] hundreds of large refused commands at once are cut into turns', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    const lines = Array.from({ length: 200 }, (_, index) => ({ sku: wide(`${index}`, 64), quantity: 1, lineId: wide(`l${index}`, 64) }));
    const asked = Array.from({ length: 300 }, (_, index) => shop.send('order.place', { ...order(`o${index}`, {}), lines }));
    const outcomes = await Promise.all(asked);
    expect(new Set(outcomes.map(({ refused }) => refused?.code))).toEqual(new Set(['unknown-sku']));
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E14] large orders coming back in a turn of small ones wait for a turn of their own', async () => {
    const { shop, skus } = await stocked(1_000, 24);
    for (const id of ['b1', 'b2', 'b3']) await shop.place(id, Object.fromEntries(skus.map((name) => [name, 1])), { releaseAfterMs: 5_000 });
    await shop.place('s1', { [skus[0]!]: 1 }, { releaseAfterMs: 5_000 });
    shop.clock.advance(5_000);
    const cancels = ['b1', 'b2'].map((orderId) => shop.send('order.cancel', { orderId, reason: 'r' }));
    const small = Array.from({ length: 100 }, (_, index) => shop.send('order.place', order(`o${index}`, { [skus[1]!]: 1 })));
    const outcomes = await Promise.all([...cancels, ...small]);
    expect(outcomes.every(({ refused }) => refused === undefined)).toBe(true);
    await shop.settle(20);
    expect(['b1', 'b2', 'b3', 's1'].map((id) => shop.order(id).state)).toEqual(['cancelled', 'cancelled', 'released', 'released']);
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E14] [O27] orders with the most and longest holds are cut into turns, whatever is done with them', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1_000, 'B/S1': 1_000 });
    const text = '灯'.repeat(1_000);
    const ids = Array.from({ length: 40 }, (_, index) => `o${index}`);
    const holds = Array.from({ length: holdsMax }, (_, at) => ({ holdId: `h${at}`, reason: text.slice(0, 200), note: text }));
    await Promise.all(ids.map((id) => shop.place(id, { S1: 1 }, { holds: holds as never })));
    const again = ids.map((orderId) => shop.ok('order.hold', { orderId, ...holds[3] } as never));
    const moved = ids.map((orderId) => shop.ok('order.move', { orderId, fulfillmentId: '1', to: 'B', reason: text.slice(0, 200) } as never));
    await Promise.all([...again, ...moved]);
    await Promise.all(ids.map((orderId) => shop.ok('order.unhold', { orderId, holdId: 'h0' } as never)));
    expect(shop.ask('order.counts', {}).held).toBe(ids.length);
    expect(shop.order('o9').fulfillments.at(-1)).toMatchObject({ location: 'B' });
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E14] hundreds of waiting orders served by one delivery are cut into turns', async () => {
    const shop = await Shop.open();
    const skus = Array.from({ length: 100 }, (_, index) => wide(`${index}`, 64));
    await shop.ok('stock.count', { entries: skus.map((sku) => ({ sku, location: 'A', onHand: 0 })) });
    const waiting = Object.fromEntries(skus.map((name) => [name, 1]));
    await Promise.all(Array.from({ length: 60 }, (_, index) => shop.place(`o${index}`, waiting, { shortage: 'backorder' })));
    await shop.receive(Object.fromEntries(skus.map((name) => [`A/${name}`, 60])));
    await shop.settle(200);
    expect(shop.ask('order.counts', {}).byState).toEqual({ released: 60 });
    expect(largestRecord(shop)).toBeLessThan(recordBytesMax);
  });

  it('[E1] holds the commands of its turn in order, with their answers, rows and events', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3 });
    const asked = ['o1', 'o2'].map((id) => shop.send('order.place', order(id, { S1: 2 }), id));
    const outcomes = await Promise.all(asked);
    const record = shop.claim.record(shop.claim.tail);
    expect(outcomes.map(({ position }) => position)).toEqual([shop.claim.tail, shop.claim.tail]);
    expect(record?.commands.map((entry) => (entry as unknown[]).slice(0, 3))).toEqual([['o1', 'order.place', 'test'], ['o2', 'order.place', 'test']]);
    expect(record?.commands.map((entry) => (entry as unknown[])[4])).toEqual([null, ['out-of-stock', expect.any(String), 'body.lines']]);
    expect(record?.rows.map(([key]) => key).toSorted()).toEqual(['o/o1', 's/A/S1']);
    expect(encodeRecord(record!, 1n, origin).length).toBeLessThan(2_000);
  });
});

describe('limits hang together', () => {
  test.each([
    [{ turnBytesMax: 100 }, 'a turn holds more than one order'],
    [{ recordBytesMax: 160 * 1024 }, 'a turn may overshoot by what is not measured'],
    [{ inboxCountMax: 1 }, 'a turn takes from the inbox'],
    [{ commitWarnMs: 10_000 }, 'a slow commit is reported'],
    [{ ordersInMemoryMax: 100 }, 'a turn fits in memory'],
  ])('[E14] %j is refused at the start', (change, reason) => {
    expect(() => checkLimits({ ...defaultLimits, ...change })).toThrow(reason);
  });

  it('[E14] the engine stays below the journal’s own bound', () => {
    expect(checkLimits(defaultLimits).recordBytesMax).toBeLessThan(0.9 * recordBytesMax);
  });
});
