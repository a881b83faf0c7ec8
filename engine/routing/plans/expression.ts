/** What an expression is once it is compiled, and the parts of one that need no others. */
import type { Node } from './cel.ts';
import { ExpressionFault } from './fault.ts';
import type { Scope } from './facts.ts';
import { Failure } from './failure.ts';

/** Types of values; `line` is a member of `lines`. */
export type ValueType =
  | 'bool'
  | 'int'
  | 'double'
  | 'string'
  | 'line'
  | 'list<string>'
  | 'list<int>'
  | 'list<double>'
  | 'list<bool>'
  | 'list<line>'
  | 'map<string, string>'
  | 'map<string, double>';

export type Run = (scope: Scope) => unknown;

/** A compiled expression. */
export interface Expression {
  readonly type: ValueType;
  /** What it depends on: the bits of `uses`. */
  readonly uses: number;
  /** What its value is read from: the bits of `reads`. It is the same until one of these is another. */
  readonly reads: number;
  /** Of `a && b && …`: the sides. */
  readonly sides?: readonly Expression[] | undefined;
  /** Steps it takes at most, lists and maps reckoned with `reckonedMembers`. */
  readonly cost: number;
  /** Of one that is written as a value: that value. */
  readonly constant?: unknown;
  /** Its value; throws a Failure when it has none. */
  readonly run: Run;
  /** Where it depends on time: when its value may be another one, in milliseconds (clockwork.ts). */
  readonly next?: Next | undefined;
  /** Whether, as time passes, it only grows or only falls. */
  readonly isMonotone?: boolean | undefined;
}

/** The earliest moment after that of the scope at which a value may be another one; Infinity: never. */
export type Next = (scope: Scope) => number;

export function literal(node: Node, value: unknown): Expression {
  const constant = (type: ValueType, of: unknown): Expression => ({
    type, uses: 0, reads: 0, cost: 1, run: () => of, constant: of,
  });
  if (typeof value === 'string') return constant('string', value);
  if (typeof value === 'boolean') return constant('bool', value);
  if (typeof value === 'number') return constant('double', value);
  if (typeof value !== 'bigint')
    throw new ExpressionFault('null and bytes are not part of the language of plans', node.start);
  const whole = Number(value);
  if (!Number.isSafeInteger(whole)) throw new ExpressionFault('this number is too large', node.start);
  return constant('int', whole);
}

export function memberType(type: ValueType): ValueType | undefined {
  return type.startsWith('list<') ? (type.slice(5, -1) as ValueType) : undefined;
}

/** What an expression made of others depends on, takes, and when it may turn: when any of them does. */
export function together(parts: readonly Expression[]): Pick<Expression, 'uses' | 'reads' | 'cost' | 'next'> {
  return {
    uses: parts.reduce((all, part) => all | part.uses, 0),
    reads: parts.reduce((all, part) => all | part.reads, 0),
    cost: parts.reduce((sum, part) => sum + part.cost, 1),
    next: earliest(parts),
  };
}

/** When the first of some turns; undefined where none depends on time. */
export function earliest(parts: readonly Expression[]): Next | undefined {
  const nexts = parts.flatMap(({ next }) => next ?? []);
  const [only] = nexts;
  if (nexts.length < 2) return only;
  return (scope) => nexts.reduce((first, next) => Math.min(first, next(scope)), Infinity);
}

export function whole(run: Run): Run {
  const range = new Failure('this is no whole number within bounds');
  return (scope) => {
    const value = Math.trunc(run(scope) as number) + 0;
    return Number.isSafeInteger(value) ? value : range.raise();
  };
}
