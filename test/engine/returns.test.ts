/** Returns in the engine: who may return what, what stock does, who is served by it, what is read, and coming back. */
import { describe, expect, it } from 'vitest';
import { returnsOfOrderMax } from '../../actors/limits.ts';
import { ask, body, delivered, events, inspect, memos, receive, refused, send, stock } from './returns-kit.ts';
import { Shop } from './shop.ts';

const day = 24 * 3_600_000;

describe('a return is asked for', () => {
  it('[RT1] and stands in the state that its units and dates say, until all of it has an end', async () => {
    const shop = await delivered();
    expect(await ask(shop, { quantity: 3 })).toEqual({ returnId: 'r1', state: 'approved', to: 'A', toCome: 3, toInspect: 0, creditedMinor: 0, debitedMinor: 0 });
    await shop.ok('return.label', { returnId: 'r1', carrier: 'post' });
    expect(await shop.ok('return.ship', { returnId: 'r1', tracking: 'T1' })).toMatchObject({ state: 'in-transit' });
    expect(await receive(shop, 1)).toMatchObject({ state: 'partially-received', toCome: 2, toInspect: 1 });
    expect(await receive(shop, 2)).toMatchObject({ state: 'received', toCome: 0, toInspect: 3 });
    expect(await inspect(shop, 2, 'restock')).toMatchObject({ state: 'received' });
    expect(await inspect(shop, 1, 'scrap')).toMatchObject({ state: 'closed', toInspect: 0 });
    expect(events(shop).flatMap((event) => (event.kind === 'return.changed' ? [`${event.cause} ${event.state}`] : []))).toEqual([
      'requested requested', 'approved approved', 'labelled approved', 'shipped in-transit',
      'received partially-received', 'received received', 'inspected received', 'inspected closed',
    ]);
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'closed', carrier: 'post', tracking: 'T1' });
  });

  it('[RT2] for no more units than were shipped and are in no other return', async () => {
    const shop = await delivered();
    await ask(shop, { quantity: 2 });
    expect(await refused(shop, { returnId: 'r2', quantity: 2 })).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
    await ask(shop, { returnId: 'r2' });
    await shop.ok('return.cancel', { returnId: 'r1', reason: 'kept' });
    await ask(shop, { returnId: 'r3', quantity: 2 });
    expect(await refused(shop, { returnId: 'r4' })).toMatchObject({ code: 'not-enough' });
    expect(shop.ask('return.list', { orderId: 'o1' }).returns.map(({ returnId, state }) => `${returnId} ${state}`)).toEqual(['r1 cancelled', 'r2 approved', 'r3 approved']);
  });

  it('[RT2] of units that have left, not of others', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    await shop.place('o1', { S1: 2 });
    expect(await refused(shop, {})).toMatchObject({ code: 'not-enough' });
    await shop.part('fulfillment.pick', 'o1');
    await shop.part('fulfillment.ship', 'o1');
    expect(await ask(shop)).toMatchObject({ state: 'approved' });
  });

  it('[RT3] only of an order and lines that exist, by its own customer, under an id that is new', async () => {
    const shop = await delivered();
    expect(await refused(shop, { orderId: 'o9' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await refused(shop, { customer: 'bob' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await refused(shop, { orderLineId: '9' })).toMatchObject({ code: 'unknown-line', field: 'body.lines[0].orderLineId' });
    await ask(shop, { customer: 'ann' });
    expect(await refused(shop, {})).toMatchObject({ code: 'return-exists', field: 'body.returnId' });
    const twice = [{ orderLineId: '1', quantity: 1, reason: 'size' as const }, { orderLineId: '1', quantity: 1, reason: 'size' as const }];
    expect(await shop.refused('return.request', { returnId: 'r2', orderId: 'o1', lines: twice })).toMatchObject({ code: 'duplicate', field: 'body.lines[1].orderLineId' });
  });

  it('[RT4] until its window is over, to the millisecond', async () => {
    const shop = await delivered({ windowDays: 14 });
    shop.clock.advance(14 * day);
    await ask(shop);
    shop.clock.advance(1);
    expect(await refused(shop, { returnId: 'r2' })).toMatchObject({ code: 'return-window-closed', field: 'body.orderId' });
  });

  it('[RT4] of what the policy takes back, in a way it takes', async () => {
    const excluded = { skus: ['S2'], attributes: [{ name: 'kind', value: 'food' }] };
    const shop = await delivered({ excluded, methods: ['store'] });
    expect(await refused(shop, {})).toMatchObject({ code: 'not-returnable', field: 'body.method' });
    const store = (orderLineId: string) => ({ ...body({ orderLineId }), method: 'store' as const });
    expect(await shop.refused('return.request', store('2'))).toMatchObject({ code: 'not-returnable', field: 'body.lines[0].orderLineId' });
    await shop.ok('item.put', { item: { sku: 'S1', attributes: { kind: 'food' } } });
    expect(await shop.refused('return.request', store('1'))).toMatchObject({ code: 'not-returnable' });
    await shop.ok('item.put', { item: { sku: 'S1', attributes: { kind: 'toy' } } });
    await shop.ok('return.request', store('1'));
  });

  it('[RT4] not of orders with a tag that is excluded', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1 });
    await shop.ok('return-policy.put', { policy: { excluded: { tags: ['final-sale'] } } });
    await shop.place('o1', { S1: 1 }, { tags: ['final-sale'] });
    await send(shop, 'o1');
    expect(await refused(shop, {})).toMatchObject({ code: 'not-returnable', field: 'body.orderId' });
  });

  it('[RT5] and waits for approval where the policy of its channel says so', async () => {
    const shop = await delivered({ channel: 'web', approval: 'manual' });
    expect(await ask(shop)).toMatchObject({ state: 'requested' });
    expect(await shop.refused('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity: 1 }] })).toMatchObject({ code: 'wrong-state', field: 'body.returnId' });
    expect(await shop.ok('return.reject', { returnId: 'r1', reason: 'worn' })).toMatchObject({ state: 'rejected', toCome: 0 });
    await ask(shop, { returnId: 'r2' });
    expect(await shop.ok('return.approve', { returnId: 'r2', to: 'B' })).toMatchObject({ state: 'approved', to: 'B' });
    expect(await shop.refused('return.approve', { returnId: 'r2' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('return.approve', { returnId: 'r9' })).toMatchObject({ code: 'unknown-return', field: 'body.returnId' });
  });

  it('[RT6] and goes where the first rule that fits sends it', async () => {
    const shop = await delivered({
      destinations: [
        { reasons: ['defective'], to: { location: 'C' } },
        { belowMinor: 1_001, skus: ['S1'], to: 'keep' },
        { countries: ['GB'], to: 'nearest' },
      ],
    });
    expect(await ask(shop, { reason: 'defective' })).toMatchObject({ to: 'C' });
    // Nobody takes returns yet: the next rule that leads somewhere, or where it was sent from.
    expect(await ask(shop, { returnId: 'r2', orderLineId: '2' })).toMatchObject({ to: 'A' });
    expect(await ask(shop, { returnId: 'r3' })).toEqual({ returnId: 'r3', state: 'closed', to: undefined, toCome: 0, toInspect: 0, creditedMinor: 1_000, debitedMinor: 0 });
    expect(shop.order('o1')).toMatchObject({ returns: ['r1', 'r2', 'r3'], lines: [{ lineId: '1', shipped: 3, returned: 1 }, { lineId: '2', shipped: 1 }] });
    expect(stock(shop, 'A/S1')).toBe('0, 0, 0, 0');
  });

  it('[RT17] of lost units is looked into by somebody, then refunded without a fee and nothing comes', async () => {
    const shop = await delivered({ feePercent: 50, destinations: [{ to: { location: 'C' } }] });
    const lines = [{ orderLineId: '1', quantity: 2, reason: 'lost' as const }, { orderLineId: '2', quantity: 1, reason: 'size' as const }];
    expect(await shop.refused('return.request', { returnId: 'r1', orderId: 'o1', lines })).toMatchObject({ code: 'contradiction', field: 'body.lines[0].reason' });
    const lost = await shop.ok('return.request', { returnId: 'r1', orderId: 'o1', lines: lines.slice(0, 1) });
    expect(lost).toEqual({ returnId: 'r1', state: 'requested', to: undefined, toCome: 2, toInspect: 0, creditedMinor: 0, debitedMinor: 0 });
    expect(await shop.refused('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity: 1 }] })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.ok('return.approve', { returnId: 'r1' })).toMatchObject({ state: 'closed', creditedMinor: 2_000 });
    // It was found after all: it is on its way back to where it is told to go.
    await shop.ok('return.request', { returnId: 'r2', orderId: 'o1', lines: [{ orderLineId: '2', quantity: 1, reason: 'lost' }] });
    expect(await shop.ok('return.approve', { returnId: 'r2', to: 'B' })).toMatchObject({ state: 'approved', to: 'B', creditedMinor: 0 });
  });

  it('[RT7] and expires in the millisecond its time is over, over restarts too', async () => {
    const shop = await delivered({ expireAfterMs: 1_000 });
    await ask(shop);
    shop.clock.advance(999);
    await shop.engine.close();
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(again.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'approved' });
    again.clock.advance(1);
    await again.settle();
    expect(again.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'expired', ended: 'expired' });
    expect(again.ask('return.list', {}).returns).toEqual([]);
    expect(await ask(again, { returnId: 'r2', quantity: 3 })).toMatchObject({ state: 'approved' });
  });

  it('[RT7] counts its time anew with each step; what has come goes on', async () => {
    const shop = await delivered({ expireAfterMs: 1_000 });
    await ask(shop, { quantity: 2 });
    shop.clock.advance(900);
    await shop.ok('return.ship', { returnId: 'r1' });
    shop.clock.advance(900);
    await receive(shop, 1);
    shop.clock.advance(999);
    await shop.settle();
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'partially-received' });
    shop.clock.advance(1);
    await shop.settle();
    expect(shop.ask('return.get', { returnId: 'r1' })).toMatchObject({ state: 'received', lines: [{ received: 1, closed: 1 }] });
  });

  it('[RT13] within bounds', async () => {
    const shop = await Shop.open({ limits: { returnsOpenMax: 1 } });
    await shop.receive({ 'A/S1': 100 });
    await shop.place('o1', { S1: 100 });
    await send(shop, 'o1');
    await ask(shop);
    expect(await refused(shop, { returnId: 'r2' })).toMatchObject({ code: 'over-limit', field: 'body.returnId' });
    await shop.ok('return.cancel', { returnId: 'r1', reason: 'r' });
    for (let index = 1; index < returnsOfOrderMax; index += 1) {
      await ask(shop, { returnId: `n${index}` });
      await shop.ok('return.cancel', { returnId: `n${index}`, reason: 'r' });
    }
    expect(await refused(shop, { returnId: 'r2' })).toMatchObject({ code: 'over-limit', field: 'body.orderId' });
  });
});

describe('what comes back', () => {
  it('[RT8] is in stock at once: good units in quality control, damaged ones apart, and nowhere twice', async () => {
    const shop = await delivered();
    await ask(shop, { quantity: 3 });
    await shop.ok('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity: 3, damaged: 1 }] });
    expect(stock(shop, 'A/S1')).toBe('3, 2, 1, 0');
    expect(shop.ask('atp.get', { skus: ['S1'], channel: 'web' })).toEqual({ S1: 0 });
    const { movements } = shop.ask('stock.history', { sku: 'S1', location: 'A', limit: 2 });
    expect(movements.map(({ kind, units, bucket, returnId }) => `${kind} ${units} ${bucket} ${returnId}`)).toEqual(['returned 1 damaged r1', 'returned 2 quality r1']);
    expect(await shop.refused('return.receive', { returnId: 'r1', lines: [{ lineId: '1', quantity: 1 }] })).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
  });

  it('[RT8] may arrive elsewhere, in part, and with what nobody asked for', async () => {
    const shop = await delivered();
    await ask(shop, { quantity: 2 });
    await receive(shop, 1, { location: 'B', unexpected: [{ sku: 'S9', quantity: 2 }] });
    expect([stock(shop, 'B/S1'), stock(shop, 'B/S9')]).toEqual(['1, 1, 0, 0', '2, 2, 0, 0']);
    expect(memos(shop)).toEqual(['credit 1000']);
    await shop.ok('return.cancel', { returnId: 'r1', reason: 'lost' });
    const lines = [{ lineId: '1', quantity: 1, grade: 'A' as const }, { lineId: '2', quantity: 2, grade: 'D' as const }];
    expect(await shop.ok('return.inspect', { returnId: 'r1', location: 'B', lines })).toMatchObject({ state: 'closed', creditedMinor: 1_000 });
    expect([stock(shop, 'B/S1'), stock(shop, 'B/S9')]).toEqual(['1, 0, 0, 0', '0, 0, 0, 0']);
  });

  it('[RT8] is for sale at once where nobody inspects, but not what is damaged', async () => {
    const shop = await delivered({ inspect: false });
    await ask(shop, { quantity: 2 });
    const lines = [{ lineId: '1', quantity: 2, damaged: 1 }];
    expect(await shop.ok('return.receive', { returnId: 'r1', lines })).toMatchObject({ state: 'received', toInspect: 1 });
    expect(stock(shop, 'A/S1')).toBe('2, 0, 1, 0');
    expect(await inspect(shop, 1, 'scrap', { damaged: true })).toMatchObject({ state: 'closed' });
    expect(stock(shop, 'A/S1')).toBe('1, 0, 0, 0');
  });

  it('[RT9] is restocked, scrapped or stays set aside as its inspection says, unit by unit', async () => {
    const shop = await delivered();
    await ask(shop, { quantity: 3 });
    await receive(shop, 3);
    const lines = [
      { lineId: '1', quantity: 1, disposition: 'restock' as const },
      { lineId: '1', quantity: 1, disposition: 'vendor' as const },
      { lineId: '1', quantity: 1, grade: 'D' as const },
    ];
    await shop.ok('return.inspect', { returnId: 'r1', lines });
    expect(stock(shop, 'A/S1')).toBe('2, 1, 0, 0');
    expect(shop.ask('return.get', { returnId: 'r1' })?.lines[0]).toMatchObject({ disposed: { restock: 1, vendor: 1, scrap: 1 }, graded: { D: 1 }, uninspected: [] });
  });

  it('[RT9] is inspected once, where it is, and by somebody who says what becomes of it', async () => {
    const shop = await delivered();
    await ask(shop, { quantity: 2 });
    await receive(shop, 2);
    const at = (more: object) => shop.refused('return.inspect', { returnId: 'r1', lines: [{ lineId: '1', quantity: 1, ...more }] });
    expect(await at({})).toMatchObject({ code: 'malformed', field: 'body.lines[0].disposition' });
    expect(await at({ grade: 'A', damaged: true })).toMatchObject({ code: 'not-enough' });
    expect(await at({ grade: 'A', lineId: '9' })).toMatchObject({ code: 'unknown-line' });
    await inspect(shop, 2, 'quarantine');
    expect(await at({ grade: 'A' })).toMatchObject({ code: 'wrong-state', field: 'body.returnId' });
    expect(stock(shop, 'A/S1')).toBe('2, 2, 0, 0');
  });

  it('[RT9] that somebody has moved in stock by hand is told so, and ends', async () => {
    const shop = await delivered();
    await ask(shop);
    await receive(shop, 1);
    await shop.ok('stock.dispose', { entries: [{ sku: 'S1', location: 'A', quantity: 1 }], bucket: 'quality', reason: 'broken' });
    const again = { returnId: 'r1', lines: [{ lineId: '1', quantity: 1, disposition: 'restock' as const }] };
    expect(await shop.refused('return.inspect', again)).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
    expect(await inspect(shop, 1, 'handled')).toMatchObject({ state: 'closed' });
  });

  it('[RT10] serves whoever waits in the turn in which it is for sale again', async () => {
    const shop = await delivered();
    await shop.place('o2', { S1: 1 }, { shortage: 'backorder' });
    await ask(shop);
    await receive(shop, 1);
    expect(shop.order('o2').state).toBe('backordered');
    await inspect(shop, 1, 'restock');
    expect(shop.order('o2').state).toBe('released');
    const turn = shop.published.find(({ events: all }) => all.some((event) => event.kind === 'return.changed' && event.cause === 'inspected'));
    expect(turn?.events.map(({ kind }) => kind)).toContain('order.changed');
  });

  it('[RT11] of a tracked SKU is what left with the order, each serial once', async () => {
    const shop = await Shop.open();
    await shop.ok('item.put', { item: { sku: 'S1', tracking: { by: 'serial' } } });
    await shop.ok('stock.receive', { entries: [{ sku: 'S1', location: 'A', quantity: 3, serials: ['n1', 'n2', 'n3'] }] });
    await shop.place('o1', { S1: 2 });
    await send(shop, 'o1');
    await ask(shop, { quantity: 2 });
    const back = (serials: string[], damaged = 0) => ({ returnId: 'r1', lines: [{ lineId: '1', quantity: serials.length, serials, damaged }] });
    const none = { returnId: 'r1', lines: [{ lineId: '1', quantity: 1 }] };
    expect(await shop.refused('return.receive', none)).toMatchObject({ code: 'lot-required', field: 'body.lines[0].serials' });
    expect(await shop.refused('return.receive', back(['n2', 'n8']))).toMatchObject({ code: 'unknown-lot', field: 'body.lines[0].serials[1]' });
    expect(await shop.refused('return.receive', back(['n3']))).toMatchObject({ code: 'serial-exists' });
    await shop.ok('return.receive', back(['n2', 'n1'], 1));
    expect(shop.ask('lot.get', { sku: 'S1', lot: 'n1' })).toMatchObject({ returned: 1, locations: [{ location: 'A', damaged: 1 }] });
    const lines = [{ lineId: '1', quantity: 1, disposition: 'restock' as const, serials: ['n2'] }, { lineId: '1', quantity: 1, disposition: 'quarantine' as const, damaged: true }];
    await shop.ok('return.inspect', { returnId: 'r1', lines });
    // Sold again and back again: it left once with the first order and is back once.
    await shop.place('o2', { S1: 2 });
    await send(shop, 'o2');
    await ask(shop, { returnId: 'r2', orderId: 'o2', quantity: 1 });
    expect(await shop.refused('return.receive', { ...back(['n1']), returnId: 'r2' })).toMatchObject({ code: 'serial-exists' });
    await shop.ok('return.receive', { ...back(['n2']), returnId: 'r2' });
  });
});

describe('a policy', () => {
  it('[RT5] is that of the channel, else that of all, else the defaults; a return goes on as it began', async () => {
    const shop = await delivered();
    expect(shop.ask('return-policy.get', { channel: 'web' })).toMatchObject({ windowDays: 30, approval: 'auto', refundOn: 'receipt', inspect: true });
    await ask(shop);
    await shop.ok('return-policy.put', { policy: { refundOn: 'inspection', feePercent: 50 } });
    await shop.ok('return-policy.put', { policy: { channel: 'web', windowDays: 7 } });
    expect(shop.ask('return-policy.get', { channel: 'web' })).toMatchObject({ channel: 'web', windowDays: 7, refundOn: 'receipt', feePercent: 0 });
    expect(shop.ask('return-policy.get', {})).toMatchObject({ refundOn: 'inspection', grades: { A: 'restock', B: 'refurbish', C: 'quarantine', D: 'scrap' } });
    await receive(shop, 1);
    expect(memos(shop)).toEqual(['credit 1000']);
  });

  it('[RT5] names channels and locations that exist', async () => {
    const shop = await delivered();
    expect(await shop.refused('return-policy.put', { policy: { channel: 'no' } })).toMatchObject({ code: 'unknown-channel', field: 'body.policy.channel' });
    const policy = { destinations: [{ to: 'origin' as const }, { to: { location: 'no' } }] };
    expect(await shop.refused('return-policy.put', { policy })).toMatchObject({ code: 'unknown-location', field: 'body.policy.destinations[1].to.location' });
  });
});

describe('returns are read', () => {
  it('[RT14] page by page by order, place, channel and state, and those that ended by id and order for ever', async () => {
    const shop = await delivered();
    for (const id of ['r1', 'r2', 'r3']) await ask(shop, { returnId: id });
    const list = (more: object) => shop.ask('return.list', { limit: 2, ...more });
    expect(list({ location: 'A' })).toMatchObject({ returns: [{ returnId: 'r1' }, { returnId: 'r2' }], next: 'r2' });
    expect(list({ location: 'A', after: 'r2' })).toMatchObject({ returns: [{ returnId: 'r3' }] });
    await shop.ok('return.cancel', { returnId: 'r2', reason: 'r' });
    expect(list({ channel: 'web', state: 'approved' }).returns.map(({ returnId }) => returnId)).toEqual(['r1', 'r3']);
    expect([list({ channel: 'other' }), list({ location: 'B' })]).toEqual([{ returns: [] }, { returns: [] }]);
    await shop.engine.close();
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect(again.ask('return.get', { returnId: 'r2' })).toMatchObject({ state: 'cancelled', reason: 'r' });
    expect(again.ask('return.list', { orderId: 'o1' }).returns.map(({ returnId }) => returnId)).toEqual(['r1', 'r2', 'r3']);
    expect(again.ask('return.list', {}).returns.map(({ returnId }) => returnId)).toEqual(['r1', 'r3']);
    expect(await shop.engine.query({ kind: 'engine.status', body: {} }).ok).toMatchObject({ openReturns: 2 });
  });
});
