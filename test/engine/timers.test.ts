/** The release delay: at its instant, over restarts and whatever the clock does; and the heap behind it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderId } from '../../actors/ids.ts';
import { Timers } from '../../engine/timers.ts';
import { ManualClock } from './helpers.ts';
import { Shop } from './shop.ts';

async function delayed(ms: number): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 9 });
  await shop.place('o1', { S1: 1 }, { releaseAfterMs: ms });
  return shop;
}

const state = (shop: Shop): string => shop.order('o1').state;

describe('the release delay', () => {
  it('[E8] ends at its instant, not before', async () => {
    const shop = await delayed(5_000);
    expect(shop.order('o1').releaseAtMs).toBe(shop.clock.now() + 5_000);
    await shop.pass(4_999);
    expect(state(shop)).toBe('allocated');
    await shop.pass(1);
    expect(shop.order('o1')).toMatchObject({ state: 'released', changedAtMs: shop.clock.now(), fulfillments: [{ state: 'released' }] });
    expect(shop.ask('engine.status', {}).timers).toBe(0);
  });

  it('[E8] outlives the process: what fell due meanwhile happens at the start, the rest at its time', async () => {
    const shop = await delayed(5_000);
    await shop.place('o2', { S1: 1 }, { releaseAfterMs: 60_000 });
    shop.disk.crash();
    shop.clock.advance(10_000);
    const again = await shop.restart();
    await again.settle();
    expect([state(again), again.order('o2').state]).toEqual(['released', 'allocated']);
    await again.pass(50_000);
    expect(again.order('o2').state).toBe('released');
  });

  it('[E8] is the same after the rows were saved', async () => {
    const shop = await delayed(5_000);
    await shop.pass(2_000);
    expect(shop.claim.savedAt).toBe(shop.claim.tail);
    const again = await shop.restart();
    await again.pass(2_999);
    expect(state(again)).toBe('allocated');
    await again.pass(1);
    expect(state(again)).toBe('released');
  });

  it('[E8] fires once when the clock leaps, and does not fire for an order that is cancelled or released', async () => {
    const shop = await delayed(1_000);
    await shop.place('o2', { S1: 1 }, { releaseAfterMs: 1_000 });
    await shop.place('o3', { S1: 1 }, { releaseAfterMs: 1_000 });
    await shop.about('order.release', 'o2');
    await shop.ok('order.cancel', { orderId: 'o3', reason: 'r' });
    const before = shop.published.length;
    await shop.pass(365 * 24 * 3_600_000);
    const told = shop.published.slice(before).flatMap(({ events }) => events);
    expect(told.map((event) => ('orderId' in event ? `${event.orderId} ${event.kind}` : ''))).toEqual(['o1 fulfillment.changed', 'o1 order.changed']);
  });

  it('[E24] a clock that went back stops time, never reverses it', async () => {
    const shop = await delayed(5_000);
    const late = new ManualClock(shop.clock.now() - 60_000);
    const again = await shop.restart({ clock: late });
    await again.place('o2', { S1: 1 });
    expect(again.order('o2').placedAtMs).toBe(shop.clock.now());
    expect(again.published.at(-1)?.atMs).toBe(shop.clock.now());
    late.advance(65_000);
    await again.settle();
    expect(state(again)).toBe('released');
  });

  it('[E8] due in thousands at once, all end, in turns of bounded size', async () => {
    const shop = await Shop.open({ limits: { turnWakesMax: 50 } });
    await shop.receive({ 'A/S1': 1_000 });
    await Promise.all(Array.from({ length: 600 }, (_, index) => shop.place(`o${index}`, { S1: 1 }, { releaseAfterMs: 1_000 })));
    const before = shop.claim.tail;
    shop.clock.advance(1_000);
    await shop.settle(60);
    expect(shop.ask('order.counts', {}).byState).toEqual({ released: 600 });
    expect(shop.claim.tail - before).toBe(12);
  });
});

describe('the heap of times', () => {
  it('[E8] gives back what is due, earliest first, whatever was set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (times, now) => {
        const timers = new Timers();
        for (const atMs of times) timers.set(atMs, { kind: 'order', id: orderId(`o${atMs}`) });
        const due: number[] = [];
        for (let timer = timers.takeDue(now); timer !== undefined; timer = timers.takeDue(now)) due.push(timer.atMs);
        expect(due).toEqual(times.filter((atMs) => atMs <= now).sort((a, b) => a - b));
        expect(timers.size).toBe(times.length - due.length);
        const later = times.filter((atMs) => atMs > now);
        expect(timers.nextAtMs).toBe(later.length === 0 ? undefined : Math.min(...later));
      }),
    );
  });
});
