/** Cancellations that a location is asked for: who answers, what silence means, and what comes first. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { Shop } from './shop.ts';

const hourMs = 3_600_000;
const ref = { orderId: 'o1', fulfillmentId: '1' };
const ask = (more: object = {}): never => ({ ...ref, reason: 'changed their mind', ...more }) as never;
const why = { ...ref, reason: 'in the van' } as never;
const kinds = (events: readonly Event[]): string[] => events.map(({ kind }) => kind);
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => [...turn.events]);

/** Order o1 of three S1 and two S2, picked at A. */
async function picked(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
  await shop.place('o1', { S1: 3, S2: 2 });
  await shop.part('fulfillment.pick', 'o1');
  return shop;
}

const caseOf = (shop: Shop) => shop.ask('case.get', { caseId: 'CANCEL_TOO_LATE/o1' } as never) ?? undefined;

describe('a location that is asked to cancel', () => {
  it('[FO1] is asked for all of a part or for some lines, with who, why and until when, and goes on meanwhile', async () => {
    const shop = await picked();
    const now = shop.clock.now();
    const from = shop.published.length;
    await shop.ok('fulfillment.requestCancel', ask({ lines: [{ lineId: '1', quantity: 2 }], answerWithinMs: 5_000, silence: 'accept' }));
    const request = { units: [{ lineId: '1', quantity: 2 }], reason: 'changed their mind', by: 'test', sinceMs: now, answerByMs: now + 5_000, silence: 'accept' };
    expect(shop.order('o1')).toMatchObject({ state: 'picking', fulfillments: [{ state: 'picking', cancelling: request }] });
    expect(events(shop, from)).toMatchObject([{ kind: 'fulfillment.changed' }, { kind: 'cancellation.requested', location: 'A', fulfillmentId: '1', request }]);
    expect((await shop.restart()).order('o1')).toEqual(shop.order('o1'));
  });

  it('[FO2] accepts: the units are cancelled and are stock again, the rest goes on', async () => {
    const shop = await picked();
    await shop.ok('fulfillment.requestCancel', ask({ lines: [{ lineId: '1', quantity: 2 }] }));
    const from = shop.published.length;
    const outcome = await shop.send('fulfillment.acceptCancel', { ...ref, reason: 'back on the shelf' } as never, 'a1', 'store-a');
    expect(outcome.ok).toMatchObject({ state: 'picking', fulfillments: [{ state: 'picking', lines: [{ lineId: '1', quantity: 1 }, { lineId: '2', quantity: 2 }] }] });
    expect(shop.order('o1').fulfillments[0]?.cancelling).toBeUndefined();
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(['9 0 1 0', '9 0 2 0']);
    expect(shop.order('o1').lines[0]).toMatchObject({ allocated: 1, cancelled: 2 });
    const told = events(shop, from);
    expect(kinds(told)).toEqual(['fulfillment.changed', 'cancellation.answered', 'order.cancelled']);
    expect(told[1]).toMatchObject({ outcome: 'accepted', units: 2, by: 'store-a', reason: 'back on the shelf' });
    expect(told[2]).toMatchObject({ units: 2, reason: 'changed their mind', state: 'picking' });
    await shop.ok('fulfillment.requestCancel', ask());
    expect(await shop.ok('fulfillment.acceptCancel', ref as never)).toMatchObject({ state: 'cancelled', fulfillments: [{ state: 'cancelled', lines: [] }] });
    expect(await shop.refused('fulfillment.ship', ref as never)).toMatchObject({ code: 'wrong-state' });
  });

  it('[FO3] rejects: the parcel goes on, and the order has a case that somebody owns until it has arrived', async () => {
    const shop = await picked();
    await shop.ok('fulfillment.requestCancel', ask());
    await shop.send('fulfillment.rejectCancel', why, 'r1', 'store-a');
    expect(shop.order('o1')).toMatchObject({ state: 'picking', fulfillments: [{ cancelling: undefined, state: 'picking' }] });
    expect(events(shop, 0)).toContainEqual(expect.objectContaining({ kind: 'cancellation.answered', outcome: 'rejected', by: 'store-a', reason: 'in the van', units: 5 }));
    expect(caseOf(shop)).toMatchObject({ owner: 'customer-care', orders: 1, cause: 'the cancellation of fulfillment 1 is too late: A does not give it up: in the van' });
    await shop.part('fulfillment.ship', 'o1');
    await shop.part('fulfillment.deliver', 'o1');
    expect(caseOf(shop)).toMatchObject({ state: 'resolved' });
  });

  it('[FO4] says nothing: at the millisecond its silence is what was said that it means, also over a restart', async () => {
    const shop = await picked();
    await shop.ok('fulfillment.requestCancel', ask({ lines: [{ lineId: '2', quantity: 2 }], silence: 'accept' }));
    const again = await shop.restart();
    await again.pass(hourMs - 1);
    expect(again.order('o1').fulfillments[0]?.cancelling).toBeDefined();
    await again.pass(1);
    expect(again.order('o1').lines[1]).toMatchObject({ cancelled: 2 });
    expect(again.stock('A/S2')).toBe('9 0 0 0');
    await again.ok('fulfillment.requestCancel', ask({ answerWithinMs: 1 }));
    await again.pass(1);
    expect(again.order('o1')).toMatchObject({ state: 'picking', fulfillments: [{ cancelling: undefined }] });
    expect(events(again, 0)).toContainEqual(expect.objectContaining({ kind: 'cancellation.answered', outcome: 'rejected', by: undefined, units: 3 }));
    expect(caseOf(again)?.cause).toBe('the cancellation of fulfillment 1 is too late: A did not answer in time');
    expect(again.ask('engine.status', {}).timers).toBeLessThan(3);
  });

  it('[FO5] ships first: that is too late, and both are told so in the same turn', async () => {
    const shop = await picked();
    await shop.ok('fulfillment.requestCancel', ask());
    const from = shop.published.length;
    await shop.part('fulfillment.ship', 'o1');
    expect(kinds(events(shop, from))).toEqual(['fulfillment.changed', 'cancellation.answered', 'order.changed', 'case.changed']);
    expect(events(shop, from)[1]).toMatchObject({ outcome: 'shipped', location: 'A', units: 5 });
    expect(await shop.refused('fulfillment.acceptCancel', ref as never)).toMatchObject({ code: 'wrong-state', detail: 'no cancellation of fulfillment 1 is asked for' });
    expect(caseOf(shop)?.cause).toContain('left A before its cancellation was answered');
    await shop.pass(2 * hourMs);
    expect(caseOf(shop)?.times).toBe(1);
  });

  it('[FO6] has not all of the units any more: it is asked no more', async () => {
    const shop = await picked();
    await shop.ok('fulfillment.requestCancel', ask({ lines: [{ lineId: '1', quantity: 2 }] }));
    await shop.ok('fulfillment.short', { ...ref, lines: [{ lineId: '1', quantity: 1 }], reason: 'gone' } as never);
    expect(shop.order('o1').fulfillments[0]?.cancelling).toBeDefined();
    await shop.ok('fulfillment.short', { ...ref, lines: [{ lineId: '1', quantity: 1 }], reason: 'gone' } as never);
    expect(shop.order('o1').fulfillments[0]?.cancelling).toBeUndefined();
    expect(events(shop, 0)).toContainEqual(expect.objectContaining({ kind: 'cancellation.answered', outcome: 'lapsed' }));
    expect(caseOf(shop)).toBeUndefined();
    await shop.place('o2', { S2: 1 });
    await shop.ok('fulfillment.requestCancel', ask({ orderId: 'o2' }));
    await shop.ok('order.cancel', { orderId: 'o2', reason: 'r' } as never);
    expect(shop.order('o2')).toMatchObject({ state: 'cancelled', fulfillments: [{ cancelling: undefined }] });
  });

  it('[FO7] is not asked twice at once, nor for what it has not, nor what was not told to it or has left', async () => {
    const shop = await picked();
    const asked = async (more: object = {}) => shop.refused('fulfillment.requestCancel', ask(more));
    expect(await asked({ orderId: 'nobody' })).toMatchObject({ code: 'unknown-order', field: 'body.orderId' });
    expect(await asked({ fulfillmentId: '9' })).toMatchObject({ code: 'unknown-fulfillment', field: 'body.fulfillmentId' });
    expect(await asked({ lines: [{ lineId: '7', quantity: 1 }] })).toMatchObject({ code: 'unknown-line', field: 'body.lines[0].lineId' });
    expect(await asked({ lines: [{ lineId: '2', quantity: 1 }, { lineId: '1', quantity: 4 }] })).toMatchObject({ code: 'not-enough', field: 'body.lines[1].quantity' });
    expect(await shop.refused('fulfillment.rejectCancel', why)).toMatchObject({ code: 'wrong-state' });
    await shop.ok('fulfillment.requestCancel', ask());
    expect(await asked()).toMatchObject({ code: 'wrong-state', detail: expect.stringContaining('asked for already') as unknown });
    await shop.part('fulfillment.ship', 'o1');
    expect(await asked()).toMatchObject({ code: 'wrong-state' });
    await shop.place('o2', { S1: 1 }, { releaseAfterMs: 9_000 });
    expect(await asked({ orderId: 'o2' })).toMatchObject({ code: 'wrong-state', detail: 'fulfillment 1 is open: its location was told nothing; cancel its units' });
  });

  it('[FO7] gives up whole kits only', async () => {
    const shop = await Shop.open();
    await shop.ok('item.put', { item: { sku: 'SET', kit: { components: [{ sku: 'S1', quantity: 2 }, { sku: 'S2', quantity: 1 }] } } } as never);
    await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
    await shop.place('o1', { SET: 2 });
    await shop.part('fulfillment.pick', 'o1');
    const [first] = shop.order('o1').lines;
    expect(await shop.refused('fulfillment.requestCancel', ask({ lines: [{ lineId: first?.lineId ?? '', quantity: 2 }] }))).toMatchObject({ code: 'kit-in-parts', field: 'body.lines' });
    expect(await shop.refused('fulfillment.requestCancel', ask({ lines: [{ lineId: '1', quantity: 3 }] }))).toMatchObject({ code: 'not-enough', field: 'body.lines' });
    await shop.ok('fulfillment.requestCancel', ask({ lines: [{ lineId: '1', quantity: 1 }] }));
    await shop.ok('fulfillment.acceptCancel', ref as never);
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(['9 0 2 0', '9 0 1 0']);
  });

  it('[FO8] works at a terminal: its task says what is asked, and is taken from it once that is given up', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    await shop.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 2 } as never);
    await shop.place('o1', { S1: 3 });
    await shop.settle();
    await shop.ok('task.ack', { terminalId: 't1', ...ref } as never);
    const from = shop.published.length;
    await shop.ok('fulfillment.requestCancel', ask());
    expect(events(shop, from).at(-1)).toMatchObject({ kind: 'task.changed', terminal: 't1', state: 'picking', cancelling: { reason: 'changed their mind' } });
    expect(shop.ask('task.get', ref as never)).toMatchObject({ state: 'picking', cancelling: { units: [{ lineId: '1', quantity: 3 }] } });
    await shop.ok('fulfillment.acceptCancel', ref as never);
    expect(shop.ask('task.get', ref as never)).toMatchObject({ state: 'gone', cancelling: undefined });
  });

  it('[FO2] is played as the page says', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 9 });
    await shop.place('F-1', { MUG: 2 });
    await shop.part('fulfillment.pick', 'F-1');
    expect(await playSection('Cancelling what a location has begun', shop, 'docs/LIFECYCLE.md')).toBe(3);
  });
});
