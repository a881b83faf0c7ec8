/** Commands end to end on a memory disk: what each does, what each refuses and which field it names. */
import { describe, expect, it } from 'vitest';
import { entries, location, order, Shop } from './shop.ts';

describe('placing an order', () => {
  it('[O1] answers with where each part comes from, and the stock is committed', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S2': 5 });
    const answer = await shop.place('o1', { S1: 2, S2: 1 });
    expect(answer).toMatchObject({
      orderId: 'o1', state: 'released', backordered: 0,
      fulfillments: [{ fulfillmentId: '1', location: 'A', carrier: 'post', costMinor: 300 }, { location: 'B', state: 'released' }],
    });
    expect([shop.stock('A/S1'), shop.stock('B/S2')]).toEqual(['5 0 2 0', '5 0 1 0']);
  });

  it('[E2] refused, leaves nothing behind: no order, no stock taken, no event', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'A/S2': 1 });
    const before = shop.published.length;
    const refusal = await shop.refused('order.place', order('o1', { S1: 2, S2: 2 }));
    expect(refusal).toEqual({ code: 'out-of-stock', retryable: true, detail: '1 units are not available from 3 locations', field: 'body.lines' });
    expect(shop.ask('order.get', { orderId: 'o1' })).toBeNull();
    expect(shop.stock('A/S1')).toBe('5 0 0 0');
    expect(shop.published.slice(before).flatMap(({ events, stock }) => [...events, ...stock])).toEqual([]);
  });

  it('[I1] two orders in one turn never share a unit', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3 });
    const asked = [1, 2, 3, 4].map((index) => shop.send('order.place', order(`o${index}`, { S1: 1 })));
    const outcomes = await Promise.all(asked);
    expect(outcomes.map(({ refused }) => refused?.code)).toEqual([undefined, undefined, undefined, 'out-of-stock']);
    expect(new Set(outcomes.map(({ position }) => position)).size).toBe(1);
    expect(shop.stock('A/S1')).toBe('3 0 3 0');
  });

  it('[E25] names the first thing that is wrong, in the order of the table of codes', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    const lines = [{ sku: 'S1', quantity: 1, lineId: 'x' }, { sku: 'S1', quantity: 1, lineId: 'x' }];
    const codes = [
      await shop.refused('order.place', order('o1', { S9: 1 }, { channel: 'nope' })),
      await shop.refused('order.place', order('o1', { S1: 1, S9: 1 })),
      await shop.refused('order.place', { ...order('o1', {}), lines }),
      await shop.refused('order.place', { ...order('o2', {}), lines }),
    ].map(({ code, field }) => `${code} ${field}`);
    expect(codes).toEqual([
      'unknown-channel body.channel', 'unknown-sku body.lines[1].sku', 'order-exists body.orderId', 'duplicate body.lines[1].lineId',
    ]);
  });
});

describe('an order’s way', () => {
  it('[I2] from shelf to door: on hand falls when it ships, the carrier counts it in and out', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 2 });
    await shop.part('fulfillment.pick', 'o1');
    expect(shop.stock('A/S1')).toBe('5 0 2 0');
    await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1', tracking: 'T-1' });
    expect(shop.stock('A/S1')).toBe('3 0 0 0');
    expect(shop.ask('carrier.get', { carrierId: 'post' })).toMatchObject({ inTransit: 1 });
    expect(await shop.part('fulfillment.deliver', 'o1')).toMatchObject({ state: 'delivered', fulfillments: [{ tracking: 'T-1' }] });
    expect(shop.ask('carrier.get', { carrierId: 'post' })).toMatchObject({ inTransit: 0 });
    expect(shop.ask('order.counts', {})).toEqual({ byState: {}, byLocation: {}, held: 0 });
  });

  it('[O16] tells the world each step once, in order', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    await shop.place('o1', { S1: 2 });
    await shop.part('fulfillment.pick', 'o1');
    await shop.part('fulfillment.ship', 'o1');
    await shop.part('fulfillment.deliver', 'o1');
    const events = shop.published.flatMap(({ events: told }) => told);
    expect(events.map((event) => ('state' in event ? `${event.kind} ${event.state}` : event.kind))).toEqual([
      'order.sourced', 'order.placed released', 'fulfillment.changed picking', 'order.changed picking',
      'fulfillment.changed shipped', 'order.changed shipped', 'fulfillment.changed delivered', 'order.changed delivered',
    ]);
    expect(events[0]).toMatchObject({ attempt: 1, candidates: 3, short: 0, choices: [{ location: 'A', units: 2, state: 'released' }] });
  });

  it('[O8] cancelled, gives its units back', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 3 });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '1', quantity: 2 }] });
    expect(shop.stock('A/S1')).toBe('5 0 1 0');
    expect(await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' })).toMatchObject({ state: 'cancelled', backordered: 0 });
    expect(shop.stock('A/S1')).toBe('5 0 0 0');
  });

  it('[O9] refuses what has gone too far, by name', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 3 });
    await shop.part('fulfillment.pick', 'o1');
    const cancel = await shop.refused('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(cancel).toMatchObject({ code: 'wrong-state', detail: '3 of these units are picked, shipped or cancelled already (fulfillment 1)' });
    expect(await shop.refused('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({
      code: 'wrong-state', detail: 'fulfillment 1 is picking: fulfillment.pick does not apply',
    });
    expect(await shop.refused('order.release', { orderId: 'o1' })).toMatchObject({ detail: 'order o1 is picking: order.release does not apply' });
    expect(await shop.refused('order.retry', { orderId: 'o1' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '9', quantity: 1 }] })).toMatchObject({
      code: 'unknown-line', field: 'body.lines[0].lineId',
    });
  });

  it('[E25] names what is not known', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    for (const kind of ['order.release', 'order.retry'] as const) {
      expect(await shop.refused(kind, { orderId: 'nope' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    }
    expect(await shop.refused('order.cancel', { orderId: 'nope', reason: '' })).toMatchObject({ code: 'unknown-order' });
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) {
      expect(await shop.refused(kind, { orderId: 'nope', fulfillmentId: '1' })).toMatchObject({ code: 'unknown-order' });
      expect(await shop.refused(kind, { orderId: 'o1', fulfillmentId: '2' })).toMatchObject({ code: 'unknown-fulfillment', field: 'body.fulfillmentId' });
    }
    expect(await shop.refused('carrier.suspend', { carrierId: 'x', reason: '' })).toMatchObject({ code: 'unknown-carrier', field: 'body.carrierId' });
    expect(await shop.refused('carrier.resume', { carrierId: 'x' })).toMatchObject({ code: 'unknown-carrier' });
    expect(await shop.refused('carrier.resume', { carrierId: 'post' })).toMatchObject({ code: 'wrong-state', detail: 'carrier post is open already' });
    const channel = { id: 'w', name: 'W', locations: ['A', 'Z'] };
    expect(await shop.refused('channel.put', { channel })).toMatchObject({ code: 'unknown-location', field: 'body.channel.locations[1]' });
  });

  it('[O15] ships with a carrier that is known and takes parcels', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.part('fulfillment.pick', 'o1');
    const ship = { orderId: 'o1', fulfillmentId: '1' };
    expect(await shop.refused('fulfillment.ship', { ...ship, carrier: 'nope' })).toMatchObject({ code: 'unknown-carrier', field: 'body.carrier' });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    expect(await shop.refused('carrier.suspend', { carrierId: 'post', reason: '' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('fulfillment.ship', ship)).toMatchObject({ code: 'carrier-suspended', retryable: true });
    expect(shop.stock('A/S1')).toBe('5 0 1 0');
    await shop.ok('carrier.put', { carrier: { id: 'dash', name: 'Dash', baseMinor: 1, perKmMinor: 0 } });
    expect(await shop.ok('fulfillment.ship', { ...ship, carrier: 'dash' })).toMatchObject({ fulfillments: [{ carrier: 'dash' }] });
    await shop.part('fulfillment.deliver', 'o1');
  });
});

describe('stock commands', () => {
  it('[S8] receive, count and buffer make stock that is new; anything else must find it', async () => {
    const shop = await Shop.open();
    await shop.ok('stock.count', { entries: [{ sku: 'N1', location: 'A', onHand: 4 }] });
    await shop.ok('stock.buffer', { entries: [{ sku: 'N2', location: 'A', buffer: 4 }] });
    expect([shop.stock('A/N1'), shop.stock('A/N2')]).toEqual(['4 0 0 0', '0 0 0 4']);
    const unknown = { code: 'unknown-sku', field: 'body.entries[0].sku' };
    expect(await shop.refused('stock.adjust', { entries: [{ sku: 'N3', location: 'A', delta: 1 }], reason: 'r' })).toMatchObject(unknown);
    expect(await shop.refused('stock.set-aside', { entries: entries({ 'A/N3': 1 }), reason: 'r' })).toMatchObject(unknown);
    expect(await shop.refused('stock.put-back', { entries: entries({ 'B/N1': 1 }), reason: 'r' })).toMatchObject(unknown);
    expect(await shop.refused('stock.receive', { entries: entries({ 'A/N1': 1, 'Z/N1': 1 }) })).toMatchObject({
      code: 'unknown-location', field: 'body.entries[1].location',
    });
  });

  it('[S9] happen in all their entries or in none', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    const refusal = await shop.refused('stock.adjust', {
      entries: [{ sku: 'S1', location: 'A', delta: 3 }, { sku: 'S1', location: 'B', delta: -9 }], reason: 'r',
    });
    expect(refusal).toMatchObject({ code: 'not-enough', field: 'body.entries[1]' });
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '5 0 0 0']);
    const twice = [...entries({ 'A/S1': 1 }), ...entries({ 'A/S1': 1 })];
    expect(await shop.refused('stock.receive', { entries: twice })).toMatchObject({ code: 'duplicate', field: 'body.entries[1]' });
    expect(await shop.refused('stock.receive', { entries: entries({ 'A/S1': 1e9 }) })).toMatchObject({ code: 'over-limit', field: 'body.entries[0]' });
  });

  it('[S14] an adjustment of nothing is malformed', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    expect(await shop.refused('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: 0 }], reason: 'r' })).toMatchObject({
      code: 'malformed', field: 'body.entries[0].delta',
    });
  });

  it('[S1] a channel may sell what its open locations promise', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 4, 'C/S1': 2 });
    await shop.ok('stock.buffer', { entries: [{ sku: 'S1', location: 'B', buffer: 9 }] });
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'S', locations: ['B', 'C'] } });
    await shop.ok('location.put', { location: { ...location('C', 2), state: 'paused' } });
    const atp = (channel?: string) => shop.ask('atp.get', { skus: ['S1', 'S2'], ...(channel === undefined ? {} : { channel }) });
    expect([atp(), atp('web'), atp('shop'), atp('nope')]).toEqual([{ S1: 5, S2: 0 }, { S1: 5, S2: 0 }, { S1: 0, S2: 0 }, { S1: 0, S2: 0 }]);
    expect(shop.engine.atp('S1')).toBe(5);
  });
});

describe('losing units that orders have', () => {
  it('[S10] takes them from the newest orders and sources those again, in the same command', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 6, 'C/S1': 2 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 2 });
    const answer = await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 3 }] });
    expect(answer).toEqual({ entries: 1, displaced: ['o3', 'o2'], broken: [] });
    expect(shop.order('o1').fulfillments.map((part) => part.location)).toEqual(['A']);
    expect(shop.order('o3')).toMatchObject({ state: 'released', fulfillments: [{ state: 'cancelled' }, { location: 'C' }] });
    expect(shop.order('o2')).toMatchObject({ state: 'exception', exception: { code: 'stockout', owner: 'stock' }, lines: [{ allocated: 1, backordered: 1 }] });
    expect([shop.stock('A/S1'), shop.stock('C/S1')]).toEqual(['3 0 3 0', '2 0 2 0']);
  });

  it('[S11] never takes units that are being picked', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 4 });
    await shop.place('o1', { S1: 2 });
    await shop.place('o2', { S1: 2 });
    await shop.part('fulfillment.pick', 'o2');
    const loss = (delta: number) => ({ entries: [{ sku: 'S1', location: 'A', delta }], reason: 'fire' });
    const refusal = await shop.refused('stock.adjust', loss(-3));
    expect(refusal.code).toBe('not-enough');
    expect(refusal.detail).toContain('1 of these units are being picked');
    expect(shop.stock('A/S1')).toBe('4 0 4 0');
    expect(await shop.ok('stock.adjust', loss(-2))).toMatchObject({ displaced: ['o1'] });
    expect(shop.order('o1').state).toBe('exception');
  });

  it('[S13] is bounded in one command, and possible in smaller steps', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 300 });
    await Promise.all(Array.from({ length: 300 }, (_, index) => shop.place(`o${index}`, { S1: 1 })));
    const count = (onHand: number) => ({ entries: [{ sku: 'S1', location: 'A', onHand }] });
    expect(await shop.refused('stock.count', count(50))).toMatchObject({ code: 'over-limit', field: 'body.entries[0]' });
    expect(shop.stock('A/S1')).toBe('300 0 300 0');
    await shop.ok('stock.count', count(150));
    await shop.ok('stock.count', count(50));
    expect(shop.ask('order.counts', {}).byState).toEqual({ released: 50, exception: 250 });
  });

  it('[O11] short picks correct the stock; what nobody has is an exception that arriving stock ends', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3 });
    await shop.place('o1', { S1: 3 });
    const short = { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 2 }], reason: 'empty bin' };
    expect(await shop.refused('fulfillment.short', short)).toMatchObject({ code: 'wrong-state' });
    await shop.part('fulfillment.pick', 'o1');
    expect(await shop.refused('fulfillment.short', { ...short, lines: [{ lineId: '1', quantity: 4 }] })).toMatchObject({ code: 'not-enough' });
    expect(await shop.ok('fulfillment.short', short)).toMatchObject({ state: 'exception', backordered: 2 });
    expect(shop.stock('A/S1')).toBe('1 0 1 0');
    await shop.receive({ 'B/S1': 2 });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'picking', exception: undefined, fulfillments: [{ location: 'A' }, { location: 'B', state: 'released' }] });
    const told = shop.published.flatMap(({ events }) => events).map(({ kind }) => kind);
    expect(told.filter((kind) => kind.startsWith('exception'))).toEqual(['exception.raised', 'exception.cleared']);
  });
});
