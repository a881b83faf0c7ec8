/** Moving units by hand: what the options say, what a move does, and what stands against it. */
import { describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../actors/plan-schemas.ts';
import type { Event } from '../../actors/vocabulary.ts';
import { location, Shop, type Loose } from './shop.ts';

/** o1 has two units of S1 and one of S2 from A; B and C have some too. */
async function placed(): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5, 'A/S2': 5, 'B/S1': 5, 'B/S2': 5, 'C/S1': 1 });
  await shop.place('o1', { S1: 2, S2: 1 });
  return shop;
}

async function publish(shop: Shop, plan: Partial<Loose<PlanDocument>>): Promise<void> {
  const document = { format: 'baton.plan/1', id: 'p', name: 'Plan', ...plan } as Loose<PlanDocument>;
  await shop.ok('plan.put', { plan: document, reason: 'test' });
  await shop.ok('plan.validate', { planId: 'p', version: 1 });
  await shop.ok('plan.publish', { planId: 'p', version: 1, force: true, reason: 'test' });
  await shop.settle();
}

const to = (place: string, more: object = {}) => ({ orderId: 'o1', fulfillmentId: '1', to: place, reason: 'full van', ...more });
const parts = (shop: Shop): string[] =>
  shop.order('o1').fulfillments.map(({ location: at, state, lines }) => `${at} ${state} ${lines.map((line) => `${line.lineId}:${line.quantity}`).join(' ')}`.trim());
const events = (shop: Shop): Event[] => shop.published.flatMap((turn) => [...turn.events]);

describe('a move', () => {
  it('[Z64] takes units out of their part and gives them to the location named, in one turn, with who and why', async () => {
    const shop = await placed();
    const before = events(shop).length;
    const outcome = await shop.send('order.move', to('B'), 'm1', 'ann');
    expect(outcome.ok).toMatchObject({ state: 'released', backordered: 0 });
    expect(parts(shop)).toEqual(['A cancelled', 'B released 1:2 2:1']);
    expect([shop.stock('A/S1'), shop.stock('B/S1')]).toEqual(['5 0 0 0', '5 0 2 0']);
    const told = events(shop).slice(before);
    expect(told.map(({ kind }) => kind)).toEqual(['fulfillment.changed', 'order.sourced', 'order.changed']);
    expect(told[1]).toMatchObject({ attempt: 2, choices: [{ location: 'B', units: 3 }], moved: { by: 'ann', reason: 'full van', from: '1' } });
    const moves = shop.ask('stock.history', { sku: 'S1', location: 'B' }).movements.map(({ kind }) => kind);
    expect(moves).toContain('allocated');
    const text = shop.ask('decision.explain', { orderId: 'o1', attempt: 2 })?.text.join('\n');
    expect(text).toContain('Units of part 1 were given another place by ann: full van');
    const again = await shop.restart();
    expect(parts(again)).toEqual(['A cancelled', 'B released 1:2 2:1']);
  });

  it('[Z64] of some units leaves the others where they are', async () => {
    const shop = await placed();
    await shop.ok('order.move', to('C', { lines: [{ lineId: '1', quantity: 1 }] }));
    expect(parts(shop)).toEqual(['A released 1:1 2:1', 'C released 1:1']);
  });

  it('[Z64] gives units that wait a place', async () => {
    const shop = await Shop.open();
    await publish(shop, { rules: [{ id: 'not-b', exclude: 'location', when: 'location.id == "B"' }] });
    await shop.receive({ 'B/S1': 2 });
    await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
    expect(await shop.refused('order.move', { orderId: 'o1', to: 'B', reason: 'r' })).toMatchObject({ code: 'rule-excludes' });
    await shop.ok('order.move', { orderId: 'o1', to: 'B', reason: 'r', override: true });
    expect(shop.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ location: 'B', lines: [{ quantity: 2 }] }] });
    expect(events(shop).findLast(({ kind }) => kind === 'order.sourced')).toMatchObject({ moved: { overrode: 'not-b' } });
  });

  it('[Z65] against a hard rule is refused by its name, unless it is overridden, which is recorded', async () => {
    const shop = await placed();
    await publish(shop, { rules: [{ id: 'no-s2', exclude: 'location', when: 'line.sku == "S2" && location.id == "B"' }] });
    const refused = await shop.refused('order.move', to('B'));
    expect(refused).toMatchObject({ code: 'rule-excludes', retryable: false, field: 'body.to' });
    expect(refused.detail).toContain('no-s2');
    await shop.ok('order.move', to('B', { override: true }));
    expect(events(shop).findLast(({ kind }) => kind === 'order.sourced')).toMatchObject({
      ruled: { planId: 'p', version: 1 }, moved: { overrode: 'no-s2' },
    });
    // Nothing forbids the other line: nothing is recorded, override or not.
    await shop.ok('order.move', { orderId: 'o1', fulfillmentId: '2', lines: [{ lineId: '1', quantity: 1 }], to: 'A', reason: 'r', override: true });
    const last = events(shop).findLast(({ kind }) => kind === 'order.sourced') as Extract<Event, { kind: 'order.sourced' }>;
    expect(last.moved?.overrode).toBeUndefined();
  });

  it('[Z65] that cannot be is refused with its reason, and nothing of it happens', async () => {
    const shop = await placed();
    const before = JSON.stringify([shop.order('o1'), shop.stock('A/S1'), shop.stock('B/S1'), shop.stock('C/S1')]);
    const day = { perDay: 1 };
    await shop.ok('location.put', { location: { ...location('B', 1), timeZone: 'Europe/London', capacity: { pick: day } } });
    const cases: [object, string, string | undefined][] = [
      [to('C', { orderId: 'o9' }), 'unknown-order', 'body.orderId'],
      [to('nowhere'), 'unknown-location', 'body.to'],
      [to('C', { fulfillmentId: '7' }), 'unknown-fulfillment', 'body.fulfillmentId'],
      [to('C', { lines: [{ lineId: '9', quantity: 1 }] }), 'unknown-line', 'body.lines[0].lineId'],
      [to('C', { lines: [{ lineId: '1', quantity: 2 }, { lineId: '1', quantity: 1 }] }), 'not-enough', 'body.lines[1].quantity'],
      [to('A'), 'contradiction', 'body.to'],
      [to('C'), 'out-of-stock', 'body.lines'],
      [to('B'), 'no-capacity', 'body.to'],
      [{ orderId: 'o1', to: 'B', reason: 'r' }, 'wrong-state', undefined],
    ];
    for (const [body, code, field] of cases) {
      expect(await shop.refused('order.move', body as never)).toMatchObject({ code, ...(field === undefined ? {} : { field }) });
    }
    await shop.ok('location.pause', { locationId: 'C', reason: 'closed' });
    expect(await shop.refused('order.move', to('C', { override: true }))).toMatchObject({ code: 'location-closed', retryable: true });
    await shop.part('fulfillment.pick', 'o1');
    expect(await shop.refused('order.move', to('B'))).toMatchObject({ code: 'wrong-state' });
    const after = JSON.stringify([shop.order('o1'), shop.stock('A/S1'), shop.stock('B/S1'), shop.stock('C/S1')]);
    expect(after.replaceAll('"picking"', '"released"').replace('"in-progress"', '"open"').replace(/"changedAtMs":\d+/, '')).toBe(before.replace(/"changedAtMs":\d+/, ''));
  });
});

describe('the options', () => {
  it('[Z66] tell of every location what it would cost, or why it cannot, the best first', async () => {
    const shop = await placed();
    await shop.ok('location.put', { location: { ...location('D', 5), state: 'paused' } });
    const found = shop.ask('order.options', { orderId: 'o1', fulfillmentId: '1' });
    expect(found).toMatchObject({ at: 'A', lines: [{ lineId: '1', quantity: 2 }, { lineId: '2', quantity: 1 }] });
    expect(found?.options.map(({ location: at, isFeasible, reason, units }) => [at, isFeasible, reason, units])).toEqual([
      ['B', true, undefined, 3], ['A', false, 'current', 3], ['C', false, 'out-of-stock', 1], ['D', false, 'location-closed', 0],
    ]);
    const [best] = found?.options ?? [];
    expect(best).toMatchObject({ carrier: 'post', costMinor: 300 + (best?.distanceKm ?? 0), scoreMinor: best?.costMinor });
    expect(found?.ways.map(({ parts: of, short }) => [of.map(({ location: at }) => at).join('+'), short])).toEqual([['B', 0], ['C', 2]]);
    expect(shop.ask('order.options', { orderId: 'nobody' })).toBeNull();
  });

  it('[Z66] name the rule, price by the plan, and what they say a move does', async () => {
    const shop = await placed();
    await publish(shop, {
      rules: [
        { id: 'not-b', exclude: 'location', when: 'location.id == "B"' },
        { id: 'dear', per: 'unit', cost: 50, when: 'location.id == "C"' },
      ],
    });
    const lines = [{ lineId: '1', quantity: 1 }];
    const found = shop.ask('order.options', { orderId: 'o1', fulfillmentId: '1', lines });
    const at = (place: string) => found?.options.find((option) => option.location === place);
    expect(at('B')).toMatchObject({ isFeasible: false, reason: 'rule-excludes', rule: 'not-b' });
    expect(at('C')).toMatchObject({ isFeasible: true, unitMinor: [50], scoreMinor: (at('C')?.parcelMinor ?? 0) + 50 });
    await shop.ok('order.move', to('C', { lines }));
    expect(shop.order('o1').fulfillments[1]).toMatchObject({ location: 'C', costMinor: at('C')?.costMinor, carrier: at('C')?.carrier });
  });
});
