import { describe, expect, it } from 'vitest';
import { Choices } from '../../gateway/world/choices.ts';
import { articles } from '../../gateway/world/goods.ts';
import type { Happening } from '../../gateway/world/happening.ts';
import { parseWorldLine, worldHelp } from '../../gateway/world/options.ts';
import { Teller, textOf } from '../../gateway/world/story.ts';
import { stepsOf, type KnownTask, type TaskFate } from '../../gateway/world/task-steps.ts';
import { noTrouble, readTrouble, usualTrouble } from '../../gateway/world/trouble.ts';

describe('[D20] what is left to chance', () => {
  const lives = (seed: number, order: readonly number[]): unknown[] => {
    const choices = new Choices(seed, usualTrouble);
    const drawn = order.map((index) => [index, choices.order(index), choices.way(`${index}/1`), choices.happens('short', `${index}/1`)] as const);
    return drawn.toSorted(([a], [b]) => a - b);
  };
  const upTo = Array.from({ length: 200 }, (_, index) => index);

  it('is the same for a seed in whatever order it is asked, and another for another seed', () => {
    expect(lives(7, upTo)).toEqual(lives(7, upTo.toReversed()));
    expect(lives(7, upTo)).not.toEqual(lives(8, upTo));
  });

  it('happens about as often as its share says', () => {
    const choices = new Choices(3, { ...noTrouble, lost: 0.2 });
    const lost = Array.from({ length: 5_000 }, (_, index) => choices.way(`${index}/1`).at(-1)?.status).filter((status) => status === 'lost');
    expect(lost.length).toBeGreaterThan(900);
    expect(lost.length).toBeLessThan(1_100);
    expect(upTo.some((index) => choices.happens('short', index))).toBe(false);
  });

  it('asks for articles there are, each once', () => {
    const choices = new Choices(1, usualTrouble);
    for (const index of upTo) {
      const skus = choices.order(index).lines.map(({ article }) => article.sku);
      expect(new Set(skus).size).toBe(skus.length);
      expect(skus.length).toBeGreaterThan(0);
    }
    expect(new Set(articles.map(({ sku }) => sku)).size).toBe(articles.length);
  });
});

describe('trouble', () => {
  it('is one share for every kind, or shares of single kinds beside the usual ones', () => {
    expect(readTrouble('0')).toEqual(noTrouble);
    expect(readTrouble('0.5')).toMatchObject({ short: 0.5, outage: 0.5 });
    expect(readTrouble('short=1, lost=0')).toEqual({ ...usualTrouble, short: 1, lost: 0 });
  });

  it.each(['2', '-0.1', '', 'shorts=0.1', 'short', 'short=x', 'short=0.1=2'])('%j is refused by name', (text) => {
    expect(readTrouble(text)).toContain('--trouble');
  });
});

describe('[D21] the command line of the world', () => {
  it('takes the key of the environment, and what is said before that', () => {
    expect(parseWorldLine([], { BATON_KEY: 'k' })).toMatchObject({ key: 'k', rate: 5, seed: 1, durationMs: undefined, isSetUp: false });
    const line = parseWorldLine(['--key', 'other', '--rate', '0.5', '--duration', '1.5m', '--prefix', 'T-', '--setup'], { BATON_KEY: 'k' });
    expect(line).toMatchObject({ key: 'other', rate: 0.5, durationMs: 90_000, prefix: 'T-', isSetUp: true });
    expect(parseWorldLine(['--help'], {})).toEqual({ help: true });
    for (const kind of Object.keys(usualTrouble)) expect(worldHelp).toContain(`\n  ${kind}`);
  });

  it.each([
    [['--rate', '0'], '--rate'],
    [['--rate', 'fast'], '--rate'],
    [['--speed', '0.5'], '--speed'],
    [['--seed', '1.5'], '--seed'],
    [['--duration', '20'], '--duration'],
    [['--terminals', '0'], '--terminals'],
    [['--prefix', 'a b'], '--prefix'],
    [['--trouble', 'fire=1'], '--trouble'],
    [['--what'], '--what'],
    [['here'], 'here'],
  ])('refuses %j and names it', (argv, named) => {
    expect(parseWorldLine(argv, {})).toMatchObject({ wrong: expect.stringContaining(named) as unknown });
  });
});

describe('what a terminal does with a task', () => {
  const task: KnownTask = {
    orderId: 'W-1', fulfillmentId: '1', location: 'LEEDS', state: 'leased',
    lines: [{ lineId: '1', sku: 'RED-MUG', quantity: 2, scanned: 0 }, { lineId: '2', sku: 'RED-LAMP', quantity: 1, scanned: 0 }],
  };
  const smooth: TaskFate = { isShort: false, losesSocket: false };
  const steps = (of: Partial<KnownTask>, fate: Partial<TaskFate> = {}) => stepsOf({ ...task, ...of }, { ...smooth, ...fate }, () => 100);
  const names = (of: Partial<KnownTask>, fate: Partial<TaskFate> = {}): string =>
    steps(of, fate).map((step) => step.do).join(' ');

  it('goes on from wherever it stands', () => {
    expect(names({})).toBe('ack scan pack label manifest handOver');
    expect(names({ state: 'picking' })).toBe('scan pack label manifest handOver');
    expect(names({ state: 'packed' })).toBe('label manifest handOver');
    expect(names({ state: 'labelled' })).toBe('manifest handOver');
    expect(names({ state: 'manifested' })).toBe('handOver');
    for (const state of ['done', 'gone', 'waiting'] as const) expect(names({ state })).toBe('');
  });

  it('weighs what it packs, and scans what is left to scan under ids of their own', () => {
    const lines = [{ lineId: '1', sku: 'RED-MUG', quantity: 3, scanned: 1 }];
    expect(steps({ state: 'picking', lines }).slice(0, 2)).toMatchObject([
      { do: 'scan', scans: [{ scanId: '1.1', sku: 'RED-MUG', quantity: 2 }] },
      { do: 'pack', weightGrams: 420 },
    ]);
  });

  it('is short by one unit of one line, and done where that was all', () => {
    const found = steps({}, { isShort: true });
    expect(found.map((step) => step.do)).toEqual(['ack', 'scan', 'short', 'pack', 'label', 'manifest', 'handOver']);
    expect(found[1]).toMatchObject({ scans: [{ sku: 'RED-MUG', quantity: 1 }, { sku: 'RED-LAMP', quantity: 1 }] });
    expect(found[2]).toMatchObject({ lineId: '1', quantity: 1 });
    expect(names({ lines: [{ lineId: '1', sku: 'RED-MUG', quantity: 1, scanned: 0 }] }, { isShort: true })).toBe('ack short');
  });

  it('tells after a lost socket again what it told before', () => {
    const [, before, lost, after] = steps({}, { losesSocket: true });
    expect([before, lost, after]).toMatchObject([
      { do: 'scan', scans: [{ scanId: '1.0' }] }, { do: 'lose' }, { do: 'scan', scans: [{ scanId: '1.0' }, { scanId: '2.0' }] },
    ]);
  });
});

describe('the story', () => {
  const tell = (happenings: readonly Happening[], everyMs = 1): string[] => {
    const lines: string[] = [];
    const teller = new Teller((line) => lines.push(line));
    happenings.forEach((it, index) => teller.hear(it, 10_000 + index * everyMs));
    return lines;
  };
  const left = (order: string): Happening => ({ kind: 'left', order, location: 'LEEDS', carrier: 'post' });
  const short = (order: string): Happening => ({ kind: 'short', order, sku: 'RED-MUG', location: 'LEEDS' });

  it('follows what it began to tell, and nothing else', () => {
    const resourced: Happening = { kind: 'resourced', order: 'W-1', to: ['BRISTOL'], ms: 2.34 };
    expect(tell([left('W-1'), short('W-1'), short('W-2'), resourced, left('W-2'), left('W-1')])).toEqual([
      '  W-1 short pick: a RED-MUG is not at LEEDS',
      '  W-1 sourced again from BRISTOL, 2.3 ms later',
      '  W-1 left LEEDS by post',
    ]);
  });

  it('tells of the case that a short pick brought, and of what ended it', () => {
    const happenings: Happening[] = [
      short('W-1'),
      { kind: 'case-raised', caseId: 'STOCKOUT_AT_PICK/RED-MUG', owner: 'inventory' },
      { kind: 'resourced', order: 'W-1', to: [], ms: 1 },
      { kind: 'supplied', sku: 'RED-MUG', location: 'BRISTOL', units: 24 },
      { kind: 'case-cleared', caseId: 'STOCKOUT_AT_PICK/RED-MUG', hours: 0.75 },
    ];
    expect(tell(happenings).at(-1)).toBe('  case STOCKOUT_AT_PICK/RED-MUG ended by itself after 0.8 h: its cause is gone');
    expect(tell(happenings)).toHaveLength(5);
  });

  it('never tells more than can be read', () => {
    const many = Array.from({ length: 1_000 }, (_, index): Happening => ({ ...left('W-1'), location: `L${index}` }) as Happening);
    expect(tell([short('W-1'), ...many]).length).toBeLessThanOrEqual(18);
    expect(tell([short('W-1'), left('W-1'), left('W-1')])).toHaveLength(2);
  });

  it('has words for what waits and for what is split', () => {
    const placed = { kind: 'placed', order: 'W-1', channel: 'shop', to: 'GB LS1', costMinor: 470, ms: 1.2 } as const;
    expect(textOf({ ...placed, lines: 2, from: ['LEEDS', 'BRISTOL'], carriers: ['post'], backordered: 1 })).toBe(
      'W-1 placed (shop, 2 lines, GB LS1) → LEEDS + BRISTOL by post, £4.70, 1 unit to come, 1.2 ms',
    );
    expect(textOf({ ...placed, lines: 1, from: [], carriers: [], backordered: 3 })).toContain('→ waits for stock');
  });
});
