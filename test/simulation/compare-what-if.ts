/**
 * What the engine says would happen: another change each time. No unit is given twice or out of nothing, no unit is
 * lost, and what the rest of the comparison looks at afterwards is as it was: nothing happened.
 */
import type { QueryKind } from '../../actors/queries.ts';
import type { WhatIfOrder } from '../../engine/outcome-what-if.ts';
import type { Answers } from '../../engine/outcome.ts';
import { expect } from './actions.ts';
import { isUntracked } from './shadow/items.ts';
import { stockKey, toPromise, type Shadow } from './shadow/state.ts';

type Ask = <K extends QueryKind>(kind: K, body: object) => Answers[K];

const at = <T>(list: readonly T[], place: number): T | undefined => list[place % Math.max(1, list.length)];

/** @param turnOf which change to try this time: any whole number. */
export function compareWhatIf(shadow: Shadow, turnOf: number, ask: Ask): void {
  const location = at([...shadow.locations.keys()], turnOf);
  const sku = at([...shadow.places.keys()], turnOf);
  const carrier = at([...shadow.carriers.keys()], turnOf);
  const changes = [
    { kind: 'close-location', location },
    { kind: 'cut-capacity', location, percent: 10 + (turnOf % 90) },
    { kind: 'suspend-carrier', carrier },
    { kind: 'lose-stock', sku, ...(turnOf % 2 === 0 ? { location } : {}), ...(turnOf % 3 === 0 ? { units: 1 + (turnOf % 7) } : {}) },
  ];
  for (const change of changes) {
    const isKnown = 'location' in change ? change.location !== undefined : Object.values(change).every((value) => value !== undefined);
    if (isKnown) check(shadow, change, ask('whatif.run', { change, limit: 1 + (turnOf % 60) }));
  }
}

type Change = { readonly kind: string; readonly location?: string | undefined };

function check(shadow: Shadow, change: Change, answer: Answers['whatif.run']): void {
  if (answer === null) return;
  const what = JSON.stringify(change);
  for (const order of answer.orders) expect(order.units > 0, () => `${what}: order ${order.orderId} loses nothing`);
  checkGiven(shadow, what, answer.orders);
}

/** No unit is given twice or out of nothing, and none is lost. */
export function checkGiven(shadow: Shadow, what: string, orders: readonly WhatIfOrder[]): void {
  const more = new Map<string, number>();
  const isCounted = (order: WhatIfOrder, sku: string): boolean => !isUntracked(shadow, sku, order.channel);
  for (const order of orders) {
    const units = { before: 0, after: 0 };
    for (const side of ['before', 'after'] as const) {
      for (const part of order[side]) {
        for (const { sku, quantity } of part.units) {
          units[side] += quantity;
          const key = stockKey(sku, part.location);
          // What is sold without stock now may have been taken from stock then.
          if (side === 'before') more.set(key, (more.get(key) ?? 0) - quantity);
          else if (isCounted(order, sku)) more.set(key, (more.get(key) ?? 0) + quantity);
        }
      }
    }
    const [had, has] = [units.before + order.waitingBefore, units.after + order.waitingAfter + order.cancelled];
    expect(had === has, () => `${what}: order ${order.orderId} had ${had} units and has ${has}`);
    const { orderId, waitingBefore } = order;
    const is = shadow.orders.get(orderId);
    expect(is !== undefined, () => `${what}: there is no order ${orderId}`);
    expect(waitingBefore >= 0, () => `${what}: fewer than no units of ${orderId} wait`);
  }
  for (const [key, units] of more) {
    const stock = shadow.stocks.get(key);
    const left = stock === undefined ? 0 : toPromise(stock);
    expect(units <= left, () => `${what}: ${units} more units of ${key} are given, and there are ${left}`);
  }
}
