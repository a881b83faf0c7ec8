/** Plans on trial from outside: the command line against a real server, its metrics, and who follows what. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAmongShare } from '../../actors/canary.ts';
import type { Divergence } from '../../actors/divergence.ts';
import { connect, type Baton } from '../../gateway/client/client.ts';
import { divergenceText, runLivePlan } from '../../gateway/plan-live.ts';
import { FeedShop } from './feed-serving.ts';
import { Reader, setUp } from './streams-kit.ts';

let shop: FeedShop;
let client: Baton;
const place = { country: 'GB', latitude: 51.5, longitude: 0 };

beforeAll(async () => {
  shop = await FeedShop.open();
  client = await connect({ url: shop.url, key: 'op' });
  await client.command('channel.put', { channel: { id: 'web', name: 'Web' } });
  await client.command('carrier.put', { carrier: { id: 'post', name: 'Post', baseMinor: 300, perKmMinor: 1 } });
  await client.command('stock.receive', { entries: ['A', 'B'].map((location) => ({ sku: 'S1', location, quantity: 900 })) });
  await client.command('stock.receive', { entries: [{ sku: 'S2', location: 'B', quantity: 1 }] });
  const rules = [{ id: 'not-a', exclude: 'location' as const, when: 'location.id == "A"' }];
  await client.command('plan.put', { plan: { format: 'baton.plan/1', id: 'q', name: 'Not A', rules }, reason: 'test' });
  await client.command('plan.validate', { planId: 'q', version: 1 });
});
afterAll(async () => {
  await client.close();
  await shop.close();
});

async function run(line: string): Promise<readonly [number, string]> {
  const said: string[] = [];
  const [kind = '', ...args] = line.split(' ');
  const code = await runLivePlan(kind as never, [...args, '--url', shop.url], { BATON_KEY: 'op' }, (text) => void said.push(text));
  return [code, said.join('\n')];
}

const order = (orderId: string) => ({ orderId, channel: 'web', destination: place, lines: [{ sku: 'S1', quantity: 1 }] });
/** Ids that no other test takes, on one side of a half. */
let next = 0;
function idOf(isCanary: boolean): string {
  for (;;) if (isAmongShare('q', `w${++next}`, 50) === isCanary) return `w${next}`;
}

async function metrics(): Promise<string> {
  return (await fetch(`${shop.http}/metrics`, { headers: { authorization: 'Bearer op' } })).text();
}

describe('the command line', () => {
  it('[Z24] [Z27] [Z29] begins a canary, shows both sides, and tells why it ended', async () => {
    const events = client.subscribe({ topic: 'plans' });
    const exceptions = client.subscribe({ topic: 'exceptions' });
    expect((await events.next()).value).toMatchObject({ kind: 'snapshot', snapshot: { plans: [{ id: 'q' }] } });
    await exceptions.next();
    const guard = '--min-orders 2 --cost-percent 50 --short 5+1 --split +2';
    expect(await run(`canary q 1 --percent 50 --reason try ${guard}`)).toEqual([0, '{"id":"q","version":1,"percent":50}']);
    const [seat] = (await client.query('plan.list', {})).seats;
    expect(seat?.canary?.guard).toEqual({ minOrders: 2, costPercent: 50, short: { percent: 5, points: 1 }, split: { points: 2 } });
    await client.command('order.place', order(idOf(true)));
    await client.command('order.place', order(idOf(false)));
    const [code, said] = await run('list');
    expect([code, said]).toEqual([0, expect.stringMatching(/canary q 1 for 50 % \(try\)\n {4}canary {2}1 orders, cost \d+\.\d\d, short 0\.0 %.*\n {4}control 1 orders/)]);
    expect(await metrics()).toMatch(/baton_canary_orders\{channel="\*",plan="q\/1",side="canary",kpi="orders"\} 1\n/);
    await client.command('order.place', { ...order(idOf(true)), shortage: 'backorder', lines: [{ sku: 'S2', quantity: 5 }] });
    expect((await run('list'))[1]).toContain('canary q 1 was rolled-back: short is 50 % after 2 orders: more than 5');
    expect((await exceptions.next()).value).toMatchObject({ events: [{ kind: 'canary.changed', state: 'rolled-back', breach: { kpi: 'short', is: 50, limit: 5 } }] });
    const told: unknown[] = [];
    while (told.length < 2) told.push(...((await events.next()).value as unknown as { events: { state: string }[] }).events.map(({ state }) => state));
    expect(told).toEqual(['started', 'rolled-back']);
    expect(await metrics()).toContain('baton_canary_ended_total{how="rolled-back"} 1');
  });

  it('[Z22] [Z32] begins a shadow, follows what it finds, and sums it up', async () => {
    expect((await run('shadow q 1 --percent 100 --reason look --channels web --until 2999-01-01T00:00Z'))[0]).toBe(0);
    const own = client.subscribe({ topic: 'shadow', planId: 'q' });
    expect((await own.next()).value).toMatchObject({ kind: 'snapshot', snapshot: { shadows: [{ planId: 'q', percent: 100, channels: ['web'] }] } });
    for (const id of ['s1', 's2']) await client.command('order.place', order(id));
    const found: Divergence[] = [];
    while (found.length < 2) found.push(...((await own.next()).value as unknown as { events: Divergence[] }).events);
    expect(found.map(({ orderId, live, candidate }) => [orderId, live.parcels[0]?.location, candidate.parcels[0]?.location])).toEqual([['s1', 'A', 'B'], ['s2', 'A', 'B']]);
    expect(divergenceText(found[0] as Divergence)).toMatch(/^s1 \(1\): A for \d+\.\d\d; otherwise B for \d+\.\d\d \([+-]?\d+\.\d\d\)$/);
    const [code, said] = await run('divergence q');
    expect([code, said]).toEqual([0, expect.stringMatching(/^q 1, 100 % of the orders: 2 decided twice, 0 the same, 2 otherwise \(100\.0 %\)\n {2}0 dropped/)]);
    expect(await metrics()).toContain('baton_shadow_decisions{plan="q/1",outcome="different"} 2');
    expect(await run('unshadow q --reason seen')).toEqual([0, '{"id":"q","version":1}']);
    expect(await run('divergence')).toEqual([0, 'there is no shadow']);
    await own.return();
  });

  it('[Z29] promotes and aborts; what is refused or makes no sense is told', async () => {
    await run('canary q 1 --percent 10 --reason try');
    expect(await run('abort --reason no')).toEqual([0, '{"id":"q","version":1}']);
    expect(await run('promote --reason yes')).toEqual([1, 'wrong-state: there is no canary for all channels']);
    await run('canary q 1 --percent 10 --reason try --channel web');
    expect(await run('promote --reason yes --channel web')).toEqual([0, '{"id":"q","version":1,"channel":"web"}']);
    for (const [line, said] of [
      ['canary q --percent 1 --reason x', 'name plan and version'], ['canary q 1 --reason x', 'say of how many orders'], ['promote', 'say why'],
      ['canary q x --percent 1 --reason x', 'VERSION is a number, not x'], ['canary q 1 --percent 1 --reason x --short +x', '--short is a number'],
      ['shadow q 1 --percent 1 --reason x --until soon', '--until is a moment'], ['list --no', "Unknown option '--no'"], ['divergence --follow', 'name the plan to follow'],
    ] as const) {
      const [code, text] = await run(line);
      expect([line, code, text.split('\n')[0]]).toEqual([line, 2, expect.stringContaining(said)]);
    }
  });
});

describe('followers of a shadow', () => {
  const found = (orderId: string): Divergence => {
    const side = { costMinor: 0, parcels: [], short: 0, isRefused: false, isLate: false };
    const difference = { costMinor: 0, parcels: 0, short: 0, refused: 0, late: 0 };
    return { kind: 'plan.diverged', planId: 'q', version: 1, channel: 'web', orderId, attempt: 1, position: 1, atMs: 0, live: side, candidate: side, difference } as never;
  };

  it('[Z32] get what is found of their plan as it comes; one that was too slow gets the sums instead', () => {
    const { engine, streams } = setUp();
    const reader = new Reader(streams).subscribe({ topic: 'shadow', planId: 'q' as never });
    expect(reader.got).toMatchObject([{ snapshot: { shadows: [] } }]);
    engine.diverge(found('o1'), { ...found('o2'), planId: 'other' } as never);
    reader.flush();
    expect(reader.got[1]).toMatchObject({ events: [{ orderId: 'o1' }] });
    expect((reader.got[1] as unknown as { events: unknown[] }).events).toHaveLength(1);
    reader.room = 1;
    reader.drops = true;
    for (const id of ['o3', 'o4']) {
      engine.diverge(found(id));
      reader.flush();
    }
    expect(reader.got).toHaveLength(2);
    reader.drain(10);
    expect(reader.got.slice(2)).toMatchObject([{ snapshot: { shadows: [] } }]);
    engine.diverge(found('o5'));
    reader.flush();
    expect(reader.got.at(-1)).toMatchObject({ events: [{ orderId: 'o5' }] });
  });
});
