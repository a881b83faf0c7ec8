import { describe, expect, it, test } from 'vitest';
import type { CaseCode } from '../../actors/case-kinds.ts';
import { orderId } from '../../actors/ids.ts';
import type { CaseView } from '../../engine/outcome-cases.ts';
import { Shop, type ShopOptions } from './shop.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function caseOf(shop: Shop, caseId: string): CaseView {
  const found = shop.ask('case.get', { caseId });
  if (found === null) throw new Error(`no case ${caseId}`);
  return found;
}
const said = (view: CaseView): string[] => view.log.map(({ by, what, text }) => `${by} ${what}${text === undefined ? '' : `: ${text}`}`);
const list = (shop: Shop, body: object = {}): string[] => shop.ask('case.list', body).cases.map(({ caseId, state }) => `${caseId} ${state}`);

/** A shop where orders o1 and o2 lost the unit they had, and no other is there. */
async function troubled(options: ShopOptions = {}): Promise<Shop> {
  const shop = await Shop.open(options);
  await shop.receive({ 'A/S1': 2 });
  for (const id of ['o1', 'o2']) await shop.place(id, { S1: 1 });
  await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
  return shop;
}

describe('causes the engine sees', () => {
  it('[EX2] orders in exception of one SKU are one case, with an owner; it ends with the turn that serves the last of them', async () => {
    const shop = await troubled();
    expect(list(shop)).toEqual(['OVERSOLD/S1 working']);
    expect(caseOf(shop, 'OVERSOLD/S1')).toMatchObject({ orders: 2, orderIds: ['o1', 'o2'], owner: 'inventory', severity: 'high', times: 1 });
    await shop.receive({ 'B/S1': 1 });
    await shop.pass(1_000);
    expect(caseOf(shop, 'OVERSOLD/S1').orders).toBe(1);
    await shop.receive({ 'B/S1': 1 });
    await shop.pass(0);
    const { events } = shop.published.at(-1) ?? { events: [] };
    expect(events.map(({ kind }) => kind)).toContain('exception.cleared');
    expect(events.at(-1)).toMatchObject({ kind: 'case.changed', what: 'cleared', state: 'resolved', orders: 0 });
    expect(list(shop)).toEqual([]);
  });

  it('[EX1] what happens again after its end begins the same case anew', async () => {
    const shop = await troubled();
    await shop.receive({ 'B/S1': 2 });
    await shop.pass(0);
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'B', onHand: 1 }] });
    expect(caseOf(shop, 'OVERSOLD/S1')).toMatchObject({ state: 'working', times: 2, orders: 1, ended: undefined, isLate: false });
  });

  it('[EX2] an order that is cancelled, or waits for another SKU, leaves', async () => {
    const shop = await troubled();
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'no' });
    expect(caseOf(shop, 'OVERSOLD/S1').orderIds).toEqual(['o2']);
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'no' });
    expect(caseOf(shop, 'OVERSOLD/S1')).toMatchObject({ state: 'resolved', orders: 0, orderIds: [] });
  });

  it('[EX3] a location and a carrier have a case while they are shut, which may be dismissed, not resolved', async () => {
    const shop = await Shop.open();
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood' });
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    expect(list(shop)).toEqual(['NODE_DOWN/A working', 'CARRIER_OUTAGE/post working']);
    expect(await shop.refused('case.resolve', { caseId: 'NODE_DOWN/A', reason: 'x' })).toMatchObject({ code: 'cause-stands', retryable: false, field: 'body.caseId' });
    await shop.ok('case.dismiss', { caseId: 'NODE_DOWN/A', reason: 'planned' });
    await shop.ok('location.resume', { locationId: 'A' });
    expect(caseOf(shop, 'NODE_DOWN/A').state).toBe('dismissed');
    await shop.ok('carrier.resume', { carrierId: 'post' });
    expect(caseOf(shop, 'CARRIER_OUTAGE/post')).toMatchObject({ state: 'resolved', ended: { how: 'cleared' } });
  });
});

describe('reports', () => {
  it('[EX4] are of kinds the engine does not see, of things that are there, and end with the last of their orders', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 });
    expect(await shop.refused('case.raise', { code: 'OVERSOLD', subject: 'S1', cause: 'x' })).toMatchObject({ code: 'contradiction', field: 'body.code' });
    expect(await shop.refused('case.raise', { code: 'LOST', subject: 'nobody', cause: 'x' })).toMatchObject({ code: 'unknown-order', field: 'body.subject' });
    expect(await shop.refused('case.raise', { code: 'LOST', subject: 'o1', orders: ['o1', 'no'], cause: 'x' })).toMatchObject({ code: 'unknown-order', field: 'body.orders[1]' });
    expect(await shop.refused('case.raise', { code: 'PICK_STALLED', subject: 'B', orders: ['o1'], cause: 'x' })).toMatchObject({ code: 'contradiction', field: 'body.orders[0]' });
    expect(await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'netsuite', orders: ['o1', 'o2'], cause: 'no answer', severity: 'low', owner: 'ann' })).toMatchObject({
      caseId: 'DEAD_LETTER/netsuite', state: 'open', severity: 'low', owner: 'ann', orders: 2, times: 1,
    });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'netsuite', orders: ['o2'], cause: 'no answer still' });
    expect(caseOf(shop, 'DEAD_LETTER/netsuite')).toMatchObject({ times: 2, orders: 2, cause: 'no answer still', owner: 'ann' });
    for (const id of ['o1', 'o2']) await shop.ok('order.cancel', { orderId: id, reason: 'no' });
    expect(caseOf(shop, 'DEAD_LETTER/netsuite')).toMatchObject({ state: 'resolved', orders: 0 });
  });

  it('[EX4] of an order that has ended stay until they are resolved', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'no' });
    await shop.ok('case.raise', { code: 'REFUND_FAILED', subject: 'o1', cause: 'card closed' });
    await shop.pass(500);
    expect(caseOf(shop, 'REFUND_FAILED/o1')).toMatchObject({ orders: 1, orderIds: ['o1'] });
    await shop.ok('case.resolve', { caseId: 'REFUND_FAILED/o1', reason: 'paid by bank' });
    expect(said(caseOf(shop, 'REFUND_FAILED/o1')).at(-1)).toBe('test resolved: paid by bank');
  });

  it('[EX11] are bounded: open cases, and orders of one; what the engine sees is not', async () => {
    const shop = await troubled({ limits: { casesOpenMax: 2 } });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p1', cause: 'x' });
    expect(await shop.refused('case.raise', { code: 'DEAD_LETTER', subject: 'p2', cause: 'x' })).toMatchObject({ code: 'over-limit' });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p1', cause: 'x' });
    await shop.ok('location.pause', { locationId: 'A', reason: 'x' });
    expect(shop.ask('case.counts', {})).toMatchObject({ open: 3, byCode: { OVERSOLD: 1, DEAD_LETTER: 1, NODE_DOWN: 1 } });
    await shop.receive({ 'B/S2': 600 });
    const ids = Array.from({ length: 501 }, (_, at) => `many-${at}`);
    for (const id of ids) await shop.place(id, { S2: 1 });
    for (let at = 0; at < 500; at += 200) await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p1', orders: ids.slice(at, Math.min(500, at + 200)), cause: 'x' });
    const one = await shop.refused('case.raise', { code: 'DEAD_LETTER', subject: 'p1', orders: ids.slice(500), cause: 'x' });
    expect(one).toMatchObject({ code: 'over-limit', field: 'body.orders' });
  }, 20_000);
});

describe('playbooks', () => {
  it('[EX15] the orders of a location that stays down get another place, and the case ends when it is open again', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 3, 'B/S1': 2 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 });
    expect(shop.order('o1').fulfillments[0]?.location).toBe('A');
    await shop.part('fulfillment.pick', 'o3');
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood' });
    await shop.pass(1_000);
    expect(shop.order('o1').fulfillments[0]?.location).toBe('A');
    await shop.pass(15 * minuteMs);
    for (const id of ['o1', 'o2']) expect(shop.order(id).fulfillments.at(-1)).toMatchObject({ location: 'B', state: 'released' });
    const view = caseOf(shop, 'NODE_DOWN/A');
    expect(view).toMatchObject({ state: 'working', orders: 0 });
    expect(said(view)).toEqual(['engine raised: flood', 'playbook step: notify: 1 done: the location is paused', 'playbook step: reroute: 2 done']);
    await shop.ok('location.resume', { locationId: 'A' });
    expect(caseOf(shop, 'NODE_DOWN/A').state).toBe('resolved');
  });

  it('[EX6] [EX7] steps are done in order at their instants, order by order, with doubling waits; also across a restart', async () => {
    let shop = await troubled();
    await shop.pass(0);
    // The first attempt is at once: nothing is there, so both stay.
    expect(said(caseOf(shop, 'OVERSOLD/S1')).at(-1)).toBe('playbook step: retry: 0 done, 2 passed over');
    const first = caseOf(shop, 'OVERSOLD/S1');
    expect(first.nextAtMs).toBe(first.raisedAtMs + 10 * minuteMs);
    shop = await shop.restart();
    await shop.pass(10 * minuteMs);
    const second = caseOf(shop, 'OVERSOLD/S1');
    expect(second.attempt).toBe(2);
    expect(second.nextAtMs).toBe(first.raisedAtMs + 30 * minuteMs);
    await shop.pass(20 * minuteMs);
    await shop.settle(20);
    const through = caseOf(shop, 'OVERSOLD/S1');
    expect(through).toMatchObject({ state: 'escalated', owner: 'inventory', severity: 'critical' });
    expect(said(through).slice(-3).map((line) => line.split(':')[0])).toEqual(['playbook step', 'playbook step', 'playbook played']);
  });

  it('[EX7] what is refused leaves nothing behind, and is counted', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 });
    await shop.part('fulfillment.pick', 'o2');
    await shop.ok('playbook.put', { code: 'DEAD_LETTER', steps: [{ do: 'cancel', note: 'lost for good' }], reason: 'ours' });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p', orders: ['o1', 'o2'], cause: 'x' });
    await shop.pass(0);
    expect([shop.order('o1').state, shop.order('o2').state]).toEqual(['cancelled', 'picking']);
    expect(said(caseOf(shop, 'DEAD_LETTER/p'))).toContain('playbook step: cancel: 1 done, 1 refused (wrong-state): lost for good');
  });

  it('[EX7] holds in the name of the playbook, and cancels when the cause stands', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('case.raise', { code: 'PAYMENT_FAILED', subject: 'o1', cause: 'declined' });
    await shop.pass(0);
    expect(shop.order('o1').holds).toMatchObject([{ holdId: 'case', by: 'playbook', reason: 'the payment failed' }]);
    await shop.pass(hourMs);
    await shop.pass(2 * hourMs);
    await shop.pass(48 * hourMs);
    expect(shop.order('o1').state).toBe('cancelled');
    expect(caseOf(shop, 'PAYMENT_FAILED/o1')).toMatchObject({ state: 'resolved', orders: 0 });
    expect(shop.stock('A/S1')).toBe('5 0 0 0');
  });

  it('[EX8] pass over what their condition does not hold for, or has no value for', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5 });
    await shop.place('o1', { S1: 1 }, { priority: 5, attributes: { kind: 'rush' } });
    await shop.place('o2', { S1: 1 });
    const steps = [
      { do: 'hold', if: 'order.attributes["kind"] == "rush" && size(lines) == 1', forMs: hourMs, note: 'rush' },
      { do: 'notify', if: 'case.times > 1' },
    ] as const;
    await shop.ok('playbook.put', { code: 'DEAD_LETTER', steps, reason: 'ours' });
    await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p', orders: ['o1', 'o2'], cause: 'x' });
    await shop.pass(0);
    expect([shop.order('o1').holds?.length, shop.order('o2').holds]).toEqual([1, undefined]);
    expect(said(caseOf(shop, 'DEAD_LETTER/p')).slice(1)).toEqual([
      'playbook step: hold: 1 done, 1 passed over: rush', 'playbook step: notify: 0 done, 1 passed over', 'playbook played',
    ]);
  });

  it('[EX5] a case that has not ended in time is late, goes to whom its kind names, and is worse', async () => {
    const shop = await Shop.open();
    await shop.ok('case.raise', { code: 'SYNC_FAILED', subject: 'p', cause: 'x' });
    const { slaAtMs, raisedAtMs } = caseOf(shop, 'SYNC_FAILED/p');
    expect(slaAtMs - raisedAtMs).toBe(4 * hourMs);
    for (let hour = 0; hour < 4; hour += 1) await shop.pass(hourMs);
    expect(caseOf(shop, 'SYNC_FAILED/p')).toMatchObject({ isLate: true, isEscalated: true, owner: 'operations', severity: 'critical' });
    expect(shop.ask('case.counts', {}).late).toBe(1);
  });

  it('[EX9] hold for cases that begin or are retried from then on, until they are removed', async () => {
    const shop = await Shop.open();
    await shop.ok('case.raise', { code: 'SYNC_FAILED', subject: 'p', cause: 'x' });
    expect(await shop.ok('playbook.put', { code: 'SYNC_FAILED', steps: [{ do: 'wait', afterMs: hourMs }], reason: 'calm' })).toEqual({ code: 'SYNC_FAILED', version: 1 });
    expect(caseOf(shop, 'SYNC_FAILED/p').playbook.version).toBe(0);
    await shop.ok('case.retry', { caseId: 'SYNC_FAILED/p' });
    expect(caseOf(shop, 'SYNC_FAILED/p')).toMatchObject({ state: 'open', playbook: { version: 1, steps: [{ do: 'wait' }] } });
    const again = await shop.restart();
    expect(again.ask('playbook.get', { code: 'SYNC_FAILED' })).toMatchObject({ version: 1, put: { reason: 'calm', by: 'test' } });
    expect(await again.ok('playbook.remove', { code: 'SYNC_FAILED', reason: 'back' })).toEqual({ code: 'SYNC_FAILED', version: 2 });
    expect(again.ask('playbook.get', { code: 'SYNC_FAILED' })).toMatchObject({ version: 0 });
    expect(await again.refused('playbook.remove', { code: 'SYNC_FAILED', reason: 'x' })).toMatchObject({ code: 'wrong-state', field: 'body.code' });
  });

  test.each<[code: CaseCode, step: object, field: string, detail: RegExp]>([
    ['LOST', { do: 'pause' }, 'do', /not about a location/],
    ['LOST', { do: 'notify', forMs: 1 }, 'forMs', /hold or a pause/],
    ['LOST', { do: 'notify', owner: 'ann' }, 'owner', /escalate/],
    ['LOST', { do: 'notify', severity: 'low' }, 'severity', /escalate/],
    ['LOST', { do: 'notify', backoffMs: 1 }, 'backoffMs', /once/],
    ['LOST', { do: 'notify', if: 'case.tims > 1' }, 'if', /case has no tims, at 6/],
    ['LOST', { do: 'notify', if: 'case.times' }, 'if', /bool/],
    ['LOST', { do: 'notify', if: 'order.priority > 1' }, 'if', /the case and now/],
    ['LOST', { do: 'retry', if: 'location.type == "store"' }, 'if', /the case, the order and now/],
  ])('[EX9] %s: %j is refused at %s', async (code, step, field, detail) => {
    const shop = await Shop.open();
    const refusal = await shop.refused('playbook.put', { code, steps: [{ do: 'wait' }, step as never], reason: 'x' });
    expect(refusal).toMatchObject({ code: 'invalid-playbook', field: `body.steps[1].${field}` });
    expect(refusal.detail).toMatch(detail);
  });

  it('[EX9] plans know nothing of cases', async () => {
    const shop = await Shop.open();
    const plan = { format: 'baton.plan/1', id: 'p', name: 'p', rules: [{ id: 'r', exclude: 'location', when: 'case.times > 1' }] };
    const found = shop.ask('plan.lint', { plan: plan as never });
    expect(JSON.stringify(found)).toMatch(/nothing is called case|Unknown variable/);
  });
});

describe('people', () => {
  it('[EX10] do what the playbook does not, all of it or nothing', async () => {
    const shop = await troubled();
    expect(await shop.refused('case.override', { caseId: 'OVERSOLD/S1', do: 'cancel', orders: ['o9'], reason: 'x' })).toMatchObject({ code: 'unknown-order', field: 'body.orders[0]' });
    expect(await shop.refused('case.override', { caseId: 'OVERSOLD/S1', do: 'unhold', reason: 'x' })).toMatchObject({ code: 'unknown-hold' });
    expect(caseOf(shop, 'OVERSOLD/S1').nextAtMs).toBeDefined();
    await shop.ok('case.override', { caseId: 'OVERSOLD/S1', do: 'cancel', orders: ['o1'], reason: 'told the customer' });
    expect(caseOf(shop, 'OVERSOLD/S1')).toMatchObject({ state: 'waiting', orders: 1, nextAtMs: undefined });
    expect(said(caseOf(shop, 'OVERSOLD/S1'))).toContain('test overridden: cancel, 1 orders: told the customer');
    await shop.ok('case.override', { caseId: 'OVERSOLD/S1', do: 'cancel', reason: 'the others too' });
    expect(caseOf(shop, 'OVERSOLD/S1')).toMatchObject({ state: 'resolved', ended: { how: 'cleared' } });
    expect(await shop.refused('case.override', { caseId: 'OVERSOLD/S1', do: 'cancel', reason: 'x' })).toMatchObject({ code: 'wrong-state' });
  });

  it('[EX10] reassign, comment, dismiss and resolve; orders in exception are never left without a case', async () => {
    const shop = await troubled();
    await shop.ok('case.reassign', { caseId: 'OVERSOLD/S1', owner: 'ann', severity: 'low', reason: 'hers' });
    expect(list(shop, { owner: 'ann' })).toEqual(['OVERSOLD/S1 working']);
    for (const kind of ['case.dismiss', 'case.resolve'] as const) {
      expect(await shop.refused(kind, { caseId: 'OVERSOLD/S1', reason: 'x' })).toMatchObject({ code: 'cause-stands' });
      expect(await shop.refused(kind, { caseId: 'LOST/no', reason: 'x' })).toMatchObject({ code: 'unknown-case', field: 'body.caseId' });
    }
    await shop.ok('case.raise', { code: 'LOST', subject: 'o1', cause: 'x' });
    await shop.ok('case.dismiss', { caseId: 'LOST/o1', reason: 'found' });
    await shop.ok('case.comment', { caseId: 'LOST/o1', text: 'behind the shelf' });
    expect(await shop.refused('case.reassign', { caseId: 'LOST/o1', owner: 'ann', reason: 'x' })).toMatchObject({ code: 'wrong-state' });
    expect(said(caseOf(shop, 'LOST/o1')).at(-1)).toBe('test commented: behind the shelf');
  });

  it('[EX12] the log holds every happening once, the older ones by page, also after a restart', async () => {
    const shop = await Shop.open();
    await shop.ok('playbook.put', { code: 'LOST', steps: [], reason: 'none' });
    await shop.receive({ 'A/S1': 1 });
    await shop.place('o1', { S1: 1 });
    await shop.ok('case.raise', { code: 'LOST', subject: 'o1', cause: 'x' });
    for (let at = 1; at <= 70; at += 1) await shop.ok('case.comment', { caseId: 'LOST/o1', text: `note ${at}` });
    const again = await shop.restart();
    const view = caseOf(again, 'LOST/o1');
    expect([view.pages, view.logged, view.log.length]).toEqual([2, 71, 7]);
    const pages = [0, 1].map((page) => again.ask('case.get', { caseId: 'LOST/o1', page })?.log ?? []);
    const all = [...pages.flat(), ...view.log];
    expect(all.map(({ text }) => text)).toEqual(['x', ...Array.from({ length: 70 }, (_, at) => `note ${at + 1}`)]);
    expect(again.ask('case.get', { caseId: 'LOST/o1', page: 9 })?.log).toEqual([]);
  });

  it('[EX13] find cases by kind, state, owner, severity, subject and order, page by page', async () => {
    const shop = await troubled();
    for (const subject of ['p1', 'p2', 'p3']) await shop.ok('case.raise', { code: 'DEAD_LETTER', subject, cause: 'x', orders: ['o1'] });
    expect(list(shop, { orderId: 'o1', code: 'DEAD_LETTER' }).length).toBe(3);
    expect(list(shop, { orderId: 'o2' })).toEqual(['OVERSOLD/S1 working']);
    expect(list(shop, { subject: 'p2', severity: 'low' })).toEqual([]);
    const first = shop.ask('case.list', { code: 'DEAD_LETTER', limit: 2 });
    expect(first.cases.map(({ caseId }) => caseId)).toEqual(['DEAD_LETTER/p1', 'DEAD_LETTER/p2']);
    expect(shop.ask('case.list', { code: 'DEAD_LETTER', limit: 2, after: first.next ?? '' }).cases.map(({ caseId }) => caseId)).toEqual(['DEAD_LETTER/p3']);
    expect(shop.engine.channelOf(orderId('o1'))).toBe('web');
  });
});
