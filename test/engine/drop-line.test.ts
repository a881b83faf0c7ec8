/** The line for a hot SKU: tickets in order, places that are exact, nobody past it, over restarts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reservationId } from '../../actors/ids.ts';
import { DropLine } from '../../engine/drop-line.ts';
import { order, reservation, Shop } from './shop.ts';

const minute = 60_000;

async function drop(units: number, settings: { queueMax?: number; perCustomerMax?: number } = {}): Promise<Shop> {
  const shop = await Shop.open();
  await shop.receive({ 'A/S1': units, 'A/S2': 9 });
  await shop.ok('item.put', { item: { sku: 'S1', drop: settings } });
  return shop;
}

const states = (shop: Shop, ...ids: readonly string[]): string[] =>
  ids.map((id) => {
    const { state, position } = shop.reservation(id);
    return position === undefined ? state : `${state} ${position}`;
  });

describe('the line for a hot SKU', () => {
  it('[V13] is stood in when there are no units, and bounded', async () => {
    const shop = await drop(1, { queueMax: 2 });
    expect(await shop.reserve('v1', { S1: 1 })).toMatchObject({ state: 'held' });
    expect(await shop.reserve('v2', { S1: 1 })).toMatchObject({
      state: 'queued', ticket: 1, position: 1, fulfillments: [], expiresAtMs: shop.clock.now() + 24 * 60 * minute,
    });
    expect(await shop.reserve('v3', { S1: 1 })).toMatchObject({ ticket: 2, position: 2 });
    expect(await shop.refused('reservation.make', reservation('v4', { S1: 1 }))).toMatchObject({ code: 'line-full', retryable: true });
    expect(shop.ask('line.get', { sku: 'S1' })).toEqual({ sku: 'S1', length: 2, head: 1 });
    expect(shop.ask('engine.status', {})).toMatchObject({ openReservations: 3, queuedReservations: 2 });
    for (const kind of ['reservation.extend', 'order.place'] as const) {
      const body = kind === 'order.place' ? order('o1', { S1: 1 }, { reservationId: 'v2' }) : { reservationId: 'v2', ttlMs: minute };
      expect((await shop.refused(kind, body as never)).code).toBe('wrong-state');
    }
  });

  it('[V13] is for carts of that SKU alone, and nobody goes past it', async () => {
    const shop = await drop(1);
    await shop.reserve('v1', { S1: 1 });
    await shop.reserve('big', { S1: 2 });
    await shop.receive({ 'A/S1': 1 });
    // One unit is there, and the first in line wants two.
    expect(shop.units('A/S1')).toBe('2 1 0, ATP 1');
    expect(await shop.refused('order.place', order('o1', { S2: 1, S1: 1 }))).toMatchObject({ code: 'out-of-stock', field: 'body.lines[1].sku' });
    expect((await shop.refused('reservation.make', reservation('mixed', { S1: 1, S2: 1 }))).code).toBe('out-of-stock');
    expect(await shop.reserve('v3', { S1: 1 })).toMatchObject({ state: 'queued', position: 2 });
    await shop.place('o2', { S2: 1 });
    await shop.ok('reservation.release', { reservationId: 'v1' });
    expect(states(shop, 'big', 'v3')).toEqual(['held', 'queued 1']);
  });

  it('[V14] is served in order, by whatever comes free, before the next command and for the full time', async () => {
    const shop = await drop(1);
    await shop.reserve('v1', { S1: 1 }, { ttlMs: 5_000 });
    for (const id of ['v2', 'v3', 'v4', 'v5', 'v6']) await shop.reserve(id, { S1: 1 }, { ttlMs: minute });
    shop.published.length = 0;
    await shop.pass(5_000);
    expect(states(shop, 'v1', 'v2', 'v3')).toEqual(['expired', 'held', 'queued 1']);
    expect(shop.reservation('v2').expiresAtMs).toBe(shop.clock.now() + minute);
    const told = shop.published.flatMap(({ events }) => events).map((event) => [event.kind, 'reservationId' in event && event.reservationId]);
    expect(told).toEqual([['reservation.expired', 'v1'], ['reservation.held', 'v2']]);
    // Released: the next one has it before a cart that comes right after.
    const [, late] = await Promise.all([
      shop.ok('reservation.release', { reservationId: 'v2' }),
      shop.reserve('late', { S1: 1 }),
    ]);
    expect(late).toMatchObject({ state: 'queued', position: 4 });
    expect(states(shop, 'v3', 'v4')).toEqual(['held', 'queued 1']);
    // Received, and given back by an order.
    await shop.receive({ 'A/S1': 1 });
    expect(states(shop, 'v4', 'v5')).toEqual(['held', 'queued 1']);
    await shop.place('o1', { S1: 1 }, { reservationId: 'v4', releaseAfterMs: minute });
    await shop.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    expect(states(shop, 'v5', 'v6', 'late')).toEqual(['held', 'queued 1', 'queued 2']);
  });

  it('[V14] comes before orders that wait for stock', async () => {
    const shop = await drop(1);
    await shop.place('o1', { S1: 1 });
    await shop.place('o2', { S1: 1 }, { shortage: 'backorder' });
    await shop.reserve('v1', { S1: 1 });
    await shop.receive({ 'A/S1': 1 });
    expect([...states(shop, 'v1'), shop.order('o2').state]).toEqual(['held', 'backordered']);
    await shop.receive({ 'A/S1': 1 });
    expect(shop.order('o2').state).toBe('released');
  });

  it('[V15] keeps exact places while people leave it, and over a restart', async () => {
    const shop = await drop(0);
    for (const id of ['v1', 'v2', 'v3', 'v4']) await shop.reserve(id, { S1: 1 });
    await shop.ok('reservation.release', { reservationId: 'v2' });
    expect(states(shop, 'v1', 'v3', 'v4')).toEqual(['queued 1', 'queued 2', 'queued 3']);
    const again = await shop.restart();
    expect(states(again, 'v1', 'v2', 'v3', 'v4')).toEqual(['queued 1', 'released', 'queued 2', 'queued 3']);
    expect(await again.reserve('v5', { S1: 1 })).toMatchObject({ ticket: 5, position: 4 });
    await again.receive({ 'A/S1': 2 });
    expect(states(again, 'v1', 'v3', 'v4')).toEqual(['held', 'held', 'queued 1']);
    await again.pass(10 * minute);
    expect(states(again, 'v1', 'v3', 'v4', 'v5')).toEqual(['expired', 'expired', 'held', 'held']);
  });

  it('[V14] 5,000 buyers and 50 units: those who came first have them, and each unit goes on in order', { timeout: 60_000 }, async () => {
    const shop = await drop(50);
    for (let buyer = 0; buyer < 5_000; buyer += 1) void shop.send('reservation.make', reservation(`b${buyer}`, { S1: 1 }, { ttlMs: 1_000 }));
    await shop.settle(200);
    expect(shop.ask('line.get', { sku: 'S1' })).toEqual({ sku: 'S1', length: 4_950, head: 1 });
    for (let round = 1; round < 4; round += 1) {
      await shop.pass(1_000);
      await shop.settle(50);
      expect(shop.reservation(`b${50 * round}`).state).toBe('held');
      expect(shop.reservation(`b${50 * round + 50}`).position).toBe(1);
      expect(shop.units('A/S1')).toBe('50 50 0, ATP 0');
    }
  });
});

describe('the limit of a customer', () => {
  const zoe = { customer: 'zoe' };

  it('[V17] counts what is held, queued and ordered, and counts down what is given back', async () => {
    const shop = await drop(3, { perCustomerMax: 2 });
    const limited = async (id: string, more: object = zoe): Promise<unknown> => (await shop.send('reservation.make', reservation(id, { S1: 1 }, more))).refused?.code;
    await shop.reserve('v1', { S1: 1 }, { ...zoe, ttlMs: 5_000 });
    await shop.place('o1', { S1: 1 }, zoe);
    expect(await shop.refused('reservation.make', reservation('v2', { S1: 1 }, zoe))).toMatchObject({ code: 'customer-limit', field: 'body.lines', retryable: true });
    expect((await shop.refused('order.place', order('o2', { S1: 1 }, zoe))).code).toBe('customer-limit');
    expect(await shop.refused('order.place', order('o2', { S1: 1 }))).toMatchObject({ code: 'customer-limit', field: 'body.customer' });
    expect(await limited('v2', {})).toBe('customer-limit');
    // Another customer has a limit of its own, and other SKUs have none.
    expect(await limited('v3', { customer: 'max' })).toBeUndefined();
    await shop.place('o3', { S2: 5 });
    // A ticket counts, and an order that takes a reservation counts it once.
    await shop.pass(5_000);
    expect(await limited('v4')).toBeUndefined();
    await shop.place('o4', { S1: 1 }, { ...zoe, reservationId: 'v4' });
    expect(await limited('v5')).toBe('customer-limit');
    await shop.ok('order.cancel', { orderId: 'o4', reason: 'r' });
    await shop.reserve('max', { S1: 1 }, { customer: 'max' });
    expect(await shop.reserve('v6', { S1: 1 }, zoe)).toMatchObject({ state: 'queued' });
    expect(await limited('v7')).toBe('customer-limit');
    await shop.ok('reservation.release', { reservationId: 'v6' });
    expect(await limited('v8')).toBeUndefined();
  });

  it('[V17] is known over a restart, forgets those who gave all back, and begins with the limit', async () => {
    const shop = await drop(9);
    await shop.place('before', { S1: 2 }, zoe);
    await shop.pass(1);
    await shop.ok('item.put', { item: { sku: 'S1', drop: { perCustomerMax: 2 } } });
    await shop.place('o1', { S1: 2 }, { ...zoe, releaseAfterMs: minute });
    const again = await shop.restart();
    expect((await again.refused('order.place', order('o2', { S1: 1 }, zoe))).code).toBe('customer-limit');
    await again.ok('order.cancel', { orderId: 'o1', reason: 'r' });
    await again.pass(3_000);
    const { quotas } = again.engine.inspect().core.world;
    expect([quotas.cells.size, quotas.units('S1' as never, 'zoe')]).toEqual([0, 0]);
    await again.place('o3', { S1: 2 }, zoe);
    expect(quotas.units('S1' as never, 'zoe')).toBe(2);
  });
});

describe('a line of tickets', () => {
  it('[V15] knows every place, whoever comes and leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(99), { maxLength: 400 }), (rolls) => {
        const line = new DropLine();
        let model: number[] = [];
        for (const roll of rolls) {
          if (roll < 60 || model.length === 0) {
            const ticket = line.nextTicket;
            expect(ticket).toBe((model.at(-1) ?? 0) + 1);
            line.add(ticket, reservationId(`v${ticket}`));
            model.push(ticket);
          } else {
            const gone = model[roll % model.length] ?? 0;
            line.remove(gone);
            model = model.filter((ticket) => ticket !== gone);
          }
          expect([line.length, line.head]).toEqual([model.length, model.length === 0 ? undefined : `v${model[0]}`]);
          for (const [index, ticket] of model.entries()) expect(line.position(ticket)).toBe(index + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('[V15] moves up when thousands have left at its front', () => {
    const line = new DropLine();
    for (let ticket = 1; ticket <= 5_000; ticket += 1) line.add(ticket, reservationId(`v${ticket}`));
    for (let ticket = 1; ticket <= 4_000; ticket += 1) {
      expect(line.position(ticket)).toBe(1);
      line.remove(ticket);
    }
    expect([line.length, line.head, line.position(5_000), line.nextTicket]).toEqual([1_000, 'v4001', 1_000, 5_001]);
  });
});
