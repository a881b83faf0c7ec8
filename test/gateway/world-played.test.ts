/** The world around the real engine behind the real gateway, over real sockets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../gateway/client/client.ts';
import { playLife } from '../../gateway/demo/life.ts';
import type { Happening } from '../../gateway/world/happening.ts';
import { namesOf } from '../../gateway/world/names.ts';
import { Pace } from '../../gateway/world/pace.ts';
import { readBack } from '../../gateway/world/read-back.ts';
import { setUp } from '../../gateway/world/set-up.ts';
import { skusOf } from '../../gateway/world/summary.ts';
import { noTrouble } from '../../gateway/world/trouble.ts';
import { runWorld } from '../../gateway/world/world-command.ts';
import { World, type WorldOptions } from '../../gateway/world/world.ts';
import { serveWhole, type Whole } from './whole.ts';

let whole: Whole;
beforeEach(async () => {
  whole = await serveWhole();
});
afterEach(() => whole.stop());

const never = new AbortController().signal;
const usual = { prefix: '', seed: 5, trouble: noTrouble, rate: 40, speed: 60_000, terminals: 1, capacity: 8, connections: 1, watches: true } as const;

/** Play for a while, let it settle, and read every balance back. */
async function played(options: Partial<WorldOptions>, forMs: number): Promise<{ readonly world: World; readonly heard: readonly Happening[] }> {
  const all = { ...usual, ...options, url: whole.url };
  const client = await connect({ url: whole.url });
  await setUp(client, namesOf(all.prefix, ''), new Pace(all.speed));
  const heard: Happening[] = [];
  const world = new World({ ...all, tell: (it) => heard.push(it) });
  await world.begin();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await world.settle(20_000, never);
  await world.end();
  const { oversold, balances } = await readBack(client, skusOf(namesOf(all.prefix, '')));
  expect(oversold).toEqual([]);
  expect(balances).toBeGreaterThan(400);
  await client.close();
  return { world, heard };
}

describe('a world without trouble', () => {
  it('[D22] brings every order to its customer and is refused nothing', { timeout: 60_000 }, async () => {
    const { world } = await played({}, 1_000);
    const { tally } = world;
    expect(tally.of('placed')).toBeGreaterThan(20);
    expect(tally.alive).toBe(0);
    expect(Object.fromEntries(tally.refusals)).toEqual({});
    expect(tally.unanswered).toBe(0);
    expect(tally.of('delivered')).toBe(tally.of('left'));
    expect(tally.of('captured')).toBe(tally.of('paid'));
    expect(tally.pushes.totalCount).toBeGreaterThan(0);
    // Alarms come of a machine that is busy with other things: an hour takes 60 ms here.
    for (const kind of ['short', 'socket', 'declined', 'lost', 'returned'] as const) expect(tally.of(kind)).toBe(0);
    const [open, terminals] = [whole.engine.query({ kind: 'engine.status', body: {} }).ok, whole.engine.query({ kind: 'terminal.list', body: {} }).ok];
    expect(open.openOrders).toBe(0);
    expect(terminals.terminals).toEqual([]);
  });

  it('places the same orders again under the same seed', { timeout: 60_000 }, async () => {
    const placed = async (): Promise<readonly string[]> => {
      const { heard } = await played({}, 600);
      return heard.filter((it) => it.kind === 'placed').map(({ lines, to, channel }) => `${channel} ${lines} ${to}`).slice(0, 10);
    };
    const first = await placed();
    expect(first.length).toBe(10);
    expect((await placed()).toSorted()).toEqual(first.toSorted());
  });
});

describe('a world full of trouble', () => {
  it('[D22] has all of it, and still every order ends', { timeout: 90_000 }, async () => {
    const trouble = { payment: 0.3, cancel: 0.1, short: 0.3, socket: 0.3, outage: 0.1, delay: 0.3, lost: 0.1, return: 0.5, damage: 0.5 };
    const { world, heard } = await played({ trouble, rate: 60, speed: 20_000, terminals: 2 }, 3_000);
    const { tally } = world;
    expect(tally.alive).toBe(0);
    expect(tally.unanswered).toBe(0);
    for (const kind of ['declined', 'cancelled', 'short', 'resourced', 'socket', 'no-label', 'lost', 'replaced', 'sent-back', 'case-raised', 'case-cleared'] as const) {
      expect(tally.of(kind), kind).toBeGreaterThan(0);
    }
    // Scans that were told again after a lost socket counted once.
    const back = heard.filter((it) => it.kind === 'socket');
    expect(back.every(({ repeated, scans }) => repeated > 0 && repeated <= scans)).toBe(true);
    const refused = [...tally.refusals.values()].reduce((sum, count) => sum + count, 0);
    expect(refused, JSON.stringify([...tally.refusals])).toBeLessThan(tally.commands / 20);
  });
});

describe('[D21] baton world', () => {
  const run = async (...argv: string[]): Promise<{ readonly code: number; readonly said: string }> => {
    let said = '';
    const code = await runWorld(['--url', whole.url, '--duration', '300ms', '--speed', '100000', ...argv], {}, { write: (text) => (said += text) });
    return { code, said };
  };
  const put = async (): Promise<void> => {
    const client = await connect({ url: whole.url });
    const location = { id: 'HOME', name: 'Our own', type: 'warehouse', state: 'open', country: 'GB', latitude: 51, longitude: 0 } as const;
    await client.command('location.put', { location });
    await client.close();
  };

  it('puts nothing unless it is asked to, and plays once it is there', { timeout: 60_000 }, async () => {
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toBe('baton: 12 locations and 3 channels of the world are not here: --setup puts them\n');
    const first = await run('--setup');
    expect(first).toMatchObject({ code: 0, said: expect.stringMatching(/oversold +0 /) as unknown });
    // No cursor movements where nobody has a cursor.
    expect(first.said).not.toContain('\u001b');
    const second = await run('--json', '--trouble', '0');
    expect(second.code).toBe(0);
    expect(JSON.parse(second.said)).toMatchObject({ oversold: 0, unanswered: 0, alive: 0, refusals: {} });
  });

  it('leaves others alone: refused beside them, save under names of its own or when told to', { timeout: 60_000 }, async () => {
    await put();
    const refused = await run('--setup');
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('others live here (location HOME)');
    const beside = await run('--setup', '--prefix', 'T-', '--trouble', '0');
    expect(beside.code, beside.said).toBe(0);
    const ids = whole.engine.query({ kind: 'location.list', body: {} }).ok.map(({ id }) => String(id));
    expect(ids.filter((id) => !id.startsWith('T-'))).toEqual(['HOME']);
    expect((await run('--setup', '--yes')).code).toBe(0);
  });

  it('says what is wrong with a key, and that nobody is there', { timeout: 60_000 }, async () => {
    const wrong = await run('--key', 'wrong');
    expect(wrong.code).toBe(1);
    expect(wrong.said).toContain('baton: the server does not know this key (--key, or BATON_KEY)');
    const gone = await run('--url', 'ws://127.0.0.1:1/v1/socket');
    expect(gone.code).toBe(1);
    expect(gone.said).toContain('did not answer');
    const shop = await serveWhole('storefront');
    expect((await run('--url', shop.url)).said).toBe('baton: the key is of a storefront: the world is played by an operator\n');
    await shop.stop();
  });
});

describe('[D23] the life that the demo shows', () => {
  it('ends with nothing oversold and every order ended', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    const { tally, stock } = await playLife({ url: whole.url, out: { write: (text: string) => lines.push(text) }, seconds: 3 });
    expect(stock.oversold).toEqual([]);
    expect(tally.alive).toBe(0);
    expect(lines.join('')).toMatch(/placed \((shop|market|agent), /);
    expect(lines.join('')).toMatch(/oversold +0 /);
  });
});
