/** The witness sees what it is there to see: each fault planted in a sound history is named. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../engine/receipts.ts';
import type { Outcome } from '../../engine/outcome.ts';
import type { Row, StoredRecord } from '../../storage/journal.ts';
import { order, Shop } from '../engine/shop.ts';
import { Witness, type Call } from './witness.ts';

let records: StoredRecord[];
let calls: Call[];

/** A sound history: two receipts, five orders of one unit too many together, a cancellation, a parcel. */
beforeAll(async () => {
  const shop = await Shop.open();
  calls = [];
  let nowMs = 0;
  const tell = async (kind: 'stock.receive' | 'order.place' | 'order.cancel' | 'fulfillment.pick', body: unknown): Promise<void> => {
    const commandId = `c${calls.length}`;
    const invokedAtMs = (nowMs += 1);
    const outcome: Outcome = await shop.send(kind, body as never, commandId);
    calls.push({ commandId, kind, invokedAtMs, returnedAtMs: (nowMs += 1), told: outcome });
  };
  await tell('stock.receive', { entries: [{ sku: 'S1', location: 'A', quantity: 8 }, { sku: 'S1', location: 'B', quantity: 3 }] });
  for (const id of ['o1', 'o2', 'o3']) await tell('order.place', order(id, { S1: 3 }));
  await tell('order.place', order('o4', { S1: 3 }));
  await tell('order.cancel', { orderId: 'o1', reason: 'no' });
  await tell('order.place', order('o5', { S1: 3 }));
  await tell('fulfillment.pick', { orderId: 'o2', fulfillmentId: '1' });
  await tell('fulfillment.ship' as never, { orderId: 'o2', fulfillmentId: '1' });
  records = [];
  for await (const record of shop.claim.records(0)) records.push(record);
});

function judge(history: readonly StoredRecord[], told: readonly Call[] = calls): readonly string[] {
  const witness = new Witness();
  for (const record of history) witness.take(record);
  witness.check(told);
  witness.checkOrder(told);
  return witness.faults;
}

/** The same history with the commands of some records changed. */
const changed = (change: (entry: Entry) => readonly Entry[]): StoredRecord[] =>
  records.map((record) => ({ ...record, commands: (record.commands as Entry[]).flatMap(change) }));

describe('[P8] a witness', () => {
  test('finds nothing in a sound history, in which one order was refused', () => {
    expect(judge(records)).toEqual([]);
    expect(calls.map(({ told }) => told?.refused?.code ?? 'ok').filter((code) => code !== 'ok')).toEqual(['out-of-stock']);
  });

  test('names what was acknowledged and is lost', () => {
    const history = changed((entry) => (entry[0] === 'c7' ? [] : [entry]));
    expect(judge(history).join()).toMatch(/c7 was acknowledged at \d+ and is lost/);
    expect(judge(records.slice(0, -1)).join()).toMatch(/c8 was acknowledged at \d+ and is lost/);
  });

  test('names what is there twice', () => {
    expect(judge(changed((entry) => (entry[0] === 'c0' ? [entry, entry] : [entry]))).join()).toContain('c0 stands in the journal twice');
  });

  test('names an answer that was told otherwise, in what was said and in where', () => {
    const lied = calls.map((call) => ({ ...call, told: call.commandId === 'c4' ? { position: call.told?.position ?? 0, ok: {} } : call.told }));
    expect(judge(records, lied)).toEqual(['c4 was told otherwise than the journal has it']);
    const moved = calls.map((call) => ({ ...call, told: call.commandId === 'c4' ? { ...call.told, position: 1 } : call.told }));
    expect(judge(records, moved)[0]).toMatch(/^c4 was acknowledged at 1 and stands at \d+$/);
  });

  test('names an order that was accepted though its units were gone', () => {
    const accepted = (calls[1]?.told?.ok ?? {}) as { orderId: string };
    const oversold = changed((entry) => {
      if (entry[0] !== 'c4') return [entry];
      return [[...entry.slice(0, 4), null, { ...accepted, orderId: 'o4' }] as unknown as Entry];
    });
    expect(judge(oversold).join()).toMatch(/c4 oversells A\/S1: 8 on hand, 0 set aside, 9 allocated/);
  });

  test('names an order that was refused though its units were there', () => {
    const refused = changed((entry) =>
      entry[0] === 'c3' ? [[...entry.slice(0, 4), ['out-of-stock', '', null], null] as unknown as Entry] : [entry]);
    expect(judge(refused).join()).toContain('c3 was refused although there was enough');
  });

  test('names a row that says otherwise than the commands, and a hole between positions', () => {
    const rows = (record: StoredRecord): Row[] => record.rows.filter(([key]) => !key.startsWith('s/')) as Row[];
    const other = records.find(({ rows: all }) => all.some(([key]) => key === 's/A/S1'))?.rows.find(([key]) => key === 's/A/S1');
    const wrong = records.map((record, at) => (at === records.length - 1 && other !== undefined ? { ...record, rows: [...rows(record), other] } : record));
    expect(judge(wrong).join()).toMatch(/A\/S1 is .*, must be /);
    expect(judge(records.toSpliced(2, 1)).join()).toContain('position 4 follows 2');
  });

  test('names an order that was answered before another was sent and stands after it', () => {
    const early = calls.map((call) => (call.commandId === 'c8' ? { ...call, invokedAtMs: 0, returnedAtMs: 0.5 } : call));
    expect(judge(records, early)[0]).toBe('c8 was answered before c7 was sent, and stands after it');
  });
});

describe('[P8] a witness of transfers', () => {
  /** Three units leave A; two arrive at B, the third is called off and goes back. */
  const journey = async (): Promise<StoredRecord[]> => {
    const shop = await Shop.open();
    await shop.ok('stock.receive', { entries: [{ sku: 'S1', location: 'A', quantity: 8 }] });
    const lines = [{ sku: 'S1', quantity: 3 }];
    await shop.ok('supply.put', { supply: { id: 't', type: 'transfer', from: 'A', to: 'B', expectedAtMs: shop.clock.now() + 1_000, lines } });
    await shop.ok('supply.order', { supplyId: 't' });
    await shop.ok('supply.ship', { supplyId: 't' }, 'leave');
    await shop.ok('supply.receive', { supplyId: 't', lines: [{ lineId: '1', quantity: 2 }] }, 'come');
    await shop.ok('supply.cancel', { supplyId: 't', reason: 'enough' }, 'back');
    const history: StoredRecord[] = [];
    for await (const record of shop.claim.records(0)) history.push(record);
    return history;
  };
  const without = (history: readonly StoredRecord[], id: string): StoredRecord[] =>
    history.map((record) => ({ ...record, commands: (record.commands as Entry[]).filter(([commandId]) => commandId !== id) }));

  test('finds nothing in a sound journey', async () => {
    const witness = new Witness();
    for (const record of await journey()) witness.take(record);
    expect(witness.faults).toEqual([]);
    expect([witness.levels('A/S1').onHand, witness.levels('B/S1').onHand]).toEqual([6, 2]);
  });

  test('names units that arrive without having left, and such that are lost on the way', async () => {
    const history = await journey();
    const faults = (id: string): string => {
      const witness = new Witness();
      for (const record of without(history, id)) witness.take(record);
      return witness.faults.join();
    };
    expect(faults('leave')).toContain('come receives what has not left');
    expect(faults('come')).toMatch(/B\/S1 is \{"onHand":2,"held":0,"allocated":0\}, must be \{"onHand":0/);
    expect(faults('back')).toMatch(/A\/S1 is \{"onHand":6,"held":0,"allocated":0\}, must be \{"onHand":5/);
  });
});
