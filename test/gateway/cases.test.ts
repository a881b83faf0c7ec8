/** Cases over a real server: the topic, the command line and the metrics. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { CaseCode } from '../../actors/case-kinds.ts';
import { runCases } from '../../gateway/cases-command.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import { Metrics } from '../../gateway/metrics.ts';
import type { CaseList, PushFrame } from '../../gateway/protocol.ts';
import { Streams } from '../../gateway/streams.ts';
import { Shop } from '../engine/shop.ts';
import { serveEngine } from './serving.ts';
import { Reader } from './streams-kit.ts';

const said = (frames: readonly PushFrame[]): string[] =>
  frames.flatMap((frame) =>
    'snapshot' in frame
      ? [`has ${(frame.snapshot as CaseList).cases.map(({ caseId }) => caseId).join()}`]
      : 'events' in frame
        ? frame.events.map((event) => (event.kind === 'case.changed' ? `${event.caseId} ${event.what} ${event.state}` : event.kind))
        : ['gap'],
  );

describe('the topic', () => {
  test('[EX14] begins with what is open, of a kind or of all, goes on with what happens, and resumes', async () => {
    const shop = await Shop.open();
    const onIncident = (error: unknown): void => {
      throw error;
    };
    const streams = new Streams({ engine: shop.engine, limits: defaultLimits, onIncident });
    const raise = (code: CaseCode, subject: string) => shop.ok('case.raise', { code, subject, cause: 'x' });
    await raise('SYNC_FAILED', 'p');
    await shop.settle();
    const since = shop.engine.position;
    const all = new Reader(streams).subscribe({ topic: 'cases' });
    const one = new Reader(streams).subscribe({ topic: 'cases', code: 'SYNC_FAILED' });
    await raise('RULE_ERROR', 'web');
    await shop.settle();
    await shop.ok('case.resolve', { caseId: 'SYNC_FAILED/p', reason: 'sent' });
    for (const reader of [all, one]) reader.flush();
    const news = ['RULE_ERROR/web raised open', 'RULE_ERROR/web step waiting', 'RULE_ERROR/web played waiting', 'SYNC_FAILED/p resolved resolved'];
    expect(said(all.got)).toEqual(['has SYNC_FAILED/p', ...news]);
    expect(said(one.got)).toEqual(['has SYNC_FAILED/p', 'SYNC_FAILED/p resolved resolved']);
    const late = new Reader(streams).subscribe({ topic: 'cases', since });
    await shop.settle();
    late.flush();
    expect(said(late.got)).toEqual(news);
  });
});

describe('the command line', () => {
  let shop: Shop;
  let gateway: Gateway;
  let url = '';

  beforeAll(async () => {
    shop = await Shop.open();
    await shop.receive({ 'A/S1': 2 });
    for (const id of ['o1', 'o2']) await shop.place(id, { S1: 1 });
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'A', onHand: 0 }] });
    await shop.settle();
    ({ gateway, url } = await serveEngine(shop.engine));
  });
  afterAll(() => gateway.close(0));

  /** The exit code and what was printed. */
  async function run(...argv: string[]): Promise<readonly [number, string]> {
    let text = '';
    const code = await runCases([...argv, '--url', url], {}, { write: (more: string) => void (text += more) } as never);
    return [code, text];
  }

  it('[EX16] lists and shows', async () => {
    const [code, text] = await run();
    expect([code, text]).toEqual([0, expect.stringMatching(/^OVERSOLD\/S1 {2}working, high, inventory, 2 orders, due \S+\n$/)]);
    expect((await run('list', '--owner', 'nobody'))[1]).toBe('nothing is open\n');
    expect((await run('list', '--order', 'o1'))[1]).toBe(text);
    const [, shown] = await run('show', 'OVERSOLD/S1');
    expect(shown).toMatch(/orders: o1, o2\n.*engine {2}raised: units that orders were given are not there\n.*playbook {2}step: retry/);
    expect((await run('playbook', 'LOST'))[1]).toMatch(/^LOST: high, carriers, within 48 h, by default\n {2}1\. \{"do":"notify"/);
    expect(JSON.parse((await run('show', 'OVERSOLD/S1', '--json'))[1])).toMatchObject({ orderIds: ['o1', 'o2'] });
  });

  it('[EX16] acts, and says why not', async () => {
    expect(await run('show', 'LOST/no')).toEqual([1, 'there is no such case\n']);
    expect((await run('resolve', 'OVERSOLD/S1', '--reason', 'x'))[0]).toBe(1);
    expect((await run('reassign', 'OVERSOLD/S1', 'ann', '--reason', 'hers', '--severity', 'low'))[1]).toMatch(/low, ann/);
    expect((await run('comment', 'OVERSOLD/S1', 'looked'))[0]).toBe(0);
    expect((await run('retry', 'OVERSOLD/S1'))[0]).toBe(0);
    expect((await run('override', 'OVERSOLD/S1', 'cancel', '--order', 'o1', '--reason', 'told'))[1]).toMatch(/waiting, low, ann/);
    for (const line of [['show'], ['reassign', 'OVERSOLD/S1'], ['burn', 'OVERSOLD/S1'], ['list', 'x'], ['--wrong']]) expect([line, (await run(...line))[0]]).toEqual([line, 2]);
    expect((await run('--help'))[0]).toBe(0);
  });
});

test('[EX5] metrics tell how many are open, whose, how late, and how soon playbooks begin', async () => {
  const shop = await Shop.open();
  const metrics = new Metrics(shop.engine);
  await shop.ok('case.raise', { code: 'SYNC_FAILED', subject: 'p', cause: 'x' });
  await shop.ok('case.raise', { code: 'DEAD_LETTER', subject: 'p', cause: 'x' });
  await shop.settle();
  await shop.ok('case.resolve', { caseId: 'DEAD_LETTER/p', reason: 'x' });
  for (let hour = 0; hour < 4; hour += 1) await shop.pass(3_600_000);
  const { body: text } = await metrics.text();
  for (const line of [
    'baton_cases_open{code="SYNC_FAILED"} 1', 'baton_cases_open_by_owner{owner="operations"} 1', 'baton_cases_late 1',
    'baton_case_happenings_total{what="raised"} 2', 'baton_case_happenings_total{what="resolved"} 1', 'baton_case_happenings_total{what="late"} 1',
    'baton_case_first_step_seconds_bucket{le="0.01"} 2', 'baton_case_first_step_seconds_count 2',
  ]) expect(text).toContain(line);
});

it('[CX9] the topic of carriers begins with how they do, and goes on with what changes of that', async () => {
  const shop = await Shop.open();
  const onIncident = (error: unknown): void => {
    throw error;
  };
  const streams = new Streams({ engine: shop.engine, limits: defaultLimits, onIncident });
  const reader = new Reader(streams).subscribe({ topic: 'carriers' });
  await shop.ok('carrier.embargo', { carrierId: 'post', embargoId: 'snow', reason: 'snow' });
  await shop.ok('carrier.suspend', { carrierId: 'post', reason: 'strike' });
  await shop.settle();
  reader.flush();
  const [first, ...others] = reader.got;
  expect(first).toMatchObject({ snapshot: { carriers: [{ id: 'post', state: 'open' }] } });
  expect(JSON.stringify(others)).toMatch(/carrier\.embargoed.*carrier\.changed/);
  const late = new Reader(streams).subscribe({ topic: 'carriers' });
  late.flush();
  expect(late.got).toMatchObject([{ snapshot: { carriers: [{ id: 'post', state: 'suspended', health: { embargoes: [{ embargoId: 'snow' }] } }] } }]);
});
