/** Counts of an earlier instant: what moved since is added, what is older than another count is dropped. */
import { describe, expect, it } from 'vitest';
import { entries, order, Shop } from './shop.ts';

const where = { sku: 'S1', location: 'A' };
const onHand = (shop: Shop): number | undefined => shop.ask('stock.get', where)[0]?.onHand;
const counted = (onHandThen: number, countedAtMs?: number): { entries: { sku: string; location: string; onHand: number; countedAtMs?: number }[] } => ({
  entries: [{ ...where, onHand: onHandThen, ...(countedAtMs === undefined ? {} : { countedAtMs }) }],
});

/** A shop whose clock goes on by a second before each thing done. */
async function open(): Promise<{ shop: Shop; now: () => number; later: () => void }> {
  const shop = await Shop.open();
  return { shop, now: () => shop.clock.now(), later: () => shop.clock.advance(1_000) };
}

describe('a count of an earlier instant', () => {
  it('[F16] is what was counted then, with all that came and went since', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20 });
    later();
    const instant = now();
    later();
    await shop.receive({ 'A/S1': 5 });
    await shop.ok('order.place', order('o1', { S1: 3 }));
    await shop.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' });
    await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1' });
    later();
    await shop.ok('stock.adjust', { entries: [{ ...where, delta: -1 }], reason: 'broken' });
    await shop.ok('stock.return', { entries: entries({ 'A/S1': 2 }) });
    expect(onHand(shop)).toBe(23);
    // Of the 20 there were 18: two were missing then, and are missing now.
    await shop.ok('stock.count', counted(18, instant));
    expect(onHand(shop)).toBe(21);
    const [newest] = shop.ask('stock.history', where).movements;
    expect(newest).toMatchObject({ kind: 'counted', units: -2 });
  });

  it('[F16] sent again changes nothing, however often, also with movements between', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20 });
    later();
    const instant = now();
    later();
    for (let round = 0; round < 3; round += 1) {
      await shop.ok('stock.count', counted(18, instant));
      expect(onHand(shop)).toBe(18 + round);
      later();
      await shop.receive({ 'A/S1': 1 });
    }
  });

  it('[F17] older than a count that was taken is dropped, and the answer names it', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20, 'A/S2': 9 });
    later();
    const early = now();
    later();
    const late = now();
    later();
    await shop.ok('stock.count', counted(15, late));
    const both = { entries: [...counted(17, early).entries, { sku: 'S2', location: 'A', onHand: 8, countedAtMs: early }] };
    expect(await shop.ok('stock.count', both)).toEqual({ entries: 2, displaced: [], broken: [], outdated: [0] });
    expect([onHand(shop), shop.ask('stock.get', { sku: 'S2' })[0]?.onHand]).toEqual([15, 8]);
    later();
    await shop.ok('stock.count', counted(14));
    expect(await shop.ok('stock.count', counted(16, late))).toMatchObject({ outdated: [0] });
    expect(onHand(shop)).toBe(14);
  });

  it('[F16] newer than a count that came before it leaves out what that one corrected', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20 });
    later();
    const early = now();
    later();
    const late = now();
    later();
    await shop.ok('stock.count', counted(12, early));
    expect(onHand(shop)).toBe(12);
    await shop.ok('stock.count', counted(11, late));
    expect(onHand(shop)).toBe(11);
  });

  it('[F16] in one turn with movements and counts of the same stock comes out as one after the other', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20 });
    later();
    const instant = now();
    later();
    const answers = await Promise.all([
      shop.send('stock.receive', { entries: entries({ 'A/S1': 4 }) }),
      shop.send('stock.count', counted(18, instant)),
      shop.send('stock.receive', { entries: entries({ 'A/S1': 1 }) }),
      shop.send('stock.count', counted(19, instant)),
      shop.send('stock.count', counted(30)),
      shop.send('stock.count', counted(1, instant)),
    ]);
    expect(answers.map(({ refused }) => refused)).toEqual(answers.map(() => undefined));
    expect(answers[5]).toMatchObject({ ok: { outdated: [0] } });
    expect(shop.ask('stock.history', where).movements.map(({ kind, units }) => [kind, units])).toEqual([
      ['counted', 6], ['counted', 1], ['received', 1], ['counted', -2], ['received', 4], ['received', 20],
    ]);
  });

  it('[F18] is refused when it is of the future, of before the journal, or leaves less than nothing', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 5 });
    later();
    const instant = now();
    expect(await shop.refused('stock.count', counted(5, instant + 1))).toMatchObject({ code: 'malformed', field: 'body.entries[0].countedAtMs' });
    later();
    await shop.ok('stock.adjust', { entries: [{ ...where, delta: -4 }], reason: 'lost' });
    expect(await shop.refused('stock.count', counted(3, instant))).toMatchObject({ code: 'not-enough', field: 'body.entries[0].onHand' });
    for (let change = 0; change < 130; change += 1) await shop.receive({ 'A/S1': 1 });
    expect(await shop.refused('stock.count', counted(5, instant))).toMatchObject({ code: 'over-limit', detail: expect.stringContaining('too many') });
    expect(onHand(shop)).toBe(131);
  });

  it('[F16] is the same after a restart', async () => {
    const { shop, now, later } = await open();
    await shop.receive({ 'A/S1': 20 });
    later();
    const instant = now();
    later();
    await shop.receive({ 'A/S1': 4 });
    await shop.engine.close();
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    await again.ok('stock.count', counted(18, instant));
    expect(onHand(again)).toBe(22);
  });
});
