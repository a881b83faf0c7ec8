/** Orders that are edited: what changes and what it costs, all of it or nothing, and what would change. */
import { describe, expect, it, test } from 'vitest';
import { playSection } from './page.ts';
import { order, Shop } from './shop.ts';

const later = { releaseAfterMs: 60_000 };

async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 10, 'B/S2': 10, 'C/S1': 10 });
  return shop;
}

const edit = (shop: Shop, body: object): Promise<unknown> => shop.ok('order.edit', { orderId: 'o1', reason: 'asked for', ...body } as never);
const refusedAs = (shop: Shop, body: object) => shop.refused('order.edit', { orderId: 'o1', reason: 'asked for', ...body } as never);
const preview = (shop: Shop, body: object) => shop.ask('order.preview', { orderId: 'o1', ...body } as never);
const policy = (shop: Shop, one: object): Promise<unknown> => shop.ok('intake-policy.put', { policy: { graceMs: 60_000, ...one } } as never);
/** Lines as `quantity: allocated waiting cancelled`. */
const linesOf = (shop: Shop): string[] =>
  shop.order('o1').lines.map(({ lineId, sku, quantity, allocated, backordered, cancelled }) => `${lineId} ${sku} ${quantity}: ${allocated} ${backordered} ${cancelled}`);
const placesOf = (shop: Shop): string[] =>
  shop.order('o1').fulfillments.flatMap(({ location, state, lines }) => (lines.length === 0 ? [] : [`${location} ${state} ${lines.map(({ lineId, quantity }) => `${lineId}x${quantity}`).join()}`]));
const eventsOf = (shop: Shop): string[] => shop.published.at(-1)?.events.map(({ kind }) => kind) ?? [];

describe('lines of an order', () => {
  it('[OE1] [OE2] are raised, lowered, removed and added in one turn, and stock follows', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4, S2: 3 }, later);
    const answer = await edit(shop, { lines: [{ lineId: '1', quantity: 6 }, { lineId: '2', quantity: 1 }], add: [{ sku: 'S2', quantity: 2 }] });
    expect(answer).toMatchObject({ orderId: 'o1', state: 'allocated', backordered: 0 });
    expect(linesOf(shop)).toEqual(['1 S1 6: 6 0 0', '2 S2 3: 1 0 2', '3 S2 2: 2 0 0']);
    expect([shop.stock('A/S1'), shop.stock('B/S2')]).toEqual(['10 0 6 0', '10 0 3 0']);
    expect(eventsOf(shop)).toEqual(['order.edited', 'fulfillment.changed', 'fulfillment.changed', 'order.sourced', 'order.changed']);
    expect(shop.published.at(-1)?.events[0]).toEqual({
      kind: 'order.edited', orderId: 'o1', channel: 'web', by: 'test', reason: 'asked for',
      lines: [{ lineId: '1', sku: 'S1', from: 4, to: 6 }, { lineId: '2', sku: 'S2', from: 3, to: 1 }, { lineId: '3', sku: 'S2', from: 0, to: 2 }],
    });
    await edit(shop, { lines: [{ lineId: '2', quantity: 0 }] });
    expect(linesOf(shop)[1]).toBe('2 S2 3: 0 0 3');
    expect(await refusedAs(shop, { lines: [{ lineId: '2', quantity: 2 }] })).toMatchObject({ code: 'wrong-state', field: 'body.lines[0].lineId' });
  });

  it('[OE2] of which something is picked keep that, and what comes after the release starts at once', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 });
    await shop.part('fulfillment.pick', 'o1');
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 3 }] })).toMatchObject({ code: 'wrong-state', field: 'body.lines', retryable: false });
    await edit(shop, { lines: [{ lineId: '1', quantity: 5 }] });
    expect(placesOf(shop)).toEqual(['A picking 1x4', 'A released 1x1']);
    await edit(shop, { lines: [{ lineId: '1', quantity: 4 }] });
    expect(placesOf(shop)).toEqual(['A picking 1x4']);
    await shop.part('fulfillment.ship', 'o1');
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 5 }] })).toMatchObject({ code: 'wrong-state' });
  });

  it('[OE2] that are kits are changed whole, as they were ordered', async () => {
    const shop = await shopWithStock();
    await shop.ok('item.put', { item: { sku: 'SET', kit: { components: [{ sku: 'S1', quantity: 2 }, { sku: 'S2', quantity: 1 }] } } } as never);
    await shop.place('o1', { SET: 2 }, later);
    await shop.ok('item.put', { item: { sku: 'SET', kit: { components: [{ sku: 'S1', quantity: 9 }] } } } as never);
    await edit(shop, { lines: [{ lineId: '1', quantity: 3 }] });
    expect(linesOf(shop)).toEqual(['1.1 S1 6: 6 0 0', '1.2 S2 3: 3 0 0']);
    expect(shop.order('o1').lines[0]?.kit).toMatchObject({ lineId: '1', quantity: 3 });
    await edit(shop, { lines: [{ lineId: '1', quantity: 1 }], add: [{ sku: 'S2', quantity: 1 }] });
    expect(linesOf(shop)).toEqual(['1.1 S1 6: 2 0 4', '1.2 S2 3: 1 0 2', '2 S2 1: 1 0 0']);
    expect(await refusedAs(shop, { lines: [{ lineId: '1.1', quantity: 2 }] })).toMatchObject({ code: 'kit-in-parts', field: 'body.lines[0].lineId' });
  });

  it('[OE4] that have no place leave an order as it was that takes all or nothing; one that may wait, waits', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 }, later);
    const before = shop.order('o1');
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 21 }] })).toMatchObject({ code: 'out-of-stock', field: 'body.lines', retryable: true });
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 1 }], add: [{ sku: 'S2', quantity: 11 }] })).toMatchObject({ code: 'out-of-stock', field: 'body.add' });
    expect(shop.order('o1')).toEqual(before);
    expect(shop.stock('A/S1')).toBe('10 0 4 0');
    await shop.place('o2', { S2: 1 }, { ...later, shortage: 'backorder' });
    await edit(shop, { orderId: 'o2', lines: [{ lineId: '1', quantity: 12 }] });
    expect(shop.order('o2')).toMatchObject({ state: 'backordered', lines: [{ allocated: 10, backordered: 2 }] });
    await shop.ok('item.put', { item: { sku: 'S2', backorder: 'never' } } as never);
    expect(await refusedAs(shop, { orderId: 'o2', lines: [{ lineId: '1', quantity: 13 }] })).toMatchObject({ code: 'backorder-closed', field: 'body' });
    await shop.receive({ 'B/S2': 2 });
    await shop.settle();
    expect(shop.order('o2').state).toBe('allocated');
  });

  it('[OE4] of which a customer may have so many are not added', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1 }, { ...later, customer: 'ann' });
    await shop.ok('item.put', { item: { sku: 'S2', drop: { perCustomerMax: 2 } } } as never);
    expect(await refusedAs(shop, { add: [{ sku: 'S2', quantity: 1 }] })).toMatchObject({ code: 'customer-limit', field: 'body' });
  });
});

describe('where, how and by when an order goes', () => {
  it('[OE3] is another thing, and everything finds its place anew in the same turn', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 }, later);
    expect(placesOf(shop)).toEqual(['A open 1x4']);
    await edit(shop, { destination: { country: 'GB', latitude: 53.5, longitude: -0.12 }, lines: [{ lineId: '1', quantity: 3 }] });
    expect(placesOf(shop)).toEqual(['C open 1x3']);
    expect([shop.stock('A/S1'), shop.stock('C/S1')]).toEqual(['10 0 0 0', '10 0 3 0']);
    expect(shop.order('o1').destination).toEqual({ country: 'GB', latitude: 53.5, longitude: -0.12 });
    await shop.about('order.release', 'o1');
    await shop.part('fulfillment.pick', 'o1', '2');
    const at = { destination: { country: 'FR' } };
    expect(await refusedAs(shop, at)).toMatchObject({ code: 'wrong-state', field: 'body.destination' });
    expect(await refusedAs(shop, { service: 'express' })).toMatchObject({ code: 'unknown-service', field: 'body.service' });
  });

  it('[OE3] by another service goes with who offers it; another promise gives it another place in line', async () => {
    const shop = await shopWithStock();
    const fast = { id: 'fast', name: 'Fast', baseMinor: 900, perKmMinor: 1, services: [{ id: 'express', baseMinor: 900, perKmMinor: 1 }] };
    await shop.ok('carrier.put', { carrier: fast } as never);
    await shop.place('o1', { S1: 4 }, later);
    await edit(shop, { service: 'express' });
    expect(shop.order('o1').fulfillments.at(-1)).toMatchObject({ carrier: 'fast', service: 'express', state: 'open' });
    await edit(shop, { clear: ['service'] });
    expect(shop.order('o1').fulfillments.at(-1)).toMatchObject({ carrier: 'post' });
    await shop.ok('item.put', { item: { sku: 'S9', serve: 'promise' } } as never);
    await shop.receive({ 'A/S9': 1 });
    for (const [id, days] of [['o2', 3], ['o3', 2]] as const) {
      await shop.place(id, { S9: 2 }, { ...later, shortage: 'backorder', promisedByMs: shop.clock.now() + days * 86_400_000 });
    }
    const line = (): unknown => shop.ask('item.waiting', { sku: 'S9' }).first.map(({ orderId }) => orderId);
    expect(line()).toEqual(['o3', 'o2']);
    await edit(shop, { orderId: 'o2', promisedByMs: shop.clock.now() + 86_400_000 });
    expect(line()).toEqual(['o2', 'o3']);
    expect(shop.order('o2').promisedByMs).toBe(shop.clock.now() + 86_400_000);
  });
});

describe('what a change costs', () => {
  const fees = { edit: { released: 250, picked: 'refuse' }, cancel: { grace: 100, released: 400 } };

  it('[OE5] the policy says by how far the order has come: it is answered, told, and due', async () => {
    const shop = await shopWithStock();
    await policy(shop, { fees, payment: { hold: true } });
    const lines = [{ sku: 'S1', quantity: 2, unitPriceMinor: 1_000 }];
    await shop.ok('order.place', { ...order('o1', {}), lines } as never);
    expect(await edit(shop, { add: [{ sku: 'S2', quantity: 1, unitPriceMinor: 500 }] })).toMatchObject({ feeMinor: 0 });
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 2_500 });
    await shop.ok('payment.authorise', { orderId: 'o1', paymentId: 'p', amountMinor: 2_500, currency: 'GBP' } as never);
    await shop.about('order.release', 'o1');
    expect(await edit(shop, { lines: [{ lineId: '1', quantity: 1 }] })).toMatchObject({ feeMinor: 250 });
    expect(shop.published.at(-1)?.events[0]).toMatchObject({ kind: 'order.edited', feeMinor: 250 });
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 1_750 });
    expect(shop.order('o1')).toMatchObject({ feesMinor: 250, state: 'released' });
    // More than is paid for: it is held until it is.
    await edit(shop, { lines: [{ lineId: '1', quantity: 3 }] });
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 4_000 });
    expect(shop.order('o1').holds).toMatchObject([{ holdId: 'payment', reason: '1500 minor units are due' }].map(({ holdId }) => ({ holdId })));
    const again = await shop.restart();
    expect(again.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 4_000 });
    expect(await again.ok('order.cancel', { orderId: 'o1', reason: 'no more' })).toMatchObject({ state: 'cancelled', feeMinor: 400 });
    expect(again.published.at(-1)?.events.find(({ kind }) => kind === 'order.cancelled')).toMatchObject({ feeMinor: 400 });
    expect(again.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 900 });
  });

  it('[OE5] also of what a location is asked to give up, once it does', async () => {
    const shop = await shopWithStock();
    await policy(shop, { fees: { cancel: { picked: 700 } } });
    await shop.place('o1', { S1: 2, S2: 2 }, { releaseAfterMs: 0 });
    await shop.part('fulfillment.pick', 'o1');
    const part = { orderId: 'o1', fulfillmentId: '1' };
    expect(await shop.ok('fulfillment.requestCancel', { ...part, reason: 'x' } as never)).toMatchObject({ state: 'picking', feeMinor: 700 });
    expect(shop.order('o1').feesMinor).toBeUndefined();
    await shop.ok('fulfillment.acceptCancel', part as never);
    expect(shop.published.at(-1)?.events.find(({ kind }) => kind === 'order.cancelled')).toMatchObject({ units: 2, feeMinor: 700 });
    expect(shop.order('o1').feesMinor).toBe(700);
    await shop.part('fulfillment.pick', 'o1', '2');
    await policy(shop, { fees: { cancel: { picked: 'refuse' } } });
    expect(await shop.refused('fulfillment.requestCancel', { orderId: 'o1', fulfillmentId: '2', reason: 'x' } as never)).toMatchObject({ code: 'too-late' });
  });

  it('[OE5] or that it is too late; without a policy it costs nothing and is not spoken of', async () => {
    const shop = await shopWithStock();
    expect(await shop.place('o1', { S1: 2, S2: 2 })).not.toHaveProperty('feeMinor');
    expect(await edit(shop, { lines: [{ lineId: '1', quantity: 1 }] })).not.toHaveProperty('feeMinor');
    await policy(shop, { fees: { edit: { picked: 'refuse' }, cancel: { picked: 'refuse' } } });
    await shop.part('fulfillment.pick', 'o1');
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 0 }] })).toMatchObject({ code: 'wrong-state' });
    expect(await refusedAs(shop, { add: [{ sku: 'S2', quantity: 1 }] })).toMatchObject({ code: 'too-late', retryable: false });
    expect(await shop.refused('order.cancel', { orderId: 'o1', reason: 'x', lines: [{ lineId: '2', quantity: 1 }] })).toMatchObject({ code: 'too-late' });
    // What the engine does by itself costs nobody anything.
    expect(shop.order('o1')).not.toHaveProperty('feesMinor', expect.anything());
  });
});

describe('an edit', () => {
  it('[OE6] of an order that has changed since it was seen is refused', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 }, later);
    const { changedAtMs } = shop.order('o1');
    shop.clock.advance(5);
    await edit(shop, { ifChangedAtMs: changedAtMs, lines: [{ lineId: '1', quantity: 3 }] });
    expect(await refusedAs(shop, { ifChangedAtMs: changedAtMs, lines: [{ lineId: '1', quantity: 2 }] })).toMatchObject({ code: 'changed-since', field: 'body.ifChangedAtMs' });
  });

  it('[OE7] is asked what its channel asks of a placement: mappings, address, size, details', async () => {
    const shop = await shopWithStock();
    await policy(shop, { address: 'hold', mapping: 'only', bigOrder: { units: 6 } });
    await shop.ok('mapping.put', { channel: 'web', mappings: [{ channelSku: 'mug', sku: 'S1' }, { channelSku: 'six', sku: 'S2', quantity: 6 }] });
    const home = { country: 'GB', postalCode: 'E1 6AN' };
    const address = { lines: ['1 High Street'], city: 'London' };
    await shop.ok('order.place', { ...order('o1', { mug: 2 }), destination: home, details: { address, note: 'x' } } as never);
    expect(await refusedAs(shop, { add: [{ sku: 'S1', quantity: 1 }] })).toMatchObject({ code: 'unmapped-sku', field: 'body.add[0].sku' });
    await edit(shop, { add: [{ sku: 'six', quantity: 1, details: { note: 'fragile' } }] });
    expect(linesOf(shop)).toEqual(['1 S1 2: 2 0 0', '2 S2 6: 6 0 0']);
    expect(shop.order('o1').holds).toMatchObject([{ holdId: 'big-order', by: 'intake', reason: '8 units' }]);
    expect(shop.ask('order.details', { orderId: 'o1' })).toMatchObject({ note: 'x', lines: [{ lineId: '2', note: 'fragile' }] });
    await edit(shop, { destination: { country: 'GB', postalCode: 'E1' }, address });
    expect(shop.order('o1').holds?.map(({ holdId }) => holdId)).toEqual(['big-order', 'address']);
    await edit(shop, { destination: home, address: { ...address, name: 'Bo' } });
    expect(shop.order('o1').holds?.map(({ holdId }) => holdId)).toEqual(['big-order']);
    expect(shop.ask('order.details', { orderId: 'o1' })).toMatchObject({ address: { name: 'Bo' } });
    await policy(shop, { address: 'refuse' });
    expect(await refusedAs(shop, { destination: { country: 'GB' } })).toMatchObject({ code: 'invalid-address', field: 'body.destination.postalCode' });
    expect(await refusedAs(shop, { destination: { country: 'FR' }, address: { name: '4111111111111111' } })).toMatchObject({ code: 'card-data', field: 'body.address.name' });
  });

  it('[OE8] is foretold: units, places, cost, what is due, or why it is refused; nothing happens', async () => {
    const shop = await shopWithStock();
    await policy(shop, { fees: { edit: { grace: 50 } } });
    await shop.ok('order.place', { ...order('o1', {}), lines: [{ sku: 'S1', quantity: 4, unitPriceMinor: 100 }] } as never);
    const before = shop.everything(['o1'], ['S1', 'S2']);
    const told = preview(shop, { destination: { country: 'GB', latitude: 53.5, longitude: -0.12 }, add: [{ sku: 'S2', quantity: 1, unitPriceMinor: 30 }] });
    expect(told).toMatchObject({
      orderId: 'o1', stage: 'grace', feeMinor: 50, changedAtMs: shop.order('o1').changedAtMs,
      now: { units: 4, backordered: 0, dueMinor: 400, parts: [{ location: 'A', costMinor: 300 }] },
      then: { units: 5, backordered: 0, dueMinor: 480, parts: [{ location: 'C' }, { location: 'B' }] },
    });
    expect(told?.costMoreMinor).toBe((told?.then?.costMinor ?? 0) - 300);
    expect(preview(shop, { add: [{ sku: 'S2', quantity: 11 }] })).toMatchObject({ refused: { code: 'out-of-stock', field: 'body.add' } });
    expect(preview(shop, { orderId: 'none', lines: [{ lineId: '1', quantity: 1 }] })).toBeNull();
    expect(shop.everything(['o1'], ['S1', 'S2'])).toEqual(before);
    expect(shop.ask('payment.get', { orderId: 'o1' })).toBeNull();
    await edit(shop, { destination: { country: 'GB', latitude: 53.5, longitude: -0.12 }, add: [{ sku: 'S2', quantity: 1, unitPriceMinor: 30 }] });
    expect(placesOf(shop)).toEqual(told?.then?.parts.map(({ location, state, lines }) => `${location} ${state} ${lines.map(({ lineId, quantity }) => `${lineId}x${quantity}`).join()}`));
  });

  it('[OE9] is why its order was sourced again; what was decided before is explained as it was then', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 }, later);
    shop.clock.advance(1_000);
    await edit(shop, { destination: { country: 'GB', latitude: 53.5, longitude: -0.12 }, add: [{ sku: 'S2', quantity: 1 }] });
    const [first, second] = [1, 2].map((attempt) => shop.ask('decision.explain', { orderId: 'o1', attempt }));
    expect(first?.recomputed).toMatchObject({ reproduced: true });
    expect(first?.recorded?.decision.choices).toMatchObject([{ location: 'A', units: 4 }]);
    expect(second?.recomputed).toMatchObject({ reproduced: true });
    expect(second?.recorded?.decision.cause).toEqual({ kind: 'edited', from: ['1'], by: 'test', reason: 'asked for' });
    expect(second?.text.join('\n')).toContain('Sourced again because the order was edited by test: asked for');
  });

  it('[OE10] that changes nothing, leaves nothing, or contradicts itself is refused, and so is the hundred-and-first', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 4 }, later);
    const { destination } = shop.order('o1');
    const cases: readonly (readonly [body: object, code: string, field: string])[] = [
      [{}, 'contradiction', 'body'],
      [{ lines: [{ lineId: '1', quantity: 4 }], destination }, 'contradiction', 'body'],
      [{ lines: [{ lineId: '1', quantity: 0 }] }, 'contradiction', 'body.lines'],
      [{ lines: [{ lineId: '1', quantity: 2 }], address: { city: 'Bath' } }, 'contradiction', 'body.address'],
      [{ promisedByMs: 5, clear: ['promisedByMs'] }, 'contradiction', 'body.clear[0]'],
      [{ lines: [{ lineId: '1', quantity: 2 }, { lineId: '1', quantity: 3 }] }, 'duplicate', 'body.lines[1].lineId'],
      [{ lines: [{ lineId: '9', quantity: 2 }] }, 'unknown-line', 'body.lines[0].lineId'],
      [{ add: [{ lineId: '1', sku: 'S2', quantity: 2 }] }, 'duplicate', 'body.add[0].lineId'],
      [{ add: [{ sku: 'NONE', quantity: 2 }] }, 'unknown-sku', 'body.add[0].sku'],
      [{ orderId: 'none', add: [{ sku: 'S2', quantity: 2 }] }, 'unknown-order', 'body.orderId'],
      [{ lines: [{ lineId: '1', quantity: 1_000_000_000 }, { lineId: '1', quantity: 3 }] }, 'duplicate', 'body.lines[1].lineId'],
    ];
    for (const [body, code, field] of cases) expect(await refusedAs(shop, body), JSON.stringify(body)).toMatchObject({ code, field });
    for (let time = 0; time < 100; time += 1) await edit(shop, { lines: [{ lineId: '1', quantity: 3 + (time % 2) }] });
    expect(await refusedAs(shop, { lines: [{ lineId: '1', quantity: 3 }] })).toMatchObject({ code: 'over-limit', field: 'body' });
  });

  it('[OE1] comes back from rows and from the journal as it was', async () => {
    const shop = await shopWithStock();
    await policy(shop, { fees: { edit: { grace: 10 } } });
    await shop.place('o1', { S1: 4 });
    await edit(shop, { lines: [{ lineId: '1', quantity: 5 }], add: [{ sku: 'S2', quantity: 1 }] });
    const is = shop.everything(['o1'], ['S1', 'S2']);
    const again = await shop.restart();
    expect(again.everything(['o1'], ['S1', 'S2'])).toEqual(is);
    await again.pass(2_000);
    expect((await again.restart()).everything(['o1'], ['S1', 'S2'])).toEqual(is);
  });
});

test('[OE1] [OE8] the examples in docs/LIFECYCLE.md answer as written', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/MUG': 10, 'A/TEAPOT': 4 });
  expect(await playSection('Edits', shop, 'docs/LIFECYCLE.md')).toBe(3);
});
