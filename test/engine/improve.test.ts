/** What is allocated moves to a better place, where the routing plan asks for that. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../actors/vocabulary.ts';
import { Shop } from './shop.ts';

const hourMs = 3_600_000;
const parts = (shop: Shop, id = 'o1'): string[] => shop.order(id).fulfillments.map(({ location: at, state }) => `${at} ${state}`);
const events = (shop: Shop): Event[] => shop.published.flatMap((turn) => [...turn.events]);

/** From A a parcel to London takes 300, from B 411, from C 522; under a plan that lets orders move. */
async function shopWith(improve: object | undefined, units: Readonly<Record<string, number>>): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive(units);
  await publish(shop, improve);
  return shop;
}

async function publish(shop: Shop, improve: object | undefined): Promise<void> {
  const plan = { format: 'baton.plan/1', id: 'p', name: 'Plan', ...(improve === undefined ? {} : { improve }) };
  const { version } = (await shop.ok('plan.put', { plan, reason: 'test' } as never)) as { version: number };
  await shop.ok('plan.validate', { planId: 'p', version });
  await shop.ok('plan.publish', { planId: 'p', version, reason: 'test' });
}

const waiting = { releaseAfterMs: hourMs };

describe('an order that is not released', () => {
  it('[Z74] moves when stock comes from where it saves enough, with the saving and the cause in the decision', async () => {
    const shop = await shopWith({ minSavedMinor: 200 }, { 'C/S1': 5 });
    await shop.place('o1', { S1: 2 }, waiting);
    expect(parts(shop)).toEqual(['C open']);
    await shop.receive({ 'B/S1': 2 });
    await shop.settle();
    expect(parts(shop)).toEqual(['C open']);
    await shop.receive({ 'A/S1': 2 });
    await shop.settle();
    expect(parts(shop)).toEqual(['C cancelled', 'A open']);
    expect([shop.stock('A/S1'), shop.stock('C/S1')]).toEqual(['2 0 2 0', '5 0 0 0']);
    const [was, is] = shop.order('o1').fulfillments;
    const savedMinor = (was?.costMinor ?? 0) - (is?.costMinor ?? 0);
    expect(events(shop).findLast(({ kind }) => kind === 'order.sourced')).toMatchObject({ attempt: 2, cause: { kind: 'cheaper', from: ['1'], savedMinor } });
    const explained = shop.ask('decision.explain', { orderId: 'o1', attempt: 2 });
    expect(explained?.text.join('\n')).toContain('Sourced again because part 1 had a better place by now; that saves');
    expect(explained?.recomputed).toMatchObject({ reproduced: true });
    const again = await shop.restart();
    expect(again.order('o1')).toEqual(shop.order('o1'));
  });

  it('[Z74] moves when that drops a split and costs no more, and else not', async () => {
    for (const fewerParcels of [true, false]) {
      const shop = await shopWith({ minSavedMinor: 100_000, fewerParcels }, { 'B/S1': 1, 'B/S2': 0, 'C/S2': 1 } as never);
      await shop.place('o1', { S1: 1, S2: 1 }, waiting);
      expect(parts(shop)).toEqual(['B open', 'C open']);
      await shop.receive({ 'A/S1': 1, 'A/S2': 1 });
      await shop.settle();
      expect(parts(shop)).toEqual(fewerParcels ? ['B cancelled', 'C cancelled', 'A open'] : ['B open', 'C open']);
    }
  });

  it('[Z75] is looked at for more of its SKUs, other places, plans and carriers, and leaves no trace when it stays', async () => {
    const shop = await shopWith({ minSavedMinor: 1 }, { 'C/S1': 9, 'A/S1': 9 });
    await shop.ok('location.pause', { locationId: 'A', reason: 'flood' });
    await shop.place('o1', { S1: 1 }, waiting);
    const before = events(shop).length;
    await shop.receive({ 'C/S1': 1, 'A/S2': 4 });
    await shop.settle();
    expect(events(shop).slice(before)).toEqual([]);
    await shop.ok('location.resume', { locationId: 'A' });
    await shop.settle();
    expect(parts(shop)).toEqual(['C cancelled', 'A open']);
    const other = await shopWith(undefined, { 'C/S1': 1 });
    await other.place('o1', { S1: 1 }, waiting);
    await other.receive({ 'A/S1': 1 });
    await other.settle();
    expect(parts(other)).toEqual(['C open']);
    await publish(other, { minSavedMinor: 1 });
    await other.settle();
    expect(parts(other)).toEqual(['C cancelled', 'A open']);
  });

  it('[Z76] moves so often and no more', async () => {
    const shop = await shopWith({ minSavedMinor: 1, maxMoves: 1 }, { 'C/S1': 1 });
    await shop.place('o1', { S1: 1 }, waiting);
    await shop.receive({ 'B/S1': 1 });
    await shop.settle();
    const again = await shop.restart();
    await again.receive({ 'A/S1': 1 });
    await again.settle();
    expect(parts(again)).toEqual(['C cancelled', 'B open']);
  });

  it('[Z76] moves when it is released only where the plan says so, and not once anybody has begun', async () => {
    for (const released of [true, false]) {
      const shop = await shopWith({ minSavedMinor: 1, released }, { 'C/S1': 2 });
      await shop.place('o1', { S1: 1 });
      await shop.place('o2', { S1: 1 });
      await shop.part('fulfillment.pick', 'o2');
      await shop.receive({ 'A/S1': 2 });
      await shop.settle();
      expect([parts(shop), parts(shop, 'o2')]).toEqual([released ? ['C cancelled', 'A released'] : ['C released'], ['C picking']]);
    }
  });

  it('[Z75] many are worked off in pieces, each as far as the stock goes', async () => {
    const shop = await Shop.open({ limits: { turnSweptMax: 2 } });
    await shop.receive({ 'C/S1': 20 });
    await publish(shop, { minSavedMinor: 1 });
    for (let index = 0; index < 9; index += 1) await shop.place(`o${index}`, { S1: 1 }, waiting);
    await shop.receive({ 'A/S1': 5 });
    await shop.settle(40);
    const all = Array.from({ length: 9 }, (_, index) => parts(shop, `o${index}`).at(-1));
    // The oldest first.
    expect(all).toEqual([...Array(5).fill('A open'), ...Array(4).fill('C open')]);
  });
});
