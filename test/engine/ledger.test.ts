/** The ledger of a stock: what a person sees who asks why the number is what it is. */
import { describe, expect, it } from 'vitest';
import { entries, order, Shop } from './shop.ts';

const where = { sku: 'S1', location: 'A' };

describe('the ledger', () => {
  it('[S17] tells every movement with its cause, newest first, back to nothing', async () => {
    const shop = await Shop.open();
    await shop.ok('stock.receive', { entries: entries({ 'A/S1': 10 }), reference: 'DN-7' });
    await shop.ok('stock.set-aside', { entries: entries({ 'A/S1': 2 }), bucket: 'damaged', reason: 'wet' });
    await shop.ok('order.place', order('o1', { S1: 3 }));
    await shop.ok('stock.dispose', { entries: entries({ 'A/S1': 1 }), bucket: 'damaged', reason: 'scrapped' });
    await shop.ok('stock.adjust', { entries: [{ ...where, delta: -1 }], reason: 'lost' });
    const { movements, opening, isTrimmed, next } = shop.ask('stock.history', where);
    expect(movements.map(({ kind, units, bucket, atp }) => [kind, units, bucket, atp])).toEqual([
      ['adjusted', -1, undefined, 4],
      ['disposed', 1, 'damaged', 5],
      ['allocated', 3, undefined, 5],
      ['set-aside', 2, 'damaged', 8],
      ['received', 10, undefined, 10],
    ]);
    expect(movements[0]).toMatchObject({ reason: 'lost', command: { kind: 'stock.adjust' } });
    expect(movements[2]).toMatchObject({ orderId: 'o1', command: { kind: 'order.place' } });
    expect(movements[4]).toMatchObject({ reference: 'DN-7', levels: { onHand: 10, damaged: 0 } });
    expect(opening).toMatchObject({ onHand: 0, allocated: 0 });
    expect([isTrimmed, next]).toEqual([false, undefined]);
  });

  it('[S17] goes on page by page, and is the same after a restart', async () => {
    const shop = await Shop.open();
    for (let units = 1; units <= 9; units += 1) await shop.receive({ 'A/S1': units });
    const pages = (shop: Shop): number[] => {
      const told: number[] = [];
      let from: number | undefined;
      do {
        const page = shop.ask('stock.history', from === undefined ? { ...where, limit: 4 } : { ...where, limit: 4, from });
        told.push(...page.movements.map(({ units }) => units));
        from = page.next;
      } while (from !== undefined);
      return told;
    };
    expect(pages(shop)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(pages(await shop.restart())).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('[S17] knows the balances of any time', async () => {
    const shop = await Shop.open();
    const startMs = shop.clock.now();
    await shop.receive({ 'A/S1': 5 });
    await shop.pass(60_000);
    await shop.receive({ 'A/S1': 7 });
    const at = (atMs: number) => shop.ask('stock.at', { ...where, atMs });
    expect(at(startMs - 1)).toMatchObject({ levels: { onHand: 0 }, atp: 0 });
    expect(at(startMs + 59_000)).toMatchObject({ levels: { onHand: 5 }, atp: 5, sinceMs: startMs });
    expect(at(startMs + 120_000)).toMatchObject({ levels: { onHand: 12 }, atp: 12 });
    expect(shop.ask('stock.at', { sku: 'none', location: 'A', atMs: startMs })).toMatchObject({ atp: 0 });
  });

  it('[S17] says where the journal ends, and sums up what it forgot', async () => {
    const shop = await Shop.open({ limits: { retainBytes: 1_000, retainMs: 1_000 } });
    await shop.receive({ 'A/S1': 5 });
    for (let index = 0; index < 20; index += 1) await shop.receive({ [`A/T${index}`]: 1 });
    await shop.pass(10_000);
    await shop.receive({ 'A/S1': 2 });
    await shop.pass(10_000);
    const { movements, opening, isTrimmed } = shop.ask('stock.history', where);
    expect(movements.map(({ units }) => units)).toEqual([2]);
    expect([opening?.onHand, isTrimmed]).toEqual([5, true]);
    expect(shop.ask('stock.at', { ...where, atMs: 0 })).toEqual({ unknown: true });
  });

  it('[S17] begins anew for a position that is none of its own', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    await shop.receive({ 'A/S2': 1 });
    const { position } = shop.ask('stock.history', where).movements[0]!;
    for (const from of [1, position, position + 1, 99]) {
      expect(shop.ask('stock.history', { ...where, from }).movements).toHaveLength(1);
    }
  });

  it('[S14] a count that finds what is known is no movement', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3 });
    await shop.ok('stock.count', { entries: [{ ...where, onHand: 3 }] });
    await shop.ok('stock.buffer', { entries: [{ ...where, buffer: 0 }] });
    expect(shop.ask('stock.history', where).movements).toHaveLength(1);
  });
});
