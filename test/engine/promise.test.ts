import { describe, expect, it } from 'vitest';
import { locationId, sku } from '../../actors/ids.ts';
import { promiseFor } from '../../engine/promise/promise-for.ts';
import type { PromiseOption } from '../../actors/promise.ts';
import { location, Shop } from './shop.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);
const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const days = <T>(each: T): Record<string, T> => Object.fromEntries(week.map((day) => [day, each]));

/**
 * The 14th of November 2023, 22:13 in London. A (nearest) leaves at five with ground (two days, 300) or
 * express (one day, 900); B is a store that closes at noon and hands over as well.
 */
async function open(): Promise<Shop> {
  const shop = await Shop.open();
  const clocks = { timeZone: 'Europe/London' };
  await shop.ok('location.put', { location: { ...location('A'), ...clocks, hours: days([{ from: '08:00', to: '18:00' }]) } as never });
  await shop.ok('location.put', { location: { ...location('B', 1), type: 'store', ...clocks, hours: days([{ from: '08:00', to: '12:00' }]), processingMs: hour } as never });
  const service = (id: string, baseMinor: number): object => ({ id, name: id, baseMinor, perKmMinor: 1, transit: id, cutOffs: days(['17:00', '12:00']), deliveryDays: week });
  await shop.ok('carrier.put', { carrier: { id: 'dhl', name: 'DHL', baseMinor: 0, perKmMinor: 0, services: [service('ground', 300), service('express', 900)] } as never });
  await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
  const lane = (typicalDays: number, confidence: number): object => ({ minDays: 1, typicalDays, maxDays: typicalDays + 2, confidence });
  await shop.ok('transit.put', { table: 'ground', origin: { country: 'GB' }, lanes: [lane(2, 0.8)] as never });
  await shop.ok('transit.put', { table: 'express', origin: { country: 'GB' }, lanes: [lane(1, 0.95)] as never });
  return shop;
}

const destination = { country: 'GB', latitude: 51.5, longitude: -0.12 };
const ask = (shop: Shop, units: Record<string, number>, more: object = {}): readonly PromiseOption[] => {
  const lines = Object.entries(units).map(([name, quantity]) => ({ sku: name, quantity }));
  return shop.ask('promise.get', { channel: 'web', destination, lines, ...more }).options;
};
const short = ({ kind, costMinor, deliverByMs }: PromiseOption): string =>
  `${kind} ${costMinor} ${deliverByMs === undefined ? 'never' : new Date(deliverByMs).toISOString().slice(0, 16)}`;

describe('promise.get', () => {
  it('[M5] the cheapest, the fastest where it is faster, and places to collect', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    const options = ask(shop, { S1: 2 });
    expect(options.map(short)).toEqual(['cheapest 300 2023-11-18T00:00', 'fastest 900 2023-11-17T00:00', 'pickup 0 2023-11-15T09:00']);
    expect(options[0]).toMatchObject({
      short: 0, confidence: 0.8, latestByMs: at('2023-11-22T00:00:00Z'),
      parcels: [{ location: 'A', carrier: 'dhl', service: 'ground', units: 2, readyMs: at('2023-11-15T08:00:00Z'), shipByMs: at('2023-11-15T12:00:00Z') }],
    });
    // What is promised is what an order gets at this moment.
    await shop.place('o1', { S1: 2 });
    expect(shop.order('o1').fulfillments).toMatchObject([{ location: 'A', service: 'ground', shipByMs: options[0]?.shipByMs, deliverByMs: options[0]?.deliverByMs }]);
    expect(shop.stock('A/S1')).toContain('5');
  });

  it('[M5] with a service named, only that one; without a faster one, no fastest', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5 });
    expect(ask(shop, { S1: 2 }, { service: 'express' }).map(short)).toEqual(['cheapest 900 2023-11-17T00:00']);
    expect(ask(shop, { S1: 2 }, { service: 'none' }).map(short)).toEqual(['cheapest 0 never']);
  });

  it('[M5] parcels from two places: costs add up, the last date counts, and confidence is that of both', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    const [cheapest] = ask(shop, { S1: 1, S2: 1 });
    expect(cheapest).toMatchObject({ costMinor: 711, confidence: 0.8 * 0.8, parcels: [{ location: 'A' }, { location: 'B' }] });
  });

  it('[M6] units that are to come are promised for when they come, but not those that somebody waits for', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 1 });
    const expectedAtMs = at('2023-11-20T10:00:00Z');
    await shop.ok('supply.put', { supply: { id: 'p1', type: 'purchase', supplier: 'Acme', to: 'A', expectedAtMs, confidence: 0.5, lines: [{ sku: 'S1', quantity: 4 }] } as never });
    await shop.ok('supply.order', { supplyId: 'p1' });
    const [cheapest] = ask(shop, { S1: 3 });
    expect(cheapest).toMatchObject({ short: 0, confidence: 0.8 * 0.8 * 0.5, deliverByMs: at('2023-11-23T00:00:00Z') });
    expect(cheapest?.parcels).toMatchObject([{ units: 1 }, { units: 2, location: 'A', expectedAtMs, shipByMs: at('2023-11-20T12:00:00Z') }]);
    await shop.place('o1', { S1: 4 }, { shortage: 'backorder' });
    // Of the four that come, three are spoken for.
    const [rest] = ask(shop, { S1: 3 });
    expect(rest).toMatchObject({ short: 2, confidence: 0, parcels: [{ units: 1, expectedAtMs }] });
    await shop.pass(7 * 24 * hour);
    // What is overdue comes nobody knows when.
    expect(ask(shop, { S1: 1 })).toEqual([]);
  });

  it('[M5] nothing to have is no option, and an unknown channel has nothing', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 1 });
    expect([ask(shop, { S9: 1 }), ask(shop, { S1: 1 }, { channel: 'nobody' })]).toEqual([[], []]);
  });

  it('[M5] a full location is promised from no more than it is sourced from', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity: { pick: { perDay: 1 } } } as never });
    expect(ask(shop, { S1: 2 })[0]?.parcels.map((parcel) => parcel.location)).toEqual(['B']);
    expect(ask(shop, { S1: 1 })[0]?.parcels.map((parcel) => parcel.location)).toEqual(['A']);
  });
});

describe('promise.bulk', () => {
  it('[M7] of each SKU the earliest and the cheapest, in the order asked', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    const expectedAtMs = at('2023-11-20T10:00:00Z');
    await shop.ok('supply.put', { supply: { id: 'p1', type: 'purchase', supplier: 'Acme', to: 'A', expectedAtMs, confidence: 0.5, lines: [{ sku: 'S3', quantity: 4 }] } as never });
    await shop.ok('supply.order', { supplyId: 'p1' });
    const { promises, atMs } = shop.ask('promise.bulk', { channel: 'web', destination, skus: ['S2', 'S9', 'S1', 'S3'] });
    expect(atMs).toBe(shop.clock.now());
    expect(promises).toMatchObject([
      { sku: 'S2', earliest: { location: 'B', service: 'express', costMinor: 1_011 }, cheapest: { location: 'B', service: 'ground', costMinor: 411 } },
      { sku: 'S9' },
      { sku: 'S1', earliest: { location: 'A', deliverByMs: at('2023-11-17T00:00:00Z') }, cheapest: { costMinor: 300, deliverByMs: at('2023-11-18T00:00:00Z') } },
      { sku: 'S3', earliest: { expectedAtMs, confidence: 0.95 * 0.5, deliverByMs: at('2023-11-22T00:00:00Z') }, cheapest: { expectedAtMs } },
    ]);
    expect(promises[1]).toEqual({ sku: 'S9' });
  });
});

describe('promises for chosen locations', () => {
  it('[M8] one option for each service that carries them all, the cheapest first', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    const bundles = [
      { location: locationId('A'), lines: [{ sku: sku('S1'), quantity: 1 }] },
      { location: locationId('B'), lines: [{ sku: sku('S2'), quantity: 2 }] },
    ];
    const options = promiseFor(shop.engine.inspect().core.world, bundles, destination, shop.clock.now());
    expect(options).toMatchObject([
      { kind: 'service', service: 'ground', costMinor: 711, parcels: [{ units: 1 }, { units: 2, carrier: 'dhl' }] },
      { kind: 'service', service: 'express', costMinor: 1_911, deliverByMs: at('2023-11-17T00:00:00Z') },
    ]);
    expect(promiseFor(shop.engine.inspect().core.world, [], destination, 0)).toEqual([]);
  });
});
