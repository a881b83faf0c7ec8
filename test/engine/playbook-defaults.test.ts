/** Ten kinds of trouble on the playbooks there are by default: from what goes wrong to the end of the case. */
import { describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const open = (shop: Shop): string[] => shop.ask('case.list', {}).cases.map(({ caseId, state }) => `${caseId} ${state}`).toSorted();
const steps = (shop: Shop, caseId: string): string[] =>
  (shop.ask('case.get', { caseId })?.log ?? []).flatMap(({ what, text = '' }) => (what === 'step' ? [text] : [what]));
const carrier = { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 };

/** Time goes by, an hour or less at once. */
async function waits(shop: Shop, ms: number, tick = hour): Promise<void> {
  for (let left = ms; left > 0; left -= tick) await shop.pass(Math.min(left, tick));
}

async function stocked(units: Readonly<Record<string, number>>): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive(units);
  return shop;
}

async function shipped(shop: Shop, tracking: string): Promise<void> {
  await shop.part('fulfillment.pick', 'o1');
  await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1', tracking });
}

let scans = 0;
const scan = (shop: Shop, tracking: string, status: string) =>
  shop.ok('tracking.scan', { carrier: 'post', tracking, scanId: `s${(scans += 1)}`, status, atMs: shop.clock.now() } as never);

describe('on defaults', () => {
  it('[EX21] a carrier’s delay moves what nobody picks yet to another carrier, and ends with it', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.ok('carrier.put', { carrier: { ...carrier, id: 'van', name: 'Van', baseMinor: 900 } });
    await shop.place('o1', { S1: 1 }, { releaseAfterMs: day });
    expect(shop.order('o1').fulfillments.at(-1)?.carrier).toBe('post');
    await shop.ok('carrier.embargo', { carrierId: 'post', embargoId: 'snow', reason: 'snow', untilMs: shop.clock.now() + 6 * hour });
    await shop.pass(0);
    expect(shop.order('o1').fulfillments.at(-1)?.carrier).toBe('van');
    expect(open(shop)).toEqual(['LANE_DELAY/post working']);
    await waits(shop, 6 * hour);
    expect(open(shop)).toEqual([]);
  });

  it('[EX21] a stockout after the order is served by the first units that come', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    expect(open(shop)).toEqual(['OVERSOLD/S1 working']);
    await shop.pass(2 * minute);
    await shop.receive({ 'B/S1': 1 });
    await shop.pass(0);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ state: 'cancelled' }, { location: 'B' }] });
  });

  const awaited = async (): Promise<Shop> => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.ok('intake-policy.put', { policy: { graceMs: 0, payment: { hold: true } } } as never);
    const lines = [{ sku: 'S1', quantity: 1, unitPriceMinor: 500 }];
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines, currency: 'GBP' } as never);
    await shop.ok('payment.fail', { orderId: 'o1', paymentId: 'p1', reason: 'declined' });
    await shop.pass(0);
    return shop;
  };

  it('[EX21] a payment that fails is asked for again, and goes on once it succeeds', async () => {
    const shop = await awaited();
    await shop.pass(hour);
    const [raised, ...others] = steps(shop, 'PAYMENT_FAILED/o1');
    const again = 'notify: 1 done: try the payment again';
    expect([raised, ...others.slice(0, 3)]).toEqual(['raised', 'hold: 0 done, 1 passed over: the payment failed', again, again]);
    await shop.ok('payment.authorise', { orderId: 'o1', paymentId: 'p2', amountMinor: 500, currency: 'GBP' });
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').state).toBe('released');
  });

  it('[EX21] one that never succeeds cancels the order, and its units are for sale again', async () => {
    const shop = await awaited();
    await waits(shop, 2 * day + 4 * hour);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').state).toBe('cancelled');
    expect(shop.units('A/S1')).toBe('1 0 0, ATP 1');
  });

  const addressed = async (): Promise<Shop> => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.ok('intake-policy.put', { policy: { graceMs: 0, address: 'hold' } } as never);
    await shop.place('o1', { S1: 1 }, { destination: { country: 'GB', postalCode: 'LS1 4AP' } });
    await shop.pass(0);
    expect(open(shop)).toEqual(['ADDRESS_INVALID/o1 working']);
    return shop;
  };

  it('[EX21] an address that cannot be right goes on once the customer corrects it', async () => {
    const shop = await addressed();
    await waits(shop, 30 * hour);
    expect(steps(shop, 'ADDRESS_INVALID/o1').at(-1)).toBe('notify: 1 done: remind the customer of the address');
    await shop.ok('order.amend', { orderId: 'o1', details: { address: { lines: ['1 High Street'], city: 'Leeds' } } } as never);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').state).toBe('released');
  });

  it('[EX21] one that nobody corrects cancels the order after three days', async () => {
    const shop = await addressed();
    await waits(shop, 3 * day);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').state).toBe('cancelled');
  });

  it('[EX21] a location that does not begin loses the order to one that has the units, as soon as one has', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { id: 'A', name: 'A', type: 'warehouse', country: 'GB', latitude: 51.5, longitude: -0.12, state: 'open', startWithinMs: 30 * minute } });
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.pass(30 * minute);
    expect(open(shop)).toEqual(['NODE_NOT_ACKNOWLEDGED/A working']);
    await shop.receive({ 'B/S1': 1 });
    await waits(shop, 10 * minute, minute);
    expect(shop.order('o1').fulfillments.at(-1)).toMatchObject({ location: 'B', state: 'released' });
    expect(open(shop)).toEqual([]);
  });

  it('[EX21] a location that goes down loses its work after a quarter of an hour, and the case ends when it is back', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.receive({ 'B/S1': 1 });
    await shop.ok('location.pause', { locationId: 'A', reason: 'no power', untilMs: shop.clock.now() + hour });
    await waits(shop, 15 * minute, minute);
    expect(shop.order('o1').fulfillments.at(-1)).toMatchObject({ location: 'B', state: 'released' });
    await waits(shop, hour, minute);
    expect(open(shop)).toEqual([]);
  });

  it('[EX21] a short pick takes the units from elsewhere at once, or waits for those that come', async () => {
    const shop = await stocked({ 'A/S1': 1, 'A/S2': 1, 'B/S2': 1 });
    await shop.place('o1', { S1: 1, S2: 1 });
    await shop.part('fulfillment.pick', 'o1');
    const lines = [{ lineId: '1', quantity: 1 }, { lineId: '2', quantity: 1 }];
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines, reason: 'not there' });
    expect(open(shop)).toEqual(['STOCKOUT_AT_PICK/S1 working']);
    await shop.receive({ 'C/S1': 1 });
    await shop.pass(0);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1').fulfillments.filter(({ state }) => state === 'released').map(({ location }) => location).toSorted()).toEqual(['B', 'C']);
  });

  it('[EX21] a lost parcel is sent again at no price, and what comes delivers the order', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shipped(shop, 'N1');
    await scan(shop, 'N1', 'lost');
    await shop.pass(0);
    expect(steps(shop, 'LOST/o1')).toEqual(['raised', 'notify: 1 done: claim the parcel from the carrier', 'reship: 0 done, 1 refused (out-of-stock)']);
    await shop.receive({ 'B/S1': 1 });
    await waits(shop, hour, 10 * minute);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1-R1')).toMatchObject({ replaces: { orderId: 'o1', fulfillmentId: '1' }, tags: ['replacement'], lines: [{ sku: 'S1', unitPriceMinor: 0 }], fulfillments: [{ location: 'B' }] });
    expect(shop.ask('tracking.get', { orderId: 'o1' })?.parcels).toMatchObject([{ status: 'lost', replaced: { orderId: 'o1-R1', by: 'playbook' } }]);
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'o1-R1');
    expect([shop.order('o1-R1').state, shop.order('o1').state]).toEqual(['delivered', 'delivered']);
    expect(open(shop)).toEqual([]);
  });

  it('[EX21] a parcel of which nothing is scanned is asked for, traced and sent again after two days; or scanned', async () => {
    const shop = await stocked({ 'A/S1': 2 });
    await shop.ok('carrier.put', { carrier: { ...carrier, tracking: { firstScanMs: day } } });
    await shop.place('o1', { S1: 1 });
    await shipped(shop, 'N1');
    await waits(shop, day + 13 * hour);
    expect(steps(shop, 'NO_FIRST_SCAN/o1')).toEqual(['raised', 'notify: 1 done: ask the carrier where the parcel is', 'notify: 1 done: have the carrier trace the parcel']);
    await waits(shop, 35 * hour);
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1-R1').state).toBe('released');
    await scan(shop, 'N1', 'in-transit');
    expect(open(shop)).toEqual([]);
  });

  it('[EX21] dead letters of a connector are asked for again with longer and longer waits, until it says they are through', async () => {
    const shop = await stocked({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'erp', orders: ['o1'], cause: '503 on order create' });
    // What a connector does: it follows cases, and sends again when it is told to.
    let seen = 0;
    const asked = (): number => shop.published.flatMap(({ events }) => events).filter((event) => event.kind === 'case.changed' && event.text === 'notify: 1 done: send the dead letters again').length;
    for (let passed = 0; passed < 20; passed += 1) {
      await shop.pass(minute);
      seen = asked();
      if (seen === 3) await shop.ok('case.resolve', { caseId: 'DEAD_LETTER/erp', reason: 'sent: 201' });
      if (seen === 3) break;
    }
    expect(seen).toBe(3);
    expect(steps(shop, 'DEAD_LETTER/erp').at(-1)).toBe('resolved');
    expect(open(shop)).toEqual([]);
  });
});

describe('sent elsewhere', () => {
  it('[EX26] a part moves where that is better now, and stays where it is best, though nothing else is free there', async () => {
    const shop = await stocked({ 'A/S1': 1, 'B/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('case.raise', { code: 'LABEL_FAILED', subject: 'o1', cause: 'HTTP 503' });
    await shop.pass(0);
    expect(steps(shop, 'LABEL_FAILED/o1')).toEqual(['raised', 'reroute: 0 done, 1 passed over']);
    expect(shop.order('o1').fulfillments).toMatchObject([{ location: 'A', state: 'released' }]);
    await shop.ok('carrier.put', { carrier: { ...carrier, id: 'van', name: 'Van', baseMinor: 10 } });
    await waits(shop, 5 * minute, minute);
    expect(shop.order('o1').fulfillments).toMatchObject([{ state: 'cancelled' }, { location: 'A', carrier: 'van', state: 'released' }]);
  });
});

describe('sending again', () => {
  async function lost(status = 'lost'): Promise<Shop> {
    const shop = await stocked({ 'A/S1': 3 });
    await shop.ok('playbook.put', { code: 'LOST', steps: [], reason: 'by hand' });
    await shop.place('o1', { S1: 1 });
    await shipped(shop, 'N1');
    if (status !== '') await scan(shop, 'N1', status);
    return shop;
  }
  const body = { orderId: 'o1', fulfillmentId: '1', replacementId: 'again', reason: 'it is lost' };

  it('[EX22] is for parcels that are known to be in trouble, once', async () => {
    const shop = await lost('');
    expect(await shop.refused('order.reship', body)).toMatchObject({ code: 'wrong-state', retryable: false });
    await scan(shop, 'N1', 'lost');
    expect(await shop.refused('order.reship', { ...body, orderId: 'nobody' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await shop.refused('order.reship', { ...body, fulfillmentId: '7' })).toMatchObject({ code: 'unknown-fulfillment', field: 'body.fulfillmentId' });
    expect(await shop.refused('order.reship', { ...body, replacementId: 'o1' })).toMatchObject({ code: 'order-exists', field: 'body.replacementId' });
    expect(await shop.ok('order.reship', body)).toMatchObject({ orderId: 'again', state: 'released' });
    expect(shop.published.at(-1)?.events).toContainEqual(expect.objectContaining({ kind: 'parcel.replaced', orderId: 'o1', replacementId: 'again', by: 'test', reason: 'it is lost' }));
    expect(await shop.refused('order.reship', { ...body, replacementId: 'third' })).toMatchObject({ code: 'wrong-state' });
    const back = await shop.restart();
    expect(back.order('again').replaces).toEqual({ orderId: 'o1', fulfillmentId: '1' });
    expect(await back.refused('order.reship', { ...body, replacementId: 'third' })).toMatchObject({ code: 'wrong-state' });
  });

  it('[EX22] ends the case of the parcel, and a replacement that is called off begins it anew', async () => {
    const shop = await lost();
    expect(open(shop)).toEqual(['LOST/o1 waiting']);
    await shop.ok('case.override', { caseId: 'LOST/o1', do: 'reship', reason: 'now' });
    expect(open(shop)).toEqual([]);
    await shop.ok('order.cancel', { orderId: 'o1-R1', reason: 'refunded instead' });
    expect(open(shop)).toEqual(['LOST/o1 waiting']);
    await shop.ok('order.reship', body);
    expect(open(shop)).toEqual([]);
  });

  it('[EX22] asks no policy and takes no money; without stock it is refused and leaves nothing', async () => {
    const shop = await lost();
    await shop.ok('intake-policy.put', { policy: { graceMs: day, payment: { hold: true } } } as never);
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    expect(await shop.refused('order.reship', body)).toMatchObject({ code: 'out-of-stock', retryable: true });
    expect(shop.ask('order.get', { orderId: 'again' })).toBeNull();
    await shop.receive({ 'C/S1': 1 });
    await shop.ok('order.reship', body);
    expect(shop.order('again')).toMatchObject({ state: 'released', holds: undefined });
    expect(shop.ask('payment.get', { orderId: 'again' })).toBeNull();
  });
});
