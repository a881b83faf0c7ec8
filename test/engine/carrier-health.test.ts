/** How carriers do: circuits, embargoes, and what becomes of parcels planned with one that takes no more. */
import { describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

const minute = 60_000;
const breaker = { failures: 2, withinMs: 10 * minute, coolDownMs: minute };
const post = { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 };
const dear = { id: 'dear', name: 'Dear', baseMinor: 900, perKmMinor: 2 };

/** `post` is the cheaper of two, and has a circuit. */
async function opened(policy: object = breaker): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('carrier.put', { carrier: { ...post, breaker: policy } as never });
  await shop.ok('carrier.put', { carrier: dear });
  await shop.receive({ 'A/S1': 20 });
  return shop;
}

const report = (shop: Shop, ok = false, more: object = {}) => shop.ok('carrier.report', { carrierId: 'post', what: 'label', ok, ...more });
const carriersOf = (shop: Shop, id: string): string[] => shop.order(id).fulfillments.map(({ state, carrier }) => `${state} ${carrier}`);
const kinds = (shop: Shop): string[] => shop.published.flatMap(({ events }) => events.map(({ kind }) => kind));
let count = 0;
async function carrierOf(shop: Shop, postalCode?: string): Promise<string | undefined> {
  const id = `n${(count += 1)}`;
  await shop.place(id, { S1: 1 }, { destination: { country: 'GB', latitude: 51.5, longitude: -0.12, ...(postalCode === undefined ? {} : { postalCode }) } });
  return shop.order(id).fulfillments[0]?.carrier;
}

describe('a circuit', () => {
  it('[CX1] opens with the failure that is one too many', async () => {
    const shop = await opened();
    expect(await report(shop)).toEqual({ id: 'post', service: 'standard', state: 'closed', untilMs: undefined });
    expect(await carrierOf(shop)).toBe('post');
    expect(await report(shop)).toEqual({ id: 'post', service: 'standard', state: 'open', untilMs: shop.clock.now() + minute });
    expect(await carrierOf(shop)).toBe('dear');
    expect(shop.ask('promise.get', { channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 1 }] }).options[0]?.parcels[0]?.carrier).toBe('dear');
    const quotes = shop.ask('rates.quote', { location: 'A', destination: { country: 'GB' }, grams: 1 })?.quotes;
    expect(quotes?.map(({ carrier }) => carrier)).toEqual(['dear']);
  });

  it('[CX1] stays closed while failures are few of many, or far apart', async () => {
    const shop = await opened();
    for (let at = 0; at < 3; at += 1) await report(shop, true);
    for (let at = 0; at < 2; at += 1) await report(shop);
    expect(await report(shop, true)).toMatchObject({ state: 'closed' });
    shop.clock.advance(10 * minute);
    expect(await report(shop)).toMatchObject({ state: 'closed' });
    shop.clock.advance(8 * minute);
    expect(await report(shop)).toMatchObject({ state: 'open' });
  });

  it('[CX1] is of a service, by its own policy', async () => {
    const services = [{ id: 'fast', name: 'Fast', baseMinor: 1, perKmMinor: 0, breaker: { ...breaker, failures: 1 } }, { id: 'slow', name: 'Slow', baseMinor: 2, perKmMinor: 0 }];
    const shop = await Shop.open();
    await shop.ok('carrier.put', { carrier: { ...post, services } });
    await shop.receive({ 'A/S1': 5 });
    expect(await report(shop, false, { service: 'slow' })).toMatchObject({ state: 'closed' });
    expect(shop.ask('carrier.get', { carrierId: 'post' })?.health).toBeUndefined();
    expect(await report(shop, false, { service: 'fast' })).toMatchObject({ state: 'open' });
    await shop.place('o1', { S1: 1 });
    expect(shop.order('o1').fulfillments[0]?.service).toBe('slow');
    await shop.ok('carrier.put', { carrier: { ...post, services: services.map(({ breaker: _, ...one }) => one) } });
    expect(await report(shop, true, { service: 'fast' })).toMatchObject({ state: 'closed' });
    expect(shop.ask('carrier.get', { carrierId: 'post' })?.health).toBeUndefined();
  });

  it('[CX2] is tried again at its instant, and opens for longer each time', async () => {
    const shop = await opened({ ...breaker, failures: 1, probes: 2 });
    let ms = minute;
    for (const factor of [1, 2, 4, 8, 8]) {
      ms = minute * factor;
      expect(await report(shop)).toMatchObject({ state: 'open', untilMs: shop.clock.now() + ms });
      expect(await report(shop, true)).toMatchObject({ state: 'open' });
      await shop.pass(ms - 1);
      expect(shop.ask('carrier.get', { carrierId: 'post' })?.health?.cut).toEqual(['standard']);
      await shop.pass(1);
      expect(shop.ask('carrier.get', { carrierId: 'post' })?.health?.breakers?.[0]?.state).toBe('half-open');
    }
    expect(await carrierOf(shop)).toBe('post');
    expect(await report(shop, true)).toMatchObject({ state: 'half-open' });
    expect(await report(shop, true)).toMatchObject({ state: 'closed' });
    expect(await report(shop)).toMatchObject({ state: 'open', untilMs: shop.clock.now() + minute });
  });

  it('[CX7] stands after a restart, and ends at its time', async () => {
    const shop = await opened();
    for (let at = 0; at < 2; at += 1) await report(shop);
    const view = shop.ask('carrier.get', { carrierId: 'post' });
    const back = await shop.restart();
    expect(back.ask('carrier.get', { carrierId: 'post' })).toEqual(view);
    expect(await carrierOf(back)).toBe('dear');
    await back.pass(minute);
    expect(await carrierOf(back)).toBe('post');
  });
});

describe('an embargo', () => {
  const body = { carrierId: 'post', embargoId: 'e1', reason: 'floods', to: [{ country: 'GB', postalPrefixes: ['SW1'] }, { country: 'IE' }] };

  it('[CX3] keeps a carrier from where it is', async () => {
    const shop = await opened();
    await shop.ok('carrier.embargo', { ...body, untilMs: shop.clock.now() + minute });
    expect([await carrierOf(shop, 'sw1a 1aa'), await carrierOf(shop, 'SW2'), await carrierOf(shop)]).toEqual(['dear', 'post', 'post']);
    await shop.pass(minute - 1);
    expect(await carrierOf(shop, 'SW1')).toBe('dear');
    await shop.pass(1);
    expect(await carrierOf(shop, 'SW1')).toBe('post');
    await shop.ok('carrier.embargo', { carrierId: 'post', embargoId: 'e1', reason: 'strike' });
    expect(await carrierOf(shop)).toBe('dear');
    await shop.ok('carrier.embargo', body);
    expect(shop.ask('engine.status', {})).toMatchObject({ embargoes: 1, openCircuits: 0 });
    await shop.ok('carrier.lift', { carrierId: 'post', embargoId: 'e1' });
    expect(shop.ask('carrier.get', { carrierId: 'post' })?.health).toBeUndefined();
  });

  it('[CX4] of nobody, of nothing, too many or too late is refused', async () => {
    const shop = await opened();
    const refused = (more: object) => shop.refused('carrier.embargo', { ...body, ...more });
    expect(await refused({ carrierId: 'ups' })).toMatchObject({ code: 'unknown-carrier', field: 'body.carrierId' });
    expect(await refused({ service: 'air' })).toMatchObject({ code: 'unknown-service', field: 'body.service' });
    expect(await refused({ untilMs: shop.clock.now() })).toMatchObject({ code: 'over-limit', field: 'body.untilMs' });
    expect(await refused({ untilMs: shop.clock.now() + 366 * 86_400_000 })).toMatchObject({ code: 'over-limit' });
    expect(await shop.refused('carrier.lift', { carrierId: 'post', embargoId: 'e9' })).toMatchObject({ code: 'unknown-embargo', field: 'body.embargoId' });
    expect(await shop.refused('carrier.report', { carrierId: 'post', service: 'air', what: 'rate', ok: true })).toMatchObject({ code: 'unknown-service', field: 'body.service' });
    expect(await shop.refused('carrier.report', { carrierId: 'ups', what: 'rate', ok: true })).toMatchObject({ code: 'unknown-carrier' });
    for (let at = 0; at < 50; at += 1) await shop.ok('carrier.embargo', { ...body, embargoId: `e${at}` });
    expect(await refused({ embargoId: 'e50' })).toMatchObject({ code: 'over-limit', field: 'body.embargoId' });
    await shop.ok('carrier.embargo', { ...body, embargoId: 'e49', reason: 'snow' });
  });

  it('[CX8] and every circuit is told', async () => {
    const shop = await opened({ ...breaker, failures: 1 });
    await shop.ok('carrier.embargo', body);
    await shop.ok('carrier.lift', { carrierId: 'post', embargoId: 'e1' });
    await report(shop);
    await shop.pass(minute);
    const told = shop.published.flatMap(({ events }) => events.flatMap((event) => ('carrierId' in event ? [`${event.kind} ${event.state}`] : [])));
    expect(told).toEqual(['carrier.embargoed begun', 'carrier.embargoed ended', 'carrier.health open', 'carrier.health half-open']);
  });
});

describe('what was planned', () => {
  it('[CX5] [CX6] with a carrier that takes no more is planned anew, but for what is being picked', async () => {
    const shop = await opened();
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 }, id === 'o2' ? { releaseAfterMs: minute } : {});
    await shop.part('fulfillment.pick', 'o3');
    const before = shop.published.length;
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.settle();
    expect(['o1', 'o2', 'o3'].map((id) => carriersOf(shop, id))).toEqual([
      ['cancelled post', 'released dear'], ['cancelled post', 'open dear'], ['picking post'],
    ]);
    const [, ...events] = shop.published.slice(before).flatMap((one) => one.events).filter(({ kind }) => kind !== 'case.changed');
    expect(events[0]).toMatchObject({ kind: 'fulfillment.rerated', orderId: 'o1', fulfillmentId: '1', location: 'A', carrier: 'post', reason: 'carrier-suspended' });
    expect(events.slice(0, 4).map(({ kind }) => kind)).toEqual(['fulfillment.rerated', 'fulfillment.changed', 'order.sourced', 'order.changed']);
    expect(shop.stock('A/S1')).toBe('20 0 3 0');
    expect(shop.ask('decision.explain', { orderId: 'o1', attempt: 2 })).toMatchObject({ attempt: 2 });
  });

  it('[CX5] for an embargo only where it is, for a circuit by its service', async () => {
    const shop = await opened({ ...breaker, failures: 1 });
    const to = (postalCode: string) => ({ destination: { country: 'GB', latitude: 51.5, longitude: -0.12, postalCode } });
    await shop.place('o1', { S1: 1 }, to('SW1'));
    await shop.place('o2', { S1: 1 }, to('N1'));
    await shop.ok('carrier.embargo', { carrierId: 'post', embargoId: 'e1', reason: 'floods', to: [{ country: 'GB', postalPrefixes: ['SW'] }] });
    await shop.settle();
    expect([carriersOf(shop, 'o1'), carriersOf(shop, 'o2')]).toEqual([['cancelled post', 'released dear'], ['released post']]);
    await report(shop);
    await shop.settle();
    expect(carriersOf(shop, 'o2')).toEqual(['cancelled post', 'released dear']);
  });

  it('[CX5] stays where nothing better is found, until carriers change', async () => {
    const shop = await opened();
    await shop.ok('carrier.suspend', { carrierId: 'dear', reason: 'no drivers' });
    await shop.place('o1', { S1: 1 });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.settle();
    expect(carriersOf(shop, 'o1')).toEqual(['released post']);
    expect(kinds(shop)).not.toContain('fulfillment.rerated');
    await shop.ok('carrier.resume', { carrierId: 'dear' });
    await shop.settle();
    expect(carriersOf(shop, 'o1')).toEqual(['cancelled post', 'released dear']);
  });

  it('[CX5] goes from elsewhere where nobody carries it from there', async () => {
    const shop = await opened();
    await shop.receive({ 'B/S1': 5 });
    const card = (carrier: string, postalPrefix: string) => ({
      carrier, service: 'standard', version: 1, currency: 'GBP', breaks: [1_000], zones: [{ zone: '1', minor: [100] }],
      lanes: [{ from: { country: 'GB', postalPrefix }, country: 'GB', zone: '1' }],
    });
    for (const [id, postalCode] of [['A', 'AA1'], ['B', 'BB1']] as const) {
      await shop.ok('location.put', { location: { id, name: id, type: 'warehouse', country: 'GB', postalCode, latitude: 51.5, longitude: 0, state: 'open' } });
    }
    await shop.ok('rates.put', { card: card('post', 'AA') as never });
    await shop.ok('rates.put', { card: card('dear', 'BB') as never });
    await shop.place('o1', { S1: 1 });
    expect(shop.order('o1').fulfillments[0]).toMatchObject({ location: 'A', carrier: 'post' });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.settle();
    expect(shop.order('o1').fulfillments[1]).toMatchObject({ location: 'B', carrier: 'dear', state: 'released' });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['20 0 0 0', '5 0 1 0']);
  });

  it('[CX5] in pieces: many do not hold up who orders meanwhile', async () => {
    const shop = await Shop.open({ limits: { turnSweptMax: 2 } });
    await shop.ok('carrier.put', { carrier: dear });
    await shop.receive({ 'A/S1': 100 });
    for (let at = 0; at < 20; at += 1) await shop.place(`p${at}`, { S1: 1 });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.place('o1', { S1: 1 });
    const moved = (): number => Array.from({ length: 20 }, (_, at) => carriersOf(shop, `p${at}`).length).filter((parts) => parts === 2).length;
    expect(moved()).toBeLessThan(20);
    await shop.settle(60);
    expect(moved()).toBe(20);
  });

  it('[CX7] is looked at again after a restart', async () => {
    const shop = await Shop.open({ limits: { turnSweptMax: 1 } });
    await shop.ok('carrier.put', { carrier: dear });
    await shop.receive({ 'A/S1': 100 });
    for (let at = 0; at < 10; at += 1) await shop.place(`p${at}`, { S1: 1 });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    const back = await shop.restart();
    await back.settle(60);
    for (let at = 0; at < 10; at += 1) expect(carriersOf(back, `p${at}`)).toEqual(['cancelled post', 'released dear']);
  });
});
