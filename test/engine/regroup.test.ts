/** Parts of an order that one location sends, put together otherwise; and where they stand in the field's words. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { playSection } from './page.ts';
import { location, Shop } from './shop.ts';

const ref = { orderId: 'o1', fulfillmentId: '1' };
type Lines = Readonly<Record<string, number>>;
const split = (lines: Lines, more: object = {}): never => ({ ...ref, lines: Object.entries(lines).map(([lineId, quantity]) => ({ lineId, quantity })), ...more }) as never;
const merge = (...fulfillmentIds: string[]): never => ({ orderId: 'o1', fulfillmentIds }) as never;
const events = (shop: Shop, from: number): Event[] => shop.published.slice(from).flatMap((turn) => [...turn.events]);
const linesOf = (lines: readonly { readonly lineId: string; readonly quantity: number }[]): string => lines.map(({ lineId, quantity }) => `${lineId}:${quantity}`).join(' ');
const parts = (shop: Shop): string[] => shop.order('o1').fulfillments.map(({ location: at, state, lines }) => `${at} ${state} ${linesOf(lines)}`.trim());
const statuses = (shop: Shop): string[] => shop.order('o1').fulfillments.map(({ status }) => status);

/** Order o1 of three S1 and two S2 from A. */
async function stocked(more: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
  await shop.place('o1', { S1: 3, S2: 2 }, more);
  return shop;
}

describe('a part that is split', () => {
  it('[FO13] leaves in two parcels, each with a cost of its own; nothing of stock moves', async () => {
    const shop = await stocked();
    const costMinor = shop.order('o1').fulfillments[0]?.costMinor;
    const from = shop.published.length;
    await shop.ok('fulfillment.split', split({ 1: 1, 2: 2 }));
    expect(parts(shop)).toEqual(['A released 1:2', 'A released 1:1 2:2']);
    expect(shop.order('o1').fulfillments).toMatchObject([{ costMinor }, { fulfillmentId: '2', costMinor, carrier: 'post' }]);
    expect([shop.stock('A/S1'), shop.stock('A/S2')]).toEqual(['9 0 3 0', '9 0 2 0']);
    const changed = { kind: 'fulfillment.changed' };
    const told = { kind: 'fulfillment.split', fulfillmentId: '2', location: 'A', from: ['1'] };
    expect(events(shop, from)).toMatchObject([{ ...changed, fulfillmentId: '1' }, { ...changed, fulfillmentId: '2' }, told]);
    expect((await shop.restart()).order('o1')).toEqual(shop.order('o1'));
  });

  it('[FO13] is picked, shipped and cancelled as two', async () => {
    const shop = await stocked();
    await shop.ok('fulfillment.split', split({ 2: 2 }));
    await shop.part('fulfillment.pick', 'o1', '2');
    expect(await shop.part('fulfillment.ship', 'o1', '2')).toMatchObject({ state: 'picking' });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' } as never).catch(() => undefined);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '1', quantity: 3 }] } as never).catch(() => undefined);
    expect(parts(shop)).toEqual(['A cancelled', 'A shipped 2:2']);
    expect(shop.order('o1').state).toBe('shipped');
  });

  it('[FO13] with a task that a terminal has, keeps that for what stays, and has a task of its own for the rest', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
    await shop.ok('terminal.open', { terminalId: 't1', location: 'A', capacity: 5 } as never);
    await shop.place('o1', { S1: 3, S2: 2 });
    await shop.settle();
    await shop.ok('fulfillment.split', split({ 2: 2 }));
    await shop.settle();
    expect([shop.ask('task.get', ref as never), shop.ask('task.get', { orderId: 'o1', fulfillmentId: '2' } as never)]).toMatchObject([{ state: 'leased', units: 3 }, { state: 'leased', units: 2 }]);
  });

  it('[FO15] is refused where nothing would be left, where it is picked, and for what is not in it', async () => {
    const shop = await stocked();
    const no = async (lines: Readonly<Record<string, number>>, more: object = {}) => shop.refused('fulfillment.split', split(lines, more));
    expect(await no({ 1: 3, 2: 2 })).toMatchObject({ code: 'contradiction', field: 'body.lines' });
    expect(await no({ 7: 1 })).toMatchObject({ code: 'unknown-line', field: 'body.lines[0].lineId' });
    expect(await no({ 1: 4 })).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
    expect(await no({ 1: 1 }, { fulfillmentId: '9' })).toMatchObject({ code: 'unknown-fulfillment', field: 'body.fulfillmentId' });
    expect(await no({ 1: 1 }, { orderId: 'nobody' })).toMatchObject({ code: 'unknown-order' });
    await shop.ok('fulfillment.requestCancel', { ...ref, reason: 'r' } as never);
    expect(await no({ 1: 1 })).toMatchObject({ code: 'wrong-state' });
    await shop.ok('fulfillment.rejectCancel', { ...ref, reason: 'r' } as never);
    await shop.part('fulfillment.pick', 'o1');
    expect(await no({ 1: 1 })).toMatchObject({ code: 'wrong-state', detail: 'fulfillment 1 is picking: its parcel is what it is' });
  });
});

describe('parts that are merged', () => {
  it('[FO14] leave in one parcel, a new part; the others are cancelled and their tasks gone', async () => {
    const shop = await stocked();
    await shop.ok('fulfillment.split', split({ 1: 1 }));
    await shop.ok('fulfillment.split', split({ 2: 1 }));
    const from = shop.published.length;
    await shop.ok('fulfillment.merge', merge('2', '1', '3'));
    expect(parts(shop)).toEqual(['A cancelled', 'A cancelled', 'A cancelled', 'A released 1:3 2:2']);
    expect(events(shop, from).at(-1)).toMatchObject({ kind: 'fulfillment.merged', fulfillmentId: '4', from: ['2', '1', '3'] });
    expect(shop.stock('A/S1')).toBe('9 0 3 0');
    expect(await shop.part('fulfillment.pick', 'o1', '4')).toMatchObject({ state: 'picking' });
  });

  it('[FO14] are work once: an hour of a location has the parcel back', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { ...location('A', 0), timeZone: 'UTC', capacity: { pack: { perDay: 9 } } } } as never);
    await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
    await shop.place('o1', { S1: 3, S2: 2 });
    const work = () => shop.ask('capacity.get', { location: 'A' } as never).map(({ units, parcels }) => `${units}/${parcels}`);
    await shop.ok('fulfillment.split', split({ 2: 2 }));
    expect(work()).toEqual(['5/2']);
    await shop.ok('fulfillment.merge', merge('1', '2'));
    expect(work()).toEqual(['5/1']);
  });

  it('[FO15] are refused where they are of two locations or states, held, or not there', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9, 'B/S2': 9 });
    await shop.place('o1', { S1: 3, S2: 2 });
    expect(await shop.refused('fulfillment.merge', merge('1', '2'))).toMatchObject({ code: 'contradiction', field: 'body.fulfillmentIds[1]' });
    await shop.ok('fulfillment.split', split({ 1: 1 }));
    await shop.ok('fulfillment.hold', { ...ref, holdId: 'h', reason: 'r' } as never);
    expect(await shop.refused('fulfillment.merge', merge('3', '1'))).toMatchObject({ code: 'on-hold', field: 'body.fulfillmentIds[1]' });
    expect(await shop.refused('fulfillment.merge', merge('3', '9'))).toMatchObject({ code: 'unknown-fulfillment', field: 'body.fulfillmentIds[1]' });
    await shop.part('fulfillment.pick', 'o1', '3');
    expect(await shop.refused('fulfillment.merge', merge('3', '1'))).toMatchObject({ code: 'wrong-state', field: 'body.fulfillmentIds[0]' });
  });
});

describe('the status of a part', () => {
  it('[FO16] says its state in the field’s words, with what keeps it', async () => {
    const shop = await stocked({ releaseAfterMs: 1_000 });
    expect(statuses(shop)).toEqual(['scheduled']);
    await shop.ok('fulfillment.hold', { ...ref, holdId: 'h', reason: 'r' } as never);
    expect(statuses(shop)).toEqual(['on-hold']);
    await shop.pass(1_000);
    expect(statuses(shop)).toEqual(['on-hold']);
    await shop.ok('fulfillment.unhold', { ...ref, holdId: 'h' } as never);
    expect(statuses(shop)).toEqual(['open']);
    await shop.ok('fulfillment.split', split({ 2: 2 }));
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r', lines: [{ lineId: '2', quantity: 2 }] } as never);
    expect(statuses(shop)).toEqual(['in-progress', 'cancelled']);
    await shop.part('fulfillment.ship', 'o1');
    expect(statuses(shop)).toEqual(['closed', 'cancelled']);
  });

  it('[FO16] is incomplete where its location did not begin in time and nobody else has the units', async () => {
    const shop = await Shop.open();
    await shop.ok('location.put', { location: { ...location('A', 0), startWithinMs: 60_000 } } as never);
    await shop.receive({ 'A/S1': 9 });
    await shop.place('o1', { S1: 3 });
    await shop.pass(60_000);
    expect(statuses(shop)).toEqual(['incomplete']);
  });

  it('[FO13] is played as the page says', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/MUG': 9 });
    await shop.place('G-1', { MUG: 3 });
    expect(await playSection('Splitting and merging', shop, 'docs/LIFECYCLE.md')).toBe(2);
  });
});
