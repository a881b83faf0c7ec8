/** The compiled step against XState's own interpreter, and what cannot be compiled. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { assign, createMachine, setup } from 'xstate';
import type { CarrierMessage } from '../../actors/carrier.ts';
import { carrierId, locationId, sku } from '../../actors/ids.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import { buckets } from '../../actors/vocabulary.ts';
import { carrierSteps, orderSteps, reservationSteps, stockSteps, supplySteps } from '../../engine/cells.ts';
import { compile, interpret, isFinal, step, type Compiled, type Snapshot } from '../../engine/step.ts';
import { at, newOrder } from '../actors/lives.ts';
import { Dice, randomMessage } from '../actors/random-lives.ts';
import { newReservation, randomReservationMessage } from '../actors/reservation-lives.ts';
import { caseSteps } from '../../engine/cases/case-cells.ts';
import { caseInput, randomCaseMessage } from '../actors/case-lives.ts';
import { returnSteps } from '../../engine/return-cells.ts';
import { asked, randomReturnMessage, triggers } from '../actors/return-lives.ts';
import { announced, taskInput, taskMessages, terminalMessages } from '../actors/floor-lives.ts';
import { taskSteps, terminalSteps } from '../../engine/floor/cells.ts';
import { document, randomSupplyMessage } from '../actors/supply-lives.ts';

/** Put one message through both; they must agree. Returns the next snapshot, or the same when not taken. */
function both<C, M extends { readonly type: string }, E, I>(machine: Compiled<C, M, E, I>, before: Snapshot<C>, message: M): Snapshot<C> {
  const effects: E[] = [];
  const judged: E[] = [];
  const after = step(machine, before, message, effects);
  const expected = interpret(machine, before, message, judged);
  expect(after).toEqual(expected);
  expect(effects).toEqual(judged);
  return after ?? before;
}

describe('compiled and interpreted', () => {
  it('[E20] agree on orders, message by message, over random lives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(0, 1_000),
        fc.constantFrom('refuse', 'backorder'),
        fc.array(fc.nat(999), { minLength: 20, maxLength: 120 }),
        (quantities, releaseAfterMs, shortage, rolls) => {
          const dice = new Dice(rolls);
          let now = newOrder(quantities, { releaseAfterMs, shortage: shortage as 'refuse' });
          for (let atMs = at; !dice.isOver; atMs += 1) now = both(orderSteps, now, randomMessage(now, dice, atMs));
        },
      ),
      { numRuns: 120 },
    );
  });

  it('[E20] agree on stock', () => {
    const quantity = fc.integer({ min: 1, max: 20 });
    const verbs = ['receive', 'allocate', 'deallocate', 'reserve', 'unreserve', 'commit', 'ship', 'short', 'transfer-out'] as const;
    const bucketed = ['set-aside', 'put-back', 'dispose', 'return', 'transfer-in'] as const;
    const message: fc.Arbitrary<StockMessage> = fc.oneof(
      fc.tuple(fc.constantFrom(...verbs), quantity).map(([verb, units]): StockMessage => ({ type: `stock.${verb}`, quantity: units })),
      fc.tuple(fc.constantFrom(...bucketed), quantity, fc.constantFrom(...buckets)).map(
        ([verb, units, bucket]): StockMessage => ({ type: `stock.${verb}`, quantity: units, bucket }),
      ),
      fc.integer({ min: -20, max: 20 }).map((delta): StockMessage => ({ type: 'stock.adjust', delta })),
      fc.nat(50).map((onHand): StockMessage => ({ type: 'stock.count', onHand })),
      fc.nat(20).map((buffer): StockMessage => ({ type: 'stock.buffer', buffer })),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (life) => {
        let now = stockSteps.begin({ sku: sku('S'), location: locationId('L') }, []);
        for (const told of life) now = both(stockSteps, now, told);
      }),
      { numRuns: 60 },
    );
  });

  it('[E20] agree on reservations', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 20, maxLength: 60 }), fc.boolean(), (rolls, isPartial) => {
        const dice = new Dice(rolls);
        let now = newReservation([3, 2], { partial: isPartial }, isPartial ? undefined : 7);
        for (let atMs = at; !dice.isOver; atMs += 1) now = both(reservationSteps, now, randomReservationMessage(now, dice, atMs));
      }),
      { numRuns: 120 },
    );
  });

  it('[E20] agree on cases', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 20, maxLength: 200 }), (rolls) => {
        const dice = new Dice(rolls);
        let now = caseSteps.begin(caseInput(dice, at), []);
        for (let atMs = at; !dice.isOver; atMs += 1) now = both(caseSteps, now, randomCaseMessage(now, dice, atMs));
      }),
      { numRuns: 200 },
    );
  });

  it('[E20] agree on supply documents', () => {
    fc.assert(
      fc.property(fc.constantFrom('purchase', 'transfer'), fc.array(fc.nat(999), { minLength: 20, maxLength: 100 }), (type, rolls) => {
        const dice = new Dice(rolls);
        let now = supplySteps.begin({ document: document(type as 'purchase'), atMs: at }, []);
        for (let atMs = at; !dice.isOver; atMs += 1) now = both(supplySteps, now, randomSupplyMessage(now, dice, atMs));
      }),
      { numRuns: 120 },
    );
  });

  it('[E20] agree on terminals and tasks', () => {
    const [ofTerminal, ofTask] = [fc.constantFrom(...terminalMessages()), fc.constantFrom(...taskMessages())];
    fc.assert(
      fc.property(fc.array(ofTerminal, { maxLength: 40 }), fc.array(ofTask, { maxLength: 60 }), (life, work) => {
        let terminal = terminalSteps.begin({ announced, atMs: at }, []);
        for (const told of life) terminal = both(terminalSteps, terminal, told);
        let task = taskSteps.begin(taskInput, []);
        for (const told of work) task = both(taskSteps, task, told);
      }),
      { numRuns: 120 },
    );
  });

  it('[E20] agree on returns', () => {
    fc.assert(
      fc.property(fc.constantFrom(...triggers), fc.array(fc.nat(999), { minLength: 20, maxLength: 160 }), (refundOn, rolls) => {
        const dice = new Dice(rolls);
        let now = returnSteps.begin(asked([3, 2], {}, refundOn), []);
        for (let atMs = at; !dice.isOver; atMs += 1) now = both(returnSteps, now, randomReturnMessage(now, dice, atMs));
      }),
      { numRuns: 120 },
    );
  });

  it('[E20] agree on carriers', () => {
    const card = { id: carrierId('post'), name: 'Post', baseMinor: 1, perKmMinor: 0 };
    const message = fc.constantFrom<CarrierMessage>(
      { type: 'carrier.update', card: { ...card, name: 'Mail' } }, { type: 'carrier.suspend', reason: 'r' },
      { type: 'carrier.resume' }, { type: 'carrier.dispatch' }, { type: 'carrier.deliver' },
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), (life) => {
        let now = carrierSteps.begin(card, []);
        for (const told of life) now = both(carrierSteps, now, told);
      }),
      { numRuns: 60 },
    );
  });

  it('[E20] agree on entry and exit actions, self transitions and re-entry', () => {
    const machine = setup({
      types: { context: {} as { words: string }, events: {} as { type: 'go' | 'stay' | 'again' | 'say' } },
      actions: {
        enter: assign(({ context }) => ({ words: `${context.words}(` })),
        leave: assign(({ context }) => ({ words: `${context.words})` })),
        effect: (_, _effect: string) => {},
      },
    }).createMachine({
      context: { words: '' },
      initial: 'a',
      states: {
        a: {
          entry: 'enter',
          exit: 'leave',
          on: {
            go: { target: 'b' },
            stay: { target: 'a', actions: { type: 'effect', params: ({ context }) => context.words } },
            again: { target: 'a', reenter: true },
            say: { actions: ['enter', { type: 'effect', params: ({ context }) => context.words }] },
          },
        },
        b: { entry: 'enter', on: { go: 'a' } },
      },
    });
    const compiled = compile<{ words: string }, { type: string }, string, undefined>(machine);
    let now = compiled.begin(undefined, []);
    expect(now).toEqual({ value: 'a', context: { words: '(' } });
    for (const type of ['stay', 'say', 'again', 'go', 'stay', 'go', 'again', 'nonsense', 'go']) now = both(compiled, now, { type });
    expect(now).toEqual({ value: 'b', context: { words: '((' + ')(' + ')(' + '(' + ')(' + ')(' } });
  });
});

describe('what a step is', () => {
  const order = newOrder([1]);

  it('[E21] changes nothing it was given and tells when a message is not taken', () => {
    const frozen = Object.freeze({ value: 'received', context: Object.freeze(order.context) });
    expect(step(orderSteps, frozen, { type: 'order.source', atMs: at }, [])?.value).toBe('sourcing');
    expect(step(orderSteps, frozen, { type: 'order.release', atMs: at }, [])).toBeUndefined();
    expect(step(orderSteps, frozen, { type: 'constructor' } as never, [])).toBeUndefined();
  });

  it('[E21] stops at a state the machine does not have', () => {
    expect(() => step(orderSteps, { ...order, value: 'lost' }, { type: 'order.source', atMs: at }, [])).toThrow('does not have');
    expect(() => isFinal(orderSteps, 'toString')).toThrow('does not have');
  });
});

describe('what is not compiled is refused by name', () => {
  const named = setup({
    guards: { yes: () => true },
    actions: { log: () => {}, keep: assign({}), effect: () => {} },
  });
  test.each<[string, unknown]>([
    ['only flat states', { initial: 'a', states: { a: { initial: 'b', states: { b: {} } } } }],
    ['only flat states', { initial: 'a', states: { a: { type: 'parallel', states: { b: {}, c: {} } } } }],
    ['only flat states', { initial: 'a', states: { a: {}, h: { type: 'history' } } }],
    ['invoke is not compiled', { initial: 'a', states: { a: { invoke: { src: 'x' } } } }],
    ['after is not compiled', { initial: 'a', states: { a: { after: { 10: 'b' } }, b: {} } }],
    ['always', { initial: 'a', states: { a: { always: 'b' }, b: {} } }],
    ['wildcard', { initial: 'a', states: { a: { on: { '*': 'b' } }, b: {} } }],
    ['wildcard', { initial: 'a', states: { a: { on: { 'x.*': 'b' } }, b: {} } }],
    ['must be named', { initial: 'a', states: { a: { on: { x: { guard: () => true, target: 'b' } } }, b: {} } }],
    ['must be named', { initial: 'a', states: { a: { on: { x: { guard: { type: 'yes', params: () => 1 }, target: 'b' } } }, b: {} } }],
    ['must be named', { initial: 'a', states: { a: { on: { x: { guard: 'no', target: 'b' } } }, b: {} } }],
    ['a named assign or an effect', { initial: 'a', states: { a: { on: { x: { actions: 'log' } } } } }],
    ['a named assign or an effect', { initial: 'a', states: { a: { on: { x: { actions: () => {} } } } } }],
    ['a named assign or an effect', { initial: 'a', states: { a: { on: { x: { actions: assign({}) } } } } }],
    ['a named assign or an effect', { initial: 'a', states: { a: { on: { x: { actions: 'keep' } } } } }],
    ['a named assign or an effect', { initial: 'a', states: { a: { on: { x: { actions: 'missing' } } } } }],
    ['an effect needs its parameter function', { initial: 'a', states: { a: { on: { x: { actions: 'effect' } } } } }],
    ['transitions of the whole machine', { initial: 'a', on: { x: '.a' }, states: { a: {} } }],
    ['actions of the whole machine', { initial: 'a', entry: 'keep', states: { a: {} } }],
  ])('[E21] %s: %j', (reason, config) => {
    expect(() => compile(named.createMachine(config as never) as never)).toThrow(reason);
  });

  it('[E21] a machine of one state is none', () => {
    expect(() => compile(createMachine({}))).toThrow();
  });
});
