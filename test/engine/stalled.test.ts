/** Cases of picks that stand still with a terminal that is silent. */
import { expect, it } from 'vitest';
import { floor, holds, minute, openTerminal, ref, scan } from './floor-kit.ts';
import type { Shop } from './shop.ts';

/** A terminal begins with a task, and scans a unit of it. */
const begin = async (shop: Shop, orderId: string, terminalId = 't1'): Promise<void> => {
  await shop.ok('task.ack', ref(orderId, terminalId));
  await scan(shop, orderId, [['a', 'S1']], terminalId);
};

const open = (shop: Shop): string[] => shop.ask('case.list', {}).cases.map(({ caseId }) => caseId);
const id = 'PICK_STALLED/A';

it('[EX30] a terminal that is silent with tasks it has begun with is a case of its location, until it is heard of', async () => {
  const shop = await floor();
  await shop.place('o1', { S1: 2 });
  await begin(shop, 'o1');
  await shop.pass(minute - 1);
  const again = await shop.restart();
  expect(open(again)).toEqual([]);
  await again.pass(1);
  expect(again.ask('case.get', { caseId: id })).toMatchObject({
    cause: 'terminal t1 is silent, with tasks that it has begun with', owner: 'floor', orders: 0, times: 1,
  });
  await again.ok('terminal.beat', { terminalId: 't1' });
  expect(again.ask('case.get', { caseId: id })).toMatchObject({ state: 'resolved' });
  await again.pass(minute);
  expect(again.ask('case.get', { caseId: id })).toMatchObject({ times: 2 });
});

it('[EX30] ends when others have its tasks, or nobody has them to do', async () => {
  const shop = await floor();
  await openTerminal(shop, 't2', { leaseMs: minute / 2 });
  for (const order of ['o1', 'o2']) await shop.place(order, { S1: 2 });
  expect([holds(shop), holds(shop, 't2')]).toEqual(['o1', 'o2']);
  await begin(shop, 'o1');
  await begin(shop, 'o2', 't2');
  await shop.pass(minute);
  expect(shop.ask('case.get', { caseId: id })).toMatchObject({ times: 2 });
  await shop.part('fulfillment.ship', 'o1');
  expect(open(shop)).toEqual([id]);
  await shop.ok('terminal.close', { terminalId: 't2', now: true });
  expect(open(shop)).toEqual([]);
});

it('[EX30] nothing is one of a terminal that has touched nothing, or lost its socket', async () => {
  const shop = await floor();
  await shop.place('o1', { S1: 2 });
  await shop.pass(minute);
  expect(open(shop)).toEqual([]);
  await openTerminal(shop);
  await begin(shop, 'o1');
  await shop.ok('terminal.lose', { terminalId: 't1' });
  await shop.pass(10 * minute);
  expect(open(shop)).toEqual([]);
});
