/** Serials: each is one unit, in one place, and it is known with whom it left. */
import { describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

/** A shop with a SKU P whose units have serials. */
async function shop(): Promise<Shop> {
  const made = await Shop.open();
  await made.ok('item.put', { item: { sku: 'P', tracking: { by: 'serial' } } });
  return made;
}

const entry = (serials: readonly string[], location = 'A') => ({ sku: 'P', location, quantity: serials.length, serials });
const receive = (made: Shop, serials: readonly string[], location = 'A'): Promise<unknown> => made.ok('stock.receive', { entries: [entry(serials, location)] });
const there = (made: Shop, location = 'A'): string[] => made.ask('lot.list', { sku: 'P', location }).lots.map(({ lot }) => lot);
const ship = (id: string, serials: readonly string[]) => ({ orderId: id, fulfillmentId: '1', lines: [{ lineId: '1', quantity: serials.length, serials }] });

describe('a serial', () => {
  it('[L16] is in one place: it cannot be received where it is, nor elsewhere', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2']);
    const refusal = (serials: readonly string[], location = 'A') => made.refused('stock.receive', { entries: [entry(serials, location)] });
    expect(await refusal(['s3', 's1'], 'B')).toMatchObject({ code: 'serial-exists', field: 'body.entries[0].serials[1]' });
    expect(await refusal(['s2'])).toMatchObject({ code: 'serial-exists' });
    expect(await refusal(['s3', 's3'])).toMatchObject({ code: 'duplicate', field: 'body.entries[0].serials[1]' });
    expect(await made.refused('stock.return', { entries: [entry(['s1'])] })).toMatchObject({ code: 'serial-exists' });
    expect(await made.refused('stock.receive', { entries: [{ sku: 'P', location: 'A', quantity: 2, serials: ['s3'] }] })).toMatchObject({ code: 'contradiction', field: 'body.entries[0].serials' });
    expect([there(made), there(made, 'B')]).toEqual([['s1', 's2'], []]);
  });

  it('[L16] leaves once, with the order it was scanned for, and comes back as a return', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2', 's3']);
    for (const id of ['o1', 'o2']) {
      await made.place(id, { P: 1 });
      await made.part('fulfillment.pick', id);
    }
    expect(made.order('o2').fulfillments[0]?.lots).toEqual([{ lineId: '1', lot: 's2', quantity: 1 }]);
    await made.ok('fulfillment.ship', ship('o1', ['s3']));
    expect(await made.refused('fulfillment.ship', ship('o2', ['s3']))).toMatchObject({ code: 'unknown-lot', field: 'body.lines[0].serials[0]' });
    await made.ok('fulfillment.ship', ship('o2', ['s1']));
    expect([there(made), made.units('A/P')]).toEqual([['s2'], '1 0 0, ATP 1']);
    expect(made.ask('lot.get', { sku: 'P', lot: 's3' })).toMatchObject({ state: 'ended', onHand: 0, went: [{ orderId: 'o1', fulfillmentId: '1', lineId: '1', quantity: 1 }] });
    await made.ok('stock.return', { entries: [entry(['s3'], 'B')], bucket: 'quality' });
    expect(made.ask('lot.get', { sku: 'P', lot: 's3' })).toMatchObject({ state: 'open', returned: 1, shipped: 1, locations: [{ location: 'B', quality: 1 }] });
  });

  it('[L16] of a transfer is with it, and nowhere else', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2', 's3']);
    const supply = { id: 't', type: 'transfer' as const, from: 'A', to: 'B', expectedAtMs: made.clock.now() + 1_000_000, lines: [{ sku: 'P', quantity: 2 }] };
    await made.ok('supply.put', { supply });
    await made.ok('supply.order', { supplyId: 't' });
    await made.ok('supply.ship', { supplyId: 't' });
    expect([there(made), made.ask('lot.get', { sku: 'P', lot: 's1' })?.transit]).toEqual([['s3'], [{ supplyId: 't', units: 1 }]]);
    expect(await made.refused('stock.receive', { entries: [entry(['s1'], 'C')] })).toMatchObject({ code: 'serial-exists' });
    const arrive = (serials: readonly string[]) => ({ supplyId: 't', lines: [{ lineId: '1', quantity: serials.length, serials }] });
    expect(await made.refused('supply.receive', arrive(['s3']))).toMatchObject({ code: 'serial-exists', field: 'body.lines[0].serials[0]' });
    await made.ok('supply.receive', arrive(['s2', 's1']));
    expect(there(made, 'B')).toEqual(['s1', 's2']);
  });

  it('[L10] that a transfer takes along may be named', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2', 's3']);
    await made.ok('lot.recall', { sku: 'P', lot: 's3', reason: 'r' });
    const supply = { id: 't', type: 'transfer' as const, from: 'A', to: 'B', expectedAtMs: made.clock.now() + 1_000_000, lines: [{ sku: 'P', quantity: 1 }] };
    await made.ok('supply.put', { supply });
    await made.ok('supply.order', { supplyId: 't' });
    const sent = (...units: readonly object[]) => ({ supplyId: 't', units: units as never });
    const refusal = (...units: readonly object[]) => made.refused('supply.ship', sent(...units));
    expect(await refusal({ sku: 'X', serials: ['s1'] })).toMatchObject({ code: 'unknown-sku', field: 'body.units[0].sku' });
    expect(await refusal({ sku: 'P', serials: ['s1'] }, { sku: 'P', serials: ['s2'] })).toMatchObject({ code: 'duplicate', field: 'body.units[1].sku' });
    expect(await refusal({ sku: 'P', serials: ['s1', 's2'] })).toMatchObject({ code: 'contradiction', field: 'body.units[0].serials' });
    expect(await refusal({ sku: 'P', serials: ['s9'] })).toMatchObject({ code: 'unknown-lot', field: 'body.units[0].serials[0]' });
    expect(await refusal({ sku: 'P', serials: ['s3'] })).toMatchObject({ code: 'lot-recalled', field: 'body.units[0].serials[0]' });
    await made.ok('supply.ship', sent({ sku: 'P', serials: ['s2'] }));
    expect([there(made), made.ask('lot.get', { sku: 'P', lot: 's2' })?.transit]).toEqual([['s1', 's3'], [{ supplyId: 't', units: 1 }]]);
  });

  it('[L16] is recalled alone, and is the one that is short', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2', 's3']);
    await made.place('o1', { P: 2 });
    await made.part('fulfillment.pick', 'o1');
    await made.ok('lot.recall', { sku: 'P', lot: 's1', reason: 'battery' });
    expect(made.order('o1').fulfillments.map(({ state, lots }) => [state, lots?.map(({ lot }) => lot)])).toEqual([['picking', ['s2']], ['released', undefined]]);
    expect(await made.refused('fulfillment.ship', ship('o1', ['s1']))).toMatchObject({ code: 'lot-recalled', field: 'body.lines[0].serials[0]' });
    await made.ok('fulfillment.short', { orderId: 'o1', fulfillmentId: '1', lines: [{ lineId: '1', quantity: 1, serials: ['s2'] }], reason: 'r' });
    expect(there(made)).toEqual(['s1', 's3']);
  });

  it('[L16] is there again after a restart, wherever it was', async () => {
    const made = await shop();
    await receive(made, ['s1', 's2']);
    await made.place('o1', { P: 1 });
    await made.part('fulfillment.pick', 'o1');
    await made.ok('fulfillment.ship', ship('o1', ['s2']));
    await made.pass(5_000);
    const again = await made.restart();
    expect([there(again), again.ask('lot.get', { sku: 'P', lot: 's2' })?.went.map(({ orderId }) => orderId)]).toEqual([['s1'], ['o1']]);
    expect(await again.refused('stock.receive', { entries: [entry(['s1'], 'B')] })).toMatchObject({ code: 'serial-exists' });
    await again.ok('stock.return', { entries: [entry(['s2'])] });
    await again.pass(5_000);
    const third = await again.restart();
    expect(there(third)).toEqual(['s1', 's2']);
  });
});
