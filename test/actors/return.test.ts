/** The return machine alone: every road, random lives, and that units and money add up all along. */
import { getAdjacencyMap } from '@xstate/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineId, locationId } from '../../actors/ids.ts';
import { returnStates, type ReturnContext, type ReturnEffect, type ReturnMessage } from '../../actors/return-context.ts';
import { worthOf } from '../../actors/return-money.ts';
import { disposedUnits, toCome, toInspect } from '../../actors/return-units.ts';
import { returnMachine } from '../../actors/return.ts';
import { returnSteps } from '../../engine/return-cells.ts';
import { step } from '../../engine/step.ts';
import { Dice } from './random-lives.ts';
import { asked, at, randomReturnMessage, triggers, type Return } from './return-lives.ts';

const place = locationId('A');
const receive = (id: string, quantity: number): ReturnMessage =>
  ({ type: 'return.receive', location: place, units: [{ lineId: lineId(id), quantity }], unexpected: [], atMs: at });
const inspect = (id: string): ReturnMessage =>
  ({ type: 'return.inspect', location: place, units: [{ lineId: lineId(id), quantity: 1, grade: 'A' }], atMs: at });

const messages: ReturnMessage[] = [
  { type: 'return.open', atMs: at },
  { type: 'return.approve', to: undefined, atMs: at },
  { type: 'return.reject', reason: 'r', atMs: at },
  { type: 'return.label', carrier: undefined, tracking: undefined, atMs: at },
  { type: 'return.ship', carrier: undefined, tracking: undefined, atMs: at },
  { type: 'return.cancel', reason: 'r', atMs: at },
  { type: 'return.expire', atMs: at },
  ...['1', '2'].flatMap((id) => [receive(id, 1), inspect(id)]),
];

/** What makes two moments of a return the same: not its times. */
function moment({ value, context }: Return): string {
  const lines = context.lines.map((line) => [line.received, line.closed, line.kept, line.uninspected, line.disposed]);
  return JSON.stringify([value, context.shippedAtMs !== undefined, context.labelAtMs !== undefined, lines]);
}

const graphOf = (to: string | undefined) =>
  Object.entries(
    getAdjacencyMap(returnMachine, {
      input: asked([1, 1], { to: to === undefined ? undefined : place }) as never,
      events: messages as never,
      serializeState: ((state: unknown) => moment(state as Return)) as never,
    } as never),
  ) as unknown as [string, { state: Return; transitions: Record<string, { state: Return }> }][];

describe('every road of a return', () => {
  const graphs = [...graphOf('A'), ...graphOf(undefined)];

  it('[O22] reaches every state the machine has', () => {
    const reached = new Set(graphs.map(([, { state }]) => state.value));
    expect(returnStates.filter((state) => !reached.has(state))).toEqual([]);
    expect(graphs.length).toBeGreaterThan(40);
  });

  it('[O22] can end from every moment: no dead ends', () => {
    const before = new Map<string, Set<string>>();
    for (const [from, { transitions }] of graphs) {
      for (const { state } of Object.values(transitions)) before.set(moment(state), (before.get(moment(state)) ?? new Set()).add(from));
    }
    const saved = new Set(graphs.filter(([, { state }]) => returnSteps.states.get(state.value)?.isFinal).map(([key]) => key));
    for (const key of saved) for (const from of before.get(key) ?? []) saved.add(from);
    expect(graphs.filter(([key]) => !saved.has(key)).map(([key]) => key)).toEqual([]);
  });

  it('[I7] stands still only where its time runs, or somebody has units to inspect', () => {
    for (const [, { state }] of graphs) {
      if (returnSteps.states.get(state.value)?.isFinal) continue;
      expect(toCome(state.context) > 0 || toInspect(state.context) > 0).toBe(true);
    }
  });
});

/** Units of each line are in one place each, and no more is refunded than was paid for units that were not given up. */
function isSound(context: ReturnContext): boolean {
  const units = context.lines.every((line) => {
    const waiting = line.uninspected.reduce((sum, { quality, damaged }) => sum + quality + damaged, 0);
    const isWhole = line.orderLineId === undefined ? line.quantity === 0 : line.received + line.closed + line.kept <= line.quantity;
    return isWhole && line.received === waiting + disposedUnits(line) && Math.min(line.received, line.closed, line.kept, line.declined) >= 0;
  });
  const refunded = context.creditedMinor - context.debitedMinor;
  return units && refunded >= 0 && refunded <= worthOf(context).paidMinor;
}

describe('random lives', () => {
  const rolls = fc.array(fc.nat(999), { minLength: 20, maxLength: 160 });

  it('[RT1] units and money add up, and every memo tells what changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...triggers), fc.nat(100), fc.nat(3_000), rolls, (refundOn, feePercent, feeMinor, some) => {
        const dice = new Dice(some);
        const input = asked([3, 2], {}, refundOn);
        let now: Return = returnSteps.begin({ ...input, terms: { ...input.terms, feePercent, feeMinor, inspect: feePercent % 2 === 0 } }, []);
        let told = 0;
        for (let atMs = at; !dice.isOver; atMs += 1) {
          const effects: ReturnEffect[] = [];
          now = step(returnSteps, now, randomReturnMessage(now, dice, atMs), effects) ?? now;
          for (const effect of effects) {
            if (effect.kind !== 'publish') continue;
            for (const event of effect.events) if (event.kind === 'refund.due') told += event.type === 'credit' ? event.amountMinor : -event.amountMinor;
          }
          expect(isSound(now.context)).toBe(true);
          expect(told).toBe(now.context.creditedMinor - now.context.debitedMinor);
        }
      }),
      { numRuns: 150 },
    );
  });
});
