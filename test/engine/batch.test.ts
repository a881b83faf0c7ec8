/** Orders that are sourced together: what a window changes, what it costs, and that it is never dearer than each by itself. */
import { describe, expect, it } from 'vitest';
import { reassign, type Joint, type JointOrder } from '../../engine/batch/reassign.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { Shop } from './shop.ts';

const parts = (shop: Shop, id: string): string[] => shop.order(id).fulfillments.map(({ location: at, state }) => `${at} ${state}`);
const events = (shop: Shop): Event[] => shop.published.flatMap((turn) => [...turn.events]);
const settled = (shop: Shop) => events(shop).filter((event) => event.kind === 'batch.settled');

async function publish(shop: Shop, more: object = {}): Promise<void> {
  const plan = { format: 'baton.plan/1', id: 'p', name: 'Plan', batch: { windowMs: 100 }, ...more };
  const { version } = (await shop.ok('plan.put', { plan, reason: 'test' } as never)) as { version: number };
  await shop.ok('plan.validate', { planId: 'p', version });
  await shop.ok('plan.publish', { planId: 'p', version, reason: 'test' });
}

/**
 * A and B have one unit each. To the first order A is a little nearer, to the second much: by itself the first takes
 * A's. A is at 51.5°, B at 52.5° north.
 */
const near = { destination: { country: 'GB', latitude: 51.9, longitude: -0.12 } };
const far = { destination: { country: 'GB', latitude: 50.5, longitude: -0.12 } };

async function contended(more: object = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1, 'B/S1': 1 });
  await publish(shop, more);
  return shop;
}

/** Let so much time pass at once: windows are shorter than what `pass` begins with. */
async function later(shop: Shop, ms: number): Promise<void> {
  shop.clock.advance(ms);
  await shop.settle(12);
}

describe('a window', () => {
  it('[Z77] places each order at once, tells no location to start, and changes places at its end where that costs less', async () => {
    const shop = await contended();
    const first = await shop.place('o1', { S1: 1 }, near);
    expect(first).toMatchObject({ state: 'allocated', backordered: 0, fulfillments: [{ location: 'A', state: 'open' }] });
    await later(shop, 60);
    await shop.place('o2', { S1: 1 }, far);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['A open'], ['B open']]);
    expect(shop.order('o2').releaseAtMs).toBe(shop.clock.now() + 40);
    const greedyMinor = [...shop.order('o1').fulfillments, ...shop.order('o2').fulfillments].reduce((sum, { costMinor }) => sum + costMinor, 0);
    await later(shop, 39);
    expect(settled(shop)).toEqual([]);
    await later(shop, 1);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['A cancelled', 'B released'], ['B cancelled', 'A released']]);
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['1 0 1 0', '1 0 1 0']);
    const jointMinor = ['o1', 'o2'].flatMap((id) => shop.order(id).fulfillments.slice(1)).reduce((sum, { costMinor }) => sum + costMinor, 0);
    expect(jointMinor).toBeLessThan(greedyMinor);
    expect(settled(shop)).toEqual([{ kind: 'batch.settled', planId: 'p', version: 1, orders: 2, moved: 2, savedMinor: greedyMinor - jointMinor }]);
    const causes = events(shop).flatMap((event) => (event.kind === 'order.sourced' && event.attempt === 2 ? [event.cause] : []));
    expect(causes.reduce((sum, cause) => sum + (cause?.savedMinor ?? 0), 0)).toBe(greedyMinor - jointMinor);
    const explained = shop.ask('decision.explain', { orderId: 'o2', attempt: 2 });
    expect(explained?.text.join('\n')).toContain('was sourced together with other orders');
    expect(explained?.recomputed).toEqual({ unknown: 'together' });
  });

  it('[Z77] of orders that are well where they are releases them, and reports that nothing moved', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 5, 'B/S1': 5 });
    await publish(shop);
    await shop.place('o1', { S1: 1 }, near);
    await shop.place('o2', { S1: 2 }, far);
    await later(shop, 100);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['A released'], ['A released']]);
    expect(settled(shop)).toMatchObject([{ orders: 2, moved: 0, savedMinor: 0 }]);
    expect(shop.order('o1').releaseAtMs).toBeUndefined();
  });

  it('[Z78] ends at its millisecond after a restart too, with the same outcome', async () => {
    const shop = await contended();
    await shop.place('o1', { S1: 1 }, near);
    await shop.place('o2', { S1: 1 }, far);
    const again = await shop.restart();
    expect([parts(again, 'o1'), parts(again, 'o2')]).toEqual([['A open'], ['B open']]);
    await later(again, 100);
    expect([parts(again, 'o1'), parts(again, 'o2')]).toEqual([['A cancelled', 'B released'], ['B cancelled', 'A released']]);
    expect(settled(again)).toMatchObject([{ orders: 2, moved: 2 }]);
  });

  it('[Z78] leaves alone what is held, released by hand, cancelled or of another channel’s order', async () => {
    const shop = await contended();
    await shop.place('o1', { S1: 1 }, near);
    await shop.place('o2', { S1: 1 }, far);
    await shop.about('order.release', 'o1');
    expect(parts(shop, 'o1')).toEqual(['A released']);
    await later(shop, 100);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['A released'], ['B released']]);
    expect(settled(shop)).toMatchObject([{ orders: 1, moved: 0 }]);
    const other = await contended();
    await other.place('o1', { S1: 1 }, near);
    await other.place('o2', { S1: 1 }, { ...far, holds: [{ holdId: 'h', reason: 'r' }] } as never);
    await later(other, 100);
    expect([parts(other, 'o1'), parts(other, 'o2')]).toEqual([['A cancelled', 'B released'], ['B cancelled', 'A open']]);
    const gone = await contended();
    await gone.place('o1', { S1: 1 }, near);
    await gone.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await later(gone, 100);
    expect(settled(gone)).toEqual([]);
  });

  it('[Z77] keeps the release delay of an order, and gives no order a place it is not to have', async () => {
    const shop = await contended({ rules: [{ id: 'not-a', exclude: 'location', when: 'location.id == "A" && order.tags.exists(tag, tag == "b")' }] });
    await shop.place('o1', { S1: 1 }, { ...near, releaseAfterMs: 60_000 });
    await shop.place('o2', { S1: 1 }, { ...far, tags: ['b'] });
    await later(shop, 100);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['A open'], ['B released']]);
    await shop.pass(60_000);
    expect(parts(shop, 'o1')).toEqual(['A released']);
  });

  it('[Z77] joins what is split, when another order gives up its place for less', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 1, 'B/S1': 1, 'B/S2': 1, 'C/S2': 1 });
    await publish(shop);
    await shop.place('o1', { S1: 1 }, { destination: { country: 'GB', latitude: 52.1, longitude: -0.12 } });
    await shop.place('o2', { S1: 1, S2: 1 }, { destination: { country: 'GB', latitude: 52.4, longitude: -0.12 } });
    const before = [parts(shop, 'o1'), parts(shop, 'o2')];
    await later(shop, 100);
    expect(before).toEqual([['B open'], ['B open', 'A open']]);
    expect([parts(shop, 'o1'), parts(shop, 'o2')]).toEqual([['B cancelled', 'A released'], ['B cancelled', 'A cancelled', 'B released']]);
    expect(settled(shop)).toMatchObject([{ orders: 2, moved: 2 }]);
  });

  it('[Z13] orders of a plan without a window are released as ever', async () => {
    const shop = await contended({ batch: undefined });
    await shop.place('o1', { S1: 1 }, near);
    expect(parts(shop, 'o1')).toEqual(['A released']);
  });
});

/** A sequence of numbers below a bound, always the same. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function drawJoint(roll: (below: number) => number, skus: number): Joint {
  const locations = 2 + roll(3);
  const free = Array.from({ length: skus }, () => Array.from({ length: locations }, () => roll(2)));
  const orders = Array.from({ length: 2 + roll(4) }, (): JointOrder => {
    const minor = Array.from({ length: locations }, () => (roll(6) === 0 ? Infinity : 100 + roll(900)));
    const at = roll(locations);
    minor[at] = 100 + roll(900);
    return { needs: [{ sku: roll(skus), quantity: 1 }], at, nowMinor: minor[at] ?? 0, minor, parts: [] };
  });
  return { locations, orders, free };
}

const costOf = ({ orders }: Joint, at: readonly number[]): number =>
  orders.reduce((sum, { nowMinor, minor }, index) => sum + ((at[index] ?? -1) < 0 ? nowMinor : (minor[at[index] ?? -1] ?? Infinity)), 0);

function isFeasible({ orders, free, locations }: Joint, at: readonly number[]): boolean {
  return free.every((units, sku) =>
    Array.from({ length: locations }, (_, location) => {
      const change = orders.reduce((sum, { needs, at: was, parts: split }, index) => {
        const quantity = needs.filter((need) => need.sku === sku).reduce((all, need) => all + need.quantity, 0);
        const had = was === location ? quantity : split.filter((part) => part.sku === sku && part.location === location).reduce((all, part) => all + part.quantity, 0);
        const has = (at[index] ?? -1) === -1 ? had : at[index] === location ? quantity : 0;
        return sum + has - had;
      }, 0);
      return change <= (units[location] ?? 0);
    }).every(Boolean),
  );
}

/** The least there is, by trying everything. */
function least(joint: Joint): number {
  let best = Infinity;
  const walk = (at: number[]): void => {
    if (at.length === joint.orders.length) {
      if (isFeasible(joint, at)) best = Math.min(best, costOf(joint, at));
      return;
    }
    const order = joint.orders[at.length];
    for (let location = order?.at === -1 ? -1 : 0; location < joint.locations; location += 1) walk([...at, location]);
  };
  walk([]);
  return best;
}

describe('the joint solver', () => {
  it('[Z79] finds the least there is for orders of one unit, by brute force over 2,000 windows', () => {
    const roll = dice(7);
    for (let round = 0; round < 2_000; round += 1) {
      const joint = drawJoint(roll, 1 + roll(2));
      const at = reassign(joint);
      expect(isFeasible(joint, at), JSON.stringify(joint)).toBe(true);
      expect(costOf(joint, at), JSON.stringify(joint)).toBe(least(joint));
      expect(reassign(joint)).toEqual(at);
    }
  });

  it('[Z79] is never dearer than each by itself, feasible and mostly the least, of orders of several units and parcels', () => {
    const roll = dice(11);
    let exact = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const drawn = drawJoint(roll, 2);
      const orders = drawn.orders.map((order): JointOrder => {
        const needs = roll(2) === 0 ? [{ sku: 0, quantity: 1 + roll(2) }] : [{ sku: 0, quantity: 1 }, { sku: 1, quantity: 1 + roll(2) }];
        if (roll(4) > 0) return { ...order, needs };
        const split = needs.flatMap(({ sku, quantity }) => Array.from({ length: quantity }, () => ({ sku, quantity: 1, location: roll(drawn.locations) })));
        return { ...order, needs, at: -1, nowMinor: 600 + roll(900), parts: split };
      });
      const joint = { ...drawn, orders };
      const at = reassign(joint);
      expect(isFeasible(joint, at), JSON.stringify(joint)).toBe(true);
      const now = costOf(joint, orders.map((order) => order.at));
      expect(costOf(joint, at)).toBeLessThanOrEqual(now);
      expect(costOf(joint, at)).toBeGreaterThanOrEqual(least(joint));
      if (costOf(joint, at) === least(joint)) exact += 1;
    }
    expect(exact).toBeGreaterThan(800);
  });
});
