/** Drift: how far counts were from what was believed, by cause, as it is summed up and as a ledger tells it. */
import { describe, expect, it } from 'vitest';
import { driftSums } from './drift-words.ts';
import { order, Shop } from './shop.ts';

const dayMs = 86_400_000;
const where = { sku: 'S1', location: 'A' };

/** A shop in which one count met each cause: see the comments. */
async function drifted(): Promise<Shop> {
  const shop = await Shop.open();
  // The first count of a stock, by a feed.
  await shop.ok('stock.count', { entries: [{ ...where, onHand: 20 }], feed: 'open' });
  shop.clock.advance(1_000);
  const then = shop.clock.now();
  shop.clock.advance(1_000);
  await shop.ok('order.place', order('o1', { S1: 3 }));
  await shop.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' });
  await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1' });
  shop.clock.advance(1_000);
  // Then there were 18 and not 20: two are missing; three more have left since, which is no drift.
  await shop.ok('stock.count', { entries: [{ ...where, onHand: 18, countedAtMs: then }], feed: 'night' });
  shop.clock.advance(1_000);
  // Older than the one before: 20 are five more than the 15 there are.
  await shop.ok('stock.count', { entries: [{ ...where, onHand: 20, countedAtMs: then - 500 }], feed: 'night' });
  await shop.ok('stock.adjust', { entries: [{ ...where, delta: -4 }], reason: 'broken' });
  // As believed: no drift.
  await shop.ok('stock.count', { entries: [{ ...where, onHand: 11 }], feed: 'night' });
  return shop;
}

const sums = {
  new: '1 +20 -0', reconciled: '1 +3 -0', unexplained: '1 +0 -2', adjusted: '1 +0 -4', outdated: '1 +5 -0',
};

describe('drift', () => {
  it('[F19] is summed up by cause, for each location, feed and day', async () => {
    const shop = await drifted();
    const { rows, total, next } = shop.ask('drift.report', { by: 'location' });
    expect(driftSums(total)).toEqual(sums);
    expect(rows.map(({ location, sums: of }) => [location, driftSums(of)])).toEqual([['A', sums]]);
    expect(next).toBeUndefined();
    const byFeed = shop.ask('drift.report', { by: 'feed' }).rows.map(({ feed, sums: of }) => [feed, driftSums(of)]);
    expect(byFeed).toEqual([
      [undefined, { adjusted: '1 +0 -4' }],
      ['night', { reconciled: '1 +3 -0', unexplained: '1 +0 -2', outdated: '1 +5 -0' }],
      ['open', { new: '1 +20 -0' }],
    ]);
    const day = Math.floor(shop.clock.now() / dayMs) * dayMs;
    expect(shop.ask('drift.report', { by: 'day' }).rows.map((row) => row.dayMs)).toEqual([day]);
    expect(shop.ask('drift.report', { by: 'day', feed: 'open' }).total).toEqual({ new: { rows: 1, found: 20, lost: 0 } });
    expect(shop.ask('drift.report', { by: 'location', location: 'B' }).rows).toEqual([]);
  });

  it('[F19] a refused command adds nothing to it', async () => {
    const shop = await drifted();
    const before = shop.ask('drift.report', { by: 'feed' });
    await shop.refused('stock.count', { entries: [{ ...where, onHand: 2 }, { sku: 'S9', location: 'X', onHand: 1 }], feed: 'bad' });
    await shop.refused('stock.adjust', { entries: [{ ...where, delta: -400 }], reason: 'gone' });
    expect(shop.ask('drift.report', { by: 'feed' })).toEqual(before);
  });

  it('[F20] a feed that came to its end says what it found as known and what was refused; sent again it says it anew', async () => {
    const shop = await drifted();
    const close = (confirmed: number) => ({
      feed: 'night', rows: 9, unchanged: confirmed, changed: 1, outdated: 1, refused: 1,
      found: [{ location: 'A', confirmed, refused: 1 }, { location: 'B', confirmed: 2, refused: 0 }],
    });
    await shop.ok('feed.close', close(5));
    shop.clock.advance(60_000);
    await shop.ok('feed.close', close(6));
    const { rows } = shop.ask('drift.report', { by: 'location', feed: 'night' });
    expect(rows.map(({ sums: of }) => driftSums(of))).toEqual([
      { reconciled: '1 +3 -0', unexplained: '1 +0 -2', outdated: '1 +5 -0', confirmed: '6 +0 -0', refused: '1 +0 -0' },
      { confirmed: '2 +0 -0' },
    ]);
    const fedAtMs = shop.clock.now();
    expect(shop.ask('feed.ages', {})).toEqual([{ location: 'A', fedAtMs }, { location: 'B', fedAtMs }]);
    const twice = { ...close(1), found: [{ location: 'A', confirmed: 1, refused: 0 }, { location: 'A', confirmed: 1, refused: 0 }] };
    expect(await shop.refused('feed.close', twice)).toMatchObject({ code: 'duplicate', field: 'body.found[1].location' });
    const nowhere = { ...close(1), found: [{ location: 'X', confirmed: 1, refused: 0 }] };
    expect(await shop.refused('feed.close', nowhere)).toMatchObject({ code: 'unknown-location', field: 'body.found[0].location' });
  });

  it('[F21] is read in pages of locations whose sums add up, and within a window of days', async () => {
    const shop = await Shop.open();
    for (const location of ['A', 'B', 'C']) await shop.ok('stock.count', { entries: [{ sku: 'S1', location, onHand: 5 }] });
    const first = shop.clock.now();
    shop.clock.advance(2 * dayMs);
    for (const location of ['A', 'B', 'C']) await shop.ok('stock.count', { entries: [{ sku: 'S1', location, onHand: 4 }] });
    const seen: unknown[] = [];
    for (let after: string | undefined; ; ) {
      const page = shop.ask('drift.report', { by: 'location', limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(page.rows.map(({ location }) => location));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen).toEqual([['A', 'B'], ['C']]);
    const early = shop.ask('drift.report', { by: 'day', untilMs: first });
    expect(driftSums(early.total)).toEqual({ new: '3 +15 -0' });
    expect(driftSums(shop.ask('drift.report', { by: 'day', fromMs: first + dayMs }).total)).toEqual({ unexplained: '3 +0 -3' });
  });

  it('[F21] is told of for 31 days; older days go with new ones, and the age of a feed stays', async () => {
    const shop = await Shop.open();
    const count = (onHand: number, feed: string) => shop.ok('stock.count', { entries: [{ ...where, onHand }], feed });
    const fedAtMs = shop.clock.now();
    await shop.ok('feed.close', { feed: 'old', rows: 1, unchanged: 1, changed: 0, outdated: 0, refused: 0, found: [{ location: 'A', confirmed: 1, refused: 0 }] });
    for (let day = 0; day < 40; day += 1) {
      await count(100 + day, `f${day}`);
      shop.clock.advance(dayMs);
    }
    expect(shop.ask('drift.report', { by: 'day' }).rows).toHaveLength(31);
    expect(shop.ask('feed.ages', {})).toEqual([{ location: 'A', fedAtMs }]);
    await shop.engine.close();
    const claim = await shop.disk.journal().claim('look');
    let kept = 0;
    for await (const _row of claim.rows('f/')) kept += 1;
    expect(kept).toBe(32);
  });

  it('[F21] of more than a hundred feeds in a day at one place the rest stand together', async () => {
    const shop = await Shop.open();
    for (let feed = 0; feed < 103; feed += 1) {
      await shop.ok('stock.count', { entries: [{ ...where, onHand: feed }], feed: `f${feed}` });
    }
    const { rows } = shop.ask('drift.report', { by: 'feed' });
    expect(rows).toHaveLength(101);
    expect(rows.find(({ feed }) => feed === '+')?.sums).toEqual({ unexplained: { rows: 3, found: 3, lost: 0 } });
  });

  it('[F22] of one stock its ledger tells each correction, what was believed and why it was otherwise', async () => {
    const shop = await drifted();
    const { corrections, sums: all, isTrimmed, next } = shop.ask('stock.drift', where);
    expect(corrections.map(({ kind, feed, reason, believed, units, sums: of }) => [kind, feed ?? reason, believed, units, driftSums(of)])).toEqual([
      ['adjusted', 'broken', 15, -4, { adjusted: '1 +0 -4' }],
      ['counted', 'night', 17, -2, { reconciled: '1 +3 -0', unexplained: '1 +0 -2' }],
      ['counted', 'open', 0, 20, { new: '1 +20 -0' }],
    ]);
    expect(driftSums(all)).toEqual({ new: '1 +20 -0', reconciled: '1 +3 -0', unexplained: '1 +0 -2', adjusted: '1 +0 -4' });
    expect([isTrimmed, next]).toEqual([false, undefined]);
    const night = corrections[1]!;
    expect(shop.ask('stock.drift', { ...where, fromMs: night.atMs, untilMs: night.atMs }).corrections).toEqual([night]);
    expect(shop.ask('stock.drift', { ...where, sku: 'NONE' }).corrections).toEqual([]);
  });

  it('[F19] [E11] comes back after a crash as it was', async () => {
    const shop = await drifted();
    await shop.ok('feed.close', { feed: 'night', rows: 3, unchanged: 1, changed: 1, outdated: 1, refused: 0, found: [{ location: 'A', confirmed: 1, refused: 0 }] });
    const asked = (of: Shop) => [of.ask('drift.report', { by: 'feed' }), of.ask('feed.ages', {}), of.ask('stock.drift', where)];
    const before = asked(shop);
    shop.disk.crash();
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(asked(again)).toEqual(before);
  });
});
