/** Every decision can be shown: as it was recorded, made again as it was then, and as the order would be decided now. */
import { expect, it } from 'vitest';
import { Shop } from './shop.ts';

const rules = [
  { id: 'not-a', exclude: 'location', when: 'location.id == "A"' },
  { id: 'labour', cost: 50 },
  { id: 'far', cost: 'double(location.distanceKm) * 0.25' },
  { id: 'scarce', cost: 7, per: 'unit' },
];

async function publish(shop: Shop, version: number, these: readonly object[], more: object = {}): Promise<void> {
  await shop.ok('plan.put', { plan: { format: 'baton.plan/1', id: 'p', name: 'p', rules: these, ...more } as never, reason: 'r' });
  await shop.ok('plan.validate', { planId: 'p', version });
  await shop.ok('plan.publish', { planId: 'p', version, reason: 'r', force: true });
}

const explained = (shop: Shop, orderId: string, attempt?: number) => {
  const said = shop.ask('decision.explain', attempt === undefined ? { orderId } : { orderId, attempt });
  if (said === null) throw new Error(`no order ${orderId}`);
  return said;
};

/** The recorded decision made again, which must be possible. */
const again = (shop: Shop, orderId: string, attempt?: number) => {
  const { recomputed } = explained(shop, orderId, attempt);
  if (recomputed === undefined || 'unknown' in recomputed) throw new Error(`not made again: ${JSON.stringify(recomputed)}`);
  return recomputed;
};

it('[Z16] [Z40] by a plan: the version, which rule removed what, the terms of each way, the margin; also after a restart', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5, 'B/S1': 5, 'C/S1': 5 });
  await publish(shop, 1, rules);
  await shop.place('o1', { S1: 2 });
  const is = explained(shop, 'o1');
  expect(is.recorded?.decision).toMatchObject({
    attempt: 1, choices: [{ location: 'B', units: 2 }], ruled: { planId: 'p', version: 1 }, removed: [{ location: 'A', rule: 'not-a' }],
  });
  const { decision, reproduced, differs, assumed } = again(shop, 'o1');
  expect([reproduced, differs, assumed]).toEqual([true, [], []]);
  expect(decision.ways.map(({ parcels }) => parcels.map(({ location }) => location))).toEqual([['B'], ['C']]);
  for (const { parcels, totalMinor, roundingMinor } of decision.ways) {
    const terms = parcels.flatMap((parcel) => parcel.terms);
    expect(terms.map(({ term, rule }) => rule ?? term)).toEqual(['carriage', 'labour', 'far', 'scarce']);
    expect(terms.reduce((sum, { minor }) => sum + minor, roundingMinor)).toBe(totalMinor);
    expect(terms.find(({ rule }) => rule === 'scarce')?.minor).toBe(14);
  }
  const [b, c] = decision.ways;
  expect(decision).toMatchObject({ scoreMinor: b?.totalMinor, nextMinor: c?.totalMinor });
  expect(decision.scoreMinor).toBe(is.recorded?.decision.ruled?.scoreMinor);
  expect(decision.marginMinor).toBe((c?.totalMinor ?? 0) - (b?.totalMinor ?? 0));
  await shop.ok('plan.withdraw', { reason: 'r' });
  const restarted = await shop.restart();
  const later = explained(restarted, 'o1');
  expect(later.recorded).toEqual(is.recorded);
  expect(later.recomputed).toEqual(is.recomputed);
  expect(later.now.fulfillments[0]?.location).toBe('A');
});

it('[Z16] without a plan, of a later attempt, and of what does not exist', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
  await shop.receive({ 'B/S1': 1 });
  await shop.settle();
  expect(explained(shop, 'o1').recorded?.decision).toMatchObject({ short: 1, choices: [{ location: 'A' }] });
  expect(explained(shop, 'o1', 2).recorded?.decision.choices).toMatchObject([{ location: 'B' }]);
  expect([again(shop, 'o1').reproduced, again(shop, 'o1', 2).reproduced]).toEqual([true, true]);
  const none = explained(shop, 'o1', 9);
  expect([none.recorded, none.recomputed]).toEqual([undefined, undefined]);
  expect(none.text[0]).toBe('Order o1, decision 9: there was none, or it is not in the journal any more.');
  expect(shop.ask('decision.explain', { orderId: 'nobody' })).toBeNull();
});

it('[Z41] is made again as everything was then: stock, locations, carriers, items, rules and plans that changed since', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 3, 'B/S1': 9, 'C/S1': 9, 'B/S2': 4 });
  await shop.ok('buffer.put', { rule: { id: 'keep', location: 'A', quantity: 1 } as never });
  await shop.ok('item.put', { item: { sku: 'S1', attributes: { class: 'slow' } } as never });
  await publish(shop, 1, [{ id: 'slow', cost: 'line.attributes["class"] == "slow" && location.id == "A" ? 900 : 0', per: 'line' }]);
  await shop.place('o1', { S1: 2 });
  const then = explained(shop, 'o1');
  expect(again(shop, 'o1')).toMatchObject({ reproduced: true, decision: { fulfillments: [{ location: 'B' }] } });
  // Everything it looked at becomes another one, some of it twice.
  await publish(shop, 2, []);
  await shop.ok('buffer.remove', { bufferId: 'keep' });
  await shop.ok('item.put', { item: { sku: 'S1', attributes: { class: 'fast' } } as never });
  await shop.ok('item.put', { item: { sku: 'S1' } as never });
  await shop.ok('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 1, perKmMinor: 9 } });
  await shop.ok('carrier.put', { carrier: { id: 'fast', name: 'Fast', baseMinor: 0, perKmMinor: 0 } });
  await shop.ok('location.pause', { locationId: 'B', reason: 'flood' } as never).catch(() => undefined);
  for (let round = 0; round < 40; round += 1) await shop.place(`n${round}`, { S1: 1 }, { shortage: 'backorder' });
  await shop.receive({ 'A/S1': 100, 'D/S1': 0, 'C/S2': 7 }).catch(() => undefined);
  const { text: _then, now: _was, ...was } = then;
  const { text: _text, now, ...is } = explained(shop, 'o1');
  expect(is).toEqual(was);
  expect(now.ruled?.version).toBe(2);
  const { text: _later, now: _now, ...later } = explained(await shop.restart(), 'o1');
  expect(later).toEqual(was);
});

it('[Z41] within its turn: after what came before it, before what came after', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 2, 'B/S1': 5 });
  // All at once: one turn.
  const sent = [
    shop.send('order.place', order('o1', 2)),
    shop.send('location.put', { location: { ...place, name: 'Renamed', state: 'paused' } as never }),
    shop.send('order.place', order('o2', 1)),
    shop.send('location.put', { location: place as never }),
    shop.send('stock.receive', { entries: [{ sku: 'S1', location: 'A', quantity: 4 }] }),
    shop.send('order.place', order('o3', 3)),
  ];
  await Promise.all(sent);
  const positions = ['o1', 'o2', 'o3'].map((id) => explained(shop, id).recorded?.position);
  expect(new Set(positions).size).toBe(1);
  const from = ['o1', 'o2', 'o3'].map((id) => again(shop, id));
  expect(from.map(({ reproduced }) => reproduced)).toEqual([true, true, true]);
  expect(from.map(({ decision }) => decision.fulfillments[0]?.location)).toEqual(['A', 'B', 'A']);
  expect(from.map(({ decision }) => decision.candidates.length)).toEqual([3, 2, 3]);
});

const place = { id: 'A', name: 'A', type: 'warehouse', country: 'GB', latitude: 51.6, longitude: -0.1, state: 'open' };
const order = (orderId: string, quantity: number) => ({
  orderId, channel: 'web', destination: { country: 'GB', latitude: 51.5, longitude: -0.1 }, lines: [{ sku: 'S1', quantity, unitPriceMinor: 100 }],
});

it('[Z42] a decision that is trimmed, or was none, is not made up', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5 });
  await shop.reserve('r1', { S1: 1 });
  await shop.place('o1', { S1: 1 }, { reservationId: 'r1' });
  expect(explained(shop, 'o1').recomputed).toEqual({ unknown: 'reserved' });
  expect(explained(shop, 'o1').text).toContain('Nothing was decided: its units were reserved before.');
});

it('[Z43] what would have led elsewhere is tried: units, money, rules', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1, 'B/S1': 5, 'C/S1': 5 });
  await publish(shop, 1, [...rules.slice(1), { id: 'thin', exclude: 'location', when: 'location.id == "A" && stock.atp < 3' }]);
  await shop.place('o1', { S1: 2 });
  const { flips, decision } = again(shop, 'o1');
  const [b, c] = decision.ways;
  const margin = (c?.totalMinor ?? 0) - (b?.totalMinor ?? 0);
  expect(flips).toEqual([
    // One more would be enough for the order, and not for the rule.
    { change: { kind: 'units', location: 'A', units: [{ sku: 'S1', units: 2 }] }, locations: ['A'], short: 0 },
    { change: { kind: 'cheaper', location: 'C', minor: margin + 1 }, locations: ['C'], short: 0 },
  ]);
  // The changes do what they say, in a shop of their own.
  const other = await Shop.open();
  await other.receive({ 'A/S1': 3, 'B/S1': 5, 'C/S1': 5 });
  await publish(other, 1, [...rules.slice(1), { id: 'thin', exclude: 'location', when: 'location.id == "A" && stock.atp < 3' }]);
  await other.place('o1', { S1: 2 });
  expect(other.order('o1').fulfillments[0]?.location).toBe('A');
});

it('[Z43] room at a location, a rule left out, and what would place what waits', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1, 'B/S1': 5 });
  await publish(shop, 1, [{ id: 'not-b', exclude: 'location', when: 'location.id == "B"' }], { fallbacks: [{ then: 'hold' }] });
  await shop.place('o1', { S1: 4 }, { shortage: 'backorder' });
  expect(shop.order('o1')).toMatchObject({ state: 'exception', exception: { code: 'unroutable' } });
  const { flips, decision } = again(shop, 'o1');
  expect(decision).toMatchObject({ short: 4, fulfillments: [], ruled: { fallback: 'hold' } });
  expect(flips).toContainEqual({ change: { kind: 'without-rule', rule: 'not-b' }, locations: ['B'], short: 0 });
  expect(flips).toContainEqual({ change: { kind: 'units', location: 'A', units: [{ sku: 'S1', units: 3 }] }, locations: ['A'], short: 0 });
});

it('[Z44] is told in words', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1, 'B/S1': 5, 'C/S1': 5, 'A/S2': 9 });
  await publish(shop, 1, [...rules.slice(1), { id: 'thin', exclude: 'location', when: 'location.id == "A" && stock.atp < 3' }]);
  await shop.place('o1', { S1: 2 });
  expect(explained(shop, 'o1').text.join('\n')).toMatchInlineSnapshot(`
    "Order o1, decision 1, made 2023-11-14 22:13:20Z at position 10 by plan p, version 1:
      B ships 2 units with post for 4.11
      3 locations were candidates
      A was out for line 1: rule thin
    Made again from the journal, it comes to the same.
    The ways to place as much, the one chosen first:
      * B: 5.03
        B, 2 units: carriage 4.11 + rule labour 0.50 + rule far 0.28 + rule scarce 0.14
      C: 6.42
        C, 2 units: carriage 5.22 + rule labour 0.50 + rule far 0.56 + rule scarce 0.14
    The best other way: 1.39 more.
    What there was to take:
      A: 0 of S1
      B: 5 of S1
      C: 5 of S1
    It would have gone elsewhere with
      2 more of S1 at A: A
      1.40 off a parcel from C: C
    Placed now, all of it would come from B for 5.03; the best other way: 1.39 more.
      A has 0 units; a parcel costs 3.00, 3.50 by the plan’s prices
      B has 2 units; a parcel costs 4.11, 4.89 by the plan’s prices
      C has 2 units; a parcel costs 5.22, 6.28 by the plan’s prices
      A is out for line 1: rule thin"
  `);
  await shop.ok('plan.withdraw', { reason: 'r' });
  await shop.place('o2', { S1: 2, S2: 1 });
  expect(explained(shop, 'o2').text.join('\n')).toMatchInlineSnapshot(`
    "Order o2, decision 1, made 2023-11-14 22:13:20Z at position 12 without a routing plan:
      A ships 2 units with post for 3.00
      B ships 1 unit with post for 4.11
      3 locations were candidates
    Made again from the journal, it comes to the same.
    The ways to place as much, the one chosen first:
      * A and B: 7.11
        A, 2 units: carriage 3.00
        B, 1 unit: carriage 4.11
      A and C: 8.22
        A, 2 units: carriage 3.00
        C, 1 unit: carriage 5.22
    The best other way: 1.11 more.
    What there was to take:
      A: 1 of S1, 9 of S2
      B: 3 of S1, 0 of S2
      C: 5 of S1, 0 of S2
    It would have gone elsewhere with
      1 more of S1 at A: A
      1 more of S2 at B: B
      1 more of S2 at C: C
      1.12 off a parcel from C: A and C
    Placed now, all of it would come from A and B for 7.11; the best other way: 1.11 more.
      A has 1 unit; a parcel costs 3.00
      B has 2 units; a parcel costs 4.11
      C has 2 units; a parcel costs 5.22"
  `);
  await shop.place('o3', { S1: 20 }, { shortage: 'backorder' });
  expect(explained(shop, 'o3').text.join('\n')).toMatchInlineSnapshot(`
    "Order o3, decision 1, made 2023-11-14 22:13:20Z at position 13 without a routing plan:
      B ships 2 units with post for 4.11
      C ships 5 units with post for 5.22
      13 units found no place
      3 locations were candidates
    Made again from the journal, it comes to the same.
    The ways to place as much, the one chosen first:
      * B and C: 9.33
        B, 2 units: carriage 4.11
        C, 5 units: carriage 5.22
    There was no other way.
    What there was to take:
      A: 0 of S1
      B: 2 of S1
      C: 5 of S1
    It would have gone elsewhere with
      13 more of S1 at A: A and B and C
      13 more of S1 at B: B and C
      13 more of S1 at C: B and C
    Placed now, all of it would come from nowhere, 20 units without a place; there is no other way.
      A has 0 units; a parcel costs 3.00
      B has 0 units; a parcel costs 4.11
      C has 0 units; a parcel costs 5.22"
  `);
});

it('[Z45] names what kept an order from its place: the rule, the fallback, and rules that could not be evaluated', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 5 });
  const broken = { id: 'broken', cost: '1 / location.unitsToday' };
  await publish(shop, 1, [broken, { id: 'shut', exclude: 'location', when: 'location.id == "A"' }], { fallbacks: [{ then: 'hold' }] });
  await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
  const { recorded, recomputed, text } = explained(shop, 'o1');
  expect(shop.order('o1').exception?.code).toBe('unroutable');
  expect(recorded?.decision).toMatchObject({ short: 2, removed: [{ location: 'A', rule: 'shut' }], ruled: { fallback: 'hold', failed: [{ rule: 'broken' }] } });
  expect(recomputed).toMatchObject({ reproduced: true });
  expect(text).toContain('  2 units found no place: the order is held as unroutable until stock, a plan or a person moves it on');
  expect(text).toContain('  A was out: rule shut');
  expect(text).toContain('  rule shut left out: A');
  expect(text.join('\n')).toMatch(/rule broken could not be evaluated: /);
});

it('[Z42] nothing is told of a decision whose record was trimmed, and of later ones with what was trimmed before them', async () => {
  const shop = await Shop.open({ limits: { retainBytes: 8_000, retainMs: 1_000_000_000 } });
  await shop.receive({ 'A/S1': 100, 'B/S2': 100_000 });
  await shop.place('old', { S1: 1 });
  for (let round = 0; round < 60; round += 1) await shop.place(`n${round}`, { S2: 1, S1: 1 }, { shortage: 'backorder' });
  await shop.pass(10_000);
  const last = explained(shop, 'n59');
  expect(last.recomputed).toMatchObject({ reproduced: true });
  const restarted = await shop.restart();
  expect(restarted.engine.head).toBeGreaterThan(10);
  expect(explained(restarted, 'old')).toMatchObject({ orderId: 'old' });
  expect([explained(restarted, 'old').recorded, explained(restarted, 'old').recomputed]).toEqual([undefined, undefined]);
  expect(explained(restarted, 'n59').recomputed).toEqual(last.recomputed);
});

it('[Z41] an order that was sourced more often than it remembers, all in one millisecond, still tells each of them', async () => {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o1', { S1: 60 }, { shortage: 'backorder' });
  for (let count = 0; count < 40; count += 1) {
    await shop.receive({ 'B/S1': 1 });
    await shop.settle();
  }
  for (const attempt of [1, 2, 3, 7, 8, 9, 20, 41]) {
    expect(explained(shop, 'o1', attempt).recorded?.decision).toMatchObject({ orderId: 'o1', attempt });
  }
});
