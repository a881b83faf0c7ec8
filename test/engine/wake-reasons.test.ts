/** Who waits is woken by what may change its answer, at once, and by nothing else. */
import { describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import { compileExpression } from '../../engine/routing/plans/compile.ts';
import { emptyScope } from '../../engine/routing/plans/facts.ts';
import { ManualClock } from './helpers.ts';
import { location, Shop, type Loose, type ShopOptions } from './shop.ts';

const backorder = { shortage: 'backorder' } as const;
const hourMs = 3_600_000;

/** Orders that were looked at, by name, since it was asked last. */
function watched(shop: Shop): () => string[] {
  const { wakes } = shop.engine.inspect().core;
  let seen: string[] = [];
  const [take, takeSwept] = [wakes.take.bind(wakes), wakes.takeSwept.bind(wakes)];
  const noted = <T>(id: T): T => {
    if (typeof id === 'string') seen.push(id);
    return id;
  };
  wakes.take = (concerns) => noted(take(concerns));
  wakes.takeSwept = (concerns) => noted(takeSwept(concerns));
  return () => {
    const looked = seen;
    seen = [];
    return looked;
  };
}

/** Orders a1 and a2 wait for S1 and b1 for S2, all through the web; c1 waits for S1 through the shop. */
async function waiting(options: ShopOptions = {}): Promise<Shop> {
  const shop = await Shop.open(options);
  await shop.ok('channel.put', { channel: { id: 'shop', name: 'Shop', locations: ['A', 'B'] } });
  await shop.ok('stock.count', { entries: ['S1', 'S2'].map((sku) => ({ sku, location: 'A', onHand: 0 })) });
  for (const id of ['a1', 'a2']) await shop.place(id, { S1: 1 }, backorder);
  await shop.place('b1', { S2: 1 }, backorder);
  await shop.place('c1', { S1: 1 }, { ...backorder, channel: 'shop' });
  await shop.settle();
  return shop;
}

async function publish(shop: Shop, plan: Partial<Loose<PlanDocument>>, channel?: string): Promise<void> {
  const document = { format: 'baton.plan/1', id: 'p', name: 'Plan', ...plan } as const;
  await shop.ok('plan.put', { plan: document as Loose<PlanDocument>, reason: 'test' });
  const version = shop.ask('plan.versions', { planId: document.id }).length;
  await shop.ok('plan.validate', { planId: document.id, version });
  await shop.ok('plan.publish', { planId: document.id, version, ...(channel === undefined ? {} : { channel }), force: true, reason: 'test' });
  await shop.settle();
}

const not = (when: string) => ({ rules: [{ id: 'not', exclude: 'location', when }] }) as const;
const attempts = (shop: Shop, id: string): number => shop.engine.inspect().core.world.look(id as never)?.context.attempt ?? 0;

describe('what wakes whom', () => {
  it('[Z60] arriving units wake as many of those who may have them as there are, and nobody else', async () => {
    const shop = await waiting();
    const looked = watched(shop);
    await shop.receive({ 'C/S1': 1 });
    await shop.settle();
    expect(looked()).toEqual(['a1']);
    // The shop does not sell from C.
    await shop.receive({ 'C/S1': 5 });
    await shop.settle();
    expect(looked()).toEqual(['a2']);
    expect(shop.order('c1').state).toBe('backordered');
  });

  it('[Z60] a pause wakes nobody, and a location that opens those who wait for what it has', async () => {
    const shop = await waiting();
    await shop.ok('location.pause', { locationId: 'B', reason: 'inventory' });
    await shop.receive({ 'B/S2': 1 });
    await shop.settle();
    const looked = watched(shop);
    await shop.ok('location.pause', { locationId: 'A', reason: 'inventory' });
    await shop.settle();
    expect(looked()).toEqual([]);
    await shop.ok('location.resume', { locationId: 'B' });
    await shop.settle();
    expect(looked()).toEqual(['b1']);
    expect(shop.order('b1').state).toBe('released');
  });

  it('[Z60] carriers wake who waits under a plan that asks for them, and nobody else', async () => {
    const shop = await waiting();
    await publish(shop, not('location.id == "A"'), 'web');
    await publish(shop, { id: 'q', rules: [{ id: 'cheap', exclude: 'service', when: 'service.costMinor > 100' }] }, 'shop');
    await shop.receive({ 'A/S1': 9, 'A/S2': 9 });
    await shop.settle();
    const looked = watched(shop);
    await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 50, perKmMinor: 0 } });
    await shop.settle();
    expect(looked()).toEqual(['c1']);
    expect(shop.order('c1').state).toBe('released');
  });

  it('[Z60] having less of something wakes who waits under a plan that asks for it, and nobody else', async () => {
    const shop = await waiting();
    await publish(shop, not('location.id == "A"'), 'shop');
    await publish(shop, { id: 'q', ...not('stock.atp > 4') }, 'web');
    await shop.receive({ 'A/S1': 5 });
    await shop.settle();
    const looked = watched(shop);
    await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: -2 }], reason: 'lost' });
    await shop.settle();
    expect(new Set(looked())).toEqual(new Set(['a1', 'a2']));
    expect(['a1', 'a2', 'c1'].map((id) => shop.order(id).state)).toEqual(['released', 'released', 'backordered']);
  });

  it('[Z60] a plan wakes those of its channel; another version of a plan that is fallen back on wakes them too', async () => {
    const shop = await waiting();
    await publish(shop, { id: 'last', ...not('true') }, undefined);
    await shop.ok('plan.withdraw', { reason: 'test' });
    await publish(shop, { ...not('true'), fallbacks: [{ then: 'plan', plan: 'last' }] }, 'web');
    await shop.receive({ 'A/S1': 2, 'A/S2': 1 });
    await shop.settle();
    const looked = watched(shop);
    const again = { format: 'baton.plan/1', id: 'last', name: 'Plan', ...not('location.id == "B"') } as const;
    await shop.ok('plan.put', { plan: again, reason: 'test' });
    await shop.ok('plan.validate', { planId: 'last', version: 2 });
    await shop.settle();
    expect(looked()).not.toContain('c1');
    expect(['a1', 'b1'].map((id) => shop.order(id).state)).toEqual(['released', 'released']);
  });

  it('[Z61] who is woken and finds no place leaves no trace: no event, and no attempt is counted', async () => {
    const shop = await waiting();
    await publish(shop, not('location.id == "A"'));
    const [before, { position }] = [attempts(shop, 'a1'), shop.ask('engine.status', {})];
    const looked = watched(shop);
    await shop.receive({ 'A/S1': 3 });
    await shop.settle();
    expect(looked()).toContain('a1');
    expect(attempts(shop, 'a1')).toBe(before);
    expect(shop.ask('engine.status', {}).position).toBe(position + 1);
    expect(shop.published.at(-1)?.events).toEqual([]);
  });
});

describe('the passing of time', () => {
  it('[Z62] wakes at the very moment at which a condition of a plan may turn, and not before', async () => {
    const shop = await waiting();
    const startMs = shop.clock.now();
    await publish(shop, not('order.ageMinutes < 30'));
    await shop.receive({ 'A/S1': 3 });
    await shop.settle();
    const looked = watched(shop);
    await shop.pass(startMs + 30 * 60_000 - 5_000 - shop.clock.now());
    expect(looked()).toEqual([]);
    await shop.pass(10_000);
    expect(new Set(looked())).toEqual(new Set(['a1', 'a2', 'c1']));
    expect(['a1', 'a2', 'c1'].map((id) => shop.order(id).state)).toEqual(['released', 'released', 'released']);
  });

  it('[Z62] also by the clocks of a location, and when the process was down meanwhile', async () => {
    const shop = await waiting();
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Asia/Kolkata' } });
    const localMs = shop.clock.now() + 5.5 * hourMs;
    const hour = (Math.floor(localMs / hourMs) + 2) % 24;
    await publish(shop, not(`calendar.hour != ${hour}`));
    await shop.receive({ 'A/S1': 1 });
    await shop.settle();
    const opensMs = (Math.floor(localMs / hourMs) + 2) * hourMs - 5.5 * hourMs;
    expect(shop.engine.inspect().core.views.moments.of('a1' as never)).toBe(opensMs);
    // The process is down: nothing of it comes up any more.
    shop.clock.forget();
    shop.clock.advance(opensMs - shop.clock.now() + 60_000);
    const again = await shop.restart();
    await again.settle();
    expect(again.order('a1').state).toBe('released');
  });

  it('[Z62] a plan that takes no account of time wakes nobody for it', async () => {
    const shop = await waiting();
    await publish(shop, not('location.id == "A"'));
    await shop.receive({ 'A/S1': 1 });
    await shop.settle();
    expect(shop.engine.inspect().core.views.moments.size).toBe(0);
  });

  const dayMs = 24 * hourMs;
  const monday = Date.UTC(2026, 5, 1);
  for (const [text, nowMs, turnsMs] of [
    ['now.hour >= 14', monday, monday + 14 * hourMs],
    ['now.hour >= 14', monday + 15 * hourMs, monday + dayMs],
    ['now.weekday in ["saturday", "sunday"]', monday + 1, monday + 5 * dayMs],
    ['now.date == "2026-06-03"', monday, monday + 2 * dayMs],
    [`now.ms > ${monday + 77}`, monday, monday + 78],
    [`now.ms == ${monday + 77}`, monday, monday + 77],
    ['order.ageMinutes >= 30', monday, monday + 30 * 60_000 - 7],
    ['order.ageMinutes * 2 - 10 >= 30', monday, monday + 20 * 60_000 - 7],
    ['order.hoursToPromise < 1.5', monday, monday + 3.5 * hourMs + 1],
    ['order.priority > 3 && now.hour >= 14', monday, Infinity],
    ['order.priority < 3 || now.hour >= 14', monday, Infinity],
    ['order.priority < 3 && now.hour >= 14', monday, monday + 14 * hourMs],
    ['!(now.hour < 9 || now.hour > 17)', monday, monday + 9 * hourMs],
    ['now.hour < 6 ? true : now.hour > 20', monday, monday + 6 * hourMs],
  ] as const) {
    it(`[Z62] knows when \`${text}\` turns`, () => {
      const { next, run } = compileExpression(text, ['bool']);
      const scope = emptyScope();
      scope.nowMs = nowMs;
      scope.order = { placedAtMs: monday - 7, promisedByMs: monday + 5 * hourMs, priority: 0 } as never;
      expect(next?.(scope)).toBe(turnsMs);
      if (turnsMs === Infinity) return;
      const at = (ms: number): unknown => run({ ...scope, nowMs: ms });
      expect(at(turnsMs - 1)).toBe(at(nowMs));
      expect(at(turnsMs)).not.toBe(at(nowMs));
    });
  }
});

describe('many at once', () => {
  it('[Z63] are woken in small pieces, in the order of their line, and others are served in between', async () => {
    const shop = await Shop.open({ limits: { turnSweptMax: 2 } });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    await publish(shop, not('location.id == "A"'));
    for (let index = 0; index < 9; index += 1) await shop.place(`o${index}`, { S1: 1 }, backorder);
    await shop.receive({ 'A/S1': 9, 'B/S9': 50 });
    await shop.settle();
    const looked = watched(shop);
    const told = shop.ok('plan.withdraw', { reason: 'test' });
    const live = Array.from({ length: 3 }, (_, index) => shop.place(`live${index}`, { S9: 1 }));
    await Promise.all([told, ...live]);
    const waits = (): number => Array.from({ length: 9 }, (_, index) => shop.order(`o${index}`).state).filter((state) => state === 'backordered').length;
    expect(waits()).toBeGreaterThanOrEqual(5);
    await shop.settle(30);
    expect(waits()).toBe(0);
    expect(looked()).toEqual(Array.from({ length: 9 }, (_, index) => `o${index}`));
  });

  it('[Z63] are fewer a turn where each takes long: a turn has so much time for them, and looks at one at least', async () => {
    const slow = new (class extends ManualClock {
      #ticks = 0;
      override measureMs(): number {
        return (this.#ticks += 1);
      }
    })();
    const shop = await Shop.open({ clock: slow, limits: { turnSweptMs: 3 } });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    await publish(shop, not('location.id == "A"'));
    for (let index = 0; index < 9; index += 1) await shop.place(`o${index}`, { S1: 1 }, backorder);
    await shop.receive({ 'A/S1': 9 });
    await shop.settle();
    await shop.ok('plan.withdraw', { reason: 'test' });
    await shop.settle(30);
    const again = shop.published.map(({ events }) => events.filter((event) => event.kind === 'order.sourced' && event.attempt === 2).length);
    expect(again.filter((count) => count > 0)).toEqual([3, 3, 3]);
  });
});
