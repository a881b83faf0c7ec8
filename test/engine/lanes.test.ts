/** What deliveries teach, over the engine: expected dates, lanes, and what stands after a restart. */
import { expect, it } from 'vitest';
import { Shop } from './shop.ts';

const hour = 3_600_000;

/** An order that leaves and, after so many hours, is delivered. */
async function sent(shop: Shop, id: string, postalCode: string, hours?: number): Promise<void> {
  await shop.receive({ 'A/S1': 1 });
  await shop.place(id, { S1: 1 }, { destination: { country: 'GB', postalCode }, promisedByMs: shop.clock.now() + 12 * hour });
  await shop.part('fulfillment.pick', id);
  await shop.ok('fulfillment.ship', { orderId: id, fulfillmentId: '1', tracking: id });
  if (hours === undefined) return;
  await shop.ok('tracking.scan', { carrier: 'post', tracking: id, scanId: '1', status: 'delivered', atMs: shop.clock.now() + hours * hour });
}

const etaOf = (shop: Shop, tracking: string) => shop.ask('tracking.find', { carrier: 'post', tracking })?.eta;

it('[TK13] [TK14] a parcel is expected as its lane taught, or else its service, once that is enough', async () => {
  const shop = await Shop.open();
  await sent(shop, 'p1', 'SW1');
  for (let at = 0; at < 7; at += 1) await sent(shop, `d${at}`, 'M1', 0);
  expect(etaOf(shop, 'p1')).toBeUndefined();
  await sent(shop, 'd7', 'M1 9AA', 0);
  await sent(shop, 'p2', 'm12');
  expect(etaOf(shop, 'p1')).toMatchObject({ from: 'service', deliveries: 8, inTime: 1 });
  expect(etaOf(shop, 'p2')).toMatchObject({ from: 'lane', deliveries: 8, p50Ms: shop.clock.now() + 6 * hour });
  shop.clock.advance(6 * hour);
  expect(etaOf(shop, 'p2')).toBeUndefined();
  const back = await shop.restart();
  expect(back.ask('tracking.lanes', { carrier: 'post' })).toEqual(shop.ask('tracking.lanes', { carrier: 'post' }));
});

it('[TK13] a parcel teaches once, however often it is told', async () => {
  const shop = await Shop.open();
  await sent(shop, 'd1', 'M1', 0);
  await shop.ok('tracking.scan', { carrier: 'post', tracking: 'd1', scanId: '2', status: 'delivered', atMs: shop.clock.now() });
  await sent(shop, 'd2', 'M1');
  await shop.part('fulfillment.deliver', 'd2');
  expect(shop.ask('tracking.lanes', { carrier: 'post' }).lanes.map(({ lane, deliveries }) => [lane, deliveries])).toEqual([['*', 2], ['GB>GBM1', 2]]);
});

it('[TK15] lanes are told page by page', async () => {
  const shop = await Shop.open();
  for (const [at, code] of ['AA', 'BB', 'CC'].entries()) await sent(shop, `d${at}`, code, 0);
  const first = shop.ask('tracking.lanes', { carrier: 'post', limit: 3 });
  const rest = shop.ask('tracking.lanes', { carrier: 'post', limit: 3, after: first.next ?? '' });
  expect([...first.lanes, ...rest.lanes].map(({ lane }) => lane)).toEqual(['*', 'GB>GBAA', 'GB>GBBB', 'GB>GBCC']);
  expect(rest.next).toBeUndefined();
  expect(shop.ask('tracking.lanes', { carrier: 'nobody' })).toEqual({ lanes: [] });
});
