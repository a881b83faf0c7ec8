/** `baton whatif` against the real engine behind the real gateway. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { runWhatIf } from '../../gateway/what-if-command.ts';
import { location } from '../engine/shop.ts';
import { serveWhole, type Whole } from './whole.ts';

let whole: Whole;

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await runWhatIf([...argv, '--url', whole.url], {}, { write: (more: string) => void (text += more) } as never);
  return { code, text };
}

beforeAll(async () => {
  whole = await serveWhole();
  const client = await connect({ url: whole.url });
  const put = (kind: string, body: object): Promise<unknown> => client.command(kind as never, body as never);
  await put('location.put', { location: { ...location('A', 0), shortPick: { reach: 'orders' } } });
  await put('location.put', { location: location('B', 1) });
  await put('channel.put', { channel: { id: 'web', name: 'Web' } });
  await put('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 0 } });
  await put('stock.receive', { entries: [{ sku: 'MUG', location: 'A', quantity: 4 }] });
  for (const orderId of ['W-1', 'W-2']) {
    await put('order.place', { orderId, channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'MUG', quantity: 1 }] });
  }
  await put('fulfillment.pick', { orderId: 'W-1', fulfillmentId: '1' });
  await put('stock.receive', { entries: [{ sku: 'MUG', location: 'B', quantity: 2 }] });
  await client.close();
});

afterAll(() => whole.stop());

describe('baton whatif', () => {
  it('[SP9] tells what a short pick would do, order by order', async () => {
    expect(await run('short-pick', 'W-1', '1', '1=0')).toEqual({
      code: 0,
      text: '1 units of MUG are not at A: 4 → 3 on hand, the rest suspect.\n1 other orders: 1 units go elsewhere, 0 stay.\nCost 6.00 → 6.00.\n' +
        '  W-1: A 3.00 → B 3.00\n  W-2: A 3.00 → B 3.00\n',
    });
    expect((await run('short-pick', 'W-2', '1', '1=0')).text).toContain('It would be refused');
  });

  it('[SP9] says what is not known, and what it does not understand', async () => {
    expect(await run('short-pick', 'nobody', '1', '1=0')).toEqual({ code: 1, text: 'there is no such location, carrier, stock or part\n' });
    expect((await run('short-pick', 'W-1')).code).toBe(2);
    expect((await run('lose-stock', 'MUG', '--units', '1')).text).toContain('1 units of MUG are gone at A.');
  });
});
