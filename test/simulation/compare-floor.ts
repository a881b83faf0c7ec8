/** The engine's answers about terminals and tasks against the shadow; and what must hold of tasks. */
import type { QueryKind } from '../../actors/queries.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { heldBy, isWithTerminal, queueAt, type ShadowTask, type ShadowTerminal } from './shadow/floor.ts';
import { leavesBy } from './shadow/parts.ts';
import type { Shadow } from './shadow/state.ts';

type Agree = (what: string, is: unknown, said: unknown) => void;
type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

export function compareFloor(shadow: Shadow, agree: Agree, ask: Ask): void {
  const open = [...shadow.terminals].flatMap(([id, one]) => (one === undefined ? [] : [{ id, one }]));
  for (const { id, one } of open) {
    const tasks = heldBy(shadow, id).map((task) => taskViewOf(shadow, task));
    agree(`terminal ${id}`, { ...summaryOf(shadow, id, one), tasks }, ask('terminal.get', { terminalId: id }));
    expect(tasks.length <= 100, `terminal ${id} holds ${tasks.length} tasks`);
  }
  expect(ask('terminal.get', { terminalId: 'nobody' }) === null, 'a terminal that does not exist was found');
  const byName = open.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, one }) => summaryOf(shadow, id, one));
  const listed = [];
  let after: string | undefined;
  do {
    const page = ask('terminal.list', { limit: 2, ...(after === undefined ? {} : { after }) });
    listed.push(...page.terminals);
    after = page.next;
  } while (after !== undefined);
  agree('terminals', byName, listed);
  for (const task of shadow.tasks.values()) {
    agree(`task ${task.orderId}/${task.index}`, taskViewOf(shadow, task), ask('task.get', { orderId: task.orderId, fulfillmentId: String(task.index + 1) }));
    checkTask(shadow, task);
  }
  for (const location of shadow.locations.keys()) compareQueue(shadow, location, open.some(({ one }) => one.says.location === location), agree, ask);
}

function compareQueue(shadow: Shadow, location: string, hasTerminals: boolean, agree: Agree, ask: Ask): void {
  const queue = hasTerminals ? queueAt(shadow, location) : [];
  const tasks = queue.map(({ order, index, part, units, zone, needs, deliverByMs }) => ({
    orderId: order.id, fulfillmentId: String(index + 1), units, ...(zone !== '' && { zone }), ...(needs.length > 0 && { needs }),
    shipByMs: leavesBy(order, part), deliverByMs, placedAtMs: order.placedAtMs,
  }));
  agree(`what waits at ${location}`, { waiting: tasks.length, tasks: tasks.slice(0, 200) }, ask('task.queue', { location, limit: 200 }));
}

/** A task is of its fulfillment, and no more is scanned of it than there is to take. */
function checkTask({ orders, terminals }: Shadow, task: ShadowTask): void {
  const { orderId, index, state, lines, terminal, scans } = task;
  const part = orders.get(orderId)?.parts[index];
  const name = `task ${index + 1} of ${orderId}`;
  expect(part !== undefined && part.location === task.location, `${name} is of no fulfillment`);
  for (const { lineId, quantity, scanned } of lines) expect(scanned >= 0 && scanned <= quantity, `${name}: ${scanned} of ${quantity} units of ${lineId} are scanned`);
  expect(new Set(scans.map(({ scanId }) => scanId)).size === scans.length, `${name}: a scan counts twice`);
  if (isWithTerminal(task)) expect(terminals.get(terminal ?? '') !== undefined, `${name} is with ${terminal}, which is not open`);
  const isBegun = ['picking', 'packed', 'labelled', 'manifested'].includes(state);
  if (isBegun) expect(part.state === 'picking', `${name} is ${state}, its fulfillment ${part.state}`);
  if (state === 'done') expect(part.state === 'shipped' || part.state === 'delivered', `${name} is done, its fulfillment ${part.state}`);
}

function summaryOf(shadow: Shadow, id: string, { says, state, openedAtMs, seenAtMs, lostAtMs, reason, waves }: ShadowTerminal): object {
  return { ...says, state, openedAtMs, seenAtMs, lostAtMs, reason, waves, holding: heldBy(shadow, id).length };
}

function taskViewOf({ orders }: Shadow, { index, isStarted: _started, scans: _scans, ...task }: ShadowTask): object {
  const order = orders.get(task.orderId);
  const lots = order?.parts[index]?.lots?.map(({ line, lot, quantity }) => ({ lineId: order.lines[line]?.lineId, lot, quantity }));
  const sum = (of: (line: ShadowTask['lines'][number]) => number): number => task.lines.reduce((all, line) => all + of(line), 0);
  return { ...task, fulfillmentId: String(index + 1), lots, units: sum(({ quantity }) => quantity), scanned: sum(({ scanned }) => scanned) };
}
