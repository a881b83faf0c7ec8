/** What holds for every order at every moment, over random lives. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderContext } from '../../actors/order-context.ts';
import { stateOf } from '../../actors/order-lines.ts';
import { isHeld } from '../../actors/order-takings.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { orderSteps } from '../../engine/cells.ts';
import { isFinal, step } from '../../engine/step.ts';
import { at, newOrder, type Order } from './lives.ts';
import { Dice, isSensible, randomMessage } from './random-lives.ts';

const lives = fc.record({
  quantities: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  releaseAfterMs: fc.constantFrom(0, 1_000),
  shortage: fc.constantFrom('refuse', 'backorder'),
  rolls: fc.array(fc.nat(999), { minLength: 20, maxLength: 250 }),
});

/** Live one life; `each` sees every step that was taken. */
function live(life: typeof lives extends fc.Arbitrary<infer T> ? T : never, each: (before: Order, after: Order) => void): Order {
  const dice = new Dice(life.rolls);
  let now = newOrder(life.quantities, { releaseAfterMs: life.releaseAfterMs, shortage: life.shortage as 'refuse' });
  for (let atMs = at; !dice.isOver; atMs += 1) {
    const message = randomMessage(now, dice, atMs);
    if (!isSensible(now, message)) continue;
    const effects: { kind: string }[] = [];
    const after = step(orderSteps, now, message, effects as never[]);
    if (effects.some(({ kind }) => kind === 'refuse')) return now;
    if (after !== undefined) each(now, after);
    now = after ?? now;
  }
  return now;
}

function unitsIn(order: OrderContext, has: (part: Fulfillment) => boolean): number {
  let units = 0;
  for (const part of order.fulfillments) if (has(part)) for (const { quantity } of part.lines) units += quantity;
  return units;
}

const isGone = ({ state }: Fulfillment): boolean => state === 'shipped' || state === 'delivered';
const sum = (order: OrderContext, place: 'allocated' | 'backordered' | 'shipped' | 'cancelled'): number =>
  order.lines.reduce((total, line) => total + line[place], 0);

it('[I3] [O2] every unit of every line is in exactly one place, [O3] and the parts agree with the lines', () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, (_, { context }) => {
        for (const line of context.lines) {
          const { allocated, backordered, shipped, cancelled, quantity } = line;
          expect(Math.min(allocated, backordered, shipped, cancelled)).toBeGreaterThanOrEqual(0);
          expect(allocated + backordered + shipped + cancelled).toBe(quantity);
        }
        expect(unitsIn(context, isHeld)).toBe(sum(context, 'allocated'));
        expect(unitsIn(context, isGone)).toBe(sum(context, 'shipped'));
      });
    }),
    { numRuns: 400 },
  );
});

it('[O7] between two messages an order is in the state its lines and parts say', () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, (_, after) => {
        if (after.value !== 'sourcing' && after.value !== 'allocating') expect(after.value).toBe(stateOf(after.context));
      });
    }),
    { numRuns: 300 },
  );
});

it('[O17] shipped units stay shipped, cancelled stay cancelled, and an ended order has no other', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const last = live(life, (before, after) => {
        expect(isFinal(orderSteps, before.value)).toBe(false);
        for (const place of ['shipped', 'cancelled'] as const) {
          expect(sum(after.context, place)).toBeGreaterThanOrEqual(sum(before.context, place));
        }
      });
      if (!isFinal(orderSteps, last.value)) return;
      expect(sum(last.context, 'allocated') + sum(last.context, 'backordered')).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('[O13][Z73] an order is in exception exactly while units wait that had been taken from it, or a part is overdue', () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, (_, { value, context }) => {
        const { exception, trouble, fulfillments } = context;
        const isLate = fulfillments.some(({ state, overdue }) => state === 'released' && overdue === true);
        const isLost = sum(context, 'backordered') > 0 && trouble !== undefined;
        if (exception !== undefined && exception.code !== 'not-started') expect(exception.code).toBe(trouble);
        if (exception?.code === 'not-started') expect(isLate).toBe(true);
        if (!isLost && !isLate && value !== 'sourcing') expect(exception).toBeUndefined();
        if (value === 'exception') expect(exception?.owner).toBe(exception?.code === 'not-started' ? 'location' : 'stock');
      });
    }),
    { numRuns: 300 },
  );
});

it('an order keeps the properties it began with: one that came later would have every step copy it slowly', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const names = Object.keys(newOrder(life.quantities, {}).context);
      live(life, (_, { context }) => expect(Object.keys(context)).toEqual(names));
    }),
    { numRuns: 100 },
  );
});
