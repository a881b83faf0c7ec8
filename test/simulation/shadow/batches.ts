/** Orders that are sourced together, in the shadow: who joins a window, and what becomes of it when it ends. */
import { needsFor } from './kits.ts';
import { parkedRest, stateOf, waiting } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import { judgedAt } from './plan-sourcing.ts';
import { versionsOf } from './plan-state.ts';
import { sentFrom, type ShadowPlan } from './seeking.ts';
import { planUnits } from './sourcing.ts';
import type { Part, ShadowBatch, ShadowOrder } from './state.ts';
import { Violation } from '../actions.ts';
import { dueOf } from './parts.ts';

/** What the engine was heard deciding about a window: who moves where. Each is shown to be possible, and all to save. */
export interface HeardMove {
  readonly id: string;
  readonly to: string;
  readonly savedMinor: number;
}

const must = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Violation(`a window: ${what}`);
};

const isIn = (order: ShadowOrder, batch: ShadowBatch): boolean =>
  stateOf(order) !== 'cancelled' && order.batch?.planId === batch.planId && order.batch.version === batch.version && order.batch.untilMs === batch.untilMs;

/** A window ends: those that were heard move, and all go on. */
export function end(doing: Doing, batch: ShadowBatch, heard: readonly HeardMove[]): void {
  const { shadow } = doing;
  const members = [...shadow.orders.values()].filter((order) => isIn(order, batch)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const plans = heard.map((move) => planOf(doing, shadow.orders.get(move.id) as ShadowOrder, batch, move));
  for (const { id } of heard) {
    for (const [index, part] of (shadow.orders.get(id) as ShadowOrder).parts.entries()) {
      orders.takeAway(doing, shadow.orders.get(id) as ShadowOrder, index, new Map(part.units.map(({ line, quantity }) => [line, quantity])));
    }
  }
  for (const [index, { id }] of heard.entries()) orders.sourceBy(doing, id, plans[index] as ShadowPlan);
  for (const { id } of members) {
    const order = shadow.orders.get(id) as ShadowOrder;
    if (order.batch !== undefined) goOn(doing, order);
  }
  const savedMinor = heard.reduce((sum, move) => sum + move.savedMinor, 0);
  must(heard.length === 0 || savedMinor > 0, `${heard.length} orders moved and ${savedMinor} was saved`);
  doing.events.push({ kind: 'batch.settled', planId: batch.planId, version: batch.version, orders: members.length, moved: heard.length, savedMinor });
}

/** The window of one order is over: it starts, if nothing else keeps it. */
export function goOn(doing: Doing, order: ShadowOrder): void {
  const mayStart = order.startedAtMs === undefined && order.holds === undefined && dueOf({ ...order, batch: undefined }) <= doing.atMs && waiting(order) === 0 && parkedRest(order) !== 'wait';
  const after = orders.put(doing, mayStart ? orders.started(order, doing.atMs) : { ...order, batch: undefined });
  orders.tellParts(doing, order, after);
  if (stateOf(order) !== stateOf(after)) orders.tellState(doing, after);
  orders.tellTimes(doing, order, order.id);
}

/** All of an order from one place, by the plan of its window, as the rules see the world before anybody moves. */
function planOf({ shadow, atMs }: Doing, order: ShadowOrder, batch: ShadowBatch, { to, savedMinor }: HeardMove): ShadowPlan {
  const own = order.parts.flatMap(({ units }) => units);
  must(isIn(order, batch) && order.attempts === 1 && order.parts.every(({ state }) => state === 'open'), `${order.id} may not move`);
  const totals = new Map<number, number>();
  for (const { line, quantity } of own) totals.set(line, (totals.get(line) ?? 0) + quantity);
  const needs = needsFor(order, (line) => totals.get(line) ?? 0);
  const { ruled, removed, candidates } = planUnits(shadow, order, needs, atMs);
  const { document } = versionsOf(shadow, batch.planId).find((one) => one.version === batch.version) ?? {};
  must(document !== undefined && ruled?.['planId'] === batch.planId && ruled['version'] === batch.version, `another plan decides about ${order.id}`);
  const units = needs.map(({ sku, quantity }) => ({ sku, quantity }));
  const at = (location: string) => {
    const place = shadow.locations.get(location);
    const [found] = place === undefined || document === undefined ? [] : judgedAt(shadow, order, needs, atMs, document, place);
    if (found === undefined || needs.some(({ sku }) => found.barred.has(sku))) throw new Violation(`${order.id} may not come from ${location}`);
    const minor = (found.scoreOf?.(units) ?? found.scoreMinor) + needs.reduce((sum, { quantity }, index) => sum + (found.lineMinor[index] ?? 0) + quantity * (found.unitMinor[index] ?? 0), 0);
    return { found, minor: Math.round(minor) };
  };
  const { found, minor } = at(to);
  const [part, ...others] = order.parts as readonly [Part, ...Part[]];
  if (others.length === 0) must(at(part.location).minor - minor === savedMinor, `${order.id} saves ${at(part.location).minor - minor}, and ${savedMinor} was said`);
  const failed = ruled?.['failed'];
  const { location, carrier, service, distanceKm, costMinor, byWeight } = found;
  return {
    parcels: [{ from: sentFrom({ location, carrier, service, distanceKm, costMinor, byWeight }, units), units: needs.map(({ line, quantity }) => ({ line, quantity })) }],
    short: 0, candidates, runnerUpMinor: undefined, removed,
    ruled: { planId: batch.planId, version: batch.version, failed, scoreMinor: minor },
    cause: { kind: 'batch', from: order.parts.map((_, index) => String(index + 1)), savedMinor },
  };
}
