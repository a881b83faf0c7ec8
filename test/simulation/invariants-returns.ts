/** What must hold of returns in the engine's own memory: units in one place each, lists as a fresh build of them, timers. */
import type { ReturnContext } from '../../actors/return-context.ts';
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';
import { difference } from './same.ts';

export function checkReturns(engine: Engine): void {
  const { core, timers: set } = engine.inspect();
  const { returns } = core.world;
  const timers = new Set<string>();
  for (const { atMs, owner } of set.all) if (owner.kind === 'return') timers.add(`${owner.id} ${atMs}`);
  const lists = new Map<string, string[]>();
  let count = 0;
  for (const id of returns.open()) {
    const one = returns.look(id);
    expect(one !== undefined, `return ${id} is listed and not in memory`);
    const { value, context } = one;
    count += 1;
    checkUnits(context);
    const coming = context.lines.some((line) => line.quantity > line.received + line.closed + line.kept);
    const isLooked = context.lines.some(({ uninspected }) => uninspected.length > 0);
    const nextAtMs = Math.min(context.dueAtMs, context.overdueAtMs ?? Infinity);
    expect(coming ? timers.has(`${id} ${nextAtMs}`) : isLooked, `return ${id} is ${value} and nothing will move it: a dead end`);
    const names = [`state ${value}`, `of ${context.channel}`, ...(context.to === undefined ? [] : [`to ${context.to}`])];
    for (const name of names) lists.set(name, [...(lists.get(name) ?? []), id]);
  }
  expect(count === returns.openCount, `${count} returns are open, counted are ${returns.openCount}`);
  const kept = new Map<string, string[]>();
  for (const [state, ids] of returns.byState) kept.set(`state ${state}`, [...ids]);
  for (const [channel, ids] of returns.byChannel) kept.set(`of ${channel}`, [...ids]);
  for (const [location, ids] of returns.byLocation) kept.set(`to ${location}`, [...ids]);
  const plain = (of: Map<string, string[]>): unknown => [...of].map(([name, ids]) => [name, ...ids.toSorted()].join('\n')).sort();
  const wrong = difference(plain(lists), plain(kept), 'lists of returns');
  expect(wrong === undefined, () => `a list differs from a fresh build: ${wrong}`);
}

function checkUnits({ returnId, lines, creditedMinor, debitedMinor }: ReturnContext): void {
  let paid = 0;
  for (const line of lines) {
    const { quantity, received, closed, kept, damaged, declined, uninspected, disposed, orderLineId, unitPriceMinor } = line;
    const waiting = uninspected.reduce((sum, place) => sum + place.quality + place.damaged, 0);
    const seen = Object.values(disposed).reduce((sum, units) => sum + units, 0);
    const isSound = Math.min(received, closed, kept, damaged, declined, ...Object.values(disposed)) >= 0 && damaged <= received && declined <= seen;
    const isWhole = received === waiting + seen && (orderLineId === undefined ? quantity + closed + kept === 0 : received + closed + kept <= quantity);
    expect(isSound && isWhole, () => `return ${returnId}: ${JSON.stringify(line)}`);
    paid += unitPriceMinor * (quantity - closed);
  }
  const refunded = creditedMinor - debitedMinor;
  expect(refunded >= 0 && refunded <= paid, () => `return ${returnId}: ${refunded} of ${paid} refunded`);
}
