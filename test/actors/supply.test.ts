/** The supply document: its states, what may change, what its numbers add up to, and what is counted on. */
import { getAdjacencyMap } from '@xstate/graph';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { lineId, locationId, sku, supplyId } from '../../actors/ids.ts';
import { incomingOf, unitsBy, unitsToCome, whenUnits, type IncomingUnits } from '../../actors/incoming.ts';
import { quantityMax, supplyAheadMsMax } from '../../actors/limits.ts';
import { refusal } from '../../actors/supply-checks.ts';
import { supplyStates, type SupplyMessage } from '../../actors/supply-context.ts';
import { openUnits, stateOf } from '../../actors/supply-lines.ts';
import { supplyMachine } from '../../actors/supply.ts';
import { supplySteps } from '../../engine/cells.ts';
import { isFinal, step } from '../../engine/step.ts';
import { at } from './lives.ts';
import { Dice } from './random-lives.ts';
import { begin, day, document, isTaken, messages, numbers, randomSupplyMessage, tell, unitsOf, type Supply } from './supply-lives.ts';

const { put, order, ship, receive, close, cancel } = messages;
const purchase = begin(document('purchase'));
const transfer = begin(document('transfer'));
const onTheWay = tell(transfer, order, ship).supply;

describe('the states of a supply document', () => {
  it('[U1] go from draft over ordered and in transit to received, piece by piece', () => {
    const states = [order, ship, receive({ 1: 2 }), receive({ 1: 3 }), receive({ 2: 3 })].reduce<Supply[]>(
      (lives, message) => [...lives, tell(lives.at(-1)!, message).supply], [purchase],
    );
    expect(states.map(({ value }) => value)).toEqual(['draft', 'ordered', 'in-transit', 'partially-received', 'partially-received', 'received']);
    expect(numbers(states.at(-1)!)).toEqual(['5: 5 0 0', '3: 3 0 0']);
  });

  it('[U1] end as cancelled when nothing came, as received when anything did', () => {
    expect(tell(purchase, cancel).supply.value).toBe('cancelled');
    expect(tell(purchase, order, cancel).supply.value).toBe('cancelled');
    expect(tell(purchase, order, close()).supply.value).toBe('cancelled');
    expect(tell(onTheWay, close()).supply.value).toBe('cancelled');
    expect(tell(onTheWay, receive({ 1: 1 }), close()).supply.value).toBe('received');
    expect(tell(onTheWay, receive({ 1: 1 }), cancel).supply.value).toBe('received');
    for (const end of [tell(purchase, cancel).supply, tell(onTheWay, receive({ 1: 5, 2: 3 })).supply]) {
      for (const message of [put(document('purchase')), order, ship, receive({ 1: 1 }), close(), cancel]) expect(isTaken(end, message)).toBe(false);
    }
  });

  it('[U1] are those its lines and dates say, and [U2] its numbers add up, over random lives', () => {
    fc.assert(
      fc.property(fc.constantFrom('purchase', 'transfer'), fc.array(fc.nat(999), { minLength: 20, maxLength: 200 }), (type, rolls) => {
        const dice = new Dice(rolls);
        let now = begin(document(type as 'purchase'));
        for (let atMs = at; !dice.isOver; atMs += 1) {
          now = step(supplySteps, now, randomSupplyMessage(now, dice, atMs), []) ?? now;
          expect(stateOf(now.context)).toBe(now.value);
          for (const line of now.context.lines) {
            expect(Math.min(line.received, line.damaged, line.closed, line.returned)).toBeGreaterThanOrEqual(0);
            expect(line.damaged).toBeLessThanOrEqual(line.received);
            const settled = line.received + line.closed + line.returned;
            expect(openUnits(line)).toBe(Math.max(0, line.quantity - settled));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[O22] can all be reached, and each leads to an end', () => {
    const told = (supply: Supply): SupplyMessage[] => [order, ship, receive({ 1: 1 }), receive({ 2: 1 }), close({ 1: 1 }), close(), cancel, put(document(supply.context.type, [2, 1]))];
    for (const type of ['purchase', 'transfer'] as const) {
      const graph = Object.entries(getAdjacencyMap(supplyMachine, {
        input: { document: document(type, [2, 1]), atMs: at },
        events: (state: AnyMachineSnapshot) => told(state as unknown as Supply) as never,
        serializeState: (state: AnyMachineSnapshot) => JSON.stringify([state.value, numbers(state as unknown as Supply)]) as never,
      } as never)) as unknown as [string, { state: Supply; transitions: Record<string, { state: Supply }> }][];
      expect(new Set(graph.map(([, { state }]) => state.value))).toEqual(new Set(supplyStates));
      for (const [, { state, transitions }] of graph) {
        const ends = isFinal(supplySteps, state.value) || Object.values(transitions).some(({ state: to }) => isFinal(supplySteps, to.value));
        expect(ends).toBe(true);
      }
    }
  });
});

const whyNot = (supply: Supply, message: SupplyMessage) => {
  const rejection = refusal(supply.context, message);
  return rejection === undefined ? undefined : `${rejection.code} ${rejection.field}`;
};

describe('what may change', () => {
  const amended = (supply: Supply, quantities: readonly number[], more = {}) => whyNot(supply, put(document(supply.context.type, quantities, more)));

  it('[U3] all but type and places while it is a draft', () => {
    expect(amended(purchase, [1, 2, 9], { supplier: 'Other', confidence: 1, reference: 'r' })).toBeUndefined();
    expect(whyNot(purchase, put(document('transfer')))).toBe('wrong-state body.supply.type');
    expect(amended(purchase, [5], { to: locationId('C') })).toBe('wrong-state body.supply.to');
    expect(amended(transfer, [5], { from: locationId('C') })).toBe('wrong-state body.supply.from');
  });

  it('[U3] quantities, lines and dates while ordered, but not what a line is', () => {
    const ordered = tell(purchase, order).supply;
    expect(amended(ordered, [9, 3, 1], { expectedAtMs: at + day })).toBeUndefined();
    expect(amended(ordered, [9])).toBeUndefined();
    expect(amended(ordered, [5, 3], { supplier: 'Other' })).toBe('wrong-state body.supply.supplier');
    expect(whyNot(ordered, put({ ...document('purchase'), lines: [{ sku: sku('S9'), quantity: 5 }] }))).toBe('wrong-state body.supply.lines[0].sku');
  });

  it('[U3] dates, confidence and words once it is on its way, its lines no more', () => {
    for (const away of [onTheWay, tell(purchase, order, receive({ 1: 1 })).supply, tell(purchase, order, close({ 1: 1 })).supply]) {
      expect(amended(away, [5, 3], { expectedAtMs: at + day, confidence: 0.1, reference: 'r', overReceiptPercent: 5 })).toBeUndefined();
      expect(amended(away, [5, 4])).toBe('wrong-state body.supply.lines[1].quantity');
      expect(amended(away, [5])).toBe('wrong-state body.supply.lines');
      expect(amended(away, [5, 3, 1])).toBe('wrong-state body.supply.lines[2].quantity');
    }
    const after = tell(tell(purchase, order, receive({ 1: 2 })).supply, put(document('purchase', [5, 3], { expectedAtMs: at + day }))).supply;
    expect(numbers(after)).toEqual(['5: 2 0 0', '3: 0 0 0']);
    expect(after.context).toMatchObject({ expectedAtMs: at + day, orderedAtMs: at + 1 });
  });

  test.each([
    ['malformed body.supply.from', document('purchase', [1], { from: locationId('A') })],
    ['malformed body.supply.supplier', (({ supplier: _, ...rest }) => rest)(document('purchase'))],
    ['malformed body.supply.from', (({ from: _, ...rest }) => rest)(document('transfer'))],
    ['malformed body.supply.supplier', document('transfer', [1], { supplier: 'Acme' })],
    ['malformed body.supply.from', document('transfer', [1], { from: locationId('B') })],
    ['duplicate body.supply.lines[1].lineId', document('purchase', [1], { lines: [{ sku: sku('S'), quantity: 1, lineId: lineId('2') }, { sku: sku('S'), quantity: 1 }] })],
    ['over-limit body.supply.expectedAtMs', document('purchase', [1], { expectedAtMs: at - 1 })],
    ['over-limit body.supply.expectedAtMs', document('purchase', [1], { expectedAtMs: at + supplyAheadMsMax + 1 })],
    ['over-limit body.supply.lines[0].expectedAtMs', document('purchase', [1], { lines: [{ sku: sku('S'), quantity: 1, expectedAtMs: 0 }] })],
    ['over-limit body.supply.lines[1].quantity', document('purchase', [quantityMax, 1])],
  ])('[U4] %s', (reason, of) => {
    expect(whyNot(begin(of), put(of))).toBe(reason);
  });

  it('[U4] a date that stays is not asked again, a new one is', () => {
    const late = (of: object, atMs: number) => whyNot(purchase, put(document('purchase', [5, 3], of), atMs));
    expect(late({ confidence: 1 }, at + 8 * day)).toBeUndefined();
    expect(late({ expectedAtMs: at + 7 * day + 1 }, at + 8 * day)).toBe('over-limit body.supply.expectedAtMs');
    expect(whyNot(purchase, { type: 'supply.ship', expectedAtMs: at - 1, tracking: undefined, atMs: at })).toBe('over-limit body.expectedAtMs');
  });
});

describe('units of lines', () => {
  it('[U8] arrive up to their quantity, and the over-receipt their document allows', () => {
    expect(whyNot(onTheWay, receive({ 1: 6 }))).toBe('over-limit body.lines[0].quantity');
    expect(whyNot(tell(onTheWay, receive({ 1: 5 })).supply, receive({ 2: 1, 1: 1 }))).toBe('over-limit body.lines[0].quantity');
    const generous = tell(begin(document('purchase', [15, 3], { overReceiptPercent: 10 })), order).supply;
    expect(whyNot(generous, receive({ 1: 17 }))).toBe('over-limit body.lines[0].quantity');
    expect(numbers(tell(generous, receive({ 1: 16 })).supply)).toEqual(['15: 16 0 0', '3: 0 0 0']);
    expect(whyNot(onTheWay, receive({ 9: 1 }))).toBe('unknown-line body.lines[0].lineId');
    const twice = { type: 'supply.receive', units: [...unitsOf({ 1: 1 }), ...unitsOf({ 1: 1 })], atMs: at } as SupplyMessage;
    expect(whyNot(onTheWay, twice)).toBe('duplicate body.lines[1].lineId');
    const spoilt = { type: 'supply.receive', units: unitsOf({ 1: 1 }).map((one) => ({ ...one, damaged: 2 })), atMs: at } as SupplyMessage;
    expect(whyNot(onTheWay, spoilt)).toBe('not-enough body.lines[0].damaged');
  });

  it('[U6] of a transfer arrive when they have left, and all leave together', () => {
    const ordered = tell(transfer, order).supply;
    expect(whyNot(ordered, receive({ 1: 1 }))).toBe('wrong-state body.supplyId');
    expect(whyNot(ordered, close())).toBe('wrong-state body.supplyId');
    const { effects } = tell(ordered, ship);
    expect(effects.filter(({ kind }) => kind === 'send')).toEqual([
      { kind: 'send', units: [{ sku: 'S1', location: 'A', quantity: 5 }, { sku: 'S2', location: 'A', quantity: 3 }] },
    ]);
  });

  it('[U7] of a transfer: received, on their way, returned or lost', () => {
    const { supply, effects } = tell(onTheWay, receive({ 1: 2 }), close({ 2: 1 }), cancel);
    expect(numbers(supply)).toEqual(['5: 2 0 3', '3: 0 1 2']);
    expect(effects.filter(({ kind }) => kind === 'take-in').at(-1)).toEqual({
      kind: 'take-in', type: 'transfer', units: [{ sku: 'S1', location: 'A', quantity: 3, damaged: 0 }, { sku: 'S2', location: 'A', quantity: 2, damaged: 0 }],
    });
  });

  it('[U10] are closed by name or all, and no more than are to come', () => {
    expect(numbers(tell(purchase, order, close({ 2: 2 })).supply)).toEqual(['5: 0 0 0', '3: 0 2 0']);
    expect(numbers(tell(purchase, order, receive({ 1: 4 }), close()).supply)).toEqual(['5: 4 1 0', '3: 0 3 0']);
    expect(whyNot(onTheWay, close({ 1: 6 }))).toBe('not-enough body.lines[0].quantity');
    expect(numbers(tell(purchase, order, cancel).supply)).toEqual(['5: 0 5 0', '3: 0 3 0']);
  });

  it('[U12] are told of when they change, all of them after a put', () => {
    const lines = (supply: Supply, message: SupplyMessage) => tell(supply, message).events.map((event) => `${event.cause} ${event.state} ${event.lines.map((line) => line.lineId).join()}`);
    expect(lines(purchase, put(document('purchase')))).toEqual(['put draft 1,2']);
    expect(lines(onTheWay, receive({ 2: 1 }))).toEqual(['received partially-received 2']);
    expect(lines(onTheWay, close({ 1: 1 }))).toEqual(['closed in-transit 1']);
    expect(lines(transfer, order)).toEqual(['ordered ordered ']);
  });
});

describe('what is to come', () => {
  const coming = (supply: Supply) => incomingOf(supply.context).map((one) => one?.units ?? 0);

  it('[U5] a purchase from its order, a transfer from its leaving, until they arrive', () => {
    expect(coming(purchase)).toEqual([0, 0]);
    expect(coming(tell(purchase, order).supply)).toEqual([5, 3]);
    expect(coming(tell(transfer, order).supply)).toEqual([0, 0]);
    expect(coming(onTheWay)).toEqual([5, 3]);
    expect(coming(tell(onTheWay, receive({ 1: 5 }), close({ 2: 1 })).supply)).toEqual([0, 2]);
    expect(coming(tell(onTheWay, cancel).supply)).toEqual([0, 0]);
  });

  it('[U5] with the confidence of its type, or its own, and its own date', () => {
    const first = (of: ReturnType<typeof document>) => incomingOf(tell(begin(of), order, ship).supply.context)[0];
    expect(first(document('purchase'))).toMatchObject({ confidence: 0.8, atMs: at + 7 * day });
    expect(first(document('transfer'))).toMatchObject({ confidence: 0.95, from: 'A' });
    const own = document('purchase', [1], { confidence: 0.25, lines: [{ sku: sku('S'), quantity: 1, expectedAtMs: at + day }] });
    expect(first(own)).toMatchObject({ confidence: 0.25, atMs: at + day });
  });

  const list: IncomingUnits[] = [[1, 5, 0.9], [2, 7, 0.5], [3, 11, 0.9]].map(([days, units, confidence]) => ({
    atMs: at + days! * day, units: units!, confidence: confidence!, supplyId: supplyId(`p${days}`), lineId: lineId('1'), type: 'purchase',
  }));

  it('[U13] counts by a date, from now on, when it is sure enough', () => {
    const by = (days: number, confidenceMin: number, fromMs = at) => unitsBy(list, at + days * day, { fromMs, confidenceMin });
    expect([by(0, 0), by(1, 0), by(2, 0), by(3, 0)]).toEqual([0, 5, 12, 23]);
    expect([by(2, 0.6), by(3, 0.6), by(9, 0.95)]).toEqual([5, 16, 0]);
    expect([by(3, 0, at + day), by(3, 0, at + day + 1), by(3, 0, at + 4 * day)]).toEqual([23, 18, 0]);
    expect(unitsToCome(list)).toBe(23);
  });

  it('[U13] says when so many will have come', () => {
    const when = (quantity: number, confidenceMin: number, fromMs = at) => {
      const atMs = whenUnits(list, quantity, { fromMs, confidenceMin });
      return atMs === undefined ? undefined : (atMs - at) / day;
    };
    expect([when(1, 0), when(5, 0), when(6, 0), when(23, 0), when(24, 0)]).toEqual([1, 1, 2, 3, undefined]);
    expect([when(6, 0.6), when(6, 0, at + 2 * day), when(17, 0.6)]).toEqual([3, 2, undefined]);
  });
});
