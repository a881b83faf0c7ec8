/** Searching orders: by what, in which order, page by page, saved or not. */
import { describe, expect, it } from 'vitest';
import type { OrderId } from '../../actors/ids.ts';
import { BlockWriter, listPrefix, searchMark, searchPrefix } from '../../engine/search/blocks.ts';
import { comparePlaces, type Place } from '../../engine/search/place.ts';
import { Postings } from '../../engine/search/postings.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { randomFrom } from '../../bench/random.ts';
import { Shop } from './shop.ts';

/** All pages of a search, and how many there were. */
function search(shop: Shop, asked: object, limit = 50): { ids: string[]; pages: number } {
  const ids: string[] = [];
  let pages = 0;
  let after: string | undefined;
  do {
    const page = shop.ask('order.search', { ...asked, limit, ...(after === undefined ? {} : { after }) });
    ids.push(...page.orders.map(({ orderId }) => orderId));
    pages += 1;
    after = page.next;
  } while (after !== undefined);
  return { ids, pages };
}

const found = (shop: Shop, asked: object): string => search(shop, asked).ids.join(' ');

async function shopOfOrders(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('channel.put', { channel: { id: 'app', name: 'App' } });
  await shop.receive({ 'A/S1': 100, 'B/S2': 100 });
  await shop.place('o1', { S1: 1 }, { customer: 'ann' });
  shop.clock.advance(1_000);
  await shop.place('o2', { S2: 1 }, { customer: 'bob', tags: ['gift'] });
  shop.clock.advance(1_000);
  await shop.place('o3', { S1: 1, S2: 1 }, { customer: 'ann', channel: 'app' });
  await shop.place('o4', { S1: 2 }, { holds: [{ holdId: 'h', reason: 'r' }] });
  return shop;
}

async function expectAll(shop: Shop): Promise<void> {
  const [from] = [shop.order('o2').placedAtMs];
  expect(found(shop, {})).toBe('o3 o4 o2 o1');
  expect(found(shop, { customer: 'ann' })).toBe('o3 o1');
  expect(found(shop, { customer: 'an' })).toBe('');
  expect(found(shop, { sku: 'S1' })).toBe('o3 o4 o1');
  expect(found(shop, { sku: 'S1', customer: 'ann' })).toBe('o3 o1');
  expect(found(shop, { sku: 'S1', customer: 'bob' })).toBe('');
  expect(found(shop, { tag: 'gift' })).toBe('o2');
  expect(found(shop, { channel: 'app' })).toBe('o3');
  expect(found(shop, { location: 'B' })).toBe('o3 o2');
  expect(found(shop, { location: 'B', state: 'released' })).toBe('o3 o2');
  expect(found(shop, { held: true })).toBe('o4');
  expect(found(shop, { state: 'allocated' })).toBe('o4');
  expect(found(shop, { placedFromMs: from })).toBe('o3 o4 o2');
  expect(found(shop, { placedToMs: from })).toBe('o1');
  expect(found(shop, { placedFromMs: from, placedToMs: from + 1 })).toBe('o2');
  expect(found(shop, { placedFromMs: from, sku: 'S2', channel: 'web' })).toBe('o2');
}

describe('order.search', () => {
  it('[SR1] [SR2] finds orders by each thing and by several, saved or not, before and after a restart', async () => {
    const shop = await shopOfOrders();
    await expectAll(shop);
    const again = await shop.restart();
    await expectAll(again);
    shop.clock.advance(1);
    // The next ones are not saved, the first ones are.
    await again.place('o5', { S1: 1 }, { customer: 'ann' });
    expect(found(again, { customer: 'ann' })).toBe('o5 o3 o1');
  });

  it('[SR2] finds closed orders by how they ended, and no longer by what they were', async () => {
    const shop = await shopOfOrders();
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await shop.part('fulfillment.pick', 'o2');
    const expectNow = (now: Shop): void => {
      expect(found(now, { state: 'cancelled' })).toBe('o1');
      expect(found(now, { state: 'released' })).toBe('o3');
      expect(found(now, { state: 'picking', tag: 'gift' })).toBe('o2');
      expect(found(now, { customer: 'ann', state: 'cancelled' })).toBe('o1');
      // What was cancelled is at no location.
      expect(found(now, { location: 'A' })).toBe('o3 o4');
    };
    expectNow(shop);
    expectNow(await shop.restart());
  });

  it('[SR2] an order that got another place is found there, and where it was no more', async () => {
    let shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 1 });
    await shop.place('o1', { S1: 1 });
    shop = await shop.restart();
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'gone' });
    expect([found(shop, { location: 'A' }), found(shop, { location: 'B' })]).toEqual(['', 'o1']);
    shop = await shop.restart();
    expect([found(shop, { location: 'A' }), found(shop, { location: 'B' })]).toEqual(['', 'o1']);
  });

  it('[SR3] pages hold as many as asked, each order once, whatever comes between them', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10_000 });
    for (let index = 0; index < 300; index += 1) {
      await shop.place(`o${index}`, { S1: 1 });
      if (index % 3 === 0) shop.clock.advance(1);
    }
    const is = search(shop, { sku: 'S1' }).ids;
    expect(new Set(is).size).toBe(300);
    const again = await shop.restart();
    const { ids, pages } = search(again, { sku: 'S1' }, 7);
    expect(ids).toEqual(is);
    expect(pages).toBe(Math.ceil(300 / 7));
    const first = again.ask('order.search', { limit: 5 });
    await again.place('new', { S1: 1 });
    const second = again.ask('order.search', { limit: 5, after: first.next ?? '' });
    expect([...first.orders, ...second.orders].map(({ orderId }) => orderId)).toEqual(is.slice(0, 10));
  });

  it('[SR4] a page ends where it has looked at many, and the next one goes on there', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10_000 });
    await shop.place('rare', { S1: 1 }, { holds: [{ holdId: 'h', reason: 'r' }] });
    for (let index = 0; index < 500; index += 1) {
      await shop.place(`o${index}`, { S1: 1 }, { holds: [{ holdId: 'h', reason: 'r' }], customer: 'ann' });
    }
    const { ids, pages } = search(await shop.restart(), { held: true, state: 'allocated', placedToMs: shop.clock.now() + 1 });
    expect([ids.length, new Set(ids).size]).toEqual([501, 501]);
    expect(pages).toBeGreaterThan(10);
  });

  it('[SR5] a store from before there were lists is listed when it is opened', async () => {
    const disk = new MemoryDisk();
    const shop = await Shop.open({ disk });
    await shop.receive({ 'A/S1': 100 });
    for (let index = 0; index < 10; index += 1) await shop.place(`o${index}`, { S1: 1 }, { customer: `c${index % 2}` });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await shop.engine.close();
    const claim = await disk.journal().claim('before');
    const old: string[] = [searchMark];
    for await (const [key] of claim.rows(searchPrefix)) old.push(key);
    expect(old.length).toBeGreaterThan(3);
    await claim.save(old.map((key) => [key, null]));
    await claim.release();
    const again = await Shop.open({ disk, clock: shop.clock, isBare: true });
    expect(search(again, { customer: 'c1' }).ids).toEqual(['o1', 'o3', 'o5', 'o7', 'o9']);
    expect(found(again, { state: 'cancelled' })).toBe('o1');
  });
});

describe('lists', () => {
  const seeds = [1, 2, 3, 4, 5];

  it.each(seeds)('[SR3] blocks that overlap are read in order, each order once (seed %i)', (seed) => {
    const next = randomFrom(seed);
    const writer = new BlockWriter();
    const rows = new Map<string, Uint8Array>();
    const all = new Map<string, Place>();
    for (let save = 0; save < 12; save += 1) {
      const count = Math.floor(next() * 400);
      for (let index = 0; index < count; index += 1) {
        const atMs = 1_000_000 + Math.floor(next() * (next() < 0.5 ? 500 : 60_000));
        const place = { atMs, id: `o${atMs}-${Math.floor(next() * 3)}` as OrderId };
        writer.add('sX', place);
        all.set(place.id, place);
      }
      for (const [key, bytes] of writer.take(String(save))) rows.set(key, bytes);
    }
    const keys = [...rows.keys()].sort();
    const page = (from: string, prefix: string, limit: number): [string, unknown][] => keys
      .filter((key) => key >= from && key.startsWith(prefix)).slice(0, limit)
      .map((key) => [key, rows.get(key)]);
    const sorted = [...all.values()].sort(comparePlaces);
    expect(keys.every((key) => key.startsWith(listPrefix('sX')))).toBe(true);
    const list = new Postings({ page }, 'sX');
    const isSought = (): boolean => next() < 0.7;
    for (const [index, place] of sorted.entries()) {
      // Some are passed over: the reader goes on from where it wants to.
      if (isSought()) expect([index, list.seek(place)]).toEqual([index, place]);
    }
    expect(list.seek({ atMs: 0, id: '' as OrderId })).toBeUndefined();
  });

  it('[SR4] a list is not read where nothing that is sought can be', () => {
    const writer = new BlockWriter();
    for (let index = 0; index < 100_000; index += 1) writer.add('sX', { atMs: 1_000_000 + index * 100, id: `o${index}` as OrderId });
    const rows = new Map(writer.take('1'));
    const keys = [...rows.keys()].sort();
    let read = 0;
    const page = (from: string, prefix: string, limit: number): [string, unknown][] => {
      const some = keys.filter((key) => key >= from && key.startsWith(prefix)).slice(0, limit);
      read += some.length;
      return some.map((key) => [key, rows.get(key)]);
    };
    const list = new Postings({ page }, 'sX');
    for (const index of [99_000, 50_000, 7]) expect(list.seek({ atMs: 1_000_000 + index * 100, id: '' as OrderId })?.id).toBe(`o${index}`);
    expect(read).toBeLessThan(keys.length / 10);
    expect(list.blocks).toBe(3);
  });
});
