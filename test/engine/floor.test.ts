/** Terminals and their tasks in the engine: who is given what, from the acknowledgement to the hand-over, and what time takes back. */
import { describe, expect, it } from 'vitest';
import { floor, holds, later, life, minute, openTerminal, part, queue, ref, scan, state, told } from './floor-kit.ts';
import { location, Shop } from './shop.ts';

describe('a terminal', () => {
  it('[TM1] is open at one location, and announced again is what it says then', async () => {
    const shop = await floor({ capacity: 2, zones: ['cold'], wave: 2 });
    expect(await shop.refused('terminal.open', { terminalId: 't1', location: 'B', capacity: 1 })).toMatchObject({ code: 'wrong-location', field: 'body.location' });
    expect(await shop.refused('terminal.open', { terminalId: 't2', location: 'Z', capacity: 1 })).toMatchObject({ code: 'unknown-location', field: 'body.location' });
    await shop.place('o1', { S1: 1 });
    expect(await openTerminal(shop, 't1', { capacity: 3 })).toEqual({ terminalId: 't1', location: 'A', state: 'online', holding: 1 });
    const view = shop.ask('terminal.get', { terminalId: 't1' });
    expect(view).toMatchObject({ capacity: 3, holding: 1, leaseMs: 60_000, ackMs: 120_000, graceMs: 15_000, keepMs: 1_800_000 });
    expect([view?.zones, view?.wave]).toEqual([undefined, undefined]);
    expect(await shop.refused('terminal.beat', { terminalId: 't9' })).toMatchObject({ code: 'unknown-terminal', field: 'body.terminalId' });
    await openTerminal(shop, 't0', { location: 'B' });
    expect(shop.ask('terminal.list', {}).terminals.map(({ terminalId }) => terminalId)).toEqual(['t0', 't1']);
    expect(shop.ask('terminal.list', { limit: 1 })).toMatchObject({ next: 't0' });
    expect(shop.ask('terminal.list', { location: 'A' }).terminals).toHaveLength(1);
  });

  it('[TM15] closes with its last task, or at once', async () => {
    const shop = await floor();
    await openTerminal(shop, 't2', { capacity: 1 });
    for (const id of ['o1', 'o2', 'o3']) await shop.place(id, { S1: 1 });
    expect([holds(shop), holds(shop, 't2')]).toEqual(['o1 o3', 'o2']);
    await shop.ok('task.ack', ref('o1'));
    await scan(shop, 'o1', [['a', 'S1']]);
    expect(await shop.ok('terminal.close', { terminalId: 't1', reason: 'lunch' })).toMatchObject({ state: 'draining', holding: 1 });
    expect([holds(shop), queue(shop)]).toEqual(['o1', 'o3']);
    await shop.ok('task.pack', { ...ref('o1'), parcels: [{ weightGrams: 100 }] });
    await shop.ok('task.handOver', ref('o1'));
    expect(shop.ask('terminal.get', { terminalId: 't1' })).toBeNull();
    await shop.ok('task.ack', ref('o2', 't2'));
    await scan(shop, 'o2', [['a', 'S1']], 't2');
    expect(await shop.ok('terminal.close', { terminalId: 't2', now: true })).toMatchObject({ state: 'closed', holding: 0 });
    expect([state(shop, 'o2'), part(shop, 'o2'), part(shop, 'o3')]).toEqual(['waiting', 'picking', 'released']);
    const states = told(shop).flatMap((event) => (event.kind === 'terminal.changed' ? [`${event.terminalId} ${event.state} ${event.reason ?? ''}`.trim()] : []));
    expect(states).toEqual(['t1 online', 't2 online', 't1 draining lunch', 't1 closed lunch', 't2 closed']);
  });
});

describe('what waits', () => {
  it('[TM2] is lined up by cut-off, promise and age once a location has a terminal', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 50 });
    await shop.place('late', { S1: 1 }, { promisedByMs: shop.clock.now() + 9 * minute });
    await shop.place('first', { S1: 1 });
    await later(shop, 1);
    await shop.place('soon', { S1: 1 }, { promisedByMs: shop.clock.now() + 5 * minute });
    await shop.place('next', { S1: 1 });
    await shop.place('held', { S1: 1 }, { holds: [{ holdId: 'h1', reason: 'fraud' }] });
    await shop.place('delayed', { S1: 1 }, { releaseAfterMs: minute });
    expect(shop.ask('task.queue', { location: 'A' })).toEqual({ waiting: 0, tasks: [] });
    await openTerminal(shop, 't1', { capabilities: [], zones: [], capacity: 1, wave: 1 });
    expect(holds(shop)).toBe('soon');
    expect(queue(shop)).toBe('late first next');
    await shop.ok('order.unhold', { orderId: 'held', holdId: 'h1' });
    await shop.ok('order.release', { orderId: 'delayed' });
    expect(queue(shop)).toBe('late first delayed held next');
    expect(shop.ask('task.queue', { location: 'A', limit: 1 })).toMatchObject({ waiting: 5, tasks: [{ orderId: 'late', units: 1 }] });
    await shop.ok('order.cancel', { orderId: 'first', reason: 'r' });
    expect(queue(shop)).toBe('late delayed held next');
  });

  it('[TM3] goes to who holds the fewest tasks, within capacity and units, in the same turn', async () => {
    const shop = await floor({ capacity: 2, unitsMax: 3 });
    await openTerminal(shop, 't2', { capacity: 1 });
    await shop.place('o1', { S1: 7 });
    const { position, events } = shop.published.at(-1) ?? { position: 0, events: [] };
    expect(events.at(-1)).toEqual({
      kind: 'task.changed', orderId: 'o1', fulfillmentId: '1', location: 'A', terminal: 't1', state: 'leased', units: 7, scanned: 0,
      lines: [{ lineId: '1', sku: 'S1', quantity: 7, scanned: 0 }],
    });
    expect(shop.engine.position).toBe(position);
    await shop.place('o2', { S1: 1 });
    await shop.place('o3', { S1: 1 });
    expect([holds(shop), holds(shop, 't2'), queue(shop)]).toEqual(['o1', 'o2', 'o3']);
    await shop.ok('task.release', ref('o2', 't2'));
    expect([holds(shop, 't2'), queue(shop)]).toEqual(['o2', 'o3']);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect([holds(shop), queue(shop)]).toEqual(['o3', '']);
  });

  it('[TM4] is of a zone and needs something, as its items say', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 50, 'A/S2': 50, 'A/S3': 50 });
    await shop.ok('item.put', { item: { sku: 'S1', attributes: { zone: 'cold' } } });
    await shop.ok('item.put', { item: { sku: 'S2', attributes: { needs: 'forklift' } } });
    await openTerminal(shop, 't1', { zones: ['dry'] });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S2: 1 });
    await shop.place('o3', { S3: 1 });
    expect([holds(shop), queue(shop)]).toEqual(['o3', 'o1 o2']);
    expect(shop.ask('task.queue', { location: 'A' }).tasks).toMatchObject([{ zone: 'cold' }, { needs: ['forklift'] }]);
    await openTerminal(shop, 't2', { zones: ['cold'] });
    expect([holds(shop, 't2'), queue(shop)]).toEqual(['o1', 'o2']);
    await openTerminal(shop, 't3', { capabilities: ['forklift'], zones: ['dry'] });
    expect(holds(shop, 't3')).toBe('o2');
    await shop.place('o4', { S2: 1, S1: 1 });
    expect(queue(shop)).toBe('o4');
    await shop.ok('item.put', { item: { sku: 'S2' } });
    expect([holds(shop, 't2'), queue(shop)]).toEqual(['o1 o4', '']);
  });

  it('[TM5] goes out in waves of one zone, those with a SKU of the first one before others', async () => {
    const shop = await floor({ capacity: 3, wave: 3, unitsMax: 4 });
    await shop.place('o0', { S2: 1 });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S2: 1 });
    await shop.place('o3', { S2: 9 });
    await shop.place('o4', { S1: 2 });
    expect([holds(shop), queue(shop)]).toEqual(['o0', 'o1 o2 o3 o4']);
    await shop.ok('order.cancel', { orderId: 'o0', reason: 'r' });
    expect([holds(shop), queue(shop)]).toEqual(['o1 o2 o4', 'o3']);
    const waves = told(shop).flatMap((event) => (event.kind === 'task.changed' && event.state === 'leased' ? [`${event.orderId} ${event.wave}`] : []));
    expect(waves).toEqual(['o0 1', 'o1 2', 'o4 2', 'o2 2']);
  });
});

describe('a task', () => {
  it('[TM6] is begun with its acknowledgement, which names lots and ends its cancelling', async () => {
    const shop = await Shop.open();
    await shop.ok('item.put', { item: { sku: 'S1', tracking: { by: 'lot' } } });
    await shop.ok('stock.receive', { entries: [{ sku: 'S1', location: 'A', quantity: 3, lots: [{ lot: 'L7', quantity: 3 }] }] });
    await openTerminal(shop);
    await shop.place('o1', { S1: 2 });
    expect(await shop.ok('task.ack', ref('o1'))).toEqual({
      orderId: 'o1', fulfillmentId: '1', state: 'picking', units: 2, scanned: 0, lots: [{ lineId: '1', lot: 'L7', quantity: 2 }],
    });
    expect(part(shop, 'o1')).toBe('picking');
    expect(await shop.refused('order.cancel', { orderId: 'o1', reason: 'r' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('task.ack', ref('o1'))).toMatchObject({ code: 'wrong-state' });
    await shop.ok('task.release', ref('o1'));
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(life(shop, 'o1')).toEqual(['leased t1', 'picking t1', 'waiting t1', 'leased t1', 'gone t1']);
  });

  it('[TM7] counts each scan once, also when it comes again after the task is done', async () => {
    const shop = await floor();
    await shop.place('o1', { S1: 3, S2: 1 });
    const scans = (list: readonly object[]) => ({ ...ref('o1'), scans: list as never });
    expect(await shop.refused('task.scan', scans([{ scanId: 'a', sku: 'S1' }]))).toMatchObject({ code: 'wrong-state' });
    await shop.ok('task.ack', ref('o1'));
    expect(await scan(shop, 'o1', [['a', 'S1'], ['b', 'S1', 2]])).toMatchObject({ scanned: 3, units: 4 });
    expect(await scan(shop, 'o1', [['b', 'S1', 2], ['a', 'S1']])).toMatchObject({ scanned: 3, repeated: 2 });
    expect(await shop.refused('task.scan', scans([{ scanId: 'b', sku: 'S1' }]))).toMatchObject({ code: 'duplicate', field: 'body.scans[0].scanId' });
    expect(await shop.refused('task.scan', scans([{ scanId: 'c', sku: 'S9' }]))).toMatchObject({ code: 'unknown-sku', field: 'body.scans[0].sku' });
    const over = await shop.refused('task.scan', scans([{ scanId: 'c', sku: 'S2' }, { scanId: 'd', sku: 'S2' }]));
    expect(over).toMatchObject({ code: 'not-enough', field: 'body.scans[1].quantity' });
    expect(shop.ask('task.get', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({ scanned: 3 });
    await scan(shop, 'o1', [['c', 'S2']]);
    await shop.ok('task.pack', { ...ref('o1'), parcels: [{ weightGrams: 400 }] });
    await shop.ok('task.handOver', ref('o1'));
    expect(await scan(shop, 'o1', [['a', 'S1'], ['c', 'S2']])).toEqual({ orderId: 'o1', fulfillmentId: '1', state: 'done', units: 4, scanned: 4, repeated: 2 });
    expect(await shop.refused('task.scan', scans([{ scanId: 'e', sku: 'S1' }]))).toMatchObject({ code: 'not-held' });
  });

  it('[TM8] is packed whole, labelled, manifested and handed over', async () => {
    const shop = await floor();
    await shop.place('o1', { S1: 2, S2: 1 });
    await shop.ok('task.ack', ref('o1'));
    const pack = (parcels: readonly object[]) => ({ ...ref('o1'), parcels: parcels as never });
    expect(await shop.refused('task.pack', pack([{ weightGrams: 1 }]))).toMatchObject({ code: 'wrong-state' });
    await scan(shop, 'o1', [['a', 'S1', 2], ['b', 'S2']]);
    const half = { weightGrams: 1, lines: [{ lineId: '1', quantity: 2 }] };
    expect(await shop.refused('task.pack', pack([half]))).toMatchObject({ code: 'contradiction', field: 'body.parcels' });
    expect(await shop.refused('task.pack', pack([half, { weightGrams: 1 }]))).toMatchObject({ code: 'contradiction', field: 'body.parcels[1].lines' });
    expect(await shop.refused('task.pack', pack([half, half]))).toMatchObject({ code: 'not-enough', field: 'body.parcels[1].lines[0].quantity' });
    expect(await shop.refused('task.pack', pack([{ weightGrams: 1, parcelId: '2' }, { weightGrams: 1 }]))).toMatchObject({ code: 'duplicate', field: 'body.parcels[1].parcelId' });
    expect(await shop.refused('task.handOver', ref('o1'))).toMatchObject({ code: 'wrong-state' });
    await shop.ok('task.pack', pack([half, { weightGrams: 2, lengthMm: 90, lines: [{ lineId: '2', quantity: 1 }] }]));
    expect(await shop.refused('task.manifest', { ...ref('o1'), manifest: 'm' })).toMatchObject({ code: 'wrong-state' });
    expect(await shop.refused('task.label', { ...ref('o1'), parcelId: '3', tracking: 'T' })).toMatchObject({ code: 'unknown-parcel', field: 'body.parcelId' });
    expect(await shop.refused('task.label', { ...ref('o1'), parcelId: '1', carrier: 'none', tracking: 'T' })).toMatchObject({ code: 'unknown-carrier' });
    expect(await shop.ok('task.label', { ...ref('o1'), parcelId: '1', carrier: 'post', tracking: 'T1', costMinor: 320 })).toMatchObject({ state: 'packed' });
    expect(await shop.refused('task.handOver', ref('o1'))).toMatchObject({ code: 'wrong-state' });
    expect(await shop.ok('task.label', { ...ref('o1'), parcelId: '2', carrier: 'post', tracking: 'T2' })).toMatchObject({ state: 'labelled' });
    await shop.ok('task.manifest', { ...ref('o1'), manifest: 'M-7' });
    expect(await shop.ok('task.handOver', ref('o1'))).toMatchObject({ state: 'done' });
    expect(shop.ask('order.get', { orderId: 'o1' })?.fulfillments[0]).toMatchObject({ state: 'shipped', carrier: 'post', tracking: 'T1' });
    expect(await shop.refused('task.handOver', ref('o1'))).toMatchObject({ code: 'not-held' });
    expect(await shop.refused('fulfillment.ship', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({ code: 'wrong-state' });
    expect(shop.ask('task.get', { orderId: 'o1', fulfillmentId: '1' })).toMatchObject({
      state: 'done', manifest: 'M-7', parcels: [{ parcelId: '1', label: { tracking: 'T1', costMinor: 320 } }, { parcelId: '2', lengthMm: 90, label: { tracking: 'T2' } }],
    });
    expect(life(shop, 'o1')).toEqual(['leased', 'picking', 'picking', 'packed', 'packed', 'labelled', 'manifested', 'done'].map((one) => `${one} t1`));
  });

  it('[TM9] is of what is left when units are short, which go elsewhere in the same turn', async () => {
    const shop = await floor();
    await shop.receive({ 'B/S1': 5 });
    await shop.place('o1', { S1: 3 });
    await shop.ok('task.ack', ref('o1'));
    await scan(shop, 'o1', [['a', 'S1', 1]]);
    const short = (quantity: number) => ({ ...ref('o1'), lines: [{ lineId: '1', quantity }], reason: 'empty shelf' });
    expect(await shop.refused('task.short', short(3))).toMatchObject({ code: 'not-enough', field: 'body.lines[0].quantity' });
    expect(await shop.refused('task.short', { ...short(1), lines: [{ lineId: '4', quantity: 1 }] })).toMatchObject({ code: 'unknown-line' });
    await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'A', delta: -47 }], reason: 'count' });
    expect(await shop.ok('task.short', short(2))).toEqual({ orderId: 'o1', fulfillmentId: '1', state: 'picking', units: 1, scanned: 1 });
    const [here, there] = shop.ask('order.get', { orderId: 'o1' })?.fulfillments ?? [];
    expect([here?.lines[0]?.quantity, there?.location, there?.state]).toEqual([1, 'B', 'released']);
    await shop.place('o2', { S2: 1 });
    await shop.ok('task.ack', ref('o2'));
    expect(await shop.ok('task.short', { ...ref('o2'), lines: [{ lineId: '1', quantity: 1 }], reason: 'none' })).toMatchObject({ state: 'gone', units: 1 });
  });

  it('[TM13] is with one terminal at most, and for its location', async () => {
    const shop = await floor();
    await openTerminal(shop, 't2');
    await openTerminal(shop, 'far', { location: 'B' });
    await shop.place('o1', { S1: 1 });
    expect(await shop.refused('task.ack', ref('o1', 't2'))).toMatchObject({ code: 'not-held', field: 'body.terminalId' });
    expect(await shop.refused('task.ack', ref('o1', 'far'))).toMatchObject({ code: 'wrong-location', field: 'body.terminalId' });
    expect(await shop.refused('task.ack', ref('o1', 'nobody'))).toMatchObject({ code: 'unknown-terminal' });
    expect(await shop.refused('task.ack', ref('o9'))).toMatchObject({ code: 'unknown-order' });
    expect(await shop.refused('task.ack', ref('o1', 't1', '7'))).toMatchObject({ code: 'unknown-fulfillment' });
    await shop.ok('task.ack', ref('o1'));
    await scan(shop, 'o1', [['a', 'S1']]);
    await shop.ok('task.release', { ...ref('o1'), reason: 'end of shift' });
    expect([holds(shop), holds(shop, 't2')]).toEqual(['o1', '']);
    await shop.ok('terminal.close', { terminalId: 't1', now: true });
    expect(holds(shop, 't2')).toBe('o1');
    expect(await shop.ok('task.ack', ref('o1', 't2'))).toMatchObject({ state: 'picking', scanned: 1 });
    await shop.ok('task.pack', { ...ref('o1', 't2'), parcels: [{ weightGrams: 1 }] });
    expect(await shop.ok('task.handOver', ref('o1', 't2'))).toMatchObject({ state: 'done' });
  });
});

describe('what others do', () => {
  it('[TM14] takes a task from its terminal in the same turn, and the first of two stands', async () => {
    const shop = await floor();
    for (const id of ['o1', 'o2', 'o3', 'o4', 'o5', 'o6']) await shop.place(id, { S1: 2 });
    await openTerminal(shop, 't1', { capacity: 10 });
    const cancelled = shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    const acked = shop.refused('task.ack', ref('o1'));
    await cancelled;
    expect(await acked).toMatchObject({ code: 'not-held' });
    await shop.ok('order.cancel', { orderId: 'o2', lines: [{ lineId: '1', quantity: 1 }], reason: 'r' });
    await shop.ok('fulfillment.pick', { orderId: 'o3', fulfillmentId: '1' });
    await shop.ok('order.hold', { orderId: 'o4', holdId: 'h', reason: 'fraud' });
    await shop.ok('task.ack', ref('o5'));
    await shop.ok('fulfillment.ship', { orderId: 'o5', fulfillmentId: '1' });
    await shop.receive({ 'B/S1': 2 });
    await shop.ok('order.move', { orderId: 'o6', fulfillmentId: '1', to: 'B', reason: 'r' });
    expect(holds(shop)).toBe('o2');
    const changes = told(shop).filter((event) => event.kind === 'task.changed' && (event.reason !== undefined || event.orderId === 'o2'));
    expect(changes.map((event) => (event.kind === 'task.changed' ? `${event.orderId} ${event.state} ${event.units}: ${event.reason ?? ''}` : ''))).toEqual([
      'o2 leased 2: ',
      'o1 gone 2: its units are wanted no more, or elsewhere',
      'o2 leased 1: ',
      'o3 gone 2: others pick it',
      'o4 waiting 2: it is held',
      'o5 gone 2: others shipped it',
      'o6 gone 2: its units are wanted no more, or elsewhere',
    ]);
    await shop.ok('order.unhold', { orderId: 'o4', holdId: 'h' });
    expect(holds(shop)).toBe('o2 o4');
  });
});

describe('time', () => {
  it('[TM10] takes back what nobody has touched, to the millisecond', async () => {
    const shop = await floor({ leaseMs: minute, ackMs: 10 * minute, graceMs: 5_000 });
    await shop.place('o1', { S1: 1 });
    await later(shop, minute - 1);
    expect(holds(shop)).toBe('o1');
    await later(shop, 1);
    expect([shop.ask('terminal.get', { terminalId: 't1' })?.state, queue(shop)]).toEqual(['offline', 'o1']);
    await shop.ok('terminal.beat', { terminalId: 't1' });
    expect([shop.ask('terminal.get', { terminalId: 't1' })?.state, holds(shop)]).toEqual(['online', 'o1']);
    await shop.ok('terminal.lose', { terminalId: 't1' });
    await later(shop, 4_999);
    expect(holds(shop)).toBe('o1');
    await shop.ok('terminal.beat', { terminalId: 't1' });
    await shop.ok('terminal.lose', { terminalId: 't1' });
    await later(shop, 5_000);
    expect([holds(shop), queue(shop)]).toEqual(['', 'o1']);
    await openTerminal(shop, 't2', { leaseMs: 60 * minute, ackMs: minute });
    await later(shop, minute);
    expect([shop.ask('terminal.get', { terminalId: 't2' })?.reason, queue(shop)]).toEqual(['it did not acknowledge a task in time', 'o1']);
  });

  it('[TM11] gives back what was begun as if it had not been', async () => {
    const shop = await floor({ leaseMs: minute });
    await shop.place('o1', { S1: 1 });
    await shop.ok('task.ack', ref('o1'));
    await later(shop, minute);
    expect([part(shop, 'o1'), shop.ask('order.get', { orderId: 'o1' })?.state]).toEqual(['released', 'released']);
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect([queue(shop), state(shop, 'o1')]).toEqual(['', 'gone']);
  });

  it('[TM12] keeps what was touched for its terminal, and then gives it to others with what was scanned', async () => {
    const shop = await floor({ leaseMs: minute, keepMs: 10 * minute });
    await shop.place('o1', { S1: 3 });
    await shop.ok('task.ack', ref('o1'));
    await scan(shop, 'o1', [['a', 'S1', 2]]);
    await later(shop, 2 * minute);
    expect(holds(shop)).toBe('o1');
    expect(await scan(shop, 'o1', [['a', 'S1', 2], ['b', 'S1']])).toMatchObject({ scanned: 3, repeated: 1 });
    await later(shop, minute);
    await openTerminal(shop, 't2', { leaseMs: 60 * minute, ackMs: 60 * minute });
    await later(shop, 10 * minute - 1);
    expect([holds(shop), holds(shop, 't2')]).toEqual(['o1', '']);
    await later(shop, 1);
    expect([holds(shop), holds(shop, 't2')]).toEqual(['closed', 'o1']);
    expect(await shop.ok('task.ack', ref('o1', 't2'))).toMatchObject({ state: 'picking', scanned: 3 });
  });

  it('[TM17] runs on after a restart', async () => {
    const shop = await floor({ leaseMs: minute });
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 });
    await shop.ok('task.ack', ref('o2'));
    await scan(shop, 'o2', [['a', 'S1']]);
    await openTerminal(shop, 't9', { zones: ['none'], capacity: 1, capabilities: [] });
    const before = [shop.ask('terminal.list', {}), shop.ask('terminal.get', { terminalId: 't1' }), shop.ask('task.queue', { location: 'A' })];
    const again = await Shop.open({ disk: shop.disk, clock: shop.clock, isBare: true });
    expect([again.ask('terminal.list', {}), again.ask('terminal.get', { terminalId: 't1' }), again.ask('task.queue', { location: 'A' })]).toEqual(before);
    again.clock.advance(minute);
    await again.ok('location.put', { location: location('D') });
    expect([holds(again), state(again, 'o1')]).toEqual(['o2', 'waiting']);
  });
});
