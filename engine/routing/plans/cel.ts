/**
 * The one door to the CEL library: it parses an expression and checks its types against the environment. What
 * it accepts, compile.ts makes into closures; tests hold these to what the library’s own evaluator answers.
 */
import { Environment, type ASTNode, type ParseResult } from '@marcbachmann/cel-js';
import type { Roots } from './environment.ts';
import { ExpressionFault } from './fault.ts';

export type Node = ASTNode;

/** Bounds of one expression: nodes, depth, members of a list that is written out. */
const limits = { maxAstNodes: 250, maxDepth: 24, maxListElements: 100, maxMapEntries: 0, maxCallArguments: 4 };

const typeNames: Readonly<Record<string, string>> = { line: 'Line' };

function environment(roots: Roots): Environment {
  const environment = new Environment({ limits });
  for (const [root, fields] of Object.entries(roots)) {
    const name = typeNames[root] ?? `Of_${root}`;
    environment.registerType(name, {
      fields: Object.fromEntries(Object.entries(fields).map(([key, { type }]) => [key, type])),
    });
    environment.registerVariable(root, name);
  }
  environment.registerVariable('lines', 'list<Line>');
  for (const [name, pick] of [
    ['min', smaller],
    ['max', larger],
  ] as const) {
    environment.registerFunction(`${name}(int, int): int`, pick);
    environment.registerFunction(`${name}(double, double): double`, pick);
  }
  return environment;
}

const smaller = <T extends number | bigint>(a: T, b: T): T => (b < a ? b : a);
const larger = <T extends number | bigint>(a: T, b: T): T => (b > a ? b : a);

/** One for each set of names, made when it is first asked. */
const made = new Map<Roots, Environment>();

/** Parse; throws an ExpressionFault with the place. @param roots every name it may speak of. */
export function parse(text: string, roots: Roots): ParseResult {
  try {
    let known = made.get(roots);
    if (known === undefined) made.set(roots, (known = environment(roots)));
    return known.parse(text);
  } catch (error) {
    throw faultOf(error);
  }
}

/** Check the types of what was parsed; throws an ExpressionFault with the place. */
export function check(parsed: ParseResult): string {
  const { valid, type, error } = parsed.check();
  if (!valid || type === undefined) throw faultOf(error);
  return type;
}

function faultOf(error: unknown): ExpressionFault {
  const { summary, message, range, node } = error as {
    readonly summary?: string;
    readonly message: string;
    readonly range?: { readonly start: number };
    readonly node?: { readonly pos: number };
  };
  return new ExpressionFault(summary ?? message.split('\n')[0] ?? 'not an expression', range?.start ?? node?.pos ?? 0);
}
