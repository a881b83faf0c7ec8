/** The topic of returns, over a real engine: what a returns desk, a shop and a dock see. */
import { describe, expect, test } from 'vitest';
import { channelId, locationId } from '../../actors/ids.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import type { PushFrame, ReturnList } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import type { Caller } from '../../gateway/streams-subscription.ts';
import { Shop } from '../engine/shop.ts';
import { Reader } from './streams-kit.ts';

const dock: Caller = { name: 'dock', role: 'terminal', channels: [], locations: ['B'] };
const other: Caller = { name: 'other', role: 'storefront', channels: ['other'], locations: '*' };

/** Returns of a snapshot by name, events by return and cause, memos by amount. */
const said = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) =>
    'snapshot' in frame
      ? [`has ${(frame.snapshot as ReturnList).returns.map(({ returnId }) => returnId).join()}`]
      : 'events' in frame
        ? frame.events.map((event) =>
            event.kind === 'return.changed' ? `${event.returnId} ${event.cause}` : event.kind === 'refund.due' ? `${event.returnId} ${event.type} ${event.amountMinor}` : event.kind,
          )
        : ['gap'],
  );

describe('returns', () => {
  test('[RT15] begin with the open ones of a channel or location, and go on with what happens to them and every refund', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3 });
    await shop.ok('channel.put', { channel: { id: 'other', name: 'Other' } });
    const lines = [{ sku: 'S1', quantity: 3, unitPriceMinor: 500 }];
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines });
    for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'o1');
    const onIncident = (error: unknown): void => {
      throw error;
    };
    const streams = new Streams({ engine: shop.engine, limits: defaultLimits, onIncident });
    const request = (returnId: string) => shop.ok('return.request', { returnId, orderId: 'o1', lines: [{ orderLineId: '1', quantity: 1, reason: 'size' }] });
    await request('r1');
    const all = new Reader(streams).subscribe({ topic: 'returns' });
    const web = new Reader(streams).subscribe({ topic: 'returns', channel: channelId('web') });
    const elsewhere = new Reader(streams).subscribe({ topic: 'returns' }, other);
    const origin = new Reader(streams).subscribe({ topic: 'returns', location: locationId('A') }, { ...dock, locations: ['A'] });
    const there = new Reader(streams).subscribe({ topic: 'returns', location: locationId('B') }, dock);
    await request('r2');
    await shop.ok('return.receive', { returnId: 'r1', location: 'B', lines: [{ lineId: '1', quantity: 1 }] });
    for (const reader of [all, web, elsewhere, origin, there]) reader.flush();
    const whole = ['has r1', 'r2 requested', 'r2 approved', 'r1 received', 'r1 credit 500'];
    expect([said(all.got), said(web.got)]).toEqual([whole, whole]);
    expect(said(elsewhere.got)).toEqual(['has ']);
    expect(said(origin.got)).toEqual(['has r1', 'r2 requested', 'r2 approved', 'r1 received']);
    expect(said(there.got)).toEqual(['has ', 'r1 received']);
  });
});
