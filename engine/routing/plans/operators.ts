/** Arithmetic and comparison as closures, each made for the types it is given. */
import type { Expression, Run } from './expression.ts';
import { Failure } from './failure.ts';

export type NumberType = 'int' | 'double';

type Side = Pick<Expression, 'run' | 'constant'>;
type Asked = Parameters<Run>[0];
type Numbers = (scope: Asked) => number;

/** A side that is written as a value is not asked for it. */
export function equal({ run: a }: Side, { run: b, constant }: Side, isSame: boolean): Run {
  if (constant === undefined) return (scope) => (a(scope) === b(scope)) === isSame;
  return isSame ? (scope) => a(scope) === constant : (scope) => a(scope) !== constant;
}

export function compare(op: '<' | '<=' | '>' | '>=', left: Side, right: Side): Run {
  const [a, b] = [left.run as Numbers, right.run as Numbers];
  if (right.constant !== undefined) return compareWith(op, a, right.constant as number);
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

function compareWith(op: '<' | '<=' | '>' | '>=', a: Numbers, value: number): Run {
  switch (op) {
    case '<':
      return (scope) => a(scope) < value;
    case '<=':
      return (scope) => a(scope) <= value;
    case '>':
      return (scope) => a(scope) > value;
    case '>=':
      return (scope) => a(scope) >= value;
  }
}

export function add(a: Run, b: Run): Run {
  return (scope) => (a(scope) as string) + (b(scope) as string);
}

/** Whole division goes towards zero, and what is left has the sign of the first number. */
export function arithmetic(op: string, type: NumberType, left: Side, right: Side): Run {
  const [a, b] = [left.run as Numbers, right.run as Numbers];
  return type === 'double' ? ofDoubles(op, a, b) : ofWholes(op, a, b);
}

function ofDoubles(op: string, a: Numbers, b: Numbers): Run {
  switch (op) {
    case '+':
      return (scope) => a(scope) + b(scope);
    case '-':
      return (scope) => a(scope) - b(scope);
    case '*':
      return (scope) => a(scope) * b(scope);
    default:
      return (scope) => a(scope) / b(scope);
  }
}

function ofWholes(op: string, a: Numbers, b: Numbers): Run {
  const range = new Failure('a number grows out of bounds');
  const zero = new Failure('a division by zero');
  const within = (value: number): number => (Number.isSafeInteger(value) ? value : range.raise());
  const divisor = (value: number): number => (value === 0 ? zero.raise() : value);
  switch (op) {
    case '+':
      return (scope) => within(a(scope) + b(scope) + 0);
    case '-':
      return (scope) => within(a(scope) - b(scope) + 0);
    case '*':
      return (scope) => within(a(scope) * b(scope) + 0);
    case '/':
      return (scope) => within(Math.trunc(a(scope) / divisor(b(scope))) + 0);
    default:
      return (scope) => within((a(scope) % divisor(b(scope))) + 0);
  }
}
