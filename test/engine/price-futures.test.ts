/** Prices of sampled futures beside the engine: asked in pieces, answered late, wrongly or never; rooms, walk-ins, forecasts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandId } from '../../actors/ids.ts';
import { blended } from '../../engine/routing/prices/book.ts';
import { answerMsMax, restMs } from '../../engine/routing/prices/asker.ts';
import { buffersOf, type FuturesAnswer, type FuturesQuestion, type FuturesSolver } from '../../engine/routing/prices/question.ts';
import { solveFutures } from '../../engine/routing/prices/solve.ts';
import { ThreadSolver } from '../../gateway/prices/thread-solver.ts';
import { MemoryDisk } from '../../storage/memory.ts';
import { root } from '../sources.ts';
import { ManualClock } from './helpers.ts';
import { location, Shop } from './shop.ts';

/** Keeps what it is asked until the test answers. */
class HeldSolver implements FuturesSolver {
  readonly questions: FuturesQuestion[] = [];
  drops = 0;
  isClosed = false;
  answer: (answer: FuturesAnswer | undefined) => void = () => undefined;

  ask(question: FuturesQuestion, answered: (answer: FuturesAnswer | undefined) => void): void {
    this.questions.push(question);
    this.answer = answered;
  }

  drop(): void {
    this.drops += 1;
  }

  close(): void {
    this.isClosed = true;
  }
}

const near = { country: 'GB', latitude: 51.5, longitude: -0.12 } as const;
const between = { country: 'GB', latitude: 51.95, longitude: -0.12 } as const;

/** Twenty orders from beside A, which has two units left; B has many. Its solver is asked about S1. */
async function scarce(solver: FuturesSolver, more: { disk?: MemoryDisk } = {}): Promise<Shop> {
  const clock = new ManualClock();
  const shop = await Shop.open({ clock, isPriced: true, solver, ...more });
  await shop.receive({ 'A/S1': 22, 'B/S1': 100, 'B/S2': 100 });
  for (let index = 0; index < 20; index += 1) {
    await shop.place(`near-${index}`, index % 4 === 0 ? { S1: 1, S2: 1 } : { S1: 1 }, { destination: near });
  }
  for (let step = 0; step < 100; step += 1) clock.advance(20);
  return shop;
}

const priceAt = (shop: Shop, at: string) => shop.ask('price.get', { sku: 'S1' })!.prices.find(({ location: one }) => one === at)!;
const statusOf = (shop: Shop) => shop.ask('engine.status', {}).prices!;

describe('sampled futures beside the engine', () => {
  it('[R50] of a scarce SKU are asked for, and their mean with the closed form is in force from one version on', async () => {
    const solver = new HeldSolver();
    const shop = await scarce(solver);
    const question = solver.questions.at(-1)!;
    expect(question.priced).toBe(1);
    // What was ordered with it is there too, as if there were plenty.
    expect(question.skus).toBe(2);
    expect(Math.max(...question.now)).toBe(1e9);
    expect(question.orders.hour.length).toBe(20);
    expect(shop.ask('price.get', { sku: 'S1' })).toMatchObject({ basis: 'closed', solver: 'asked' });
    const before = priceAt(shop, 'A');
    const { version } = statusOf(shop);
    // What all of them are worth more would be paid anyhow.
    solver.answer({ number: question.number, prices: Float64Array.of(97, 7) });
    expect(shop.ask('price.get', { sku: 'S1' })).toMatchObject({ basis: 'blended', version: version + 1 });
    expect(priceAt(shop, 'A')).toEqual({ location: 'A', closedMinor: before.closedMinor, sampledMinor: 90, priceMinor: blended(before.closedMinor, 90) });
    expect(statusOf(shop)).toMatchObject({ answers: 1, failures: 0, solver: 'resting' });
    await shop.place('next', { S1: 1 }, { destination: between });
    const decisions = shop.published.flatMap(({ events }) => events.filter((event) => event.kind === 'order.sourced'));
    expect(decisions.at(-1)!.prices).toBeGreaterThanOrEqual(version + 1);
  });

  it('[R50] have no say any more after twelve hours', async () => {
    const solver = new HeldSolver();
    const shop = await scarce(solver);
    const { number, nodes } = solver.questions.at(-1)!;
    expect(nodes).toBe(2);
    solver.answer({ number, prices: Float64Array.of(97, 7) });
    const sampledAtMs = shop.ask('price.get', { sku: 'S1' })!.sampledAtMs!;
    while (shop.clock.now() < sampledAtMs + 12 * 3_600_000) shop.clock.advance(60_000);
    const { basis, atMs } = shop.ask('price.get', { sku: 'S1' })!;
    expect(basis).toBe('closed');
    expect(atMs).toBeGreaterThan(sampledAtMs);
  });

  it('[R56] and every price above 0 are looked at again after three hours, others are not', async () => {
    const shop = await scarce(new HeldSolver());
    const before = statusOf(shop).refreshes;
    const at = (sku: string): number => shop.ask('price.get', { sku })!.atMs;
    const [s1, s2] = [at('S1'), at('S2')];
    shop.clock.advance(2.9 * 3_600_000);
    expect(statusOf(shop).refreshes).toBe(before);
    shop.clock.advance(0.2 * 3_600_000);
    shop.clock.advance(100);
    expect(at('S1')).toBeGreaterThan(s1);
    expect(at('S2')).toBe(s2);
    expect(statusOf(shop).refreshes).toBe(before + 1);
  });

  it('[R51] that are answered wrongly or not at all change nothing; they are asked again after an ever longer rest', async () => {
    const solver = new HeldSolver();
    const shop = await scarce(solver);
    const { clock } = shop;
    const wrong: ((question: FuturesQuestion) => FuturesAnswer | undefined)[] = [
      () => undefined,
      ({ number, nodes }) => ({ number, prices: new Float64Array(nodes + 1) }),
      ({ number, nodes }) => ({ number, prices: new Float64Array(nodes).fill(Number.NaN) }),
      ({ number, nodes }) => ({ number, prices: new Float64Array(nodes).fill(-1) }),
      ({ number, nodes }) => ({ number: number + 1, prices: new Float64Array(nodes) }),
    ];
    const { questions } = solver;
    const first = questions.length;
    for (const [index, give] of wrong.entries()) {
      solver.answer(give(questions.at(-1)!));
      expect(shop.ask('price.get', { sku: 'S1' })).toMatchObject({ basis: 'closed', solver: 'failing' });
      clock.advance(Math.min(restMs.max, restMs.min * 2 ** (index + 1)) - 1);
      expect(questions.length).toBe(first + index);
      for (let step = 0; step < 100; step += 1) clock.advance(20);
      expect(questions.length).toBe(first + index + 1);
    }
    const late = solver.answer;
    const { number, nodes } = questions.at(-1)!;
    clock.advance(answerMsMax);
    expect(solver.drops).toBe(1);
    late({ number, prices: new Float64Array(nodes) });
    expect(statusOf(shop)).toMatchObject({ failures: 6, answers: 0, solver: 'failing' });
    // Orders go on by the closed form.
    await shop.place('on', { S1: 1 }, { destination: between });
    expect(shop.order('on').state).not.toBe('backordered');
    await shop.engine.close();
    expect(solver.isClosed).toBe(true);
  });

  it('[R52] of a question are the same each time, dear where it is scarce, and 0 where there is enough', async () => {
    const solver = new HeldSolver();
    await scarce(solver);
    const question = solver.questions.at(-1)!;
    const { prices } = solveFutures(question);
    expect([...solveFutures(question).prices]).toEqual([...prices]);
    expect(prices[0]! - prices[1]!).toBeGreaterThan(1);
    expect(buffersOf(question).length).toBe(new Set(buffersOf(question)).size);
  });
});

const built = join(root, 'dist/gateway/prices/thread.js');

describe('the thread that samples futures', () => {
  it.skipIf(!existsSync(built))('[R52] answers as the function does (needs the build)', async () => {
    const held = new HeldSolver();
    await scarce(held);
    const question = held.questions.at(-1)!;
    const expected = solveFutures(structuredClone(question));
    const solver = new ThreadSolver(pathToFileURL(built), (why) => expect.fail(why));
    const answer = await new Promise<FuturesAnswer | undefined>((resolve) => solver.ask(question, resolve));
    expect([...answer!.prices]).toEqual([...expected.prices]);
    // It was handed over, not copied.
    expect(question.now.length).toBe(0);
    solver.close();
  });

  it('[R51] that dies is told, and started again for the next question', async () => {
    const held = new HeldSolver();
    await scarce(held);
    const question = held.questions.at(-1)!;
    const script = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ number }) => { if (number === 1) process.exit(3); parentPort.postMessage({ number, prices: new Float64Array(2) }); });`;
    const deaths: string[] = [];
    const solver = new ThreadSolver(new URL(`data:text/javascript,${encodeURIComponent(script)}`), (why) => deaths.push(why));
    const ask = (number: number) => new Promise<FuturesAnswer | undefined>((resolve) => solver.ask({ ...structuredClone(question), number }, resolve));
    expect(await ask(1)).toBeUndefined();
    expect(deaths).toEqual(['it ended with code 3']);
    expect((await ask(2))?.number).toBe(2);
    solver.close();
  });
});

describe('the price of room', () => {
  it('[R53] rises with the work of the day against the capacity, and is none where there is no capacity', async () => {
    const clock = new ManualClock();
    const shop = await Shop.open({ clock, isPriced: true });
    const capacity = { pack: { perDay: 12 } };
    await shop.ok('location.put', { location: { ...location('A'), timeZone: 'Europe/London', capacity } as never });
    await shop.receive({ 'A/S1': 100, 'B/S1': 100 });
    const minors: number[] = [];
    for (let index = 0; index < 9; index += 1) {
      await shop.place(`o${index}`, { S1: 1 }, { destination: near });
      clock.advance(50);
      minors.push(shop.ask('price.rooms', {}).find(({ location: one }) => one === 'A')?.priceMinor ?? 0);
    }
    expect(shop.ask('capacity.get', { location: 'A' })[0]!.parcels).toBe(9);
    expect(minors.at(-1)!).toBeGreaterThan(minors[4]!);
    expect(minors.at(-1)!).toBeGreaterThan(1);
    expect(shop.ask('price.rooms', {}).map(({ location: one }) => one)).toEqual(['A']);
    // Never more than half of what the second best costs more: B is 111 km farther.
    expect(minors.at(-1)!).toBeLessThanOrEqual(0.5 * 112);
  });
});

describe('what people take out of stores', () => {
  it('[R54] is learnt from counts and sales, not from other adjustments or warehouses, and makes the last units dear', async () => {
    const clock = new ManualClock();
    const shop = await Shop.open({ clock, isPriced: true });
    await shop.ok('location.put', { location: { ...location('B', 1), type: 'store' } as never });
    await shop.receive({ 'A/S1': 50, 'B/S1': 30 });
    await shop.place('o', { S1: 1 }, { destination: near, lines: [{ sku: 'S1', quantity: 1, unitPriceMinor: 2_000 }] } as never);
    const adjust = (at: string, delta: number, reason: string) => shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: at, delta }], reason });
    await adjust('B', -2, 'theft');
    await adjust('A', -5, 'sold');
    clock.advance(100);
    expect(shop.ask('forecast.get', { sku: 'S1' })!.learnt!.walkIns).toEqual([]);
    await adjust('B', -9, 'sold at the till');
    await shop.ok('stock.count', { entries: [{ sku: 'S1', location: 'B', onHand: 2 }] });
    clock.advance(100);
    const [walkIn] = shop.ask('forecast.get', { sku: 'S1' })!.learnt!.walkIns;
    // 26 units in the day before the first order and the moments after it.
    expect(walkIn).toMatchObject({ location: 'B' });
    expect(walkIn!.perDay).toBeCloseTo(26, 0);
    // A margin of 600 is at stake, and somebody will want the last two.
    expect(priceAt(shop, 'B').closedMinor).toBeGreaterThan(100);
    expect(priceAt(shop, 'A').closedMinor).toBeLessThan(priceAt(shop, 'B').closedMinor);
  });

  it('[R54] is learnt again from the journal', async () => {
    const disk = new MemoryDisk();
    const clock = new ManualClock();
    const shop = await Shop.open({ disk, clock, isPriced: true });
    await shop.ok('location.put', { location: { ...location('B', 1), type: 'store' } as never });
    await shop.receive({ 'B/S1': 30 });
    await shop.ok('stock.adjust', { entries: [{ sku: 'S1', location: 'B', delta: -7 }], reason: 'POS' });
    await shop.engine.close();
    const again = await Shop.open({ disk, clock, isPriced: true, isBare: true });
    await again.settle(20);
    expect(again.ask('forecast.get', { sku: 'S1' })!.learnt!.walkIns[0]!.perDay).toBeCloseTo(7, 0);
  });
});

describe('a loaded forecast', () => {
  const today = (clock: ManualClock, days: number): string => new Date(clock.now() + days * 86_400_000).toISOString().slice(0, 10);

  it('[R55] stands in for what was learnt on its days, has versions, and is forgotten without rows', async () => {
    const clock = new ManualClock();
    const shop = await Shop.open({ clock, isPriced: true });
    await shop.receive({ 'A/S1': 5, 'B/S1': 500 });
    expect(shop.ask('forecast.get', { sku: 'S1' })).toBeNull();
    const rows = Array.from({ length: 8 }, (_, day) => ({ day: today(clock, day), country: 'GB', latitude: 51.5, longitude: -0.12, units: 30 }));
    expect(await shop.ok('forecast.put', { sku: 'S1', rows })).toEqual({ sku: 'S1', version: 1 });
    clock.advance(100);
    expect(shop.ask('forecast.get', { sku: 'S1' })!.loaded).toEqual({ version: 1, atMs: expect.any(Number), rows });
    // All five are wanted within hours: each saves the 111 km from B.
    expect(priceAt(shop, 'A').closedMinor).toBeGreaterThan(80);
    expect(await shop.ok('forecast.put', { sku: 'S1', rows: rows.map((row) => ({ ...row, units: 0 })) })).toEqual({ sku: 'S1', version: 2 });
    for (let step = 0; step < 10; step += 1) {
      await shop.receive({ 'B/S1': 1 });
      clock.advance(100);
    }
    expect(priceAt(shop, 'A').closedMinor).toBeLessThan(1);
    expect(await shop.ok('forecast.put', { sku: 'S1', rows: [] })).toEqual({ sku: 'S1', version: 3 });
  });

  it('[R55] is refused with the row at fault, and comes back after a restart', async () => {
    const shop = await Shop.open();
    const put = (row: object) => shop.refused('forecast.put', { sku: 'S1', rows: [{ day: '2026-01-01', country: 'GB', units: 1 }, row] } as never, commandId(JSON.stringify(row)) as string);
    expect(await put({ day: '2026-02-30', country: 'GB', units: 1 })).toMatchObject({ code: 'malformed', field: 'body.rows[1].day' });
    expect(await put({ day: '2026-02-03', location: 'X', units: 1 })).toMatchObject({ code: 'unknown-location', field: 'body.rows[1].location' });
    expect(await put({ day: '2026-02-03', country: 'GB', latitude: 3, units: 1 })).toMatchObject({ code: 'malformed', field: 'body.rows[1]' });
    await shop.ok('forecast.put', { sku: 'S1', rows: [{ day: '2026-01-01', location: 'A', units: 2 }] });
    const before = shop.ask('forecast.get', { sku: 'S1' });
    expect((await shop.restart()).ask('forecast.get', { sku: 'S1' })).toEqual(before);
    expect(before!.learnt).toBeUndefined();
  });
});
