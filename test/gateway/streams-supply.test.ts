/** The topic of supply documents, over a real engine: what a dock sees of what comes and goes. */
import { describe, expect, test } from 'vitest';
import { locationId } from '../../actors/ids.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import type { PushFrame, SupplyList } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { Shop } from '../engine/shop.ts';
import { Reader } from './streams-kit.ts';

const dock: Caller = { name: 'dock', role: 'terminal', channels: [], locations: ['B'] };

async function setUp(): Promise<{ shop: Shop; streams: Streams }> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 10 });
  const onIncident = (error: unknown): void => {
    throw error;
  };
  return { shop, streams: new Streams({ engine: shop.engine, limits: defaultLimits, onIncident }) };
}

async function transfer(shop: Shop, id: string, from: string, to: string): Promise<void> {
  const lines = [{ sku: 'S1', quantity: 2 }, { sku: 'S1', quantity: 1 }];
  await shop.ok('supply.put', { supply: { id, type: 'transfer', from, to, expectedAtMs: shop.clock.now() + 1_000, lines } });
  await shop.ok('supply.order', { supplyId: id });
}

/** Documents of a snapshot by name, events by document, cause and changed lines. */
const said = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) =>
    'snapshot' in frame
      ? [`has ${(frame.snapshot as SupplyList).supplies.map(({ supplyId }) => supplyId).join()}`]
      : 'events' in frame
        ? frame.events.map((event) => (event.kind === 'supply.changed' ? `${event.supplyId} ${event.cause} ${event.lines.map(({ lineId }) => lineId).join()}` : event.kind))
        : ['gap'],
  );

describe('supply', () => {
  test('[U12] begins with what is open to or from a location, and goes on with every change to it', async () => {
    const { shop, streams } = await setUp();
    await transfer(shop, 't1', 'A', 'B');
    await transfer(shop, 't2', 'A', 'C');
    const at = (location: string) => new Reader(streams).subscribe({ topic: 'supply', location: locationId(location) }, dock);
    const [source, here, elsewhere] = [at('A'), at('B'), at('C')];
    const all = new Reader(streams).subscribe({ topic: 'supply' });
    await shop.ok('supply.ship', { supplyId: 't1' });
    await shop.ok('supply.receive', { supplyId: 't1', lines: [{ lineId: '2', quantity: 1 }] });
    await shop.place('o1', { S1: 1 });
    for (const reader of [source, here, elsewhere, all]) reader.flush();
    const changes = ['t1 shipped ', 't1 received 2'];
    expect(said(source.got)).toEqual(['has t1,t2', ...changes]);
    expect(said(here.got)).toEqual(['has t1', ...changes]);
    expect(said(elsewhere.got)).toEqual(['has t2']);
    expect(said(all.got)).toEqual(['has t1,t2', ...changes]);
  });

  test('[U12] is resumed after a position, from memory and from the journal', async () => {
    const { shop, streams } = await setUp();
    await transfer(shop, 't1', 'A', 'B');
    const since = shop.engine.position;
    await shop.ok('supply.ship', { supplyId: 't1' });
    await shop.ok('supply.cancel', { supplyId: 't1', reason: 'r' });
    for (const fed of [streams, new Streams({ engine: shop.engine, limits: defaultLimits, onIncident: () => undefined })]) {
      const reader = new Reader(fed).subscribe({ topic: 'supply', location: locationId('B'), since }, dock);
      await shop.settle(20);
      reader.flush();
      expect(said(reader.got)).toEqual(['t1 shipped ', 't1 cancelled 1,2']);
    }
  });
});
