/** Every road through the machines of terminals and tasks, breadth first: every state is reached, and none is a dead end. */
import { describe, expect, it } from 'vitest';
import { taskStates, type TaskContext } from '../../actors/task-context.ts';
import { isTouched, scannedOfTask, unitsOfTask } from '../../actors/task-lines.ts';
import { terminalStates } from '../../actors/terminal-context.ts';
import { taskSteps, terminalSteps } from '../../engine/floor/cells.ts';
import { isFinal, step, type Compiled, type Snapshot } from '../../engine/step.ts';
import { announced, taskInput, taskMessages, terminalMessages } from './floor-lives.ts';
import { at } from './lives.ts';

interface Moment<C> {
  readonly now: Snapshot<C>;
  readonly next: Set<string>;
}

/** All moments that can be reached; two are the same when `keyOf` says so. */
function roads<C, M extends { readonly type: string }, E, I>(
  steps: Compiled<C, M, E, I>,
  first: Snapshot<C>,
  messages: readonly M[],
  keyOf: (now: Snapshot<C>) => string,
): Map<string, Moment<C>> {
  const found = new Map<string, Moment<C>>([[keyOf(first), { now: first, next: new Set() }]]);
  for (const moment of found.values()) {
    for (const message of messages) {
      const after = step(steps, moment.now, message, []);
      if (after === undefined) continue;
      moment.next.add(keyOf(after));
      if (!found.has(keyOf(after))) found.set(keyOf(after), { now: after, next: new Set() });
    }
  }
  return found;
}

/** Moments from which no final state can be reached. */
function deadEnds<C>(found: Map<string, Moment<C>>, isEnd: (now: Snapshot<C>) => boolean): string[] {
  const saved = new Set([...found].flatMap(([key, { now }]) => (isEnd(now) ? [key] : [])));
  for (let grew = true; grew; ) {
    grew = false;
    for (const [key, { next }] of found) {
      if (saved.has(key) || ![...next].some((one) => saved.has(one))) continue;
      saved.add(key);
      grew = true;
    }
  }
  return [...found.keys()].filter((key) => !saved.has(key));
}

const taskKeyOf = ({ value, context }: Snapshot<TaskContext>): string =>
  JSON.stringify([value, context.lines.map(({ quantity, scanned }) => [quantity, Math.min(scanned, quantity)]), context.parcels, context.manifest, context.isStarted]);

describe('every road of a task', () => {
  // More scans of a line than it has units are refused before the machine is told.
  const sensible = roads(taskSteps, taskSteps.begin(taskInput, []), taskMessages(), (now) => taskKeyOf(now));

  it('[O22] reaches every state the machine has, and can end from every moment', () => {
    const reached = new Set([...sensible.values()].map(({ now }) => now.value));
    expect(taskStates.filter((state) => !reached.has(state))).toEqual([]);
    expect(deadEnds(sensible, ({ value }) => isFinal(taskSteps, value))).toEqual([]);
    expect(sensible.size).toBeGreaterThan(40);
  });

  it('[TM12] keeps what was scanned until its units are wanted no more', () => {
    const message = taskMessages().find(({ type }) => type === 'task.trim');
    for (const { now } of sensible.values()) {
      const back = step(taskSteps, now, { type: 'task.return', reason: 'r', isStarted: true, atMs: at }, []);
      const kept = ({ lines, parcels }: TaskContext): unknown => [scannedOfTask(lines), isTouched({ lines, parcels })];
      if (back !== undefined) expect([kept(back.context), back.context.terminal]).toEqual([kept(now.context), undefined]);
      const less = message === undefined ? undefined : step(taskSteps, now, message, []);
      if (less !== undefined) expect([unitsOfTask(less.context.lines), less.context.parcels, scannedOfTask(less.context.lines) <= 1]).toEqual([1, [], true]);
    }
  });
});

describe('every road of a terminal', () => {
  it('[O22] reaches every state the machine has, and can end from every moment', () => {
    const first = terminalSteps.begin({ announced, atMs: at }, []);
    const found = roads(terminalSteps, first, terminalMessages(), ({ value, context }) => JSON.stringify([value, context.lostAtMs, context.isDraining, context.reason, context.wave]));
    const reached = new Set([...found.values()].map(({ now }) => now.value));
    expect(terminalStates.filter((state) => !reached.has(state))).toEqual([]);
    expect(deadEnds(found, ({ value }) => isFinal(terminalSteps, value))).toEqual([]);
  });
});
