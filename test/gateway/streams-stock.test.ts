/** Topics of stock: the newest balances, however slow the reader. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { channelId, locationId, sku } from '../../actors/ids.ts';
import type { StockChange } from '../../actors/vocabulary.ts';
import type { Outlet } from '../../gateway/streams-subscription.ts';
import { stockChange, type FakeEngine } from './fake-engine.ts';
import { everybody, Reader, setUp, upTo } from './streams-kit.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('stock', () => {
  const stock = (engine: FakeEngine, name: string, atp: number): void => {
    const { levels, ...rest } = stockChange(name, 'LEEDS', atp);
    const at = engine.stocks.findIndex((one) => one.sku === name);
    engine.stocks.splice(at < 0 ? engine.stocks.length : at, 1, { ...rest, ...levels, incoming: 0 });
  };

  test('[T9] by location without a channel, and as a sum for a channel', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 5);
    const balances = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')] });
    const channel = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A'), sku('B')], channel: channelId('web') });
    stock(engine, 'A', 3);
    engine.publish([], [stockChange('A', 'LEEDS', 3), stockChange('C', 'LEEDS', 1)]);
    balances.flush();
    channel.flush();
    expect(balances.got).toEqual([
      { subscription: 1, position: 0, snapshot: [stockChange('A', 'LEEDS', 5)] },
      { subscription: 1, position: 1, stock: [stockChange('A', 'LEEDS', 3)] },
    ]);
    expect(channel.got).toEqual([
      { subscription: 1, position: 0, snapshot: [{ sku: 'A', atp: 5 }, { sku: 'B', atp: 0 }] },
      { subscription: 1, position: 1, stock: [{ sku: 'A', atp: 3 }] },
    ]);
  });

  test('[K9] [T12] followers of what a channel may sell hear of kits and items, not only of stock', () => {
    const { engine, streams } = setUp();
    engine.kits.set('A', [sku('KIT')]);
    const reader = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('KIT'), sku('B')], channel: channelId('web') });
    stock(engine, 'KIT', 2);
    engine.publish([], [stockChange('A', 'LEEDS', 2)]);
    stock(engine, 'B', 4);
    engine.publish([{ kind: 'item.changed', sku: sku('B'), state: 'open' }], []);
    engine.publish([{ kind: 'item.changed', sku: sku('C'), state: 'open' }], []);
    reader.flush();
    expect(reader.got.slice(1)).toEqual([
      { subscription: 1, position: 1, stock: [{ sku: 'KIT', atp: 2 }] },
      { subscription: 1, position: 2, stock: [{ sku: 'B', atp: 4 }] },
    ]);
  });

  test('[K16] what is sold without stock is told as unlimited, and is under no threshold', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 2);
    const all = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], channel: channelId('web') });
    const scarce = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], channel: channelId('web'), thresholds: [5, 0] });
    for (const atp of [Infinity, 9, 3]) {
      stock(engine, 'A', atp);
      engine.publish([{ kind: 'item.changed', sku: sku('A'), state: 'open' }], []);
      for (const reader of [all, scarce]) reader.flush();
    }
    const told = ({ got }: Reader): unknown[] => got.flatMap((push) => ('snapshot' in push ? push.snapshot : 'stock' in push ? push.stock : []) as unknown[]);
    expect(told(all)).toEqual([2, 'unlimited', 9, 3].map((atp) => ({ sku: 'A', atp })));
    expect(told(scarce)).toEqual([2, 'unlimited', 3].map((atp) => ({ sku: 'A', atp })));
  });

  test('[Q19] customers of a segment are told what is for them, others what is for all', () => {
    const { engine, streams } = setUp();
    let [forAll, forGold] = [4, 9];
    const atp = (...[, , , segment]: readonly (string | undefined)[]): number => (segment === 'gold' ? forGold : forAll);
    Object.assign(engine, { atp });
    const [gold, other] = [{ segment: 'gold' }, {}].map((more) =>
      new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], channel: channelId('web'), ...more }));
    forGold = 8;
    engine.publish([], [stockChange('A', 'LEEDS', 8)]);
    forAll = 3;
    engine.publish([], [stockChange('A', 'LEEDS', 8)]);
    for (const reader of [gold, other]) reader?.flush();
    expect(gold?.got).toMatchObject([{ snapshot: [{ atp: 9 }] }, { position: 1, stock: [{ atp: 8 }] }]);
    expect(other?.got).toMatchObject([{ snapshot: [{ atp: 4 }] }, { position: 2, stock: [{ atp: 3 }] }]);
  });

  test('[Q20] followers hear of a buffer that has grown by itself', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 5);
    const reader = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], channel: channelId('web') });
    stock(engine, 'A', 3);
    engine.publish([{ kind: 'buffer.changed', bufferId: 'late' as never, location: locationId('LEEDS'), steps: 1 }], []);
    reader.flush();
    expect(reader.got.slice(1)).toEqual([{ subscription: 1, position: 1, stock: [{ sku: 'A', atp: 3 }] }]);
  });

  test('[T10] a paced subscription gets the newest balance, at most once in its time', () => {
    vi.useFakeTimers();
    const { engine, streams } = setUp();
    const reader = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A'), sku('B')], everyMs: 100 });
    for (const atp of upTo(50)) {
      engine.publish([], [stockChange('A', 'LEEDS', atp), stockChange('B', 'LEEDS', -atp)]);
      vi.advanceTimersByTime(10);
      reader.flush();
    }
    vi.advanceTimersByTime(1_000);
    reader.flush();
    expect(reader.got.length).toBeLessThanOrEqual(7);
    expect(reader.got.at(-1)).toMatchObject({ position: 50, stock: [{ atp: 50 }, { atp: -50 }] });
  });

  test('[T11] a slow reader gets the newest balances when it has caught up, and nothing piles up', () => {
    const { engine, streams } = setUp();
    const reader = new Reader(streams);
    reader.room = 2;
    reader.subscribe({ topic: 'stock', skus: [sku('A'), sku('B')] });
    for (const atp of upTo(1_000)) {
      engine.publish([], [stockChange('A', 'LEEDS', atp)]);
      reader.flush();
    }
    expect(reader.got).toHaveLength(2);
    reader.drain(10);
    expect(reader.got).toHaveLength(3);
    expect(reader.got[2]).toEqual({ subscription: 1, position: 1_000, stock: [stockChange('A', 'LEEDS', 1_000)] });
  });

  test('[T11] a large snapshot goes out in pieces, and goes on where a slow reader stopped', () => {
    const { engine, streams } = setUp();
    for (const at of upTo(2_500)) {
      const { levels, ...rest } = stockChange('A', `L${at}`, at);
      engine.stocks.push({ ...rest, ...levels, incoming: 0 });
    }
    const reader = new Reader(streams);
    reader.room = 2;
    reader.subscribe({ topic: 'stock', skus: [sku('A')] });
    expect(reader.got.map((frame) => ('snapshot' in frame ? 'snapshot' : 'stock'))).toEqual(['snapshot', 'stock']);
    reader.drain(10);
    const seen = reader.got.flatMap((frame) =>
      'stock' in frame ? [...frame.stock] : 'snapshot' in frame ? (frame.snapshot as StockChange[]) : []);
    expect(seen).toHaveLength(2_500);
  });

  test('[T12] a change of the network tells what channels may sell now', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 5);
    const reader = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], channel: channelId('web') });
    engine.stocks.length = 0;
    streams.networkChanged();
    reader.flush();
    expect(reader.got.at(-1)).toEqual({ subscription: 1, position: 0, stock: [{ sku: 'A', atp: 0 }] });
  });

  test('[T13] a change reaches a thousand subscribers by one encoding', () => {
    const { engine, streams } = setUp();
    const bodies = new Set<unknown>();
    for (let at = 0; at < 1_000; at += 1) {
      const outlet: Outlet = { writable: true, offer: ({ body }) => void bodies.add(body), flush: () => undefined };
      streams.subscribe(1, outlet, everybody, { topic: 'stock', skus: [sku('A')] });
    }
    bodies.clear();
    engine.publish([], [stockChange('A', 'LEEDS', 1)]);
    expect(bodies.size).toBe(1);
  });

  const followed = (more: object = {}) => ({ topic: 'stock' as const, skus: [sku('A'), sku('B')], channel: channelId('web'), ...more });

  test('[T19] what a view may sell is told when it is another number, not when stock moves', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 5);
    const reader = new Reader(streams).subscribe(followed());
    const places = new Reader(streams).subscribe({ topic: 'stock', skus: [sku('A')], method: 'ship' });
    engine.publish([], [stockChange('A', 'LEEDS', 5)]);
    stock(engine, 'A', 4);
    engine.publish([], [stockChange('A', 'LEEDS', 4), stockChange('A', 'YORK', 0)]);
    streams.networkChanged();
    for (const each of [reader, places]) {
      each.flush();
      expect(each.got.slice(1)).toEqual([{ subscription: 1, position: 2, stock: [{ sku: 'A', atp: 4 }] }]);
    }
  });

  test('[T20] with thresholds, a number is told when it crosses one, down or up, and not between', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 9);
    const reader = new Reader(streams).subscribe(followed({ thresholds: [5, 0] }));
    for (const atp of [8, 5, 4, 1, 0, 3, 4, 5, 7, 0]) {
      stock(engine, 'A', atp);
      engine.publish([], [stockChange('A', 'LEEDS', atp)]);
      reader.flush();
    }
    const told = reader.got.slice(1).map((frame) => ('stock' in frame ? frame.stock[0]?.atp : 'other'));
    expect(told).toEqual([4, 0, 3, 5, 0]);
  });

  test('[T20] paced, what came back before it was told is not told', () => {
    vi.useFakeTimers();
    const { engine, streams } = setUp();
    stock(engine, 'A', 9);
    const reader = new Reader(streams).subscribe(followed({ thresholds: [5], everyMs: 100 }));
    for (const atp of [4, 9, 3]) {
      stock(engine, 'A', atp);
      engine.publish([], [stockChange('A', 'LEEDS', atp)]);
      if (atp === 9) vi.advanceTimersByTime(200);
      reader.flush();
    }
    expect(reader.got.slice(1)).toEqual([{ subscription: 1, position: 3, stock: [{ sku: 'A', atp: 3 }] }]);
  });

  test('[T20] a crossing that could not be sent is told once there is room', () => {
    const { engine, streams } = setUp();
    stock(engine, 'A', 9);
    const reader = new Reader(streams);
    reader.room = 2;
    reader.drops = true;
    reader.subscribe(followed({ thresholds: [5] }));
    stock(engine, 'A', 4);
    engine.publish([], [stockChange('A', 'LEEDS', 4)]);
    reader.flush();
    expect(reader.got).toHaveLength(1);
    reader.drain(10);
    expect(reader.got.at(-1)).toEqual({ subscription: 1, position: 1, stock: [{ sku: 'A', atp: 4 }] });
  });

  test('[T21] with since, only what moved after it is told; without a way to know, everything', () => {
    const { engine, streams } = setUp();
    for (const name of ['A', 'B']) stock(engine, name, 5);
    engine.publish([], [stockChange('A', 'LEEDS', 5)]);
    stock(engine, 'B', 3);
    engine.publish([], [stockChange('B', 'LEEDS', 3)]);
    const from = (since: number) => new Reader(streams).subscribe(followed({ since })).got;
    expect(from(1)).toEqual([{ subscription: 1, position: 2, stock: [{ sku: 'B', atp: 3 }] }]);
    expect(from(2)).toEqual([]);
    expect(from(99)).toMatchObject([{ snapshot: [{ sku: 'A', atp: 5 }, { sku: 'B', atp: 3 }] }]);
    streams.networkChanged();
    expect(from(1)).toMatchObject([{ snapshot: [{ sku: 'A' }, { sku: 'B' }] }]);
  });
});
