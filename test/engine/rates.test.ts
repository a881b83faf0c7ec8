import { describe, expect, it, test } from 'vitest';
import type { CommandBody } from '../../actors/commands.ts';
import { Load, shapeOf } from '../../actors/item-shape.ts';
import { Tariff } from '../../engine/promise/tariff.ts';
import { location, order, Shop, type Loose } from './shop.ts';

type Card = Loose<CommandBody<'rates.put'>['card']>;

/** Zone 2 to 300 km, zone 5 beyond it; to 1 kg, to 5 kg. */
const card: Card = {
  carrier: 'post', service: 'standard', version: 1, currency: 'GBP',
  breaks: [1_000, 5_000],
  zones: [{ zone: '2', minor: [300, 700] }, { zone: '5', minor: [500, 1_500] }],
  bands: [{ upToKm: 100, zone: '2' }, { upToKm: 1_000, zone: '5' }],
};
const london = { country: 'GB', latitude: 51.5, longitude: -0.12 };
const quoted = (shop: Shop, from: string, grams: number, more: object = {}): unknown =>
  shop.ask('rates.quote', { location: from, destination: london, grams, ...more })?.quotes.map(({ costMinor, refused, zone }) => [costMinor ?? refused, zone]);

describe('weight and sides of items', () => {
  it('[R70] are put, compared, told and come back; a kit has none of its own', async () => {
    const shop = await Shop.open();
    const item = { sku: 'S1', grams: 450, lengthMm: 300, widthMm: 200, heightMm: 100 };
    await shop.ok('item.put', { item });
    expect(shop.ask('item.get', { sku: 'S1' })).toEqual(item);
    const again = await shop.restart();
    expect(again.ask('item.get', { sku: 'S1' })).toEqual(item);
    expect(again.ask('item.compare', { items: [item, { ...item, grams: 451 }] }).differ).toEqual([1]);
    const kit = { sku: 'K', grams: 5, kit: { components: [{ sku: 'S1', quantity: 1 }], together: true } };
    expect(await again.refused('item.put', { item: kit })).toMatchObject({ code: 'malformed', field: 'body.item.grams' });
  });

  it('[R70] of a unit make its room and girth when all three sides are known', () => {
    expect(shapeOf({ lengthMm: 100, widthMm: 300, heightMm: 200 })).toEqual({ grams: 0, unitGrams: 0, mm3: 6_000_000, sideMm: 300, girthMm: 900 });
    expect(shapeOf({ grams: 5, lengthMm: 100, widthMm: 300 })).toEqual({ grams: 5, unitGrams: 5, mm3: 0, sideMm: 0, girthMm: 0 });
  });
});

describe('rate cards', () => {
  it('[R71] belong to a service that there is', async () => {
    const shop = await Shop.open();
    expect(await shop.refused('rates.put', { card: { ...card, carrier: 'nobody' } })).toMatchObject({ code: 'unknown-carrier', field: 'body.card.carrier' });
    expect(await shop.refused('rates.put', { card: { ...card, service: 'air' } })).toMatchObject({ code: 'unknown-service', field: 'body.card.service' });
    expect(await shop.ok('rates.put', { card })).toEqual({ id: 'post/standard', version: 1 });
    for (let version = 2; version <= 20; version += 1) await shop.ok('rates.put', { card: { ...card, version } });
    expect(await shop.refused('rates.put', { card: { ...card, version: 21 } })).toMatchObject({ code: 'over-limit', field: 'body.card.version' });
  });

  const many = Array.from({ length: 200 }, (_, at) => at + 1);
  const [two, five] = card.zones as [Card['zones'][number], Card['zones'][number]];
  test.each<[field: string, code: string, more: Partial<Card>]>([
    ['breaks[1]', 'contradiction', { breaks: [1_000, 1_000] }],
    ['breaks[1]', 'contradiction', { breaks: [5_000, 1_000] }],
    ['zones[1].zone', 'duplicate', { zones: [two, two] }],
    ['zones[0].minor', 'contradiction', { zones: [{ ...two, minor: [300] }, five] }],
    ['zones[1].minor[1]', 'contradiction', { zones: [two, { ...five, minor: [500, 499] }] }],
    ['beyondGrams', 'contradiction', { zones: [{ ...two, beyondMinor: 10 }, five] }],
    ['bands[0].zone', 'unknown-zone', { bands: [{ upToKm: 10, zone: '9' }] }],
    ['bands[1].upToKm', 'contradiction', { bands: [{ upToKm: 10, zone: '2' }, { upToKm: 10, zone: '5' }] }],
    ['lanes[0].zone', 'unknown-zone', { lanes: [{ country: 'GB', zone: '9' }] }],
    ['lanes[1]', 'contradiction', { lanes: [{ country: 'GB', postalPrefixes: ['A', 'B'], zone: '2' }, { country: 'GB', postalPrefixes: ['B'], zone: '5' }] }],
    ['lanes[0].country', 'contradiction', { lanes: [{ postalPrefixes: ['B'], zone: '5' }] }],
    ['lanes', 'contradiction', { bands: undefined as never }],
    ['untilMs', 'contradiction', { fromMs: 5, untilMs: 5 }],
    ['surcharges.oversize', 'contradiction', { surcharges: { oversize: { minor: 5 } } }],
    ['surcharges.remote[0].postalPrefixes[1]', 'contradiction', { surcharges: { remote: [{ country: 'GB', postalPrefixes: ['A', 'A'], minor: 5 }] } }],
    ['zones', 'over-limit', { breaks: many, zones: many.slice(0, 26).map((at) => ({ zone: `z${at}`, minor: many })) }],
  ])('[R71] that contradict themselves are refused at %s as %s', async (field, code, more) => {
    const shop = await Shop.open();
    const given = Object.fromEntries(Object.entries({ ...card, ...more }).filter(([, value]) => value !== undefined));
    expect(await shop.refused('rates.put', { card: given as Card })).toMatchObject({ code, field: `body.card.${field}` });
    expect(shop.ask('rates.get', { carrier: 'post', service: 'standard' }).cards).toEqual([]);
  });

  it('[R72] hold by their dates, the one that began last first; without one the price is by kilometres', async () => {
    const shop = await Shop.open();
    const now = shop.clock.now();
    const priced = (version: number, minor: number, more: object = {}): Card => ({ ...card, version, zones: [{ zone: '2', minor: [minor, minor] }, { zone: '5', minor: [minor, minor] }], ...more });
    const cost = (atMs: number): unknown => (quoted(shop, 'A', 100, { atMs }) as [number][])[0]?.[0];
    expect(cost(now)).toBe(300);
    await shop.ok('rates.put', { card: priced(1, 111, { fromMs: now - 10 }) });
    await shop.ok('rates.put', { card: priced(2, 222, { fromMs: now - 5, untilMs: now + 5 }) });
    await shop.ok('rates.put', { card: priced(3, 333, { fromMs: now - 5, untilMs: now + 2 }) });
    expect([-11, -10, -5, 1, 2, 4, 5].map((ms) => cost(now + ms))).toEqual([300, 111, 333, 333, 222, 222, 111]);
    expect(shop.ask('rates.get', { carrier: 'post', service: 'standard' })).toMatchObject({ inForce: 3, cards: [{ version: 1 }, { version: 2 }, { version: 3 }] });
    await shop.ok('rates.remove', { carrier: 'post', service: 'standard', version: 3 });
    expect(await shop.refused('rates.remove', { carrier: 'post', service: 'standard', version: 3 })).toMatchObject({ code: 'unknown-rates', field: 'body.version' });
    const again = await shop.restart();
    expect(again.ask('rates.get', { carrier: 'post', service: 'standard' })).toMatchObject({ inForce: 2, cards: [{ version: 1 }, { version: 2 }] });
    for (const version of [1, 2]) await again.ok('rates.remove', { carrier: 'post', service: 'standard', version });
    expect(await again.refused('rates.remove', { carrier: 'post', service: 'standard', version: 1 })).toMatchObject({ code: 'unknown-rates', field: 'body.service' });
    expect((quoted(again, 'A', 100) as [number][])[0]?.[0]).toBe(300);
  });

  it('[R73] find the zone by the most particular origin that knows the destination, there by the lane, else by distance', () => {
    const zones = ['a', 'b', 'c', 'd', 'e', 'f'].map((zone) => ({ zone, minor: [1, 1] }));
    const lanes = [
      { zone: 'a' },
      { from: { country: 'DE' }, country: 'FR', zone: 'b' },
      { from: { country: 'DE', postalPrefix: '10' }, country: 'GB', zone: 'c' },
      { from: { country: 'DE' }, country: 'GB', postalPrefixes: ['EH1', 'E'], zone: 'd' },
      { from: { group: 'north' }, country: 'GB', postalPrefixes: ['EH'], zone: 'e' },
    ];
    const tariff = new Tariff({ ...card, zones, lanes, bands: [{ upToKm: 10, zone: 'f' }] } as never);
    const from = { ...location('A'), country: 'DE', postalCode: '10115', groups: ['south', 'north'] } as never;
    const to = (country: string, postalCode?: string): string => tariff.zoneName(tariff.zoneOf(from, { country, ...(postalCode === undefined ? {} : { postalCode }) }, 5));
    expect(to('GB', 'EH1 2AB')).toBe('e');
    expect(to('GB', 'LS1')).toBe('c');
    expect(to('FR', '75001')).toBe('b');
    expect(to('US')).toBe('a');
    const elsewhere = { ...location('B'), country: 'DE', postalCode: '80331' } as never;
    expect(tariff.zoneName(tariff.zoneOf(elsewhere, { country: 'GB', postalCode: 'eh1-9zz' }, 5))).toBe('d');
    const far = new Tariff({ ...card, zones, lanes: lanes.slice(1), bands: [{ upToKm: 10, zone: 'f' }] } as never);
    expect(far.zoneName(far.zoneOf(location('C') as never, { country: 'GB' }, 10))).toBe('f');
    expect(far.zoneOf(location('C') as never, { country: 'GB' }, 11)).toBe(-1);
  });

  const priceOf = (more: object, load: object, to: object = { country: 'GB' }): number => {
    const tariff = new Tariff({ ...card, ...more } as never);
    return tariff.minor(0, tariff.placeMinor(to as never), new Load().add({ grams: 0, unitGrams: 0, mm3: 0, sideMm: 0, girthMm: 0, ...load }, 1));
  };

  test.each([[0, 300], [1, 300], [1_000, 300], [1_001, 700], [5_000, 700]])('[R74] %i grams cost %i: a break holds up to its weight', (grams, minor) => {
    expect(priceOf({}, { grams })).toBe(minor);
  });

  it('[R74] volume counts where it is more than the weight, and no price is below the minimum', () => {
    // 5,000 cm³ a kilogram: 30 × 20 × 10 cm are 1.2 kg.
    expect(priceOf({ divisor: 5_000 }, { grams: 400, mm3: 6_000_000 })).toBe(700);
    expect(priceOf({ divisor: 6_000 }, { grams: 400, mm3: 6_000_000 })).toBe(300);
    expect(priceOf({}, { grams: 400, mm3: 6_000_000 })).toBe(300);
    expect(priceOf({ minimumMinor: 350 }, { grams: 400 })).toBe(350);
  });

  it('[R75] beyond the last break a parcel is charged by step, or goes as several packages; a unit too heavy is not carried', () => {
    const beyond = { beyondGrams: 500, zones: [{ zone: '2', minor: [300, 700], beyondMinor: 80 }, { zone: '5', minor: [500, 1_500] }] };
    expect([5_001, 5_500, 5_501].map((grams) => priceOf(beyond, { grams, unitGrams: grams }))).toEqual([780, 780, 860]);
    expect([5_001, 6_001, 10_000, 10_001].map((grams) => priceOf({}, { grams, unitGrams: 50 }))).toEqual([1_000, 1_400, 1_400, 1_700]);
    expect(priceOf({}, { grams: 9_000, unitGrams: 5_000 })).toBe(1_400);
    expect(priceOf({}, { grams: 9_000, unitGrams: 5_001 })).toBe(Infinity);
  });

  it('[R76] surcharges add up, the remote place with the longest prefix, and fuel is of the sum', () => {
    const surcharges = {
      residentialMinor: 100,
      remote: [{ country: 'GB', postalPrefixes: ['IV', 'KW'], minor: 400 }, { country: 'GB', postalPrefixes: ['IV2'], minor: 50 }],
      oversize: { sideMm: 1_000, girthMm: 2_000, minor: 900 },
      fuelPercent: 12.5,
    };
    const cost = (load: object, to: object): number => priceOf({ surcharges }, load, to);
    expect(cost({}, { country: 'GB' })).toBe(338);
    expect(cost({}, { country: 'GB', residential: true })).toBe(450);
    expect(cost({}, { country: 'GB', postalCode: 'IV1 1AA' })).toBe(788);
    expect(cost({}, { country: 'GB', postalCode: 'iv2 1AA' })).toBe(394);
    expect(cost({}, { country: 'NL', postalCode: 'KW1' })).toBe(338);
    expect(cost({ sideMm: 1_001 }, { country: 'GB' })).toBe(1_350);
    expect(cost({ sideMm: 1_000, girthMm: 2_001 }, { country: 'GB' })).toBe(1_350);
  });
});

/** The shop with the card above; A is in London, B and C are 111 and 222 km away. S1 weighs 400 g, S2 3 kg. */
async function openWeighed(more: Partial<Card> = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('item.put', { item: { sku: 'S1', grams: 400 } });
  await shop.ok('item.put', { item: { sku: 'S2', grams: 3_000 } });
  await shop.ok('rates.put', { card: { ...card, ...more } });
  return shop;
}
const parcels = (fulfillments: readonly { location: string; carrier?: string | undefined; costMinor: number }[]): unknown =>
  fulfillments.map(({ location: from, carrier, costMinor }) => `${from} ${carrier} ${costMinor}`);

describe('sourcing by rate cards', () => {
  it('[R78] prices a parcel by what is in it', async () => {
    const shop = await openWeighed();
    await shop.receive({ 'A/S1': 10, 'B/S1': 10, 'B/S2': 10 });
    expect(parcels((await shop.place('o1', { S1: 2 })).fulfillments)).toEqual(['A post 300']);
    expect(parcels((await shop.place('o2', { S1: 3 })).fulfillments)).toEqual(['A post 700']);
    expect(parcels((await shop.place('o3', { S1: 1, S2: 1 })).fulfillments)).toEqual(['B post 1500']);
  });

  it('[R78] takes the fewest parcels, and of these ways the one that is carried for least: where the heavy line goes decides', async () => {
    const shop = await openWeighed();
    // S2 is nowhere with the rest. Whichever place sends S2 as well as its own, the light one goes from afar.
    await shop.receive({ 'A/S2': 5, 'A/S1': 5, 'B/S1': 5, 'B/S3': 5 });
    await shop.ok('item.put', { item: { sku: 'S3', grams: 700 } });
    // From A: S1 and S2 are 3.4 kg for 7.00; from B: S3 alone for 5.00. S1 with S3 would be 1.1 kg for 15.00.
    expect(parcels((await shop.place('o1', { S1: 1, S2: 1, S3: 1 })).fulfillments)).toEqual(['A post 700', 'B post 500']);
    const decided = shop.published.flatMap(({ events }) => events).find((event) => event.kind === 'order.sourced');
    expect(decided).toMatchObject({ runnerUpMinor: undefined, candidates: 3, short: 0 });
  });

  it('[R78] divides a SKU among two as sourcing without cards does, and prices both', async () => {
    const shop = await openWeighed();
    await shop.receive({ 'A/S1': 2, 'B/S1': 5 });
    expect(parcels((await shop.place('o1', { S1: 5 })).fulfillments)).toEqual(['B post 1500']);
    expect(parcels((await shop.place('o2', { S1: 2 })).fulfillments)).toEqual(['A post 300']);
    await shop.receive({ 'A/S1': 2, 'C/S1': 4 });
    expect(parcels((await shop.place('o3', { S1: 6 })).fulfillments)).toEqual(['A post 300', 'C post 1500']);
  });

  it('[R77] a place without a price for the lane is no candidate, and says so; what nobody carries waits and is told why', async () => {
    const shop = await openWeighed({ bands: [{ upToKm: 150, zone: '2' }] });
    await shop.receive({ 'C/S1': 5 });
    const placed = await shop.place('o1', { S1: 1 }, { shortage: 'backorder' });
    expect(placed).toMatchObject({ state: 'backordered', backordered: 1 });
    expect(shop.published.at(-1)?.events.find(({ kind }) => kind === 'order.sourced')).toMatchObject({ removed: [{ location: 'C', reason: 'no-rate' }], short: 1 });
    expect(await shop.refused('order.place', order('o2', { S1: 1 }))).toMatchObject({ code: 'out-of-stock' });
    await shop.ok('rates.put', { card });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ location: 'C', costMinor: 500 }] });
  });

  it('[R77] units that are too heavy for a lane come from where they are carried, or wait until an item says otherwise', async () => {
    const shop = await openWeighed();
    await shop.ok('item.put', { item: { sku: 'S2', grams: 5_001 } });
    await shop.receive({ 'A/S1': 5, 'A/S2': 5 });
    const placed = await shop.place('o1', { S1: 1, S2: 1 }, { shortage: 'backorder' });
    expect(placed).toMatchObject({ backordered: 1, fulfillments: [{ location: 'A', costMinor: 300, lines: [{ lineId: '1', quantity: 1 }] }] });
    const sourced = shop.published.flatMap(({ events }) => events).find(({ kind }) => kind === 'order.sourced');
    expect(sourced).toMatchObject({ removed: ['A', 'B', 'C'].map((id) => ({ location: id, reason: 'too-heavy', lines: ['2'] })) });
    await shop.ok('item.put', { item: { sku: 'S2', grams: 5_000 } });
    await shop.settle();
    expect(parcels(shop.order('o1').fulfillments)).toEqual(['A post 300', 'A post 700']);
  });

  it('[R77] who waits is sourced again in the millisecond a card begins or ends, over restarts too', async () => {
    const shop = await openWeighed({ bands: [{ upToKm: 150, zone: '2' }] });
    await shop.receive({ 'C/S1': 5 });
    await shop.place('o1', { S1: 1 }, { shortage: 'backorder' });
    await shop.ok('rates.put', { card: { ...card, version: 2, fromMs: shop.clock.now() + 5_000 } });
    const again = await shop.restart();
    await again.pass(4_999);
    expect(again.order('o1').state).toBe('backordered');
    await again.pass(1);
    expect(again.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ costMinor: 500 }] });
  });

  it('[R77] with every carrier suspended an order is sourced without one, as ever', async () => {
    const shop = await openWeighed();
    await shop.receive({ 'A/S2': 5 });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    expect(parcels((await shop.place('o1', { S2: 1 })).fulfillments)).toEqual(['A undefined 0']);
  });

  it('[R79] under a routing plan each parcel counts what is taken for what is in it', async () => {
    const shop = await openWeighed();
    await shop.receive({ 'A/S1': 5, 'A/S2': 5, 'B/S1': 5 });
    const plan = { format: 'baton.plan/1', id: 'p', name: 'P', objective: { shipping: 2, parcelMinor: 10 } } as const;
    await shop.ok('plan.put', { plan: plan as never, reason: 'test' });
    await shop.ok('plan.validate', { planId: 'p', version: 1 });
    await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'test' });
    expect(parcels((await shop.place('o1', { S1: 1, S2: 1 })).fulfillments)).toEqual(['A post 700']);
    const sourced = shop.published.flatMap(({ events }) => events).find(({ kind }) => kind === 'order.sourced');
    expect(sourced).toMatchObject({ ruled: { scoreMinor: 1_410 } });
  });
});

describe('promises by rate cards', () => {
  async function openTwo(): Promise<Shop> {
    const shop = await Shop.open();
    const clocks = { timeZone: 'Europe/London' };
    for (const [index, id] of ['A', 'B'].entries()) await shop.ok('location.put', { location: { ...location(id, index), ...clocks } });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    const service = (id: string, transit: string) => ({ id, name: id, baseMinor: 0, perKmMinor: 0, transit });
    await shop.ok('carrier.put', { carrier: { id: 'dhl', name: 'DHL', baseMinor: 0, perKmMinor: 0, services: [service('slow', 'slow'), service('light', 'fast'), service('heavy', 'fast')] } });
    for (const [table, days] of [['slow', 5], ['fast', 1]] as const) {
      await shop.ok('transit.put', { table, origin: { country: 'GB' }, lanes: [{ country: 'GB', minDays: days, typicalDays: days, maxDays: days }] });
    }
    const rates = (service: string, minor: number[]): Card => ({ ...card, carrier: 'dhl', service, zones: [{ zone: '2', minor }], bands: [{ upToKm: 1_000, zone: '2' }] });
    await shop.ok('rates.put', { card: rates('slow', [200, 300]) });
    await shop.ok('rates.put', { card: rates('light', [400, 2_000]) });
    await shop.ok('rates.put', { card: rates('heavy', [900, 1_000]) });
    await shop.ok('item.put', { item: { sku: 'S1', grams: 400 } });
    await shop.receive({ 'A/S1': 20 });
    return shop;
  }
  const asked = (shop: Shop, quantity: number): unknown =>
    shop.ask('promise.get', { channel: 'web', destination: london, lines: [{ sku: 'S1', quantity }] })
      .options.filter(({ kind }) => kind !== 'pickup').map(({ kind, costMinor, parcels: of }) => `${kind} ${of[0]?.service} ${costMinor}`);

  it('[R80] the fastest way is the cheapest service that makes the date for the weight', async () => {
    const shop = await openTwo();
    expect(asked(shop, 1)).toEqual(['cheapest slow 200', 'fastest light 400']);
    expect(asked(shop, 3)).toEqual(['cheapest slow 300', 'fastest heavy 1000']);
    expect(parcels((await shop.place('o1', { S1: 3 })).fulfillments)).toEqual(['A dhl 300']);
  });

  it('[R80] in bulk each SKU is priced by what one unit weighs', async () => {
    const shop = await openTwo();
    await shop.ok('item.put', { item: { sku: 'S2', grams: 1_500 } });
    await shop.receive({ 'A/S2': 5 });
    const { promises } = shop.ask('promise.bulk', { channel: 'web', destination: london, skus: ['S1', 'S2'] });
    expect(promises.map(({ earliest, cheapest }) => [earliest?.service, earliest?.costMinor, cheapest?.costMinor])).toEqual([['light', 400, 200], ['heavy', 1_000, 300]]);
  });

  it('[R80] [R81] a cart is promised by its weight; an order of it to another place is priced anew, by its own', async () => {
    const shop = await openTwo();
    const held = await shop.reserve('r1', { S1: 3 }, { promise: true });
    expect(held.options?.filter(({ kind }) => kind === 'service').map(({ service, costMinor }) => [service, costMinor])).toEqual([['slow', 300], ['heavy', 1_000], ['light', 2_000]]);
    const there = { destination: { ...london, latitude: 51.6 }, reservationId: 'r1' };
    expect(parcels((await shop.place('o1', { S1: 2 }, there)).fulfillments)).toEqual(['A dhl 200']);
    // Nobody carries to where the next one goes: it keeps its units and has no carrier.
    await shop.reserve('r2', { S1: 1 });
    const far = { destination: { country: 'US', latitude: 40, longitude: -74 }, reservationId: 'r2' };
    expect(parcels((await shop.place('o2', { S1: 1 }, far)).fulfillments)).toEqual(['A undefined 0']);
  });

  it('[R82] a quote tells its terms, which add up, the cheapest first and those who do not carry it last', async () => {
    const shop = await openTwo();
    const surcharges = { residentialMinor: 50, fuelPercent: 10 };
    await shop.ok('rates.put', { card: { ...card, carrier: 'dhl', service: 'light', divisor: 5_000, surcharges } });
    await shop.ok('rates.put', { card: { ...card, carrier: 'dhl', service: 'heavy', bands: [{ upToKm: 10, zone: '2' }] } });
    const answer = shop.ask('rates.quote', { location: 'B', destination: { ...london, residential: true }, grams: 900, lengthMm: 200, widthMm: 200, heightMm: 200 });
    expect(answer).toMatchObject({ distanceKm: 111, grams: 900, mm3: 8_000_000 });
    expect(answer?.quotes).toEqual([
      expect.objectContaining({ service: 'slow', costMinor: 200, billedGrams: 900 }),
      {
        carrier: 'dhl', service: 'light', version: 1, currency: 'GBP', zone: '5', billedGrams: 1_600, volumeGrams: 1_600, packages: 1,
        freightMinor: 1_500, residentialMinor: 50, remoteMinor: 0, oversizeMinor: 0, fuelMinor: 155, costMinor: 1_705,
      },
      { carrier: 'dhl', service: 'heavy', version: 1, currency: 'GBP', refused: 'no-rate' },
    ]);
    const heavy = shop.ask('rates.quote', { location: 'B', destination: london, grams: 6_000, service: 'light' });
    expect(heavy?.quotes).toMatchObject([{ service: 'light', refused: 'too-heavy' }]);
    expect(shop.ask('rates.quote', { location: 'nowhere', destination: london })).toBeNull();
  });
});
