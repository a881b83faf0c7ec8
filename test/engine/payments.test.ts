/** Payments: facts told of an order, what may follow which, and what they do to the order. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { order, Shop } from './shop.ts';

const lines = [{ sku: 'S1', quantity: 2, unitPriceMinor: 1_000 }, { sku: 'S2', quantity: 1, unitPriceMinor: 500 }];

async function paidShop(payment: object | undefined): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 50, 'B/S2': 50 });
  if (payment !== undefined) await shop.ok('intake-policy.put', { policy: { graceMs: 0, payment } } as never);
  return shop;
}

const place = (shop: Shop, id = 'o1', more: object = {}): Promise<unknown> => shop.ok('order.place', { ...order(id, {}), currency: 'EUR', lines, ...more } as never);
const pay = (shop: Shop, what: What, body: object): Promise<unknown> => shop.ok(`payment.${what}`, { orderId: 'o1', paymentId: 'p1', ...body } as never);
type What = 'authorise' | 'capture' | 'fail' | 'void' | 'refund';
const refused = (shop: Shop, what: What, body: object) => shop.refused(`payment.${what}`, { orderId: 'o1', paymentId: 'p1', ...body } as never);
const eur = (amountMinor: number, more: object = {}): object => ({ amountMinor, currency: 'EUR', ...more });
const told = (shop: Shop, kind: string): Event[] => shop.published.flatMap(({ events }) => events as Event[]).filter((event) => event.kind === kind);
const stateOf = (shop: Shop): unknown => shop.ask('payment.get', { orderId: 'o1' })?.state;

describe('payments', () => {
  it('[PY1] are facts of an order: authorised, captured in parts, given back, with their sums', async () => {
    const shop = await paidShop(undefined);
    await place(shop);
    expect(shop.ask('payment.get', { orderId: 'o1' })).toBeNull();
    const sums = { orderId: 'o1', dueMinor: 2_500 };
    expect(await pay(shop, 'authorise', eur(1_000, { method: 'card', reference: 'ch_1' }))).toEqual({
      ...sums, state: 'partially-authorised', authorisedMinor: 1_000, capturedMinor: 0, refundedMinor: 0 });
    expect(await pay(shop, 'authorise', { ...eur(1_500), paymentId: 'p2' })).toMatchObject({ state: 'authorised', authorisedMinor: 2_500 });
    expect(await pay(shop, 'capture', { amountMinor: 400 })).toMatchObject({ state: 'partially-captured', capturedMinor: 400, authorisedMinor: 2_500 });
    await pay(shop, 'capture', { amountMinor: 600 });
    expect(await pay(shop, 'capture', { amountMinor: 1_500, paymentId: 'p2' })).toMatchObject({ state: 'captured', capturedMinor: 2_500 });
    expect(await pay(shop, 'refund', { amountMinor: 1_000, reason: 'late' })).toMatchObject({ state: 'partially-refunded', refundedMinor: 1_000 });
    expect(await pay(shop, 'refund', { amountMinor: 1_500, paymentId: 'p2', reason: 'late' })).toMatchObject({ state: 'refunded', refundedMinor: 2_500 });
    await shop.pass(2_000);
    const view = shop.ask('payment.get', { orderId: 'o1' });
    expect(view).toMatchObject({ channel: 'web', currency: 'EUR', payments: [
      { paymentId: 'p1', state: 'captured', amountMinor: 1_000, capturedMinor: 1_000, refundedMinor: 1_000, method: 'card', reference: 'ch_1' }, { paymentId: 'p2', state: 'captured' }] });
    expect((await shop.restart()).ask('payment.get', { orderId: 'o1' })).toEqual(view);
    expect(told(shop, 'payment.changed').map((event) => ('cause' in event && 'amountMinor' in event ? `${event.cause} ${event.amountMinor}` : ''))).toEqual([
      'authorised 1000', 'authorised 1500', 'captured 400', 'captured 600', 'captured 1500', 'refunded 1000', 'refunded 1500',
    ]);
  });

  it('[PY2] are checked against what was told before: no more is taken than authorised, nor given back than taken', async () => {
    const shop = await paidShop(undefined);
    await place(shop);
    expect(await refused(shop, 'authorise', { ...eur(1), orderId: 'none' })).toMatchObject({ code: 'unknown-order' });
    expect(await refused(shop, 'capture', { amountMinor: 1 })).toMatchObject({ code: 'unknown-payment', field: 'body.paymentId' });
    expect(await refused(shop, 'authorise', { amountMinor: 1, currency: 'USD' })).toMatchObject({ code: 'contradiction', field: 'body.currency' });
    expect(await refused(shop, 'authorise', eur(1, { expiresAtMs: shop.clock.now() }))).toMatchObject({ code: 'over-limit', field: 'body.expiresAtMs' });
    expect(await refused(shop, 'authorise', eur(1, { reference: '4111 1111 1111 1111' }))).toMatchObject({ code: 'card-data', field: 'body.reference' });
    expect(await refused(shop, 'fail', { reason: 'card 4111111111111111 declined' })).toMatchObject({ code: 'card-data', field: 'body.reason' });
    // An instant of the year 2042 that reads like the number of a card.
    expect(await refused(shop, 'authorise', eur(1, { expiresAtMs: 2_287_571_750_596 }))).toMatchObject({ code: 'over-limit', field: 'body.expiresAtMs' });
    await pay(shop, 'authorise', eur(1_000));
    expect(await refused(shop, 'authorise', eur(1_000))).toMatchObject({ code: 'payment-exists' });
    expect(await refused(shop, 'capture', { amountMinor: 1_001 })).toMatchObject({ code: 'not-enough', field: 'body.amountMinor' });
    expect(await refused(shop, 'refund', { amountMinor: 1, reason: 'x' })).toMatchObject({ code: 'over-paid', field: 'body.amountMinor' });
    await pay(shop, 'capture', { amountMinor: 300 });
    expect(await refused(shop, 'refund', { amountMinor: 301, reason: 'x' })).toMatchObject({ code: 'over-paid' });
    await pay(shop, 'void', { reason: 'cancelled' });
    expect(await refused(shop, 'capture', { amountMinor: 1 })).toMatchObject({ code: 'wrong-state', field: 'body.paymentId' });
    expect(await refused(shop, 'fail', { reason: 'x' })).toMatchObject({ code: 'wrong-state' });
    expect(await pay(shop, 'refund', { amountMinor: 300, reason: 'x' })).toMatchObject({ state: 'refunded', authorisedMinor: 300 });
    for (let index = 2; index <= 20; index += 1) await pay(shop, 'fail', { paymentId: `p${index}`, reason: 'declined' });
    expect(await refused(shop, 'authorise', { ...eur(1), paymentId: 'p21' })).toMatchObject({ code: 'over-limit', field: 'body.paymentId' });
  });

  it('[PY3] for a return give back no more than is due for it', async () => {
    const shop = await paidShop(undefined);
    await place(shop);
    await pay(shop, 'authorise', eur(2_500));
    await pay(shop, 'capture', { amountMinor: 2_500 });
    for (const part of ['1', '2']) for (const step of ['pick', 'ship', 'deliver'] as const) await shop.part(`fulfillment.${step}`, 'o1', part);
    await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines: [{ orderLineId: '1', quantity: 1, reason: 'defective' }] } as never);
    const back = { returnId: 'r1', reason: 'return' };
    expect(await refused(shop, 'refund', { ...back, returnId: 'r2', amountMinor: 1 })).toMatchObject({ code: 'unknown-return', field: 'body.returnId' });
    expect(await refused(shop, 'refund', { ...back, amountMinor: 1_000 })).toMatchObject({ code: 'over-paid' });
    await shop.ok('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity: 1 }] } as never);
    await pay(shop, 'refund', { ...back, amountMinor: 600 });
    expect(await refused(shop, 'refund', { ...back, amountMinor: 401 })).toMatchObject({ code: 'over-paid', detail: '400 are still due for return r1' });
    await pay(shop, 'refund', { ...back, amountMinor: 400 });
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ returned: [{ returnId: 'r1', refundedMinor: 1_000 }] });
  });
});

describe('an order that awaits its payment', () => {
  it('[PY4] is held until as much may be taken as is due, and again when that is no more so', async () => {
    const shop = await paidShop({ hold: true });
    await place(shop);
    expect(shop.order('o1')).toMatchObject({ state: 'allocated', holds: [{ holdId: 'payment', by: 'payments', reason: '2500 minor units are due' }] });
    expect(stateOf(shop)).toBe('pending');
    await pay(shop, 'authorise', eur(1_500));
    expect(shop.order('o1').holds).toHaveLength(1);
    await pay(shop, 'fail', { paymentId: 'p2', reason: 'declined' });
    expect(stateOf(shop)).toBe('partially-authorised');
    await pay(shop, 'authorise', { ...eur(1_000), paymentId: 'p3' });
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', holds: undefined });
    await pay(shop, 'fail', { paymentId: 'p3', reason: 'revoked' });
    expect(shop.order('o1')).toMatchObject({ state: 'released', holds: [{ holdId: 'payment' }] });
    expect(await shop.refused('fulfillment.pick', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({ code: 'on-hold' });
  });

  it('[PY4] goes on when less is due because units were cancelled, and what is worth nothing is not held', async () => {
    const shop = await paidShop({ hold: true });
    await place(shop);
    await pay(shop, 'authorise', eur(2_000));
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'less', lines: [{ lineId: '2', quantity: 1 }] } as never);
    await shop.settle();
    expect(shop.order('o1')).toMatchObject({ state: 'released', holds: undefined });
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 2_000, state: 'authorised' });
    await place(shop, 'o2', { lines: [{ sku: 'S1', quantity: 1 }] });
    expect(shop.order('o2').state).toBe('released');
    expect(shop.ask('payment.get', { orderId: 'o2' })?.state).toBe('none');
  });

  it('[PY4] keeps a hold that somebody else set, and is due its total', async () => {
    const shop = await paidShop({ hold: true });
    await place(shop, 'o1', { holds: [{ holdId: 'payment', reason: 'mine' }], details: { totals: { shippingMinor: 400, totalMinor: 2_900 } } });
    await pay(shop, 'authorise', eur(2_900));
    expect(shop.order('o1').holds).toMatchObject([{ reason: 'mine', by: 'test' }]);
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ dueMinor: 2_900, state: 'authorised' });
  });
});

describe('an authorisation', () => {
  it('[PY5] that expires is told of in time and ends at its millisecond, also over a restart; its order is held', async () => {
    const shop = await paidShop({ hold: true, warnMs: 10_000 });
    await place(shop);
    const expiresAtMs = shop.clock.now() + 60_000;
    await pay(shop, 'authorise', eur(2_500, { expiresAtMs }));
    await shop.settle();
    await shop.pass(49_999);
    expect(told(shop, 'payment.expiring')).toEqual([]);
    const again = await shop.restart();
    await again.pass(1);
    expect(told(again, 'payment.expiring')).toMatchObject([{ orderId: 'o1', paymentId: 'p1', leftMinor: 2_500, expiresAtMs }]);
    await again.pass(9_999);
    expect(stateOf(again)).toBe('authorised');
    await again.pass(1);
    expect(stateOf(again)).toBe('expired');
    expect(again.order('o1').holds).toMatchObject([{ holdId: 'payment', sinceMs: expiresAtMs }]);
    expect(told(again, 'payment.expiring')).toHaveLength(1);
    expect(await refused(again, 'capture', { amountMinor: 1 })).toMatchObject({ code: 'wrong-state' });
    await pay(again, 'authorise', { ...eur(2_500), paymentId: 'p2' });
    expect(again.order('o1').holds).toBeUndefined();
    // None of payments: those of the case that has ended are overtaken.
    expect(again.ask('case.counts', {}).open).toBe(0);
    expect(again.ask('engine.status', {}).timers).toBe(2);
  });

  it('[PY5] of which all was taken expires no more', async () => {
    const shop = await paidShop({ warnMs: 10_000 });
    await place(shop);
    await pay(shop, 'authorise', eur(2_500, { expiresAtMs: shop.clock.now() + 60_000 }));
    await pay(shop, 'capture', { amountMinor: 2_500 });
    await shop.pass(60_000);
    expect(stateOf(shop)).toBe('captured');
    expect(told(shop, 'payment.expiring')).toEqual([]);
  });
});

describe('a parcel that leaves', () => {
  it('[PY6] asks for what it is worth, the last one for the rest, where the channel wants that', async () => {
    const shop = await paidShop({ captureOnShip: true });
    await place(shop, 'o1', { details: { totals: { shippingMinor: 400, discountMinor: 100, totalMinor: 2_800 } } });
    for (const part of ['1', '2']) for (const step of ['pick', 'ship'] as const) await shop.part(`fulfillment.${step}`, 'o1', part);
    const first = shop.order('o1').fulfillments[0]?.location === 'A' ? 2_000 : 500;
    expect(told(shop, 'capture.wanted')).toMatchObject([{ fulfillmentId: '1', amountMinor: first, currency: 'EUR' }, { fulfillmentId: '2', amountMinor: 2_800 - first }]);
    expect(shop.ask('payment.get', { orderId: 'o1' })).toMatchObject({ wantedMinor: 2_800 });
  });

  it('[PY6] asks for nothing where nobody wants that', async () => {
    const shop = await paidShop({ hold: false });
    await place(shop);
    for (const step of ['pick', 'ship'] as const) await shop.part(`fulfillment.${step}`, 'o1');
    expect(told(shop, 'capture.wanted')).toEqual([]);
  });
});

describe('the page about payments', () => {
  it('[Y7] says what an engine answers, example by example', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 100 });
    expect(await playSection('An order that is paid', shop, 'docs/PAYMENTS.md')).toBe(6);
  });
});
