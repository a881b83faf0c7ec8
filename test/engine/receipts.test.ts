/** Once: the same command id and body gets the same answer and one effect, whenever it comes again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../engine/outcome.ts';
import { firstDifference } from '../../engine/receipts.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { entries, order, Shop } from './shop.ts';

/** A shop whose writes become durable only when told. */
async function slowShop(): Promise<{ shop: Shop; disk: MemoryDisk }> {
  const writes: (() => void)[] = [];
  let isHeld = false;
  const disk = new MemoryDisk({ schedule: (settle) => (isHeld ? writes.push(settle) : queueMicrotask(settle)) });
  const shop = await Shop.open({ disk });
  await shop.receive({ 'A/S1': 9 });
  isHeld = true;
  return { shop, disk };
}

describe('a retry', () => {
  it('[E4] before its command is durable waits for it, and is answered with it', async () => {
    const { shop, disk } = await slowShop();
    const outcomes: Outcome[] = [];
    const placed = () => void shop.send('order.place', order('o1', { S1: 2 }), 'once').then((outcome) => outcomes.push(outcome));
    placed();
    placed();
    await shop.settle();
    placed();
    await shop.settle();
    expect(outcomes).toEqual([]);
    disk.settle();
    await shop.settle();
    expect(outcomes.length).toBe(3);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(shop.stock('A/S1')).toBe('9 0 2 0');
  });

  it('[I5] [E4] after it, after a restart and after memory forgot it, gets the first answer word for word', async () => {
    const shop = await Shop.open({ limits: { receiptsInMemoryMax: 2 } });
    await shop.receive({ 'A/S1': 9 });
    const first = await shop.send('order.place', order('o1', { S1: 2 }), 'once');
    expect(await shop.send('order.place', order('o1', { S1: 2 }), 'once')).toEqual(first);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'changed since' });
    const again = await shop.restart({ limits: { receiptsInMemoryMax: 2 } });
    expect(await again.send('order.place', order('o1', { S1: 2 }), 'once')).toEqual(first);
    for (let index = 0; index < 5; index += 1) await again.receive({ 'A/S1': 1 });
    await again.pass(5_000);
    expect(await again.send('order.place', order('o1', { S1: 2 }), 'once')).toEqual(first);
    expect(again.order('o1').state).toBe('cancelled');
  });

  it('[E7] of a refused command is refused again, though it might succeed now', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    const first = await shop.send('order.place', order('o1', { S1: 2 }), 'once');
    expect(first.refused?.code).toBe('out-of-stock');
    await shop.receive({ 'A/S1': 9 });
    expect(await shop.send('order.place', order('o1', { S1: 2 }), 'once')).toEqual(first);
    expect((await shop.send('order.place', order('o1', { S1: 2 }), 'another')).refused).toBeUndefined();
  });

  it('[E5] with another body, kind or credential is refused, naming what differs', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    await shop.ok('order.place', order('o1', { S1: 2 }), 'once');
    const field = async (asked: Promise<Outcome>) => {
      const { refused } = await asked;
      expect(refused).toMatchObject({ code: 'command-id-reused', retryable: false });
      return refused?.field;
    };
    expect(await field(shop.send('order.place', order('o2', { S1: 2 }), 'once'))).toBe('body.orderId');
    expect(await field(shop.send('order.place', order('o1', { S1: 3 }), 'once'))).toBe('body.lines[0].quantity');
    expect(await field(shop.send('order.place', order('o1', { S1: 2, S2: 1 }), 'once'))).toBe('body.lines');
    expect(await field(shop.send('order.place', order('o1', { S1: 2 }, { shortage: 'refuse' }), 'once'))).toBe('body.shortage');
    expect(await field(shop.send('order.release', { orderId: 'o1' }, 'once'))).toBe('kind');
    expect(await field(shop.send('order.place', order('o1', { S1: 2 }), 'once', 'somebody else'))).toBe('commandId');
    expect(shop.stock('A/S1')).toBe('9 0 2 0');
  });

  it('[E6] is a new command once its record was trimmed', async () => {
    const shop = await Shop.open({ limits: { retainBytes: 1_000, retainMs: 1_000 } });
    await shop.ok('stock.receive', { entries: entries({ 'A/S1': 5 }) }, 'once');
    for (let index = 0; index < 20; index += 1) await shop.receive({ [`A/T${index}`]: 1 });
    await shop.pass(10_000);
    await shop.receive({ 'A/S2': 1 });
    await shop.pass(10_000);
    expect(shop.engine.head).toBeGreaterThan(10);
    expect([...shop.disk.rows.keys()].filter((key) => key.startsWith('r/')).length).toBeLessThan(8);
    await shop.ok('stock.receive', { entries: entries({ 'A/S1': 5 }) }, 'once');
    expect(shop.stock('A/S1')).toBe('10 0 0 0');
  });

  it('[E6] of a record whose trim a crash cut off is a new command, and then known for good', async () => {
    const shop = await Shop.open();
    const body = { entries: entries({ 'A/S1': 5 }) };
    await shop.ok('stock.receive', body, 'once');
    await shop.receive({ 'A/S2': 1 });
    await shop.pass(2_000);
    const record = shop.claim.tail - 1;
    // The receipts of all records up to this one are gone, the records are not.
    const keys = [...shop.disk.rows.keys()].filter((key) => key.startsWith('r/'));
    const newest = (shop.claim.record(shop.claim.tail)?.commands ?? []) as readonly (readonly string[])[];
    const last = newest.map(([id]) => `r/${id}`);
    await shop.claim.save(keys.filter((key) => !last.includes(key)).map((key) => [key, null]));
    const again = await shop.restart();
    expect(again.claim.head).toBe(1);
    expect(again.stock('A/S1')).toBe('5 0 0 0');
    const first = await again.send('stock.receive', body, 'once');
    expect(again.stock('A/S1')).toBe('10 0 0 0');
    await again.pass(2_000);
    expect(again.claim.head).toBe(record + 1);
    const third = await again.restart();
    expect(third.claim.head).toBe(record + 1);
    expect(await third.send('stock.receive', body, 'once')).toEqual(first);
    expect(third.stock('A/S1')).toBe('10 0 0 0');
  });
});

describe('the first difference', () => {
  it('[E5] finds none between equal values, whatever the order of their keys', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(firstDifference(value, structuredClone(value), 'body')).toBeUndefined();
    }));
    expect(firstDifference({ a: 1, b: undefined }, { a: 1 }, 'body')).toBeUndefined();
    expect(firstDifference({ a: 1, b: 2 }, { b: 2, a: 1 }, 'body')).toBeUndefined();
    expect(firstDifference(-0, 0, 'body')).toBeUndefined();
  });

  it('[E5] names the place', () => {
    expect(firstDifference({ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, 'body')).toBe('body.a[1].b');
    expect(firstDifference([], {}, 'body')).toBe('body');
    expect(firstDifference(null, {}, 'body')).toBe('body');
    expect(firstDifference({ a: 1 }, { a: '1' }, 'body')).toBe('body.a');
  });
});
