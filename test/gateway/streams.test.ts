/** Topics of events: whom they reach, and that resuming leaves no hole. Stock: streams-stock.test.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelId, orderId } from '../../actors/ids.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { orderChanged, orderView, sourced } from './fake-engine.ts';
import { decisions, everybody, Reader, settle, setUp, soon, told, upTo } from './streams-kit.ts';

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
