/** Parcels in topics, over a real engine: told to who follows the order, and to the location it left. */
import { expect, test } from 'vitest';
import { locationId, orderId } from '../../actors/ids.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import type { PushFrame } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import { Shop } from '../engine/shop.ts';
import { Reader } from './streams-kit.ts';

const parcelsIn = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) => ('events' in frame ? frame.events : [])).flatMap((event) => (event.kind === 'parcel.changed' ? [`${event.orderId} ${event.status}`] : []));

test('[TK11] parcels are told to who follows their order or location', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o1', { S1: 1 });
  await shop.part('fulfillment.pick', 'o1');
  await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1', tracking: 'N1' });
  const onIncident = (error: unknown): void => {
    throw error;
  };
  const streams = new Streams({ engine: shop.engine, limits: defaultLimits, onIncident });
  const follow = (topic: Parameters<Reader['subscribe']>[0]): Reader => new Reader(streams).subscribe(topic);
  const readers = [follow({ topic: 'order', orderId: orderId('o1') }), follow({ topic: 'location', location: locationId('A') })];
  const elsewhere = follow({ topic: 'location', location: locationId('B') });
  await shop.ok('tracking.scan', { carrier: 'post', tracking: 'N1', scanId: 's1', status: 'in-transit', atMs: shop.clock.now() });
  for (const reader of [...readers, elsewhere]) reader.flush();
  expect(readers.map(({ got }) => parcelsIn(got))).toEqual([['o1 in-transit'], ['o1 in-transit']]);
  expect(parcelsIn(elsewhere.got)).toEqual([]);
  streams.close();
});
