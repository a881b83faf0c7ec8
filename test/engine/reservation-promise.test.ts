/** Reserve, source and promise in one message; where a reservation may hold units; and the list of the open ones. */
import { describe, expect, it } from 'vitest';
import type { ReservationAnswer } from '../../actors/vocabulary.ts';
import type { Answers } from '../../engine/outcome.ts';
import { location, reservation, Shop } from './shop.ts';

const hour = 3_600_000;
const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const days = <T>(each: T): Record<string, T> => Object.fromEntries(week.map((day) => [day, each]));
const at = (text: string): number => Date.parse(text);

/** The 14th of November 2023, 22:13 in London. A warehouse A, a store B that hands over; ground and express. */
async function open(): Promise<Shop> {
  const shop = await Shop.open();
  const clocks = { timeZone: 'Europe/London', hours: days([{ from: '08:00', to: '18:00' }]) };
  await shop.ok('location.put', { location: { ...location('A'), ...clocks, groups: ['south'] } as never });
  await shop.ok('location.put', { location: { ...location('B', 1), ...clocks, type: 'store', groups: ['north', 'shops'], processingMs: hour } as never });
  const service = (id: string, baseMinor: number): object => ({ id, name: id, baseMinor, perKmMinor: 1, transit: id, cutOffs: days(['17:00']), deliveryDays: week });
  await shop.ok('carrier.put', { carrier: { id: 'dhl', name: 'DHL', baseMinor: 0, perKmMinor: 0, services: [service('ground', 300), service('express', 900)] } as never });
  await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
  const lane = (typicalDays: number, confidence: number): object => ({ minDays: 1, typicalDays, maxDays: typicalDays + 2, confidence });
  await shop.ok('transit.put', { table: 'ground', origin: { country: 'GB' }, lanes: [lane(2, 0.8)] as never });
  await shop.ok('transit.put', { table: 'express', origin: { country: 'GB' }, lanes: [lane(1, 0.95)] as never });
  return shop;
}

const short = ({ options = [] }: ReservationAnswer): string[] =>
  options.map(({ kind, service = '', costMinor, deliverByMs }) =>
    `${kind} ${service} ${costMinor} ${deliverByMs === undefined ? 'never' : new Date(deliverByMs).toISOString().slice(0, 16)}`);

describe('reserve and promise in one message', () => {
  it('[V18] holds the assignment and tells how it could go: cheapest, fastest, by each service', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5 });
    const made = await shop.reserve('v1', { S1: 2 }, { promise: true });
    expect(short(made)).toEqual([
      'cheapest  300 2023-11-18T00:00',
      'fastest  900 2023-11-17T00:00',
      'service ground 300 2023-11-18T00:00',
      'service express 900 2023-11-17T00:00',
    ]);
    expect(made.fulfillments).toMatchObject([{ location: 'A', service: 'ground', costMinor: 300, deliverByMs: at('2023-11-18T00:00Z') }]);
    expect(made.options?.[0]).toMatchObject({ confidence: 0.8, short: 0, parcels: [{ location: 'A', units: 2, lines: [{ sku: 'S1', quantity: 2 }] }] });
    // The order that names the option's service gets what it said.
    await shop.place('o1', { S1: 2 }, { service: 'express', reservationId: 'v1' });
    expect(shop.order('o1').fulfillments).toMatchObject([{ service: 'express', costMinor: 900, deliverByMs: made.options?.[1]?.deliverByMs }]);
  });

  it('[V18] two parcels: costs add up, the last date counts; one that names a service is told of that alone', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    const both = await shop.reserve('v1', { S1: 1, S2: 1 }, { promise: true });
    expect(short(both)).toEqual([
      'cheapest  711 2023-11-18T00:00', 'fastest  1911 2023-11-17T00:00', 'service ground 711 2023-11-18T00:00', 'service express 1911 2023-11-17T00:00',
    ]);
    const express = await shop.reserve('v2', { S1: 1 }, { promise: true, service: 'express' });
    expect(short(express)).toEqual(['cheapest  900 2023-11-17T00:00', 'service express 900 2023-11-17T00:00']);
  });

  it('[V18] collected, when all is at one location that hands over', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    expect(short(await shop.reserve('v1', { S2: 1 }, { promise: true }))[2]).toBe('pickup  0 2023-11-15T09:00');
    const mixed = await shop.reserve('v2', { S1: 1, S2: 1 }, { promise: true });
    expect(mixed.options?.some(({ kind }) => kind === 'pickup')).toBe(false);
  });

  it('[V18] as of when it is extended; without being asked none, without a destination malformed', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 2 });
    expect((await shop.reserve('v1', { S1: 1 })).options).toBeUndefined();
    shop.clock.advance(24 * hour);
    const made = await shop.reserve('v2', { S1: 1 }, { promise: true });
    expect(made.options?.[0]?.deliverByMs).toBe(at('2023-11-21T00:00Z'));
    const { options } = (await shop.ok('reservation.extend', { reservationId: 'v2', ttlMs: 48 * hour / 2, promise: true })) as ReservationAnswer;
    expect(options).toEqual(made.options);
    const { destination: _none, ...nowhere } = reservation('v3', { S1: 1 }, { promise: true });
    expect(await shop.refused('reservation.make', nowhere)).toMatchObject({ code: 'malformed', field: 'body.promise' });
    await shop.ok('reservation.release', { reservationId: 'v2' });
    const { promise: _no, ...plain } = nowhere;
    await shop.ok('reservation.make', plain);
    expect(await shop.refused('reservation.extend', { reservationId: 'v3', ttlMs: hour, promise: true })).toMatchObject({ code: 'malformed', field: 'body.promise' });
  });

  it('[V18] one in line is told none; with every carrier suspended, that nobody knows', async () => {
    const shop = await open();
    await shop.ok('item.put', { item: { sku: 'S1', drop: {} } } as never);
    await shop.receive({ 'A/S1': 1 });
    await shop.ok('carrier.suspend', { carrierId: 'dhl', reason: 'strike' });
    expect(short(await shop.reserve('v1', { S1: 1 }, { promise: true }))).toEqual(['cheapest  0 never']);
    expect(await shop.reserve('v2', { S1: 1 }, { promise: true })).toMatchObject({ state: 'queued', options: [] });
  });
});

describe('where a reservation may hold units', () => {
  it('[V1] at locations, at those of groups, at either, or anywhere', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1 });
    const places = async (id: string, units: number, more: object): Promise<string> => {
      const made = await shop.reserve(id, { S1: units }, more);
      await shop.ok('reservation.release', { reservationId: id });
      return made.fulfillments.map((one) => one.location).join(' ');
    };
    expect(await places('v1', 1, { groups: ['shops'] })).toBe('B');
    expect(await places('v2', 2, { groups: ['shops'], locations: ['C'] })).toBe('B C');
    expect(await places('v3', 2, { groups: ['north', 'south'] })).toBe('A B');
    expect(await places('v4', 3, {})).toBe('A B C');
    expect((await shop.refused('reservation.make', reservation('v5', { S1: 1 }, { groups: ['nobody'] }))).code).toBe('out-of-stock');
  });

  it('[V1] what it lost is looked for among those who are in its groups then, over restarts too', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 1, 'C/S1': 1 });
    await shop.reserve('v1', { S1: 1 }, { groups: ['north'] });
    await shop.ok('location.put', { location: { ...location('C', 2), groups: ['north'] } as never });
    await shop.settle();
    const again = await shop.restart();
    expect(again.reservation('v1')).toEqual(shop.reservation('v1'));
    expect(again.reservation('v1').groups).toEqual(['north']);
    await again.ok('stock.count', { entries: [{ sku: 'S1', location: 'B', onHand: 0 }], reason: 'lost' } as never);
    expect(again.reservation('v1').fulfillments.map((one) => one.location)).toEqual(['C']);
  });
});

describe('the list of open reservations', () => {
  const ids = ({ reservations }: Answers['reservation.list']): string[] => reservations.map(({ reservationId }) => reservationId);

  it('[V19] by channel, customer, state and SKU, in the order they were made', async () => {
    const shop = await open();
    await shop.ok('channel.put', { channel: { id: 'app', name: 'App' } });
    await shop.ok('item.put', { item: { sku: 'S2', drop: {} } } as never);
    await shop.ok('item.put', { item: { sku: 'PAIR', kit: { together: false, components: [{ sku: 'S1', quantity: 2 }] } } } as never);
    await shop.receive({ 'A/S1': 9, 'A/S2': 1 });
    await shop.reserve('z', { S1: 1 }, { customer: 'c1' });
    shop.clock.advance(1);
    await shop.reserve('b', { S1: 1 }, { channel: 'app', customer: 'c1' });
    await shop.reserve('a', { PAIR: 1 });
    await shop.reserve('d', { S2: 1 });
    await shop.reserve('c', { S2: 1 });
    await shop.reserve('gone', { S1: 1 });
    await shop.ok('reservation.release', { reservationId: 'gone' });
    const list = (body: object): string => ids(shop.ask('reservation.list', body)).join(' ');
    expect(list({})).toBe('z a b c d');
    expect(list({ customer: 'c1' })).toBe('z b');
    expect(list({ customer: 'c1', channel: 'app' })).toBe('b');
    expect(list({ sku: 'S1' })).toBe('z a b');
    expect(list({ sku: 'PAIR' })).toBe('a');
    expect([list({ state: 'queued' }), list({ state: 'held', sku: 'S2' })]).toEqual(['c', 'd']);
    expect(shop.ask('reservation.list', { state: 'queued' }).reservations).toEqual([shop.reservation('c')]);
  });

  it('[V19] page by page: a cursor holds when what it names has closed, and over restarts', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 9 });
    for (const id of ['v1', 'v2', 'v3', 'v4', 'v5']) await shop.reserve(id, { S1: 1 });
    const first = shop.ask('reservation.list', { limit: 2 });
    expect([ids(first), first.next]).toEqual([['v1', 'v2'], `${shop.clock.now()}/v2`]);
    await shop.ok('reservation.release', { reservationId: 'v2' });
    await shop.settle();
    const again = await shop.restart();
    const second = again.ask('reservation.list', { limit: 3, after: first.next ?? '' });
    expect([ids(second), second.next]).toEqual([['v3', 'v4', 'v5'], undefined]);
    expect(ids(again.ask('reservation.list', { after: `${shop.clock.now() + 1}/v1` }))).toEqual([]);
  });

  it('[V19] a page looks at 20,000 at most, and those that closed are swept out', async () => {
    const shop = await open();
    await shop.receive({ 'A/S1': 50_000 });
    const all = Array.from({ length: 20_050 }, (_, index) => reservation(`v${String(index).padStart(5, '0')}`, { S1: 1 }, index === 20_040 ? { customer: 'rare' } : {}));
    for (let from = 0; from < all.length; from += 1_000) await Promise.all(all.slice(from, from + 1_000).map((body) => shop.ok('reservation.make', body)));
    const first = shop.ask('reservation.list', { customer: 'rare' });
    expect([ids(first), first.next]).toEqual([[], `${shop.clock.now()}/v19999`]);
    expect(ids(shop.ask('reservation.list', { customer: 'rare', after: first.next ?? '' }))).toEqual(['v20040']);
    for (let from = 0; from < 20_000; from += 1_000) {
      await Promise.all(all.slice(from, from + 1_000).map(({ reservationId }) => shop.ok('reservation.release', { reservationId })));
    }
    // As long as so many rows take to be saved.
    for (let second = 0; second < 60; second += 1) await shop.pass(1_000);
    expect(ids(shop.ask('reservation.list', { customer: 'rare' }))).toEqual(['v20040']);
  });
});
