/** The language of plans: what it says, what it refuses and where, and that it says what CEL says. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { check, parse } from '../../engine/routing/plans/cel.ts';
import { compileExpression } from '../../engine/routing/plans/compile.ts';
import { roots } from '../../engine/routing/plans/environment.ts';
import type { ValueType } from '../../engine/routing/plans/expression.ts';
import { Failure } from '../../engine/routing/plans/failure.ts';
import { ExpressionFault, placed } from '../../engine/routing/plans/fault.ts';
import { contextOf, scopeOf, type Knobs } from './plan-scope.ts';

const types: readonly ValueType[] = ['bool', 'int', 'double', 'string'];
/** The value; `none` where there is none. */
const valueOf = (text: string, knobs?: Knobs): unknown => {
  const { run } = compileExpression(text, types);
  try {
    return run(scopeOf(knobs));
  } catch (failure) {
    if (failure instanceof Failure) return `none: ${failure.detail}`;
    throw failure;
  }
};
const faultOf = (text: string): string => {
  try {
    compileExpression(text, types);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    const { line, column, detail, suggestion } = placed(error, 'when', text);
    return `${line}:${column} ${detail}${suggestion === undefined ? '' : ` → ${suggestion}`}`;
  }
  return 'nothing is wrong';
};

describe('expressions', () => {
  test.each<[string, unknown]>([
    ['order.channel == "web" && location.units < 3', true],
    ['location.type in ["store", "3pl"]', true],
    ['"vip" in order.tags || "gift" in order.attributes', true],
    ['has(order.service)', false],
    ['has(order.attributes.gift) && order.attributes.gift == "yes"', false],
    ['lines.exists(l, l.attributes["season"] == "winter")', true],
    ['lines.all(l, l.quantity >= 1)', true],
    ['lines.exists_one(l, l.quantity == 1)', true],
    ['order.valueMinor', 2_500],
    ['location.distanceKm * 3 + 7', 133],
    ['double(location.distanceKm) * 1.5', 63],
    ['-7 / 2', -3],
    ['-7 % 3', -1],
    ['max(0, 3 - location.units)', 1],
    ['location.id.startsWith("A") ? 100 : 200', 100],
    ['size(order.tags) + size(location.groups)', 3],
    ['line.valueMinor / line.quantity', 1_000],
    ['order.ageMinutes', 10],
    ['now.date + " " + now.weekday', '2023-11-14 tuesday'],
    ['location.isHome', true],
    ['location.hasAll', false],
    ['destination.postalCode.contains("12")', true],
  ])('[Z2] %s is %s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test.each<[string, string]>([
    ['order.service == "express"', 'none: service is not there'],
    ['order.valueMinor / (location.units - 2)', 'none: a division by zero'],
    ['order.attributes["gift"] == "yes"', 'none: there is no such key'],
    ['9007199254740991 + order.priority', 'none: a number grows out of bounds'],
    ['calendar.weekday == "friday"', 'none: weekday is not there'],
  ])('[Z3] %s has no value: %s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it('[Z2] a side that decides alone does so even when the other has no value', () => {
    expect(valueOf('order.service == "x" || order.channel == "web"')).toBe(true);
    expect(valueOf('order.service == "x" && order.channel == "shop"')).toBe(false);
    expect(valueOf('order.service == "x" && order.channel == "web"')).toBe('none: service is not there');
    expect(valueOf('lines.exists(l, l.attributes["season"] == "winter" || l.sku == "S2")')).toBe(true);
  });

  test.each<[string, string]>([
    ['order.chanel == "web"', '1:7 order has no chanel → channel'],
    ['ordr.channel == "web"', '1:1 nothing is called ordr → order'],
    ['location.unist < 3', '1:10 location has no unist → units'],
    ['lines.exist(l, l.quantity > 1)', '1:7 there is no method exist → exists'],
    ['order.channel ==\n  web', '2:3 nothing is called web'],
    ['sise(order.tags) > 1', '1:1 there is no function sise → size'],
    ['location.units + "x"', '1:1 int + string means nothing'],
    ['location.units < "3"', '1:1 int < string means nothing'],
    ['location.distanceKm * 2.5', '1:1 int * double means nothing'],
    ['order.channel == "web', '1:18 Unterminated string'],
    ['order', '1:1 order is no value: say which of its fields'],
    ['null == null', '1:1 null and bytes are not part of the language of plans'],
    ['order.channel.matches("a+")', '1:15 there is no method matches'],
    ['[1, 2.5]', '1:5 the members of a list are of one type, and this is not int'],
    ['order.tags', '1:1 this is list<string>, and should be bool or int or double or string'],
  ])('[Z1] %s is refused: %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('[Z1] what takes too many steps, nests too deep or is too large is refused', () => {
    expect(faultOf('lines.exists(a, lines.exists(b, lines.exists(c, a.sku == b.sku && b.sku == c.sku)))')).toMatch(/takes about \d+ steps/);
    expect(faultOf(`${'('.repeat(40)}true${')'.repeat(40)}`)).not.toBe('nothing is wrong');
    expect(faultOf(Array.from({ length: 200 }, () => 'true').join(' && '))).not.toBe('nothing is wrong');
  });
});

describe('the oracle', () => {
  const pick = (...texts: string[]) => fc.constantFrom(...texts);
  const { bool } = fc.letrec<{ bool: string; int: string; double: string; text: string }>((tie) => {
    const [bool, int, double, text] = [tie('bool'), tie('int'), tie('double'), tie('text')];
    const two = (ops: string[], each: fc.Arbitrary<string>) =>
      fc.tuple(each, fc.constantFrom(...ops), each).map(([a, op, b]) => `(${a} ${op} ${b})`);
    const leafBool = pick('true', 'false', 'location.isHome', 'has(order.service)', 'has(order.attributes.gift)', '"gift" in order.attributes');
    const leafInt = pick('0', '1', '-3', '1000', 'location.units', 'location.distanceKm', 'order.valueMinor', 'line.quantity', 'size(order.tags)');
    const leafDouble = pick('0.0', '-1.5', 'order.numbers["risk"]', 'line.numbers["weight"]', 'location.numbers["none"]', 'order.hoursToPromise');
    const leafText = pick('"web"', '""', 'order.channel', 'order.service', 'location.type', 'location.region', 'order.attributes["gift"]', 'calendar.weekday');
    return {
      bool: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'x' },
        leafBool,
        two(['&&', '||', '==', '!='], bool), two(['<', '<=', '>', '>=', '==', '!='], int), two(['<', '>=', '=='], double),
        two(['==', '!=', '<', '>'], text), fc.tuple(int, pick('<', '==', '>='), double).map(([a, op, b]) => `(${a} ${op} ${b})`),
        bool.map((one) => `!${one}`), fc.tuple(bool, bool, bool).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        text.map((one) => `(${one} in ["web", "store", ""])`), text.map((one) => `${one}.startsWith("w")`), text.map((one) => `(${one} in order.tags)`),
        fc.tuple(pick('exists', 'all'), int).map(([macro, one]) => `lines.${macro}(l, l.quantity > ${one} || l.attributes["season"] == "winter")`),
        int.map((one) => `lines.exists_one(l, l.valueMinor > ${one})`),
      ),
      int: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'x' },
        leafInt, two(['+', '-', '*', '/', '%'], int), int.map((one) => `(-${one})`), fc.tuple(bool, int, int).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        two([','], int).map((pair) => `max${pair}`), double.map((one) => `int(${one})`),
      ),
      double: fc.oneof({ maxDepth: 4, depthIdentifier: 'x' }, leafDouble, two(['+', '-', '*', '/'], double), int.map((one) => `double(${one})`)),
      text: fc.oneof({ maxDepth: 4, depthIdentifier: 'x' }, leafText, two(['+'], text), fc.tuple(bool, text, text).map(([a, b, c]) => `(${a} ? ${b} : ${c})`)),
    };
  });
  const knobs = fc.record({
    channel: pick('web', 'shop'), service: fc.constantFrom(undefined, 'express', 'web'), tags: fc.subarray(['vip', 'web', 'b2b']),
    gift: fc.constantFrom(undefined, 'yes', ''), units: fc.integer({ min: 0, max: 4 }), quantity: fc.integer({ min: 1, max: 3 }), hasZone: fc.boolean(),
    region: fc.constantFrom(undefined, 'web'),
  });

  it('[Z2] over random expressions and orders, the closures say what the library says', () => {
    let valued = 0;
    fc.assert(
      fc.property(bool, knobs, (text, of) => {
        // Whole numbers beyond 2^53 are the one thing on which they differ.
        if ((text.match(/\*/g)?.length ?? 0) > 3) return;
        let made;
        try {
          made = compileExpression(text, ['bool']);
        } catch (error) {
          if (error instanceof ExpressionFault) return;
          throw error;
        }
        const scope = scopeOf(of as Knobs);
        const parsed = parse(text, roots);
        expect(check(parsed)).toBe('bool');
        let [said, is]: unknown[] = [];
        try {
          said = parsed(contextOf(scope));
        } catch (error) {
          said = (error as { code: string }).code;
        }
        try {
          is = made.run(scope);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          expect(typeof said, `${text}: ${error.detail}, and the library says ${String(said)}`).toBe('string');
          return;
        }
        valued += 1;
        expect(is, text).toBe(said);
      }),
      { numRuns: 5_000 },
    );
    expect(valued).toBeGreaterThan(500);
  });
});
