import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { channelId, orderId, sku } from '../../actors/ids.ts';
import type { StockChange } from '../../actors/vocabulary.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import type { GatewayLimits } from '../../gateway/limits.ts';
import type { PushFrame, Topic } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller, Outlet, Push, Subscription } from '../../gateway/streams-subscription.ts';
import { FakeEngine, orderChanged, orderView, sourced, stockChange } from './fake-engine.ts';

const everybody: Caller = { name: 'me', role: 'operator', channels: '*', locations: '*' };
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function settle(turns = 20): Promise<void> {
  for (let at = 0; at < turns; at += 1) await soon();
}

/** A connection that takes so many frames and then is slow until it is read. */
class Reader implements Outlet {
  readonly got: PushFrame[] = [];
  readonly streams: Streams;
  room = Number.POSITIVE_INFINITY;
  /** The frame that makes it slow is lost, instead of being the last one taken. */
  drops = false;
  subscription: Subscription | undefined;
  #queue: Push[] = [];
  #slow = false;

  constructor(streams: Streams) {
    this.streams = streams;
  }

  get writable(): boolean {
    return !this.#slow;
  }

  offer(push: Push): void {
    if (this.#slow) this.streams.undelivered(push);
    else this.#queue.push(push);
  }

  flush(): void {
    for (const push of this.#queue.splice(0)) {
      if (push.of.phase === 'ended' || push.of.phase === 'behind') continue;
      if (this.#slow) {
        this.streams.undelivered(push);
        continue;
      }
      this.room -= 1;
      this.#slow = this.room <= 0;
      if (this.#slow && this.drops) {
        this.streams.undelivered(push);
      } else {
        this.got.push(push.body.value(push.of.number));
        this.streams.delivered(push);
      }
    }
  }

  /** The peer has read everything. */
  drain(room: number): void {
    this.room = room;
    if (!this.#slow) return;
    this.#slow = false;
    if (this.subscription !== undefined) this.streams.drained(this.subscription);
    this.flush();
  }

  subscribe(topic: Topic, caller = everybody): this {
    this.subscription = this.streams.subscribe(1, this, caller, topic);
    this.flush();
    return this;
  }
}

function setUp(limits: Partial<GatewayLimits> = {}) {
  const engine = new FakeEngine();
  const incidents: unknown[] = [];
  const streams = new Streams({
    engine,
    limits: { ...defaultLimits, ...limits },
    onIncident: (error) => incidents.push(error),
  });
  return { engine, streams, incidents };
}

const decisions = (since?: number): Topic => ({ topic: 'decisions', ...(since === undefined ? {} : { since }) });
/** The attempts told, in order: the tests count them up from 1. */
function told(frames: readonly PushFrame[]): number[] {
  return frames.flatMap((frame) =>
    'events' in frame ? frame.events.map((event) => (event.kind === 'order.sourced' ? event.attempt : -1)) : [],
  );
}
const upTo = (count: number, from = 1): number[] => Array.from({ length: count - from + 1 }, (_, at) => from + at);

afterEach(() => {
  vi.useRealTimers();
});

describe('topics', () => {
  test('[T1] an order: its snapshot, then its events and no others', () => {
    const { engine, streams } = setUp();
    engine.orders.set('o1', orderView('o1'));
    const reader = new Reader(streams).subscribe({ topic: 'order', orderId: orderId('o1') });
    engine.publish([orderChanged('o1'), orderChanged('o2')]);
    engine.publish([orderChanged('o2')]);
    reader.flush();
    expect(reader.got).toEqual([
      { subscription: 1, position: 0, snapshot: engine.orders.get('o1') },
      { subscription: 1, position: 1, events: [orderChanged('o1')] },
    ]);
  });

  test('[T2] an order of a foreign channel looks like an order that does not exist, also later', () => {
    const { engine, streams } = setUp();
    engine.orders.set('o1', orderView('o1', 'other'));
    const caller: Caller = { ...everybody, role: 'storefront', channels: ['web'] };
    const foreign = new Reader(streams).subscribe({ topic: 'order', orderId: orderId('o1') }, caller);
    const missing = new Reader(streams).subscribe({ topic: 'order', orderId: orderId('o9') }, caller);
    engine.publish([orderChanged('o1', 'other')]);
    foreign.flush();
    expect(foreign.got).toEqual(missing.got);
  });

  test('[T2] decisions of all channels are those of the channels the credential names', () => {
    const { engine, streams } = setUp();
    const caller: Caller = { ...everybody, channels: ['web'] };
    const reader = new Reader(streams).subscribe(decisions(), caller);
    engine.publish([sourced('o1', 1), sourced('o2', 2, 'other'), sourced('o3', 3)]);
    engine.publish([sourced('o4', 4, 'other')]);
    reader.flush();
    expect(told(reader.got)).toEqual([1, 3]);
  });

  test('[T1] exceptions: the orders that stand in one, then what is raised and cleared', () => {
    const { engine, streams } = setUp();
    engine.orders.set('o1', orderView('o1', 'web', 'exception'));
    engine.orders.set('o2', orderView('o2', 'other', 'exception'));
    engine.orders.set('o3', orderView('o3', 'web'));
    const reader = new Reader(streams).subscribe({ topic: 'exceptions', channel: channelId('web') });
    expect(reader.got).toEqual([{ subscription: 1, position: 0, snapshot: { orders: ['o1'], more: false } }]);
  });

  test('[T3] after the end nothing comes, also nothing that was queued', () => {
    const { engine, streams } = setUp();
    const reader = new Reader(streams).subscribe(decisions());
    engine.publish([sourced('o1', 1)]);
    if (reader.subscription !== undefined) streams.end(reader.subscription);
    engine.publish([sourced('o1', 2)]);
    reader.flush();
    expect(reader.got).toEqual([]);
  });
});

describe('resuming', () => {
  test('[T4] from memory, when little was missed', () => {
    const { engine, streams } = setUp();
    for (const attempt of upTo(10)) engine.publish([sourced('o', attempt)]);
    const reader = new Reader(streams).subscribe(decisions(4));
    engine.publish([sourced('o', 11)]);
    reader.flush();
    expect(told(reader.got)).toEqual(upTo(11, 5));
    expect(engine.replays).toBe(0);
  });

  test('[T4] from the journal, with turns published meanwhile, without a hole or a repetition', async () => {
    const { engine, streams } = setUp({ recentItemsMax: 4, pushEventsMax: 3 });
    for (const attempt of upTo(50)) engine.publish([sourced('o', attempt)]);
    const reader = new Reader(streams).subscribe(decisions(7));
    for (const attempt of upTo(80, 51)) {
      engine.publish([sourced('o', attempt)]);
      if (attempt % 5 === 0) await soon();
    }
    await settle();
    reader.flush();
    expect(told(reader.got)).toEqual(upTo(80, 8));
  });

  test('[T4] a turn that a replay reads from the journal before it is published is not told twice', async () => {
    const { engine, streams } = setUp({ recentItemsMax: 1 });
    for (const attempt of upTo(20)) engine.publish([sourced('o', attempt)]);
    const reader = new Reader(streams).subscribe(decisions(3));
    engine.commit([sourced('o', 21)]);
    await settle();
    engine.tell();
    engine.publish([sourced('o', 22)]);
    reader.flush();
    expect(told(reader.got)).toEqual(upTo(22, 4));
  });

  test('[T5] subscribers that resume together share one reading of the journal', async () => {
    const { engine, streams } = setUp({ recentItemsMax: 1 });
    for (const attempt of upTo(30)) engine.publish([sourced('o', attempt)]);
    const readers = Array.from({ length: 50 }, (_, at) => new Reader(streams).subscribe(decisions(at % 20)));
    await settle();
    for (const [at, reader] of readers.entries()) {
      reader.flush();
      expect(told(reader.got)).toEqual(upTo(30, (at % 20) + 1));
    }
    expect(engine.replays).toBe(1);
  });

  test('[T6] what was trimmed is told as a gap, with a snapshot where the topic has one', () => {
    const { engine, streams } = setUp({ recentItemsMax: 1 });
    engine.orders.set('o1', orderView('o1'));
    for (const attempt of upTo(20)) engine.publish([sourced('o1', attempt)]);
    engine.trim(15);
    const order = new Reader(streams).subscribe({ topic: 'order', orderId: orderId('o1'), since: 3 });
    const history = new Reader(streams).subscribe(decisions(3));
    engine.publish([sourced('o1', 21)]);
    order.flush();
    history.flush();
    const gap = { subscription: 1, position: 20, gap: { after: 3, reason: 'trimmed' } };
    expect(order.got.slice(0, 2)).toEqual([gap, { subscription: 1, position: 20, snapshot: orderView('o1') }]);
    expect(history.got[0]).toEqual(gap);
    expect(told(order.got)).toEqual([21]);
    expect(told(history.got)).toEqual([21]);
  });

  test('[T6] what is trimmed under a replay is told as a gap', async () => {
    const { engine, streams } = setUp({ recentItemsMax: 1 });
    for (const attempt of upTo(20)) engine.publish([sourced('o', attempt)]);
    const reader = new Reader(streams).subscribe(decisions(3));
    engine.trim(10);
    await settle();
    engine.publish([sourced('o', 21)]);
    reader.flush();
    expect(reader.got[0]).toMatchObject({ gap: { after: 3, reason: 'trimmed' } });
    expect(told(reader.got)).toEqual([21]);
  });

  test('[T6] too far back, and beyond the end, are told as gaps', () => {
    const { engine, streams } = setUp({ recentItemsMax: 1, replayPositionsMax: 10 });
    for (const attempt of upTo(20)) engine.publish([sourced('o', attempt)]);
    const far = new Reader(streams).subscribe(decisions(3));
    const ahead = new Reader(streams).subscribe(decisions(900));
    expect(far.got).toEqual([{ subscription: 1, position: 20, gap: { after: 3, reason: 'too-far-behind' } }]);
    expect(ahead.got).toEqual([{ subscription: 1, position: 20, gap: { after: 900, reason: 'ahead' } }]);
  });

  test('[T7] a journal that cannot be read is an incident, and a gap to the reader', async () => {
    const { engine, streams, incidents } = setUp({ recentItemsMax: 1 });
    for (const attempt of upTo(9)) engine.publish([sourced('o', attempt)]);
    // eslint-disable-next-line require-yield
    engine.replay = async function* () {
      throw new Error('a page does not carry its checksum');
    };
    const reader = new Reader(streams).subscribe(decisions(3));
    await settle();
    reader.flush();
    expect(reader.got).toMatchObject([{ gap: { after: 3 } }]);
    expect(incidents).toHaveLength(1);
  });
});

describe('exactness', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), events: fc.integer({ min: 0, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), events: fc.integer({ min: 0, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('drain' as const), room: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  );

  test('[T4] whatever the order of publishing, slowness, drains and reconnects: every event once and in order', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (steps, recentItemsMax, room, drops) => {
        const { engine, streams, incidents } = setUp({ recentItemsMax, pushEventsMax: 3 });
        let attempts = 0;
        let reader = new Reader(streams);
        reader.room = room;
        reader.drops = drops;
        reader.subscribe(decisions(0));
        const got: number[] = [];
        let position = 0;
        const collect = (): void => {
          got.push(...told(reader.got));
          position = reader.got.at(-1)?.position ?? position;
          reader.got.length = 0;
        };
        for (const one of steps) {
          switch (one.do) {
            case 'publish':
            case 'commit':
              // What was committed and not told is told first: there is one turn between, at most.
              engine.tell();
              engine.commit(Array.from({ length: one.events }, () => sourced('o', (attempts += 1))));
              if (one.do === 'publish') engine.tell();
              break;
            case 'wait':
              await soon();
              break;
            case 'flush':
              reader.flush();
              break;
            case 'drain':
              reader.drain(one.room);
              break;
            case 'reconnect':
              collect();
              if (reader.subscription !== undefined) streams.end(reader.subscription);
              reader = new Reader(streams);
              reader.room = room;
              reader.drops = drops;
              reader.subscribe(decisions(position));
          }
        }
        engine.tell();
        reader.drain(Number.POSITIVE_INFINITY);
        await settle();
        reader.drain(Number.POSITIVE_INFINITY);
        reader.flush();
        collect();
        expect(got).toEqual(attempts === 0 ? [] : upTo(attempts));
        expect(incidents).toEqual([]);
      },
    ), { numRuns: 300 });
  });

  test('[T8] a snapshot that could not be sent comes before anything else', () => {
    const { engine, streams } = setUp();
    engine.orders.set('o1', orderView('o1'));
    const reader = new Reader(streams);
    reader.room = 1;
    reader.drops = true;
    reader.subscribe({ topic: 'order', orderId: orderId('o1') });
    engine.publish([orderChanged('o1')]);
    reader.drain(10);
    engine.publish([orderChanged('o1')]);
    reader.flush();
    expect(reader.got.map(({ position }) => position)).toEqual([1, 2]);
    expect(reader.got[0]).toHaveProperty('snapshot');
  });
});

describe('stock', () => {
  const stock = (engine: FakeEngine, name: string, atp: number): void => {
    const { levels, ...rest } = stockChange(name, 'LEEDS', atp);
    const at = engine.stocks.findIndex((one) => one.sku === name);
    engine.stocks.splice(at < 0 ? engine.stocks.length : at, 1, { ...rest, ...levels });
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
      engine.stocks.push({ ...rest, ...levels });
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
