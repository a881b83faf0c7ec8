/** Units that are not found while picking, replaced by what may stand for them. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

const ref = { orderId: 'o1', fulfillmentId: '1' };
const asked = (more: object = {}): never => ({ ...ref, lineId: '1', quantity: 2, reason: 'not there', ...more }) as never;
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => [...turn.events]);
const lines = (shop: Shop): string[] =>
  shop.order('o1').lines.map(({ lineId, sku, allocated, cancelled, unitPriceMinor, substitutes }) => {
    const line = `${lineId} ${sku} ${allocated}/${cancelled} at ${unitPriceMinor}`;
    return substitutes === undefined ? line : `${line} for ${substitutes}`;
  });
const inPart = (shop: Shop): string[] => shop.order('o1').fulfillments.map((part) => `${part.state} ${part.lines.map(({ lineId, quantity }) => `${lineId}:${quantity}`).join(' ')}`);
const no = (shop: Shop, more: object = {}) => shop.refused('fulfillment.substitute', asked(more));

interface Setting {
  readonly order?: object;
  readonly line?: object;
  readonly item?: object;
  readonly isPicked?: boolean;
}

/** Order o1 of three S1 at 500 from A, being picked; S2, sold for 400, and S3 may stand for it. */
async function picking({ order = { substitution: 'any' }, line = {}, item = {}, isPicked = true }: Setting = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5, 'A/S2': 5, 'A/S3': 5 });
  const substitutes = [{ sku: 'S2', unitPriceMinor: 400 }, { sku: 'S3' }];
  await shop.ok('item.put', { item: { sku: 'S1', substitutes, ...item } } as never);
  await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 3, unitPriceMinor: 500, ...line }], ...order } as never);
  if (isPicked) await shop.part('fulfillment.pick', 'o1');
  return shop;
}

describe('units that are replaced', () => {
  it('[SB1] [SB5] are cancelled and leave the stock; others are allocated into the part as a line of their own', async () => {
    const shop = await picking();
    const from = shop.published.length;
    const answer = await shop.ok('fulfillment.substitute', asked());
    expect(answer).toMatchObject({ state: 'picking', backordered: 0, substitute: { lineId: '2', sku: 'S2', quantity: 2, unitPriceMinor: 400 } });
    expect(lines(shop)).toEqual(['1 S1 1/2 at 500', '2 S2 2/0 at 400 for 1']);
    expect(inPart(shop)).toEqual(['picking 1:1 2:2']);
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(['3 0 1 0', '5 0 2 0']);
    const told = { kind: 'order.substituted', fulfillmentId: '1', location: 'A', by: 'test', reason: 'not there', lineId: '2', sku: 'S2', quantity: 2, unitPriceMinor: 400 };
    expect(events(shop, from)).toMatchObject([{ kind: 'fulfillment.changed', state: 'picking' }, { ...told, substitutes: { lineId: '1', sku: 'S1' } }]);
    expect((await shop.restart()).order('o1')).toEqual(shop.order('o1'));
  });

  it('[SB1] leave a part that had nothing else, are shipped with it, and are found there by a count', async () => {
    const shop = await picking();
    await shop.ok('fulfillment.substitute', asked({ quantity: 3 }));
    expect(inPart(shop)).toEqual(['picking 2:3']);
    await shop.ok('stock.count', { entries: [{ sku: 'S2', location: 'A', onHand: 4 }] } as never);
    await shop.part('fulfillment.ship', 'o1');
    expect(shop.order('o1')).toMatchObject({ state: 'shipped', lines: [{ cancelled: 3 }, { shipped: 3 }] });
    expect(shop.stock('A/S2')).toBe('1 0 0 0');
  });

  it('[SB1] have the rest of the stock doubted, where the location says so', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { ...location('A', 0), shortPick: { reach: 'stock' } } } as never);
    await shop.receive({ 'A/S1': 5, 'A/S2': 5 });
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2' }] } } as never);
    await shop.place('o1', { S1: 3 }, { substitution: 'any' });
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('fulfillment.substitute', asked());
    expect(shop.ask('stock.get', { sku: 'S1', location: 'A' } as never)).toMatchObject([{ onHand: 3, atp: 0, suspect: true }]);
  });

  it('[SB2] are of the first SKU of which there are enough, through the channel, or of the one that is named', async () => {
    const shop = await picking();
    await shop.place('o2', { S2: 4 });
    expect(await shop.ok('fulfillment.substitute', asked())).toMatchObject({ substitute: { sku: 'S3' } });
    expect(await shop.ok('fulfillment.substitute', asked({ quantity: 1, sku: 'S2' }))).toMatchObject({ substitute: { lineId: '3', sku: 'S2' } });
    const other = await picking();
    await other.ok('channel.put', { channel: { id: 'other', name: 'Other' } } as never);
    await other.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2', channels: ['other'] }, { sku: 'S3', channels: ['web'] }] } } as never);
    expect(await other.ok('fulfillment.substitute', asked())).toMatchObject({ substitute: { sku: 'S3' } });
  });

  it('[SB2] are of no kit, nothing tracked and nothing that is dropped; an item stands for itself never, and for another once', async () => {
    const shop = await picking();
    const put = (substitutes: object[], sku = 'S1', more: object = {}) => shop.refused('item.put', { item: { sku, substitutes, ...more } } as never);
    expect(await put([{ sku: 'S1' }])).toMatchObject({ code: 'contradiction', field: 'body.item.substitutes[0].sku' });
    expect(await put([{ sku: 'S2' }, { sku: 'S2' }])).toMatchObject({ code: 'duplicate', field: 'body.item.substitutes[1].sku' });
    expect(await put([{ sku: 'S2', channels: ['web', 'no'] }])).toMatchObject({ code: 'unknown-channel', field: 'body.item.substitutes[0].channels[1]' });
    expect(await put([{ sku: 'S2' }], 'KIT', { kit: { components: [{ sku: 'S3', quantity: 1 }], together: false } })).toMatchObject({ code: 'malformed', field: 'body.item.substitutes' });
    await shop.ok('item.put', { item: { sku: 'KIT', kit: { components: [{ sku: 'S3', quantity: 1 }], together: false } } } as never);
    await shop.ok('item.put', { item: { sku: 'LOT', tracking: { by: 'lot' } } } as never);
    await shop.ok('item.put', { item: { sku: 'S2', drop: {} } } as never);
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'KIT' }, { sku: 'LOT' }, { sku: 'S2' }] } } as never);
    expect(await no(shop)).toMatchObject({ code: 'no-substitute', field: 'body.lineId' });
    expect(await no(shop, { sku: 'LOT' })).toMatchObject({ code: 'no-substitute', field: 'body.sku' });
  });

  it('[SB3] are what the customer agrees to: of the order, of the line, also of what stands for it', async () => {
    expect(await no(await picking({ order: {} }))).toMatchObject({ code: 'no-consent', retryable: false, field: 'body.lineId' });
    expect(await no(await picking({ line: { substitution: 'never' } }))).toMatchObject({ code: 'no-consent' });
    const same = await picking({ order: { substitution: 'same-price' } });
    expect(await no(same, { sku: 'S2' })).toMatchObject({ code: 'no-substitute', field: 'body.sku' });
    expect(await same.ok('fulfillment.substitute', asked())).toMatchObject({ substitute: { sku: 'S3', unitPriceMinor: 500 } });
    const line = await picking({ order: {}, line: { substitution: 'any' } });
    expect(line.order('o1')).toMatchObject({ lines: [{ substitution: 'any' }] });
    await line.ok('fulfillment.substitute', asked());
    await line.ok('item.put', { item: { sku: 'S2', substitutes: [{ sku: 'S3' }] } } as never);
    await line.ok('fulfillment.substitute', asked({ lineId: '2', quantity: 1 }));
    expect(lines(line)).toEqual(['1 S1 1/2 at 500', '2 S2 1/1 at 400 for 1', '3 S3 1/0 at 400 for 2']);
    expect((await picking()).order('o1').substitution).toBe('any');
  });

  it('[SB4] cost no more than what was ordered, and what is due follows', async () => {
    const shop = await Shop.open();
    await shop.ok('intake-policy.put', { policy: { channel: 'web', payment: { captureOnShip: true } } } as never);
    await shop.receive({ 'A/S1': 5, 'A/S2': 5 });
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2', unitPriceMinor: 900 }] } } as never);
    const said = { substitution: 'any', releaseAfterMs: 0, lines: [{ sku: 'S1', quantity: 3, unitPriceMinor: 500 }] };
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, ...said } as never);
    await shop.part('fulfillment.pick', 'o1');
    const due = () => (shop.ask('payment.get', { orderId: 'o1' } as never) as { readonly dueMinor: number } | null)?.dueMinor;
    await shop.ok('fulfillment.substitute', asked());
    expect([lines(shop)[1], due()]).toEqual(['2 S2 2/0 at 500 for 1', 1_500]);
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2', unitPriceMinor: 200 }] } } as never);
    await shop.ok('fulfillment.substitute', asked({ quantity: 1 }));
    expect(due()).toBe(1_200);
    const from = shop.published.length;
    await shop.part('fulfillment.ship', 'o1');
    expect(events(shop, from)).toContainEqual(expect.objectContaining({ kind: 'capture.wanted', amountMinor: 1_200 }));
  });
});

describe('replacing units', () => {
  it('[SB6] is refused where nothing may stand for them, or there is too little; nothing has happened', async () => {
    const shop = await picking();
    const before = shop.order('o1');
    expect(await no(shop, { sku: 'S9' })).toMatchObject({ code: 'no-substitute', field: 'body.sku' });
    expect(await no(shop, { quantity: 4 })).toMatchObject({ code: 'not-enough', field: 'body.quantity' });
    expect(await no(shop, { lineId: '7' })).toMatchObject({ code: 'unknown-line', field: 'body.lineId' });
    expect(await no(shop, { fulfillmentId: '7' })).toMatchObject({ code: 'unknown-fulfillment' });
    expect(await no(shop, { orderId: 'nobody' })).toMatchObject({ code: 'unknown-order' });
    await shop.place('o2', { S2: 4, S3: 4 });
    expect(await no(shop)).toMatchObject({ code: 'out-of-stock', retryable: true, field: 'body.quantity' });
    await shop.ok('item.put', { item: { sku: 'S1' } } as never);
    expect(await no(shop)).toMatchObject({ code: 'no-substitute', field: 'body.lineId' });
    expect(shop.order('o1')).toEqual(before);
    expect(await no(await picking({ isPicked: false }))).toMatchObject({ code: 'wrong-state' });
  });

  it('[SB6] is refused of a component of a kit, and of what is tracked', async () => {
    const shop = await Shop.open();
    await shop.ok('item.put', { item: { sku: 'LOT', tracking: { by: 'lot' }, substitutes: [{ sku: 'S2' }] } } as never);
    await shop.receive({ 'A/S1': 5, 'A/S2': 5 });
    await shop.ok('stock.receive', { entries: [{ sku: 'LOT', location: 'A', quantity: 5, lots: [{ lot: 'L1', quantity: 5 }] }] } as never);
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2' }] } } as never);
    await shop.ok('item.put', { item: { sku: 'KIT', kit: { components: [{ sku: 'S1', quantity: 2 }], together: false } } } as never);
    await shop.place('o1', { KIT: 1, LOT: 2 }, { substitution: 'any' });
    await shop.part('fulfillment.pick', 'o1');
    expect(await no(shop, { lineId: '1.1' })).toMatchObject({ code: 'kit-in-parts', field: 'body.lineId' });
    expect(await no(shop, { lineId: '2' })).toMatchObject({ code: 'no-substitute', field: 'body.lineId' });
  });

  it('[SB7] by a terminal, or under it, makes the task one of the new line', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'A/S2': 5 });
    await shop.ok('item.put', { item: { sku: 'S1', substitutes: [{ sku: 'S2' }] } } as never);
    await shop.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 1 } as never);
    await shop.place('o1', { S1: 3 }, { substitution: 'any' });
    await shop.settle();
    const held = (more: object = {}): never => ({ terminalId: 't1', ...ref, ...more }) as never;
    const instead = (quantity: number): never => held({ lineId: '1', quantity, reason: 'r' });
    expect(await shop.refused('task.substitute', instead(1))).toMatchObject({ code: 'wrong-state' });
    await shop.ok('task.ack', held());
    await shop.ok('task.scan', held({ scans: [{ scanId: 'a', sku: 'S1' }] }));
    expect(await shop.refused('task.substitute', instead(3))).toMatchObject({ code: 'not-enough', field: 'body.quantity' });
    expect(await shop.refused('task.substitute', held({ lineId: '9', quantity: 1, reason: 'r' }))).toMatchObject({ code: 'unknown-line', field: 'body.lineId' });
    expect(await shop.ok('task.substitute', instead(1))).toMatchObject({ units: 3, scanned: 1, substitute: { lineId: '2', sku: 'S2' } });
    await shop.ok('fulfillment.substitute', asked({ quantity: 1 }));
    const left = [{ sku: 'S1', quantity: 1, scanned: 1 }, { lineId: '2', sku: 'S2', scanned: 0 }, { lineId: '3', sku: 'S2', scanned: 0 }];
    expect(shop.ask('task.get', ref as never)).toMatchObject({ state: 'picking', lines: left });
    await shop.ok('task.scan', held({ scans: [{ scanId: 'b', sku: 'S2' }, { scanId: 'c', sku: 'S2' }] }));
    await shop.ok('task.pack', held({ parcels: [{ weightGrams: 10 }] }));
    await shop.ok('task.handOver', held());
    expect(shop.order('o1').lines).toMatchObject([{ shipped: 1, cancelled: 2 }, { shipped: 1, substitutes: '1' }, { shipped: 1, substitutes: '1' }]);
  });

  it('[SB7] is played as the pages say', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 9, 'A/MUG-BLUE': 9 });
    expect(await playSection('Substitutes', shop, 'docs/INVENTORY.md')).toBe(1);
    await shop.ok('terminal.open', { terminalId: 'leeds-3', location: 'A', capacity: 1 } as never);
    await shop.ok('order.place', { orderId: 'W-9', channel: 'web', destination: { country: 'GB' }, substitution: 'any', lines: [{ sku: 'MUG', quantity: 2, unitPriceMinor: 950 }] } as never);
    await shop.settle();
    await shop.ok('task.ack', { terminalId: 'leeds-3', orderId: 'W-9', fulfillmentId: '1' } as never);
    expect(await playSection('Something else instead', shop, 'docs/TERMINALS.md')).toBe(2);
  });
});
