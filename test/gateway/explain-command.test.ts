/** `baton explain`: the words of a running server, or why there are none. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExplain } from '../../gateway/explain-command.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { Shop } from '../engine/shop.ts';
import { serveEngine } from './serving.ts';

let shop: Shop;
let gateway: Gateway;
let url = '';

beforeAll(async () => {
  shop = await Shop.open();
  await shop.receive({ 'A/S1': 1 });
  await shop.place('o1', { S1: 2 }, { shortage: 'backorder' });
  await shop.receive({ 'B/S1': 1 });
  await shop.settle();
  ({ gateway, url } = await serveEngine(shop.engine));
});
afterAll(() => gateway.close(0));

/** The exit code and what was printed. */
async function run(...argv: string[]): Promise<readonly [number, string]> {
  let said = '';
  const code = await runExplain(argv, {}, { write: (text: string) => void (said += text) } as never);
  return [code, said];
}

test('[Z44] prints the words of an explanation, of any decision of the order, or all of it as JSON', async () => {
  const is = (attempt: number) => shop.ask('decision.explain', { orderId: 'o1', attempt });
  expect(await run('o1', '--url', url)).toEqual([0, `${is(1)?.text.join('\n')}\n`]);
  expect(await run('o1', '--attempt', '2', '--url', url)).toEqual([0, `${is(2)?.text.join('\n')}\n`]);
  const [code, json] = await run('o1', '--json', '--url', url);
  expect([code, JSON.parse(json)]).toEqual([0, JSON.parse(JSON.stringify(is(1)))]);
});

test('[Z44] says when there is no such order, or the line makes no sense', async () => {
  expect(await run('nobody', '--url', url)).toEqual([1, 'There is no order nobody.\n']);
  const [code, said] = await run();
  expect([code, said.split('\n')[0]]).toEqual([2, 'name one order to explain']);
  expect((await run('o1', '--attempt', '0'))[0]).toBe(2);
  expect((await run('o1', '--wrong'))[0]).toBe(2);
  expect((await run('--help'))[0]).toBe(0);
});
