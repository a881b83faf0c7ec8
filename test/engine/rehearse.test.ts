/** Rehearsals on the journal of a small shop: the same code on a forked state, against what really happened. */
import { describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import { compareSides, withExplained } from '../../engine/rehearse/compare-sides.ts';
import type { Rehearsed, SideResult } from '../../engine/rehearse/result.ts';
import { positionBefore, rehearseSide, type RehearsalStore, type SideTask } from '../../engine/rehearse/side.ts';
import { must } from '../../engine/assert.ts';
import { location, Shop } from './shop.ts';

const plan = (rules: readonly object[], more: object = {}): PlanDocument =>
  ({ format: 'baton.plan/1', id: 'new', name: 'new', rules, ...more }) as never;
const notA = plan([{ id: 'not-a', exclude: 'location', when: 'location.id == "A"' }]);
/** A plan that says nothing: the cheapest parcels. */
const nothing = plan([]);

function storeOf(shop: Shop): RehearsalStore {
  const { claim } = shop;
  return { head: claim.head, tail: claim.tail, record: (at) => must(claim.record(at), `record ${at}`), rows: (prefix) => claim.rows(prefix) };
}

const base: Omit<SideTask, 'after' | 'until'> = { serve: 'age', ordersMax: 1_000_000, explain: [] };

async function side(shop: Shop, task: Partial<SideTask> = {}): Promise<SideResult> {
  const store = storeOf(shop);
  const whole = { ...base, after: store.head - 1, until: store.tail };
  const { playMs: _, openMs: __, ...result } = await rehearseSide(store, { ...whole, ...task }, () => 0, () => undefined);
  return { ...result, playMs: 0, openMs: 0 };
}

async function rehearse(shop: Shop, candidate: PlanDocument, task: Partial<SideTask> = {}): Promise<Rehearsed> {
  const stretch = { baseline: await side(shop, task), candidate: await side(shop, { ...task, candidate: { plan: candidate } }) };
  return compareSides({ plan: candidate.id, fromMs: 0, toMs: shop.clock.now() }, [stretch], 20);
}

/** A day with everything in it: backorders, cancels, shorts, counts, reservations, a pause, capacity, kits. */
async function day(shop: Shop): Promise<void> {
  const capacity = { pick: { perDay: 9 } };
  await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity } as never });
  await shop.ok('item.put', { item: { sku: 'KIT', kit: { components: [{ sku: 'S1', quantity: 1 }, { sku: 'S2', quantity: 2 }], together: false } } as never });
  await shop.receive({ 'A/S1': 6, 'B/S1': 8, 'C/S2': 9, 'A/S2': 3 });
  await shop.place('o1', { S1: 2 });
  await shop.place('o2', { S1: 1, S2: 2 });
  await shop.reserve('r1', { S1: 2 });
  await shop.pass(60_000);
  await shop.place('o3', { S1: 2 }, { reservationId: 'r1' } as never);
  await shop.place('o4', { S1: 9 }, { shortage: 'backorder' });
  await shop.refused('order.place', { ...({ orderId: 'o5', channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 50 }] } as never as object) } as never);
  await shop.ok('order.cancel', { orderId: 'o1', reason: 'changed their mind' });
  await shop.part('fulfillment.pick', 'o2');
  await shop.ok('stock.count', { entries: [{ sku: 'S2', location: 'C', onHand: 7 }, { sku: 'S3', location: 'B', onHand: 4 }] });
  await shop.pass(60_000);
  await shop.receive({ 'B/S1': 3, 'C/S1': 8 });
  await shop.settle();
  await shop.ok('location.pause', { locationId: 'B', reason: 'flood' });
  await shop.place('o6', { KIT: 1 }, { shortage: 'backorder' });
  await shop.ok('location.resume', { locationId: 'B' });
  await shop.place('o7', { S3: 1 });
  await shop.part('fulfillment.pick', 'o7');
  await shop.ok('fulfillment.short', { orderId: 'o7', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'not there' });
  await shop.part('fulfillment.ship', 'o2');
  await shop.part('fulfillment.deliver', 'o2');
  await shop.place('o8', { S1: 1 });
  await shop.settle();
}

describe('rehearsal', () => {
  it('[X10] the baseline decides anew what the record says, to the byte, from an empty beginning', async () => {
    const shop = await Shop.open();
    await day(shop);
    const result = await side(shop);
    expect(result.fidelity).toEqual({ placements: 8, asRecorded: 8, refused: {} });
    expect(result.beginning).toMatchObject({ position: 0, guessed: 0, leftOut: 0 });
    expect(result.sums).toMatchObject({ orders: 7, refusedOrders: 1 });
    const real = result.ids.map((orderId, index) => {
      const view = shop.ask('order.get', { orderId });
      const parts = (view?.fulfillments ?? []).filter(({ lines, state }) => lines.length > 0 && state !== 'cancelled');
      const waits = (view?.lines ?? []).reduce((units, line) => units + line.backordered, 0);
      return [orderId, parts.length, parts.reduce((sum, { costMinor }) => sum + costMinor, 0), waits].join() ===
        [orderId, result.orders[index]?.parcels, result.orders[index]?.costMinor, result.orders[index]?.waitingUnits].join();
    });
    expect(real).toEqual(real.map(() => true));
  });

  it('[X11] the same plan gives the same result, to the byte', async () => {
    const shop = await Shop.open();
    await shop.ok('plan.put', { plan: { ...notA, id: 'old' } as never, reason: 'r' });
    await shop.ok('plan.validate', { planId: 'old', version: 1 });
    await shop.ok('plan.publish', { planId: 'old', version: 1, reason: 'r' });
    const after = shop.claim.tail;
    await day(shop);
    const result = await rehearse(shop, { ...notA, id: 'old' } as never, { after });
    expect(JSON.stringify(result.candidate)).toBe(JSON.stringify(result.baseline));
    expect(result).toMatchObject({ changedOrders: 0, changed: [] });
    expect(result.fidelity.candidate.refused).toEqual(result.fidelity.baseline.refused);
    expect(result.baseline.byLocation).not.toHaveProperty('A');
    // And again: nothing depends on when or how often it is run.
    expect(JSON.stringify(await rehearse(shop, { ...notA, id: 'old' } as never, { after }))).toBe(JSON.stringify(result));
  });

  it('[X12] another plan: side by side by location and channel, and the orders that change most, the most first', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10, 'B/S1': 4 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 2 });
    const result = await rehearse(shop, notA);
    expect(result.baseline).toMatchObject({ orders: 3, parcels: 3, refusedOrders: 0, byLocation: { A: { parcels: 3, units: 6 } } });
    expect(result.candidate).toMatchObject({ orders: 2, parcels: 2, refusedOrders: 1, byLocation: { B: { parcels: 2, units: 4 } } });
    expect(result.candidate.byChannel).toEqual({ web: expect.objectContaining({ orders: 2, refusedOrders: 1 }) });
    expect(result.changedOrders).toBe(3);
    expect(result.changed.map(({ orderId, baseline, candidate }) => [orderId, baseline.route, candidate.route])).toEqual([
      ['o3', 'A post 1×2', ''], ['o1', 'A post 1×2', 'B post 1×2'], ['o2', 'A post 1×2', 'B post 1×2'],
    ]);
    expect(result.candidate.costMinor).toBe(2 * (result.changed[1]?.candidate.costMinor ?? 0));
  });

  it('[X13] the candidate’s own allocations go on: what it gave is gone, what it did not give is left, cancels give back', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2, 'B/S1': 2 });
    await shop.place('o1', { S1: 2 });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await shop.place('o2', { S1: 2 });
    await shop.place('o3', { S1: 2 });
    const { candidate } = await rehearse(shop, notA);
    // Under the candidate o1 took B's units and gave them back, o2 took them, and nothing was left for o3.
    expect(candidate).toMatchObject({ orders: 2, refusedOrders: 1, byLocation: { B: { parcels: 1, units: 2 } } });
  });

  it('[X14] counts move the books by what they corrected, and what was missing is missing wherever the parcel was', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    await shop.place('o1', { S1: 3 });
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'not there' });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 2 }] });
    for (const id of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']) await shop.place(id, { S1: 1 }, { shortage: 'backorder' });
    const open = await rehearse(shop, nothing);
    expect(open.changed).toEqual([]);
    const { candidate, fidelity } = await rehearse(shop, notA);
    // B had five and gave three of them to o1: two are left for seven orders.
    expect(candidate).toMatchObject({ backorders: 5, waitingUnits: 5 });
    expect(fidelity.candidate.refused).toEqual({});
  });

  it('[Z70][Z72] what was declined and what was not begun is played as it was', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 6, 'B/S1': 3, 'C/S1': 9 });
    await shop.ok('location.put', { location: { ...location('A'), startWithinMs: 600_000 } as never });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 2 });
    await shop.ok('fulfillment.reject', { orderId: 'o1', fulfillmentId: '1', reason: 'no hands' });
    await shop.pass(600_000);
    await shop.place('o4', { S1: 5 }, { shortage: 'backorder' });
    expect(shop.order('o2').fulfillments.map(({ location: at, state }) => `${at} ${state}`)).toEqual(['A cancelled', 'C released']);
    const result = await rehearse(shop, nothing);
    expect(result.fidelity.baseline).toEqual({ placements: 4, asRecorded: 4, refused: {} });
    expect(result.changed).toEqual([]);
    // Under a candidate that never asks A nobody declines, and nothing is late.
    const elsewhere = await rehearse(shop, notA);
    expect(elsewhere.fidelity.candidate.refused).toEqual({});
    expect(elsewhere.candidate).toMatchObject({ byLocation: { B: { parcels: 1 }, C: { parcels: 3 } } });
  });

  it('[Z78] windows of a plan, and moves to a better place, are played as they were', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 1, 'C/S2': 4 });
    const together = plan([], { id: 'together', batch: { windowMs: 100 }, improve: { minSavedMinor: 1 } });
    await shop.ok('plan.put', { plan: together, reason: 'r' } as never);
    await shop.ok('plan.validate', { planId: 'together', version: 1 });
    await shop.ok('plan.publish', { planId: 'together', version: 1, reason: 'r' });
    const to = (latitude: number) => ({ destination: { country: 'GB', latitude, longitude: -0.12 } });
    await shop.place('o1', { S1: 1 }, to(51.9));
    await shop.place('o2', { S1: 1 }, to(50.5));
    await shop.place('o3', { S2: 2 }, { releaseAfterMs: 3_600_000 });
    await shop.pass(200);
    await shop.receive({ 'A/S2': 5 });
    await shop.settle();
    await shop.place('o4', { S2: 1 });
    expect(['o1', 'o2', 'o3'].map((id) => shop.order(id).fulfillments.at(-1)?.location)).toEqual(['B', 'A', 'A']);
    const { baseline, fidelity } = await rehearse(shop, nothing);
    expect(fidelity.baseline).toEqual({ placements: 4, asRecorded: 4, refused: {} });
    expect(baseline.byLocation).toMatchObject({ A: { parcels: 3 }, B: { parcels: 1 } });
    const same = await rehearse(shop, together);
    expect(same.changed).toEqual([]);
    expect(same.candidate.costMinor).toBe(baseline.costMinor);
  });

  it('[X15] from a later moment the state is the one of then, also when the journal was trimmed', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 6, 'B/S1': 6 });
    await shop.place('o0', { S1: 3 }, { shortage: 'backorder' });
    const after = shop.claim.tail;
    await shop.pass(10_000);
    const fromMs = shop.clock.now();
    await shop.place('o1', { S1: 2 });
    await shop.place('o2', { S1: 2 });
    await shop.ok('order.cancel', { orderId: 'o0', reason: 'r' });
    await shop.place('o3', { S1: 2 });
    await shop.pass(10_000);
    expect(positionBefore(storeOf(shop), fromMs)).toBe(after);
    const whole = await rehearse(shop, notA, { after });
    expect(whole.beginnings).toMatchObject([{ position: after, guessed: 0, leftOut: 0 }]);
    expect(whole.baseline).toMatchObject({ orders: 3, byLocation: { A: { units: 4 }, B: { units: 2 } } });
    expect(whole.fidelity.baseline).toEqual({ placements: 3, asRecorded: 3, refused: {} });
    expect(shop.claim.savedAt).toBe(shop.claim.tail);
    await shop.claim.trim(after + 1);
    const cut = await rehearse(shop, notA, { after });
    // The order from before is not known any more as it was: it is left out, and its units move as recorded.
    expect(cut.beginnings).toMatchObject([{ position: after, guessed: 0, leftOut: 1 }]);
    expect(cut.fidelity.baseline).toEqual(whole.fidelity.baseline);
    expect(cut.baseline.byLocation).toEqual(whole.baseline.byLocation);
    expect(cut.candidate.byLocation).toEqual(whole.candidate.byLocation);
  });

  it('[X16] each order that changes is explained on both sides, as it stood when it was placed', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 2, 'B/S1': 4 });
    await shop.place('o1', { S1: 2 });
    await shop.place('o2', { S1: 2 });
    const result = await rehearse(shop, notA);
    const told = async (candidate?: PlanDocument): Promise<SideResult> =>
      side(shop, { explain: ['o2'], ...(candidate === undefined ? {} : { candidate: { plan: candidate } }) });
    const explained = withExplained(result, [{ baseline: await told(), candidate: await told(notA) }]);
    // Only o1 changes its place: o2 goes to B on both sides, and is not among those told of.
    expect(explained.changed.map(({ orderId }) => orderId)).toEqual(['o1']);
    const [, of] = (await told(notA)).explained[0] ?? [];
    expect(of).toMatchObject({ removed: [{ location: 'A', rule: 'not-a' }], candidates: [{ location: 'B', units: 2 }, { location: 'C', units: 0 }] });
    const first = await side(shop, { explain: ['o1'], candidate: { plan: notA } });
    expect(first.explained[0]?.[1].candidates[0]).toMatchObject({ location: 'B', units: 2 });
    expect(first.ids).toEqual(['o1']);
  });

  it('[X17] it ends at its bound on orders, on both sides at the same record', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 10, 'B/S1': 2 });
    for (const id of ['o1', 'o2', 'o3', 'o4']) await shop.place(id, { S1: 2 });
    const result = await rehearse(shop, notA, { ordersMax: 2 });
    expect(result.isCut).toBe(true);
    expect([result.baseline.orders, result.candidate.orders + result.candidate.refusedOrders]).toEqual([2, 2]);
  });

  it('[X18] for one channel the candidate leaves the plans of the others, and what was published meanwhile counts there', async () => {
    const shop = await Shop.open();
    await shop.ok('channel.put', { channel: { id: 'b2b', name: 'B2B' } });
    await shop.receive({ 'A/S1': 9, 'B/S1': 9, 'C/S1': 9 });
    const notB = { ...plan([{ id: 'not-b', exclude: 'location', when: 'location.id != "C"' }]), id: 'old' };
    await shop.ok('plan.put', { plan: notB as never, reason: 'r' });
    await shop.ok('plan.validate', { planId: 'old', version: 1 });
    await shop.ok('plan.publish', { planId: 'old', version: 1, reason: 'r' });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 }, { channel: 'b2b' });
    const task = { candidate: { plan: notA, channel: 'web' as never } };
    const result = await side(shop, task);
    expect(result.orders.map(({ route }) => route)).toEqual(['B post 1×1', 'C post 1×1']);
    const all = await side(shop, { candidate: { plan: notA } });
    expect(all.orders.map(({ route }) => route)).toEqual(['B post 1×1', 'B post 1×1']);
  });

  it('[X10] [X13] short picks reach as far, carriers that take nothing are left, and what was accepted is accepted by whoever is offered it', async () => {
    const shop = await Shop.open();
    const card = (id: string, index: number, more: object): never => ({ location: { ...location(id, index), ...more } }) as never;
    await shop.ok('location.put', card('A', 0, { shortPick: { reach: 'orders' }, offer: { withinMs: 60_000, alsoTo: 1 } }));
    await shop.ok('location.put', card('B', 1, { offer: { withinMs: 60_000 } }));
    await shop.receive({ 'A/S1': 5, 'B/S1': 5, 'C/S1': 5 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 });
    const accept = (id: string, at: string): Promise<unknown> => shop.ok('offer.accept', { orderId: id, fulfillmentId: '1', location: at });
    await accept('o1', 'A');
    await accept('o2', 'B');
    await shop.part('fulfillment.pick', 'o1');
    await shop.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1 }], reason: 'not there' });
    await shop.settle();
    await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
    await shop.settle();
    const result = await rehearse(shop, nothing);
    expect(result.fidelity.baseline.refused).toEqual({});
    expect(result.fidelity.baseline.asRecorded).toBe(3);
    const elsewhere = await rehearse(shop, notA);
    expect(elsewhere.fidelity.candidate.refused['offer.accept']).toBeUndefined();
  });
});
