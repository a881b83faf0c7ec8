/** The command schemas, compiled: their limits at both edges, and what never gets in. */
import { Compile } from 'typebox/compile';
import { describe, expect, it, test } from 'vitest';
import { commandBodies, commandKinds, type CommandKind } from '../../actors/commands.ts';
import { delayMsMax, moneyMinorMax, orderLinesMax, quantityMax, stockEntriesMax } from '../../actors/limits.ts';
import { orderStates } from '../../actors/order-states.ts';
import { queryBodies, queryKinds } from '../../actors/queries.ts';

const validators = new Map(commandKinds.map((kind) => [kind, Compile(commandBodies[kind])]));
const passes = (kind: CommandKind, body: unknown): boolean => validators.get(kind)!.Check(body);

const order = (change: object = {}, line: object = {}): unknown => ({
  orderId: 'o1', channel: 'web', destination: { country: 'GB' }, lines: [{ sku: 'S1', quantity: 1, ...line }], ...change,
});
const receive = (entry: object): unknown => ({ entries: [{ sku: 'S1', location: 'L1', quantity: 1, ...entry }] });
const adjust = (delta: unknown): unknown => ({ entries: [{ sku: 'S1', location: 'L1', delta }], reason: 'r' });

describe('quantities', () => {
  test.each([1, 2, quantityMax])('[O24] %d units are a quantity', (quantity) => {
    expect(passes('order.place', order({}, { quantity }))).toBe(true);
    expect(passes('stock.receive', receive({ quantity }))).toBe(true);
  });

  test.each([0, -1, 0.5, 1e-9, quantityMax + 1, 1e308, Infinity, -Infinity, NaN, '1', null, true, [1], {}, 1n, undefined])(
    '[O24] %s is none',
    (quantity) => {
      expect(passes('order.place', order({}, { quantity }))).toBe(false);
      expect(passes('stock.receive', receive({ quantity }))).toBe(false);
      expect(passes('stock.set-aside', { ...(receive({ quantity }) as object), reason: 'r' })).toBe(false);
    },
  );

  it('[O24] an adjustment may take away, a balance may be 0', () => {
    for (const delta of [-quantityMax, -1, 1, quantityMax]) expect(passes('stock.adjust', adjust(delta))).toBe(true);
    for (const delta of [-quantityMax - 1, 0.5, NaN, '3']) expect(passes('stock.adjust', adjust(delta))).toBe(false);
    for (const onHand of [0, quantityMax]) expect(passes('stock.count', { entries: [{ sku: 'S', location: 'L', onHand }] })).toBe(true);
    expect(passes('stock.count', { entries: [{ sku: 'S', location: 'L', onHand: -1 }] })).toBe(false);
  });

  it('[O24] money and delays have their bounds', () => {
    for (const unitPriceMinor of [0, moneyMinorMax]) expect(passes('order.place', order({}, { unitPriceMinor }))).toBe(true);
    for (const unitPriceMinor of [-1, 0.01, moneyMinorMax + 1, NaN]) expect(passes('order.place', order({}, { unitPriceMinor }))).toBe(false);
    for (const releaseAfterMs of [0, delayMsMax]) expect(passes('order.place', order({ releaseAfterMs }))).toBe(true);
    for (const releaseAfterMs of [-1, delayMsMax + 1, 0.5]) expect(passes('order.place', order({ releaseAfterMs }))).toBe(false);
  });
});

describe('lists', () => {
  const lines = (count: number) => order({ lines: new Array(count).fill({ sku: 'S1', quantity: 1 }) });
  const entries = (count: number) => ({ entries: new Array(count).fill({ sku: 'S', location: 'L', quantity: 1 }) });

  it(`[O24] an order has 1 to ${orderLinesMax} lines, a stock command 1 to ${stockEntriesMax} entries`, () => {
    expect([1, orderLinesMax].every((count) => passes('order.place', lines(count)))).toBe(true);
    expect([0, orderLinesMax + 1, 10_000].some((count) => passes('order.place', lines(count)))).toBe(false);
    expect([1, stockEntriesMax].every((count) => passes('stock.receive', entries(count)))).toBe(true);
    expect([0, stockEntriesMax + 1].some((count) => passes('stock.receive', entries(count)))).toBe(false);
  });

  it('[O24] a channel names each location once', () => {
    const channel = (locations: string[]) => ({ channel: { id: 'web', name: 'Web', locations } });
    expect(passes('channel.put', channel(['a', 'b']))).toBe(true);
    expect(passes('channel.put', channel(['a', 'a']))).toBe(false);
    expect(passes('channel.put', channel(Array.from({ length: 1_001 }, (_, index) => `l${index}`)))).toBe(false);
  });
});

describe('texts', () => {
  const cancelled = (reason: unknown): boolean => passes('order.cancel', { orderId: 'o', reason });

  it('[O24] any Unicode is a reason up to its length, controls and halves of characters are not', () => {
    for (const reason of ['', 'too late', '遅すぎる', '😀'.repeat(100), '"\\/<>', 'x'.repeat(200)]) expect(cancelled(reason)).toBe(true);
    for (const reason of ['x'.repeat(201), 'x'.repeat(1 << 20), 'a\nb', '\u0000', '\ud800', 'a\udfffb', 7, null]) expect(cancelled(reason)).toBe(false);
  });

  it('[O24] names and countries are as in actors/ids.ts', () => {
    for (const orderId of ['', ' a', 'é', 'x'.repeat(65), 5, null]) expect(passes('order.place', order({ orderId }))).toBe(false);
    for (const country of ['gb', 'GBR', 'G', '', 'G\n', 1]) expect(passes('order.place', order({ destination: { country } }))).toBe(false);
    for (const latitude of [91, -90.1, NaN, Infinity, '1']) {
      expect(passes('order.place', order({ destination: { country: 'GB', latitude, longitude: 0 } }))).toBe(false);
    }
  });
});

describe('shapes', () => {
  test.each(commandKinds)('[O24] %s takes no field it does not know, and none of its fields missing', (kind) => {
    expect(passes(kind, {})).toBe(false);
    expect(passes(kind, null)).toBe(false);
    expect(passes(kind, [])).toBe(false);
    expect(passes(kind, 'x')).toBe(false);
  });

  it('[O24] an unknown field anywhere refuses the message, `__proto__` and `constructor` too', () => {
    expect(passes('order.place', order())).toBe(true);
    for (const key of ['x', '__proto__', 'constructor', 'toString']) {
      const extra = JSON.parse(`{"${key}": {"quantity": 5}}`) as object;
      expect(passes('order.place', Object.defineProperty(order() as object, key, { value: extra, enumerable: true }))).toBe(false);
      const body = JSON.parse(`{"orderId":"o","channel":"c","destination":{"country":"GB","${key}":1},"lines":[{"sku":"s","quantity":1}]}`);
      expect(passes('order.place', body)).toBe(false);
    }
  });

  it('[O24] queries have their limits too', () => {
    const compiled = new Map(queryKinds.map((kind) => [kind, Compile(queryBodies[kind])]));
    const asks = (kind: keyof typeof queryBodies, body: unknown) => compiled.get(kind)!.Check(body);
    for (const state of orderStates) expect(asks('order.list', { state })).toBe(true);
    expect(asks('order.list', { state: 'lost' })).toBe(false);
    for (const limit of [0, 1_001, 1.5]) expect(asks('order.list', { limit })).toBe(false);
    expect(asks('atp.get', { skus: [] })).toBe(false);
    expect(asks('atp.get', { skus: new Array(501).fill('S') })).toBe(false);
    expect(asks('atp.get', { skus: new Array(500).fill('S') })).toBe(true);
  });
});
