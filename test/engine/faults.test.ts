/** What goes wrong around and inside the engine: each ends in the one way that is safe. */
import { describe, expect, it } from 'vitest';
import { sourceNaive } from '../../engine/routing/source-naive.ts';
import type { Source } from '../../engine/routing/source.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { order, Shop } from './shop.ts';

/** Everything the engine told its hooks. */
function listening(): { told: string[]; hooks: object } {
  const told: string[] = [];
  return {
    told,
    hooks: {
      onBug: (bug: unknown) => told.push(`bug: ${String(bug)}`),
      onSlowCommit: (ms: number) => told.push(`slow: ${ms}`),
      onHungCommit: () => told.push('hung'),
      onLost: ({ code }: { code: string }) => told.push(`lost: ${code}`),
    },
  };
}

describe('a commit', () => {
  it('[E15] that takes long is reported, one that hangs calls for the end, and nobody is answered', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    await shop.pass(2_000);
    const outcomes: Outcome[] = [];
    shop.disk.hangNext('append');
    void shop.send('location.put', { location: shop.ask('location.list', {})[0]! }).then((outcome) => outcomes.push(outcome));
    await shop.settle();
    shop.clock.advance(1_999);
    expect(told).toEqual([]);
    shop.clock.advance(1);
    expect(told).toEqual(['slow: 2000']);
    shop.clock.advance(8_000);
    expect(told).toEqual(['slow: 2000', 'hung']);
    await shop.settle();
    expect(outcomes).toEqual([]);
  });

  it('[E15] of rows that hangs calls for the end as well', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    shop.disk.hangNext('save');
    await shop.pass(20_000);
    expect(told).toEqual(['slow: 2000', 'hung']);
  });

  it('[E15] that ends in time is not reported later', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    await shop.receive({ 'A/S1': 1 });
    await shop.pass(60_000);
    expect(told).toEqual([]);
  });

  it('[E19] that fails ends the engine: nobody is answered, nothing more is taken, and a retry finds the truth', async () => {
    for (const applied of [true, false]) {
      const { told, hooks } = listening();
      const shop = await Shop.open({ hooks });
      await shop.receive({ 'A/S1': 9 });
      const outcomes: Outcome[] = [];
      shop.disk.failNext('append', 'unknown', applied);
      void shop.send('order.place', order('o1', { S1: 2 }), 'once').then((outcome) => outcomes.push(outcome));
      await shop.settle();
      expect([outcomes, told, shop.engine.mode]).toEqual([[], ['lost: unknown'], 'lost']);
      expect((await shop.send('order.place', order('o2', { S1: 2 }))).refused).toMatchObject({ code: 'stopping', retryable: true });
      const again = await shop.restart();
      expect((await again.send('order.place', order('o1', { S1: 2 }), 'once')).refused).toBeUndefined();
      expect(again.stock('A/S1')).toBe('9 0 2 0');
    }
  });

  it('[E19] a later claim fences the engine, which tells its hook and answers nobody', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    await shop.disk.journal().claim('another');
    const outcomes: Outcome[] = [];
    void shop.send('carrier.suspend', { carrierId: 'post', reason: '' }).then((outcome) => outcomes.push(outcome));
    await shop.settle();
    expect([outcomes, told]).toEqual([[], ['lost: fenced']]);
  });

  it('[E19] closing an engine whose last save fails comes to an end', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    await shop.receive({ 'A/S1': 1 });
    shop.disk.failNext('save');
    await shop.engine.close();
    expect(told).toEqual(['lost: unknown']);
  });

  it('[E19] closing while the last commit fails comes to an end', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    shop.disk.failNext('append');
    void shop.send('carrier.suspend', { carrierId: 'post', reason: '' });
    await shop.engine.close();
    expect(told).toEqual(['lost: unknown']);
  });
});

describe('nothing is told before it is durable', () => {
  it('[E3] subscribers hear of a turn when it is durable, in order, before its replies', async () => {
    const writes: (() => void)[] = [];
    let isHeld = false;
    const disk = new MemoryDisk({ schedule: (settle) => (isHeld ? writes.push(settle) : queueMicrotask(settle)) });
    const shop = await Shop.open({ disk });
    await shop.receive({ 'A/S1': 9 });
    const heard: string[] = [];
    const stop = shop.engine.onPublished(({ position }) => heard.push(`published ${position}`));
    isHeld = true;
    for (const id of ['o1', 'o2']) {
      void shop.send('order.place', order(id, { S1: 1 })).then(({ position }) => heard.push(`reply ${position}`));
      await shop.settle();
    }
    expect(heard).toEqual([]);
    // Queries see what is decided, at the position that is durable.
    expect(shop.order('o1').state).toBe('released');
    for (let round = 0; round < 2; round += 1) {
      writes.shift()?.();
      await shop.settle();
    }
    const tail = shop.claim.tail;
    expect(heard).toEqual([`published ${tail - 1}`, `reply ${tail - 1}`, `published ${tail}`, `reply ${tail}`]);
    stop();
    isHeld = false;
    await shop.receive({ 'A/S1': 1 });
    expect(heard.length).toBe(4);
  });
});

describe('a full disk', () => {
  it('[E16] refuses commands by name, goes on answering, and serves again when there is room', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    const space = { isFull: true };
    const real = shop.disk.space.bind(shop.disk);
    shop.disk.space = () => ({ ...real(), freeBytes: space.isFull ? 1 : 2 ** 40 });
    shop.clock.advance(1_000);
    await shop.receive({ 'A/S1': 1 });
    await shop.settle();
    expect(shop.engine.mode).toBe('full');
    const refused = { code: 'storage-full', retryable: true };
    expect((await shop.send('order.place', order('o1', { S1: 1 }), 'once')).refused).toMatchObject(refused);
    expect(shop.ask('atp.get', { skus: ['S1'] })).toEqual({ S1: 10 });
    space.isFull = false;
    shop.clock.advance(1_000);
    expect((await shop.send('order.place', order('o1', { S1: 1 }), 'once')).refused).toMatchObject(refused);
    await shop.settle();
    expect(shop.engine.mode).toBe('serving');
    expect((await shop.send('order.place', order('o1', { S1: 1 }), 'once')).refused).toBeUndefined();
  });

  it('[E16] found at the start, is known from the first command on', async () => {
    const shop = await Shop.open();
    shop.disk.space = () => ({ totalBytes: 100, freeBytes: 1 });
    const again = await shop.restart();
    expect(again.engine.mode).toBe('full');
    expect((await again.send('carrier.resume', { carrierId: 'post' })).refused?.code).toBe('storage-full');
  });
});

describe('closing', () => {
  it('[E17] finishes and answers what was taken, saves everything, lets go, and refuses what comes after', async () => {
    const shop = await Shop.open();
    await shop.receive({ 'A/S1': 9 });
    const asked = Array.from({ length: 50 }, (_, index) => shop.send('order.place', order(`o${index}`, { S1: 1 })));
    const closed = shop.engine.close();
    const late = await shop.send('order.place', order('late', { S1: 1 }));
    expect(late.refused).toMatchObject({ code: 'stopping', retryable: true });
    await closed;
    const codes = (await Promise.all(asked)).map(({ refused }) => refused?.code ?? 'ok');
    expect([codes.slice(0, 9), codes.slice(9)]).toEqual([new Array(9).fill('ok'), new Array(41).fill('out-of-stock')]);
    expect(shop.claim.savedAt).toBe(shop.claim.tail);
    await Promise.all([shop.engine.close(), shop.engine.close()]);
    const again = await shop.restart();
    expect(again.stock('A/S1')).toBe('9 0 9 0');
  });
});

describe('a bug', () => {
  const broken: Source = (request) => {
    if (request.needs.some(({ sku }) => sku === 'BAD')) throw new Error('source fell over');
    const plan = sourceNaive(request);
    if (!request.needs.some(({ sku }) => sku === 'STALE')) return plan;
    return { ...plan, short: 0, fulfillments: [{ ...request.candidates[0]!, lines: request.needs.map(({ lineId, quantity }) => ({ lineId, quantity })) }] };
  };

  it('[E18] in a handler undoes and refuses its own command, tells the hook, and the rest goes on', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks, source: broken });
    await shop.receive({ 'A/S1': 5, 'A/BAD': 5 });
    const asked = [order('o1', { S1: 1 }), order('o2', { S1: 1, BAD: 1 }), order('o3', { S1: 1 })];
    const [first, second, third] = await Promise.all(asked.map((body) => shop.send('order.place', body, body.orderId)));
    expect(second?.refused).toEqual({ code: 'internal', retryable: true, detail: 'a bug of ours: nothing was done, the incident was logged' });
    expect([first?.refused, third?.refused]).toEqual([undefined, undefined]);
    expect(told).toEqual(['bug: Error: source fell over']);
    expect([shop.stock('A/S1'), shop.stock('A/BAD')]).toEqual(['5 0 2 0', '5 0 0 0']);
    expect(shop.ask('order.get', { orderId: 'o2' })).toBeNull();
    expect((await shop.restart()).ask('order.counts', {}).byState).toEqual({ released: 2 });
  });

  it('[E18] in a wake leaves the order waiting, and the rest goes on', async () => {
    const { told, hooks } = listening();
    const shop = await Shop.open({ hooks });
    await shop.receive({ 'A/BAD': 1, 'A/S1': 1 });
    await shop.ok('stock.count', { entries: [{ sku: 'BAD', location: 'A', onHand: 0 }, { sku: 'S1', location: 'A', onHand: 0 }] });
    for (const [id, sku] of [['o1', 'BAD'], ['o2', 'S1']] as const) await shop.place(id, { [sku]: 1 }, { shortage: 'backorder' });
    const again = await shop.restart({ hooks, source: broken });
    await again.receive({ 'A/BAD': 5, 'A/S1': 5 });
    await again.settle();
    expect([again.order('o1').state, again.order('o2').state]).toEqual(['backordered', 'released']);
    expect(told).toEqual(['bug: Error: source fell over']);
  });

  it('[I1] a source that plans what is not there is refused by the stock itself', async () => {
    const shop = await Shop.open({ source: broken });
    await shop.receive({ 'A/STALE': 2 });
    const outcome = await shop.send('order.place', order('o1', { STALE: 3 }));
    expect(outcome.refused).toMatchObject({ code: 'out-of-stock', detail: 'STALE at A has 2 to promise' });
    expect(shop.stock('A/STALE')).toBe('2 0 0 0');
  });
});
