/** Cases of what the engine is told of parcels, payments, orders and carriers: nobody reports them. */
import { describe, expect, it } from 'vitest';
import type { ParcelStatus } from '../../actors/tracking-commands.ts';
import { Shop } from './shop.ts';

const hour = 3_600_000;
const open = (shop: Shop): string[] => shop.ask('case.list', {}).cases.map(({ caseId }) => caseId).toSorted();
const caseOf = (shop: Shop, caseId: string) => shop.ask('case.get', { caseId });
const carrier = { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 };

/** An order of one unit that has left with a number. */
async function sent(tracking: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.ok('carrier.put', { carrier: { ...carrier, tracking } });
  await send(shop, 'o1', 'N1');
  return shop;
}

async function send(shop: Shop, orderId: string, tracking: string): Promise<void> {
  await shop.receive({ 'A/S1': 1 });
  await shop.place(orderId, { S1: 1 });
  await shop.part('fulfillment.pick', orderId);
  await shop.ok('fulfillment.ship', { orderId, fulfillmentId: '1', tracking });
}

let count = 0;
const scan = (shop: Shop, status: ParcelStatus, more: object = {}) =>
  shop.ok('tracking.scan', { carrier: 'post', tracking: 'N1', scanId: `s${(count += 1)}`, status, atMs: shop.clock.now(), ...more });

describe('parcels', () => {
  it('[EX17] of which nothing is scanned in time have a case until something is', async () => {
    const shop = await sent({ firstScanMs: hour, silenceMs: 2 * hour });
    await shop.pass(hour - 1);
    expect(open(shop)).toEqual([]);
    await shop.pass(1);
    expect(caseOf(shop, 'NO_FIRST_SCAN/o1')).toMatchObject({ cause: 'post N1: nothing is scanned in time', orderIds: ['o1'], owner: 'carriers', times: 1 });
    await scan(shop, 'in-transit');
    expect(caseOf(shop, 'NO_FIRST_SCAN/o1')).toMatchObject({ state: 'resolved', ended: { how: 'cleared' }, orders: 0 });
    await shop.pass(2 * hour);
    expect(open(shop)).toEqual(['TRANSIT_STALLED/o1']);
    const back = await shop.restart();
    await scan(back, 'out-for-delivery');
    expect(open(back)).toEqual([]);
  });

  it('[EX17] that go wrong have one of what went wrong, which goes with it', async () => {
    const shop = await sent();
    await scan(shop, 'exception', { code: 'customs' });
    expect(caseOf(shop, 'DELIVERY_EXCEPTION/o1')).toMatchObject({ cause: 'post N1: exception (customs)', state: 'working' });
    await shop.pass(1);
    await scan(shop, 'attempt-failed');
    expect(open(shop)).toEqual(['ATTEMPT_FAILED/o1']);
    await shop.pass(1);
    await scan(shop, 'lost');
    expect(open(shop)).toEqual(['LOST/o1']);
    await shop.ok('fulfillment.deliver', { orderId: 'o1', fulfillmentId: '1' });
    expect(open(shop)).toEqual([]);
  });

  it('[EX17] of an order are one case, that stays while one of them is in trouble', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'B/S2': 1 });
    await shop.place('o1', { S1: 1, S2: 1 });
    for (const fulfillmentId of ['1', '2']) {
      await shop.ok('fulfillment.pick', { orderId: 'o1', fulfillmentId });
      await shop.ok('fulfillment.ship', { orderId: 'o1', fulfillmentId, tracking: `N${fulfillmentId}` });
    }
    await scan(shop, 'lost');
    await scan(shop, 'lost', { tracking: 'N2' });
    expect(caseOf(shop, 'LOST/o1')).toMatchObject({ times: 2, orders: 1, cause: 'post N2: lost' });
    await shop.pass(1);
    await scan(shop, 'in-transit', { tracking: 'N2' });
    expect(open(shop)).toEqual(['LOST/o1']);
    await scan(shop, 'in-transit');
    expect(open(shop)).toEqual([]);
  });

  it('[EX17] lost for good are ended by people, and not raised again by what happens beside', async () => {
    const shop = await sent();
    await scan(shop, 'lost');
    await shop.ok('case.resolve', { caseId: 'LOST/o1', reason: 'refunded' });
    await shop.ok('order.amend', { orderId: 'o1', details: { note: 'sorry' } });
    expect(open(shop)).toEqual([]);
    await shop.ok('case.raise', { code: 'LOST', subject: 'o1', cause: 'the customer says so' });
    expect(open(shop)).toEqual(['LOST/o1']);
  });

  it('[EX17] leave the case of the order that had their number as it is', async () => {
    const shop = await sent();
    await scan(shop, 'lost');
    await send(shop, 'o2', 'N1');
    expect(open(shop)).toEqual(['LOST/o1']);
  });
});

describe('payments and doubts', () => {
  const policy = { graceMs: 0, address: 'hold', bigOrder: { units: 5 }, payment: { hold: true, warnMs: hour } };
  const address = { lines: ['1 High Street'], city: 'Leeds' };
  const destination = { country: 'GB', postalCode: 'LS1 4AP', lat: 53.8, lon: -1.5 };

  async function asked(units = 1, details: object = { address }): Promise<Shop> {
    const shop = await Shop.open();
    await shop.ok('intake-policy.put', { policy } as never);
    await shop.receive({ 'A/S1': 9 });
    const lines = [{ sku: 'S1', quantity: units, unitPriceMinor: 1_000 }];
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination, lines, currency: 'GBP', details } as never);
    return shop;
  }
  const holds = (shop: Shop): string[] => (shop.order('o1').holds ?? []).map(({ holdId }) => holdId);
  const pay = (shop: Shop, paymentId: string, more: object = {}) => shop.ok('payment.authorise', { orderId: 'o1', paymentId, amountMinor: 1_000, currency: 'GBP', ...more });

  it('[EX18] a payment that fails has a case and a hold, until as much may be taken as is due', async () => {
    const shop = await asked();
    await shop.ok('payment.fail', { orderId: 'o1', paymentId: 'p1', reason: 'declined' });
    await shop.pass(0);
    expect(caseOf(shop, 'PAYMENT_FAILED/o1')).toMatchObject({ cause: 'payment p1 failed: declined', state: 'working', owner: 'finance' });
    expect(holds(shop)).toEqual(['payment']);
    await shop.ok('payment.fail', { orderId: 'o1', paymentId: 'p2', reason: 'declined' });
    expect(caseOf(shop, 'PAYMENT_FAILED/o1')).toMatchObject({ times: 2 });
    await pay(shop, 'p3');
    expect(open(shop)).toEqual([]);
    expect(holds(shop)).toEqual([]);
    expect(shop.order('o1').state).toBe('released');
  });

  it('[EX18] an authorisation that ends soon has one until it is taken, or authorised anew', async () => {
    const shop = await asked();
    await pay(shop, 'p1', { expiresAtMs: shop.clock.now() + 3 * hour });
    await shop.pass(2 * hour);
    expect(caseOf(shop, 'AUTH_EXPIRING/o1')).toMatchObject({ cause: 'payment p1 expires with 1000 minor units left to take' });
    await shop.ok('payment.capture', { orderId: 'o1', paymentId: 'p1', amountMinor: 1_000 });
    expect(open(shop)).toEqual([]);
  });

  it('[EX18] an order nobody pays for has one after the patience of its channel, until somebody does', async () => {
    const shop = await asked();
    await shop.pass(hour - 1);
    expect(open(shop)).toEqual([]);
    await shop.pass(1);
    expect(caseOf(shop, 'PAYMENT_PENDING/o1')).toMatchObject({ cause: '1000 minor units are due, and nobody pays', owner: 'finance' });
    await shop.ok('payment.fail', { orderId: 'o1', paymentId: 'p1', reason: 'declined' });
    expect(open(shop)).toEqual(['PAYMENT_FAILED/o1']);
    await pay(shop, 'p2');
    expect(open(shop)).toEqual([]);
    const next = await asked();
    await pay(next, 'p1');
    await next.pass(hour);
    expect(open(next)).toEqual([]);
  });

  it('[EX27] a refund that its payment service declined is one until so much is given back for the same', async () => {
    const shop = await asked();
    await pay(shop, 'p1');
    const ref = { orderId: 'o1', paymentId: 'p1' } as const;
    const fail = { ...ref, refund: { amountMinor: 600 }, reason: 'account closed' } as const;
    expect(await shop.refused('payment.fail', fail)).toMatchObject({ code: 'over-paid', field: 'body.refund.amountMinor' });
    await shop.ok('payment.capture', { ...ref, amountMinor: 1_000 });
    expect(await shop.refused('payment.fail', { ...fail, paymentId: 'p2' })).toMatchObject({ code: 'unknown-payment' });
    expect(await shop.refused('payment.fail', { ...fail, refund: { amountMinor: 1, returnId: 'r9' } } as never)).toMatchObject({ code: 'unknown-return', field: 'body.refund.returnId' });
    expect(await shop.ok('payment.fail', fail)).toMatchObject({ state: 'captured', refundedMinor: 0 });
    expect(caseOf(shop, 'REFUND_FAILED/o1')).toMatchObject({ cause: '600 minor units of payment p1 are not given back: account closed', owner: 'finance', orderIds: ['o1'] });
    const again = await shop.restart();
    await again.ok('payment.refund', { ...ref, amountMinor: 200, reason: 'in part' });
    expect(open(again)).toEqual(['REFUND_FAILED/o1']);
    expect(again.ask('payment.get', { orderId: 'o1' })?.payments).toMatchObject([{ state: 'captured', refundFailed: { amountMinor: 400 } }]);
    await again.ok('payment.refund', { ...ref, amountMinor: 400, reason: 'by bank' });
    expect(caseOf(again, 'REFUND_FAILED/o1')).toMatchObject({ state: 'resolved' });
    expect(again.ask('payment.get', { orderId: 'o1' })?.payments).not.toMatchObject([{ refundFailed: {} }]);
  });

  it('[EX23] an order that comes again with another body is a case of the first one, which stands', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    const body = (quantity: number) => ({ orderId: 'o1', channel: 'web', externalId: 'E1', destination, lines: [{ sku: 'S1', quantity }] });
    await shop.ok('order.place', body(1) as never);
    expect(await shop.refused('order.place', body(2) as never)).toMatchObject({ code: 'external-id-reused' });
    expect(caseOf(shop, 'INTAKE_DUPLICATE/o1')).toMatchObject({ cause: 'E1 of web came again with another body', orderIds: ['o1'], times: 1 });
    await shop.refused('order.place', body(3) as never);
    expect(caseOf(await shop.restart(), 'INTAKE_DUPLICATE/o1')).toMatchObject({ times: 2 });
  });

  it('[EX18] an order that is cancelled owes nothing', async () => {
    const shop = await asked();
    await shop.ok('payment.fail', { orderId: 'o1', paymentId: 'p1', reason: 'declined' });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'no' });
    expect(caseOf(shop, 'PAYMENT_FAILED/o1')).toMatchObject({ state: 'resolved' });
  });

  it('[EX18] what an order was doubted for at intake has a case until that hold is lifted', async () => {
    const shop = await asked(6, {});
    await pay(shop, 'p1', { amountMinor: 6_000 });
    await shop.pass(0);
    expect(open(shop)).toEqual(['ADDRESS_INVALID/o1', 'BULK_BUY/o1']);
    expect(holds(shop)).toEqual(['address', 'big-order']);
    await shop.ok('order.amend', { orderId: 'o1', details: { address } } as never);
    expect(open(shop)).toEqual(['BULK_BUY/o1']);
    expect(holds(shop)).toEqual(['big-order']);
    await shop.ok('order.unhold', { orderId: 'o1', holdId: 'big-order' });
    expect(open(shop)).toEqual([]);
    expect(shop.order('o1')).toMatchObject({ state: 'released', holds: undefined });
  });

  it('[EX19] what a playbook holds is let go when its case ends, whoever ends it; what people hold is not', async () => {
    const shop = await asked();
    await pay(shop, 'p1');
    await shop.ok('case.raise', { code: 'FRAUD_REVIEW', subject: 'o1', cause: 'risk 90' });
    await shop.pass(0);
    expect(holds(shop)).toEqual(['case']);
    await shop.ok('case.resolve', { caseId: 'FRAUD_REVIEW/o1', reason: 'fine' });
    expect(holds(shop)).toEqual([]);
    await shop.ok('case.raise', { code: 'FRAUD_REVIEW', subject: 'o1', cause: 'risk 90' });
    await shop.ok('case.override', { caseId: 'FRAUD_REVIEW/o1', do: 'hold', reason: 'mine' });
    await shop.ok('case.dismiss', { caseId: 'FRAUD_REVIEW/o1', reason: 'mine' });
    expect(holds(shop)).toEqual(['case']);
  });
});

describe('returns', () => {
  it('[EX24] of which units come damaged or unasked have a case until these are inspected', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2, 'A/S2': 1 });
    await shop.place('o1', { S1: 2 });
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'o1');
    await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines: [{ orderLineId: '1', quantity: 1, reason: 'damaged' }] } as never);
    if (shop.ask('return.get', { returnId: 'r1' })?.state === 'requested') await shop.ok('return.approve', { returnId: 'r1' } as never);
    await shop.ok('return.receive', { returnId: 'r1', location: 'A', lines: [{ lineId: '1', quantity: 1, damaged: 1 }], unexpected: [{ sku: 'S2', quantity: 1 }] } as never);
    expect(open(shop)).toEqual(['RETURN_DAMAGED/r1', 'RETURN_MISMATCH/r1']);
    const lines = shop.ask('return.get', { returnId: 'r1' })?.lines ?? [];
    for (const { lineId, damaged } of lines) {
      const units = { lineId, quantity: 1, disposition: 'scrap', damaged: damaged > 0 };
      await shop.ok('return.inspect', { returnId: 'r1', location: 'A', lines: [units] } as never);
    }
    expect(open(shop)).toEqual([]);
  });
});

describe('returns that do not come', () => {
  it('[EX28] have a case when nothing happened for as long as their policy says, until their next step or their end', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    await shop.ok('return-policy.put', { policy: { approval: 'manual', overdueAfterMs: hour, expireAfterMs: 4 * hour } } as never);
    await shop.place('o1', { S1: 2 });
    for (const kind of ['fulfillment.pick', 'fulfillment.ship', 'fulfillment.deliver'] as const) await shop.part(kind, 'o1');
    await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines: [{ orderLineId: '1', quantity: 2, reason: 'unwanted' }] } as never);
    await shop.pass(2 * hour);
    expect(open(shop)).toEqual([]);
    await shop.ok('return.approve', { returnId: 'r1' } as never);
    await shop.pass(hour - 1);
    const again = await shop.restart();
    expect(open(again)).toEqual([]);
    await again.pass(1);
    expect(caseOf(again, 'RETURN_OVERDUE/r1')).toMatchObject({ cause: 'nothing of it is heard for too long', owner: 'returns', orders: 0 });
    expect(again.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'approved', isOverdue: true });
    await again.ok('return.ship', { returnId: 'r1' } as never);
    expect(open(again)).toEqual([]);
    await again.pass(hour);
    await again.ok('return.receive', { returnId: 'r1', location: 'A', lines: [{ lineId: '1', quantity: 1 }] } as never);
    expect(caseOf(again, 'RETURN_OVERDUE/r1')).toMatchObject({ state: 'resolved', times: 2 });
    await again.pass(hour);
    expect(open(again)).toEqual(['RETURN_OVERDUE/r1']);
    await again.pass(3 * hour);
    expect(open(again)).toEqual([]);
    expect(again.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'received' });
  });
});

describe('rules of a plan', () => {
  it('[EX29] that have no value are a case of the channel, once a version, until it is asked no more', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    const publish = async (version: number, when?: string): Promise<void> => {
      const broken = { id: 'broken', cost: '1 / location.unitsToday', ...(when === undefined ? {} : { when }) };
      await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules: [broken] } as never, reason: 'r' });
      await shop.ok('plan.validate', { planId: 'p', version } as never);
      await shop.ok('plan.publish', { planId: 'p', version, reason: 'r', force: true } as never);
    };
    await publish(1);
    expect(open(shop)).toEqual([]);
    const place = (id: string) => shop.place(id, { S1: 1 });
    await place('o1');
    const id = 'RULE_ERROR/web';
    expect(caseOf(shop, id)?.cause).toMatch(/^plan p, version 1: rule broken has no value: ./);
    expect(caseOf(shop, id)).toMatchObject({ owner: 'rules', orders: 0, times: 1, source: 'p/1' });
    await shop.ok('case.resolve', { caseId: id, reason: 'known' });
    const again = await shop.restart();
    await again.place('o2', { S1: 1 });
    expect(open(again)).toEqual([]);
    await again.ok('plan.withdraw', { reason: 'r' } as never);
    await again.place('o3', { S1: 1 });
    expect(open(again)).toEqual([]);
  });

  it('[EX29] another version ends it, and has its own', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    const publish = async (version: number, cost: string): Promise<void> => {
      await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules: [{ id: 'rule', cost }] } as never, reason: 'r' });
      await shop.ok('plan.validate', { planId: 'p', version } as never);
      await shop.ok('plan.publish', { planId: 'p', version, reason: 'r', force: true } as never);
    };
    await publish(1, '1 / location.unitsToday');
    for (const id of ['o1', 'o2']) await shop.place(id, { S1: 1 });
    expect(caseOf(shop, 'RULE_ERROR/web')).toMatchObject({ times: 1 });
    await publish(2, '2 / location.unitsToday');
    expect(caseOf(shop, 'RULE_ERROR/web')).toMatchObject({ state: 'resolved' });
    await shop.place('o3', { S1: 1 });
    expect(caseOf(shop, 'RULE_ERROR/web')).toMatchObject({ times: 2, source: 'p/2' });
    await publish(3, '5');
    await shop.place('o4', { S1: 1 });
    expect(open(shop)).toEqual([]);
  });
});

describe('carriers', () => {
  it('[EX25] that make no label or name no rate for an order are a case of it, until they do', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    const report = { carrierId: 'post', what: 'label', ok: false, orderId: 'o1', detail: 'HTTP 503' } as const;
    expect(await shop.refused('carrier.report', { ...report, orderId: 'no' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await shop.refused('carrier.report', { ...report, what: 'pickup' })).toMatchObject({ code: 'contradiction', field: 'body.orderId' });
    await shop.ok('carrier.report', report);
    await shop.ok('carrier.report', { ...report, what: 'rate', detail: undefined } as never);
    expect(caseOf(shop, 'LABEL_FAILED/o1')).toMatchObject({ cause: 'post: HTTP 503', orderIds: ['o1'] });
    expect(caseOf(shop, 'RATE_UNAVAILABLE/o1')).toMatchObject({ cause: 'post: no rate by standard' });
    await shop.ok('carrier.report', { ...report, ok: true });
    await shop.ok('carrier.report', { ...report, what: 'rate', ok: true });
    expect(open(shop)).toEqual([]);
  });

  it('[EX20] whose calls fail are out until their circuit is tried again', async () => {
    const shop = await Shop.open();
    await shop.ok('carrier.put', { carrier: { ...carrier, breaker: { failures: 2, withinMs: hour, coolDownMs: hour } } } as never);
    for (let index = 0; index < 2; index += 1) await shop.ok('carrier.report', { carrierId: 'post', what: 'label', ok: false });
    expect(caseOf(shop, 'CARRIER_OUTAGE/post')).toMatchObject({ cause: 'too many calls for standard failed', severity: 'high' });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.pass(hour);
    expect(open(shop)).toEqual(['CARRIER_OUTAGE/post']);
    await shop.ok('carrier.resume', { carrierId: 'post' });
    expect(open(shop)).toEqual([]);
  });

  it('[EX20] with an embargo, or a lane much later than usual, are late until it is over', async () => {
    const shop = await Shop.open();
    await shop.ok('carrier.embargo', { carrierId: 'post', embargoId: 'snow', reason: 'snow in the north', untilMs: shop.clock.now() + hour });
    expect(caseOf(shop, 'LANE_DELAY/post')).toMatchObject({ cause: 'snow in the north', orders: 0 });
    await shop.pass(hour);
    expect(open(shop)).toEqual([]);
    const lateBy = async (from: number, to: number, hours: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        await send(shop, `o${index}`, `L${index}`);
        await shop.pass(hours * hour);
        await shop.ok('fulfillment.deliver', { orderId: `o${index}`, fulfillmentId: '1' });
      }
    };
    await lateBy(0, 20, 12);
    expect(open(shop)).toEqual([]);
    await lateBy(20, 29, 48);
    expect(open(shop)).toEqual(['LANE_DELAY/post']);
    expect(caseOf(shop, 'LANE_DELAY/post')?.cause).toMatch(/^post\/standard~\/.*: 36 hours later than usual$/);
    const told = () => shop.published.flatMap(({ events }) => events).flatMap((event) => (event.kind === 'carrier.delayed' ? [`${event.lane} ${event.state}`] : []));
    expect(told().map((one) => one.replace(/^.* /, ''))).toEqual(['begun', 'begun']);
    expect(shop.ask('tracking.lanes', { carrier: 'post', late: true }).lanes).toHaveLength(2);
    await lateBy(29, 40, 12);
    expect(shop.ask('tracking.lanes', { carrier: 'post', late: true }).lanes).toEqual([]);
    expect(open(shop)).toEqual([]);
  });
});
