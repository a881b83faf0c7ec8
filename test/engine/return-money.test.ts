/** What returns make due: when, how much, once, and never more than was paid. */
import { describe, expect, it } from 'vitest';
import { ask, delivered, events, inspect, memos, receive, refused, send } from './returns-kit.ts';
import { Shop } from './shop.ts';

describe('money', () => {
  it.each([
    ['request', ['credit 2000'], [], [], []],
    ['first-scan', [], ['credit 2000'], [], []],
    ['receipt', [], [], ['credit 1000', 'credit 1000'], []],
    ['inspection', [], [], [], ['credit 1000', 'credit 1000']],
  ] as const)('[RT12] is due by %s, each unit once', async (refundOn, ...steps) => {
    const shop = await delivered({ refundOn });
    const told: string[][] = [];
    let seen = 0;
    const note = (): void => void (told.push(memos(shop).slice(seen)), (seen = memos(shop).length));
    await ask(shop, { quantity: 2 });
    note();
    await shop.ok('return.ship', { returnId: 'r1' });
    note();
    await receive(shop, 1);
    await receive(shop, 1);
    note();
    await inspect(shop, 1, 'restock');
    await inspect(shop, 1, 'scrap');
    note();
    expect(told).toEqual(steps);
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ creditedMinor: 2_000, debitedMinor: 0, memos: memos(shop).length });
  });

  it('[RT12] is what was paid less the fee, however it comes, and the fee is not for what is not the customer’s fault', async () => {
    const shop = await delivered({ feePercent: 15, feeMinor: 99 });
    const lines = [{ orderLineId: '1', quantity: 3, reason: 'unwanted' as const }, { orderLineId: '2', quantity: 1, reason: 'defective' as const }];
    await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines });
    await shop.ok('return.receive', { returnId: 'r1', lines: [{ lineId: '2', quantity: 1 }] });
    for (const quantity of [1, 2]) await receive(shop, quantity);
    // 25.00; then 10.00 less 15 % and 0.99; then 20.00 less 15 %.
    expect(memos(shop)).toEqual(['credit 2500', 'credit 751', 'credit 1700']);
    expect(events(shop).filter(({ kind }) => kind === 'refund.due')[1]).toEqual({
      kind: 'refund.due', returnId: 'r1', orderId: 'o1', channel: 'web', customer: 'ann', currency: 'GBP', memo: 2, type: 'credit',
      amountMinor: 751, grossMinor: 1_000, feeMinor: 249, extraMinor: 0, lines: [{ orderLineId: '1', sku: 'S1', units: 1 }],
    });
  });

  it('[RT12] that was refunded before is due back when the units do not come, or are declined', async () => {
    const shop = await delivered({ refundOn: 'request' });
    await ask(shop, { quantity: 3 });
    await receive(shop, 2);
    await inspect(shop, 1, 'scrap', { refund: false });
    await shop.ok('return.cancel', { returnId: 'r1', reason: 'never came' });
    expect(memos(shop)).toEqual(['credit 3000', 'debit 1000', 'debit 1000']);
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ creditedMinor: 3_000, debitedMinor: 2_000 });
  });

  it('[RT12] may be more than the policy gives, never more than was paid', async () => {
    const shop = await delivered({ feePercent: 100 });
    await ask(shop, { quantity: 2 });
    await receive(shop, 2);
    expect(memos(shop)).toEqual([]);
    const more = (amountMinor: number) => ({ returnId: 'r1', amountMinor, reason: 'goodwill' });
    expect(await shop.refused('return.refund', more(2_001))).toMatchObject({ code: 'over-paid', field: 'body.amountMinor' });
    await shop.ok('return.refund', more(1_500));
    expect(await shop.refused('return.refund', more(501))).toMatchObject({ code: 'over-paid' });
    await shop.ok('return.refund', more(500));
    expect(memos(shop)).toEqual(['credit 1500', 'credit 500']);
  });

  it('[RT12] for a component of a kit is its even share of the price of the kit', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/P': 4, 'A/Q': 2 });
    await shop.ok('item.put', { item: { sku: 'SET', kit: { components: [{ sku: 'P', quantity: 2 }, { sku: 'Q', quantity: 1 }], together: false } } });
    const lines = [{ sku: 'SET', quantity: 2, unitPriceMinor: 1_000 }];
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines });
    await send(shop, 'o1');
    await ask(shop, { orderLineId: '1.1', quantity: 4 });
    await receive(shop, 4);
    expect(memos(shop)).toEqual(['credit 1332']);
  });

  it('[RT13] of units worth more than an amount may be is refused', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    const lines = [{ sku: 'S1', quantity: 2, unitPriceMinor: 1_000_000_000_000 }];
    await shop.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines });
    await send(shop, 'o1');
    expect(await refused(shop, { quantity: 2 })).toMatchObject({ code: 'over-limit', field: 'body.lines[0].quantity' });
    await ask(shop, { quantity: 1 });
  });
});
