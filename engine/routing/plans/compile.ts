/**
 * Expressions as closures. The syntax tree of the CEL library becomes functions of a scope, typed as they are
 * made, so that nothing is looked up by name when an order is decided. Whole numbers are JavaScript’s: beyond
 * 2^53 an expression fails instead of rounding. What the library says, these say (test/engine/plan-oracle).
 */
import { check, parse, type Node } from './cel.ts';
import { deciding, staysMonotone, turning, walking } from './clockwork.ts';
import { reckonedMembers, roots as planRoots, uses, type Field, type Roots } from './environment.ts';
import {
  literal,
  memberType,
  together,
  whole,
  type Expression,
  type Next,
  type Run,
  type ValueType,
} from './expression.ts';
import { ExpressionFault, nearest } from './fault.ts';
import { emptyScope, type LineFacts, type Scope } from './facts.ts';
import { add, arithmetic, compare, equal, type NumberType } from './operators.ts';
import { Failure } from './failure.ts';

/** Steps one expression may be estimated to take. */
const costMax = 2_000;

/** An expression made of another one: not written as a value, nor as several sides. */
const noParts = { constant: undefined, sides: undefined };

/** Members of lists that are bound by macros, by their names. */
type Bound = readonly { readonly name: string; readonly type: ValueType }[];

/** The names of the expression being compiled, which is done in one go. */
let roots = planRoots;

/** Compile an expression of one of the types; throws an ExpressionFault. @param names absent: those of plans. */
export function compileExpression(text: string, wanted: readonly ValueType[], names: Roots = planRoots): Expression {
  const parsed = parse(text, names);
  roots = names;
  const made = compile(parsed.ast, []);
  check(parsed);
  if (!wanted.includes(made.type)) {
    throw new ExpressionFault(`this is ${made.type}, and should be ${wanted.join(' or ')}`, parsed.ast.start);
  }
  if (made.cost > costMax) {
    throw new ExpressionFault(
      `this takes about ${made.cost} steps, and at most ${costMax} are allowed`,
      parsed.ast.start,
    );
  }
  return made;
}

/** @param bound what macros around it bind. */
function compile(node: Node, bound: Bound): Expression {
  switch (node.op) {
    case 'value':
      return literal(node, node.args);
    case 'id':
      return named(node, node.args, bound);
    case '.':
      return selected(node, node.args[0], node.args[1], bound);
    case '[]':
      return indexed(node, node.args, bound);
    case 'list':
      return list(node, node.args, bound);
    case '?:':
      return chosen(node, node.args, bound);
    case '&&':
    case '||':
      return logic(node.op, node.args, bound);
    case '!_': {
      const { run, ...rest } = typed(node.args, bound, ['bool']);
      return { ...rest, ...noParts, cost: rest.cost + 1, run: (scope) => run(scope) !== true };
    }
    case '-_': {
      const { run, ...rest } = typed(node.args, bound, ['int', 'double']);
      const minus: Run =
        rest.type === 'int' ? (scope) => 0 - (run(scope) as number) : (scope) => -(run(scope) as number);
      return { ...rest, ...noParts, cost: rest.cost + 1, run: minus };
    }
    case 'in':
      return contained(node, node.args, bound);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return binary(node, node.op, node.args, bound);
    case 'call':
      return called(node, node.args[0], node.args[1], bound);
    case 'rcall':
      return calledOn(node, node.args[0], node.args[1], node.args[2], bound);
    default:
      throw new ExpressionFault('this is not part of the language of plans', node.start);
  }
}

function typed(node: Node, bound: Bound, types: readonly ValueType[]): Expression {
  const made = compile(node, bound);
  if (!types.includes(made.type)) {
    throw new ExpressionFault(`this is ${made.type}, and should be ${types.join(' or ')}`, node.start);
  }
  return made;
}

function named(node: Node, name: string, bound: Bound): Expression {
  const at = bound.findLastIndex((one) => one.name === name);
  const member = bound[at];
  if (member !== undefined) return { type: member.type, uses: 0, reads: 0, cost: 1, run: (scope) => scope.bound[at] };
  if (name === 'lines') {
    return { type: 'list<line>', uses: uses.order, reads: uses.order, cost: 1, run: (scope) => scope.order?.lines };
  }
  if (name in roots) throw new ExpressionFault(`${name} is no value: say which of its fields`, node.start);
  const suggestion = nearest(name, [...Object.keys(roots), 'lines', ...bound.map((one) => one.name)]);
  throw new ExpressionFault(`nothing is called ${name}`, node.start, suggestion);
}

/** The line a field is read of where no list is walked. */
const lineAsked = (scope: Scope): LineFacts => scope.line as LineFacts;

function selected(node: Node, from: Node, key: string, bound: Bound): Expression {
  const isRoot = from.op === 'id' && Object.hasOwn(roots, from.args) && !bound.some(({ name }) => name === from.args);
  if (isRoot) return read(fieldOf(from.args, key, from.end + 1), key, lineAsked);
  const subject = compile(from, bound);
  if (subject.type === 'line') {
    const { run, uses: used, cost } = subject;
    const made = read(fieldOf('line', key, from.end + 1), key, run as (scope: Scope) => LineFacts);
    return { ...made, uses: used, reads: subject.reads, cost: made.cost + cost };
  }
  return entry(node, subject, { type: 'string', uses: 0, reads: 0, cost: 1, run: () => key });
}

function fieldOf(root: string, key: string, at: number): Field {
  const known = roots[root] ?? {};
  const field = Object.hasOwn(known, key) ? known[key] : undefined;
  if (field !== undefined) return field;
  throw new ExpressionFault(`${root} has no ${key}`, at, nearest(key, Object.keys(known)));
}

function read(field: Field, name: string, of: (scope: Scope) => LineFacts): Expression {
  const { type, uses: used, reads: from, optional } = field;
  const missing = new Failure(`${name} is not there`);
  const known = field.reader(of);
  const run: Run = optional === undefined ? known : (scope) => known(scope) ?? missing.raise();
  return { type, uses: used, reads: from, cost: 1, run, next: field.clock?.next, isMonotone: field.clock?.isMonotone };
}

/** A value of a map by its key. */
function entry(node: Node, map: Expression, key: Expression): Expression {
  if (map.type !== 'map<string, string>' && map.type !== 'map<string, double>') {
    throw new ExpressionFault(`this is ${map.type}: it has no fields`, node.start);
  }
  if (key.type !== 'string') throw new ExpressionFault(`a key is a string, and this is ${key.type}`, node.start);
  const type = map.type === 'map<string, string>' ? 'string' : 'double';
  const missing = new Failure('there is no such key');
  const run: Run = (scope) => {
    const values = map.run(scope) as Readonly<Record<string, unknown>>;
    const name = key.run(scope) as string;
    return Object.hasOwn(values, name) ? values[name] : missing.raise();
  };
  return { type, ...together([map, key]), run };
}

function indexed(node: Node, [from, at]: [Node, Node], bound: Bound): Expression {
  const [whole, index] = [compile(from, bound), compile(at, bound)];
  const type = memberType(whole.type);
  if (type === undefined) return entry(node, whole, index);
  if (index.type !== 'int')
    throw new ExpressionFault(`a place in a list is an int, and this is ${index.type}`, at.start);
  const missing = new Failure('the list has no such place');
  const run: Run = (scope) => (whole.run(scope) as readonly unknown[])[index.run(scope) as number] ?? missing.raise();
  return { type, ...together([whole, index]), run };
}

function list(node: Node, members: readonly Node[], bound: Bound): Expression {
  const made = members.map((member) => compile(member, bound));
  const type = made[0]?.type;
  if (type === undefined) throw new ExpressionFault('a list needs a member', node.start);
  const other = made.findIndex((member) => member.type !== type);
  if (other >= 0)
    throw new ExpressionFault(
      `the members of a list are of one type, and this is not ${type}`,
      members[other]?.start ?? 0,
    );
  if (type === 'line' || type.includes('<')) throw new ExpressionFault('lists of these cannot be written', node.start);
  const runs = made.map(({ run }) => run);
  const whole = { type: `list<${type}>` as ValueType, ...together(made) };
  if (members.every(({ op }) => op === 'value')) {
    const constant = runs.map((run) => run(emptyScope()));
    return { ...whole, run: () => constant };
  }
  return { ...whole, run: (scope) => runs.map((run) => run(scope)) };
}

function chosen(node: Node, [condition, yes, no]: [Node, Node, Node], bound: Bound): Expression {
  const [test, then, otherwise] = [typed(condition, bound, ['bool']), compile(yes, bound), compile(no, bound)];
  if (then.type !== otherwise.type) {
    throw new ExpressionFault(`one side is ${then.type}, the other ${otherwise.type}`, node.start);
  }
  const run: Run = (scope) => (test.run(scope) === true ? then.run(scope) : otherwise.run(scope));
  return { type: then.type, ...together([test, then, otherwise]), run };
}

/** A side that decides alone does so even when the other has no value. */
function logic(op: '&&' | '||', [left, right]: [Node, Node], bound: Bound): Expression {
  const [a, b] = [typed(left, bound, ['bool']), typed(right, bound, ['bool'])];
  const decides = op === '||';
  const run: Run = (scope) => {
    let value: unknown;
    try {
      value = a.run(scope);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (b.run(scope) === decides) return decides;
      throw failure;
    }
    return value === decides ? decides : b.run(scope);
  };
  const sides = decides ? undefined : [...(a.sides ?? [a]), ...(b.sides ?? [b])];
  return { type: 'bool', ...together([a, b]), sides, next: deciding(a, b, decides), run };
}

function contained(node: Node, [one, many]: [Node, Node], bound: Bound): Expression {
  const [member, whole] = [compile(one, bound), compile(many, bound)];
  const all = together([member, whole]);
  if (whole.type.startsWith('map<')) {
    if (member.type !== 'string') throw new ExpressionFault(`a key is a string, and this is ${member.type}`, one.start);
    const run: Run = (scope) => Object.hasOwn(whole.run(scope) as object, member.run(scope) as string);
    return { type: 'bool', ...all, run };
  }
  if (memberType(whole.type) !== member.type || member.type === 'line') {
    throw new ExpressionFault(`${member.type} is not a member of ${whole.type}`, node.start);
  }
  if (many.op === 'list' && many.args.every(({ op }) => op === 'value')) {
    const members = new Set(whole.run(emptyScope()) as readonly unknown[]);
    const has: Run = (scope) => members.has(member.run(scope));
    return { type: 'bool', ...all, next: walking(has, [member]), run: has };
  }
  const cost = all.cost + reckonedMembers;
  const run: Run = (scope) => {
    const value = member.run(scope);
    return (whole.run(scope) as readonly unknown[]).includes(value);
  };
  return { type: 'bool', ...all, cost, run };
}

function binary(node: Node, op: string, [left, right]: [Node, Node], bound: Bound): Expression {
  const [a, b] = [compile(left, bound), compile(right, bound)];
  const all = together([a, b]);
  const wrong = (): never => {
    throw new ExpressionFault(`${a.type} ${op} ${b.type} means nothing`, node.start);
  };
  const isNumber = ({ type }: Expression): boolean => type === 'int' || type === 'double';
  if (op === '==' || op === '!=') {
    if (a.type !== b.type && !(isNumber(a) && isNumber(b))) wrong();
    if (a.type === 'line' || a.type.includes('<')) wrong();
    const run = equal(a, b, op === '==');
    return { type: 'bool', ...all, next: turning(op, run, a, b), run };
  }
  if (op === '<' || op === '<=' || op === '>' || op === '>=') {
    const isText = a.type === 'string' && b.type === 'string';
    if (!isText && !(isNumber(a) && isNumber(b))) wrong();
    const run = compare(op, a, b);
    return { type: 'bool', ...all, next: turning(op, run, a, b), run };
  }
  if (op === '+' && a.type === 'string' && b.type === 'string')
    return { type: 'string', ...all, run: add(a.run, b.run) };
  if (a.type !== b.type || !isNumber(a) || (op === '%' && a.type === 'double')) wrong();
  const isMonotone = staysMonotone(op, a, b);
  return { type: a.type, ...all, isMonotone, run: arithmetic(op, a.type as NumberType, a, b) };
}

const functions = ['size', 'int', 'double', 'min', 'max', 'has'];
const methods = ['size', 'startsWith', 'endsWith', 'contains', 'exists', 'all', 'exists_one'];

function called(node: Node, name: string, args: readonly Node[], bound: Bound): Expression {
  const [first, second] = args;
  if (!functions.includes(name))
    throw new ExpressionFault(`there is no function ${name}`, node.start, nearest(name, functions));
  const count = name === 'min' || name === 'max' ? 2 : 1;
  if (first === undefined || args.length !== count)
    throw new ExpressionFault(`${name} takes ${count} arguments`, node.start);
  if (name === 'has') return present(first, bound);
  if (name === 'size') return sized(first, bound);
  const a = typed(first, bound, ['int', 'double']);
  if (name === 'double') return { ...a, type: 'double', cost: a.cost + 1 };
  if (name === 'int') return { ...a, ...noParts, type: 'int', cost: a.cost + 1, run: whole(a.run) };
  const b = typed(second ?? first, bound, [a.type]);
  const run: Run =
    name === 'min'
      ? (scope) => Math.min(a.run(scope) as number, b.run(scope) as number)
      : (scope) => Math.max(a.run(scope) as number, b.run(scope) as number);
  return { type: a.type, ...together([a, b]), isMonotone: staysMonotone(name, a, b), run };
}

/** `has(a.b)`: whether the field, or the key of the map, is there. */
function present(node: Node, bound: Bound): Expression {
  if (node.op !== '.') throw new ExpressionFault('has() asks for a field, such as has(order.service)', node.start);
  const { run, ...rest } = compile(node, bound);
  const is: Run = (scope) => {
    try {
      run(scope);
      return true;
    } catch (failure) {
      if (failure instanceof Failure) return false;
      throw failure;
    }
  };
  // Time makes no field come or go.
  return { ...rest, ...noParts, next: undefined, isMonotone: undefined, type: 'bool', cost: rest.cost + 1, run: is };
}

function sized(node: Node, bound: Bound): Expression {
  const { type, run, ...rest } = compile(node, bound);
  const made = { ...rest, ...noParts, type: 'int', cost: rest.cost + 1 } as const;
  // Characters, not halves of them.
  if (type === 'string') return { ...made, run: (scope) => [...(run(scope) as string)].length };
  if (type.startsWith('list<')) return { ...made, run: (scope) => (run(scope) as readonly unknown[]).length };
  if (type.startsWith('map<')) return { ...made, run: (scope) => Object.keys(run(scope) as object).length };
  throw new ExpressionFault(`${type} has no size`, node.start);
}

function calledOn(node: Node, name: string, from: Node, args: readonly Node[], bound: Bound): Expression {
  if (!methods.includes(name))
    throw new ExpressionFault(`there is no method ${name}`, from.end + 1, nearest(name, methods));
  if (name === 'size') return sized(from, bound);
  if (name === 'exists' || name === 'all' || name === 'exists_one') return walked(node, name, from, args, bound);
  const [text, part] = [typed(from, bound, ['string']), typed(args[0] ?? node, bound, ['string'])];
  const method = name as 'startsWith' | 'endsWith';
  const run: Run =
    name === 'contains'
      ? (scope) => (text.run(scope) as string).includes(part.run(scope) as string)
      : (scope) => (text.run(scope) as string)[method](part.run(scope) as string);
  return { type: 'bool', ...together([text, part]), next: walking(run, [text, part]), run };
}

/** A macro: a condition on the members of a list. One that has no value decides nothing, unless another decides. */
function walked(
  node: Node,
  name: string,
  from: Node,
  [variable, condition]: readonly Node[],
  bound: Bound,
): Expression {
  const members = compile(from, bound);
  const type = memberType(members.type);
  if (type === undefined) throw new ExpressionFault(`this is ${members.type}: it has no members`, from.start);
  if (variable?.op !== 'id' || condition === undefined) {
    throw new ExpressionFault(`say .${name}(one, condition on one)`, node.start);
  }
  const test = typed(condition, [...bound, { name: variable.args, type }], ['bool']);
  const depth = bound.length;
  const ends = name === 'exists';
  const run: Run = (scope) => {
    let failure: Failure | undefined;
    let found = 0;
    for (const member of members.run(scope) as readonly unknown[]) {
      scope.bound[depth] = member;
      try {
        const is = test.run(scope) === true;
        if (name !== 'exists_one' && is === ends) return ends;
        if (is) found += 1;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (name === 'exists_one') throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return name === 'exists_one' ? found === 1 : !ends;
  };
  const next = test.next === undefined ? members.next : nextOfMembers(members.run, test.next, depth);
  const { uses: used, reads } = together([members, test]);
  return { type: 'bool', uses: used, reads, cost: members.cost + reckonedMembers * test.cost, next, run };
}

/** A condition on members may turn when that on any of them does. */
function nextOfMembers(members: Run, next: Next, depth: number): Next {
  return (scope) => {
    let first = Infinity;
    for (const member of members(scope) as readonly unknown[]) {
      scope.bound[depth] = member;
      first = Math.min(first, next(scope));
    }
    return first;
  };
}
