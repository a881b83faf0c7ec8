import { describe, expect, it, test } from 'vitest';
import { location, order, Shop } from './shop.ts';

const at = (text: string): number => Date.parse(text);
const hour = 3_600_000;

/** Berlin, weekdays nine to five, an hour of work; parcels leave at four. */
const berlin = {
  ...location('A'), country: 'DE', timeZone: 'Europe/Berlin', processingMs: hour, postalCode: '10115',
  hours: Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, [{ from: '09:00', to: '17:00' }]])),
  holidays: [{ date: '2023-11-16', name: 'Stocktaking' }],
};
const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const four = Object.fromEntries(week.map((day) => [day, ['16:00']]));
const dhl = {
  id: 'dhl', name: 'DHL', baseMinor: 0, perKmMinor: 0,
  services: [
    { id: 'ground', name: 'Ground', baseMinor: 400, perKmMinor: 0, transit: 'dhl', cutOffs: four, deliveryDays: [...week, 'saturday'] },
    { id: 'express', name: 'Express', baseMinor: 900, perKmMinor: 0, transit: 'dhl-express', cutOffs: four, deliversBy: '12:00' },
  ],
};
const lanes = (country: string, typicalDays: number) => [{ country, minDays: 1, typicalDays, maxDays: typicalDays + 1 }];

/** The shop of berlin and dhl, on the 14th of November 2023 (a Tuesday), 23:13 in Berlin. */
async function openBerlin(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('location.put', { location: berlin as never });
  await shop.ok('carrier.put', { carrier: dhl as never });
  await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
  await shop.ok('transit.put', { table: 'dhl', origin: { country: 'DE' }, lanes: lanes('GB', 3) });
  await shop.ok('transit.put', { table: 'dhl-express', origin: { country: 'DE' }, lanes: lanes('GB', 1) });
  await shop.receive({ 'A/S1': 10 });
  return shop;
}

describe('dates on fulfillments', () => {
  it('[M4] [N1] are those of the calendar when it was sourced, and stay when the calendar changes', async () => {
    const shop = await openBerlin();
    await shop.place('o1', { S1: 1 });
    // Ready on Wednesday at ten, leaves at four; Thursday, Friday, Saturday; by the end of Saturday in London.
    const dates = { service: 'ground', shipByMs: at('2023-11-15T15:00:00Z'), deliverByMs: at('2023-11-19T00:00:00Z') };
    expect(shop.order('o1').fulfillments).toMatchObject([{ carrier: 'dhl', costMinor: 400, ...dates }]);
    await shop.ok('location.put', { location: { ...berlin, processingMs: 100 * hour } as never });
    const again = await shop.restart();
    expect(again.order('o1').fulfillments).toMatchObject([{ ...dates }]);
    // Eight hours a day and a holiday on Thursday: 100 hours of work take until Monday, 4 December, at one.
    await again.place('o2', { S1: 1 });
    expect(again.order('o2').fulfillments[0]?.shipByMs).toBe(at('2023-12-04T15:00:00Z'));
  });

  it('[M4] take no room where nothing is known: the row of an order is as it was', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10 });
    await shop.place('o1', { S1: 1 });
    const part = shop.order('o1').fulfillments[0];
    expect([part?.shipByMs, part?.deliverByMs, part?.service]).toEqual([undefined, undefined, undefined]);
    const record = shop.claim.record(shop.claim.tail);
    const plain = record?.rows.find(([key]) => key === 'o/o1')?.[1] as Uint8Array;
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London' } as never });
    await shop.place('o2', { S1: 1 });
    const dated = shop.claim.record(shop.claim.tail)?.rows.find(([key]) => key === 'o/o2')?.[1] as Uint8Array;
    expect(dated.length - plain.length).toBe(11);
  });

  it('[N8] the service an order asks for, or the cheapest; one that nobody offers is refused', async () => {
    const shop = await openBerlin();
    const answer = await shop.place('o1', { S1: 1 }, { service: 'express' });
    expect(answer.fulfillments).toMatchObject([{ carrier: 'dhl', service: 'express', costMinor: 900, deliverByMs: at('2023-11-16T12:00:00Z') }]);
    expect(shop.order('o1')).toMatchObject({ service: 'express' });
    const refusal = await shop.refused('order.place', order('o2', { S1: 1 }, { service: 'rocket' }));
    expect(refusal).toMatchObject({ code: 'unknown-service', field: 'body.service' });
    await shop.ok('carrier.resume', { carrierId: 'post' });
    // A carrier that lists none has `standard`, and its fulfillments name no service.
    const third = await shop.place('o3', { S1: 1 }, { service: 'standard' });
    expect(third.fulfillments).toMatchObject([{ carrier: 'post', costMinor: 300 }]);
    expect(third.fulfillments[0]?.service).toBeUndefined();
    const fourth = await shop.place('o4', { S1: 1 });
    expect(fourth.fulfillments).toMatchObject([{ carrier: 'post' }]);
  });

  it('[N9] the most particular origin that knows the destination, and there the most particular lane', async () => {
    const shop = await openBerlin();
    const days = async (id: string, postalCode?: string): Promise<number> => {
      const destination = { country: 'GB', timeZone: 'UTC', ...(postalCode === undefined ? {} : { postalCode }) };
      const { fulfillments } = await shop.place(id, { S1: 1 }, { destination, service: 'express' });
      return ((fulfillments[0]?.deliverByMs ?? 0) - at('2023-11-15T12:00:00Z')) / (24 * hour);
    };
    const put = (origin: { country: string; postalPrefix?: string } | { group: string }, list: object[]) =>
      shop.ok('transit.put', { table: 'dhl-express', origin: origin as never, lanes: list as never });
    const lane = (typicalDays: number, to: object = {}): object => ({ ...to, minDays: 0, typicalDays, maxDays: 9 });
    expect(await days('o1')).toBe(1);
    await put({ country: 'DE', postalPrefix: '10' }, [lane(2, { country: 'FR' }), lane(3, { country: 'GB', postalPrefix: 'LS' })]);
    expect([await days('o2'), await days('o3', 'ls1 4ab'), await days('o4', 'L1')]).toEqual([1, 3, 1]);
    await put({ country: 'DE', postalPrefix: '101' }, [lane(4, { country: 'GB' }), lane(5, { country: 'GB', postalPrefix: 'LS14' }), lane(6)]);
    expect([await days('o5', 'LS1 4AB'), await days('o6', 'LS2'), await days('o7')]).toEqual([5, 4, 4]);
    await put({ group: 'inner' }, [lane(7)]);
    await shop.ok('location.put', { location: { ...berlin, groups: ['outer', 'inner'] } as never });
    expect(await days('o8')).toBe(7);
    await put({ group: 'inner' }, []);
    expect(await days('o9')).toBe(4);
    expect(shop.ask('transit.get', { table: 'dhl-express', origin: { group: 'inner' } })).toBeNull();
    expect(shop.ask('transit.get', { table: 'dhl', origin: { country: 'DE' } })).toMatchObject({ lanes: [{ country: 'GB', typicalDays: 3 }] });
  });
});

describe('calendars that cannot be', () => {
  const day = (from: string, to: string): object => ({ from, to });
  const wrong: readonly (readonly [what: string, calendar: object, code: string, field: string])[] = [
    ['spans that overlap', { hours: { friday: [day('09:00', '12:00'), day('11:59', '14:00')] } }, 'contradiction', 'hours.friday[1]'],
    ['a span that ends before it begins', { hours: { friday: [day('22:00', '06:00')] } }, 'contradiction', 'hours.friday[0].to'],
    ['a span of no time', { hours: { sunday: [day('12:00', '12:00')] } }, 'contradiction', 'hours.sunday[0].to'],
    ['a day both closed and open', { holidays: [{ date: '2024-12-25' }, { date: '2024-12-20', until: '2024-12-31', hours: [day('10:00', '12:00')] }] }, 'contradiction', 'holidays[1]'],
    ['holidays that end before they begin', { holidays: [{ date: '2024-12-25', until: '2024-12-24' }] }, 'contradiction', 'holidays[0].until'],
    ['special hours that overlap', { holidays: [{ date: '2024-12-24', hours: [day('10:00', '12:00'), day('11:00', '13:00')] }] }, 'contradiction', 'holidays[0].hours[1]'],
    ['a date that does not exist', { holidays: [{ date: '2023-02-29' }] }, 'malformed', 'holidays[0].date'],
    ['an end that does not exist', { holidays: [{ date: '2024-02-29', until: '2024-02-30' }] }, 'malformed', 'holidays[0].until'],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }, 'malformed', 'timeZone'],
    ['hours without a time zone', { timeZone: undefined, hours: {} }, 'contradiction', 'timeZone'],
    ['capacity without a time zone', { timeZone: undefined, capacity: {} }, 'contradiction', 'timeZone'],
    ['two cut-offs of a service', { cutOffs: [{ carrier: 'x', service: 's', times: {} }, { carrier: 'x', service: 's', times: {} }] }, 'contradiction', 'cutOffs[1]'],
    ['a cut-off twice', { cutOffs: [{ carrier: 'x', service: 's', times: { monday: ['12:00', '12:00'] } }] }, 'contradiction', 'cutOffs[0].times.monday[1]'],
    ['capacity given twice', { capacity: { overrides: [{ date: '2024-01-01', until: '2024-01-05' }, { date: '2024-01-05' }] } }, 'contradiction', 'capacity.overrides[1]'],
    ['what does not exist before what contradicts', { hours: { friday: [day('22:00', '06:00')] }, holidays: [{ date: '2023-02-29' }] }, 'malformed', 'holidays[0].date'],
  ];

  test.each(wrong)('[N4] %s: refused by the name of the field', async (_, calendar, code, field) => {
    const shop = await Shop.open();
    const refusal = await shop.refused('location.put', { location: { ...location('A'), timeZone: 'UTC', ...calendar } as never });
    expect([refusal.code, refusal.field]).toEqual([code, `body.location.${field}`]);
  });

  it('[N4] carriers and transit times as well', async () => {
    const shop = await Shop.open();
    const service = { id: 's', name: 's', baseMinor: 0, perKmMinor: 0 };
    const card = { id: 'c', name: 'c', baseMinor: 0, perKmMinor: 0 };
    const told = async (body: object): Promise<string> => {
      const { code, field } = await shop.refused('carrier.put', { carrier: { ...card, ...body } as never });
      return `${code} ${field}`;
    };
    expect(await told({ services: [service, service] })).toBe('contradiction body.carrier.services[1].id');
    expect(await told({ services: [{ ...service, cutOffs: { monday: ['09:00', '09:00'] } }] })).toBe('contradiction body.carrier.services[0].cutOffs.monday[1]');
    expect(await told({ holidays: [{ date: '2024-04-31' }] })).toBe('malformed body.carrier.holidays[0].date');
    expect(await told({ holidays: [{ date: '2024-04-30', until: '2024-04-01' }] })).toBe('contradiction body.carrier.holidays[0].until');
    const lane = async (...list: object[]): Promise<string> => {
      const { code, field } = await shop.refused('transit.put', { table: 't', origin: { country: 'DE' }, lanes: list as never });
      return `${code} ${field}`;
    };
    const days = { minDays: 1, typicalDays: 2, maxDays: 3 };
    expect(await lane({ ...days, minDays: 3 })).toBe('contradiction body.lanes[0].typicalDays');
    expect(await lane(days, { ...days, country: 'DE', maxDays: 1 })).toBe('contradiction body.lanes[1].maxDays');
    expect(await lane({ ...days, postalPrefix: '1' })).toBe('contradiction body.lanes[0].country');
    expect(await lane({ ...days, country: 'DE' }, { ...days, country: 'DE' })).toBe('contradiction body.lanes[1]');
  });

  it('[N9] origins with transit times are bounded', async () => {
    const shop = await Shop.open({ limits: { transitOriginsMax: 2 } });
    const put = (country: string) => ({ table: 't', origin: { country }, lanes: [] });
    await shop.ok('transit.put', put('DE'));
    await shop.ok('transit.put', put('FR'));
    await shop.ok('transit.put', put('DE'));
    expect(await shop.refused('transit.put', put('GB'))).toMatchObject({ code: 'over-limit', field: 'body.origin' });
  });
});

describe('pausing', () => {
  it('[N5] a paused location is not sourced from and keeps what it has', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood' });
    await shop.place('o2', { S1: 1 });
    expect(['o1', 'o2'].map((id) => shop.order(id).fulfillments[0]?.location)).toEqual(['A', 'B']);
    await shop.part('fulfillment.pick', 'o1');
    expect(shop.ask('atp.get', { skus: ['S1'], channel: 'web' })).toEqual({ S1: 4 });
    const { state, pause } = shop.ask('location.list', {})[0] ?? {};
    expect([state, pause]).toEqual(['paused', { reason: 'flood', sinceMs: shop.clock.now() }]);
    await shop.ok('location.pause', { locationId: 'A', reason: 'still wet', untilMs: shop.clock.now() + hour });
    expect(shop.ask('location.list', {})[0]?.pause?.reason).toBe('still wet');
    await shop.ok('location.resume', { locationId: 'A' });
    expect(shop.ask('location.list', {})[0]).toEqual(location('A'));
    const told = shop.published.flatMap(({ events }) => events).filter(({ kind }) => kind === 'location.changed');
    expect(told).toMatchObject([{ state: 'paused', reason: 'flood' }, { reason: 'still wet', untilMs: expect.any(Number) }, { state: 'open' }]);
  });

  it('[N5] refuses what is not there, is open already, or ends before it begins', async () => {
    const shop = await Shop.open();
    const now = shop.clock.now();
    const pause = (untilMs: number) => shop.refused('location.pause', { locationId: 'A', reason: '', untilMs });
    expect(await pause(now)).toMatchObject({ code: 'over-limit', field: 'body.untilMs' });
    expect(await pause(now + 366 * 24 * hour)).toMatchObject({ code: 'over-limit', field: 'body.untilMs' });
    expect(await shop.refused('location.pause', { locationId: 'Z', reason: '' })).toMatchObject({ code: 'unknown-location', field: 'body.locationId' });
    expect(await shop.refused('location.resume', { locationId: 'Z' })).toMatchObject({ code: 'unknown-location', field: 'body.locationId' });
    expect(await shop.refused('location.resume', { locationId: 'A' })).toMatchObject({ code: 'wrong-state' });
  });

  it('[N6] ends at its instant, also after a restart, and serves whoever waits', async () => {
    let shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood', untilMs: shop.clock.now() + hour });
    const answer = await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
    expect(answer.backordered).toBe(2);
    shop = await shop.restart();
    await shop.pass(hour - 1_000);
    expect(shop.order('o1').state).toBe('backordered');
    await shop.pass(1_000);
    expect([shop.order('o1').state, shop.ask('location.list', {})[0]?.state]).toEqual(['released', 'open']);
  });

  it('[N6] a pause that was moved or ended meanwhile does not end at its old instant', async () => {
    const shop = await Shop.open();
    const now = shop.clock.now();
    await shop.ok('location.pause', { locationId: 'A', reason: '', untilMs: now + hour });
    await shop.ok('location.pause', { locationId: 'A', reason: '', untilMs: now + 3 * hour });
    await shop.ok('location.pause', { locationId: 'B', reason: '', untilMs: now + hour });
    await shop.ok('location.resume', { locationId: 'B' });
    await shop.ok('location.pause', { locationId: 'B', reason: '' });
    await shop.pass(2 * hour);
    expect(shop.ask('location.list', {}).map(({ state }) => state)).toEqual(['paused', 'paused', 'open']);
    await shop.pass(hour);
    expect(shop.ask('location.list', {}).map(({ state }) => state)).toEqual(['open', 'paused', 'open']);
  });

  it('[N7] a put says whether the location is open', async () => {
    const shop = await Shop.open();
    const until = { untilMs: shop.clock.now() + hour };
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood', ...until });
    await shop.ok('location.put', { location: { ...location('A'), name: 'Alpha', state: 'paused' } });
    expect(shop.ask('location.list', {})[0]).toMatchObject({ name: 'Alpha', pause: { reason: 'flood', ...until } });
    await shop.ok('location.put', { location: location('A') });
    expect(shop.ask('location.list', {})[0]).toEqual(location('A'));
    await shop.pass(2 * hour);
    await shop.ok('location.put', { location: { ...location('A'), state: 'paused' } });
    expect(shop.ask('location.list', {})[0]?.pause).toBeUndefined();
  });
});
