/** Routing plans at work: what they forbid, price and split, what becomes of what they cannot place, and their lives. */
import { describe, expect, it } from 'vitest';
import type { Event, OrderAnswer } from '../../actors/vocabulary.ts';
import { Shop } from './shop.ts';

interface Doc {
  readonly [field: string]: unknown;
}

const document = (more: Doc, id = 'p'): never => ({ format: 'baton.plan/1', id, name: id, ...more }) as never;

/** Put, validate and publish a plan; its version. */
async function publish(shop: Shop, more: Doc, { id = 'p', channel, force = false }: { id?: string; channel?: string; force?: boolean } = {}): Promise<number> {
  const { version } = (await shop.ok('plan.put', { plan: document(more, id), reason: 'test' })) as { version: number };
  await shop.ok('plan.validate', { planId: id, version });
  await shop.ok('plan.publish', { planId: id, version, reason: 'test', force, ...(channel === undefined ? {} : { channel }) });
  return version;
}

/** Parcels as `A:1x2 B:2x1`: location, line, units. */
const parcels = ({ fulfillments }: OrderAnswer): string =>
  fulfillments.map(({ location, lines }) => `${location}:${lines.map(({ lineId, quantity }) => `${lineId}x${quantity}`).join(',')}`).join(' ');

const decisions = (shop: Shop): Extract<Event, { kind: 'order.sourced' }>[] =>
  shop.published.flatMap(({ events }) => events.flatMap((event) => (event.kind === 'order.sourced' ? [event] : [])));

/** A costs 300 a parcel, B 411, C 522, by distance; each has 5 of S1; A and B have S2. */
async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5, 'B/S1': 5, 'C/S1': 5, 'A/S2': 5, 'B/S2': 5 });
  return shop;
}

describe('hard rules', () => {
  it('[Z4] exclude locations, each removal named with its rule, and the rest is sourced', async () => {
    const shop = await shopWithStock();
    await publish(shop, { rules: [{ id: 'not-a', exclude: 'location', when: 'location.id == "A"' }] });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('B:1x1');
    expect(decisions(shop)[0]).toMatchObject({ removed: [{ location: 'A', reason: 'rule', rule: 'not-a' }], ruled: { planId: 'p', version: 1 } });
  });

  it('[Z4] exclude one line at a location when they speak of the line or its stock', async () => {
    const shop = await shopWithStock();
    await publish(shop, { rules: [{ id: 'last', exclude: 'location', when: 'stock.atp < 5 && line.sku == "S1"' }] });
    expect(parcels(await shop.place('o1', { S1: 1, S2: 1 }))).toBe('A:1x1,2x1');
    expect(parcels(await shop.place('o2', { S1: 1, S2: 1 }))).toBe('B:1x1,2x1');
    expect(decisions(shop)[1]?.removed).toEqual([{ location: 'A', reason: 'rule', rule: 'last', lines: ['1'] }]);
  });

  it('[Z4] exclude services: the next cheapest takes the parcel, and a location without any is removed', async () => {
    const shop = await shopWithStock();
    await shop.ok('carrier.put', { carrier: { id: 'bike', name: 'Bike', baseMinor: 100, perKmMinor: 0 } });
    expect((await shop.place('o1', { S1: 1 })).fulfillments[0]?.carrier).toBe('bike');
    await publish(shop, { rules: [{ id: 'no-bike', exclude: 'service', when: 'service.carrier == "bike"' }] });
    expect((await shop.place('o2', { S1: 1 })).fulfillments[0]?.carrier).toBe('post');
    await publish(shop, { rules: [{ id: 'none', exclude: 'service', when: 'location.id != "C"' }] });
    expect(parcels(await shop.place('o3', { S1: 1 }))).toBe('C:1x1');
  });

  it('[Z4] name the first rule of the document where several exclude the services, in whatever order these are', async () => {
    const shop = await shopWithStock();
    await shop.ok('carrier.put', { carrier: { id: 'bike', name: 'Bike', baseMinor: 100, perKmMinor: 0 } });
    const no = (carrier: string) => ({ id: `no-${carrier}`, exclude: 'service', when: `service.carrier == "${carrier}" && location.id == "A"` });
    for (const rules of [[no('bike'), no('post')], [no('post'), no('bike')]]) {
      await publish(shop, { rules });
      await shop.place(rules[0]?.id ?? '', { S1: 1 });
      expect(decisions(shop).at(-1)?.removed).toEqual([{ location: 'A', reason: 'rule', rule: rules[0]?.id }]);
    }
  });

  it('[Z3] a rule that cannot be evaluated counts as it says, and the decision names it', async () => {
    const shop = await shopWithStock();
    const when = 'location.attributes["tier"] == "closed"';
    await publish(shop, { rules: [{ id: 'tier', exclude: 'location', when }] });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('A:1x1');
    expect(decisions(shop)[0]?.ruled?.failed).toEqual([{ rule: 'tier', detail: 'there is no such key' }]);
    const rules = [{ id: 'tier', exclude: 'location', when: `location.id == "A" && ${when}`, otherwise: 'exclude' }];
    await publish(shop, { rules });
    expect(parcels(await shop.place('o2', { S1: 1 }))).toBe('B:1x1');
    await publish(shop, { rules: [{ id: 'half', cost: '100 / (order.priority - 0)', otherwise: 70 }] });
    await shop.place('o3', { S1: 1 });
    expect(decisions(shop)[2]?.ruled).toMatchObject({ scoreMinor: 370, failed: [{ rule: 'half', detail: 'a division by zero' }] });
  });
});

describe('prices', () => {
  it('[Z5] soft rules add money for parcels, lines and units; the objective weighs', async () => {
    const shop = await shopWithStock();
    await publish(shop, { rules: [{ id: 'dear-a', cost: 200, when: 'location.id == "A"' }] });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('B:1x1');
    await publish(shop, { rules: [{ id: 'dear-a', cost: 60, per: 'unit', when: 'location.id == "A"' }] });
    expect(parcels(await shop.place('o2', { S1: 1 }))).toBe('A:1x1');
    expect(parcels(await shop.place('o3', { S1: 2 }))).toBe('B:1x2');
    await publish(shop, { rules: [{ id: 'credit', cost: '-3 * location.distanceKm' }] });
    // What costs less than nothing costs nothing.
    expect(parcels(await shop.place('o4', { S1: 1 }))).toBe('C:1x1');
    await publish(shop, { objective: { shipping: 0, kmMinor: 1 }, rules: [{ id: 'dear-a', cost: 200, when: 'location.id == "A"' }] });
    expect(parcels(await shop.place('o5', { S1: 1 }))).toBe('B:1x1');
    expect(decisions(shop).at(-1)?.ruled?.scoreMinor).toBe(111);
  });

  it('[Z5] a split is chosen where it is cheaper, and a parcel has its own price', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5, 'C/S1': 5, 'C/S2': 5 });
    const far = [{ id: 'far', cost: 500, when: 'location.id == "C"' }];
    await publish(shop, { rules: far });
    expect(parcels(await shop.place('o1', { S1: 1, S2: 1 }))).toBe('A:1x1 B:2x1');
    await publish(shop, { rules: far, objective: { parcelMinor: 1_000 } });
    expect(parcels(await shop.place('o2', { S1: 1, S2: 1 }))).toBe('C:1x1,2x1');
  });
});

describe('the split policy', () => {
  it('[Z6] no more parcels than it allows, all or nothing, and groups that stay together', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5, 'B/S3': 5, 'C/S2': 5, 'C/S1': 1 });
    const may = { shortage: 'backorder' } as const;
    await publish(shop, { split: { maxParcels: 1 } });
    expect(parcels(await shop.place('o1', { S1: 1, S2: 1, S3: 1 }, may))).toBe('B:2x1,3x1');
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await publish(shop, { split: { allOrNothing: true } });
    expect(await shop.place('o2', { S1: 9, S2: 1 }, may)).toMatchObject({ fulfillments: [], backordered: 10 });
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'r' });
    await publish(shop, { rules: [{ id: 'gifts', exclude: 'split', when: '"gift" in order.tags' }] });
    expect(parcels(await shop.place('o3', { S1: 1, S2: 1 }, { ...may, tags: ['gift'] }))).toBe('C:1x1,2x1');
    expect(parcels(await shop.place('o4', { S1: 1, S2: 1 }, { ...may, tags: ['gift'] }))).toBe('');
    await shop.ok('order.cancel', { orderId: 'o4', reason: 'r' });
    await publish(shop, { split: { together: 'line.sku in ["S1", "S2"] ? "set" : ""' } });
    expect(parcels(await shop.place('o5', { S1: 1, S3: 1, S2: 1 }, may))).toBe('B:2x1');
  });

  it('[Z6] a parcel under the least value is not made, unless it is the only one', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    await publish(shop, { split: { minShipmentMinor: 1_000 } });
    const lines = (one: number, two: number) => [
      { sku: 'S1', quantity: 1, unitPriceMinor: one },
      { sku: 'S2', quantity: 1, unitPriceMinor: two },
    ];
    expect(parcels(await shop.place('o1', {}, { lines: lines(1_500, 1_200) }))).toBe('A:1x1 B:2x1');
    expect(parcels(await shop.place('o2', {}, { lines: lines(1_500, 900), shortage: 'backorder' }))).toBe('A:1x1');
    expect(parcels(await shop.place('o3', {}, { lines: [{ sku: 'S2', quantity: 1, unitPriceMinor: 900 }] }))).toBe('B:1x1');
  });
});

describe('fallbacks', () => {
  const nowhere = { rules: [{ id: 'none', exclude: 'location', when: 'line.sku == "S1"' }] };

  it('[Z7] hold the order in the exception unroutable until another plan has a place for it', async () => {
    const shop = await shopWithStock();
    await publish(shop, { ...nowhere, fallbacks: [{ then: 'hold' }] }, { force: true });
    const held = await shop.place('o1', { S1: 1, S2: 1 }, { shortage: 'backorder' });
    expect(held).toMatchObject({ state: 'exception', fulfillments: [], backordered: 2 });
    expect(shop.order('o1').exception).toMatchObject({ code: 'unroutable', owner: 'plan' });
    await shop.ok('plan.withdraw', { reason: 'test' });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', exception: undefined });
    expect(shop.stock('A/S1')).toBe('5 0 1 0');
  });

  it('[Z7] cancel what has no place, and place the rest', async () => {
    const shop = await shopWithStock();
    await publish(shop, { ...nowhere, fallbacks: [{ then: 'cancel' }] }, { force: true });
    const placed = await shop.place('o1', { S1: 2, S2: 1 }, { shortage: 'backorder' });
    expect([parcels(placed), placed.state, placed.backordered]).toEqual(['A:2x1', 'released', 0]);
    expect(shop.order('o1').lines[0]).toMatchObject({ cancelled: 2 });
    expect((await shop.place('o2', { S1: 1 }, { shortage: 'backorder' })).state).toBe('cancelled');
  });

  it('[Z7] let it wait by default; an order that may not wait is refused', async () => {
    const shop = await shopWithStock();
    await publish(shop, nowhere, { force: true });
    expect(await shop.place('o1', { S1: 1 }, { shortage: 'backorder' })).toMatchObject({ state: 'backordered', backordered: 1 });
    expect(await shop.refused('order.place', { ...base('o2'), lines: [{ sku: 'S1', quantity: 1 }] })).toMatchObject({ code: 'out-of-stock' });
  });

  it('[Z7] ask the next plan, and no plan twice', async () => {
    const shop = await shopWithStock();
    await publish(shop, { rules: [{ id: 'not-a', exclude: 'location', when: 'location.id == "A"' }] }, { id: 'second' });
    const first = { ...nowhere, fallbacks: [{ when: 'order.units > 3', then: 'hold' }, { then: 'plan', plan: 'second' }] };
    await publish(shop, first, { force: true });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('B:1x1');
    expect(decisions(shop)[0]?.ruled).toMatchObject({ planId: 'second', version: 1 });
    expect((await shop.place('o2', { S1: 4 }, { shortage: 'backorder' })).state).toBe('exception');
    const back = document({ fallbacks: [{ then: 'plan', plan: 'p' }] }, 'second');
    await shop.ok('plan.put', { plan: back, reason: 'a circle' });
    expect(await shop.refused('plan.validate', { planId: 'second', version: 2 })).toMatchObject({ code: 'invalid-plan' });
  });
});

const base = (orderId: string) => ({ orderId, channel: 'web', destination: { country: 'GB', latitude: 51.5, longitude: -0.12 } });

describe('the life of a plan', () => {
  const notA = { rules: [{ id: 'not-a', exclude: 'location', when: 'location.id == "A"' }] };
  const notB = { rules: [{ id: 'not-ab', exclude: 'location', when: 'location.id in ["A", "B"]' }] };

  it('[Z8] a version is a draft until it is validated, and only then may be published', async () => {
    const shop = await shopWithStock();
    expect(await shop.ok('plan.put', { plan: document(notA), reason: 'first' })).toEqual({ id: 'p', version: 1 });
    expect(await shop.ok('plan.put', { plan: document(notA), reason: 'again' })).toEqual({ id: 'p', version: 1 });
    expect(await shop.refused('plan.publish', { planId: 'p', version: 1, reason: 'r' })).toMatchObject({ code: 'wrong-state' });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('A:1x1');
    await shop.ok('plan.validate', { planId: 'p', version: 1 });
    await shop.ok('plan.publish', { planId: 'p', version: 1, reason: 'r' });
    expect(parcels(await shop.place('o2', { S1: 1 }))).toBe('B:1x1');
    expect(await shop.refused('plan.archive', { planId: 'p', version: 1, reason: 'r' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.ok('plan.put', { plan: document(notB), reason: 'second' })).toEqual({ id: 'p', version: 2 });
    expect(shop.ask('plan.get', { planId: 'p', version: 1 })).toMatchObject({ state: 'published', seats: ['*'], reason: 'first', by: 'test' });
    expect(shop.ask('plan.get', { planId: 'p' })).toMatchObject({ version: 2, state: 'draft' });
    await shop.ok('plan.archive', { planId: 'p', version: 2, reason: 'r' });
    expect(await shop.refused('plan.validate', { planId: 'p', version: 2 })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('plan.validate', { planId: 'p', version: 3 })).toMatchObject({ code: 'unknown-plan', field: 'body.version' });
    expect(await shop.refused('plan.validate', { planId: 'q', version: 1 })).toMatchObject({ code: 'unknown-plan', field: 'body.planId' });
  });

  it('[Z1] a draft with a fault is not validated: the refusal says where, and what was meant', async () => {
    const shop = await shopWithStock();
    const rules = [{ id: 'r', exclude: 'location', when: 'location.unist < 3' }];
    await shop.ok('plan.put', { plan: document({ rules }), reason: 'r' });
    const { code, detail } = await shop.refused('plan.validate', { planId: 'p', version: 1 });
    expect([code, detail]).toEqual(['invalid-plan', 'rules[0].when at 1:10: location has no unist; did you mean units?']);
  });

  it('[Z9] a channel goes by its own plan, the others by the plan of all; another plan wakes who waits', async () => {
    const shop = await shopWithStock();
    await shop.ok('channel.put', { channel: { id: 'vip', name: 'VIP' } });
    await publish(shop, notA);
    await publish(shop, notB, { id: 'v', channel: 'vip' });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('B:1x1');
    expect(parcels(await shop.place('o2', { S1: 1 }, { channel: 'vip' }))).toBe('C:1x1');
    await publish(shop, { applies: 'order.priority > 5', ...notB }, { id: 'v', channel: 'vip' });
    expect(parcels(await shop.place('o3', { S1: 1 }, { channel: 'vip' }))).toBe('B:1x1');
    expect(parcels(await shop.place('o4', { S1: 1 }, { channel: 'vip', priority: 9 }))).toBe('C:1x1');
    await publish(shop, { rules: [{ id: 'none', exclude: 'location' }] }, { force: true });
    await shop.place('o5', { S1: 1 }, { shortage: 'backorder' });
    expect(shop.order('o5').state).toBe('backordered');
    await shop.ok('plan.rollback', { reason: 'too strict' });
    await shop.settle();
    expect(shop.order('o5').state).toBe('released');
  });

  it('[Z9] who waits is woken by what leaves as well, though there is nothing more of it', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'A/S2': 1 });
    await publish(shop, { rules: [{ id: 'busy', exclude: 'location', when: 'location.units >= 2' }] });
    await shop.place('o1', { S1: 1, S2: 1 }, { shortage: 'backorder' });
    expect(shop.order('o1').state).toBe('backordered');
    await shop.place('o2', { S1: 1 });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ fulfillments: [{ location: 'A', lines: [{ lineId: '2', quantity: 1 }] }] });
  });

  it('[Z9] another version of a plan that is fallen back on wakes who waits, and so does its end', async () => {
    const shop = await shopWithStock();
    const validate = async (more: Doc): Promise<number> => {
      const { version } = (await shop.ok('plan.put', { plan: document(more, 'second'), reason: 'test' })) as { version: number };
      await shop.ok('plan.validate', { planId: 'second', version });
      return version;
    };
    const held = { rules: [{ id: 'none', exclude: 'location' }], fallbacks: [{ then: 'hold' }] };
    const first = await validate(held);
    await publish(shop, { ...notB, split: { allOrNothing: true }, fallbacks: [{ then: 'plan', plan: 'second' }] });
    await shop.place('o1', { S1: 7 }, { shortage: 'backorder' });
    expect(shop.order('o1')).toMatchObject({ state: 'exception', fulfillments: [] });
    const second = await validate(notA);
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ fulfillments: [{ location: 'B' }, { location: 'C' }] });
    // Both ended, the first plan alone decides; the one that waits is asked again and waits as it is.
    await shop.place('o2', { S1: 8 }, { shortage: 'backorder' });
    const { wakes } = shop.engine.inspect().core;
    const asked: unknown[] = [];
    const take = wakes.takeSwept.bind(wakes);
    wakes.takeSwept = (concerns) => {
      const id = take(concerns);
      asked.push(id);
      return id;
    };
    for (const version of [second, first]) await shop.ok('plan.archive', { planId: 'second', version, reason: 'over' });
    await shop.settle();
    expect(asked).toContain('o2');
    expect(shop.order('o2').state).toBe('backordered');
  });

  it('[Z14] the dates of a plan that is fallen back on wake who waits too', async () => {
    const shop = await shopWithStock();
    const from = new Date(Math.ceil(shop.clock.now() / 1_000) * 1_000 + 60_000).toISOString().replace(/\.\d+Z/, 'Z');
    await shop.ok('plan.put', { plan: document({ ...notA, from }, 'second'), reason: 'test' });
    await shop.ok('plan.validate', { planId: 'second', version: 1 });
    const none = { rules: [{ id: 'none', exclude: 'location' }], fallbacks: [{ then: 'plan', plan: 'second' }] };
    await publish(shop, none, { force: true });
    await shop.place('o1', { S1: 1 }, { shortage: 'backorder' });
    expect(shop.order('o1').state).toBe('backordered');
    await shop.pass(61_000);
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ location: 'B' }] });
  });

  it('[Z10] rolling back puts in force what was before, and before that', async () => {
    const shop = await shopWithStock();
    await publish(shop, notA);
    await publish(shop, notB);
    const where = async (id: string) => parcels(await shop.place(id, { S1: 1 }));
    expect(await where('o1')).toBe('C:1x1');
    expect(await shop.ok('plan.rollback', { reason: 'r' })).toMatchObject({ id: 'p', version: 1 });
    expect(await where('o2')).toBe('B:1x1');
    await shop.ok('plan.rollback', { reason: 'r' });
    expect(await where('o3')).toBe('A:1x1');
    expect(await shop.refused('plan.rollback', { reason: 'r' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('plan.withdraw', { reason: 'r' })).toMatchObject({ code: 'wrong-state' });
  });

  it('[Z11] versions, what is in force and what was before come back after a restart', async () => {
    const shop = await shopWithStock();
    await publish(shop, notA);
    await publish(shop, notB);
    const told = [shop.ask('plan.list', {}), shop.ask('plan.get', { planId: 'p' })];
    const again = await shop.restart();
    expect([again.ask('plan.list', {}), again.ask('plan.get', { planId: 'p' })]).toEqual(told);
    expect(parcels(await again.place('o1', { S1: 1 }))).toBe('C:1x1');
    await again.ok('plan.rollback', { reason: 'r' });
    expect(parcels(await again.place('o2', { S1: 1 }))).toBe('B:1x1');
  });

  it('[Z12] a plan that leaves no order a location is refused, unless forced', async () => {
    const shop = await shopWithStock();
    await shop.ok('plan.put', { plan: document({ rules: [{ id: 'none', exclude: 'location' }] }), reason: 'r' });
    await shop.ok('plan.validate', { planId: 'p', version: 1 });
    const body = { planId: 'p', version: 1, reason: 'r' };
    expect(await shop.refused('plan.publish', body)).toMatchObject({ code: 'unroutable-plan' });
    await shop.ok('plan.publish', { ...body, force: true });
  });

  it('[Z14] a plan or a rule decides from its first moment on and not at its last, and then who waits is woken', async () => {
    const shop = await shopWithStock();
    const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z');
    const nowMs = Math.ceil(shop.clock.now() / 1_000) * 1_000;
    const rules = [{ ...notA.rules[0], from: at(nowMs + 60_000), until: at(nowMs + 120_000) }, { id: 'none', exclude: 'location', until: at(nowMs + 10_000) }];
    await publish(shop, { rules, until: at(nowMs + 180_000) }, { force: true });
    await shop.place('o1', { S1: 1 }, { shortage: 'backorder' });
    expect(shop.order('o1').state).toBe('backordered');
    await shop.pass(11_000);
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ location: 'A' }] });
    await shop.pass(60_000);
    expect(parcels(await shop.place('o2', { S1: 1 }))).toBe('B:1x1');
    await shop.pass(60_000);
    expect(parcels(await shop.place('o3', { S1: 1 }))).toBe('A:1x1');
    expect(decisions(shop).at(-1)?.ruled).toBeDefined();
    await shop.pass(60_000);
    await shop.place('o4', { S1: 1 });
    expect(decisions(shop).at(-1)?.ruled).toBeUndefined();
  });

  it('[Z13] without a plan in force, and for a plan that does not apply, orders are sourced as ever', async () => {
    const shop = await shopWithStock();
    await publish(shop, { applies: 'order.channel == "shop"', ...notA });
    expect(parcels(await shop.place('o1', { S1: 1 }))).toBe('A:1x1');
    expect(decisions(shop)[0]?.ruled).toBeUndefined();
  });

  it('[Z9] carts and promises go by the plan as orders do', async () => {
    const shop = await shopWithStock();
    await publish(shop, notA);
    expect((await shop.reserve('r1', { S1: 1 })).fulfillments[0]?.location).toBe('B');
    const [cheapest] = shop.ask('promise.get', { channel: 'web', destination: base('x').destination, lines: [{ sku: 'S1', quantity: 1 }] }).options;
    expect(cheapest?.parcels[0]?.location).toBe('B');
  });
});
