/** Prices where rate cards are in force: what is at stake is what decisions would pay for carriage, by weight. */
import { expect, it } from 'vitest';
import type { FuturesAnswer, FuturesQuestion, FuturesSolver } from '../../engine/routing/prices/question.ts';
import { solveFutures } from '../../engine/routing/prices/solve.ts';
import { ManualClock } from './helpers.ts';
import { Shop } from './shop.ts';

const near = { country: 'GB', latitude: 51.5, longitude: -0.12, postalCode: 'E1 6AN' } as const;
const between = { country: 'GB', latitude: 51.95, longitude: -0.12, postalCode: 'CB1 1AA' } as const;
/** To 1 kg and to 5 kg: 2.00 and 8.00 more from afar. */
const card = {
  carrier: 'post', service: 'standard', version: 1, currency: 'GBP', breaks: [1_000, 5_000],
  zones: [{ zone: 'near', minor: [300, 700] }, { zone: 'far', minor: [500, 1_500] }],
  bands: [{ upToKm: 65, zone: 'near' }, { upToKm: 1_000, zone: 'far' }],
} as const;

class Asked implements FuturesSolver {
  readonly questions: FuturesQuestion[] = [];
  answer: (answer: FuturesAnswer | undefined) => void = () => undefined;

  ask(question: FuturesQuestion, answered: (answer: FuturesAnswer | undefined) => void): void {
    this.questions.push(question);
    this.answer = answered;
  }

  drop(): void {}

  close(): void {}
}

/** Of a light and a heavy SKU two are left at A, and many at B, a degree away; both are wanted alike beside A. */
async function shopWith(solver?: FuturesSolver): Promise<Shop> {
  const shop = await Shop.open({ clock: new ManualClock(), isPriced: true, ...(solver === undefined ? {} : { solver }) });
  await shop.ok('item.put', { item: { sku: 'LIGHT', grams: 400 } });
  await shop.ok('item.put', { item: { sku: 'HEAVY', grams: 3_000 } });
  await shop.ok('rates.put', { card: card as never });
  await shop.receive({ 'A/LIGHT': 22, 'B/LIGHT': 100, 'A/HEAVY': 22, 'B/HEAVY': 100 });
  for (let index = 0; index < 20; index += 1) {
    await shop.place(`light-${index}`, { LIGHT: 1 }, { destination: near });
    await shop.place(`heavy-${index}`, { HEAVY: 1 }, { destination: near });
  }
  pass(shop);
  return shop;
}

function pass(shop: Shop): void {
  for (let step = 0; step < 100; step += 1) shop.clock.advance(20);
}

const priceAt = (shop: Shop, sku: string): number => shop.ask('price.get', { sku })!.prices.find(({ location }) => location === 'A')!.closedMinor;

it('[R100] a heavy unit is worth more where it is near, by as much as carriage by its weight costs more from afar', async () => {
  const shop = await shopWith();
  const [light, heavy] = [priceAt(shop, 'LIGHT'), priceAt(shop, 'HEAVY')];
  expect(light).toBeGreaterThan(1);
  expect(light).toBeLessThanOrEqual(200);
  expect(heavy / light).toBeCloseTo(4, 1);
  // Decisions go by the same carriage: what is near stays for those who are.
  await shop.place('o1', { HEAVY: 1 }, { destination: between });
  expect(shop.order('o1').fulfillments[0]?.location).toBe('B');
  const said = shop.ask('decision.explain', { orderId: 'o1' })?.recomputed;
  expect(said).toMatchObject({ reproduced: true });
  // Without the card both take as much by kilometres.
  await shop.ok('rates.remove', { carrier: 'post', service: 'standard', version: 1 } as never);
  await shop.receive({ 'C/LIGHT': 1, 'C/HEAVY': 1 });
  pass(shop);
  expect(priceAt(shop, 'HEAVY') / priceAt(shop, 'LIGHT')).toBeLessThan(2);
});

it('[R101] futures are planned with carriage by weight too', async () => {
  const solver = new Asked();
  const shop = await shopWith(solver);
  const stakes = new Map<number, number>();
  for (let round = 0; round < 2; round += 1) {
    const question = solver.questions.at(-1)!;
    const { number, weight, rates, rateAt, rateSteps, weightStep, nodes, priced } = question;
    expect([priced, rateSteps * weightStep >= weight[0]!]).toEqual([1, true]);
    const minorOf = (node: number, grams: number): number => rates[rateAt[node]! + Math.ceil(grams / weightStep) - 1]!;
    expect([0, 1].map((node) => minorOf(node, weight[0]!))).toEqual(weight[0] === 400 ? [300, 500] : [700, 1_500]);
    const { prices } = solveFutures(question);
    stakes.set(weight[0]!, prices[0]! - prices[1]!);
    solver.answer({ number, prices: new Float64Array(priced * nodes) });
    for (let wait = 0; wait < 10; wait += 1) pass(shop);
  }
  expect([...stakes.keys()].sort((a, b) => a - b)).toEqual([400, 3_000]);
  expect(stakes.get(400)).toBeGreaterThan(1);
  expect(stakes.get(3_000)! / stakes.get(400)!).toBeGreaterThan(2);
});
