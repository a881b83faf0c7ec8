/** The topic of a terminal, over a real engine: what it is to do, pushed as it comes; and what a lost socket says. */
import { describe, expect, test } from 'vitest';
import { terminalId } from '../../actors/ids.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import { loseTerminals } from '../../gateway/lost-terminals.ts';
import { Desk } from '../../gateway/desk.ts';
import { Metrics } from '../../gateway/metrics.ts';
import type { PushFrame } from '../../gateway/protocol.ts';
import type { TerminalView } from '../../actors/terminal-context.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { floor, holds, later, openTerminal, ref, scan } from '../engine/floor-kit.ts';
import type { Shop } from '../engine/shop.ts';
import { Reader } from './streams-kit.ts';

const picker: Caller = { name: 'picker', role: 'terminal', channels: [], locations: ['A'] };

const said = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) =>
    'snapshot' in frame
      ? [`has ${(frame.snapshot as Partial<TerminalView> | null)?.tasks?.map(({ orderId }) => orderId).join()}`]
      : 'events' in frame
        ? frame.events.map((event) =>
            event.kind === 'task.changed'
              ? `${event.orderId} ${event.state}${event.lines === undefined ? '' : ` ${event.lines.length}`}`
              : event.kind === 'terminal.changed' ? event.state : event.kind,
          )
        : ['gap'],
  );

const onIncident = (error: unknown): void => {
  throw error;
};
const streamsOf = (shop: Shop): Streams => new Streams({ engine: shop.engine, limits: defaultLimits, onIncident });
const topic = { topic: 'terminal', terminalId: terminalId('t1') } as const;

describe('what a terminal is to do', () => {
  test('[TM16] begins with what it holds and is pushed as it comes, and resumed without a hole', async () => {
    const shop = await floor();
    await openTerminal(shop, 't2', { capacity: 1 });
    await shop.place('o1', { S1: 1, S2: 1 });
    const streams = streamsOf(shop);
    const reader = new Reader(streams).subscribe(topic, picker);
    reader.flush();
    const { position } = shop.engine;
    await shop.place('o2', { S1: 1 });
    await shop.place('o3', { S1: 1 });
    await shop.ok('task.ack', ref('o1'));
    await scan(shop, 'o1', [['a', 'S1']]);
    await shop.ok('order.cancel', { orderId: 'o3', reason: 'r' });
    await shop.ok('terminal.close', { terminalId: 't1', now: true });
    reader.flush();
    const rest = ['o3 leased 1', 'o1 picking', 'o1 picking', 'o3 gone', 'o1 waiting', 'closed'];
    expect(said(reader.got)).toEqual(['has o1', ...rest]);
    const again = new Reader(streams).subscribe({ ...topic, since: position }, picker);
    await new Promise((resolve) => setTimeout(resolve, 20));
    again.flush();
    expect(said(again.got)).toEqual(rest);
    const closed = new Reader(streams).subscribe(topic, picker);
    closed.flush();
    expect(said(closed.got)).toEqual(['has undefined']);
  });

  test('[TM16] is its own alone: what another is given is not told to it, and a location hears of all', async () => {
    const shop = await floor();
    await openTerminal(shop, 't2');
    const streams = streamsOf(shop);
    const [one, two] = ['t1', 't2'].map((id) => new Reader(streams).subscribe({ topic: 'terminal', terminalId: terminalId(id) }, picker));
    const all = new Reader(streams).subscribe({ topic: 'location', location: 'A' as never }, picker);
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 });
    for (const reader of [one, two, all]) reader?.flush();
    expect([said(one?.got ?? []), said(two?.got ?? [])]).toEqual([['has ', 'o1 leased 1'], ['has ', 'o2 leased 1']]);
    expect(said(all.got).filter((what) => what.includes('leased'))).toEqual(['o1 leased 1', 'o2 leased 1']);
  });

  test('[TM16] a connection that is lost is its socket, unless another follows as well', async () => {
    const shop = await floor({ graceMs: 5_000 });
    await shop.place('o1', { S1: 1 });
    const streams = streamsOf(shop);
    const desk = new Desk({ engine: shop.engine, allows: () => undefined, metrics: new Metrics(shop.engine), limits: defaultLimits, onNetworkChanged: () => undefined });
    const lose = async (reader: Reader): Promise<string | undefined> => {
      const of = reader.subscription;
      if (of === undefined) throw new Error('nothing was followed');
      streams.end(of);
      loseTerminals({ desk, streams }, picker, [of]);
      // Commands are carried out in their order.
      await shop.send('location.resume', { locationId: 'A' });
      return shop.ask('terminal.get', { terminalId: 't1' })?.state;
    };
    const [first, second] = [new Reader(streams).subscribe(topic, picker), new Reader(streams).subscribe(topic, picker)];
    expect(await lose(first)).toBe('online');
    expect(await lose(second)).toBe('offline');
    await later(shop, 5_000);
    expect(holds(shop)).toBe('');
    await shop.ok('terminal.beat', { terminalId: 't1' });
    expect(holds(shop)).toBe('o1');
  });
});
