/**
 * What must hold of cases in the engine's own memory: nothing that stands still is without one, none is without an
 * owner, a cause and something that moves it on, and every list is as a fresh build of it.
 */
import { caseKinds, type CaseCode } from '../../actors/case-kinds.ts';
import { caseDueAtMs, stateOf } from '../../actors/case-life.ts';
import type { CarrierId, CaseId, OrderId, ReturnId } from '../../actors/ids.ts';
import { isLateLane } from '../../actors/lanes.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { casesOf, isOfSuspect } from '../../engine/cases/settle.ts';
import { isOfRules } from '../../engine/cases/rules.ts';
import { stalledCase } from '../../engine/cases/stalled.ts';
import { isSuspect } from '../../engine/suspects/suspects.ts';
import { carrierOfLane, carrierTroubles, returnTroubles, troublesOf, type Sight } from '../../engine/cases/troubles.ts';
import { promiseOf } from '../../engine/jeopardy/promise-cell.ts';
import type { Engine } from '../../engine/engine.ts';
import { isOfLocation } from '../../engine/tracking/lanes.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';

/** What is known to be wrong has a case, or somebody has said that it needs none: of orders and of carriers. */
function checkKnown(engine: Engine, orders: readonly Standing[]): void {
  const { world } = engine.inspect().core;
  const owned = (code: CaseCode, subject: string): boolean => {
    const one = world.cases.look(`${code}/${subject}` as CaseId);
    return one !== undefined && (one.context.ended === undefined || one.context.ended.how !== 'cleared');
  };
  const parcel: Sight['parcel'] = (key) => {
    const place = key.indexOf('/');
    return world.parcels.look(key.slice(0, place) as CarrierId, key.slice(place + 1));
  };
  for (const { id, context } of orders) {
    const sight: Sight = { order: context, payments: world.payments.look(id), promise: promiseOf(world.promises.find(id)?.snapshot), parcel, other: (one) => world.look(one)?.context };
    for (const { code } of troublesOf(sight)) expect(owned(code, id), `order ${id} is in trouble, and nobody has ${code}`);
  }
  for (const [id, { snapshot }] of world.carriers) {
    for (const { code } of carrierTroubles(snapshot)) expect(owned(code, id), `carrier ${id} is in trouble, and nobody has ${code}`);
  }
  for (const id of world.cases.bySubject.keys()) {
    const context = world.returns.look(id as ReturnId)?.context;
    for (const { code } of returnTroubles(context)) expect(owned(code, id), `return ${id} is in trouble, and nobody has ${code}`);
  }
  for (const cell of world.floor.terminals) {
    const id = stalledCase(world, cell);
    const how = id === undefined ? undefined : world.cases.look(id)?.context;
    expect(id === undefined || (how !== undefined && how.ended?.how !== 'cleared'), `terminal ${cell.id} is silent with tasks, and nobody has ${id}`);
  }
  for (const [id, { snapshot }] of world.lanes.cells) {
    if (!isOfLocation(id) && isLateLane(snapshot?.context)) expect(owned('LANE_DELAY', carrierOfLane(id)), `lane ${id} is late, and nobody has it`);
  }
}

/** Whatever time alone does to promises has been seen to by now, and what it will do has a timer. */
export function checkPromises(engine: Engine, orders: Iterable<Standing>, nowMs: number, decidedAtMs: number): void {
  const { core: { world }, timers } = engine.inspect();
  const set = new Set([...timers.all].flatMap(({ atMs, owner }) => (owner.kind === 'promise' ? [`${owner.id} ${atMs}`] : [])));
  const { due } = world.promises;
  for (const { id, state, context } of orders) {
    const { promisedByMs, fulfillments, lines } = context;
    if (promisedByMs === undefined || state === 'delivered' || state === 'cancelled') continue;
    const watch = promiseOf(world.promises.find(id)?.snapshot);
    const isTold = fulfillments.some((part) => part.state === 'shipped' ? part.tracking !== undefined && part.carrier !== undefined : part.state !== 'delivered' && part.state !== 'cancelled');
    const isOpen = isTold || lines.some(({ backordered }) => backordered > 0);
    if (promisedByMs <= nowMs) expect(!isOpen || watch?.state === 'breached', `order ${id} was promised by ${promisedByMs}, it is ${nowMs}`);
    else if (promisedByMs > decidedAtMs) expect(set.has(`${id} ${due.get(id)}`) && (due.get(id) ?? Infinity) <= promisedByMs, `nobody looks at the promise of order ${id}`);
    for (const { fulfillmentId, shipByMs = Infinity, state: is } of fulfillments) {
      const isLate = ['open', 'released', 'picking'].includes(is) && shipByMs <= nowMs;
      expect(!isLate || watch?.late.includes(fulfillmentId) === true, `part ${fulfillmentId} of ${id} was to leave by ${shipByMs}, it is ${nowMs}`);
    }
  }
}

interface Standing {
  readonly id: OrderId;
  readonly state: string;
  readonly context: OrderContext;
}

export function checkCases(engine: Engine, orders: readonly Standing[]): void {
  const { core, timers: set } = engine.inspect();
  const { cases, locations, carriers } = core.world;
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const { id, state, context } of orders) {
    const wanted = casesOf(context);
    const ofException = wanted.filter(({ code }) => code !== 'SKU_UNMAPPED');
    expect((state === 'exception') === ofException.length > 0, `order ${id} is ${state} and has ${wanted.length} causes`);
    for (const { caseId } of wanted) expect(cases.isOpen(caseId) && cases.concerns(caseId, id), `order ${id} stands in exception without the case ${caseId}`);
  }
  checkKnown(engine, orders);
  const timers = new Set<string>();
  for (const { atMs, owner } of set.all) if (owner.kind === 'case') timers.add(`${owner.id} ${atMs}`);
  const lists = new Map<string, string[]>();
  const note = (name: string, id: string): unknown => lists.set(name, [...(lists.get(name) ?? []), id]);
  let [count, late] = [0, 0];
  for (const id of cases.open()) {
    const snapshot = cases.look(id);
    expect(snapshot !== undefined, `case ${id} is listed and not in memory`);
    const { value, context } = snapshot;
    const { code, subject, owner, severity, log, logged, pages, orders: concerned, playbook } = context;
    count += 1;
    late += Number(context.isLate);
    expect(value === stateOf(context) && context.ended === undefined, `case ${id} is ${value} and listed as open`);
    expect(owner !== '' && context.cause !== '', `case ${id} has no owner or no cause`);
    const members = [...cases.ordersOf(id)];
    expect(members.length === concerned, `case ${id} concerns ${members.length} orders and counts ${concerned}`);
    expect(members.every(([place], index) => place < context.nextPlace && (members[index - 1]?.[0] ?? -1) < place), `the orders of case ${id} stand in no order`);
    expect(pages === 0 ? logged === log.length : logged >= 32 * pages + log.length && log.length <= 40, `the log of case ${id} does not sum`);
    const { watch, subject: type } = caseKinds[code];
    if (watch === 'order') {
      const { world } = core;
      const isSuspectSku = code === 'STOCKOUT_AT_PICK' && isSuspect(world.skus.get(subject.id as never));
      const stand = members.every(([, order]) => {
        const { context: of = {} as OrderContext } = byId.get(order) ?? {};
        return casesOf(of).some(({ caseId }) => caseId === id) || isOfSuspect(world, code, subject.id, of);
      });
      expect((concerned > 0 || isSuspectSku) && stand, `case ${id} is open and its cause is gone`);
    }
    if (context.source !== undefined) expect(isOfRules(core.world, context), `case ${id} is open and its plan is asked no more`);
    const hasTrouble = carrierTroubles(carriers.get(subject.id as never)?.snapshot).some((one) => one.code === code);
    const isDown = type === 'location' ? locations.get(subject.id as never)?.snapshot?.context.state === 'paused' : hasTrouble;
    if (watch === 'subject') expect(isDown, `case ${id} is open and its cause is gone`);
    const dueAtMs = caseDueAtMs(context);
    expect(dueAtMs === undefined ? context.isEscalated : timers.has(`${id} ${dueAtMs}`), `case ${id} is ${value} and nothing moves it on`);
    expect((context.nextAtMs === undefined) || playbook.steps[context.step] !== undefined, `case ${id} waits for a step it does not have`);
    const names = [`state ${value}`, `code ${code}`, `owner ${owner}`, `severity ${severity}`, `subject ${subject.id}`];
    for (const name of names) note(name, id);
    for (const [, order] of members) note(`order ${order}`, id);
  }
  expect(count === cases.openCount && late === cases.lateCount, `${count} cases are open and ${late} late, counted are ${cases.openCount} and ${cases.lateCount}`);
  const kept = new Map<string, string[]>();
  const listed = { state: cases.byState, code: cases.byCode, owner: cases.byOwner, severity: cases.bySeverity, subject: cases.bySubject, order: cases.byOrder };
  for (const [what, all] of Object.entries(listed)) for (const [name, ids] of all) kept.set(`${what} ${name}`, [...ids]);
  const plain = (of: Map<string, string[]>): unknown => [...of].map(([name, ids]) => [name, ...ids.toSorted()].join('\n')).sort();
  const wrong = difference(plain(lists), plain(kept), 'lists of cases');
  expect(wrong === undefined, () => `a list differs from a fresh build: ${wrong}`);
}
