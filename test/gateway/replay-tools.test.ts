import { describe, expect, it } from 'vitest';
import { Demand, receiptsOf, weekMs } from '../../gateway/replay/supply.ts';
import { carriers, channel, locations } from '../../gateway/replay/network.ts';
import { commandBodies } from '../../actors/commands.ts';
import { parseReplayOptions } from '../../gateway/replay/options.ts';
import { Pacer } from '../../gateway/replay/pace.ts';
import { Progress } from '../../gateway/progress.ts';
import { runReplay } from '../../gateway/replay/replay.ts';
import type { Mapped } from '../../gateway/replay/map.ts';
import { compile } from './replay-kit.ts';

const order = (atMs: number, sku: string, quantity: number): Mapped => ({
  kind: 'order',
  invoice: 'x',
  atMs,
  refused: [],
  body: { orderId: 'x', channel: 'web', destination: { country: 'GB' }, lines: [{ sku, quantity }] },
});

describe('the replay’s network', () => {
  it('[D12] is twelve locations, three carriers and a channel the engine takes', () => {
    expect(locations).toHaveLength(12);
    for (const location of locations) expect(compile(commandBodies['location.put'])({ location })).toBe(true);
    for (const carrier of carriers) expect(compile(commandBodies['carrier.put'])({ carrier })).toBe(true);
    expect(compile(commandBodies['channel.put'])({ channel })).toBe(true);
  });

  it('[D13] receives at least all that is sold of every article by the week after the last', () => {
    const demand = new Demand();
    const sold = new Map<string, number>();
    for (let at = 0; at < 2_000; at++) {
      const sku = `S${at % 700}`;
      const quantity = 1 + (at % 5);
      demand.add(order((at % 5) * weekMs, sku, quantity));
      sold.set(sku, (sold.get(sku) ?? 0) + quantity);
    }
    const received = new Map<string, number>();
    for (let week = 0; week <= demand.lastWeek + 1; week++) {
      for (const { sku, quantity } of receiptsOf(demand, week, 1)) {
        expect(quantity).toBeGreaterThan(0);
        received.set(sku, (received.get(sku) ?? 0) + quantity);
      }
    }
    for (const [sku, units] of sold) expect(received.get(sku) ?? 0).toBeGreaterThanOrEqual(units);
  });

  it('[D14] of a scarce article gives a part first and the rest a week later', () => {
    const demand = new Demand();
    for (let at = 0; at < 1_000; at++) demand.add(order(0, `S${at}`, 10));
    const main = (week: number): Map<string, number> =>
      new Map(
        receiptsOf(demand, week, 1)
          .filter(({ location }) => location === 'DAVENTRY')
          .map(({ sku, quantity }) => [sku, quantity]),
      );
    const late = main(1);
    expect(late.size).toBeGreaterThan(0);
    expect(late.size).toBeLessThan(20);
    for (const [sku, quantity] of late) expect((main(0).get(sku) ?? 0) + quantity).toBe(10);
  });
});

describe('the replay’s command line', () => {
  it.each([
    [[], 'name the file'],
    [['a.csv', 'b.csv'], 'one file'],
    [['a.csv', '--rate', '0'], '--rate'],
    [['a.csv', '--rate', 'fast'], '--rate'],
    [['a.csv', '--speedup', '-1'], '--speedup'],
    [['a.csv', '--speedup', '2', '--rate', '5'], 'exclude'],
    [['a.csv', '--seed', '1.5'], '--seed'],
    [['a.csv', '--in-flight', '0'], '--in-flight'],
    [['a.csv', '--fast'], '--fast'],
  ])('[D18] refuses %j, naming what is wrong', (argv, said) => {
    expect(parseReplayOptions(argv)).toMatchObject({ wrong: expect.stringContaining(said) as unknown });
  });

  it('[D18] lets parcels live at the file’s pace, and not at full speed unless asked', () => {
    expect(parseReplayOptions(['a.csv'])).toMatchObject({ life: false, pace: { kind: 'max' } });
    expect(parseReplayOptions(['a.csv', '--life'])).toMatchObject({ life: true });
    expect(parseReplayOptions(['a.csv', '--speedup', '1000'])).toMatchObject({ life: true });
    expect(parseReplayOptions(['a.csv', '--speedup', '9', '--no-life'])).toMatchObject({ life: false });
  });

  it('[D18] says what it did not find, and ends with 1; with 2 for a wrong command line', async () => {
    const said: string[] = [];
    const out = { write: (text: string) => said.push(text) };
    expect(await runReplay(['no-such-file.csv', '--url', 'ws://127.0.0.1:1'], out)).toBe(1);
    expect(said.join('')).toContain('no-such-file.csv');
    expect(await runReplay([], out)).toBe(2);
    expect(await runReplay(['--help'], out)).toBe(0);
  });
});

describe('pace', () => {
  it('[D19] is open loop: what is due is due although time has passed', async () => {
    let nowMs = 1_000;
    const rate = new Pacer({ kind: 'rate', perSecond: 100 }, () => nowMs);
    expect(await rate.next(0)).toBe(1_000);
    nowMs = 5_000;
    expect([await rate.next(0), await rate.next(0)]).toEqual([1_010, 1_020]);
    const speedup = new Pacer({ kind: 'speedup', factor: 60 }, () => nowMs);
    expect(await speedup.next(0)).toBe(5_000);
    nowMs = 9_000;
    expect(await speedup.next(60_000)).toBe(6_000);
  });
});

describe('progress', () => {
  it('is a bar on a terminal, wiped before anything else is said', () => {
    const said: string[] = [];
    const progress = new Progress({ write: (text) => said.push(text), isTTY: true, columns: 40 }, 10, 'invoices');
    progress.update(5, 'half');
    progress.say('a decision');
    progress.end();
    expect(said[0]).toContain('█');
    expect(said[0]?.length).toBeLessThan(50);
    expect(said.slice(1, 3)).toEqual(['\r\u001b[2K', 'a decision\n']);
    expect(said.at(-1)).toBe('\r\u001b[2K');
  });

  it('is a line every tenth of the way elsewhere', () => {
    const said: string[] = [];
    const progress = new Progress({ write: (text) => said.push(text) }, 1_000, 'invoices');
    for (let at = 1; at <= 1_000; at++) progress.update(at, '');
    expect(said).toHaveLength(10);
    expect(said[0]).toBe('  10 %  100 of 1,000 invoices\n');
  });
});
