/**
 * The one place that runs machines. `compile` turns a flat XState machine into tables of its own
 * transitions, guards and actions; `step` puts one message through one of them: next snapshot and
 * effects out, nothing else happens.
 *
 * XState's interpreter answers the same questions some twenty times slower (bench/step.bench.ts).
 * It stays the judge: `interpret` runs it, and test/engine/step.test.ts holds the two equal on every
 * machine over random lives. What a machine may use is what `compile` accepts; the rest is refused
 * there, by name, when the program starts.
 */
import type { AnyStateMachine, AnyStateNode, EventObject } from 'xstate';
import { assert, must } from './assert.ts';

/** A stored actor between two messages. Immutable: keeping the previous one is the undo. */
export interface Snapshot<C> {
  readonly value: string;
  readonly context: C;
}

type Args = { readonly context: unknown; readonly event: unknown };
type Guard = (args: Args, params: unknown) => boolean;
type Reader = (args: Args) => unknown;

/** One action of a transition: an assign, or the outward effect. */
type Action =
  | { readonly kind: 'assign' | 'apply'; readonly assignment: Reader }
  | { readonly kind: 'effect'; readonly params: Reader };

interface Candidate {
  readonly guard: ((args: Args) => boolean) | undefined;
  readonly target: State | undefined;
  readonly actions: readonly Action[];
}

interface State {
  readonly value: string;
  readonly isFinal: boolean;
  readonly on: Map<string, Candidate[]>;
}

/** A machine as tables. */
export interface Compiled<C, M extends { readonly type: string }, E, I> {
  readonly machine: AnyStateMachine;
  readonly states: ReadonlyMap<string, State>;
  readonly begin: (input: I, effects: E[]) => Snapshot<C>;
  /** Types only: what the machine is told. */
  readonly message?: M;
}

/**
 * Turn a machine into tables. Throws when it uses what the tables do not carry: nesting, parallel or
 * history states, `always`, `after`, `invoke`, wildcards, inline guards, actions other than named
 * assigns and `effect`.
 */
export function compile<C, M extends { readonly type: string }, E, I>(
  machine: AnyStateMachine,
): Compiled<C, M, E, I> {
  checkRoot(machine);
  const states = new Map<string, State>();
  for (const node of Object.values(machine.root.states)) {
    checkFlat(machine, node);
    states.set(node.key, { value: node.key, isFinal: node.type === 'final', on: new Map() });
  }
  for (const node of Object.values(machine.root.states)) {
    const state = must(states.get(node.key), 'state just made');
    for (const [type, definitions] of node.transitions) {
      assert(!type.includes('*') && type !== '', `${machine.id}: wildcard or always in ${node.key}`);
      state.on.set(
        type,
        definitions.map((definition) => compileTransition(machine, states, node, definition)),
      );
    }
  }
  const initial = must(machine.root.initial.target[0], `${machine.id} has no initial state`);
  const entry = initial.entry.map((action) => compileAction(machine, action));
  const makeContext: unknown = machine.config.context;
  const begin = (input: I, effects: E[]): Snapshot<C> => {
    const start = typeof makeContext === 'function' ? makeContext({ input }) : { ...(makeContext as object) };
    return { value: initial.key, context: run(entry, start, { type: 'xstate.init', input }, effects) as C };
  };
  return { machine, states, begin };
}

function checkRoot({ id, root }: AnyStateMachine): void {
  assert(root.transitions.size === 0, `${id}: transitions of the whole machine are not compiled`);
  const actions = root.entry.length + root.exit.length + root.invoke.length;
  assert(actions === 0, `${id}: actions of the whole machine are not compiled`);
}

function checkFlat(machine: AnyStateMachine, node: AnyStateNode): void {
  const name = `${machine.id}.${node.key}`;
  assert(node.type === 'atomic' || node.type === 'final', `${name}: only flat states are compiled`);
  assert(node.invoke.length === 0, `${name}: invoke is not compiled`);
  assert(node.after.length === 0, `${name}: after is not compiled; set a timer by effect`);
  assert((node.always ?? []).length === 0, `${name}: always is not compiled`);
}

/** What the compiler reads of XState's transition definitions. */
interface Transition {
  readonly target: readonly AnyStateNode[] | undefined;
  readonly actions: readonly unknown[];
  readonly guard?: unknown;
  readonly reenter: boolean;
}

/** A guard or action as a machine names it: by a string, or with parameters. */
interface Reference {
  readonly type: string;
  readonly params?: unknown;
}

const reference = (named: unknown): Reference => (typeof named === 'string' ? { type: named } : (named as Reference));

function compileTransition(
  machine: AnyStateMachine,
  states: ReadonlyMap<string, State>,
  from: AnyStateNode,
  definition: Transition,
): Candidate {
  const to = definition.target?.[0];
  const moves = to !== undefined && (to !== from || definition.reenter);
  const actions = [...(moves ? from.exit : []), ...definition.actions, ...(moves ? to.entry : [])];
  return {
    guard: compileGuard(machine, definition.guard),
    target: to === undefined ? undefined : must(states.get(to.key), `${machine.id}: unknown target ${to.key}`),
    actions: actions.map((action) => compileAction(machine, action)),
  };
}

function compileGuard(machine: AnyStateMachine, guard: unknown): Candidate['guard'] {
  if (guard === undefined) return undefined;
  const { type, params } = reference(guard);
  const named = machine.implementations.guards[type] as Guard | undefined;
  const isCheckable = typeof named === 'function' && typeof params !== 'function';
  assert(isCheckable, `${machine.id}: guard ${String(type)} must be named, with constant parameters`);
  return (args) => named(args, params);
}

function compileAction(machine: AnyStateMachine, action: unknown): Action {
  const { type, params } = reference(action);
  if (type === 'effect') {
    assert(typeof params === 'function', `${machine.id}: an effect needs its parameter function`);
    return { kind: 'effect', params: params as Reader };
  }
  const named = machine.implementations.actions[type] as { type?: string; assignment?: unknown } | undefined;
  const assignment = named?.assignment;
  const isAssign = named?.type === 'xstate.assign' && typeof assignment === 'function';
  assert(isAssign, `${machine.id}: action ${String(type)} must be a named assign or an effect`);
  return { kind: type === 'apply' ? 'apply' : 'assign', assignment: assignment as Reader };
}

/**
 * Do the actions of a transition in order: assigns go into the context, effects are collected. An assign that is called
 * `apply` makes the whole context, which is taken as it is: putting two objects of so many fields together takes longer
 * than most transitions.
 */
function run(actions: readonly Action[], start: unknown, event: unknown, effects: unknown[]): unknown {
  let context = start;
  for (const action of actions) {
    const args = { context, event };
    if (action.kind === 'effect') effects.push(action.params(args));
    else if (action.kind === 'apply') context = action.assignment(args);
    else context = { ...(context as object), ...(action.assignment(args) as object) };
  }
  return context;
}

/**
 * One message through one machine. Returns the next snapshot, or undefined when the machine does not
 * take the message in this state. Effects are appended to `effects`, in order.
 */
export function step<C, M extends { readonly type: string }, E, I>(
  compiled: Compiled<C, M, E, I>,
  before: Snapshot<C>,
  message: M,
  effects: E[],
): Snapshot<C> | undefined {
  const state = must(compiled.states.get(before.value), 'a stored state the machine does not have');
  const candidates = state.on.get(message.type);
  if (candidates === undefined) return undefined;
  const args: Args = { context: before.context, event: message };
  for (const { guard, target, actions } of candidates) {
    if (guard !== undefined && !guard(args)) continue;
    const context = run(actions, before.context, message, effects) as C;
    return { value: target === undefined ? before.value : target.value, context };
  }
  return undefined;
}

/** Whether a stored state is final. */
export function isFinal<C, M extends { readonly type: string }, E, I>(
  compiled: Compiled<C, M, E, I>,
  value: string,
): boolean {
  return must(compiled.states.get(value), 'a stored state the machine does not have').isFinal;
}

/** The same step by XState's own interpreter: slow, and the judge of `step`. For tests and benches. */
export function interpret<C, M extends { readonly type: string }, E, I>(
  compiled: Compiled<C, M, E, I>,
  before: Snapshot<C>,
  message: M,
  effects: E[],
): Snapshot<C> | undefined {
  const machine = compiled.machine;
  const snapshot = machine.resolveState({ value: before.value, context: before.context });
  let taken = false;
  const scope = {
    ...inertScope,
    actionExecutor: (action: { type: string; params: unknown }) => {
      if (action.type !== 'effect') return;
      taken = true;
      effects.push(action.params as E);
    },
  };
  const after = machine.transition(snapshot, message as EventObject, scope as never);
  if (after === snapshot && !taken) return undefined;
  return { value: after.value as string, context: after.context as C };
}

/** What the interpreter asks of its surroundings: nothing is spawned, sent, observed or timed. */
const inertScope = {
  self: { send: () => undefined, _parent: undefined },
  logger: () => undefined,
  id: 'interpreted',
  sessionId: 'interpreted',
  defer: () => undefined,
  emit: () => undefined,
  stopChild: () => undefined,
  system: { _sendInspectionEvent: () => undefined, _logger: () => undefined },
};
