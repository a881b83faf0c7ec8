/** Taking orders in: external ids, what is kept as it came, and the policies that hold or refuse. */
import { describe, expect, it, test } from 'vitest';
import { hasCardNumber } from '../../actors/card-number.ts';
import { isPostalCode } from '../../actors/postal-codes.ts';
import { playSection } from './page.ts';
import { order, Shop } from './shop.ts';

async function shopWithStock(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 500, 'B/S2': 500 });
  return shop;
}

const placed = (id: string, more: object = {}, units: Record<string, number> = { S1: 2 }): never => ({ ...order(id, units), ...more }) as never;
const put = (shop: Shop, policy: object): Promise<unknown> => shop.ok('intake-policy.put', { policy } as never);
const holdsOf = (shop: Shop, id: string): string[] => (shop.order(id).holds ?? []).map(({ holdId, reason, by }) => `${holdId} by ${by}: ${reason}`);
const address = { lines: ['1 High Street'], city: 'London' };

describe('an external id', () => {
  it('[IN1] is one order: the same body again is answered with it, whatever order id it names', async () => {
    const shop = await shopWithStock();
    const first = await shop.ok('order.place', placed('o1', { externalId: 'shop/17' }));
    const again = await shop.ok('order.place', placed('o2', { externalId: 'shop/17' }));
    expect(again).toEqual(first);
    expect(shop.ask('order.get', { orderId: 'o2' })).toBeNull();
    expect(shop.stock('A/S1')).toBe('500 0 2 0');
    // Where the order stands now, not where it stood.
    await shop.part('fulfillment.pick', 'o1');
    expect(await shop.ok('order.place', placed('o3', { externalId: 'shop/17' }))).toMatchObject({ orderId: 'o1', state: 'picking' });
  });

  it('[IN1] with another body is refused with the first field that differs, and keeps the first', async () => {
    const shop = await shopWithStock();
    await shop.ok('order.place', placed('o1', { externalId: '17' }));
    expect(await shop.refused('order.place', placed('o1', { externalId: '17' }, { S1: 3 }))).toMatchObject({ code: 'external-id-reused', field: 'body.lines[0].quantity', retryable: false });
    expect(await shop.refused('order.place', placed('o1', { externalId: '17', customer: 'ann' }))).toMatchObject({ field: 'body.customer' });
    await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop' } });
    expect(await shop.ok('order.place', placed('o2', { externalId: '17', channel: 'shop' }))).toMatchObject({ orderId: 'o2' });
  });

  it('[IN1] finds its order, also after a restart and once it has closed; a refused order leaves it free', async () => {
    const shop = await shopWithStock();
    expect(await shop.refused('order.place', placed('o1', { externalId: '17' }, { S1: 501 }))).toMatchObject({ code: 'out-of-stock' });
    expect(shop.ask('order.find', { channel: 'web', externalId: '17' })).toBeNull();
    await shop.ok('order.place', placed('o1', { externalId: '17' }));
    for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'o1');
    await shop.pass(2_000);
    for (const open of [async () => shop, () => shop.restart()]) {
      const each = await open();
      expect(each.ask('order.find', { channel: 'web', externalId: '17' })).toMatchObject({ orderId: 'o1', state: 'delivered' });
      expect(await each.ok('order.place', placed('o9', { externalId: '17' }))).toMatchObject({ orderId: 'o1', state: 'delivered' });
    }
  });
});

const details = {
  emailHash: 'ab'.repeat(32), note: 'Leave with Zoë', gift: { message: '🎁', from: 'Bo', wrap: true },
  customFields: { 'shop.tier': 'gold', visits: 3, isNew: false }, terms: { purchaseOrder: 'PO-9', netDays: 30 },
  mandates: [{ type: 'ap2', content: 'eyJhbGciOi.J9.s1g' }], address,
};

describe('details', () => {
  it('[IN2] are given back as they came, by order and line, and decide nothing', async () => {
    const shop = await shopWithStock();
    const lines = [{ sku: 'S1', quantity: 1, details: { note: 'red', gift: { wrap: true } } }, { lineId: 'b', sku: 'S2', quantity: 1, details: { customFields: { size: 'L' } } }];
    await shop.ok('order.place', placed('o1', { externalId: '17', details, lines }));
    await shop.place('o2', { S1: 1 });
    const kept = { orderId: 'o1', externalId: '17', ...details, lines: [{ lineId: '1', note: 'red', gift: { wrap: true } }, { lineId: 'b', customFields: { size: 'L' } }] };
    await shop.pass(2_000);
    for (const open of [async () => shop, () => shop.restart()]) {
      const each = await open();
      expect(each.ask('order.details', { orderId: 'o1' })).toEqual(kept);
      expect(each.ask('order.details', { orderId: 'o2' })).toBeNull();
    }
  });

  it('[IN3] with totals add up in minor units, or the order is refused', async () => {
    const shop = await shopWithStock();
    const lines = [{ sku: 'S1', quantity: 3, unitPriceMinor: 1_250 }, { sku: 'S2', quantity: 1 }];
    const with_ = (totals: object): never => placed('o1', { lines, details: { totals } });
    expect(await shop.refused('order.place', with_({ totalMinor: 3_751 }))).toMatchObject({ code: 'sums-differ', field: 'body.details.totals.totalMinor' });
    expect(await shop.refused('order.place', with_({ shippingMinor: 400, totalMinor: 3_750 }))).toMatchObject({ code: 'sums-differ' });
    await shop.ok('order.place', with_({ shippingMinor: 400, taxMinor: 830, discountMinor: 500, totalMinor: 4_480 }));
  });

  it('[IN4] with the number of a payment card are refused, wherever it stands', async () => {
    const shop = await shopWithStock();
    const card = '4111-1111 1111 1111';
    const lines = [{ sku: 'S1', quantity: 1, details: { gift: { message: `pay with ${card}` } } }];
    expect(await shop.refused('order.place', placed('o1', { details: { note: card } }))).toMatchObject({ code: 'card-data', field: 'body.details.note' });
    expect(await shop.refused('order.place', placed('o1', { details: { customFields: { pan: 378_282_246_310_005 } } }))).toMatchObject({ field: 'body.details.customFields.pan' });
    expect(await shop.refused('order.place', placed('o1', { lines }))).toMatchObject({ field: 'body.lines[0].details.gift.message' });
    expect(JSON.stringify(shop.published)).not.toContain(card);
  });

  test.each([
    ['4242 4242 4242 4242', true], ['5555555555554444', true], ['6011-1111-1111-1117', true], ['4222222222222', true],
    ['4242424242424241', false], ['00342424242424242424242', false], ['1234567812345670', false], ['4242 4242', false], ['', false],
  ])('[IN4] tell %s from other digits', (text, is) => {
    expect(hasCardNumber(text)).toBe(is);
    expect(hasCardNumber(`see ${text}, please`)).toBe(is);
  });
});

describe('an intake policy', () => {
  it('[IN5] has its defaults, is of one channel or of all that have none, and outlives the process', async () => {
    const shop = await shopWithStock();
    expect(shop.ask('intake-policy.get', { channel: 'web' })).toEqual({ graceMs: 0, address: 'accept' });
    await put(shop, { bigOrder: { units: 9 } });
    await put(shop, { channel: 'web', graceMs: 0, address: 'hold' });
    expect(await shop.refused('intake-policy.put', { policy: { channel: 'nowhere' } } as never)).toMatchObject({ code: 'unknown-channel', field: 'body.policy.channel' });
    for (const open of [async () => shop, () => shop.restart()]) {
      const each = await open();
      expect(each.ask('intake-policy.get', { channel: 'web' })).toEqual({ channel: 'web', graceMs: 0, address: 'hold' });
      expect(each.ask('intake-policy.get', { channel: 'other' })).toEqual({ graceMs: 600_000, address: 'accept', bigOrder: { units: 9 } });
      expect(each.ask('intake-policy.get', {})).toEqual({ graceMs: 600_000, address: 'accept', bigOrder: { units: 9 } });
    }
  });

  it('[IN6] gives ten minutes of grace, unless it or the order says otherwise', async () => {
    const shop = await shopWithStock();
    await shop.place('o0', { S1: 1 });
    expect(shop.order('o0').state).toBe('released');
    await put(shop, {});
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 }, { releaseAfterMs: 0 });
    expect(shop.order('o2').state).toBe('released');
    expect(shop.order('o1').releaseAtMs).toBe(shop.order('o1').placedAtMs + 600_000);
    const again = await shop.restart();
    await again.pass(599_999);
    expect(again.order('o1').state).toBe('allocated');
    await again.pass(1);
    expect(again.order('o1').state).toBe('released');
    await put(again, { channel: 'web', graceMs: 0 });
    expect(await again.place('o3', { S1: 1 })).toMatchObject({ state: 'released' });
  });

  it('[IN7] refuses or holds an order whose address cannot be right', async () => {
    const shop = await shopWithStock();
    const at = (country: string, postalCode: string | undefined, of: object | undefined): object =>
      ({ destination: { country, ...(postalCode && { postalCode }) }, ...(of && { details: { address: of } }) });
    await put(shop, { graceMs: 0, address: 'refuse' });
    const refused: [object, string][] = [
      [at('GB', undefined, address), 'body.destination.postalCode'],
      [at('GB', '1234', address), 'body.destination.postalCode'],
      [at('GB', 'SW1A 1AA', { ...address, lines: [' '] }), 'body.details.address.lines'], [at('GB', 'SW1A 1AA', undefined), 'body.details.address.lines'],
      [at('GB', 'SW1A 1AA', { lines: ['1 High Street'] }), 'body.details.address.city'], [at('US', '10001', address), 'body.details.address.region'],
    ];
    for (const [body, field] of refused) expect(await shop.refused('order.place', placed('o1', body))).toMatchObject({ code: 'invalid-address', field });
    await shop.ok('order.place', placed('o1', at('GB', 'sw1a1aa', address)));
    await shop.ok('order.place', placed('o2', at('US', '10001-1234', { ...address, region: 'NY' })));
    await shop.ok('order.place', placed('o3', at('AE', undefined, address)));
    expect(['o1', 'o2', 'o3'].map((id) => shop.order(id).state)).toEqual(['released', 'released', 'released']);
    await put(shop, { graceMs: 0, address: 'hold' });
    await shop.ok('order.place', placed('o4', at('GB', '1234', address)));
    expect(shop.order('o4').state).toBe('allocated');
    expect(holdsOf(shop, 'o4')).toEqual(['address by intake: 1234 is no postal code of GB']);
    await shop.ok('order.unhold', { orderId: 'o4', holdId: 'address' } as never);
    await shop.settle();
    expect(shop.order('o4').state).toBe('released');
  });

  test.each([
    ['NL', '1017 AB', true], ['NL', '1017', false], ['CA', 'K1A 0B1', true], ['CA', 'K1A-0B1', true],
    ['IE', 'D02 X285', true], ['PT', '1000-205', true], ['BR', '01310-100', true], ['AE', 'anything', true],
  ])('[IN7] knows postal codes: %s %s %s', (country, code, is) => {
    expect(isPostalCode(country, code)).toBe(is);
  });

  it('[IN8] holds big orders, by units or by value, and what a customer buys in bulk or again', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, bigOrder: { units: 50, valueMinor: 100_000 },
      bulkBuy: { units: 10, windowMs: 60_000 }, repeat: { windowMs: 5_000 } });
    await shop.ok('order.place', placed('big', {}, { S1: 30, S2: 20 }));
    expect(holdsOf(shop, 'big')).toEqual(['big-order by intake: 50 units']);
    await shop.ok('order.place', placed('dear', { lines: [{ sku: 'S1', quantity: 2, unitPriceMinor: 50_000 }] }));
    expect(holdsOf(shop, 'dear')).toEqual(['big-order by intake: 100000 minor units']);
    const ann = { customer: 'ann' };
    await shop.ok('order.place', placed('a1', ann, { S1: 4 }));
    await shop.ok('order.place', placed('a2', ann, { S1: 4 }));
    expect([holdsOf(shop, 'a1'), holdsOf(shop, 'a2')]).toEqual([[], ['repeat by intake: the same units as order a1']]);
    const again = await shop.restart();
    await again.pass(5_000);
    await again.ok('order.place', placed('a3', ann, { S1: 2, S2: 1 }));
    expect(holdsOf(again, 'a3')).toEqual(['bulk-buy by intake: 10 units of S1']);
    await again.ok('order.place', placed('b1', { customer: 'bob' }, { S1: 4 }));
    await again.ok('order.place', placed('nobody', {}, { S1: 4 }));
    expect([holdsOf(again, 'b1'), holdsOf(again, 'nobody')]).toEqual([[], []]);
    await again.pass(60_000);
    await again.ok('order.place', placed('a4', ann, { S1: 4 }));
    expect(holdsOf(again, 'a4')).toEqual([]);
  });

  it('[IN9] adds its holds to those an order is placed with, up to sixteen', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, bigOrder: { units: 1 } });
    const hold = (holdId: string): object => ({ holdId, reason: 'asked' });
    await shop.ok('order.place', placed('o1', { holds: [hold('fraud'), hold('big-order')] }));
    expect(holdsOf(shop, 'o1')).toEqual(['fraud by test: asked', 'big-order by test: asked']);
    const many = Array.from({ length: 16 }, (_, index) => hold(`h${index}`));
    expect(await shop.refused('order.place', placed('o2', { holds: many }))).toMatchObject({ code: 'over-limit', field: 'body.holds' });
  });

  it('[IN9] is not asked of what comes instead of a return', async () => {
    const shop = await shopWithStock();
    await shop.place('o1', { S1: 1 });
    for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'o1');
    await put(shop, { bigOrder: { units: 1 } });
    await shop.ok('return-policy.put', { policy: { exchangeOn: 'request' } });
    await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines: [{ orderLineId: '1', quantity: 1, reason: 'defective' }],
      exchange: { orderId: 'o2', lines: [{ sku: 'S2', quantity: 1 }] } } as never);
    expect(shop.order('o2')).toMatchObject({ state: 'released', holds: undefined });
  });
});

describe('the page about intake', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 100 });
    expect(await playSection('An order with all that is said of it', shop, 'docs/INTAKE.md')).toBe(6);
    expect(await playSection('Details given anew', shop, 'docs/INTAKE.md')).toBe(1);
    expect(await playSection('SKUs of a channel', shop, 'docs/INTAKE.md')).toBe(2);
  });
});

describe('SKUs of a channel', () => {
  const map = (shop: Shop, ...mappings: object[]): Promise<unknown> => shop.ok('mapping.put', { channel: 'web', mappings } as never);
  const linesOf = (shop: Shop, id: string): string[] => shop.order(id).lines.map(({ sku, quantity, unitPriceMinor }) => `${quantity} ${sku} at ${unitPriceMinor}`);
  const of = (sku: string, quantity = 2): never => placed('o1', { externalId: '17', lines: [{ sku, quantity, unitPriceMinor: 1_000 }] });

  it('[IN10] are what their mappings say, with units and prices of ours, where the policy goes by them', async () => {
    const shop = await shopWithStock();
    await map(shop, { channelSku: 'six-pack', sku: 'S1', quantity: 6 }, { channelSku: 'S2', sku: 'S1' });
    expect(await shop.refused('order.place', of('six-pack'))).toMatchObject({ code: 'unknown-sku' });
    await put(shop, { graceMs: 0, mapping: 'first', bigOrder: { units: 12 } });
    await shop.ok('order.place', of('six-pack'));
    expect(linesOf(shop, 'o1')).toEqual(['12 S1 at 166']);
    expect(holdsOf(shop, 'o1')).toEqual(['big-order by intake: 12 units']);
    // Sent again, it is the same order, whatever the name has come to mean since.
    await map(shop, { channelSku: 'six-pack', sku: 'S2' });
    expect(await shop.ok('order.place', of('six-pack'))).toMatchObject({ orderId: 'o1' });
    const again = await shop.restart();
    await again.ok('order.place', placed('o2', {}, { 'six-pack': 1, S2: 1, S1: 1 }));
    expect(linesOf(again, 'o2')).toEqual(['1 S2 at 0', '1 S1 at 0', '1 S1 at 0']);
    expect(await again.refused('order.place', placed('o3', {}, { seven: 1 }))).toMatchObject({ code: 'unknown-sku', field: 'body.lines[0].sku' });
  });

  it('[IN10] without a mapping are refused where the policy takes none without', async () => {
    const shop = await shopWithStock();
    await put(shop, { graceMs: 0, mapping: 'only' });
    expect(await shop.refused('order.place', placed('o1', {}, { S1: 1 }))).toMatchObject({ code: 'unmapped-sku', field: 'body.lines[0].sku', retryable: false });
    await map(shop, { channelSku: 'S1', sku: 'S1', quantity: 100_000 });
    expect(await shop.refused('order.place', placed('o1', {}, { S1: 10_001 }))).toMatchObject({ code: 'over-limit', field: 'body.lines[0].quantity' });
  });

  it('[IN10] are asked for by name, replaced and ended, also over a restart', async () => {
    const shop = await shopWithStock();
    expect(await shop.refused('mapping.put', { channel: 'nowhere', mappings: [{ channelSku: 'a' }] } as never)).toMatchObject({ code: 'unknown-channel' });
    const twice = { channel: 'web', mappings: [{ channelSku: 'a' }, { channelSku: 'a' }] } as never;
    expect(await shop.refused('mapping.put', twice)).toMatchObject({ code: 'duplicate', field: 'body.mappings[1].channelSku' });
    await map(shop, { channelSku: 'a', sku: 'S1' }, { channelSku: 'b', sku: 'S2', quantity: 2 });
    await shop.pass(2_000);
    await map(shop, { channelSku: 'a' }, { channelSku: 'c' });
    const is = { b: { sku: 'S2', quantity: 2 } };
    expect(shop.ask('mapping.get', { channel: 'web', skus: ['a', 'b', 'c'] })).toEqual(is);
    const again = await shop.restart();
    expect(again.ask('mapping.get', { channel: 'web', skus: ['a', 'b', 'c'] })).toEqual(is);
    await again.pass(2_000);
    expect((await again.restart()).ask('mapping.get', { channel: 'web', skus: ['a', 'b', 'c'] })).toEqual(is);
  });
});

describe('amending an order', () => {
  const amend = (shop: Shop, body: object): Promise<unknown> => shop.ok('order.amend', { orderId: 'o1', ...body } as never);
  const refusedAs = (shop: Shop, body: object) => shop.refused('order.amend', { orderId: 'o1', ...body } as never);

  it('[IN11] replaces the details it names, and clears others; sums and mandates stay', async () => {
    const shop = await shopWithStock();
    await shop.ok('order.place', placed('o1', { details }));
    expect(await amend(shop, { details: { note: 'Ring twice', customFields: { a: 1 } }, clear: ['terms', 'gift'] })).toEqual({ orderId: 'o1', held: false });
    const { terms: _terms, gift: _gift, ...rest } = details;
    expect(shop.ask('order.details', { orderId: 'o1' })).toEqual({ orderId: 'o1', ...rest, note: 'Ring twice', customFields: { a: 1 } });
    expect(shop.published.at(-1)?.events).toEqual([{ kind: 'order.amended', orderId: 'o1', channel: 'web', fields: ['customFields', 'gift', 'note', 'terms'] }]);
    expect(await refusedAs(shop, {})).toMatchObject({ code: 'contradiction', field: 'body' });
    expect(await refusedAs(shop, { details: { note: 'x' }, clear: ['note'] })).toMatchObject({ code: 'contradiction', field: 'body.clear[0]' });
    expect(await refusedAs(shop, { details: { note: '4111111111111111' } })).toMatchObject({ code: 'card-data' });
    expect(await refusedAs(shop, { orderId: 'none', clear: ['note'] })).toMatchObject({ code: 'unknown-order' });
  });

  it('[IN11] with an address that is right lifts the hold of the policy, with one that cannot be holds or is refused', async () => {
    const shop = await shopWithStock();
    const destination = { country: 'GB', postalCode: 'SW1A 1AA' };
    await put(shop, { graceMs: 0, address: 'hold' });
    await shop.ok('order.place', placed('o1', { destination, details: { address: { city: 'London' } } }));
    expect(holdsOf(shop, 'o1')).toEqual(['address by intake: no street']);
    expect(await amend(shop, { details: { address } })).toEqual({ orderId: 'o1', held: false });
    await shop.settle();
    expect(shop.order('o1').state).toBe('released');
    expect(await amend(shop, { clear: ['address'] })).toEqual({ orderId: 'o1', held: true });
    await put(shop, { graceMs: 0, address: 'refuse' });
    expect(await refusedAs(shop, { details: { address: { lines: ['1 High Street'] } } })).toMatchObject({ code: 'invalid-address', field: 'body.details.address.city' });
  });

  it('[IN11] leaves address and gift as they are once something is picked', async () => {
    const shop = await shopWithStock();
    await shop.ok('order.place', placed('o1', { details: { address, gift: { wrap: true } } }));
    await shop.part('fulfillment.pick', 'o1');
    expect(await refusedAs(shop, { details: { address } })).toMatchObject({ code: 'wrong-state' });
    expect(await refusedAs(shop, { clear: ['gift'] })).toMatchObject({ code: 'wrong-state' });
    await amend(shop, { details: { note: 'fragile' } });
    expect(shop.ask('order.details', { orderId: 'o1' })).toMatchObject({ note: 'fragile', address, gift: { wrap: true } });
  });
});
