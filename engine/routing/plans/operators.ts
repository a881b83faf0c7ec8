/** Arithmetic and comparison as closures, each made for the types it is given. */
import type { Run } from './expression.ts';
import { Failure } from './failure.ts';

export type NumberType = 'int' | 'double';

export function equal(a: Run, b: Run, isSame: boolean): Run {
  return (scope) => (a(scope) === b(scope)) === isSame;
}

export function compare(op: '<' | '<=' | '>' | '>=', left: Run, right: Run): Run {
  const [a, b] = [left as (scope: Parameters<Run>[0]) => number, right as (scope: Parameters<Run>[0]) => number];
  switch (op) {
    case '<':
      return (scope) => a(scope) < b(scope);
    case '<=':
      return (scope) => a(scope) <= b(scope);
    case '>':
      return (scope) => a(scope) > b(scope);
    case '>=':
      return (scope) => a(scope) >= b(scope);
  }
}

export function add(a: Run, b: Run): Run {
  return (scope) => (a(scope) as string) + (b(scope) as string);
}

const doubles: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Whole division goes towards zero, and what is left has the sign of the first number. */
const wholes: typeof doubles = { ...doubles, '/': (a, b) => Math.trunc(a / b), '%': (a, b) => a % b };

export function arithmetic(op: string, type: NumberType, a: Run, b: Run): Run {
  const of = (type === 'int' ? wholes : doubles)[op] ?? Math.min;
  if (type === 'double') return (scope) => of(a(scope) as number, b(scope) as number);
  const range = new Failure('a number grows out of bounds');
  const zero = new Failure('a division by zero');
  const divides = op === '/' || op === '%';
  return (scope) => {
    const [left, right] = [a(scope) as number, b(scope) as number];
    if (divides && right === 0) zero.raise();
    const value = of(left, right) + 0;
    return Number.isSafeInteger(value) ? value : range.raise();
  };
}
