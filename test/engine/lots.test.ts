/** Lots and expiry in the engine: what comes and goes by lot, what leaves first, and the moment a lot leaves sale. */
import { describe, expect, it } from 'vitest';
import { lotsOfCommandMax } from '../../actors/limits.ts';
import { Shop } from './shop.ts';

const day = 24 * 3_600_000;

/** A shop with a SKU that is tracked by lot, M, and one that is not, S. */
async function shop(tracking: object = {}, options = {}): Promise<Shop> {
  const made = await Shop.open(options);
  await made.ok('item.put', { item: { sku: 'M', tracking: { by: 'lot', ...tracking } } });
  return made;
}

type Lots = Readonly<Record<string, number>>;
const total = (lots: Lots): number => Object.values(lots).reduce((sum, units) => sum + units, 0);
const named = (lots: Lots, expiresAtMs?: number) =>
  Object.entries(lots).map(([lot, quantity]) => ({ lot, quantity, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) }));
const entry = (lots: Lots, location = 'A', expiresAtMs?: number) => ({ sku: 'M', location, quantity: total(lots), lots: named(lots, expiresAtMs) });

/** Receive lots that expire in so many days. */
const receive = (made: Shop, lots: Lots, days?: number, location = 'A'): Promise<unknown> =>
  made.ok('stock.receive', { entries: [entry(lots, location, days === undefined ? undefined : made.clock.now() + days * day)] });

/** Lots of M, the first to leave first, as `lot onHand/forSale/picked`. */
const lots = (made: Shop, location = 'A'): string[] =>
  made.ask('lot.list', { sku: 'M', location }).lots.map(({ lot, locations: [place] }) => `${lot} ${place?.onHand}/${place?.forSale}/${place?.picked}`);
const partLots = (made: Shop, id: string): string[] =>
  made.order(id).fulfillments.map((part) => (part.lots ?? []).map(({ lineId, lot, quantity }) => `${lineId}:${lot}×${quantity}`).join(' '));

describe('units of a tracked SKU', () => {
  it('[L1] must say their lots, all of them, each once', async () => {
    const made = await shop();
    const refusal = async (more: object) =>
      made.refused('stock.receive', { entries: [{ sku: 'M', location: 'A', quantity: 3, ...more }] });
    expect(await refusal({})).toMatchObject({ code: 'lot-required', field: 'body.entries[0].lots' });
    expect(await refusal({ serials: ['a', 'b', 'c'] })).toMatchObject({ code: 'not-tracked', field: 'body.entries[0].serials' });
    expect(await refusal({ lots: named({ a: 2 }) })).toMatchObject({ code: 'contradiction', field: 'body.entries[0].lots' });
    const twice = [{ lot: 'a', quantity: 1 }, { lot: 'a', quantity: 2 }];
    expect(await refusal({ lots: twice })).toMatchObject({ code: 'duplicate', field: 'body.entries[0].lots[1].lot' });
    expect(made.stock('A/M')).toBe('none');
  });

  it('[L1] of another SKU have no lots', async () => {
    const made = await shop();
    const body = { entries: [{ sku: 'S', location: 'A', quantity: 1, lots: named({ a: 1 }) }] };
    expect(await made.refused('stock.receive', body)).toMatchObject({ code: 'not-tracked', field: 'body.entries[0].lots' });
  });

  it('[L1] are named by a bounded number of lots in one command', async () => {
    const made = await shop();
    const many = (from: number) => Object.fromEntries(Array.from({ length: lotsOfCommandMax / 2 + 1 }, (_, index) => [`l${from + index}`, 1]));
    const body = { entries: [entry(many(0)), entry(many(10_000), 'B')] };
    expect(await made.refused('stock.receive', body)).toMatchObject({ code: 'over-limit', field: 'body.entries[1].lots' });
  });

  it('[L2] are on hand by lot as they are in all, whatever happens to them', async () => {
    const made = await shop();
    await receive(made, { a: 5, b: 3 });
    await made.ok('stock.set-aside', { entries: [entry({ a: 2, b: 1 })], bucket: 'damaged', reason: 'r' });
    await made.ok('stock.put-back', { entries: [entry({ b: 1 })], bucket: 'damaged', reason: 'r' });
    await made.ok('stock.dispose', { entries: [entry({ a: 1 })], bucket: 'damaged', reason: 'r' });
    await made.ok('stock.adjust', { entries: [{ sku: 'M', location: 'A', delta: -2, lots: named({ b: 2 }) }], reason: 'r' });
    await made.ok('stock.return', { entries: [entry({ b: 1 })], bucket: 'quality' });
    expect(lots(made)).toEqual(['a 4/3/0', 'b 2/1/0']);
    expect(made.ask('stock.get', { sku: 'M', location: 'A' })).toMatchObject([{ onHand: 6, damaged: 1, quality: 1, atp: 4 }]);
    expect(made.ask('lot.get', { sku: 'M', lot: 'b' })).toMatchObject({ onHand: 2, returned: 1, state: 'open' });
  });

  it('[L2] must be there in their lot', async () => {
    const made = await shop();
    await receive(made, { a: 5, b: 3 });
    await receive(made, { c: 1 }, undefined, 'B');
    const aside = (units: Lots) => made.refused('stock.set-aside', { entries: [entry(units)], reason: 'r' });
    expect(await aside({ a: 6 })).toMatchObject({ code: 'not-enough', field: 'body.entries[0].lots[0].lot' });
    expect(await aside({ a: 1, c: 1 })).toMatchObject({ code: 'unknown-lot', field: 'body.entries[0].lots[1].lot' });
    expect(await aside({ nothing: 1 })).toMatchObject({ code: 'unknown-lot' });
    expect(lots(made)).toEqual(['a 5/5/0', 'b 3/3/0']);
  });

  it('[L3] are counted lot by lot: a lot that is not named is not there', async () => {
    const made = await shop();
    await receive(made, { a: 5, b: 3 });
    const count = (units: Lots) => ({ sku: 'M', location: 'A', onHand: total(units), lots: named(units) });
    await made.ok('stock.count', { entries: [count({ b: 4, c: 1 })] });
    expect(lots(made)).toEqual(['b 4/4/0', 'c 1/1/0']);
    const before = made.engine.position;
    await made.ok('stock.count', { entries: [count({ c: 1, b: 4 })] });
    expect(made.ask('stock.history', { sku: 'M', location: 'A' }).movements.every(({ position }) => position <= before)).toBe(true);
    const old = { ...count({ b: 4, c: 1 }), countedAtMs: made.clock.now() - 1 };
    expect(await made.refused('stock.count', { entries: [old] })).toMatchObject({ code: 'malformed', field: 'body.entries[0].countedAtMs' });
    await made.ok('stock.count', { entries: [count({})] });
    expect([lots(made), made.stock('A/M')]).toEqual([[], '0 0 0 0']);
  });

  it('[L4] stand in the ledger with their lots', async () => {
    const made = await shop();
    await receive(made, { a: 5, b: 3 });
    await made.ok('stock.adjust', { entries: [{ sku: 'M', location: 'A', delta: -2, lots: named({ b: 2 }) }], reason: 'r' });
    await made.place('o1', { M: 6 });
    await made.part('fulfillment.pick', 'o1');
    await made.part('fulfillment.ship', 'o1');
    const told = made.ask('stock.history', { sku: 'M', location: 'A' }).movements.map(({ kind, units, lots: by = [] }) => [kind, units, ...by.map(({ lot, quantity }) => `${lot} ${quantity}`)]);
    expect(told).toEqual([['shipped', 6, 'a 5', 'b 1'], ['allocated', 6], ['adjusted', -2, 'b -2'], ['received', 8, 'a 5', 'b 3']]);
  });

  it('[L5] are tracked otherwise only while there are none', async () => {
    const made = await shop();
    await made.receive({ 'A/S': 1 });
    const put = (sku: string, more: object = {}) => ({ item: { sku, ...more } });
    const fault = { code: 'wrong-state', field: 'body.item.tracking' };
    expect(await made.refused('item.put', put('S', { tracking: { by: 'lot' } }))).toMatchObject(fault);
    await receive(made, { a: 1 });
    expect(await made.refused('item.put', put('M'))).toMatchObject(fault);
    expect(await made.refused('item.put', put('M', { tracking: { by: 'serial' } }))).toMatchObject(fault);
    await made.ok('item.put', put('M', { tracking: { by: 'lot', minRemainingDays: 3 } }));
    await made.ok('stock.count', { entries: [{ sku: 'M', location: 'A', onHand: 0, lots: [] }] });
    await made.ok('item.put', put('M'));
    expect(await made.refused('item.put', put('K', { kit: { components: [{ sku: 'S', quantity: 1 }], together: true }, tracking: { by: 'lot' } }))).toMatchObject({ code: 'malformed' });
  });
});

describe('the first to expire', () => {
  it('[L6] is the first to be picked, then the first that came; nobody is told to pick the same unit', async () => {
    const made = await shop();
    await receive(made, { late: 2 }, 30);
    await receive(made, { never: 9 });
    await receive(made, { soon: 2 }, 10);
    for (const id of ['o1', 'o2']) {
      await made.place(id, { M: 3 });
      await made.part('fulfillment.pick', id);
    }
    expect([...partLots(made, 'o1'), ...partLots(made, 'o2')]).toEqual(['1:soon×2 1:late×1', '1:late×1 1:never×2']);
    expect(lots(made)).toEqual(['soon 2/2/2', 'late 2/2/2', 'never 9/9/2']);
    await made.part('fulfillment.ship', 'o1');
    expect(lots(made)).toEqual(['late 1/1/1', 'never 9/9/2']);
  });

  it('[L6] a kit and two lines of one SKU are told which units each', async () => {
    const made = await shop();
    await receive(made, { a: 2, b: 5 });
    await made.ok('order.place', { orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'M', quantity: 1 }, { sku: 'M', quantity: 3 }] });
    await made.part('fulfillment.pick', 'o1');
    expect(partLots(made, 'o1')).toEqual(['1:a×1 2:a×1 2:b×2']);
  });

  it('[L7] what is scanned wins: other units may leave than those that were to be picked', async () => {
    const made = await shop();
    await receive(made, { a: 2 }, 10);
    await receive(made, { b: 2 }, 20);
    for (const id of ['o1', 'o2']) {
      await made.place(id, { M: 2 });
      await made.part('fulfillment.pick', id);
    }
    const ship = (units: Lots, quantity = 2) => ({ orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity, lots: named(units) }] });
    expect(await made.refused('fulfillment.ship', ship({ a: 1, b: 1, c: 1 }))).toMatchObject({ code: 'contradiction', field: 'body.lines[0].lots' });
    expect(await made.refused('fulfillment.ship', ship({ c: 2 }))).toMatchObject({ code: 'unknown-lot', field: 'body.lines[0].lots[0].lot' });
    expect(await made.refused('fulfillment.ship', ship({ b: 1 }, 1))).toMatchObject({ code: 'contradiction', field: 'body.lines[0].quantity' });
    await made.ok('fulfillment.ship', ship({ b: 2 }));
    expect(partLots(made, 'o1')).toEqual(['1:b×2']);
    expect(lots(made)).toEqual(['a 2/2/0', 'b 0/0/2']);
    // The other one was told to pick what has gone: it takes what is there.
    await made.part('fulfillment.ship', 'o2');
    expect([partLots(made, 'o2'), lots(made)]).toEqual([['1:a×2'], []]);
    expect(made.ask('lot.get', { sku: 'M', lot: 'b' })).toMatchObject({ state: 'ended', shipped: 2, went: [{ orderId: 'o1', lineId: '1', location: 'A', quantity: 2 }] });
  });

  it('[L7] units that are short are those named, else the last it was to pick', async () => {
    const made = await shop();
    await receive(made, { a: 2 }, 10);
    await receive(made, { b: 4 }, 20);
    await made.place('o1', { M: 4 });
    await made.part('fulfillment.pick', 'o1');
    const short = (lines: readonly object[]) => ({ orderId: 'o1', fulfillmentId: '1', lines: lines as never, reason: 'r' });
    expect(await made.refused('fulfillment.short', short([{ lineId: '1', quantity: 1, lots: named({ z: 1 }) }]))).toMatchObject({ code: 'unknown-lot' });
    await made.ok('fulfillment.short', short([{ lineId: '1', quantity: 1, lots: named({ a: 1 }) }]));
    expect([partLots(made, 'o1')[0], lots(made)]).toEqual(['1:a×1 1:b×2', ['a 1/1/1', 'b 4/4/2']]);
    await made.ok('fulfillment.short', short([{ lineId: '1', quantity: 1 }]));
    expect([partLots(made, 'o1')[0], lots(made)]).toEqual(['1:a×1 1:b×1', ['a 1/1/1', 'b 3/3/1']]);
    await made.ok('fulfillment.short', short([{ lineId: '1', quantity: 1 }, { lineId: '1', quantity: 1, lots: named({ b: 1 }) }]));
    const [one, other] = made.ask('stock.history', { sku: 'M', location: 'A' }).movements.filter(({ kind }) => kind === 'short');
    expect([one?.lots, other?.lots].map((by) => by?.map(({ lot, quantity }) => `${lot}×${quantity}`)).sort()).toEqual([['a×1'], ['b×1']]);
  });
});

describe('units that leave as told', () => {
  it('[L7] are of each lot as many as were to be picked, also where another has more', async () => {
    const made = await shop();
    await receive(made, { a: 2 }, 10);
    await receive(made, { b: 9 }, 20);
    await made.place('o1', { M: 3 });
    await made.part('fulfillment.pick', 'o1');
    await receive(made, { a: 7 });
    await made.part('fulfillment.ship', 'o1');
    expect([partLots(made, 'o1'), lots(made)]).toEqual([['1:a×2 1:b×1'], ['a 7/7/0', 'b 8/8/0']]);
  });
});

describe('a lot that expires', () => {
  it('[L8] leaves sale at that very moment, and its units are held', async () => {
    const made = await shop();
    await receive(made, { a: 5 }, 10);
    await receive(made, { b: 2 }, 20);
    await made.pass(10 * day - 1);
    expect(made.units('A/M')).toBe('7 0 0, ATP 7');
    await made.pass(1);
    expect([made.units('A/M'), made.stock('A/M')]).toEqual(['7 0 0, ATP 2', '7 5 0 0']);
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })).toMatchObject({ state: 'expired', locations: [{ onHand: 5, blocked: 5, forSale: 0 }] });
    expect(made.published.flatMap(({ events }) => events).at(-1)).toEqual({ kind: 'lot.changed', sku: 'M', lot: 'a', state: 'expired', reason: undefined, locations: ['A'] });
    await made.ok('stock.dispose', { entries: [entry({ a: 5 })], reason: 'expired' });
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })).toMatchObject({ state: 'ended' });
  });

  it('[L8] does nothing at its moment when no unit of it is anywhere', async () => {
    const made = await shop();
    await receive(made, { a: 1 }, 1);
    await made.ok('stock.count', { entries: [{ sku: 'M', location: 'A', onHand: 0, lots: [] }] });
    const { position } = made.engine;
    made.clock.advance(day);
    await made.settle();
    expect(made.engine.position).toBe(position);
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })).toMatchObject({ state: 'ended', onHand: 0 });
  });

  it('[L8] leaves sale so many days before, where the item says so, and lives as long as it says', async () => {
    const made = await shop({ shelfLifeDays: 10, minRemainingDays: 4 });
    await receive(made, { a: 5 });
    expect(made.ask('lot.get', { sku: 'M', lot: 'a' })).toMatchObject({ expiresAtMs: made.clock.now() + 10 * day, leavesAtMs: made.clock.now() + 6 * day });
    await made.pass(6 * day);
    expect(made.units('A/M')).toBe('5 0 0, ATP 0');
    await receive(made, { a: 1 });
    expect([made.units('A/M'), made.stock('A/M')]).toEqual(['6 0 0, ATP 0', '6 6 0 0']);
    await made.ok('stock.adjust', { entries: [{ sku: 'M', location: 'A', delta: -2, lots: named({ a: 2 }) }], reason: 'r' });
    expect(made.stock('A/M')).toBe('4 4 0 0');
  });

  it('[L8] takes its units from carts, orders and pickers, who are sourced again', async () => {
    const made = await shop();
    await receive(made, { a: 3 }, 1);
    await receive(made, { b: 1 }, 20);
    await made.place('o1', { M: 1 });
    await made.place('o2', { M: 1 }, { shortage: 'backorder' });
    await made.reserve('r1', { M: 1 }, { ttlMs: 24 * 3_600_000 });
    await made.part('fulfillment.pick', 'o1');
    expect(partLots(made, 'o1')).toEqual(['1:a×1']);
    await made.pass(day);
    expect([made.order('o1').state, made.order('o1').fulfillments.map(({ state }) => state)]).toEqual(['exception', ['cancelled']]);
    expect(made.order('o2').state).toBe('released');
    await made.part('fulfillment.pick', 'o2');
    expect(partLots(made, 'o2')).toEqual(['1:b×1']);
    await receive(made, { c: 1 }, 30, 'B');
    await made.settle();
    expect(made.order('o1')).toMatchObject({ state: 'released', fulfillments: [{ state: 'cancelled' }, { location: 'B', state: 'released' }] });
  });

  it('[L8] takes no unit of a lot of the same name of another SKU', async () => {
    const made = await shop();
    await made.ok('item.put', { item: { sku: 'N', tracking: { by: 'lot' } } });
    await receive(made, { a: 2 }, 1);
    const other = { sku: 'N', location: 'A', quantity: 2, lots: named({ a: 2 }, made.clock.now() + 9 * day) };
    await made.ok('stock.receive', { entries: [other] });
    await made.place('o1', { M: 1, N: 1 });
    await made.part('fulfillment.pick', 'o1');
    expect(partLots(made, 'o1')).toEqual(['1:a×1 2:a×1']);
    await made.pass(day);
    // M's lot has left sale: its unit waits. That of N is still to be picked.
    expect(partLots(made, 'o1')).toEqual(['2:a×1']);
    const again = await made.restart();
    expect(again.order('o1')).toEqual(made.order('o1'));
  });

  it('[L8] with more orders than one step takes: none of its units can be sold, all are taken back', async () => {
    const made = await shop();
    await receive(made, { a: 70 }, 1);
    for (let index = 0; index < 60; index += 1) await made.place(`o${index}`, { M: 1 });
    await made.pass(day);
    await made.settle(20);
    expect(made.units('A/M')).toBe('70 0 0, ATP 0');
    expect(made.ask('order.counts', {}).byState).toEqual({ exception: 60 });
  });

  it('[L9] is not received expired, nor with another date, nor without one where it needs one', async () => {
    const made = await shop({ minRemainingDays: 0 });
    const nowMs = made.clock.now();
    const refusal = (expiresAtMs?: number) => made.refused('stock.receive', { entries: [entry({ a: 1 }, 'A', expiresAtMs)] });
    expect(await refusal(nowMs)).toMatchObject({ code: 'lot-expired', field: 'body.entries[0].lots[0].expiresAtMs' });
    expect(await refusal()).toMatchObject({ code: 'lot-required', field: 'body.entries[0].lots[0].expiresAtMs' });
    expect(await refusal(nowMs + 60 * 366 * day)).toMatchObject({ code: 'over-limit', field: 'body.entries[0].lots[0].expiresAtMs' });
    await receive(made, { a: 1 }, 5);
    expect(await refusal(nowMs + day)).toMatchObject({ code: 'lot-differs', field: 'body.entries[0].lots[0].expiresAtMs' });
    await receive(made, { a: 1 }, 5, 'B');
    await receive(made, { a: 1 });
    expect(made.ask('lot.list', { sku: 'M' }).lots).toMatchObject([{ lot: 'a', onHand: 3, locations: [{ location: 'A' }, { location: 'B' }] }]);
  });

  it('[L9] open lots are bounded', async () => {
    const made = await shop({}, { limits: { lotsOpenMax: 2 } });
    await receive(made, { a: 1, b: 1 });
    expect(await made.refused('stock.receive', { entries: [entry({ c: 1 })] })).toMatchObject({ code: 'over-limit' });
    await receive(made, { a: 1 });
  });
});

describe('supply of a tracked SKU', () => {
  const put = (made: Shop, id: string, more: object, quantity = 5) =>
    made.ok('supply.put', { supply: { id, type: 'purchase', to: 'B', expectedAtMs: made.clock.now() + day, lines: [{ sku: 'M', quantity }], ...more } as never });

  it('[L10] arrives by lot, the last ones named being the damaged ones', async () => {
    const made = await shop();
    await put(made, 'p', { supplier: 'x' });
    await made.ok('supply.order', { supplyId: 'p' });
    const receipt = (more: object) => ({ supplyId: 'p', lines: [{ lineId: '1', quantity: 5, damaged: 2, ...more }] });
    expect(await made.refused('supply.receive', receipt({}))).toMatchObject({ code: 'lot-required', field: 'body.lines[0].lots' });
    await made.ok('supply.receive', receipt({ lots: named({ a: 2, b: 3 }) }));
    expect([lots(made, 'B'), made.ask('stock.get', { sku: 'M' })]).toMatchObject([['a 2/2/0', 'b 3/1/0'], [{ onHand: 5, damaged: 2, atp: 3 }]]);
  });

  it('[L10] a transfer takes along what leaves first, and knows it while it is on its way', async () => {
    const made = await shop();
    await receive(made, { late: 3 }, 30);
    await receive(made, { soon: 3 }, 10);
    await put(made, 't', { type: 'transfer', from: 'A' });
    await made.ok('supply.order', { supplyId: 't' });
    await made.ok('supply.ship', { supplyId: 't' });
    expect(lots(made)).toEqual(['late 1/1/0']);
    const transit = (lot: string) => made.ask('lot.get', { sku: 'M', lot })?.transit;
    expect([transit('soon'), transit('late')]).toEqual([[{ supplyId: 't', units: 3 }], [{ supplyId: 't', units: 2 }]]);
    await made.ok('supply.receive', { supplyId: 't', lines: [{ lineId: '1', quantity: 2, lots: named({ soon: 1, late: 1 }) }] });
    expect([lots(made, 'B'), transit('soon'), transit('late')]).toEqual([['soon 1/1/0', 'late 1/1/0'], [{ supplyId: 't', units: 2 }], [{ supplyId: 't', units: 1 }]]);
    await made.ok('supply.close', { supplyId: 't', lines: [{ lineId: '1', quantity: 2 }], reason: 'lost' });
    expect([transit('soon'), transit('late')]).toEqual([[{ supplyId: 't', units: 1 }], []]);
    await made.ok('supply.cancel', { supplyId: 't', reason: 'r' });
    expect([transit('soon'), lots(made)]).toEqual([[], ['soon 1/1/0', 'late 1/1/0']]);
  });
});

describe('after a restart', () => {
  it('[L11] lots are there as they were, on disk and in the journal, and expire at their time', async () => {
    const made = await shop();
    await receive(made, { a: 3, gone: 1 }, 10);
    await receive(made, { b: 2 }, 20);
    await made.place('o1', { M: 5 });
    await made.part('fulfillment.pick', 'o1');
    await made.place('o2', { M: 1 });
    await made.pass(2_000);
    await made.part('fulfillment.ship', 'o1');
    const told = (shop: Shop) => [
      shop.ask('lot.list', { sku: 'M' }),
      ...['a', 'b', 'gone'].map((lot) => shop.ask('lot.get', { sku: 'M', lot })),
      shop.order('o1'),
      shop.ask('stock.history', { sku: 'M', location: 'A' }),
    ];
    const before = told(made);
    const again = await made.restart();
    expect(told(again)).toEqual(before);
    await again.pass(2_000);
    const third = await again.restart();
    expect(told(third)).toEqual(before);
    await third.pass(20 * day);
    expect(third.ask('lot.list', { sku: 'M' }).lots.map(({ lot, state }) => `${lot} ${state}`)).toEqual(['b expired']);
  });
});
