/** Topics of stock: the newest balances, however slow the reader. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { channelId, sku } from '../../actors/ids.ts';
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
});
