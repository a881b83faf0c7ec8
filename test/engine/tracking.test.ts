/** Parcels on their way, over the engine: numbers, scans, deliveries, and what happens when nothing is scanned. */
import { describe, expect, it } from 'vitest';
import type { ParcelStatus } from '../../actors/tracking-commands.ts';
import type { ParcelEvent } from '../../actors/tracking.ts';
import { Shop } from './shop.ts';

const hour = 3_600_000;

/** An order of one unit that has left with a number. */
async function sent(shop: Shop, id = 'o1', tracking = 'N1'): Promise<void> {
  await shop.receive({ 'A/S1': 1 });
  await shop.place(id, { S1: 1 });
  await shop.part('fulfillment.pick', id);
  await shop.ok('fulfillment.ship', { orderId: id, fulfillmentId: '1', tracking });
}

async function opened(tracking?: object): Promise<Shop> {
  const shop = await Shop.open();
  if (tracking !== undefined) await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1, tracking } });
  await sent(shop);
  return shop;
}

let count = 0;
const body = (shop: Shop, status: ParcelStatus, more: object = {}) =>
  ({ carrier: 'post', tracking: 'N1', scanId: `s${(count += 1)}`, status, atMs: shop.clock.now(), ...more });
const scan = (shop: Shop, status: ParcelStatus, more: object = {}) => shop.ok('tracking.scan', body(shop, status, more));
const refused = (shop: Shop, status: ParcelStatus, more: object) => shop.refused('tracking.scan', body(shop, status, more));
const parcel = (shop: Shop, tracking = 'N1') => shop.ask('tracking.find', { carrier: 'post', tracking });
const news = (shop: Shop) => shop.published.flatMap(({ events }) => events.filter((event): event is ParcelEvent => event.kind.startsWith('parcel.')));

describe('a tracking number', () => {
  it('[TK1] makes a parcel of what leaves with it', async () => {
    const shop = await opened();
    expect(parcel(shop, ' n-1')).toMatchObject({ orderId: 'o1', fulfillmentId: '1', channel: 'web', location: 'A', status: 'handed-over', scans: [] });
    await sent(shop, 'o2', '. -');
    expect(shop.ask('tracking.get', { orderId: 'o2' })).toEqual({ parcels: [] });
  });

  it('[TK2] is another parcel’s only once that has ended', async () => {
    const shop = await opened();
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o2', { S1: 1 });
    await shop.part('fulfillment.pick', 'o2');
    const ship = { orderId: 'o2', fulfillmentId: '1', tracking: 'n 1' };
    expect(await shop.refused('fulfillment.ship', ship)).toMatchObject({ code: 'tracking-taken', field: 'body.tracking', retryable: false });
    expect(shop.order('o2').state).toBe('picking');
    expect(shop.stock('A/S1')).toBe('1 0 1 0');
    await scan(shop, 'delivered');
    await shop.ok('fulfillment.ship', ship);
    expect(parcel(shop)).toMatchObject({ orderId: 'o2', status: 'handed-over', scans: [] });
    expect(shop.ask('tracking.get', { orderId: 'o1' })).toEqual({ parcels: [] });
    const back = await shop.restart();
    expect(parcel(back)).toMatchObject({ orderId: 'o2', status: 'handed-over' });
  });

  it('[TK3] nobody knows is refused, until its parcel has left', async () => {
    const shop = await opened();
    expect(await refused(shop, 'delivered', { tracking: 'N2' })).toMatchObject({ code: 'unknown-parcel', retryable: true, field: 'body.tracking' });
    expect(await refused(shop, 'delivered', { carrier: 'ups' })).toMatchObject({ code: 'unknown-carrier', field: 'body.carrier' });
    await sent(shop, 'o2', 'N2');
    expect(await scan(shop, 'delivered', { tracking: 'N2' })).toMatchObject({ orderId: 'o2', result: 'moved' });
    expect(shop.order('o2').state).toBe('delivered');
  });
});

describe('a scan', () => {
  it('[TK4] counts once, and within a day ahead and a year back', async () => {
    const shop = await opened();
    await scan(shop, 'in-transit', { scanId: 'x' });
    expect(await scan(shop, 'lost', { scanId: 'x' })).toMatchObject({ status: 'in-transit', result: 'duplicate' });
    const now = shop.clock.now();
    expect(await refused(shop, 'lost', { atMs: now + 24 * hour + 1 })).toMatchObject({ code: 'over-limit', field: 'body.atMs' });
    expect(await refused(shop, 'lost', { atMs: now - 365 * 24 * hour - 1 })).toMatchObject({ code: 'over-limit', field: 'body.atMs' });
    expect(await scan(shop, 'available', { atMs: now + 24 * hour })).toMatchObject({ statusAtMs: now, result: 'moved' });
  });

  it('[TK6] is news when the parcel moves, and in the timeline when not', async () => {
    const shop = await opened();
    const now = shop.clock.now();
    await scan(shop, 'out-for-delivery', { code: 'van-7' });
    expect(await scan(shop, 'in-transit', { atMs: now - hour })).toMatchObject({ status: 'out-for-delivery', result: 'late' });
    expect(await scan(shop, 'out-for-delivery', { code: 'van-7' })).toMatchObject({ result: 'noted' });
    expect(parcel(shop)?.scans.map(({ status }) => status)).toEqual(['in-transit', 'out-for-delivery', 'out-for-delivery']);
    const of = { orderId: 'o1', channel: 'web', fulfillmentId: '1', location: 'A', carrier: 'post', tracking: 'N1' };
    expect(news(shop)).toEqual([{ kind: 'parcel.changed', ...of, status: 'out-for-delivery', code: 'van-7', atMs: now }]);
  });

  it('[TK7] is one of fifty, unless it ends the parcel', async () => {
    const shop = await opened();
    for (let at = 0; at < 50; at += 1) await scan(shop, 'in-transit');
    expect(await refused(shop, 'in-transit', {})).toMatchObject({ code: 'over-limit', field: 'body.scanId' });
    expect(await scan(shop, 'delivered')).toMatchObject({ result: 'moved' });
    expect(await refused(shop, 'in-transit', {})).toMatchObject({ code: 'over-limit' });
  });

  it('[TK8] delivers, and a delivery ends the parcel', async () => {
    const shop = await opened();
    await scan(shop, 'delivered');
    expect(shop.order('o1').state).toBe('delivered');
    expect(shop.ask('carrier.get', { carrierId: 'post' })?.inTransit).toBe(0);
    await sent(shop, 'o2', 'N2');
    await shop.part('fulfillment.deliver', 'o2');
    expect(parcel(shop, 'N2')).toMatchObject({ status: 'delivered', scans: [] });
    expect(await scan(shop, 'delivered', { tracking: 'N2' })).toMatchObject({ status: 'delivered', result: 'late' });
    await sent(shop, 'o3', 'N3');
    await scan(shop, 'returned', { tracking: 'N3' });
    expect(shop.order('o3').state).toBe('shipped');
    await shop.part('fulfillment.deliver', 'o3');
    expect(parcel(shop, 'N3')?.status).toBe('returned');
  });
});

describe('when nothing is scanned', () => {
  const policy = { firstScanMs: 4 * hour, silenceMs: 24 * hour };

  it('[TK9] an alarm is raised at its instant, once, and cleared by what is scanned', async () => {
    const shop = await opened(policy);
    const leftMs = parcel(shop)?.shippedAtMs ?? 0;
    expect(parcel(shop)?.dueAtMs).toBe(leftMs + 4 * hour);
    await scan(shop, 'labelled');
    await shop.pass(4 * hour - 1);
    expect(news(shop)).toEqual([]);
    await shop.pass(1);
    expect(parcel(shop)?.alarm).toEqual({ kind: 'no-first-scan', sinceMs: leftMs + 4 * hour });
    expect(shop.ask('engine.status', {})).toMatchObject({ openParcels: 1, alarmedParcels: 1 });
    await scan(shop, 'in-transit');
    await shop.pass(24 * hour);
    await scan(shop, 'in-transit', { atMs: leftMs });
    expect(parcel(shop)?.alarm?.kind).toBe('silent');
    await scan(shop, 'lost');
    expect(news(shop).map((event) => ('state' in event ? `${event.alarm} ${event.state}` : event.kind))).toEqual([
      'no-first-scan raised', 'parcel.changed', 'no-first-scan cleared', 'silent raised', 'parcel.changed', 'silent cleared',
    ]);
    expect(shop.ask('engine.status', {})).toMatchObject({ openParcels: 0, alarmedParcels: 0 });
  });

  it('[TK9] by the policy of its service, as it was when it left', async () => {
    const shop = await Shop.open();
    const services = [{ id: 'fast', name: 'Fast', baseMinor: 1, perKmMinor: 0, tracking: { firstScanMs: hour } }];
    const carrier = { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1, services };
    await shop.ok('carrier.put', { carrier: { ...carrier, tracking: policy } });
    await sent(shop);
    await shop.ok('carrier.put', { carrier });
    expect(parcel(shop)).toMatchObject({ firstScanMs: hour, silenceMs: 24 * hour });
  });

  it('[TK12] also after a restart', async () => {
    const shop = await opened(policy);
    await sent(shop, 'o2', 'N2');
    await scan(shop, 'delivered', { tracking: 'N2' });
    const whole = [parcel(shop), parcel(shop, 'N2')];
    const back = await shop.restart();
    expect([parcel(back), parcel(back, 'N2')]).toEqual(whole);
    await back.pass(4 * hour);
    expect(parcel(back)?.alarm?.kind).toBe('no-first-scan');
    const again = await back.restart();
    expect(again.ask('engine.status', {})).toMatchObject({ openParcels: 1, alarmedParcels: 1 });
  });

  it('[TK12] and of parcels that are not in memory', async () => {
    const limits = { turnCommandsMax: 1, ordersInMemoryMax: 2 };
    const shop = await Shop.open({ limits });
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1, tracking: policy } });
    for (const number of ['1', '2', '3', '4', '5']) await sent(shop, `o${number}`, `N${number}`);
    await shop.pass(2_000);
    const { core } = shop.engine.inspect();
    expect(core.world.parcels.cells.size).toBeLessThanOrEqual(2);
    await shop.pass(4 * hour);
    await shop.settle(30);
    for (const number of ['1', '2', '3', '4', '5']) expect(parcel(shop, `N${number}`)?.alarm?.kind).toBe('no-first-scan');
    expect(await scan(shop, 'in-transit')).toMatchObject({ orderId: 'o1', result: 'moved' });
  });

  it('[TK10] nothing is told of what nobody knows', async () => {
    const shop = await opened();
    expect(parcel(shop, 'N9')).toBeNull();
    expect(shop.ask('tracking.get', { orderId: 'o9' })).toBeNull();
    expect(shop.ask('tracking.get', { orderId: 'o1' })?.parcels).toHaveLength(1);
  });
});
